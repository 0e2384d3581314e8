//! Keeping gradients within bounds.

use gradus_autograd::Var;
use gradus_tensor::{DType, Tensor};

use crate::error::{Error, Result};
use crate::value::Value;

/// Scales all gradients so that their common Euclidean norm is at most `max_norm`, and returns the
/// norm they had: `clip_grad_norm_`.
///
/// `g ← g · min(1, max_norm / (‖g‖ + 10⁻⁶))`
///
/// If a gradient is infinite or NaN, so is the norm, and the gradients become 0 and NaN as in PyTorch:
/// look at what is returned, or at [`grad_norm`] before.
///
/// # Errors
/// A gradient that is no floating-point tensor.
pub fn clip_grad_norm(parameters: &[Var], max_norm: f64) -> Result<f64> {
    clip_grad_norm_of(parameters, max_norm, 2.0)
}

/// As [`clip_grad_norm`] with another norm; see [`grad_norm`].
///
/// # Errors
/// As there.
pub fn clip_grad_norm_of(parameters: &[Var], max_norm: f64, norm_type: f64) -> Result<f64> {
    let norm = grad_norm(parameters, norm_type)?;
    let scale = max_norm / (norm + 1e-6);
    if scale < 1.0 || scale.is_nan() {
        change(parameters, |g| g.mul_scalar(scale))?;
    }
    Ok(norm)
}

/// The norm of all gradients together: `(Σ |g|ᵖ)^(1/p)`, the largest `|g|` for p = ∞, the least for −∞. For
/// p = 0 it is the number of tensors that are not zero, PyTorch's norm of norms. 0 without gradients.
///
/// # Errors
/// A gradient that is no floating-point tensor.
pub fn grad_norm(parameters: &[Var], norm_type: f64) -> Result<f64> {
    let gradients = parameters.iter().filter_map(Var::grad);
    let norms = gradients.map(|g| {
        if norm_type == 2.0 {
            // In double precision, so that squares of large numbers do not overflow.
            let g = g.to_dtype(DType::F64)?;
            return Ok(g.square()?.sum()?.item::<f64>()?.sqrt());
        }
        Ok(norm(&g.to_vec::<f64>()?, norm_type))
    });
    let norms: Vec<f64> = norms.collect::<Result<_>>()?;
    Ok(if norms.is_empty() {
        0.0
    } else {
        norm(&norms, norm_type)
    })
}

fn norm(values: &[f64], p: f64) -> f64 {
    let sizes = values.iter().map(|x| x.abs());
    let extreme = |better: fn(f64, f64) -> bool, begin: f64| {
        let choose = |best: f64, x: f64| {
            if best.is_nan() || better(best, x) {
                best
            } else {
                x
            }
        };
        sizes.clone().fold(begin, choose)
    };
    if p == f64::INFINITY {
        return extreme(|best, x| best >= x, 0.0);
    }
    if p == f64::NEG_INFINITY {
        return extreme(|best, x| best <= x, f64::INFINITY);
    }
    if p == 0.0 {
        return sizes.filter(|x| *x != 0.0).count() as f64;
    }
    if p == 1.0 {
        return sizes.sum();
    }
    sizes.map(|x| x.powf(p)).sum::<f64>().powf(1.0 / p)
}

/// Cuts every element of every gradient to `[−limit, limit]`: `clip_grad_value_`. NaN stays NaN.
///
/// # Errors
/// A negative limit.
pub fn clip_grad_value(parameters: &[Var], limit: f64) -> Result<()> {
    if limit < 0.0 || limit.is_nan() {
        return Err(Error::Option {
            owner: "clip_grad_value",
            option: "limit".to_string(),
            value: Value::Float(limit).to_string(),
            expected: "at least 0",
        });
    }
    change(parameters, |g| g.clamp(-limit, limit))
}

fn change(parameters: &[Var], f: impl Fn(&Tensor) -> gradus_tensor::Result<Tensor>) -> Result<()> {
    for (index, p) in parameters.iter().enumerate() {
        if let Some(g) = p.grad() {
            p.set_grad(Some(f(&g)?))
                .map_err(|source| Error::Parameter {
                    optimizer: "clip",
                    index,
                    source: Box::new(source),
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
    fn norms_of_every_kind() {
        let ps = [
            with_gradient(&tensor![3.0, 0.0]),
            with_gradient(&tensor![[-4.0]]),
        ];
        for (p, norm) in [
            (1.0, 7.0),
            (3.0, 91.0_f64.powf(1.0 / 3.0)),
            (f64::INFINITY, 4.0),
            (f64::NEG_INFINITY, 0.0),
            (0.0, 2.0),
            (-1.0, 0.0),
        ] {
            assert!((grad_norm(&ps, p).unwrap() - norm).abs() < 1e-12, "{p}");
        }
        assert_eq!(grad_norm(&[], 2.0).unwrap(), 0.0);
        let large = [with_gradient(&tensor![1e30, 1e30])];
        assert!((grad_norm(&large, 2.0).unwrap() / 1e30 - 2.0_f64.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn nan_shows_in_the_norm_and_in_every_gradient() {
        let ps = [
            with_gradient(&tensor![f32::NAN]),
            with_gradient(&tensor![1.0]),
        ];
        for p in [1.0, 2.0, f64::INFINITY] {
            assert!(grad_norm(&ps, p).unwrap().is_nan());
        }
        assert!(clip_grad_norm(&ps, 1.0).unwrap().is_nan());
        assert!(ps[1].grad().unwrap().item::<f32>().unwrap().is_nan());
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
