//! From labels to positions, densely where labels are small integers.

/// The distinct labels of all `sets`, ascending.
pub(crate) fn unique(sets: &[&[i64]]) -> Vec<i64> {
    let Some((min, span)) = range(sets) else {
        return Vec::new();
    };
    if span >= DENSE_SPAN {
        let mut all = sets.concat();
        all.sort_unstable();
        all.dedup();
        return all;
    }
    let mut present = vec![false; span + 1];
    for &label in sets.iter().copied().flatten() {
        present[(label - min) as usize] = true;
    }
    (0..=span)
        .filter(|&offset| present[offset])
        .map(|offset| min + offset as i64)
        .collect()
}

/// Smallest label and the distance to the largest; `None` without labels.
pub(crate) fn range(sets: &[&[i64]]) -> Option<(i64, usize)> {
    let mut bounds: Option<(i64, i64)> = None;
    for set in sets.iter().filter(|set| !set.is_empty()) {
        let (low, high) = set
            .iter()
            .fold((i64::MAX, i64::MIN), |(low, high), &label| {
                (low.min(label), high.max(label))
            });
        bounds = Some(bounds.map_or((low, high), |(l, h)| (l.min(low), h.max(high))));
    }
    bounds.map(|(low, high)| {
        let span = i128::from(high) - i128::from(low);
        (low, usize::try_from(span).unwrap_or(usize::MAX))
    })
}

/// Up to this distance between labels a table is used instead of a search.
const DENSE_SPAN: usize = 1 << 16;
const ABSENT: u32 = u32::MAX;

/// Where each label stands in a list.
#[derive(Debug)]
pub(crate) enum LabelIndex {
    Table { min: i64, slots: Vec<u32> },
    Sorted(Vec<(i64, usize)>),
}

impl LabelIndex {
    /// If a label stands in the list twice, its last position counts.
    pub(crate) fn new(labels: &[i64]) -> Self {
        match range(&[labels]) {
            Some((min, span)) if span < DENSE_SPAN => {
                let mut slots = vec![ABSENT; span + 1];
                for (slot, &label) in labels.iter().enumerate() {
                    slots[(label - min) as usize] = slot as u32;
                }
                LabelIndex::Table { min, slots }
            }
            _ => {
                let mut sorted: Vec<_> = labels.iter().copied().zip(0..).collect();
                sorted.sort_unstable();
                LabelIndex::Sorted(sorted)
            }
        }
    }

    pub(crate) fn position(&self, label: i64) -> Option<usize> {
        match self {
            LabelIndex::Table { min, slots } => {
                let offset = label.wrapping_sub(*min) as u64;
                match usize::try_from(offset).ok().and_then(|at| slots.get(at)) {
                    Some(&slot) if slot != ABSENT => Some(slot as usize),
                    _ => None,
                }
            }
            LabelIndex::Sorted(sorted) => sorted
                .binary_search_by_key(&label, |&(label, _)| label)
                .ok()
                .map(|at| sorted[at].1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unique_is_sorted_whatever_the_span() {
        assert_eq!(unique(&[&[3, -1, 3], &[], &[7]]), [-1, 3, 7]);
        assert_eq!(
            unique(&[&[i64::MAX, 0, i64::MIN, 0]]),
            [i64::MIN, 0, i64::MAX]
        );
        assert_eq!(unique(&[&[], &[]]), [0i64; 0]);
    }

    #[test]
    fn position_finds_present_and_refuses_absent() {
        for labels in [vec![5, 2, 9], vec![i64::MIN, 4, i64::MAX]] {
            let index = LabelIndex::new(&labels);
            for (slot, &label) in labels.iter().enumerate() {
                assert_eq!(index.position(label), Some(slot));
            }
            for absent in [3, -7, 100] {
                assert_eq!(index.position(absent), None);
            }
        }
    }
}
