//! Features added or left out one by one, by whatever score.

use crate::error::{Error, Result};

/// Which way [`sequential_feature_selection`] goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From no feature on, always adding the one that helps most.
    Forward,
    /// From all features on, always leaving out the one that is missed least.
    Backward,
}

/// Keeps `keep` of `features` features, step by step, by a score of feature sets that is better high: the mean of a
/// cross-validation, say. Returns them ascending.
///
/// Of equally good steps the first is taken. This needs some `features²` / 2 scores; a score may train a model.
///
/// # Errors
/// What `score` returns, a score that is NaN, or a number of features to keep that is 0 or not below `features`.
///
/// # Source
/// scikit-learn 1.9, `SequentialFeatureSelector`.
///
/// # Examples
/// ```
/// use gradus_data::{Direction, sequential_feature_selection};
///
/// // Features 1 and 3 are good together, feature 0 alone.
/// let score = |kept: &[usize]| Ok(match kept {
///     [0] => 1.0,
///     [1, 3] => 9.0,
///     _ => 0.0,
/// });
/// assert_eq!(sequential_feature_selection(4, 2, Direction::Backward, score)?, [1, 3]);
/// assert_eq!(sequential_feature_selection(4, 1, Direction::Forward, score)?, [0]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
pub fn sequential_feature_selection(
    features: usize,
    keep: usize,
    direction: Direction,
    mut score: impl FnMut(&[usize]) -> Result<f64>,
) -> Result<Vec<usize>> {
    const OP: &str = "sequential_feature_selection";
    if keep == 0 || keep >= features {
        let message =
            format!("{keep} of {features} features: keep at least 1, leave at least 1 out");
        return Err(Error::argument(OP, message));
    }
    let forward = direction == Direction::Forward;
    let steps = if forward { keep } else { features - keep };
    let mut kept = vec![!forward; features];
    for _ in 0..steps {
        let mut best: Option<(f64, usize)> = None;
        for feature in 0..features {
            if kept[feature] == forward {
                continue;
            }
            kept[feature] = forward;
            let set: Vec<usize> = (0..features).filter(|&feature| kept[feature]).collect();
            kept[feature] = !forward;
            let score = score(&set)?;
            if score.is_nan() {
                return Err(Error::argument(OP, format!("the score of {set:?} is NaN")));
            }
            if best.is_none_or(|(most, _)| score > most) {
                best = Some((score, feature));
            }
        }
        if let Some((_, feature)) = best {
            kept[feature] = forward;
        }
    }
    Ok((0..features).filter(|&feature| kept[feature]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_directions_and_ties() {
        // The sum of the features' weights, and a penalty for having 0 and 2 together.
        let score = |kept: &[usize]| {
            let sum: f64 = kept.iter().map(|&f| [3.0, 1.0, 2.0, 1.0][f]).sum();
            let both = kept.contains(&0) && kept.contains(&2);
            Ok(sum - if both { 4.0 } else { 0.0 })
        };
        let run =
            |keep, direction| sequential_feature_selection(4, keep, direction, score).unwrap();
        assert_eq!(run(2, Direction::Forward), [0, 1]);
        assert_eq!(run(3, Direction::Forward), [0, 1, 3]);
        assert_eq!(run(3, Direction::Backward), [0, 1, 3]);
    }

    #[test]
    fn errors_pass_through() {
        let failing = |_: &[usize]| Err(Error::custom("no data"));
        assert!(sequential_feature_selection(3, 1, Direction::Forward, failing).is_err());
        let nan = |_: &[usize]| Ok(f64::NAN);
        let error = sequential_feature_selection(3, 1, Direction::Forward, nan).unwrap_err();
        assert!(error.to_string().ends_with("the score of [0] is NaN"));
        for keep in [0, 3] {
            assert!(
                sequential_feature_selection(3, keep, Direction::Forward, |_| Ok(0.0)).is_err()
            );
        }
    }
}
