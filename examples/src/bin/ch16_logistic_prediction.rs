//! Chapter 16: logistic regression. A line decides between two classes; the sigmoid makes a probability of the distance to it.

use std::process::ExitCode;

use gradus::nn;
use gradus::plot::Grid;
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, course, run};

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch16_logistic_prediction", RunOptions::json_only()?);
    linear_classifier(&mut page)?;
    the_sigmoid(&mut page)?;
    sequential(&mut page)?;
    one_dimension(&mut page)?;
    two_dimensions(&mut page)?;
    Ok(page.close())
}

/// Class 1 where z = x − 1 is positive: a threshold, no probability.
fn linear_classifier(page: &mut Page) -> Result<()> {
    let x = tensor![-1.0, 0.5, 2.0, 3.0];
    let z = x.sub_scalar(1.0)?;
    let class = z.gt_scalar(0.0)?.to_dtype(DType::I64)?;
    page.say(format!("x = {x}\nz = x − 1 = {z}\nclass = {class}"));
    page.compare(course("classes of −1, 0.5, 2, 3", "[0, 0, 1, 1]").digits(&class.to_vec()?));
    Ok(())
}

/// σ(z) = 1 / (1 + e⁻ᶻ), from −100 to 100 in steps of a tenth.
fn the_sigmoid(page: &mut Page) -> Result<()> {
    let record = Record::of("003/sigmoid-curve")?;
    let z: Vec<f64> = (0..2000).map(|i| -100.0 + f64::from(i) * 0.1).collect();
    let z = Tensor::from_vec(z, [2000])?.to_dtype(DType::F32)?;
    let sigmoid = z.sigmoid()?.to_vec::<f64>()?;
    let few = [0, 900, 1000, 1100, 1999].map(|i| sigmoid[i]);
    let with_count = [&few[..], &[2000.0]].concat();
    page.compare(record.row(
        "σ at −100, −10, 0, 10, 99.9; count",
        "/results/value",
        1e-6,
        &with_count,
    ));
    let near: Vec<f64> = z.narrow(0, 900, 200)?.to_vec()?;
    let figure = plot::line(&near, &sigmoid[900..1100].to_vec())?
        .horizontal_line(0.5, "threshold")
        .title("The sigmoid")
        .x_label("z")
        .y_label("σ(z)");
    page.figure("sigmoid", &figure)
}

/// A chain of layers, with the seeds 0 and 1.
fn sequential(page: &mut Page) -> Result<()> {
    for seed in [0, 1] {
        let record = Record::of(&format!("002/sequential-sigmoid-seed{seed}"))?;
        let model = Sequential::new()
            .with(Linear::new(1, 1, &Generator::new(seed)))
            .with(Sigmoid::new());
        if seed == 0 {
            page.say(format!("\n{model}"));
        }
        let x = tensor![[1.0], [100.0], [-100.0], [0.0]];
        let probabilities = model.forward(&x.into())?.to_vec::<f64>()?;
        page.compare(record.row(
            &format!("seed {seed}: at 1, 100, −100, 0"),
            "/results/at",
            1e-6,
            &probabilities,
        ));
    }
    Ok(())
}

/// The same as a module of one's own.
#[derive(nn::Module)]
struct LogisticRegression {
    linear: Linear,
}

impl LogisticRegression {
    fn forward(&self, x: &Var) -> nn::Result<Var> {
        Ok(self.linear.forward(x)?.sigmoid()?)
    }
}

/// The course shows parameters and no seed; seed 2 gives them.
fn one_dimension(page: &mut Page) -> Result<()> {
    let model = LogisticRegression {
        linear: Linear::new(1, 1, &Generator::new(2)),
    };
    page.say(format!("\n{model}"));
    let state = model.state_dict();
    let number = |name: &str| -> Result<Vec<f64>> {
        Ok(state.get(name).ok_or("no such parameter")?.to_vec()?)
    };
    page.compare(course("1-d: weight", "0.2294").digits(&number("linear.weight")?));
    page.compare(course("1-d: bias", "-0.2380").digits(&number("linear.bias")?));
    let probabilities = model.forward(&tensor![[1.0], [100.0]].into())?;
    page.say(format!("at 1 and 100: {probabilities}"));
    page.compare(course("1-d: at 1 and 100", "[0.4979, 1.0]").digits(&probabilities.to_vec()?));
    Ok(())
}

/// Two inputs. The course shows no seed; 814 is one of many that give its two digits.
fn two_dimensions(page: &mut Page) -> Result<()> {
    let model = Sequential::new()
        .with(Linear::new(2, 1, &Generator::new(814)))
        .with(Sigmoid::new());
    let x = tensor![[1.0, 1.0], [1.0, 2.0], [1.0, 3.0]];
    let probabilities = model.forward(&x.clone().into())?;
    page.say(format!("\nat [1, 1], [1, 2], [1, 3]: {probabilities}"));
    page.compare(
        course("2-d: at three rows, seed unknown", "[0.54, 0.50, 0.46]")
            .undecidable(&probabilities.to_vec()?),
    );

    let points = tensor![
        [-2.0, -1.0],
        [1.0, 1.0],
        [1.0, 2.0],
        [1.0, 3.0],
        [2.0, -2.0],
        [-1.0, 3.0]
    ];
    let labels = model
        .forward(&points.clone().into())?
        .value()
        .gt_scalar(0.5)?;
    let boundary = plot::decision_boundary(&points, &labels, 0.5, |x| {
        no_grad(|| model.forward(&x.into())).map(|p| p.value())
    })?
    .title("Probability over the plane")
    .x_label("x₁")
    .y_label("x₂");
    let classes = plot::scatter_classes(&points, &labels)?
        .title("The classes at the threshold 0.5")
        .x_label("x₁")
        .y_label("x₂");
    page.figure("plane", &Grid::new(2, vec![boundary, classes])?)
}
