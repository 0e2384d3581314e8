//! Dense n-dimensional arrays with run-time dtypes, zero-copy views, fast kernels and a vocabulary of differentiable operations.
