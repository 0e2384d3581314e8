//! Interrupted equals uninterrupted, bit for bit.

use crate::run::{Rates, Run, bits};
use gradus_trainer::{BatchEnd, Callback, EarlyStopping, Ended, Result, Training};

const EPOCHS: usize = 6;

#[track_caller]
fn check_every_epoch(run: Run) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("k.safetensors");
    let mut whole = run.trainer();
    whole.train(EPOCHS).unwrap();
    let expected = bits(&whole, folder.path());
    for k in 0..=EPOCHS {
        let mut first = run.trainer();
        first.train(k).unwrap();
        first.save_checkpoint(&file).unwrap();
        let mut second = run.trainer();
        second.load_checkpoint(&file).unwrap();
        second.train(EPOCHS - k).unwrap();
        assert!(
            bits(&second, folder.path()) == expected,
            "{run:?}, interrupted after epoch {k}"
        );
    }
}

#[test]
fn after_any_epoch_with_adam() {
    check_every_epoch(Run::default());
}

#[test]
fn after_any_epoch_with_momentum() {
    check_every_epoch(Run {
        adam: false,
        ..Run::default()
    });
}

#[test]
fn after_any_epoch_with_workers() {
    check_every_epoch(Run {
        workers: 2,
        ..Run::default()
    });
}

#[test]
fn after_any_epoch_of_a_plateau() {
    check_every_epoch(Run {
        rates: Rates::Plateau,
        ..Run::default()
    });
}

#[test]
fn after_any_epoch_of_a_training_that_stops_early() {
    let run = Run {
        patience: 1,
        ..Run::default()
    };
    let mut trainer = run.trainer();
    let mut stopped = None;
    for _ in 0..40 {
        if let Ended::Stopped { epoch, .. } = trainer.train(1).unwrap() {
            stopped = Some(epoch);
            break;
        }
    }
    let stopped = stopped.expect("it stops within 40 epochs");
    assert!(trainer.callback::<EarlyStopping>().unwrap().has_stopped());
    assert!(matches!(trainer.train(5).unwrap(), Ended::Stopped { epoch, .. } if epoch == stopped));
    trainer.callback_mut::<EarlyStopping>().unwrap().reset();
    assert_eq!(trainer.train(1).unwrap(), Ended::Completed);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("k.safetensors");
    let mut whole = run.trainer();
    whole.train(stopped + 3).unwrap();
    assert_eq!(whole.total_epochs(), stopped);
    let expected = bits(&whole, folder.path());
    for k in 0..stopped + 3 {
        let mut first = run.trainer();
        first.train(k).unwrap();
        first.save_checkpoint(&file).unwrap();
        let mut second = run.trainer();
        second.load_checkpoint(&file).unwrap();
        second.train(stopped + 3 - k).unwrap();
        assert!(
            bits(&second, folder.path()) == expected,
            "interrupted after epoch {k}"
        );
    }
}

/// Saves after the given step, counted over all epochs, and may stop there.
struct SaveAt {
    step: usize,
    seen: usize,
    path: std::path::PathBuf,
    stop: bool,
}

impl Callback for SaveAt {
    fn name(&self) -> &str {
        "SaveAt"
    }

    fn on_batch_end(&mut self, training: &mut Training<'_>, _: BatchEnd) -> Result<()> {
        self.seen += 1;
        if self.seen == self.step {
            training.save_checkpoint(&self.path);
            if self.stop {
                training.stop("saved");
            }
        }
        Ok(())
    }
}

#[test]
fn after_any_batch() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("k.safetensors");
    for run in [
        Run::default(),
        Run {
            adam: false,
            workers: 1,
            ..Run::default()
        },
        Run {
            rates: Rates::OneCycle,
            averaged: true,
            ..Run::default()
        },
        Run {
            gather: 4,
            ..Run::default()
        },
    ] {
        let mut whole = run.trainer();
        whole.train(3).unwrap();
        let expected = bits(&whole, folder.path());
        for step in 1..=18 {
            let mut first = run.trainer();
            let save = |stop| SaveAt {
                step,
                seen: 0,
                path: file.clone(),
                stop,
            };
            first.add_callback(save(step % 2 == 0));
            first.train(3).unwrap();
            let mut second = run.trainer();
            second.load_checkpoint(&file).unwrap();
            let done = second.total_epochs();
            assert_eq!(done, (step - 1) / 6);
            second.train(3 - done).unwrap();
            assert!(
                bits(&second, folder.path()) == expected,
                "{run:?}, interrupted after step {step}"
            );
            // Where it was stopped, the same trainer goes on as well.
            let rest = 3 - first.total_epochs();
            first.train(rest).unwrap();
            assert!(
                bits(&first, folder.path()) == expected,
                "{run:?}, stopped after step {step}"
            );
        }
    }
}

#[test]
fn with_gradients_accumulated_over_batches() {
    let accumulating = || {
        let mut trainer = Run::default().trainer();
        trainer.set_train_step_fn(|step| {
            let (x, y) = step.batch.pair()?;
            let small = x.shape()[0] < 7;
            let loss = step.loss_fn.forward(&step.model.forward(&x.into())?, &y)?;
            loss.backward()?;
            // The last batch of an epoch is the small one: its gradient waits for the next epoch.
            if !small {
                step.optimizer.step()?;
                step.optimizer.zero_grad();
            }
            Ok(loss.item()?)
        });
        trainer
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("k.safetensors");
    let mut whole = accumulating();
    whole.train(4).unwrap();
    let mut first = accumulating();
    first.train(2).unwrap();
    first.save_checkpoint(&file).unwrap();
    let mut second = accumulating();
    second.load_checkpoint(&file).unwrap();
    second.train(2).unwrap();
    assert!(bits(&second, folder.path()) == bits(&whole, folder.path()));
}

#[test]
fn a_checkpoint_leaves_the_training_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (mut saved, mut plain) = (Run::default().trainer(), Run::default().trainer());
    for _ in 0..4 {
        saved.train(1).unwrap();
        saved
            .save_checkpoint(folder.path().join("each.safetensors"))
            .unwrap();
    }
    plain.train(4).unwrap();
    assert!(bits(&saved, folder.path()) == bits(&plain, folder.path()));
}
