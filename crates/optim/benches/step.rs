//! One step of each rule on one parameter, and how fast memory would allow it to be.

use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use gradus_autograd::Var;
use gradus_optim::{Adam, AdamOptions, Optimizer, RmsProp, Sgd, SgdOptions};
use gradus_tensor::{DType, Tensor, num_threads};

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("step");
    for n in [10_000, 10_000_000] {
        for (name, words, mut optimizer) in optimizers(n) {
            group.throughput(Throughput::Bytes((4 * words * n) as u64));
            group.bench_function(format!("{name}/{n}"), |b| {
                b.iter(|| fits(optimizer.step()));
            });
        }
    }
    group.finish();
    bandwidth(10_000_000);
}

/// Each rule, and how many numbers it reads and writes for each number of the parameter.
fn optimizers(n: usize) -> Vec<(&'static str, usize, Box<dyn Optimizer>)> {
    let with_momentum = SgdOptions {
        lr: 1e-3,
        momentum: 0.9,
        ..SgdOptions::default()
    };
    let amsgrad = AdamOptions {
        amsgrad: true,
        ..AdamOptions::default()
    };
    vec![
        ("sgd", 3, Box::new(fits(Sgd::new([parameter(n)], 1e-3)))),
        (
            "sgd with momentum",
            5,
            Box::new(fits(Sgd::with([parameter(n)], with_momentum))),
        ),
        (
            "rmsprop",
            5,
            Box::new(fits(RmsProp::new([parameter(n)], 1e-3))),
        ),
        ("adam", 7, Box::new(fits(Adam::new([parameter(n)], 1e-3)))),
        (
            "adam with amsgrad",
            9,
            Box::new(fits(Adam::with([parameter(n)], amsgrad))),
        ),
    ]
}

/// Prints how many bytes each rule moves a second, beside a copy that moves as many.
#[expect(clippy::print_stdout, reason = "a bench reports")]
fn bandwidth(n: usize) {
    println!("n = {n}, {} threads, best of 15", num_threads());
    for (name, words, mut optimizer) in optimizers(n) {
        let moved = 4 * words * n;
        // A copy reads half of what it moves and writes the other half.
        let source = vec![1_u8; moved / 2];
        let mut target = vec![0_u8; moved / 2];
        let (mut step, mut copy) = (Duration::MAX, Duration::MAX);
        for _ in 0..15 {
            step = step.min(time(|| fits(optimizer.step())));
            copy = copy.min(time(|| copy_in_parallel(&source, &mut target)));
        }
        let rate = |time: Duration| moved as f64 / time.as_secs_f64() / 1e9;
        println!(
            "{name:>17}: {:5.1} GB/s, a copy {:5.1} GB/s: {:3.0} %",
            rate(step),
            rate(copy),
            100.0 * rate(step) / rate(copy)
        );
    }
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn copy_in_parallel(source: &[u8], target: &mut [u8]) {
    let piece = source.len().div_ceil(num_threads());
    std::thread::scope(|scope| {
        for (from, to) in source.chunks(piece).zip(target.chunks_mut(piece)) {
            scope.spawn(|| to.copy_from_slice(from));
        }
    });
}

fn fits<T>(result: gradus_optim::Result<T>) -> T {
    result.expect("the parameter is a leaf with a gradient of its shape")
}

/// A parameter of `n` ones with a gradient of its size.
fn parameter(n: usize) -> Var {
    let ones = Tensor::ones([n], DType::F32).expect("the size fits");
    let parameter = Var::leaf(ones.clone()).expect("floats have gradients");
    parameter
        .set_grad(Some(ones))
        .expect("the shapes are equal");
    parameter
}
