//! Any batching and any order of merging gives the score of the whole.

use gradus_metrics::{
    Accuracy, Average, AveragePrecision, BalancedAccuracy, BinaryRate, Brier, Calibration,
    CohenKappa, Collected, ConfusionMatrix, CountScore, ExplainedVariance, F1, FBeta, Gain,
    HammingLoss, Hinge, Jaccard, KappaWeights, LogLoss, MatthewsCorrcoef, MaxError,
    MeanAbsoluteError, MeanAbsolutePercentageError, MeanSquaredError, MedianAbsoluteError, Metric,
    Perplexity, Precision, PrecisionRecall, R2Score, Rate, Recall, RegressionErrors, Roc, RocAuc,
    RootMeanSquaredError, Streaming, ThresholdChoice, ThresholdGoal, TopKAccuracy,
};
use gradus_tensor::Tensor;
use proptest::prelude::*;

/// Samples with everything any of the metrics reads.
#[derive(Clone, Debug)]
struct Samples {
    /// 0, 1 or 2.
    classes: Vec<i64>,
    predicted: Vec<i64>,
    /// In [0, 1], with many ties.
    probabilities: Vec<f64>,
    targets: Vec<f64>,
    predictions: Vec<f64>,
    weights: Vec<f64>,
}

impl Samples {
    fn len(&self) -> usize {
        self.classes.len()
    }

    fn part(&self, rows: &[usize]) -> Samples {
        let ints = |values: &[i64]| rows.iter().map(|&row| values[row]).collect();
        let floats = |values: &[f64]| rows.iter().map(|&row| values[row]).collect();
        Samples {
            classes: ints(&self.classes),
            predicted: ints(&self.predicted),
            probabilities: floats(&self.probabilities),
            targets: floats(&self.targets),
            predictions: floats(&self.predictions),
            weights: floats(&self.weights),
        }
    }

    fn column<T: gradus_tensor::Element>(&self, values: &[T]) -> Tensor {
        Tensor::from_slice(values, [self.len()]).unwrap()
    }
}

fn samples() -> impl Strategy<Value = Samples> {
    let sample = (
        0i64..3,
        0i64..3,
        (0u8..=8).prop_map(|eighths| f64::from(eighths) / 8.0),
        -1e3..1e3f64,
        -1e3..1e3f64,
        0.01..4.0f64,
    );
    prop::collection::vec(sample, 3..40).prop_map(|samples| {
        let mut all = Samples {
            classes: vec![],
            predicted: vec![],
            probabilities: vec![],
            targets: vec![],
            predictions: vec![],
            weights: vec![],
        };
        for (row, (class, predicted, probability, target, prediction, weight)) in
            samples.into_iter().enumerate()
        {
            // Every class occurs, so that every score is defined.
            all.classes.push(if row < 3 { row as i64 } else { class });
            all.predicted.push(predicted);
            all.probabilities.push(probability);
            all.targets.push(target);
            all.predictions.push(prediction);
            all.weights.push(weight);
        }
        all
    })
}

/// Which part each sample belongs to.
fn parts() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0usize..4, 40)
}

type Pair = fn(&Samples) -> (Tensor, Tensor);

const LABELS: Pair = |s| (s.column(&s.classes), s.column(&s.predicted));
const NUMBERS: Pair = |s| (s.column(&s.targets), s.column(&s.predictions));
const BINARY: Pair = |s| {
    let positive: Vec<i64> = s
        .classes
        .iter()
        .map(|&class| i64::from(class > 0))
        .collect();
    (s.column(&positive), s.column(&s.probabilities))
};
const SCORES: Pair = |s| {
    let rows = s.probabilities.iter().flat_map(|&p| [p, 0.5, 1.0 - p]);
    let rows: Vec<f64> = rows.collect();
    (
        s.column(&s.classes),
        Tensor::from_vec(rows, [s.len(), 3]).unwrap(),
    )
};

/// One batch, or four merged in a shuffled order: the same, to the bit or to
/// `tolerance` of the value.
fn check<M: Metric<Value = f64>>(
    new: impl Fn() -> M,
    pair: Pair,
    samples: &Samples,
    part_of: &[usize],
    weighted: bool,
    tolerance: f64,
) -> std::result::Result<(), TestCaseError> {
    let add = |metric: &mut M, samples: &Samples| {
        let (y_true, y_pred) = pair(samples);
        let weights = weighted.then(|| samples.column(&samples.weights));
        metric.update(&y_true, &y_pred, weights.as_ref()).unwrap();
    };
    let mut whole = new();
    add(&mut whole, samples);
    let expected = whole.compute().unwrap();

    let mut merged = new();
    for part in [2, 0, 3, 1] {
        let rows: Vec<usize> = (0..samples.len())
            .filter(|&row| part_of[row] == part)
            .collect();
        let mut metric = new();
        let half = rows.len() / 2;
        add(&mut metric, &samples.part(&rows[half..]));
        add(&mut metric, &samples.part(&rows[..half]));
        merged.merge(&metric).unwrap();
    }
    let actual = merged.compute().unwrap();
    let same = actual.to_bits() == expected.to_bits()
        || (actual - expected).abs() <= tolerance * expected.abs();
    prop_assert!(
        same,
        "{}: {} in parts, {} whole",
        whole.name(),
        actual,
        expected
    );

    merged.reset();
    prop_assert!(merged.compute().is_err());
    add(&mut merged, samples);
    prop_assert_eq!(merged.compute().unwrap().to_bits(), expected.to_bits());
    Ok(())
}

fn streaming<S: CountScore>(score: &S) -> Streaming<S> {
    Streaming::new(score.clone())
}

proptest! {
    #[test]
    fn counted_scores(samples in samples(), parts in parts(), weighted: bool) {
        let check = |score| check(|| streaming(&score), LABELS, &samples, &parts, weighted, 0.0);
        for average in [Average::Macro, Average::Micro, Average::Weighted] {
            check(AnyScore::Precision(Precision(average.into())))?;
            check(AnyScore::Recall(Recall(average.into())))?;
            check(AnyScore::F1(F1(average.into())))?;
            check(AnyScore::FBeta(FBeta { beta: 0.5, averaging: average.into() }))?;
            check(AnyScore::Jaccard(Jaccard(average.into())))?;
        }
        check(AnyScore::Balanced(BalancedAccuracy { adjusted: true }))?;
        check(AnyScore::Matthews(MatthewsCorrcoef))?;
        for rate in [Rate::TruePositive, Rate::FalsePositive, Rate::TrueNegative, Rate::FalseNegative] {
            check(AnyScore::Rate(BinaryRate::of(rate)))?;
        }
        check(AnyScore::Kappa(CohenKappa { weights: KappaWeights::Quadratic, labels: None }))?;
    }

    #[test]
    fn sums(samples in samples(), parts in parts(), weighted: bool) {
        check(Accuracy::default, LABELS, &samples, &parts, weighted, 0.0)?;
        check(HammingLoss::default, LABELS, &samples, &parts, weighted, 0.0)?;
        check(Perplexity::default, BINARY, &samples, &parts, weighted, 0.0)?;
        check(|| TopKAccuracy::new(2).unwrap(), SCORES, &samples, &parts, weighted, 0.0)?;
        check(LogLoss::default, BINARY, &samples, &parts, weighted, 0.0)?;
        check(Hinge::default, BINARY, &samples, &parts, weighted, 0.0)?;
        check(Brier::default, BINARY, &samples, &parts, weighted, 0.0)?;
        check(MeanSquaredError::default, NUMBERS, &samples, &parts, weighted, 0.0)?;
        check(RootMeanSquaredError::default, NUMBERS, &samples, &parts, weighted, 0.0)?;
        check(MeanAbsoluteError::default, NUMBERS, &samples, &parts, weighted, 0.0)?;
        check(MeanAbsolutePercentageError::default, NUMBERS, &samples, &parts, weighted, 0.0)?;
        check(R2Score::default, NUMBERS, &samples, &parts, weighted, 0.0)?;
        check(ExplainedVariance::default, NUMBERS, &samples, &parts, weighted, 0.0)?;
        check(MedianAbsoluteError::default, NUMBERS, &samples, &parts, weighted, 0.0)?;
        check(MaxError::default, NUMBERS, &samples, &parts, false, 0.0)?;
    }

    /// Weights of equal scores are added in the order they came.
    #[test]
    fn curves(samples in samples(), parts in parts(), weighted: bool) {
        let tolerance = if weighted { 1e-14 } else { 0.0 };
        let auc = || Collected::new(RocAuc::default());
        check(auc, BINARY, &samples, &parts, weighted, tolerance)?;
        let average = || Collected::new(AveragePrecision::default());
        check(average, BINARY, &samples, &parts, weighted, tolerance)?;
    }

    #[test]
    fn matrices_curves_and_reports_of_parts(samples in samples(), parts in parts()) {
        let mut whole = Tables::default();
        whole.add(&samples);
        let mut merged = Tables::default();
        for part in (0..4).rev() {
            let rows: Vec<usize> = (0..samples.len()).filter(|&row| parts[row] == part).collect();
            let mut tables = Tables::default();
            tables.add(&samples.part(&rows));
            merged.matrix.merge(&tables.matrix).unwrap();
            merged.curve.merge(&tables.curve).unwrap();
            merged.errors.merge(&tables.errors).unwrap();
            merged.calibration.merge(&tables.calibration).unwrap();
        }
        let cells = |matrix: &ConfusionMatrix| matrix.compute().unwrap().to_vec::<i64>().unwrap();
        prop_assert_eq!(cells(&whole.matrix), cells(&merged.matrix));
        prop_assert_eq!(whole.curve.compute().unwrap(), merged.curve.compute().unwrap());
        let other = PrecisionRecall::default();
        prop_assert_eq!(
            whole.curve.compute_as(&other).unwrap(),
            merged.curve.compute_as(&other).unwrap()
        );
        prop_assert_eq!(
            whole.curve.compute_as(&Gain::default()).unwrap(),
            merged.curve.compute_as(&Gain::default()).unwrap()
        );
        prop_assert_eq!(whole.errors.compute().unwrap(), merged.errors.compute().unwrap());
        let (whole_bins, bins) = (whole.calibration.compute(), merged.calibration.compute());
        prop_assert_eq!(whole_bins.unwrap(), bins.unwrap());
        for goal in [ThresholdGoal::F1, ThresholdGoal::Youden, ThresholdGoal::Recall(0.7)] {
            let choice = ThresholdChoice { goal, pos_label: None };
            prop_assert_eq!(
                whole.curve.compute_as(&choice).unwrap(),
                merged.curve.compute_as(&choice).unwrap()
            );
        }
    }
}

/// Accumulators whose value is more than a number.
struct Tables {
    matrix: ConfusionMatrix,
    curve: Collected<Roc>,
    errors: RegressionErrors,
    calibration: Calibration,
}

impl Default for Tables {
    fn default() -> Self {
        Self {
            matrix: ConfusionMatrix::default(),
            curve: Collected::default(),
            errors: RegressionErrors::default(),
            calibration: Calibration::new(5, Some(1)).unwrap(),
        }
    }
}

impl Tables {
    fn add(&mut self, samples: &Samples) {
        let (y_true, y_pred) = LABELS(samples);
        self.matrix.update(&y_true, &y_pred, None).unwrap();
        let (y_true, y_score) = BINARY(samples);
        self.curve.update(&y_true, &y_score, None).unwrap();
        self.calibration.update(&y_true, &y_score, None).unwrap();
        let (y_true, y_pred) = NUMBERS(samples);
        self.errors.update(&y_true, &y_pred, None).unwrap();
    }
}

/// The settings of all scores of counts in one type.
#[derive(Clone, Debug, PartialEq)]
enum AnyScore {
    Precision(Precision),
    Recall(Recall),
    F1(F1),
    FBeta(FBeta),
    Jaccard(Jaccard),
    Balanced(BalancedAccuracy),
    Matthews(MatthewsCorrcoef),
    Rate(BinaryRate),
    Kappa(CohenKappa),
}

impl CountScore for AnyScore {
    fn name(&self) -> &'static str {
        match self {
            AnyScore::Precision(score) => score.name(),
            AnyScore::Recall(score) => score.name(),
            AnyScore::F1(score) => score.name(),
            AnyScore::FBeta(score) => score.name(),
            AnyScore::Jaccard(score) => score.name(),
            AnyScore::Balanced(score) => score.name(),
            AnyScore::Matthews(score) => score.name(),
            AnyScore::Rate(score) => score.name(),
            AnyScore::Kappa(score) => score.name(),
        }
    }

    fn score(&self, matrix: &ConfusionMatrix) -> gradus_metrics::Result<f64> {
        match self {
            AnyScore::Precision(score) => score.score(matrix),
            AnyScore::Recall(score) => score.score(matrix),
            AnyScore::F1(score) => score.score(matrix),
            AnyScore::FBeta(score) => score.score(matrix),
            AnyScore::Jaccard(score) => score.score(matrix),
            AnyScore::Balanced(score) => score.score(matrix),
            AnyScore::Matthews(score) => score.score(matrix),
            AnyScore::Rate(score) => score.score(matrix),
            AnyScore::Kappa(score) => score.score(matrix),
        }
    }
}
