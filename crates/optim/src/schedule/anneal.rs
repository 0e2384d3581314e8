//! How a rate goes from one value to another.

use crate::field::words;

/// The way from one value to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Anneal {
    /// Along half a cosine: slow, fast, slow.
    #[default]
    Cos,
    /// Along a line.
    Linear,
}

words!(Anneal {
    Cos = "cos",
    Linear = "linear",
});

impl Anneal {
    /// The value at `part` of the way.
    #[inline]
    pub(super) fn between(self, start: f64, end: f64, part: f64) -> f64 {
        match self {
            Anneal::Cos => end + (start - end) / 2.0 * ((std::f64::consts::PI * part).cos() + 1.0),
            Anneal::Linear => (end - start) * part + start,
        }
    }
}
