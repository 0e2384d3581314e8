//! Integer draws of a [`Generator`].

use super::Generator;
use crate::error::{Error, Result};
use crate::value::Value;

impl Generator {
    /// `tensor.random_()`: non-negative integers over the whole range of the type, or up to 2²⁴ (`f32`) and 2⁵³ (`f64`).
    pub fn fill_random<T: Value>(&self, out: &mut [T]) {
        let engine = &mut self.lock().engine;
        out.fill_with(|| T::random(engine));
    }

    /// One value of `tensor.random_()`.
    pub fn random<T: Value>(&self) -> T {
        T::random(&mut self.lock().engine)
    }

    /// `torch.randint(low, high, n)`: integers in [low, high).
    ///
    /// # Errors
    /// If `low >= high`.
    ///
    /// ```
    /// # use gradus_random::Generator;
    /// assert_eq!(Generator::new(0).randint(0, 10, 5)?, [4, 9, 3, 0, 3]);
    /// # Ok::<(), gradus_random::Error>(())
    /// ```
    pub fn randint(&self, low: i64, high: i64, n: usize) -> Result<Vec<i64>> {
        let mut out = vec![0; n];
        self.fill_randint(&mut out, low, high)?;
        Ok(out)
    }

    /// Fills with integers in [low, high): x mod (high − low) + low, x being one word below 2²⁸ values and two from there on.
    ///
    /// There is no rejection step, so values at the low end of a wide range are a little more frequent.
    ///
    /// # Errors
    /// If `low >= high`.
    pub fn fill_randint(&self, out: &mut [i64], low: i64, high: i64) -> Result<()> {
        if low >= high {
            return Err(Error::Range {
                op: "randint",
                low,
                high,
            });
        }
        let range = high.wrapping_sub(low).cast_unsigned();
        let engine = &mut self.lock().engine;
        if range < 1 << 28 {
            let range = range as u32;
            engine.fill_u32(out, |x| i64::from(x % range) + low);
        } else {
            engine.fill_u64(out, |x| low.wrapping_add_unsigned(x % range));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_its_range() {
        let rng = Generator::new(0);
        let mut wide = [0_i64; 5];
        rng.fill_random(&mut wide);
        assert_eq!(
            wide[..2],
            [900_450_186_894_289_455, 3_969_543_146_641_149_120]
        );
        let mut narrow = [0_i32; 3];
        rng.fill_random(&mut narrow);
        assert_eq!(narrow, [626_610_453, 1_650_906_866, 1_879_422_756]);
        let mut single = [0.0_f32; 3];
        rng.fill_random(&mut single);
        assert_eq!(single, [2_832_907.0, 4_930_402.0, 8_699_338.0]);
        let mut double = [0.0_f64; 3];
        rng.fill_random(&mut double);
        assert_eq!(double[0], 5_236_253_499_639_255.0);
        let mut coins = [false; 6];
        rng.fill_random(&mut coins);
        assert_eq!(coins, [true, false, false, true, true, true]);
    }

    #[test]
    fn the_full_range_does_not_overflow() {
        let rng = Generator::new(1);
        let values = rng.randint(i64::MIN, i64::MAX, 100).unwrap();
        assert!(values.iter().any(|&v| v < 0) && values.iter().any(|&v| v > 0));
    }

    #[test]
    fn an_empty_range_is_an_error() {
        let error = Generator::new(0).randint(3, 3, 1).unwrap_err();
        assert_eq!(
            error.to_string(),
            "randint: the range [3, 3) is empty; low must be less than high"
        );
    }
}
