//! Scores, curves and their streaming accumulators.
//!
//! Every score is a function on whole arrays, named and behaving as in
//! scikit-learn: `_score` is better high, `_error` and `_loss` better low.
//! It takes the target, the prediction and a struct of options with defaults:
//!
//! ```
//! use gradus_metrics::{Average, ClassScoreOptions, accuracy_score, f1_score};
//! use gradus_tensor::Tensor;
//!
//! let y_true = Tensor::from_vec(vec![0i64, 1, 2, 2], [4])?;
//! let y_pred = Tensor::from_vec(vec![0i64, 2, 2, 2], [4])?;
//! assert_eq!(accuracy_score(&y_true, &y_pred, Default::default())?, 0.75);
//! let options = ClassScoreOptions { average: Average::Macro, ..Default::default() };
//! assert_eq!(f1_score(&y_true, &y_pred, options)?, 0.6);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Beside it stands an accumulator that implements [`Metric`]: fed batch by
//! batch it gives the score of all samples together, never a mean over
//! batches. Counts are integers and sums are exact, so neither the batching
//! nor the order of merging changes a bit; the few exceptions (weighted curves)
//! say so. With the feature `serde` its state is plain data.
//!
//! Labels are whole numbers of any dtype, scores any numbers; `(samples, 1)`
//! reads as `(samples,)`. Values that are not finite, inputs of different
//! lengths and labels out of range are errors, not warnings.
//! Metrics know tensors, not models, and print nothing.

mod accuracy;
mod auc;
mod averaging;
mod balanced_accuracy;
mod brier_score_loss;
mod calibration;
mod class_probabilities;
mod classification_report;
mod cohen_kappa;
mod collected;
mod confusion_matrix;
mod error;
mod exact_sum;
mod gain_curve;
mod hinge_loss;
mod input;
mod jaccard;
mod label_counts;
mod label_index;
mod log_loss;
mod matthews_corrcoef;
mod mean_absolute_error;
mod mean_error;
mod mean_squared_error;
mod median_absolute_error;
mod metric;
mod outputs;
mod perplexity;
mod precision_recall;
mod precision_recall_curve;
mod r2_score;
mod rates;
mod regression_report;
mod roc_auc;
mod roc_curve;
mod score_order;
mod streaming;
#[cfg(test)]
mod testing;
mod threshold;
mod top_k_accuracy;

pub use accuracy::{
    Accuracy, AccuracyOptions, HammingLoss, HammingOptions, accuracy_score, hamming_loss,
};
pub use auc::auc;
pub use averaging::{Average, Averaging, ClassScoreOptions, ZeroDivision};
pub use balanced_accuracy::{BalancedAccuracy, BalancedAccuracyOptions, balanced_accuracy_score};
pub use brier_score_loss::{Brier, BrierOptions, brier_score_loss};
pub use calibration::{
    BinStrategy, Calibration, CalibrationCurve, CalibrationOptions, calibration_curve,
    expected_calibration_error,
};
pub use classification_report::{ReportOptions, classification_report};
pub use cohen_kappa::{CohenKappa, CohenKappaOptions, KappaWeights, cohen_kappa_score};
pub use collected::{Collected, SampleScore};
pub use confusion_matrix::{ConfusionMatrix, ConfusionMatrixOptions, Normalize, confusion_matrix};
pub use error::{Error, Result};
pub use gain_curve::{Gain, GainCurve, GainCurveOptions, gain_curve};
pub use hinge_loss::{Hinge, HingeOptions, hinge_loss};
pub use jaccard::{Jaccard, jaccard_score};
pub use log_loss::{LogLoss, LogLossOptions, log_loss};
pub use matthews_corrcoef::{MatthewsCorrcoef, MatthewsOptions, matthews_corrcoef};
pub use mean_absolute_error::{
    Absolute, AbsolutePercentage, MeanAbsoluteError, MeanAbsolutePercentageError,
    mean_absolute_error, mean_absolute_percentage_error,
};
pub use mean_error::{MeanError, PointError};
pub use mean_squared_error::{
    MeanSquaredError, RootMeanSquaredError, RootSquared, Squared, mean_squared_error,
    root_mean_squared_error,
};
pub use median_absolute_error::{MaxError, MedianAbsoluteError, max_error, median_absolute_error};
pub use metric::Metric;
pub use outputs::{MultiOutput, RegressionOptions};
pub use perplexity::{Perplexity, perplexity};
pub use precision_recall::{
    ClassScores, ClassScoresOptions, F1, FBeta, Precision, Recall, f1_score, fbeta_score,
    precision_recall_fscore_support, precision_score, recall_score,
};
pub use precision_recall_curve::{
    AveragePrecision, AveragePrecisionOptions, PrecisionRecall, PrecisionRecallCurve,
    PrecisionRecallCurveOptions, average_precision_score, precision_recall_curve,
};
pub use r2_score::{ExplainedVariance, R2Options, R2Score, explained_variance_score, r2_score};
pub use rates::{
    BinaryCounts, BinaryRate, Rate, RateOptions, false_negative_rate, false_positive_rate,
    specificity_score, true_negative_rate, true_positive_rate,
};
pub use regression_report::{RegressionErrors, RegressionReportOptions, regression_report};
pub use roc_auc::{
    MultiClass, RocAuc, RocAucAverage, RocAucOptions, roc_auc_score, roc_auc_score_per_class,
};
pub use roc_curve::{Roc, RocCurve, RocCurveOptions, roc_curve};
pub use streaming::{CountScore, Streaming};
pub use threshold::{
    BestThreshold, ThresholdChoice, ThresholdGoal, ThresholdOptions, best_threshold,
    predict_at_threshold,
};
pub use top_k_accuracy::{TopKAccuracy, TopKOptions, top_k_accuracy_score};
