//! A training run gives the same bits with any number of threads.

use gradus_nn::Module;
use gradus_tensor::set_num_threads;

use crate::workload::Training;

#[test]
fn fifty_steps_of_a_wide_mlp() {
    let runs = [1, 2, 3].map(|threads| {
        set_num_threads(threads);
        let mut training = Training::mlp(256, 128);
        let losses = training.run(50);
        let weights: Vec<Vec<f32>> = (training.model.parameters().iter())
            .map(|p| p.to_vec().unwrap())
            .collect();
        (losses, weights)
    });
    let (losses, _) = &runs[0];
    assert!(losses[losses.len() - 1] < 0.5 * losses[0]);
    assert!(runs[0] == runs[1], "1 and 2 threads differ");
    assert!(runs[0] == runs[2], "1 and 3 threads differ");
}
