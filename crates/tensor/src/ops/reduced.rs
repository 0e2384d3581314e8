//! Reducing dimensions: which, to what shape, and by which fold.

use super::Shapes;
use crate::dispatch::for_compute;
use crate::kernel;
use crate::layout::{Layout, MAX_RANK, resolve_dim};
use crate::{Array, DType, Element, ErrorKind, Result, Tensor};

/// A set of dimensions of one tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DimSet(u8);

impl DimSet {
    /// # Errors
    /// A dimension that does not exist or is named twice.
    pub(super) fn new(op: &'static str, dims: &[isize], rank: usize) -> Result<DimSet> {
        let mut set = 0;
        for &dim in dims {
            let bit = 1 << resolve_dim(op, dim, rank)?;
            if set & bit != 0 {
                let message = format!("dimension {dim} is named twice in {dims:?}");
                return Err(ErrorKind::Invalid { op, message }.into());
            }
            set |= bit;
        }
        Ok(DimSet(set))
    }

    /// These dimensions; all of them if none is named.
    ///
    /// # Errors
    /// As [`new`](DimSet::new).
    pub(super) fn or_all(op: &'static str, dims: &[isize], rank: usize) -> Result<DimSet> {
        if dims.is_empty() {
            Ok(DimSet::all(rank))
        } else {
            DimSet::new(op, dims, rank)
        }
    }

    pub(super) fn all(rank: usize) -> DimSet {
        DimSet(((1u16 << rank) - 1) as u8)
    }

    pub(super) fn has(self, dim: usize) -> bool {
        self.0 & (1 << dim) != 0
    }

    /// Whether these are the last of `rank` dimensions.
    pub(super) fn are_last(self, rank: usize) -> bool {
        (0..rank).rev().take_while(|&d| self.has(d)).count() == self.0.count_ones() as usize
    }

    /// In the form that methods take: an empty list names all.
    pub(super) fn list(self) -> Vec<isize> {
        let dims = (0..MAX_RANK).filter(|&d| self.has(d));
        dims.map(|d| d as isize).collect()
    }

    /// Whether a reduced dimension of this shape is empty.
    pub(super) fn is_over_nothing(self, shape: &[usize]) -> bool {
        (0..shape.len()).any(|d| self.has(d) && shape[d] == 0)
    }

    /// How many elements of a tensor of this shape become one.
    pub(super) fn count(self, shape: &[usize]) -> usize {
        let sizes = shape.iter().enumerate().filter(|(d, _)| self.has(*d));
        sizes.map(|(_, size)| size).product()
    }

    /// Gives a reduced array its dimensions back, each of size 1.
    ///
    /// # Errors
    /// None: the array was reduced from this shape.
    pub(super) fn restore<A: Array>(self, reduced: &A, shape: &[usize]) -> Result<A> {
        if reduced.shape().len() == shape.len() {
            return Ok(reduced.clone());
        }
        reduced.reshape(reduced_layout("reshape", shape, self, true)?.shape())
    }
}

/// A shape seen as `(outer, reduced, inner)`, if the reduced dimensions are neighbours.
fn as_three(shape: &[usize], dims: DimSet) -> Option<(usize, usize, usize)> {
    let rank = shape.len();
    let first = (0..rank).find(|&d| dims.has(d)).unwrap_or(rank);
    let end = (0..rank).rfind(|&d| dims.has(d)).map_or(rank, |d| d + 1);
    let size = |range: std::ops::Range<usize>| shape[range].iter().product::<usize>();
    let neighbours = (first..end).all(|d| dims.has(d));
    neighbours.then(|| (size(0..first), size(first..end), size(end..rank)))
}

/// A copy with the reduced dimensions moved to the end, and its sizes as `(outer, reduced, 1)`.
fn reduced_last(x: &Tensor, dims: DimSet) -> Result<(Tensor, (usize, usize, usize))> {
    let kept = (0..x.rank()).filter(|&d| !dims.has(d));
    let reduced = (0..x.rank()).filter(|&d| dims.has(d));
    let order: Vec<isize> = kept
        .clone()
        .chain(reduced.clone())
        .map(|d| d as isize)
        .collect();
    let size = |d: usize| x.shape()[d];
    let sizes = (kept.map(size).product(), reduced.map(size).product(), 1);
    Ok((x.permute(&order)?.contiguous(), sizes))
}

/// The shape that is left; reduced dimensions stay as 1 if `keepdim`.
pub(super) fn reduced_layout(
    op: &'static str,
    shape: &[usize],
    dims: DimSet,
    keepdim: bool,
) -> Result<Layout> {
    let mut layout = Layout::unset();
    set_reduced(&mut layout, op, shape, dims, keepdim)?;
    Ok(layout)
}

/// As [`reduced_layout`], in place.
fn set_reduced(
    layout: &mut Layout,
    op: &'static str,
    shape: &[usize],
    dims: DimSet,
    keepdim: bool,
) -> Result<()> {
    let mut left = [0; MAX_RANK];
    let mut rank = 0;
    for (d, &size) in shape.iter().enumerate() {
        if !dims.has(d) || keepdim {
            left[rank] = if dims.has(d) { 1 } else { size };
            rank += 1;
        }
    }
    layout.set_row_major(op, &left[..rank])
}

/// What the elements along the reduced dimensions become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    Sum,
    Product,
    Largest,
    Smallest,
}

/// Reduces `dims` of a tensor of any layout and dtype; halves are computed in `f32`, integers and
/// bools in `i64`, and the result is converted back.
pub(super) fn reduce(
    op: &'static str,
    x: &Tensor,
    dims: DimSet,
    keepdim: bool,
    fold: Fold,
) -> Result<Tensor> {
    let mut layout = Layout::unset();
    set_reduced(&mut layout, op, x.shape(), dims, keepdim)?;
    if !x.is_contiguous()
        && let Some(order) = order_in_memory(x)
    {
        return reduce_in_order(op, x, &order, dims, fold)?.reshape(layout.shape());
    }
    if let Some(sizes) = as_three(x.shape(), dims) {
        return Ok(reduce_middle(x, sizes, &layout, fold));
    }
    let rank = x.rank();
    if x.numel() >= MANY && x.is_contiguous() && dims.has(rank - 1) {
        // The last ones first: then nothing is copied.
        let last = (0..rank).rev().take_while(|&d| dims.has(d));
        let last = DimSet(last.fold(0, |set, d| set | 1 << d));
        let partial = reduce(op, x, last, true, fold)?;
        let whole = reduce(op, &partial, DimSet(dims.0 & !last.0), true, fold)?;
        return whole.reshape(layout.shape());
    }
    let (x, sizes) = reduced_last(x, dims)?;
    Ok(reduce_middle(&x, sizes, &layout, fold))
}

/// So many elements are not copied to be reduced in one go.
const MANY: usize = 32 * 1024;

/// The dimensions from the one whose neighbours lie farthest apart to the one in which they lie together, if
/// memory has no holes.
fn order_in_memory(x: &Tensor) -> Option<Vec<isize>> {
    let mut order: Vec<usize> = (0..x.rank()).collect();
    order.sort_by_key(|&d| std::cmp::Reverse(x.strides()[d]));
    let mut step = 1;
    for &d in order.iter().rev() {
        let size = x.shape()[d];
        if size != 1 && x.strides()[d] != step {
            return None;
        }
        step *= size;
    }
    Some(order.into_iter().map(|d| d as isize).collect())
}

/// Reduces a tensor in the order of its memory, as PyTorch does; reduced dimensions stay as 1.
fn reduce_in_order(
    op: &'static str,
    x: &Tensor,
    order: &[isize],
    dims: DimSet,
    fold: Fold,
) -> Result<Tensor> {
    let (mut set, mut back) = (0, [0; MAX_RANK]);
    for (to, &from) in order.iter().enumerate() {
        set |= u8::from(dims.has(from as usize)) << to;
        back[from as usize] = to as isize;
    }
    let reduced = reduce(op, &x.permute(order)?, DimSet(set), true, fold)?;
    Ok(reduced.permute(&back[..order.len()])?.contiguous())
}

/// Bools are counted, but for their extremes.
fn reduce_middle(x: &Tensor, sizes: (usize, usize, usize), layout: &Layout, fold: Fold) -> Tensor {
    if x.dtype() == DType::Bool {
        return match fold {
            Fold::Largest => kernel::join_middle::<bool, _>(x, sizes, layout, kernel::Larger),
            Fold::Smallest => kernel::join_middle::<bool, _>(x, sizes, layout, kernel::Smaller),
            Fold::Sum if sizes.2 == 1 => kernel::count_true(x, sizes.1, layout),
            _ => reduce_middle(&kernel::cast(x, DType::I64), sizes, layout, fold),
        };
    }
    for_compute!(x.dtype(), T => {
        if x.dtype() != T::DTYPE {
            let wide = reduce_middle(&kernel::cast(x, T::DTYPE), sizes, layout, fold);
            return kernel::cast(&wide, x.dtype());
        }
        match fold {
            Fold::Sum => kernel::sum_middle::<T>(x, sizes, layout),
            Fold::Product => kernel::join_middle::<T, _>(x, sizes, layout, kernel::Times),
            Fold::Largest => kernel::join_middle::<T, _>(x, sizes, layout, kernel::Larger),
            Fold::Smallest => kernel::join_middle::<T, _>(x, sizes, layout, kernel::Smaller),
        }
    })
}
