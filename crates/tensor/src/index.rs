//! What stands between the brackets of `x[..]`: positions, ranges, lists, masks.

use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

use crate::{Tensor, tensor};

/// The index of one dimension (a mask's: of as many as it has).
///
/// | Python | here |
/// |---|---|
/// | `x[3]`, `x[-1]` | `x.index(3)`, `x.index(-1)` |
/// | `x[1:3]`, `x[:-1]`, `x[:]` | `x.index(1..3)`, `x.index(..-1)`, `x.index(..)` |
/// | `x[0, 1:3]` | `x.index((0, 1..3))` |
/// | `x[::2, 1:7:3]` | `x.index(i![..;2, 1..7;3])` |
/// | `x[..., 0]` | `x.index((Index::Ellipsis, 0))` |
/// | `x[:, None]` | `x.index((.., Index::NewAxis))` |
/// | `x[[0, 2, 2]]`, `x[:, idx]` | `x.index([0, 2, 2])`, `x.index((.., &idx))` |
/// | `x[x > 0]` | `x.index(&x.gt_scalar(0)?)` |
///
/// Bounds of ranges may be negative (counted from the end) or beyond it (cut off), as in Python;
/// positions must exist. A position's dimension disappears. Lists and integer tensors pick in their
/// order, with repeats; a bool tensor is a mask and picks where it is true, in row-major order.
/// Several of these broadcast to one shape, which stands where the first of them stood, or in front if
/// other dimensions lie between them (positions do not count here, as in PyTorch).
#[derive(Clone, Debug)]
pub enum Index {
    /// One position; negative counts from the end. The dimension disappears.
    At(isize),
    /// `start:end:step`; `None` is the respective end.
    Slice {
        /// The first position.
        start: Option<isize>,
        /// The first position that is left out.
        end: Option<isize>,
        /// The distance between positions, at least 1.
        step: isize,
    },
    /// A new dimension of size 1, Python's `None`.
    NewAxis,
    /// As many whole dimensions as are needed, Python's `...`; at most once.
    Ellipsis,
    /// Positions (integers) or a mask (bools).
    Tensor(Tensor),
}

impl Index {
    /// Every `step`-th entry of a range; of anything else the same index.
    #[must_use]
    pub fn step(self, step: isize) -> Index {
        match self {
            Index::Slice { start, end, .. } => Index::Slice { start, end, step },
            other => other,
        }
    }
}

/// Indices as one tuple, for ranges with steps: `i![0, 1..7;2, ..]` is Python's `[0, 1:7:2, :]`.
///
/// ```
/// use gradus_tensor::{i, tensor};
/// let x = tensor![[0, 1, 2, 3], [4, 5, 6, 7]];
/// assert_eq!(x.index(i![-1, ..;2])?.to_vec::<i64>()?, [4, 6]);
/// # Ok::<(), gradus_tensor::Error>(())
/// ```
#[macro_export]
macro_rules! i {
    ($($index:expr $(; $step:expr)?),* $(,)?) => {
        [$($crate::Index::from($index)$(.step($step))?),*]
    };
}

/// One index, or a tuple, array or `Vec` of them: the argument of [`index`](Tensor::index).
pub trait Indices {
    /// The indices in order.
    fn to_indices(self) -> Vec<Index>;
}

impl Indices for Vec<Index> {
    fn to_indices(self) -> Vec<Index> {
        self
    }
}

impl Indices for &[Index] {
    fn to_indices(self) -> Vec<Index> {
        self.to_vec()
    }
}

impl<const N: usize> Indices for [Index; N] {
    fn to_indices(self) -> Vec<Index> {
        self.into()
    }
}

/// A position in a dimension; negative counts from the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position(pub(crate) isize);

macro_rules! positions {
    ($($int:ty),*) => {$(
        impl From<$int> for Position {
            fn from(position: $int) -> Position {
                // What does not fit is beyond any size, on its own side.
                let beyond = if position > 0 { isize::MAX } else { isize::MIN };
                Position(isize::try_from(position).unwrap_or(beyond))
            }
        }
        impl From<$int> for Index {
            fn from(position: $int) -> Index {
                Index::At(Position::from(position).0)
            }
        }
        impl From<Range<$int>> for Index {
            fn from(range: Range<$int>) -> Index {
                between(Some(range.start.into()), Some(range.end.into()))
            }
        }
        impl From<RangeFrom<$int>> for Index {
            fn from(range: RangeFrom<$int>) -> Index {
                between(Some(range.start.into()), None)
            }
        }
        impl From<RangeTo<$int>> for Index {
            fn from(range: RangeTo<$int>) -> Index {
                between(None, Some(range.end.into()))
            }
        }
        impl From<RangeInclusive<$int>> for Index {
            fn from(range: RangeInclusive<$int>) -> Index {
                between(Some((*range.start()).into()), after((*range.end()).into()))
            }
        }
        impl From<RangeToInclusive<$int>> for Index {
            fn from(range: RangeToInclusive<$int>) -> Index {
                between(None, after(range.end.into()))
            }
        }
        impl From<&[$int]> for Index {
            fn from(positions: &[$int]) -> Index {
                let positions: Vec<i64> =
                    positions.iter().map(|&p| Position::from(p).0 as i64).collect();
                Index::Tensor(vector(positions))
            }
        }
        impl<const N: usize> From<[$int; N]> for Index {
            fn from(positions: [$int; N]) -> Index {
                positions[..].into()
            }
        }
        impl From<Vec<$int>> for Index {
            fn from(positions: Vec<$int>) -> Index {
                positions[..].into()
            }
        }
        single! {
            [] $int, [] Range<$int>, [] RangeFrom<$int>, [] RangeTo<$int>, [] RangeInclusive<$int>,
            [] RangeToInclusive<$int>, [] &[$int], [const N: usize] [$int; N], [] Vec<$int>
        }
    )*};
}

macro_rules! single {
    ($([$($param:tt)*] $ty:ty),*) => {$(
        impl<$($param)*> Indices for $ty {
            fn to_indices(self) -> Vec<Index> {
                vec![self.into()]
            }
        }
    )*};
}

positions!(usize, isize, i64, i32);
single!([] RangeFull, [] Index, [] Tensor, [] &Tensor, [const N: usize] [bool; N], [] Vec<bool>);

fn between(start: Option<Position>, end: Option<Position>) -> Index {
    Index::Slice {
        start: start.map(|position| position.0),
        end: end.map(|position| position.0),
        step: 1,
    }
}

/// The end of a range that includes `last`; −1 is the last entry, after which nothing comes.
fn after(last: Position) -> Option<Position> {
    (last.0 != -1).then(|| Position(last.0.saturating_add(1)))
}

fn vector(positions: Vec<i64>) -> Tensor {
    let len = positions.len();
    Tensor::from_vec(positions, [len]).unwrap_or_else(|_| tensor![])
}

impl From<RangeFull> for Index {
    fn from(_: RangeFull) -> Index {
        between(None, None)
    }
}

impl From<Tensor> for Index {
    fn from(tensor: Tensor) -> Index {
        Index::Tensor(tensor)
    }
}

impl From<&Tensor> for Index {
    fn from(tensor: &Tensor) -> Index {
        Index::Tensor(tensor.clone())
    }
}

impl From<Vec<bool>> for Index {
    fn from(mask: Vec<bool>) -> Index {
        let len = mask.len();
        Index::Tensor(Tensor::from_vec(mask, [len]).unwrap_or_else(|_| tensor![]))
    }
}

impl<const N: usize> From<[bool; N]> for Index {
    fn from(mask: [bool; N]) -> Index {
        mask.to_vec().into()
    }
}

macro_rules! tuples {
    ($(($($name:ident),+))*) => {$(
        impl<$($name: Into<Index>),+> Indices for ($($name,)+) {
            #[expect(non_snake_case, reason = "each entry is named as its type")]
            fn to_indices(self) -> Vec<Index> {
                let ($($name,)+) = self;
                vec![$($name.into()),+]
            }
        }
    )*};
}
tuples! {
    (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) (A, B, C, D, E, F, G)
    (A, B, C, D, E, F, G, H) (A, B, C, D, E, F, G, H, I) (A, B, C, D, E, F, G, H, I, J)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(start: Option<isize>, end: Option<isize>, step: isize) -> String {
        format!("{:?}", Index::Slice { start, end, step })
    }

    #[test]
    fn ranges_read_as_in_python() {
        let text = |index: Index| format!("{index:?}");
        assert_eq!(text((1..3).into()), slice(Some(1), Some(3), 1));
        assert_eq!(text((..-1isize).into()), slice(None, Some(-1), 1));
        assert_eq!(text((2usize..).into()), slice(Some(2), None, 1));
        assert_eq!(text((1..=3).into()), slice(Some(1), Some(4), 1));
        assert_eq!(text((..=-1).into()), slice(None, None, 1));
        assert_eq!(text(Index::from(..).step(2)), slice(None, None, 2));
        assert_eq!(text(usize::MAX.into()), text(Index::At(isize::MAX)));
    }

    #[test]
    fn tuples_arrays_and_single_indices() {
        assert_eq!((0, 1..3, ..).to_indices().len(), 3);
        assert_eq!(i![0, ..;2, Index::Ellipsis].to_indices().len(), 3);
        assert_eq!([true, false].to_indices().len(), 1);
        assert_eq!([0, 2, 2].to_indices().len(), 1);
        assert_eq!((&tensor![1, 2]).to_indices().len(), 1);
    }
}
