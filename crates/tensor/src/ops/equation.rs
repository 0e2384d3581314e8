//! The equation of an Einstein sum, read and checked.

use crate::{ErrorKind, Result};

pub(super) const OP: &str = "einsum";

/// A dimension's name: a letter, or its place among those of an ellipsis, counted from the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Label {
    Hidden(usize),
    Letter(char),
}

/// A term of the equation: what stands before and after its ellipsis, if it has one.
#[derive(Debug, Default)]
pub(super) struct Term {
    pub(super) letters: Vec<char>,
    /// How many letters stand before the ellipsis.
    pub(super) ellipsis: Option<usize>,
}

/// `ij,jk->ik` as terms; without an arrow there is no output.
pub(super) struct Equation {
    pub(super) inputs: Vec<Term>,
    pub(super) output: Option<Term>,
}

pub(super) fn invalid<T>(message: String) -> Result<T> {
    Err(ErrorKind::Invalid { op: OP, message }.into())
}

impl Equation {
    #[inline]
    pub(super) fn parse(text: &str) -> Result<Equation> {
        let (left, right) = match text.split_once("->") {
            Some((left, right)) => (left, Some(right)),
            None => (text, None),
        };
        Ok(Equation {
            inputs: left.split(',').map(Term::parse).collect::<Result<_>>()?,
            output: right.map(Term::parse).transpose()?,
        })
    }

    /// The labels of the result: those named, or, in alphabetical order, those that stand once.
    #[inline]
    pub(super) fn output(&self, hidden: usize) -> Result<Vec<Label>> {
        let letters = || self.inputs.iter().flat_map(|term| &term.letters);
        let Some(output) = &self.output else {
            let once = |c: &&char| letters().filter(|other| other == c).count() == 1;
            let mut alone: Vec<char> = letters().filter(once).copied().collect();
            alone.sort_unstable();
            let term = Term {
                letters: alone,
                ellipsis: Some(0),
            };
            return Ok(term.labels(hidden));
        };
        for (i, c) in output.letters.iter().enumerate() {
            if output.letters[..i].contains(c) {
                return invalid(format!("the output names `{c}` twice"));
            }
            if !letters().any(|other| other == c) {
                return invalid(format!("the output names `{c}`, which no operand has"));
            }
        }
        Ok(output.labels(hidden))
    }
}

impl Term {
    #[inline]
    pub(super) fn parse(text: &str) -> Result<Term> {
        let mut term = Term::default();
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            match c {
                ' ' => {}
                '.' if rest.as_str().starts_with("..") && term.ellipsis.is_none() => {
                    rest.nth(1);
                    term.ellipsis = Some(term.letters.len());
                }
                'a'..='z' | 'A'..='Z' => term.letters.push(c),
                _ => {
                    return invalid(format!(
                        "`{c}` in the term `{text}`: a term is made of letters and at most one `...`"
                    ));
                }
            }
        }
        Ok(term)
    }

    /// One label a dimension, the ellipsis standing for `hidden` of them.
    #[inline]
    pub(super) fn labels(&self, hidden: usize) -> Vec<Label> {
        let (before, after) = self.letters.split_at(self.ellipsis.unwrap_or(0));
        let hidden = if self.ellipsis.is_some() { hidden } else { 0 };
        let letters = |part: &[char]| part.iter().map(|&c| Label::Letter(c)).collect::<Vec<_>>();
        let mut labels = letters(before);
        labels.extend((0..hidden).rev().map(Label::Hidden));
        labels.extend(letters(after));
        labels
    }
}

#[inline]
pub(super) fn name(label: Label) -> String {
    match label {
        Label::Letter(c) => format!("`{c}`"),
        Label::Hidden(place) => format!("dimension -{} of the ellipsis", place + 1),
    }
}
