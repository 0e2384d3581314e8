//! Optimizers with parameter groups and PyTorch-shaped state dictionaries.
