//! Callbacks run where they say and can change the course.

use std::sync::{Arc, Mutex};

use crate::run::Run;
use gradus_autograd::Var;
use gradus_optim::{Average, AveragedWeights};
use gradus_trainer::{
    BatchEnd, Callback, EarlyStopping, Ended, LearningRateSchedule, ModelCheckpoint, Monitor,
    RequireFinite, Result, Trainer, Training, WeightAveraging,
};

#[derive(Clone, Default)]
struct Diary(Arc<Mutex<Vec<String>>>);

impl Diary {
    fn note(&self, text: String) -> Result<()> {
        self.0.lock().unwrap().push(text);
        Ok(())
    }
}

impl Callback for Diary {
    fn name(&self) -> &str {
        "Diary"
    }
    fn on_train_begin(&mut self, training: &mut Training<'_>) -> Result<()> {
        self.note(format!("begin until {}", training.last_epoch))
    }
    fn on_epoch_begin(&mut self, training: &mut Training<'_>) -> Result<()> {
        self.note(format!("epoch {} begins", training.epoch))
    }
    fn on_batch_end(&mut self, training: &mut Training<'_>, batch: BatchEnd) -> Result<()> {
        if batch.number == batch.batches {
            self.note(format!(
                "epoch {} last batch {}",
                training.epoch, batch.number
            ))?;
        }
        Ok(())
    }
    fn on_epoch_end(&mut self, training: &mut Training<'_>) -> Result<()> {
        self.note(format!(
            "epoch {} ends with {} losses",
            training.epoch,
            training.losses.len()
        ))
    }
    fn on_train_end(&mut self, _: &mut Training<'_>) -> Result<()> {
        self.note("end".into())
    }
}

#[test]
fn each_hook_has_its_place() {
    let diary = Diary::default();
    let mut trainer = Run::default().trainer();
    trainer.add_callback(diary.clone());
    trainer.train(1).unwrap();
    trainer.train(1).unwrap();
    let expected = [
        "begin until 1",
        "epoch 1 begins",
        "epoch 1 last batch 6",
        "epoch 1 ends with 1 losses",
        "end",
        "begin until 2",
        "epoch 2 begins",
        "epoch 2 last batch 6",
        "epoch 2 ends with 2 losses",
        "end",
    ];
    assert_eq!(*diary.0.lock().unwrap(), expected);
}

#[test]
fn the_schedule_sets_the_rate_of_each_epoch() {
    let mut trainer = Run::default().trainer();
    trainer.train(3).unwrap();
    let rate = trainer.optimizer().learning_rates()[0];
    assert_eq!(rate, 0.05 * 0.9_f64.powi(3));
    assert!(trainer.callback::<LearningRateSchedule>().is_some());
    assert!(trainer.callback::<ModelCheckpoint>().is_none());
}

#[test]
fn weights_are_averaged_over_epochs_and_swapped() {
    let mut trainer = Run::default().trainer();
    let parameters = trainer.model().parameters();
    let averaged = AveragedWeights::new(parameters.clone(), Average::Equal).unwrap();
    trainer.add_callback(WeightAveraging::each_epoch(averaged));
    let weights = |parameters: &[Var]| parameters[0].to_vec::<f64>().unwrap();
    let mut mean = vec![0.0; parameters[0].numel()];
    for _ in 0..4 {
        trainer.train(1).unwrap();
        for (mean, w) in mean.iter_mut().zip(weights(&parameters)) {
            *mean += w / 4.0;
        }
    }
    let last = weights(&parameters);
    let averaging = trainer.callback_mut::<WeightAveraging>().unwrap();
    averaging.weights_mut().swap().unwrap();
    for (w, mean) in weights(&parameters).into_iter().zip(&mean) {
        assert!((w - mean).abs() < 1e-6);
    }
    let error = trainer.train(1).unwrap_err().to_string();
    assert!(error.contains("swap back first"), "{error}");
    let averaging = trainer.callback_mut::<WeightAveraging>().unwrap();
    averaging.weights_mut().swap().unwrap();
    assert_ne!(last, mean);
}

#[test]
fn early_stopping_gives_the_best_weights_back() {
    let mut trainer = Run {
        patience: 2,
        ..Run::default()
    }
    .trainer();
    // The validation loss falls for three epochs, then rises.
    let mut epoch_loss = [3.0, 2.0, 1.0, 5.0, 6.0, 7.0]
        .into_iter()
        .flat_map(|loss| [loss; 3]);
    trainer.set_val_step_fn(move |step| {
        let mut evaluation = step.run()?;
        evaluation.loss = epoch_loss.next().unwrap_or(f64::NAN);
        Ok(evaluation)
    });
    trainer.train(3).unwrap();
    let best = trainer.model().state_dict();
    let ended = trainer.train(10).unwrap();
    let reason = "nothing better than 1.000000 of epoch 3 in 2 epochs".to_owned();
    assert_eq!(ended, Ended::Stopped { epoch: 5, reason });
    let stopping = trainer.callback::<EarlyStopping>().unwrap();
    assert_eq!(
        (stopping.best(), stopping.best_epoch()),
        (Some(1.0), Some(3))
    );
    for (name, tensor) in &trainer.model().state_dict() {
        assert!(tensor.equal(best.get(name).unwrap()), "{name}");
    }
}

#[test]
fn checkpoints_are_written_when_due_with_all_states() {
    let folder = tempfile::tempdir().unwrap();
    let (each, best) = (
        folder.path().join("epoch-{epoch}.safetensors"),
        folder.path().join("best.safetensors"),
    );
    let with_checkpoints = || {
        let mut trainer = Run::default().trainer();
        trainer.add_callback(ModelCheckpoint::best(&best, Monitor::metric("accuracy")));
        trainer.add_callback(ModelCheckpoint::every(2, &each));
        trainer
    };
    let mut trainer = with_checkpoints();
    trainer.train(5).unwrap();
    let mut names: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "best.safetensors",
            "epoch-2.safetensors",
            "epoch-4.safetensors"
        ]
    );
    let mut again = with_checkpoints();
    again
        .load_checkpoint(folder.path().join("epoch-4.safetensors"))
        .unwrap();
    again.train(1).unwrap();
    assert_eq!(again.losses(), trainer.losses());
    let best_epoch =
        |trainer: &Trainer| trainer.callback::<ModelCheckpoint>().unwrap().best_epoch();
    assert_eq!(best_epoch(&again), best_epoch(&trainer));
}

#[test]
fn a_loss_that_is_not_finite_ends_the_training_if_asked() {
    let mut trainer = Run::default().trainer();
    trainer.add_callback(RequireFinite);
    let mut step = 0;
    trainer.set_train_step_fn(move |_| {
        step += 1;
        Ok(if step == 9 { f64::NAN } else { 1.0 })
    });
    assert_eq!(
        trainer.train(5).unwrap_err().to_string(),
        "epoch 2, RequireFinite: the loss of batch 3 is NaN; lower the learning rate, clip the gradients, or look for \
         bad values in the data"
    );
    assert_eq!(trainer.total_epochs(), 1);
}

#[test]
fn a_monitor_of_nothing_is_an_error() {
    let mut trainer = Run::default().trainer();
    trainer.add_callback(EarlyStopping::new(1).monitor(Monitor::metric("f1")));
    assert_eq!(
        trainer.train(1).unwrap_err().to_string(),
        "epoch 1, EarlyStopping: trainer: there is no value of the metric `f1`; add it with add_metric and give \
         set_loaders a validation loader"
    );
}
