//! Whole training runs from the seed: initial parameters, every loss, final parameters, predictions.

use gradus_autograd::no_grad;
use gradus_data::{DataLoader, TensorDataset};
use gradus_nn::{BceWithLogitsLoss, CrossEntropyLoss, Loss, Module, MseLoss};
use gradus_optim::{Optimizer, clip_grad_norm};
use gradus_random::Generator;
use gradus_tensor::{DType, Tensor};

use super::differentiate::Outcome;
use super::{Table, layers, optim};
use crate::conformance::args::Args;
use crate::conformance::bridge;
use crate::conformance::case::{Answer, Given, Stop};
use crate::conformance::tensor_json::Array;

pub(super) const TABLE: Table = &[
    ("mlp-moons", run),
    ("mlp-dropout", run),
    ("softmax-regression", run),
    ("linear-regression", run),
    ("cnn-bars", run),
    ("rnn-sum", run),
];

fn loss_named(name: &str) -> Outcome<Box<dyn Loss>> {
    match name {
        "BCEWithLogitsLoss" => Ok(Box::new(BceWithLogitsLoss::new())),
        "MSELoss" => Ok(Box::new(MseLoss::new())),
        "CrossEntropyLoss" => Ok(Box::new(CrossEntropyLoss::new())),
        other => Err(Stop::unsupported(other)),
    }
}

fn optimizer(args: &Args, model: &dyn Module) -> Outcome<Box<dyn Optimizer>> {
    let optimizer = optim::optimizer(args.str("name")?, args, model.parameters())?;
    args.finish()?;
    Ok(optimizer)
}

fn state(model: &dyn Module) -> Outcome<Vec<Array>> {
    let state = model.state_dict();
    let numbers = state.values().filter(|tensor| tensor.dtype().is_float());
    numbers.map(bridge::array).collect()
}

/// The mean loss over a loader's samples, in evaluation mode.
fn validate(model: &dyn Module, loss: &dyn Loss, loader: &DataLoader) -> Outcome<f64> {
    model.eval();
    let (mut sum, mut samples) = (0.0, 0);
    for batch in loader {
        let (x, y) = batch?.pair()?;
        let rows = y.shape().first().copied().unwrap_or(0);
        let value: f64 = no_grad(|| loss.forward(&model.forward(&x.into())?, &y))?.item()?;
        sum += value * rows as f64;
        samples += rows;
    }
    model.train();
    Ok(sum / samples as f64)
}

fn loader(given: &Given, x: usize, rng: &Generator) -> Outcome<DataLoader> {
    let data = TensorDataset::new((given.tensor(x)?, given.tensor(x + 1)?))?;
    Ok(DataLoader::new(data, given.args.usize("batch_size")?).rng(rng))
}

fn run(given: &Given) -> Outcome<Answer> {
    let args = &given.args;
    args.describe(&["data", "rng_order"]);
    let seed = args.u64("seed")?;
    let rng = Generator::new(seed);
    let loss = loss_named(args.str("loss")?)?;
    let mut model = layers::model(&args.strings("layers")?, &rng)?;
    if args.str("dtype")? == "f64" {
        model.to_dtype(DType::F64)?;
    }
    let mut outputs = state(model.as_ref())?;
    let train = loader(given, 0, &rng)?.shuffle(args.bool("shuffle")?);
    let validation = loader(given, 2, &rng)?;
    let mut optimizer = optimizer(&args.object("optimizer")?, model.as_ref())?;
    let mut schedule = match args.get("lr_scheduler") {
        None => None,
        Some(_) => {
            let args = args.object("lr_scheduler")?;
            let made = optim::schedule(args.str("name")?, &args, optimizer.as_mut())?;
            args.finish()?;
            Some(made)
        }
    };
    let clip = args.f64_opt("clip_grad_norm")?;
    let validating = args.bool("validation_pass")?;

    rng.manual_seed(seed);
    let (mut step_losses, mut validation_losses) = (Vec::new(), Vec::new());
    let (mut rates, mut norms) = (Vec::new(), Vec::new());
    for _ in 0..args.usize("epochs")? {
        for batch in &train {
            let (x, y) = batch?.pair()?;
            let value = loss.forward(&model.forward(&x.into())?, &y)?;
            optimizer.zero_grad();
            value.backward()?;
            if let Some(limit) = clip {
                norms.push(clip_grad_norm(&optimizer.parameters(), limit)?);
            }
            optimizer.step()?;
            step_losses.push(value.item::<f64>()?);
        }
        if validating {
            validation_losses.push(validate(model.as_ref(), loss.as_ref(), &validation)?);
        }
        rates.extend(optimizer.learning_rates());
        if let Some(schedule) = &mut schedule {
            schedule.step(optimizer.as_mut())?;
        }
    }
    model.eval();
    let x_val: Tensor = given.tensor(2)?;
    let output = no_grad(|| model.forward(&x_val.into()))?;
    outputs.extend(state(model.as_ref())?);
    outputs.extend([step_losses, validation_losses, rates].map(Array::vector));
    outputs.push(bridge::array(&output.value())?);
    if clip.is_some() {
        outputs.push(Array::vector(norms));
    }
    Ok(Answer::outputs(outputs))
}
