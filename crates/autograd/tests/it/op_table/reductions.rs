//! Reductions of all elements and along dimensions.

use proptest::prelude::*;

use super::{both, config, filled, shape};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn reductions(shape in shape(1..=3), dim in 0usize..3, keepdim in any::<bool>(), seed in 0u64..1000) {
        let dim = (dim % shape.len()) as isize;
        // Squared first, or the second derivative would be zero whatever the rule says.
        let x = [filled(&shape, -1.0, 1.0, seed)];
        both(|v| Ok(v[0].square()?.sum()?), &x);
        both(|v| Ok(v[0].square()?.sum_dims(&[dim], keepdim)?.square()?), &x);
        if !shape.contains(&0) {
            both(|v| Ok(v[0].square()?.mean_dims(&[dim], keepdim)?.square()?), &x);
            both(|v| Ok(v[0].square()?.mean()?), &x);
        }
    }
}
