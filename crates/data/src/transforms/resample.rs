//! Weighted averages of neighbouring pixels along one axis.

/// How much a pixel counts at a distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    /// A tent.
    Bilinear,
    /// Keys' cubic with a = −1/2.
    Bicubic,
}

impl Filter {
    #[inline]
    fn support(self) -> f64 {
        match self {
            Self::Bilinear => 1.0,
            Self::Bicubic => 2.0,
        }
    }

    #[inline]
    fn weight(self, distance: f64) -> f64 {
        const A: f64 = -0.5;
        let x = distance.abs();
        match self {
            Self::Bilinear if x < 1.0 => 1.0 - x,
            Self::Bicubic if x < 1.0 => ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0,
            Self::Bicubic if x < 2.0 => (((x - 5.0) * x + 8.0) * x - 4.0) * A,
            _ => 0.0,
        }
    }
}

/// One new pixel: the old pixels from `start` on, by weights that sum to one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tap {
    pub(super) start: usize,
    pub(super) weights: Vec<f64>,
}

/// The taps of `new` pixels from `old`, widened when shrinking so that every old pixel counts.
#[inline]
pub(super) fn taps(filter: Filter, old: usize, new: usize) -> Vec<Tap> {
    let scale = old as f64 / new as f64;
    let widening = scale.max(1.0);
    let support = filter.support() * widening;
    (0..new)
        .map(|at| {
            let center = (at as f64 + 0.5) * scale;
            let start = (center - support + 0.5).max(0.0) as usize;
            let end = ((center + support + 0.5) as usize).min(old);
            let mut weights: Vec<f64> = (start..end)
                .map(|from| filter.weight((from as f64 - center + 0.5) * (1.0 / widening)))
                .collect();
            let sum: f64 = weights.iter().sum();
            if sum != 0.0 {
                weights.iter_mut().for_each(|weight| *weight /= sum);
            }
            Tap { start, weights }
        })
        .collect()
}

/// The taps of linear interpolation between the two nearest pixels, however much the image shrinks.
#[inline]
pub(super) fn two_nearest(old: usize, new: usize) -> Vec<Tap> {
    let scale = old as f64 / new as f64;
    (0..new)
        .map(|at| {
            let position = ((at as f64 + 0.5) * scale - 0.5).max(0.0);
            let start = (position as usize).min(old - 1);
            let t = position - start as f64;
            let weights = if start + 1 < old {
                vec![1.0 - t, t]
            } else {
                vec![1.0]
            };
            Tap { start, weights }
        })
        .collect()
}

/// Old pixels averaged along an axis of a table seen as (outer, old, inner).
#[inline]
pub(super) fn average(old: &[f64], size: usize, inner: usize, taps: &[Tap]) -> Vec<f64> {
    let mut new = Vec::with_capacity(old.len() / size * taps.len());
    for plane in old.chunks_exact(size * inner) {
        for tap in taps {
            for i in 0..inner {
                let pixels = plane[tap.start * inner + i..].iter().step_by(inner);
                new.push(
                    tap.weights
                        .iter()
                        .zip(pixels)
                        .map(|(weight, pixel)| weight * pixel)
                        .sum(),
                );
            }
        }
    }
    new
}

/// The same on bytes in fixed point with 22 fractional bits, rounded and limited to a byte as Pillow does.
#[inline]
pub(super) fn average_bytes(old: &[u8], size: usize, inner: usize, taps: &[Tap]) -> Vec<u8> {
    const BITS: u32 = 22;
    let fixed = |weight: &f64| (weight * f64::from(1 << BITS)).round() as i64;
    let mut new = Vec::with_capacity(old.len() / size * taps.len());
    let weights: Vec<Vec<i64>> = taps
        .iter()
        .map(|tap| tap.weights.iter().map(fixed).collect())
        .collect();
    for plane in old.chunks_exact(size * inner) {
        for (tap, weights) in taps.iter().zip(&weights) {
            for i in 0..inner {
                let pixels = plane[tap.start * inner + i..].iter().step_by(inner);
                let sum: i64 = weights
                    .iter()
                    .zip(pixels)
                    .map(|(weight, &pixel)| weight * i64::from(pixel))
                    .sum();
                new.push(((sum + (1 << (BITS - 1))) >> BITS).clamp(0, 255) as u8);
            }
        }
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_sum_to_one() {
        for filter in [Filter::Bilinear, Filter::Bicubic] {
            for (old, new) in [(5, 5), (3, 8), (20, 7), (1, 4)] {
                for tap in taps(filter, old, new) {
                    assert!((tap.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
                    assert!(tap.start + tap.weights.len() <= old);
                }
            }
        }
    }

    #[test]
    fn halving_averages_four_pixels_of_a_tent() {
        let tap = &taps(Filter::Bilinear, 8, 4)[1];
        assert_eq!(
            (tap.start, &tap.weights[..]),
            (1, &[0.125, 0.375, 0.375, 0.125][..])
        );
        assert_eq!(
            two_nearest(8, 4)[1],
            Tap {
                start: 2,
                weights: vec![0.5, 0.5]
            }
        );
    }

    #[test]
    fn the_inner_axis_is_kept() {
        let taps = [Tap {
            start: 0,
            weights: vec![0.5, 0.5],
        }];
        assert_eq!(average(&[1.0, 10.0, 3.0, 30.0], 2, 2, &taps), [2.0, 20.0]);
        assert_eq!(average_bytes(&[1, 10, 2, 31], 2, 2, &taps), [2, 21]);
    }
}
