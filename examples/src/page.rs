//! The page of a chapter: what it prints, the figures it makes, the table it ends with.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use gradus::plot::{Figure, Grid};

use crate::comparison::{Row, Verdict};

/// A chapter's output. Its closing table has a row for every number that the chapter's source prints.
#[derive(Debug)]
pub struct Page {
    chapter: &'static str,
    json: bool,
    rows: Vec<Row>,
}

/// A figure, or several on one page.
pub trait Picture {
    /// Writes it to a file ending in `.svg` or `.png`.
    ///
    /// # Errors
    /// What cannot be drawn or written.
    fn save(&self, path: PathBuf) -> Result<(), gradus::plot::Error>;
}

impl Picture for Figure {
    fn save(&self, path: PathBuf) -> Result<(), gradus::plot::Error> {
        Figure::save(self, path)
    }
}

impl Picture for Grid {
    fn save(&self, path: PathBuf) -> Result<(), gradus::plot::Error> {
        Grid::save(self, path)
    }
}

#[expect(clippy::print_stdout, reason = "a chapter is a program that prints")]
impl Page {
    /// An empty page. With `json` it prints its rows as JSON and nothing else.
    #[must_use]
    pub fn new(chapter: &'static str, json: bool) -> Page {
        Page {
            chapter,
            json,
            rows: Vec::new(),
        }
    }

    /// Prints a paragraph.
    pub fn say(&self, text: impl std::fmt::Display) {
        if !self.json {
            println!("{text}");
        }
    }

    /// Keeps a row for the closing table.
    pub fn compare(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Writes `target/figures/<chapter>/<name>.svg` and `.png`.
    ///
    /// # Errors
    /// What cannot be drawn or written.
    pub fn figure(
        &self,
        name: &str,
        picture: &impl Picture,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let folder = figures().join(self.chapter);
        std::fs::create_dir_all(&folder)?;
        for format in ["svg", "png"] {
            picture.save(folder.join(format!("{name}.{format}")))?;
        }
        self.say(format!(
            "figure: target/figures/{}/{name}.svg, .png",
            self.chapter
        ));
        Ok(())
    }

    /// Prints the closing table, or its rows as JSON. Fails if a number that should reproduce does not.
    #[must_use]
    pub fn close(self) -> ExitCode {
        if self.json {
            for row in &self.rows {
                let row = serde_json::json!({
                    "name": row.name, "course": row.course, "ours": row.ours, "same": row.same.to_string(),
                });
                println!("{row}");
            }
        } else {
            println!("\n{}", table(&self.rows));
        }
        let failed = self
            .rows
            .iter()
            .filter(|row| row.same == Verdict::No)
            .count();
        if failed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

/// The workspace's folder for figures.
fn figures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/figures")
}

/// Longer texts are cut in the table; `--json` has them whole.
const WIDEST: usize = 60;

fn table(rows: &[Row]) -> String {
    let cells = |row: &Row| {
        [
            row.name.clone(),
            shortened(&row.course),
            shortened(&row.ours),
            row.same.to_string(),
        ]
    };
    let heads = ["", "course", "this run", "same?"].map(str::to_owned);
    let lines: Vec<[String; 4]> = std::iter::once(heads)
        .chain(rows.iter().map(cells))
        .collect();
    let width = |column: usize| {
        lines
            .iter()
            .map(|line| line[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let [a, b, c, d] = [width(0), width(1), width(2), width(3)];
    let mut table = String::new();
    for (number, [name, course, ours, same]) in lines.iter().enumerate() {
        table += &format!("{name:a$} | {course:b$} | {ours:c$} | {same}\n");
        if number == 0 {
            table += &format!("{:-<a$}-+-{:-<b$}-+-{:-<c$}-+-{:-<d$}\n", "", "", "", "");
        }
    }
    table
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= WIDEST {
        return text.to_owned();
    }
    let start: String = text.chars().take(WIDEST - 1).collect();
    start + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_lines_up_and_cuts_long_texts() {
        let row = |name: &str, course: String| Row {
            name: name.into(),
            ours: course.clone(),
            course,
            same: Verdict::Yes,
        };
        let table = table(&[row("a", "1.0".into()), row("many numbers", "9".repeat(100))]);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 4);
        assert!(lines[2].starts_with("a            | 1.0"), "{table}");
        assert!(lines[3].contains("999…"), "{table}");
    }
}
