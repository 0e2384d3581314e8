//! Chapter 3: derivatives. A variable remembers the operations that made it; `backward` walks them in reverse and leaves the
//! derivative with the variable it began with.

use std::process::ExitCode;

use gradus::autograd::{Graph, GraphNode};
use gradus::plot::Grid;
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, course, run};

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch03_derivatives", RunOptions::json_only()?);
    square(&mut page)?;
    polynomial(&mut page)?;
    partial(&mut page)?;
    whole_numbers(&mut page)?;
    second_derivative(&page)?;
    curves(&mut page)?;
    Ok(page.close())
}

/// y = x² at x = 2.
fn square(page: &mut Page) -> Result<()> {
    let x = Var::leaf(tensor![2.0])?;
    let y = x.square()?;
    page.say("what the variables know:\n   requires_grad  is_leaf  grad_fn");
    for (name, variable) in [("x", &x), ("y", &y)] {
        page.say(format!(
            "{name}  {:13}  {:7}  {}",
            variable.requires_grad(),
            variable.is_leaf(),
            variable.grad_fn().unwrap_or("none")
        ));
    }
    y.backward()?;
    let slope = x.grad().ok_or("backward reached x")?;
    page.say(format!("y = {y}, dy/dx = {slope}"));
    page.compare(course("d x² at 2", "4").digits(&slope.to_vec()?));
    // A second time there is nothing left to walk.
    if let Err(error) = y.backward() {
        page.say(format!("once more: {error}"));
    }
    Ok(())
}

/// z = x² + 2x + 1 at x = 2.
fn polynomial(page: &mut Page) -> Result<()> {
    let x = Var::leaf(tensor![2.0])?;
    let z = x.square()? + 2.0 * &x + 1.0;
    z.backward()?;
    page.compare(
        course("d x² + 2x + 1 at 2", "6").digits(&x.grad().ok_or("backward reached x")?.to_vec()?),
    );
    Ok(())
}

/// f = u v + u² at u = 1, v = 2: one derivative for each variable.
fn partial(page: &mut Page) -> Result<()> {
    let (u, v) = (Var::leaf(tensor![1.0])?, Var::leaf(tensor![2.0])?);
    let f = &u * &v + u.square()?;
    let graph = Graph::named(&f, &[("u", &u), ("v", &v)]);
    page.say(format!("\nthe operations behind f = u v + u²:\n{graph}"));
    page.figure("graph", &picture(&graph)?.title("f = u v + u²"))?;
    f.backward()?;
    let slopes =
        [u.grad(), v.grad()].map(|g| g.and_then(|g| g.item::<f64>().ok()).unwrap_or(f64::NAN));
    page.say(format!(
        "f = u v + u² at (1, 2): df/du = {}, df/dv = {}",
        slopes[0], slopes[1]
    ));
    page.compare(course("d(uv + u²) in u and v at (1, 2)", "[4, 1]").digits(&slopes));
    Ok(())
}

/// Numbers run along the arrows, and `backward` walks against them.
fn picture(graph: &Graph) -> Result<Figure> {
    fn drawn(node: &GraphNode) -> plot::GraphNode<'_> {
        plot::GraphNode {
            name: &node.name,
            shape: node.shape.as_deref(),
            is_leaf: node.is_leaf,
            inputs: &node.inputs,
        }
    }
    let nodes: Vec<plot::GraphNode> = graph.nodes.iter().map(drawn).collect();
    Ok(plot::backward_graph(&nodes)?)
}

/// The course asks for the gradient of whole numbers. PyTorch refuses, and so does gradus.
fn whole_numbers(page: &mut Page) -> Result<()> {
    let refused = Var::leaf(tensor![2]).err().map(|error| error.to_string());
    page.say(format!(
        "\na leaf of whole numbers: {}",
        refused.as_deref().unwrap_or("accepted")
    ));
    page.compare(
        course("whole numbers with gradients are refused", "1")
            .digits(&[f64::from(u8::from(refused.is_some()))]),
    );
    Ok(())
}

/// The derivative of the derivative: x³ at 2 has 3x² = 12, then 6x = 12.
fn second_derivative(page: &Page) -> Result<()> {
    let x = Var::leaf(tensor![2.0])?;
    let y = x.square()?.mul(&x)?;
    let first = grad(&[&y], &[&x], true)?.remove(0);
    let second = grad(&[&first], &[&x], false)?.remove(0);
    page.say(format!(
        "\nx³ at 2: first derivative {first}, second {second}"
    ));
    Ok(())
}

/// The derivative at many points at once: of the sum, each element has its own.
fn curves(page: &mut Page) -> Result<()> {
    let parabola = |x: &Var| x.square();
    let (x, y, slope) = with_derivative(10, parabola)?;
    let record = Record::of("002/d-curve-x2")?;
    page.compare(record.row(
        "x² at ten points: derivative",
        "/results/grad",
        1e-6,
        &slope.to_vec()?,
    ));
    let parabola = plot::function_with_derivative(&x, &y, &slope)?.title("x² and its derivative");

    let (x, y, slope) = with_derivative(1000, Var::relu)?;
    let record = Record::of("002/d-curve-relu")?;
    page.compare(record.row(
        "relu: sum over a thousand points",
        "/results/sum",
        1e-5,
        &y.sum()?.to_vec()?,
    ));
    page.compare(record.row(
        "relu: sum of the derivatives",
        "/results/grad_sum",
        1e-6,
        &slope.sum()?.to_vec()?,
    ));
    let relu = plot::function_with_derivative(&x, &y, &slope)?.title("relu and its derivative");
    page.figure("curves", &Grid::new(2, vec![parabola, relu])?)
}

/// x from −10 to 10, f(x) and f′(x).
fn with_derivative<E>(
    points: usize,
    f: impl Fn(&Var) -> Result<Var, E>,
) -> Result<(Tensor, Tensor, Tensor)>
where
    E: std::error::Error + Send + Sync + 'static,
{
    let x = Var::leaf(Tensor::linspace(-10.0, 10.0, points, DType::F32)?)?;
    let y = f(&x)?;
    y.sum()?.backward()?;
    let slope = x.grad().ok_or("backward reached x")?;
    Ok((x.value(), y.value(), slope))
}
