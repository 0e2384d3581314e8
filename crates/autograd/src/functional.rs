//! Derivatives as functions: of outputs, of closures, of any order.

use gradus_tensor::Tensor;

use crate::engine;
use crate::error::{Error, Result};
use crate::var::Var;

/// How [`grad_with`] runs.
#[derive(Clone, Debug, Default)]
pub struct GradOptions {
    /// One gradient per output; may be empty if every output is a single number.
    pub grad_outputs: Vec<Var>,
    /// Records the gradients, so that they can be differentiated again.
    pub create_graph: bool,
    /// Keeps the saved values for another pass; implied by `create_graph`.
    pub retain_graph: bool,
    /// An input that took no part gives `None` instead of an error.
    pub allow_unused: bool,
}

/// The gradients of the sum of `outputs`, each a single number, with respect to `inputs`, without
/// touching any leaf's own gradient: `torch.autograd.grad`.
///
/// With `create_graph` the result can be differentiated again.
///
/// # Errors
/// Outputs that are not single numbers or require no gradient; inputs that took no part.
///
/// ```
/// use gradus_autograd::{Var, grad};
/// use gradus_tensor::tensor;
///
/// let x = Var::leaf(tensor![3.0])?;
/// let y = x.square()?.mul(&x)?; // x³
/// let first = grad(&[&y], &[&x], true)?.remove(0); // 3x²
/// let second = grad(&[&first], &[&x], false)?.remove(0); // 6x
/// assert_eq!((first.item::<f32>()?, second.item::<f32>()?), (27.0, 18.0));
/// # Ok::<(), gradus_autograd::Error>(())
/// ```
pub fn grad(outputs: &[&Var], inputs: &[&Var], create_graph: bool) -> Result<Vec<Var>> {
    let options = GradOptions {
        create_graph,
        ..GradOptions::default()
    };
    let gradients = grad_with(outputs, inputs, &options)?;
    gradients
        .into_iter()
        .enumerate()
        .map(|(i, g)| g.ok_or(Error::Unused(i)))
        .collect()
}

/// As [`grad`], with every choice.
///
/// # Errors
/// As [`grad`]; gradients that do not fit their outputs.
pub fn grad_with(
    outputs: &[&Var],
    inputs: &[&Var],
    options: &GradOptions,
) -> Result<Vec<Option<Var>>> {
    let mut seeds = Vec::with_capacity(outputs.len());
    for (i, output) in outputs.iter().enumerate() {
        if !output.requires_grad() {
            return Err(Error::NoGraph("grad"));
        }
        let seed = match options.grad_outputs.get(i) {
            Some(seed) => {
                output.expect_gradient("grad", &seed.value())?;
                seed.clone()
            }
            None if output.numel() == 1 => Var::new(output.ones_like()),
            None => return Err(Error::NotScalar(output.shape().to_vec())),
        };
        seeds.push((*output, seed));
    }
    let retain = options.retain_graph || options.create_graph;
    let gradients = if options.create_graph {
        engine::recorded_gradients(&seeds, inputs, retain)?
    } else {
        let seeds: Vec<(&Var, Tensor)> = seeds.into_iter().map(|(o, s)| (o, s.value())).collect();
        let plain = engine::gradients(&seeds, inputs, retain)?;
        plain.into_iter().map(|g| g.map(Var::new)).collect()
    };
    if !options.allow_unused
        && let Some(unused) = gradients.iter().position(Option::is_none)
    {
        return Err(Error::Unused(unused));
    }
    Ok(gradients)
}

fn leaf_of(x: &Tensor) -> Result<Var> {
    Var::leaf(x.clone())
}

/// The value of `f` at `x` and `vᵀ J`, the product of a vector with its Jacobian.
///
/// # Errors
/// Those of `f`; a `v` that does not fit the value.
pub fn vjp(
    f: impl FnOnce(&Var) -> Result<Var>,
    x: &Tensor,
    v: &Tensor,
) -> Result<(Tensor, Tensor)> {
    let x = leaf_of(x)?;
    let y = f(&x)?;
    let options = GradOptions {
        grad_outputs: vec![Var::new(v.clone())],
        allow_unused: true,
        ..GradOptions::default()
    };
    let g = grad_with(&[&y], &[&x], &options)?.remove(0);
    Ok((
        y.value(),
        g.map_or_else(|| x.value().zeros_like(), |g| g.value()),
    ))
}

/// The value of `f` at `x` and `J v`, the directional derivative: two reverse passes, since `vᵀ J` is
/// linear in `v`.
///
/// # Errors
/// Those of `f`; a `v` that does not fit `x`; an operation without a second derivative.
pub fn jvp(
    f: impl FnOnce(&Var) -> Result<Var>,
    x: &Tensor,
    v: &Tensor,
) -> Result<(Tensor, Tensor)> {
    let x = leaf_of(x)?;
    x.expect_gradient("jvp", v)?;
    let y = f(&x)?;
    let u = Var::leaf(y.value().zeros_like())?;
    let options = GradOptions {
        grad_outputs: vec![u.clone()],
        create_graph: true,
        allow_unused: true,
        ..GradOptions::default()
    };
    let Some(g) = grad_with(&[&y], &[&x], &options)?
        .remove(0)
        .filter(Var::requires_grad)
    else {
        return Ok((y.value(), y.value().zeros_like()));
    };
    let options = GradOptions {
        grad_outputs: vec![Var::new(v.clone())],
        allow_unused: true,
        ..GradOptions::default()
    };
    let jv = grad_with(&[&g], &[&u], &options)?.remove(0);
    Ok((
        y.value(),
        jv.map_or_else(|| y.value().zeros_like(), |j| j.value()),
    ))
}

/// The Jacobian of `f` at `x`: shape `(outputs.., inputs..)`.
///
/// # Errors
/// Those of `f`.
pub fn jacobian(f: impl FnOnce(&Var) -> Result<Var>, x: &Tensor) -> Result<Tensor> {
    let x = leaf_of(x)?;
    let y = f(&x)?;
    let shape = [y.shape(), x.shape()].concat();
    if !y.requires_grad() {
        return Ok(Tensor::zeros(shape, y.dtype())?);
    }
    let n = y.numel();
    let flat = y.reshape([n])?;
    let mut rows = Vec::with_capacity(n);
    for i in 0..n {
        let entry = flat.select(0, i as isize)?;
        let options = GradOptions {
            retain_graph: true,
            allow_unused: true,
            ..GradOptions::default()
        };
        let row = grad_with(&[&entry], &[&x], &options)?.remove(0);
        rows.push(row.map_or_else(|| x.value().zeros_like(), |r| r.value()));
    }
    if rows.is_empty() {
        return Ok(Tensor::zeros(shape, y.dtype())?);
    }
    Ok(Tensor::stack(&rows.iter().collect::<Vec<_>>(), 0)?.reshape(shape)?)
}

/// The matrix of second derivatives of a single number `f` at `x`: shape `(inputs.., inputs..)`.
///
/// # Errors
/// Those of `f`; a value that is not a single number; an operation without a second derivative.
pub fn hessian(f: impl FnOnce(&Var) -> Result<Var>, x: &Tensor) -> Result<Tensor> {
    jacobian(
        |x| {
            let y = f(x)?;
            let options = GradOptions {
                create_graph: true,
                allow_unused: true,
                ..GradOptions::default()
            };
            let g = grad_with(&[&y], &[x], &options)?.remove(0);
            Ok(g.unwrap_or_else(|| Var::new(x.value().zeros_like())))
        },
        x,
    )
}
