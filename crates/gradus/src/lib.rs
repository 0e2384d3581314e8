//! Deep learning in Rust that prints PyTorch's numbers: one prelude over the gradus crates.
