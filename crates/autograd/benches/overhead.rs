//! What an operation costs when it is recorded, differentiated and dropped.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use gradus_autograd::{Result, Var};
use gradus_tensor::Tensor;

pub(crate) fn bench(criterion: &mut Criterion) {
    let number = |x: f32| Var::leaf(Tensor::scalar(x)).expect("floats have gradients");
    let (x, y) = (number(0.5), number(1.5));
    let mut group = criterion.benchmark_group("overhead");
    group.bench_function("mul of constants", |b| {
        let (x, y) = (x.detach(), y.detach());
        b.iter(|| black_box(&x).mul(&y));
    });
    group.bench_function("mul recorded and dropped", |b| {
        b.iter(|| black_box(&x).mul(&y));
    });
    group.bench_function("square, backward and zero_grad", |b| {
        b.iter(|| square(black_box(&x)).expect("a number has a gradient"));
    });
    // Per operation: the time of one element is that of one recorded multiplication with its
    // backward and its end.
    for n in [10, 1000] {
        group.throughput(Throughput::Elements(n));
        group.bench_function(format!("chain of {n}"), |b| {
            b.iter(|| chain(black_box(&x), &y, n).expect("a number has a gradient"));
        });
        group.bench_function(format!("chain of {n} by a constant"), |b| {
            b.iter(|| chain(black_box(&x), &y.detach(), n).expect("a number has a gradient"));
        });
    }
    group.finish();
}

fn square(x: &Var) -> Result<()> {
    x.square()?.backward()?;
    x.zero_grad();
    Ok(())
}

/// `x yⁿ`, one factor after the other.
fn chain(x: &Var, y: &Var, n: u64) -> Result<()> {
    let mut product = x.clone();
    for _ in 0..n {
        product = product.mul(y)?;
    }
    product.backward()?;
    x.zero_grad();
    y.zero_grad();
    Ok(())
}
