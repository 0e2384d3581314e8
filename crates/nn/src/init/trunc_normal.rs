//! A normal distribution without its tails.

use gradus_autograd::Var;
use gradus_random::Generator;
use gradus_tensor::{Element, Real};

use super::{Numbers, draw};
use crate::error::{Error, Result};

/// Above this share of draws inside the bounds, normal numbers are drawn until all are inside; below it,
/// uniform ones, of which the density decides how many stay.
const DRAW_NORMAL: f64 = 0.3;
/// A smaller share of uniform draws that stay is as good as none.
const LEAST_SHARE: f64 = 1e-6;
/// Beyond so many deviations from the mean the density has no digits left in single precision.
const FARTHEST: f64 = 1e3;

/// Normal, drawn again where a number lies outside `[a, b]`; PyTorch's bounds are ±2 if none are given.
///
/// # Errors
/// Not a leaf; neither `f32` nor `f64`; a `std` that is not positive; bounds that are not in order, or so far
/// from the mean that next to nothing could be drawn.
///
/// ```
/// use gradus_nn::{Linear, init};
/// use gradus_random::Generator;
///
/// let rng = Generator::new(0);
/// let layer = Linear::new(64, 64, &rng);
/// init::trunc_normal_(&layer.weight, 0.0, 0.02, -0.04, 0.04, &rng)?;
/// assert!(layer.weight.to_vec::<f32>()?.iter().all(|x| x.abs() <= 0.04));
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[inline]
pub fn trunc_normal_(
    parameter: &Var,
    mean: f64,
    std: f64,
    a: f64,
    b: f64,
    rng: &Generator,
) -> Result<()> {
    let op = "trunc_normal_";
    let normal = Truncated { mean, std, a, b };
    normal
        .check()
        .map_err(|message| Error::invalid(op, message))?;
    draw(op, parameter, |out| match out {
        Numbers::F32(out) => normal.fill(out, rng),
        Numbers::F64(out) => normal.fill(out, rng),
    })
}

#[derive(Clone, Copy)]
struct Truncated {
    mean: f64,
    std: f64,
    a: f64,
    b: f64,
}

impl Truncated {
    /// The share of the normal distribution between the bounds.
    #[inline]
    fn inside(&self) -> f64 {
        let below = |x: f64| (1.0 + Real::erf((x - self.mean) / self.std / 2f64.sqrt())) / 2.0;
        below(self.b) - below(self.a)
    }

    /// Where the density is largest between the bounds, in deviations from the mean.
    #[inline]
    fn peak(&self) -> f64 {
        (self.a.max(self.mean.min(self.b)) - self.mean) / self.std
    }

    #[inline]
    fn check(&self) -> std::result::Result<(), String> {
        let Truncated { mean, std, a, b } = *self;
        if !(mean.is_finite() && std.is_finite() && std > 0.0) {
            return Err(format!(
                "needs a finite mean and a positive std, got {mean} and {std}; use constant_ for one value"
            ));
        }
        if a.is_nan() || b.is_nan() || a >= b {
            return Err(format!(
                "the bounds [{a}, {b}] hold no numbers; give the lower one first"
            ));
        }
        let peak = self.peak();
        // In a tail the density falls by a factor e within std/|peak|.
        let share = std / peak.abs().max(1.0) / (b - a);
        if self.inside() <= DRAW_NORMAL && (peak.abs() > FARTHEST || share < LEAST_SHARE) {
            return Err(format!(
                "next to nothing of N({mean}, {std}²) lies in [{a}, {b}]; move the bounds nearer to the mean"
            ));
        }
        Ok(())
    }

    fn fill<T: Real + gradus_random::Real>(
        &self,
        out: &mut [T],
        rng: &Generator,
    ) -> gradus_random::Result<()> {
        if self.inside() > DRAW_NORMAL {
            self.redraw(out, rng)
        } else {
            self.reject(out, rng)
        }
    }

    /// PyTorch draws a whole tensor again as long as one number lies outside.
    fn redraw<T: Real + gradus_random::Real>(
        &self,
        out: &mut [T],
        rng: &Generator,
    ) -> gradus_random::Result<()> {
        let (low, high) = (Real::from_f64(self.a), Real::from_f64(self.b));
        let outside = |x: T| x < low || x > high;
        rng.fill_normal(out, self.mean, self.std)?;
        let mut again = vec![<T as Element>::ZERO; out.len()];
        while out.iter().any(|&x| outside(x)) {
            rng.fill_normal(&mut again, self.mean, self.std)?;
            for (x, &new) in out.iter_mut().zip(&again) {
                if outside(*x) {
                    *x = new;
                }
            }
        }
        Ok(())
    }

    /// Uniform candidates, each kept with the probability density / its peak.
    fn reject<T: Real + gradus_random::Real>(
        &self,
        out: &mut [T],
        rng: &Generator,
    ) -> gradus_random::Result<()> {
        let (mean, std): (T, T) = (Real::from_f64(self.mean), Real::from_f64(self.std));
        let (half, peak): (T, T) = (
            Real::from_f64(-0.5),
            Real::from_f64(-0.5 * self.peak() * self.peak()),
        );
        let log_density = |x: T| {
            let z = (x - mean) / std;
            half * (z * z) - peak
        };
        let mut pending = vec![true; out.len()];
        let mut candidates = vec![<T as Element>::ZERO; out.len()];
        let mut chances = vec![<T as Element>::ZERO; out.len()];
        while pending.contains(&true) {
            rng.fill_uniform(&mut candidates, self.a, self.b)?;
            rng.fill_rand(&mut chances);
            for (i, wanted) in pending
                .iter_mut()
                .enumerate()
                .filter(|(_, wanted)| **wanted)
            {
                out[i] = candidates[i];
                *wanted = chances[i].ln() > log_density(candidates[i]);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::{DType, Tensor};

    fn drawn(mean: f64, std: f64, a: f64, b: f64, dtype: DType) -> Result<Vec<f64>> {
        let w = Var::leaf(Tensor::zeros([50, 40], dtype)?)?;
        trunc_normal_(&w, mean, std, a, b, &Generator::new(7))?;
        Ok(w.value().to_dtype(DType::F64)?.to_vec()?)
    }

    #[test]
    fn all_numbers_are_inside_and_spread_as_the_truncated_normal() {
        for dtype in [DType::F32, DType::F64] {
            let x = drawn(0.0, 1.0, -1.0, 1.0, dtype).unwrap();
            assert!(x.iter().all(|x| x.abs() <= 1.0));
            let square = x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64;
            // 1 − 2 φ(1) / (Φ(1) − Φ(−1))
            assert!((square - 0.291_125).abs() < 0.02, "{square}");
            let tail = drawn(0.0, 1.0, 2.0, 5.0, dtype).unwrap();
            assert!(tail.iter().all(|x| (2.0..=5.0).contains(x)));
            let mean = tail.iter().sum::<f64>() / tail.len() as f64;
            // φ(2) / (1 − Φ(2))
            assert!((mean - 2.373).abs() < 0.03, "{mean}");
        }
    }

    #[test]
    fn what_could_never_end_is_refused() {
        let refused = |mean, std, a, b| drawn(mean, std, a, b, DType::F32).unwrap_err().to_string();
        assert_eq!(
            refused(0.0, 1.0, 2.0, -2.0),
            "trunc_normal_: the bounds [2, -2] hold no numbers; give the lower one first"
        );
        assert_eq!(
            refused(0.0, 0.0, -2.0, 2.0),
            "trunc_normal_: needs a finite mean and a positive std, got 0 and 0; use constant_ for one value"
        );
        for (a, b) in [
            (1e30, 2e30),
            (5.0, 1e12),
            (3.0, f64::INFINITY),
            (f64::NAN, 1.0),
        ] {
            refused(0.0, 1.0, a, b);
        }
        assert!(drawn(0.0, 1.0, f64::NEG_INFINITY, f64::INFINITY, DType::F64).is_ok());
    }
}
