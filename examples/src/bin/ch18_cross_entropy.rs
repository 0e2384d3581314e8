//! Chapter 18: why classification is trained with the cross-entropy. Counting mistakes has no slope to follow, the squared error
//! of a probability is flat far from the answer; the cross-entropy is steep there.

use std::process::ExitCode;

use gradus::plot::Grid;
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, course, run};

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch18_cross_entropy", RunOptions::json_only()?);
    threshold_cost(&mut page)?;
    surfaces(&page)?;
    shapes_that_do_not_fit(&mut page);
    let cross_entropy = train(&mut page, "bce", &BceLoss::new())?;
    let squared = train(&mut page, "mse", &MseLoss::new())?;
    let curves = plot::losses(&[
        ("cross-entropy", &cross_entropy),
        ("squared error", &squared),
    ])?
    .title("The same training with two losses")
    .y_label("sum over an epoch");
    page.figure("training", &curves)?;
    Ok(page.close())
}

/// The cost of a threshold is the number of mistakes: flat almost everywhere.
fn threshold_cost(page: &mut Page) -> Result<()> {
    let labels = tensor![0.0, 0.0, 0.0, 1.0, 1.0, 1.0];
    let cost = Tensor::ones([6], DType::F32)?
        .sub(&labels)?
        .square()?
        .sum()?;
    page.say(format!(
        "all six samples called 1, three of them are 0: cost {cost}"
    ));
    page.compare(course("mistakes", "3").digits(&cost.to_vec()?));
    Ok(())
}

/// Three points on each side of 0; both costs over a grid of weights and biases.
fn surfaces(page: &Page) -> Result<()> {
    let x = tensor![-3.0, -2.0, -1.0, 1.0, 2.0, 3.0];
    let y = tensor![0.0, 0.0, 0.0, 1.0, 1.0, 1.0];
    let grid: Vec<f32> = (0..=40).map(|i| -10.0 + i as f32 * 0.5).collect();
    let (mut squared, mut entropy) = (Vec::new(), Vec::new());
    for &b in &grid {
        for &w in &grid {
            let p = x.mul_scalar(w)?.add_scalar(b)?.sigmoid()?;
            squared.push(MseLoss::new().forward(&(&p).into(), &y)?.item::<f32>()?);
            entropy.push(BceLoss::new().forward(&(&p).into(), &y)?.item::<f32>()?);
        }
    }
    let shape = [grid.len(), grid.len()];
    let draw = |costs: Vec<f32>, title: &str| -> Result<Figure> {
        let costs = Tensor::from_vec(costs, shape)?;
        Ok(plot::surface(&grid, &grid, &costs, ["w", "b", "cost"])?.title(title))
    };
    let figures = vec![
        draw(squared, "Squared error: flat where it is wrong")?,
        draw(entropy, "Cross-entropy: steep where it is wrong")?,
    ];
    page.figure("surfaces", &Grid::new(2, figures)?)
}

/// The course hands two columns of probabilities and one label a row to the loss. PyTorch raises an error, and so does gradus.
fn shapes_that_do_not_fit(page: &mut Page) {
    let probabilities = tensor![[0.2, 0.8], [0.6, 0.4], [0.9, 0.1]];
    let labels = tensor![1.0, 0.0, 1.0];
    let refused = BceLoss::new().forward(&probabilities.into(), &labels);
    let message = refused.err().map(|error| error.to_string());
    page.say(format!(
        "\nBceLoss of (3, 2) against (3,): {}",
        message.as_deref().unwrap_or("accepted")
    ));
    page.compare(
        course("BceLoss of (3, 2) against (3,) is refused", "1")
            .digits(&[f64::from(u8::from(message.is_some()))]),
    );
}

/// Batches of one, rate 0.01, a hundred epochs; the sums of the losses.
fn train(page: &mut Page, name: &str, criterion: &dyn Loss) -> Result<Vec<f64>> {
    let record = Record::of(&format!("003/logistic-train-{name}"))?;
    let data = threshold_line(0.2)?;
    let model = Sequential::new()
        .with(Linear::new(1, 1, &Generator::new(1)))
        .with(Sigmoid::new());
    let mut optimizer = Sgd::new(model.parameters(), 0.01)?;
    let loader = DataLoader::new(data.clone(), 1);
    let (mut losses, mut totals) = (Vec::new(), Vec::new());
    for _ in 0..100 {
        let mut total = 0.0;
        for batch in &loader {
            let (x, y) = batch?.pair()?;
            let loss = criterion.forward(&model.forward(&x.into())?, &y)?;
            optimizer.zero_grad();
            loss.backward()?;
            optimizer.step()?;
            losses.push(loss.item()?);
            total += loss.item::<f64>()?;
        }
        totals.push(total);
    }
    let state = model.state_dict();
    let number = |name: &str| -> Result<Vec<f64>> {
        Ok(state.get(name).ok_or("no such parameter")?.to_vec()?)
    };
    let (weight, bias) = (number("0.weight")?, number("0.bias")?);
    page.say(format!(
        "{name}: w = {weight:.4?}, b = {bias:.4?}, last sum {:.4}",
        totals[99]
    ));
    page.compare(record.series_row(
        &format!("{name}: losses"),
        "/results/step_loss",
        1e-5,
        &losses,
    ));
    page.compare(record.series_row(
        &format!("{name}: sums"),
        "/results/epoch_total",
        1e-5,
        &totals,
    ));
    page.compare(record.row(
        &format!("{name}: weight"),
        "/results/final/0.weight",
        1e-5,
        &weight,
    ));
    page.compare(record.row(
        &format!("{name}: bias"),
        "/results/final/0.bias",
        1e-5,
        &bias,
    ));
    Ok(totals)
}
