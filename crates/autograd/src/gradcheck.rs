//! Checking gradients against central differences.

use gradus_tensor::{DType, Tensor};

use crate::error::{Error, Result};
use crate::functional::{GradOptions, grad_with};
use crate::grad_mode::no_grad;
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
/// Those of `f`; [`Error::GradCheck`] with the first element that disagrees.
///
/// ```
/// use gradus_autograd::gradcheck;
/// use gradus_tensor::Tensor;
///
/// let x = Tensor::from_vec(vec![0.3f64, -1.2], [2])?;
/// gradcheck(|v| Ok(v[0].tanh()?.mul(&v[0])?), &[x])?;
/// # Ok::<(), gradus_autograd::Error>(())
/// ```
pub fn gradcheck(f: impl Fn(&[Var]) -> Result<Var>, inputs: &[Tensor]) -> Result<()> {
    compare(
        "gradcheck",
        &|vars, create_graph| weighted_sum(&f(vars)?, create_graph),
        inputs,
    )
}

/// As [`gradcheck`], one order higher: compares the derivatives of the gradients of `f`.
///
/// # Errors
/// As [`gradcheck`]; an operation without a second derivative.
pub fn gradgradcheck(f: impl Fn(&[Var]) -> Result<Var>, inputs: &[Tensor]) -> Result<()> {
    let gradient = |vars: &[Var], _: bool| {
        let y = weighted_sum(&f(vars)?, true)?;
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
            let part = weighted_sum(&g, true)?;
            sum = Some(match sum {
                None => part,
                Some(sum) => sum.add(&part)?,
            });
        }
        Ok(sum.unwrap_or_else(|| Var::new(y.value().zeros_like())))
    };
    compare("gradgradcheck", &gradient, inputs)
}

fn weighted_sum(y: &Var, _recorded: bool) -> Result<Var> {
    Ok(y.mul(&Var::new(weights(y.shape())?))?.sum()?)
}

type Scalar<'a> = &'a dyn Fn(&[Var], bool) -> Result<Var>;

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
    let y = f(&leaves, true)?;
    let wanted: Vec<&Var> = leaves.iter().collect();
    let gradients = if y.requires_grad() {
        grad_with(
            &[&y],
            &wanted,
            &GradOptions {
                allow_unused: true,
                ..GradOptions::default()
            },
        )?
    } else {
        vec![None; leaves.len()]
    };
    for (input, x) in inputs.iter().enumerate() {
        let values = x.to_vec::<f64>()?;
        let analytic = match &gradients[input] {
            Some(g) => g.to_vec::<f64>()?,
            None => vec![0.0; values.len()],
        };
        for element in 0..values.len() {
            let at = |step: f64| -> Result<f64> {
                let mut moved = values.clone();
                moved[element] += step;
                let mut vars = leaves.clone();
                vars[input] = Var::leaf(Tensor::from_vec(moved, x.shape())?)?;
                // Second order needs recording inside f, first order does not.
                let y = if check == "gradcheck" {
                    no_grad(|| f(&vars, false))?
                } else {
                    f(&vars, true)?
                };
                y.item()
            };
            let numeric = (at(STEP)? - at(-STEP)?) / (2.0 * STEP);
            let analytic = analytic[element];
            let scale = numeric.abs().max(analytic.abs()).max(1.0);
            let agree = (numeric - analytic).abs() <= TOLERANCE * scale;
            if !agree {
                return Err(Error::GradCheck {
                    check,
                    input,
                    element,
                    analytic,
                    numeric,
                });
            }
        }
    }
    Ok(())
}
