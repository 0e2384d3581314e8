//! Chapter 4: a dataset answers two questions, how many samples there are and what sample number i is. Transforms change samples
//! as they are fetched.

use std::process::ExitCode;

use gradus::data::{self, AddMult, Compose, Mult, Sample};
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, course, run};

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch04_dataset_transforms", RunOptions::json_only()?);
    a_dataset_of_ones_own(&mut page)?;
    transforms(&mut page)?;
    through_a_loader(&mut page)?;
    Ok(page.close())
}

/// The course's `toy_set`, written out: two numbers are the input, one is the target.
struct ToySet {
    length: usize,
}

impl Dataset for ToySet {
    fn len(&self) -> usize {
        self.length
    }

    fn get(&self, _index: usize) -> data::Result<Sample> {
        Ok((tensor![2.0, 2.0], tensor![1.0]).into())
    }
}

fn a_dataset_of_ones_own(page: &mut Page) -> Result<()> {
    let ours = ToySet { length: 100 };
    let (x, y) = ours.get(0)?.pair()?;
    page.say(format!("length {}, sample 0: x = {x}, y = {y}", ours.len()));
    page.say("the first three:");
    for index in 0..3 {
        let (x, y) = ours.get(index)?.pair()?;
        page.say(format!("  {index}: {x} → {y}"));
    }
    page.compare(course("length", "100").digits(&[ours.len() as f64]));
    page.compare(course("sample 0, x", "[2, 2]").digits(&x.to_vec()?));
    page.compare(course("sample 0, y", "[1]").digits(&y.to_vec()?));
    Ok(())
}

/// `AddMult` adds to the input and multiplies the target; `Mult` multiplies both; `Compose` does one after the other.
fn transforms(page: &mut Page) -> Result<()> {
    let add_one = toy_set(100)?.transform(0, AddMult { add: 1.0, mul: 1.0 });
    let (x, y) = add_one.get(0)?.pair()?;
    page.say(format!("\nadd_mult(1, 1): x = {x}, y = {y}"));
    page.compare(course("add_mult(1, 1): x", "[3, 3]").digits(&x.to_vec()?));

    let composed = Compose::new()
        .then(AddMult { add: 1.0, mul: 1.0 })
        .then(Mult(100.0));
    let (x, y) = toy_set(100)?.transform(0, composed).get(0)?.pair()?;
    page.say(format!("then mult(100): x = {x}, y = {y}"));
    page.compare(course("composed with mult(100): x", "[300, 300]").digits(&x.to_vec()?));
    page.compare(course("composed with mult(100): y", "[100]").digits(&y.to_vec()?));

    let record = Record::of("002/toyset")?;
    let (x, y) = toy_set(100)?
        .transform(0, AddMult::default())
        .get(0)?
        .pair()?;
    page.compare(record.row(
        "add_mult(1, 2): x",
        "/results/add_mult_x",
        0.0,
        &x.to_vec()?,
    ));
    page.compare(record.row(
        "add_mult(1, 2): y",
        "/results/add_mult_y",
        0.0,
        &y.to_vec()?,
    ));
    let both = Compose::new()
        .then(AddMult::default())
        .then(Mult::default());
    let (x, y) = toy_set(100)?.transform(0, both).get(0)?.pair()?;
    page.compare(record.row(
        "composed, (1, 2) and 100: x",
        "/results/composed_x",
        0.0,
        &x.to_vec()?,
    ));
    page.compare(record.row(
        "composed, (1, 2) and 100: y",
        "/results/composed_y",
        0.0,
        &y.to_vec()?,
    ));

    // A closure is a transform, too.
    let halved = toy_set(100)?.transform(0, |x: &Tensor| Ok(x.mul_scalar(0.5)?));
    let (x, _) = halved.get(0)?.pair()?;
    page.say(format!("a closure that halves: x = {x}"));
    Ok(())
}

/// A loader makes batches of the transformed samples.
fn through_a_loader(page: &mut Page) -> Result<()> {
    let data = toy_set(100)?.transform(0, AddMult::default());
    let loader = DataLoader::new(data, 32);
    let sizes: Vec<f64> = loader
        .iter()
        .map(|batch| Ok(batch?.pair()?.0.shape()[0] as f64))
        .collect::<Result<_>>()?;
    page.say(format!("\nbatches of 32: {sizes:?}"));
    page.compare(course("sizes of the batches", "[32, 32, 32, 4]").digits(&sizes));
    Ok(())
}
