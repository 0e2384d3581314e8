//! Sorting, selecting by rank and running sums.

use std::hint::black_box;

use criterion::{Criterion, Throughput};

use gradus_tensor::DType;

use crate::filled;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sorting");
    for (rows, columns) in [(1, 100_000), (1000, 1000)] {
        let x = filled(&[rows, columns]);
        let size = format!("{rows}x{columns}");
        group.throughput(Throughput::Elements((rows * columns) as u64));
        group.bench_function(format!("sort/{size}"), |b| {
            b.iter(|| black_box(&x).sort(1, false));
        });
        let whole = (x.mul_scalar(1000).and_then(|x| x.to_dtype(DType::I64))).expect("it converts");
        group.bench_function(format!("sort of i64/{size}"), |b| {
            b.iter(|| black_box(&whole).sort(1, false));
        });
        group.bench_function(format!("topk of 5/{size}"), |b| {
            b.iter(|| black_box(&x).topk(5, 1, true));
        });
        group.bench_function(format!("cumsum/{size}"), |b| {
            b.iter(|| black_box(&x).cumsum(1));
        });
    }
    group.finish();
}
