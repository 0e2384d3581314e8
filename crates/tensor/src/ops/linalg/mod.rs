//! Linear algebra beyond products, behind the feature `linalg`.
//!
//! Every function takes matrices in the last two dimensions, `(batch.., m, n)`, of `f32` or `f64`. They
//! are factorised in double precision, one thread a matrix, and rounded once to the dtype: an `f32`
//! result is as good as its condition allows, and no result depends on threads. Signs and phases that
//! mathematics leaves open (columns of Q, U, V) are those of the factorisation at hand; compare
//! products, not columns. A matrix whose numbers do not allow what is asked is an
//! [`ErrorKind::Matrix`](crate::ErrorKind::Matrix).

mod cholesky;
mod cond;
mod determinant;
mod eigh;
mod factor;
mod lstsq;
mod matrices;
mod matrix_power;
mod methods;
mod packed;
mod pinv;
mod qr;
mod solve;
mod svd;
#[cfg(test)]
mod symmetric;
mod triangular;

pub use cholesky::Cholesky;
pub use cond::ConditionNumber;
pub use determinant::Determinants;
pub use eigh::{Eigen, Half};
pub use lstsq::LeastSquares;
pub use matrix_power::MatrixPower;
pub use pinv::{PseudoInverse, Tolerance};
pub use qr::{Qr, QrMode};
pub use solve::Solve;
pub use svd::SingularValues;
pub use triangular::{SolveTriangular, Triangular};
