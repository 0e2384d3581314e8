//! Chapter 6: prediction with a line, from two tensors to a module.
//!
//! A linear model computes ŷ = b + w x. First with w and b by hand, then with the layer `Linear`, whose parameters come
//! from a seed, then with a module of one's own around it.

use std::process::ExitCode;

use gradus::nn;
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, course, run};

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch06_linear_prediction", RunOptions::json_only()?);
    by_hand(&mut page)?;
    the_layer(&mut page)?;
    a_module(&mut page)?;
    Ok(page.close())
}

/// w = 2 and b = −1, at one point and at a column of points.
fn by_hand(page: &mut Page) -> Result<()> {
    let w = Var::leaf(tensor![2.0])?;
    let b = Var::leaf(tensor![-1.0])?;
    let forward = |x: Tensor| Var::from(x).mul(&w)?.add(&b);

    let one = forward(tensor![1.0])?;
    let column = forward(tensor![[1.0], [2.0]])?;
    page.say(format!(
        "w = {w}, b = {b}\nat 1: {one}\nat a column of 1 and 2:\n{column}"
    ));
    page.compare(course("by hand: at 1", "[1.0]").digits(&one.to_vec()?));
    page.compare(course("by hand: at 1 and 2", "[[1.0], [3.0]]").digits(&column.to_vec()?));

    let x = noisy_line(2.0, -1.0, 0.0, &Generator::new(1))?.tensors()[0].clone();
    let figure = plot::line(&x, &forward(x.clone())?.value())?
        .mark_point(1.0, 1.0, "(1, 1)")
        .mark_point(2.0, 3.0, "(2, 3)")
        .title("The line ŷ = −1 + 2 x")
        .x_label("x")
        .y_label("ŷ");
    page.figure("line", &figure)
}

/// One input, one output, parameters drawn under seed 1.
fn the_layer(page: &mut Page) -> Result<()> {
    let model = Linear::new(1, 1, &Generator::new(1));
    page.say(format!("\n{model}"));
    for (name, parameter) in model.named_parameters() {
        page.say(format!("{name}: {parameter}"));
    }
    let state = model.state_dict();
    let number = |name: &str| -> Result<Vec<f64>> {
        Ok(state.get(name).ok_or("no such parameter")?.to_vec()?)
    };
    page.compare(course("Linear(1, 1): weight", "0.5153").digits(&number("weight")?));
    page.compare(course("Linear(1, 1): bias", "-0.4414").digits(&number("bias")?));

    let at = |x: Tensor| -> Result<Vec<f64>> { Ok(model.forward(&x.into())?.to_vec()?) };
    page.compare(course("Linear(1, 1) at 0", "-0.4414").digits(&at(tensor![0.0])?));
    page.compare(course("Linear(1, 1) at 1", "0.0739").digits(&at(tensor![1.0])?));
    let column = at(tensor![[1.0], [2.0]])?;
    page.say(format!("at 1 and 2: {column:.4?}"));
    // 0.5891, which the course cuts instead of rounding it.
    page.compare(
        course("Linear(1, 1) at 1 and 2", "[0.07, 0.58]").misprint_of("[0.07, 0.59]", &column),
    );
    Ok(())
}

/// A module of one's own: a struct whose fields are layers, and a forward pass.
#[derive(nn::Module)]
struct LinearRegression {
    linear: Linear,
}

impl LinearRegression {
    fn forward(&self, x: &Var) -> nn::Result<Var> {
        self.linear.forward(x)
    }
}

fn a_module(page: &mut Page) -> Result<()> {
    let record = Record::of("003/linear-1-1")?;
    let model = LinearRegression {
        linear: Linear::new(1, 1, &Generator::new(1)),
    };
    page.say(format!("\n{model}\nits state dictionary:"));
    for (name, tensor) in &model.state_dict() {
        page.say(format!("{name}: {tensor}"));
    }
    let column = model
        .forward(&tensor![[1.0], [2.0]].into())?
        .to_vec::<f64>()?;
    page.compare(record.row("custom module at 1 and 2", "/results/at_1_2", 1e-6, &column));

    // A state dictionary can be changed and loaded again: now the line of the beginning.
    let by_hand = StateDict::from_iter([
        ("linear.weight", tensor![[2.0]]),
        ("linear.bias", tensor![-1.0]),
    ]);
    model.load_state_dict(&by_hand, Strictness::Strict)?;
    let column = model
        .forward(&tensor![[1.0], [2.0]].into())?
        .to_vec::<f64>()?;
    page.say(format!(
        "with w = 2 and b = −1 loaded, at 1 and 2: {column:?}"
    ));
    page.compare(course("custom module, loaded, at 1 and 2", "[[1.0], [3.0]]").digits(&column));
    Ok(())
}
