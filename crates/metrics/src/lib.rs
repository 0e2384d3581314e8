//! Scores, curves and their streaming accumulators.
