//! An epoch of a million samples of 16 numbers, batch 256, in random order.

use crate::{N, table};
use criterion::{Criterion, Throughput};
use gradus_data::{DataLoader, TensorDataset};
use gradus_random::Generator;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("loading");
    group.throughput(Throughput::Elements(N as u64));
    let data = TensorDataset::new(table()).expect("rows");
    for workers in [0, 2] {
        let rng = Generator::new(0);
        let loader = DataLoader::new(data.clone(), 256)
            .shuffle(true)
            .rng(&rng)
            .workers(workers);
        group.bench_function(format!("shuffled, {workers} workers"), |b| {
            b.iter(|| {
                let rows = |batch: gradus_data::Result<gradus_data::Batch>| {
                    batch.expect("indices are in range")[0].shape()[0]
                };
                assert_eq!(loader.iter().map(rows).sum::<usize>(), N);
            });
        });
    }
    group.finish();
}
