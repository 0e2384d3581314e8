//! Samples in descending order of their score, and the counts on the way.

use std::borrow::Cow;

use gradus_tensor::Tensor;

use crate::label_index::unique;
use crate::{Error, Result, input};

/// A two-class target with scores, checked.
#[derive(Debug)]
pub(crate) struct ScoredTarget<'a> {
    pub(crate) positive: Vec<bool>,
    pub(crate) scores: Cow<'a, [f64]>,
    pub(crate) weights: Option<Cow<'a, [f64]>>,
}

impl<'a> ScoredTarget<'a> {
    pub(crate) fn new(
        metric: &'static str,
        y_true: &Tensor,
        y_score: &'a Tensor,
        pos_label: Option<i64>,
        sample_weight: Option<&'a Tensor>,
    ) -> Result<Self> {
        let y_true = input::labels(metric, "y_true", y_true)?;
        let scores = input::scores(metric, "y_score", y_score)?;
        input::same_length(metric, y_true.len(), "y_score", scores.len())?;
        let weights = input::weights(metric, sample_weight, y_true.len())?;
        if y_true.is_empty() {
            return Err(Error::Empty { metric });
        }
        let pos_label = positive_label(metric, &y_true, pos_label)?;
        Ok(Self {
            positive: y_true.iter().map(|&label| label == pos_label).collect(),
            scores,
            weights,
        })
    }

    pub(crate) fn counts(&self) -> ThresholdCounts {
        match &self.weights {
            None => unweighted_counts(&self.positive, &self.scores),
            Some(weights) => weighted_counts(&self.positive, &self.scores, weights),
        }
    }
}

/// The label that counts as positive: given, or 1 where labels are {0, 1} or {−1, 1}.
pub(crate) fn positive_label(
    metric: &'static str,
    y_true: &[i64],
    pos_label: Option<i64>,
) -> Result<i64> {
    if let Some(pos_label) = pos_label {
        return Ok(pos_label);
    }
    match unique(&[y_true])[..] {
        [] | [-1] | [0] | [1] | [0, 1] | [-1, 1] => Ok(1),
        ref labels => Err(Error::Labels {
            metric,
            reason: format!(
                "y_true has the labels {labels:?}, not 0 and 1 or -1 and 1; say which one is positive with pos_label"
            ),
        }),
    }
}

/// True and false positives if every score ≥ threshold counts as positive,
/// for each distinct score, highest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ThresholdCounts {
    pub(crate) thresholds: Vec<f64>,
    pub(crate) true_positives: Vec<f64>,
    pub(crate) false_positives: Vec<f64>,
}

impl ThresholdCounts {
    /// All positives and all negatives.
    pub(crate) fn totals(&self) -> (f64, f64) {
        let last = |counts: &[f64]| counts.last().copied().unwrap_or(0.0);
        (last(&self.true_positives), last(&self.false_positives))
    }

    /// The points at the given positions only.
    pub(crate) fn keep(&mut self, keep: impl Fn(&Self, usize) -> bool) {
        let kept: Vec<usize> = (0..self.thresholds.len())
            .filter(|&at| keep(self, at))
            .collect();
        for values in [
            &mut self.thresholds,
            &mut self.true_positives,
            &mut self.false_positives,
        ] {
            *values = kept.iter().map(|&at| values[at]).collect();
        }
    }

    fn push(&mut self, threshold: f64, true_positives: f64, false_positives: f64) {
        self.thresholds.push(threshold);
        self.true_positives.push(true_positives);
        self.false_positives.push(false_positives);
    }
}

fn unweighted_counts(positive: &[bool], scores: &[f64]) -> ThresholdCounts {
    let mut counts = ThresholdCounts::default();
    for_each_tie(&sorted_by_class(positive, scores), |key, tp, fp| {
        counts.push(score_of(key), tp as f64, fp as f64);
    });
    counts
}

/// Weights are added in the order of the samples within a tie, as scikit-learn
/// does: `drop_intermediate` compares rounded sums, so the same roundings are needed.
fn weighted_counts(positive: &[bool], scores: &[f64], weights: &[f64]) -> ThresholdCounts {
    let mut order: Vec<(u64, usize)> = (0..scores.len())
        .filter(|&at| weights[at] != 0.0)
        .map(|at| (!key_of(scores[at]), at))
        .collect();
    order.sort_unstable();
    let mut counts = ThresholdCounts::default();
    let (mut true_positives, mut false_positives) = (0.0, 0.0);
    for tie in order.chunk_by(|(a, _), (b, _)| a == b) {
        for &(_, at) in tie {
            if positive[at] {
                true_positives += weights[at];
            } else {
                false_positives += weights[at];
            }
        }
        counts.push(score_of(!tie[0].0), true_positives, false_positives);
    }
    counts
}

/// The area under the unweighted ROC curve, twice, times both totals: an
/// integer. Ties count half.
pub(crate) fn doubled_auc(positive: &[bool], scores: &[f64]) -> (u128, u64, u64) {
    let (mut area, mut last_tp, mut last_fp) = (0u128, 0u64, 0u64);
    for_each_tie(&sorted_by_class(positive, scores), |_, tp, fp| {
        area += u128::from(fp - last_fp) * u128::from(tp + last_tp);
        (last_tp, last_fp) = (tp, fp);
    });
    (area, last_tp, last_fp)
}

/// Keys of the positives and of the negatives, each ascending. Two plain
/// sorts are faster than one that has to carry the class along.
fn sorted_by_class(positive: &[bool], scores: &[f64]) -> [Vec<u64>; 2] {
    let count = positive.iter().filter(|&&positive| positive).count();
    let mut keys = [
        Vec::with_capacity(scores.len() - count),
        Vec::with_capacity(count),
    ];
    for (&positive, &score) in positive.iter().zip(scores) {
        keys[usize::from(positive)].push(key_of(score));
    }
    keys.iter_mut().for_each(sort);
    keys
}

/// Walks both lists downwards; at each distinct key the counts so far.
fn for_each_tie([negatives, positives]: &[Vec<u64>; 2], mut visit: impl FnMut(u64, u64, u64)) {
    let (mut tp, mut fp) = (0, 0);
    let next = |keys: &[u64], taken: usize| keys.len().checked_sub(taken + 1).map(|at| keys[at]);
    while let Some(key) = next(positives, tp).max(next(negatives, fp)) {
        while next(positives, tp) == Some(key) {
            tp += 1;
        }
        while next(negatives, fp) == Some(key) {
            fp += 1;
        }
        visit(key, tp as u64, fp as u64);
    }
}

/// An integer that orders as the score does; −0 and 0 are the same.
pub(crate) fn key_of(score: f64) -> u64 {
    let bits = (score + 0.0).to_bits();
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    }
}

fn score_of(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 {
        key & !(1 << 63)
    } else {
        !key
    })
}

/// Radix sort, 11 bits a pass; passes in which all keys agree are skipped,
/// which halves the work for scores that were `f32`.
fn sort(keys: &mut Vec<u64>) {
    const BITS: u32 = 11;
    const BUCKETS: usize = 1 << BITS;
    const PASSES: usize = 64usize.div_ceil(BITS as usize);
    /// Below this the histograms cost more than a comparison sort.
    const SMALL: usize = 4096;
    if keys.len() < SMALL {
        return keys.sort_unstable();
    }
    let digit = |key: u64, pass: usize| (key >> (pass as u32 * BITS)) as usize & (BUCKETS - 1);
    let mut histograms = vec![[0u32; BUCKETS]; PASSES];
    if u32::try_from(keys.len()).is_err() {
        return keys.sort_unstable();
    }
    for &key in keys.iter() {
        for (pass, histogram) in histograms.iter_mut().enumerate() {
            histogram[digit(key, pass)] += 1;
        }
    }
    let mut spare = vec![0; keys.len()];
    for (pass, histogram) in histograms.iter_mut().enumerate() {
        if histogram[digit(keys[0], pass)] as usize == keys.len() {
            continue;
        }
        let mut start = 0;
        for count in histogram.iter_mut() {
            start += std::mem::replace(count, start);
        }
        for &key in keys.iter() {
            let slot = &mut histogram[digit(key, pass)];
            spare[*slot as usize] = key;
            *slot += 1;
        }
        std::mem::swap(keys, &mut spare);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn counts_at_each_distinct_score() {
        let positive = [true, false, true, false];
        let scores = [0.5, 0.5, 0.75, -1.0];
        let counts = unweighted_counts(&positive, &scores);
        assert_eq!(counts.thresholds, [0.75, 0.5, -1.0]);
        assert_eq!(counts.true_positives, [1.0, 2.0, 2.0]);
        assert_eq!(counts.false_positives, [0.0, 1.0, 2.0]);
        let weighted = weighted_counts(&positive, &scores, &[1.0; 4]);
        assert_eq!(weighted, counts);
    }

    #[test]
    fn zeros_of_both_signs_tie() {
        assert_eq!(
            unweighted_counts(&[true, false], &[-0.0, 0.0]).thresholds,
            [0.0]
        );
    }

    #[test]
    fn long_lists_sort_like_short_ones() {
        let mut state = 1u64;
        let mut keys: Vec<u64> = (0..10_000)
            .map(|i| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                state >> (i % 40)
            })
            .collect();
        let mut expected = keys.clone();
        expected.sort_unstable();
        sort(&mut keys);
        assert!(keys == expected);
    }

    proptest! {
        #[test]
        fn keys_order_as_scores(a in prop::num::f64::NORMAL | prop::num::f64::ZERO, b in prop::num::f64::NORMAL | prop::num::f64::ZERO) {
            prop_assert_eq!(key_of(a).cmp(&key_of(b)), a.partial_cmp(&b).expect("not NaN"));
            prop_assert_eq!(score_of(key_of(a)), a);
        }
    }
}
