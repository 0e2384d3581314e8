//! A number of draws shared among classes in proportion.

use crate::error::Result;
use gradus_random::RandomState;

/// The most probable outcome of `draws` draws without replacement from classes of these sizes, by largest remainders.
///
/// Ties between equal remainders are broken by `rs`.
pub(super) fn approximate_mode(
    counts: &[usize],
    draws: usize,
    rs: &mut RandomState,
) -> Result<Vec<usize>> {
    let total = counts.iter().sum::<usize>() as f64;
    let exact: Vec<f64> = counts
        .iter()
        .map(|&count| count as f64 / total * draws as f64)
        .collect();
    let mut shares: Vec<usize> = exact.iter().map(|share| share.floor() as usize).collect();
    let mut missing = draws.saturating_sub(shares.iter().sum());
    let remainders: Vec<f64> = exact.iter().map(|share| share - share.floor()).collect();
    let mut values = remainders.clone();
    values.sort_unstable_by(f64::total_cmp);
    values.dedup();
    for value in values.into_iter().rev() {
        if missing == 0 {
            break;
        }
        let tied: Vec<usize> = (0..counts.len())
            .filter(|&i| remainders[i] == value)
            .collect();
        let now = tied.len().min(missing);
        for i in rs.choice(tied.len(), now, false)? {
            shares[tied[i]] += 1;
        }
        missing -= now;
    }
    Ok(shares)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_follow_the_sizes() {
        let mut rs = RandomState::new(0);
        assert_eq!(approximate_mode(&[4, 2], 3, &mut rs).unwrap(), [2, 1]);
        assert_eq!(approximate_mode(&[5, 2], 4, &mut rs).unwrap(), [3, 1]);
        let tied = approximate_mode(&[2, 2, 2, 1], 2, &mut rs).unwrap();
        assert_eq!(tied.iter().sum::<usize>(), 2);
        assert_eq!(tied[3], 0);
    }
}
