//! Factorisations, and what is made of them.

use gradus_autograd::Var;
use gradus_tensor::Tensor;
use gradus_tensor::ops::MatrixNorm;
use gradus_tensor::ops::linalg::{Half, QrMode, Tolerance, Triangular};
use proptest::prelude::*;

use super::{both, config, filled};

/// Square matrices far from singular: small numbers and a large diagonal.
fn regular(batch: usize, n: usize, seed: u64) -> Tensor {
    let diagonal = Tensor::from_vec((0..n).map(|i| 1.5 + 1.5 * i as f64).collect(), [n]).unwrap();
    let diagonal = diagonal.diag_embed(0, 0, 1).unwrap();
    filled(&[batch, n, n], -0.3, 0.3, seed)
        .add(&diagonal)
        .unwrap()
}

/// Matrices of other than square shape with separate singular values.
fn oblong(batch: usize, m: usize, n: usize, seed: u64) -> Tensor {
    let size = m.max(n);
    let all = regular(batch, size, seed);
    all.narrow(1, 0, m).unwrap().narrow(2, 0, n).unwrap()
}

/// The symmetric part, of which the operations on symmetric matrices are differentiable functions.
fn symmetric(x: &Var) -> Var {
    x.add(&x.transpose(-1, -2).unwrap())
        .unwrap()
        .mul_scalar(0.5)
        .unwrap()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn systems(batch in 0..3usize, n in 0..4usize, k in 0..3usize, seed in 0u64..1000) {
        let (a, b) = (regular(batch, n, seed), filled(&[batch, n, k], -1.0, 1.0, seed + 1));
        both(|v| Ok(v[0].solve(&v[1])?), &[a.clone(), b.clone()]);
        both(|v| Ok(v[0].inv()?), std::slice::from_ref(&a));
        for half in [Triangular::Lower, Triangular::Upper, Triangular::UnitLower, Triangular::UnitUpper] {
            both(|v| Ok(v[0].solve_triangular(&v[1], half)?), &[a.clone(), b.clone()]);
        }
        both(|v| Ok(v[0].matrix_power(3)?), std::slice::from_ref(&a));
        both(|v| Ok(v[0].matrix_power(-2)?), &[a]);
    }

    #[test]
    fn determinants(batch in 0..3usize, n in 0..4usize, seed in 0u64..1000) {
        let a = [regular(batch, n, seed)];
        both(|v| Ok(v[0].det()?), &a);
        both(|v| Ok(v[0].slogdet()?.1), &a);
        both(|v| Ok(v[0].logdet()?), &a);
    }

    #[test]
    fn factors(batch in 1..3usize, m in 0..4usize, n in 0..4usize, seed in 0u64..1000) {
        let a = [oblong(batch, m, n, seed)];
        both(|v| Ok(v[0].qr(QrMode::Reduced)?.0), &a);
        both(|v| Ok(v[0].qr(QrMode::Reduced)?.1), &a);
        both(|v| Ok(v[0].svdvals()?), &a);
        // Products and magnitudes do not depend on the signs of vectors.
        both(|v| {
            let (u, s, vt) = v[0].svd(false)?;
            Ok(u.mul(&s.exp()?.unsqueeze(-2)?)?.matmul(&vt)?.square()?)
        }, &a);
        both(|v| Ok(v[0].svd(false)?.0.square()?), &a);
        if m * n > 0 {
            for norm in [MatrixNorm::Nuclear, MatrixNorm::Spectral, MatrixNorm::LeastSingular] {
                both(|v| Ok(v[0].matrix_norm(norm, [1, 2], false)?), &a);
            }
        }
        let square = [regular(batch, n, seed)];
        both(|v| {
            let l = symmetric(&v[0]).cholesky(seed % 2 == 0)?;
            Ok(l.square()?)
        }, &square);
        both(|v| Ok(symmetric(&v[0]).eigvalsh(Half::Upper)?), &square);
        both(|v| {
            let (values, vectors) = symmetric(&v[0]).eigh(Half::Lower)?;
            Ok(vectors.square()?.mul(&values.unsqueeze(-2)?)?)
        }, &square);
    }

    #[test]
    fn pseudo_inverses(batch in 1..3usize, m in 0..4usize, n in 0..4usize, seed in 0u64..1000) {
        let (a, b) = (oblong(batch, m, n, seed), filled(&[batch, m, 2], -1.0, 1.0, seed + 1));
        let usual = Tolerance::default();
        both(|v| Ok(v[0].pinv(&usual, false)?), std::slice::from_ref(&a));
        both(|v| Ok(v[0].lstsq(&v[1], &usual)?), &[a, b]);
    }

    #[test]
    fn norms(batch in 1..3usize, m in 1..4usize, n in 1..4usize, seed in 0u64..1000) {
        let a = [oblong(batch, m, n, seed)];
        for norm in [MatrixNorm::Nuclear, MatrixNorm::Spectral, MatrixNorm::LeastSingular] {
            both(|v| Ok(v[0].matrix_norm(norm, [1, 2], false)?), &a);
        }
        both(|v| Ok(v[0].cond(MatrixNorm::Spectral)?), &a);
        both(|v| Ok(v[0].cond(MatrixNorm::Frobenius)?), &[regular(batch, n, seed)]);
    }
}
