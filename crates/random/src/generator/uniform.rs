//! Uniform, exponential and coin-toss draws of a [`Generator`].

use super::Generator;
use crate::error::{Error, Result};
use crate::real::{Real, unit_f64};
use crate::value::Value;

impl Generator {
    /// `torch.rand(n)`: uniform in [0, 1), with 24 random bits for `f32` and 53 for `f64`.
    pub fn rand<T: Real>(&self, n: usize) -> Vec<T> {
        let mut out = vec![T::ZERO; n];
        self.fill_rand(&mut out);
        out
    }

    /// Fills with uniform numbers in [0, 1).
    pub fn fill_rand<T: Real>(&self, out: &mut [T]) {
        T::fill_uniform(&mut self.lock().engine, out, T::ZERO, T::from_f64(1.0));
    }

    /// `tensor.uniform_(low, high)`: u·(high − low) + low with one rounding, in memory order.
    ///
    /// The bounds are rounded to the type first; a value that rounds up to `high` becomes `low`.
    ///
    /// # Errors
    /// If `low > high`, or a bound or their difference is not finite in the type.
    ///
    /// ```
    /// # use gradus_random::Generator;
    /// // The weight of `Linear(1, 1)` under seed 1.
    /// let mut weight = [0.0_f32];
    /// Generator::new(1).fill_uniform(&mut weight, -1.0, 1.0)?;
    /// assert_eq!(weight, [0.515_263_2]);
    /// # Ok::<(), gradus_random::Error>(())
    /// ```
    pub fn fill_uniform<T: Real>(&self, out: &mut [T], low: f64, high: f64) -> Result<()> {
        let (from, to) = (T::from_f64(low), T::from_f64(high));
        if !(low <= high && to.sub(from).to_f64().is_finite()) {
            return Err(Error::Interval {
                op: "uniform",
                low,
                high,
            });
        }
        T::fill_uniform(&mut self.lock().engine, out, from, to);
        Ok(())
    }

    /// `tensor.exponential_(rate)`: −ln(1 − u)/rate, computed in `f64`.
    ///
    /// # Errors
    /// If `rate` is not greater than 0.
    pub fn fill_exponential<T: Real>(&self, out: &mut [T], rate: f64) -> Result<()> {
        if rate.is_nan() || rate <= 0.0 {
            return Err(Error::Rate { rate });
        }
        self.lock()
            .engine
            .fill_u64(out, |word| exponential(word, rate));
        Ok(())
    }

    /// `tensor.bernoulli_(p)`: 1 with probability `p`, else 0; two words per element whatever the type.
    ///
    /// # Errors
    /// If `p` is outside [0, 1].
    pub fn fill_bernoulli<T: Value>(&self, out: &mut [T], p: f64) -> Result<()> {
        probability("bernoulli", p)?;
        self.lock()
            .engine
            .fill_u64(out, |word| toss(unit_f64(word) < p));
        Ok(())
    }

    /// `torch.bernoulli(probabilities)`: `out[i]` is 1 with probability `probabilities[i]`.
    ///
    /// # Errors
    /// If the lengths differ or a probability is outside [0, 1]; nothing is drawn then.
    pub fn fill_bernoulli_each<T: Value, P: Real>(
        &self,
        out: &mut [T],
        probabilities: &[P],
    ) -> Result<()> {
        let op = "bernoulli";
        if out.len() != probabilities.len() {
            return Err(Error::Length {
                op,
                what: "probabilities",
                found: probabilities.len(),
                expected: out.len(),
            });
        }
        let outside = |p: &P| !(0.0..=1.0).contains(&p.to_f64());
        if let Some(index) = probabilities.iter().position(outside) {
            let value = probabilities[index].to_f64();
            let expected = "a probability in [0, 1]";
            return Err(Error::Entry {
                op,
                index,
                value,
                expected,
            });
        }
        let u: Vec<P> = self.rand(out.len());
        for ((out, u), p) in out.iter_mut().zip(u).zip(probabilities) {
            *out = toss(u < *p);
        }
        Ok(())
    }

    /// The factors of `dropout(x, p)` in training: 0 with probability `p`, else 1/(1 − p).
    ///
    /// `p = 0` and `p = 1` draw nothing.
    ///
    /// # Errors
    /// If `p` is outside [0, 1].
    pub fn fill_dropout_mask<T: Real + Value>(&self, out: &mut [T], p: f64) -> Result<()> {
        probability("dropout", p)?;
        if p == 0.0 || p == 1.0 {
            out.fill(toss(p == 0.0));
            return Ok(());
        }
        let keep = 1.0 - p;
        let (zero, kept) = (T::from_f64(0.0), T::from_f64(1.0).div(T::from_f64(keep)));
        self.lock()
            .engine
            .fill_u64(out, |word| if unit_f64(word) < keep { kept } else { zero });
        Ok(())
    }
}

/// One exponential value from 53 bits.
pub(super) fn exponential<T: Real>(word: u64, rate: f64) -> T {
    T::from_f64(-1.0 / rate * (-unit_f64(word)).ln_1p())
}

fn toss<T: Value>(heads: bool) -> T {
    if heads { T::ONE } else { T::ZERO }
}

fn probability(op: &'static str, value: f64) -> Result<()> {
    if (0.0..=1.0).contains(&value) {
        Ok(())
    } else {
        Err(Error::Probability { op, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uniform_multiplies_and_adds_with_one_rounding() {
        // Linear(2, 1) under seed 42.
        let mut parameters = [0.0_f32; 3];
        let bound = 0.5_f64.sqrt();
        Generator::new(42)
            .fill_uniform(&mut parameters, -bound, bound)
            .unwrap();
        assert_eq!(parameters, [0.540_610_4, 0.586_904_2, -0.165_655_66]);
    }

    #[test]
    fn long_fills_equal_short_ones() {
        let (once, twice) = (Generator::new(3), Generator::new(3));
        let all: Vec<f64> = once.rand(2001);
        let mut parts: Vec<f64> = twice.rand(1);
        parts.extend(twice.rand::<f64>(1000));
        parts.extend(twice.rand::<f64>(1000));
        assert_eq!(all, parts);
    }

    #[test]
    fn bounds_are_checked() {
        let rng = Generator::new(0);
        let before = rng.state();
        let mut out = [0.0_f32; 2];
        let error = rng.fill_uniform(&mut out, 2.0, 1.0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "uniform: [2, 1) is not an interval of finite width; low must not exceed high"
        );
        assert!(rng.fill_uniform(&mut out, 0.0, f64::NAN).is_err());
        assert!(rng.fill_uniform(&mut out, -3e38, 3e38).is_err());
        assert!(rng.fill_exponential(&mut out, 0.0).is_err());
        assert!(rng.fill_bernoulli(&mut out, 1.5).is_err());
        assert!(rng.fill_bernoulli_each(&mut out, &[0.5_f32]).is_err());
        assert!(
            rng.fill_bernoulli_each(&mut out, &[0.5_f32, f32::NAN])
                .is_err()
        );
        assert!(rng.fill_dropout_mask(&mut out, -0.1).is_err());
        assert_eq!(rng.state(), before);
    }

    #[test]
    fn dropout_draws_only_where_there_is_a_choice() {
        let rng = Generator::new(0);
        let before = rng.state();
        let mut mask = [5.0_f32; 4];
        rng.fill_dropout_mask(&mut mask, 0.0).unwrap();
        assert_eq!(mask, [1.0; 4]);
        rng.fill_dropout_mask(&mut mask, 1.0).unwrap();
        assert_eq!(mask, [0.0; 4]);
        assert_eq!(rng.state(), before);
        rng.fill_dropout_mask(&mut mask, 0.75).unwrap();
        assert!(mask.iter().all(|&m| m == 0.0 || m == 4.0));
    }

    #[test]
    fn probabilities_of_each_type_take_their_own_words() {
        let mut out = [false; 3];
        let rng = Generator::new(0);
        rng.fill_bernoulli_each(&mut out, &[0.5_f32, 0.5, 0.5])
            .unwrap();
        assert_eq!(out, [true, false, true]);
        let mut out = [0_u8; 2];
        Generator::new(0)
            .fill_bernoulli_each(&mut out, &[1.0_f64, 0.0])
            .unwrap();
        assert_eq!(out, [1, 0]);
    }
}
