//! Copies in another order.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use gradus_tensor::Tensor;

use crate::filled;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("indexing");
    for n in [64, 1000] {
        let transposed = filled(&[n, n]).t().expect("a matrix");
        group.throughput(Throughput::Elements((n * n) as u64));
        group.bench_function(format!("copy of a transpose/{n}x{n}"), |b| {
            b.iter(|| black_box(&transposed).contiguous());
        });
    }
    let x = filled(&[10_000, 784]);
    let rows: Vec<i64> = (0..64).map(|i| (i * 7919) % 10_000).collect();
    let index = Tensor::from_slice(&rows, [64]).expect("64 rows");
    group.throughput(Throughput::Elements(64 * 784));
    group.bench_function("take_rows/64 of 10000x784", |b| {
        b.iter(|| black_box(&x).take_rows(&rows));
    });
    group.bench_function("index_select/64 of 10000x784", |b| {
        b.iter(|| black_box(&x).index_select(0, &index));
    });
    group.finish();
}
