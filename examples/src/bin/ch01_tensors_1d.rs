//! Chapter 1: tensors of one dimension. Types, sizes, reading and writing by index, arithmetic, and functions of every element.

use std::f64::consts::PI;
use std::process::ExitCode;

use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, course, run};

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch01_tensors_1d", RunOptions::json_only()?);
    types(&page)?;
    sizes_and_views(&mut page)?;
    shared_memory(&mut page)?;
    indexing(&mut page)?;
    arithmetic(&mut page)?;
    functions(&mut page)?;
    a_plot(&page)?;
    Ok(page.close())
}

/// The element types, under the names PyTorch gives them. Whole numbers are `i64`, others `f32`.
fn types(page: &Page) -> Result<()> {
    page.say("dtype   torch dtype      bytes");
    for (dtype, name) in [
        (DType::F32, "torch.float32"),
        (DType::F64, "torch.float64"),
        (DType::F16, "torch.float16"),
        (DType::U8, "torch.uint8"),
        (DType::I8, "torch.int8"),
        (DType::I16, "torch.int16"),
        (DType::I32, "torch.int32"),
        (DType::I64, "torch.int64"),
    ] {
        page.say(format!(
            "{:7} {name:16} {}",
            dtype.to_string(),
            dtype.size()
        ));
    }
    let whole = tensor![7, 4, 3, 2, 6];
    let float = whole.to_dtype(DType::F32)?;
    page.say(format!(
        "{whole} is {}, {float} is {}",
        whole.dtype(),
        float.dtype()
    ));
    Ok(())
}

fn sizes_and_views(page: &mut Page) -> Result<()> {
    let a = tensor![0.0, 1.0, 2.0, 3.0, 4.0];
    let column = a.view([5, 1])?;
    let inferred = a.reshape([-1, 1])?;
    page.say(format!(
        "\nsize {:?}, {} dimension, as a column {:?}",
        a.shape(),
        a.rank(),
        column.shape()
    ));
    let shape = |t: &Tensor| t.shape().iter().map(|&s| s as f64).collect::<Vec<_>>();
    page.compare(course("a.view(5, 1)", "[5, 1]").digits(&shape(&column)));
    page.compare(course("a.view(-1, 1)", "[5, 1]").digits(&shape(&inferred)));
    Ok(())
}

/// A `Vec` moves in without a copy. A tensor is a value: writing to one never changes another.
fn shared_memory(page: &mut Page) -> Result<()> {
    let numbers = vec![0.0_f64, 1.0, 2.0, 3.0, 4.0];
    let address = numbers.as_ptr();
    let tensor = Tensor::from_vec(numbers, [5])?;
    let same = tensor.as_slice::<f64>()?.as_ptr() == address;
    page.say(format!("\nthe vector's memory is the tensor's: {same}"));
    page.compare(course("from_numpy shares memory", "1").digits(&[f64::from(u8::from(same))]));

    let mut changed = tensor.clone();
    changed.set(0, 100.0)?;
    page.say(format!(
        "a copy was written to: {changed}; the first is still {tensor}"
    ));
    page.say(format!("back as a list: {:?}", tensor.to_vec::<f64>()?));
    Ok(())
}

fn indexing(page: &mut Page) -> Result<()> {
    let mut c = tensor![20, 1, 2, 3, 4];
    c.set(0, 100)?;
    c.set(4, 0)?;
    page.say(format!("\nc = {c}, c[1:4] = {}", c.index(1..4)?));
    c.set(3..5, &tensor![300.0, 400.0])?;
    page.say(format!("c[3:5] = 300, 400: {c}"));
    page.compare(course("c after both", "[100, 1, 2, 300, 400]").digits(&c.to_vec()?));
    if let Err(error) = c.index(5) {
        page.say(format!("c[5]: {error}"));
    }
    Ok(())
}

fn arithmetic(page: &mut Page) -> Result<()> {
    let sum = tensor![1.0, 0.0] + tensor![0.0, 1.0];
    let double = tensor![1, 2] * 2;
    let product = tensor![1, 2] * tensor![3, 2];
    page.say(format!(
        "\n[1, 0] + [0, 1] = {sum}\n2 [1, 2] = {double}\n[1, 2] * [3, 2] = {product}"
    ));
    page.compare(course("[1, 0] + [0, 1]", "[1, 1]").digits(&sum.to_vec()?));
    page.compare(course("2 [1, 2]", "[2, 4]").digits(&double.to_vec()?));
    page.compare(course("[1, 2] * [3, 2]", "[3, 4]").digits(&product.to_vec()?));

    let u = tensor![1, 2];
    let dot = u.dot(&tensor![3, 1])?;
    page.compare(course("dot([1, 2], [3, 1])", "5").digits(&dot.to_vec()?));
    let other = u.dot(&tensor![3, 2])?;
    page.compare(course("dot([1, 2], [3, 2])", "5").misprint_of("7", &other.to_vec()?));

    let raised = tensor![1, 2, 3, -1] + 1;
    page.say(format!("a number is added to each element: {raised}"));
    page.compare(course("[1, 2, 3, -1] + 1", "[2, 3, 4, 0]").digits(&raised.to_vec()?));
    Ok(())
}

fn functions(page: &mut Page) -> Result<()> {
    let mean = tensor![1.0, -1.0, 1.0, -1.0].mean()?;
    page.compare(course("mean of 1, -1, 1, -1", "0.0").digits(&mean.to_vec()?));
    // The course takes the mean of whole numbers, which PyTorch refuses, and so does gradus.
    let refused = tensor![1, -1, 1, -1].mean();
    let message = refused.err().map(|error| error.to_string());
    page.say(format!(
        "\nmean of integers: {}",
        message.as_deref().unwrap_or("accepted")
    ));
    page.compare(
        course("mean of integers is refused", "1")
            .digits(&[f64::from(u8::from(message.is_some()))]),
    );

    let largest = tensor![1, -2, 3, 4, 5].max()?;
    page.compare(course("max of 1, -2, 3, 4, 5", "5").digits(&largest.to_vec()?));
    let sines = tensor![0.0, PI / 2.0, PI].sin()?;
    page.say(format!(
        "sin(0, π/2, π) = {sines}: in f32 the last is not quite 0"
    ));
    page.compare(course("sin of 0, π/2, π", "[0, 1, 0]").within(1e-6, &sines.to_vec()?));
    page.compare(Record::of("003/sin")?.row(
        "the same, to the last digits",
        "/results/value",
        1e-9,
        &sines.to_vec()?,
    ));
    let five = Tensor::linspace(-2.0, 2.0, 5, DType::F32)?;
    page.compare(course("linspace(-2, 2, 5)", "[-2, -1, 0, 1, 2]").digits(&five.to_vec()?));
    let nine = Tensor::linspace(-2.0, 2.0, 9, DType::F32)?;
    page.compare(
        course(
            "linspace(-2, 2, 9)",
            "[-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2]",
        )
        .digits(&nine.to_vec()?),
    );
    Ok(())
}

fn a_plot(page: &Page) -> Result<()> {
    let x = Tensor::linspace(0.0, 2.0 * PI, 100, DType::F32)?;
    let figure = plot::line(&x, &x.sin()?)?
        .title("sin x, from a hundred numbers")
        .x_label("x")
        .y_label("sin x");
    page.figure("sine", &figure)
}
