//! Every gradient rule is checked beside it, against central differences.

use super::text::{contains_word, first_test_line};
use super::{Problem, Source};

/// Where ops live.
const OPS: &str = "crates/tensor/src/ops";

/// The traits that make a type an op.
const TRAITS: &[&str] = &["Op", "VariadicOp"];

/// The testkit's checks of a rule.
const CHECKS: &[&str] = &[
    "check_vjp",
    "check_vjp_in",
    "check_vjp_at",
    "check_variadic_vjp",
];

/// An `impl Op<..> for X` with a gradient rule.
#[derive(Debug, PartialEq)]
struct Rule {
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
        for rule in rules(&source.text) {
            if !is_checked(&tests, &rule.type_name) {
                let name = rule.type_name;
                let message = format!(
                    "no test in this file calls `check_vjp` on `{name}`: add one beside the rule"
                );
                problems.push(Problem::new(&source.path, rule.line, message));
            }
        }
    }
    problems
}

/// The rules before the file's tests; an op defined inside a test is the test's own.
/// An op without `fn vjp` has no rule: differentiating it is an error.
fn rules(text: &str) -> Vec<Rule> {
    let lines: Vec<&str> = text.lines().take(first_test_line(text)).collect();
    let mut rules = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(type_name) = op_impl(line) else {
            continue;
        };
        let mut block = lines[index..].iter().take_while(|line| **line != "}");
        if block.any(|line| line.trim_start().starts_with("fn vjp")) {
            rules.push(Rule {
                line: index + 1,
                type_name,
            });
        }
    }
    rules
}

/// `X` of a line `impl Op<..> for X`.
fn op_impl(line: &str) -> Option<String> {
    let (head, target) = line.strip_prefix("impl")?.split_once(" for ")?;
    let is_op = TRAITS.iter().any(|name| contains_word(head, name));
    let end = target
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(target.len());
    is_op.then(|| target[..end].to_owned())
}

/// The file's tests as one line, so that a call may be broken over several.
fn tests_of(text: &str) -> String {
    let lines: Vec<&str> = text.lines().skip(first_test_line(text)).collect();
    lines.join(" ")
}

/// Whether a statement that calls a check names the op, or a variable that was bound to it.
fn is_checked(tests: &str, type_name: &str) -> bool {
    let mut names = vec![type_name];
    for statement in tests.split(';') {
        let named = names.iter().any(|name| contains_word(statement, name));
        if named
            && CHECKS
                .iter()
                .any(|check| statement.contains(&format!("{check}(")))
        {
            return true;
        }
        if named && let Some((_, binding)) = statement.split_once("let ") {
            let end = binding.find(|c: char| !c.is_alphanumeric() && c != '_');
            names.extend(end.map(|end| &binding[..end]));
        }
    }
    false
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

    const IMPLS: &str = "//! x
impl Op<1> for Tanh {
    fn vjp<A: Array>() {}
}
impl<A: Copy> crate::VariadicOp for Cat<A> {
    fn vjp<A: Array>() {}
}
impl Op<2> for Less {
    fn forward() {}
}
";

    #[test]
    fn rules_are_found_with_their_generics() {
        let names: Vec<_> = rules(IMPLS)
            .into_iter()
            .map(|rule| (rule.line, rule.type_name))
            .collect();
        assert_eq!(names, [(2, "Tanh".to_owned()), (5, "Cat".to_owned())]);
        assert!(
            rules(
                "impl Options for Tanh {\n fn vjp() {}\n}\nimpl Display for Op {\n fn vjp() {}\n}\n"
            )
            .is_empty()
        );
    }

    #[test]
    fn an_untested_rule_is_told() {
        let found = problems(&format!(
            "{IMPLS}#[cfg(test)]\nmod tests {{ check_vjp(Tanh, [&[2]]); }}\n"
        ));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("crates/tensor/src/ops/hyperbolic.rs:5: "),
            "{found:?}"
        );
        assert!(found[0].contains("`Cat`"), "{found:?}");
    }

    #[test]
    fn a_check_may_span_lines_and_go_through_a_variable() {
        let tests = "check_variadic_vjp(\n    Cat(2),\n    &[&[2]],\n);\nlet op = Tanh;\ncheck_vjp(op.clone(), [&[2]]);\n";
        assert!(problems(&format!("{IMPLS}#[cfg(test)]\n{tests}")).is_empty());
    }

    #[test]
    fn a_name_in_another_check_does_not_count() {
        let text = "impl Op<1> for Tan {\n fn vjp() {}\n}\n#[cfg(test)]\ncheck_vjp(Tanh, [1]);\ncheck_forward(Tan, [1]);\n";
        assert_eq!(problems(text).len(), 1);
    }
}
