//! What an operation costs besides its arithmetic.

use std::hint::black_box;

use criterion::Criterion;

use crate::filled;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("overhead");
    for n in [1, 5, 64, 1024] {
        let (x, y) = (filled(&[n]), filled(&[n]));
        group.bench_function(format!("add/{n}"), |b| b.iter(|| black_box(&x).add(&y)));
    }
    let x = filled(&[4, 16]);
    group.bench_function("clone", |b| b.iter(|| black_box(&x).clone()));
    group.bench_function("view", |b| b.iter(|| black_box(&x).reshape([64])));
    group.bench_function("transpose", |b| b.iter(|| black_box(&x).t()));
    group.finish();
}
