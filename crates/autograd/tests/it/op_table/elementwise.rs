//! Functions of one element, and of two that broadcast.

use gradus_autograd::Var;
use proptest::prelude::*;

use super::{both, config, filled, shape};

type Unary = (
    &'static str,
    f64,
    f64,
    fn(&Var) -> gradus_tensor::Result<Var>,
);

/// Elementwise functions of one input, with the interval in which they are smooth.
const UNARY: &[Unary] = &[
    ("neg", -2.0, 2.0, Var::neg),
    ("square", -2.0, 2.0, Var::square),
    ("abs", 0.1, 2.0, Var::abs),
    ("sign", 0.1, 2.0, Var::sign),
    ("exp", -2.0, 2.0, Var::exp),
    ("log", 0.2, 2.0, Var::log),
    ("log1p", -0.7, 2.0, Var::log1p),
    ("sqrt", 0.3, 2.0, Var::sqrt),
    ("relu", 0.1, 2.0, Var::relu),
    ("relu below 0", -2.0, -0.1, Var::relu),
    ("sigmoid", -3.0, 3.0, Var::sigmoid),
    ("tanh", -2.0, 2.0, Var::tanh),
    ("add_scalar", -2.0, 2.0, |x| x.add_scalar(1.5)),
    ("sub_scalar", -2.0, 2.0, |x| x.sub_scalar(1.5)),
    ("mul_scalar", -2.0, 2.0, |x| x.mul_scalar(-2.5)),
    ("rsub_scalar", -2.0, 2.0, |x| x.rsub_scalar(1.5)),
    ("div_scalar", -2.0, 2.0, |x| x.div_scalar(3.0)),
    ("rdiv_scalar", 0.3, 2.0, |x| x.rdiv_scalar(3.0)),
];

type Binary = (&'static str, fn(&Var, &Var) -> gradus_tensor::Result<Var>);

/// Functions of two inputs that broadcast.
const BINARY: &[Binary] = &[
    ("add", Var::add),
    ("sub", Var::sub),
    ("mul", Var::mul),
    ("div", Var::div),
];

proptest! {
    #![proptest_config(config())]

    #[test]
    fn unary(shape in shape(0..=3), seed in 0u64..1000, pick in 0..UNARY.len()) {
        let (_, low, high, f) = UNARY[pick];
        both(|v| Ok(f(&v[0])?), &[filled(&shape, low, high, seed)]);
    }

    #[test]
    fn binary(shape in shape(1..=3), keep in 0usize..3, one in any::<bool>(), seed in 0u64..1000, pick in 0..BINARY.len()) {
        // The second operand lacks leading dimensions or has a size of 1 somewhere.
        let mut other = shape[keep.min(shape.len() - 1)..].to_vec();
        if one {
            other[0] = 1;
        }
        let inputs = [filled(&shape, 0.3, 2.0, seed), filled(&other, 0.4, 2.0, seed + 1)];
        let (_, f) = BINARY[pick];
        both(|v| Ok(f(&v[0], &v[1])?), &inputs);
        both(|v| Ok(f(&v[1], &v[0])?), &inputs);
    }
}
