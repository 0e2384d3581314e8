//! Shapes in messages.

use std::fmt;

/// Shows a shape as messages do: `(2, 3)`, `(4,)`, `()`.
///
/// ```
/// use gradus_tensor::{Dims, tensor};
/// let x = tensor![[1.0, 2.0, 3.0]];
/// assert_eq!(format!("x has shape {}", Dims(x.shape())), "x has shape (1, 3)");
/// assert_eq!(Dims(&[4]).to_string(), "(4,)");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Dims<'a>(pub &'a [usize]);

impl fmt::Display for Dims<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (i, d) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{d}")?;
        }
        f.write_str(if self.0.len() == 1 { ",)" } else { ")" })
    }
}
