//! State dictionaries of drawn models: out, in, and out again is the same.

use gradus_nn::{Linear, LinearOptions, Module, Sequential, StateDict, Strictness};
use gradus_random::Generator;
use gradus_tensor::DType;
use proptest::prelude::*;

fn model(sizes: &[usize], bias: bool, dtype: DType, seed: u64) -> Sequential {
    let rng = Generator::new(seed);
    let mut model = Sequential::new();
    for pair in sizes.windows(2) {
        model.push(
            Linear::with_options(pair[0], pair[1], LinearOptions { bias, dtype }, &rng).unwrap(),
        );
    }
    model
}

fn same(a: &StateDict, b: &StateDict) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|((m, x), (n, y))| m == n && x.equal(y))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn out_in_out(sizes in prop::collection::vec(1usize..6, 1..5), bias: bool, double: bool, seed in 0u64..1000) {
        let dtype = if double { DType::F64 } else { DType::F32 };
        let (a, b) = (model(&sizes, bias, dtype, seed), model(&sizes, bias, dtype, seed + 1));
        let state: StateDict = a.state_dict().into_iter().collect();
        b.load_state_dict(&state, Strictness::Strict).unwrap();
        prop_assert!(same(&a.state_dict(), &b.state_dict()));
    }

    #[test]
    fn a_model_of_another_shape_is_refused_and_unchanged(
        sizes in prop::collection::vec(1usize..4, 2..5),
        other in prop::collection::vec(1usize..4, 2..5),
        seed in 0u64..1000,
    ) {
        prop_assume!(sizes != other);
        let (a, b) = (model(&sizes, true, DType::F32, seed), model(&other, true, DType::F32, seed + 1));
        let before = b.state_dict();
        prop_assert!(b.load_state_dict(&a.state_dict(), Strictness::Strict).is_err());
        prop_assert!(same(&before, &b.state_dict()));
    }
}
