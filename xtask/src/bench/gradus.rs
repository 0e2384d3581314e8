//! The workloads on gradus: the programs a user would write, measured beside the loops by hand.

use gradus_autograd::{Var, no_grad};
use gradus_data::{DataLoader, TensorDataset};
use gradus_nn::{BceLoss, BceWithLogitsLoss, Linear, Loss, Module, Relu, Sequential, Sigmoid};
use gradus_optim::{Adam, Optimizer, Sgd};
use gradus_random::Generator;
use gradus_tensor::{Reduction, Tensor};

use super::data::{self, Data};
use super::measure::Contender;
use crate::workspace::Result;

/// The gradus program for a workload.
pub(super) fn contender(workload: &str) -> Result<Option<Box<dyn Contender>>> {
    Ok(match workload {
        "w1" => Some(Box::new(logistic()?)),
        "w2" => Some(Box::new(TwoVariables::new()?)),
        "w3" => Some(Box::new(moons()?)),
        _ => None,
    })
}

/// A model trained on batches from a loader: W1 and W3.
struct Training<L, O> {
    model: Sequential,
    loss: L,
    optimizer: O,
    loader: DataLoader,
    x: Var,
    y: Tensor,
    checksum: f64,
}

fn tensors(data: Data) -> Result<(Tensor, Tensor)> {
    let rows = data.y.len();
    let features = data.x.len() / rows;
    Ok((
        Tensor::from_vec(data.x, [rows, features])?,
        Tensor::from_vec(data.y, [rows, 1])?,
    ))
}

/// W1: logistic regression, shuffled batches of 5.
fn logistic() -> Result<Training<BceLoss, Sgd>> {
    let (x, y) = tensors(data::noisy_threshold())?;
    let rng = Generator::new(1);
    let model = Sequential::new()
        .with(Linear::new(1, 1, &rng))
        .with(Sigmoid::new());
    Ok(Training {
        optimizer: Sgd::new(model.parameters(), 0.05)?,
        loss: BceLoss::new(),
        loader: DataLoader::new(TensorDataset::new((x.clone(), y.clone()))?, 5)
            .shuffle(true)
            .rng(&rng),
        model,
        x: x.into(),
        y,
        checksum: 0.0,
    })
}

/// W3: the moons MLP 2-64-64-1, batches of 16 in order.
fn moons() -> Result<Training<BceWithLogitsLoss, Adam>> {
    let (x, y) = tensors(data::noisy_moons())?;
    let rng = Generator::new(1);
    let model = Sequential::new()
        .with(Linear::new(2, 64, &rng))
        .with(Relu::new())
        .with(Linear::new(64, 64, &rng))
        .with(Relu::new())
        .with(Linear::new(64, 1, &rng));
    Ok(Training {
        optimizer: Adam::new(model.parameters(), 1e-3)?,
        loss: BceWithLogitsLoss::new(),
        loader: DataLoader::new(TensorDataset::new((x.clone(), y.clone()))?, 16),
        model,
        x: x.into(),
        y,
        checksum: 0.0,
    })
}

impl<L: Loss, O: Optimizer> Contender for Training<L, O> {
    fn block(&mut self) -> Result<()> {
        for batch in &self.loader {
            let (x, y) = batch?.pair()?;
            let output = self.model.forward(&x.into())?;
            let loss = self.loss.forward(&output, &y)?;
            self.optimizer.zero_grad();
            loss.backward()?;
            self.optimizer.step()?;
            self.checksum += loss.item::<f64>()?;
        }
        Ok(())
    }

    fn steps(&self) -> usize {
        self.loader.len()
    }

    fn loss(&mut self) -> Result<f64> {
        no_grad(|| {
            Ok(self
                .loss
                .forward(&self.model.forward(&self.x)?, &self.y)?
                .item()?)
        })
    }

    fn checksum(&self) -> f64 {
        self.checksum
    }
}

/// W2: ŷ = w·x + b with two leaf variables, one sample a step, the update out of tensor operations.
struct TwoVariables {
    w: Var,
    b: Var,
    samples: Vec<(Var, Var)>,
    checksum: f64,
}

impl TwoVariables {
    fn new() -> Result<TwoVariables> {
        let zero = || Var::leaf(Tensor::scalar(0.0_f32));
        let Data { x, y } = data::noisy_line();
        let number = |v: f32| Var::new(Tensor::scalar(v));
        let samples = x
            .into_iter()
            .zip(y)
            .map(|(x, y)| (number(x), number(y)))
            .collect();
        Ok(TwoVariables {
            w: zero()?,
            b: zero()?,
            samples,
            checksum: 0.0,
        })
    }

    fn sample_loss(&self, x: &Var, y: &Var) -> Result<Var> {
        let prediction = self.w.mul(x)?.add(&self.b)?;
        Ok(prediction.mse_loss(y, Reduction::Mean)?)
    }
}

impl Contender for TwoVariables {
    fn block(&mut self) -> Result<()> {
        for (x, y) in &self.samples {
            let loss = self.sample_loss(x, y)?;
            loss.backward()?;
            for parameter in [&self.w, &self.b] {
                parameter.update(|value, grad| -> gradus_tensor::Result<()> {
                    if let Some(grad) = grad {
                        *value = value.sub(&grad.mul_scalar(0.01)?)?;
                    }
                    Ok(())
                })??;
                parameter.zero_grad();
            }
            self.checksum += loss.item::<f64>()?;
        }
        Ok(())
    }

    fn steps(&self) -> usize {
        self.samples.len()
    }

    fn loss(&mut self) -> Result<f64> {
        let losses = self
            .samples
            .iter()
            .map(|(x, y)| Ok(no_grad(|| self.sample_loss(x, y))?.item::<f64>()?));
        Ok(losses.sum::<Result<f64>>()? / self.samples.len() as f64)
    }

    fn checksum(&self) -> f64 {
        self.checksum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_trains() {
        for workload in ["w1", "w2", "w3"] {
            let mut it = contender(workload).unwrap().unwrap();
            let before = it.loss().unwrap();
            for _ in 0..20 {
                it.block().unwrap();
            }
            let after = it.loss().unwrap();
            assert!(after < 0.8 * before, "{workload}: {before} → {after}");
        }
        assert!(contender("w9").unwrap().is_none());
    }
}
