//! Chapter 23: a net with one hidden layer. Class 1 lies between the others, where no single threshold separates it; two sigmoids
//! added do.

use std::process::ExitCode;

use gradus::nn;
use gradus::plot::Grid;
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, run};

fn main() -> ExitCode {
    run(chapter)
}

/// One input, `hidden` sigmoids, one output between 0 and 1.
#[derive(nn::Module)]
struct Net {
    linear1: Linear,
    linear2: Linear,
}

impl Net {
    fn new(hidden: usize, rng: &Generator) -> Net {
        Net {
            linear1: Linear::new(1, hidden, rng),
            linear2: Linear::new(hidden, 1, rng),
        }
    }

    fn hidden(&self, x: &Var) -> nn::Result<Var> {
        Ok(self.linear1.forward(x)?.sigmoid()?)
    }

    fn forward(&self, x: &Var) -> nn::Result<Var> {
        Ok(self.linear2.forward(&self.hidden(x)?)?.sigmoid()?)
    }
}

/// −(y ln p + (1 − y) ln(1 − p)), as the course writes it: it does not know the stable form.
fn cross_entropy(p: &Var, y: f64) -> Result<Var> {
    let hit = p.log()?.mul_scalar(y)?;
    let miss = p.rsub_scalar(1.0)?.log()?.mul_scalar(1.0 - y)?;
    Ok(hit.add(&miss)?.mean()?.neg()?)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch23_shallow_net", RunOptions::json_only()?);
    let record = Record::of("002/shallow-net")?;
    let data = one_interval()?;
    let [x, y] = data.tensors() else {
        return Err("a pair was made".into());
    };

    let model = Net::new(2, &Generator::new(0));
    page.say(&model);
    let mut optimizer = Sgd::new(model.parameters(), 0.1)?;
    let rows: Vec<Var> = (0..40)
        .map(|i| Ok(x.select(0, i)?.into()))
        .collect::<Result<_>>()?;
    let labels = y.to_vec::<f64>()?;
    let (mut costs, mut snapshots) = (Vec::new(), Vec::new());
    for epoch in 0..1000 {
        if [0, 100, 300, 999].contains(&epoch) {
            snapshots.push(activations(&model, x, y, &format!("after {epoch} epochs"))?);
        }
        let mut total = 0.0;
        for (x, &y) in rows.iter().zip(&labels) {
            let loss = cross_entropy(&model.forward(x)?, y)?;
            loss.backward()?;
            optimizer.step()?;
            optimizer.zero_grad();
            total += loss.item::<f64>()?;
        }
        costs.push(total);
    }
    page.say(format!(
        "cost of the first epoch {:.4}, of the last {:.4}",
        costs[0], costs[999]
    ));

    let at =
        |x: Tensor| -> Result<Vec<f64>> { Ok(no_grad(|| model.forward(&x.into()))?.to_vec()?) };
    let near = at(tensor![[0.0], [2.0], [3.0]])?;
    page.say(format!("at 0, 2 and 3: {near:.4?}"));
    // Forty thousand updates, each with its own rounding.
    page.compare(record.series_row("cost of each epoch", "/results/cost", 1e-4, &costs));
    page.compare(record.row("at 0, 2, 3", "/results/at_0_2_3", 1e-3, &near));
    page.compare(record.row(
        "at all points",
        "/results/predictions",
        1e-3,
        &at(x.clone())?,
    ));
    for name in [
        "linear1.weight",
        "linear1.bias",
        "linear2.weight",
        "linear2.bias",
    ] {
        let state = model.state_dict();
        let ours = state
            .get(name)
            .ok_or("no such parameter")?
            .to_vec::<f64>()?;
        page.compare(record.row(name, &format!("/results/final/{name}"), 1e-3, &ours));
    }

    page.figure("activations", &Grid::new(2, snapshots)?)?;
    let curve = plot::losses(&[("sum over the samples", &costs)])?
        .title("Cost of each epoch")
        .log_y();
    page.figure("cost", &curve)?;
    Ok(page.close())
}

/// The two hidden activations and the output over the line.
fn activations(model: &Net, x: &Tensor, y: &Tensor, title: &str) -> Result<Figure> {
    let (hidden, output) = no_grad(|| -> nn::Result<_> {
        let x = x.into();
        Ok((model.hidden(&x)?.value(), model.forward(&x)?.value()))
    })?;
    let (first, second) = (hidden.select(1, 0)?, hidden.select(1, 1)?);
    Ok(plot::scatter(x, y)?
        .color(plot::Color::REFERENCE)
        .overlay(plot::lines(
            x,
            &[
                ("hidden 1", &first),
                ("hidden 2", &second),
                ("output", &output),
            ],
        )?)
        .title(title)
        .x_label("x"))
}
