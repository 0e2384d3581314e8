//! Keeping gradients within bounds.

use gradus_autograd::Var;
use gradus_tensor::Tensor;

use crate::error::{Error, Result};

/// Scales all gradients so that their common Euclidean norm is at most `max_norm`, and returns the
/// norm they had: `clip_grad_norm_`.
///
/// `g ← g · min(1, max_norm / (‖g‖ + 10⁻⁶))`
///
/// # Errors
/// A gradient that is neither `f32` nor `f64`.
pub fn clip_grad_norm(parameters: &[Var], max_norm: f64) -> Result<f64> {
    let mut squares = 0.0;
    for g in parameters.iter().filter_map(Var::grad) {
        squares += g.square()?.sum()?.item::<f64>()?;
    }
    let norm = squares.sqrt();
    let scale = max_norm / (norm + 1e-6);
    if scale < 1.0 {
        change(parameters, |g| g.mul_scalar(scale))?;
    }
    Ok(norm)
}

/// Cuts every element of every gradient to `[−limit, limit]`: `clip_grad_value_`.
///
/// # Errors
/// A negative limit; a gradient that is neither `f32` nor `f64`.
pub fn clip_grad_value(parameters: &[Var], limit: f64) -> Result<()> {
    if limit < 0.0 || limit.is_nan() {
        return Err(Error::Option {
            optimizer: "clip_grad_value",
            option: "limit",
            value: limit,
            expected: "at least 0",
        });
    }
    change(parameters, |g| {
        let cut = g
            .to_vec::<f64>()?
            .into_iter()
            .map(|x| x.clamp(-limit, limit))
            .collect();
        Tensor::from_vec(cut, g.shape())?.to_dtype(g.dtype())
    })
}

fn change(parameters: &[Var], f: impl Fn(&Tensor) -> gradus_tensor::Result<Tensor>) -> Result<()> {
    for (index, p) in parameters.iter().enumerate() {
        if let Some(g) = p.grad() {
            p.set_grad(Some(f(&g)?))
                .map_err(|source| Error::Parameter {
                    optimizer: "clip",
                    index,
                    source,
                })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;

    fn with_gradient(g: &Tensor) -> Var {
        let p = Var::leaf(g.zeros_like()).unwrap();
        p.set_grad(Some(g.clone())).unwrap();
        p
    }

    #[test]
    fn the_common_norm_is_kept_within_bounds() {
        let ps = [with_gradient(&tensor![3.0]), with_gradient(&tensor![[4.0]])];
        assert_eq!(clip_grad_norm(&ps, 10.0).unwrap(), 5.0);
        assert_eq!(ps[0].grad().unwrap().item::<f32>().unwrap(), 3.0);
        clip_grad_norm(&ps, 1.0).unwrap();
        assert!((ps[1].grad().unwrap().item::<f32>().unwrap() - 0.8).abs() < 1e-6);
    }

    #[test]
    fn single_values_are_cut() {
        let p = with_gradient(&tensor![3.0, -0.5, -7.0]);
        clip_grad_value(std::slice::from_ref(&p), 1.0).unwrap();
        assert_eq!(
            p.grad().unwrap().to_vec::<f32>().unwrap(),
            [1.0, -0.5, -1.0]
        );
        assert!(clip_grad_value(&[p], -1.0).is_err());
    }
}
