//! A number of the course beside ours.

use std::fmt;

/// What came of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The numbers agree.
    Yes,
    /// They should and do not.
    No,
    /// The course contradicts its own program.
    Misprint,
    /// Nothing says which run the course's number came from.
    Undecidable,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Yes => "yes",
            Verdict::No => "no",
            Verdict::Misprint => "misprint",
            Verdict::Undecidable => "undecidable",
        })
    }
}

/// A row of the closing table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What is compared.
    pub name: String,
    /// As the course has it.
    pub course: String,
    /// As it came out here.
    pub ours: String,
    /// Whether they are the same.
    pub same: Verdict,
}

/// Numbers of the course, as text in its own notation: `[[0.5406, 0.5869]]`.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    /// What is compared.
    pub name: &'a str,
    /// As the course prints it.
    pub course: &'a str,
}

/// What the course prints, to hold our number against.
#[must_use]
pub fn course<'a>(name: &'a str, course: &'a str) -> Comparison<'a> {
    Comparison { name, course }
}

impl Comparison<'_> {
    /// Agrees if ours, written with the course's digits, is the same text.
    #[must_use]
    pub fn digits(self, ours: &[f64]) -> Row {
        let ours = written_as(self.course, ours);
        let same = if ours == self.course {
            Verdict::Yes
        } else {
            Verdict::No
        };
        self.row(ours, same)
    }

    /// Agrees if no number is further away than `tolerance`.
    #[must_use]
    pub fn within(self, tolerance: f64, ours: &[f64]) -> Row {
        self.close(ours, |course, ours| (course - ours).abs() <= tolerance)
    }

    /// Agrees if no number is further away than `tolerance` times the course's.
    #[must_use]
    pub fn within_relative(self, tolerance: f64, ours: &[f64]) -> Row {
        self.close(ours, |course, ours| {
            (course - ours).abs() <= tolerance * course.abs()
        })
    }

    /// A misprint, if ours is the number that the course's program gives: `correct`.
    #[must_use]
    pub fn misprint_of(self, correct: &str, ours: &[f64]) -> Row {
        let ours = written_as(correct, ours);
        let same = if ours == correct {
            Verdict::Misprint
        } else {
            Verdict::No
        };
        self.row(ours, same)
    }

    /// Agrees if ours is no smaller than the number of the course.
    #[must_use]
    pub fn at_least(self, ours: f64) -> Row {
        let bound = numbers(self.course)
            .first()
            .and_then(|text| text.parse::<f64>().ok());
        let same = if bound.is_some_and(|bound| ours >= bound) {
            Verdict::Yes
        } else {
            Verdict::No
        };
        self.row(format!("{ours:.4}"), same)
    }

    /// A number that no program in the course can be held to.
    #[must_use]
    pub fn undecidable(self, ours: &[f64]) -> Row {
        self.row(written_as(self.course, ours), Verdict::Undecidable)
    }

    fn close(self, ours: &[f64], near: impl Fn(f64, f64) -> bool) -> Row {
        let course: Vec<f64> = numbers(self.course)
            .into_iter()
            .filter_map(|text| text.parse().ok())
            .collect();
        let agree = course.len() == ours.len()
            && course
                .iter()
                .zip(ours)
                .all(|(&course, &ours)| near(course, ours));
        let same = if agree { Verdict::Yes } else { Verdict::No };
        self.row(written_as(self.course, ours), same)
    }

    fn row(self, ours: String, same: Verdict) -> Row {
        Row {
            name: self.name.to_owned(),
            course: self.course.to_owned(),
            ours,
            same,
        }
    }
}

/// `ours` in the notation of `course`: its brackets, and as many decimals as each of its numbers has.
fn written_as(course: &str, ours: &[f64]) -> String {
    let texts = numbers(course);
    if texts.len() != ours.len() {
        return format!("{ours:?}");
    }
    let (mut written, mut rest) = (String::new(), course);
    for (text, value) in texts.into_iter().zip(ours) {
        let at = rest.find(text).unwrap_or(0);
        written.push_str(&rest[..at]);
        let decimals = text
            .split_once('.')
            .map_or(0, |(_, decimals)| decimals.len());
        written.push_str(&format!("{value:.decimals$}"));
        rest = &rest[at + text.len()..];
    }
    written + rest
}

/// The numbers in a text, in order.
fn numbers(text: &str) -> Vec<&str> {
    let parts = text.split(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e')));
    parts.filter(|part| part.parse::<f64>().is_ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEIGHT: Comparison<'_> = Comparison {
        name: "weight",
        course: "[[1.1806, -1.8693]]",
    };

    #[test]
    fn ours_is_written_in_the_notation_of_the_course() {
        let row = WEIGHT.digits(&[1.180_625, -1.869_258]);
        assert_eq!(
            (row.ours.as_str(), row.same),
            ("[[1.1806, -1.8693]]", Verdict::Yes)
        );
        let row = WEIGHT.digits(&[1.180_625, -1.869_158]);
        assert_eq!(
            (row.ours.as_str(), row.same),
            ("[[1.1806, -1.8692]]", Verdict::No)
        );
    }

    #[test]
    fn another_count_of_numbers_never_agrees() {
        assert_eq!(WEIGHT.digits(&[1.1806]).same, Verdict::No);
        assert_eq!(WEIGHT.within(1.0, &[1.1806]).same, Verdict::No);
    }

    #[test]
    fn nearness_counts_from_the_course() {
        assert_eq!(WEIGHT.within(1e-3, &[1.181, -1.869]).same, Verdict::Yes);
        assert_eq!(WEIGHT.within(1e-4, &[1.181, -1.869]).same, Verdict::No);
        let loss = Comparison {
            name: "loss",
            course: "0.001",
        };
        assert_eq!(loss.within_relative(1e-2, &[0.001_005]).same, Verdict::Yes);
        assert_eq!(loss.within_relative(1e-2, &[0.001_02]).same, Verdict::No);
        assert_eq!(loss.within(1.0, &[f64::NAN]).same, Verdict::No);
    }

    #[test]
    fn a_bound_is_kept_or_not() {
        let accuracy = Comparison {
            name: "accuracy",
            course: "≥ 0.96",
        };
        assert_eq!(accuracy.at_least(0.96).same, Verdict::Yes);
        assert_eq!(accuracy.at_least(0.9599).same, Verdict::No);
        assert_eq!(accuracy.at_least(f64::NAN).same, Verdict::No);
    }

    #[test]
    fn a_misprint_has_to_give_the_right_number() {
        let slope = Comparison {
            name: "slope",
            course: "0.6315",
        };
        assert_eq!(
            slope.misprint_of("0.6316", &[0.631_601]).same,
            Verdict::Misprint
        );
        assert_eq!(slope.misprint_of("0.6316", &[0.631_701]).same, Verdict::No);
    }
}
