//! Bars for named values.

use crate::series::Input;
use crate::{Bars, Color, Dash, Error, Figure, Mark, Result, Rule, Series, palette};

/// Share of a name's room that its bars fill.
const FILLED: f64 = 0.72;

/// One bar for each name.
///
/// # Shapes
/// `values`: `(n,)`, as many as names. A value that is not finite has no bar.
///
/// # Errors
/// Another number of names than values; nothing, or nothing finite, to draw.
///
/// ```
/// let figure = gradus_plot::bar(&["SGD", "Adam"], &[0.81, 0.93])?;
/// assert_eq!(figure.x_ticks()?[1].label, "Adam");
/// # Ok::<(), gradus_plot::Error>(())
/// ```
pub fn bar(names: &[&str], values: &(impl Series + ?Sized)) -> Result<Figure> {
    let input = Input::read("bar", "values", values)?.some_finite()?;
    grouped("bar", names, vec![(None, input)])
}

/// Several labelled bars for each name, side by side.
///
/// # Errors
/// As [`bar`], for each group; no group at all.
///
/// ```
/// let groups: [(&str, &dyn gradus_plot::Series); 2] = [("training", &[0.9, 0.95]), ("validation", &[0.8, 0.93])];
/// let figure = gradus_plot::bars(&["SGD", "Adam"], &groups)?;
/// assert_eq!(figure.legend_labels(), ["training", "validation"]);
/// # Ok::<(), gradus_plot::Error>(())
/// ```
pub fn bars(names: &[&str], groups: &[(&str, &dyn Series)]) -> Result<Figure> {
    let read = |(label, values): &(&str, &dyn Series)| -> Result<(Option<String>, Input)> {
        Ok((
            Some((*label).to_owned()),
            Input::read("bars", label, *values)?.some_finite()?,
        ))
    };
    grouped(
        "bars",
        names,
        groups.iter().map(read).collect::<Result<_>>()?,
    )
}

fn grouped(
    figure: &'static str,
    names: &[&str],
    groups: Vec<(Option<String>, Input)>,
) -> Result<Figure> {
    if groups.is_empty() {
        return Err(Error::Empty {
            figure,
            input: "the list of groups".to_owned(),
            shape: vec![0],
        });
    }
    let width = FILLED / groups.len() as f64;
    let mut marks = Vec::new();
    for (index, (label, input)) in groups.into_iter().enumerate() {
        if input.values.len() != names.len() {
            return Err(Error::Names {
                figure,
                names: names.len(),
                things: format!("the {} values of {}", input.values.len(), input.name),
            });
        }
        let left = |i: usize| i as f64 - FILLED / 2.0 + index as f64 * width;
        marks.push(Mark::Bars(Bars {
            edges: (0..names.len())
                .map(|i| (left(i), left(i) + width * 0.96))
                .collect(),
            heights: input.values,
            color: palette(index),
            opacity: 1.0,
            label,
        }));
    }
    let heights = || marks.iter().flat_map(Mark::ys).filter(|v| v.is_finite());
    let (low, high) = (heights().fold(0.0, f64::min), heights().fold(0.0, f64::max));
    let mut chart = Figure {
        marks,
        ..Figure::new().x_range(-0.5, names.len() as f64 - 0.5)
    };
    // Bars stand on zero: the axis begins there unless some hang below it.
    if low < high {
        chart.y.range = Some((low * 1.06, high * 1.06));
    }
    if low < 0.0 {
        chart.marks.push(Mark::Rule(Rule {
            color: Color::AXIS,
            width: 1.0,
            dash: Dash::Solid,
            ..Rule::new(false, 0.0)
        }));
    }
    chart.x.name_ticks(names);
    Ok(chart)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_stand_side_by_side_on_zero() {
        let figure =
            bars(&["a", "b"], &[("one", &[1.0, 2.0]), ("two", &[3.0, 4.0])]).expect("two groups");
        let edges: Vec<Vec<(f64, f64)>> = figure
            .marks
            .iter()
            .filter_map(|mark| {
                if let Mark::Bars(bars) = mark {
                    Some(bars.edges.clone())
                } else {
                    None
                }
            })
            .collect();
        assert!(edges[0][0].1 <= edges[1][0].0);
        assert!(edges[1][0].1 < edges[0][1].0);
        assert_eq!(figure.y.range, Some((0.0, 4.24)));
    }

    #[test]
    fn one_name_for_each_value() {
        assert_eq!(
            bar(&["a"], &[1.0, 2.0]).unwrap_err().to_string(),
            "bar: 1 names for the 2 values of values; give one name for each"
        );
    }
}
