//! Rules on a file's name, length, first line and words.

use super::{Problem, Source};

/// Words that mark unfinished work, and calls that must not stay. Written in two halves, or this file would fail.
const REFUSED: &[(&str, &str)] = &[
    (
        concat!("TO", "DO"),
        "finish it, or open an issue and say nothing here",
    ),
    (
        concat!("FIX", "ME"),
        "fix it, or open an issue and say nothing here",
    ),
    (concat!("XX", "X"), "say what is meant"),
    (
        concat!("todo", "!("),
        "write it, or return an error that says what is missing",
    ),
    (
        concat!("unimplemented", "!("),
        "write it, or return an error that says what is missing",
    ),
    (concat!("dbg", "!("), "remove it"),
    (
        concat!("#[ign", "ore"),
        "make the test fast enough to run, or delete it",
    ),
];

/// Folders of one machine.
const MACHINE_PATHS: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    TEMPORARY,
];
/// May stand in tests, which hand paths to code that never opens them.
const TEMPORARY: &str = concat!("/tm", "p/");

/// Names that never say what is inside.
const EMPTY_NAMES: &[&str] = &[
    "base", "util", "utils", "common", "helper", "helpers", "misc",
];

const LONGEST: usize = 700;
const GROWING: usize = 500;

pub(super) fn check(sources: &[Source]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for source in sources {
        refused_words(source, &mut problems);
        machine_paths(source, &mut problems);
        if source.path.ends_with(".rs") {
            header(source, &mut problems);
            file_name(source, &mut problems);
            let lines = source.text.lines().count();
            if in_library(source) && lines > LONGEST {
                let message = format!(
                    "{lines} lines, at most {LONGEST}: move the second subject to a file of its own"
                );
                problems.push(Problem::new(&source.path, 0, message));
            }
        }
    }
    problems
}

/// Files that will soon be too long: no failure yet.
pub(super) fn growing(sources: &[Source]) -> Vec<Problem> {
    sources
        .iter()
        .filter(|source| source.path.ends_with(".rs") && in_library(source))
        .filter_map(|source| {
            let lines = source.text.lines().count();
            let message = format!("{lines} lines: has a second subject moved in?");
            (GROWING < lines && lines <= LONGEST).then(|| Problem::new(&source.path, 0, message))
        })
        .collect()
}

/// `crates/*/src/..`
fn in_library(source: &Source) -> bool {
    let mut parts = source.path.split('/');
    parts.next() == Some("crates") && parts.nth(1) == Some("src")
}

fn header(source: &Source, problems: &mut Vec<Problem>) {
    if !source.text.starts_with("//!") {
        let message = "starts without `//!`: say in one line what the file is about";
        problems.push(Problem::new(&source.path, 1, message));
    }
}

fn file_name(source: &Source, problems: &mut Vec<Problem>) {
    let file = source.path.rsplit('/').next().unwrap_or_default();
    if EMPTY_NAMES.contains(&file.trim_end_matches(".rs")) {
        let message = "the name does not say what is inside: name the file after its subject";
        problems.push(Problem::new(&source.path, 0, message));
    }
}

fn refused_words(source: &Source, problems: &mut Vec<Problem>) {
    for (number, line) in source.text.lines().enumerate() {
        for (word, remedy) in REFUSED {
            if contains_word(line, word) {
                problems.push(Problem::new(
                    &source.path,
                    number + 1,
                    format!("`{word}`: {remedy}"),
                ));
            }
        }
    }
}

fn machine_paths(source: &Source, problems: &mut Vec<Problem>) {
    let test_file = source.path.contains("/tests/");
    let tests_from = first_test_line(&source.text);
    for (number, line) in source.text.lines().enumerate() {
        let in_test = test_file || number >= tests_from;
        for path in MACHINE_PATHS {
            if line.contains(path) && !(in_test && *path == TEMPORARY) {
                let message = format!(
                    "`{path}` is a folder of one machine: build the path from an argument or the workspace's root"
                );
                problems.push(Problem::new(&source.path, number + 1, message));
            }
        }
    }
}

/// The index of the line `#[cfg(test)]` of the tests at the file's end; the number of lines if there are none.
pub(super) fn first_test_line(text: &str) -> usize {
    let found = text
        .lines()
        .position(|line| line.trim_start().starts_with("#[cfg(test)]"));
    found.unwrap_or_else(|| text.lines().count())
}

/// Whether `word` stands in `line` with no letter, digit or underscore beside it.
pub(super) fn contains_word(line: &str, word: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    let open = word.starts_with(inside);
    let closed = word.ends_with(inside);
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !(open && before.is_some_and(inside) || closed && after.is_some_and(inside))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    fn problems(path: &str, text: &str) -> Vec<String> {
        check(&[source(path, text)])
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_clean_file_passes() {
        assert!(problems("crates/nn/src/linear.rs", "//! Linear.\nfn f() {}\n").is_empty());
        assert!(problems("README.md", "# gradus\n").is_empty());
    }

    #[test]
    fn a_missing_header_is_told() {
        let found = problems("crates/nn/src/linear.rs", "fn f() {}\n");
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("crates/nn/src/linear.rs:1: starts without"),
            "{found:?}"
        );
    }

    #[test]
    fn unfinished_work_is_told_with_its_line() {
        for (word, _) in REFUSED {
            let found = problems("xtask/src/ci.rs", &format!("//! x\n\n  {word} later\n"));
            assert_eq!(found.len(), 1, "{word}: {found:?}");
            assert!(found[0].starts_with("xtask/src/ci.rs:3: "), "{found:?}");
        }
        // Part of a longer word.
        assert!(problems("a.md", concat!("masTO", "DOn XX", "XL")).is_empty());
    }

    #[test]
    fn machine_paths_are_refused_except_temporary_ones_in_tests() {
        let line = |path: &str| format!("//! x\nconst P: &str = \"{path}x\";\n");
        for path in MACHINE_PATHS {
            assert_eq!(
                problems("crates/data/src/csv.rs", &line(path)).len(),
                1,
                "{path}"
            );
        }
        assert!(problems("crates/data/tests/it/main.rs", &line(TEMPORARY)).is_empty());
        assert_eq!(
            problems("crates/data/tests/it/main.rs", &line(MACHINE_PATHS[0])).len(),
            1
        );
        let tested =
            format!("//! x\n#[cfg(test)]\nmod tests {{ const P: &str = \"{TEMPORARY}\"; }}\n");
        assert!(problems("crates/data/src/csv.rs", &tested).is_empty());
    }

    #[test]
    fn names_that_say_nothing_are_refused() {
        let found = problems("crates/nn/src/utils.rs", "//! x\n");
        assert!(
            found[0].contains("name the file after its subject"),
            "{found:?}"
        );
        assert!(problems("crates/nn/src/baseline.rs", "//! x\n").is_empty());
    }

    #[test]
    fn length_is_limited_in_libraries_only() {
        let long = |lines: usize| format!("//! x\n{}", "\n".repeat(lines - 1));
        let library = "crates/nn/src/linear.rs";
        assert_eq!(problems(library, &long(LONGEST)).len(), 0);
        assert_eq!(problems(library, &long(LONGEST + 1)).len(), 1);
        assert_eq!(
            problems("crates/nn/tests/it/main.rs", &long(LONGEST + 1)).len(),
            0
        );
        assert_eq!(growing(&[source(library, &long(GROWING))]).len(), 0);
        assert_eq!(growing(&[source(library, &long(GROWING + 1))]).len(), 1);
    }
}
