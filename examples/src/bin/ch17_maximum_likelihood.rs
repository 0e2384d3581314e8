//! Chapter 17: maximum likelihood. Of all values of a parameter, take the one under which the observed data are most likely.

use std::process::ExitCode;

use gradus::plot::Grid;
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, course, run};

/// Heads are 1: tails, tails, heads.
const TOSSES: [f64; 3] = [1.0, 1.0, 0.0];

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch17_maximum_likelihood", RunOptions::json_only()?);
    bernoulli(&mut page);
    likelihood_tables(&mut page)?;
    log_likelihood(&page)?;
    gradient_ascent(&page)?;
    Ok(page.close())
}

/// The probability of one toss: θ for 1, 1 − θ for 0.
fn probability(theta: f64, toss: f64) -> f64 {
    theta.powf(toss) * (1.0 - theta).powf(1.0 - toss)
}

fn likelihood(theta: f64, tosses: &[f64]) -> f64 {
    tosses
        .iter()
        .map(|&toss| probability(theta, toss))
        .product()
}

/// The coin shows 1 with probability 0.2: the likelihood of 1, 1, 0 is 0.2 · 0.2 · 0.8.
fn bernoulli(page: &mut Page) {
    let value = likelihood(0.2, &TOSSES);
    page.say(format!(
        "p(1, 1, 0 | θ = 0.2) = 0.2 · 0.2 · 0.8 = {value:.3}"
    ));
    page.compare(course("0.2 · 0.2 · 0.8 (document 003)", "0.032").digits(&[value]));
    page.compare(course("0.2 · 0.2 · 0.8 (document 002)", "0.096").misprint_of("0.032", &[value]));
}

/// Two candidates for four tosses, 0, 1, 0, 1.
fn likelihood_tables(page: &mut Page) -> Result<()> {
    let record = Record::of("003/likelihood-table")?;
    let tosses = [1.0, 0.0, 1.0, 0.0];
    page.say("\n    θ   likelihood of 1, 0, 1, 0");
    let table = [0.5, 0.2].map(|theta| likelihood(theta, &tosses));
    for (theta, value) in [0.5, 0.2].iter().zip(table) {
        page.say(format!("{theta:5}   {value:.4}"));
    }
    page.compare(record.row("likelihood at 0.5 and 0.2", "/printed", 1e-9, &table));

    // The course tabulates the likelihood of a logistic regression for three biases, of points that it does not give.
    let printed = Record::of("003/likelihood-b")?;
    let b = printed.text("/printed/b");
    page.compare(
        course(
            &format!("likelihood for b = {b}, points not given"),
            "[0.445, 0.46, 0.47]",
        )
        .undecidable(&[]),
    );
    Ok(())
}

/// The logarithm turns the product into a sum, and has its maximum at the same θ.
fn log_likelihood(page: &Page) -> Result<()> {
    let theta: Vec<f64> = (1..100).map(|i| f64::from(i) / 100.0).collect();
    let likelihoods: Vec<f64> = theta.iter().map(|&t| likelihood(t, &TOSSES)).collect();
    let logs: Vec<f64> = likelihoods.iter().map(|l| l.ln()).collect();
    let best = Tensor::from_vec(logs.clone(), [99])?
        .argmax(0, false)?
        .item::<i64>()? as usize;
    page.say(format!(
        "\nboth are largest at θ = {} of the grid",
        theta[best]
    ));
    let curve = |values: &Vec<f64>, title: &str| -> Result<Figure> {
        let figure = plot::line(&theta, values)?.vertical_line(theta[best], "maximum");
        Ok(figure.title(title).x_label("θ"))
    };
    let figures = vec![
        curve(&likelihoods, "Likelihood of 1, 1, 0")?,
        curve(&logs, "Log-likelihood")?,
    ];
    page.figure("likelihood", &Grid::new(2, figures)?)
}

/// θ = σ(a) climbs the log-likelihood of 1, 1, 0; the answer is the share of ones, 2/3.
fn gradient_ascent(page: &Page) -> Result<()> {
    let a = Var::leaf(tensor![0.0])?;
    let tosses = Var::from(tensor![1.0, 1.0, 0.0]);
    let misses = tosses.rsub_scalar(1.0)?;
    let mut path = Vec::new();
    for _ in 0..60 {
        let theta = a.sigmoid()?;
        let log_likelihood = tosses
            .mul(&theta.log()?)?
            .add(&misses.mul(&theta.rsub_scalar(1.0)?.log()?)?)?
            .sum()?;
        path.push(theta.item::<f64>()?);
        log_likelihood.backward()?;
        let gradient = a.grad().ok_or("backward reached a")?;
        a.set_value(a.value().add(&gradient.mul_scalar(0.3)?)?)?;
        a.zero_grad();
    }
    let theta = path.last().copied().unwrap_or(f64::NAN);
    page.say(format!(
        "gradient ascent on the log-likelihood: θ = {theta:.5} after {} steps",
        path.len()
    ));
    let steps: Vec<f64> = (0..path.len()).map(|i| i as f64).collect();
    let figure = plot::line(&steps, &path)?
        .horizontal_line(2.0 / 3.0, "2/3")
        .title("Gradient ascent")
        .x_label("step")
        .y_label("θ");
    page.figure("ascent", &figure)
}
