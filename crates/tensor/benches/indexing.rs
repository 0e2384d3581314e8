//! Copies in another order, and what reads and writes by index.

use std::hint::black_box;

use criterion::{BenchmarkGroup, Criterion, Throughput, measurement::WallTime};
use gradus_tensor::{Result, Tensor};

use crate::filled;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("indexing");
    copies(&mut group).expect("shapes fit");
    rows(&mut group).expect("shapes fit");
    places(&mut group).expect("shapes fit");
    group.finish();
}

/// Counts bytes read and written, as copies of `f32` do.
fn moving(elements: usize) -> Throughput {
    Throughput::Bytes(8 * elements as u64)
}

fn copies(group: &mut BenchmarkGroup<'_, WallTime>) -> Result<()> {
    for n in [64, 1000, 3000] {
        let x = filled(&[n, n]);
        let transposed = x.t()?;
        group.throughput(moving(n * n));
        group.bench_function(format!("copy/{n}x{n}"), |b| {
            b.iter(|| black_box(&x).copy());
        });
        group.bench_function(format!("copy of a transpose/{n}x{n}"), |b| {
            b.iter(|| black_box(&transposed).contiguous());
        });
    }
    let images = filled(&[32, 3, 128, 128]);
    group.throughput(moving(images.numel()));
    let channels_last = images.permute(&[0, 2, 3, 1])?;
    group.bench_function("channels last/32x3x128x128", |b| {
        b.iter(|| black_box(&channels_last).contiguous());
    });
    group.bench_function("flip/32x3x128x128", |b| {
        b.iter(|| black_box(&images).flip(&[-1]));
    });
    group.bench_function("every other column/32x3x128x128", |b| {
        let half = images.slice(-1, 0, isize::MAX, 2).expect("a range");
        b.iter(|| black_box(&half).contiguous());
    });
    let parts = images.chunk(4, 1)?;
    group.bench_function("cat/3 of 32x1x128x128", |b| {
        b.iter(|| Tensor::cat(&parts.iter().collect::<Vec<_>>(), 1));
    });
    Ok(())
}

fn rows(group: &mut BenchmarkGroup<'_, WallTime>) -> Result<()> {
    let x = filled(&[10_000, 784]);
    for count in [64, 4096] {
        let rows: Vec<i64> = (0..count).map(|i| (i * 7919) % 10_000).collect();
        let index = Tensor::from_slice(&rows, [rows.len()])?;
        group.throughput(moving(rows.len() * 784));
        group.bench_function(format!("take_rows/{count} of 10000x784"), |b| {
            b.iter(|| black_box(&x).take_rows(&rows));
        });
        group.bench_function(format!("index_select/{count} of 10000x784"), |b| {
            b.iter(|| black_box(&x).index_select(0, &index));
        });
        let picked = x.index_select(0, &index)?;
        group.bench_function(format!("index_add/{count} to 10000x784"), |b| {
            b.iter(|| black_box(&x).index_add(0, &index, &picked, 1));
        });
    }
    Ok(())
}

fn places(group: &mut BenchmarkGroup<'_, WallTime>) -> Result<()> {
    let x = filled(&[1000, 1000]);
    let index: Vec<i64> = (0..1_000_000).map(|i| (i * 7919) % 1000).collect();
    let index = Tensor::from_vec(index, [1000, 1000])?;
    group.throughput(moving(1_000_000));
    for dim in [0, 1] {
        group.bench_function(format!("gather along {dim}/1000x1000"), |b| {
            b.iter(|| black_box(&x).gather(dim, &index));
        });
        group.bench_function(format!("scatter_add along {dim}/1000x1000"), |b| {
            b.iter(|| black_box(&x).scatter_add(dim, &index, &x));
        });
    }
    let mask = x.gt_scalar(0.5)?;
    group.bench_function("masked_select/1000x1000", |b| {
        b.iter(|| black_box(&x).masked_select(&mask));
    });
    group.bench_function("nonzero/1000x1000", |b| {
        b.iter(|| black_box(&mask).nonzero())
    });
    group.bench_function("index by a mask/1000x1000", |b| {
        b.iter(|| black_box(&x).index(&mask));
    });
    Ok(())
}
