//! Chapter 10: stochastic gradient descent. One sample for each update: the cost fluctuates, yet falls.

use std::process::ExitCode;

use gradus::plot::Grid;
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, run};

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch10_stochastic", RunOptions::json_only()?);
    by_hand(&mut page)?;
    by_loader(&mut page)?;
    Ok(page.close())
}

/// Slope and bias, from far away.
struct Line {
    w: Var,
    b: Var,
}

impl Line {
    fn new() -> Result<Line> {
        Ok(Line {
            w: Var::leaf(tensor![-15.0])?,
            b: Var::leaf(tensor![-10.0])?,
        })
    }

    /// One update on these samples; the loss before it.
    fn step(&self, x: &Tensor, y: &Tensor) -> Result<f64> {
        let predicted = self.w.mul(&x.into())?.add(&self.b)?;
        let loss = MseLoss::new().forward(&predicted, y)?;
        loss.backward()?;
        for parameter in [&self.w, &self.b] {
            let gradient = parameter.grad().ok_or("backward reached it")?;
            parameter.set_value(parameter.value().sub(&gradient.mul_scalar(0.1)?)?)?;
            parameter.zero_grad();
        }
        Ok(loss.item()?)
    }
}

/// Four epochs over a noisy line, sample by sample.
fn by_hand(page: &mut Page) -> Result<()> {
    let record = Record::of("003/sgd-manual")?;
    let data = noisy_line(-3.0, 0.0, 0.1, &Generator::new(1))?;
    let line = Line::new()?;
    let (mut losses, mut totals, mut parameters) = (Vec::new(), Vec::new(), Vec::new());
    for epoch in 1..=4 {
        let mut total = 0.0;
        for index in 0..data.len() {
            let (x, y) = data.get(index)?.pair()?;
            let loss = line.step(&x, &y)?;
            total += loss;
            losses.push(loss);
        }
        page.say(format!("epoch {epoch}: the losses add up to {total:10.4}"));
        totals.push(total);
        parameters.extend([line.w.item::<f64>()?, line.b.item::<f64>()?]);
    }
    page.compare(record.series_row("loss of each update", "/results/step_loss", 1e-5, &losses));
    page.compare(record.row("sum of each epoch", "/results/epoch_total", 1e-5, &totals));
    page.compare(record.row(
        "w and b after each",
        "/results/params_per_epoch",
        1e-5,
        &parameters,
    ));

    let fluctuating = plot::losses(&[("one sample", &losses)])?
        .title("The loss of each update")
        .x_label("update");
    let falling = plot::losses(&[("epoch", &totals)])?
        .title("Their sum over each epoch")
        .log_y();
    page.figure("stochastic", &Grid::new(2, vec![fluctuating, falling])?)
}

/// The same through a data loader, on a line without noise.
fn by_loader(page: &mut Page) -> Result<()> {
    let record = Record::of("003/sgd-loader")?;
    let data = noisy_line(-3.0, 1.0, 0.0, &Generator::new(1))?;
    let loader = DataLoader::new(data, 1);
    let line = Line::new()?;
    let mut losses = Vec::new();
    for batch in &loader {
        let (x, y) = batch?.pair()?;
        losses.push(line.step(&x, &y)?);
    }
    let parameters = [line.w.item::<f64>()?, line.b.item::<f64>()?];
    page.say(format!(
        "\nby the loader, one pass: w = {:.4}, b = {:.4}, last loss {:.6}",
        parameters[0], parameters[1], losses[59]
    ));
    page.compare(record.series_row(
        "loader: loss of each update",
        "/results/step_loss",
        1e-5,
        &losses,
    ));
    page.compare(record.row(
        "loader: w and b",
        "/results/params_per_epoch",
        1e-5,
        &parameters,
    ));
    Ok(())
}
