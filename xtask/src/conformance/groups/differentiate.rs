//! Replaying a call on variables: its outputs, and the gradients the case asks for.

use gradus_autograd::{GradOptions, Var, grad_with};

use crate::conformance::bridge;
use crate::conformance::case::{Answer, Given, Stop};
use crate::conformance::tensor_json::Array;

/// The library's answer to one call, or why there is none.
pub(super) type Outcome<T> = Result<T, Stop>;

/// Runs `call` on the inputs, those whose gradient is asked for being leaves that need one.
pub(super) fn answer(
    given: &Given,
    call: impl FnOnce(&[Var]) -> Outcome<Vec<Var>>,
) -> Outcome<Answer> {
    let inputs = inputs(given)?;
    let mut outputs = call(&inputs)?;
    for &position in &given.absolute {
        let output = outputs.get_mut(position);
        let output = output.ok_or_else(|| Stop::wrong(format!("no output {position}")))?;
        *output = output.abs()?;
    }
    gradients(given, &inputs, &outputs)
}

/// As [`answer`], for a call with one output.
pub(super) fn one(given: &Given, call: impl FnOnce(&[Var]) -> Outcome<Var>) -> Outcome<Answer> {
    answer(given, |inputs| Ok(vec![call(inputs)?]))
}

/// The case's inputs as variables.
pub(super) fn inputs(given: &Given) -> Outcome<Vec<Var>> {
    (0..given.inputs.len())
        .map(|index| {
            let value = given.tensor(index)?;
            let asked = given.asks_gradient.get(index) == Some(&true);
            Ok(if asked {
                Var::leaf(value)?
            } else {
                Var::new(value)
            })
        })
        .collect()
}

/// The outputs, and the gradients of `inputs` for the upstream gradients of the case.
pub(super) fn gradients(given: &Given, inputs: &[Var], outputs: &[Var]) -> Outcome<Answer> {
    let mut answer = Answer::outputs(arrays(outputs)?);
    if given.grad_outputs.is_empty() {
        return Ok(answer);
    }
    let twice = !given.grad_grad_outputs.is_empty();
    let (mut differentiated, mut options) = (Vec::new(), GradOptions::default());
    options.create_graph = twice;
    for (output, upstream) in outputs.iter().zip(&given.grad_outputs) {
        if let Some(upstream) = upstream
            && output.requires_grad()
        {
            differentiated.push(output);
            options
                .grad_outputs
                .push(Var::new(bridge::contiguous(upstream)?));
        }
    }
    let asked: Vec<&Var> = inputs
        .iter()
        .filter(|input| input.requires_grad())
        .collect();
    let gradients = by_input(inputs, grad_with(&differentiated, &asked, &options)?);
    answer.grads = maybe_arrays(&gradients)?;
    if twice {
        answer.grad_grads = second_order(given, inputs, &asked, &gradients)?;
    }
    Ok(answer)
}

/// The gradients of Σᵢ Σ rᵢ gᵢ, gᵢ being the first gradients and rᵢ the case's weights.
fn second_order(
    given: &Given,
    inputs: &[Var],
    asked: &[&Var],
    gradients: &[Option<Var>],
) -> Outcome<Vec<Option<Array>>> {
    let (mut differentiated, mut options) = (Vec::new(), GradOptions::default());
    options.allow_unused = true;
    for (gradient, weight) in gradients.iter().zip(&given.grad_grad_outputs) {
        if let (Some(gradient), Some(weight)) = (gradient, weight)
            && gradient.requires_grad()
        {
            differentiated.push(gradient);
            options
                .grad_outputs
                .push(Var::new(bridge::contiguous(weight)?));
        }
    }
    let mut second = grad_with(&differentiated, asked, &options)?;
    for (gradient, input) in second.iter_mut().zip(asked) {
        // What the first gradients do not depend on has a gradient of zero.
        gradient.get_or_insert_with(|| Var::new(input.value().zeros_like()));
    }
    maybe_arrays(&by_input(inputs, second))
}

/// Gradients of the inputs that require one, at the positions of their inputs.
fn by_input(inputs: &[Var], gradients: Vec<Option<Var>>) -> Vec<Option<Var>> {
    let mut gradients = gradients.into_iter();
    inputs
        .iter()
        .map(|input| input.requires_grad().then(|| gradients.next().flatten())?)
        .collect()
}

fn maybe_arrays(variables: &[Option<Var>]) -> Outcome<Vec<Option<Array>>> {
    variables
        .iter()
        .map(|v| v.as_ref().map(|v| bridge::array(&v.value())).transpose())
        .collect()
}

impl Given {
    /// Where the input of this name stands, if it was given.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.input_names.iter().position(|other| other == name)
    }

    /// The input of this name among the variables made of the inputs.
    pub(super) fn named<'v>(&self, inputs: &'v [Var], name: &str) -> Outcome<&'v Var> {
        self.maybe_named(inputs, name)
            .ok_or_else(|| Stop::wrong(format!("no input `{name}`")))
    }

    /// As [`named`](Given::named), if it was given.
    pub(super) fn maybe_named<'v>(&self, inputs: &'v [Var], name: &str) -> Option<&'v Var> {
        inputs.get(self.position(name)?)
    }

    /// The inputs `name.0`, `name.1`, … of a list.
    pub(super) fn listed<'v>(&self, inputs: &'v [Var], name: &str) -> Vec<&'v Var> {
        self.args.describe(&[name]);
        (0..)
            .map_while(|index| self.maybe_named(inputs, &format!("{name}.{index}")))
            .collect()
    }
}

/// The values of variables.
pub(super) fn arrays(variables: &[Var]) -> Outcome<Vec<Array>> {
    variables
        .iter()
        .map(|v| bridge::array(&v.value()))
        .collect()
}
