//! A function and its derivative.

use crate::series::Input;
use crate::{Dash, Figure, Line, Mark, Result, Series, palette};

/// A function and its derivative over the same places.
///
/// # Shapes
/// `x`, `values`, `slopes`: `(n,)` or `(n, 1)`. Slopes may be NaN where there is no derivative.
///
/// # Errors
/// Unequal lengths; nothing, or nothing finite, to draw.
///
/// ```
/// let figure = gradus_plot::function_with_derivative(&[0.0, 1.0, 2.0], &[0.0, 1.0, 4.0], &[0.0, 2.0, 4.0])?;
/// assert_eq!(figure.legend_labels(), ["f(x)", "f′(x)"]);
/// # Ok::<(), gradus_plot::Error>(())
/// ```
pub fn function_with_derivative(
    x: &(impl Series + ?Sized),
    values: &(impl Series + ?Sized),
    slopes: &(impl Series + ?Sized),
) -> Result<Figure> {
    const FIGURE: &str = "function_with_derivative";
    let x = Input::read(FIGURE, "x", x)?.some_finite()?;
    let values = Input::read(FIGURE, "the values", values)?;
    let slopes = Input::read(FIGURE, "the slopes", slopes)?;
    x.same_length(&values)?;
    x.same_length(&slopes)?;
    let curve = |y: Input, label: &str, index: usize, dash| -> Result<Mark> {
        Ok(Mark::Line(Line {
            label: Some(label.to_owned()),
            dash,
            ..Line::new(x.values.clone(), y.some_finite()?.values, palette(index))
        }))
    };
    Ok(Figure::new()
        .x_label("x")
        .mark(curve(values, "f(x)", 0, Dash::Solid)?)
        .mark(curve(slopes, "f′(x)", 1, Dash::Dashed)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_derivative_is_dashed() {
        let figure =
            function_with_derivative(&[0.0, 1.0], &[0.0, 1.0], &[0.0, 2.0]).expect("three series");
        let dashes: Vec<Dash> = figure
            .marks
            .iter()
            .filter_map(|mark| {
                if let Mark::Line(line) = mark {
                    Some(line.dash)
                } else {
                    None
                }
            })
            .collect();
        assert_eq!(dashes, [Dash::Solid, Dash::Dashed]);
    }

    #[test]
    fn a_short_derivative_is_refused() {
        assert_eq!(
            function_with_derivative(&[0.0, 1.0], &[0.0, 1.0], &[0.0])
                .unwrap_err()
                .to_string(),
            "function_with_derivative: x has shape (2,) and the slopes has shape (1,); they need one value per point each"
        );
    }
}
