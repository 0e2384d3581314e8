//! Learning rates over the steps of a schedule, and results over the rates of a search.

use crate::series::Input;
use crate::{Figure, Line, Mark, Marker, Points, Result, Series, lines, palette};

/// The learning rate at every step 0, 1, 2, … of one or more schedules.
///
/// # Shapes
/// Each schedule: `(steps,)`, equally long.
///
/// # Errors
/// No schedule, unequal lengths, nothing finite to draw.
///
/// ```
/// let figure = gradus_plot::learning_rates(&[("halved every 2", &[0.1, 0.1, 0.05, 0.05])])?;
/// assert_eq!(figure.y.label.as_deref(), Some("learning rate"));
/// # Ok::<(), gradus_plot::Error>(())
/// ```
pub fn learning_rates(schedules: &[(&str, &dyn Series)]) -> Result<Figure> {
    let mut figure = Figure::new().x_label("step").y_label("learning rate");
    let steps = match schedules.first() {
        Some((name, first)) => Input::read("learning_rates", name, *first)?.values.len(),
        None => 0,
    };
    let steps: Vec<usize> = (0..steps.max(1)).collect();
    for mark in lines(&steps, schedules)?.marks {
        if let Mark::Line(line) = mark {
            figure.marks.push(Mark::Line(stairs(line)));
        }
    }
    Ok(figure)
}

/// The rate of a step holds until the next one.
fn stairs(line: Line) -> Line {
    let ends = line.x.iter().flat_map(|x| [*x, *x + 1.0]);
    Line {
        x: ends.collect(),
        y: line.y.iter().flat_map(|y| [*y, *y]).collect(),
        ..line
    }
}

/// The result for every value tried, on a logarithmic axis: a search over learning rates.
///
/// A run that diverged (NaN or infinite) leaves a gap. Point out the best with
/// [`Figure::mark_point`].
///
/// # Shapes
/// `tried` and each result: `(n,)`; `tried` above 0.
///
/// # Errors
/// No result, unequal lengths, nothing finite to draw.
///
/// ```
/// let rates = [0.001, 0.01, 0.1, 1.0];
/// let figure = gradus_plot::search_result(&rates, &[("validation", &[0.9, 0.5, 0.3, f64::NAN])])?
///     .mark_point(0.1, 0.3, "best: 0.1");
/// assert_eq!(figure.x.scale, gradus_plot::Scale::Log);
/// # Ok::<(), gradus_plot::Error>(())
/// ```
pub fn search_result(
    tried: &(impl Series + ?Sized),
    results: &[(&str, &dyn Series)],
) -> Result<Figure> {
    let mut figure = lines(tried, results)?.log_x();
    let dots: Vec<Mark> = figure
        .marks
        .iter()
        .enumerate()
        .filter_map(|(index, mark)| dotted(index, mark))
        .collect();
    figure.marks.extend(dots);
    Ok(figure)
}

fn dotted(index: usize, mark: &Mark) -> Option<Mark> {
    let Mark::Line(Line { x, y, .. }) = mark else {
        return None;
    };
    Some(Mark::Points(Points {
        marker: Marker::of_class(index),
        ..Points::new(x.clone(), y.clone(), palette(index))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_result_has_a_curve_and_its_points() {
        let figure = search_result(&[0.01, 0.1], &[("a", &[1.0, 2.0]), ("b", &[2.0, 1.0])])
            .expect("two results");
        assert_eq!(figure.marks.len(), 4);
        assert_eq!(figure.legend_labels(), ["a", "b"]);
    }

    #[test]
    fn a_rate_holds_until_the_next_step() {
        let figure = learning_rates(&[("halved", &[0.1, 0.05])]).expect("a schedule");
        let Mark::Line(line) = &figure.marks[0] else {
            panic!("{:?}", figure.marks[0])
        };
        assert_eq!(line.x, [0.0, 1.0, 1.0, 2.0]);
        assert_eq!(line.y, [0.1, 0.1, 0.05, 0.05]);
    }

    #[test]
    fn refusals() {
        assert_eq!(
            learning_rates(&[("a", &[0.1, 0.1]), ("b", &[0.1])])
                .unwrap_err()
                .to_string(),
            "lines: x has shape (2,) and b has shape (1,); they need one value per point each"
        );
        let drawn = search_result(&[-1.0, 0.0], &[("a", &[1.0, 2.0])])
            .expect("checked when drawn")
            .to_svg();
        assert_eq!(
            drawn.unwrap_err().to_string(),
            "log axis: none of the 4 values on the x axis is above 0; use a linear axis"
        );
    }
}
