//! Chapter 14: linear regression with several inputs: ŷ = x · w + b, a plane over the features.

use std::process::ExitCode;

use gradus::nn;
use gradus::plot::Grid;
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, course, run};

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch14_multiple_linear", RunOptions::json_only()?);
    prediction(&mut page)?;
    training(&mut page)?;
    Ok(page.close())
}

/// A module with D inputs.
#[derive(nn::Module)]
struct LinearRegression {
    linear: Linear,
}

impl LinearRegression {
    fn new(inputs: usize, rng: &Generator) -> LinearRegression {
        LinearRegression {
            linear: Linear::new(inputs, 1, rng),
        }
    }

    fn forward(&self, x: &Var) -> nn::Result<Var> {
        self.linear.forward(x)
    }
}

/// Two inputs, parameters drawn under seed 1: by the layer, and by hand with its own parameters.
fn prediction(page: &mut Page) -> Result<()> {
    let model = LinearRegression::new(2, &Generator::new(1));
    page.say(&model);
    let state = model.state_dict();
    let weight = state.get("linear.weight").ok_or("no weight")?;
    let bias = state.get("linear.bias").ok_or("no bias")?;
    page.compare(course("weight", "[[0.3643, -0.3121]]").digits(&weight.to_vec()?));
    page.compare(course("bias", "-0.137").digits(&bias.to_vec()?));

    let x = tensor![[1.0, 1.0], [1.0, 2.0], [1.0, 3.0]];
    let predicted = model.forward(&x.clone().into())?.value();
    let by_hand = x.mm(&weight.t()?)?.add(bias)?;
    page.say(format!(
        "at [1, 1], [1, 2], [1, 3]:\n{predicted}\nby hand, x Wᵀ + b:\n{by_hand}"
    ));
    page.compare(
        course("at three rows", "[[-0.08], [-0.40], [-0.709]]").digits(&predicted.to_vec()?),
    );
    // The course prints the value at [1, 2].
    let last = model
        .forward(&tensor![[1.0, 3.0]].into())?
        .to_vec::<f64>()?;
    page.compare(course("at [1, 3]", "-0.40").misprint_of("-0.71", &last));
    Ok(())
}

fn training(page: &mut Page) -> Result<()> {
    let record = Record::of("003/data2d-1out")?;
    // y = x₁ + x₂ + 1 and noise of a tenth.
    let rng = Generator::new(1);
    let data = data_2d([[1.0], [1.0]], [1.0], 0.1, &rng)?;
    let model = LinearRegression::new(2, &rng);
    let mut optimizer = Sgd::new(model.parameters(), 0.1)?;
    let [x, y] = data.tensors() else {
        return Err("a pair was made".into());
    };
    let before = plane(&model, x, y)?.title("Before training");

    let loader = DataLoader::new(data.clone(), 2);
    let (mut losses, mut totals) = (Vec::new(), Vec::new());
    for _ in 0..100 {
        let mut total = 0.0;
        for batch in &loader {
            let (x, y) = batch?.pair()?;
            let loss = MseLoss::new().forward(&model.forward(&x.into())?, &y)?;
            optimizer.zero_grad();
            loss.backward()?;
            optimizer.step()?;
            losses.push(loss.item()?);
            total += loss.item::<f64>()?;
        }
        totals.push(total);
    }
    let numbers = |name: &str| -> Result<Vec<f64>> {
        Ok(model
            .state_dict()
            .get(name)
            .ok_or("no such parameter")?
            .to_vec()?)
    };
    let (weight, bias) = (numbers("linear.weight")?, numbers("linear.bias")?);
    page.say(format!(
        "\nafter 100 epochs: w = {weight:.4?}, b = {bias:.4?}"
    ));
    page.compare(record.series_row("loss of each update", "/results/step_loss", 1e-5, &losses));
    page.compare(record.series_row("sum of each epoch", "/results/epoch_total", 1e-5, &totals));
    page.compare(record.row("trained weight", "/results/final/weight", 1e-5, &weight));
    page.compare(record.row("trained bias", "/results/final/bias", 1e-5, &bias));

    let after = plane(&model, x, y)?.title("After 100 epochs");
    page.figure("plane", &Grid::new(2, vec![before, after])?)?;
    page.figure(
        "cost",
        &plot::losses(&[("sum of ten batches", &totals)])?
            .log_y()
            .title("Cost"),
    )
}

/// The points and the plane that the model puts through them.
fn plane(model: &LinearRegression, x: &Tensor, y: &Tensor) -> Result<Figure> {
    let state = model.state_dict();
    let weight = state.get("linear.weight").ok_or("no weight")?;
    let bias = state.get("linear.bias").ok_or("no bias")?.item::<f64>()?;
    Ok(plot::fitted_plane(x, y, weight, bias)?)
}
