//! How long loading, reading, scaling and splitting take: `cargo bench -p gradus-data -- --quick`.

mod loading;
mod preparing;
mod reading;

use std::time::Duration;

use criterion::Criterion;
use gradus_random::Keyed;
use gradus_tensor::Tensor;

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    loading::bench(&mut criterion);
    reading::bench(&mut criterion);
    preparing::bench(&mut criterion);
    criterion.final_summary();
}

/// A million samples.
const N: usize = 1_000_000;

/// Numbers in [−1, 1), `(N, 16)` of `f32`.
fn table() -> Tensor {
    let mut stream = Keyed::new(17).stream(0, 0);
    let numbers = (0..16 * N).map(|_| stream.uniform(-1.0, 1.0) as f32);
    Tensor::from_vec(numbers.collect(), [N, 16]).expect("the shape is the length")
}

/// Class numbers below `classes`, `(N,)`.
fn labels(classes: u64) -> Tensor {
    let mut stream = Keyed::new(18).stream(0, 0);
    let labels = (0..N).map(|_| stream.below(classes) as i64);
    Tensor::from_vec(labels.collect(), [N]).expect("the shape is the length")
}
