//! Laws of training steps: memory and threads.

mod steady_memory;
mod threads;
mod workload;
