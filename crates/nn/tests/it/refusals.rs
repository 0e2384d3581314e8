//! What losses do with targets of the wrong dtype, range or shape: an error that tells what to do.

use gradus_autograd::Var;
use gradus_nn::*;
use gradus_tensor::{Tensor, tensor};

#[track_caller]
fn refused(loss: &dyn Loss, input: &Tensor, target: &Tensor, expected: &str) {
    let message = match loss.forward(&Var::new(input.clone()), target) {
        Ok(value) => format!("accepted as {value}"),
        Err(error) => error.to_string(),
    };
    assert_eq!(message, expected, "{}", loss.name());
}

#[test]
fn explore() {
    let x = tensor![[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]];
    let losses: [&dyn Loss; 17] = [
        &CrossEntropyLoss::new(),
        &NllLoss::new(),
        &BceLoss::new(),
        &BceWithLogitsLoss::new(),
        &MseLoss::new(),
        &L1Loss::new(),
        &HuberLoss::new(),
        &SmoothL1Loss::new(),
        &KlDivLoss::new(),
        &PoissonNllLoss::new(),
        &HingeEmbeddingLoss::new(),
        &SoftMarginLoss::new(),
        &MultiMarginLoss::new(),
        &MultiLabelMarginLoss::new(),
        &MultiLabelSoftMarginLoss::new(),
        &CrossEntropyLoss::new().weight(tensor![1.0, 2.0]),
        &BceWithLogitsLoss::new().pos_weight(tensor![1.0, 2.0]),
    ];
    let targets = [
        tensor![1, 2],
        tensor![1.0, 2.0],
        tensor![[1], [2]],
        tensor![[1.0], [2.0]],
        tensor![3, 0],
        tensor![-1, 0],
        tensor![1, 2, 0],
        tensor![[1.0, 2.0, 3.0], [4.0, 5.0, -6.0]],
        tensor![[1, 0, 2], [0, 1, 1]],
        tensor![[1, 0, 3], [0, 1, 1]],
        tensor![true, false],
        tensor![[true, false, true], [true, true, true]],
        tensor![[f32::NAN, 0.0, 1.0], [0.0, 1.0, 0.0]],
    ];
    for loss in losses {
        for target in &targets {
            println!(
                "{} <- {target}: {}",
                loss.name(),
                match loss.forward(&Var::new(x.clone()), target) {
                    Ok(v) => format!("OK {v}"),
                    Err(e) => e.to_string(),
                }
            );
        }
    }
    refused(&MseLoss::new(), &x, &targets[0], "");
}
