//! Points: plain, by class, and by class in several parts of the data.

use crate::series::{Input, pair};
use crate::{Error, Figure, Mark, Marker, Points, Result, Series, palette};

/// Points at `(x[i], y[i])`.
///
/// # Shapes
/// `x`, `y`: `(n,)` or `(n, 1)`. Points that are not finite are left out.
///
/// # Errors
/// Unequal lengths; nothing, or nothing finite, to draw.
///
/// ```
/// let figure = gradus_plot::scatter(&[0.0, 1.0], &[2.0, 3.0])?;
/// assert_eq!(figure.marks.len(), 1);
/// # Ok::<(), gradus_plot::Error>(())
/// ```
pub fn scatter(x: &(impl Series + ?Sized), y: &(impl Series + ?Sized)) -> Result<Figure> {
    let (x, y) = pair("scatter", ("x", x), ("y", y))?;
    Ok(Figure::new().mark(Mark::Points(Points::new(x, y, palette(0)))))
}

/// Points in the plane, coloured and shaped by class.
///
/// # Shapes
/// `points`: `(n, 2)`, `labels`: `(n,)` or `(n, 1)` with whole numbers from 0.
///
/// # Errors
/// Other shapes, unequal lengths, labels that are not classes, nothing finite to draw.
///
/// ```
/// # use gradus_tensor::Tensor;
/// let points = Tensor::from_vec(vec![0.0_f32, 0.0, 1.0, 1.0], [2, 2])?;
/// let figure = gradus_plot::scatter_classes(&points, &[0, 1])?;
/// assert_eq!(figure.legend_labels(), ["class 0", "class 1"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn scatter_classes(points: &dyn Series, labels: &dyn Series) -> Result<Figure> {
    let marks = class_marks("scatter_classes", "", true, points, labels)?;
    Ok(in_plane(marks))
}

/// A part of the data: its name, points of shape `(n, 2)` and labels of shape `(n,)`.
pub type Split<'a> = (&'a str, &'a dyn Series, &'a dyn Series);

/// Points by class in several parts of the data, usually training and validation.
///
/// Classes differ in colour and shape; the first part is filled, the others are outlined.
///
/// # Errors
/// As [`scatter_classes`], naming the part; no part at all.
///
/// ```
/// # use gradus_tensor::Tensor;
/// let train = Tensor::from_vec(vec![0.0_f32, 0.0, 1.0, 1.0], [2, 2])?;
/// let valid = Tensor::from_vec(vec![0.5_f32, 0.1], [1, 2])?;
/// let figure = gradus_plot::scatter_splits(&[
///     ("training", &train, &[0, 1]),
///     ("validation", &valid, &[0]),
/// ])?;
/// assert_eq!(
///     figure.legend_labels(),
///     ["training, class 0", "training, class 1", "validation, class 0"]
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn scatter_splits(splits: &[Split<'_>]) -> Result<Figure> {
    if splits.is_empty() {
        return Err(Error::Empty {
            figure: "scatter_splits",
            input: "the list of parts".to_owned(),
            shape: vec![0],
        });
    }
    let mut marks = Vec::new();
    for (index, (name, points, labels)) in splits.iter().enumerate() {
        marks.extend(class_marks(
            "scatter_splits",
            name,
            index == 0,
            *points,
            *labels,
        )?);
    }
    Ok(in_plane(marks))
}

fn in_plane(marks: Vec<Points>) -> Figure {
    Figure {
        marks: marks.into_iter().map(Mark::Points).collect(),
        ..Figure::new().x_label("x₁").y_label("x₂")
    }
}

/// One mark per class that occurs.
pub(crate) fn class_marks(
    figure: &'static str,
    part: &str,
    filled: bool,
    points: &dyn Series,
    labels: &dyn Series,
) -> Result<Vec<Points>> {
    let of_part = |noun: &str| {
        if part.is_empty() {
            noun.to_owned()
        } else {
            format!("{noun} of {part}")
        }
    };
    let points = Input::read(figure, &of_part("points"), points)?;
    let labels = Input::read(figure, &of_part("labels"), labels)?;
    let (rows, shape) = (
        points.shape.first().copied().unwrap_or(0),
        points.shape.clone(),
    );
    let name = points.name.clone();
    let (x, y) = points.into_plane()?;
    if rows != labels.values.len() {
        return Err(Error::Lengths {
            figure,
            left: name,
            left_shape: shape,
            right: labels.name,
            right_shape: labels.shape,
        });
    }
    let classes = labels.classes()?;
    let mut present = classes.clone();
    present.sort_unstable();
    present.dedup();
    Ok(present
        .into_iter()
        .map(|class| {
            let members = |values: &[f64]| {
                let both = values.iter().zip(&classes);
                both.filter(|(_, c)| **c == class)
                    .map(|(v, _)| *v)
                    .collect::<Vec<f64>>()
            };
            let separator = if part.is_empty() { "" } else { ", " };
            Points {
                marker: Marker::of_class(class),
                filled,
                label: Some(format!("{part}{separator}class {class}")),
                ..Points::new(members(&x.values), members(&y.values), palette(class))
            }
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::Tensor;

    fn plane(values: Vec<f64>) -> Tensor {
        let rows = values.len() / 2;
        Tensor::from_vec(values, [rows, 2]).expect("two columns")
    }

    #[test]
    fn classes_differ_in_colour_and_shape_and_parts_in_filling() {
        let figure = scatter_splits(&[
            (
                "training",
                &plane(vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]),
                &[1, 0, 1],
            ),
            ("validation", &plane(vec![6.0, 7.0]), &[1]),
        ])
        .expect("two parts");
        let marks: Vec<&Points> = figure
            .marks
            .iter()
            .map(|mark| match mark {
                Mark::Points(points) => points,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(marks.len(), 3);
        assert_eq!(
            (marks[1].x.clone(), marks[1].y.clone()),
            (vec![0.0, 4.0], vec![1.0, 5.0])
        );
        assert_ne!(marks[0].color, marks[1].color);
        assert_ne!(marks[0].marker, marks[1].marker);
        assert_eq!(
            (marks[1].color, marks[1].marker),
            (marks[2].color, marks[2].marker)
        );
        assert!(marks[1].filled && !marks[2].filled);
    }

    #[test]
    fn points_that_are_not_finite_are_left_out() {
        let svg = scatter(&[0.0, f64::NAN, 1.0], &[0.0, 1.0, f64::INFINITY])
            .expect("finite values")
            .to_svg()
            .expect("drawable");
        // One point is finite in both coordinates: a disc and its white rim.
        assert_eq!(svg.matches("<circle").count(), 2);
    }

    #[test]
    fn refusals_name_the_part_and_both_shapes() {
        assert_eq!(
            scatter_splits(&[("validation", &plane(vec![0.0; 6]), &[0, 1])])
                .unwrap_err()
                .to_string(),
            "scatter_splits: points of validation has shape (3, 2) and labels of validation has \
             shape (2,); they need one value per point each"
        );
        assert_eq!(
            scatter_classes(&[1.0, 2.0], &[0]).unwrap_err().to_string(),
            "scatter_classes: points has shape (2,); points in the plane need shape (n, 2)"
        );
    }
}
