//! Every loss, with and without its settings.

use gradus_autograd::Var;
use gradus_nn::*;
use gradus_tensor::Tensor;
use proptest::prelude::*;

use super::{Draw, check, draws, few};

/// Losses that take a target of their input's shape, on numbers that keep a distance from each other.
fn apart(name: &str, loss: &dyn Loss, d: Draw) {
    let target = d.between(&[d.batch, 3], -1.0, 1.0, 5);
    let input = target.add(&d.signed(&[d.batch, 3], 0.1, 0.9, 0)).unwrap();
    check(name, &|v| loss.forward(&v[0], &v[1]), &[input, target]);
}

/// Losses whose target has no gradient.
fn against(name: &str, loss: &dyn Loss, input: Tensor, target: &Tensor) {
    check(name, &|v| loss.forward(&v[0], target), &[input]);
}

pub(super) const TABLE: super::Table = &[
    ("MseLoss", |d| {
        apart("mse_loss", &MseLoss::new().reduction(d.reduction), d)
    }),
    ("L1Loss", |d| {
        apart("l1_loss", &L1Loss::new().reduction(d.reduction), d)
    }),
    ("SmoothL1Loss", |d| {
        for beta in [2.0, 0.05] {
            apart(
                "smooth_l1_loss",
                &SmoothL1Loss::new().beta(beta).reduction(d.reduction),
                d,
            );
        }
    }),
    ("HuberLoss", |d| {
        for delta in [2.0, 0.05] {
            apart(
                "huber_loss",
                &HuberLoss::new().delta(delta).reduction(d.reduction),
                d,
            );
        }
    }),
    ("BceLoss", |d| {
        let inputs = [0, 1].map(|stream| d.between(&[d.batch, 3], 0.1, 0.9, stream));
        let plain = BceLoss::new().reduction(d.reduction);
        let weighted = plain.clone().weight(d.between(&[3], 0.5, 2.0, 2));
        for loss in [plain, weighted] {
            check("bce", &|v| loss.forward(&v[0], &v[1]), &inputs);
        }
    }),
    ("BceWithLogitsLoss", |d| {
        let inputs = [
            d.signed(&[d.batch, 3], 0.2, 2.0, 0),
            d.between(&[d.batch, 3], 0.1, 0.9, 2),
        ];
        let plain = BceWithLogitsLoss::new().reduction(d.reduction);
        let weight = d.between(&[d.batch, 3], 0.5, 2.0, 3);
        let weighted = plain
            .clone()
            .weight(weight)
            .pos_weight(d.between(&[3], 0.5, 2.0, 4));
        for loss in [plain, weighted] {
            check("bce_with_logits", &|v| loss.forward(&v[0], &v[1]), &inputs);
        }
    }),
    ("CrossEntropyLoss", |d| {
        let logits = d.numbers(&[d.batch, 3]);
        let plain = CrossEntropyLoss::new().reduction(d.reduction);
        let weighted = plain
            .clone()
            .weight(d.between(&[3], 0.5, 2.0, 1))
            .label_smoothing(0.2)
            .ignore_index(2);
        for loss in [&plain, &weighted] {
            // At least one row counts: the mean over none is NaN.
            let classes = d.classes(d.batch, 2);
            against("cross_entropy", loss, logits.clone(), &classes);
            let probabilities = d.between(&[d.batch, 3], 0.1, 0.9, 2);
            let inputs = [logits.clone(), probabilities];
            check("cross_entropy", &|v| loss.forward(&v[0], &v[1]), &inputs);
        }
    }),
    ("NllLoss", |d| {
        let plain = NllLoss::new().reduction(d.reduction);
        let weighted = plain
            .clone()
            .weight(d.between(&[3], 0.5, 2.0, 1))
            .ignore_index(2);
        for loss in [plain, weighted] {
            against(
                "nll_loss",
                &loss,
                d.numbers(&[d.batch, 3, 2]),
                &d.classes(2 * d.batch, 2)
                    .reshape([d.batch as isize, 2])
                    .unwrap(),
            );
        }
    }),
    ("KlDivLoss", |d| {
        let inputs = [
            d.between(&[d.batch, 3], -2.0, -0.1, 0),
            d.between(&[d.batch, 3], 0.1, 0.9, 1),
        ];
        for log_target in [false, true] {
            let loss = KlDivLoss::new()
                .reduction(d.reduction)
                .log_target(log_target);
            check("kl_div", &|v| loss.forward(&v[0], &v[1]), &inputs);
        }
        let loss = KlDivLoss::new().batch_mean(true);
        check(
            "kl_div, batchmean",
            &|v| loss.forward(&v[0], &v[1]),
            &inputs,
        );
    }),
    ("GaussianNllLoss", |d| {
        let inputs = [
            d.between(&[d.batch, 3], -1.0, 1.0, 0),
            d.between(&[d.batch, 3], -1.0, 1.0, 1),
            d.between(&[d.batch, 3], 0.2, 1.0, 2),
        ];
        for full in [false, true] {
            let loss = GaussianNllLoss::new().reduction(d.reduction).full(full);
            check(
                "gaussian_nll",
                &|v| loss.forward(&v[0], &v[1], &v[2]),
                &inputs,
            );
        }
    }),
    ("PoissonNllLoss", |d| {
        let inputs = [
            d.between(&[d.batch, 3], 0.2, 2.0, 0),
            d.between(&[d.batch, 3], 1.5, 4.0, 1),
        ];
        for (log_input, full) in [(true, false), (false, true)] {
            let loss = PoissonNllLoss::new()
                .reduction(d.reduction)
                .log_input(log_input)
                .full(full);
            check("poisson_nll", &|v| loss.forward(&v[0], &v[1]), &inputs);
        }
    }),
    ("HingeEmbeddingLoss", |d| {
        let target = d.between(&[d.batch, 3], -1.0, 1.0, 1).sign().unwrap();
        for margin in [1.0, -2.0] {
            let loss = HingeEmbeddingLoss::new()
                .reduction(d.reduction)
                .margin(margin);
            against(
                "hinge_embedding",
                &loss,
                d.signed(&[d.batch, 3], 0.1, 0.9, 2),
                &target,
            );
        }
    }),
    ("SoftMarginLoss", |d| {
        let target = d.between(&[d.batch, 3], -1.0, 1.0, 1).sign().unwrap();
        let loss = SoftMarginLoss::new().reduction(d.reduction);
        against("soft_margin", &loss, d.numbers(&[d.batch, 3]), &target);
    }),
    ("MarginRankingLoss", |d| {
        let target = d.between(&[d.batch], -1.0, 1.0, 1).sign().unwrap();
        let inputs = [
            d.between(&[d.batch], -1.0, 1.0, 2),
            d.between(&[d.batch], -1.0, 1.0, 3),
        ];
        let loss = MarginRankingLoss::new().reduction(d.reduction).margin(0.3);
        check(
            "margin_ranking",
            &|v| loss.forward(&v[0], &v[1], &target),
            &inputs,
        );
    }),
    ("CosineEmbeddingLoss", |d| {
        let target = d.between(&[d.batch], -1.0, 1.0, 1).sign().unwrap();
        let inputs = [
            d.between(&[d.batch, 3], -1.0, 1.0, 2),
            d.between(&[d.batch, 3], -1.0, 1.0, 3),
        ];
        let loss = CosineEmbeddingLoss::new()
            .reduction(d.reduction)
            .margin(-0.5);
        check(
            "cosine_embedding",
            &|v| loss.forward(&v[0], &v[1], &target),
            &inputs,
        );
    }),
    ("TripletMarginLoss", |d| {
        let inputs = [1, 2, 3].map(|stream| d.between(&[d.batch, 3], -1.0, 1.0, stream));
        for (p, swap) in [(2.0, false), (3.0, true)] {
            let loss = TripletMarginLoss::new()
                .reduction(d.reduction)
                .p(p)
                .swap(swap)
                .margin(5.0);
            check(
                "triplet_margin",
                &|v: &[Var]| loss.forward(&v[0], &v[1], &v[2]),
                &inputs,
            );
        }
    }),
    ("MultiMarginLoss", |d| {
        for p in [1, 2] {
            let loss = MultiMarginLoss::new()
                .reduction(d.reduction)
                .p(p)
                .weight(d.between(&[3], 0.5, 2.0, 1));
            against(
                "multi_margin",
                &loss,
                d.numbers(&[d.batch, 3]),
                &d.classes(d.batch, 3),
            );
        }
    }),
    ("MultiLabelMarginLoss", |d| {
        let row = gradus_tensor::tensor![2, 0, -1, 1];
        let target = row.expand([d.batch, 4]).unwrap().copy();
        let loss = MultiLabelMarginLoss::new().reduction(d.reduction);
        against(
            "multi_label_margin",
            &loss,
            d.numbers(&[d.batch, 4]),
            &target,
        );
    }),
    ("Regularizer", |d| {
        let inputs = [d.signed(&[2, 3], 0.1, 1.0, 0), d.signed(&[3], 0.1, 1.0, 2)];
        let regularizer = Regularizer::elastic(0.3, 0.7).unwrap();
        check("regularizer", &|v| regularizer.penalty(v), &inputs);
    }),
    ("MultiLabelSoftMarginLoss", |d| {
        let inputs = [
            d.signed(&[d.batch, 3], 0.2, 2.0, 0),
            d.between(&[d.batch, 3], 0.1, 0.9, 2),
        ];
        let plain = MultiLabelSoftMarginLoss::new().reduction(d.reduction);
        let weighted = plain.clone().weight(d.between(&[3], 0.5, 2.0, 3));
        for loss in [plain, weighted] {
            check(
                "multi_label_soft_margin",
                &|v| loss.forward(&v[0], &v[1]),
                &inputs,
            );
        }
    }),
];

proptest! {
    #![proptest_config(few())]

    #[test]
    fn every_loss(draw in draws()) {
        TABLE.iter().for_each(|(_, check)| check(draw));
    }
}
