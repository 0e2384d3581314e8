//! Matrix products, in multiplications per second.

use std::hint::black_box;

use criterion::{Criterion, Throughput};

use crate::filled;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("matmul");
    let squares = [64, 128, 256, 512, 1024].map(|n| (n, n, n));
    // A logistic regression's batch, and the first layer of an MLP on two features.
    let tiny = [(5, 1, 1), (16, 2, 64)];
    for (m, k, n) in tiny.into_iter().chain(squares) {
        let (x, y) = (filled(&[m, k]), filled(&[k, n]));
        group.throughput(Throughput::Elements((m * k * n) as u64));
        group.bench_function(format!("{m}x{k}x{n}"), |b| {
            b.iter(|| black_box(&x).matmul(&y));
        });
    }
    // A layer 784 → 512 on a batch of 64: forward as the weight lies, and both gradients' patterns.
    let (m, k, n) = (64, 784, 512);
    let transposed = |rows, columns| filled(&[columns, rows]).t().expect("a matrix");
    let patterns = [
        ("nn", filled(&[m, k]), filled(&[k, n])),
        ("nt", filled(&[m, k]), transposed(k, n)),
        ("tn", transposed(m, k), filled(&[k, n])),
    ];
    group.throughput(Throughput::Elements((m * k * n) as u64));
    for (pattern, x, y) in &patterns {
        group.bench_function(format!("{m}x{k}x{n} {pattern}"), |b| {
            b.iter(|| black_box(x).matmul(y));
        });
    }
    group.finish();
}
