//! Chapter 21: softmax. More than two classes: each has a line of its own, the largest value wins, and softmax makes probabilities of
//! the values.

use std::process::ExitCode;

use gradus::plot::Grid;
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, course, run};

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch21_softmax", RunOptions::json_only()?);
    the_function(&mut page)?;
    three_on_a_line(&mut page)?;
    three_in_the_plane(&page)?;
    Ok(page.close())
}

/// eᶻ / Σ eᶻ: positive, adds up to 1, keeps the order.
fn the_function(page: &mut Page) -> Result<()> {
    let z = tensor![[2.0, 1.0, 0.1], [0.0, 0.0, 0.0]];
    let p = z.softmax(1)?;
    page.say(format!("z = {z}\nsoftmax(z) = {p}"));
    page.compare(
        course("each row adds up to", "[1.000, 1.000]").digits(&p.sum_dims(&[1], false)?.to_vec()?),
    );
    page.compare(
        course("the largest of (2, 1, 0.1) wins", "0")
            .digits(&[p.argmax(1, false)?.to_vec::<f64>()?[0]]),
    );
    Ok(())
}

/// The program of the course: forty points, three classes, one line for each, seed 0.
fn three_on_a_line(page: &mut Page) -> Result<()> {
    let record = Record::of("002/softmax-3class")?;
    let data = three_classes()?;
    let [x, y] = data.tensors() else {
        return Err("a pair was made".into());
    };
    let model = Sequential::new().with(Linear::new(1, 3, &Generator::new(0)));
    page.say(format!("\n{model}"));
    let criterion = CrossEntropyLoss::new();
    let mut optimizer = Sgd::new(model.parameters(), 0.01)?;
    let loader = DataLoader::new(data.clone(), 5);
    let (mut losses, mut totals) = (Vec::new(), Vec::new());
    for _ in 0..300 {
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
    let z = no_grad(|| model.forward(&x.into()))?.value();
    let classes = z.argmax(1, false)?;
    let accuracy = accuracy_score(y, &classes, Default::default())?;
    let state = model.state_dict();
    let number = |name: &str| -> Result<Vec<f64>> {
        Ok(state.get(name).ok_or("no such parameter")?.to_vec()?)
    };
    let (weight, bias) = (number("0.weight")?, number("0.bias")?);
    page.say(format!(
        "weights {weight:.4?}, biases {bias:.4?}, accuracy {accuracy}"
    ));
    page.compare(record.series_row("loss of each batch", "/results/step_loss", 1e-5, &losses));
    page.compare(record.series_row("sum of each epoch", "/results/epoch_total", 1e-5, &totals));
    page.compare(record.row("weights", "/results/final/0.weight", 1e-5, &weight));
    page.compare(record.row("biases", "/results/final/0.bias", 1e-5, &bias));
    page.compare(record.row(
        "values at all points",
        "/results/predictions",
        1e-5,
        &z.to_vec()?,
    ));
    page.compare(record.row("classes", "/results/classes", 0.0, &classes.to_vec()?));
    page.compare(record.row("accuracy", "/results/accuracy", 1e-6, &[accuracy]));

    let lines: Vec<Tensor> = (0..3)
        .map(|class| z.select(1, class))
        .collect::<Result<_, _>>()?;
    let p = z.softmax(1)?;
    let shares: Vec<Tensor> = (0..3)
        .map(|class| p.select(1, class))
        .collect::<Result<_, _>>()?;
    let draw = |curves: &[Tensor], title: &str| -> Result<Figure> {
        let named: [(&str, &dyn plot::Series); 3] = [
            ("class 0", &curves[0]),
            ("class 1", &curves[1]),
            ("class 2", &curves[2]),
        ];
        Ok(plot::lines(x, &named)?.title(title).x_label("x"))
    };
    let figures = vec![
        draw(&lines, "A line for each class: the highest wins")?,
        draw(&shares, "Their softmax")?,
    ];
    page.figure("line", &Grid::new(2, figures)?)?;
    page.figure(
        "loss",
        &plot::losses(&[("sum of eight batches", &totals)])?.title("Cross-entropy"),
    )
}

/// In the plane a class is a weight vector, and a point belongs to the one it goes along with most.
fn three_in_the_plane(page: &Page) -> Result<()> {
    let weights = tensor![[-1.0, 0.0], [0.0, 1.0], [1.0, -1.0]];
    let scores = |x: &Tensor| x.to_dtype(DType::F32)?.mm(&weights.t()?);
    let points: Vec<f32> = Generator::new(4).randn(120);
    let points = Tensor::from_vec(points, [60, 2])?.mul_scalar(2.0)?;
    let labels = scores(&points)?.argmax(1, false)?;
    page.say(format!("\nthree weight vectors: {weights}"));
    let figure = plot::class_regions(&points, &labels, scores)?
        .title("Each point belongs to the weight vector it goes along with")
        .x_label("x₁")
        .y_label("x₂");
    page.figure("plane", &figure)
}
