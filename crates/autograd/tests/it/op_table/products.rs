//! Products of vectors and matrices.

use gradus_autograd::Var;
use gradus_tensor::tensor;
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
        for f in [Var::dot, Var::vdot, Var::inner] {
            let vectors = [filled(&[k], -1.0, 1.0, seed), filled(&[k], -1.0, 1.0, seed + 1)];
            both(|v| Ok(f(&v[0], &v[1])?), &vectors);
        }
        let rows = [filled(&[m, k], -1.0, 1.0, seed), filled(&[batch, n, k], -1.0, 1.0, seed + 1)];
        both(|v| Ok(v[0].inner(&v[1])?), &rows);
        let outer = |v: &[Var]| Ok(v[0].outer(&v[1])?);
        both(outer, &[filled(&[m], -1.0, 1.0, seed), filled(&[n], -1.0, 1.0, seed + 1)]);
        let mv = |v: &[Var]| Ok(v[0].mv(&v[1])?);
        both(mv, &[filled(&[m, k], -1.0, 1.0, seed), filled(&[k], -1.0, 1.0, seed + 1)]);
        let bmm = |v: &[Var]| Ok(v[0].bmm(&v[1])?);
        both(bmm, &[filled(&[batch, m, k], -1.0, 1.0, seed), filled(&[batch, k, n], -1.0, 1.0, seed + 1)]);
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

    #[test]
    fn added_products(m in 1..4usize, k in 0..4usize, n in 1..4usize, beta in 0..3i64, alpha in -2.0..2.0f64, seed in 0u64..1000) {
        let x = filled(&[1, n], -1.0, 1.0, seed);
        let (u, v) = (filled(&[m], -1.0, 1.0, seed + 1), filled(&[n], -1.0, 1.0, seed + 2));
        let (a, b) = (filled(&[m, k], -1.0, 1.0, seed + 3), filled(&[k, n], -1.0, 1.0, seed + 4));
        let (many_a, many_b) = (filled(&[2, m, k], -1.0, 1.0, seed + 5), filled(&[2, k, n], -1.0, 1.0, seed + 6));
        both(|v| Ok(v[0].addmm(&v[1], &v[2], beta, alpha)?), &[x.clone(), a.clone(), b]);
        both(|v| Ok(v[0].addr(&v[1], &v[2], beta, alpha)?), &[x.clone(), u, v]);
        both(|v| Ok(v[0].addbmm(&v[1], &v[2], beta, alpha)?), &[x.clone(), many_a.clone(), many_b.clone()]);
        both(|v| Ok(v[0].baddbmm(&v[1], &v[2], beta, alpha)?), &[x, many_a, many_b]);
        let (one, vector) = (filled(&[1], -1.0, 1.0, seed + 7), filled(&[k], -1.0, 1.0, seed + 8));
        both(|v| Ok(v[0].addmv(&v[1], &v[2], beta, alpha)?), &[one, a, vector]);
    }

    #[test]
    fn products_of_tensors(m in 0..4usize, k in 0..3usize, n in 0..3usize, seed in 0u64..1000) {
        let (a, b) = (filled(&[m, k, n], -1.0, 1.0, seed), filled(&[n, 2, k], -1.0, 1.0, seed + 1));
        let inputs = [a, b];
        both(|v| Ok(v[0].tensordot(&v[1], 1)?), &inputs);
        both(|v| Ok(v[0].tensordot(&v[1], ([1, 2], [2, 0]))?), &inputs);
        both(|v| Ok(Var::einsum("mkn,nik->im", &[&v[0], &v[1]])?), &inputs);
        both(|v| Ok(Var::einsum("mkn,...k->...nm", &[&v[0], &v[1]])?), &inputs);
        both(|v| Ok(Var::einsum("aba,b,b->ab", &[&v[0], &v[1], &v[1]])?), &[
            filled(&[k, m, k], -1.0, 1.0, seed), filled(&[m], -1.0, 1.0, seed + 1),
        ]);
        both(|v| Ok(v[0].kron(&v[1])?), &[filled(&[m, 2], -1.0, 1.0, seed), filled(&[n], -1.0, 1.0, seed + 1)]);
        let chain = |v: &[Var]| Ok(Var::multi_dot(&v.iter().collect::<Vec<_>>())?);
        both(chain, &[
            filled(&[m], -1.0, 1.0, seed), filled(&[m, k], -1.0, 1.0, seed + 1),
            filled(&[k, 2], -1.0, 1.0, seed + 2), filled(&[2, n], -1.0, 1.0, seed + 3),
        ]);
    }

    #[test]
    fn products_of_vectors(m in 0..4usize, dim in 0..2isize, seed in 0u64..1000) {
        let inputs = [filled(&[3, m, 3], -1.0, 1.0, seed), filled(&[3, 1, 3], -1.0, 1.0, seed + 1)];
        both(|v| Ok(v[0].cross(&v[1], Some(2 * dim))?), &inputs);
        both(|v| Ok(v[0].vecdot(&v[1], 2 * dim)?), &inputs);
        both(|v| Ok(v[0].vander(Some(4))?), &[filled(&[2, m], -1.0, 1.0, seed)]);
    }

    #[test]
    fn distances(rows in 0..4usize, m in 1..4usize, p in 0..4usize, seed in 0u64..1000) {
        // Apart by more than the step of a difference, so that no magnitude turns within it.
        let (x, y) = (filled(&[2, rows, m], 0.0, 1.0, seed), filled(&[3, m], 1.1, 2.0, seed + 1));
        let p = [1.0, 1.5, 2.0, 3.0][p];
        both(|v| Ok(v[0].cdist(&v[1], p)?), &[x.clone(), y.clone()]);
        both(|v| Ok(v[0].pdist(p)?), &[y.mul(&tensor![[1.0], [2.0], [4.0]]).unwrap()]);
        let pair = [x, y.narrow(0, 0, 1).unwrap()];
        both(|v| Ok(v[0].pairwise_distance(&v[1], p, 1e-6, false)?), &pair);
        both(|v| Ok(v[0].cosine_similarity(&v[1], -1, 1e-8)?), &pair);
        both(|v| Ok(v[0].renorm(p, 0, 0.5)?), &[y]);
    }
}
