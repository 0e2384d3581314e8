//! Products of vectors and matrices.

use gradus_autograd::Var;
use proptest::prelude::*;

use super::{both, config, filled};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn products(m in 0..4usize, k in 0..4usize, n in 0..4usize, batch in 1..3usize, seed in 0u64..1000) {
        let matmul = |v: &[Var]| Ok(v[0].matmul(&v[1])?);
        both(matmul, &[filled(&[m, k], -1.0, 1.0, seed), filled(&[k, n], -1.0, 1.0, seed + 1)]);
        both(matmul, &[filled(&[batch, m, k], -1.0, 1.0, seed), filled(&[k, n], -1.0, 1.0, seed + 1)]);
        both(matmul, &[filled(&[k], -1.0, 1.0, seed), filled(&[batch, k, n], -1.0, 1.0, seed + 1)]);
        let dot = |v: &[Var]| Ok(v[0].dot(&v[1])?);
        both(dot, &[filled(&[k], -1.0, 1.0, seed), filled(&[k], -1.0, 1.0, seed + 1)]);
        let mm = |v: &[Var]| Ok(v[0].mm(&v[1].t()?)?);
        both(mm, &[filled(&[m, k], -1.0, 1.0, seed), filled(&[n, k], -1.0, 1.0, seed + 1)]);
        let linear = |v: &[Var]| Ok(v[0].linear(&v[1], v.get(2))?);
        let (x, w) = (filled(&[batch, m, k], -1.0, 1.0, seed), filled(&[n, k], -1.0, 1.0, seed + 1));
        both(linear, &[x.clone(), w.clone(), filled(&[n], -1.0, 1.0, seed + 2)]);
        both(linear, &[x, w]);
    }

    #[test]
    fn diagonals(rows in 0..4usize, columns in 0..4usize, offset in -2..3isize, seed in 0u64..1000) {
        let x = [filled(&[rows, 2, columns], -1.0, 1.0, seed)];
        both(|v| Ok(v[0].diagonal(offset, 0, 2)?.square()?), &x);
        both(|v| Ok(v[0].diag_embed(offset, 1, -1)?.square()?), &x);
        both(|v| Ok(v[0].trace()?.square()?), &[filled(&[rows, columns], -1.0, 1.0, seed)]);
    }
}
