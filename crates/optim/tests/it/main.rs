//! Laws of training steps: convergence, resuming, PyTorch's numbers, memory and threads.

mod convergence;
mod optimizers;
mod pytorch;
mod refusals;
mod resuming;
mod schedules;
mod steady_memory;
mod threads;
mod workload;
