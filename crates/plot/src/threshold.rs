//! What a threshold does to the probabilities of a two-class model.

use crate::series::Input;
use crate::{
    Align, Area, Color, Error, Figure, Legend, Line, Mark, Marker, Note, Points, Result, Rule, Series, number,
    palette,
};

/// Bins of equal probability in which the points are stacked.
const BINS: usize = 64;

/// Every sample at its probability, one lane per actual class, and the line above which class 1
/// is predicted: the four outcomes are named with their counts, mistakes lie on a tinted ground
/// and are outlined.
///
/// A sample is predicted to be of class 1 when its probability is at least `threshold`.
///
/// # Shapes
/// `labels`: `(n,)` or `(n, 1)` with 0 and 1; `probabilities`: the same length, in [0, 1].
///
/// # Errors
/// Unequal lengths, labels other than 0 and 1, values or a threshold outside [0, 1].
///
/// ```
/// let figure = gradus_plot::threshold_effect(&[0, 0, 1, 1], &[0.2, 0.6, 0.4, 0.9], 0.5)?;
/// assert_eq!(figure.x.label.as_deref(), Some("predicted probability of class 1"));
/// # Ok::<(), gradus_plot::Error>(())
/// ```
pub fn threshold_effect(
    labels: &(impl Series + ?Sized),
    probabilities: &(impl Series + ?Sized),
    threshold: f64,
) -> Result<Figure> {
    let samples = Samples::read("threshold_effect", labels, probabilities)?;
    if !(0.0..=1.0).contains(&threshold) {
        return Err(Error::Value {
            figure: "threshold_effect",
            input: "the threshold".to_owned(),
            value: threshold,
            expected: "probabilities are cut between 0 and 1".to_owned(),
        });
    }
    let counts = samples.counts(threshold);
    let mut figure = Figure::new()
        .title(format!("Effect of the threshold {}", number(threshold)))
        .x_label("predicted probability of class 1")
        .y_label("actual class")
        .x_range(-0.02, 1.02)
        .y_range(-0.5, 1.5)
        .legend(Legend::Hidden);
    figure.y.name_ticks(&["0", "1"]);
    figure.x.grid = false;
    let wrong = Color(252, 240, 222);
    for (lane, left, right) in [(0.0, threshold, 1.02), (1.0, -0.02, threshold)] {
        figure.marks.push(Mark::Area(Area {
            points: vec![
                (left, lane - 0.5),
                (right, lane - 0.5),
                (right, lane + 0.5),
                (left, lane + 0.5),
            ],
            color: wrong,
            opacity: 1.0,
            label: None,
        }));
    }
    figure.marks.push(Mark::Rule(Rule {
        color: Color::GRID,
        width: 1.0,
        dash: crate::Dash::Solid,
        ..Rule::new(false, 0.5)
    }));
    figure.marks.push(Mark::Rule(Rule {
        color: Color::INK,
        label: Some(format!("threshold {}", number(threshold))),
        ..Rule::new(true, threshold)
    }));
    figure.marks.extend(samples.lanes(threshold));
    let outcomes = [
        (0, false, "TN", "true negatives", counts.true_negatives),
        (0, true, "FP", "false positives", counts.false_positives),
        (1, false, "FN", "false negatives", counts.false_negatives),
        (1, true, "TP", "true positives", counts.true_positives),
    ];
    for (class, above, short, long, count) in outcomes {
        let share = if above { 1.0 - threshold } else { threshold };
        let name = if share >= 0.35 { long } else { short };
        figure.marks.push(Mark::Note(Note {
            shift: (if above { -8.0 } else { 8.0 }, 15.0),
            align: if above { Align::End } else { Align::Start },
            bold: true,
            size: 13.0,
            ..Note::new(if above { 1.02 } else { -0.02 }, f64::from(class) + 0.5, format!("{name}: {count}"))
        }));
    }
    Ok(figure)
}

/// Precision, recall (the true positive rate) and the false positive rate at every threshold.
///
/// Precision ends where no sample is predicted to be of class 1; the rates of a class that does
/// not occur are left out.
///
/// # Shapes, errors
/// As [`threshold_effect`].
///
/// ```
/// let figure = gradus_plot::threshold_curves(&[0, 0, 1, 1], &[0.2, 0.6, 0.4, 0.9])?;
/// assert_eq!(figure.legend_labels(), ["precision", "recall = TPR", "FPR"]);
/// # Ok::<(), gradus_plot::Error>(())
/// ```
pub fn threshold_curves(
    labels: &(impl Series + ?Sized),
    probabilities: &(impl Series + ?Sized),
) -> Result<Figure> {
    let samples = Samples::read("threshold_curves", labels, probabilities)?;
    let thresholds: Vec<f64> = (0..=400).map(|i| f64::from(i) / 400.0).collect();
    let counts: Vec<Counts> = thresholds.iter().map(|&t| samples.counts(t)).collect();
    let curve = |label: &str, index: usize, dash, value: &dyn Fn(&Counts) -> (usize, usize)| {
        let share = |c: &Counts| {
            let (part, whole) = value(c);
            part as f64 / whole as f64
        };
        Mark::Line(Line {
            label: Some(label.to_owned()),
            dash,
            ..Line::new(thresholds.clone(), counts.iter().map(share).collect(), palette(index))
        })
    };
    use crate::Dash::{Dashed, Solid};
    Ok(Figure::new()
        .title("Scores against the threshold")
        .x_label("threshold")
        .y_label("score")
        .x_range(0.0, 1.0)
        .y_range(-0.02, 1.04)
        .mark(curve("precision", 0, Solid, &|c| {
            (c.true_positives, c.true_positives + c.false_positives)
        }))
        .mark(curve("recall = TPR", 1, Solid, &|c| {
            (c.true_positives, c.true_positives + c.false_negatives)
        }))
        .mark(curve("FPR", 6, Dashed, &|c| {
            (c.false_positives, c.false_positives + c.true_negatives)
        })))
}

struct Samples {
    classes: Vec<usize>,
    probabilities: Vec<f64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counts {
    true_negatives: usize,
    false_positives: usize,
    false_negatives: usize,
    true_positives: usize,
}

impl Samples {
    fn read(
        figure: &'static str,
        labels: &(impl Series + ?Sized),
        probabilities: &(impl Series + ?Sized),
    ) -> Result<Self> {
        let labels = Input::read(figure, "labels", labels)?;
        let probabilities = Input::read(figure, "probabilities", probabilities)?;
        labels.same_length(&probabilities)?;
        let classes = labels.classes()?;
        if let Some(&class) = classes.iter().find(|c| **c > 1) {
            return Err(labels.wrong_value(class as f64, "a threshold separates two classes, 0 and 1"));
        }
        let probabilities = probabilities.some_finite()?;
        let outside = |v: &&f64| **v < 0.0 || **v > 1.0;
        if let Some(&value) = probabilities.values.iter().find(outside) {
            return Err(probabilities
                .wrong_value(value, "probabilities lie in [0, 1]; turn logits into them with sigmoid"));
        }
        Ok(Self {
            classes,
            probabilities: probabilities.values,
        })
    }

    fn counts(&self, threshold: f64) -> Counts {
        let mut counts = Counts::default();
        for (&class, &probability) in self.classes.iter().zip(&self.probabilities) {
            if probability.is_nan() {
                continue;
            }
            *match (class == 1, probability >= threshold) {
                (false, false) => &mut counts.true_negatives,
                (false, true) => &mut counts.false_positives,
                (true, false) => &mut counts.false_negatives,
                (true, true) => &mut counts.true_positives,
            } += 1;
        }
        counts
    }

    /// The samples of both classes, stacked where they are dense; mistakes as marks of their own.
    fn lanes(&self, threshold: f64) -> Vec<Mark> {
        let mut marks = Vec::new();
        for class in 0..2 {
            let mut lane: Vec<f64> = self
                .classes
                .iter()
                .zip(&self.probabilities)
                .filter(|(c, p)| **c == class && p.is_finite())
                .map(|(_, p)| *p)
                .collect();
            lane.sort_by(f64::total_cmp);
            let mut stacks = vec![0_u32; BINS + 1];
            let bin = |p: f64| (p * BINS as f64) as usize;
            for &p in &lane {
                stacks[bin(p)] += 1;
            }
            let tallest = stacks.iter().copied().max().unwrap_or(1).max(1);
            // Stacks grow from the lane's foot and leave room for the names of the outcomes.
            let step = (0.64 / f64::from(tallest)).min(0.052);
            let mut heights = vec![0_u32; BINS + 1];
            let mut parts = [(vec![], vec![]), (vec![], vec![])];
            for &p in &lane {
                let height = &mut heights[bin(p)];
                let right = (p >= threshold) == (class == 1);
                let (x, y) = &mut parts[usize::from(!right)];
                x.push(p);
                y.push(class as f64 - 0.42 + step * f64::from(*height));
                *height += 1;
            }
            for (wrong, (x, y)) in parts.into_iter().enumerate() {
                if !x.is_empty() {
                    marks.push(Mark::Points(Points {
                        marker: Marker::of_class(class),
                        filled: wrong == 0,
                        ..Points::new(x, y, palette(class))
                    }));
                }
            }
        }
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [i64; 5] = [0, 0, 1, 1, 1];
    const PROBABILITIES: [f64; 5] = [0.2, 0.6, 0.4, 0.5, 0.9];

    #[test]
    fn the_outcomes_are_counted_and_named() {
        let figure = threshold_effect(&LABELS, &PROBABILITIES, 0.5).expect("five samples");
        let notes: Vec<&str> = figure
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Note(note) => Some(note.text.as_str()),
                _ => None,
            })
            .collect();
        // 0.5 is at least 0.5: predicted to be of class 1.
        assert_eq!(
            notes,
            ["true negatives: 1", "false positives: 1", "false negatives: 1", "true positives: 2"]
        );
        let outlined = |mark: &&Mark| matches!(mark, Mark::Points(points) if !points.filled);
        assert_eq!(figure.marks.iter().filter(outlined).count(), 2);
        assert_eq!(figure.y_ticks().expect("drawable").len(), 2);
    }

    #[test]
    fn scores_at_a_threshold_are_those_of_its_counts() {
        let figure = threshold_curves(&LABELS, &PROBABILITIES).expect("five samples");
        let at_half: Vec<f64> = figure
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Line(line) => Some(line.y[200]),
                _ => None,
            })
            .collect();
        assert_eq!(at_half, [2.0 / 3.0, 2.0 / 3.0, 0.5]);
        let Mark::Line(precision) = &figure.marks[0] else { panic!("precision is a line") };
        assert!(precision.y[400].is_nan(), "nothing is predicted at 1");
    }

    #[test]
    fn logits_are_refused() {
        assert_eq!(
            threshold_effect(&[0, 1], &[-1.5, 0.2], 0.5).unwrap_err().to_string(),
            "threshold_effect: a value of probabilities is -1.5; \
             probabilities lie in [0, 1]; turn logits into them with sigmoid"
        );
        assert_eq!(
            threshold_curves(&[0, 2], &[0.5, 0.2]).unwrap_err().to_string(),
            "threshold_curves: a value of labels is 2; a threshold separates two classes, 0 and 1"
        );
    }
}
