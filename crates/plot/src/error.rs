//! What can be wrong with the data or the file of a figure.

use std::path::PathBuf;

use gradus_tensor::Dims;

/// Everything this crate refuses, with the facts and the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two inputs that belong together have different lengths.
    #[error(
        "{figure}: {left} has shape {} and {right} has shape {}; they need one value per point each",
        Dims(left_shape),
        Dims(right_shape)
    )]
    Lengths {
        /// The function that was called.
        figure: &'static str,
        /// Name of the first input.
        left: String,
        /// Shape of the first input.
        left_shape: Vec<usize>,
        /// Name of the second input.
        right: String,
        /// Shape of the second input.
        right_shape: Vec<usize>,
    },
    /// An input has a shape that this figure cannot draw.
    #[error("{figure}: {input} has shape {}; {expected}", Dims(shape))]
    Shape {
        /// The function that was called.
        figure: &'static str,
        /// Name of the input.
        input: String,
        /// The shape it has.
        shape: Vec<usize>,
        /// The shape it should have, in words.
        expected: String,
    },
    /// There is nothing to draw.
    #[error(
        "{figure}: {input} has shape {} and holds no values; there is nothing to draw",
        Dims(shape)
    )]
    Empty {
        /// The function that was called.
        figure: &'static str,
        /// Name of the input.
        input: String,
        /// The shape it has.
        shape: Vec<usize>,
    },
    /// No point has finite coordinates.
    #[error(
        "{figure}: none of the {count} values of {input} can be drawn (shape {}): all are NaN or infinite; look for the step at which they stopped being finite",
        Dims(shape)
    )]
    NotFinite {
        /// The function that was called.
        figure: &'static str,
        /// Name of the input.
        input: String,
        /// The shape it has.
        shape: Vec<usize>,
        /// How many values it has.
        count: usize,
    },
    /// A logarithmic axis was asked for data without a positive value.
    #[error(
        "log axis: none of the {count} values on the {axis} axis is above 0; use a linear axis"
    )]
    NotPositive {
        /// `x` or `y`.
        axis: char,
        /// How many values lie on that axis.
        count: usize,
    },
    /// A single value is outside of what the figure can show.
    #[error("{figure}: {input} is {value}; {expected}")]
    Value {
        /// The function that was called.
        figure: &'static str,
        /// Name of the input.
        input: String,
        /// The value.
        value: f64,
        /// What it should be, in words.
        expected: String,
    },
    /// The number of names differs from the number of things to name.
    #[error("{figure}: {names} names for {things}; give one name for each")]
    Names {
        /// The function that was called.
        figure: &'static str,
        /// How many names were given.
        names: usize,
        /// What they should name, with its number.
        things: String,
    },
    /// The function to be drawn failed.
    #[error("{figure}: the function to draw failed: {source}")]
    Function {
        /// The function that was called.
        figure: &'static str,
        /// Its error.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The path has no extension that names a picture format.
    #[error("{}: a figure is saved as .svg or .png; give the path one of these endings", path.display())]
    Extension {
        /// The path given.
        path: PathBuf,
    },
    /// The file could not be written.
    #[error("{}: cannot write the figure: {source}", path.display())]
    Write {
        /// The path given.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The picture is too large or has no area.
    #[error(
        "a figure of {width} × {height} pixels cannot be drawn; each side must be between 1 and 16384"
    )]
    Size {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The tensor could not be read.
    #[error(transparent)]
    Tensor(#[from] gradus_tensor::Error),
}

/// The result of everything here that can fail.
pub type Result<T> = std::result::Result<T, Error>;
