//! What a threshold does to the probabilities of a two-class model.

use crate::series::Input;
use crate::{
    Align, Area, Color, Error, Figure, Legend, Line, Mark, Marker, Note, Points, Result, Rule,
    Series, number, palette,
};

/// Width of a point on the axis of probabilities.
const DIAMETER: f64 = 0.021;

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
        .legend(Legend::Hidden)
        .size(640, 400);
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
            shift: (if above { -6.0 } else { 6.0 }, 15.0),
            align: if above { Align::End } else { Align::Start },
            bold: true,
            size: 12.0,
            ..Note::new(
                if above { 1.02 } else { -0.02 },
                f64::from(class) + 0.5,
                format!("{name} {count}"),
            )
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
    let (thresholds, counts): (Vec<f64>, Vec<Counts>) = samples.steps().into_iter().unzip();
    let curve = |label: &str, index: usize, dash, value: &dyn Fn(&Counts) -> (usize, usize)| {
        let share = |c: &Counts| {
            let (part, whole) = value(c);
            part as f64 / whole as f64
        };
        Mark::Line(Line {
            label: Some(label.to_owned()),
            dash,
            ..Line::new(
                thresholds.clone(),
                counts.iter().map(share).collect(),
                palette(index),
            )
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
            return Err(
                labels.wrong_value(class as f64, "a threshold separates two classes, 0 and 1")
            );
        }
        let probabilities = probabilities.some_finite()?;
        let outside = |v: &&f64| **v < 0.0 || **v > 1.0;
        if let Some(&value) = probabilities.values.iter().find(outside) {
            return Err(probabilities.wrong_value(
                value,
                "probabilities lie in [0, 1]; turn logits into them with sigmoid",
            ));
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

    /// The counts as a function of the threshold: constant between neighbouring probabilities.
    fn steps(&self) -> Vec<(f64, Counts)> {
        let both = self
            .probabilities
            .iter()
            .copied()
            .zip(self.classes.iter().copied());
        let mut samples: Vec<(f64, usize)> = both.filter(|(p, _)| p.is_finite()).collect();
        samples.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut counts = self.counts(0.0);
        let mut steps = Vec::new();
        let mut from = 0.0;
        for group in samples.chunk_by(|a, b| a.0 == b.0) {
            let to = group[0].0;
            steps.extend([(from, counts), (to, counts)]);
            // Above this probability its samples are no longer predicted to be of class 1.
            for (_, class) in group {
                if *class == 1 {
                    counts.true_positives -= 1;
                    counts.false_negatives += 1;
                } else {
                    counts.false_positives -= 1;
                    counts.true_negatives += 1;
                }
            }
            from = to;
        }
        if from < 1.0 {
            steps.extend([(from, counts), (1.0, counts)]);
        }
        steps
    }

    /// The samples of both classes, stacked where they are dense; mistakes as marks of their own.
    fn lanes(&self, threshold: f64) -> Vec<Mark> {
        let mut marks = Vec::new();
        for class in 0..2 {
            let of_class = self
                .classes
                .iter()
                .zip(&self.probabilities)
                .filter(|(c, p)| **c == class && p.is_finite());
            let mut lane: Vec<f64> = of_class.map(|(_, p)| *p).collect();
            lane.sort_by(f64::total_cmp);
            let levels = stacked(&lane);
            let tallest = levels.iter().copied().max().unwrap_or(0);
            // The stacks leave room for the names of the outcomes above them.
            let step = (0.6 / (tallest + 1) as f64).min(0.07);
            let mut parts = [(vec![], vec![]), (vec![], vec![])];
            for (&p, level) in lane.iter().zip(levels) {
                let right = (p >= threshold) == (class == 1);
                let (x, y) = &mut parts[usize::from(!right)];
                x.push(p);
                y.push(class as f64 - 0.4 + step * level as f64);
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

/// The lowest level at which each of the rising values is [`DIAMETER`] away from its neighbour.
fn stacked(rising: &[f64]) -> Vec<usize> {
    let mut ends: Vec<f64> = Vec::new();
    let mut levels = Vec::with_capacity(rising.len());
    for &value in rising {
        let level = ends
            .iter()
            .position(|end| value - end >= DIAMETER)
            .unwrap_or(ends.len());
        if level == ends.len() {
            ends.push(value);
        } else {
            ends[level] = value;
        }
        levels.push(level);
    }
    levels
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
            [
                "true negatives 1",
                "false positives 1",
                "false negatives 1",
                "true positives 2"
            ]
        );
        let outlined = |mark: &&Mark| matches!(mark, Mark::Points(points) if !points.filled);
        assert_eq!(figure.marks.iter().filter(outlined).count(), 2);
        assert_eq!(figure.y_ticks().expect("drawable").len(), 2);
    }

    #[test]
    fn scores_at_a_threshold_are_those_of_its_counts() {
        let figure = threshold_curves(&LABELS, &PROBABILITIES).expect("five samples");
        let lines: Vec<&Line> = figure
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Line(line) => Some(line),
                _ => None,
            })
            .collect();
        // From above 0.4 up to and with 0.5: one of two negatives and two of three positives.
        assert_eq!(lines[0].x[4..6], [0.4, 0.5]);
        let values: Vec<&[f64]> = lines.iter().map(|line| &line.y[4..6]).collect();
        assert_eq!(values, [[2.0 / 3.0; 2], [2.0 / 3.0; 2], [0.5; 2]]);
        assert!(lines[0].y[11].is_nan(), "nothing is predicted above 0.9");
    }

    #[test]
    fn dense_samples_are_stacked() {
        assert_eq!(stacked(&[0.1, 0.11, 0.12, 0.122, 0.5]), [0, 1, 2, 0, 0]);
    }

    #[test]
    fn logits_are_refused() {
        assert_eq!(
            threshold_effect(&[0, 1], &[-1.5, 0.2], 0.5)
                .unwrap_err()
                .to_string(),
            "threshold_effect: a value of probabilities is -1.5; \
             probabilities lie in [0, 1]; turn logits into them with sigmoid"
        );
        assert_eq!(
            threshold_curves(&[0, 2], &[0.5, 0.2])
                .unwrap_err()
                .to_string(),
            "threshold_curves: a value of labels is 2; a threshold separates two classes, 0 and 1"
        );
    }
}
