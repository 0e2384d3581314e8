//! Arrows between crates point only downward.

use std::path::Path;

use super::Problem;
use crate::workspace::{Metadata, Package};

/// Each crate's folder and what it may depend on, lowest first. A new crate gets a row of its own;
/// a new arrow is a decision for ARCHITECTURE.md.
const ALLOWED: &[(&str, &[&str])] = &[
    ("random", &[]),
    ("tensor", &["random"]),
    ("autograd", &["tensor"]),
    ("formats", &["tensor"]),
    ("metrics", &["tensor", "random"]),
    ("plot", &["tensor", "random"]),
    ("data", &["tensor", "random", "formats"]),
    ("nn-derive", &[]),
    ("nn", &["autograd", "nn-derive", "random", "tensor"]),
    ("optim", &["autograd", "tensor"]),
    (
        "trainer",
        &[
            "autograd", "data", "formats", "metrics", "nn", "optim", "plot", "random", "tensor",
        ],
    ),
    (
        "gradus",
        &[
            "autograd", "data", "formats", "metrics", "nn", "optim", "plot", "random", "tensor",
            "trainer",
        ],
    ),
];

/// Checks every package in `crates/`; examples and xtask may use any crate.
pub(super) fn check(metadata: &Metadata, root: &Path) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut met = Vec::new();
    for package in &metadata.packages {
        let manifest = package
            .manifest_path
            .strip_prefix(root)
            .unwrap_or(&package.manifest_path);
        let mut parts = manifest.iter().map(|part| part.to_string_lossy());
        if let (Some("crates"), Some(folder)) = (parts.next().as_deref(), parts.next()) {
            problems.extend(check_package(&folder, package));
            met.push(folder.into_owned());
        }
    }
    for (row, _) in ALLOWED {
        if !met.iter().any(|folder| folder == row) {
            let message = format!(
                "the table has a row for `{row}`, crates/ has no such crate: remove the row"
            );
            problems.push(Problem::new("xtask/src/tidy/arrows.rs", 0, message));
        }
    }
    problems
}

fn check_package(folder: &str, package: &Package) -> Vec<Problem> {
    let manifest = format!("crates/{folder}/Cargo.toml");
    let mut problems = Vec::new();
    if package.name != package_name(folder) {
        let message = format!(
            "package `{}` in folder {folder}: name it `{}`",
            package.name,
            package_name(folder)
        );
        problems.push(Problem::new(&manifest, 0, message));
    }
    let Some(rank) = ALLOWED.iter().position(|(row, _)| *row == folder) else {
        let message =
            "no row in xtask/src/tidy/arrows.rs says what this crate may depend on: add one";
        problems.push(Problem::new(&manifest, 0, message));
        return problems;
    };
    let (_, allowed) = ALLOWED[rank];
    for dependency in &package.dependencies {
        let Some(lower) = ALLOWED
            .iter()
            .position(|(row, _)| package_name(row) == dependency.name)
        else {
            continue;
        };
        let name = ALLOWED[lower].0;
        // Tests may look further, as long as it is downward.
        let fine = match dependency.kind.as_deref() {
            Some("dev") => lower < rank,
            _ => allowed.contains(&name),
        };
        if !fine {
            let message = format!(
                "`{folder}` must not see `{name}`: move what it needs to a crate below both, or invert it with a trait below"
            );
            problems.push(Problem::new(&manifest, 0, message));
        }
    }
    problems
}

/// The package in a folder of `crates/`.
pub(super) fn package_name(folder: &str) -> String {
    match folder {
        "gradus" => folder.to_owned(),
        _ => format!("gradus-{folder}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> Package {
        Package {
            name: name.to_owned(),
            manifest_path: "Cargo.toml".into(),
            dependencies: dependencies
                .iter()
                .map(|(name, kind)| Dependency {
                    name: (*name).to_owned(),
                    kind: kind.map(str::to_owned),
                })
                .collect(),
            targets: vec![],
        }
    }

    fn messages(folder: &str, package: &Package) -> Vec<String> {
        check_package(folder, package)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn layers_and_optimizers_do_not_see_each_other_nor_files() {
        for (folder, other) in [
            ("nn", "optim"),
            ("optim", "nn"),
            ("nn", "formats"),
            ("optim", "formats"),
        ] {
            let it = package(&package_name(folder), &[(&package_name(other), None)]);
            let found = messages(folder, &it);
            assert_eq!(found.len(), 1, "{folder} → {other}");
            assert!(found[0].starts_with(&format!(
                "crates/{folder}/Cargo.toml: `{folder}` must not see `{other}`"
            )));
        }
    }

    #[test]
    fn allowed_and_outside_dependencies_pass() {
        let it = package(
            "gradus-nn",
            &[
                ("gradus-tensor", None),
                ("thiserror", None),
                ("gradus-random", None),
            ],
        );
        assert!(messages("nn", &it).is_empty());
    }

    #[test]
    fn tests_may_look_further_down_but_never_up() {
        let down = package("gradus-autograd", &[("gradus-random", Some("dev"))]);
        assert!(messages("autograd", &down).is_empty());
        let up = package("gradus-autograd", &[("gradus-nn", Some("dev"))]);
        assert_eq!(messages("autograd", &up).len(), 1);
    }

    #[test]
    fn every_arrow_of_the_table_points_to_an_earlier_row() {
        for (rank, (row, allowed)) in ALLOWED.iter().enumerate() {
            for name in *allowed {
                let lower = ALLOWED.iter().position(|(other, _)| other == name);
                assert!(lower.is_some_and(|lower| lower < rank), "{row} → {name}");
            }
        }
    }

    #[test]
    fn unknown_crates_and_wrong_names_are_told() {
        assert!(messages("vision", &package("gradus-vision", &[]))[0].contains("add one"));
        assert!(messages("nn", &package("nn", &[]))[0].contains("name it `gradus-nn`"));
    }
}
