//! `cargo xtask bench [w1 w2 w3] [k1 k2 k3]`: whole training steps per second, beside a loop written by hand,
//! and single kernels.
//!
//! Prints one JSON object a line: `{"impl":..,"workload":..,"metric":..,"value":..,"unit":..,"threads":..}`.
//! `hand` is the same data, model, loss and update without any library: what the machine allows. Without
//! arguments the training workloads run.
//!
//! Environment: `BENCH_THREADS` (2), `BENCH_SECS` timed per implementation (1), `BENCH_IMPL` the name
//! gradus' lines carry (gradus).

mod data;
mod gradus;
mod hand_w1;
mod hand_w2;
mod hand_w3;
mod kernels;
mod measure;

use std::env;

use lexopt::Arg::Value;
use serde::Serialize;

use self::kernels::Kernel;
use self::measure::{Contender, Measured};
use crate::workspace::Result;

const WORKLOADS: [&str; 3] = ["w1", "w2", "w3"];

pub(crate) fn run(mut arguments: lexopt::Parser) -> Result<bool> {
    let mut workloads = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(name) => workloads.push(name.to_string_lossy().into_owned()),
            other => return Err(other.unexpected().into()),
        }
    }
    if workloads.is_empty() {
        workloads = WORKLOADS.map(str::to_owned).to_vec();
    }
    let secs = number("BENCH_SECS", 1.0)?;
    let threads = number("BENCH_THREADS", 2.0)? as usize;
    let name = env::var("BENCH_IMPL").unwrap_or_else(|_| "gradus".to_owned());
    gradus_tensor::set_num_threads(threads);
    for workload in &workloads {
        if let Some(kernels) = kernels::kernels(workload)? {
            for kernel in &kernels {
                bench_kernel(kernel, &name, threads, secs)?;
            }
        } else {
            bench(workload, &name, threads, secs)?;
        }
    }
    Ok(true)
}

fn number(variable: &str, default: f64) -> Result<f64> {
    match env::var(variable) {
        Err(_) => Ok(default),
        Ok(text) => match text.parse() {
            Ok(value) if value > 0.0 => Ok(value),
            _ => Err(format!("{variable}={text} is not a positive number").into()),
        },
    }
}

fn hand(workload: &str) -> Result<Box<dyn Contender>> {
    match workload {
        "w1" => Ok(hand_w1::contender()),
        "w2" => Ok(hand_w2::contender()),
        "w3" => Ok(hand_w3::contender()),
        other => {
            let all = WORKLOADS.join(", ");
            Err(format!("no workload `{other}`: {all}, k1, k2, k3").into())
        }
    }
}

fn bench(workload: &str, name: &str, threads: usize, secs: f64) -> Result<()> {
    let mut contenders = vec![hand(workload)?];
    contenders.extend(gradus::contender(workload)?);
    let measured =
        measure::measure(&mut contenders, secs).map_err(|e| format!("{workload}: {e}"))?;
    for (measured, name) in measured.iter().zip(["hand", name]) {
        print(workload, name, threads, measured)?;
    }
    if let [hand, gradus] = &measured[..] {
        line(
            name,
            workload,
            "hand/gradus",
            hand.rate / gradus.rate,
            "times",
            threads,
        )?;
    }
    Ok(())
}

fn bench_kernel(kernel: &Kernel, name: &str, threads: usize, secs: f64) -> Result<()> {
    let speed = kernel.measure(secs)?;
    let emit = |metric, value, unit| line(name, &kernel.name, metric, value, unit, threads);
    emit("rate", speed.rate, kernel.unit)?;
    emit("best", speed.best, kernel.unit)?;
    emit("checksum", speed.checksum, "check")
}

fn print(workload: &str, name: &str, threads: usize, measured: &Measured) -> Result<()> {
    let emit = |metric, value, unit| line(name, workload, metric, value, unit, threads);
    emit("rate", measured.rate, "steps/s")?;
    emit("best", measured.best, "steps/s")?;
    emit("loss_first", measured.loss_first, "check")?;
    emit("loss_last", measured.loss_last, "check")?;
    emit("checksum", measured.checksum, "check")
}

/// What is printed of one measurement.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(rename = "impl")]
    name: &'a str,
    workload: &'a str,
    metric: &'a str,
    value: f64,
    unit: &'a str,
    threads: usize,
}

fn line(
    name: &str,
    workload: &str,
    metric: &str,
    value: f64,
    unit: &str,
    threads: usize,
) -> Result<()> {
    let line = Line {
        name,
        workload,
        metric,
        value,
        unit,
        threads,
    };
    println!("{}", serde_json::to_string(&line)?);
    Ok(())
}
