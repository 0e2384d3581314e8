//! Normalised exponentials of rows.

use std::hint::black_box;

use criterion::{Criterion, Throughput};

use crate::filled;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("softmax");
    for (rows, columns) in [(64, 10), (64, 1000), (1000, 1000), (4096, 1000)] {
        let x = filled(&[rows, columns]);
        let size = format!("{rows}x{columns}");
        group.throughput(Throughput::Elements((rows * columns) as u64));
        group.bench_function(format!("softmax/{size}"), |b| {
            b.iter(|| black_box(&x).softmax(1));
        });
        group.bench_function(format!("log_softmax/{size}"), |b| {
            b.iter(|| black_box(&x).log_softmax(1));
        });
        group.bench_function(format!("logsumexp/{size}"), |b| {
            b.iter(|| black_box(&x).logsumexp(&[1], false));
        });
    }
    group.finish();
}
