//! Reading and writing by index, mask and position.

use gradus_autograd::Var;
use gradus_tensor::ops::ScatterReduction;
use gradus_tensor::{Index, i, tensor};
use proptest::prelude::*;

use super::{both, config, filled};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_index(width in 0..4usize, seed in 0u64..1000) {
        let x = [filled(&[3, width, 4], -1.0, 1.0, seed)];
        let mask = tensor![true, false, true];
        let indices: [Vec<Index>; 6] = [
            i![1, .., 1..;2].into(),
            i![[2, 0, 2]].into(),
            i![Index::Ellipsis, Index::NewAxis, [-1, 0]].into(),
            i![[[0, 2], [1, 0]][0], .., 0..2].into(),
            i![&mask, .., 3].into(),
            i![&tensor![[0], [2]], .., &tensor![1, 1]].into(),
        ];
        for index in &indices {
            both(|v| Ok(v[0].index(&index[..])?.square()?), &x);
            both(|v| Ok(v[0].index_put(&index[..], &v[0].index(&index[..])?.square()?, true)?.square()?), &x);
        }
        for index in [&indices[0], &indices[4]] {
            both(|v| Ok(v[0].index_put(&index[..], &v[0].index(&index[..])?.square()?, false)?.square()?), &x);
        }
    }

    #[test]
    fn entries_of_one_dimension(width in 0..4usize, seed in 0u64..1000) {
        let x = [filled(&[3, width], -1.0, 1.0, seed), filled(&[2, width], -1.0, 1.0, seed + 1)];
        let (twice, once) = (tensor![1, 1], tensor![2, 0]);
        both(|v| Ok(v[0].index_select(0, &twice)?.square()?), &x[..1]);
        both(|v| Ok(v[0].index_add(0, &twice, &v[1], 2)?.square()?), &x);
        both(|v| Ok(v[0].index_copy(0, &once, &v[1])?.square()?), &x);
        both(|v| Ok(v[0].index_fill(0, &twice, 0.5)?.square()?), &x[..1]);
        both(|v| Ok(v[0].index_fill_with(0, &twice, &v[1].sum()?)?.square()?), &x);
        both(|v| Ok(v[0].take(&tensor![[0, -1], [0, 1]])?.square()?), &[filled(&[3, 2], -1.0, 1.0, seed)]);
        let flat = [filled(&[3, 2], -1.0, 1.0, seed), filled(&[2], -1.0, 1.0, seed + 1)];
        both(|v| Ok(v[0].put(&tensor![4, 4], &v[1], true)?.square()?), &flat);
        both(|v| Ok(v[0].put(&tensor![4, -3], &v[1], false)?.square()?), &flat);
        let mask = tensor![[true], [false], [true]];
        both(|v| Ok(v[0].masked_select(&mask)?.square()?), &x[..1]);
        both(|v| Ok(v[0].masked_scatter(&mask, &v[1])?.square()?), &x);
        both(|v| Ok(v[0].embedding(&tensor![[2, 1], [2, 2]], Some(0), false)?.square()?), &x[..1]);
        both(|v| Ok(v[0].embedding(&tensor![[2, 0], [2, 2]], None, false)?.square()?), &x[..1]);
    }

    #[test]
    fn places_along_one_dimension(seed in 0u64..1000, dim in 0isize..2) {
        let x = [filled(&[3, 3], -1.0, 1.0, seed), filled(&[2, 2], -1.0, 1.0, seed + 1)];
        let (any, unique) = (tensor![[1, 1], [1, 2]], tensor![[0, 2], [1, 0]]);
        both(|v| Ok(v[0].gather(dim, &any)?.square()?), &x[..1]);
        both(|v| Ok(v[0].take_along_dim(&tensor![[2], [0], [2]], Some(1))?.square()?), &x[..1]);
        both(|v| Ok(v[0].scatter(dim, &unique, &v[1])?.square()?), &x);
        both(|v| Ok(v[0].scatter_value(dim, &any, 2.0)?.square()?), &x[..1]);
        both(|v| Ok(v[0].scatter_add(dim, &any, &v[1])?.square()?), &x);
        for reduce in [
            ScatterReduction::Sum, ScatterReduction::Prod, ScatterReduction::Mean,
            ScatterReduction::Amax, ScatterReduction::Amin,
        ] {
            for include_self in [true, false] {
                both(|v| Ok(v[0].scatter_reduce(dim, &any, &v[1], reduce, include_self)?.square()?), &x);
                both(|v| Ok(v[0].index_reduce(0, &tensor![1, 1], &v[0].narrow(0, 0, 2)?.square()?, reduce, include_self)?.square()?), &x[..1]);
            }
        }
    }

    #[test]
    fn a_product_has_second_derivatives_without_zeros_only(seed in 0u64..1000) {
        let x = Var::leaf(filled(&[2], 0.5, 1.0, seed).mul(&tensor![0.0, 1.0]).unwrap()).unwrap();
        let y = x.index_reduce(0, &tensor![1], &x.narrow(0, 0, 1).unwrap(), ScatterReduction::Prod, true).unwrap();
        let options = gradus_autograd::GradOptions { create_graph: true, ..Default::default() };
        let error = gradus_autograd::grad_with(&[&y.sum().unwrap()], &[&x], &options).unwrap_err();
        prop_assert!(error.to_string().contains("zeros among the factors"), "{}", error);
        y.sum().unwrap().backward().unwrap();
    }
}
