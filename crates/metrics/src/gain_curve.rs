//! What is gained by contacting the highest scores first.

use gradus_tensor::Tensor;

use crate::score_order::{ScoredTarget, ThresholdCounts};
use crate::{Error, Result, SampleScore};

const NAME: &str = "gain_curve";

/// Cumulative gain and lift over the share of samples taken, highest scores first.
#[derive(Clone, Debug, PartialEq)]
pub struct GainCurve {
    /// Share of all samples taken, rising from 0 to 1.
    pub share: Vec<f64>,
    /// Share of all positives among them, rising from 0 to 1.
    pub gain: Vec<f64>,
    /// Gain over share: how much denser positives are among them than among all.
    /// At no sample it is that of the first point after it.
    pub lift: Vec<f64>,
    /// The score from which on samples are taken; falling, the first is +∞.
    pub thresholds: Vec<f64>,
}

impl GainCurve {
    /// The gain at a share of the samples, between two points on the line from one to the other.
    ///
    /// # Panics
    /// If `share` is not in [0, 1].
    pub fn gain_at(&self, share: f64) -> f64 {
        assert!(
            (0.0..=1.0).contains(&share),
            "a share lies in [0, 1], not {share}"
        );
        let after = self.share.partition_point(|&s| s < share).max(1);
        let (x0, x1) = (self.share[after - 1], self.share[after]);
        let (y0, y1) = (self.gain[after - 1], self.gain[after]);
        y0 + (y1 - y0) * (share - x0) / (x1 - x0)
    }
}

/// Options of [`gain_curve`].
#[derive(Clone, Copy, Debug, Default)]
pub struct GainCurveOptions<'a> {
    /// The positive class; `None`: 1, if the labels are {0, 1} or {−1, 1}.
    pub pos_label: Option<i64>,
    /// `(samples,)`: how much each sample counts.
    pub sample_weight: Option<&'a Tensor>,
}

/// Cumulative gain and lift of a two-class target.
///
/// With tp positives among the first n of N samples and P positives in all:
/// share = n/N, gain = tp/P, lift = gain/share.
///
/// # Shapes
/// `y_true`: `(samples,)`, labels; `y_score`: `(samples,)`, larger for the
/// positive class.
///
/// # Conventions
/// Equal scores are taken together and make one point.
///
/// # Errors
/// As [`roc_curve`](crate::roc_curve), and no positive sample.
///
/// ```
/// use gradus_metrics::gain_curve;
/// use gradus_tensor::Tensor;
///
/// let y_true = Tensor::from_vec(vec![0i64, 0, 1, 1], [4])?;
/// let y_score = Tensor::from_vec(vec![0.1, 0.4, 0.35, 0.8], [4])?;
/// let curve = gain_curve(&y_true, &y_score, Default::default())?;
/// assert_eq!(curve.share, [0.0, 0.25, 0.5, 0.75, 1.0]);
/// assert_eq!(curve.gain, [0.0, 0.5, 0.5, 1.0, 1.0]);
/// assert_eq!(curve.lift, [2.0, 2.0, 1.0, 4.0 / 3.0, 1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn gain_curve(
    y_true: &Tensor,
    y_score: &Tensor,
    options: GainCurveOptions<'_>,
) -> Result<GainCurve> {
    let target = ScoredTarget::new(
        NAME,
        y_true,
        y_score,
        options.pos_label,
        options.sample_weight,
    )?;
    let counts = target.counts();
    let (positives, negatives) = counts.totals();
    if positives == 0.0 {
        return Err(Error::Labels {
            metric: NAME,
            reason: "y_true has no positive sample, so there is nothing to gain".into(),
        });
    }
    Ok(curve(&counts, positives, positives + negatives))
}

fn curve(counts: &ThresholdCounts, positives: f64, total: f64) -> GainCurve {
    let points = counts.true_positives.iter().zip(&counts.false_positives);
    let share = points.map(|(tp, fp)| (tp + fp) / total);
    let gain = counts.true_positives.iter().map(|tp| tp / positives);
    let lift: Vec<f64> = gain
        .clone()
        .zip(share.clone())
        .map(|(gain, share)| gain / share)
        .collect();
    let from = |start: f64, rest: &mut dyn Iterator<Item = f64>| {
        std::iter::once(start).chain(rest).collect()
    };
    GainCurve {
        share: from(0.0, &mut { share }),
        gain: from(0.0, &mut { gain }),
        lift: from(lift[0], &mut lift.iter().copied()),
        thresholds: from(f64::INFINITY, &mut counts.thresholds.iter().copied()),
    }
}

/// The settings of [`gain_curve`] as plain data, for [`Collected`](crate::Collected).
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Gain {
    /// The positive class; `None`: 1, if the labels are {0, 1} or {−1, 1}.
    pub pos_label: Option<i64>,
}

impl SampleScore for Gain {
    type Value = GainCurve;

    fn name(&self) -> &'static str {
        NAME
    }

    fn score(
        &self,
        y_true: &Tensor,
        y_score: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<GainCurve> {
        let options = GainCurveOptions {
            pos_label: self.pos_label,
            sample_weight,
        };
        gain_curve(y_true, y_score, options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, floats, ints};

    #[test]
    fn ties_are_taken_together() {
        let (y_true, y_score) = (ints(&[1, 0, 0, 1]), floats(&[0.5, 0.5, 0.2, 0.2]));
        let curve = gain_curve(&y_true, &y_score, Default::default()).unwrap();
        assert_eq!(curve.share, [0.0, 0.5, 1.0]);
        assert_eq!(curve.gain, [0.0, 0.5, 1.0]);
        assert_close(curve.gain_at(0.25), 0.25);
        assert_close(curve.gain_at(0.0), 0.0);
        assert_close(curve.gain_at(1.0), 1.0);
    }

    #[test]
    fn weights_count() {
        let weights = floats(&[3.0, 1.0]);
        let options = GainCurveOptions {
            sample_weight: Some(&weights),
            ..Default::default()
        };
        let curve = gain_curve(&ints(&[1, 0]), &floats(&[0.9, 0.1]), options).unwrap();
        assert_eq!(curve.share, [0.0, 0.75, 1.0]);
        assert_eq!(curve.lift, [4.0 / 3.0, 4.0 / 3.0, 1.0]);
    }

    #[test]
    fn without_positives_there_is_no_gain() {
        let error = gain_curve(&ints(&[0]), &floats(&[0.1]), Default::default());
        assert_eq!(
            error.unwrap_err().to_string(),
            "gain_curve: y_true has no positive sample, so there is nothing to gain"
        );
    }
}
