//! Chapter 2: tensors of two dimensions. Rows and columns: a table, a grey image, a batch of samples.
//!
//! The other chapters take everything from `gradus`. A program that needs only a part depends on the crates of that part,
//! as this one does: in Cargo.toml stand `gradus-tensor` and `gradus-plot`, and nothing that trains is built.

use std::process::ExitCode;

use gradus_examples::{Page, Result, RunOptions, course, run};
use gradus_plot::{ColorMap, heat_map};
use gradus_tensor::tensor;

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch02_tensors_2d", RunOptions::json_only()?);
    shape(&mut page)?;
    indexing(&mut page)?;
    arithmetic(&mut page)?;
    products(&mut page)?;
    Ok(page.close())
}

/// A nested list becomes a tensor; rank, shape and number of elements.
fn shape(page: &mut Page) -> Result<()> {
    let a = tensor![[11, 12, 13], [21, 22, 23], [31, 32, 33]];
    page.say(format!(
        "{a}\nrank {}, shape {:?}, {} elements, {}",
        a.rank(),
        a.shape(),
        a.numel(),
        a.dtype()
    ));
    page.compare(course("rank", "2").digits(&[a.rank() as f64]));
    page.compare(
        course("shape", "[3, 3]").digits(&a.shape().iter().map(|&s| s as f64).collect::<Vec<_>>()),
    );
    page.compare(course("number of elements", "9").digits(&[a.numel() as f64]));
    Ok(())
}

/// Positions count from 0, rows first; a range takes several.
fn indexing(page: &mut Page) -> Result<()> {
    let a = tensor![[11, 12, 13], [21, 22, 23], [31, 32, 33]];
    let first = a.index((0, 0))?;
    let row = a.index((0, 0..2))?;
    let column = a.index((1..3, 2))?;
    page.say(format!(
        "\nA[0, 0] = {first}\nA[0, 0:2] = {row}\nA[1:3, 2] = {column}"
    ));
    page.compare(course("A[0][0]", "11").digits(&first.to_vec()?));
    page.compare(course("A[0, 0:2]", "[11, 12]").digits(&row.to_vec()?));
    page.compare(course("A[1:3, 2]", "[23, 33]").digits(&column.to_vec()?));
    if let Err(error) = a.index((0, 3)) {
        page.say(format!("A[0, 3]: {error}"));
    }
    Ok(())
}

/// Sum, multiple and Hadamard product, element by element.
fn arithmetic(page: &mut Page) -> Result<()> {
    let x = tensor![[1, 0], [0, 1]];
    let y = tensor![[2, 1], [1, 2]];
    let (sum, double, product) = (&x + &y, &y * 2, &x * &y);
    page.say(format!(
        "\nx + y = {sum}\n2 y = {double}\nx * y = {product}"
    ));
    page.compare(course("x + y (document 003)", "[[3, 1], [1, 3]]").digits(&sum.to_vec()?));
    page.compare(
        course("x + y (document 002)", "[[3, 11], [1, 3]]")
            .misprint_of("[[3, 1], [1, 3]]", &sum.to_vec()?),
    );
    page.compare(course("2 y", "[[4, 2], [2, 4]]").digits(&double.to_vec()?));
    page.compare(course("x * y", "[[2, 0], [0, 2]]").digits(&product.to_vec()?));
    Ok(())
}

/// The product of matrices: rows of the first times columns of the second.
fn products(page: &mut Page) -> Result<()> {
    let a = tensor![[0, 1, 1], [1, 0, 1]];
    let b = tensor![[1, 1], [1, 1], [-1, 1]];
    let product = a.mm(&b)?;
    page.say(format!("\nA B = {product}"));
    page.compare(course("A B", "[[0, 2], [0, 2]]").digits(&product.to_vec()?));
    if let Err(error) = a.mm(&a) {
        page.say(format!("A A: {error}"));
    }
    page.figure(
        "product",
        &heat_map(&product, ColorMap::Viridis)?
            .title("The product A B")
            .x_label("column")
            .y_label("row"),
    )
}
