//! Chapter 15: several outputs. The weight is a matrix with a row for each output, and each output has a bias of its own.

use std::process::ExitCode;

use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, course, run};

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch15_multiple_output", RunOptions::json_only()?);
    prediction(&mut page)?;
    training(&mut page)?;
    Ok(page.close())
}

/// Two inputs, two outputs, parameters drawn under seed 1.
fn prediction(page: &mut Page) -> Result<()> {
    let model = Linear::new(2, 2, &Generator::new(1));
    for (name, parameter) in model.named_parameters() {
        page.say(format!("{name}: {parameter}"));
    }
    let one = model.forward(&tensor![[1.0, 2.0]].into())?;
    let rows = model.forward(&tensor![[1.0, 1.0], [1.0, 2.0], [1.0, 3.0]].into())?;
    page.say(format!(
        "at [1, 2]: {one}\nat [1, 1], [1, 2], [1, 3]:\n{rows}"
    ));
    page.compare(
        course(
            "at three rows",
            "[[-0.6135, 0.6189], [-0.9256, 0.9508], [-1.2377, 1.2827]]",
        )
        .within(1e-4, &rows.to_vec()?),
    );
    // The course prints the value at [1, 3] for this row.
    page.compare(
        course("at [1, 2]", "[-1.2377, 1.2827]").misprint_of("[-0.9256, 0.9508]", &one.to_vec()?),
    );
    Ok(())
}

fn training(page: &mut Page) -> Result<()> {
    let record = Record::of("003/data2d-2out")?;
    // y₁ = x₁ + x₂ + 1, y₂ = −x₁ − x₂ − 1, with the same noise in both.
    let rng = Generator::new(1);
    let data = data_2d([[1.0, -1.0], [1.0, -1.0]], [1.0, -1.0], 0.1, &rng)?;
    let model = Linear::new(2, 2, &rng);
    let mut optimizer = Sgd::new(model.parameters(), 0.01)?;
    let loader = DataLoader::new(data.clone(), 1);
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
    let (weight, bias) = (numbers("weight")?, numbers("bias")?);
    page.say(format!(
        "\nafter 100 epochs: W = {weight:.4?}, b = {bias:.4?}"
    ));
    page.compare(record.series_row("loss of each update", "/results/step_loss", 1e-5, &losses));
    page.compare(record.series_row("sum of each epoch", "/results/epoch_total", 1e-5, &totals));
    page.compare(record.row("trained weight", "/results/final/weight", 1e-5, &weight));
    page.compare(record.row("trained bias", "/results/final/bias", 1e-5, &bias));

    let [x, y] = data.tensors() else {
        return Err("a pair was made".into());
    };
    let predicted = no_grad(|| model.forward(&x.into()))?.value();
    // Both features of a sample are the same number, so one axis shows them.
    let feature = x.select(1, 0)?;
    let fitted = |output: isize| {
        plot::fitted_line(
            &feature,
            &y.select(1, output)?,
            &predicted.select(1, output)?,
        )
    };
    let figures = vec![
        fitted(0)?
            .title("First output")
            .x_label("x₁ = x₂")
            .y_label("y₁"),
        fitted(1)?
            .title("Second output")
            .x_label("x₁ = x₂")
            .y_label("y₂"),
    ];
    page.figure("outputs", &plot::Grid::new(2, figures)?)
}
