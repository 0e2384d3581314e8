//! Normal draws of a [`Generator`]: a short path in `f64` and a long one in blocks of 16.

use super::{Generator, Stream};
use crate::error::{Error, Result};
use crate::real::{Real, unit_f64};

/// From this many contiguous elements on the long path is taken.
const BLOCK: usize = 16;

impl Generator {
    /// `torch.randn(n)`: standard normals.
    pub fn randn<T: Real>(&self, n: usize) -> Vec<T> {
        let mut out = vec![T::ZERO; n];
        self.lock().normal(&mut out, 0.0, 1.0);
        out
    }

    /// `tensor.normal_(mean, std)` of a contiguous tensor.
    ///
    /// Fewer than 16 elements are drawn in pairs in `f64`, and the generator keeps the unused half of a pair for the next
    /// short call. From 16 elements on, uniforms are drawn first and transformed in blocks of 16, in the type itself;
    /// the last block of a length that is no multiple of 16 is drawn afresh over what was there.
    ///
    /// # Errors
    /// If `std` is negative or not a number.
    pub fn fill_normal<T: Real>(&self, out: &mut [T], mean: f64, std: f64) -> Result<()> {
        deviation(std)?;
        self.lock().normal(out, mean, std);
        Ok(())
    }

    /// `tensor.normal_(mean, std)` of a tensor that is not contiguous: always the short path, in memory order.
    ///
    /// # Errors
    /// If `std` is negative or not a number.
    pub fn fill_normal_strided<T: Real>(&self, out: &mut [T], mean: f64, std: f64) -> Result<()> {
        deviation(std)?;
        self.lock().normal_short(out, mean, std);
        Ok(())
    }
}

impl Stream {
    fn normal<T: Real>(&mut self, out: &mut [T], mean: f64, std: f64) {
        if out.len() < BLOCK {
            self.normal_short(out, mean, std);
        } else {
            self.normal_long(out, mean, std);
        }
    }

    fn normal_short<T: Real>(&mut self, out: &mut [T], mean: f64, std: f64) {
        for out in out {
            let z = self.cached_normal.take().unwrap_or_else(|| {
                let angle = std::f64::consts::TAU * unit_f64(self.engine.next_u64());
                let u = unit_f64(self.engine.next_u64());
                let r = (-2.0 * (-u).ln_1p()).sqrt();
                self.cached_normal = Some(r * angle.sin());
                r * angle.cos()
            });
            *out = T::from_f64(z.mul_add(std, mean));
        }
    }

    fn normal_long<T: Real>(&mut self, out: &mut [T], mean: f64, std: f64) {
        let one = T::from_f64(1.0);
        let (mean, std) = (T::from_f64(mean), T::from_f64(std));
        T::fill_uniform(&mut self.engine, out, T::ZERO, one);
        T::box_muller(out, mean, std);
        if !out.len().is_multiple_of(BLOCK) {
            let last = out.len() - BLOCK;
            T::fill_uniform(&mut self.engine, &mut out[last..], T::ZERO, one);
            T::box_muller(&mut out[last..], mean, std);
        }
    }
}

fn deviation(std: f64) -> Result<()> {
    if std >= 0.0 {
        Ok(())
    } else {
        Err(Error::Deviation { op: "normal", std })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_path() {
        let z: Vec<f32> = Generator::new(0).randn(3);
        assert_eq!(z, [1.540_996_1, -0.293_428_9, -2.178_789_4]);
    }

    #[test]
    fn long_path() {
        let z: Vec<f32> = Generator::new(0).randn(20);
        assert_eq!(z[..3], [-1.125_839_8, -1.152_360_2, -0.250_578_58]);
    }

    #[test]
    fn the_cached_value_waits_for_the_next_short_call() {
        let rng = Generator::new(0);
        rng.randn::<f32>(3);
        rng.rand::<f32>(2);
        rng.randn::<f32>(20);
        assert_eq!(rng.randn::<f32>(2), [0.568_431_26, -0.707_877_7]);
    }

    #[test]
    fn a_strided_fill_is_a_short_one_of_any_length() {
        let mut strided = [0.0_f64; 40];
        Generator::new(5)
            .fill_normal_strided(&mut strided, 1.0, 2.0)
            .unwrap();
        let rng = Generator::new(5);
        let mut pieces = [0.0_f64; 40];
        for piece in pieces.chunks_mut(5) {
            rng.fill_normal(piece, 1.0, 2.0).unwrap();
        }
        assert_eq!(strided, pieces);
    }

    #[test]
    fn a_negative_deviation_is_an_error() {
        let error = Generator::new(0)
            .fill_normal(&mut [0.0_f32], 0.0, -1.0)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "normal: the standard deviation is -1; it must be 0 or more"
        );
    }
}
