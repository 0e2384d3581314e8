//! How long scores of a million samples take: `cargo bench -p gradus-metrics -- --quick`.

use std::time::Duration;

use criterion::{Criterion, Throughput};
use gradus_metrics::{
    Average, ClassScoreOptions, accuracy_score, confusion_matrix, f1_score, log_loss,
    mean_squared_error, roc_auc_score, roc_curve,
};
use gradus_tensor::{DType, Tensor, testkit};

/// A million samples.
const N: usize = 1_000_000;

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    bench(&mut criterion);
    criterion.final_summary();
}

fn numbers(seed: u64) -> Tensor {
    testkit::values(&[N], 0.0, 1.0, seed)
        .to_dtype(DType::F32)
        .expect("floats convert")
}

fn classes(seed: u64) -> Tensor {
    let numbers = numbers(seed).to_vec::<f32>().expect("f32");
    let classes = numbers.iter().map(|x| (x * 10.0) as i64).collect();
    Tensor::from_vec::<i64>(classes, [N]).expect("the shape is the length")
}

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("scores");
    group.throughput(Throughput::Elements(N as u64));
    let (scores, chance) = (numbers(30), numbers(31));
    let positive = |(score, chance): (&f32, &f32)| i64::from(chance < score);
    let labels: Vec<i64> = scores
        .as_slice::<f32>()
        .expect("f32")
        .iter()
        .zip(chance.as_slice::<f32>().expect("f32"))
        .map(positive)
        .collect();
    let labels = Tensor::from_vec(labels, [N]).expect("the shape is the length");
    let (y_true, y_pred) = (classes(32), classes(33));

    group.bench_function("roc_auc_score", |b| {
        b.iter(|| roc_auc_score(&labels, &scores, Default::default()).expect("two classes"));
    });
    group.bench_function("roc_curve", |b| {
        b.iter(|| roc_curve(&labels, &scores, Default::default()).expect("two classes"));
    });
    group.bench_function("log_loss", |b| {
        b.iter(|| log_loss(&labels, &scores, Default::default()).expect("probabilities"));
    });
    group.bench_function("confusion_matrix", |b| {
        b.iter(|| confusion_matrix(&y_true, &y_pred, Default::default()).expect("labels"));
    });
    group.bench_function("accuracy_score", |b| {
        b.iter(|| accuracy_score(&y_true, &y_pred, Default::default()).expect("labels"));
    });
    let options = ClassScoreOptions {
        average: Average::Macro,
        ..Default::default()
    };
    group.bench_function("f1_score", |b| {
        b.iter(|| f1_score(&y_true, &y_pred, options).expect("labels"));
    });
    group.bench_function("mean_squared_error", |b| {
        b.iter(|| mean_squared_error(&scores, &chance, Default::default()).expect("numbers"));
    });
    group.finish();
}
