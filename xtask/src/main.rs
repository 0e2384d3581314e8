//! `cargo xtask <command>`: all automation of the workspace, one file or folder per command.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program speaks through its output"
)]

mod bench;
mod chapters;
mod ci;
mod conformance;
mod tidy;
mod workspace;

use std::process::ExitCode;

use lexopt::Arg::{Long, Short, Value};
use workspace::Result;

const USAGE: &str = "\
cargo xtask <command>

  ci                        everything that must hold before a change lands, cheapest first
  tidy                      the project's own rules: headers, arrows between crates, tested gradient rules ...
  conformance [--corpus DIR] [--group G].. [--list-failures]
                            replays recorded PyTorch, NumPy and scikit-learn cases through the public API
  chapters [--check]        runs every chapter; with --check compares each printed number with the course's
  bench [w1 w2 w3 k1 k2 k3] steps per second beside a loop written by hand, and single kernels
                            (BENCH_THREADS, BENCH_SECS, BENCH_IMPL)";

fn main() -> ExitCode {
    match dispatch(lexopt::Parser::from_env()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::from(2)
        }
    }
}

/// Runs the command; `Ok(false)` when what it checks does not hold.
fn dispatch(mut arguments: lexopt::Parser) -> Result<bool> {
    let command = match arguments.next()? {
        Some(Value(command)) => command.to_string_lossy().into_owned(),
        None | Some(Long("help") | Short('h')) => "help".to_owned(),
        Some(other) => return Err(other.unexpected().into()),
    };
    if asks_for_help(arguments.clone()) {
        println!("{USAGE}");
        return Ok(true);
    }
    match command.as_str() {
        "ci" => ci::run(arguments),
        "tidy" => tidy::run(arguments),
        "conformance" => conformance::run(arguments),
        "chapters" => chapters::run(arguments),
        "bench" if workspace::is_release()? => bench::run(arguments),
        "bench" => workspace::again_in_release(),
        "help" => {
            println!("{USAGE}");
            Ok(true)
        }
        other => Err(format!("no command `{other}`\n\n{USAGE}").into()),
    }
}

/// Whether `--help` stands behind the command.
fn asks_for_help(mut arguments: lexopt::Parser) -> bool {
    arguments
        .raw_args()
        .is_ok_and(|mut rest| rest.any(|word| word == "--help" || word == "-h"))
}
