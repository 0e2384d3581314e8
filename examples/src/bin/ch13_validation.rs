//! Chapter 13: training, validation and test. Parameters are learned on the training data, everything else, here the learning
//! rate, is chosen on the validation data.
//!
//! The training data have outliers, the validation data have none, so the two costs disagree; and at the largest learning rate
//! the training diverges.

use std::process::ExitCode;

use gradus::formats::{TensorMap, safetensors};
use gradus::plot::Grid;
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, run};

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("ch13_validation", RunOptions::json_only()?);
    let rng = Generator::new(1);
    let train = line_with_outliers(-3.0, 1.0, 0.1, &rng)?;
    let validation = noisy_line(-3.0, 1.0, 0.1, &rng)?;
    let tried = search(&mut page, &train, &validation, &rng)?;
    let best = choose(&mut page, &tried)?;
    pictures(&page, &train, &validation, &tried)?;
    keep_the_best(&mut page, best, &validation)?;
    early_stopping(&page, &train, &validation)?;
    three_way_split(&page)?;
    external_validation(&page, best)?;
    Ok(page.close())
}

/// What one learning rate came to.
struct Tried {
    rate: f64,
    model: Linear,
    train_cost: f64,
    validation_cost: f64,
}

const RATES: [f64; 5] = [0.0001, 0.001, 0.01, 0.1, 1.0];

fn cost(model: &Linear, data: &TensorDataset) -> Result<f64> {
    let [x, y] = data.tensors() else {
        return Err("a pair was made".into());
    };
    let predicted = no_grad(|| model.forward(&x.into()))?;
    Ok(MseLoss::new().forward(&predicted, y)?.item()?)
}

/// Ten epochs with each learning rate, each from new random parameters of the same generator.
fn search(
    page: &mut Page,
    train: &TensorDataset,
    validation: &TensorDataset,
    rng: &Generator,
) -> Result<Vec<Tried>> {
    let record = Record::of("003/train-val")?;
    let loader = DataLoader::new(train.clone(), 1).rng(rng);
    let mut tried = Vec::new();
    page.say("learning rate   training cost   validation cost   w, b");
    for (rate, name) in RATES
        .into_iter()
        .zip(["0.0001", "0.001", "0.01", "0.1", "1"])
    {
        let model = Linear::new(1, 1, rng);
        let mut optimizer = Sgd::new(model.parameters(), rate)?;
        for _ in 0..10 {
            for batch in &loader {
                let (x, y) = batch?.pair()?;
                let loss = MseLoss::new().forward(&model.forward(&x.into())?, &y)?;
                optimizer.zero_grad();
                loss.backward()?;
                optimizer.step()?;
            }
        }
        let (train_cost, validation_cost) = (cost(&model, train)?, cost(&model, validation)?);
        let parameters: Vec<f64> = model
            .parameters()
            .iter()
            .map(Var::item)
            .collect::<Result<_, _>>()?;
        page.say(format!(
            "{rate:13}   {train_cost:13.4}   {validation_cost:15.4}   {parameters:.4?}"
        ));
        let [w, b] = parameters[..] else {
            return Err("a weight and a bias".into());
        };
        for (what, path, ours) in [
            ("w", "final/weight", w),
            ("b", "final/bias", b),
            ("training cost", "train_cost", train_cost),
            ("validation cost", "val_cost", validation_cost),
        ] {
            let path = format!("/results/{name}/{path}");
            page.compare(record.row(&format!("{what} at rate {name}"), &path, 1e-5, &[ours]));
        }
        tried.push(Tried {
            rate,
            model,
            train_cost,
            validation_cost,
        });
    }
    Ok(tried)
}

/// The least validation cost. A cost that is not a number is never the least.
fn choose<'t>(page: &mut Page, tried: &'t [Tried]) -> Result<&'t Tried> {
    let finite = tried.iter().filter(|t| t.validation_cost.is_finite());
    let best = finite
        .min_by(|a, b| a.validation_cost.total_cmp(&b.validation_cost))
        .ok_or("no training converged")?;
    page.say(format!(
        "\nbest on the validation data: rate {}. The run at rate 1 diverged: its costs are not numbers, and it is not chosen.",
        best.rate
    ));
    Ok(best)
}

fn pictures(
    page: &Page,
    train: &TensorDataset,
    validation: &TensorDataset,
    tried: &[Tried],
) -> Result<()> {
    let [x, y] = train.tensors() else {
        return Err("a pair was made".into());
    };
    let converged: Vec<&Tried> = tried
        .iter()
        .filter(|t| t.validation_cost.is_finite())
        .collect();
    let rates: Vec<f64> = converged.iter().map(|t| t.rate).collect();
    let costs = |of: fn(&Tried) -> f64| converged.iter().map(|t| of(t)).collect::<Vec<f64>>();
    let search = plot::lines(
        &rates,
        &[
            ("training", &costs(|t| t.train_cost)),
            ("validation", &costs(|t| t.validation_cost)),
        ],
    )?
    .log_x()
    .title("Cost after ten epochs")
    .x_label("learning rate")
    .y_label("cost");

    let predictions: Vec<Tensor> = converged
        .iter()
        .map(|t| Ok(no_grad(|| t.model.forward(&x.into()))?.value()))
        .collect::<Result<_>>()?;
    let names: Vec<String> = rates.iter().map(|rate| format!("rate {rate}")).collect();
    let curves: Vec<(&str, &dyn plot::Series)> = names
        .iter()
        .zip(&predictions)
        .map(|(name, line)| (name.as_str(), line as &dyn plot::Series))
        .collect();
    let lines = plot::scatter(x, y)?
        .color(plot::Color::REFERENCE)
        .overlay(plot::lines(x, &curves)?)
        .title("Training data with outliers, four fits")
        .x_label("x")
        .y_label("y");
    page.figure("search", &Grid::new(2, vec![search, lines])?)?;
    let clean = plot::scatter(&validation.tensors()[0], &validation.tensors()[1])?
        .title("Validation data")
        .x_label("x")
        .y_label("y");
    page.figure("validation_data", &clean)
}

/// The best model goes to a file and comes back the same.
fn keep_the_best(page: &mut Page, best: &Tried, validation: &TensorDataset) -> Result<()> {
    let file = std::env::temp_dir().join(format!("gradus-best-{}.safetensors", std::process::id()));
    safetensors::write(&file, &TensorMap::from_pairs(best.model.state_dict())?)?;
    let loaded = Linear::new(1, 1, &Generator::new(0));
    let state = StateDict::from_iter(safetensors::read(&file)?);
    loaded.load_state_dict(&state, Strictness::Strict)?;
    std::fs::remove_file(&file)?;
    let again = cost(&loaded, validation)?;
    page.say(format!(
        "saved, loaded: its validation cost is {again:.4} again"
    ));
    if again == best.validation_cost {
        Ok(())
    } else {
        Err("a model changed on its way through a file".into())
    }
}

/// A trainer that stops when the validation loss has not fallen for five epochs, and takes the best parameters back.
fn early_stopping(page: &Page, train: &TensorDataset, validation: &TensorDataset) -> Result<()> {
    let rng = Generator::new(1);
    let model = Sequential::new().with(Linear::new(1, 1, &rng));
    let sgd = Sgd::new(model.parameters(), 0.01)?;
    let mut trainer = Trainer::new(model, MseLoss::new(), sgd).with_generator(&rng);
    trainer.set_loaders(
        DataLoader::new(train.clone(), 1).rng(&rng),
        DataLoader::new(validation.clone(), 60).rng(&rng),
    )?;
    trainer.add_callback(EarlyStopping::new(5).restore_best(true));
    trainer.train(100)?;
    let least = trainer
        .val_losses()
        .iter()
        .copied()
        .fold(f64::INFINITY, f64::min);
    page.say(format!(
        "\nearly stopping: {} of 100 epochs run, least validation loss {least:.4}",
        trainer.total_epochs()
    ));
    page.figure(
        "early_stopping",
        &trainer.plot_losses()?.title("Stopped early").log_y(),
    )
}

/// Training, validation and test sets from one: the test set is looked at once, at the end.
fn three_way_split(page: &Page) -> Result<()> {
    let whole = noisy_line(-3.0, 1.0, 0.1, &Generator::new(2))?;
    let parts = random_split(whole, vec![0.6, 0.2, 0.2], &Generator::new(0))?;
    let sizes: Vec<usize> = parts.iter().map(Dataset::len).collect();
    page.say(format!(
        "\nsixty samples split at random: training, validation, test: {sizes:?}"
    ));
    Ok(())
}

/// Validation on data from elsewhere: the same line, seen further out and measured less exactly.
fn external_validation(page: &Page, best: &Tried) -> Result<()> {
    let elsewhere = noisy_line(-3.0, 1.0, 1.0, &Generator::new(3))?;
    let [x, y] = elsewhere.tensors() else {
        return Err("a pair was made".into());
    };
    let far = TensorDataset::new((x.mul_scalar(2.0)?, y.sub(&x.mul_scalar(3.0)?)?))?;
    page.say(format!(
        "external validation: cost {:.4} on data from elsewhere, {:.4} on the validation data",
        cost(&best.model, &far)?,
        best.validation_cost
    ));
    Ok(())
}
