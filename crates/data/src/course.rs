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
#[inline]
pub fn linearly_separable_data(
    b: f32,
    w: f32,
    sigma: f32,
    rng: &Generator,
) -> Result<TensorDataset> {
    let x = steps(-2.0, 2.0, 0.01);
    let noise: Vec<f32> = rng.randn(x.len());
    let label = |(x, z): (&f32, &f32)| {
        if b + w * x + sigma * z > 0.0 {
            1.0
        } else {
            0.0
        }
    };
    let y = x.iter().zip(&noise).map(label).collect();
    columns(x, y)
}

/// `torch.arange(start, end, step)` in `f32`, as PyTorch computes it on x86: of every sixteen numbers the first and the
/// ninth are rounded to `f32` and the seven after them count on from there in `f64`; a rest of fewer than
/// sixteen is computed one by one. So number 200 of −2, −1.99, … is not 0 but 1.8·10⁻⁹.
#[inline]
fn steps(start: f64, end: f64, step: f64) -> Vec<f32> {
    const LANES: usize = 8;
    let count = ((end - start) / step).ceil() as usize;
    let whole = count - count % (2 * LANES);
    (0..count)
        .map(|i| {
            let first = if i < whole { i - i % LANES } else { i };
            let base = step.mul_add(first as f64, start) as f32;
            if i == first {
                base
            } else {
                ((i - first) as f64).mul_add(step, f64::from(base)) as f32
            }
        })
        .collect()
}

/// Two columns, `(n, 1)` each.
#[inline]
fn columns(x: Vec<f32>, y: Vec<f32>) -> Result<TensorDataset> {
    let shape = [x.len(), 1];
    TensorDataset::new((Tensor::from_vec(x, shape)?, Tensor::from_vec(y, shape)?))
}

/// The course's `toy_set`: `length` times the sample x = (2, 2), y = 1.
///
/// # Shapes
/// x: `(length, 2)`, y: `(length, 1)`, `f32`.
///
/// # Errors
/// None today.
///
/// # Examples
/// ```
/// use gradus_data::{Dataset, toy_set};
///
/// assert_eq!(toy_set(100)?.len(), 100);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[inline]
pub fn toy_set(length: usize) -> Result<TensorDataset> {
    TensorDataset::new((
        Tensor::from_vec(vec![2.0_f32; 2 * length], [length, 2])?,
        Tensor::from_vec(vec![1.0_f32; length], [length, 1])?,
    ))
}

/// The noisy line of the course's regressions: x = −3, −2.9, …, 2.9 and y = slope x + bias + σ z, z being `randn(60, 1)` of
/// `rng`. With σ = 0 nothing is drawn.
///
/// # Shapes
/// x and y: `(60, 1)`, `f32`.
///
/// # Errors
/// None today.
///
/// # Examples
/// ```
/// use gradus_data::{Dataset, noisy_line};
/// use gradus_random::Generator;
///
/// let data = noisy_line(-3.0, 0.0, 0.1, &Generator::new(1))?;
/// assert_eq!(data.tensors()[0].shape(), [60, 1]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[inline]
pub fn noisy_line(slope: f32, bias: f32, sigma: f32, rng: &Generator) -> Result<TensorDataset> {
    let x = steps(-3.0, 3.0, 0.1);
    let y = line_through(&x, slope, bias, sigma, rng);
    columns(x, y)
}

#[inline]
fn line_through(x: &[f32], slope: f32, bias: f32, sigma: f32, rng: &Generator) -> Vec<f32> {
    let exact = x.iter().map(|x| slope * x + bias);
    if sigma == 0.0 {
        return exact.collect();
    }
    let noise: Vec<f32> = rng.randn(x.len());
    exact.zip(noise).map(|(y, z)| y + sigma * z).collect()
}

/// As [`noisy_line`], with the outliers of the course's training set: the first target is 0, those of samples 50 to 54
/// are 20.
///
/// # Shapes
/// x and y: `(60, 1)`, `f32`.
///
/// # Errors
/// None today.
///
/// # Examples
/// ```
/// use gradus_data::line_with_outliers;
/// use gradus_random::Generator;
///
/// let data = line_with_outliers(-3.0, 1.0, 0.1, &Generator::new(1))?;
/// assert_eq!(data.tensors()[1].to_vec::<f32>()?[50], 20.0);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[inline]
pub fn line_with_outliers(
    slope: f32,
    bias: f32,
    sigma: f32,
    rng: &Generator,
) -> Result<TensorDataset> {
    let x = steps(-3.0, 3.0, 0.1);
    let mut y = line_through(&x, slope, bias, sigma, rng);
    y[0] = 0.0;
    y[50..55].fill(20.0);
    columns(x, y)
}

/// The course's `Data2D`: both features of sample i are −1 + i/10, and the targets x W + b + σ z with the rows of `weight` for
/// the features; z, one number a sample, is `randn(20, 1)` of `rng`.
///
/// # Shapes
/// `weight`: two rows of `M` numbers, `bias`: `M` numbers → x: `(20, 2)`, y: `(20, M)`, `f32`.
///
/// # Errors
/// None today.
///
/// # Examples
/// ```
/// use gradus_data::data_2d;
/// use gradus_random::Generator;
///
/// let data = data_2d([[1.0], [1.0]], [1.0], 0.1, &Generator::new(1))?;
/// assert_eq!(data.tensors()[1].shape(), [20, 1]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
pub fn data_2d<const M: usize>(
    weight: [[f32; M]; 2],
    bias: [f32; M],
    sigma: f32,
    rng: &Generator,
) -> Result<TensorDataset> {
    let x = steps(-1.0, 1.0, 0.1);
    let noise: Vec<f32> = rng.randn(x.len());
    let mut y = Vec::with_capacity(x.len() * M);
    for (x, z) in x.iter().zip(noise) {
        for k in 0..M {
            y.push(x * weight[0][k] + x * weight[1][k] + bias[k] + sigma * z);
        }
    }
    let both: Vec<f32> = x.iter().flat_map(|&x| [x, x]).collect();
    TensorDataset::new((
        Tensor::from_vec(both, [x.len(), 2])?,
        Tensor::from_vec(y, [x.len(), M])?,
    ))
}

/// Numbers −1, −0.9, …, 0.9 of class 1 where they are above `threshold`.
///
/// # Shapes
/// x and y: `(20, 1)`, `f32`.
///
/// # Errors
/// None today.
///
/// # Examples
/// ```
/// use gradus_data::threshold_line;
///
/// let y = threshold_line(0.2)?.tensors()[1].to_vec::<f32>()?;
/// assert_eq!(y.iter().sum::<f32>(), 7.0);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[inline]
pub fn threshold_line(threshold: f32) -> Result<TensorDataset> {
    let x = steps(-1.0, 1.0, 0.1);
    let y = x
        .iter()
        .map(|&x| f32::from(u8::from(x > threshold)))
        .collect();
    columns(x, y)
}

/// Three classes on a line: −2, −1.9, …, 1.9, class 0 up to −1, class 1 between −1 and 1, class 2 from 1 on.
///
/// # Shapes
/// x: `(40, 1)`, `f32`; y: `(40,)`, `i64`.
///
/// # Errors
/// None today.
///
/// # Examples
/// ```
/// use gradus_data::three_classes;
///
/// let y = three_classes()?.tensors()[1].to_vec::<i64>()?;
/// assert_eq!((y[0], y[20], y[39]), (0, 1, 2));
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[inline]
pub fn three_classes() -> Result<TensorDataset> {
    let x = steps(-2.0, 2.0, 0.1);
    let class = |&x: &f32| i64::from(x > -1.0) + i64::from(x >= 1.0);
    let y: Vec<i64> = x.iter().map(class).collect();
    let count = x.len();
    TensorDataset::new((
        Tensor::from_vec(x, [count, 1])?,
        Tensor::from_vec(y, [count])?,
    ))
}

/// The data of the course's shallow net: −20, −19, …, 19, class 1 between −4 and 4.
///
/// # Shapes
/// x: `(40, 1)`, y: `(40,)`, `f32`.
///
/// # Errors
/// None today.
///
/// # Examples
/// ```
/// use gradus_data::one_interval;
///
/// assert_eq!(one_interval()?.tensors()[1].to_vec::<f32>()?.iter().sum::<f32>(), 7.0);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[inline]
pub fn one_interval() -> Result<TensorDataset> {
    let x: Vec<f32> = (-20..20).map(|x| x as f32).collect();
    let inside = |x: &f32| f32::from(u8::from(*x > -4.0 && *x < 4.0));
    let y: Vec<f32> = x.iter().map(inside).collect();
    let count = x.len();
    TensorDataset::new((
        Tensor::from_vec(x, [count, 1])?,
        Tensor::from_vec(y, [count])?,
    ))
}

/// The data of the course's deep net: a hundred numbers from −20 to 20, class 1 between −10 and −5 and between 5 and 10.
///
/// # Shapes
/// x and y: `(100, 1)`, `f32`.
///
/// # Errors
/// None today.
///
/// # Examples
/// ```
/// use gradus_data::two_intervals;
///
/// assert_eq!(two_intervals()?.tensors()[0].shape(), [100, 1]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
#[inline]
pub fn two_intervals() -> Result<TensorDataset> {
    const N: usize = 100;
    let step = 40.0_f32 / (N - 1) as f32;
    // `torch.linspace` counts from the nearer end.
    let x: Vec<f32> = (0..N)
        .map(|i| {
            if i < N / 2 {
                step.mul_add(i as f32, -20.0)
            } else {
                (-step).mul_add((N - 1 - i) as f32, 20.0)
            }
        })
        .collect();
    let inside = |x: &f32| {
        f32::from(u8::from(
            (*x > -10.0 && *x < -5.0) || (*x > 5.0 && *x < 10.0),
        ))
    };
    let y = x.iter().map(inside).collect();
    columns(x, y)
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
#[inline]
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

    /// PyTorch 2.15: `torch.arange(-3, 3, .1)`, of which plain arithmetic gives ten numbers differently.
    #[test]
    fn steps_are_rounded_as_in_pytorch() {
        let x = steps(-3.0, 3.0, 0.1);
        assert_eq!(x.len(), 60);
        let bits: Vec<u32> = x[28..33].iter().map(|x| x.to_bits()).collect();
        assert_eq!(
            bits,
            [
                0xbe4c_ccce,
                0xbdcc_ccd0,
                0xb2cc_cccd,
                0x3dcc_ccca,
                0x3e4c_cccd
            ]
        );
    }

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
