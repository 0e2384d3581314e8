//! Scaling, splitting and making data.

use crate::{N, labels, table};
use criterion::{Criterion, Throughput};
use gradus_data::{StandardScaler, make_moons, synthetic_digits, train_test_split};

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("preparing");
    group.throughput(Throughput::Elements(N as u64));
    let (x, y) = (table(), labels(2));
    group.bench_function("StandardScaler fit and transform", |b| {
        b.iter(|| StandardScaler::new().fit_transform(&x).expect("finite"));
    });
    group.bench_function("train_test_split", |b| {
        b.iter(|| train_test_split([&x, &y], 0.2, 0).expect("equal rows"));
    });
    group.throughput(Throughput::Elements(100_000));
    group.bench_function("make_moons", |b| {
        b.iter(|| make_moons(100_000, 0.1, 0).expect("noise is positive"));
    });
    group.throughput(Throughput::Elements(1000));
    group.bench_function("synthetic_digits", |b| {
        b.iter(|| synthetic_digits(1000, 0).expect("digits"));
    });
    group.finish();
}
