//! `cargo xtask tidy`: the project's own rules as code. Each failure names the file, the line and the remedy.

mod arrows;
mod op_table;
mod ops;
mod readme;
mod safety;
mod text;

use std::fmt;
use std::fs;
use std::path::Path;

use crate::workspace::{self, Result};

/// A rule that does not hold at a place.
#[derive(Debug, PartialEq)]
pub(crate) struct Problem {
    /// From the workspace's root, with `/`.
    file: String,
    /// From 1; 0 when the whole file is meant.
    line: usize,
    message: String,
}

impl Problem {
    fn new(file: &str, line: usize, message: impl Into<String>) -> Self {
        Problem {
            file: file.to_owned(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.message),
            line => write!(f, "{}:{line}: {}", self.file, self.message),
        }
    }
}

/// A file of the workspace and what it says.
#[derive(Debug)]
struct Source {
    /// From the workspace's root, with `/`.
    path: String,
    text: String,
}

pub(crate) fn run(mut arguments: lexopt::Parser) -> Result<bool> {
    if let Some(argument) = arguments.next()? {
        return Err(argument.unexpected().into());
    }
    check()
}

/// Prints every problem; `Ok(true)` when there is none.
pub(crate) fn check() -> Result<bool> {
    let root = workspace::root();
    let sources = read_sources(root)?;
    let mut problems = arrows::check(&workspace::metadata()?, root);
    problems.extend(text::check(&sources));
    problems.extend(safety::check(&sources));
    problems.extend(ops::check(&sources));
    problems.extend(op_table::check(&sources));
    problems.extend(readme::check(&sources));
    for problem in &problems {
        println!("{problem}");
    }
    for warning in text::growing(&sources) {
        println!("note: {warning}");
    }
    println!("tidy: {} files, {} problems", sources.len(), problems.len());
    Ok(problems.is_empty())
}

/// The text files the rules look at.
fn read_sources(root: &Path) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    for path in workspace::files_below(root)? {
        let extension = path.extension().and_then(|e| e.to_str());
        if !matches!(extension, Some("rs" | "toml" | "md")) {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let relative = path.strip_prefix(root).unwrap_or(&path);
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        sources.push(Source {
            path: parts.join("/"),
            text,
        });
    }
    Ok(sources)
}
