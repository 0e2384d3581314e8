//! Gradients of layers and losses against central differences, first and second order, on shapes drawn
//! by proptest.

use gradus_autograd::{Var, gradcheck, gradgradcheck};
use gradus_nn::{
    BceLoss, BceWithLogitsLoss, Dropout, Flatten, L1Loss, Linear, Loss, Module, MseLoss, Reduction,
    Relu, Result, Sequential, Sigmoid, Tanh,
};
use gradus_random::Generator;
use gradus_tensor::testkit::values;
use gradus_tensor::{DType, Tensor};
use proptest::prelude::*;

/// Few cases: each is checked element by element.
fn few() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(12)
    }
}

fn run(f: impl Fn(&[Var]) -> Result<Var>, inputs: &[Tensor]) {
    let f = |vars: &[Var]| {
        f(vars).map_err(|error| gradus_tensor::Error::custom("nn", error.to_string()).into())
    };
    gradcheck(f, inputs).unwrap();
    gradgradcheck(f, inputs).unwrap();
}

fn reductions() -> impl Strategy<Value = Reduction> {
    prop_oneof![
        Just(Reduction::None),
        Just(Reduction::Mean),
        Just(Reduction::Sum)
    ]
}

fn shapes() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1usize..4, 0..4)
}

/// Kept away from the kinks of |x| and max(x, 0).
fn away_from_zero(shape: &[usize], seed: u64) -> Tensor {
    let x = values(shape, 0.2, 1.0, seed);
    let sign = values(shape, -1.0, 1.0, seed + 1).sign().unwrap();
    x.mul(&sign).unwrap()
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn linear(batch in 1usize..4, inputs in 1usize..4, outputs in 1usize..4, bias: bool, seed in 0u64..1000) {
        let mut tensors = vec![
            values(&[batch, inputs], -1.0, 1.0, seed),
            values(&[outputs, inputs], -1.0, 1.0, seed + 1),
        ];
        if bias {
            tensors.push(values(&[outputs], -1.0, 1.0, seed + 2));
        }
        let layer = Linear::from_parameters(tensors[1].clone(), tensors.get(2).cloned()).unwrap();
        run(|v| {
            let mut layer = layer.clone();
            layer.weight = v[1].clone();
            layer.bias = v.get(2).cloned();
            layer.forward(&v[0])
        }, &tensors);
    }

    #[test]
    fn activations(shape in shapes(), seed in 0u64..1000) {
        let layers: [Box<dyn Module>; 3] = [Box::new(Relu::new()), Box::new(Sigmoid::new()), Box::new(Tanh::new())];
        for layer in &layers {
            run(|v| layer.forward(&v[0]), &[away_from_zero(&shape, seed)]);
        }
    }

    #[test]
    fn a_model(batch in 1usize..4, seed in 0u64..1000) {
        let rng = Generator::new(seed);
        let mut model = Sequential::new()
            .with(Flatten::new())
            .with(Linear::new(4, 3, &rng))
            .with(Tanh::new())
            .with(Linear::new(3, 1, &rng))
            .with(Sigmoid::new());
        model.to_dtype(DType::F64).unwrap();
        run(|v| model.forward(&v[0]), &[values(&[batch, 2, 2], -1.0, 1.0, seed)]);
    }

    #[test]
    fn dropout(shape in shapes(), seed in 0u64..1000) {
        let rng = Generator::new(seed);
        let layer = Dropout::new(0.4, &rng).unwrap();
        run(|v| {
            rng.manual_seed(seed);
            layer.forward(&v[0])
        }, &[values(&shape, -1.0, 1.0, seed)]);
    }

    #[test]
    fn mse_and_l1(shape in shapes(), reduction in reductions(), seed in 0u64..1000) {
        let difference = away_from_zero(&shape, seed);
        let y = values(&shape, -1.0, 1.0, seed + 2);
        let inputs = [y.add(&difference).unwrap(), y];
        run(|v| MseLoss::new().reduction(reduction).forward(&v[0], &v[1]), &inputs);
        run(|v| L1Loss::new().reduction(reduction).forward(&v[0], &v[1]), &inputs);
    }

    #[test]
    fn bce(shape in shapes(), reduction in reductions(), weighted: bool, seed in 0u64..1000) {
        let mut loss = BceLoss::new().reduction(reduction);
        if weighted {
            loss = loss.weight(values(&shape, 0.5, 2.0, seed + 2));
        }
        let inputs = [values(&shape, 0.1, 0.9, seed), values(&shape, 0.1, 0.9, seed + 1)];
        run(|v| loss.forward(&v[0], &v[1]), &inputs);
    }

    #[test]
    fn bce_with_logits(
        shape in shapes(),
        reduction in reductions(),
        weighted: bool,
        pos_weighted: bool,
        seed in 0u64..1000,
    ) {
        let mut loss = BceWithLogitsLoss::new().reduction(reduction);
        if weighted {
            loss = loss.weight(values(&shape, 0.5, 2.0, seed + 2));
        }
        if pos_weighted {
            loss = loss.pos_weight(values(&shape[shape.len().min(1)..], 0.5, 2.0, seed + 3));
        }
        let inputs = [away_from_zero(&shape, seed), values(&shape, 0.1, 0.9, seed + 1)];
        run(|v| loss.forward(&v[0], &v[1]), &inputs);
    }
}

#[test]
fn a_wrong_rule_would_be_caught() {
    let cheat = |v: &[Var]| Ok(v[0].square()?.add(&v[0].detach())?);
    assert!(gradcheck(cheat, &[values(&[3], 0.1, 0.9, 1)]).is_err());
}
