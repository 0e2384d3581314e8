//! `cargo xtask ci`: everything that must hold before a change lands, the cheapest check first.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::conformance;
use crate::workspace::{self, Result};
use crate::{chapters, tidy};

/// A check, and the command that repeats it alone.
struct Step {
    rerun: &'static str,
    run: fn() -> Result<bool>,
}

/// Conformance is the last: its counts close the output.
const STEPS: &[Step] = &[
    Step {
        rerun: "cargo fmt --all --check",
        run: || cargo(&["fmt", "--all", "--check"], &[]),
    },
    Step {
        rerun: "cargo xtask tidy",
        run: tidy::check,
    },
    Step {
        rerun: "cargo clippy --workspace --all-targets -- -D warnings",
        run: || {
            cargo(
                &[
                    "clippy",
                    "--workspace",
                    "--all-targets",
                    "--",
                    "-D",
                    "warnings",
                ],
                &[],
            )
        },
    },
    Step {
        rerun: "cargo test --workspace",
        run: || cargo(&["test", "--workspace"], &[]),
    },
    Step {
        rerun: "RUSTDOCFLAGS=-Dwarnings cargo doc --no-deps --workspace",
        run: || {
            cargo(
                &["doc", "--no-deps", "--workspace"],
                &[("RUSTDOCFLAGS", "-Dwarnings")],
            )
        },
    },
    Step {
        rerun: "cargo xtask chapters --check",
        run: chapters::check,
    },
];

pub(crate) fn run(mut arguments: lexopt::Parser) -> Result<bool> {
    if let Some(argument) = arguments.next()? {
        return Err(argument.unexpected().into());
    }
    let start = Instant::now();
    let mut times = Vec::new();
    for step in STEPS {
        println!("\n=== {}", step.rerun);
        let (held, time) = timed(step.run);
        if !held? {
            println!(
                "\nci stopped after {}. Run again: {}",
                seconds(time),
                step.rerun
            );
            return Ok(false);
        }
        println!("--- {}", seconds(time));
        times.push((step.rerun, time));
    }
    let rerun = "cargo xtask conformance --list-failures";
    println!("\n=== {rerun}");
    let (total, time) = timed(|| conformance::replay(&conformance::Options::default()));
    let total = total?;
    times.push((rerun, time));

    println!();
    for (name, time) in times {
        println!("{:>8}  {name}", seconds(time));
    }
    println!("{:>8}  in all", seconds(start.elapsed()));
    if total.failed > 0 {
        println!("Run again: {rerun}");
    }
    println!("{}", total.closing_line());
    Ok(total.failed == 0)
}

fn timed<T>(call: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    (call(), start.elapsed())
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// Runs Cargo with the terminal's output; whether it succeeded.
fn cargo(arguments: &[&str], environment: &[(&str, &str)]) -> Result<bool> {
    let mut command: Command = workspace::cargo();
    command.args(arguments).envs(environment.iter().copied());
    Ok(command.status()?.success())
}
