//! Every method of the op vocabulary is drawn by the property test of first and second derivatives.

use super::text::contains_word;
use super::{Problem, Source};

/// The lists of methods that tensors and variables offer.
const METHODS: &[&str] = &[
    "crates/tensor/src/ops/methods.rs",
    "crates/tensor/src/ops/linalg/methods.rs",
];

/// The property tests with their tables, a file a family.
const TABLE: &str = "crates/autograd/tests/it/op_table";

pub(super) fn check(sources: &[Source]) -> Vec<Problem> {
    let lists: Vec<&Source> = sources
        .iter()
        .filter(|source| METHODS.contains(&source.path.as_str()))
        .collect();
    let tables: Vec<&Source> = sources
        .iter()
        .filter(|source| source.path.starts_with(TABLE))
        .collect();
    if lists.len() < METHODS.len() || tables.is_empty() {
        let message =
            format!("one of {METHODS:?} or {TABLE} is missing: tell this rule where they are now");
        return vec![Problem::new("xtask/src/tidy/op_table.rs", 0, message)];
    }
    let mut problems = Vec::new();
    for list in lists {
        for (line, name) in methods(&list.text) {
            if !tables.iter().any(|table| is_called(&table.text, &name)) {
                let message = format!(
                    "`{name}` is not drawn in {TABLE}: add it to a table or a property there"
                );
                problems.push(Problem::new(&list.path, line, message));
            }
        }
    }
    problems
}

/// Names with their lines: the entries `name(arguments);` of each family, of methods or of functions without a
/// receiver, and plain functions.
fn methods(text: &str) -> Vec<(usize, String)> {
    let mut methods = Vec::new();
    let mut in_family = false;
    for (index, line) in text.lines().enumerate() {
        let mut entries = line;
        let family = ["@family $T, ", "@static $T, "]
            .iter()
            .find_map(|head| line.split_once(head));
        if let Some((_, family)) = family {
            in_family = true;
            entries = family.split_once(';').map_or("", |(_, rest)| rest);
        }
        let found: Vec<&str> = if in_family {
            entries
                .split(';')
                .filter_map(|entry| name_before(entry, ""))
                .collect()
        } else {
            name_before(line, "pub fn ").into_iter().collect()
        };
        methods.extend(found.into_iter().map(|name| (index + 1, name.to_owned())));
        in_family &= !entries.contains('}');
    }
    methods
}

/// The identifier between `prefix` and an opening parenthesis.
fn name_before<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (name, _) = text.trim().strip_prefix(prefix)?.split_once('(')?;
    let identifier = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    identifier.then_some(name)
}

/// `x.name(..)` or `Type::name`.
fn is_called(table: &str, name: &str) -> bool {
    let forms = [format!(".{name}("), format!("::{name}")];
    table
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .any(|line| forms.iter().any(|form| contains_word(line, form)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\
macro_rules! methods {
    ($T:ty) => {
        $crate::methods! { @family $T, Exponential; exp(); log(); }
        $crate::methods! { @family $T, Arithmetic;
            add(other: &Self); sum_to_size(shape: &[usize]);
            neg();
        }
        $crate::methods! { @static $T, Grid; meshgrid(tensors: &[&Self]) -> Vec; }
        impl $T {
            pub fn cat(tensors: &[&Self], dim: isize) -> $crate::Result<Self> {
                $crate::ops::Concatenate::cat(tensors, dim)
            }
        }
    };
    (@family $T:ty, $Family:ident; $($name:ident($($arg:ident: $Arg:ty),*);)*) => {
        pub fn $name(&self $(, $arg: $Arg)*) -> $crate::Result<Self> {}
    };
}
";

    #[test]
    fn all_methods_are_found_with_their_lines() {
        let found = methods(LIST);
        let found: Vec<(usize, &str)> = found
            .iter()
            .map(|(line, name)| (*line, name.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (3, "exp"),
                (3, "log"),
                (5, "add"),
                (5, "sum_to_size"),
                (6, "neg"),
                (8, "meshgrid"),
                (10, "cat")
            ]
        );
    }

    #[test]
    fn a_method_that_is_not_drawn_is_told() {
        let source = |path: &str, text: &str| Source {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let table = "// log\n(\"e\", Var::exp), |x| x.add_scalar(1)?.neg()?; x.sum_to_size(&[]); Var::cat(&[x]); Var::meshgrid(&[x])";
        let more = "        $crate::linalg_methods! { @family $T, Solve; inv() -> Self; }\n";
        let found = check(&[
            source(METHODS[0], LIST),
            source(METHODS[1], more),
            source(TABLE, table),
        ]);
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(
            found[0].starts_with("crates/tensor/src/ops/methods.rs:3: `log` is not drawn"),
            "{found:?}"
        );
        assert!(
            found[1].starts_with("crates/tensor/src/ops/methods.rs:5: `add` is not drawn"),
            "{found:?}"
        );
        assert!(
            found[2].starts_with("crates/tensor/src/ops/linalg/methods.rs:1: `inv` is not drawn"),
            "{found:?}"
        );
        assert_eq!(check(&[source(METHODS[0], LIST)]).len(), 1);
    }
}
