//! Functions of each element.

use std::hint::black_box;

use criterion::{BenchmarkGroup, Criterion, Throughput, measurement::WallTime};
use gradus_tensor::{DType, Result};

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
    rarer(&mut group).expect("shapes fit");
    let (x, bias) = (filled(&[64, 512]), filled(&[512]));
    group.throughput(Throughput::Elements(64 * 512));
    group.bench_function("add bias/64x512", |b| b.iter(|| black_box(&x).add(&bias)));
    group.finish();
}

/// Functions in double precision, and dtypes that are converted or bytes.
fn rarer(group: &mut BenchmarkGroup<'_, WallTime>) -> Result<()> {
    let n = 100_000;
    let (x, y) = (filled(&[n]), filled(&[n]));
    group.throughput(Throughput::Elements(n as u64));
    group.bench_function(format!("round/{n}"), |b| b.iter(|| black_box(&x).round()));
    group.bench_function(format!("sin/{n}"), |b| b.iter(|| black_box(&x).sin()));
    group.bench_function(format!("atan2/{n}"), |b| b.iter(|| black_box(&x).atan2(&y)));
    group.bench_function(format!("pow/{n}"), |b| b.iter(|| black_box(&x).pow(&y)));
    group.bench_function(format!("remainder/{n}"), |b| {
        b.iter(|| black_box(&x).remainder(&y));
    });
    let (half, whole) = (x.to_dtype(DType::Bf16)?, x.to_dtype(DType::I64)?);
    group.bench_function(format!("relu of bf16/{n}"), |b| {
        b.iter(|| black_box(&half).relu())
    });
    group.bench_function(format!("f32 to f16/{n}"), |b| {
        b.iter(|| black_box(&x).to_dtype(DType::F16));
    });
    group.bench_function(format!("add of i64/{n}"), |b| {
        b.iter(|| black_box(&whole).add(&whole))
    });
    let mask = x.gt_scalar(0.5)?;
    group.bench_function(format!("logical_and/{n}"), |b| {
        b.iter(|| black_box(&mask).logical_and(&mask));
    });
    group.bench_function(format!("count of bools/{n}"), |b| {
        b.iter(|| black_box(&mask).sum())
    });
    Ok(())
}
