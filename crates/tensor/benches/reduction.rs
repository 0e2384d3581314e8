//! Sums and extremes.

use std::hint::black_box;

use criterion::{Criterion, Throughput};

use crate::filled;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("reduction");
    for (rows, columns) in [(64, 512), (1000, 1000)] {
        let x = filled(&[rows, columns]);
        let size = format!("{rows}x{columns}");
        group.throughput(Throughput::Elements((rows * columns) as u64));
        group.bench_function(format!("sum/{size}"), |b| b.iter(|| black_box(&x).sum()));
        group.bench_function(format!("sum of rows/{size}"), |b| {
            b.iter(|| black_box(&x).sum_dims(&[1], false));
        });
        group.bench_function(format!("sum of columns/{size}"), |b| {
            b.iter(|| black_box(&x).sum_dims(&[0], false));
        });
        group.bench_function(format!("argmax of rows/{size}"), |b| {
            b.iter(|| black_box(&x).argmax(1, false));
        });
    }
    group.finish();
}
