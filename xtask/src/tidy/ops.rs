//! Every op's gradient rule is checked beside it.

use super::text::{contains_word, first_test_line};
use super::{Problem, Source};

/// Where ops live.
const OPS: &str = "crates/tensor/src/ops";

/// The checks that count: against central differences, or that an op without a rule says so.
const CHECKS: &[&str] = &["check_vjp", "check_no_vjp"];

/// An `impl Op<..> for X`.
#[derive(Debug, PartialEq)]
struct OpImpl {
    line: usize,
    type_name: String,
}

pub(super) fn check(sources: &[Source]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for source in sources {
        if !source.path.starts_with(OPS) || !source.path.ends_with(".rs") {
            continue;
        }
        let tests = tests_of(&source.text);
        for op in op_impls(&source.text) {
            if !is_checked(&tests, &op.type_name) {
                let name = op.type_name;
                let message = format!(
                    "no test in this file calls `check_vjp` on `{name}`: add one beside the rule"
                );
                problems.push(Problem::new(&source.path, op.line, message));
            }
        }
    }
    problems
}

/// The impls before the file's tests; an op defined inside a test is the test's own.
fn op_impls(text: &str) -> Vec<OpImpl> {
    text.lines()
        .take(first_test_line(text))
        .enumerate()
        .filter_map(|(index, line)| {
            let line = line.trim_start();
            let (head, target) = line.strip_prefix("impl")?.split_once(" for ")?;
            if !contains_word(head, "Op") {
                return None;
            }
            let end = target.find(|c: char| !c.is_alphanumeric() && c != '_');
            Some(OpImpl {
                line: index + 1,
                type_name: target[..end.unwrap_or(target.len())].to_owned(),
            })
        })
        .collect()
}

/// The file's tests as one line, so that a call may be broken over several.
fn tests_of(text: &str) -> String {
    let lines: Vec<&str> = text.lines().skip(first_test_line(text)).collect();
    lines.join(" ")
}

/// Whether a statement that calls a check names the op.
fn is_checked(tests: &str, type_name: &str) -> bool {
    tests
        .split(';')
        .filter(|statement| CHECKS.iter().any(|check| contains_word(statement, check)))
        .any(|statement| contains_word(statement, type_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let source = Source {
            path: format!("{OPS}/hyperbolic.rs"),
            text: text.to_owned(),
        };
        check(&[source]).iter().map(ToString::to_string).collect()
    }

    const IMPLS: &str =
        "//! x\nimpl Op<1> for Tanh {\n}\nimpl<A: Copy> crate::Op<2> for Pow<A> {}\n";

    #[test]
    fn impls_are_found_with_their_generics() {
        let names: Vec<_> = op_impls(IMPLS)
            .into_iter()
            .map(|op| (op.line, op.type_name))
            .collect();
        assert_eq!(names, [(2, "Tanh".to_owned()), (4, "Pow".to_owned())]);
        assert!(op_impls("impl Options for Tanh {}\nimpl Display for Op {}\n").is_empty());
    }

    #[test]
    fn an_untested_rule_is_told() {
        let found = problems(&format!(
            "{IMPLS}#[cfg(test)]\nmod tests {{ check_vjp(Tanh, [&[2]]); }}\n"
        ));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("crates/tensor/src/ops/hyperbolic.rs:4: "),
            "{found:?}"
        );
        assert!(found[0].contains("`Pow`"), "{found:?}");
    }

    #[test]
    fn a_check_may_span_lines_and_say_that_there_is_no_rule() {
        let text = format!(
            "{IMPLS}#[cfg(test)]\ncheck_vjp(\n    Pow(2),\n    [&[2]],\n);\ncheck_no_vjp(Tanh);\n"
        );
        assert!(problems(&text).is_empty());
    }

    #[test]
    fn a_name_in_another_check_does_not_count() {
        let text = "impl Op<1> for Tan {}\n#[cfg(test)]\ncheck_vjp(Tanh, [&[2]]);\ncheck_forward(Tan, [1.0]);\n";
        assert_eq!(problems(text).len(), 1);
    }
}
