//! Chapter 7: gradient descent, one parameter at a time.
//!
//! The loss of one sample is a parabola in w. Each step goes against its derivative, w ← w − η dl/dw: how far depends on the
//! learning rate η, and when to stop is a choice. With many samples the cost is the sum of such parabolas.

use std::process::ExitCode;

use gradus::plot::Grid;
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, course, run};

/// The one sample: x = −4, y = 2, so that l(w) = (2 + 4 w)².
const X: f64 = -4.0;
const Y: f64 = 2.0;

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch07_gradient_descent", RunOptions::json_only()?);
    one_sample(&mut page)?;
    learning_rates(&mut page)?;
    when_to_stop(&mut page)?;
    many_samples(&mut page)?;
    three_cases(&mut page)?;
    Ok(page.close())
}

/// What one visit of a point sees: w, dl/dw and l(w).
#[derive(Clone, Copy)]
struct Step {
    w: f64,
    slope: f64,
    loss: f64,
}

/// `steps` steps from `w`, each noted before it is taken.
fn descend(w: f32, learning_rate: f64, steps: usize) -> Result<Vec<Step>> {
    let w = Var::leaf(tensor![w])?;
    let mut path = Vec::new();
    for _ in 0..steps {
        let loss = (Y - X * &w).square()?;
        loss.backward()?;
        let slope = w.grad().ok_or("backward reached w")?;
        path.push(Step {
            w: w.item()?,
            slope: slope.item()?,
            loss: loss.item()?,
        });
        w.set_value(w.value().sub(&slope.mul_scalar(learning_rate)?)?)?;
        w.zero_grad();
    }
    Ok(path)
}

fn one_sample(page: &mut Page) -> Result<()> {
    let record = Record::of("003/gd-1d")?;
    let path = descend(-4.0, 1.0 / 40.0, 6)?;
    page.say("step      w       dl/dw        l(w)");
    for (number, Step { w, slope, loss }) in path.iter().enumerate() {
        page.say(format!("{number:4} {w:9.4} {slope:10.4} {loss:12.6}"));
    }
    // The course says x = −2, y = 4; its derivatives belong to x = −4, y = 2.
    page.compare(course("first derivative", "-112").digits(&[path[0].slope]));
    page.compare(course("w after one step", "-1.20").digits(&[path[1].w]));
    page.compare(course("second derivative", "-22.4").digits(&[path[1].slope]));
    page.compare(course("w after two steps", "-0.64").digits(&[path[2].w]));
    let all: Vec<f64> = path.iter().flat_map(|s| [s.w, s.slope, s.loss]).collect();
    page.compare(record.row(
        "w, dl/dw, l(w) of six steps",
        "/results/w_grad_loss",
        1e-6,
        &all,
    ));
    page.figure("steps", &parabola(&path)?.title("Six steps with η = 1/40"))
}

/// l(w) with the points of a path on it.
fn parabola(path: &[Step]) -> Result<Figure> {
    let w: Vec<f64> = (0..=200).map(|i| -5.0 + f64::from(i) * 0.04).collect();
    let loss: Vec<f64> = w.iter().map(|w| (Y - X * w).powi(2)).collect();
    let (at, losses): (Vec<f64>, Vec<f64>) = path.iter().map(|s| (s.w, s.loss)).unzip();
    Ok(plot::line(&w, &loss)?
        .path(&at, &losses, "descent")?
        .x_label("w")
        .y_label("loss l(w)"))
}

fn learning_rates(page: &mut Page) -> Result<()> {
    let mut figures = Vec::new();
    for (name, rate, title) in [
        ("good", 1.0 / 40.0, "η = 1/40: straight to the bottom"),
        (
            "too large",
            1.0 / 15.5,
            "η = 1/15.5: further away each time",
        ),
        ("too small", 1.0 / 800.0, "η = 1/800: hardly moves"),
    ] {
        let path = descend(-4.0, rate, 8)?;
        let last = path.last().ok_or("eight steps")?;
        page.say(format!(
            "{name:9}: w after 7 steps is {:.4}, the loss {:.4}",
            last.w, last.loss
        ));
        figures.push(parabola(&path)?.title(title));
    }
    page.figure("learning_rates", &Grid::new(3, figures)?)
}

/// Three rules that end the descent.
fn when_to_stop(page: &mut Page) -> Result<()> {
    let path = descend(-4.0, 1.0 / 40.0, 100)?;
    let flat = path.iter().position(|step| step.slope.abs() < 1e-3);
    let rising = path
        .windows(2)
        .position(|pair| pair[1].loss >= pair[0].loss);
    page.say(format!(
        "\nstop after a number of steps: 100, w = {:.6}\nstop where the derivative is small: step {}, w = {:.6}\nstop where the loss \
         falls no more: step {}",
        path[99].w,
        flat.unwrap_or(100),
        path[flat.unwrap_or(99)].w,
        rising.unwrap_or(100),
    ));
    Ok(())
}

/// The cost of several samples: the mean of their losses, one parabola again.
fn many_samples(page: &mut Page) -> Result<()> {
    let xs = tensor![[-4.0, -2.0, 1.0, 3.0]];
    let ys = tensor![[2.0, 0.5, -1.0, -1.0]];
    let w: Vec<f32> = (0..=100).map(|i| -3.0 + i as f32 * 0.05).collect();
    let grid = Tensor::from_vec(w.clone(), [w.len(), 1])?;
    // One row for each w, one column for each sample.
    let losses = ys.sub(&grid.mul(&xs)?)?.square()?;
    let cost = losses.mean_dims(&[1], false)?;
    let columns: Vec<Tensor> = (0..4)
        .map(|i| losses.select(1, i))
        .collect::<Result<_, _>>()?;
    let best = w[cost.argmin(0, false)?.item::<i64>()? as usize];
    page.say(format!(
        "\nthe cost of four samples is least near w = {best:.2}"
    ));
    let figure = plot::lines(
        &w,
        &[
            ("sample 1", &columns[0]),
            ("sample 2", &columns[1]),
            ("sample 3", &columns[2]),
            ("sample 4", &columns[3]),
            ("cost", &cost),
        ],
    )?
    .y_range(0.0, 30.0)
    .title("The cost is the mean of the losses")
    .x_label("w")
    .y_label("loss");
    page.figure("cost", &figure)
}

/// Where the derivative is negative, positive or zero, w has to grow, shrink or stay.
fn three_cases(page: &mut Page) -> Result<()> {
    page.say("\n     w     dl/dw   w − η dl/dw");
    for w in [-4.0, 3.0, -0.5] {
        let Step { w, slope, .. } = descend(w, 0.0, 1)?[0];
        page.say(format!("{w:6.2} {slope:9.2} {:12.2}", w - slope / 40.0));
    }
    let flat = descend(-0.5, 0.0, 1)?[0].slope;
    page.compare(course("derivative at the minimum, w = −1/2", "0").digits(&[flat]));
    Ok(())
}
