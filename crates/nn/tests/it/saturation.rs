//! Losses on data that a line separates: weights grow without end, and nothing may overflow.

use gradus_autograd::Var;
use gradus_nn::{BceLoss, BceWithLogitsLoss, Linear, Loss, Module, Sequential, Sigmoid};
use gradus_random::Generator;
use gradus_tensor::tensor;

/// Long enough for the sigmoid to round to exactly 0 and 1 at this learning rate.
const STEPS: usize = 60_000;
const LEARNING_RATE: f32 = 20.0;

/// The last loss and the largest parameter.
fn descend(model: &Sequential, loss: &dyn Loss) -> (f32, f32) {
    let x = Var::new(tensor![[-3.0], [-2.0], [2.0], [3.0]]);
    let y = tensor![[0.0], [0.0], [1.0], [1.0]];
    let parameters = model.parameters();
    let mut last = f32::NAN;
    for _ in 0..STEPS {
        let value = loss.forward(&model.forward(&x).unwrap(), &y).unwrap();
        model.zero_grad();
        value.backward().unwrap();
        for parameter in &parameters {
            parameter
                .update(|value, grad| {
                    let grad = grad
                        .expect("every parameter takes part")
                        .item::<f32>()
                        .unwrap();
                    value.as_slice_mut::<f32>().unwrap()[0] -= LEARNING_RATE * grad;
                })
                .unwrap();
        }
        last = value.item().unwrap();
    }
    let largest = parameters
        .iter()
        .map(|p| p.item::<f32>().unwrap().abs())
        .fold(0.0, f32::max);
    (last, largest)
}

#[test]
fn both_cross_entropies_stay_finite_on_separable_data() {
    let rng = Generator::new(1);
    let logits = Sequential::new().with(Linear::new(1, 1, &rng));
    let probabilities = Sequential::new()
        .with(Linear::new(1, 1, &rng))
        .with(Sigmoid::new());
    for (model, loss) in [
        (&logits, &BceWithLogitsLoss::new() as &dyn Loss),
        (&probabilities, &BceLoss::new() as &dyn Loss),
    ] {
        let (last, largest) = descend(model, loss);
        assert!((0.0..1e-4).contains(&last), "{}: {last}", loss.name());
        assert!(
            largest.is_finite() && largest > 3.0,
            "{}: {largest}",
            loss.name()
        );
    }
}
