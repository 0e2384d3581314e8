//! A small training with everything that has a state: dropout, shuffling, Adam or momentum, metric, callbacks.

use std::path::Path;

use gradus_data::{DataLoader, TensorDataset, make_moons};
use gradus_metrics::{Accuracy, predict_at_threshold};
use gradus_nn::{BceWithLogitsLoss, Dropout, Linear, Module, Relu, Sequential};
use gradus_optim::schedule::{LambdaLr, OneCycleLr, ReduceLrOnPlateau, ReduceLrOnPlateauOptions};
use gradus_optim::{Adam, Average, AveragedWeights, GradientAccumulation, Sgd, SgdOptions};
use gradus_random::Generator;
use gradus_tensor::{DType, Tensor};
use gradus_trainer::{
    EarlyStopping, LearningRateSchedule, PlateauSchedule, Trainer, WeightAveraging,
};

/// What varies between the runs of a test.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) adam: bool,
    pub(crate) workers: usize,
    pub(crate) patience: usize,
    pub(crate) hidden: usize,
    pub(crate) rates: Rates,
    /// Batches that are gathered for each step of Adam.
    pub(crate) gather: usize,
    pub(crate) averaged: bool,
}

/// What sets the learning rates.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rates {
    Exponential,
    OneCycle,
    Plateau,
}

impl Default for Run {
    fn default() -> Run {
        Run {
            adam: true,
            workers: 0,
            patience: 100,
            hidden: 8,
            rates: Rates::Exponential,
            gather: 1,
            averaged: false,
        }
    }
}

impl Run {
    pub(crate) fn trainer(self) -> Trainer {
        let rng = Generator::new(7);
        let model = Sequential::new()
            .with(Linear::new(2, self.hidden, &rng))
            .with(Relu::new())
            .with(Dropout::new(0.3, &rng).unwrap())
            .with(Linear::new(self.hidden, 1, &rng));
        let parameters = model.parameters();
        let loss = BceWithLogitsLoss::new();
        if self.gather > 1 {
            let adam = Adam::new(parameters, 0.05).unwrap();
            let gathering = GradientAccumulation::new(adam, self.gather).unwrap();
            self.with_data(Trainer::new(model, loss, gathering), &rng)
        } else if self.adam {
            self.with_data(
                Trainer::new(model, loss, Adam::new(parameters, 0.05).unwrap()),
                &rng,
            )
        } else {
            let options = SgdOptions {
                lr: 0.1,
                momentum: 0.9,
                ..SgdOptions::default()
            };
            self.with_data(
                Trainer::new(model, loss, Sgd::with(parameters, options).unwrap()),
                &rng,
            )
        }
    }

    fn with_data(self, trainer: Trainer, rng: &Generator) -> Trainer {
        let mut trainer = trainer.with_generator(rng);
        let loader = |n, seed| {
            DataLoader::new(moons(n, seed), 7)
                .workers(self.workers)
                .rng(rng)
        };
        trainer
            .set_loaders(loader(40, 0).shuffle(true), loader(20, 1))
            .unwrap();
        trainer
            .add_metric("accuracy", Accuracy::default(), |logits| {
                Ok(predict_at_threshold(logits, 0.0)?)
            })
            .unwrap();
        self.add_schedule(&mut trainer);
        if self.averaged {
            let parameters = trainer.model().parameters();
            let average = Average::Exponential { decay: 0.8 };
            let averaged = AveragedWeights::new(parameters, average).unwrap();
            trainer.add_callback(WeightAveraging::each_batch(averaged));
        }
        trainer.add_callback(EarlyStopping::new(self.patience).restore_best(true));
        trainer
    }

    fn add_schedule(self, trainer: &mut Trainer) {
        let optimizer = trainer.optimizer_mut();
        match self.rates {
            Rates::Exponential => {
                let schedule = LambdaLr::new(optimizer, |epoch| 0.9_f64.powi(epoch as i32));
                trainer.add_callback(LearningRateSchedule::each_epoch(schedule.unwrap()));
            }
            Rates::OneCycle => {
                let schedule = OneCycleLr::new(optimizer, 0.1, 40);
                trainer.add_callback(LearningRateSchedule::each_batch(schedule.unwrap()));
            }
            Rates::Plateau => {
                let options = ReduceLrOnPlateauOptions {
                    factor: 0.5,
                    patience: 0,
                    threshold: 0.05,
                    cooldown: 1,
                    ..ReduceLrOnPlateauOptions::default()
                };
                let schedule = ReduceLrOnPlateau::with(optimizer, options);
                trainer.add_callback(PlateauSchedule::new(schedule.unwrap()));
            }
        }
    }
}

fn moons(n: usize, seed: u32) -> TensorDataset {
    let (x, y) = make_moons(n, 0.2, seed).unwrap();
    let x = x.to_dtype(DType::F32).unwrap();
    let y = y.to_dtype(DType::F32).unwrap().reshape([n, 1]).unwrap();
    TensorDataset::new((x, y)).unwrap()
}

/// Every bit of a training: the checkpoint it would write, and what it predicts.
#[track_caller]
pub(crate) fn bits(trainer: &Trainer, folder: &Path) -> (Vec<u8>, Vec<u32>) {
    let path = folder.join("bits.safetensors");
    trainer.save_checkpoint(&path).unwrap();
    let grid = Tensor::from_vec(vec![0.1_f32, 0.2, -1.0, 0.5], [2, 2]).unwrap();
    let logits: Vec<f32> = trainer.predict(&grid).unwrap().to_vec().unwrap();
    (
        std::fs::read(path).unwrap(),
        logits.into_iter().map(f32::to_bits).collect(),
    )
}
