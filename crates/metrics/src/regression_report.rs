//! The errors of a regression as a printed table.

use gradus_tensor::Tensor;

use crate::{
    Error, ExplainedVariance, MaxError, MeanAbsoluteError, MeanAbsolutePercentageError,
    MeanSquaredError, MedianAbsoluteError, Metric, R2Score, Result, RootMeanSquaredError,
};

const NAME: &str = "regression_report";

/// Options of [`regression_report`].
#[derive(Clone, Copy, Debug)]
pub struct RegressionReportOptions<'a> {
    /// What the outputs are called; `None`: their numbers.
    pub output_names: Option<&'a [&'a str]>,
    /// Decimals; 4 by default.
    pub digits: usize,
    /// `(samples,)`: how much each sample counts. The largest error has no use for it.
    pub sample_weight: Option<&'a Tensor>,
}

impl Default for RegressionReportOptions<'_> {
    fn default() -> Self {
        Self {
            output_names: None,
            digits: 4,
            sample_weight: None,
        }
    }
}

/// Every error of a regression, one column per output and, of several, their mean.
///
/// # Errors
/// No samples, different shapes, values that are not finite, as many names as
/// there are not outputs.
///
/// # Source
/// The numbers are those of the functions the rows are named after; the layout
/// follows [`classification_report`](crate::classification_report).
///
/// ```
/// use gradus_metrics::regression_report;
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![3.0, -0.5, 2.0, 7.0], [4])?;
/// let y_pred = Tensor::from_vec(vec![2.5, 0.0, 2.0, 8.0], [4])?;
/// assert_eq!(
///     regression_report(&y_true, &y_pred, Default::default())?,
///     "                                    value
///
///             mean_squared_error     0.3750
///        root_mean_squared_error     0.6124
///            mean_absolute_error     0.5000
///          median_absolute_error     0.5000
/// mean_absolute_percentage_error     0.3274
///                      max_error     1.0000
///                       r2_score     0.9486
///       explained_variance_score     0.9572
///
///                        samples          4
/// "
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn regression_report(
    y_true: &Tensor,
    y_pred: &Tensor,
    options: RegressionReportOptions<'_>,
) -> Result<String> {
    let mut errors = RegressionErrors::default();
    errors.update(y_true, y_pred, options.sample_weight)?;
    errors.report(options)
}

/// Everything a [`regression_report`] needs, over batches.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RegressionErrors {
    samples: usize,
    mean_squared: MeanSquaredError,
    root_mean_squared: RootMeanSquaredError,
    mean_absolute: MeanAbsoluteError,
    median_absolute: MedianAbsoluteError,
    percentage: MeanAbsolutePercentageError,
    max: MaxError,
    r2: R2Score,
    explained_variance: ExplainedVariance,
}

impl RegressionErrors {
    /// [`regression_report`] of everything seen; the options' `sample_weight` is
    /// not used.
    ///
    /// # Errors
    /// As [`regression_report`].
    pub fn report(&self, options: RegressionReportOptions<'_>) -> Result<String> {
        let rows = self.compute()?;
        let outputs = rows.first().map_or(0, |(_, scores)| scores.len());
        let names = names(outputs, options.output_names)?;
        let digits = options.digits;
        let number = |score: f64| {
            if score.is_nan() {
                "nan".to_string()
            } else {
                format!("{score:.digits$}")
            }
        };
        let table: Vec<(&str, Vec<String>)> = rows
            .iter()
            .map(|(name, scores)| {
                let mean = scores.iter().sum::<f64>() / outputs as f64;
                let mean = (outputs > 1).then_some(mean);
                let cells = scores.iter().copied().chain(mean).map(number).collect();
                (*name, cells)
            })
            .collect();
        let longest = |cells: &[String]| cells.iter().map(|cell| cell.chars().count()).max();
        let width = table
            .iter()
            .filter_map(|(_, cells)| longest(cells))
            .chain(longest(&names))
            .fold(10, usize::max);
        let left = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let line = |name: &str, cells: &[String]| {
            let cells: String = cells
                .iter()
                .map(|cell| format!(" {cell:>width$}"))
                .collect();
            format!("{name:>left$}{cells}\n")
        };
        let mut text = line("", &names);
        text.push('\n');
        for (name, cells) in &table {
            text += &line(name, cells);
        }
        text.push('\n');
        text += &line("samples", &[self.samples.to_string()]);
        Ok(text)
    }
}

impl Metric for RegressionErrors {
    /// Each score's name and its value for every output.
    type Value = Vec<(&'static str, Vec<f64>)>;

    fn name(&self) -> &'static str {
        NAME
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        // The first one checks everything, so that an error leaves all unchanged.
        self.mean_squared.update(y_true, y_pred, sample_weight)?;
        self.root_mean_squared
            .update(y_true, y_pred, sample_weight)?;
        self.mean_absolute.update(y_true, y_pred, sample_weight)?;
        self.median_absolute.update(y_true, y_pred, sample_weight)?;
        self.percentage.update(y_true, y_pred, sample_weight)?;
        self.max.update(y_true, y_pred, None)?;
        self.r2.update(y_true, y_pred, sample_weight)?;
        self.explained_variance
            .update(y_true, y_pred, sample_weight)?;
        self.samples += y_true.shape().first().copied().unwrap_or(0);
        Ok(())
    }

    fn compute(&self) -> Result<Self::Value> {
        if self.samples == 0 {
            return Err(Error::Empty { metric: NAME });
        }
        Ok(vec![
            (self.mean_squared.name(), self.mean_squared.raw_values()?),
            (
                self.root_mean_squared.name(),
                self.root_mean_squared.raw_values()?,
            ),
            (self.mean_absolute.name(), self.mean_absolute.raw_values()?),
            (
                self.median_absolute.name(),
                self.median_absolute.raw_values()?,
            ),
            (self.percentage.name(), self.percentage.raw_values()?),
            (self.max.name(), self.max.raw_values()?),
            (self.r2.name(), self.r2.raw_values()?),
            (
                self.explained_variance.name(),
                self.explained_variance.raw_values()?,
            ),
        ])
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        self.mean_squared.merge(&other.mean_squared)?;
        self.root_mean_squared.merge(&other.root_mean_squared)?;
        self.mean_absolute.merge(&other.mean_absolute)?;
        self.median_absolute.merge(&other.median_absolute)?;
        self.percentage.merge(&other.percentage)?;
        self.max.merge(&other.max)?;
        self.r2.merge(&other.r2)?;
        self.explained_variance.merge(&other.explained_variance)?;
        self.samples += other.samples;
        Ok(())
    }
}

/// The heads of the columns: the outputs, and what is made of several.
fn names(outputs: usize, given: Option<&[&str]>) -> Result<Vec<String>> {
    let mut names: Vec<String> = match given {
        Some(names) if names.len() == outputs => names.iter().map(ToString::to_string).collect(),
        Some(names) => {
            return Err(Error::Options {
                metric: NAME,
                reason: format!("{} output_names for {outputs} outputs", names.len()),
            });
        }
        None if outputs == 1 => vec!["value".into()],
        None => (0..outputs)
            .map(|output| format!("output {output}"))
            .collect(),
    };
    names.extend((outputs > 1).then(|| "mean".to_string()));
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{floats, rows};

    #[test]
    fn several_outputs_and_their_mean() {
        let y_true = rows(&[[1.0, 10.0], [2.0, 30.0]]);
        let y_pred = rows(&[[1.0, 20.0], [3.0, 30.0]]);
        let options = RegressionReportOptions {
            output_names: Some(&["price", "area"]),
            digits: 2,
            ..Default::default()
        };
        let report = regression_report(&y_true, &y_pred, options).unwrap();
        let lines: Vec<&str> = report.lines().collect();
        assert_eq!(
            lines[0].split_whitespace().collect::<Vec<_>>(),
            ["price", "area", "mean"]
        );
        assert_eq!(
            lines[2],
            "            mean_squared_error       0.50      50.00      25.25"
        );
        assert_eq!(
            lines[7],
            "                     max_error       1.00      10.00       5.50"
        );
        let options = RegressionReportOptions {
            output_names: Some(&["price"]),
            ..options
        };
        assert_eq!(
            regression_report(&y_true, &y_pred, options)
                .unwrap_err()
                .to_string(),
            "regression_report: 1 output_names for 2 outputs"
        );
    }

    #[test]
    fn parts_make_the_whole_and_nothing_is_an_error() {
        let (y_true, y_pred) = (floats(&[1.0, 2.0, 4.0]), floats(&[1.5, 2.0, 3.0]));
        let mut whole = RegressionErrors::default();
        assert!(whole.report(Default::default()).is_err());
        whole.update(&y_true, &y_pred, None).unwrap();
        let mut merged = RegressionErrors::default();
        for at in [2, 0, 1] {
            let row = |x: &Tensor| x.slice(0, at, at + 1, 1).unwrap();
            let mut part = RegressionErrors::default();
            part.update(&row(&y_true), &row(&y_pred), None).unwrap();
            merged.merge(&part).unwrap();
        }
        assert_eq!(
            whole.report(Default::default()).unwrap(),
            merged.report(Default::default()).unwrap()
        );
        assert!(whole.update(&y_true, &floats(&[1.0]), None).is_err());
        assert_eq!(whole.compute().unwrap(), merged.compute().unwrap());
    }
}
