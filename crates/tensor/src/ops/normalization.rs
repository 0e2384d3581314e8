//! Elements brought to mean 0 and size 1 over groups of them.

use super::expect::expect_float;
use super::operands::expect_one_dtype;
use super::standardize::Standardize;
use super::{Arithmetic, AvgPoolOptions, Exponential, Pooling, Shapes};
use crate::kernel::Groups;
use crate::layout::resolve_dim;
use crate::{Array, DType, Error, ErrorKind, Op, Result};

/// Normalisation layers.
pub trait Normalization: Array {
    /// `(x − m) / √(v + eps)`, where `m` is the mean over `dims` and `v` the variance (the mean square of
    /// `x − m`).
    ///
    /// # Errors
    /// A dimension that does not exist; a tensor that is not floating-point.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let y = tensor![[1.0, 3.0], [5.0, 5.0]].standardize(&[-1], 0.0001)?;
    /// assert_eq!(y.mul_scalar(1000)?.to_vec::<i64>()?, [-999, 999, 0, 0]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn standardize(&self, dims: &[isize], eps: f64) -> Result<Self> {
        const OP: &str = Standardize::NAME;
        expect_float(OP, self)?;
        let rank = self.shape().len();
        let mut chosen = vec![false; rank];
        for &dim in dims {
            let dim = resolve_dim(OP, dim, rank)?;
            if let Some(chosen) = chosen.get_mut(dim) {
                *chosen = true;
            }
        }
        // The other dimensions have to be neighbours: else the groups are brought to the front.
        let first = chosen.iter().position(|&c| !c).unwrap_or(rank);
        let end = chosen.iter().rposition(|&c| !c).map_or(rank, |d| d + 1);
        if chosen[first..end].contains(&true) {
            let kept = (0..rank).filter(|&d| !chosen[d]);
            let order: Vec<usize> = kept.chain((0..rank).filter(|&d| chosen[d])).collect();
            let back = |d: usize| order.iter().position(|&o| o == d).unwrap_or(d) as isize;
            let back: Vec<isize> = (0..rank).map(back).collect();
            let order: Vec<isize> = order.iter().map(|&d| d as isize).collect();
            let count = chosen.iter().filter(|&&c| c).count();
            let last: Vec<isize> = (0..count).map(|d| -1 - d as isize).collect();
            return self
                .permute(&order)?
                .standardize(&last, eps)?
                .permute(&back);
        }
        let size = |range: std::ops::Range<usize>| self.shape()[range].iter().product::<usize>();
        let groups = Groups {
            outer: size(0..first),
            count: size(first..end),
            inner: size(end..rank),
            centre: true,
        };
        Self::apply(Standardize { groups, eps }, [self])
    }

    /// Layer normalisation: [`standardize`](Normalization::standardize) over the last dimensions, then
    /// `· weight + bias`.
    ///
    /// # Shapes
    /// `x`: `(.., normalized_shape..)`, `weight` and `bias`: `normalized_shape`.
    ///
    /// # Errors
    /// A shape that does not end in `normalized_shape`, or `normalized_shape` without dimensions;
    /// dtypes that differ or are not floating-point.
    ///
    /// # Source
    /// Ba, Kiros & Hinton 2016.
    fn layer_norm(
        &self,
        normalized_shape: &[usize],
        weight: Option<&Self>,
        bias: Option<&Self>,
        eps: f64,
    ) -> Result<Self> {
        let y = by_rows("layer_norm", self, normalized_shape, eps, true)?;
        scaled(
            "layer_norm",
            &y,
            weight,
            bias,
            normalized_shape,
            normalized_shape,
        )
    }

    /// As [`layer_norm`](Normalization::layer_norm) without means and bias: `x / √(mean of x² + eps)`;
    /// `eps` is the dtype's rounding unit unless given.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Source
    /// Zhang & Sennrich 2019.
    fn rms_norm(
        &self,
        normalized_shape: &[usize],
        weight: Option<&Self>,
        eps: Option<f64>,
    ) -> Result<Self> {
        let eps = eps.unwrap_or(match self.dtype() {
            DType::F64 => f64::EPSILON,
            // Halves are computed in f32, in PyTorch too.
            _ => f64::from(f32::EPSILON),
        });
        let y = by_rows("rms_norm", self, normalized_shape, eps, false)?;
        scaled(
            "rms_norm",
            &y,
            weight,
            None,
            normalized_shape,
            normalized_shape,
        )
    }

    /// Group normalisation: the channels are cut into `num_groups` parts, each standardised with all its
    /// places, then `· weight + bias` by channel.
    ///
    /// # Shapes
    /// `x`: `(batch, channels, ..)`, `weight` and `bias`: `(channels,)`.
    ///
    /// # Errors
    /// Fewer than two dimensions; channels that do not divide by the groups; dtypes that differ or are
    /// not floating-point.
    ///
    /// # Source
    /// Wu & He 2018.
    fn group_norm(
        &self,
        num_groups: usize,
        weight: Option<&Self>,
        bias: Option<&Self>,
        eps: f64,
    ) -> Result<Self> {
        const OP: &str = "group_norm";
        expect_float(OP, self)?;
        let &[batch, channels, ref places @ ..] = self.shape() else {
            return Err(ErrorKind::Rank {
                op: OP,
                expected: "(batch, channels, ..)",
                got: self.shape().to_vec(),
            }
            .into());
        };
        if num_groups == 0 || channels == 0 || !channels.is_multiple_of(num_groups) {
            let message = format!("{channels} channels do not divide by {num_groups} groups");
            return Err(Error::custom(OP, message));
        }
        if batch > 0 && places.contains(&0) {
            let shape = crate::Dims(self.shape());
            let message = format!("only the batch may be empty, the shape is {shape}");
            return Err(Error::custom(OP, message));
        }
        let groups = Groups {
            outer: 1,
            count: batch * num_groups,
            inner: channels / num_groups * places.iter().product::<usize>(),
            centre: true,
        };
        let y = Self::apply(Standardize { groups, eps }, [self])?;
        let mut broadcast = vec![1; places.len() + 1];
        broadcast[0] = channels;
        scaled(OP, &y, weight, bias, &[channels], &broadcast)
    }

    /// `x / (k + alpha · m)^beta`, where `m` is the mean of the squares of `size` neighbouring channels
    /// around the element's own, zeros beyond the first and the last.
    ///
    /// # Shapes
    /// `(batch, channels, ..)`, the same out.
    ///
    /// # Errors
    /// Fewer than three dimensions, a `size` of 0, a tensor that is not floating-point.
    ///
    /// # Source
    /// Krizhevsky et al. 2012, with the mean instead of the sum, as in PyTorch.
    fn local_response_norm(&self, size: usize, alpha: f64, beta: f64, k: f64) -> Result<Self> {
        const OP: &str = "local_response_norm";
        expect_float(OP, self)?;
        let &[batch, channels, ref places @ ..] = self.shape() else {
            return Err(too_flat(OP, self.shape()));
        };
        if places.is_empty() {
            return Err(too_flat(OP, self.shape()));
        }
        if size == 0 {
            return Err(Error::custom(OP, "the size must be at least 1"));
        }
        if self.shape().contains(&0) {
            return Ok(self.clone());
        }
        let places: usize = places.iter().product();
        let squares = self.square()?.reshape([batch, 1, channels, places])?;
        // The window of an even size has its larger half before the channel; zeros count.
        let window = AvgPoolOptions::new([size, 1])
            .stride(1)
            .padding([size / 2, 0]);
        let means = squares.avg_pool2d(&window)?.narrow(2, 0, channels)?;
        let means = means.reshape(self.shape())?;
        let base = means.mul_scalar(alpha)?.add_scalar(k)?;
        self.div(&base.log()?.mul_scalar(beta)?.exp()?)
    }
}
impl<A: Array> Normalization for A {}

fn too_flat(op: &'static str, shape: &[usize]) -> Error {
    ErrorKind::Rank {
        op,
        expected: "(batch, channels, place..)",
        got: shape.to_vec(),
    }
    .into()
}

/// Standardised over the last dimensions, which have to be `normalized_shape`.
fn by_rows<A: Array>(
    op: &'static str,
    x: &A,
    normalized_shape: &[usize],
    eps: f64,
    centre: bool,
) -> Result<A> {
    expect_float(op, x)?;
    let lead = x.shape().len().checked_sub(normalized_shape.len());
    let Some(lead) =
        lead.filter(|&l| x.shape()[l..] == *normalized_shape && !normalized_shape.is_empty())
    else {
        return Err(ErrorKind::ShapeMismatch {
            op,
            what: "the input's last dimensions are the normalized shape, which has at least one",
            lhs: x.shape().to_vec(),
            rhs: normalized_shape.to_vec(),
        }
        .into());
    };
    let groups = Groups {
        outer: 1,
        count: x.shape()[..lead].iter().product(),
        inner: normalized_shape.iter().product(),
        centre,
    };
    A::apply(Standardize { groups, eps }, [x])
}

/// `y · weight + bias`, both of shape `expected` and broadcast as `broadcast`.
fn scaled<A: Array>(
    op: &'static str,
    y: &A,
    weight: Option<&A>,
    bias: Option<&A>,
    expected: &[usize],
    broadcast: &[usize],
) -> Result<A> {
    let fitting = |parameter: &A, what| {
        expect_one_dtype(op, y, parameter)?;
        if parameter.shape() != expected {
            return Err(ErrorKind::ShapeMismatch {
                op,
                what,
                lhs: parameter.shape().to_vec(),
                rhs: expected.to_vec(),
            }
            .into());
        }
        parameter.reshape(broadcast)
    };
    let weight = weight.map(|w| fitting(w, "shape of the weight"));
    let bias = bias.map(|b| fitting(b, "shape of the bias"));
    let mut y = y.clone();
    if let Some(weight) = weight {
        y = y.mul(&weight?)?;
    }
    if let Some(bias) = bias {
        y = y.add(&bias?)?;
    }
    Ok(y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::assert_close;
    use crate::{Tensor, tensor};

    #[test]
    fn by_hand() {
        let x = tensor![[1.0, 3.0], [-2.0, 2.0]];
        assert_close(&x.standardize(&[1], 0.0).unwrap(), &[-1.0, 1.0, -1.0, 1.0]);
        assert_close(&x.standardize(&[0], 0.0).unwrap(), &[1.0, 1.0, -1.0, -1.0]);
        let (w, b) = (tensor![2.0, 1.0], tensor![0.5, 0.0]);
        assert_close(
            &x.layer_norm(&[2], Some(&w), Some(&b), 0.0).unwrap(),
            &[-1.5, 1.0, -1.5, 1.0],
        );
        assert_close(
            &tensor![[3.0, 4.0, 0.0, 0.0]]
                .rms_norm(&[4], None, Some(0.0))
                .unwrap(),
            &[1.2, 1.6, 0.0, 0.0],
        );
        let channels = tensor![[[1.0, 3.0], [5.0, 7.0]]];
        assert_close(
            &channels.group_norm(2, Some(&w), Some(&b), 0.0).unwrap(),
            &[-1.5, 2.5, -1.0, 1.0],
        );
        assert_close(
            &channels.standardize(&[0, 2], 0.0).unwrap(),
            &[-1.0, 1.0, -1.0, 1.0],
        );
        let y = tensor![[[1.0], [2.0]]]
            .local_response_norm(2, 2.0, 1.0, 1.0)
            .unwrap();
        assert_close(&y, &[0.5, 1.0 / 3.0]);
    }

    #[test]
    fn groups_of_any_dimensions() {
        let x = crate::testkit::values(&[2, 3, 4], -1.0, 1.0, 1);
        let y = x.standardize(&[1], 0.1).unwrap();
        for i in 0..2 {
            for k in 0..4 {
                let of = |t: &Tensor| t.select(0, i).unwrap().select(1, k).unwrap().contiguous();
                let alone = of(&x).standardize(&[0], 0.1).unwrap();
                assert_close(&of(&y), &alone.to_vec::<f64>().unwrap());
            }
        }
        let empty = Tensor::zeros([0, 3], DType::F32).unwrap();
        assert_eq!(
            empty.layer_norm(&[3], None, None, 1e-5).unwrap().shape(),
            [0, 3]
        );
    }

    #[test]
    fn refused() {
        let nothing = Tensor::zeros([2, 0, 3], DType::F32).unwrap();
        assert!(nothing.group_norm(1, None, None, 1e-5).is_err());
        assert!(nothing.group_norm(usize::MAX, None, None, 1e-5).is_err());
        let x = Tensor::zeros([2, 3], DType::F32).unwrap();
        let e = x.layer_norm(&[2], None, None, 1e-5).unwrap_err();
        assert_eq!(
            e.to_string(),
            "layer_norm: the input's last dimensions are the normalized shape, which has at least one: (2, 3) against (2,)"
        );
        let e = x.group_norm(2, None, None, 1e-5).unwrap_err();
        assert_eq!(
            e.to_string(),
            "group_norm: 3 channels do not divide by 2 groups"
        );
        let e = x
            .group_norm(3, Some(&tensor![1.0]), None, 1e-5)
            .unwrap_err();
        assert_eq!(
            e.to_string(),
            "group_norm: shape of the weight: (1,) against (3,)"
        );
        assert!(x.local_response_norm(2, 1.0, 1.0, 1.0).is_err());
        assert!(tensor![[1, 2]].layer_norm(&[2], None, None, 0.0).is_err());
    }
}
