//! Windows that slide along a dimension.

use super::pad::{PadMode, Padding};
use super::pick_put::zeros;
use super::{Indexing, Shapes};
use crate::layout::{Layout, Shape, resolve_dim};
use crate::{Array, ErrorKind, Op, Result, Saved, Saves, Tensor};

/// Windows of `size` entries of one dimension; the entries of a window are a new last dimension.
#[derive(Clone, Debug)]
struct Unfold {
    dim: usize,
    count: usize,
    size: usize,
    /// From one window to the next.
    step: usize,
    /// From one entry of a window to the next.
    dilation: usize,
}

impl Unfold {
    /// # Errors
    /// Windows larger than the dimension, a step or a distance of 0.
    fn new(
        op: &'static str,
        shape: &[usize],
        dim: usize,
        [size, step, dilation]: [usize; 3],
    ) -> Result<Unfold> {
        let whole = shape.get(dim).copied().unwrap_or(1);
        let reach = match size {
            0 => Some(0),
            _ => (size - 1)
                .checked_mul(dilation)
                .and_then(|reach| reach.checked_add(1)),
        };
        match reach {
            Some(reach) if reach <= whole && step > 0 && dilation > 0 => Ok(Unfold {
                dim,
                count: (whole - reach) / step + 1,
                size,
                step,
                dilation,
            }),
            _ => {
                let message = format!(
                    "dimension {dim} of size {whole} has no windows of {size} entries with step {step} and dilation {dilation}"
                );
                Err(ErrorKind::Invalid { op, message }.into())
            }
        }
    }
}

impl Op<1> for Unfold {
    const NAME: &'static str = "unfold";
    const SAVES: Saves = Saves::SHAPES;

    #[inline]
    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let mut shape = x.shape().to_vec();
        let mut strides = x.strides().to_vec();
        let stride = strides[self.dim];
        shape[self.dim] = self.count;
        // The step of a single window and the dilation of a single entry lead nowhere.
        strides[self.dim] = stride.wrapping_mul(self.step);
        shape.push(self.size);
        strides.push(stride.wrapping_mul(self.dilation));
        Layout::row_major(Self::NAME, &shape)?;
        Ok(x.view_with(&Layout::strided(&shape, &strides), 0))
    }

    /// Each entry gets the gradients of all windows it is in.
    fn vjp<A: Array>(&self, _wrt: usize, saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let shape = saved.shape(0)?;
        let dim = self.dim as isize;
        let total = self.count * self.size;
        let mut flat = Shape::new(shape);
        flat.as_mut_slice()[self.dim] = total;
        let g = g.movedim(&[-1], &[dim + 1])?.reshape(flat.as_slice())?;
        let place = |i: usize| (i / self.size) * self.step + i % self.size * self.dilation;
        let index: Vec<i64> = (0..total).map(|i| place(i) as i64).collect();
        let zeros = A::constant(zeros(shape, g.dtype())?);
        zeros.index_add(dim, &Tensor::from_vec(index, [total])?, &g, 1)
    }
}

/// Windows that slide along dimensions.
pub trait Windows: Array {
    /// All windows of `size` neighbouring entries of `dim`, `step` entries from one to the next: `dim`
    /// then counts windows, and their entries are a new last dimension. A view in which windows overlap.
    ///
    /// # Errors
    /// A dimension that does not exist, windows larger than it, a step of 0.
    ///
    /// ```
    /// # use gradus_tensor::tensor;
    /// let x = tensor![1, 2, 3, 4, 5];
    /// assert_eq!(x.unfold(0, 3, 2)?.to_vec::<i64>()?, [1, 2, 3, 3, 4, 5]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn unfold(&self, dim: isize, size: usize, step: usize) -> Result<Self> {
        let at = resolve_dim(Unfold::NAME, dim, self.shape().len())?;
        let unfold = Unfold::new(Unfold::NAME, self.shape(), at, [size, step, 1])?;
        if self.shape().is_empty() {
            return self.reshape([1])?.unfold(0, size, step)?.reshape([size]);
        }
        Self::apply(unfold, [self])
    }

    /// The patches of images as columns, `torch.nn.functional.unfold`: what a convolution multiplies by
    /// its weights.
    ///
    /// # Shapes
    /// `(batch, channels, height, width)` → `(batch, channels · kernel height · kernel width, patches)`,
    /// the patches in row-major order; an image alone has no batch, nor has the result.
    ///
    /// # Errors
    /// Neither three dimensions nor four; patches larger than the padded image; a stride or a dilation
    /// of 0.
    fn im2col(
        &self,
        kernel: [usize; 2],
        dilation: [usize; 2],
        padding: [usize; 2],
        stride: [usize; 2],
    ) -> Result<Self> {
        const OP: &str = "im2col";
        let [batch, channels, _, _] = match *self.shape() {
            [_, _, _] => {
                let batch = self.unsqueeze(0)?;
                return batch.im2col(kernel, dilation, padding, stride)?.squeeze(0);
            }
            [n, c, h, w] => [n, c, h, w],
            _ => {
                return Err(ErrorKind::Rank {
                    op: OP,
                    expected: "3 or 4 dimensions",
                    got: self.shape().to_vec(),
                }
                .into());
            }
        };
        if kernel.contains(&0) {
            let message = "a patch has at least one row and one column".into();
            return Err(ErrorKind::Invalid { op: OP, message }.into());
        }
        let around = padding.map(|n| isize::try_from(n).unwrap_or(isize::MAX));
        let mut patches = if padding == [0, 0] {
            self.clone()
        } else {
            let [high, wide] = around;
            self.pad(&[wide, wide, high, high], PadMode::Constant(0.into()))?
        };
        for d in 0..2 {
            let sizes = [kernel[d], stride[d], dilation[d]];
            let unfold = Unfold::new(OP, patches.shape(), 2 + d, sizes)?;
            patches = Self::apply(unfold, [&patches])?;
        }
        let counts = patches.shape()[2] * patches.shape()[3];
        patches.permute(&[0, 1, 4, 5, 2, 3])?.reshape([
            batch,
            channels * kernel[0] * kernel[1],
            counts,
        ])
    }
}
impl<A: Array> Windows for A {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, check_vjp};
    use crate::{DType, tensor};

    #[test]
    fn vjp() {
        let op = |shape: &[usize], dim, sizes| Unfold::new("unfold", shape, dim, sizes).unwrap();
        check_vjp(op(&[2, 5, 3], 1, [3, 1, 1]), [&[2, 5, 3]]);
        check_vjp(op(&[7, 2], 0, [2, 2, 3]), [&[7, 2]]);
        check_vjp(op(&[3], 0, [0, 1, 1]), [&[3]]);
    }

    #[test]
    fn windows_overlap_without_memory() {
        let x = tensor![[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]];
        let y = x.unfold(1, 2, 1).unwrap();
        assert_eq!((y.shape(), y.strides()), (&[2, 2, 2][..], &[3, 1, 1][..]));
        assert_close(&y, &[0.0, 1.0, 1.0, 2.0, 3.0, 4.0, 4.0, 5.0]);
        assert_close(&x.unfold(0, 1, 5).unwrap(), &[0.0, 1.0, 2.0]);
        assert_eq!(x.unfold(0, 0, 1).unwrap().shape(), [3, 3, 0]);
        assert_eq!(Tensor::scalar(1i64).unfold(0, 1, 1).unwrap().shape(), [1]);
        assert_eq!(
            x.unfold(1, 4, 1).unwrap_err().to_string(),
            "unfold: dimension 1 of size 3 has no windows of 4 entries with step 1 and dilation 1"
        );
        assert!(x.unfold(1, 1, 0).is_err() && x.unfold(2, 1, 1).is_err());
        assert_eq!(x.unfold(1, 1, usize::MAX).unwrap().shape(), [2, 1, 1]);
    }

    #[test]
    fn patches_are_columns() {
        let x = tensor![[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]];
        let y = x.im2col([2, 2], [1, 1], [0, 0], [1, 1]).unwrap();
        assert_eq!(y.shape(), [1, 4, 2]);
        assert_close(&y, &[1.0, 2.0, 2.0, 3.0, 4.0, 5.0, 5.0, 6.0]);
        let y = x.im2col([1, 2], [1, 2], [1, 0], [2, 1]).unwrap();
        assert_eq!(y.shape(), [1, 2, 2]);
        assert_close(&y, &[0.0, 4.0, 0.0, 6.0]);
        let alone = x
            .squeeze(0)
            .unwrap()
            .im2col([2, 3], [1, 1], [0, 0], [1, 1])
            .unwrap();
        assert_eq!(alone.shape(), [6, 1]);
        assert!(x.im2col([3, 1], [1, 1], [0, 0], [1, 1]).is_err());
        assert!(x.im2col([0, 1], [1, 1], [0, 0], [1, 1]).is_err());
        assert!(x.im2col([1, 1], [0, 1], [0, 0], [1, 1]).is_err());
        assert!(x.im2col([1, 1], [1, 1], [usize::MAX, 0], [1, 1]).is_err());
        assert!(
            Tensor::zeros([2, 3], DType::F32)
                .unwrap()
                .im2col([1, 1], [1, 1], [0, 0], [1, 1])
                .is_err()
        );
    }
}
