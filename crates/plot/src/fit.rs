//! A fitted line over the points it was fitted to.

use crate::series::{Input, pair};
use crate::{Figure, Line, Mark, Points, Result, Series, palette};

/// Points `(x[i], y[i])` and the line through the predictions at the same `x`.
///
/// The line runs from the smallest `x` to the largest, whatever the order of the data. Draw
/// several fits (the epochs of a training run) by adding [`Mark::Line`]s.
///
/// # Shapes
/// `x`, `y`, `predictions`: `(n,)` or `(n, 1)`.
///
/// # Errors
/// Unequal lengths; nothing, or nothing finite, to draw.
///
/// ```
/// let figure = gradus_plot::fitted_line(&[0.0, 2.0, 1.0], &[0.1, 1.9, 1.2], &[0.0, 2.0, 1.0])?;
/// assert_eq!(figure.legend_labels(), ["data", "fit"]);
/// # Ok::<(), gradus_plot::Error>(())
/// ```
pub fn fitted_line(
    x: &(impl Series + ?Sized),
    y: &(impl Series + ?Sized),
    predictions: &(impl Series + ?Sized),
) -> Result<Figure> {
    const FIGURE: &str = "fitted_line";
    let predictions = Input::read(FIGURE, "the predictions", predictions)?;
    Input::read(FIGURE, "x", x)?.same_length(&predictions)?;
    let (x, y) = pair(FIGURE, ("x", x), ("y", y))?;
    let mut along: Vec<(f64, f64)> = x
        .iter()
        .copied()
        .zip(predictions.some_finite()?.values)
        .collect();
    along.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (line_x, line_y) = along.into_iter().unzip();
    Ok(Figure::new()
        .x_label("x")
        .y_label("y")
        .mark(Mark::Points(Points {
            label: Some("data".to_owned()),
            ..Points::new(x, y, palette(0))
        }))
        .mark(Mark::Line(Line {
            label: Some("fit".to_owned()),
            ..Line::new(line_x, line_y, palette(1))
        })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_runs_to_the_right() {
        let figure = fitted_line(&[2.0, 0.0, 1.0], &[5.0, 1.0, 3.0], &[4.0, 0.0, 2.0])
            .expect("three points");
        let Mark::Line(line) = &figure.marks[1] else {
            panic!("{:?}", figure.marks[1])
        };
        assert_eq!(
            (line.x.as_slice(), line.y.as_slice()),
            ([0.0, 1.0, 2.0].as_slice(), [0.0, 2.0, 4.0].as_slice())
        );
    }

    #[test]
    fn one_prediction_per_point() {
        assert_eq!(
            fitted_line(&[0.0, 1.0], &[0.0, 1.0], &[0.0])
                .unwrap_err()
                .to_string(),
            "fitted_line: x has shape (2,) and the predictions has shape (1,); they need one value per point each"
        );
    }
}
