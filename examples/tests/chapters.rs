//! The chapters as programs: interrupted and resumed in new processes, refusing what does not fit.

use std::path::Path;
use std::process::{Command, Output};

fn moons(arguments: &[&str], folder: &Path) -> Output {
    let program = env!("CARGO_BIN_EXE_ch20_moons");
    Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

#[track_caller]
fn succeeds(arguments: &[&str], folder: &Path) -> String {
    let output = moons(arguments, folder);
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{arguments:?}: {out}{err}");
    assert!(
        err.is_empty(),
        "without a terminal there is no progress bar: {err}"
    );
    out.into_owned()
}

#[track_caller]
fn fails(arguments: &[&str], folder: &Path) -> String {
    let output = moons(arguments, folder);
    assert!(!output.status.success(), "{arguments:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn interrupted_anywhere_it_writes_the_same_weights() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    succeeds(&["--weights", "whole.safetensors"], folder);
    let whole = std::fs::read(folder.join("whole.safetensors")).unwrap();
    for k in ["0", "1", "37", "99", "100"] {
        succeeds(
            &["--stop-after", k, "--checkpoint", "run.safetensors"],
            folder,
        );
        succeeds(
            &[
                "--resume",
                "run.safetensors",
                "--weights",
                "again.safetensors",
            ],
            folder,
        );
        assert!(
            std::fs::read(folder.join("again.safetensors")).unwrap() == whole,
            "interrupted after epoch {k}"
        );
    }
    // Twice interrupted.
    succeeds(
        &["--stop-after", "10", "--checkpoint", "a.safetensors"],
        folder,
    );
    succeeds(
        &[
            "--resume",
            "a.safetensors",
            "--stop-after",
            "60",
            "--checkpoint",
            "b.safetensors",
        ],
        folder,
    );
    succeeds(
        &[
            "--resume",
            "b.safetensors",
            "--weights",
            "again.safetensors",
        ],
        folder,
    );
    assert!(std::fs::read(folder.join("again.safetensors")).unwrap() == whole);
}

#[test]
fn rows_are_json_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let out = succeeds(&["--json"], folder.path());
    let rows: Vec<serde_json::Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(rows.len() >= 15);
    assert!(
        rows.iter()
            .all(|row| row["same"] == "yes" || row["same"] == "misprint"),
        "{out}"
    );
    let slope = rows
        .iter()
        .find(|row| row["name"] == "boundary: slope")
        .unwrap();
    assert_eq!(
        (&slope["course"], &slope["ours"]),
        (&"0.6315".into(), &"0.6316".into())
    );
}

#[test]
fn what_does_not_fit_is_an_error_for_people() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    succeeds(
        &["--stop-after", "2", "--checkpoint", "run.safetensors"],
        folder,
    );
    let bytes = std::fs::read(folder.join("run.safetensors")).unwrap();
    std::fs::write(folder.join("cut.safetensors"), &bytes[..bytes.len() / 2]).unwrap();
    assert!(
        fails(&["--resume", "cut.safetensors"], folder).starts_with("error: cut.safetensors: ")
    );
    assert!(fails(&["--resume", "none.safetensors"], folder).contains("none.safetensors"));
    assert!(fails(&["--stop-after", "3"], folder).contains("--checkpoint"));
    assert!(fails(&["--fast"], folder).contains("--fast"));
}
