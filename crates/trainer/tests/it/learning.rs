//! A training lowers the loss, to a value that is known.

use crate::run::Run;
use gradus_data::{DataLoader, TensorDataset};
use gradus_nn::{Linear, Module, MseLoss};
use gradus_optim::Sgd;
use gradus_random::Generator;
use gradus_tensor::{Device, tensor};
use gradus_trainer::{Ended, Evaluation, Trainer};

fn line(rng: &Generator) -> Trainer {
    let model = Linear::new(1, 1, rng);
    let sgd = Sgd::new(model.parameters(), 0.1).unwrap();
    let data =
        TensorDataset::new((tensor![[-1.0], [0.0], [1.0]], tensor![[-1.0], [1.0], [3.0]])).unwrap();
    let mut trainer = Trainer::new(model, MseLoss::new(), sgd).with_generator(rng);
    let loader = DataLoader::new(data.clone(), 1).shuffle(true).rng(rng);
    trainer
        .set_loaders(loader, DataLoader::new(data, 2).rng(rng))
        .unwrap();
    trainer
}

#[test]
fn a_line_is_found() {
    let mut trainer = line(&Generator::new(3));
    assert_eq!(trainer.train(80).unwrap(), Ended::Completed);
    let state = trainer.model().state_dict();
    let value = |name: &str| state.get(name).unwrap().item::<f64>().unwrap();
    assert!((value("weight") - 2.0).abs() < 1e-4 && (value("bias") - 1.0).abs() < 1e-4);
    assert!(trainer.losses()[79] < 1e-8 && trainer.val_losses()[79] < 1e-8);
    assert_eq!(
        (
            trainer.losses().len(),
            trainer.val_losses().len(),
            trainer.total_epochs()
        ),
        (80, 80, 80)
    );
}

#[test]
fn the_loss_of_an_epoch_is_the_mean_of_its_batches() {
    let mut trainer = line(&Generator::new(3));
    let mut losses = [4.0, 1.0, 4.0].into_iter();
    trainer.set_train_step_fn(move |_| Ok(losses.next().unwrap_or(f64::NAN)));
    let mut sizes = Vec::new();
    trainer.set_val_step_fn(move |step| {
        let (x, target) = step.batch.pair()?;
        sizes.push(x.shape()[0]);
        Ok(Evaluation {
            loss: sizes.len() as f64,
            output: x,
            target,
        })
    });
    trainer.train(2).unwrap();
    assert_eq!(trainer.losses()[0], 3.0);
    assert!(
        trainer.losses()[1].is_nan(),
        "a NaN does not end the training"
    );
    assert_eq!(trainer.val_losses(), [1.5, 3.5]);
}

#[test]
fn two_calls_equal_one_and_seeding_starts_the_stream_again() {
    let (once, twice, seeded) = (Generator::new(1), Generator::new(1), Generator::new(1));
    let mut a = line(&once);
    a.train(10).unwrap();
    let mut b = line(&twice);
    b.train(5).unwrap();
    b.train(5).unwrap();
    assert_eq!((a.losses(), once.state()), (b.losses(), twice.state()));
    let mut c = line(&seeded);
    c.train(5).unwrap();
    c.set_seed(1).unwrap();
    c.train(5).unwrap();
    assert_ne!(seeded.state(), once.state());
}

#[test]
fn validation_and_prediction_leave_dropout_alone() {
    let mut trainer = Run::default().trainer();
    trainer.train(1).unwrap();
    let x = tensor![[0.3, -0.2]];
    let first = trainer.predict(&x).unwrap();
    assert!(trainer.predict(&x).unwrap().equal(&first));
    trainer.model().train();
    assert!(trainer.predict(&x).unwrap().equal(&first));
    assert!(trainer.model().is_training(), "the mode is put back");
}

#[test]
fn the_model_learns_moons_and_keeps_its_histories() {
    let mut trainer = Run::default().trainer();
    trainer.to(Device::Cpu).unwrap();
    trainer.train(25).unwrap();
    assert!(
        trainer.val_losses()[24] < 0.6 * trainer.val_losses()[0],
        "{:?}",
        trainer.val_losses()
    );
    assert_eq!(trainer.metric("accuracy").unwrap().len(), 25);
    assert!(trainer.metric("accuracy").unwrap()[24] >= 0.75);
    let figure = trainer.plot_losses().unwrap();
    assert_eq!(figure.legend_labels(), ["training", "validation"]);
    assert_eq!(trainer.device(), Device::Cpu);
    assert_eq!(
        (trainer.loss_fn().name(), trainer.optimizer().name()),
        ("BCEWithLogitsLoss", "Adam")
    );
    assert!(trainer.train_loader().is_some() && trainer.val_loader().is_some());
}
