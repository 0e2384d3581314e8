//! Datasets, loaders, samplers, splits, scalers, readers and toy data.
