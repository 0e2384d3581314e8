//! The course's own small datasets.

use crate::error::Result;
use crate::tensor_dataset::TensorDataset;
use gradus_random::Generator;
use gradus_tensor::Tensor;

/// The course's `LinearlySeparableData`: 400 numbers from −2 on in steps of 0.01, labelled 1 where b + w x + σ z > 0 and 0 elsewhere.
///
/// The noise z is `randn(400, 1)` of `rng`.
///
/// # Shapes
/// x and y: `(400, 1)`, `f32`.
///
/// # Errors
/// None today.
///
/// # Examples
/// ```
/// use gradus_data::{Dataset, linearly_separable_data};
/// use gradus_random::Generator;
///
/// let data = linearly_separable_data(0.0, 1.0, 0.1, &Generator::new(1))?;
/// assert_eq!(data.len(), 400);
/// # Ok::<(), gradus_data::Error>(())
/// ```
pub fn linearly_separable_data(
    b: f32,
    w: f32,
    sigma: f32,
    rng: &Generator,
) -> Result<TensorDataset> {
    const N: usize = 400;
    let x: Vec<f32> = (0..N).map(|i| (-2.0 + 0.01 * i as f64) as f32).collect();
    let noise: Vec<f32> = rng.randn(N);
    let label = |(x, z): (&f32, &f32)| {
        if b + w * x + sigma * z > 0.0 {
            1.0
        } else {
            0.0
        }
    };
    let y: Vec<f32> = x.iter().zip(&noise).map(label).collect();
    TensorDataset::new((Tensor::from_vec(x, [N, 1])?, Tensor::from_vec(y, [N, 1])?))
}

/// The course's first classification data: (1, 2) and (2, 3) of class 0, (3, 4) and (4, 5) of class 1.
///
/// # Shapes
/// x: `(4, 2)`, y: `(4, 1)`, `f32`.
///
/// # Errors
/// None today.
///
/// # Examples
/// ```
/// use gradus_data::{Dataset, logistic_points};
///
/// assert_eq!(logistic_points()?.len(), 4);
/// # Ok::<(), gradus_data::Error>(())
/// ```
pub fn logistic_points() -> Result<TensorDataset> {
    let x = vec![1.0_f32, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0, 5.0];
    TensorDataset::new((
        Tensor::from_vec(x, [4, 2])?,
        Tensor::from_vec(vec![0.0_f32, 0.0, 1.0, 1.0], [4, 1])?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_points_near_the_boundary_are_mislabelled() {
        let data = linearly_separable_data(0.0, 1.0, 0.1, &Generator::new(1)).unwrap();
        let (x, y) = (
            data.tensors()[0].to_vec::<f32>().unwrap(),
            data.tensors()[1].to_vec::<f32>().unwrap(),
        );
        assert_eq!((x[0], x[4]), (-2.0, -1.96));
        let misfits: Vec<f32> = x
            .iter()
            .zip(&y)
            .filter(|(x, y)| (**x > 0.0) != (**y == 1.0))
            .map(|(x, _)| *x)
            .collect();
        assert!(!misfits.is_empty() && misfits.iter().all(|x| x.abs() < 0.4));
    }
}
