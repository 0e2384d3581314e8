//! Models in training, as users write them.

use gradus_autograd::Var;
use gradus_data::{DataLoader, TensorDataset};
use gradus_nn::{BceLoss, BceWithLogitsLoss, Linear, Loss, Module, Relu, Sequential, Sigmoid};
use gradus_optim::{Adam, Optimizer, Sgd};
use gradus_random::Generator;
use gradus_tensor::{Tensor, testkit};

pub(crate) struct Training {
    pub(crate) model: Sequential,
    loss: Box<dyn Loss>,
    optimizer: Box<dyn Optimizer>,
    loader: DataLoader,
}

impl Training {
    /// Logistic regression: 400 samples of one feature, shuffled batches of 5.
    pub(crate) fn logistic() -> Training {
        let rng = Generator::new(1);
        let model = Sequential::new()
            .with(Linear::new(1, 1, &rng))
            .with(Sigmoid::new());
        let (x, y) = samples(400, 1);
        Training {
            optimizer: Box::new(Sgd::new(model.parameters(), 0.05).unwrap()),
            loss: Box::new(BceLoss::new()),
            loader: DataLoader::new(TensorDataset::new((x, y)).unwrap(), 5)
                .shuffle(true)
                .rng(&rng),
            model,
        }
    }

    /// An MLP of two hidden layers on 1024 samples of two features.
    pub(crate) fn mlp(hidden: usize, batch: usize) -> Training {
        let rng = Generator::new(1);
        let model = Sequential::new()
            .with(Linear::new(2, hidden, &rng))
            .with(Relu::new())
            .with(Linear::new(hidden, hidden, &rng))
            .with(Relu::new())
            .with(Linear::new(hidden, 1, &rng));
        let (x, y) = samples(1024, 2);
        Training {
            optimizer: Box::new(Adam::new(model.parameters(), 1e-3).unwrap()),
            loss: Box::new(BceWithLogitsLoss::new()),
            loader: DataLoader::new(TensorDataset::new((x, y)).unwrap(), batch),
            model,
        }
    }

    /// Trains for at least this many steps, whole epochs; the loss of each step.
    pub(crate) fn run(&mut self, steps: usize) -> Vec<f32> {
        let mut losses = Vec::with_capacity(steps + self.loader.len());
        while losses.len() < steps {
            for batch in &self.loader {
                let (x, y) = batch.unwrap().pair().unwrap();
                let output = self.model.forward(&Var::from(x)).unwrap();
                let loss = self.loss.forward(&output, &y).unwrap();
                self.optimizer.zero_grad();
                loss.backward().unwrap();
                self.optimizer.step().unwrap();
                losses.push(loss.item().unwrap());
            }
        }
        losses
    }
}

/// Features in [−1, 1) and whether their first is above 0.
fn samples(rows: usize, features: usize) -> (Tensor, Tensor) {
    let x = testkit::values(&[rows, features], -1.0, 1.0, 7);
    let first = x.select(1, 0).unwrap().to_vec::<f32>().unwrap();
    let labels = first.iter().map(|&x| f32::from(u8::from(x > 0.0)));
    (
        x.to_dtype(gradus_tensor::DType::F32).unwrap(),
        Tensor::from_vec(labels.collect(), [rows, 1]).unwrap(),
    )
}
