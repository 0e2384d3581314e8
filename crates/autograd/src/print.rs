//! Variables as text, in PyTorch's words.

use std::fmt;

use crate::var::{Repr, Var};

/// `tensor([6.], requires_grad=True)`, `tensor(9., grad_fn=<PowBackward0>)`.
impl fmt::Display for Var {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = match &self.0 {
            Repr::Leaf(leaf) if leaf.requires_grad() => vec!["requires_grad=True".to_string()],
            Repr::Recorded(value, node) => {
                let name = backward_name(node.name(), value.rank());
                vec![format!("grad_fn=<{name}>")]
            }
            _ => vec![],
        };
        f.write_str(&self.value().to_text(&suffix))
    }
}

impl fmt::Debug for Var {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `mse_loss` → `MseLossBackward0`, PyTorch's way of naming. It has one name, with numbers, for all forms of an
/// operation, and other names than this crate for a few. `rank` is that of the result.
fn backward_name(op: &str, rank: usize) -> String {
    let (op, form) = match (op, rank) {
        ("square" | "pow_scalar", _) => ("pow", 0),
        ("to_dtype", _) => ("to_copy", 0),
        ("reshape", _) => ("view", 0),
        ("matmul", 2) => ("mm", 0),
        ("matmul", _) => ("bmm", 0),
        ("linear", _) => ("addmm", 0),
        ("vector_norm", _) => ("linalg_vector_norm", 0),
        ("det", _) => ("linalg_det", 0),
        ("inv", _) => ("linalg_inv_ex", 0),
        ("solve", _) => ("linalg_solve_ex", 0),
        ("cholesky", _) => ("linalg_cholesky_ex", 0),
        ("conv_transpose", _) => ("convolution", 0),
        ("avg_pool", 4) => ("avg_pool2d", 0),
        ("max_pool", 4) => ("max_pool2d_with_indices", 0),
        ("binary_cross_entropy_each", _) => ("binary_cross_entropy", 0),
        ("clamp_between", _) => ("clamp", 0),
        ("squeeze_all", _) => ("squeeze", 0),
        ("squeeze_dims", _) => ("squeeze", 2),
        ("sum_dims", _) => ("sum", 1),
        ("mean_dims", _) => ("mean", 1),
        ("pow" | "clamp" | "squeeze" | "max" | "min", _) => (op, 1),
        _ => (op.strip_suffix("_scalar").unwrap_or(op), 0),
    };
    let mut name = String::new();
    let mut before = '_';
    for letter in op.chars() {
        match letter {
            '_' => {}
            _ if before.is_ascii_alphabetic() => name.push(letter),
            _ => name.push(letter.to_ascii_uppercase()),
        }
        before = letter;
    }
    format!("{name}Backward{form}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;

    #[test]
    fn printing() {
        let x = Var::leaf(tensor![2.0]).unwrap();
        assert_eq!(x.to_string(), "tensor([2.], requires_grad=True)");
        assert_eq!(
            x.square().unwrap().to_string(),
            "tensor([4.], grad_fn=<PowBackward0>)"
        );
        assert_eq!(x.detach().to_string(), "tensor([2.])");
    }
}
