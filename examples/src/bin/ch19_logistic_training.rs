//! Chapter 19: training logistic regression with the cross-entropy loss, in a loop written out by hand.
//!
//! Two programs of the course: noisy points on a line under seed 1, and four points in the plane.

use std::process::ExitCode;

use gradus::plot::Grid;
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, course, run};

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch19_logistic_training", RunOptions::json_only()?);
    points_on_a_line(&mut page)?;
    four_points(&mut page)?;
    Ok(page.close())
}

/// 400 points, labelled by whether x + noise is above 0, in mini-batches of five.
fn points_on_a_line(page: &mut Page) -> Result<()> {
    let record = Record::read(include_str!("../../data/linearly_separable.json"))?;

    // One generator for all that draws, in the order of the course: data, a first look at the loader, model,
    // twenty epochs, test data.
    let rng = Generator::new(1);
    let data = linearly_separable_data(0.0, 1.0, 0.1, &rng)?;
    let loader = DataLoader::new(data.clone(), 5).rng(&rng);
    for (number, batch) in loader.iter().enumerate() {
        let (x, y) = batch?.pair()?;
        if number == 0 {
            page.say(format!(
                "the first of {} batches:\nx = {x}\ny = {y}",
                loader.len()
            ));
        }
    }

    let model = Sequential::new()
        .with(Linear::new(1, 1, &rng))
        .with(Sigmoid::new());
    let mut optimizer = Sgd::new(model.parameters(), 0.05)?;
    let criterion = BceLoss::new();
    page.say(&model);
    let state = model.state_dict();
    let init = record.text("/recorded/init/0.weight");
    page.compare(
        course("line: initial weight", &init)
            .within(0.0, &state.get("0.weight").ok_or("no weight")?.to_vec()?),
    );

    let mut losses = Vec::new();
    for epoch in 1..=20 {
        let mut last = f64::NAN;
        for batch in &loader {
            let (x, y) = batch?.pair()?;
            let loss = criterion.forward(&model.forward(&x.into())?, &y)?;
            optimizer.zero_grad();
            loss.backward()?;
            optimizer.step()?;
            last = loss.item()?;
        }
        page.say(format!(
            "epoch {epoch:2}: loss of the last batch {last:.10}"
        ));
        losses.push(last);
    }
    for (epoch, (printed, ours)) in record
        .numbers("/printed/losses")
        .iter()
        .zip(&losses)
        .enumerate()
    {
        let (name, printed) = (
            format!("line: loss of epoch {}", epoch + 1),
            printed.to_string(),
        );
        page.compare(course(&name, &printed).within_relative(2e-6, &[*ours]));
    }

    let state = model.state_dict();
    let weight = state.get("0.weight").ok_or("no weight")?.to_vec::<f64>()?;
    let bias = state.get("0.bias").ok_or("no bias")?.to_vec::<f64>()?;
    page.compare(course("line: final weight", "4.4306").digits(&weight));
    page.compare(course("line: final bias", "0.2427944").digits(&bias));

    let test = linearly_separable_data(0.0, 1.0, 0.1, &rng)?;
    let [x_test, y_test] = test.tensors() else {
        return Err("a pair was made".into());
    };
    let predicted = no_grad(|| model.forward(&x_test.into()))?.value();
    let classes = predict_at_threshold(&predicted, 0.5)?;
    let accuracy = accuracy_score(y_test, &classes, Default::default())?;
    page.say(format!(
        "weight {weight:.4?}, bias {bias:.7?}, accuracy on new data {accuracy}"
    ));
    page.compare(course("line: accuracy", "0.98").digits(&[accuracy]));

    // Every eighth point: four hundred would hide each other.
    let (x, y) = (every_eighth(x_test)?, every_eighth(y_test)?);
    let sigmoid = plot::Line {
        label: Some("predicted probability".into()),
        ..plot::Line::new(x_test.to_vec()?, predicted.to_vec()?, plot::Color::INK)
    };
    let fit = plot::scatter_classes(&Tensor::cat(&[&x, &y], 1)?, &y)?
        .mark(plot::Mark::Line(sigmoid))
        .title("New data and the fitted sigmoid")
        .x_label("x")
        .y_label("class, probability of class 1");
    let curve = plot::losses(&[("last batch", &losses)])?
        .title("Loss of each epoch's last batch")
        .log_y();
    page.figure("line", &Grid::new(2, vec![fit, curve])?)
}

fn every_eighth(rows: &Tensor) -> Result<Tensor> {
    let chosen: Vec<i64> = (0..rows.shape()[0] as i64).step_by(8).collect();
    Ok(rows.index_select(0, &Tensor::from_vec(chosen, [50])?)?)
}

/// Four points, all in one batch, a hundred steps.
fn four_points(page: &mut Page) -> Result<()> {
    let record = Record::read(include_str!("../../data/logistic_points.json"))?;
    page.say(
        "\nThe course sets no seed here, and none from 0 to 19999 gives its losses. Every row has x₂ = x₁ + 1, so the \
         losses depend on two numbers only, w₁ + w₂ and w₂ + b: they were fitted to the ten printed losses, and the \
         training below starts from them.",
    );
    let data = logistic_points()?;
    let [x, y] = data.tensors() else {
        return Err("a pair was made".into());
    };
    let model = Sequential::new()
        .with(Linear::new(2, 1, &Generator::new(0)))
        .with(Sigmoid::new());
    let start = |path: &str, shape: &[usize]| -> Result<Tensor> {
        Ok(Tensor::from_vec(record.numbers(path), shape)?.to_dtype(DType::F32)?)
    };
    let fitted = StateDict::from_iter([
        ("0.weight", start("/fitted_init/weight", &[1, 2])?),
        ("0.bias", start("/fitted_init/bias", &[1])?),
    ]);
    model.load_state_dict(&fitted, Strictness::Strict)?;

    let mut optimizer = Sgd::new(model.parameters(), 0.01)?;
    let criterion = BceLoss::new();
    let mut losses: Vec<f64> = Vec::new();
    for _ in 0..100 {
        let loss = criterion.forward(&model.forward(&x.into())?, y)?;
        optimizer.zero_grad();
        loss.backward()?;
        optimizer.step()?;
        losses.push(loss.item()?);
    }
    for (tens, printed) in record
        .numbers("/printed/losses_every_10")
        .iter()
        .enumerate()
    {
        let epoch = 10 * (tens + 1);
        let loss = losses[epoch - 1];
        page.say(format!("epoch {epoch:3}: loss {loss:.4}"));
        page.compare(
            course(
                &format!("points: loss of epoch {epoch}"),
                &printed.to_string(),
            )
            .digits(&[loss]),
        );
    }

    // The printed prediction stands in an earlier cell than the losses: it is of another run.
    let prediction = no_grad(|| model.forward(&tensor![[5.0, 6.0]].into()))?.value();
    let class = predict_at_threshold(&prediction, 0.7)?.to_vec::<f64>()?;
    page.say(format!(
        "at (5, 6): probability {:.4}, class {:.0} at the threshold 0.7",
        prediction.item::<f64>()?,
        class[0]
    ));
    page.compare(
        course("points: probability at (5, 6), of an earlier run", "0.7145")
            .undecidable(&prediction.to_vec()?),
    );
    page.compare(course("points: class at (5, 6)", "1.0").digits(&class));

    let boundary = plot::decision_boundary(x, y, 0.5, |x| {
        no_grad(|| model.forward(&x.into())).map(|p| p.value())
    })?;
    let curve = plot::losses(&[("all four points", &losses)])?;
    page.figure(
        "points",
        &Grid::new(2, vec![boundary.title("After 100 steps"), curve])?,
    )
}
