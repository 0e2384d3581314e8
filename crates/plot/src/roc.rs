//! Curves of a two-class model over all thresholds: ROC, and precision against recall.

use crate::series::{Input, pair};
use crate::{Color, Dash, Error, Figure, Line, Mark, Result, Series, palette};

/// A labelled curve: its name, its first and its second coordinates.
pub type Curve<'a> = (&'a str, &'a dyn Series, &'a dyn Series);

/// ROC curves, with the area under each in the legend and the diagonal of chance.
///
/// Each curve is `(name, false positive rates, true positive rates)`, in the order of falling
/// thresholds, as `roc_curve` returns them. The area is that of the trapezoids below the curve,
/// as scikit-learn's `auc`. Mark single thresholds with [`Figure::mark_point`].
///
/// # Shapes
/// Rates: `(n,)`, n ≥ 2, in [0, 1].
///
/// # Errors
/// No curve, unequal lengths, fewer than two points, rates outside [0, 1].
///
/// ```
/// let figure = gradus_plot::roc(&[("validation", &[0.0, 0.0, 0.5, 1.0], &[0.0, 0.5, 1.0, 1.0])])?
///     .mark_point(0.0, 0.5, "0.7");
/// assert_eq!(figure.legend_labels()[1], "validation, AUC = 0.8750");
/// # Ok::<(), gradus_plot::Error>(())
/// ```
pub fn roc(curves: &[Curve<'_>]) -> Result<Figure> {
    let chance = Line {
        width: 1.5,
        dash: Dash::Dashed,
        label: Some("chance, AUC = 0.5".to_owned()),
        ..Line::new(vec![0.0, 1.0], vec![0.0, 1.0], Color::REFERENCE)
    };
    let mut figure = unit_square("ROC curve")
        .x_label("false positive rate")
        .y_label("true positive rate")
        .mark(Mark::Line(chance));
    for (index, (name, x, y)) in rates("roc", curves)?.into_iter().enumerate() {
        let area = trapezoids(&x, &y);
        figure.marks.push(Mark::Line(Line {
            label: Some(format!("{name}, AUC = {area:.4}")),
            width: 2.2,
            ..Line::new(x, y, palette(index))
        }));
    }
    Ok(figure)
}

/// Precision against recall, with the average precision of each curve in the legend.
///
/// Each curve is `(name, recalls, precisions)` in the order `precision_recall_curve` returns
/// them: falling recall, ending in (0, 1). The average precision is Σ (Rᵢ − Rᵢ₊₁) Pᵢ, as
/// scikit-learn's `average_precision_score`; the curve is drawn in the steps of that sum.
/// `positives` is the share of class 1 in the data: the precision of chance.
///
/// # Errors
/// As [`roc`]; a share outside [0, 1].
///
/// ```
/// let curve: gradus_plot::Curve = ("validation", &[1.0, 0.5, 0.0], &[0.5, 1.0, 1.0]);
/// let figure = gradus_plot::precision_recall(&[curve], 0.5)?;
/// assert_eq!(figure.legend_labels()[1], "validation, AP = 0.7500");
/// # Ok::<(), gradus_plot::Error>(())
/// ```
pub fn precision_recall(curves: &[Curve<'_>], positives: f64) -> Result<Figure> {
    const FIGURE: &str = "precision_recall";
    if !(0.0..=1.0).contains(&positives) {
        return Err(Error::Value {
            figure: FIGURE,
            input: "the share of positives".to_owned(),
            value: positives,
            expected: "shares lie in [0, 1]".to_owned(),
        });
    }
    let chance = Line {
        width: 1.5,
        dash: Dash::Dashed,
        label: Some(format!("chance, AP = {positives:.4}")),
        ..Line::new(vec![0.0, 1.0], vec![positives; 2], Color::REFERENCE)
    };
    let mut figure = unit_square("Precision and recall")
        .x_label("recall")
        .y_label("precision")
        .mark(Mark::Line(chance));
    for (index, (name, recall, precision)) in rates(FIGURE, curves)?.into_iter().enumerate() {
        let average: f64 = recall
            .windows(2)
            .zip(&precision)
            .map(|(pair, precision)| (pair[0] - pair[1]) * precision)
            .sum();
        let (x, y) = steps(&recall, &precision);
        figure.marks.push(Mark::Line(Line {
            label: Some(format!("{name}, AP = {average:.4}")),
            width: 2.2,
            ..Line::new(x, y, palette(index))
        }));
    }
    Ok(figure)
}

/// Going down in recall, the precision of the higher recall holds until the next point.
fn steps(recall: &[f64], precision: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let (mut x, mut y) = (vec![recall[0]], vec![precision[0]]);
    for i in 1..recall.len() {
        x.extend([recall[i], recall[i]]);
        y.extend([precision[i - 1], precision[i]]);
    }
    (x, y)
}

fn unit_square(title: &str) -> Figure {
    Figure::new()
        .title(title)
        .x_range(-0.02, 1.02)
        .y_range(-0.02, 1.02)
        .size(560, 560)
        .equal_aspect()
}

fn trapezoids(x: &[f64], y: &[f64]) -> f64 {
    x.windows(2)
        .zip(y.windows(2))
        .map(|(x, y)| (x[1] - x[0]) * (y[0] + y[1]) / 2.0)
        .sum()
}

type Rates<'a> = (&'a str, Vec<f64>, Vec<f64>);

fn rates<'a>(figure: &'static str, curves: &[Curve<'a>]) -> Result<Vec<Rates<'a>>> {
    if curves.is_empty() {
        return Err(Error::Empty {
            figure,
            input: "the list of curves".to_owned(),
            shape: vec![0],
        });
    }
    let mut read = Vec::new();
    for (name, x, y) in curves {
        let names = (format!("x of {name}"), format!("y of {name}"));
        let (xs, ys) = pair(figure, (&names.0, *x), (&names.1, *y))?;
        let input = Input::read(figure, name, *x)?;
        if xs.len() < 2 {
            return Err(input.wrong_shape("a curve needs two points or more"));
        }
        if let Some(&value) = xs.iter().chain(&ys).find(|v| !(0.0..=1.0).contains(*v)) {
            return Err(input.wrong_value(value, "rates lie in [0, 1]"));
        }
        read.push((*name, xs, ys));
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_that_of_the_trapezoids() {
        let figure = roc(&[
            ("perfect", &[0.0, 0.0, 1.0], &[0.0, 1.0, 1.0]),
            ("half", &[0.0, 1.0], &[0.0, 1.0]),
        ])
        .expect("two curves");
        assert_eq!(
            figure.legend_labels(),
            [
                "chance, AUC = 0.5",
                "perfect, AUC = 1.0000",
                "half, AUC = 0.5000"
            ]
        );
        assert!(figure.equal_aspect);
        let ticks: Vec<String> = figure
            .y_ticks()
            .expect("drawable")
            .into_iter()
            .map(|t| t.label)
            .collect();
        assert_eq!(
            ticks,
            figure
                .x_ticks()
                .expect("drawable")
                .into_iter()
                .map(|t| t.label)
                .collect::<Vec<_>>()
        );
    }

    #[test]
    fn precision_is_drawn_in_the_steps_of_its_average() {
        assert_eq!(
            steps(&[1.0, 0.5, 0.0], &[0.5, 0.8, 1.0]),
            (vec![1.0, 0.5, 0.5, 0.0, 0.0], vec![0.5, 0.5, 0.8, 0.8, 1.0])
        );
    }

    #[test]
    fn refusals() {
        assert_eq!(
            roc(&[("a", &[0.0, 1.0], &[0.0])]).unwrap_err().to_string(),
            "roc: x of a has shape (2,) and y of a has shape (1,); they need one value per point each"
        );
        assert_eq!(
            roc(&[("a", &[0.0, 7.0], &[0.0, 1.0])])
                .unwrap_err()
                .to_string(),
            "roc: a value of a is 7; rates lie in [0, 1]"
        );
        assert_eq!(
            precision_recall(&[], 0.5).unwrap_err().to_string(),
            "precision_recall: the list of curves has shape (0,) and holds no values; there is nothing to draw"
        );
    }
}
