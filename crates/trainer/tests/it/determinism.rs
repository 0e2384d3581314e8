//! The same bits with any number of threads and loader workers.

use crate::run::{Run, bits};

#[test]
fn threads_and_workers_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let train = |threads: usize, workers: usize| {
        gradus_tensor::set_num_threads(threads);
        // Wide enough for its products to be shared among threads.
        let mut trainer = Run {
            workers,
            hidden: 2000,
            ..Run::default()
        }
        .trainer();
        trainer.train(3).unwrap();
        bits(&trainer, folder.path())
    };
    let before = gradus_tensor::num_threads();
    let expected = train(1, 0);
    for threads in [1, 2] {
        for workers in [0, 1, 2] {
            assert!(
                train(threads, workers) == expected,
                "{threads} threads, {workers} workers"
            );
        }
    }
    gradus_tensor::set_num_threads(before);
}
