//! One step of each rule on one parameter.

use criterion::{Criterion, Throughput};
use gradus_autograd::Var;
use gradus_optim::{Adam, Optimizer, Sgd, SgdOptions};
use gradus_tensor::{DType, Tensor};

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("step");
    for n in [10_000, 10_000_000] {
        let with_momentum = SgdOptions {
            lr: 1e-3,
            momentum: 0.9,
            ..SgdOptions::default()
        };
        let optimizers: [(&str, Box<dyn Optimizer>); 3] = [
            ("sgd", Box::new(fits(Sgd::new([parameter(n)], 1e-3)))),
            (
                "sgd with momentum",
                Box::new(fits(Sgd::with([parameter(n)], with_momentum))),
            ),
            ("adam", Box::new(fits(Adam::new([parameter(n)], 1e-3)))),
        ];
        group.throughput(Throughput::Elements(n as u64));
        for (name, mut optimizer) in optimizers {
            group.bench_function(format!("{name}/{n}"), |b| {
                b.iter(|| fits(optimizer.step()));
            });
        }
    }
    group.finish();
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
