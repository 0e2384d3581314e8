//! Chapter 9: slope and bias together. The cost is a surface over the plane of w and b, and the gradient stands at right
//! angles to its contours.

use std::process::ExitCode;

use gradus::plot::Grid;
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, course, run};

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch09_slope_and_bias", RunOptions::json_only()?);
    one_point(&mut page);

    let data = noisy_line(1.0, -1.0, 0.1, &Generator::new(1))?;
    let [x, y] = data.tensors() else {
        return Err("a pair was made".into());
    };
    let path = train(&mut page, x, y)?;
    let surface = Surface::over(x, y)?;
    pictures(&page, &surface, &path)?;
    right_angle(&mut page, x, y)?;
    Ok(page.close())
}

/// The loss of the one sample x = 1, y = 1 at two places of the plane.
fn one_point(page: &mut Page) {
    let loss = |w: f64, b: f64| (1.0 - w - b).powi(2);
    page.say(format!(
        "l(w = 0, b = 15) = {}, l(w = 15, b = −5) = {}",
        loss(0.0, 15.0),
        loss(15.0, -5.0)
    ));
    page.compare(course("l(0, 15)", "256").misprint_of("196", &[loss(0.0, 15.0)]));
    page.compare(course("l(15, −5)", "361").misprint_of("81", &[loss(15.0, -5.0)]));
}

/// What one epoch leaves: w and b after it, and the cost before it.
struct Epoch {
    w: f64,
    b: f64,
    cost: f64,
}

fn train(page: &mut Page, x: &Tensor, y: &Tensor) -> Result<Vec<Epoch>> {
    let record = Record::of("003/slope-bias")?;
    let (w, b) = (Var::leaf(tensor![-15.0])?, Var::leaf(tensor![-10.0])?);
    let inputs = Var::from(x);
    let mut path = Vec::new();
    for epoch in 1..=15 {
        let predicted = w.mul(&inputs)?.add(&b)?;
        let loss = MseLoss::new().forward(&predicted, y)?;
        loss.backward()?;
        for parameter in [&w, &b] {
            let gradient = parameter.grad().ok_or("backward reached it")?;
            parameter.set_value(parameter.value().sub(&gradient.mul_scalar(0.1)?)?)?;
            parameter.zero_grad();
        }
        path.push(Epoch {
            w: w.item()?,
            b: b.item()?,
            cost: loss.item()?,
        });
        let last = &path[epoch - 1];
        page.say(format!(
            "epoch {epoch:2}: cost {:9.4}, w = {:8.4}, b = {:8.4}",
            last.cost, last.w, last.b
        ));
    }
    let costs: Vec<f64> = path.iter().map(|e| e.cost).collect();
    let parameters: Vec<f64> = path.iter().flat_map(|e| [e.w, e.b]).collect();
    page.compare(record.row("cost of 15 epochs", "/results/epoch_total", 1e-6, &costs));
    page.compare(record.row(
        "w and b after each",
        "/results/params_per_epoch",
        1e-6,
        &parameters,
    ));
    Ok(path)
}

/// The cost over a grid of w and b.
struct Surface {
    w: Vec<f32>,
    b: Vec<f32>,
    /// One row for each b, one column for each w.
    cost: Tensor,
}

impl Surface {
    fn over(x: &Tensor, y: &Tensor) -> Result<Surface> {
        let w: Vec<f32> = (0..=48).map(|i| -16.0 + i as f32 * 0.625).collect();
        let b: Vec<f32> = (0..=48).map(|i| -16.0 + i as f32 * 0.625).collect();
        let mut cost = Vec::with_capacity(w.len() * b.len());
        for &b in &b {
            for &w in &w {
                let difference = x.mul_scalar(w)?.add_scalar(b)?.sub(y)?;
                cost.push(difference.square()?.mean()?.item::<f32>()?);
            }
        }
        let cost = Tensor::from_vec(cost, [b.len(), w.len()])?;
        Ok(Surface { w, b, cost })
    }
}

fn pictures(page: &Page, surface: &Surface, path: &[Epoch]) -> Result<()> {
    let Surface { w, b, cost } = surface;
    page.figure(
        "surface",
        &plot::surface(w, b, cost, ["w", "b", "cost"])?.title("The cost surface"),
    )?;

    let (mut ws, mut bs) = (vec![-15.0], vec![-10.0]);
    ws.extend(path.iter().map(|e| e.w));
    bs.extend(path.iter().map(|e| e.b));
    let contour = plot::contour(w, b, cost)?
        .path(&ws, &bs, "15 epochs")?
        .title("Contours of the cost")
        .x_label("w")
        .y_label("b");
    page.figure("contour", &contour)?;

    let slices = plot::slices(w, b, cost, "b", &[8, 24, 40])?
        .title("Slices: the cost over w, with b fixed")
        .x_label("w")
        .y_label("cost");
    let costs: Vec<f64> = path.iter().map(|e| e.cost).collect();
    let curve = plot::losses(&[("cost", &costs)])?
        .title("The cost of each epoch")
        .log_y();
    page.figure("slices", &Grid::new(2, vec![slices, curve])?)
}

/// Along a contour the cost does not change, so its direction and the gradient are perpendicular.
fn right_angle(page: &mut Page, x: &Tensor, y: &Tensor) -> Result<()> {
    let (w, b) = (Var::leaf(tensor![-5.0])?, Var::leaf(tensor![4.0])?);
    let cost = MseLoss::new().forward(&w.mul(&x.into())?.add(&b)?, y)?;
    cost.backward()?;
    let gradient = [w.grad(), b.grad()].map(|g| g.and_then(|g| g.item::<f64>().ok()));
    let [Some(in_w), Some(in_b)] = gradient else {
        return Err("backward reached both".into());
    };
    // The direction along the contour, and the change of the cost a short way in it.
    let along = [-in_b, in_w].map(|d| d / in_w.hypot(in_b));
    let step = 1e-2;
    let moved = x
        .to_dtype(DType::F64)?
        .mul_scalar(-5.0 + step * along[0])?
        .add_scalar(4.0 + step * along[1])?
        .sub(&y.to_dtype(DType::F64)?)?
        .square()?
        .mean()?;
    let change = (moved.item::<f64>()? - cost.item::<f64>()?) / step;
    page.say(format!(
        "\nat w = −5, b = 4 the gradient is ({in_w:.3}, {in_b:.3}); a short way along the contour the cost changes by {change:.3} per \
         unit, against the gradient by {:.3}",
        -in_w.hypot(in_b)
    ));
    Ok(())
}
