//! A CSV file of a million rows and 17 columns, as a table and as a stream.

use std::io::Write;

use crate::{N, labels, table};
use criterion::{Criterion, Throughput};
use gradus_data::{CsvReader, IterableLoader};
use gradus_tensor::DType;

pub(crate) fn bench(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("table.csv");
    std::fs::write(&path, text()).expect("room for the file");
    let mut group = criterion.benchmark_group("csv");
    group.throughput(Throughput::Elements(N as u64));
    for dtype in [DType::F64, DType::F32] {
        let reader = CsvReader::new().class_label("label").dtype(dtype);
        group.bench_function(format!("table of {dtype}"), |b| {
            b.iter(|| reader.read(&path).expect("a good table"));
        });
    }
    let stream = CsvReader::new().class_label("label").stream(&path);
    let loader = IterableLoader::new(stream.expect("a good table"), 8192).prefetch(2);
    group.bench_function("stream", |b| b.iter(|| loader.iter().count()));
    group.finish();
}

fn text() -> Vec<u8> {
    let (x, y) = (table(), labels(10));
    let x = x.as_slice::<f32>().expect("f32");
    let y = y.as_slice::<i64>().expect("i64");
    let mut text = Vec::new();
    let names: Vec<String> = (0..16).map(|i| format!("f{i}")).collect();
    writeln!(text, "{},label", names.join(",")).expect("memory does not fail");
    for (row, label) in x.chunks(16).zip(y) {
        for number in row {
            write!(text, "{number:.6},").expect("memory does not fail");
        }
        writeln!(text, "{label}").expect("memory does not fail");
    }
    text
}
