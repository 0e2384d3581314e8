//! Reverse-mode automatic differentiation: records operations, walks the record back, differentiates again.
