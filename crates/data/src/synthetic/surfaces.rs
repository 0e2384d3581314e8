//! Curved sheets in space: the S and the Swiss roll.

use crate::error::{Error, Result};
use gradus_random::RandomState;
use gradus_tensor::Tensor;
use std::f64::consts::PI;

/// Points on a sheet bent like an S, and where along it they lie: `sklearn.datasets.make_s_curve`.
///
/// # Shapes
/// (x, t): `(n_samples, 3)` and `(n_samples,)`, `f64`.
///
/// # Errors
/// If `noise` is negative.
///
/// # Examples
/// ```
/// let (x, t) = gradus_data::make_s_curve(50, 0.0, 0)?;
/// assert_eq!((x.shape(), t.shape()), (&[50, 3][..], &[50][..]));
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[inline]
pub fn make_s_curve(n_samples: usize, noise: f64, random_state: u32) -> Result<(Tensor, Tensor)> {
    let mut rs = RandomState::new(random_state);
    let units = rs.random_sample(n_samples);
    let t: Vec<f64> = units.iter().map(|u| 3.0 * PI * (u - 0.5)).collect();
    let units = rs.random_sample(n_samples);
    let height = units.iter().map(|u| 2.0 * u);
    let sign = |t: f64| if t == 0.0 { 0.0 } else { t.signum() };
    let points = t
        .iter()
        .zip(height)
        .map(|(&t, y)| [t.sin(), y, sign(t) * (t.cos() - 1.0)]);
    sheet("make_s_curve", points.collect(), t.clone(), noise, &mut rs)
}

/// Points on a rolled-up sheet, and where along it they lie: `sklearn.datasets.make_swiss_roll`.
///
/// # Shapes
/// (x, t): `(n_samples, 3)` and `(n_samples,)`, `f64`.
///
/// # Errors
/// If `noise` is negative.
///
/// # Examples
/// ```
/// let (x, t) = gradus_data::make_swiss_roll(50, 0.0, 0)?;
/// assert_eq!((x.shape(), t.shape()), (&[50, 3][..], &[50][..]));
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[inline]
pub fn make_swiss_roll(
    n_samples: usize,
    noise: f64,
    random_state: u32,
) -> Result<(Tensor, Tensor)> {
    SwissRoll {
        n_samples,
        noise,
        random_state,
        ..SwissRoll::default()
    }
    .make()
}

/// The settings of [`make_swiss_roll`], with scikit-learn's defaults.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SwissRoll {
    /// Points on the sheet.
    pub n_samples: usize,
    /// Standard deviation of the noise added to every coordinate.
    pub noise: f64,
    /// Whether the sheet has a hole in its middle.
    pub hole: bool,
    /// Seed of the NumPy stream.
    pub random_state: u32,
}

impl Default for SwissRoll {
    #[inline]
    fn default() -> Self {
        Self {
            n_samples: 100,
            noise: 0.0,
            hole: false,
            random_state: 0,
        }
    }
}

impl SwissRoll {
    /// Draws the data: (x, t).
    ///
    /// # Errors
    /// If the noise is negative.
    #[inline]
    pub fn make(&self) -> Result<(Tensor, Tensor)> {
        let mut rs = RandomState::new(self.random_state);
        let (t, height) = if self.hole {
            around_a_hole(self.n_samples, &mut rs)?
        } else {
            let mut units = || rs.random_sample(self.n_samples);
            let along = units().iter().map(|u| 1.5 * PI * (1.0 + 2.0 * u)).collect();
            (along, units().iter().map(|u| 21.0 * u).collect())
        };
        let points = t.iter().zip(height);
        let points = points.map(|(&t, y): (&f64, f64)| [t * t.cos(), y, t * t.sin()]);
        let points = points.collect();
        sheet("make_swiss_roll", points, t, self.noise, &mut rs)
    }
}

/// Places along and across the sheet, in the eight of its nine patches that surround the one in the middle.
#[inline]
fn around_a_hole(n: usize, rs: &mut RandomState) -> Result<(Vec<f64>, Vec<f64>)> {
    let patches = rs.choice(8, n, true)?;
    // The fifth patch of three times three is left out.
    let patches: Vec<usize> = patches
        .iter()
        .map(|&at| at + usize::from(at >= 4))
        .collect();
    let mut offsets = |size: f64, corner: fn(usize) -> f64| {
        let units = rs.random_sample(n);
        let places = units.iter().zip(&patches);
        places.map(|(u, &at)| corner(at) + u * size).collect()
    };
    let along = offsets(PI, |at| PI * (1.5 + (at / 3) as f64));
    Ok((along, offsets(7.0, |at| (at % 3 * 7) as f64)))
}

/// Adds the noise, which is drawn coordinate by coordinate even if it is 0.
#[inline]
fn sheet(
    op: &'static str,
    mut points: Vec<[f64; 3]>,
    t: Vec<f64>,
    noise: f64,
    rs: &mut RandomState,
) -> Result<(Tensor, Tensor)> {
    if noise.is_nan() || noise < 0.0 {
        return Err(Error::argument(
            op,
            format!("the noise is {noise}; it must be 0 or more"),
        ));
    }
    let n = t.len();
    for coordinate in 0..3 {
        for point in &mut points {
            point[coordinate] += noise * rs.next_normal();
        }
    }
    Ok((
        Tensor::from_vec(points.concat(), [n, 3])?,
        Tensor::from_vec(t, [n])?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_noise_the_points_lie_on_the_sheet() {
        let (x, t) = make_swiss_roll(20, 0.0, 3).unwrap();
        for (point, t) in x
            .to_vec::<f64>()
            .unwrap()
            .chunks(3)
            .zip(t.to_vec::<f64>().unwrap())
        {
            assert!((point[0].hypot(point[2]) - t).abs() < 1e-12);
            assert!((0.0..21.0).contains(&point[1]));
        }
        let (x, t) = make_s_curve(20, 0.0, 3).unwrap();
        for (point, t) in x
            .to_vec::<f64>()
            .unwrap()
            .chunks(3)
            .zip(t.to_vec::<f64>().unwrap())
        {
            assert_eq!(point[0], t.sin());
            assert!((point[0].powi(2) + (point[2].abs() - 1.0).powi(2) - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn the_hole_is_in_the_middle_and_the_numbers_are_scikit_learns() {
        let roll = SwissRoll {
            n_samples: 400,
            hole: true,
            random_state: 3,
            ..SwissRoll::default()
        };
        let (x, t) = roll.make().unwrap();
        let (x, t) = (x.to_vec::<f64>().unwrap(), t.to_vec::<f64>().unwrap());
        for (point, t) in x.chunks(3).zip(&t) {
            let inside = (2.5 * PI..3.5 * PI).contains(t) && (7.0..14.0).contains(&point[1]);
            assert!(!inside, "{t}, {}", point[1]);
        }
        let eighth = [
            12.391_219_090_043_46,
            4.994_520_265_088_092,
            3.319_323_535_792_969_3,
        ];
        for (x, expected) in x[21..24].iter().zip(eighth) {
            assert!((x - expected).abs() < 1e-12, "{x}, {expected}");
        }
        assert!((t[7] - 12.828_102_715_239_172).abs() < 1e-12);
    }

    #[test]
    fn negative_noise_is_an_error() {
        let error = make_s_curve(5, -1.0, 0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "make_s_curve: the noise is -1; it must be 0 or more"
        );
    }
}
