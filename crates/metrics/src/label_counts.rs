//! How often each pair of labels occurred, for labels taken as they come.

use crate::exact_sum::ExactSum;
use crate::label_index::{LabelIndex, range, unique};

/// A square grid of counts that grows with the labels.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct LabelCounts {
    /// Ascending.
    labels: Vec<i64>,
    /// Row-major, `labels × labels`.
    counts: Vec<u64>,
    /// Like `counts`, empty while no weight was given.
    weights: Vec<ExactSum>,
}

/// Labels that lie this close are counted without looking them up.
const SMALL_SPAN: usize = 64;

impl LabelCounts {
    /// A grid for the labels `0..classes`, all counts 0.
    pub(crate) fn of_classes(classes: usize) -> Self {
        Self {
            labels: (0..classes as i64).collect(),
            counts: vec![0; classes * classes],
            weights: Vec::new(),
        }
    }

    pub(crate) fn labels(&self) -> &[i64] {
        &self.labels
    }

    pub(crate) fn size(&self) -> usize {
        self.labels.len()
    }

    pub(crate) fn is_weighted(&self) -> bool {
        !self.weights.is_empty()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.weights.is_empty() && self.counts.iter().all(|&count| count == 0)
    }

    /// Samples without weight in a cell.
    pub(crate) fn count(&self, row: usize, column: usize) -> u64 {
        self.counts[row * self.size() + column]
    }

    /// Samples and weights in a cell.
    pub(crate) fn cell(&self, row: usize, column: usize) -> f64 {
        let count = self.count(row, column) as f64;
        match self.weights.get(row * self.size() + column) {
            None => count,
            Some(weight) => count + weight.value(),
        }
    }

    /// Counts pairs of a row's and a column's label.
    pub(crate) fn add(&mut self, rows: &[i64], columns: &[i64], weights: Option<&[f64]>) {
        let Some((min, span)) = range(&[rows, columns]) else {
            return;
        };
        if span < SMALL_SPAN && weights.is_none() {
            return self.add_small(rows, columns, min, span + 1);
        }
        self.grow(&unique(&[rows, columns]));
        let index = LabelIndex::new(&self.labels);
        let position = |label| index.position(label).expect("grow took the label in");
        let size = self.size();
        let cells = rows
            .iter()
            .zip(columns)
            .map(|(&row, &column)| position(row) * size + position(column));
        match weights {
            None => cells.for_each(|cell| self.counts[cell] += 1),
            Some(weights) => {
                self.weights.resize(self.counts.len(), ExactSum::default());
                for (cell, &weight) in cells.zip(weights) {
                    self.weights[cell].add(weight);
                }
            }
        }
    }

    /// Counts straight into a grid over the range of the labels. Four grids in
    /// turn, because consecutive samples of one cell would otherwise wait for
    /// each other's store.
    fn add_small(&mut self, rows: &[i64], columns: &[i64], min: i64, side: usize) {
        let mut grids = vec![[0u64; 4]; side * side];
        for (rows, columns) in rows.chunks(4).zip(columns.chunks(4)) {
            for (lane, (&r, &c)) in rows.iter().zip(columns).enumerate() {
                grids[(r - min) as usize * side + (c - min) as usize][lane] += 1;
            }
        }
        let counts: Vec<u64> = grids.iter().map(|lanes| lanes.iter().sum()).collect();
        let present: Vec<usize> = (0..side)
            .filter(|&label| {
                (0..side)
                    .any(|other| counts[label * side + other] + counts[other * side + label] > 0)
            })
            .collect();
        let labels: Vec<i64> = present.iter().map(|&label| min + label as i64).collect();
        self.grow(&labels);
        let index = LabelIndex::new(&self.labels);
        let size = self.size();
        let place: Vec<usize> = labels
            .iter()
            .map(|&label| index.position(label).expect("grow took the label in"))
            .collect();
        for (&row, &to_row) in present.iter().zip(&place) {
            for (&column, &to_column) in present.iter().zip(&place) {
                self.counts[to_row * size + to_column] += counts[row * side + column];
            }
        }
    }

    /// Adds all of `other`'s counts.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.grow(&other.labels);
        if other.is_weighted() {
            self.weights.resize(self.counts.len(), ExactSum::default());
        }
        let index = LabelIndex::new(&self.labels);
        let place: Vec<usize> = other
            .labels
            .iter()
            .map(|&label| index.position(label).expect("grow took the label in"))
            .collect();
        let (size, theirs) = (self.size(), other.size());
        for from in 0..other.counts.len() {
            let to = place[from / theirs] * size + place[from % theirs];
            self.counts[to] += other.counts[from];
            if let Some(weight) = other.weights.get(from) {
                self.weights[to].merge(weight);
            }
        }
    }

    /// Takes new labels in; the counts move to their new places.
    fn grow(&mut self, labels: &[i64]) {
        let index = LabelIndex::new(&self.labels);
        if labels.iter().all(|&label| index.position(label).is_some()) {
            return;
        }
        let old = std::mem::take(&mut self.labels);
        self.labels = unique(&[&old, labels]);
        let index = LabelIndex::new(&self.labels);
        let (size, side) = (self.size(), old.len());
        let place: Vec<usize> = old
            .iter()
            .map(|&label| index.position(label).expect("old labels are kept"))
            .collect();
        let counts = std::mem::replace(&mut self.counts, vec![0; size * size]);
        let weighted = !self.weights.is_empty();
        let weights = std::mem::take(&mut self.weights);
        if weighted {
            self.weights.resize(size * size, ExactSum::default());
        }
        for from in 0..counts.len() {
            let to = place[from / side] * size + place[from % side];
            self.counts[to] = counts[from];
        }
        for (from, weight) in weights.into_iter().enumerate() {
            self.weights[place[from / side] * size + place[from % side]] = weight;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_apart_labels_and_near_ones_count_alike() {
        let (rows, columns) = ([0, 1, 1, 0, 1], [1, 1, 0, 0, 1]);
        let spread = |labels: [i64; 5]| labels.map(|label| label * 1_000_000_007 - 5);
        let counts = |rows: &[i64], columns: &[i64]| {
            let mut counts = LabelCounts::default();
            counts.add(rows, columns, None);
            counts.counts
        };
        assert_eq!(counts(&rows, &columns), [1, 1, 1, 2]);
        assert_eq!(counts(&spread(rows), &spread(columns)), [1, 1, 1, 2]);
    }

    #[test]
    fn counts_keep_their_labels_when_more_come() {
        let mut counts = LabelCounts::default();
        counts.add(&[5, 5], &[5, 0], None);
        counts.add(&[3], &[5], Some(&[0.5]));
        assert_eq!(counts.labels(), [0, 3, 5]);
        assert_eq!((counts.count(2, 2), counts.count(2, 0)), (1, 1));
        assert_eq!((counts.cell(1, 2), counts.cell(2, 2)), (0.5, 1.0));
    }
}
