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
    let x: Vec<f32> = (0..N).map(grid).collect();
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

/// `torch.arange(-2, 2, 0.01)[i]`: PyTorch rounds the first number of every 16 to `f32` and counts on from there in `f64`
/// (on a CPU with AVX-512), so that number 200 is not 0 but 1.8·10⁻⁹, and belongs to class 1.
fn grid(i: usize) -> f32 {
    const STEP: f64 = 0.01;
    let block = i / 16 * 16;
    let first = (-2.0 + STEP * block as f64) as f32;
    (f64::from(first) + STEP * (i - block) as f64) as f32
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

    /// PyTorch 2.15 with seed 1: the sum of the labels and the first labels on the wrong side of 0.
    #[test]
    fn labels_are_those_of_the_course() {
        let data = linearly_separable_data(0.0, 1.0, 0.1, &Generator::new(1)).unwrap();
        let x = data.tensors()[0].to_vec::<f32>().unwrap();
        let y = data.tensors()[1].to_vec::<f32>().unwrap();
        assert_eq!(x[..3], [-2.0, -1.99, -1.98]);
        assert_eq!(y.iter().sum::<f32>(), 204.0);
        let misfits: Vec<usize> = (0..400)
            .filter(|&i| (x[i] > 0.0) != (y[i] == 1.0))
            .collect();
        assert_eq!(misfits, [184, 187, 189, 191, 193, 194, 196, 200, 202, 204]);
    }
}
