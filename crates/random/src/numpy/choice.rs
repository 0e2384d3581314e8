//! Choices of a [`RandomState`]: with and without replacement, with and without probabilities.

use super::RandomState;
use crate::error::{Error, Result};

const OP: &str = "RandomState.choice";

/// How far from one NumPy lets a sum of `f64` probabilities be: √ε.
const SUM_TOLERANCE: f64 = 1.490_116_119_384_765_6e-8;

impl RandomState {
    /// `choice(n, size, replace)`: positions below `n`, all equally likely.
    ///
    /// # Errors
    /// If there is nothing to choose from, or not enough without replacement.
    pub fn choice(&mut self, n: usize, size: usize, replace: bool) -> Result<Vec<usize>> {
        if size == 0 {
            return Ok(Vec::new());
        }
        if n == 0 || (!replace && size > n) {
            return Err(Error::Population {
                op: OP,
                wanted: size,
                available: n,
            });
        }
        if replace {
            let largest = n as u64 - 1;
            return Ok((0..size).map(|_| self.at_most(largest) as usize).collect());
        }
        let mut order = self.permutation(n);
        order.truncate(size);
        Ok(order)
    }

    /// `choice(len(p), size, replace, p)`: position i with probability `p[i]`.
    ///
    /// # Errors
    /// If a probability is negative or not a number, if they do not sum to one, or if too few are positive without replacement.
    pub fn choice_with(&mut self, p: &[f64], size: usize, replace: bool) -> Result<Vec<usize>> {
        check(p, size, replace)?;
        if size == 0 {
            return Ok(Vec::new());
        }
        if replace {
            let cumulative = normalised_sums(p);
            return Ok((0..size)
                .map(|_| first_above(&cumulative, self.next_unit()))
                .collect());
        }
        let mut p = p.to_vec();
        let mut found: Vec<usize> = Vec::with_capacity(size);
        while found.len() < size {
            let draws = self.random_sample(size - found.len());
            for &taken in &found {
                p[taken] = 0.0;
            }
            let cumulative = normalised_sums(&p);
            for u in draws {
                let new = first_above(&cumulative, u);
                if !found.contains(&new) {
                    found.push(new);
                }
            }
        }
        Ok(found)
    }
}

fn normalised_sums(p: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    let mut sums: Vec<f64> = p
        .iter()
        .map(|p| {
            sum += p;
            sum
        })
        .collect();
    for s in &mut sums {
        *s /= sum;
    }
    sums
}

/// `searchsorted(side="right")`.
fn first_above(cumulative: &[f64], u: f64) -> usize {
    cumulative.partition_point(|&c| c <= u)
}

fn check(p: &[f64], size: usize, replace: bool) -> Result<()> {
    let bad = |p: &f64| p.is_nan() || *p < 0.0;
    if let Some(index) = p.iter().position(bad) {
        let (value, expected) = (p[index], "a probability");
        return Err(Error::Entry {
            op: OP,
            index,
            value,
            expected,
        });
    }
    let available = p.iter().filter(|&&p| p > 0.0).count();
    if size > 0 && (p.is_empty() || (!replace && size > available)) {
        return Err(Error::Population {
            op: OP,
            wanted: size,
            available,
        });
    }
    let sum: f64 = p.iter().sum();
    if !p.is_empty() && (sum - 1.0).abs() > SUM_TOLERANCE {
        return Err(Error::Normalisation { op: OP, sum });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_draws() {
        let mut rs = RandomState::new(0);
        assert_eq!(
            rs.choice(5, 10, true).unwrap(),
            [4, 0, 3, 3, 3, 1, 3, 2, 4, 0]
        );
        assert_eq!(RandomState::new(0).choice(4, 2, false).unwrap(), [2, 3]);
    }

    #[test]
    fn without_replacement_no_position_comes_twice() {
        let p = [0.5, 0.3, 0.1, 0.1, 0.0];
        let mut drawn = RandomState::new(1).choice_with(&p, 4, false).unwrap();
        drawn.sort_unstable();
        assert_eq!(drawn, [0, 1, 2, 3]);
    }

    #[test]
    fn what_numpy_refuses_is_refused() {
        let mut rs = RandomState::new(0);
        assert_eq!(
            rs.choice(3, 4, false).unwrap_err().to_string(),
            "RandomState.choice: 4 samples without replacement from 3 with non-zero probability; \
             draw fewer or draw with replacement"
        );
        assert_eq!(
            rs.choice_with(&[0.5, 0.4], 1, true)
                .unwrap_err()
                .to_string(),
            "RandomState.choice: the probabilities sum to 0.9, not to 1; divide them by their sum"
        );
        assert!(rs.choice(0, 1, true).is_err());
        assert!(rs.choice(0, 0, true).unwrap().is_empty());
        assert!(rs.choice_with(&[1.5, -0.5], 1, true).is_err());
        assert!(rs.choice_with(&[1.0, 0.0], 2, false).is_err());
    }
}
