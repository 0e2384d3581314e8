//! Every sample tested alone.

use super::Split;
use super::k_fold::KFold;
use crate::error::Result;

/// As many splits as samples, each testing one. scikit-learn's `LeaveOneOut`.
///
/// # Examples
/// ```
/// use gradus_data::LeaveOneOut;
///
/// let splits = LeaveOneOut.split(3)?;
/// assert_eq!((&splits[1].train[..], &splits[1].test[..]), (&[0, 2][..], &[1][..]));
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct LeaveOneOut;

impl LeaveOneOut {
    /// The splits of `n` samples.
    ///
    /// # Errors
    /// If there are fewer than two samples.
    #[inline]
    pub fn split(&self, n: usize) -> Result<Vec<Split>> {
        KFold::new(n).split(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sample_cannot_be_left_out() {
        assert!(LeaveOneOut.split(1).is_err());
        assert_eq!(LeaveOneOut.split(5).unwrap().len(), 5);
    }
}
