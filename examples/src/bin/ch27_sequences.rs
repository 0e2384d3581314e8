//! Chapter 27: sequences. A recurrent network reads step by step and keeps in its state what it may need; gates decide
//! what is kept.
//!
//! Four kinds of wave, of any period and beginning, with noise: which one is it? All in double precision, and with a small
//! learning rate: a recurrent network in training can make a last bit grow to another result within a hundred steps.

use std::f64::consts::TAU;
use std::process::ExitCode;

use gradus::nn::{self, Gru, LinearOptions, Lstm, RecurrentOptions, Rnn};
use gradus::plot::{Grid, named};
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, course, run};

const STEPS: usize = 16;
const KINDS: [&str; 4] = ["sine", "triangle", "square", "sawtooth"];

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch27_sequences", RunOptions::json_only()?);
    examples(&page)?;
    let runs = [
        ("RNN", read_with(&page, Rnn::with_options)?),
        ("GRU", read_with(&page, Gru::with_options)?),
        ("LSTM", read_with(&page, Lstm::with_options)?),
    ];
    compare(&mut page, &runs)?;
    figures(&page, &runs)?;
    Ok(page.close())
}

/// Waves of shape `(n, steps, 1)` and their kinds.
fn waves(n: usize, rng: &Generator) -> Result<(Tensor, Tensor)> {
    let kind = Tensor::randint(0, 4, [n], rng)?;
    let period = 6.0 + 4.0 * Tensor::rand([n, 1], DType::F64, rng)?;
    let start = Tensor::rand([n, 1], DType::F64, rng)?;
    let noise = 0.1 * Tensor::randn([n, STEPS], DType::F64, rng)?;
    let steps = Tensor::arange(0, STEPS as i64, 1, DType::F64)?;
    let turns = (steps / period + start).frac()?;
    let shapes = Tensor::stack(
        &[
            &(TAU * &turns).sin()?,
            &(1.0 - 4.0 * (&turns - 0.5).abs()?),
            &(2.0 * turns.lt_scalar(0.5)?.to_dtype(DType::F64)? - 1.0),
            &(2.0 * &turns - 1.0),
        ],
        0,
    )?;
    // Of the four shapes of each sample the one of its kind.
    let which = kind.reshape([1, n, 1])?.expand([1, n, STEPS])?;
    let x = shapes.gather(0, &which)?.squeeze(0)? + noise;
    Ok((x.unsqueeze(-1)?, kind))
}

fn examples(page: &Page) -> Result<()> {
    let (x, kind) = waves(40, &Generator::new(1))?;
    let kinds = kind.to_vec::<i64>()?;
    let steps: Vec<usize> = (1..=STEPS).collect();
    let mut figures = Vec::new();
    for (class, name) in KINDS.iter().enumerate() {
        let found = kinds.iter().position(|&kind| kind == class as i64);
        let sample = found.ok_or("forty samples have all kinds")?;
        let wave = x.select(0, sample as isize)?;
        let figure = plot::line(&steps, &wave)?
            .y_range(-1.4, 1.4)
            .x_label("step");
        figures.push(figure.title(*name));
    }
    page.figure("waves", &Grid::new(2, figures)?)
}

/// What the three cells have in common: an output after every step.
trait Cell: Module + nn::Field {
    fn outputs(&self, x: &Var) -> nn::Result<Var>;
}

impl Cell for Rnn {
    fn outputs(&self, x: &Var) -> nn::Result<Var> {
        Ok(self.forward(x, None)?.0)
    }
}

impl Cell for Gru {
    fn outputs(&self, x: &Var) -> nn::Result<Var> {
        Ok(self.forward(x, None)?.0)
    }
}

impl Cell for Lstm {
    fn outputs(&self, x: &Var) -> nn::Result<Var> {
        Ok(self.forward(x, None)?.0)
    }
}

#[derive(nn::Module)]
struct Reader<C: Cell> {
    cell: C,
    output: Linear,
}

impl<C: Cell> Reader<C> {
    /// The scores of the four kinds after every step.
    fn forward(&self, x: &Var) -> nn::Result<Var> {
        self.output.forward(&self.cell.outputs(x)?)
    }

    /// How far the last scores depend on what was read at each step.
    fn reach(&self, x: &Tensor) -> Result<Vec<f64>> {
        let x = Var::leaf(x.clone())?;
        let last = self.forward(&x)?.select(1, -1)?;
        last.sum_dims(&[0], false)?.select(0, 0)?.backward()?;
        let slope = x.grad().ok_or("backward reached x")?;
        Ok(slope.abs()?.mean_dims(&[0, 2], false)?.to_vec()?)
    }
}

/// What is kept of a training.
struct Reading {
    losses: Vec<f64>,
    /// Share of right answers after each step of the test waves.
    right: Vec<f64>,
    reach_before: Vec<f64>,
    reach_after: Vec<f64>,
    /// What the cell put out at each step of one square wave.
    states: Tensor,
}

fn read_with<C: Cell>(
    page: &Page,
    make: fn(usize, usize, RecurrentOptions, &Generator) -> nn::Result<C>,
) -> Result<Reading> {
    let rng = Generator::new(0);
    let (x, y) = waves(1000, &rng)?;
    let (x_test, y_test) = waves(500, &rng)?;
    let options = RecurrentOptions {
        batch_first: true,
        dtype: DType::F64,
        ..RecurrentOptions::default()
    };
    let linear = LinearOptions {
        dtype: DType::F64,
        ..LinearOptions::default()
    };
    let model = Reader {
        cell: make(1, 24, options, &rng)?,
        output: Linear::with_options(24, 4, linear, &rng)?,
    };
    page.say(format!("\n{model}"));
    let reach_before = model.reach(&x_test)?;

    let loader = DataLoader::new(TensorDataset::new((x, y))?, 50)
        .shuffle(true)
        .rng(&rng);
    let mut optimizer = Adam::new(model.parameters(), 0.003)?;
    let mut losses = Vec::new();
    for _ in 0..14 {
        for batch in &loader {
            let (x, kind) = batch?.pair()?;
            // It is asked after every step, so that it learns to answer as early as it can.
            let scores = model.forward(&x.into())?.flatten(0, 1)?;
            let kinds = kind.repeat_interleave(STEPS, None)?;
            let loss = CrossEntropyLoss::new().forward(&scores, &kinds)?;
            optimizer.zero_grad();
            loss.backward()?;
            // A long sequence can throw a step far away; it may not be longer than this.
            clip_grad_norm(&model.parameters(), 1.0)?;
            optimizer.step()?;
            losses.push(loss.item::<f64>()?);
        }
    }

    let scores = no_grad(|| model.forward(&(&x_test).into()))?.value();
    let kinds = scores.argmax(2, false)?;
    let right = kinds.eq(&y_test.unsqueeze(1)?)?.to_dtype(DType::F64)?;
    let square = y_test.to_vec::<i64>()?.iter().position(|&kind| kind == 2);
    let square = x_test.narrow(0, square.ok_or("one of 500 is a square wave")?, 1)?;
    Ok(Reading {
        losses,
        right: right.mean_dims(&[0], false)?.to_vec()?,
        reach_before,
        reach_after: model.reach(&x_test)?,
        states: no_grad(|| model.cell.outputs(&square.into()))?
            .value()
            .squeeze(0)?,
    })
}

fn compare(page: &mut Page, runs: &[(&str, Reading)]) -> Result<()> {
    let record = Record::read(include_str!("../../data/sequences.json"))?;
    page.say("");
    for (name, run) in runs {
        let accuracy = run.right[STEPS - 1];
        page.say(format!(
            "{name:4} names {:.1} % of the test waves; the slope at the first step is {:.0e} of that at the last, \
             {:.0e} before the training",
            100.0 * accuracy,
            run.reach_after[0] / run.reach_after[STEPS - 1],
            run.reach_before[0] / run.reach_before[STEPS - 1],
        ));
        let row = format!("{name}: reach before training");
        page.compare(record.row(&row, &format!("/{name}/before"), 1e-12, &run.reach_before));
        let row = format!("{name}: first 20 losses");
        page.compare(record.row(&row, &format!("/{name}/first"), 1e-9, &run.losses[..20]));
        let row = format!("{name}: last 20 losses");
        let last = &run.losses[run.losses.len() - 20..];
        page.compare(record.row(&row, &format!("/{name}/last"), 1e-5, last));
        let recorded = record.text(&format!("/{name}/accuracy"));
        page.compare(course(&format!("{name}: accuracy"), &recorded).digits(&[accuracy]));
    }
    Ok(())
}

fn figures(page: &Page, runs: &[(&str, Reading)]) -> Result<()> {
    let of = |what: fn(&Reading) -> Vec<f64>| -> Vec<(&str, Vec<f64>)> {
        runs.iter().map(|(name, run)| (*name, what(run))).collect()
    };
    let epochs = of(|run| {
        let mean = |epoch: &[f64]| epoch.iter().sum::<f64>() / epoch.len() as f64;
        run.losses.chunks(20).map(mean).collect()
    });
    page.figure("losses", &plot::losses(&named(&epochs))?.log_y())?;

    let steps: Vec<usize> = (1..=STEPS).collect();
    let right = plot::lines(&steps, &named(&of(|run| run.right.clone())))?;
    let right = right.title("Right answers after each step");
    page.figure(
        "right",
        &right.x_label("step").y_label("share of the test waves"),
    )?;

    let reach = |title: &str, what: fn(&Reading) -> Vec<f64>| -> Result<Figure> {
        let figure = plot::lines(&steps, &named(&of(what)))?.log_y().title(title);
        Ok(figure.x_label("step").y_label("mean size of the slope"))
    };
    let before = reach("What the answer depends on, before training", |run| {
        run.reach_before.clone()
    })?;
    let after = reach("after training", |run| run.reach_after.clone())?;
    page.figure("reach", &Grid::new(2, vec![before, after])?)?;

    let mut states = Vec::new();
    for (name, run) in runs {
        let mut figure = plot::weights(&run.states.t()?)?.title(*name);
        figure.equal_aspect = false;
        states.push(figure.x_label("step").y_label("unit"));
    }
    page.figure(
        "states",
        &Grid::new(3, states)?.title("The states while a square wave is read"),
    )
}
