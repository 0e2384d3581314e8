//! Losses and activations where numbers are large: finite, with finite gradients, at ±10⁴ in `f32`.

use gradus_autograd::Var;
use gradus_nn::*;
use gradus_tensor::{Tensor, tensor};

/// Rows of extremes: agreeing with their targets and contradicting them.
fn far() -> Var {
    Var::leaf(tensor![
        [1e4, -1e4, 0.0],
        [-1e4, 1e4, 1e4],
        [1e4, 1e4, -1e4]
    ])
    .unwrap()
}

#[track_caller]
fn finite(name: &str, loss: &Var, inputs: &[&Var]) {
    let value = loss.sum().unwrap().item::<f64>().unwrap();
    assert!(value.is_finite(), "{name}: {value}");
    loss.sum().unwrap().backward().unwrap();
    for input in inputs {
        let gradient = input.grad().unwrap();
        let all = gradient
            .isfinite()
            .unwrap()
            .all()
            .unwrap()
            .item::<bool>()
            .unwrap();
        assert!(all, "{name}: {gradient}");
        input.zero_grad();
    }
}

#[test]
fn losses_of_scores() {
    let x = far();
    let classes = tensor![1, 0, 2];
    let signs = tensor![[1.0, 1.0, -1.0], [1.0, -1.0, 1.0], [-1.0, 1.0, 1.0]];
    let share = tensor![[1.0, 0.0, 0.5], [0.0, 1.0, 1.0], [0.25, 0.0, 1.0]];
    let labels = tensor![[2, 0, -1], [1, -1, 0], [0, 1, 2]];
    let cases: [(&dyn Loss, &Tensor); 17] = [
        (&CrossEntropyLoss::new(), &classes),
        (&CrossEntropyLoss::new().label_smoothing(0.1), &classes),
        (&CrossEntropyLoss::new(), &share),
        (&NllLoss::new(), &classes),
        (&BceWithLogitsLoss::new(), &share),
        (&BceWithLogitsLoss::new().pos_weight(tensor![1e4]), &share),
        (&MultiLabelSoftMarginLoss::new(), &share),
        (&SoftMarginLoss::new(), &signs),
        (&HingeEmbeddingLoss::new(), &signs),
        (&MultiMarginLoss::new(), &classes),
        (&MultiMarginLoss::new().p(2), &classes),
        (&MultiLabelMarginLoss::new(), &labels),
        (&MseLoss::new(), &share),
        (&L1Loss::new(), &share),
        (&HuberLoss::new(), &share),
        (&SmoothL1Loss::new(), &share),
        (&PoissonNllLoss::new().log_input(false), &share),
    ];
    for (loss, target) in cases {
        let input = if loss.name() == "PoissonNLLLoss" {
            x.abs().unwrap()
        } else {
            x.clone()
        };
        finite(loss.name(), &loss.forward(&input, target).unwrap(), &[&x]);
    }
}

#[test]
fn losses_of_probabilities() {
    let p = Var::leaf(tensor![[0.0, 1.0, 1.0], [1.0, 0.0, 0.5]]).unwrap();
    let y = tensor![[1.0, 0.0, 1.0], [1.0, 1.0, 0.0]];
    finite("BCELoss", &BceLoss::new().forward(&p, &y).unwrap(), &[&p]);
    let log = Var::leaf(tensor![[-1e4, 0.0, -1e4], [0.0, -1e4, -1.0]]).unwrap();
    let share = tensor![[1.0, 0.0, 0.0], [0.5, 0.5, 0.0]];
    finite(
        "KLDivLoss",
        &KlDivLoss::new().forward(&log, &share).unwrap(),
        &[&log],
    );
}

#[test]
fn losses_of_several_inputs() {
    let (a, b) = (
        far(),
        Var::leaf(tensor![[0.0, 1e4, 1.0], [-1e4, 1e4, 1e4], [1.0, 1.0, 1.0]]).unwrap(),
    );
    let signs = tensor![1.0, -1.0, 1.0];
    let cosine = CosineEmbeddingLoss::new().forward(&a, &b, &signs).unwrap();
    finite("CosineEmbeddingLoss", &cosine, &[&a, &b]);
    let triplet = TripletMarginLoss::new().forward(&a, &b, &far()).unwrap();
    finite("TripletMarginLoss", &triplet, &[&a, &b]);
    let ranking = MarginRankingLoss::new().forward(
        &a,
        &b,
        &tensor![[1.0, 1.0, -1.0], [1.0, 1.0, 1.0], [-1.0, 1.0, 1.0]],
    );
    finite("MarginRankingLoss", &ranking.unwrap(), &[&a, &b]);
    let variance = Var::leaf(tensor![[0.0, 1e4, 1e-4], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]).unwrap();
    let gaussian = GaussianNllLoss::new().forward(&a, &b, &variance).unwrap();
    finite("GaussianNLLLoss", &gaussian, &[&a, &b, &variance]);
}

#[test]
fn activations() {
    let x = far();
    let layers: [&dyn Module; 24] = [
        &Relu::new(),
        &Relu6::new(),
        &Sigmoid::new(),
        &Tanh::new(),
        &Silu::new(),
        &Mish::new(),
        &Selu::new(),
        &LogSigmoid::new(),
        &Softsign::new(),
        &Tanhshrink::new(),
        &Hardsigmoid::new(),
        &Hardswish::new(),
        &LeakyRelu::new(0.01),
        &Elu::new(1.0),
        &Celu::new(1.0),
        &Softplus::new(1.0, 20.0),
        &Hardtanh::new(-1.0, 1.0),
        &Hardshrink::new(0.5),
        &Softshrink::new(0.5),
        &Gelu::new(),
        &Gelu::tanh(),
        &Softmax::new(1),
        &LogSoftmax::new(1),
        &Softmin::new(1),
    ];
    for layer in layers {
        finite(layer.type_name(), &layer.forward(&x).unwrap(), &[&x]);
    }
}
