//! Chapter 11: mini-batches. A batch of some samples for each update: less noise than one sample, cheaper than all.

use std::process::ExitCode;

use gradus::plot::Grid;
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, course, run};

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch11_mini_batch", RunOptions::json_only()?);
    iterations(&mut page)?;
    batches_of_five(&mut page)?;
    four_sizes(&page)?;
    Ok(page.close())
}

/// How many updates one epoch over six samples has.
fn iterations(page: &mut Page) -> Result<()> {
    let data = toy_set(6)?;
    page.say("batch size   iterations per epoch");
    let mut counts = Vec::new();
    for batch_size in [1, 2, 3, 6] {
        let loader = DataLoader::new(data.clone(), batch_size);
        page.say(format!("{batch_size:10}   {}", loader.len()));
        counts.push(loader.len() as f64);
    }
    page.compare(course("iterations for sizes 1, 2, 3, 6", "[6, 3, 2, 1]").digits(&counts));
    Ok(())
}

/// What a training leaves behind.
struct Run {
    losses: Vec<f64>,
    /// Sum over each epoch.
    totals: Vec<f64>,
    parameters: Vec<f64>,
}

/// Slope and bias on the line y = −3 x + 1, from w = −15 and b = −10.
fn train(batch_size: usize, learning_rate: f64, epochs: usize) -> Result<Run> {
    let data = noisy_line(-3.0, 1.0, 0.0, &Generator::new(1))?;
    let loader = DataLoader::new(data, batch_size);
    let (w, b) = (Var::leaf(tensor![-15.0])?, Var::leaf(tensor![-10.0])?);
    let mut optimizer = Sgd::new([w.clone(), b.clone()], learning_rate)?;
    let mut run = Run {
        losses: Vec::new(),
        totals: Vec::new(),
        parameters: Vec::new(),
    };
    for _ in 0..epochs {
        let mut total = 0.0;
        for batch in &loader {
            let (x, y) = batch?.pair()?;
            let loss = MseLoss::new().forward(&w.mul(&x.into())?.add(&b)?, &y)?;
            optimizer.zero_grad();
            loss.backward()?;
            optimizer.step()?;
            run.losses.push(loss.item()?);
            total += loss.item::<f64>()?;
        }
        run.totals.push(total);
        run.parameters.extend([w.item::<f64>()?, b.item::<f64>()?]);
    }
    Ok(run)
}

fn batches_of_five(page: &mut Page) -> Result<()> {
    let record = Record::of("003/minibatch5")?;
    let run = train(5, 0.1, 4)?;
    for (epoch, total) in run.totals.iter().enumerate() {
        page.say(format!(
            "epoch {}: the losses of 12 batches add up to {total:.6}",
            epoch + 1
        ));
    }
    page.compare(record.series_row(
        "loss of each batch",
        "/results/step_loss",
        1e-5,
        &run.losses,
    ));
    page.compare(record.row(
        "sum of each epoch",
        "/results/epoch_total",
        1e-5,
        &run.totals,
    ));
    page.compare(record.row(
        "w and b after each",
        "/results/params_per_epoch",
        1e-5,
        &run.parameters,
    ));
    Ok(())
}

/// The same training with four batch sizes. Longer batches mean fewer updates and a smoother curve.
fn four_sizes(page: &Page) -> Result<()> {
    let (mut by_update, mut by_epoch) = (Vec::new(), Vec::new());
    page.say("\nbatch size   updates   w and b after 10 epochs at η = 0.01");
    for batch_size in [1, 5, 10, 20] {
        let run = train(batch_size, 0.01, 10)?;
        let [.., w, b] = run.parameters[..] else {
            return Err("ten epochs".into());
        };
        page.say(format!(
            "{batch_size:10}   {:7}   {w:.4}, {b:.4}",
            run.losses.len()
        ));
        let batches = run.losses.len() as f64 / 10.0;
        by_epoch.push(
            run.totals
                .iter()
                .map(|total| total / batches)
                .collect::<Vec<f64>>(),
        );
        by_update.push(run.losses);
    }
    let epochs = plot::losses(&[
        ("size 1", &by_epoch[0]),
        ("size 5", &by_epoch[1]),
        ("size 10", &by_epoch[2]),
        ("size 20", &by_epoch[3]),
    ])?
    .title("Mean loss of each epoch")
    .log_y();
    let updates = plot::losses(&[("size 1", &by_update[0]), ("size 20", &by_update[3])])?
        .title("Loss of each update")
        .x_label("update")
        .log_y();
    page.figure("batch_sizes", &Grid::new(2, vec![epochs, updates])?)
}
