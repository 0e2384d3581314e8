//! The README's list of crates is the list of crates.

use std::collections::BTreeSet;

use super::arrows::package_name;
use super::{Problem, Source};

pub(super) fn check(sources: &[Source]) -> Vec<Problem> {
    let mut packages = BTreeSet::new();
    for source in sources {
        let parts: Vec<&str> = source.path.split('/').collect();
        if let ["crates", folder, "Cargo.toml"] = parts[..] {
            packages.insert(package_name(folder));
        }
    }
    let Some(readme) = sources.iter().find(|source| source.path == "README.md") else {
        return vec![Problem::new("README.md", 0, "missing: write it")];
    };
    let listed = listed(&readme.text);
    let mut problems = Vec::new();
    for (line, name) in &listed {
        if !packages.contains(name) {
            let message = format!("lists `{name}`, which crates/ does not have: remove the row");
            problems.push(Problem::new("README.md", *line, message));
        }
    }
    for name in packages {
        if !listed.iter().any(|(_, other)| *other == name) {
            let message = format!("the list of crates lacks a row \"| `{name}` | .. |\": add it");
            problems.push(Problem::new("README.md", 0, message));
        }
    }
    problems
}

/// Rows of a table whose first cell is a package of ours: ``| `gradus-nn` | … |``.
fn listed(readme: &str) -> Vec<(usize, String)> {
    readme
        .lines()
        .enumerate()
        .filter_map(|(index, line)| {
            let cell = line.strip_prefix('|')?.split('|').next()?.trim();
            let name = cell.split('`').nth(1)?;
            let ours = name == "gradus" || name.starts_with("gradus-");
            ours.then(|| (index + 1, name.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(readme: &str) -> Vec<String> {
        let source = |path: &str, text: &str| Source {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let sources = [
            source("README.md", readme),
            source("crates/nn/Cargo.toml", ""),
            source("crates/gradus/Cargo.toml", ""),
        ];
        check(&sources).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_lists_must_be_equal() {
        let nn = "| `gradus-nn` | layers |\n";
        let all = format!("# x\n{nn}| [`gradus`](crates/gradus) | façade |\n");
        assert!(problems(&all).is_empty());
        assert_eq!(
            problems(nn),
            ["README.md: the list of crates lacks a row \"| `gradus` | .. |\": add it"]
        );
        let found = problems(&format!("{all}| `gradus-vision` | images |\n"));
        assert_eq!(
            found,
            ["README.md:4: lists `gradus-vision`, which crates/ does not have: remove the row"]
        );
    }
}
