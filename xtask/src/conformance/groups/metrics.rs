//! Scores and curves, as scikit-learn gives them.

use gradus_metrics::{
    AccuracyOptions, Average, AveragePrecisionOptions, BalancedAccuracyOptions, BrierOptions,
    ClassScoreOptions, ClassScoresOptions, CohenKappaOptions, ConfusionMatrixOptions,
    LogLossOptions, MatthewsOptions, MeanSquaredError, Metric, MultiClass, Normalize,
    PrecisionRecallCurveOptions, R2Options, R2Score, RegressionOptions, RocAucAverage,
    RocAucOptions, RocCurveOptions, TopKOptions, ZeroDivision,
};
use gradus_tensor::Tensor;

use super::Table;
use crate::conformance::bridge;
use crate::conformance::case::{Answer, Given, Stop};
use crate::conformance::tensor_json::Array;

pub(super) const TABLE: Table = &[
    ("accuracy_score", accuracy),
    ("confusion_matrix", confusion_matrix),
    ("matthews_corrcoef", matthews_corrcoef),
    ("balanced_accuracy_score", balanced_accuracy),
    ("cohen_kappa_score", cohen_kappa),
    ("roc_curve", roc_curve),
    ("roc_auc_score", roc_auc),
    ("precision_recall_curve", precision_recall_curve),
    ("average_precision_score", average_precision),
    ("log_loss", log_loss),
    ("brier_score_loss", brier),
    ("top_k_accuracy_score", top_k),
    ("precision_score", |given| {
        class_score(given, gradus_metrics::precision_score, |s| s.precision)
    }),
    ("recall_score", |given| {
        class_score(given, gradus_metrics::recall_score, |s| s.recall)
    }),
    ("f1_score", |given| {
        class_score(given, gradus_metrics::f1_score, |s| s.fscore)
    }),
    ("fbeta_score", fbeta),
    ("mean_squared_error", mean_squared_error),
    ("root_mean_squared_error", |given| {
        regression(given, gradus_metrics::root_mean_squared_error)
    }),
    ("mean_absolute_error", |given| {
        regression(given, gradus_metrics::mean_absolute_error)
    }),
    ("median_absolute_error", |given| {
        regression(given, gradus_metrics::median_absolute_error)
    }),
    ("mean_absolute_percentage_error", |given| {
        regression(given, gradus_metrics::mean_absolute_percentage_error)
    }),
    ("r2_score", r2),
    ("explained_variance_score", explained_variance),
];

type Score = fn(&Tensor, &Tensor, ClassScoreOptions<'_>) -> gradus_metrics::Result<f64>;

/// Truth, prediction or score, and weights where the case has them.
struct Inputs {
    y_true: Tensor,
    y_other: Tensor,
    weight: Option<Tensor>,
}

impl Inputs {
    fn new(given: &Given) -> Result<Self, Stop> {
        let weighted = given.args.bool_or("sample_weight", false)?;
        Ok(Inputs {
            y_true: given.tensor(0)?,
            y_other: given.tensor(1)?,
            weight: if weighted {
                Some(given.tensor(2)?)
            } else {
                None
            },
        })
    }
}

fn number(value: f64) -> Result<Answer, Stop> {
    Ok(Answer::outputs([Array::scalar(value)]))
}

fn curves<const N: usize>(curves: [Vec<f64>; N]) -> Result<Answer, Stop> {
    Ok(Answer::outputs(curves.map(Array::vector)))
}

fn accuracy(given: &Given) -> Result<Answer, Stop> {
    let i = Inputs::new(given)?;
    let options = AccuracyOptions {
        sample_weight: i.weight.as_ref(),
        ..AccuracyOptions::default()
    };
    number(gradus_metrics::accuracy_score(
        &i.y_true, &i.y_other, options,
    )?)
}

fn confusion_matrix(given: &Given) -> Result<Answer, Stop> {
    let i = Inputs::new(given)?;
    let labels = given.args.integers("labels")?;
    let normalize = match given.args.str_or("normalize", "none")? {
        "true" => Some(Normalize::True),
        "pred" => Some(Normalize::Pred),
        "all" => Some(Normalize::All),
        "none" => None,
        other => return Err(Stop::unsupported(format!("normalize {other}"))),
    };
    let options = ConfusionMatrixOptions {
        labels: Some(&labels),
        normalize,
        sample_weight: i.weight.as_ref(),
    };
    let matrix = gradus_metrics::confusion_matrix(&i.y_true, &i.y_other, options)?;
    Ok(Answer::outputs([bridge::array(&matrix)?]))
}

fn matthews_corrcoef(given: &Given) -> Result<Answer, Stop> {
    let i = Inputs::new(given)?;
    let options = MatthewsOptions {
        sample_weight: i.weight.as_ref(),
    };
    number(gradus_metrics::matthews_corrcoef(
        &i.y_true, &i.y_other, options,
    )?)
}

fn balanced_accuracy(given: &Given) -> Result<Answer, Stop> {
    let i = Inputs::new(given)?;
    let options = BalancedAccuracyOptions {
        sample_weight: i.weight.as_ref(),
        ..BalancedAccuracyOptions::default()
    };
    number(gradus_metrics::balanced_accuracy_score(
        &i.y_true, &i.y_other, options,
    )?)
}

fn cohen_kappa(given: &Given) -> Result<Answer, Stop> {
    let i = Inputs::new(given)?;
    let options = CohenKappaOptions {
        sample_weight: i.weight.as_ref(),
        ..CohenKappaOptions::default()
    };
    number(gradus_metrics::cohen_kappa_score(
        &i.y_true, &i.y_other, options,
    )?)
}

fn roc_curve(given: &Given) -> Result<Answer, Stop> {
    let i = Inputs::new(given)?;
    let options = RocCurveOptions {
        drop_intermediate: given.args.bool("drop_intermediate")?,
        sample_weight: i.weight.as_ref(),
        ..RocCurveOptions::default()
    };
    let curve = gradus_metrics::roc_curve(&i.y_true, &i.y_other, options)?;
    curves([curve.fpr, curve.tpr, curve.thresholds])
}

fn roc_auc(given: &Given) -> Result<Answer, Stop> {
    let i = Inputs::new(given)?;
    let multi_class = match given.args.str_or("multi_class", "raise")? {
        "ovr" => Some(MultiClass::OneVsRest),
        "ovo" => Some(MultiClass::OneVsOne),
        _ => None,
    };
    let average = match given.args.str_or("average", "macro")? {
        "weighted" => RocAucAverage::Weighted,
        _ => RocAucAverage::Macro,
    };
    let options = RocAucOptions {
        multi_class,
        average,
        sample_weight: i.weight.as_ref(),
        ..RocAucOptions::default()
    };
    number(gradus_metrics::roc_auc_score(
        &i.y_true, &i.y_other, options,
    )?)
}

fn precision_recall_curve(given: &Given) -> Result<Answer, Stop> {
    let i = Inputs::new(given)?;
    let options = PrecisionRecallCurveOptions {
        drop_intermediate: given.args.bool("drop_intermediate")?,
        sample_weight: i.weight.as_ref(),
        ..PrecisionRecallCurveOptions::default()
    };
    let curve = gradus_metrics::precision_recall_curve(&i.y_true, &i.y_other, options)?;
    curves([curve.precision, curve.recall, curve.thresholds])
}

fn average_precision(given: &Given) -> Result<Answer, Stop> {
    let i = Inputs::new(given)?;
    let options = AveragePrecisionOptions {
        sample_weight: i.weight.as_ref(),
        ..AveragePrecisionOptions::default()
    };
    number(gradus_metrics::average_precision_score(
        &i.y_true, &i.y_other, options,
    )?)
}

fn log_loss(given: &Given) -> Result<Answer, Stop> {
    given.args.describe(&["binary"]);
    let i = Inputs::new(given)?;
    let options = LogLossOptions {
        sample_weight: i.weight.as_ref(),
        ..LogLossOptions::default()
    };
    number(gradus_metrics::log_loss(&i.y_true, &i.y_other, options)?)
}

fn brier(given: &Given) -> Result<Answer, Stop> {
    let i = Inputs::new(given)?;
    let options = BrierOptions {
        sample_weight: i.weight.as_ref(),
        ..BrierOptions::default()
    };
    number(gradus_metrics::brier_score_loss(
        &i.y_true, &i.y_other, options,
    )?)
}

fn top_k(given: &Given) -> Result<Answer, Stop> {
    let i = Inputs::new(given)?;
    let options = TopKOptions {
        k: given.args.usize("k")?,
        normalize: given.args.bool("normalize")?,
        ..TopKOptions::default()
    };
    number(gradus_metrics::top_k_accuracy_score(
        &i.y_true, &i.y_other, options,
    )?)
}

fn zero_division(given: &Given) -> Result<ZeroDivision, Stop> {
    match given.args.i64("zero_division")? {
        0 => Ok(ZeroDivision::Zero),
        1 => Ok(ZeroDivision::One),
        other => Err(Stop::unsupported(format!("zero_division {other}"))),
    }
}

/// An averaged score, or one per class where `average` is null.
fn class_score(
    given: &Given,
    score: Score,
    per_class: fn(gradus_metrics::ClassScores) -> Vec<f64>,
) -> Result<Answer, Stop> {
    let i = Inputs::new(given)?;
    let zero_division = zero_division(given)?;
    let Some(average) = given.args.get("average").and_then(|value| value.as_str()) else {
        let labels = given.args.integers("labels")?;
        let options = ClassScoresOptions {
            labels: Some(&labels),
            zero_division,
            sample_weight: i.weight.as_ref(),
            ..ClassScoresOptions::default()
        };
        let scores =
            gradus_metrics::precision_recall_fscore_support(&i.y_true, &i.y_other, options)?;
        return curves([per_class(scores)]);
    };
    let options = ClassScoreOptions {
        average: average_named(average)?,
        pos_label: given.args.i64_opt("pos_label")?.unwrap_or(1),
        zero_division,
        sample_weight: i.weight.as_ref(),
        ..ClassScoreOptions::default()
    };
    number(score(&i.y_true, &i.y_other, options)?)
}

fn average_named(name: &str) -> Result<Average, Stop> {
    match name {
        "binary" => Ok(Average::Binary),
        "micro" => Ok(Average::Micro),
        "macro" => Ok(Average::Macro),
        "weighted" => Ok(Average::Weighted),
        other => Err(Stop::unsupported(format!("average {other}"))),
    }
}

fn fbeta(given: &Given) -> Result<Answer, Stop> {
    let i = Inputs::new(given)?;
    let options = ClassScoreOptions {
        average: average_named(given.args.str("average")?)?,
        zero_division: zero_division(given)?,
        sample_weight: i.weight.as_ref(),
        ..ClassScoreOptions::default()
    };
    let beta = given.args.f64("beta")?;
    number(gradus_metrics::fbeta_score(
        &i.y_true, &i.y_other, beta, options,
    )?)
}

type Regression = fn(&Tensor, &Tensor, RegressionOptions<'_>) -> gradus_metrics::Result<f64>;

fn regression(given: &Given, error: Regression) -> Result<Answer, Stop> {
    let i = Inputs::new(given)?;
    let options = RegressionOptions {
        sample_weight: i.weight.as_ref(),
        ..RegressionOptions::default()
    };
    number(error(&i.y_true, &i.y_other, options)?)
}

/// Whether one number per output is wanted instead of their mean.
fn raw_values(given: &Given) -> Result<bool, Stop> {
    match given.args.str_or("multioutput", "uniform_average")? {
        "uniform_average" => Ok(false),
        "raw_values" => Ok(true),
        other => Err(Stop::unsupported(format!("multioutput {other}"))),
    }
}

fn mean_squared_error(given: &Given) -> Result<Answer, Stop> {
    if !raw_values(given)? {
        return regression(given, gradus_metrics::mean_squared_error);
    }
    let mut errors = MeanSquaredError::default();
    errors.update(&given.tensor(0)?, &given.tensor(1)?, None)?;
    curves([errors.raw_values()?])
}

fn r2_options(weight: Option<&Tensor>) -> R2Options<'_> {
    R2Options {
        sample_weight: weight,
        ..R2Options::default()
    }
}

fn r2(given: &Given) -> Result<Answer, Stop> {
    let i = Inputs::new(given)?;
    if raw_values(given)? {
        let mut score = R2Score::default();
        score.update(&i.y_true, &i.y_other, i.weight.as_ref())?;
        return curves([score.raw_values()?]);
    }
    let options = r2_options(i.weight.as_ref());
    number(gradus_metrics::r2_score(&i.y_true, &i.y_other, options)?)
}

fn explained_variance(given: &Given) -> Result<Answer, Stop> {
    let i = Inputs::new(given)?;
    let options = r2_options(i.weight.as_ref());
    number(gradus_metrics::explained_variance_score(
        &i.y_true, &i.y_other, options,
    )?)
}
