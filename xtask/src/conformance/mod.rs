//! `cargo xtask conformance`: replays recorded cases of PyTorch, NumPy and scikit-learn through the public API.
//!
//! A case's replay sees its arguments and inputs, never the recorded results; those are only compared.
//! Names without a replay are skipped and listed. To cover a name, add a line to its group's table in `groups/`.

mod args;
mod bridge;
mod case;
mod compare;
mod groups;
mod report;
mod tensor_json;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use flate2::read::GzDecoder;
use lexopt::Arg::Long;

use self::case::{Case, Stop};
use self::compare::Agreement;
use self::report::{Outcome, Report};
use crate::workspace::{self, Result};

/// What to replay and what to print.
#[derive(Debug)]
pub(crate) struct Options {
    corpus: PathBuf,
    groups: Vec<String>,
    list_failures: bool,
}

impl Default for Options {
    /// The whole corpus the project carries.
    fn default() -> Self {
        Options {
            corpus: workspace::root().join("xtask/corpus"),
            groups: Vec::new(),
            list_failures: false,
        }
    }
}

pub(crate) fn run(mut arguments: lexopt::Parser) -> Result<bool> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("corpus") => options.corpus = arguments.value()?.into(),
            Long("group") => options
                .groups
                .push(arguments.value()?.to_string_lossy().into_owned()),
            Long("list-failures") => options.list_failures = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let total = replay(&options)?;
    println!("{}", total.closing_line());
    Ok(total.failed == 0)
}

/// Replays the corpus and prints all but the closing line.
pub(crate) fn replay(options: &Options) -> Result<report::Counts> {
    let mut report = Report::default();
    for file in corpus_files(&options.corpus)? {
        for (number, line) in lines(&file)?.lines().enumerate() {
            let line = line.map_err(|e| format!("{}: {e}", file.display()))?;
            if line.trim().is_empty() {
                continue;
            }
            let case = Case::parse(&line)
                .map_err(|e| format!("{}:{}: {e}", file.display(), number + 1))?;
            if options.groups.is_empty() || options.groups.contains(&case.group) {
                let outcome = replay_case(&case);
                report.add(&case.group, &case.name, &case.id, outcome);
            }
        }
    }
    for group in &options.groups {
        if !report.has(group) {
            let corpus = options.corpus.display();
            return Err(format!("no case of group `{group}` in {corpus}").into());
        }
    }
    print!("{}", report.text(options.list_failures));
    let total = report.total();
    if total.failed > 0 && !options.list_failures {
        println!("each failed case with its message: cargo xtask conformance --list-failures");
    }
    Ok(total)
}

fn replay_case(case: &Case) -> Outcome {
    let Some(replay) = groups::find(&case.group, &case.name) else {
        return Outcome::Skipped(String::new());
    };
    let answer = match catch(|| replay(&case.given)) {
        Err(message) => return Outcome::Failed(format!("panicked: {message}")),
        Ok(Err(Stop::Failed(_))) if case.expected.error => {
            return Outcome::Passed(Agreement::WithinTolerance);
        }
        Ok(Ok(_)) if case.expected.error => {
            return Outcome::Failed("accepted what has to be refused".to_owned());
        }
        Ok(Err(Stop::Failed(message))) => return Outcome::Failed(message),
        Ok(Err(Stop::Unsupported(what))) => return Outcome::Skipped(what),
        Ok(Ok(answer)) => answer,
    };
    let unread = case.given.args.unread();
    if !unread.is_empty() {
        return Outcome::Failed(format!(
            "the replay ignores arguments: {}",
            unread.join(", ")
        ));
    }
    match compare::compare(&case.expected, &answer, groups::dtype_counts(&case.group)) {
        Ok(agreement) => Outcome::Passed(agreement),
        Err(message) => Outcome::Failed(message),
    }
}

/// Runs `call`; a panic becomes its message and place instead of a line on the terminal.
fn catch<T>(call: impl FnOnce() -> T) -> std::result::Result<T, String> {
    // Not per thread: a kernel may panic on a thread of its pool.
    static MESSAGE: Mutex<String> = Mutex::new(String::new());
    let keep = |text| *MESSAGE.lock().unwrap_or_else(PoisonError::into_inner) = text;
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let text = info.payload_as_str().unwrap_or("no message");
        let place = info
            .location()
            .map(|l| format!(" ({l})"))
            .unwrap_or_default();
        keep(format!("{text}{place}"));
    }));
    let result = panic::catch_unwind(AssertUnwindSafe(call));
    panic::set_hook(before);
    result.map_err(|_| {
        MESSAGE
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    })
}

/// The folder's `.jsonl` and `.jsonl.gz` files by name.
fn corpus_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let name = |e| format!("{}: {e}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(name)? {
        let path = entry.map_err(name)?.path();
        let text = path.to_string_lossy();
        if text.ends_with(".jsonl") || text.ends_with(".jsonl.gz") {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(format!("{}: no .jsonl or .jsonl.gz file in it", folder.display()).into());
    }
    files.sort();
    Ok(files)
}

fn lines(path: &Path) -> Result<BufReader<Box<dyn Read>>> {
    let file = File::open(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let gzip = path.extension().is_some_and(|extension| extension == "gz");
    Ok(BufReader::new(if gzip {
        Box::new(GzDecoder::new(BufReader::new(file)))
    } else {
        Box::new(file)
    }))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    const LINE: &str =
        r#"{"id":"g/n#0","group":"g","name":"n","outputs":[],"tol":{"rtol":0.0,"atol":0.0}}"#;

    fn options(corpus: &Path, groups: &[&str]) -> Options {
        Options {
            corpus: corpus.to_path_buf(),
            groups: groups.iter().map(|&g| g.to_owned()).collect(),
            list_failures: false,
        }
    }

    #[test]
    fn plain_and_compressed_files_are_read_and_unknown_names_skipped() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.jsonl"), format!("{LINE}\n\n{LINE}\n")).unwrap();
        let file = File::create(folder.path().join("b.jsonl.gz")).unwrap();
        let mut gzip = GzEncoder::new(file, Compression::default());
        gzip.write_all(LINE.as_bytes()).unwrap();
        gzip.finish().unwrap();
        let total = replay(&options(folder.path(), &["g"])).unwrap();
        assert_eq!(total.closing_line(), "0 passed, 0 failed, 3 skipped");
        let error = replay(&options(folder.path(), &["h"]))
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("no case of group `h`"), "{error}");
    }

    #[test]
    fn a_broken_line_names_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.jsonl"), format!("{LINE}\n{{\n")).unwrap();
        let error = replay(&options(folder.path(), &[]))
            .unwrap_err()
            .to_string();
        assert!(error.contains("a.jsonl:2: "), "{error}");
        let empty = tempfile::tempdir().unwrap();
        let error = replay(&options(empty.path(), &[])).unwrap_err().to_string();
        assert!(error.contains("no .jsonl"), "{error}");
    }

    #[test]
    fn a_panic_is_caught_with_its_message() {
        let caught = catch(|| -> usize { panic!("out of {}", "range") }).unwrap_err();
        assert!(
            caught.starts_with("out of range (xtask/src/conformance"),
            "{caught}"
        );
        assert_eq!(catch(|| 3), Ok(3));
    }

    #[test]
    fn the_carried_corpus_parses_whole() {
        let mut count = 0;
        for file in corpus_files(&Options::default().corpus).unwrap() {
            for line in lines(&file).unwrap().lines() {
                Case::parse(&line.unwrap()).unwrap();
                count += 1;
            }
        }
        assert!(count > 6000, "{count} cases");
    }
}
