//! Adafactor: second moments by rows and columns.

use gradus_autograd::Var;
use gradus_tensor::{DType, Tensor};

use crate::error::Result;
use crate::field::{Field, Options, Range};
use crate::passes::Move;
use crate::rule::{Buffer, Rule, RuleState};
use crate::stepper::Stepper;

/// Adaptive steps with memory for one number a row and a column.
///
/// ```text
/// c = t^τ,  ρ = min(η, 1/√t),  α = max(ε₂, rms(w)) ρ
/// R ← R + c (mean over columns of g² − R),   C ← C + c (mean over rows of g² − C)
/// V = R C / max(mean of R, ε₁)               of vectors: V ← V + c (g² − V)
/// U = g / √max(V, ε₁²)
/// w ← (1 − η λ) w − α U / max(1, rms(U) / d)
/// ```
///
/// Rows and columns are the last two dimensions.
///
/// # Source
/// Shazeer & Stern 2018, algorithm 4; conventions of `torch.optim.Adafactor` 2.15.
pub type Adafactor = Stepper<AdafactorOptions>;

/// Options of [`Adafactor`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdafactorOptions {
    /// Learning rate η, at least 0; an upper bound of relative steps.
    pub lr: f64,
    /// Power τ by which new squares lose weight, at most 0.
    pub beta2_decay: f64,
    /// ε₁, unset: the dtype's precision, and ε₂, the least size of weights; each at least 0.
    pub eps: (Option<f64>, f64),
    /// Root mean square d above which a step is cut, at least 1.
    pub d: f64,
    /// Weight decay λ, at least 0.
    pub weight_decay: f64,
    /// Ascends instead of descending.
    pub maximize: bool,
}

impl Default for AdafactorOptions {
    /// PyTorch's defaults: rate 0.01, τ = −0.8, ε₂ = 0.001, d = 1, no decay.
    #[inline]
    fn default() -> AdafactorOptions {
        AdafactorOptions {
            lr: 1e-2,
            beta2_decay: -0.8,
            eps: (None, 1e-3),
            d: 1.0,
            weight_decay: 0.0,
            maximize: false,
        }
    }
}

impl Adafactor {
    /// With this learning rate and default options.
    ///
    /// # Errors
    /// As [`Stepper::with`].
    pub fn new(parameters: impl IntoIterator<Item = Var>, lr: f64) -> Result<Adafactor> {
        let options = AdafactorOptions {
            lr,
            ..AdafactorOptions::default()
        };
        Stepper::with(parameters, options)
    }
}

#[inline]
fn root_mean_square(x: &Tensor) -> gradus_tensor::Result<f64> {
    Ok((x.square()?.sum()?.item::<f64>()? / x.numel() as f64).sqrt())
}

impl Options for AdafactorOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "Adafactor"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        let not_positive = Range::new("at most 0", |x| x <= 0.0);
        let at_least_one = Range::new("at least 1", |x| x >= 1.0);
        vec![
            Field::new("lr", &mut self.lr).within(Range::NOT_NEGATIVE),
            Field::new("beta2_decay", &mut self.beta2_decay).within(not_positive),
            Field::new("eps", &mut self.eps).within(Range::NOT_NEGATIVE),
            Field::new("d", &mut self.d).within(at_least_one),
            Field::new("weight_decay", &mut self.weight_decay).within(Range::NOT_NEGATIVE),
            Field::new("maximize", &mut self.maximize).newer(),
        ]
    }
}

impl Rule for AdafactorOptions {
    #[inline]
    fn buffers(&self, p: &Tensor) -> Vec<Buffer> {
        let rank = p.rank();
        let without = |dim: usize| {
            let mut shape = p.shape().to_vec();
            if let Some(extent) = rank.checked_sub(dim).and_then(|at| shape.get_mut(at)) {
                *extent = 1;
            }
            shape
        };
        let factored = |name, shape| Buffer {
            shape,
            ..Buffer::zeros(name, p)
        };
        vec![
            factored("row_var", without(1)).only_if(rank > 1),
            factored("col_var", without(2)).only_if(rank > 1),
            Buffer::zeros("variance", p).only_if(rank < 2),
        ]
    }

    #[inline]
    fn step(&self, p: &mut Tensor, g: &Tensor, state: &mut RuleState) -> gradus_tensor::Result<()> {
        let t = state.step as f64;
        let fresh = Move::average(t.powf(self.beta2_decay));
        let size = root_mean_square(p)?.max(self.eps.1) * self.lr.min(1.0 / t.sqrt());
        let precision = match p.dtype() {
            DType::F64 => f64::EPSILON,
            _ => f64::from(f32::EPSILON),
        };
        let least = self.eps.0.unwrap_or(precision);
        let squares = g.square()?;
        let variances = match &mut state.buffers[..] {
            [Some(rows), Some(columns), _] => {
                rows.update_by(&fresh, &squares.mean_dims(&[-1], true)?, [])?;
                columns.update_by(&fresh, &squares.mean_dims(&[-2], true)?, [])?;
                let mean = rows.mean_dims(&[-2], true)?.clamp_min(least)?;
                rows.mul(columns)?.div(&mean)?
            }
            [_, _, Some(variance)] => {
                variance.update_by(&fresh, &squares, [])?;
                variance.clone()
            }
            _ => unreachable!("the state was begun for this parameter"),
        };
        let step = variances.clamp_min(least * least)?.rsqrt()?.mul(g)?;
        let size = size / (root_mean_square(&step)? / self.d).max(1.0);
        let step_by = Move {
            keep: 1.0 - self.lr * self.weight_decay,
            along: if self.maximize { size } else { -size },
        };
        p.update_by(&step_by, &step, [])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Optimizer;
    use gradus_tensor::tensor;

    #[test]
    fn the_first_step_of_a_vector_by_hand() {
        let w = Var::leaf(tensor![3.0, -4.0]).unwrap();
        w.set_grad(Some(tensor![2.0, -0.5])).unwrap();
        Adafactor::new([w.clone()], 0.1).unwrap().step().unwrap();
        // V = g², U = sign(g), rms(w) = 5 / √2.
        let size = 0.1 * 5.0 / 2.0_f64.sqrt();
        let got = w.to_vec::<f64>().unwrap();
        assert!((got[0] - (3.0 - size)).abs() < 1e-6 && (got[1] - (-4.0 + size)).abs() < 1e-6);
    }

    #[test]
    fn a_matrix_keeps_one_number_a_row_and_a_column() {
        let w = Var::leaf(tensor![[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]).unwrap();
        // Squares that are products of row and column factors are kept exactly.
        let g = tensor![[1.0, 2.0, 3.0], [2.0, 4.0, 6.0]];
        w.set_grad(Some(g)).unwrap();
        let mut optimizer = Adafactor::new([w.clone()], 0.25).unwrap();
        optimizer.step().unwrap();
        for x in w.to_vec::<f64>().unwrap() {
            assert!((x - 0.75).abs() < 1e-6);
        }
        let state = optimizer.state_dict().state;
        let names: Vec<&str> = state[&0].iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["step", "row_var", "col_var"]);
    }
}
