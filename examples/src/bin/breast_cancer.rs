//! The stack of chapter 20 on real data: is a tumour benign? 569 patients, 30 measurements each.
//!
//! Wisconsin diagnostic breast cancer (Street, Wolberg, Mangasarian 1993), a table that comes along.

use std::process::ExitCode;

use gradus::plot::Grid;
use gradus::prelude::*;
use gradus_examples::{Page, Result, RunOptions, course, run};

fn main() -> ExitCode {
    run(chapter)
}

fn chapter() -> Result<ExitCode> {
    let mut page = Page::new("breast_cancer", RunOptions::json_only()?);

    // A fifth is put aside for validation, with the same share of each class.
    let table = load_breast_cancer()?;
    let (x, y) = (table.x, table.y.ok_or("the table has a target")?);
    let labels = y.to_vec::<i64>()?;
    let split = TrainTestSplit::new(0).test_size(0.2).stratify(&labels);
    let [(x_train, x_val), (y_train, y_val)] = split.apply([&x, &y])?;
    page.say(format!(
        "{} patients to train on, {} to validate",
        x_train.shape()[0],
        x_val.shape()[0]
    ));

    let mut scaler = StandardScaler::new();
    let x_train = scaler.fit_transform(&x_train)?.to_dtype(DType::F32)?;
    let x_val = scaler.transform(&x_val)?.to_dtype(DType::F32)?;
    let column =
        |y: &Tensor| -> Result<Tensor> { Ok(y.to_dtype(DType::F32)?.reshape([y.numel(), 1])?) };
    let (y_train, y_val) = (column(&y_train)?, column(&y_val)?);

    let rng = Generator::new(42);
    let model = Sequential::new().with_named("linear", Linear::new(30, 1, &rng))?;
    let optimizer = Adam::new(model.parameters(), 0.01)?;
    let train_data = TensorDataset::new((x_train, y_train))?;
    let val_data = TensorDataset::new((x_val.clone(), y_val.clone()))?;

    let mut trainer = Trainer::new(model, BceWithLogitsLoss::new(), optimizer).with_generator(&rng);
    trainer.set_loaders(
        DataLoader::new(train_data, 32).shuffle(true).rng(&rng),
        DataLoader::new(val_data, 32).rng(&rng),
    )?;
    trainer.add_metric("accuracy", Accuracy::default(), |logits| {
        Ok(predict_at_threshold(logits, 0.0)?)
    })?;
    trainer.add_callback(EarlyStopping::new(10).restore_best(true));
    trainer.add_callback(ProgressBar::new());
    if let Ended::Stopped { epoch, reason } = trainer.train(200)? {
        page.say(format!("stopped after epoch {epoch}: {reason}"));
    }

    let p_val = trainer.predict(&x_val)?.sigmoid()?;
    let classes = predict_at_threshold(&p_val, 0.5)?;
    let accuracy = accuracy_score(&y_val, &classes, Default::default())?;
    let auc = roc_auc_score(&y_val, &p_val, Default::default())?;
    page.say(format!(
        "validation: accuracy {accuracy:.4}, area under the ROC curve {auc:.4}"
    ));
    page.compare(course("validation accuracy", "≥ 0.96").at_least(accuracy));
    page.compare(course("validation AUC", "≥ 0.99").at_least(auc));

    let names = ["malignant", "benign"];
    let matrix = plot::confusion_matrix(
        &confusion_matrix(&y_val, &classes, Default::default())?,
        &names,
    )?;
    let curve = roc_curve(&y_val, &p_val, Default::default())?;
    let roc = plot::roc(&[("validation", &curve.fpr, &curve.tpr)])?;
    let accuracies = trainer
        .metric("accuracy")
        .ok_or("the metric was added above")?
        .to_vec();
    let accuracies = plot::losses(&[("validation", &accuracies)])?
        .title("Accuracy per epoch")
        .y_label("accuracy");
    page.figure(
        "validation",
        &Grid::new(2, vec![trainer.plot_losses()?, accuracies, matrix, roc])?.panel(560, 440),
    )?;

    Ok(page.close())
}
