//! Running a chapter as a program.

use std::error::Error;
use std::process::ExitCode;

/// The result of a chapter, and of its parts.
pub type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

/// Runs a chapter; an error is printed as a message for people, and makes the program fail.
#[expect(
    clippy::print_stderr,
    reason = "a program tells its user what went wrong"
)]
#[must_use]
pub fn run(chapter: fn() -> Result<ExitCode>) -> ExitCode {
    chapter().unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}
