//! Checking gradients against central differences.

use gradus_tensor::{DType, Tensor};

use crate::error::{Error, Result};
use crate::functional::{GradOptions, grad_with};
use crate::grad_mode::{enable_grad, no_grad};
use crate::var::Var;

/// Step of the central differences: the cube root of the rounding error balances truncation.
const STEP: f64 = 1e-5;
/// Truncation h²f‴/6 and rounding 10⁻¹⁶/h are both near 10⁻¹⁰; values and third derivatives of some
/// hundreds are allowed for.
const TOLERANCE: f64 = 1e-6;

/// A weight for each element of a result: different, so that no error cancels.
fn weights(shape: &[usize]) -> Result<Tensor> {
    let n: usize = shape.iter().product();
    Ok(Tensor::from_vec(
        (0..n)
            .map(|i| 0.5 + 0.37 * ((i * 7919) % 13) as f64)
            .collect(),
        shape,
    )?)
}

/// Compares the gradients of `f`, weighted and summed to one number, with central differences, one
/// element of each input at a time.
///
/// Inputs must be `f64`: in single precision rounding hides what is looked for.
///
/// # Errors
/// Those of `f`; [`Error::GradCheck`] for the first input whose gradient disagrees, with the worst
/// element.
///
/// ```
/// use gradus_autograd::gradcheck;
/// use gradus_tensor::Tensor;
///
/// let x = Tensor::from_vec(vec![0.3f64, -1.2], [2])?;
/// gradcheck(|v| Ok(v[0].tanh()?.mul(&v[0])?), &[x.clone()])?;
/// let error = gradcheck(|v| Ok(v[0].detach().mul(&v[0])?), &[x]).unwrap_err();
/// assert!(error.to_string().starts_with(
///     "gradcheck: the gradient of input 0, shape (2,), disagrees at 2 of 2 elements, worst at [1]"
/// ));
/// # Ok::<(), gradus_autograd::Error>(())
/// ```
pub fn gradcheck(f: impl Fn(&[Var]) -> Result<Var>, inputs: &[Tensor]) -> Result<()> {
    compare("gradcheck", &|vars| weighted_sum(&f(vars)?), inputs)
}

/// As [`gradcheck`], one order higher: compares the derivatives of the gradients of `f`.
///
/// # Errors
/// As [`gradcheck`]; an operation without a second derivative.
pub fn gradgradcheck(f: impl Fn(&[Var]) -> Result<Var>, inputs: &[Tensor]) -> Result<()> {
    let gradient = |vars: &[Var]| {
        // The gradient of a gradient: recorded whatever the mode around it is.
        enable_grad(|| {
            let y = weighted_sum(&f(vars)?)?;
            if !y.requires_grad() {
                return Ok(y);
            }
            let wanted: Vec<&Var> = vars.iter().collect();
            let options = GradOptions {
                create_graph: true,
                allow_unused: true,
                ..GradOptions::default()
            };
            let mut sum: Option<Var> = None;
            for g in grad_with(&[&y], &wanted, &options)?.into_iter().flatten() {
                let part = weighted_sum(&g)?;
                sum = Some(match sum {
                    None => part,
                    Some(sum) => sum.add(&part)?,
                });
            }
            Ok(sum.unwrap_or_else(|| Var::new(y.value().zeros_like())))
        })
    };
    compare("gradgradcheck", &gradient, inputs)
}

fn weighted_sum(y: &Var) -> Result<Var> {
    Ok(y.mul(&Var::new(weights(y.shape())?))?.sum()?)
}

type Scalar<'a> = &'a dyn Fn(&[Var]) -> Result<Var>;

fn compare(check: &'static str, f: Scalar<'_>, inputs: &[Tensor]) -> Result<()> {
    if let Some(bad) = inputs.iter().find(|x| x.dtype() != DType::F64) {
        return Err(gradus_tensor::Error::custom(
            check,
            format!("inputs must be f64, one is {}", bad.dtype()),
        )
        .into());
    }
    let leaves = inputs
        .iter()
        .map(|x| Var::leaf(x.clone()))
        .collect::<Result<Vec<Var>>>()?;
    let y = f(&leaves)?;
    let wanted: Vec<&Var> = leaves.iter().collect();
    let gradients = if y.requires_grad() {
        let options = GradOptions {
            allow_unused: true,
            ..GradOptions::default()
        };
        grad_with(&[&y], &wanted, &options)?
    } else {
        vec![None; leaves.len()]
    };
    for (input, x) in inputs.iter().enumerate() {
        let values = x.to_vec::<f64>()?;
        let analytic = match &gradients[input] {
            Some(g) => g.to_vec::<f64>()?,
            None => vec![0.0; values.len()],
        };
        let mut differences = Vec::with_capacity(values.len());
        for element in 0..values.len() {
            let at = |step: f64| -> Result<f64> {
                let mut moved = values.clone();
                moved[element] += step;
                let mut vars = leaves.clone();
                vars[input] = Var::leaf(Tensor::from_vec(moved, x.shape())?)?;
                no_grad(|| f(&vars))?.item()
            };
            differences.push((at(STEP)? - at(-STEP)?) / (2.0 * STEP));
        }
        agree(check, (input, x.shape()), &analytic, &differences)?;
    }
    Ok(())
}

/// # Errors
/// An element further away than the tolerance.
fn agree(
    check: &'static str,
    (input, shape): (usize, &[usize]),
    analytic: &[f64],
    numeric: &[f64],
) -> Result<()> {
    // By how many tolerances an element is off; NaN counts as infinitely many.
    let off = |i: usize| {
        let (a, n) = (analytic[i], numeric[i]);
        let off = (a - n).abs() / (TOLERANCE * a.abs().max(n.abs()).max(1.0));
        if off.is_nan() { f64::INFINITY } else { off }
    };
    let wrong = (0..analytic.len()).filter(|&i| off(i) > 1.0);
    let Some(worst) = wrong.clone().max_by(|&a, &b| off(a).total_cmp(&off(b))) else {
        return Ok(());
    };
    let mut place = vec![0; shape.len()];
    let mut rest = worst;
    for (index, &size) in place.iter_mut().zip(shape).rev() {
        *index = rest % size;
        rest /= size;
    }
    Err(Error::GradCheck {
        check,
        input,
        shape: shape.to_vec(),
        wrong: wrong.count(),
        of: analytic.len(),
        place,
        analytic: analytic[worst],
        numeric: numeric[worst],
    })
}
