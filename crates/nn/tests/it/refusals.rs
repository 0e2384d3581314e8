//! What losses do with targets of the wrong dtype, range or shape: an error that tells what to do.

use gradus_autograd::Var;
use gradus_nn::*;
use gradus_tensor::{Tensor, tensor};

/// What a loss says of scores `(2, 3)` and a target.
fn said(loss: &dyn Loss, target: &Tensor) -> String {
    let scores = Var::new(tensor![[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]);
    match loss.forward(&scores, target) {
        Ok(value) => format!("accepted as {value}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn shapes_that_broadcasting_would_fit() {
    let losses: [(&dyn Loss, &str); 11] = [
        (&MseLoss::new(), "mse_loss"),
        (&L1Loss::new(), "l1_loss"),
        (&SmoothL1Loss::new(), "smooth_l1_loss"),
        (&HuberLoss::new(), "huber_loss"),
        (&BceLoss::new(), "binary_cross_entropy"),
        (
            &BceWithLogitsLoss::new(),
            "binary_cross_entropy_with_logits",
        ),
        (&KlDivLoss::new(), "kl_div"),
        (&PoissonNllLoss::new(), "poisson_nll_loss"),
        (&HingeEmbeddingLoss::new(), "hinge_embedding_loss"),
        (&SoftMarginLoss::new(), "soft_margin_loss"),
        (
            &MultiLabelSoftMarginLoss::new(),
            "multilabel_soft_margin_loss",
        ),
    ];
    for (loss, op) in losses {
        for (target, shape) in [
            (tensor![[1.0], [0.0]], "(2, 1)"),
            (tensor![1.0, 0.0, 1.0], "(3,)"),
            (Tensor::scalar(1.0f32), "()"),
        ] {
            let expected =
                format!("{op}: the input is (2, 3), the target {shape}: nothing is broadcast");
            assert_eq!(said(loss, &target), expected);
        }
        let integers = said(loss, &tensor![[1, 0, 1], [0, 1, 0]]);
        assert_eq!(
            integers,
            format!("{op}: the input is f32, the target i64; convert one with to_dtype")
        );
    }
}

#[test]
fn classes() {
    for (loss, op) in [
        (&CrossEntropyLoss::new() as &dyn Loss, "cross_entropy"),
        (&NllLoss::new(), "nll_loss"),
    ] {
        let say = |target| said(loss, &target).replace(op, "loss");
        assert_eq!(
            say(tensor![3, 0]),
            "loss: the target 3 at position 0 is no class: they are 0 to 2, and -100 is ignored"
        );
        assert_eq!(
            say(tensor![0, -1]),
            "loss: the target -1 at position 1 is no class: they are 0 to 2, and -100 is ignored"
        );
        assert_eq!(
            say(tensor![[1], [2]]),
            "loss: the input is (2, 3), the target (2, 1); it has to be (2,)"
        );
        let remedy = "classes are integers, convert it with to_dtype";
        assert!(say(tensor![1.0, 2.0]).starts_with(&format!("loss: the target is f32; {remedy}")));
        assert_eq!(
            say(tensor![true, false]),
            format!("loss: the target is bool; {remedy}")
        );
    }
    assert_eq!(
        said(&MultiMarginLoss::new(), &tensor![3, 0]),
        "multi_margin_loss: the target 3 is no class: they are 0 to 2"
    );
    assert_eq!(
        said(&MultiMarginLoss::new(), &tensor![1.0, 2.0]),
        "multi_margin_loss: the input is (2, 3), the target (2,) f32; it has to be one class for each sample"
    );
    assert_eq!(
        said(&MultiLabelMarginLoss::new(), &tensor![1, 2]),
        "multilabel_margin_loss: the input is (2, 3), the target (2,) i64; it has to be integers of the same shape"
    );
}

#[test]
fn ranges() {
    for outside in [1.5, -0.5, f32::NAN] {
        let message = said(
            &BceLoss::new(),
            &tensor![[outside, 0.0, 1.0], [1.0, 0.0, 1.0]],
        );
        assert!(message.starts_with("binary_cross_entropy: "), "{message}");
    }
    let weights = CrossEntropyLoss::new().weight(tensor![1.0, 2.0]);
    assert_eq!(
        said(&weights, &tensor![0, 1]),
        "cross_entropy: the weight is (2,) f32; it has one f32 for each of 3 classes"
    );
}
