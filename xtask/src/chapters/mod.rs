//! `cargo xtask chapters [--check]`: runs the course's chapters and puts them into a gallery, or compares what they print
//! with the course.

mod gallery;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lexopt::Arg::Long;
use serde::Deserialize;

use self::gallery::Chapter;
use crate::workspace::{self, Result};

/// The package whose binaries are the chapters.
const PACKAGE: &str = "gradus-examples";

/// The build profile of so many small programs.
const PROFILE: &str = "quick";

pub(crate) fn run(mut arguments: lexopt::Parser) -> Result<bool> {
    let mut checking = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("check") => checking = true,
            other => return Err(other.unexpected().into()),
        }
    }
    if checking { check() } else { show() }
}

/// Runs every chapter with its output on the terminal, and collects all in a gallery.
fn show() -> Result<bool> {
    let mut held = true;
    let mut chapters = Vec::new();
    for chapter in build()? {
        let name = name(&chapter);
        let output = command(&chapter).stderr(Stdio::inherit()).output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        println!("\n=== {name}\n{text}");
        if !output.status.success() {
            println!("{name} ended with {}", output.status);
            held = false;
        }
        chapters.push(Chapter { name, output: text });
    }
    gallery::write(workspace::root(), &chapters)?;
    Ok(held)
}

/// Runs every chapter with `--json` and counts its rows by their verdict.
pub(crate) fn check() -> Result<bool> {
    let mut total = Verdicts::default();
    let mut held = true;
    for chapter in build()? {
        let output = command(&chapter)
            .arg("--json")
            .stderr(Stdio::inherit())
            .output()?;
        let name = name(&chapter);
        let rows =
            rows(&String::from_utf8_lossy(&output.stdout)).map_err(|e| format!("{name}: {e}"))?;
        let mut verdicts = Verdicts::default();
        for row in &rows {
            let verdict = row.verdict().map_err(|e| format!("{name}: {e}"))?;
            if verdict == Verdict::Differs {
                println!(
                    "{name}: {} is {} in the course, {} here",
                    row.name, row.course, row.ours
                );
            }
            verdicts.add(verdict);
        }
        println!("{name}: {}", verdicts.line());
        if !output.status.success() {
            println!(
                "{name} ended with {}: cargo run --release --bin {name}",
                output.status
            );
            held = false;
        }
        if rows.is_empty() {
            println!("{name} printed no rows: a chapter ends with a table of the course's numbers");
            held = false;
        }
        total.merge(&verdicts);
    }
    println!("{}", total.line());
    Ok(held && total.count(Verdict::Differs) == 0)
}

/// Builds all chapters at once; their programs in the order of their names.
fn build() -> Result<Vec<PathBuf>> {
    let metadata = workspace::metadata()?;
    let package = metadata
        .packages
        .iter()
        .find(|package| package.name == PACKAGE);
    let package = package.ok_or_else(|| format!("the workspace has no package {PACKAGE}"))?;
    let mut names: Vec<&str> = package
        .targets
        .iter()
        .filter(|target| target.kind.iter().any(|kind| kind == "bin"))
        .map(|target| target.name.as_str())
        .collect();
    names.sort_unstable();
    if names.is_empty() {
        return Err(format!("{PACKAGE} has no binaries").into());
    }
    let status = workspace::cargo()
        .args([
            "build",
            "--profile",
            PROFILE,
            "--quiet",
            "--bins",
            "--package",
            PACKAGE,
        ])
        .status()?;
    if !status.success() {
        return Err("the chapters do not build".into());
    }
    let folder = metadata.target_directory.join(PROFILE);
    let program = |name| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    Ok(names.into_iter().map(program).collect())
}

fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace::root());
    command
}

fn name(program: &Path) -> String {
    let stem = program.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// One number the course prints, and ours.
#[derive(Debug, Deserialize)]
struct Row {
    name: String,
    course: serde_json::Value,
    ours: serde_json::Value,
    same: serde_json::Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Agrees,
    Differs,
    /// The course's text contradicts its own program.
    Misprint,
    /// No seed is given, or the number depends on the machine.
    Undecidable,
}

impl Row {
    fn verdict(&self) -> std::result::Result<Verdict, String> {
        match (&self.same.as_bool(), self.same.as_str()) {
            (Some(true), _) | (_, Some("yes")) => Ok(Verdict::Agrees),
            (Some(false), _) | (_, Some("no")) => Ok(Verdict::Differs),
            (_, Some("misprint")) => Ok(Verdict::Misprint),
            (_, Some("undecidable")) => Ok(Verdict::Undecidable),
            _ => Err(format!(
                "row `{}`: \"same\" is {}, not yes, no, misprint or undecidable",
                self.name, self.same
            )),
        }
    }
}

/// The JSON lines of a chapter's output; other lines are for people.
fn rows(output: &str) -> std::result::Result<Vec<Row>, String> {
    output
        .lines()
        .filter(|line| line.trim_start().starts_with('{'))
        .map(|line| serde_json::from_str(line).map_err(|e| format!("`{line}` is not a row: {e}")))
        .collect()
}

#[derive(Debug, Default)]
struct Verdicts(BTreeMap<Verdict, usize>);

impl Verdicts {
    fn add(&mut self, verdict: Verdict) {
        *self.0.entry(verdict).or_default() += 1;
    }

    fn merge(&mut self, other: &Verdicts) {
        for (verdict, count) in &other.0 {
            *self.0.entry(*verdict).or_default() += count;
        }
    }

    fn count(&self, verdict: Verdict) -> usize {
        self.0.get(&verdict).copied().unwrap_or(0)
    }

    fn line(&self) -> String {
        format!(
            "{} agree, {} differ, {} misprints, {} undecidable",
            self.count(Verdict::Agrees),
            self.count(Verdict::Differs),
            self.count(Verdict::Misprint),
            self.count(Verdict::Undecidable),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_among_other_lines_and_counted() {
        let output = r#"training ...
{"name":"loss","course":"0.3","ours":"0.3","same":"yes"}
{"name":"bias","course":-0.0591,"ours":-0.0591,"same":true}
{"name":"slope","course":"0.6315","ours":"0.6316","same":"misprint"}
{"name":"draw","course":"0.1","ours":"0.2","same":"undecidable"}
{"name":"auc","course":"0.9","ours":"0.8","same":"no"}
done"#;
        let mut verdicts = Verdicts::default();
        for row in rows(output).unwrap() {
            verdicts.add(row.verdict().unwrap());
        }
        let mut total = Verdicts::default();
        total.merge(&verdicts);
        assert_eq!(
            total.line(),
            "2 agree, 1 differ, 1 misprints, 1 undecidable"
        );
    }

    #[test]
    fn a_row_without_a_verdict_is_an_error() {
        assert!(
            rows(r#"{"name":"loss"}"#)
                .unwrap_err()
                .contains("not a row")
        );
        let row = &rows(r#"{"name":"loss","course":1,"ours":1,"same":"perhaps"}"#).unwrap()[0];
        assert!(row.verdict().unwrap_err().contains("row `loss`"));
    }
}
