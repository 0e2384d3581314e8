//! The order of one epoch, cut into batches.

/// Indices, and where the batches end in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Epoch {
    indices: Vec<usize>,
    cut: Cut,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Cut {
    /// `count` batches of `size`, the last one perhaps smaller.
    Every { size: usize, count: usize },
    /// Batch i ends at `ends[i]`.
    At { ends: Vec<usize> },
}

impl Epoch {
    /// Batches of `size`, which is at least 1.
    pub(super) fn new(indices: Vec<usize>, size: usize, drop_last: bool) -> Self {
        let count = Self::batches_of(indices.len(), size, drop_last);
        Self {
            indices,
            cut: Cut::Every { size, count },
        }
    }

    pub(super) fn of_batches(batches: &[Vec<usize>]) -> Self {
        let mut end = 0;
        let ends = batches
            .iter()
            .map(|batch| {
                end += batch.len();
                end
            })
            .collect();
        Self {
            indices: batches.concat(),
            cut: Cut::At { ends },
        }
    }

    /// Batches cut at `ends`, which ascend to the number of indices; otherwise nothing.
    pub(super) fn cut_at(indices: Vec<usize>, ends: Vec<usize>) -> Option<Self> {
        let whole = ends.last().copied().unwrap_or(0) == indices.len();
        (whole && ends.is_sorted()).then_some(Self {
            indices,
            cut: Cut::At { ends },
        })
    }

    /// How many batches `samples` make; none if `size` is 0.
    pub(super) fn batches_of(samples: usize, size: usize, drop_last: bool) -> usize {
        if size == 0 {
            0
        } else if drop_last {
            samples / size
        } else {
            samples.div_ceil(size)
        }
    }

    #[inline]
    pub(super) fn batches(&self) -> usize {
        match &self.cut {
            Cut::Every { count, .. } => *count,
            Cut::At { ends } => ends.len(),
        }
    }

    /// The indices of one batch.
    #[inline]
    pub(super) fn batch(&self, number: usize) -> &[usize] {
        match &self.cut {
            Cut::Every { size, .. } => {
                let start = number * size;
                &self.indices[start..(start + size).min(self.indices.len())]
            }
            Cut::At { ends } => {
                let start = number.checked_sub(1).map_or(0, |before| ends[before]);
                &self.indices[start..ends[number]]
            }
        }
    }

    /// Whether making the last batch already finds the sampler empty.
    pub(super) fn ends_within_a_batch(&self) -> bool {
        match self.cut {
            Cut::Every { size, count } => self.indices.len() < size * count,
            Cut::At { .. } => false,
        }
    }

    pub(super) fn indices(&self) -> &[usize] {
        &self.indices
    }

    pub(super) fn ends(&self) -> Option<&[usize]> {
        match &self.cut {
            Cut::Every { .. } => None,
            Cut::At { ends } => Some(ends),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts() {
        let epoch = Epoch::new((0..7).collect(), 3, false);
        assert_eq!((epoch.batches(), epoch.batch(2)), (3, &[6][..]));
        assert!(epoch.ends_within_a_batch());
        let epoch = Epoch::new((0..7).collect(), 3, true);
        assert_eq!((epoch.batches(), epoch.batch(1)), (2, &[3, 4, 5][..]));
        assert!(!epoch.ends_within_a_batch());
        let epoch = Epoch::of_batches(&[vec![4, 5], vec![], vec![6]]);
        assert_eq!(
            (epoch.batch(0), epoch.batch(1), epoch.batch(2)),
            (&[4, 5][..], &[][..], &[6][..])
        );
        assert_eq!(Epoch::cut_at(vec![4, 5, 6], vec![2, 2, 3]), Some(epoch));
        assert_eq!(Epoch::cut_at(vec![4, 5, 6], vec![2]), None);
    }
}
