//! The replays: one table per group of the corpus, from a case's name to the call that answers it.

mod corners;
mod data;
mod differentiate;
mod images;
mod init;
mod layers;
mod loading;
mod losses;
mod metrics;
mod nn;
mod operands;
mod opinfo;
mod ops;
mod optim;
mod programs;
mod random;
mod spatial;

use super::case::Replay;

/// A table of a group; large groups have several.
type Table = &'static [(&'static str, Replay)];

/// Every group with replays. The corpus may hold others; their cases are skipped.
const GROUPS: &[(&str, &[Table])] = &[
    ("random", &[random::TABLE]),
    ("init", &[init::TABLE]),
    ("data", &[data::TABLE]),
    ("metrics", &[metrics::TABLE]),
    ("ops", ops::TABLES),
    ("opinfo", opinfo::TABLES),
    ("corners", corners::TABLES),
    ("losses", &[losses::TABLE]),
    ("optim", &[optim::TABLE]),
    ("nn", &[nn::TABLE]),
    ("programs", &[programs::TABLE]),
];

/// The replay of a case, if the library offers what it calls.
pub(crate) fn find(group: &str, name: &str) -> Option<Replay> {
    let (_, tables) = GROUPS.iter().find(|(other, _)| *other == group)?;
    let mut lines = tables.iter().flat_map(|table| table.iter());
    let (_, replay) = lines.find(|(other, _)| *other == name)?;
    Some(*replay)
}

/// Whether the dtype of outputs counts in this group, or the values alone.
pub(crate) fn dtype_counts(group: &str) -> bool {
    matches!(group, "ops" | "nn" | "losses" | "opinfo" | "corners")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_stands_twice_in_a_table() {
        for (group, tables) in GROUPS {
            let mut seen = std::collections::BTreeSet::new();
            for (name, _) in tables.iter().flat_map(|table| table.iter()) {
                assert!(seen.insert(name), "{group}: {name} stands twice");
            }
        }
    }
}
