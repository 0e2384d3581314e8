//! W2 by hand: ŷ = w·x + b, squared error, one sample a step, SGD 0.01.

use super::data::{self, Data};
use super::measure::Contender;
use crate::workspace::Result;

const LEARNING_RATE: f32 = 0.01;

struct Line {
    data: Data,
    w: f32,
    b: f32,
    checksum: f64,
}

pub(super) fn contender() -> Box<dyn Contender> {
    Box::new(Line {
        data: data::noisy_line(),
        w: 0.0,
        b: 0.0,
        checksum: 0.0,
    })
}

impl Contender for Line {
    fn block(&mut self) -> Result<()> {
        for (&x, &y) in self.data.x.iter().zip(&self.data.y) {
            let error = self.w * x + self.b - y;
            self.w -= LEARNING_RATE * 2.0 * error * x;
            self.b -= LEARNING_RATE * 2.0 * error;
            self.checksum += f64::from(error * error);
        }
        Ok(())
    }

    fn steps(&self) -> usize {
        self.data.y.len()
    }

    fn loss(&mut self) -> Result<f64> {
        let Data { x, y } = &self.data;
        let squares = x
            .iter()
            .zip(y)
            .map(|(x, y)| f64::from(self.w * x + self.b - y).powi(2));
        Ok(squares.sum::<f64>() / y.len() as f64)
    }

    fn checksum(&self) -> f64 {
        self.checksum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_found() {
        let mut it = contender();
        for _ in 0..200 {
            it.block().unwrap();
        }
        let loss = it.loss().unwrap();
        // The noise's variance: (0.1)²/3.
        assert!((loss - 0.0033).abs() < 1e-3, "{loss}");
    }
}
