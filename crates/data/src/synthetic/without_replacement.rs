//! Integers drawn without replacement by scikit-learn's choice of methods.

use gradus_random::RandomState;
use std::collections::BTreeSet;

/// `count` different numbers below `population`: `sklearn.utils.random.sample_without_replacement(method="auto")`.
///
/// `count` must not exceed `population`.
#[inline]
pub(crate) fn sample(population: usize, count: usize, rs: &mut RandomState) -> Vec<usize> {
    let ratio = if population == 0 {
        1.0
    } else {
        count as f64 / population as f64
    };
    if ratio > 0.01 && ratio < 0.99 {
        let mut order = rs.permutation(population);
        order.truncate(count);
        order
    } else if ratio < 0.2 {
        by_tracking(population, count, rs)
    } else {
        by_reservoir(population, count, rs)
    }
}

#[inline]
fn by_tracking(population: usize, count: usize, rs: &mut RandomState) -> Vec<usize> {
    let mut selected = BTreeSet::new();
    (0..count)
        .map(|_| {
            loop {
                let number = below(population, rs);
                if selected.insert(number) {
                    return number;
                }
            }
        })
        .collect()
}

#[inline]
fn by_reservoir(population: usize, count: usize, rs: &mut RandomState) -> Vec<usize> {
    let mut reservoir: Vec<usize> = (0..count).collect();
    for number in count..population {
        let place = below(number + 1, rs);
        if place < count {
            reservoir[place] = number;
        }
    }
    reservoir
}

/// `randint(n)`.
#[inline]
fn below(n: usize, rs: &mut RandomState) -> usize {
    rs.at_most(n as u64 - 1) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_draws_different_numbers_below_the_population() {
        for (population, count) in [(1000, 5), (16, 5), (16, 16), (4, 0)] {
            let mut drawn = sample(population, count, &mut RandomState::new(1));
            drawn.sort_unstable();
            drawn.dedup();
            assert_eq!(drawn.len(), count);
            assert!(drawn.iter().all(|&number| number < population));
        }
    }
}
