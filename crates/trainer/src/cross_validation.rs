//! Training once for each fold of the data.

use gradus_data::{Dataset, Split, Subset};

use crate::error::{Error, Result};
use crate::search::{Search, Trial};

/// One training of a cross-validation: its number, and its two parts of the data.
#[derive(Clone, Debug)]
pub struct Fold {
    /// From 0.
    pub number: usize,
    /// To train on.
    pub train: Subset,
    /// To validate on.
    pub validation: Subset,
}

/// What the trainings of a cross-validation came to, fold by fold.
#[derive(Debug)]
pub struct CrossValidation {
    /// The trainings; a setting is the number of its fold.
    pub folds: Vec<Trial<usize>>,
}

impl Search {
    /// Trains what `build` makes of each fold of `data`: with k folds, k trainings, each validated on what it has not seen.
    ///
    /// ```
    /// use gradus_data::{DataLoader, KFold, TensorDataset};
    /// use gradus_nn::{Linear, Module, MseLoss};
    /// use gradus_optim::Sgd;
    /// use gradus_random::Generator;
    /// use gradus_tensor::tensor;
    /// use gradus_trainer::{Search, Trainer};
    ///
    /// let x = tensor![[-1.0], [-0.5], [0.0], [0.5], [1.0], [1.5]];
    /// let y = x.mul_scalar(2.0)?;
    /// let data = TensorDataset::new((x, y))?;
    /// let folds = KFold::new(3).shuffle(0).split(6)?;
    /// let result = Search::new(50).cross_validate(&data, &folds, |fold| {
    ///     let rng = Generator::new(1);
    ///     let model = Linear::new(1, 1, &rng);
    ///     let sgd = Sgd::new(model.parameters(), 0.1)?;
    ///     let mut trainer = Trainer::new(model, MseLoss::new(), sgd).with_generator(&rng);
    ///     let train = DataLoader::new(fold.train, 2).shuffle(true).rng(&rng);
    ///     trainer.set_loaders(train, DataLoader::new(fold.validation, 2).rng(&rng))?;
    ///     Ok(trainer)
    /// })?;
    /// assert_eq!(result.folds.len(), 3);
    /// assert!(result.mean() < 0.01);
    /// # Ok::<(), gradus_trainer::Error>(())
    /// ```
    ///
    /// # Errors
    /// No folds, or one with indices out of range; what building or training refuses, with the fold's number from 1.
    pub fn cross_validate(
        &self,
        data: &(impl Dataset + Clone + 'static),
        splits: &[Split],
        mut build: impl FnMut(Fold) -> Result<crate::Trainer>,
    ) -> Result<CrossValidation> {
        if splits.is_empty() {
            let message = "there are no folds to validate on; split the data, with KFold say";
            return Err(Error::Setup(message.into()));
        }
        let mut folds = Vec::with_capacity(splits.len());
        for (number, split) in splits.iter().enumerate() {
            let mut train = || {
                let fold = Fold {
                    number,
                    train: Subset::new(data.clone(), split.train.as_slice())?,
                    validation: Subset::new(data.clone(), split.test.as_slice())?,
                };
                self.train(number, build(fold)?)
            };
            folds.push(train().map_err(|source| Error::Trial {
                number: number + 1,
                source: Box::new(source),
            })?);
        }
        Ok(CrossValidation { folds })
    }
}

impl CrossValidation {
    /// The score of each fold.
    #[must_use]
    pub fn scores(&self) -> Vec<f64> {
        self.folds.iter().map(|fold| fold.score).collect()
    }

    /// The mean of the scores, each fold weighing the same; NaN if one diverged.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.scores().iter().sum::<f64>() / self.folds.len() as f64
    }

    /// The standard deviation of the scores around their mean, as NumPy's `std` computes it: divided by the number of folds.
    #[must_use]
    pub fn std(&self) -> f64 {
        let mean = self.mean();
        let squares = self.folds.iter().map(|fold| (fold.score - mean).powi(2));
        (squares.sum::<f64>() / self.folds.len() as f64).sqrt()
    }
}
