//! Chapter 20: logistic regression on two moons, from data to figures, with PyTorch's own numbers.
//!
//! `ch20_moons [--json] [--stop-after K --checkpoint F] [--resume F] [--weights W]`

use std::process::ExitCode;

use gradus::metrics::ZeroDivision;
use gradus::plot::Grid;
use gradus::prelude::*;
use gradus_examples::{Page, Record, Result, RunOptions, course, run};

const EPOCHS: usize = 100;

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let options = RunOptions::read()?;
    let mut page = Page::new("ch20_moons", options.json);
    let record = Record::read(include_str!("../../data/moons.json"))?;

    // 1. Data: two half circles with noise, a fifth of them put aside, scaled by what the training part shows.
    let (x, y) = make_moons(100, 0.3, 0)?;
    let [(x_train, x_val), (y_train, y_val)] = train_test_split([&x, &y], 0.2, 13)?;
    let mut scaler = StandardScaler::new();
    let x_train = scaler.fit_transform(&x_train)?;
    let x_val = scaler.transform(&x_val)?;
    page.say(format!(
        "training data {:?}, validation data {:?}",
        x_train.shape(),
        x_val.shape()
    ));

    let mean = record.text("/recorded/scaler_mean");
    page.compare(course("scaler: mean", &mean).within(0.0, scaler.mean()?));
    let scale = record.text("/recorded/scaler_scale");
    page.compare(course("scaler: scale", &scale).within(0.0, scaler.scale()?));
    let first = record.text("/recorded/X_train_scaled_first4");
    let ours = x_train.narrow(0, 0, 4)?.to_vec::<f64>()?;
    page.compare(course("first four training points", &first).within(0.0, &ours));
    let labels = record.text("/recorded/y_val");
    page.compare(course("validation labels", &labels).digits(&y_val.to_vec::<f64>()?));

    let in_plane = |figure: Figure| figure.x_range(-2.4, 2.4).y_range(-2.4, 2.4);
    let on_train = plot::scatter_classes(&x_train, &y_train)?.title("Training data");
    let on_val = plot::scatter_classes(&x_val, &y_val)?.title("Validation data");
    page.figure(
        "data",
        &Grid::new(2, vec![in_plane(on_train), in_plane(on_val)])?,
    )?;

    let (x_train, x_val) = (x_train.to_dtype(DType::F32)?, x_val.to_dtype(DType::F32)?);
    let y_train = y_train.to_dtype(DType::F32)?.reshape([80, 1])?;
    let y_val = y_val.to_dtype(DType::F32)?.reshape([20, 1])?;

    // 2. The model: one linear layer. Its output is a logit; the sigmoid makes it a probability.
    let rng = Generator::new(42);
    let mut model = Sequential::new();
    model.add_module("linear", Linear::new(2, 1, &rng))?;
    page.say(&model);

    let start = model.state_dict();
    let numbers = |state: &StateDict, name: &str| -> Result<Vec<f64>> {
        Ok(state.get(name).ok_or("no such parameter")?.to_vec()?)
    };
    let (weight, bias) = (
        numbers(&start, "linear.weight")?,
        numbers(&start, "linear.bias")?,
    );
    page.compare(course("initial weight", "[[0.5406, 0.5869]]").digits(&weight));
    page.compare(course("initial bias", "[-0.1657]").digits(&bias));

    // 3. The loss: binary cross-entropy. Arguments in the wrong order give a number too, and a wrong one.
    let (p, t) = (tensor![0.9, 0.2], tensor![1.0, 0.0]);
    let right = BceLoss::new().forward(&(&p).into(), &t)?.item::<f64>()?;
    let wrong = BceLoss::new().forward(&(&t).into(), &p)?.item::<f64>()?;
    page.say(format!(
        "BCELoss(prediction, target) = {right:.4}, (target, prediction) = {wrong:.4}"
    ));
    page.compare(course("BCELoss, right order", "0.1643").digits(&[right]));
    page.compare(course("BCELoss, wrong order", "15.0").digits(&[wrong]));

    // 4. Training. Model and both loaders draw from one generator, as PyTorch's do from its global one; the
    //    course seeds it again when training starts.
    let optimizer = Sgd::new(model.parameters(), 0.1)?;
    let train_data = TensorDataset::new((x_train.clone(), y_train.clone()))?;
    let val_data = TensorDataset::new((x_val.clone(), y_val.clone()))?;
    let train_loader = DataLoader::new(train_data, 16).shuffle(true).rng(&rng);
    let val_loader = DataLoader::new(val_data, 16).rng(&rng);

    let mut trainer = Trainer::new(model, BceWithLogitsLoss::new(), optimizer).with_generator(&rng);
    trainer.set_loaders(train_loader, val_loader)?;
    trainer.add_callback(ProgressBar::new());
    trainer.set_seed(42)?;
    if let Some(path) = &options.resume {
        trainer.load_checkpoint(path)?;
        page.say(format!("going on after epoch {}", trainer.total_epochs()));
    }
    let until = options.stop_after.unwrap_or(EPOCHS);
    trainer.train(until.saturating_sub(trainer.total_epochs()))?;
    if let Some(path) = &options.checkpoint {
        trainer.save_checkpoint(path)?;
    }
    if let Some(path) = &options.weights {
        trainer.save_weights(path)?;
    }
    if trainer.total_epochs() != EPOCHS {
        page.say(format!(
            "stopped after epoch {} of {EPOCHS}; go on with --resume",
            trainer.total_epochs()
        ));
        return Ok(ExitCode::SUCCESS);
    }

    let state = trainer.model().state_dict();
    let (weight, bias) = (
        numbers(&state, "linear.weight")?,
        numbers(&state, "linear.bias")?,
    );
    page.say(format!(
        "after {EPOCHS} epochs: weight {weight:.4?}, bias {bias:.4?}"
    ));
    page.compare(course("final weight", "[[1.1806, -1.8693]]").digits(&weight));
    page.compare(course("final bias", "[-0.0591]").digits(&bias));
    let losses = record.text("/recorded/train_loss_per_epoch");
    page.compare(course("training loss of 100 epochs", &losses).within(2e-6, trainer.losses()));
    let losses = record.text("/recorded/val_loss_per_epoch");
    page.compare(
        course("validation loss of 100 epochs", &losses).within(2e-6, trainer.val_losses()),
    );
    page.figure("losses", &trainer.plot_losses()?)?;

    // 5. Predictions: logits, and their probabilities.
    let logits = trainer.predict(&x_val)?;
    let first = logits.narrow(0, 0, 4)?;
    let printed = "[-0.37522304, 0.7390274, -2.5800889, -0.93623203]";
    page.compare(course("first four logits", printed).within(2e-6, &first.to_vec::<f64>()?));
    let p_first = first.sigmoid()?.to_vec::<f64>()?;
    page.compare(
        course("their probabilities", "[0.4073, 0.6768, 0.0704, 0.2817]").digits(&p_first),
    );

    // 6. The boundary: where the logit is zero, w₁x₁ + w₂x₂ + b = 0.
    let (intercept, slope) = (-bias[0] / weight[1], -weight[0] / weight[1]);
    page.say(format!("boundary: x₂ = {intercept:.4} + {slope:.4} x₁"));
    page.compare(course("boundary: intercept", "-0.0316").digits(&[intercept]));
    page.compare(course("boundary: slope", "0.6315").misprint_of("0.6316", &[slope]));

    let probability = |x: &Tensor| -> Result<Tensor> { Ok(trainer.predict(x)?.sigmoid()?) };
    let (p_train, p_val) = (probability(&x_train)?, probability(&x_val)?);
    let on_train =
        plot::decision_boundary(&x_train, &y_train, 0.5, probability)?.title("Training data");
    let on_val =
        plot::decision_boundary(&x_val, &y_val, 0.5, probability)?.title("Validation data");
    page.figure("decision_boundary", &Grid::new(2, vec![on_train, on_val])?)?;

    // 7. The threshold turns probabilities into classes; moving it trades one kind of mistake for the other.
    for (name, y, p) in [
        ("training", &y_train, &p_train),
        ("validation", &y_val, &p_val),
    ] {
        page.say(format!(
            "\n{name}: threshold   TN  FP  FN  TP     TPR    FPR  precision  recall  accuracy"
        ));
        for threshold in [0.3, 0.5, 0.7] {
            let counts =
                BinaryCounts::new(y, &predict_at_threshold(p, threshold)?, Default::default())?;
            let undefined = ZeroDivision::Nan;
            page.say(format!(
                "{:w$}  {threshold:9.1}  {:3} {:3} {:3} {:3}  {:6.4} {:6.4}     {:6.4}  {:6.4}    {:6.4}",
                "",
                counts.true_negatives,
                counts.false_positives,
                counts.false_negatives,
                counts.true_positives,
                counts.true_positive_rate(undefined),
                counts.false_positive_rate(undefined),
                counts.precision(undefined),
                counts.true_positive_rate(undefined),
                counts.accuracy(),
                w = name.len() - 1,
            ));
        }
    }
    let mut effects = Vec::new();
    for threshold in [0.3, 0.5, 0.7] {
        effects.push(plot::threshold_effect(&y_val, &p_val, threshold)?);
    }
    effects.push(plot::threshold_curves(&y_val, &p_val)?);
    page.figure("threshold", &Grid::new(2, effects)?)?;

    // 8. The confusion matrix at ½, and the scores read off it.
    let (c_train, c_val) = (
        predict_at_threshold(&p_train, 0.5)?,
        predict_at_threshold(&p_val, 0.5)?,
    );
    let matrix_train = confusion_matrix(&y_train, &c_train, Default::default())?;
    let matrix_val = confusion_matrix(&y_val, &c_val, Default::default())?;
    let recorded = record.text("/recorded/confusion_matrix_val");
    page.compare(
        course("validation confusion matrix", &recorded).digits(&matrix_val.to_vec::<f64>()?),
    );
    let classes = ["class 0", "class 1"];
    let on_train = plot::confusion_matrix(&matrix_train, &classes)?.title("Training data");
    let on_val = plot::confusion_matrix(&matrix_val, &classes)?.title("Validation data");
    page.figure("confusion_matrix", &Grid::new(2, vec![on_train, on_val])?)?;

    // 9. All thresholds at once: the ROC curve and the area under it.
    let (roc_train, roc_val) = (
        roc_curve(&y_train, &p_train, Default::default())?,
        roc_curve(&y_val, &p_val, Default::default())?,
    );
    let (auc_train, auc_val) = (
        roc_auc_score(&y_train, &p_train, Default::default())?,
        roc_auc_score(&y_val, &p_val, Default::default())?,
    );
    page.say(format!(
        "\narea under the ROC curve: training {auc_train:.4}, validation {auc_val:.4}"
    ));
    let recorded = record.text("/recorded/roc_auc_val");
    page.compare(course("validation AUC", &recorded).within(1e-12, &[auc_val]));
    let at_half = BinaryCounts::new(&y_val, &c_val, Default::default())?;
    let curves = plot::roc(&[
        ("training", &roc_train.fpr, &roc_train.tpr),
        ("validation", &roc_val.fpr, &roc_val.tpr),
    ])?;
    let (fpr, tpr) = (
        at_half.false_positive_rate(ZeroDivision::Nan),
        at_half.true_positive_rate(ZeroDivision::Nan),
    );
    page.figure("roc", &curves.mark_point(fpr, tpr, "threshold 0.5"))?;

    Ok(page.close())
}
