//! `unsafe` lives in few named places, each with the reason why it is sound.

use super::text::contains_word;
use super::{Problem, Source};

/// Where `unsafe` may stand, and what for: paths from the root, a file or the start of several.
const ALLOWED: &[(&str, &str)] = &[
    (
        "crates/tensor/src/storage",
        "memory that is shared, recycled and lent",
    ),
    ("crates/tensor/src/kernel", "inner loops"),
    (
        "crates/autograd/src/record.rs",
        "one pointer coercion: stable Rust unsizes no smart pointer but its own",
    ),
    (
        "crates/random/src/wide.rs",
        "calls of functions compiled for a CPU's extensions",
    ),
    (
        "xtask/src/bench/hand_w3.rs",
        "calls of functions compiled for a CPU's extensions",
    ),
];

pub(super) fn check(sources: &[Source]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for source in sources.iter().filter(|source| source.path.ends_with(".rs")) {
        let lines: Vec<&str> = source.text.lines().collect();
        let allowed = ALLOWED
            .iter()
            .any(|(path, _)| source.path.starts_with(path));
        for (index, line) in lines.iter().enumerate() {
            if !opens_unsafe(line) {
                continue;
            }
            if !allowed {
                let message = "`unsafe` outside storage and kernels: use what they offer, or move the code there";
                problems.push(Problem::new(&source.path, index + 1, message));
            } else if !explained(&lines, index) {
                let message =
                    "no `// SAFETY:` comment above this `unsafe`: say why its conditions hold";
                problems.push(Problem::new(&source.path, index + 1, message));
            }
        }
    }
    problems
}

/// A block, function, impl, trait or extern that is `unsafe`; text after `//` does not count.
fn opens_unsafe(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    let word = concat!("un", "safe");
    ["{", "fn", "impl", "trait", "extern"]
        .iter()
        .any(|next| contains_word(code, &format!("{word} {next}")))
}

/// Whether the lines just above, up to a blank line, hold a safety comment, or the one just below:
/// an `unsafe fn` of an impl repeats its trait's promise there.
fn explained(lines: &[&str], index: usize) -> bool {
    let above = lines[..=index]
        .iter()
        .rev()
        .take_while(|line| !line.trim().is_empty());
    let below = lines.get(index + 1);
    above
        .chain(below)
        .any(|line| line.contains("SAFETY:") || line.contains("# Safety"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(path: &str, lines: &[&str]) -> Vec<String> {
        let source = Source {
            path: path.to_owned(),
            text: lines.join("\n"),
        };
        check(&[source]).iter().map(ToString::to_string).collect()
    }

    const BLOCK: &str = concat!("    let x = un", "safe { *p };");

    #[test]
    fn only_storage_and_kernels_may() {
        let lines = ["// SAFETY: p is valid.", BLOCK];
        assert!(problems("crates/tensor/src/kernel/gemm/pack.rs", &lines).is_empty());
        assert!(problems("crates/tensor/src/storage.rs", &lines).is_empty());
        let found = problems("crates/nn/src/linear.rs", &lines);
        assert!(
            found[0].starts_with("crates/nn/src/linear.rs:2: `unsafe` outside"),
            "{found:?}"
        );
    }

    #[test]
    fn each_needs_its_reason() {
        let file = "crates/tensor/src/storage.rs";
        assert_eq!(
            problems(file, &["// SAFETY: of another.", "", BLOCK]).len(),
            1
        );
        let function = concat!("pub un", "safe fn f() {}");
        assert_eq!(problems(file, &[function]).len(), 1);
        assert!(problems(file, &["/// # Safety", "/// p is valid.", function]).is_empty());
        assert!(problems(file, &[function, "    // SAFETY: as the caller promises."]).is_empty());
    }

    #[test]
    fn comments_and_lint_names_do_not_count() {
        let lines = [
            "// an unsafe { block }",
            "#![deny(unsafe_code)]",
            "let unsafety = 1;",
        ];
        assert!(problems("crates/nn/src/linear.rs", &lines).is_empty());
    }
}
