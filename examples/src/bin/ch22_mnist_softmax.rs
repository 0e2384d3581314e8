//! Chapter 22: ten classes of handwritten digits by one linear layer, 784 numbers in, ten out.
//!
//! Without arguments the digits are drawn by a program under a seed. `--data FOLDER` takes the real files of MNIST where they lie.

use std::path::PathBuf;
use std::process::ExitCode;

use gradus::data::{MnistPart, load_mnist, synthetic_digits};
use gradus::metrics::{Average, ClassScoreOptions, classification_report};
use gradus::prelude::*;
use gradus_examples::{Page, Result, RunOptions, course, run};

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let options = RunOptions::with_data()?;
    let mut page = Page::new("ch22_mnist_softmax", options.json);
    let (train, test) = match &options.data {
        Some(folder) => digits_from(folder)?,
        None => (synthetic_digits(4000, 0)?, synthetic_digits(1000, 1)?),
    };
    let (x, y) = pixels(&train)?;
    let (x_test, y_test) = pixels(&test)?;
    page.say(format!(
        "{} digits to train on, {} to test on",
        x.shape()[0],
        x_test.shape()[0]
    ));
    examples(&page, &train)?;

    let rng = Generator::new(0);
    let model = Sequential::new().with(Linear::new(784, 10, &rng));
    let sgd = Sgd::new(model.parameters(), 0.1)?;
    let mut trainer = Trainer::new(model, CrossEntropyLoss::new(), sgd).with_generator(&rng);
    trainer.set_loaders(
        DataLoader::new(TensorDataset::new((x, y))?, 100)
            .shuffle(true)
            .rng(&rng),
        DataLoader::new(TensorDataset::new((x_test.clone(), y_test.clone()))?, 500).rng(&rng),
    )?;
    trainer.train(10)?;
    for (epoch, (train, test)) in trainer
        .losses()
        .iter()
        .zip(trainer.val_losses())
        .enumerate()
    {
        page.say(format!(
            "epoch {:2}: training loss {train:.4}, test loss {test:.4}",
            epoch + 1
        ));
    }
    page.figure("losses", &trainer.plot_losses()?)?;

    let probabilities = trainer.predict(&x_test)?.softmax(1)?;
    let classes = probabilities.argmax(1, false)?;
    scores(&mut page, &y_test, &classes)?;
    pictures_of_weights(&page, &trainer)?;
    worst_mistakes(&page, &test, &y_test, &classes, &probabilities)?;
    Ok(page.close())
}

fn digits_from(folder: &PathBuf) -> Result<(TensorDataset, TensorDataset)> {
    Ok((
        load_mnist(folder, MnistPart::Train)?,
        load_mnist(folder, MnistPart::Test)?,
    ))
}

/// Images as rows of 784 numbers from 0 to 1.
fn pixels(digits: &TensorDataset) -> Result<(Tensor, Tensor)> {
    let [images, labels] = digits.tensors() else {
        return Err("a pair was made".into());
    };
    let rows = images.shape()[0];
    let x = images
        .reshape([rows, 784])?
        .to_dtype(DType::F32)?
        .div_scalar(255.0)?;
    Ok((x, labels.clone()))
}

fn examples(page: &Page, digits: &TensorDataset) -> Result<()> {
    let [images, labels] = digits.tensors() else {
        return Err("a pair was made".into());
    };
    let titles: Vec<String> = labels
        .narrow(0, 0, 20)?
        .to_vec::<i64>()?
        .iter()
        .map(i64::to_string)
        .collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    page.figure(
        "digits",
        &plot::images(&images.narrow(0, 0, 20)?, &titles, 10)?.title("The first twenty"),
    )
}

fn scores(page: &mut Page, y: &Tensor, classes: &Tensor) -> Result<()> {
    let accuracy = accuracy_score(y, classes, Default::default())?;
    let mean = ClassScoreOptions {
        average: Average::Macro,
        ..Default::default()
    };
    let precision = precision_score(y, classes, mean)?;
    let recall = recall_score(y, classes, mean)?;
    let f1 = f1_score(y, classes, mean)?;
    page.say(format!("\naccuracy {accuracy:.4}, precision {precision:.4}, recall {recall:.4}, F1 {f1:.4} (means over the digits)"));
    page.say(classification_report(y, classes, Default::default())?);
    page.compare(course("accuracy above", "0.85").at_least(accuracy));
    page.compare(course("F1 above", "0.85").at_least(f1));
    let names = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    page.figure(
        "confusion",
        &plot::confusion_matrix(&confusion_matrix(y, classes, Default::default())?, &names)?,
    )
}

/// The ten rows of the weight as images: where ink speaks for a digit and where against it.
fn pictures_of_weights(page: &Page, trainer: &Trainer) -> Result<()> {
    let state = trainer.model().state_dict();
    let weight = state.get("0.weight").ok_or("no weight")?;
    let titles = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    let figure = plot::images(&weight.reshape([10, 28, 28])?, &titles, 5)?;
    page.figure("weights", &figure.title("What each digit looks for"))
}

/// The digits that were called another with the greatest confidence.
fn worst_mistakes(
    page: &Page,
    digits: &TensorDataset,
    y: &Tensor,
    classes: &Tensor,
    probabilities: &Tensor,
) -> Result<()> {
    let (labels, called) = (y.to_vec::<i64>()?, classes.to_vec::<i64>()?);
    let rows = probabilities.to_vec::<f64>()?;
    let mut wrong: Vec<(usize, f64)> = (0..labels.len())
        .filter(|&i| labels[i] != called[i])
        .map(|i| (i, rows[i * 10 + called[i] as usize]))
        .collect();
    wrong.sort_by(|a, b| b.1.total_cmp(&a.1));
    wrong.truncate(10);
    if wrong.is_empty() {
        page.say("no mistakes");
        return Ok(());
    }
    let titles: Vec<String> = wrong
        .iter()
        .map(|&(i, p)| format!("{} as {}, {:.0} %", labels[i], called[i], 100.0 * p))
        .collect();
    page.say(format!(
        "\nthe most confident mistakes: {}",
        titles.join("; ")
    ));
    let index: Vec<i64> = wrong.iter().map(|&(i, _)| i as i64).collect();
    let images = digits.tensors()[0].take_rows(&index)?;
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    page.figure(
        "mistakes",
        &plot::images(&images, &titles, 5)?.title("The most confident mistakes"),
    )
}
