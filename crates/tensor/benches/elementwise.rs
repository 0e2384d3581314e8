//! Functions of each element.

use std::hint::black_box;

use criterion::{Criterion, Throughput};

use crate::filled;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("elementwise");
    for n in [1_000, 100_000, 10_000_000] {
        let (x, y) = (filled(&[n]), filled(&[n]));
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(format!("add/{n}"), |b| b.iter(|| black_box(&x).add(&y)));
        group.bench_function(format!("mul/{n}"), |b| b.iter(|| black_box(&x).mul(&y)));
        group.bench_function(format!("exp/{n}"), |b| b.iter(|| black_box(&x).exp()));
        group.bench_function(format!("tanh/{n}"), |b| b.iter(|| black_box(&x).tanh()));
        group.bench_function(format!("sigmoid/{n}"), |b| {
            b.iter(|| black_box(&x).sigmoid());
        });
        group.bench_function(format!("gelu/{n}"), |b| b.iter(|| black_box(&x).gelu()));
    }
    let (x, bias) = (filled(&[64, 512]), filled(&[512]));
    group.throughput(Throughput::Elements(64 * 512));
    group.bench_function("add bias/64x512", |b| b.iter(|| black_box(&x).add(&bias)));
    group.finish();
}
