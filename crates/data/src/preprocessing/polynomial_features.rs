//! Products of features.

use super::columns::Rows;
use crate::error::{Error, Result};
use gradus_tensor::Tensor;

/// All products of features up to a degree: for (a, b) and degree 2, 1, a, b, a², ab, b². scikit-learn's `PolynomialFeatures`.
///
/// There is nothing to fit. The columns come degree by degree, in lexicographic order within one.
///
/// # Examples
/// ```
/// use gradus_data::PolynomialFeatures;
/// use gradus_tensor::Tensor;
///
/// let x = Tensor::from_vec(vec![2.0, 3.0], [1, 2])?;
/// let y = PolynomialFeatures::new(2).transform(&x)?;
/// assert_eq!(y.to_vec::<f64>()?, [1.0, 2.0, 3.0, 4.0, 6.0, 9.0]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PolynomialFeatures {
    degree: usize,
    include_bias: bool,
    interaction_only: bool,
}

/// More output columns than anyone means to ask for.
const MAX_COLUMNS: usize = 1_000_000;

impl PolynomialFeatures {
    /// Products of up to `degree` factors, and the column of ones.
    #[must_use]
    #[inline]
    pub fn new(degree: usize) -> Self {
        Self {
            degree,
            include_bias: true,
            interaction_only: false,
        }
    }

    /// Whether a column of ones comes first.
    #[must_use]
    #[inline]
    pub fn include_bias(mut self, include_bias: bool) -> Self {
        self.include_bias = include_bias;
        self
    }

    /// Whether only products of different features are made.
    #[must_use]
    #[inline]
    pub fn interaction_only(mut self, interaction_only: bool) -> Self {
        self.interaction_only = interaction_only;
        self
    }

    /// The products, `f64`.
    ///
    /// # Errors
    /// If `x` is no table `(samples, features)`, is empty, holds a number that is not finite, or the products are too many.
    #[inline]
    pub fn transform(&self, x: &Tensor) -> Result<Tensor> {
        let rows = Rows::of("PolynomialFeatures", x)?;
        let products = self.products(rows.features)?;
        let width = products.len() + usize::from(self.include_bias);
        let n = rows.count;
        let mut out = Vec::with_capacity(n * width);
        for row in rows.values().chunks_exact(rows.features) {
            out.extend(self.include_bias.then_some(1.0));
            let start = out.len();
            for product in &products {
                let rest = product.rest.map_or(1.0, |rest| out[start + rest]);
                out.push(rest * row[product.first]);
            }
        }
        Ok(Tensor::from_vec(out, [n, width])?)
    }

    #[inline]
    fn products(&self, features: usize) -> Result<Vec<Product>> {
        let mut products: Vec<Product> = Vec::new();
        let mut previous = 0..0;
        for degree in 1..=self.degree {
            let start = products.len();
            for first in 0..features {
                if degree == 1 {
                    products.push(Product { first, rest: None });
                    continue;
                }
                for rest in previous.clone() {
                    let next = products[rest].first;
                    if next > first || (next == first && !self.interaction_only) {
                        products.push(Product {
                            first,
                            rest: Some(rest),
                        });
                    }
                }
                if products.len() > MAX_COLUMNS {
                    let message = format!(
                        "degree {} of {features} features makes more than {MAX_COLUMNS} columns",
                        self.degree
                    );
                    return Err(Error::argument("PolynomialFeatures", message));
                }
            }
            previous = start..products.len();
        }
        Ok(products)
    }
}

/// A feature times a product of later ones.
struct Product {
    first: usize,
    rest: Option<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degree_three_and_interactions() {
        let x = Tensor::from_vec(vec![2.0, 3.0, 5.0], [1, 3]).unwrap();
        let run = |p: PolynomialFeatures| p.transform(&x).unwrap().to_vec::<f64>().unwrap();
        let cubic = run(PolynomialFeatures::new(3).include_bias(false));
        assert_eq!(cubic.len(), 3 + 6 + 10);
        assert_eq!(
            cubic[9..],
            [8.0, 12.0, 20.0, 18.0, 30.0, 50.0, 27.0, 45.0, 75.0, 125.0]
        );
        let mixed = run(PolynomialFeatures::new(3).interaction_only(true));
        assert_eq!(mixed, [1.0, 2.0, 3.0, 5.0, 6.0, 10.0, 15.0, 30.0]);
    }

    #[test]
    fn too_many_columns_are_an_error() {
        let x = Tensor::from_vec(vec![1.0; 100], [1, 100]).unwrap();
        assert!(PolynomialFeatures::new(9).transform(&x).is_err());
    }
}
