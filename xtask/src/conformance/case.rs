//! One case of the corpus: what a replay is given, and what it has to answer.

use std::fmt::Display;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::args::Args;
use super::tensor_json::{Array, Input, Text};

/// One line of a corpus file.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) given: Given,
    pub(crate) expected: Expected,
}

/// All a replay may see: nothing of the recorded results.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) args: Args,
    pub(crate) inputs: Vec<Input>,
    /// Names of the inputs; empty where their order says enough.
    pub(crate) input_names: Vec<String>,
    /// The upstream gradient of each output; empty when no gradient is asked for.
    pub(crate) grad_outputs: Vec<Option<Array>>,
    /// Whether the gradient of an input is asked for; empty when none is.
    pub(crate) asks_gradient: Vec<bool>,
    /// Outputs of which the absolute value counts: their sign is not determined.
    pub(crate) absolute: Vec<usize>,
    /// The weight of each gradient in the sum that is differentiated again; empty when it is not.
    pub(crate) grad_grad_outputs: Vec<Option<Array>>,
    /// Gradients handed to an optimizer, step by step.
    pub(crate) sequence: Vec<Array>,
}

/// What the reference library gave.
#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) outputs: Vec<Option<Array>>,
    pub(crate) output_names: Vec<String>,
    pub(crate) grads: Vec<Option<Array>>,
    pub(crate) grad_grads: Vec<Option<Array>>,
    /// An optimizer's final state by name.
    pub(crate) state: Vec<(String, Array)>,
    /// The call is refused: any error is right, any answer wrong.
    pub(crate) error: bool,
    pub(crate) tolerance: Tolerance,
}

/// Passes if |x − y| ≤ atol + rtol·|y|, y being the recorded value.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Tolerance {
    pub(crate) rtol: f64,
    pub(crate) atol: f64,
}

/// What a replay computed. An output or gradient it cannot give is `None`, which never equals a recorded value.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) outputs: Vec<Option<Array>>,
    pub(crate) grads: Vec<Option<Array>>,
    pub(crate) grad_grads: Vec<Option<Array>>,
    pub(crate) state: Vec<(String, Array)>,
}

impl Answer {
    pub(crate) fn outputs(arrays: impl IntoIterator<Item = Array>) -> Self {
        Answer {
            outputs: arrays.into_iter().map(Some).collect(),
            ..Answer::default()
        }
    }
}

/// Why a replay gave no answer.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The library does not offer this (yet): the case is skipped, with the reason.
    Unsupported(String),
    /// The library refused or the case could not be replayed: it failed.
    Failed(String),
}

impl Stop {
    pub(crate) fn wrong(message: impl Display) -> Self {
        Stop::Failed(message.to_string())
    }

    pub(crate) fn unsupported(what: impl Display) -> Self {
        Stop::Unsupported(what.to_string())
    }
}

/// Any error of the library fails the case.
impl<E: std::error::Error> From<E> for Stop {
    fn from(error: E) -> Self {
        Stop::Failed(error.to_string())
    }
}

/// A replay: the public API's answer to a case.
pub(crate) type Replay = fn(&Given) -> Result<Answer, Stop>;

/// The fields of a line; those of other groups' shapes are left out of account.
#[derive(Deserialize)]
struct Line<'a> {
    id: String,
    group: String,
    name: String,
    #[serde(default)]
    args: Map<String, Value>,
    #[serde(borrow, default)]
    inputs: Vec<Text<'a>>,
    #[serde(default)]
    input_names: Option<Vec<String>>,
    #[serde(borrow, default)]
    outputs: Vec<Option<Text<'a>>>,
    #[serde(default)]
    output_names: Option<Vec<String>>,
    #[serde(borrow, default)]
    grad_outputs: Vec<Option<Text<'a>>>,
    #[serde(borrow, default)]
    grads: Vec<Option<Text<'a>>>,
    #[serde(borrow, default)]
    grad_grad_outputs: Vec<Option<Text<'a>>>,
    #[serde(borrow, default)]
    grad_grads: Vec<Option<Text<'a>>>,
    #[serde(default)]
    absolute: Vec<usize>,
    #[serde(default)]
    error: bool,
    #[serde(borrow, default)]
    sequence: Vec<Text<'a>>,
    #[serde(default)]
    n_params: Option<usize>,
    #[serde(default)]
    steps: Option<usize>,
    #[serde(default)]
    state_names: Vec<String>,
    #[serde(borrow, default)]
    state: Vec<Text<'a>>,
    tol: Tolerance,
}

impl Case {
    /// Reads one line of a corpus file.
    pub(crate) fn parse(line: &str) -> Result<Case, String> {
        let line: Line<'_> = serde_json::from_str(line).map_err(|e| e.to_string())?;
        let id = line.id.clone();
        line.into_case().map_err(|e| format!("{id}: {e}"))
    }
}

impl Line<'_> {
    fn into_case(self) -> Result<Case, String> {
        if let (Some(per_step), Some(steps)) = (self.n_params, self.steps)
            && per_step * steps != self.sequence.len()
        {
            let count = self.sequence.len();
            return Err(format!(
                "sequence has {count} tensors, not {steps} × {per_step}"
            ));
        }
        if self.state_names.len() != self.state.len() {
            return Err("state and state_names differ in length".to_owned());
        }
        let given = Given {
            args: Args::new(self.args),
            inputs: self
                .inputs
                .iter()
                .map(Text::parse)
                .collect::<Result<_, _>>()?,
            input_names: self.input_names.unwrap_or_default(),
            grad_outputs: arrays(&self.grad_outputs)?,
            asks_gradient: self.grads.iter().map(Option::is_some).collect(),
            absolute: self.absolute,
            grad_grad_outputs: arrays(&self.grad_grad_outputs)?,
            sequence: self
                .sequence
                .iter()
                .map(|t| Ok(t.parse()?.array))
                .collect::<Result<_, String>>()?,
        };
        let expected = Expected {
            outputs: arrays(&self.outputs)?,
            output_names: self.output_names.unwrap_or_default(),
            grads: arrays(&self.grads)?,
            grad_grads: arrays(&self.grad_grads)?,
            error: self.error,
            state: (self.state_names.into_iter().zip(&self.state))
                .map(|(name, t)| Ok((name, t.parse()?.array)))
                .collect::<Result<_, String>>()?,
            tolerance: self.tol,
        };
        Ok(Case {
            id: self.id,
            group: self.group,
            name: self.name,
            given,
            expected,
        })
    }
}

fn arrays(texts: &[Option<Text<'_>>]) -> Result<Vec<Option<Array>>, String> {
    texts
        .iter()
        .map(|text| text.as_ref().map(|t| Ok(t.parse()?.array)).transpose())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tensor_json::Data;
    use super::*;

    #[test]
    fn a_line_is_split_into_given_and_expected() {
        let case = Case::parse(
            r#"{"id":"ops/neg#0","group":"ops","name":"neg","args":{"k":1},
                "inputs":[{"dtype":"f32","shape":[1],"data":[2]}],"outputs":[{"dtype":"f32","shape":[1],"data":[-2]}],
                "grad_outputs":[null],"grads":[],"output_names":null,"tol":{"rtol":0.0,"atol":1e-6}}"#,
        )
        .unwrap();
        assert_eq!((case.id.as_str(), case.name.as_str()), ("ops/neg#0", "neg"));
        assert_eq!(case.given.args.i64("k").unwrap(), 1);
        assert_eq!(case.given.inputs[0].array.data, Data::F32(vec![2.0]));
        assert_eq!(case.given.grad_outputs, [None]);
        assert_eq!(case.expected.tolerance.atol, 1e-6);
    }

    #[test]
    fn a_bad_line_names_the_case() {
        let line = r#"{"id":"x#1","group":"g","name":"n","inputs":[{"dtype":"f32","shape":[2],"data":[1]}],"tol":{"rtol":0,"atol":0}}"#;
        let error = Case::parse(line).unwrap_err();
        assert!(error.starts_with("x#1: shape [2]"), "{error}");
        assert!(Case::parse("{").is_err());
    }
}
