//! Transformers one after the other, fitted and saved as one.

use super::{
    MaxAbsScaler, MinMaxScaler, Normalizer, OneHotEncoder, PolynomialFeatures, RobustScaler,
    SimpleImputer, StandardScaler,
};
use crate::error::{Error, Result};
use crate::feature_selection::VarianceThreshold;
use gradus_tensor::Tensor;

/// Transformers in order: each is fitted to what the ones before it make of the data. scikit-learn's `Pipeline` of
/// transformers.
///
/// With the feature `serde` a fitted pipeline saves and loads as plain data, and transforms as before to the last bit.
///
/// # Examples
/// ```
/// use gradus_data::{ImputeStrategy, Pipeline, SimpleImputer, StandardScaler};
/// use gradus_tensor::Tensor;
///
/// let x = Tensor::from_vec(vec![1.0, f64::NAN, 3.0], [3, 1])?;
/// let mut pipeline = Pipeline::new()
///     .then(SimpleImputer::new(ImputeStrategy::Median))
///     .then(StandardScaler::new());
/// assert_eq!(pipeline.fit_transform(&x)?.to_vec::<f64>()?[1], 0.0);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Pipeline {
    steps: Vec<PipelineStep>,
}

impl Pipeline {
    /// No transformer yet.
    #[must_use]
    #[inline]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a transformer at the end.
    #[must_use]
    pub fn then(mut self, step: impl Into<PipelineStep>) -> Self {
        self.steps.push(step.into());
        self
    }

    /// The transformers.
    #[must_use]
    #[inline]
    pub fn steps(&self) -> &[PipelineStep] {
        &self.steps
    }

    /// Fits every transformer.
    ///
    /// # Errors
    /// Those of the transformers; the pipeline is then unchanged.
    #[inline]
    pub fn fit(&mut self, x: &Tensor) -> Result<()> {
        self.fit_transform(x).map(drop)
    }

    /// The data after all transformers.
    ///
    /// # Errors
    /// Those of the transformers.
    #[inline]
    pub fn transform(&self, x: &Tensor) -> Result<Tensor> {
        let mut steps = self.steps.iter();
        steps.try_fold(x.clone(), |x, step| step.transform(&x))
    }

    /// [`fit`](Self::fit), then [`transform`](Self::transform) of the same data.
    ///
    /// # Errors
    /// Those of `fit`.
    #[inline]
    pub fn fit_transform(&mut self, x: &Tensor) -> Result<Tensor> {
        let mut fitted = self.steps.clone();
        let transformed = fitted.iter_mut().try_fold(x.clone(), |x, step| {
            step.fit(&x)?;
            step.transform(&x)
        })?;
        self.steps = fitted;
        Ok(transformed)
    }

    /// The data before all transformers.
    ///
    /// # Errors
    /// Those of the transformers, and one that cannot be undone.
    #[inline]
    pub fn inverse_transform(&self, y: &Tensor) -> Result<Tensor> {
        let mut steps = self.steps.iter().rev();
        steps.try_fold(y.clone(), |y, step| step.inverse_transform(&y))
    }
}

/// The transformers a [`Pipeline`] is made of.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum PipelineStep {
    /// Fills gaps.
    SimpleImputer(SimpleImputer),
    /// Mean 0 and variance 1.
    StandardScaler(StandardScaler),
    /// A given interval.
    MinMaxScaler(MinMaxScaler),
    /// Largest absolute value 1.
    MaxAbsScaler(MaxAbsScaler),
    /// Median 0 and interquartile range 1.
    RobustScaler(RobustScaler),
    /// Samples of length 1.
    Normalizer(Normalizer),
    /// Categories as indicators.
    OneHotEncoder(OneHotEncoder),
    /// Products of features.
    PolynomialFeatures(PolynomialFeatures),
    /// Without features that hardly vary.
    VarianceThreshold(VarianceThreshold),
}

macro_rules! from_transformers {
    ($($name:ident)*) => {$(
        impl From<$name> for PipelineStep {
            #[inline]
            fn from(step: $name) -> Self {
                Self::$name(step)
            }
        }
    )*};
}
from_transformers! {
    SimpleImputer StandardScaler MinMaxScaler MaxAbsScaler RobustScaler Normalizer OneHotEncoder
    PolynomialFeatures VarianceThreshold
}

impl PipelineStep {
    #[inline]
    fn fit(&mut self, x: &Tensor) -> Result<()> {
        match self {
            Self::SimpleImputer(step) => step.fit(x),
            Self::StandardScaler(step) => step.fit(x),
            Self::MinMaxScaler(step) => step.fit(x),
            Self::MaxAbsScaler(step) => step.fit(x),
            Self::RobustScaler(step) => step.fit(x),
            Self::OneHotEncoder(step) => step.fit(x),
            Self::VarianceThreshold(step) => step.fit(x),
            Self::Normalizer(_) | Self::PolynomialFeatures(_) => Ok(()),
        }
    }

    #[inline]
    fn transform(&self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::SimpleImputer(step) => step.transform(x),
            Self::StandardScaler(step) => step.transform(x),
            Self::MinMaxScaler(step) => step.transform(x),
            Self::MaxAbsScaler(step) => step.transform(x),
            Self::RobustScaler(step) => step.transform(x),
            Self::Normalizer(step) => step.transform(x),
            Self::OneHotEncoder(step) => step.transform(x),
            Self::PolynomialFeatures(step) => step.transform(x),
            Self::VarianceThreshold(step) => step.transform(x),
        }
    }

    #[inline]
    fn inverse_transform(&self, y: &Tensor) -> Result<Tensor> {
        let lost = match self {
            Self::StandardScaler(step) => return step.inverse_transform(y),
            Self::MinMaxScaler(step) => return step.inverse_transform(y),
            Self::MaxAbsScaler(step) => return step.inverse_transform(y),
            Self::RobustScaler(step) => return step.inverse_transform(y),
            Self::OneHotEncoder(step) => return step.inverse_transform(y),
            Self::SimpleImputer(_) => "SimpleImputer",
            Self::Normalizer(_) => "Normalizer",
            Self::PolynomialFeatures(_) => "PolynomialFeatures",
            Self::VarianceThreshold(_) => "VarianceThreshold",
        };
        let message = format!("{lost} cannot be undone: it does not keep what it changed");
        Err(Error::argument("Pipeline", message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ImputeStrategy;

    fn x() -> Tensor {
        Tensor::from_vec(vec![1.0, 2.0, f64::NAN, 2.0, 4.0, 2.0], [3, 2]).unwrap()
    }

    #[test]
    fn each_step_sees_what_the_last_one_made() {
        let mut pipeline = Pipeline::new()
            .then(SimpleImputer::new(ImputeStrategy::Constant(4.0)))
            .then(VarianceThreshold::default())
            .then(MinMaxScaler::new())
            .then(PolynomialFeatures::new(2));
        let y = pipeline.fit_transform(&x()).unwrap();
        assert_eq!(y.shape(), [3, 3]);
        assert_eq!(
            y.to_vec::<f64>().unwrap(),
            [1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
        );
        assert!(pipeline.transform(&x()).unwrap().equal(&y));
    }

    #[test]
    fn undone_from_the_end() {
        let x = Tensor::from_vec(vec![1.0, 2.0, 4.0], [3, 1]).unwrap();
        let mut pipeline = Pipeline::new()
            .then(RobustScaler::default())
            .then(MaxAbsScaler::default());
        let y = pipeline.fit_transform(&x).unwrap();
        assert!(pipeline.inverse_transform(&y).unwrap().equal(&x));
        let lossy = pipeline.then(Normalizer::default());
        assert_eq!(
            lossy.inverse_transform(&y).unwrap_err().to_string(),
            "Pipeline: Normalizer cannot be undone: it does not keep what it changed"
        );
    }

    #[test]
    fn a_step_that_fails_leaves_the_pipeline_as_it_was() {
        let mut pipeline = Pipeline::new().then(StandardScaler::new());
        pipeline
            .fit(&Tensor::from_vec(vec![1.0, 2.0], [2, 1]).unwrap())
            .unwrap();
        let before = pipeline.clone();
        assert!(pipeline.fit(&x()).is_err());
        assert_eq!(pipeline, before);
    }
}
