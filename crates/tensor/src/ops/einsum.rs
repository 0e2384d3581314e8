//! Einstein's sums.

use super::equation::{Equation, Label, OP, Term, invalid, name};
use super::operands::expect_one_dtype;
use super::{Arithmetic, Diagonals, MatrixProduct, Shapes, Sums};
use crate::{Array, Result};

/// An array whose dimensions have names.
#[derive(Clone)]
struct Named<A> {
    x: A,
    labels: Vec<Label>,
}

impl<A: Array> Named<A> {
    fn new(operand: usize, term: &Term, x: &A) -> Result<Named<A>> {
        let (rank, letters) = (x.shape().len(), term.letters.len());
        let fits = if term.ellipsis.is_some() {
            letters <= rank
        } else {
            letters == rank
        };
        if !fits {
            return invalid(format!(
                "operand {operand} has {rank} dimensions, its term names {letters}"
            ));
        }
        let labels = term.labels(rank - letters);
        Named {
            x: x.clone(),
            labels,
        }
        .diagonal(operand)
    }

    /// Each label once: what is named twice is a diagonal.
    fn diagonal(mut self, operand: usize) -> Result<Named<A>> {
        let labels = self.labels.clone();
        for (i, label) in labels.iter().enumerate() {
            if labels[..i].contains(label) {
                let (first, second) = (
                    self.position(*label),
                    self.labels.iter().rposition(|l| l == label),
                );
                let (first, second) = (first.unwrap_or(0), second.unwrap_or(0));
                let sizes = (self.x.shape()[first], self.x.shape()[second]);
                if sizes.0 != sizes.1 {
                    return invalid(format!(
                        "operand {operand} names {} twice, for sizes {} and {}",
                        name(*label),
                        sizes.0,
                        sizes.1
                    ));
                }
                self.x = self.x.diagonal(0, first as isize, second as isize)?;
                self.labels.remove(second);
                self.labels.remove(first);
                self.labels.push(*label);
            }
        }
        Ok(self)
    }

    fn position(&self, label: Label) -> Option<usize> {
        self.labels.iter().position(|&l| l == label)
    }

    fn has(&self, label: Label) -> bool {
        self.labels.contains(&label)
    }

    fn size(&self, label: Label) -> usize {
        self.position(label).map_or(1, |d| self.x.shape()[d])
    }

    fn sizes(&self, labels: &[Label]) -> Vec<usize> {
        labels.iter().map(|&l| self.size(l)).collect()
    }

    /// Without the dimensions that are `gone`: their sums, of integers `i64`. One element is no sum.
    fn without(mut self, gone: impl Fn(Label) -> bool) -> Result<Named<A>> {
        let dims: Vec<isize> = (0..self.labels.len())
            .filter(|&d| gone(self.labels[d]))
            .map(|d| d as isize)
            .collect();
        if dims.is_empty() {
            return Ok(self);
        }
        let single = dims.iter().all(|&d| self.x.shape()[d as usize] == 1);
        self.x = if single {
            self.x.squeeze_dims(&dims)?
        } else {
            self.x.sum_dims(&dims, false)?
        };
        self.labels.retain(|&l| !gone(l));
        Ok(self)
    }

    /// The dimensions in this order; those it lacks have size 1.
    fn in_order(&self, labels: &[Label]) -> Result<A> {
        let own: Vec<isize> = labels
            .iter()
            .filter_map(|&l| self.position(l))
            .map(|d| d as isize)
            .collect();
        let sorted = own.iter().copied().eq(0..own.len() as isize);
        let x = if sorted {
            self.x.clone()
        } else {
            self.x.permute(&own)?
        };
        x.reshape(self.sizes(labels))
    }

    /// The product of two, summed over what nobody needs any more.
    fn times(self, other: Named<A>, needed: impl Fn(Label) -> bool) -> Result<Named<A>> {
        // A size of 1 repeats; as a dimension of its own it would stand in the way.
        let (a, b) = (self.clone().squeezed(&other)?, other.squeezed(&self)?);
        let a = a.clone().without(|l| !b.has(l) && !needed(l))?;
        let b = b.without(|l| !a.has(l) && !needed(l))?;
        let only = |x: &Named<A>, f: &dyn Fn(Label) -> bool| {
            x.labels
                .iter()
                .copied()
                .filter(|&l| f(l))
                .collect::<Vec<Label>>()
        };
        let batch = only(&a, &|l| b.has(l) && needed(l));
        let summed = only(&a, &|l| b.has(l) && !needed(l));
        let (left, right) = (only(&a, &|l| !b.has(l)), only(&b, &|l| !a.has(l)));
        let labels = [&batch[..], &left, &right].concat();
        if summed.is_empty() {
            let x = a.in_order(&labels)?.mul(&b.in_order(&labels)?)?;
            return Ok(Named { x, labels });
        }
        expect_one_dtype(OP, &a.x, &b.x)?;
        let count = |x: &Named<A>, labels: &[Label]| x.sizes(labels).iter().product::<usize>();
        let (m, n, k) = (count(&a, &left), count(&b, &right), count(&a, &summed));
        let rows = a.in_order(&[&batch[..], &left, &summed].concat())?;
        let columns = b.in_order(&[&batch[..], &summed, &right].concat())?;
        let product = if batch.is_empty() {
            rows.reshape([m, k])?.mm(&columns.reshape([k, n])?)?
        } else {
            let count = count(&a, &batch);
            rows.reshape([count, m, k])?
                .bmm(&columns.reshape([count, k, n])?)?
        };
        let shape = [a.sizes(&batch), a.sizes(&left), b.sizes(&right)].concat();
        Ok(Named {
            x: product.reshape(shape)?,
            labels,
        })
    }

    /// Without dimensions of size 1 that are longer in the other.
    fn squeezed(mut self, other: &Named<A>) -> Result<Named<A>> {
        let longer = |x: &Self, l: Label| x.size(l) == 1 && other.size(l) != 1;
        let left: Vec<Label> = (self.labels.iter().copied())
            .filter(|&l| !longer(&self, l))
            .collect();
        if left.len() < self.labels.len() {
            self.x = self.x.reshape(self.sizes(&left))?;
            self.labels = left;
        }
        Ok(self)
    }
}

/// Sizes of one label are equal or 1.
fn expect_sizes<A: Array>(operands: &[Named<A>]) -> Result<()> {
    let mut seen: Vec<(Label, usize)> = vec![];
    for (i, operand) in operands.iter().enumerate() {
        for &label in &operand.labels {
            let size = operand.size(label);
            match seen.iter_mut().find(|(l, _)| *l == label) {
                None => seen.push((label, size)),
                Some((_, other)) if *other == 1 => *other = size,
                Some((_, other)) if size == *other || size == 1 => {}
                Some((_, other)) => {
                    return invalid(format!(
                        "{} has size {size} in operand {i} and {other} before",
                        name(label)
                    ));
                }
            }
        }
    }
    Ok(())
}

/// Sums of products, written as an equation.
pub trait Einsum: Array {
    /// `torch.einsum`: each operand's dimensions get letters, products are summed over every letter
    /// that the output does not name. `...` stands for any number of dimensions that broadcast. A letter
    /// named twice in a term is a diagonal. Without `->` the output has, in alphabetical order, the
    /// letters that stand once.
    ///
    /// Operands are multiplied from left to right, as matrix products where something is summed over.
    ///
    /// # Errors
    /// An equation that cannot be read or does not fit the operands; sizes of one letter that differ
    /// and are not 1; dtypes that differ, unless nothing is summed.
    ///
    /// ```
    /// # use gradus_tensor::{Tensor, tensor};
    /// let a = tensor![[1.0, 2.0], [3.0, 4.0]];
    /// assert_eq!(Tensor::einsum("ij,jk->ik", &[&a, &a])?.to_vec::<f32>()?, [7.0, 10.0, 15.0, 22.0]);
    /// assert_eq!(Tensor::einsum("ii", &[&a])?.item::<f32>()?, 5.0);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn einsum(equation: &str, operands: &[&Self]) -> Result<Self> {
        let parsed = Equation::parse(equation)?;
        let (terms, count) = (parsed.inputs.len(), operands.len());
        if terms != count {
            return invalid(format!(
                "`{equation}` has {terms} terms, there are {count} operands"
            ));
        }
        let mut named = Vec::with_capacity(count);
        for (i, (term, x)) in parsed.inputs.iter().zip(operands).enumerate() {
            named.push(Named::new(i, term, *x)?);
        }
        expect_sizes(&named)?;
        let places =
            named
                .iter()
                .flat_map(|operand| &operand.labels)
                .filter_map(|label| match label {
                    Label::Hidden(place) => Some(place + 1),
                    Label::Letter(_) => None,
                });
        let output = parsed.output(places.max().unwrap_or(0))?;
        let mut rest = named.into_iter();
        let Some(mut product) = rest.next() else {
            return invalid("at least one operand is needed".into());
        };
        while let Some(next) = rest.next() {
            let later = rest.as_slice();
            let needed = |l: Label| output.contains(&l) || later.iter().any(|o| o.has(l));
            product = product.times(next, needed)?;
        }
        product.without(|l| !output.contains(&l))?.in_order(&output)
    }
}
impl<A: Array> Einsum for A {}

#[cfg(test)]
mod tests {
    use crate::testkit::{assert_close, values};
    use crate::{DType, Tensor, tensor};

    fn close(equation: &str, operands: &[&Tensor], expected: &Tensor) {
        let got = Tensor::einsum(equation, operands).unwrap();
        assert_eq!(got.shape(), expected.shape(), "{equation}");
        assert_close(&got, &expected.to_vec::<f64>().unwrap());
    }

    #[test]
    fn equations_of_one_operand() {
        let x = values(&[3, 3], -1.0, 1.0, 1);
        close("ij->ji", &[&x], &x.t().unwrap());
        close("ba", &[&x], &x.t().unwrap());
        close("ii->i", &[&x], &x.diagonal(0, 0, 1).unwrap());
        close("ii", &[&x], &x.trace().unwrap());
        close("ij->j", &[&x], &x.sum_dims(&[0], false).unwrap());
        close("...->...", &[&x], &x);
        close("i...->...", &[&x], &x.sum_dims(&[0], false).unwrap());
        close("i...", &[&x], &x.t().unwrap());
        close(" ... j -> j ", &[&x], &x.sum_dims(&[0], false).unwrap());
        let cube = values(&[2, 2, 2], -1.0, 1.0, 2);
        let spine = cube.diagonal(0, 0, 1).unwrap().diagonal(0, 0, 1).unwrap();
        close("iii->i", &[&cube], &spine);
    }

    #[test]
    fn equations_of_several_operands() {
        let (a, b) = (values(&[2, 3], -1.0, 1.0, 1), values(&[3, 4], -1.0, 1.0, 2));
        let c = values(&[4, 2], -1.0, 1.0, 3);
        let product = a.matmul(&b).unwrap();
        close("ij,jk", &[&a, &b], &product);
        close("ij,jk->ki", &[&a, &b], &product.t().unwrap());
        close(
            "ij,jk,ki->",
            &[&a, &b, &c],
            &product.matmul(&c).unwrap().trace().unwrap(),
        );
        close("ij,ij->ij", &[&a, &a], &a.square().unwrap());
        close(
            "ij,kl->",
            &[&a, &b],
            &a.sum().unwrap().mul(&b.sum().unwrap()).unwrap(),
        );
        let batch = values(&[5, 3, 4], -1.0, 1.0, 4);
        close("ij,bjk->bik", &[&a, &batch], &a.matmul(&batch).unwrap());
        close(
            "...ij,...jk->...ik",
            &[&a, &batch],
            &a.matmul(&batch).unwrap(),
        );
        close(
            "bjk,bjk->b",
            &[&batch, &batch],
            &batch.square().unwrap().sum_dims(&[1, 2], false).unwrap(),
        );
    }

    #[test]
    fn products_of_integers_keep_their_dtype() {
        let x = tensor![[100], [100], [100]].to_dtype(DType::U8).unwrap();
        let number = Tensor::ones([], DType::U8).unwrap();
        let einsum = |equation, operands: &[&Tensor]| {
            let y = Tensor::einsum(equation, operands).unwrap();
            (y.dtype(), y.to_vec::<i64>().unwrap())
        };
        // Sums are i64, as sum's are, but what has one element is not summed.
        assert_eq!(einsum("ij->", &[&x]), (DType::I64, vec![300]));
        assert_eq!(einsum("ij,->i", &[&x, &number]), (DType::U8, vec![100; 3]));
        assert_eq!(einsum("ij,ik->", &[&x, &x]), (DType::U8, vec![48]));
    }

    #[test]
    fn a_size_of_one_repeats() {
        let (a, b) = (
            tensor![[2.0], [3.0]],
            tensor![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
        );
        close(
            "ij,kj->ik",
            &[&a, &b],
            &tensor![[6.0, 14.0, 22.0], [9.0, 21.0, 33.0]],
        );
        close(
            "ij,kj->ikj",
            &[&a, &b],
            &a.unsqueeze(1).unwrap().mul(&b).unwrap(),
        );
        close(
            "i,i->i",
            &[&tensor![2.0], &tensor![1.0, 2.0]],
            &tensor![2.0, 4.0],
        );
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let x = tensor![[1.0, 2.0], [3.0, 4.0]];
        let message = |equation: &str, operands: &[&Tensor]| {
            Tensor::einsum(equation, operands).unwrap_err().to_string()
        };
        assert_eq!(
            message("i", &[&x]),
            "einsum: operand 0 has 2 dimensions, its term names 1"
        );
        assert_eq!(
            message("ij,jk->ik", &[&x]),
            "einsum: `ij,jk->ik` has 2 terms, there are 1 operands"
        );
        assert_eq!(
            message("ij->ii", &[&x]),
            "einsum: the output names `i` twice"
        );
        assert_eq!(
            message("ij->k", &[&x]),
            "einsum: the output names `k`, which no operand has"
        );
        assert_eq!(
            message("ij,jk->ik", &[&x, &tensor![[1.0], [2.0], [3.0]]]),
            "einsum: `j` has size 3 in operand 1 and 2 before"
        );
        assert_eq!(
            message("i1", &[&x]),
            "einsum: `1` in the term `i1`: a term is made of letters and at most one `...`"
        );
        assert_eq!(
            message("ii", &[&tensor![[1.0, 2.0]]]),
            "einsum: operand 0 names `i` twice, for sizes 1 and 2"
        );
        for bad in ["..ij", "...i...", "ij->i.j", "ij->ji->ij", ""] {
            assert!(Tensor::einsum(bad, &[&x]).is_err(), "{bad}");
        }
        assert!(Tensor::einsum("", &[]).is_err());
    }
}
