//! How long operations on tensors take: `cargo bench -p gradus-tensor -- --quick`.

mod elementwise;
mod indexing;
mod matmul;
mod overhead;
mod reduction;
mod softmax;
mod sorting;

use std::time::Duration;

use criterion::Criterion;
use gradus_tensor::{DType, Tensor, testkit};

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(300))
        .configure_from_args();
    overhead::bench(&mut criterion);
    elementwise::bench(&mut criterion);
    reduction::bench(&mut criterion);
    softmax::bench(&mut criterion);
    sorting::bench(&mut criterion);
    matmul::bench(&mut criterion);
    indexing::bench(&mut criterion);
    criterion.final_summary();
}

/// Numbers in (0, 1) as `f32`.
fn filled(shape: &[usize]) -> Tensor {
    let values = testkit::values(shape, 0.0, 1.0, 1);
    values.to_dtype(DType::F32).expect("floats convert")
}
