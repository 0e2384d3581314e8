//! The training loop: callbacks, checkpoints, exact resumption, progress.
