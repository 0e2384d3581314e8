//! Views, rearrangements, joins, and what reads by index.

use gradus_autograd::Var;
use gradus_tensor::tensor;
use proptest::prelude::*;

use super::{both, config, filled, shape};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn shapes(shape in shape(2..=3), seed in 0u64..1000) {
        let x = [filled(&shape, -1.0, 1.0, seed)];
        let n: usize = shape.iter().product();
        both(|v| Ok(v[0].reshape([n])?.square()?), &x);
        both(|v| Ok(v[0].transpose(0, -1)?.square()?), &x);
        let order: Vec<isize> = (1..shape.len() as isize).chain([0]).collect();
        both(|v| Ok(v[0].permute(&order)?.square()?), &x);
        both(|v| Ok(v[0].flatten(0, 1)?.unsqueeze(0)?.squeeze(0)?.square()?), &x);
        let wider = [&[2], &shape[..]].concat();
        both(|v| Ok(v[0].expand(&wider)?.square()?), &x);
        both(|v| Ok(v[0].square()?.sum_to_size(&[&[1], &shape[1..]].concat())?.square()?), &x);
        both(|v| Ok(v[0].slice(0, 0, -1, 2)?.square()?), &x);
        both(|v| Ok(v[0].narrow(1, 0, shape[1] / 2)?.square()?), &x);
        if shape[0] > 0 {
            both(|v| Ok(v[0].select(0, -1)?.square()?), &x);
            both(|v| Ok(v[0].index_select(0, &tensor![0, 0])?.square()?), &x);
        }
        both(|v| Ok(Var::cat(&[&v[0], &v[0].square()?], 0)?.square()?), &x);
        both(|v| Ok(Var::stack(&[&v[0], &v[0].square()?], 1)?.square()?), &x);
        both(|v| Ok(v[0].to_dtype(gradus_tensor::DType::F64)?.square()?), &x);
    }
}
