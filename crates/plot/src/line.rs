//! Curves: one, several, and losses over epochs.

use crate::series::{Input, pair};
use crate::{Error, Figure, Line, Mark, Result, Series, palette};

/// A curve through `(x[i], y[i])`.
///
/// # Shapes
/// `x`, `y`: `(n,)` or `(n, 1)`. Points that are not finite leave a gap.
///
/// # Errors
/// Unequal lengths; nothing, or nothing finite, to draw.
///
/// ```
/// let figure = gradus_plot::line(&[0.0, 1.0, 2.0], &[1.0, 0.5, 0.25])?.log_y();
/// assert_eq!(figure.marks.len(), 1);
/// # Ok::<(), gradus_plot::Error>(())
/// ```
pub fn line(x: &(impl Series + ?Sized), y: &(impl Series + ?Sized)) -> Result<Figure> {
    let (x, y) = pair("line", ("x", x), ("y", y))?;
    let mut figure = Figure::new();
    figure.x.whole = counts(&x);
    Ok(figure.mark(Mark::Line(Line::new(x, y, palette(0)))))
}

/// Whether these are steps, epochs, sizes: whole numbers, and enough of them for ticks at whole numbers.
fn counts(x: &[f64]) -> bool {
    x.len() > 4 && x.iter().all(|x| x.fract() == 0.0)
}

/// Several labelled curves over the same `x`.
///
/// # Shapes
/// `x` and each curve: `(n,)` or `(n, 1)`. A curve may be NaN throughout (a run that diverged at
/// once): it is not drawn, its label stays in the legend.
///
/// # Errors
/// No curve; a length that differs from that of `x`; nothing finite in any curve.
///
/// ```
/// use gradus_plot::lines;
///
/// let figure = lines(&[0.0, 1.0], &[("slow", &[1.0, 0.9]), ("fast", &[1.0, 0.2])])?;
/// assert_eq!(figure.legend_labels(), ["slow", "fast"]);
/// # Ok::<(), gradus_plot::Error>(())
/// ```
pub fn lines(x: &(impl Series + ?Sized), curves: &[(&str, &dyn Series)]) -> Result<Figure> {
    let x = Input::read("lines", "x", x)?.some_finite()?;
    let mut figure = Figure::new();
    figure.x.whole = counts(&x.values);
    let mut failure = None;
    let mut any_finite = false;
    for (index, (label, curve)) in curves.iter().enumerate() {
        let y = Input::read("lines", label, *curve)?;
        x.same_length(&y)?;
        match y.clone().some_finite() {
            Ok(_) => any_finite = true,
            Err(error) => failure = Some(error),
        }
        figure.marks.push(Mark::Line(Line {
            label: Some((*label).to_owned()),
            ..Line::new(x.values.clone(), y.values, palette(index))
        }));
    }
    match failure {
        Some(error) if !any_finite => Err(error),
        _ if curves.is_empty() => Err(Error::Empty {
            figure: "lines",
            input: "the list of curves".to_owned(),
            shape: vec![0],
        }),
        _ => Ok(figure),
    }
}

/// Losses over the epochs 1, 2, 3, …: one labelled curve per history.
///
/// Histories may differ in length (early stopping). For a logarithmic axis add
/// [`log_y`](Figure::log_y).
///
/// # Shapes
/// Each history: `(epochs,)`.
///
/// # Errors
/// No history, an empty one, or none with a finite value.
///
/// ```
/// use gradus_plot::losses;
///
/// let figure = losses(&[("training", &[0.7, 0.5, 0.4]), ("validation", &[0.7, 0.6, 0.5])])?;
/// assert_eq!(figure.x.label.as_deref(), Some("epoch"));
/// # Ok::<(), gradus_plot::Error>(())
/// ```
pub fn losses(histories: &[(&str, &dyn Series)]) -> Result<Figure> {
    let mut longest = 0;
    let mut inputs = Vec::new();
    for (label, history) in histories {
        let input = Input::read("losses", label, *history)?;
        longest = longest.max(input.values.len());
        inputs.push(input);
    }
    for input in &mut inputs {
        input.values.resize(longest, f64::NAN);
        input.shape = vec![longest];
    }
    let epochs: Vec<usize> = (1..=longest).collect();
    let curves: Vec<(&str, &dyn Series)> = inputs
        .iter()
        .map(|input| (input.name.as_str(), &input.values as &dyn Series))
        .collect();
    if curves.is_empty() {
        return Err(Error::Empty {
            figure: "losses",
            input: "the list of histories".to_owned(),
            shape: vec![0],
        });
    }
    let mut figure = lines(&epochs, &curves)?;
    figure.x.whole = true;
    Ok(figure
        .title("Loss per epoch")
        .x_label("epoch")
        .y_label("loss"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scale;

    #[test]
    fn losses_have_two_curves_a_legend_and_named_axes() {
        let figure = losses(&[("training", &[0.7, 0.5]), ("validation", &[0.8, 0.6, 0.5])])
            .expect("two histories")
            .log_y();
        assert_eq!(figure.legend_labels(), ["training", "validation"]);
        assert_eq!(figure.y.scale, Scale::Log);
        let Mark::Line(training) = &figure.marks[0] else {
            panic!("{:?}", figure.marks[0])
        };
        assert_eq!(training.x, [1.0, 2.0, 3.0]);
        assert_eq!(training.y[..2], [0.7, 0.5]);
        assert!(training.y[2].is_nan(), "the shorter history ends in a gap");
        let svg = figure.to_svg().expect("drawable");
        for text in ["Loss per epoch", "epoch", "loss", "training", "validation"] {
            assert!(svg.contains(&format!(">\n{text}\n<")), "{text} is missing");
        }
    }

    #[test]
    fn gaps_are_not_bridged() {
        let y = [1.0, 2.0, f64::NAN, 1.0, 2.0];
        let svg = line(&[0.0, 1.0, 2.0, 3.0, 4.0], &y)
            .expect("finite values")
            .to_svg()
            .expect("drawable");
        let curve = "stroke=\"#0072B2\"";
        assert_eq!(svg.matches(curve).count(), 2);
    }

    #[test]
    fn a_diverged_run_among_others_keeps_its_label() {
        let figure = lines(
            &[0.0, 1.0],
            &[("1", &[f64::NAN, f64::NAN]), ("0.1", &[1.0, 0.5])],
        )
        .expect("one finite curve");
        assert_eq!(figure.legend_labels(), ["1", "0.1"]);
    }

    #[test]
    fn refusals_say_why() {
        assert_eq!(
            lines(&[0.0, 1.0], &[("loss", &[1.0])])
                .unwrap_err()
                .to_string(),
            "lines: x has shape (2,) and loss has shape (1,); they need one value per point each"
        );
        assert_eq!(
            losses(&[]).unwrap_err().to_string(),
            "losses: the list of histories has shape (0,) and holds no values; there is nothing to draw"
        );
        assert!(
            losses(&[("training", &[f64::NAN])])
                .unwrap_err()
                .to_string()
                .contains("training")
        );
    }

    #[test]
    fn same_bytes_every_time() {
        let figure = line(&[0.0, 1.0], &[0.0, 1.0]).expect("two points");
        assert_eq!(
            figure.to_svg().expect("drawable"),
            figure.to_svg().expect("drawable")
        );
        assert_eq!(
            figure.to_png().expect("drawable"),
            figure.to_png().expect("drawable")
        );
    }
}
