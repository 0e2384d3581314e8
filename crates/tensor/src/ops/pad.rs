//! Elements added around a tensor.

use super::{Concatenate, Indexing, Shapes};
use crate::kernel;
use crate::layout::{Layout, Shape};
use crate::tensor::expect_fits;
use crate::{Array, ErrorKind, Op, Result, Saved, Saves, Scalar, Tensor};

/// What stands around a padded tensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PadMode {
    /// One number.
    Constant(Scalar),
    /// The tensor mirrored at its edge, which is not repeated.
    Reflect,
    /// The elements at the edge.
    Replicate,
    /// The tensor again, as if it were a ring; what negative numbers take away is no part of it.
    Circular,
}

impl PadMode {
    fn name(self) -> &'static str {
        match self {
            PadMode::Constant(_) => "constant",
            PadMode::Reflect => "reflect",
            PadMode::Replicate => "replicate",
            PadMode::Circular => "circular",
        }
    }
}

/// A tensor with one number around it.
#[derive(Clone, Debug)]
struct Pad {
    before: Shape,
    after: Shape,
    value: Scalar,
}

impl Op<1> for Pad {
    const NAME: &'static str = "pad";
    const SAVES: Saves = Saves::NOTHING;

    fn forward(&self, [x]: [&Tensor; 1]) -> Result<Tensor> {
        let (before, after) = (self.before.as_slice(), self.after.as_slice());
        let mut shape = Shape::new(x.shape());
        for (d, size) in shape.as_mut_slice().iter_mut().enumerate() {
            *size = size.saturating_add(before[d]).saturating_add(after[d]);
        }
        let layout = Layout::row_major(Self::NAME, shape.as_slice())?;
        let mut out = kernel::fill(&layout, self.value, x.dtype());
        let first = before
            .iter()
            .zip(layout.strides())
            .map(|(n, step)| n * step);
        let first = if x.numel() == 0 { 0 } else { first.sum() };
        kernel::write(
            &mut out,
            &Layout::strided(x.shape(), layout.strides()),
            first,
            x,
        );
        Ok(out)
    }

    /// The gradient without its edges
    fn vjp<A: Array>(&self, _wrt: usize, _saved: &Saved<'_, A>, g: &A) -> Result<A> {
        let mut inner = g.clone();
        for (d, (&before, &after)) in self
            .before
            .as_slice()
            .iter()
            .zip(self.after.as_slice())
            .enumerate()
        {
            if before + after > 0 {
                inner = inner.narrow(d as isize, before, g.shape()[d] - before - after)?;
            }
        }
        Ok(inner)
    }
}

/// Elements added around a tensor.
pub trait Padding: Array {
    /// Adds elements before and after each of the last dimensions: `pad` is `[before, after]` of the last
    /// one, then of the one before it, and so on. Negative numbers take elements away.
    ///
    /// # Conventions
    /// [`Reflect`](PadMode::Reflect), [`Replicate`](PadMode::Replicate) and
    /// [`Circular`](PadMode::Circular) work on the last one, two or three dimensions of a tensor with one
    /// or two more, as in PyTorch.
    ///
    /// # Errors
    /// An odd number of entries or more than two for each dimension; a tensor of another rank; more
    /// elements than there are to mirror (one less than the size) or to take around (the size).
    ///
    /// ```
    /// # use gradus_tensor::{ops::PadMode, tensor};
    /// let x = tensor![[1, 2, 3]];
    /// let y = x.pad(&[1, 2], PadMode::Reflect)?;
    /// assert_eq!(y.to_vec::<i64>()?, [2, 1, 2, 3, 2, 1]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn pad(&self, pad: &[isize], mode: PadMode) -> Result<Self> {
        let rank = self.shape().len();
        let dims = pad.len() / 2;
        let fits = match mode {
            PadMode::Constant(_) => dims <= rank,
            _ => (1..=3).contains(&dims) && (dims + 1..=dims + 2).contains(&rank),
        };
        if !fits || !pad.len().is_multiple_of(2) {
            let takes = match mode {
                PadMode::Constant(_) => "two are for each of the last dimensions",
                _ => {
                    "two are for each of the last one, two or three dimensions, before which the tensor has one or two more"
                }
            };
            let mode = mode.name();
            let message = format!(
                "{} entries do not pad {rank} dimensions in mode {mode}; {takes}",
                pad.len()
            );
            return Err(ErrorKind::Invalid {
                op: Pad::NAME,
                message,
            }
            .into());
        }
        match mode {
            PadMode::Constant(value) => pad_constant(self, pad, value),
            _ => {
                let mut padded = self.clone();
                if mode == PadMode::Circular {
                    // What is taken away is no part of the ring.
                    let cuts: Vec<isize> = pad.iter().map(|&n| n.min(0)).collect();
                    padded = pad_constant(&padded, &cuts, Scalar::Int(0))?;
                }
                for (d, sides) in pad.chunks_exact(2).enumerate() {
                    let mut sides = [sides[0], sides[1]];
                    if mode == PadMode::Circular {
                        sides = sides.map(|n| n.max(0));
                    }
                    padded = pad_by_index(&padded, rank - 1 - d, sides, mode)?;
                }
                Ok(padded)
            }
        }
    }

    /// As [`pad`](Padding::pad) with [`PadMode::Constant`].
    ///
    /// # Errors
    /// As there.
    fn constant_pad_nd(&self, pad: &[isize], value: impl Into<Scalar>) -> Result<Self> {
        self.pad(pad, PadMode::Constant(value.into()))
    }
}
impl<A: Array> Padding for A {}

/// What is left of a size, or an error.
fn padded_size(dim: usize, size: usize, [before, after]: [isize; 2]) -> Result<usize> {
    let whole = (size as isize).saturating_add(before).saturating_add(after);
    // Taking more from one side than there is cannot be made up on the other.
    let cut = before.min(0).saturating_add(after.min(0)).unsigned_abs();
    if whole < 0 || cut > size {
        let message =
            format!("dimension {dim} of size {size} has no [{before}, {after}] elements to give");
        return Err(ErrorKind::Invalid {
            op: Pad::NAME,
            message,
        }
        .into());
    }
    Ok(whole as usize)
}

fn pad_constant<A: Array>(x: &A, pad: &[isize], value: Scalar) -> Result<A> {
    expect_fits(Pad::NAME, value, x.dtype())?;
    let rank = x.shape().len();
    let mut inner = x.clone();
    let mut op = Pad {
        before: Shape::new(&[0; crate::MAX_RANK][..rank]),
        after: Shape::new(&[0; crate::MAX_RANK][..rank]),
        value,
    };
    for (d, sides) in pad.chunks_exact(2).enumerate() {
        let (dim, sides) = (rank - 1 - d, [sides[0], sides[1]]);
        let size = x.shape()[dim];
        padded_size(dim, size, sides)?;
        let [cut_before, cut_after] = sides.map(|n| n.min(0).unsigned_abs());
        if cut_before + cut_after > 0 {
            inner = inner.narrow(dim as isize, cut_before, size - cut_before - cut_after)?;
        }
        let [before, after] = sides.map(|n| n.max(0) as usize);
        op.before.as_mut_slice()[dim] = before;
        op.after.as_mut_slice()[dim] = after;
    }
    A::apply(op, [&inner])
}

/// Pads one dimension with elements of its own.
fn pad_by_index<A: Array>(x: &A, dim: usize, sides: [isize; 2], mode: PadMode) -> Result<A> {
    let size = x.shape()[dim];
    let most = match mode {
        PadMode::Reflect => size as isize - 1,
        PadMode::Circular => size as isize,
        _ => isize::MAX,
    };
    if size == 0 || sides.iter().any(|&n| n > most) {
        let message = format!(
            "dimension {dim} of size {size} has no {sides:?} elements to add in mode {}",
            mode.name()
        );
        return Err(ErrorKind::Invalid {
            op: Pad::NAME,
            message,
        }
        .into());
    }
    let whole = match mode {
        // Taking away more than there is on one side leaves the elements of the other.
        PadMode::Replicate => {
            let whole = (size as isize)
                .saturating_add(sides[0])
                .saturating_add(sides[1]);
            usize::try_from(whole).or_else(|_| padded_size(dim, size, sides))?
        }
        _ => padded_size(dim, size, sides)?,
    };
    let mut shape = x.shape().to_vec();
    shape[dim] = whole;
    Layout::row_major(Pad::NAME, &shape)?;
    let last = size as i64 - 1;
    let source = |i: i64| {
        let at = i.saturating_sub(sides[0] as i64);
        match mode {
            PadMode::Reflect if at < 0 => -at,
            PadMode::Reflect if at > last => 2 * last - at,
            PadMode::Circular => at.rem_euclid(size as i64),
            _ => at.clamp(0, last),
        }
    };
    let picked = |places: std::ops::Range<usize>| {
        let index: Tensor = places.map(|i| source(i as i64)).collect();
        x.index_select(dim as isize, &index)
    };
    // What is added is picked, what stays is copied.
    let [cut_before, cut_after] = sides.map(|n| n.min(0).unsigned_abs());
    let before = sides[0].max(0) as usize;
    let end = size.saturating_sub(cut_after);
    let len = end.saturating_sub(cut_before);
    if len == 0 {
        return picked(0..whole);
    }
    let middle = x.narrow(dim as isize, cut_before, len)?;
    let (front, back) = (picked(0..before)?, picked(before + len..whole)?);
    A::cat(&[&front, &middle, &back], dim as isize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{assert_close, check_vjp};
    use crate::{DType, tensor};

    #[test]
    fn vjp() {
        let op = Pad {
            before: Shape::new(&[0, 1]),
            after: Shape::new(&[2, 0]),
            value: Scalar::Float(3.0),
        };
        check_vjp(op, [&[2, 3]]);
    }

    #[test]
    fn constants_surround_and_negative_numbers_cut() {
        let x = tensor![[1.0, 2.0], [3.0, 4.0]];
        let y = x.constant_pad_nd(&[1, 0, 0, 1], 9).unwrap();
        assert_close(&y, &[9.0, 1.0, 2.0, 9.0, 3.0, 4.0, 9.0, 9.0, 9.0]);
        let y = x.t().unwrap().constant_pad_nd(&[-1, 2], 0).unwrap();
        assert_close(&y, &[3.0, 0.0, 0.0, 4.0, 0.0, 0.0]);
        assert_eq!(x.constant_pad_nd(&[-1, -1], 0).unwrap().shape(), [2, 0]);
        let bytes = x.to_dtype(DType::U8).unwrap();
        assert_eq!(
            bytes
                .constant_pad_nd(&[1, 1], f64::INFINITY)
                .unwrap_err()
                .to_string(),
            "pad: inf does not fit in u8; take a wider dtype"
        );
        let empty = Tensor::zeros([0, 2], DType::F32).unwrap();
        assert_eq!(
            empty
                .constant_pad_nd(&[0, 0, 1, 1], 5)
                .unwrap()
                .to_vec::<f32>()
                .unwrap(),
            [5.0; 4]
        );
        assert!(x.constant_pad_nd(&[-2, -1], 0).is_err() && x.constant_pad_nd(&[1], 0).is_err());
        assert!(x.constant_pad_nd(&[0; 6], 0).is_err());
        assert!(x.constant_pad_nd(&[isize::MAX, isize::MAX], 0).is_err());
        assert!(x.constant_pad_nd(&[isize::MIN, isize::MIN], 0).is_err());
    }

    #[test]
    fn edges_of_the_tensor_itself() {
        let x = tensor![[1.0, 2.0, 3.0]];
        let of = |pad: &[isize], mode| x.pad(pad, mode).unwrap();
        assert_close(
            &of(&[2, 1], PadMode::Reflect),
            &[3.0, 2.0, 1.0, 2.0, 3.0, 2.0],
        );
        assert_close(
            &of(&[1, 2], PadMode::Replicate),
            &[1.0, 1.0, 2.0, 3.0, 3.0, 3.0],
        );
        assert_close(
            &of(&[1, 3], PadMode::Circular),
            &[3.0, 1.0, 2.0, 3.0, 1.0, 2.0, 3.0],
        );
        assert_close(&of(&[-1, 2], PadMode::Reflect), &[2.0, 3.0, 2.0, 1.0]);
        assert_close(&of(&[-1, 2], PadMode::Circular), &[2.0, 3.0, 2.0, 3.0]);
        assert!(x.pad(&[-2, 2], PadMode::Circular).is_err());
        assert_close(&of(&[-4, 5], PadMode::Replicate), &[3.0, 3.0, 3.0, 3.0]);
        assert_eq!(
            x.pad(&[3, 0], PadMode::Reflect).unwrap_err().to_string(),
            "pad: dimension 1 of size 3 has no [3, 0] elements to add in mode reflect"
        );
        assert!(x.pad(&[4, 0], PadMode::Circular).is_err());
        assert!(x.pad(&[1, 1, 1, 1], PadMode::Reflect).is_err());
        assert!(tensor![1.0].pad(&[1, 1], PadMode::Replicate).is_err());
    }
}
