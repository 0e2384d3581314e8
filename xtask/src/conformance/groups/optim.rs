//! Optimizers over several steps with their final state, and gradient clipping.

use gradus_autograd::Var;
use gradus_optim::{
    AdamOptions, Optimizer, Rule, SgdOptions, Stepper, Value, clip_grad_norm, clip_grad_value,
};

use super::Table;
use super::differentiate::{Outcome, arrays};
use crate::conformance::args::Args;
use crate::conformance::bridge;
use crate::conformance::case::{Answer, Given, Stop};
use crate::conformance::tensor_json::Array;

pub(super) const TABLE: Table = &[
    ("SGD", |given| trajectory(given, sgd)),
    ("Adam", |given| trajectory(given, adam::<false>)),
    ("AdamW", |given| trajectory(given, adam::<true>)),
    ("clip_grad_norm_", clip_norm),
    ("clip_grad_value_", clip_value),
];

/// SGD's options as the case names them, the others as in `base`.
pub(super) fn sgd(args: &Args, base: SgdOptions) -> Outcome<SgdOptions> {
    Ok(SgdOptions {
        lr: args.f64_or("lr", base.lr)?,
        momentum: args.f64_or("momentum", base.momentum)?,
        dampening: args.f64_or("dampening", base.dampening)?,
        weight_decay: args.f64_or("weight_decay", base.weight_decay)?,
        nesterov: args.bool_or("nesterov", base.nesterov)?,
        maximize: args.bool_or("maximize", base.maximize)?,
    })
}

/// Adam's and, with `DECOUPLED`, AdamW's options.
pub(super) fn adam<const DECOUPLED: bool>(
    args: &Args,
    base: AdamOptions<DECOUPLED>,
) -> Outcome<AdamOptions<DECOUPLED>> {
    let betas = match args.floats_opt("betas")?.as_deref() {
        None => base.betas,
        Some(&[first, second]) => (first, second),
        Some(other) => return Err(Stop::wrong(format!("betas {other:?} are not two"))),
    };
    Ok(AdamOptions {
        lr: args.f64_or("lr", base.lr)?,
        betas,
        eps: args.f64_or("eps", base.eps)?,
        weight_decay: args.f64_or("weight_decay", base.weight_decay)?,
        amsgrad: args.bool_or("amsgrad", base.amsgrad)?,
        maximize: args.bool_or("maximize", base.maximize)?,
    })
}

/// The parameters after each step, and the state after the last.
fn trajectory<R: Rule + Default>(
    given: &Given,
    options: fn(&Args, R) -> Outcome<R>,
) -> Outcome<Answer> {
    let leaf = |index| Ok(Var::leaf(given.tensor(index)?)?);
    let parameters: Vec<Var> = (0..given.inputs.len()).map(leaf).collect::<Outcome<_>>()?;
    let base = options(&given.args, R::default())?;
    let mut optimizer = match given.args.get("groups") {
        None => Stepper::with(parameters.clone(), base)?,
        Some(_) => groups(&parameters, &given.args.objects("groups")?, &base, options)?,
    };
    let mut answer = Answer::default();
    for gradients in given.sequence.chunks_exact(parameters.len()) {
        optimizer.zero_grad();
        for (parameter, gradient) in parameters.iter().zip(gradients) {
            parameter.set_grad(Some(bridge::contiguous(gradient)?))?;
        }
        optimizer.step()?;
        answer
            .outputs
            .extend(arrays(&parameters)?.into_iter().map(Some));
    }
    for (index, entries) in optimizer.state_dict().state {
        for (name, value) in entries {
            if let Some(value) = state_value(&value)? {
                answer.state.push((format!("{index}.{name}"), value));
            }
        }
    }
    Ok(answer)
}

/// A group for each parameter, with the overrides of the case.
fn groups<R: Rule>(
    parameters: &[Var],
    overrides: &[Args],
    base: &R,
    options: fn(&Args, R) -> Outcome<R>,
) -> Outcome<Stepper<R>> {
    let mut groups = parameters.iter().zip(overrides);
    let (parameter, args) = groups.next().ok_or_else(|| Stop::wrong("no groups"))?;
    let mut optimizer = Stepper::with([parameter.clone()], options(args, base.clone())?)?;
    for (parameter, args) in groups {
        optimizer.add_group([parameter.clone()], options(args, base.clone())?)?;
    }
    for args in overrides {
        args.finish()?;
    }
    Ok(optimizer)
}

/// Buffers and counts as numbers; `None` for state that is none.
fn state_value(value: &Value) -> Outcome<Option<Array>> {
    match value {
        Value::Tensor(tensor) => bridge::array(tensor).map(Some),
        other => Ok(other.as_f64().map(Array::scalar)),
    }
}

/// Leaves whose gradients are the inputs.
fn with_gradients(given: &Given) -> Outcome<Vec<Var>> {
    let leaf = |index| {
        let gradient = given.tensor(index)?;
        let parameter = Var::leaf(gradient.zeros_like())?;
        parameter.set_grad(Some(gradient))?;
        Ok(parameter)
    };
    (0..given.inputs.len()).map(leaf).collect()
}

fn clipped(parameters: &[Var]) -> Outcome<Answer> {
    let mut answer = Answer::default();
    for parameter in parameters {
        let gradient = parameter.grad().map(|g| bridge::array(&g)).transpose()?;
        answer.outputs.push(gradient);
    }
    Ok(answer)
}

fn clip_norm(given: &Given) -> Outcome<Answer> {
    let norm_type = given.args.f64("norm_type")?;
    if norm_type != 2.0 {
        return Err(Stop::unsupported(format!("norm_type {norm_type}")));
    }
    let parameters = with_gradients(given)?;
    let norm = clip_grad_norm(&parameters, given.args.f64("max_norm")?)?;
    let mut answer = clipped(&parameters)?;
    answer.outputs.push(Some(Array::scalar(norm)));
    Ok(answer)
}

fn clip_value(given: &Given) -> Outcome<Answer> {
    let parameters = with_gradients(given)?;
    clip_grad_value(&parameters, given.args.f64("clip_value")?)?;
    clipped(&parameters)
}
