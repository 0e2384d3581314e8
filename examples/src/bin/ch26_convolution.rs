//! Chapter 26: convolution. A small filter slides over the picture and finds its stroke wherever it stands.

use std::process::ExitCode;

use gradus::data::synthetic_digits;
use gradus::nn::{Conv2d, Conv2dOptions, ConvPadding, Flatten, MaxPool2d, observe};
use gradus::plot::{Grid, Legend};
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, course, run};

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch26_convolution", RunOptions::json_only()?);
    let train = pictures(&synthetic_digits(2000, 0)?)?;
    let test = pictures(&synthetic_digits(500, 1)?)?;
    by_hand(&page, &test.0)?;

    // Two networks with the same first seed, data and optimizer: a small convolutional one, and one linear layer.
    let rng = Generator::new(0);
    let convolutional = trained(convolutional(&rng)?, &rng, &train, &test)?;
    let rng = Generator::new(0);
    let linear = Sequential::new()
        .with(Flatten::new())
        .with(Linear::new(784, 10, &rng));
    let linear = trained(linear, &rng, &train, &test)?;

    page.say(convolutional.model().summary(&[1, 1, 28, 28])?);
    let both = [("convolutional", &convolutional), ("linear", &linear)];
    let record = Record::read(include_str!("../../data/convolution.json"))?;
    losses(&mut page, &record, &both)?;
    shifted(&mut page, &record, &both, &test)?;
    filters(&page, convolutional.model())?;
    feature_maps(&page, convolutional.model(), &test.0)?;
    Ok(page.close())
}

/// Pictures with one channel, numbers from 0 to 1, and their classes.
fn pictures(digits: &TensorDataset) -> Result<(Tensor, Tensor)> {
    let [images, labels] = digits.tensors() else {
        return Err("a pair was made".into());
    };
    let x = images.unsqueeze(1)?.to_dtype(DType::F32)?;
    Ok((x.div_scalar(255.0)?, labels.clone()))
}

/// What a filter answers at a place is the sum of the pixels below it, each times the filter's number: much where
/// the picture looks like the filter. These two look for edges.
fn by_hand(page: &Page, pictures: &Tensor) -> Result<()> {
    let filters = tensor![
        [[[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]],
        [[[-1.0, -2.0, -1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1.0]]],
    ];
    let digit = pictures.narrow(0, 0, 1)?;
    let edges = digit.conv2d(&filters, None, &Default::default())?;
    page.say(format!(
        "a picture of {:?}, through two filters of 3 × 3, gives {:?}",
        digit.shape(),
        edges.shape()
    ));
    let answer = |filter: isize, title: &str| -> Result<Figure> {
        let figure = plot::weights(&edges.select(0, 0)?.select(0, filter)?)?;
        Ok(without_axes(figure).title(title))
    };
    let picture = plot::images(&digit, &[], 1)?.title("The picture");
    let upright = answer(0, "Where it brightens to the right")?;
    let level = answer(1, "Where it brightens downwards")?;
    let figures = vec![picture, upright, level];
    page.figure("by_hand", &Grid::new(3, figures)?.panel(330, 330))
}

fn without_axes(mut figure: Figure) -> Figure {
    for axis in [&mut figure.x, &mut figure.y] {
        axis.visible = false;
        axis.label = None;
    }
    figure
}

/// Filters of 5 × 5, eight and then sixteen; after each step the strongest answer of every 2 × 2 places goes on.
fn convolutional(rng: &Generator) -> Result<Sequential> {
    let same = Conv2dOptions {
        padding: ConvPadding::Same,
        ..Conv2dOptions::default()
    };
    Ok(Sequential::new()
        .with(Conv2d::with_options(1, 8, 5, same, rng)?)
        .with(Relu::new())
        .with(MaxPool2d::new(2))
        .with(Conv2d::with_options(8, 16, 5, same, rng)?)
        .with(Relu::new())
        .with(MaxPool2d::new(2))
        .with(Flatten::new())
        .with(Linear::new(16 * 7 * 7, 10, rng)))
}

fn trained(
    model: Sequential,
    rng: &Generator,
    train: &(Tensor, Tensor),
    test: &(Tensor, Tensor),
) -> Result<Trainer> {
    let sgd = Sgd::new(model.parameters(), 0.05)?;
    let mut trainer = Trainer::new(model, CrossEntropyLoss::new(), sgd).with_generator(rng);
    trainer.set_loaders(
        DataLoader::new(TensorDataset::new(train.clone())?, 50)
            .shuffle(true)
            .rng(rng),
        DataLoader::new(TensorDataset::new(test.clone())?, 500).rng(rng),
    )?;
    trainer.train(5)?;
    Ok(trainer)
}

fn losses(page: &mut Page, record: &Record, both: &[(&str, &Trainer)]) -> Result<()> {
    let mut curves = Vec::new();
    for (name, trainer) in both {
        let (train, test) = (trainer.losses(), trainer.val_losses());
        page.say(format!(
            "{name}: training loss {train:.4?}, test loss {test:.4?}"
        ));
        for (which, ours) in [("loss", train), ("test_loss", test)] {
            let path = format!("/{name}/{which}");
            let row = format!("{name}: {} of the first epoch", which.replace('_', " "));
            page.compare(record.row(&row, &format!("{path}/0"), 1e-5, &ours[..1]));
            let row = format!("{name}: {} of all", which.replace('_', " "));
            page.compare(record.row(&row, &path, 1e-3, ours));
        }
        curves.push((format!("{name}, training"), train.to_vec()));
        curves.push((format!("{name}, test"), test.to_vec()));
    }
    page.figure("losses", &plot::losses(&plot::named(&curves))?)
}

/// A linear layer has learnt which pixels are dark. Filters look everywhere, so a digit that has moved a little is
/// still the same digit.
fn shifted(
    page: &mut Page,
    record: &Record,
    both: &[(&str, &Trainer)],
    (x, y): &(Tensor, Tensor),
) -> Result<()> {
    let mut curves = Vec::new();
    for (name, trainer) in both {
        let mut accuracies = Vec::new();
        for pixels in 0..7 {
            let classes = trainer
                .predict(&x.roll(&[pixels], &[3])?)?
                .argmax(1, false)?;
            accuracies.push(accuracy_score(y, &classes, Default::default())?);
        }
        page.say(format!(
            "{name}: accuracy {}, with the digits moved by 1, 2 … 6 pixels {:?}",
            accuracies[0],
            &accuracies[1..]
        ));
        let recorded = record.text(&format!("/{name}/accuracy"));
        page.compare(course(&format!("{name}: accuracy"), &recorded).digits(&accuracies[..1]));
        // One digit of the 500 more or less.
        let path = format!("/{name}/shifted");
        page.compare(record.row(&format!("{name}: moved digits"), &path, 0.0021, &accuracies));
        curves.push((*name, accuracies));
    }
    let figure = plot::lines(&[0, 1, 2, 3, 4, 5, 6], &plot::named(&curves))?
        .title("Digits that have moved")
        .y_range(0.0, 1.02);
    page.figure(
        "shifted",
        &figure.x_label("pixels to the right").y_label("accuracy"),
    )
}

fn filters(page: &Page, model: &dyn Module) -> Result<()> {
    let state = model.state_dict();
    let weight = state
        .get("0.weight")
        .ok_or("the first layer has a weight")?;
    let mut figures = Vec::new();
    for filter in &weight.squeeze(1)?.unbind(0)? {
        let mut figure = without_axes(plot::weights(filter)?);
        figure.color_bar = None;
        figures.push(figure.legend(Legend::Hidden));
    }
    let grid = Grid::new(4, figures)?.panel(160, 160);
    page.figure(
        "filters",
        &grid.title("Eight filters: vermilion for ink, blue for its absence"),
    )
}

/// What the layers make of one digit.
fn feature_maps(page: &Page, model: &dyn Module, pictures: &Tensor) -> Result<()> {
    let digit = Var::from(pictures.narrow(0, 0, 1)?);
    let (_, seen) = no_grad(|| observe(model, || model.forward(&digit)));
    for (layer, columns, name, title) in [
        ("1", 4, "maps_1", "Where each of the eight filters answers"),
        ("4", 8, "maps_2", "And the sixteen of the second layer"),
    ] {
        let maps = seen.iter().find(|(path, _)| path == layer);
        let (_, maps) = maps.ok_or("the layer was called")?;
        // Each map from black to its own brightest place.
        let maps = maps.value().squeeze(0)?;
        let maps = maps.div(&maps.amax(&[1, 2], true)?.clamp_min(1e-6)?)?;
        let figure = plot::images(&maps, &[], columns)?;
        page.figure(name, &figure.title(title))?;
    }
    Ok(())
}
