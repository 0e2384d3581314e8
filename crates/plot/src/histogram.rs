//! Histograms.

use crate::series::Input;
use crate::{Bars, Error, Figure, Mark, Result, Series, palette};

/// How many values fall into each of `bins` equal intervals.
///
/// Intervals are closed on the left, the last on both sides, as in NumPy's `histogram`. Values
/// that are not finite are not counted.
///
/// # Shapes
/// `values`: any.
///
/// # Errors
/// No value, none finite, or no bins (more than 10 000 are refused too).
///
/// ```
/// let figure = gradus_plot::histogram(&[0.0, 0.1, 0.2, 0.9, 1.0], 2)?;
/// assert_eq!(figure.marks.len(), 1);
/// # Ok::<(), gradus_plot::Error>(())
/// ```
pub fn histogram(values: &(impl Series + ?Sized), bins: usize) -> Result<Figure> {
    let input = Input::read("histogram", "values", values)?;
    let bars = counted("histogram", vec![input], bins)?;
    Ok(framed(bars.into_iter().map(|bars| Bars {
        opacity: 1.0,
        ..bars
    })))
}

/// Several labelled histograms over the same intervals, lying over each other.
///
/// # Errors
/// As [`histogram`]; no histogram at all.
///
/// ```
/// let figure = gradus_plot::histograms(&[("layer 1", &[0.0, 1.0]), ("layer 2", &[0.4, 0.6])], 4)?;
/// assert_eq!(figure.legend_labels(), ["layer 1", "layer 2"]);
/// # Ok::<(), gradus_plot::Error>(())
/// ```
pub fn histograms(groups: &[(&str, &dyn Series)], bins: usize) -> Result<Figure> {
    const FIGURE: &str = "histograms";
    if groups.is_empty() {
        return Err(Error::Empty {
            figure: FIGURE,
            input: "the list of histograms".to_owned(),
            shape: vec![0],
        });
    }
    let inputs: Result<Vec<Input>> = groups
        .iter()
        .map(|(name, values)| Input::read(FIGURE, name, *values))
        .collect();
    let bars = counted(FIGURE, inputs?, bins)?;
    let labelled = bars.into_iter().zip(groups).map(|(bars, (name, _))| Bars {
        label: Some((*name).to_owned()),
        ..bars
    });
    Ok(framed(labelled))
}

fn framed(bars: impl Iterator<Item = Bars>) -> Figure {
    let mut figure = Figure {
        marks: bars.map(Mark::Bars).collect(),
        ..Figure::new().x_label("value").y_label("count")
    };
    let tallest = figure.marks.iter().flat_map(Mark::ys).fold(0.0, f64::max);
    figure.y.range = Some((0.0, tallest * 1.05));
    figure.x.grid = false;
    figure.x.visible = true;
    figure
}

fn counted(figure: &'static str, inputs: Vec<Input>, bins: usize) -> Result<Vec<Bars>> {
    if !(1..=10_000).contains(&bins) {
        return Err(Error::Value {
            figure,
            input: "the number of bins".to_owned(),
            value: bins as f64,
            expected: "between 1 and 10 000 are possible".to_owned(),
        });
    }
    let inputs: Vec<Input> = inputs
        .into_iter()
        .map(Input::some_finite)
        .collect::<Result<_>>()?;
    let all = || {
        inputs
            .iter()
            .flat_map(|input| input.values.iter().copied())
            .filter(|v| v.is_finite())
    };
    let (mut low, mut high) = (
        all().fold(f64::MAX, f64::min),
        all().fold(f64::MIN, f64::max),
    );
    if low == high {
        (low, high) = (low - 0.5, high + 0.5);
    }
    let width = high / bins as f64 - low / bins as f64;
    let edges: Vec<(f64, f64)> = (0..bins)
        .map(|i| (low + i as f64 * width, low + (i + 1) as f64 * width))
        .collect();
    Ok(inputs
        .iter()
        .enumerate()
        .map(|(index, input)| {
            let mut heights = vec![0.0; bins];
            for value in input.values.iter().filter(|v| v.is_finite()) {
                heights[(((value - low) / width) as usize).min(bins - 1)] += 1.0;
            }
            Bars {
                edges: edges.clone(),
                heights,
                color: palette(index),
                opacity: 0.55,
                label: None,
            }
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bars(figure: &Figure) -> &Bars {
        let Mark::Bars(bars) = &figure.marks[0] else {
            panic!("{:?}", figure.marks[0])
        };
        bars
    }

    #[test]
    fn intervals_are_closed_on_the_left_and_the_last_on_both_sides() {
        let figure = histogram(&[0.0, 0.5, 0.99, 1.0, 2.0, f64::NAN], 2).expect("values");
        assert_eq!(bars(&figure).edges, [(0.0, 1.0), (1.0, 2.0)]);
        assert_eq!(bars(&figure).heights, [3.0, 2.0]);
        assert_eq!(figure.y.range, Some((0.0, 3.0 * 1.05)));
    }

    #[test]
    fn equal_values_fill_one_bin() {
        let figure = histogram(&[7.0, 7.0], 3).expect("values");
        assert_eq!(bars(&figure).heights, [0.0, 2.0, 0.0]);
    }

    #[test]
    fn refusals() {
        assert_eq!(
            histogram(&[1.0], 0).unwrap_err().to_string(),
            "histogram: the number of bins is 0; between 1 and 10 000 are possible"
        );
        assert!(histogram(&[f64::NAN], 3).is_err());
    }
}
