//! How long a step takes: `cargo bench -p gradus-optim -- --quick`.

mod step;

use std::time::Duration;

use criterion::Criterion;

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(300))
        .configure_from_args();
    step::bench(&mut criterion);
    criterion.final_summary();
}
