//! How much a single feature tells of the target.

use super::distribution::{chi2_tail, f_tail};
use crate::error::{Error, ErrorKind, Result};
use crate::preprocessing::{Rows, pairwise_sum};
use gradus_tensor::Tensor;

/// A score per feature and how likely one as large is by chance.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FeatureScores {
    /// Larger tells more; NaN where nothing can be told.
    pub scores: Vec<f64>,
    /// The probability of such a score for a feature that tells nothing.
    pub p_values: Vec<f64>,
}

/// From a table `(samples, features)` and a target `(samples,)` to a score per feature: [`f_classif`],
/// [`f_regression`], [`chi2`], or one of your own.
pub type ScoreFunction = fn(&Tensor, &Tensor) -> Result<FeatureScores>;

/// The analysis of variance: how far apart the classes' means are, in units of the spread within classes.
///
/// # Shapes
/// `x`: `(samples, features)`, `y`: `(samples,)` of whole numbers.
///
/// # Errors
/// If the shapes do not fit, a number is not finite, or there are fewer than two classes.
///
/// # Source
/// scikit-learn 1.9, `sklearn.feature_selection.f_classif`.
///
/// # Examples
/// ```
/// use gradus_data::{f_classif, load_iris};
///
/// let iris = load_iris()?;
/// let scores = f_classif(&iris.x, &iris.y.expect("classes"))?.scores;
/// assert!((scores[2] - 1180.161_182_252_981_6).abs() < 1e-8);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[inline]
pub fn f_classif(x: &Tensor, y: &Tensor) -> Result<FeatureScores> {
    const OP: &str = "f_classif";
    let rows = Rows::of(OP, x)?;
    let classes = Classes::of(OP, y, rows.count)?;
    let n = rows.count as f64;
    let [between, within] = [classes.count() - 1, rows.count - classes.count()].map(|d| d as f64);
    let score = |feature: usize| {
        let column = rows.column(feature);
        let squares: f64 = column.iter().map(|x| x * x).sum();
        let sums = classes.sums(&column);
        let total: f64 = sums.iter().sum();
        let means: f64 = sums
            .iter()
            .zip(&classes.sizes)
            .map(|(sum, size)| sum * sum / size)
            .sum();
        let all = squares - total * total / n;
        let explained = means - total * total / n;
        (explained / between) / ((all - explained) / within)
    };
    let scores: Vec<f64> = (0..rows.features).map(score).collect();
    let p_values = scores.iter().map(|&f| f_tail(f, between, within)).collect();
    Ok(FeatureScores { scores, p_values })
}

/// How much better a line in the feature predicts the target than its mean does: F = r² / (1 − r²) · (n − 2).
///
/// A constant feature scores 0, one that predicts exactly the largest number.
///
/// # Shapes
/// `x`: `(samples, features)`, `y`: `(samples,)` of numbers.
///
/// # Errors
/// If the shapes do not fit, a number is not finite, or there are fewer than three samples.
///
/// # Source
/// scikit-learn 1.9, `sklearn.feature_selection.f_regression`.
#[inline]
pub fn f_regression(x: &Tensor, y: &Tensor) -> Result<FeatureScores> {
    const OP: &str = "f_regression";
    let rows = Rows::of(OP, x)?;
    let target = column_of(OP, y, rows.count)?;
    if rows.count < 3 {
        let message = format!(
            "{} samples; a line needs at least 3 to be judged",
            rows.count
        );
        return Err(Error::argument(OP, message));
    }
    let n = rows.count as f64;
    let mean = pairwise_sum(&target) / n;
    let target: Vec<f64> = target.iter().map(|y| y - mean).collect();
    let length = |values: &[f64]| values.iter().map(|x| x * x).sum::<f64>().sqrt();
    let target_length = length(&target);
    let degrees = n - 2.0;
    let (mut scores, mut p_values) = (Vec::new(), Vec::new());
    for feature in 0..rows.features {
        let column = rows.column(feature);
        let mean = column.iter().sum::<f64>() / n;
        let squares: f64 = column.iter().map(|x| x * x).sum();
        let product: f64 = column.iter().zip(&target).map(|(x, y)| x * y).sum();
        let r = product / (squares - n * mean * mean).sqrt() / target_length;
        let f = r * r / (1.0 - r * r) * degrees;
        let (score, p) = if f.is_nan() {
            (0.0, 1.0)
        } else if f == f64::INFINITY || f < 0.0 {
            (f64::MAX, 0.0)
        } else {
            (f, f_tail(f, 1.0, degrees))
        };
        scores.push(score);
        p_values.push(p);
    }
    Ok(FeatureScores { scores, p_values })
}

/// χ² between counts and classes: how far the sums per class are from what the classes' sizes suggest.
///
/// # Shapes
/// `x`: `(samples, features)`, counts or frequencies, not negative; `y`: `(samples,)` of whole numbers.
///
/// # Errors
/// If the shapes do not fit, a number is not finite or negative, or there are fewer than two classes.
///
/// # Source
/// scikit-learn 1.9, `sklearn.feature_selection.chi2`.
#[inline]
pub fn chi2(x: &Tensor, y: &Tensor) -> Result<FeatureScores> {
    const OP: &str = "chi2";
    let rows = Rows::of(OP, x)?;
    let classes = Classes::of(OP, y, rows.count)?;
    let n = rows.count as f64;
    let (mut scores, mut p_values) = (Vec::new(), Vec::new());
    for feature in 0..rows.features {
        let column = rows.column(feature);
        if let Some(negative) = column.iter().find(|&&x| x < 0.0) {
            let message = format!("column {feature} holds {negative}; counts are not negative");
            return Err(Error::argument(OP, message));
        }
        let total: f64 = column.iter().sum();
        let sums = classes.sums(&column);
        let score: f64 = sums
            .iter()
            .zip(&classes.sizes)
            .map(|(observed, size)| {
                let expected = size / n * total;
                (observed - expected) * (observed - expected) / expected
            })
            .sum();
        scores.push(score);
        p_values.push(chi2_tail(score, classes.count() as f64 - 1.0));
    }
    Ok(FeatureScores { scores, p_values })
}

#[inline]
fn column_of(op: &'static str, y: &Tensor, samples: usize) -> Result<Vec<f64>> {
    let values = match *y.shape() {
        [_] | [_, 1] => y.to_vec::<f64>()?,
        _ => {
            let message = format!("the target has shape {:?}; expected (samples,)", y.shape());
            return Err(Error::argument(op, message));
        }
    };
    if values.len() != samples {
        let (what, position) = ("target of table", 0);
        return Err(ErrorKind::Rows {
            op,
            what,
            position,
            found: values.len(),
            expected: samples,
        }
        .into());
    }
    if let Some(wrong) = values.iter().find(|y| !y.is_finite()) {
        return Err(Error::argument(op, format!("the target holds {wrong}")));
    }
    Ok(values)
}

/// The class of each sample, numbered by value.
struct Classes {
    of: Vec<usize>,
    sizes: Vec<f64>,
}

impl Classes {
    #[inline]
    fn of(op: &'static str, y: &Tensor, samples: usize) -> Result<Self> {
        let labels = column_of(op, y, samples)?;
        let mut values = labels.clone();
        values.sort_unstable_by(f64::total_cmp);
        values.dedup();
        if values.len() < 2 {
            let message = format!("{} class; at least two are needed", values.len());
            return Err(Error::argument(op, message));
        }
        let mut sizes = vec![0.0; values.len()];
        let number = |label: &f64| {
            let class = values.partition_point(|value| value < label);
            sizes[class] += 1.0;
            class
        };
        let of = labels.iter().map(number).collect();
        Ok(Self { of, sizes })
    }

    #[inline]
    fn count(&self) -> usize {
        self.sizes.len()
    }

    /// The sum of a column over each class.
    #[inline]
    fn sums(&self, column: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.count()];
        for (&class, x) in self.of.iter().zip(column) {
            sums[class] += x;
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{load_diabetes, load_iris};

    #[track_caller]
    fn close(found: &[f64], expected: &[f64], tolerance: f64) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            let same = (found - expected).abs() <= tolerance * expected.abs();
            assert!(same, "{found} is not {expected}");
        }
    }

    /// scikit-learn 1.9.1 on its own tables.
    #[test]
    fn the_library_s_scores() {
        let iris = load_iris().unwrap();
        let y = iris.y.as_ref().unwrap();
        let anova = f_classif(&iris.x, y).unwrap();
        close(&anova.scores, &ANOVA, 1e-10);
        close(&anova.p_values, &ANOVA_P, 1e-8);
        let counts = chi2(&iris.x, y).unwrap();
        close(&counts.scores, &CHI2, 1e-10);
        close(&counts.p_values, &CHI2_P, 1e-9);
        let diabetes = load_diabetes().unwrap();
        let lines = f_regression(&diabetes.x, diabetes.y.as_ref().unwrap()).unwrap();
        close(&lines.scores, &LINES, 1e-9);
        close(&lines.p_values, &LINES_P, 1e-7);
    }

    #[test]
    fn constant_and_exact_features() {
        let x = Tensor::from_vec(vec![1.0, 0.0, 1.0, 1.0, 1.0, 2.0], [3, 2]).unwrap();
        let y = Tensor::from_vec(vec![0.0, 1.0, 2.0], [3]).unwrap();
        let lines = f_regression(&x, &y).unwrap();
        assert_eq!(lines.scores[0], 0.0);
        assert!(lines.scores[1] > 1e15 && lines.p_values[1] < 1e-7);
    }

    #[test]
    fn misfits_are_errors() {
        let x = Tensor::from_vec(vec![1.0, -2.0], [2, 1]).unwrap();
        let y = |values: &[i64]| Tensor::from_slice(values, [values.len()]).unwrap();
        let error = f_classif(&x, &y(&[0])).unwrap_err().to_string();
        assert_eq!(
            error,
            "f_classif: target of table 0 has 1 rows, the first has 2"
        );
        assert!(
            f_classif(&x, &y(&[1, 1]))
                .unwrap_err()
                .to_string()
                .contains("two are needed")
        );
        assert!(
            chi2(&x, &y(&[0, 1]))
                .unwrap_err()
                .to_string()
                .contains("holds -2")
        );
        assert!(f_regression(&x, &y(&[0, 1])).is_err());
    }

    const ANOVA: [f64; 4] = [
        119.26450218449871,
        49.16004008961098,
        1180.1611822529776,
        960.0071468018025,
    ];
    const ANOVA_P: [f64; 4] = [
        1.6696691907731882e-31,
        4.492017133312052e-17,
        2.85677661096213e-91,
        4.169445839445089e-85,
    ];
    const CHI2: [f64; 4] = [
        10.817820878494002,
        3.7107283035324965,
        116.31261309207025,
        67.04836020011118,
    ];
    const CHI2_P: [f64; 4] = [
        0.004476514990225768,
        0.15639598043162514,
        5.533972277193866e-26,
        2.758249653003403e-15,
    ];
    const LINES: [f64; 10] = [
        16.10137401074553,
        0.8174234902529437,
        230.653764494137,
        106.52013085528654,
        20.710567446320027,
        13.746079173190688,
        81.23965867875602,
        100.06926441335234,
        207.27119361706355,
        75.39968319740193,
    ];
    const LINES_P: [f64; 10] = [
        7.055686149116769e-05,
        0.36642929465198737,
        3.466006445155676e-42,
        1.6493720527414833e-22,
        6.92071178776063e-06,
        0.00023598480959855363,
        6.1628646951846345e-18,
        2.3042532817538706e-21,
        8.8264589589166e-39,
        7.580083266089059e-17,
    ];
}
