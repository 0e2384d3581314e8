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
    let outputs = call(&inputs)?;
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
    let (mut differentiated, mut options) = (Vec::new(), GradOptions::default());
    for (output, upstream) in outputs.iter().zip(&given.grad_outputs) {
        if let Some(upstream) = upstream {
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
    let mut gradients = grad_with(&differentiated, &asked, &options)?.into_iter();
    for input in inputs {
        let gradient = if input.requires_grad() {
            gradients.next().flatten()
        } else {
            None
        };
        let gradient = gradient.map(|g| bridge::array(&g.value())).transpose()?;
        answer.grads.push(gradient);
    }
    Ok(answer)
}

/// The values of variables.
pub(super) fn arrays(variables: &[Var]) -> Outcome<Vec<Array>> {
    variables
        .iter()
        .map(|v| bridge::array(&v.value()))
        .collect()
}
