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
            None => {
                output.expect_number("grad")?;
                Var::new(output.ones_like())
            }
        };
        seeds.push((*output, seed));
    }
    let retain = options.retain_graph || options.create_graph;
    let gradients = if options.create_graph {
        engine::gradients(&seeds, inputs, retain)?
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
    y.expect_gradient("vjp", v)?;
    let options = GradOptions {
        grad_outputs: vec![Var::new(v.clone())],
        ..GradOptions::default()
    };
    Ok((y.value(), gradient_or_zeros(&y, &x, &options)?.value()))
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

/// The value of a single number `f` at `x`, and its gradient.
///
/// # Errors
/// Those of `f`; a value that is not a single number.
///
/// ```
/// use gradus_autograd::value_and_grad;
/// use gradus_tensor::tensor;
///
/// let (value, gradient) = value_and_grad(|x| Ok(x.square()?.sum()?), &tensor![1.0, 2.0])?;
/// assert_eq!((value.item::<f32>()?, gradient.to_vec::<f32>()?), (5.0, vec![2.0, 4.0]));
/// # Ok::<(), gradus_autograd::Error>(())
/// ```
pub fn value_and_grad(f: impl FnOnce(&Var) -> Result<Var>, x: &Tensor) -> Result<(Tensor, Tensor)> {
    let x = leaf_of(x)?;
    let y = f(&x)?;
    y.expect_number("value_and_grad")?;
    Ok((
        y.value(),
        gradient_or_zeros(&y, &x, &GradOptions::default())?.value(),
    ))
}

/// The value of a single number `f` at `x` and `H v`, the product of its matrix of second derivatives
/// with a vector: the gradient of `⟨∇f, v⟩`, without the matrix. As the matrix is symmetric this is `vᵀ H`,
/// too.
///
/// # Errors
/// Those of `f`; a value that is not a single number; a `v` that does not fit `x`; an operation without
/// a second derivative.
///
/// ```
/// use gradus_autograd::hvp;
/// use gradus_tensor::tensor;
///
/// // f = x³ + y², so H = diag(6x, 2).
/// let f = |v: &gradus_autograd::Var| {
///     let (x, y) = (v.select(0, 0)?, v.select(0, 1)?);
///     Ok(x.square()?.mul(&x)?.add(&y.square()?)?)
/// };
/// let (value, product) = hvp(f, &tensor![2.0, 1.0], &tensor![1.0, 10.0])?;
/// assert_eq!((value.item::<f32>()?, product.to_vec::<f32>()?), (9.0, vec![12.0, 20.0]));
/// # Ok::<(), gradus_autograd::Error>(())
/// ```
pub fn hvp(
    f: impl FnOnce(&Var) -> Result<Var>,
    x: &Tensor,
    v: &Tensor,
) -> Result<(Tensor, Tensor)> {
    let x = leaf_of(x)?;
    x.expect_gradient("hvp", v)?;
    let y = f(&x)?;
    y.expect_number("hvp")?;
    let recorded = GradOptions {
        create_graph: true,
        ..GradOptions::default()
    };
    let g = gradient_or_zeros(&y, &x, &recorded)?;
    let along = GradOptions {
        grad_outputs: vec![Var::new(v.clone())],
        ..GradOptions::default()
    };
    Ok((y.value(), gradient_or_zeros(&g, &x, &along)?.value()))
}

/// The gradient of `y` with respect to `x`; zeros if it does not depend on it.
fn gradient_or_zeros(y: &Var, x: &Var, options: &GradOptions) -> Result<Var> {
    let zeros = || Var::new(x.value().zeros_like());
    if !y.requires_grad() {
        return Ok(zeros());
    }
    let options = GradOptions {
        allow_unused: true,
        ..options.clone()
    };
    Ok(grad_with(&[y], &[x], &options)?
        .remove(0)
        .unwrap_or_else(zeros))
}

/// The Jacobian of `f` at `x`: shape `(outputs.., inputs..)`.
///
/// # Errors
/// Those of `f`.
pub fn jacobian(f: impl FnOnce(&Var) -> Result<Var>, x: &Tensor) -> Result<Tensor> {
    Ok(jacobians(|vars| f(&vars[0]), &[x])?.remove(0))
}

/// The Jacobians of a function of several inputs, one for each: shapes `(outputs.., inputs..)`.
///
/// # Errors
/// Those of `f`.
///
/// ```
/// use gradus_autograd::jacobians;
/// use gradus_tensor::tensor;
///
/// let (a, b) = (tensor![2.0, 3.0], tensor![5.0]);
/// let both = jacobians(|v| Ok(v[0].mul(&v[1])?), &[&a, &b])?;
/// assert_eq!(both[0].to_vec::<f32>()?, [5.0, 0.0, 0.0, 5.0]);
/// assert_eq!((both[1].shape(), both[1].to_vec::<f32>()?), (&[2, 1][..], vec![2.0, 3.0]));
/// # Ok::<(), gradus_autograd::Error>(())
/// ```
pub fn jacobians(f: impl FnOnce(&[Var]) -> Result<Var>, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
    let leaves = leaves_of(inputs)?;
    let y = f(&leaves)?;
    rows_of(&y, &leaves)
}

/// The matrix of second derivatives of a single number `f` at `x`: shape `(inputs.., inputs..)`.
///
/// # Errors
/// Those of `f`; a value that is not a single number; an operation without a second derivative.
pub fn hessian(f: impl FnOnce(&Var) -> Result<Var>, x: &Tensor) -> Result<Tensor> {
    Ok(hessians(|vars| f(&vars[0]), &[x])?.remove(0).remove(0))
}

/// The second derivatives of a single number that depends on several inputs: entry `[i][j]` has the shape
/// `(input i.., input j..)`.
///
/// # Errors
/// As [`hessian`].
pub fn hessians(
    f: impl FnOnce(&[Var]) -> Result<Var>,
    inputs: &[&Tensor],
) -> Result<Vec<Vec<Tensor>>> {
    let leaves = leaves_of(inputs)?;
    let y = f(&leaves)?;
    y.expect_number("hessian")?;
    let recorded = GradOptions {
        create_graph: true,
        ..GradOptions::default()
    };
    leaves
        .iter()
        .map(|x| rows_of(&gradient_or_zeros(&y, x, &recorded)?, &leaves))
        .collect()
}

fn leaves_of(inputs: &[&Tensor]) -> Result<Vec<Var>> {
    inputs.iter().map(|x| leaf_of(x)).collect()
}

/// The derivatives of every element of `y`, one backward pass each.
fn rows_of(y: &Var, leaves: &[Var]) -> Result<Vec<Tensor>> {
    let n = y.numel();
    let wanted: Vec<&Var> = leaves.iter().collect();
    let mut rows: Vec<Vec<Tensor>> = vec![Vec::with_capacity(n); leaves.len()];
    if y.requires_grad() {
        let flat = y.reshape([n])?;
        for i in 0..n {
            let options = GradOptions {
                retain_graph: true,
                allow_unused: true,
                ..GradOptions::default()
            };
            let entry = flat.select(0, i as isize)?;
            let gradients = grad_with(&[&entry], &wanted, &options)?;
            for ((rows, leaf), gradient) in rows.iter_mut().zip(leaves).zip(gradients) {
                rows.push(gradient.map_or_else(|| leaf.value().zeros_like(), |g| g.value()));
            }
        }
    }
    let whole = |(rows, leaf): (Vec<Tensor>, &Var)| {
        let shape = [y.shape(), leaf.shape()].concat();
        if rows.is_empty() {
            return Ok(Tensor::zeros(shape, leaf.dtype())?);
        }
        Ok(Tensor::stack(&rows.iter().collect::<Vec<_>>(), 0)?.reshape(shape)?)
    };
    rows.into_iter().zip(leaves).map(whole).collect()
}
