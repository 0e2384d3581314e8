//! The best setting is found by the validation data, and what diverges is never chosen.

use gradus_data::{DataLoader, KFold, Split, Subset, TensorDataset};
use gradus_nn::{Linear, Module, MseLoss};
use gradus_optim::Sgd;
use gradus_plot::Scale;
use gradus_random::Generator;
use gradus_tensor::{Tensor, tensor};
use gradus_trainer::{EarlyStopping, Monitor, RequireFinite, Result, Search, Trainer};

/// Twelve points on a line.
fn line() -> TensorDataset {
    let x: Vec<f32> = (0..12).map(|i| i as f32 / 6.0 - 1.0).collect();
    let y = x.iter().map(|x| 2.0 * x + 1.0).collect();
    let column = |values| Tensor::from_vec(values, [12, 1]).unwrap();
    TensorDataset::new((column(x), column(y))).unwrap()
}

fn trainer(rate: f64, train: Subset, validation: Subset) -> Result<Trainer> {
    let rng = Generator::new(4);
    let model = Linear::new(1, 1, &rng);
    let sgd = Sgd::new(model.parameters(), rate)?;
    let mut trainer = Trainer::new(model, MseLoss::new(), sgd).with_generator(&rng);
    let train = DataLoader::new(train, 3).shuffle(true).rng(&rng);
    trainer.set_loaders(train, DataLoader::new(validation, 4).rng(&rng))?;
    Ok(trainer)
}

fn halves(rate: f64) -> Result<Trainer> {
    let part = |first| Subset::new(line(), (first..first + 6).collect::<Vec<_>>());
    trainer(rate, part(0)?, part(6)?)
}

#[test]
fn the_rate_with_the_least_validation_loss_is_found() {
    let rates = [1e-4, 1e-1, 1e-2, 10.0];
    let tried = Search::new(60).run(rates, |&rate| halves(rate)).unwrap();
    let best = tried.best().unwrap();
    assert_eq!(best.setting, 0.1);
    assert_eq!(best.score, best.trainer.val_losses()[59]);
    assert!(!tried[3].score.is_finite() && tried[3].trainer.total_epochs() == 60);
    let figure = tried.plot().unwrap();
    assert_eq!(figure.x.scale, Scale::Log);
    let table = tried.to_string();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(
        lines[1].ends_with('*') && !lines[0].ends_with('*'),
        "{table}"
    );
    let weight = |trainer: &Trainer| trainer.predict(&tensor![[1.0]]).unwrap().item::<f32>();
    let kept = weight(&tried.best().unwrap().trainer).unwrap();
    assert_eq!(weight(&tried.into_best().unwrap().trainer).unwrap(), kept);
}

#[test]
fn a_training_that_is_not_finite_ends_alone() {
    let tried = Search::new(60)
        .run([10.0, 0.1], |&rate| {
            let mut trainer = halves(rate)?;
            trainer.add_callback(RequireFinite);
            Ok(trainer)
        })
        .unwrap();
    assert!(tried[0].score.is_nan() && tried[0].trainer.total_epochs() < 60);
    assert_eq!(tried.best().unwrap().setting, 0.1);

    let none = Search::new(60).run([10.0, 100.0], |&rate| halves(rate));
    assert_eq!(
        none.unwrap().best().unwrap_err().to_string(),
        "trainer: none of 2 trainings came to a finite score; lower the learning rates, or look for bad values in the data"
    );
}

#[test]
fn the_score_is_that_of_the_weights_given_back() {
    let tried = Search::new(20).run([0.05], |&rate| {
        let mut trainer = halves(rate)?;
        let mut losses = [3.0, 1.0, 2.0, 2.5].into_iter().flat_map(|loss| [loss; 2]);
        trainer.set_val_step_fn(move |step| {
            let mut evaluation = step.run()?;
            evaluation.loss = losses.next().unwrap_or(f64::NAN);
            Ok(evaluation)
        });
        trainer.add_callback(EarlyStopping::new(2).restore_best(true));
        Ok(trainer)
    });
    let best = tried.unwrap().into_best().unwrap();
    assert_eq!((best.score, best.trainer.total_epochs()), (1.0, 4));
    let stopping = best.trainer.callback::<EarlyStopping>().unwrap();
    assert_eq!(stopping.restored_epoch(), Some(2));
    assert!(stopping.best_weights().is_some());
}

#[test]
fn an_error_names_the_training() {
    let error = Search::new(1)
        .run([0.1, -1.0], |&rate| halves(rate))
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("training 2: "), "{error}");
    let error = Search::new(1)
        .monitor(Monitor::metric("f1"))
        .run([0.1], |&rate| halves(rate))
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("training 1: trainer: there is no value of the metric `f1`"),
        "{error}"
    );
}

#[test]
fn every_fold_is_validated_on_what_it_has_not_seen() {
    let folds = KFold::new(4).shuffle(1).split(12).unwrap();
    let mut seen = Vec::new();
    let result = Search::new(80)
        .cross_validate(&line(), &folds, |fold| {
            assert_eq!(fold.number, seen.len() / 3);
            assert!(
                fold.train
                    .indices()
                    .iter()
                    .all(|i| !fold.validation.indices().contains(i))
            );
            seen.extend_from_slice(fold.validation.indices());
            trainer(0.1, fold.train, fold.validation)
        })
        .unwrap();
    seen.sort_unstable();
    assert_eq!(seen, (0..12).collect::<Vec<_>>());
    let scores = result.scores();
    assert!(scores.iter().all(|&score| score < 1e-3), "{scores:?}");
    assert_eq!(result.mean(), scores.iter().sum::<f64>() / 4.0);
    assert!(result.std() >= 0.0 && result.std() <= result.mean() * 2.0);

    let none = Search::new(1).cross_validate(&line(), &[], |_| halves(0.1));
    assert!(none.unwrap_err().to_string().contains("no folds"));
    let outside = Split {
        train: vec![0, 99],
        test: vec![1],
    };
    let error = Search::new(1).cross_validate(&line(), &[outside], |_| halves(0.1));
    let error = error.unwrap_err().to_string();
    assert!(error.starts_with("training 1: Subset: index 99"), "{error}");
}
