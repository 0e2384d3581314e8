//! Chapter 25: overfitting. A net with more freedom than the data can fill learns the noise. What helps, each measured on the same
//! twenty noisy samples of a sine: fewer units, penalties, dropout, stopping early, more data, several models.

use std::process::ExitCode;

use gradus::data::{KFold, StratifiedKFold, Table};
use gradus::plot::Grid;
use gradus::prelude::*;
use gradus_examples::{Page, Result, RunOptions, course, run};

const EPOCHS: usize = 1500;

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch25_overfitting", RunOptions::json_only()?);
    let data = Data::new()?;
    let plain = Fit::new(&data, 64, Help::Nothing)?;
    page.say(format!(
        "64 hidden units, {EPOCHS} epochs: training error {:.4}, validation error {:.4}",
        plain.train_error(),
        plain.error(&data)?
    ));
    model_size(&mut page, &data)?;
    penalties(&mut page, &data, &plain)?;
    dropout(&page, &data, &plain)?;
    early_stopping(&mut page, &data, &plain)?;
    augmentation(&mut page, &data, &plain)?;
    cross_validation(&mut page, &data)?;
    stratified(&mut page)?;
    feature_selection(&mut page)?;
    bagging(&mut page, &data, &plain)?;
    boosting(&page, &data)?;
    Ok(page.close())
}

/// A sine with noise: few samples to train on, many without noise to see what was learned.
struct Data {
    x: Tensor,
    y: Tensor,
    x_val: Tensor,
    y_val: Tensor,
}

impl Data {
    fn new() -> Result<Data> {
        let rng = Generator::new(7);
        let noise: Vec<f32> = rng.randn(20);
        let x: Vec<f32> = (0..20).map(|i| -3.0 + i as f32 * 0.3).collect();
        let y: Vec<f32> = x
            .iter()
            .zip(noise)
            .map(|(x, z)| x.sin() + 0.3 * z)
            .collect();
        let x_val: Vec<f32> = (0..120).map(|i| -3.0 + i as f32 * 0.05).collect();
        let y_val: Vec<f32> = x_val.iter().map(|x| x.sin()).collect();
        Ok(Data {
            x: Tensor::from_vec(x, [20, 1])?,
            y: Tensor::from_vec(y, [20, 1])?,
            x_val: Tensor::from_vec(x_val, [120, 1])?,
            y_val: Tensor::from_vec(y_val, [120, 1])?,
        })
    }
}

/// What is done against overfitting.
#[derive(Clone, Copy)]
enum Help {
    Nothing,
    /// λ Σ |w|
    L1(f64),
    /// λ Σ w²
    L2(f64),
    Dropout(f64),
}

/// A net that was trained, with its errors over the epochs.
struct Fit {
    model: Sequential,
    train: Vec<f64>,
    validation: Vec<f64>,
}

impl Fit {
    fn new(data: &Data, hidden: usize, help: Help) -> Result<Fit> {
        Fit::to(data, &data.x, &data.y, hidden, help, 0)
    }

    fn to(
        data: &Data,
        x: &Tensor,
        y: &Tensor,
        hidden: usize,
        help: Help,
        seed: u64,
    ) -> Result<Fit> {
        let rng = Generator::new(seed);
        let mut model = Sequential::new()
            .with(Linear::new(1, hidden, &rng))
            .with(Tanh::new());
        if let Help::Dropout(p) = help {
            model.push(Dropout::new(p, &rng)?);
        }
        model.push(Linear::new(hidden, 1, &rng));
        let parameters = model.parameters();
        let mut optimizer = Adam::new(parameters.clone(), 0.02)?;
        let (mut train, mut validation) = (Vec::new(), Vec::new());
        for _ in 0..EPOCHS {
            let error = MseLoss::new().forward(&model.forward(&x.into())?, y)?;
            train.push(error.item()?);
            let mut loss = error;
            for parameter in &parameters {
                loss = match help {
                    Help::L1(factor) => loss.add(&parameter.abs()?.sum()?.mul_scalar(factor)?)?,
                    Help::L2(factor) => {
                        loss.add(&parameter.square()?.sum()?.mul_scalar(factor)?)?
                    }
                    Help::Nothing | Help::Dropout(_) => loss,
                };
            }
            optimizer.zero_grad();
            loss.backward()?;
            optimizer.step()?;
            model.eval();
            let predicted = no_grad(|| model.forward(&(&data.x_val).into()))?;
            validation.push(MseLoss::new().forward(&predicted, &data.y_val)?.item()?);
            model.train();
        }
        model.eval();
        Ok(Fit {
            model,
            train,
            validation,
        })
    }

    fn predict(&self, x: &Tensor) -> Result<Tensor> {
        Ok(no_grad(|| self.model.forward(&x.into()))?.value())
    }

    fn train_error(&self) -> f64 {
        self.train.last().copied().unwrap_or(f64::NAN)
    }

    fn error(&self, data: &Data) -> Result<f64> {
        squared_error(&self.predict(&data.x_val)?, &data.y_val)
    }
}

fn squared_error(predicted: &Tensor, y: &Tensor) -> Result<f64> {
    Ok(predicted.sub(y)?.square()?.mean()?.item()?)
}

/// The data, the sine and the curves of some models.
fn curves(data: &Data, models: &[(&str, Tensor)]) -> Result<Figure> {
    let mut lines: Vec<(&str, &dyn plot::Series)> = vec![("sine", &data.y_val)];
    for (name, curve) in models {
        lines.push((name, curve));
    }
    Ok(plot::scatter(&data.x, &data.y)?
        .color(plot::Color::REFERENCE)
        .overlay(plot::lines(&data.x_val, &lines)?)
        .x_label("x")
        .y_label("y"))
}

/// A row that holds if `ours` is smaller than `other`.
fn smaller(page: &mut Page, what: &str, ours: f64, other: f64) {
    let holds = f64::from(u8::from(ours < other));
    page.compare(course(&format!("{what} (1: it is so)"), "1").digits(&[holds]));
}

fn model_size(page: &mut Page, data: &Data) -> Result<()> {
    let (mut sizes, mut train, mut validation, mut shown) = (vec![], vec![], vec![], vec![]);
    page.say("\nhidden units   training error   validation error");
    for hidden in [1, 2, 4, 16, 64] {
        let fit = Fit::new(data, hidden, Help::Nothing)?;
        let (error, name) = (fit.error(data)?, ["1 unit", "4 units", "64 units"]);
        page.say(format!(
            "{hidden:12}   {:14.4}   {error:16.4}",
            fit.train_error()
        ));
        sizes.push(hidden as f64);
        train.push(fit.train_error());
        validation.push(error);
        if let Some(at) = [1, 4, 64].iter().position(|&size| size == hidden) {
            shown.push((name[at], fit.predict(&data.x_val)?));
        }
    }
    smaller(
        page,
        "64 units fit the training data better than 4",
        train[4],
        train[2],
    );
    smaller(page, "and the sine worse", validation[2], validation[4]);
    let errors = plot::lines(&sizes, &[("training", &train), ("validation", &validation)])?
        .log_x()
        .title("Error by size")
        .x_label("hidden units")
        .y_label("squared error");
    page.figure(
        "model_size",
        &Grid::new(2, vec![curves(data, &shown)?.title("Three sizes"), errors])?,
    )
}

fn penalties(page: &mut Page, data: &Data, plain: &Fit) -> Result<()> {
    let l1 = Fit::new(data, 64, Help::L1(1e-3))?;
    let l2 = Fit::new(data, 64, Help::L2(1e-3))?;
    let small = |fit: &Fit| -> Result<f64> {
        let mut count = 0.0;
        for parameter in fit.model.parameters() {
            count += parameter
                .value()
                .abs()?
                .lt_scalar(0.01)?
                .to_dtype(DType::F64)?
                .sum()?
                .item::<f64>()?;
        }
        Ok(count)
    };
    page.say(format!(
        "\nvalidation error {:.4} without a penalty, {:.4} with L1, {:.4} with L2; parameters below 0.01: {}, {}, {}",
        plain.error(data)?, l1.error(data)?, l2.error(data)?, small(plain)?, small(&l1)?, small(&l2)?
    ));
    smaller(
        page,
        "L2 brings the validation error down",
        l2.error(data)?,
        plain.error(data)?,
    );
    smaller(
        page,
        "L1 leaves fewer parameters than L2",
        small(&l2)?,
        small(&l1)?,
    );
    let shown = [
        ("no penalty", plain.predict(&data.x_val)?),
        ("L1", l1.predict(&data.x_val)?),
        ("L2", l2.predict(&data.x_val)?),
    ];
    let history = plot::losses(&[
        ("no penalty", &plain.validation),
        ("L1", &l1.validation),
        ("L2", &l2.validation),
    ])?
    .title("Validation error")
    .log_y();
    page.figure(
        "penalties",
        &Grid::new(2, vec![curves(data, &shown)?.title("Penalties"), history])?,
    )
}

fn dropout(page: &Page, data: &Data, plain: &Fit) -> Result<()> {
    let dropped = Fit::new(data, 64, Help::Dropout(0.2))?;
    page.say(format!(
        "validation error {:.4} with dropout 0.2",
        dropped.error(data)?
    ));
    let shown = [
        ("without", plain.predict(&data.x_val)?),
        ("dropout 0.2", dropped.predict(&data.x_val)?),
    ];
    page.figure("dropout", &curves(data, &shown)?.title("Dropout"))
}

fn early_stopping(page: &mut Page, data: &Data, plain: &Fit) -> Result<()> {
    let best = plain
        .validation
        .iter()
        .copied()
        .fold(f64::INFINITY, f64::min);
    let epoch = plain
        .validation
        .iter()
        .position(|&v| v == best)
        .unwrap_or(0)
        + 1;
    page.say(format!(
        "the validation error was least, {best:.4}, after {epoch} epochs: a stop there"
    ));
    smaller(
        page,
        "stopped early it is smaller than at the end",
        best,
        plain.error(data)?,
    );
    let figure = plot::losses(&[
        ("training", &plain.train),
        ("validation", &plain.validation),
    ])?
    .vertical_line(epoch as f64, "stop")
    .log_y()
    .title("Errors of 64 units");
    page.figure("early_stopping", &figure)
}

/// Copies of the samples, moved a little.
fn augmentation(page: &mut Page, data: &Data, plain: &Fit) -> Result<()> {
    let rng = Generator::new(3);
    let (mut xs, mut ys) = (vec![data.x.clone()], vec![data.y.clone()]);
    for _ in 0..4 {
        let moved: Vec<f32> = rng.randn(20);
        xs.push(
            data.x
                .add(&Tensor::from_vec(moved, [20, 1])?.mul_scalar(0.2)?)?,
        );
        ys.push(data.y.clone());
    }
    let (x, y) = (
        Tensor::cat(&xs.iter().collect::<Vec<_>>(), 0)?,
        Tensor::cat(&ys.iter().collect::<Vec<_>>(), 0)?,
    );
    let augmented = Fit::to(data, &x, &y, 64, Help::Nothing, 0)?;
    let error = augmented.error(data)?;
    page.say(format!(
        "validation error {error:.4} with four moved copies of each sample"
    ));
    smaller(
        page,
        "augmentation brings it down",
        error,
        plain.error(data)?,
    );
    let shown = [
        ("20 samples", plain.predict(&data.x_val)?),
        ("100, moved", augmented.predict(&data.x_val)?),
    ];
    page.figure("augmentation", &curves(data, &shown)?.title("Augmentation"))
}

/// Without validation data: each fifth of the training data is held out once.
fn cross_validation(page: &mut Page, data: &Data) -> Result<()> {
    let (mut names, mut errors) = (Vec::new(), Vec::new());
    for hidden in [1, 4, 64] {
        let mut sum = 0.0;
        for fold in KFold::new(5).shuffle(0).split(20)? {
            let part = |rows: &[usize], of: &Tensor| -> Result<Tensor> {
                let rows: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
                Ok(of.take_rows(&rows)?)
            };
            let (x, y) = (part(&fold.train, &data.x)?, part(&fold.train, &data.y)?);
            let fit = Fit::to(data, &x, &y, hidden, Help::Nothing, 0)?;
            sum += squared_error(
                &fit.predict(&part(&fold.test, &data.x)?)?,
                &part(&fold.test, &data.y)?,
            )?;
        }
        page.say(format!(
            "5-fold cross-validation, {hidden} units: error {:.4}",
            sum / 5.0
        ));
        names.push(match hidden {
            1 => "1 unit".to_owned(),
            _ => format!("{hidden} units"),
        });
        errors.push(sum / 5.0);
    }
    smaller(
        page,
        "cross-validation prefers 1 unit to 64",
        errors[0],
        errors[2],
    );
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let figure = plot::bar(&names, &errors)?.title("Error of 5-fold cross-validation");
    page.figure("cross_validation", &figure)
}

/// Stratified folds keep the share of the classes.
fn stratified(page: &mut Page) -> Result<()> {
    let y = load_breast_cancer()?.y.ok_or("the table has labels")?;
    let labels = y.to_vec::<i64>()?;
    let shares: Vec<f64> = StratifiedKFold::new(5)
        .split(&labels)?
        .iter()
        .map(|fold| {
            fold.test.iter().map(|&i| labels[i] as f64).sum::<f64>() / fold.test.len() as f64
        })
        .collect();
    page.say(format!(
        "\nstratified folds of the breast cancer data, share of class 1: {shares:.3?}"
    ));
    let spread = shares
        .iter()
        .fold(0.0_f64, |most, s| most.max((s - shares[0]).abs()));
    page.compare(course("all folds have the same share of class 1", "0").within(0.01, &[spread]));
    page.figure(
        "stratified",
        &plot::bar(&["1", "2", "3", "4", "5"], &shares)?.title("Share of class 1 in each fold"),
    )
}

/// The features that tell most about the class, by the correlation with it.
fn feature_selection(page: &mut Page) -> Result<()> {
    let Table { x, y, .. } = load_breast_cancer()?;
    let y = y.ok_or("the table has labels")?.to_dtype(DType::F64)?;
    let x = StandardScaler::new().fit_transform(&x)?;
    let centred = y.sub(&y.mean()?)?.reshape([569, 1])?;
    let spread = centred.square()?.mean()?.sqrt()?;
    let correlation = x
        .mul(&centred)?
        .mean_dims(&[0], false)?
        .div(&spread)?
        .abs()?;
    let scores = correlation.to_vec::<f64>()?;
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let train = |features: &[usize]| -> Result<f64> {
        let index = Tensor::from_vec(
            features.iter().map(|&f| f as i64).collect::<Vec<_>>(),
            [features.len()],
        )?;
        let x = x.index_select(1, &index)?.to_dtype(DType::F32)?;
        let target = y.reshape([569, 1])?.to_dtype(DType::F32)?;
        let model = Linear::new(features.len(), 1, &Generator::new(0));
        let mut optimizer = Sgd::new(model.parameters(), 0.5)?;
        for _ in 0..200 {
            let loss = BceWithLogitsLoss::new().forward(&model.forward(&(&x).into())?, &target)?;
            optimizer.zero_grad();
            loss.backward()?;
            optimizer.step()?;
        }
        let probability = no_grad(|| model.forward(&(&x).into()))?.value().sigmoid()?;
        Ok(accuracy_score(
            &target,
            &predict_at_threshold(&probability, 0.5)?,
            Default::default(),
        )?)
    };
    let (best, all) = (train(&order[..5])?, train(&order)?);
    page.say(format!(
        "five features of thirty, {:?}: accuracy {best:.4}; all thirty: {all:.4}",
        &order[..5]
    ));
    page.compare(course("five features keep the accuracy above", "0.9").at_least(best));
    let ranked: Vec<f64> = order.iter().map(|&f| scores[f]).collect();
    let names: Vec<String> = order.iter().map(ToString::to_string).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let figure = plot::bar(&names, &ranked)?
        .title("Correlation of each feature with the class")
        .x_label("feature");
    page.figure("feature_selection", &figure)
}

/// Ten nets, each on samples drawn with replacement; their mean is smoother than each of them.
fn bagging(page: &mut Page, data: &Data, plain: &Fit) -> Result<()> {
    let rng = Generator::new(5);
    let mut curves_of = Vec::new();
    for seed in 0..10 {
        let rows = rng.randint(0, 20, 20)?;
        let fit = Fit::to(
            data,
            &data.x.take_rows(&rows)?,
            &data.y.take_rows(&rows)?,
            64,
            Help::Nothing,
            seed,
        )?;
        curves_of.push(fit.predict(&data.x_val)?);
    }
    let mean = Tensor::stack(&curves_of.iter().collect::<Vec<_>>(), 0)?.mean_dims(&[0], false)?;
    let error = squared_error(&mean, &data.y_val)?;
    let mut each = 0.0;
    for curve in &curves_of {
        each += squared_error(curve, &data.y_val)? / 10.0;
    }
    page.say(format!("\nbagging: one net's error is {each:.4} on average, that of the mean of ten {error:.4}; all data, one net {:.4}", plain.error(data)?));
    smaller(
        page,
        "the mean of ten nets is better than the average net",
        error,
        each,
    );
    let shown = [
        ("one of ten", curves_of[0].clone()),
        ("another", curves_of[1].clone()),
        ("mean of ten", mean),
    ];
    page.figure("bagging", &curves(data, &shown)?.title("Bagging"))
}

/// Small nets one after the other, each fitted to what the others left over.
fn boosting(page: &Page, data: &Data) -> Result<()> {
    let (mut left, mut sum) = (data.y.clone(), data.y_val.zeros_like());
    let mut shown = Vec::new();
    for (round, name) in ["1 net", "2 nets", "3 nets", "4 nets"]
        .into_iter()
        .enumerate()
    {
        let fit = Fit::to(data, &data.x, &left, 1, Help::Nothing, round as u64)?;
        left = left.sub(&fit.predict(&data.x)?)?;
        sum = sum.add(&fit.predict(&data.x_val)?)?;
        page.say(format!(
            "boosting, {name} of one unit: validation error {:.4}",
            squared_error(&sum, &data.y_val)?
        ));
        shown.push((name, sum.clone()));
    }
    page.figure("boosting", &curves(data, &shown)?.title("Boosting"))
}
