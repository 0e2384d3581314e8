//! The entry of the right class at every position: read, summed up, and written.

use super::Real;
use super::dense::Dense;
use crate::Tensor;

/// A sum in the order in which PyTorch adds the losses of classes: term by term, and up one level after
/// 2⁴ terms or more, so that long sums stay exact.
struct LeveledSum<T> {
    levels: [T; LEVELS],
    /// How many terms fill a level, as a power of two.
    power: u32,
}

const LEVELS: usize = 8;

impl<T: Real> LeveledSum<T> {
    /// For this many terms.
    fn new(count: usize) -> LeveledSum<T> {
        let bits = count.next_power_of_two().trailing_zeros();
        LeveledSum {
            levels: [T::ZERO; LEVELS],
            power: (bits / LEVELS as u32).max(4),
        }
    }

    /// Adds the term at `position`.
    fn add(&mut self, position: usize, term: T) {
        self.levels[0] = self.levels[0] + term;
        for level in 0..LEVELS - 1 {
            let mask = ((1usize << self.power) - 1)
                .checked_shl(level as u32 * self.power)
                .unwrap_or(0);
            if position & mask != 0 {
                break;
            }
            self.levels[level + 1] = self.levels[level + 1] + self.levels[level];
            self.levels[level] = T::ZERO;
        }
    }

    fn total(self) -> T {
        self.levels
            .into_iter()
            .fold(T::ZERO, |sum, level| sum + level)
    }
}

/// Which class is right at each position of an array `(outer, classes, inner)`.
#[derive(Clone, Copy)]
pub(crate) struct RightClasses<'a> {
    /// One for each position `(outer, inner)`: less than `classes`, or `ignored`.
    pub(crate) targets: &'a [i64],
    pub(crate) ignored: i64,
    pub(crate) classes: usize,
    pub(crate) inner: usize,
}

impl RightClasses<'_> {
    /// Position, class, and place in the array, of all positions that are not ignored.
    fn places(self) -> impl Iterator<Item = (usize, usize, usize)> {
        let RightClasses { inner, classes, .. } = self;
        let all = self.targets.iter().enumerate();
        all.filter(move |&(_, &class)| class != self.ignored)
            .map(move |(position, &class)| {
                let (outer, rest) = (position / inner, position % inner);
                let class = class as usize;
                (position, class, (outer * classes + class) * inner + rest)
            })
    }
}

/// Calls `each` with every position that is not ignored and minus the entry of its class, times the weight of
/// that class.
fn for_losses<T: Real>(
    x: &Tensor,
    right: RightClasses<'_>,
    weights: Option<&Tensor>,
    mut each: impl FnMut(usize, T),
) {
    let (x, weights) = (Dense::of(x), weights.map(Dense::of));
    let x = x.host_slice::<T>();
    let weights = weights.as_ref().map(|w| w.host_slice::<T>());
    for (position, class, place) in right.places() {
        each(position, weighted(-x[place], weights, class));
    }
}

/// Minus the entries of the right classes times the classes' weights; 0 where a position is ignored.
pub(crate) fn right_losses<T: Real>(
    x: &Tensor,
    right: RightClasses<'_>,
    weights: Option<&Tensor>,
) -> Vec<T> {
    let mut losses = vec![T::ZERO; right.targets.len()];
    for_losses(x, right, weights, |position, loss| losses[position] = loss);
    losses
}

/// The sum of [`right_losses`].
pub(crate) fn loss_of_right<T: Real>(
    x: &Tensor,
    right: RightClasses<'_>,
    weights: Option<&Tensor>,
) -> T {
    let mut sum = LeveledSum::new(right.targets.len());
    for_losses(x, right, weights, |position, loss| sum.add(position, loss));
    sum.total()
}

/// The sum of the weights of the right classes; how many there are, if classes have no weights.
pub(crate) fn weight_of_right<T: Real>(right: RightClasses<'_>, weights: Option<&Tensor>) -> T {
    let Some(weights) = weights.map(Dense::of) else {
        return T::from_f64(right.places().count() as f64);
    };
    let weights = weights.host_slice::<T>();
    let mut sum = LeveledSum::new(right.targets.len());
    for (position, class, _) in right.places() {
        sum.add(position, weights[class]);
    }
    sum.total()
}

/// Writes `g` times the weight of the right class into its entry of `to`, which is exclusive. There is one
/// `g` for each position, or one for all.
pub(crate) fn write_right<T: Real>(
    to: &mut Tensor,
    g: &Tensor,
    right: RightClasses<'_>,
    weights: Option<&Tensor>,
) {
    let (g, weights) = (Dense::of(g), weights.map(Dense::of));
    let (g, weights) = (
        g.host_slice::<T>(),
        weights.as_ref().map(|w| w.host_slice::<T>()),
    );
    let to = to.host_slice_mut::<T>();
    for (position, class, place) in right.places() {
        let g = if let [one] = g { *one } else { g[position] };
        to[place] = weighted(g, weights, class);
    }
}

fn weighted<T: Real>(x: T, weights: Option<&[T]>, class: usize) -> T {
    match weights {
        None => x,
        Some(weights) => x * weights[class],
    }
}
