//! W1 by hand: logistic regression, Linear(1, 1) + Sigmoid, BCE, SGD 0.05, shuffled batches of 5.

use super::data::{self, Data};
use super::measure::Contender;
use crate::workspace::Result;

const BATCH: usize = 5;
const LEARNING_RATE: f32 = 0.05;

struct Logistic {
    data: Data,
    order: Vec<u32>,
    /// xorshift64's state.
    shuffle: u64,
    w: f32,
    b: f32,
    checksum: f64,
}

pub(super) fn contender() -> Box<dyn Contender> {
    let data = data::noisy_threshold();
    Box::new(Logistic {
        order: (0..data.y.len() as u32).collect(),
        data,
        shuffle: 1,
        w: 0.5,
        b: 0.1,
        checksum: 0.0,
    })
}

pub(super) fn sigmoid(z: f32) -> f32 {
    1.0 / (1.0 + (-z).exp())
}

/// Binary cross-entropy of a probability, its logarithms not below −100 as in PyTorch.
fn bce(p: f32, y: f32) -> f32 {
    -(y * p.ln().max(-100.0) + (1.0 - y) * (1.0 - p).ln().max(-100.0))
}

impl Logistic {
    /// Fisher–Yates from the back.
    fn reorder(&mut self) {
        for last in (1..self.order.len()).rev() {
            self.shuffle ^= self.shuffle << 13;
            self.shuffle ^= self.shuffle >> 7;
            self.shuffle ^= self.shuffle << 17;
            // The upper half, scaled to 0..=last.
            let pick = ((self.shuffle >> 32) * (last as u64 + 1)) >> 32;
            self.order.swap(last, pick as usize);
        }
    }
}

impl Contender for Logistic {
    fn block(&mut self) -> Result<()> {
        self.reorder();
        let Data { x, y } = &self.data;
        for batch in self.order.chunks_exact(BATCH) {
            let (mut loss, mut dw, mut db) = (0.0, 0.0, 0.0);
            for &i in batch {
                let (x, y) = (x[i as usize], y[i as usize]);
                let p = sigmoid(self.w * x + self.b);
                loss += bce(p, y);
                dw += (p - y) * x;
                db += p - y;
            }
            self.w -= LEARNING_RATE * dw / BATCH as f32;
            self.b -= LEARNING_RATE * db / BATCH as f32;
            self.checksum += f64::from(loss);
        }
        Ok(())
    }

    fn steps(&self) -> usize {
        self.order.len() / BATCH
    }

    fn loss(&mut self) -> Result<f64> {
        let Data { x, y } = &self.data;
        let losses = x
            .iter()
            .zip(y)
            .map(|(x, y)| bce(sigmoid(self.w * x + self.b), *y));
        Ok(losses.map(f64::from).sum::<f64>() / y.len() as f64)
    }

    fn checksum(&self) -> f64 {
        self.checksum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffling_keeps_every_index_and_training_reaches_the_optimum() {
        let mut it = contender();
        for _ in 0..500 {
            it.block().unwrap();
        }
        let loss = it.loss().unwrap();
        // The minimum of this data's loss.
        assert!((loss - 0.2440).abs() < 1e-3, "{loss}");
        assert!(bce(0.0, 1.0) == 100.0 && bce(1.0, 1.0) == 0.0);
    }
}
