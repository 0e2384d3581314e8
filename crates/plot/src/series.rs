//! What a figure accepts as data: tensors, and plain slices for convenience.

use gradus_tensor::Tensor;

use crate::{Error, Result};

/// Numbers that can be drawn: a [`Tensor`] of any real dtype, a slice, a `Vec` or an array.
///
/// Booleans are 0 and 1. Values are read as `f64` in row-major order.
///
/// ```
/// use gradus_plot::Series;
///
/// assert_eq!([1.0_f32, 2.5].values()?, [1.0, 2.5]);
/// # Ok::<(), gradus_plot::Error>(())
/// ```
pub trait Series {
    /// The lengths of the axes; one axis for slices.
    fn shape(&self) -> Vec<usize>;

    /// All values as `f64`, row-major.
    ///
    /// # Errors
    /// When a tensor's values cannot be read as real numbers.
    fn values(&self) -> Result<Vec<f64>>;
}

impl Series for Tensor {
    fn shape(&self) -> Vec<usize> {
        Tensor::shape(self).to_vec()
    }

    fn values(&self) -> Result<Vec<f64>> {
        Ok(self.to_vec::<f64>()?)
    }
}

/// Lets slices, vectors and arrays of one number type be drawn.
///
/// `series!(f64)` expands to `impl Series for [f64]`, `Vec<f64>` and `[f64; N]`.
macro_rules! series {
    ($($number:ty),*) => {$(
        impl Series for [$number] {
            fn shape(&self) -> Vec<usize> {
                vec![self.len()]
            }
            fn values(&self) -> Result<Vec<f64>> {
                Ok(self.iter().map(|&v| v as f64).collect())
            }
        }
        impl Series for Vec<$number> {
            fn shape(&self) -> Vec<usize> {
                vec![self.len()]
            }
            fn values(&self) -> Result<Vec<f64>> {
                self.as_slice().values()
            }
        }
        impl<const N: usize> Series for [$number; N] {
            fn shape(&self) -> Vec<usize> {
                vec![N]
            }
            fn values(&self) -> Result<Vec<f64>> {
                self.as_slice().values()
            }
        }
    )*};
}
series!(f32, f64, u8, i32, i64, u64, usize);

/// Named numbers of one type as the functions take them that draw several curves.
///
/// ```
/// let curves: Vec<(String, Vec<f64>)> =
///     (1..4).map(|k| (format!("k = {k}"), vec![1.0, f64::from(k)])).collect();
/// let figure = gradus_plot::lines(&[0.0, 1.0], &gradus_plot::named(&curves))?;
/// assert_eq!(figure.legend_labels(), ["k = 1", "k = 2", "k = 3"]);
/// # Ok::<(), gradus_plot::Error>(())
/// ```
pub fn named<N: AsRef<str>, S: Series>(curves: &[(N, S)]) -> Vec<(&str, &dyn Series)> {
    curves
        .iter()
        .map(|(name, values)| (name.as_ref(), values as &dyn Series))
        .collect()
}

/// One input of a figure: its name for messages, its values and its shape.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f64>,
    figure: &'static str,
}

impl Input {
    /// Reads a series that must hold at least one value.
    pub(crate) fn read(
        figure: &'static str,
        name: &str,
        series: &(impl Series + ?Sized),
    ) -> Result<Self> {
        let input = Self {
            name: name.to_owned(),
            shape: series.shape(),
            values: series.values()?,
            figure,
        };
        if input.values.is_empty() {
            return Err(Error::Empty {
                figure,
                input: input.name,
                shape: input.shape,
            });
        }
        Ok(input)
    }

    /// Requires one value per point: shape `(n,)` or `(n, 1)`, and equal lengths.
    pub(crate) fn same_length(&self, other: &Self) -> Result<()> {
        if self.values.len() == other.values.len() {
            return Ok(());
        }
        Err(Error::Lengths {
            figure: self.figure,
            left: self.name.clone(),
            left_shape: self.shape.clone(),
            right: other.name.clone(),
            right_shape: other.shape.clone(),
        })
    }

    /// Requires at least one finite value.
    pub(crate) fn some_finite(self) -> Result<Self> {
        if self.values.iter().any(|v| v.is_finite()) {
            return Ok(self);
        }
        Err(Error::NotFinite {
            figure: self.figure,
            input: self.name,
            count: self.values.len(),
            shape: self.shape,
        })
    }

    /// Splits points of shape `(n, 2)` into their two coordinates.
    pub(crate) fn into_plane(self) -> Result<(Self, Self)> {
        if self.shape.len() != 2 || self.shape[1] != 2 {
            return Err(self.wrong_shape("points in the plane need shape (n, 2)"));
        }
        let column = |offset: usize, name: &str| Self {
            name: format!("column {offset} of {name}"),
            shape: self.shape.clone(),
            values: self
                .values
                .iter()
                .skip(offset)
                .step_by(2)
                .copied()
                .collect(),
            figure: self.figure,
        };
        Ok((
            column(0, &self.name).some_finite()?,
            column(1, &self.name).some_finite()?,
        ))
    }

    /// Requires a matrix and returns its numbers of rows and columns.
    pub(crate) fn matrix(&self) -> Result<(usize, usize)> {
        match self.shape[..] {
            [rows, columns] => Ok((rows, columns)),
            _ => Err(self.wrong_shape("a matrix of shape (rows, columns) is needed")),
        }
    }

    /// Reads class numbers: whole, not negative.
    pub(crate) fn classes(&self) -> Result<Vec<usize>> {
        self.values
            .iter()
            .map(|&value| {
                if value >= 0.0 && value.fract() == 0.0 && value < 1e6 {
                    Ok(value as usize)
                } else {
                    Err(self.wrong_value(value, "classes are whole numbers 0, 1, 2, …"))
                }
            })
            .collect()
    }

    pub(crate) fn wrong_shape(&self, expected: &str) -> Error {
        Error::Shape {
            figure: self.figure,
            input: self.name.clone(),
            shape: self.shape.clone(),
            expected: expected.to_owned(),
        }
    }

    pub(crate) fn wrong_value(&self, value: f64, expected: &str) -> Error {
        Error::Value {
            figure: self.figure,
            input: format!("a value of {}", self.name),
            value,
            expected: expected.to_owned(),
        }
    }
}

/// Reads two inputs of equal length, each with something finite in it.
pub(crate) fn pair(
    figure: &'static str,
    (x_name, x): (&str, &(impl Series + ?Sized)),
    (y_name, y): (&str, &(impl Series + ?Sized)),
) -> Result<(Vec<f64>, Vec<f64>)> {
    let x = Input::read(figure, x_name, x)?;
    let y = Input::read(figure, y_name, y)?;
    x.same_length(&y)?;
    Ok((x.some_finite()?.values, y.some_finite()?.values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn message<T: std::fmt::Debug>(result: Result<T>) -> String {
        result.expect_err("must be refused").to_string()
    }

    #[test]
    fn unequal_lengths_name_both_shapes() {
        assert_eq!(
            message(pair("line", ("x", &[1.0, 2.0]), ("y", &[1.0]))),
            "line: x has shape (2,) and y has shape (1,); they need one value per point each"
        );
    }

    #[test]
    fn empty_and_not_finite_are_refused() {
        assert_eq!(
            message(Input::read("line", "y", &Vec::<f64>::new())),
            "line: y has shape (0,) and holds no values; there is nothing to draw"
        );
        assert_eq!(
            message(pair(
                "line",
                ("x", &[1.0, 2.0]),
                ("y", &[f64::NAN, f64::INFINITY])
            )),
            "line: none of the 2 values of y can be drawn (shape (2,)): all are NaN or infinite; \
             look for the step at which they stopped being finite"
        );
    }

    #[test]
    fn classes_are_whole_numbers() {
        let labels = Input::read("scatter_classes", "labels", &[0.0, 0.5]).expect("two values");
        assert_eq!(
            message(labels.classes()),
            "scatter_classes: a value of labels is 0.5; classes are whole numbers 0, 1, 2, …"
        );
    }

    #[test]
    fn points_in_the_plane_need_two_columns() {
        let points = Input::read("scatter", "points", &[1.0, 2.0, 3.0]).expect("three values");
        assert_eq!(
            message(points.into_plane()),
            "scatter: points has shape (3,); points in the plane need shape (n, 2)"
        );
    }
}
