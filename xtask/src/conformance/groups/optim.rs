//! Optimizers over several steps with their final state, schedules, and gradient clipping.

use gradus_autograd::Var;
use gradus_optim::schedule::{
    ConstantLrOptions, CosineAnnealingLr, CosineAnnealingWarmRestarts, CyclicLrOptions,
    ExponentialLr, LinearLrOptions, MultiStepLr, OneCycleLrOptions, PolynomialLrOptions,
    ReduceLrOnPlateau, ReduceLrOnPlateauOptions, Schedule, Scheduler, SequentialLr, StepLr,
};
use gradus_optim::{
    Adadelta, Adafactor, Adagrad, Adam, AdamW, Adamax, Asgd, Lion, Muon, NAdam, Optimizer, Options,
    RAdam, RmsProp, Rprop, Rule, Sgd, SgdOptions, Stepper, Value, clip_grad_norm_of,
    clip_grad_value,
};
use gradus_tensor::tensor;
use serde_json::Value as Json;

use super::Table;
use super::differentiate::{Outcome, arrays};
use crate::conformance::args::Args;
use crate::conformance::bridge;
use crate::conformance::case::{Answer, Given, Stop};
use crate::conformance::tensor_json::Array;

pub(super) const TABLE: Table = &[
    ("SGD", |g| trajectory(g, "SGD")),
    ("Adam", |g| trajectory(g, "Adam")),
    ("AdamW", |g| trajectory(g, "AdamW")),
    ("NAdam", |g| trajectory(g, "NAdam")),
    ("RAdam", |g| trajectory(g, "RAdam")),
    ("Adamax", |g| trajectory(g, "Adamax")),
    ("Adagrad", |g| trajectory(g, "Adagrad")),
    ("Adadelta", |g| trajectory(g, "Adadelta")),
    ("RMSprop", |g| trajectory(g, "RMSprop")),
    ("Rprop", |g| trajectory(g, "Rprop")),
    ("ASGD", |g| trajectory(g, "ASGD")),
    ("Adafactor", |g| trajectory(g, "Adafactor")),
    ("Lion", |g| trajectory(g, "Lion")),
    ("Muon", |g| trajectory(g, "Muon")),
    ("lr_scheduler.StepLR", |g| learning_rates(g, "StepLR")),
    ("lr_scheduler.MultiStepLR", |g| {
        learning_rates(g, "MultiStepLR")
    }),
    ("lr_scheduler.ConstantLR", |g| {
        learning_rates(g, "ConstantLR")
    }),
    ("lr_scheduler.LinearLR", |g| learning_rates(g, "LinearLR")),
    ("lr_scheduler.ExponentialLR", |g| {
        learning_rates(g, "ExponentialLR")
    }),
    ("lr_scheduler.PolynomialLR", |g| {
        learning_rates(g, "PolynomialLR")
    }),
    ("lr_scheduler.CosineAnnealingLR", |g| {
        learning_rates(g, "CosineAnnealingLR")
    }),
    ("lr_scheduler.CosineAnnealingWarmRestarts", |g| {
        learning_rates(g, "CosineAnnealingWarmRestarts")
    }),
    ("lr_scheduler.CyclicLR", |g| learning_rates(g, "CyclicLR")),
    ("lr_scheduler.OneCycleLR", |g| {
        learning_rates(g, "OneCycleLR")
    }),
    ("lr_scheduler.SequentialLR", |g| {
        learning_rates(g, "SequentialLR")
    }),
    ("lr_scheduler.ReduceLROnPlateau", plateau),
    ("clip_grad_norm_", clip_norm),
    ("clip_grad_value_", clip_value),
];

/// An argument as an option's value.
fn value(json: &Json) -> Outcome<Value> {
    Ok(match json {
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => Value::Float(n.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => match text.as_str() {
            "inf" => Value::Float(f64::INFINITY),
            "-inf" => Value::Float(f64::NEG_INFINITY),
            _ => Value::Text(text.clone()),
        },
        Json::Array(values) => Value::Tuple(values.iter().map(value).collect::<Outcome<_>>()?),
        other => return Err(Stop::wrong(format!("{other} is no option"))),
    })
}

/// The options that the case names, the others as in `base`.
fn options<O: Options>(args: &Args, mut base: O) -> Outcome<O> {
    for mut field in base.fields() {
        if let Some(json) = args.get(field.name)
            && !field.load(&value(json)?)
        {
            return Err(Stop::wrong(format!("{} takes no {json}", field.name)));
        }
    }
    Ok(base)
}

/// The optimizer of this name with the case's options, a group for each of the overrides.
pub(super) fn optimizer(
    name: &str,
    args: &Args,
    parameters: Vec<Var>,
) -> Outcome<Box<dyn Optimizer>> {
    let overrides = args.get("groups").map(|_| args.objects("groups"));
    let overrides = overrides.transpose()?.unwrap_or_default();
    let given = Construction {
        args,
        overrides,
        parameters,
    };
    match name {
        "SGD" => given.make(Sgd::with),
        "Adam" => given.make(Adam::with),
        "AdamW" => given.make(AdamW::with),
        "NAdam" => given.make(NAdam::with),
        "RAdam" => given.make(RAdam::with),
        "Adamax" => given.make(Adamax::with),
        "Adagrad" => given.make(Adagrad::with),
        "Adadelta" => given.make(Adadelta::with),
        "RMSprop" => given.make(RmsProp::with),
        "Rprop" => given.make(Rprop::with),
        "ASGD" => given.make(Asgd::with),
        "Adafactor" => given.make(Adafactor::with),
        "Lion" => given.make(Lion::with),
        "Muon" => given.make(Muon::with),
        other => Err(Stop::unsupported(other)),
    }
}

/// What an optimizer is made of.
struct Construction<'a> {
    args: &'a Args,
    overrides: Vec<Args>,
    parameters: Vec<Var>,
}

impl Construction<'_> {
    fn make<R: Rule + Clone + Default>(
        self,
        with: impl Fn(Vec<Var>, R) -> gradus_optim::Result<Stepper<R>>,
    ) -> Outcome<Box<dyn Optimizer>> {
        let base = options(self.args, R::default())?;
        let Some((first, rest)) = self.overrides.split_first() else {
            return Ok(Box::new(with(self.parameters, base)?));
        };
        let mut parameters = self.parameters.into_iter();
        let own = options(first, base.clone())?;
        let mut optimizer = with(parameters.next().into_iter().collect(), own)?;
        for (parameter, args) in parameters.zip(rest) {
            optimizer.add_group([parameter], options(args, base.clone())?)?;
        }
        for args in &self.overrides {
            args.finish()?;
        }
        Ok(Box::new(optimizer))
    }
}

/// The parameters after each step, and the state after the last.
fn trajectory(given: &Given, name: &str) -> Outcome<Answer> {
    let leaf = |index| Ok(Var::leaf(given.tensor(index)?)?);
    let parameters: Vec<Var> = (0..given.inputs.len()).map(leaf).collect::<Outcome<_>>()?;
    let mut optimizer = optimizer(name, &given.args, parameters.clone())?;
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

/// Buffers and counts as numbers; `None` for state that is none.
fn state_value(value: &Value) -> Outcome<Option<Array>> {
    match value {
        Value::Tensor(tensor) => bridge::array(tensor).map(Some),
        other => Ok(other.as_f64().map(Array::scalar)),
    }
}

/// The schedule of this name with the arguments' options.
pub(super) fn schedule(
    name: &str,
    args: &Args,
    optimizer: &mut dyn Optimizer,
) -> Outcome<Box<dyn Schedule>> {
    fn made<S: Schedule>(schedule: gradus_optim::Result<S>) -> Outcome<Box<dyn Schedule>> {
        Ok(Box::new(schedule?))
    }
    match name {
        "StepLR" => made(StepLr::new(
            optimizer,
            args.usize("step_size")?,
            args.f64_or("gamma", 0.1)?,
        )),
        "MultiStepLR" => made(MultiStepLr::new(
            optimizer,
            args.sizes("milestones")?,
            args.f64_or("gamma", 0.1)?,
        )),
        "ExponentialLR" => made(ExponentialLr::new(optimizer, args.f64("gamma")?)),
        "CosineAnnealingLR" => made(CosineAnnealingLr::new(
            optimizer,
            args.usize("T_max")?,
            args.f64_or("eta_min", 0.0)?,
        )),
        "CosineAnnealingWarmRestarts" => made(CosineAnnealingWarmRestarts::new(
            optimizer,
            args.usize("T_0")?,
            args.usize_opt("T_mult")?.unwrap_or(1),
            args.f64_or("eta_min", 0.0)?,
        )),
        "ConstantLR" => made(Scheduler::with(
            optimizer,
            options(args, ConstantLrOptions::default())?,
        )),
        "LinearLR" => made(Scheduler::with(
            optimizer,
            options(args, LinearLrOptions::default())?,
        )),
        "PolynomialLR" => made(Scheduler::with(
            optimizer,
            options(args, PolynomialLrOptions::default())?,
        )),
        "OneCycleLR" => made(Scheduler::with(
            optimizer,
            options(args, OneCycleLrOptions::default())?,
        )),
        "CyclicLR" => {
            let base = CyclicLrOptions {
                base_lr: args.f64("cyclic_base_lr")?.into(),
                cycle_momentum: false,
                ..CyclicLrOptions::default()
            };
            // In the corpus `base_lr` is the optimizer's.
            let own = base.base_lr.clone();
            let options = options(args, base)?;
            made(Scheduler::with(
                optimizer,
                CyclicLrOptions {
                    base_lr: own,
                    ..options
                },
            ))
        }
        "SequentialLR" => {
            let mut schedules = Vec::new();
            for args in args.objects("schedulers")? {
                schedules.push(schedule(args.str("name")?, &args, optimizer)?);
                args.finish()?;
            }
            let milestones = args.sizes("milestones")?;
            made(SequentialLr::new(optimizer, schedules, milestones))
        }
        other => Err(Stop::unsupported(other)),
    }
}

fn sgd(given: &Given, momentum: f64) -> Outcome<Sgd> {
    let options = SgdOptions {
        lr: given.args.f64("base_lr")?,
        momentum,
        ..SgdOptions::default()
    };
    Ok(Sgd::with([Var::leaf(tensor![0.0])?], options)?)
}

/// The rate before the first and after each step; of one cycle, the momentum too.
fn learning_rates(given: &Given, name: &str) -> Outcome<Answer> {
    let cycles = name == "OneCycleLR";
    let mut sgd = sgd(given, if cycles { 0.9 } else { 0.0 })?;
    let mut schedule = schedule(name, &given.args, &mut sgd)?;
    let momentum = |sgd: &Sgd| sgd.groups()[0].options.momentum;
    let (mut rates, mut momenta) = (sgd.learning_rates(), vec![momentum(&sgd)]);
    for _ in 0..given.args.usize("steps")? {
        sgd.step()?;
        schedule.step(&mut sgd)?;
        rates.extend(sgd.learning_rates());
        momenta.push(momentum(&sgd));
    }
    let mut outputs = vec![Array::vector(rates)];
    if cycles {
        outputs.push(Array::vector(momenta));
    }
    Ok(Answer::outputs(outputs))
}

fn plateau(given: &Given) -> Outcome<Answer> {
    let mut sgd = sgd(given, 0.0)?;
    let base = ReduceLrOnPlateauOptions {
        min_lr: given.args.f64_or("min_lr", 0.0)?.into(),
        ..ReduceLrOnPlateauOptions::default()
    };
    let mut schedule = ReduceLrOnPlateau::with(&mut sgd, options(&given.args, base)?)?;
    let mut rates = sgd.learning_rates();
    for metric in given.tensor(0)?.to_vec::<f64>()? {
        schedule.step(metric, &mut sgd)?;
        rates.extend(sgd.learning_rates());
    }
    Ok(Answer::outputs([Array::vector(rates)]))
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
    let parameters = with_gradients(given)?;
    let norm_type = given.args.f64_or("norm_type", 2.0)?;
    let norm = clip_grad_norm_of(&parameters, given.args.f64("max_norm")?, norm_type)?;
    let mut answer = clipped(&parameters)?;
    answer.outputs.push(Some(Array::scalar(norm)));
    Ok(answer)
}

fn clip_value(given: &Given) -> Outcome<Answer> {
    let parameters = with_gradients(given)?;
    clip_grad_value(&parameters, given.args.f64("clip_value")?)?;
    clipped(&parameters)
}
