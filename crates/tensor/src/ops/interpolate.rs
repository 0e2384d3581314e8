//! Signals and images in other sizes.

use super::expect::expect_float;
use super::{Arithmetic, Indexing, Pooling, Shapes};
use crate::{Array, DType, Error, ErrorKind, Result, Tensor};

/// How [`interpolate`](Resampling::interpolate) finds numbers between those there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InterpolateMode {
    /// The element at `⌊i · scale⌋`.
    #[default]
    Nearest,
    /// The element whose middle is nearest, at `⌊(i + ½) scale⌋`.
    NearestExact,
    /// The line through two neighbours, of one spatial dimension.
    Linear,
    /// As `Linear`, of two.
    Bilinear,
    /// As `Linear`, of three.
    Trilinear,
    /// A cubic curve through four neighbours (with −0.75 as its constant), of two dimensions.
    Bicubic,
    /// The mean of all elements that the new one covers.
    Area,
}

impl InterpolateMode {
    /// PyTorch's word for it.
    #[must_use]
    #[inline]
    pub fn name(self) -> &'static str {
        match self {
            InterpolateMode::Nearest => "nearest",
            InterpolateMode::NearestExact => "nearest-exact",
            InterpolateMode::Linear => "linear",
            InterpolateMode::Bilinear => "bilinear",
            InterpolateMode::Trilinear => "trilinear",
            InterpolateMode::Bicubic => "bicubic",
            InterpolateMode::Area => "area",
        }
    }

    /// The spatial dimensions it is for, if not for any number.
    fn dims(self) -> Option<usize> {
        match self {
            InterpolateMode::Linear => Some(1),
            InterpolateMode::Bilinear | InterpolateMode::Bicubic => Some(2),
            InterpolateMode::Trilinear => Some(3),
            _ => None,
        }
    }
}

/// What size comes out.
#[derive(Clone, Debug, PartialEq)]
pub enum Resize {
    /// These sizes, one for each spatial dimension.
    To(Vec<usize>),
    /// `⌊size · factor⌋`, a factor for each spatial dimension; the factors themselves tell where an
    /// element lies.
    By(Vec<f64>),
    /// As `By`, but the sizes before and after tell where an element lies: `recompute_scale_factor`.
    Rounded(Vec<f64>),
}

/// Signals and images in other sizes.
pub trait Resampling: Array {
    /// As many elements along the spatial dimensions as `resize` says. With `align_corners` the first and
    /// the last elements before and after lie on each other, else the outer edges of their pixels.
    ///
    /// # Shapes
    /// `(batch, channels, spatial..)`, one to three spatial dimensions.
    ///
    /// # Errors
    /// Another number of dimensions, or one that the mode is not for; an empty result or input;
    /// `align_corners` for a mode that has no lines; integers.
    ///
    /// ```
    /// use gradus_tensor::ops::{InterpolateMode, Resize};
    /// use gradus_tensor::tensor;
    /// let x = tensor![[[1.0, 2.0]]];
    /// let y = x.interpolate(&Resize::To(vec![3]), InterpolateMode::Linear, true)?;
    /// assert_eq!(y.to_vec::<f32>()?, [1.0, 1.5, 2.0]);
    /// # Ok::<(), gradus_tensor::Error>(())
    /// ```
    fn interpolate(
        &self,
        resize: &Resize,
        mode: InterpolateMode,
        align_corners: bool,
    ) -> Result<Self> {
        const OP: &str = "interpolate";
        expect_float(OP, self)?;
        let rank = self.shape().len();
        if !(3..=5).contains(&rank) || mode.dims().is_some_and(|dims| dims + 2 != rank) {
            return Err(ErrorKind::Rank {
                op: OP,
                expected: "(batch, channels, spatial..) with 1 to 3 spatial dimensions, those of the mode",
                got: self.shape().to_vec(),
            }
            .into());
        }
        let plain = matches!(
            mode,
            InterpolateMode::Nearest | InterpolateMode::NearestExact | InterpolateMode::Area
        );
        if align_corners && plain {
            let message = format!("mode `{}` has no corners to align", mode.name());
            return Err(Error::custom(OP, message));
        }
        let sizes = sizes(OP, &self.shape()[2..], resize)?;
        let mut y = self.clone();
        for (d, (size, factor)) in sizes.into_iter().enumerate() {
            let dim = d + 2;
            let before = y.shape()[dim];
            if before == 0 || size == 0 {
                let message = format!(
                    "dimension {dim} goes from {before} to {size} elements; neither may be 0"
                );
                return Err(Error::custom(OP, message));
            }
            y = if mode == InterpolateMode::Area {
                averaged(&y, dim, size)?
            } else {
                let grid = Grid {
                    before,
                    size,
                    factor,
                    align_corners,
                };
                along(&y, dim, &grid.taps(mode, self.dtype()))?
            };
        }
        Ok(y)
    }
}
impl<A: Array> Resampling for A {}

/// The new size of each spatial dimension, and its factor if that counts.
#[inline]
fn sizes(op: &'static str, shape: &[usize], resize: &Resize) -> Result<Vec<(usize, Option<f64>)>> {
    let (count, sizes): (usize, Vec<_>) = match resize {
        Resize::To(sizes) => (sizes.len(), sizes.iter().map(|&s| (s, None)).collect()),
        Resize::By(factors) | Resize::Rounded(factors) => {
            let kept = matches!(resize, Resize::By(_));
            let scaled = shape.iter().zip(factors);
            let scaled =
                scaled.map(|(&n, &f)| ((n as f64 * f).floor() as usize, kept.then_some(f)));
            (factors.len(), scaled.collect())
        }
    };
    if count == shape.len() {
        return Ok(sizes);
    }
    let message = format!("{count} sizes for {} spatial dimensions", shape.len());
    Err(Error::custom(op, message))
}

/// Where the elements of one dimension lie among those there were.
struct Grid {
    before: usize,
    size: usize,
    factor: Option<f64>,
    align_corners: bool,
}

/// For each new element one of the old ones, and its weight unless that is 1.
type Tap = (Vec<i64>, Option<Vec<f64>>);

impl Grid {
    /// How far apart new elements are, in old ones.
    fn scale(&self) -> f64 {
        match self.factor {
            _ if self.align_corners && self.size > 1 => {
                (self.before - 1) as f64 / (self.size - 1) as f64
            }
            _ if self.align_corners => 0.0,
            Some(factor) if factor > 0.0 => 1.0 / factor,
            _ => self.before as f64 / self.size as f64,
        }
    }

    /// Where new element `i` lies, as a place among the old ones.
    fn place(&self, i: usize) -> f64 {
        if self.align_corners {
            i as f64 * self.scale()
        } else {
            (i as f64 + 0.5) * self.scale() - 0.5
        }
    }

    fn taps(&self, mode: InterpolateMode, dtype: DType) -> Vec<Tap> {
        let last = self.before as i64 - 1;
        let new = 0..self.size;
        match mode {
            InterpolateMode::Nearest | InterpolateMode::NearestExact => {
                let half = if mode == InterpolateMode::Nearest {
                    0.0
                } else {
                    0.5
                };
                let nearest = |i: usize| {
                    // The product is rounded to the dtype: on an edge that decides.
                    let place = if dtype == DType::F64 {
                        (i as f64 + half) * self.scale()
                    } else {
                        f64::from((i as f32 + half as f32) * self.scale() as f32)
                    };
                    (place.floor() as i64).clamp(0, last)
                };
                vec![(new.map(nearest).collect(), None)]
            }
            InterpolateMode::Bicubic => {
                let tap = |k: i64| {
                    let index = |i| (self.place(i).floor() as i64 + k).clamp(0, last);
                    let weight = |i| {
                        let place = self.place(i);
                        cubic((place - place.floor() - k as f64).abs())
                    };
                    (
                        new.clone().map(index).collect(),
                        Some(new.clone().map(weight).collect()),
                    )
                };
                (-1..3).map(tap).collect()
            }
            _ => {
                let place = |i| self.place(i).max(0.0);
                let low = |i| (place(i).floor() as i64).min(last);
                let high = |i| (low(i) + 1).min(last);
                let part = |i| place(i) - low(i) as f64;
                vec![
                    (
                        new.clone().map(low).collect(),
                        Some(new.clone().map(|i| 1.0 - part(i)).collect()),
                    ),
                    (
                        new.clone().map(high).collect(),
                        Some(new.map(part).collect()),
                    ),
                ]
            }
        }
    }
}

/// The weight of an element at this distance, Keys' cubic with −0.75.
#[inline]
fn cubic(x: f64) -> f64 {
    const A: f64 = -0.75;
    if x <= 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else {
        (((x - 5.0) * x + 8.0) * x - 4.0) * A
    }
}

/// The weighted sum of the taps along one dimension.
fn along<A: Array>(x: &A, dim: usize, taps: &[Tap]) -> Result<A> {
    let mut sum: Option<A> = None;
    for (index, weights) in taps {
        let index = Tensor::from_slice(index, [index.len()])?;
        let mut part = x.index_select(dim as isize, &index)?;
        if let Some(weights) = weights {
            let mut shape = vec![1; x.shape().len() - dim];
            shape[0] = weights.len();
            let weights = Tensor::from_slice(weights, shape)?.to_dtype(x.dtype())?;
            part = part.mul(&A::constant(weights))?;
        }
        sum = Some(match sum {
            Some(sum) => sum.add(&part)?,
            None => part,
        });
    }
    sum.ok_or_else(|| Error::custom("interpolate", "no element to look at"))
}

/// Means along one dimension: of windows in all dimensions when done for each.
fn averaged<A: Array>(x: &A, dim: usize, size: usize) -> Result<A> {
    let shape = x.shape();
    let lead: usize = shape[..dim].iter().product();
    let rest: usize = shape[dim + 1..].iter().product();
    let mut after = shape.to_vec();
    after[dim] = size;
    if lead == 0 || rest == 0 {
        return x.index_select(dim as isize, &Tensor::zeros([size], DType::I64)?);
    }
    x.reshape([lead, 1, shape[dim], rest])?
        .adaptive_avg_pool2d([Some(size), None])?
        .reshape(after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;
    use crate::testkit::assert_close;

    fn check(x: &Tensor, resize: &Resize, mode: InterpolateMode, corners: bool, expected: &[f64]) {
        assert_close(&x.interpolate(resize, mode, corners).unwrap(), expected);
    }

    #[test]
    fn by_hand() {
        let x = tensor![[[1.0, 2.0, 3.0, 4.0]]];
        let to = |n| Resize::To(vec![n]);
        check(
            &x,
            &to(3),
            InterpolateMode::Nearest,
            false,
            &[1.0, 2.0, 3.0],
        );
        check(
            &x,
            &to(2),
            InterpolateMode::NearestExact,
            false,
            &[2.0, 4.0],
        );
        check(&x, &to(2), InterpolateMode::Linear, false, &[1.5, 3.5]);
        check(
            &x,
            &to(7),
            InterpolateMode::Linear,
            true,
            &[1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0],
        );
        check(&x, &to(3), InterpolateMode::Area, false, &[1.5, 2.5, 3.5]);
        check(
            &x,
            &Resize::By(vec![0.6]),
            InterpolateMode::Nearest,
            false,
            &[1.0, 2.0],
        );
        check(
            &x,
            &Resize::Rounded(vec![0.6]),
            InterpolateMode::Nearest,
            false,
            &[1.0, 3.0],
        );
        let image = tensor![[[[1.0, 3.0], [5.0, 7.0]]]];
        let to = |n| Resize::To(vec![n, n]);
        check(&image, &to(1), InterpolateMode::Bilinear, false, &[4.0]);
        check(&image, &to(1), InterpolateMode::Area, false, &[4.0]);
        check(
            &image,
            &to(2),
            InterpolateMode::Bicubic,
            false,
            &[1.0, 3.0, 5.0, 7.0],
        );
    }

    #[test]
    fn refused() {
        let x = tensor![[[1.0, 2.0]]];
        let message = |resize: Resize, mode, corners| {
            x.interpolate(&resize, mode, corners)
                .unwrap_err()
                .to_string()
        };
        let to = Resize::To(vec![3]);
        assert!(
            message(to.clone(), InterpolateMode::Bilinear, false).contains("those of the mode")
        );
        assert_eq!(
            message(to, InterpolateMode::Nearest, true),
            "interpolate: mode `nearest` has no corners to align"
        );
        assert_eq!(
            message(Resize::To(vec![3, 3]), InterpolateMode::Nearest, false),
            "interpolate: 2 sizes for 1 spatial dimensions"
        );
        assert!(
            message(Resize::By(vec![0.1]), InterpolateMode::Linear, false)
                .contains("neither may be 0")
        );
    }
}
