//! Which elements of a tensor an index names, whatever the strides of its memory.

use super::positions::{positions, resolve_position, resolve_range};
use crate::dispatch::for_compute;
use crate::index::Index;
use crate::kernel::{self, Number, Picked, Table};
use crate::layout::{Layout, MAX_RANK, Shape, broadcast_shapes, resolve_dim, same_shape};
use crate::{DType, Element, ErrorKind, Result, Tensor};

/// One element of a source for each index of a shape.
///
/// Along each dimension of that shape the place moves along one dimension of the source in equal
/// steps, or through the tables, which hold positions in dimensions of the source.
#[derive(Debug)]
pub(super) struct Places {
    op: &'static str,
    source: Shape,
    shape: Shape,
    /// Where the first element lies in each dimension of the source.
    first: [usize; MAX_RANK],
    /// Dimension of the source and step of each dimension of the shape that moves in equal steps.
    along: [Option<(usize, usize)>; MAX_RANK],
    /// Dimensions of the source with the positions in them: contiguous, `i64`, all of one shape.
    tables: Vec<(usize, Tensor)>,
    /// The dimension of the shape at which the dimensions of the tables begin.
    tables_at: usize,
}

/// What an index of one dimension leaves of it.
enum Kept {
    Dim(usize, usize),
    NewAxis,
    Table,
}

impl Places {
    /// `x[indices]`.
    ///
    /// # Errors
    /// Too many indices, positions that do not exist, masks of another shape, tables that do not
    /// broadcast, a step below 1.
    pub(super) fn index(op: &'static str, source: &[usize], indices: &[Index]) -> Result<Places> {
        let mut places = Places::nothing(op, source);
        let (mut kept, mut sizes) = (Vec::new(), Vec::new());
        let mut dim = 0;
        let whole = |kept: &mut Vec<Kept>, sizes: &mut Vec<usize>, dim: usize| {
            kept.push(Kept::Dim(dim, 1));
            sizes.push(source[dim]);
        };
        let named: usize = indices.iter().map(consumed).sum();
        if named > source.len() {
            let message = format!(
                "{named} dimensions are indexed, the tensor has {}",
                source.len()
            );
            return Err(ErrorKind::Invalid { op, message }.into());
        }
        let mut spread = false;
        for index in indices {
            match index {
                Index::At(position) => {
                    places.first[dim] = resolve_position(op, *position as i64, dim, source[dim])?;
                    dim += 1;
                }
                Index::Slice { start, end, step } => {
                    let range = (*start, *end, *step);
                    let (first, len) = resolve_range(op, range, source[dim])?;
                    places.first[dim] = first;
                    kept.push(Kept::Dim(dim, *step as usize));
                    sizes.push(len);
                    dim += 1;
                }
                Index::NewAxis => {
                    kept.push(Kept::NewAxis);
                    sizes.push(1);
                }
                Index::Ellipsis => {
                    if std::mem::replace(&mut spread, true) {
                        let message = "an ellipsis may stand only once".into();
                        return Err(ErrorKind::Invalid { op, message }.into());
                    }
                    for _ in 0..source.len() - named {
                        whole(&mut kept, &mut sizes, dim);
                        dim += 1;
                    }
                }
                // A number in a tensor is a position.
                Index::Tensor(at) if at.rank() == 0 && at.dtype().is_integer() => {
                    let position = at.item::<i64>()?;
                    places.first[dim] = resolve_position(op, position, dim, source[dim])?;
                    dim += 1;
                }
                Index::Tensor(tensor) => {
                    let mask = tensor.dtype() == DType::Bool;
                    if mask && tensor.rank() == 0 {
                        let message = "a mask needs at least one dimension".into();
                        return Err(ErrorKind::Invalid { op, message }.into());
                    }
                    for table in tables_of(op, tensor, dim, source)? {
                        kept.push(Kept::Table);
                        sizes.push(0);
                        places.tables.push((dim, table));
                        dim += 1;
                    }
                }
            }
        }
        while dim < source.len() {
            whole(&mut kept, &mut sizes, dim);
            dim += 1;
        }
        places.arrange(&kept, &sizes)?;
        Ok(places)
    }

    /// The entries of one dimension that a vector of positions names. The source has dimensions.
    ///
    /// # Errors
    /// A dimension or an entry that does not exist; an index that is not a vector of integers.
    pub(super) fn entries(
        op: &'static str,
        source: &[usize],
        dim: isize,
        index: &Tensor,
    ) -> Result<Places> {
        let dim = resolve_dim(op, dim, source.len())?;
        if index.rank() > 1 {
            return Err(ErrorKind::Rank {
                op,
                expected: "an index vector",
                got: index.shape().to_vec(),
            }
            .into());
        }
        let table = positions(op, index, dim, source[dim], false)?.view([index.numel()])?;
        let mut places = Places::nothing(op, source);
        places.move_along_all_but(dim, source.len());
        places.tables = vec![(dim, table)];
        places.tables_at = dim;
        places.shape = Shape::new(source);
        places.shape.as_mut_slice()[dim] = index.numel();
        Layout::row_major(op, places.shape())?;
        Ok(places)
    }

    /// For each element of `index` the entry of `dim` that it names, at the same place in all other
    /// dimensions: what `gather` reads and `scatter` writes. Source and index have dimensions.
    ///
    /// # Errors
    /// A dimension or an entry that does not exist, an index of another rank or larger in another
    /// dimension, an index that holds no integers.
    pub(super) fn gather(
        op: &'static str,
        source: &[usize],
        dim: isize,
        index: &Tensor,
    ) -> Result<Places> {
        let dim = resolve_dim(op, dim, source.len())?;
        let of = index.shape();
        let fits =
            of.len() == source.len() && (0..of.len()).all(|d| d == dim || of[d] <= source[d]);
        let mut places = Places::nothing(op, source);
        places.shape = Shape::new(of);
        // An index without elements names nothing, whatever its shape.
        if index.numel() > 0 && !fits {
            return Err(ErrorKind::ShapeMismatch {
                op,
                what: "an index has the rank of its tensor and is larger in no other dimension",
                lhs: of.to_vec(),
                rhs: source.to_vec(),
            }
            .into());
        }
        let table = positions(op, index, dim, source[dim], false)?;
        if fits {
            places.move_along_all_but(dim, source.len());
            places.tables = vec![(dim, table)];
        }
        Ok(places)
    }

    /// `len` entries of one dimension at equal steps; they exist.
    pub(super) fn range(source: &[usize], dim: usize, range: (usize, usize, usize)) -> Places {
        let (first, len, step) = range;
        let mut places = Places::nothing("slice", source);
        places.move_along_all_but(dim, source.len());
        places.along[dim] = Some((dim, step));
        places.first[dim] = first;
        places.shape = Shape::new(source);
        places.shape.as_mut_slice()[dim] = len;
        places
    }

    fn nothing(op: &'static str, source: &[usize]) -> Places {
        Places {
            op,
            source: Shape::new(source),
            shape: Shape::new(&[]),
            first: [0; MAX_RANK],
            along: [None; MAX_RANK],
            tables: Vec::new(),
            tables_at: 0,
        }
    }

    /// Puts what the indices left in its order.
    fn arrange(&mut self, kept: &[Kept], sizes: &[usize]) -> Result<()> {
        let mut common = Shape::new(&[]);
        for (_, table) in &self.tables {
            common = broadcast_shapes(self.op, common.as_slice(), table.shape())?;
        }
        for (_, table) in &mut self.tables {
            *table = table.expand(common.as_slice())?.contiguous();
        }
        let is_table = |kept: &Kept| matches!(kept, Kept::Table);
        let first = kept.iter().position(is_table).unwrap_or(0);
        let last = kept.iter().rposition(is_table).unwrap_or(0);
        let apart = !kept[first..].iter().take(last + 1 - first).all(is_table);
        self.tables_at = if apart { 0 } else { first };
        let (mut shape, mut along) = (Vec::new(), Vec::new());
        let tables = |shape: &mut Vec<usize>, along: &mut Vec<_>| {
            shape.extend_from_slice(common.as_slice());
            along.resize(shape.len(), None);
        };
        if apart {
            tables(&mut shape, &mut along);
        }
        for (i, (kept, &size)) in kept.iter().zip(sizes).enumerate() {
            match *kept {
                Kept::Table if i == first && !apart => tables(&mut shape, &mut along),
                Kept::Table => {}
                Kept::NewAxis => {
                    shape.push(size);
                    along.push(None);
                }
                Kept::Dim(dim, step) => {
                    shape.push(size);
                    along.push(Some((dim, step)));
                }
            }
        }
        Layout::row_major(self.op, &shape)?;
        self.along[..along.len()].copy_from_slice(&along);
        self.shape = Shape::new(&shape);
        Ok(())
    }

    /// Each dimension of the shape runs along the same one of the source, except one.
    fn move_along_all_but(&mut self, dim: usize, rank: usize) {
        for (d, along) in self.along.iter_mut().enumerate().take(rank) {
            *along = (d != dim).then_some((d, 1));
        }
    }

    /// The operation that named the places.
    pub(super) fn op(&self) -> &'static str {
        self.op
    }

    /// One entry for each element that is named.
    pub(super) fn shape(&self) -> &[usize] {
        self.shape.as_slice()
    }

    /// The shape of the tensor that is indexed.
    pub(super) fn source(&self) -> &[usize] {
        self.source.as_slice()
    }

    /// Whether an element may be named twice.
    pub(super) fn may_repeat(&self) -> bool {
        !self.tables.is_empty()
    }

    /// The elements of `x` at the places: a view if there are no tables.
    ///
    /// # Errors
    /// None for a tensor of the source's shape.
    pub(super) fn read(&self, x: &Tensor) -> Result<Tensor> {
        self.expect(x.shape(), self.shape());
        let (first, strides) = self.in_memory(x.strides());
        let strides = &strides[..self.shape().len()];
        if self.tables.is_empty() {
            return Ok(x.view_with(&Layout::strided(self.shape(), strides), first));
        }
        let layout = Layout::row_major(self.op, self.shape())?;
        Ok(self.with_table(x.strides(), first, strides, |picked| {
            kernel::gather(x, picked, &layout)
        }))
    }

    /// Writes `values` to the places of an exclusive, contiguous tensor; of several for one place the
    /// last stays.
    pub(super) fn write(&self, to: &mut Tensor, values: &Tensor) {
        self.expect(to.shape(), values.shape());
        let (first, strides) = self.in_memory(to.strides());
        let strides = &strides[..self.shape().len()];
        if self.tables.is_empty() {
            let first = if values.numel() == 0 { 0 } else { first };
            return kernel::write(to, &Layout::strided(self.shape(), strides), first, values);
        }
        let own = Shape::new(to.strides());
        self.with_table(own.as_slice(), first, strides, |picked| {
            kernel::scatter(to, picked, values);
        });
    }

    /// `x` with `values` combined into the elements at the places, in the order of the index; bools are
    /// 0 and 1 meanwhile.
    ///
    /// # Errors
    /// None for tensors of the source's and the places' shapes.
    pub(super) fn combine(&self, x: &Tensor, values: &Tensor, how: Combine) -> Result<Tensor> {
        self.expect(x.shape(), values.shape());
        let dtype = x.dtype();
        for_compute!(dtype, T => {
            let values = values.to_dtype(T::DTYPE)?;
            let mut out = x.to_dtype(T::DTYPE)?;
            out.make_exclusive();
            let (first, strides) = self.in_memory(out.strides());
            let strides = &strides[..self.shape().len()];
            let own = Shape::new(out.strides());
            self.with_table(own.as_slice(), first, strides, |picked| match how {
                Combine::Add => kernel::scatter_with(&mut out, picked, &values, T::plus),
                Combine::Multiply => kernel::scatter_with(&mut out, picked, &values, T::times),
                Combine::Larger => kernel::scatter_with(&mut out, picked, &values, |a: T, b: T| {
                    if b > a || is_nan(b) { b } else { a }
                }),
                Combine::Smaller => kernel::scatter_with(&mut out, picked, &values, |a: T, b: T| {
                    if b < a || is_nan(b) { b } else { a }
                }),
            });
            out.to_dtype(dtype)
        })
    }

    /// The kernels trust these shapes.
    fn expect(&self, source: &[usize], values: &[usize]) {
        assert!(
            same_shape(source, self.source()) && same_shape(values, self.shape()),
            "places of another tensor"
        );
    }

    /// The first element's offset and the distance of neighbours, for memory of these strides.
    fn in_memory(&self, memory: &[usize]) -> (usize, [usize; MAX_RANK]) {
        let first = self.first.iter().zip(memory).map(|(at, step)| at * step);
        let strides = self.along.map(|along| {
            // The step of a dimension of size 1 may lead anywhere; it is never taken.
            along.map_or(0, |(dim, step)| memory[dim].wrapping_mul(step))
        });
        (first.sum(), strides)
    }

    /// Hands on the places with the offsets of all tables together.
    fn with_table<R>(
        &self,
        memory: &[usize],
        first: usize,
        strides: &[usize],
        work: impl FnOnce(&Picked<'_>) -> R,
    ) -> R {
        let mut along = [0; MAX_RANK];
        let shape = self
            .tables
            .first()
            .map_or(&[][..], |(_, table)| table.shape());
        let mut step = 1;
        for (d, &size) in shape.iter().enumerate().rev() {
            along[self.tables_at + d] = step;
            step *= size;
        }
        let sum: Tensor;
        let (positions, unit) = match &self.tables[..] {
            [] => (&[0][..], 0),
            [(dim, table)] => (table.host_slice(), memory[*dim]),
            several => {
                sum = kernel::offsets(several, memory);
                (sum.host_slice(), 1)
            }
        };
        work(&Picked {
            first,
            strides,
            table: Table {
                positions,
                strides: &along[..strides.len()],
                unit,
            },
        })
    }
}

/// What becomes of an element and a value that meets it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Combine {
    Add,
    Multiply,
    Larger,
    Smaller,
}

#[inline(always)]
#[expect(clippy::eq_op, reason = "only NaN differs from itself")]
fn is_nan<T: Number>(x: T) -> bool {
    x != x
}

/// How many dimensions an index speaks of.
fn consumed(index: &Index) -> usize {
    match index {
        Index::At(_) | Index::Slice { .. } => 1,
        Index::NewAxis | Index::Ellipsis => 0,
        Index::Tensor(tensor) if tensor.dtype() == DType::Bool => tensor.rank(),
        Index::Tensor(_) => 1,
    }
}

/// The tables of positions that an index tensor stands for: itself, or one for each dimension of a
/// mask.
fn tables_of(
    op: &'static str,
    index: &Tensor,
    dim: usize,
    source: &[usize],
) -> Result<Vec<Tensor>> {
    if index.dtype() != DType::Bool {
        return Ok(vec![positions(op, index, dim, source[dim], true)?]);
    }
    let masked = &source[dim..dim + index.rank()];
    if index.shape() != masked {
        return Err(ErrorKind::ShapeMismatch {
            op,
            what: "a mask has the shape of the dimensions it stands for",
            lhs: index.shape().to_vec(),
            rhs: masked.to_vec(),
        }
        .into());
    }
    if masked.len() == 1 {
        return Ok(vec![super::mask::true_at(index)]);
    }
    index.nonzero()?.unbind(1)
}
