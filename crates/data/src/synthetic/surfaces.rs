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
pub fn make_s_curve(n_samples: usize, noise: f64, random_state: u32) -> Result<(Tensor, Tensor)> {
    let mut rs = RandomState::new(random_state);
    let t: Vec<f64> = (0..n_samples)
        .map(|_| 3.0 * PI * (rs.next_unit() - 0.5))
        .collect();
    let height: Vec<f64> = (0..n_samples).map(|_| 2.0 * rs.next_unit()).collect();
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
pub fn make_swiss_roll(
    n_samples: usize,
    noise: f64,
    random_state: u32,
) -> Result<(Tensor, Tensor)> {
    let mut rs = RandomState::new(random_state);
    let t: Vec<f64> = (0..n_samples)
        .map(|_| 1.5 * PI * (1.0 + 2.0 * rs.next_unit()))
        .collect();
    let height: Vec<f64> = (0..n_samples).map(|_| 21.0 * rs.next_unit()).collect();
    let points = t
        .iter()
        .zip(height)
        .map(|(&t, y)| [t * t.cos(), y, t * t.sin()]);
    sheet(
        "make_swiss_roll",
        points.collect(),
        t.clone(),
        noise,
        &mut rs,
    )
}

/// Adds the noise, which is drawn coordinate by coordinate even if it is 0.
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
    fn negative_noise_is_an_error() {
        let error = make_s_curve(5, -1.0, 0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "make_s_curve: the noise is -1; it must be 0 or more"
        );
    }
}
