//! The size of a part of a dataset.

use crate::error::{Error, Result};

/// How many samples: a fraction of all, or a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size {
    /// Between 0 and 1, both excluded.
    Fraction(f64),
    /// From 1 to one less than all.
    Count(usize),
}

impl From<f64> for Size {
    fn from(fraction: f64) -> Self {
        Self::Fraction(fraction)
    }
}

impl From<usize> for Size {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

impl Size {
    fn of(self, n: usize, round: fn(f64) -> f64, op: &'static str, what: &str) -> Result<usize> {
        match self {
            Self::Fraction(f) if f > 0.0 && f < 1.0 => Ok(round(f * n as f64) as usize),
            Self::Fraction(f) => {
                let message = format!("the {what} fraction is {f}; it must lie between 0 and 1");
                Err(Error::argument(op, message))
            }
            Self::Count(count) if count > 0 && count < n => Ok(count),
            Self::Count(count) => {
                let message = format!("the {what} set cannot have {count} of {n} samples");
                Err(Error::argument(op, message))
            }
        }
    }
}

/// The sizes of the training and the test set of `n` samples: fractions round up for the test set and down for the
/// training set, and what is not given is the rest.
pub(super) fn train_and_test(
    op: &'static str,
    n: usize,
    train: Option<Size>,
    test: Option<Size>,
    default_test: f64,
) -> Result<(usize, usize)> {
    let test = test.or(train.is_none().then_some(Size::Fraction(default_test)));
    let n_train = train
        .map(|size| size.of(n, f64::floor, op, "training"))
        .transpose()?;
    let n_test = test
        .map(|size| size.of(n, f64::ceil, op, "test"))
        .transpose()?;
    let (n_train, n_test) = match (n_train, n_test) {
        (Some(train), Some(test)) => (train, test),
        (Some(train), None) => (train, n - train),
        (None, Some(test)) => (n.saturating_sub(test), test),
        (None, None) => unreachable!("one of the sizes has a default"),
    };
    if n_train + n_test > n {
        let message = format!("{n_train} training and {n_test} test samples are more than {n}");
        return Err(Error::argument(op, message));
    }
    if n_train == 0 {
        let message =
            format!("of {n} samples none would be left for training; use a smaller test set");
        return Err(Error::argument(op, message));
    }
    Ok((n_train, n_test))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_round_up_for_testing_and_down_for_training() {
        let sizes = |n, train: Option<Size>, test: Option<Size>| {
            train_and_test("op", n, train, test, 0.25).unwrap()
        };
        assert_eq!(sizes(11, None, None), (8, 3));
        assert_eq!(sizes(11, Some(0.6.into()), None), (6, 5));
        assert_eq!(sizes(11, None, Some(4.into())), (7, 4));
        assert_eq!(sizes(11, Some(5.into()), Some(0.2.into())), (5, 3));
    }

    #[test]
    fn impossible_sizes_are_errors() {
        let refused = |train: Option<Size>, test: Option<Size>| {
            train_and_test("op", 4, train, test, 0.25)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            refused(None, Some(1.5.into())),
            "op: the test fraction is 1.5; it must lie between 0 and 1"
        );
        assert_eq!(
            refused(None, Some(4.into())),
            "op: the test set cannot have 4 of 4 samples"
        );
        assert_eq!(
            refused(Some(3.into()), Some(2.into())),
            "op: 3 training and 2 test samples are more than 4"
        );
        assert!(refused(None, Some(0.9.into())).contains("none would be left"));
    }
}
