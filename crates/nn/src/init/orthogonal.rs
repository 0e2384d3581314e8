//! Orthonormal rows or columns.

use gradus_autograd::Var;
use gradus_random::Generator;

use super::{Numbers, draw};
use crate::error::{Dims, Error, Result};

/// Orthonormal rows, or columns if there are fewer of them, times `gain`; what follows the first dimension
/// counts as one. Uniform among all such matrices.
///
/// Q of the QR factorisation of normal numbers, each column's sign such that R has a positive diagonal.
///
/// # Errors
/// Not a leaf; neither `f32` nor `f64`; fewer than two dimensions.
///
/// # Source
/// Saxe et al. 2013; the signs: Mezzadri 2007.
#[inline]
pub fn orthogonal_(parameter: &Var, gain: f64, rng: &Generator) -> Result<()> {
    let op = "orthogonal_";
    let [rows, inner @ ..] = parameter.shape() else {
        return Err(too_flat(op, parameter));
    };
    if inner.is_empty() {
        return Err(too_flat(op, parameter));
    }
    let (rows, columns) = (*rows, inner.iter().product());
    if rows == 0 || columns == 0 {
        return Ok(());
    }
    draw(op, parameter, |out| {
        match out {
            Numbers::F32(out) => {
                rng.fill_normal(out, 0.0, 1.0)?;
                let mut wide: Vec<f64> = out.iter().map(|&x| f64::from(x)).collect();
                make_orthonormal(&mut wide, rows, columns);
                for (x, &q) in out.iter_mut().zip(&wide) {
                    *x = q as f32 * gain as f32;
                }
            }
            Numbers::F64(out) => {
                rng.fill_normal(out, 0.0, 1.0)?;
                make_orthonormal(out, rows, columns);
                out.iter_mut().for_each(|x| *x *= gain);
            }
        }
        Ok(())
    })
}

#[inline]
fn too_flat(op: &'static str, parameter: &Var) -> Error {
    let message = format!(
        "a parameter of two or more dimensions has rows and columns, this one is {}",
        Dims(parameter.shape())
    );
    Error::invalid(op, message)
}

/// Replaces a row-major matrix by the Q of its factorisation, or of its transpose's if it is wide.
#[inline]
fn make_orthonormal(matrix: &mut [f64], rows: usize, columns: usize) {
    if rows < columns {
        // The rows of the one are the columns of the other.
        return factorise(matrix, columns);
    }
    let mut turned = vec![0.0; matrix.len()];
    for (i, row) in matrix.chunks_exact(columns).enumerate() {
        for (j, &x) in row.iter().enumerate() {
            turned[j * rows + i] = x;
        }
    }
    factorise(&mut turned, rows);
    for (i, row) in matrix.chunks_exact_mut(columns).enumerate() {
        for (j, x) in row.iter_mut().enumerate() {
            *x = turned[j * rows + i];
        }
    }
}

/// Householder's factorisation of a matrix given column by column, at most as many as they are `long`: leaves
/// Q in its place, signed for a positive diagonal of R.
#[inline]
fn factorise(columns: &mut [f64], long: usize) {
    let mut signs = Vec::with_capacity(columns.len() / long);
    // Column k turns into the vector v of its reflection 1 − 2 v vᵀ, from element k on.
    for k in 0..columns.len() / long {
        let (done, rest) = columns.split_at_mut((k + 1) * long);
        let v = &mut done[k * long + k..];
        let norm = dot(v, v).sqrt();
        signs.push(if v[0] > 0.0 { -1.0 } else { 1.0 });
        v[0] += norm.copysign(v[0]);
        let length = dot(v, v).sqrt();
        if length > 0.0 {
            v.iter_mut().for_each(|x| *x /= length);
        }
        for column in rest.chunks_exact_mut(long) {
            reflect(&mut column[k..], v);
        }
    }
    // The product of the reflections, applied to the first columns of the identity; the last one first, so
    // that column k is needed no more when its place is taken.
    for k in (0..signs.len()).rev() {
        let (done, rest) = columns.split_at_mut((k + 1) * long);
        let column = &mut done[k * long..];
        let v = column[k..].to_vec();
        for later in rest.chunks_exact_mut(long) {
            reflect(&mut later[k..], &v);
        }
        column.fill(0.0);
        column[k] = signs[k];
        reflect(&mut column[k..], &v);
    }
}

#[inline]
fn reflect(x: &mut [f64], v: &[f64]) {
    let twice = 2.0 * dot(x, v);
    for (x, v) in x.iter_mut().zip(v) {
        *x -= twice * v;
    }
}

/// In four running sums, which the compiler turns into vectors.
#[inline]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (a, b) = (a.chunks_exact(4), b.chunks_exact(4));
    let last: f64 = a
        .remainder()
        .iter()
        .zip(b.remainder())
        .map(|(a, b)| a * b)
        .sum();
    for (a, b) in a.zip(b) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f64>() + last
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::{DType, Tensor};

    #[test]
    fn the_shorter_side_is_orthonormal() {
        for shape in [
            &[3, 7][..],
            &[7, 3],
            &[5, 5],
            &[1, 4],
            &[4, 1],
            &[1, 1],
            &[4, 2, 3],
        ] {
            let w = Var::leaf(Tensor::zeros(shape, DType::F64).unwrap()).unwrap();
            orthogonal_(&w, 2.0, &Generator::new(3)).unwrap();
            let q = w.value().reshape([shape[0] as isize, -1]).unwrap();
            let q = if q.shape()[0] > q.shape()[1] {
                q.t().unwrap()
            } else {
                q
            };
            let product = q.mm(&q.t().unwrap()).unwrap();
            let identity = Tensor::eye(q.shape()[0], q.shape()[0], DType::F64).unwrap();
            let off = product.sub(&identity.mul_scalar(4.0).unwrap()).unwrap();
            let worst = off.abs().unwrap().amax(&[], false).unwrap();
            assert!(worst.item::<f64>().unwrap() < 1e-14, "{shape:?}: {worst}");
        }
    }

    #[test]
    fn signs_make_the_diagonal_of_r_positive() {
        let mut matrix = vec![-3.0, 1.0, 4.0, 2.0];
        let original = matrix.clone();
        make_orthonormal(&mut matrix, 2, 2);
        // QᵀA is upper triangular: its diagonal, and the element below it.
        let r = |i: usize, j: usize| matrix[i] * original[j] + matrix[2 + i] * original[2 + j];
        assert!(r(0, 0) > 0.0 && r(1, 1) > 0.0 && r(1, 0).abs() < 1e-15);
    }

    #[test]
    fn flat_parameters_are_refused_and_empty_ones_left_alone() {
        let rng = Generator::new(0);
        let flat = Var::leaf(Tensor::zeros([3], DType::F32).unwrap()).unwrap();
        assert_eq!(
            orthogonal_(&flat, 1.0, &rng).unwrap_err().to_string(),
            "orthogonal_: a parameter of two or more dimensions has rows and columns, this one is (3,)"
        );
        let empty = Var::leaf(Tensor::zeros([0, 3], DType::F32).unwrap()).unwrap();
        orthogonal_(&empty, 1.0, &rng).unwrap();
    }
}
