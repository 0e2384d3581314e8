//! Chapter 24: nine hidden units and Adam. Class 1 lies in two places; more units make more steps.

use std::process::ExitCode;

use gradus::nn;
use gradus::plot::Grid;
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, run};

fn main() -> ExitCode {
    run(chapter)
}

#[derive(nn::Module)]
struct Net {
    linear1: Linear,
    linear2: Linear,
}

impl Net {
    fn hidden(&self, x: &Var) -> nn::Result<Var> {
        Ok(self.linear1.forward(x)?.sigmoid()?)
    }

    fn forward(&self, x: &Var) -> nn::Result<Var> {
        Ok(self.linear2.forward(&self.hidden(x)?)?.sigmoid()?)
    }
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch24_deep_net", RunOptions::json_only()?);
    let record = Record::of("002/deep-adam")?;
    let data = two_intervals()?;
    let [x, y] = data.tensors() else {
        return Err("a pair was made".into());
    };

    let rng = Generator::new(0);
    let model = Net {
        linear1: Linear::new(1, 9, &rng),
        linear2: Linear::new(9, 1, &rng),
    };
    page.say(&model);
    let before = histogram(&model, x, "before training")?;

    let mut optimizer = Adam::new(model.parameters(), 0.1)?;
    let inputs = Var::from(x);
    let mut losses = Vec::new();
    for epoch in 1..=600 {
        let loss = BceLoss::new().forward(&model.forward(&inputs)?, y)?;
        optimizer.zero_grad();
        loss.backward()?;
        optimizer.step()?;
        losses.push(loss.item::<f64>()?);
        if epoch % 100 == 0 {
            page.say(format!("epoch {epoch}: loss {:.6}", losses[epoch - 1]));
        }
    }
    // Adam divides by the gradient's own size, so a last bit grows: the first losses agree closely, the later ones roughly.
    let recorded = record.numbers("/results/step_loss/value");
    for (name, epochs, tolerance) in [
        ("first 20 losses", 0..20, 1e-5),
        ("losses 24 to 100", 20..40, 1e-3),
    ] {
        let indices = record.numbers("/results/step_loss/index");
        let worst = epochs
            .map(|kept| (recorded[kept] - losses[indices[kept] as usize]).abs())
            .fold(0.0, f64::max);
        page.compare(
            gradus_examples::course(&format!("{name}: largest difference"), "0")
                .within(tolerance, &[worst]),
        );
    }
    let output = no_grad(|| model.forward(&inputs))?.value();
    let accuracy = accuracy_score(y, &predict_at_threshold(&output, 0.5)?, Default::default())?;
    page.say(format!("accuracy on the training data {accuracy}"));
    page.compare(gradus_examples::course("accuracy", "1.0").digits(&[accuracy]));

    let after = histogram(&model, x, "after 600 epochs")?;
    page.figure("activation_histograms", &Grid::new(2, vec![before, after])?)?;
    let fit = plot::fitted_line(x, y, &output)?
        .title("Data and output")
        .x_label("x");
    let curve = plot::losses(&[("training", &losses)])?.log_y();
    page.figure("fit", &Grid::new(2, vec![fit, curve])?)?;
    Ok(page.close())
}

/// How the activations of the hidden layer are spread: before training around a half, after it at both ends.
fn histogram(model: &Net, x: &Tensor, title: &str) -> Result<Figure> {
    let hidden = no_grad(|| model.hidden(&x.into()))?.value();
    Ok(plot::histogram(&hidden.flatten(0, 1)?, 20)?
        .title(title)
        .x_label("hidden activation")
        .y_label("count"))
}
