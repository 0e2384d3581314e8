//! A classification problem of chosen difficulty.

use super::{columns_reordered, product, reordered, shares, without_replacement};
use crate::error::{Error, Result};
use gradus_random::RandomState;
use gradus_tensor::Tensor;

/// Clusters at the corners of a hypercube, with redundant, repeated and useless features: `sklearn.datasets.make_classification`.
///
/// # Examples
/// ```
/// use gradus_data::Classification;
///
/// let (x, y) = Classification { n_samples: 60, n_classes: 3, n_informative: 3, ..Classification::default() }.make()?;
/// assert_eq!((x.shape(), y.shape()), (&[60, 20][..], &[60][..]));
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Classification {
    /// Rows.
    pub n_samples: usize,
    /// Columns; those that are neither informative, redundant nor repeated are noise.
    pub n_features: usize,
    /// Columns that decide the class.
    pub n_informative: usize,
    /// Columns that are random linear combinations of the informative ones.
    pub n_redundant: usize,
    /// Columns that repeat informative or redundant ones.
    pub n_repeated: usize,
    /// Classes.
    pub n_classes: usize,
    /// Clusters of each class, each at a corner of its own.
    pub n_clusters_per_class: usize,
    /// Fraction of the labels drawn anew at random.
    pub flip_y: f64,
    /// Half the side of the hypercube: larger is easier.
    pub class_sep: f64,
    /// Whether rows and columns come in random order.
    pub shuffle: bool,
    /// Seed of the NumPy stream.
    pub random_state: u32,
}

impl Default for Classification {
    #[inline]
    fn default() -> Self {
        Self {
            n_samples: 100,
            n_features: 20,
            n_informative: 2,
            n_redundant: 2,
            n_repeated: 0,
            n_classes: 2,
            n_clusters_per_class: 2,
            flip_y: 0.01,
            class_sep: 1.0,
            shuffle: true,
            random_state: 0,
        }
    }
}

/// Beyond this, corner numbers would not fit into the words they are drawn from.
const MAX_INFORMATIVE: usize = 30;

impl Classification {
    /// Draws the data: (x, y).
    ///
    /// # Shapes
    /// `(n_samples, n_features)` of `f64`, `(n_samples,)` of `i64`.
    ///
    /// # Errors
    /// If there are fewer corners than clusters, more special columns than columns, or a fraction out of range.
    #[inline]
    pub fn make(&self) -> Result<(Tensor, Tensor)> {
        self.check()?;
        let (n, features) = (self.n_samples, self.n_features);
        let mut rs = RandomState::new(self.random_state);
        let (mut columns, mut y) = self.clusters(&mut rs)?;
        self.add_redundant(&mut columns, &mut rs);
        self.add_repeated(&mut columns, &mut rs);
        self.add_useless(&mut columns, &mut rs);
        let mut x: Vec<f64> = (0..n)
            .flat_map(|row| columns.iter().map(move |column| column[row]))
            .collect();
        let flipped: Vec<usize> = (0..n).filter(|_| rs.next_unit() < self.flip_y).collect();
        let labels = rs.randint(0, self.n_classes as i64, flipped.len())?;
        for (row, label) in flipped.into_iter().zip(labels) {
            y[row] = label;
        }
        if self.shuffle {
            let mut rows: Vec<usize> = (0..n).collect();
            rs.shuffle(&mut rows);
            x = reordered(&x, features, &rows);
            y = reordered(&y, 1, &rows);
            let mut order: Vec<usize> = (0..features).collect();
            rs.shuffle(&mut order);
            x = columns_reordered(&x, features, &order);
        }
        Ok((
            Tensor::from_vec(x, [n, features])?,
            Tensor::from_vec(y, [n])?,
        ))
    }

    #[inline]
    fn check(&self) -> Result<()> {
        let refuse = |message: String| Err(Error::argument("make_classification", message));
        let special = self.n_informative + self.n_redundant + self.n_repeated;
        let clusters = self.n_classes * self.n_clusters_per_class;
        if clusters == 0 {
            return refuse("there are no clusters".into());
        }
        if !(1..=MAX_INFORMATIVE).contains(&self.n_informative) {
            let message = format!(
                "{} informative features; use 1 to {MAX_INFORMATIVE}",
                self.n_informative
            );
            return refuse(message);
        }
        if special > self.n_features {
            let message = format!(
                "{special} informative, redundant and repeated features of {}",
                self.n_features
            );
            return refuse(message);
        }
        if clusters > 1 << self.n_informative {
            let message = format!(
                "{clusters} clusters on {} corners of a hypercube",
                1_u64 << self.n_informative
            );
            return refuse(message);
        }
        if !(0.0..=1.0).contains(&self.flip_y) {
            return refuse(format!("flip_y is {}; it must lie in [0, 1]", self.flip_y));
        }
        Ok(())
    }

    /// The informative columns and the labels.
    #[inline]
    fn clusters(&self, rs: &mut RandomState) -> Result<(Vec<Vec<f64>>, Vec<i64>)> {
        let (n, width) = (self.n_samples, self.n_informative);
        let clusters = self.n_classes * self.n_clusters_per_class;
        let corners = without_replacement::sample(1 << width, clusters, rs);
        let drawn = rs.standard_normal(n * width);
        let mut columns = vec![Vec::with_capacity(n); width];
        let mut y = Vec::with_capacity(n);
        let mut start = 0;
        for (cluster, size) in shares(n, clusters).into_iter().enumerate() {
            let rows = &drawn[start * width..(start + size) * width];
            start += size;
            let mixed = product(rows, &symmetric_uniform(width * width, rs), width, width);
            for row in mixed.chunks_exact(width) {
                for (bit, (column, value)) in columns.iter_mut().zip(row).enumerate() {
                    let corner = (corners[cluster] >> (width - 1 - bit)) & 1;
                    let center = corner as f64 * (2.0 * self.class_sep) - self.class_sep;
                    column.push(value + center);
                }
            }
            y.extend(std::iter::repeat_n((cluster % self.n_classes) as i64, size));
        }
        Ok((columns, y))
    }

    #[inline]
    fn add_redundant(&self, columns: &mut Vec<Vec<f64>>, rs: &mut RandomState) {
        if self.n_redundant == 0 {
            return;
        }
        let weights = symmetric_uniform(self.n_informative * self.n_redundant, rs);
        for redundant in 0..self.n_redundant {
            let combined = (0..self.n_samples)
                .map(|row| {
                    let weights = weights.iter().skip(redundant).step_by(self.n_redundant);
                    columns
                        .iter()
                        .zip(weights)
                        .map(|(column, weight)| column[row] * weight)
                        .sum()
                })
                .collect();
            columns.push(combined);
        }
    }

    #[inline]
    fn add_repeated(&self, columns: &mut Vec<Vec<f64>>, rs: &mut RandomState) {
        let before = columns.len();
        for _ in 0..self.n_repeated {
            let source = ((before as f64 - 1.0) * rs.next_unit() + 0.5) as usize;
            columns.push(columns[source].clone());
        }
    }

    #[inline]
    fn add_useless(&self, columns: &mut Vec<Vec<f64>>, rs: &mut RandomState) {
        let useless = self.n_features - columns.len();
        if useless == 0 {
            return;
        }
        let noise = rs.standard_normal(self.n_samples * useless);
        for column in 0..useless {
            columns.push(
                noise
                    .iter()
                    .skip(column)
                    .step_by(useless)
                    .copied()
                    .collect(),
            );
        }
    }
}

/// Uniform numbers in [−1, 1).
#[inline]
fn symmetric_uniform(n: usize, rs: &mut RandomState) -> Vec<f64> {
    (0..n).map(|_| 2.0 * rs.next_unit() - 1.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_column_is_one_of_the_others() {
        let made = Classification {
            n_samples: 30,
            n_features: 4,
            n_informative: 2,
            n_redundant: 1,
            n_repeated: 1,
            shuffle: false,
            ..Classification::default()
        };
        let (x, y) = made.make().unwrap();
        let x = x.to_vec::<f64>().unwrap();
        let equal = |a: usize, b: usize| x.chunks(4).all(|row| row[a] == row[b]);
        assert!(equal(3, 0) || equal(3, 1) || equal(3, 2));
        assert!(
            y.to_vec::<i64>()
                .unwrap()
                .iter()
                .all(|label| (0..2).contains(label))
        );
    }

    #[test]
    fn settings_that_do_not_fit_are_errors() {
        let refused = |made: Classification| made.make().unwrap_err().to_string();
        let default = Classification::default();
        assert_eq!(
            refused(Classification {
                n_classes: 3,
                ..default
            }),
            "make_classification: 6 clusters on 4 corners of a hypercube"
        );
        assert_eq!(
            refused(Classification {
                n_features: 3,
                ..default
            }),
            "make_classification: 4 informative, redundant and repeated features of 3"
        );
        assert!(
            refused(Classification {
                flip_y: 2.0,
                ..default
            })
            .contains("flip_y is 2")
        );
        assert!(
            refused(Classification {
                n_informative: 31,
                n_features: 40,
                ..default
            })
            .contains("1 to 30")
        );
        assert!(
            refused(Classification {
                n_classes: 0,
                ..default
            })
            .contains("no clusters")
        );
    }
}
