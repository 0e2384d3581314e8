//! State written and read back goes on as if nothing had happened.

use std::fmt::Debug;

use gradus_metrics::{
    Accuracy, AveragePrecision, Averaging, BalancedAccuracy, BinaryRate, Brier, Calibration,
    CohenKappa, Collected, ConfusionMatrix, ExplainedVariance, F1, Gain, HammingLoss, Hinge,
    Jaccard, LogLoss, MatthewsCorrcoef, MaxError, MeanAbsoluteError, MeanSquaredError,
    MedianAbsoluteError, Metric, Perplexity, Precision, PrecisionRecall, R2Score, Rate, Recall,
    RegressionErrors, Roc, RocAuc, Streaming, ThresholdChoice, ThresholdGoal, TopKAccuracy,
};
use gradus_tensor::Tensor;
use serde::{Serialize, de::DeserializeOwned};

fn column<T: gradus_tensor::Element>(values: &[T]) -> Tensor {
    Tensor::from_slice(values, [values.len()]).unwrap()
}

#[track_caller]
fn check<M>(mut metric: M, y_true: &Tensor, y_pred: &Tensor)
where
    M: Metric<Value: Debug> + Serialize + DeserializeOwned,
{
    // Before the first sample, too: its state must be plain data as well.
    let text = serde_json::to_string(&metric).unwrap();
    metric = serde_json::from_str(&text).unwrap();
    metric.update(y_true, y_pred, None).unwrap();
    let mut copy: M = serde_json::from_str(&serde_json::to_string(&metric).unwrap()).unwrap();
    metric.update(y_true, y_pred, None).unwrap();
    copy.update(y_true, y_pred, None).unwrap();
    assert_eq!(
        format!("{:?}", metric.compute().unwrap()),
        format!("{:?}", copy.compute().unwrap())
    );
}

#[test]
fn every_kind_of_state() {
    let (y_true, y_pred) = (column(&[0i64, 1, 1]), column(&[1i64, 1, 0]));
    check(Accuracy::default(), &y_true, &y_pred);
    check(HammingLoss::default(), &y_true, &y_pred);
    check(ConfusionMatrix::with_classes(2), &y_true, &y_pred);
    check(Streaming::new(F1(Averaging::default())), &y_true, &y_pred);
    let scores = column(&[0.1, 0.7, 1.0 / 3.0]);
    check(Collected::new(RocAuc::default()), &y_true, &scores);
    check(Collected::new(Roc::default()), &y_true, &scores);
    check(Perplexity::default(), &y_true, &scores);
    check(LogLoss::default(), &y_true, &scores);
    check(Brier::default(), &y_true, &scores);
    check(TopKAccuracy::new(1).unwrap(), &y_true, &scores);
    let targets = column(&[0.3, -1e-9, 1e12]);
    check(MeanSquaredError::default(), &targets, &scores);
    check(R2Score::default(), &targets, &scores);
    check(MedianAbsoluteError::default(), &targets, &scores);
    check(MaxError::default(), &targets, &scores);
    check(RegressionErrors::default(), &targets, &scores);
    check(MeanAbsoluteError::default(), &targets, &scores);
    check(ExplainedVariance::default(), &targets, &scores);
    check(Calibration::new(4, None).unwrap(), &y_true, &scores);
    check(Hinge::default(), &y_true, &scores);
    check(Collected::new(PrecisionRecall::default()), &y_true, &scores);
    check(
        Collected::new(AveragePrecision::default()),
        &y_true,
        &scores,
    );
    check(Collected::new(Gain::default()), &y_true, &scores);
    let choice = ThresholdChoice {
        goal: ThresholdGoal::Recall(0.5),
        pos_label: None,
    };
    check(Collected::new(choice), &y_true, &scores);
    check(Streaming::new(Precision::default()), &y_true, &y_pred);
    check(Streaming::new(Recall::default()), &y_true, &y_pred);
    check(Streaming::new(Jaccard::default()), &y_true, &y_pred);
    check(Streaming::new(MatthewsCorrcoef), &y_true, &y_pred);
    check(
        Streaming::new(BalancedAccuracy::default()),
        &y_true,
        &y_pred,
    );
    check(Streaming::new(CohenKappa::default()), &y_true, &y_pred);
    check(
        Streaming::new(BinaryRate::of(Rate::FalsePositive)),
        &y_true,
        &y_pred,
    );
}
