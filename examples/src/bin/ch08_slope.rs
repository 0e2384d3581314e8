//! Chapter 8: training a slope. Points on a noisy line, one parameter w, the whole data in every step.
//!
//! The same training is seen in two spaces: in the data space the line turns towards the points, in the parameter space w
//! rolls down the cost.

use std::process::ExitCode;

use gradus::plot::Grid;
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, run};

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch08_slope", RunOptions::json_only()?);

    // y = −3 x and noise of a tenth.
    let data = noisy_line(-3.0, 0.0, 0.1, &Generator::new(1))?;
    let [x, y] = data.tensors() else {
        return Err("a pair was made".into());
    };
    let inputs = Var::from(x);

    let w = Var::leaf(tensor![-10.0])?;
    let criterion = MseLoss::new();
    let (mut slopes, mut costs) = (vec![w.item::<f64>()?], Vec::new());
    for epoch in 1..=4 {
        let predicted = w.mul(&inputs)?;
        let loss = criterion.forward(&predicted, y)?;
        loss.backward()?;
        let gradient = w.grad().ok_or("backward reached w")?;
        w.set_value(w.value().sub(&gradient.mul_scalar(0.1)?)?)?;
        w.zero_grad();
        costs.push(loss.item::<f64>()?);
        slopes.push(w.item::<f64>()?);
        page.say(format!(
            "epoch {epoch}: cost {:9.4}, w = {:8.4}",
            costs[epoch - 1],
            slopes[epoch]
        ));
    }

    // The course runs three epochs in one place and four in another.
    let three = Record::of("003/slope-only-3")?;
    let four = Record::of("003/slope-only-4")?;
    page.compare(three.row(
        "cost of three epochs",
        "/results/epoch_total",
        1e-6,
        &costs[..3],
    ));
    page.compare(four.row("cost of four epochs", "/results/epoch_total", 1e-6, &costs));
    page.compare(four.row(
        "w after each epoch",
        "/results/params_per_epoch",
        1e-6,
        &slopes[1..],
    ));

    let lines: Vec<Tensor> = slopes[..4]
        .iter()
        .map(|&w| x.mul_scalar(w))
        .collect::<Result<_, _>>()?;
    let data_space = plot::scatter(x, y)?
        .color(plot::Color::REFERENCE)
        .overlay(plot::lines(
            x,
            &[
                ("start", &lines[0]),
                ("epoch 1", &lines[1]),
                ("epoch 2", &lines[2]),
                ("epoch 3", &lines[3]),
            ],
        )?);
    page.figure(
        "slope",
        &Grid::new(
            2,
            vec![
                data_space.title("Data space").x_label("x").y_label("y"),
                parameter_space(x, y, &slopes, &costs)?,
            ],
        )?,
    )?;
    let curve = plot::losses(&[("cost", &costs)])?.title("The cost falls with every epoch");
    page.figure("cost", &curve)?;
    Ok(page.close())
}

/// The cost as a function of w, with the path of the training.
fn parameter_space(x: &Tensor, y: &Tensor, slopes: &[f64], costs: &[f64]) -> Result<Figure> {
    let w: Vec<f64> = (0..=120).map(|i| -11.0 + f64::from(i) * 0.15).collect();
    let cost = |w: f64| -> Result<f64> { Ok(x.mul_scalar(w)?.sub(y)?.square()?.mean()?.item()?) };
    let curve: Vec<f64> = w.iter().map(|&w| cost(w)).collect::<Result<_>>()?;
    let path = slopes[..costs.len()].to_vec();
    Ok(plot::line(&w, &curve)?
        .path(&path, &costs.to_vec(), "epochs")?
        .title("Parameter space")
        .x_label("w")
        .y_label("cost"))
}
