//! What a replay of the corpus came to: counts per group, and the names behind them.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::compare::Agreement;

/// How one case ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    Passed(Agreement),
    Failed(String),
    Skipped(String),
}

/// Counts of one group or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
    /// How many of the passed are equal bit for bit.
    pub(crate) bitwise: usize,
}

#[derive(Debug, Default)]
struct Group {
    counts: Counts,
    /// Failed cases per name, and each with its message.
    failed_names: BTreeMap<String, usize>,
    failures: Vec<(String, String)>,
    /// Skipped cases per name and reason.
    skipped: BTreeMap<String, usize>,
}

/// The groups in the order they were met.
#[derive(Debug, Default)]
pub(crate) struct Report {
    groups: Vec<(String, Group)>,
}

/// Groups whose streams must be PyTorch's and NumPy's own, so that equality of bits is worth counting.
const BITWISE: [&str; 2] = ["random", "init"];

impl Report {
    pub(crate) fn add(&mut self, group: &str, name: &str, id: &str, outcome: Outcome) {
        let at = match self.groups.iter().position(|(other, _)| other == group) {
            Some(at) => at,
            None => {
                self.groups.push((group.to_owned(), Group::default()));
                self.groups.len() - 1
            }
        };
        let group = &mut self.groups[at].1;
        match outcome {
            Outcome::Passed(agreement) => {
                group.counts.passed += 1;
                group.counts.bitwise += usize::from(agreement == Agreement::Bitwise);
            }
            Outcome::Failed(message) => {
                group.counts.failed += 1;
                *group.failed_names.entry(name.to_owned()).or_default() += 1;
                group.failures.push((id.to_owned(), message));
            }
            Outcome::Skipped(reason) => {
                group.counts.skipped += 1;
                let what = if reason.is_empty() {
                    name.to_owned()
                } else {
                    format!("{name} ({reason})")
                };
                *group.skipped.entry(what).or_default() += 1;
            }
        }
    }

    /// Whether a case of this group was met.
    pub(crate) fn has(&self, group: &str) -> bool {
        self.groups.iter().any(|(other, _)| other == group)
    }

    pub(crate) fn total(&self) -> Counts {
        let mut total = Counts::default();
        for (_, group) in &self.groups {
            total.passed += group.counts.passed;
            total.failed += group.counts.failed;
            total.skipped += group.counts.skipped;
            total.bitwise += group.counts.bitwise;
        }
        total
    }

    /// A line per group, the names that failed and were skipped; with `failures` every failed case and its message.
    pub(crate) fn text(&self, failures: bool) -> String {
        let mut text = String::new();
        for (name, group) in &self.groups {
            let Counts {
                passed,
                failed,
                skipped,
                bitwise,
            } = group.counts;
            let _ = write!(
                text,
                "{name:<10} {passed:>5} passed {failed:>5} failed {skipped:>5} skipped"
            );
            if BITWISE.contains(&name.as_str()) && passed > 0 {
                let _ = write!(text, "   ({bitwise} of {passed} equal bit for bit)");
            }
            text.push('\n');
        }
        for (name, group) in &self.groups {
            names(&mut text, name, "skipped", &group.skipped);
        }
        for (name, group) in &self.groups {
            names(&mut text, name, "failed", &group.failed_names);
            if failures {
                for (id, message) in &group.failures {
                    let _ = writeln!(text, "  {id}: {message}");
                }
            }
        }
        text
    }
}

/// `skipped in nn: Conv1d ×10, Conv2d ×20`, broken into lines; nothing when there is none.
fn names(text: &mut String, group: &str, how: &str, counts: &BTreeMap<String, usize>) {
    if counts.is_empty() {
        return;
    }
    let mut line = format!("{how} in {group}:");
    let last = counts.len() - 1;
    for (index, (name, count)) in counts.iter().enumerate() {
        let comma = if index < last { "," } else { "" };
        let item = format!(" {name} ×{count}{comma}");
        if line.chars().count() + item.chars().count() > WIDTH {
            let _ = writeln!(text, "{line}");
            line = "   ".to_owned();
        }
        line.push_str(&item);
    }
    let _ = writeln!(text, "{line}");
}

/// Characters in a line of names.
const WIDTH: usize = 110;

impl Counts {
    /// The closing line other programs read.
    pub(crate) fn closing_line(self) -> String {
        let Counts {
            passed,
            failed,
            skipped,
            ..
        } = self;
        format!("{passed} passed, {failed} failed, {skipped} skipped")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_counted_apart_and_in_order() {
        let mut report = Report::default();
        report.add("random", "rand", "a", Outcome::Passed(Agreement::Bitwise));
        report.add(
            "random",
            "rand",
            "b",
            Outcome::Passed(Agreement::WithinTolerance),
        );
        report.add("nn", "Conv1d", "c", Outcome::Skipped(String::new()));
        report.add("nn", "Conv1d", "d", Outcome::Skipped(String::new()));
        report.add(
            "nn",
            "Linear",
            "nn/Linear#3",
            Outcome::Failed("dtype f64".to_owned()),
        );
        let text = report.text(true);
        let expected = "\
random         2 passed     0 failed     0 skipped   (1 of 2 equal bit for bit)
nn             0 passed     1 failed     2 skipped
skipped in nn: Conv1d ×2
failed in nn: Linear ×1
  nn/Linear#3: dtype f64
";
        assert_eq!(text, expected);
        assert!(!report.text(false).contains("dtype f64"));
        assert_eq!(
            report.total().closing_line(),
            "2 passed, 1 failed, 2 skipped"
        );
    }

    #[test]
    fn long_lists_are_broken_into_lines() {
        let mut report = Report::default();
        for i in 0..40 {
            report.add(
                "nn",
                &format!("Name{i}"),
                "e",
                Outcome::Skipped(String::new()),
            );
        }
        let text = report.text(false);
        assert!(
            text.lines().all(|line| line.chars().count() <= WIDTH),
            "{text}"
        );
        assert!(text.contains(",\n    Name"), "{text}");
    }
}
