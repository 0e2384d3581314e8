//! A user's program: a struct of layers, trained from a seed, put away and taken up again.

use gradus_autograd::{Var, no_grad};
use gradus_nn::{BceWithLogitsLoss, Dropout, Linear, Loss, Module, Result, StateDict, Strictness};
use gradus_random::Generator;
use gradus_tensor::{Tensor, tensor};

#[derive(Module)]
struct Classifier {
    encoder: Vec<Linear>,
    dropout: Dropout,
    head: Linear,
}

impl Classifier {
    fn new(rng: &Generator) -> Result<Classifier> {
        Ok(Classifier {
            encoder: vec![Linear::new(2, 16, rng), Linear::new(16, 16, rng)],
            dropout: Dropout::new(0.1, rng)?,
            head: Linear::new(16, 1, rng),
        })
    }

    fn forward(&self, x: &Var) -> Result<Var> {
        let mut h = x.clone();
        for layer in &self.encoder {
            h = layer.forward(&h)?.tanh()?;
        }
        self.head.forward(&self.dropout.forward(&h)?)
    }
}

/// Exclusive or: not linear, so the hidden layers must learn.
fn data() -> (Tensor, Tensor) {
    (
        tensor![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]],
        tensor![[0.0], [1.0], [1.0], [0.0]],
    )
}

fn train(model: &Classifier, steps: usize) -> Result<Vec<f32>> {
    let (x, y) = data();
    let loss_fn = BceWithLogitsLoss::new();
    let parameters = model.parameters();
    model.train();
    let mut losses = Vec::new();
    for _ in 0..steps {
        let loss = loss_fn.forward(&model.forward(&Var::from(&x))?, &y)?;
        model.zero_grad();
        loss.backward()?;
        for parameter in &parameters {
            let step = parameter
                .grad()
                .expect("every parameter takes part")
                .mul_scalar(-0.5)?;
            parameter.set_value(parameter.value().add(&step)?)?;
        }
        losses.push(loss.item()?);
    }
    Ok(losses)
}

fn predict(model: &Classifier) -> Result<Tensor> {
    model.eval();
    Ok(no_grad(|| model.forward(&data().0.into()))?
        .sigmoid()?
        .value())
}

#[test]
fn it_learns_and_continues_bit_for_bit() {
    let rng = Generator::new(42);
    let model = Classifier::new(&rng).unwrap();
    let losses = train(&model, 100).unwrap();
    let (state, stream): (StateDict, _) = (model.state_dict(), rng.state());
    let more = train(&model, 200).unwrap();
    assert!(
        losses[0] > 0.6 && more[199] < 0.05,
        "{} {}",
        losses[0],
        more[199]
    );
    let p = predict(&model).unwrap().to_vec::<f32>().unwrap();
    assert!(
        p[0] < 0.1 && p[1] > 0.9 && p[2] > 0.9 && p[3] < 0.1,
        "{p:?}"
    );

    let later = Generator::new(0);
    let resumed = Classifier::new(&later).unwrap();
    resumed.load_state_dict(&state, Strictness::Strict).unwrap();
    later.set_state(&stream).unwrap();
    assert_eq!(train(&resumed, 200).unwrap(), more);
    assert!(predict(&resumed).unwrap().equal(&predict(&model).unwrap()));
}

#[test]
fn the_summary_sees_through_a_struct() {
    let model = Classifier::new(&Generator::new(0)).unwrap();
    let summary = model.summary(&[4, 2]).unwrap();
    let rows: Vec<(&str, Option<&[usize]>, usize)> = summary
        .rows
        .iter()
        .map(|row| {
            (
                row.path.as_str(),
                row.output_shape.as_deref(),
                row.parameters,
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("", Some(&[4, 1][..]), 0),
            ("encoder", None, 0),
            ("encoder.0", Some(&[4, 16][..]), 48),
            ("encoder.1", Some(&[4, 16][..]), 272),
            ("dropout", Some(&[4, 16][..]), 0),
            ("head", Some(&[4, 1][..]), 17),
        ]
    );
    assert_eq!((summary.parameters, summary.trainable), (337, 337));
}

#[test]
fn models_are_shared_between_threads() {
    let model = Classifier::new(&Generator::new(0)).unwrap();
    let expected = predict(&model).unwrap();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2)
            .map(|_| scope.spawn(|| predict(&model).unwrap()))
            .collect();
        for thread in threads {
            assert!(thread.join().unwrap().equal(&expected));
        }
    });
}
