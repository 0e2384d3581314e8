//! What can be wrong with a draw or with a saved state.

/// The reason a draw or a restore was refused; nothing was drawn and nothing changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Bounds of a real interval that is empty, not finite or wider than the type.
    #[error("{op}: [{low}, {high}) is not an interval of finite width; low must not exceed high")]
    Interval {
        /// The draw.
        op: &'static str,
        /// Lower bound.
        low: f64,
        /// Upper bound.
        high: f64,
    },
    /// An integer range without a value in it.
    #[error("{op}: the range [{low}, {high}) is empty; low must be less than high")]
    Range {
        /// The draw.
        op: &'static str,
        /// Smallest value.
        low: i64,
        /// One past the largest value.
        high: i64,
    },
    /// A standard deviation that is negative or not a number.
    #[error("{op}: the standard deviation is {std}; it must be 0 or more")]
    Deviation {
        /// The draw.
        op: &'static str,
        /// What was given.
        std: f64,
    },
    /// The rate of an exponential distribution that is not positive.
    #[error("exponential: the rate is {rate}; it must be greater than 0")]
    Rate {
        /// What was given.
        rate: f64,
    },
    /// A single probability outside [0, 1].
    #[error("{op}: the probability is {value}; it must lie in [0, 1]")]
    Probability {
        /// The draw.
        op: &'static str,
        /// What was given.
        value: f64,
    },
    /// One of many probabilities or weights that cannot be one.
    #[error("{op}: {value} at index {index} is not {expected}")]
    Entry {
        /// The draw.
        op: &'static str,
        /// Where it stands.
        index: usize,
        /// What was given.
        value: f64,
        /// What it should have been.
        expected: &'static str,
    },
    /// Weights of which none is positive, or whose sum is not finite.
    #[error("{op}: the weights sum to {sum}; the sum must be positive and finite")]
    Weights {
        /// The draw.
        op: &'static str,
        /// Their sum.
        sum: f64,
    },
    /// NumPy probabilities that do not sum to one.
    #[error("{op}: the probabilities sum to {sum}, not to 1; divide them by their sum")]
    Normalisation {
        /// The draw.
        op: &'static str,
        /// Their sum.
        sum: f64,
    },
    /// More samples without replacement than there is to choose from.
    #[error(
        "{op}: {wanted} samples without replacement from {available} with non-zero probability; draw fewer or draw with replacement"
    )]
    Population {
        /// The draw.
        op: &'static str,
        /// Samples asked for.
        wanted: usize,
        /// Candidates there are.
        available: usize,
    },
    /// Two slices that should have the same length.
    #[error("{op}: {what} has {found} elements, expected {expected}")]
    Length {
        /// The draw.
        op: &'static str,
        /// Which argument.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length it should have.
        expected: usize,
    },
    /// A saved state that is not one.
    #[error("random state: {0}; nothing was restored")]
    State(String),
}

/// The result of a draw that can be refused.
pub type Result<T> = std::result::Result<T, Error>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_carry_the_facts() {
        let error = Error::Range {
            op: "randint",
            low: 3,
            high: 3,
        };
        assert_eq!(
            error.to_string(),
            "randint: the range [3, 3) is empty; low must be less than high"
        );
        let error = Error::Entry {
            op: "multinomial",
            index: 2,
            value: -1.0,
            expected: "0 or more",
        };
        assert_eq!(
            error.to_string(),
            "multinomial: -1 at index 2 is not 0 or more"
        );
        let error = Error::State("5 bytes, expected 2540".into());
        assert_eq!(
            error.to_string(),
            "random state: 5 bytes, expected 2540; nothing was restored"
        );
    }
}
