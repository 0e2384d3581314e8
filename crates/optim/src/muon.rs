//! Muon: momentum made orthogonal.

use gradus_autograd::Var;
use gradus_tensor::Tensor;

use crate::error::Result;
use crate::field::{Field, Options, Range, words};
use crate::passes::Move;
use crate::rule::{Buffer, Rule, RuleState};
use crate::stepper::Stepper;

/// Steps along the nearest orthogonal matrix of the momentum, for the matrices of hidden layers. Train
/// vectors and embeddings with [`AdamW`](crate::AdamW) beside it.
///
/// ```text
/// m ← μ m + (1 − μ) g
/// d = m                           or (1 − μ) g + μ m with Nesterov
/// O = NS(d / max(‖d‖, ε))         about U Vᵀ, where d = U S Vᵀ
/// w ← (1 − η λ) w − η s O         s = √max(1, rows / columns)
/// ```
///
/// NS repeats `X ← a X + (b A + c A²) X` with `A = X Xᵀ`, five times with coefficients that bring singular
/// values to between about 0.7 and 1.2.
///
/// # Source
/// Jordan et al. 2024; conventions of `torch.optim.Muon` 2.15. PyTorch iterates in `bf16`; here it is done
/// in the parameter's dtype, so that steps differ by about one part in a hundred.
pub type Muon = Stepper<MuonOptions>;

/// Options of [`Muon`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MuonOptions {
    /// Learning rate η, at least 0.
    pub lr: f64,
    /// Weight decay λ, at least 0.
    pub weight_decay: f64,
    /// Momentum μ, at least 0.
    pub momentum: f64,
    /// Looks ahead by the momentum.
    pub nesterov: bool,
    /// Coefficients a, b, c of the iteration.
    pub ns_coefficients: [f64; 3],
    /// ε, the least norm that divides.
    pub eps: f64,
    /// How often the iteration runs, below 100.
    pub ns_steps: usize,
    /// How the shape enters the rate; unset: [`Original`](AdjustLr::Original).
    pub adjust_lr_fn: Option<AdjustLr>,
}

/// How the shape of a matrix enters its learning rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AdjustLr {
    /// `√max(1, rows / columns)`.
    #[default]
    Original,
    /// `0.2 √max(rows, columns)`: steps as large as AdamW's.
    MatchRmsAdamw,
    /// `√(rows / columns)`.
    SpectralUnclamped,
}

words!(AdjustLr {
    Original = "original",
    MatchRmsAdamw = "match_rms_adamw",
    SpectralUnclamped = "spectral_unclamped",
});

impl Default for MuonOptions {
    /// PyTorch's defaults: rate 0.001, decay 0.1, momentum 0.95 with Nesterov, five iterations.
    #[inline]
    fn default() -> MuonOptions {
        MuonOptions {
            lr: 1e-3,
            weight_decay: 0.1,
            momentum: 0.95,
            nesterov: true,
            ns_coefficients: [3.4445, -4.7750, 2.0315],
            eps: 1e-7,
            ns_steps: 5,
            adjust_lr_fn: None,
        }
    }
}

impl Muon {
    /// With this learning rate and default options.
    ///
    /// # Errors
    /// As [`Stepper::with`]; a parameter that is no matrix.
    pub fn new(parameters: impl IntoIterator<Item = Var>, lr: f64) -> Result<Muon> {
        let options = MuonOptions {
            lr,
            ..MuonOptions::default()
        };
        Stepper::with(parameters, options)
    }
}

impl MuonOptions {
    /// About `U Vᵀ` of `d = U S Vᵀ`. The products are taken over the shorter side.
    #[inline]
    fn orthogonalized(&self, d: &Tensor) -> gradus_tensor::Result<Tensor> {
        let tall = d.shape()[0] > d.shape()[1];
        let [a, b, c] = self.ns_coefficients;
        let norm = d.square()?.sum()?.item::<f64>()?.sqrt();
        let mut x = d.div_scalar(norm.max(self.eps))?;
        if tall {
            x = x.t()?.contiguous();
        }
        for _ in 0..self.ns_steps {
            let gram = x.matmul(&x.t()?)?;
            let mut polynomial = gram.matmul(&gram)?;
            polynomial.update_by(&Move { keep: c, along: b }, &gram, [])?;
            let mut next = polynomial.matmul(&x)?;
            next.update_by(&Move::along(a), &x, [])?;
            x = next;
        }
        if tall { Ok(x.t()?.contiguous()) } else { Ok(x) }
    }

    #[inline]
    fn adjusted(&self, shape: &[usize]) -> f64 {
        let (rows, columns) = (shape[0] as f64, shape[1] as f64);
        self.lr
            * match self.adjust_lr_fn.unwrap_or_default() {
                AdjustLr::Original => (rows / columns).max(1.0).sqrt(),
                AdjustLr::MatchRmsAdamw => 0.2 * rows.max(columns).sqrt(),
                AdjustLr::SpectralUnclamped => (rows / columns).sqrt(),
            }
    }
}

impl Options for MuonOptions {
    #[inline]
    fn name(&self) -> &'static str {
        "Muon"
    }

    #[inline]
    fn fields(&mut self) -> Vec<Field<'_>> {
        let few = Range::new("below 100", |x| x < 100.0);
        vec![
            Field::new("lr", &mut self.lr).within(Range::NOT_NEGATIVE),
            Field::new("weight_decay", &mut self.weight_decay).within(Range::NOT_NEGATIVE),
            Field::new("momentum", &mut self.momentum).within(Range::NOT_NEGATIVE),
            Field::new("nesterov", &mut self.nesterov),
            Field::new("ns_coefficients", &mut self.ns_coefficients),
            Field::new("eps", &mut self.eps),
            Field::new("ns_steps", &mut self.ns_steps).within(few),
            Field::new("adjust_lr_fn", &mut self.adjust_lr_fn),
        ]
    }
}

impl Rule for MuonOptions {
    #[inline]
    fn counts_steps(&self) -> bool {
        false
    }

    #[inline]
    fn buffers(&self, p: &Tensor) -> Vec<Buffer> {
        vec![Buffer::zeros("momentum_buffer", p)]
    }

    #[inline]
    fn refuses(&self, shape: &[usize]) -> Option<&'static str> {
        (shape.len() != 2)
            .then_some("Muon updates matrices; give the other parameters to an AdamW of their own")
    }

    #[inline]
    fn step(&self, p: &mut Tensor, g: &Tensor, state: &mut RuleState) -> gradus_tensor::Result<()> {
        let [m] = state.buffers::<1>(p);
        m.update_by(&Move::average(1.0 - self.momentum), g, [])?;
        let mut d = m.clone();
        if self.nesterov {
            d.update_by(&Move::average(1.0 - self.momentum), g, [])?;
        }
        let step = Move {
            keep: 1.0 - self.lr * self.weight_decay,
            along: -self.adjusted(p.shape()),
        };
        p.update_by(&step, &self.orthogonalized(&d)?, [])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Optimizer;
    use gradus_tensor::{DType, tensor};

    #[test]
    fn singular_values_come_close_to_one() {
        // Singular values 3 and 1, and 100 and 1 in a tall matrix.
        for matrix in [
            tensor![[2.0, 1.0], [1.0, 2.0]],
            tensor![[100.0, 0.0], [0.0, 1.0], [0.0, 0.0]],
        ] {
            let matrix = matrix.to_dtype(DType::F64).unwrap();
            let o = MuonOptions::default().orthogonalized(&matrix).unwrap();
            assert_eq!(o.shape(), matrix.shape());
            let gram: Vec<f64> = o.t().unwrap().matmul(&o).unwrap().to_vec().unwrap();
            let close = |x: f64| (0.4..1.6).contains(&x);
            assert!(
                close(gram[0]) && close(gram[3]) && gram[1].abs() < 0.4,
                "{o}"
            );
        }
    }

    #[test]
    fn a_tall_matrix_takes_longer_steps() {
        let options = MuonOptions::default();
        assert!((options.adjusted(&[8, 2]) - 2e-3).abs() < 1e-12);
        assert!((options.adjusted(&[2, 8]) - 1e-3).abs() < 1e-12);
    }

    #[test]
    fn vectors_are_refused() {
        let error = Muon::new([Var::leaf(tensor![1.0]).unwrap()], 0.1).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Muon: parameter 0 has the shape [1]; Muon updates matrices; give the other parameters to \
             an AdamW of their own"
        );
    }

    #[test]
    fn a_step_moves_against_the_gradient() {
        let w = Var::leaf(tensor![[1.0, 0.0], [0.0, 1.0]]).unwrap();
        w.set_grad(Some(tensor![[5.0, 0.0], [0.0, 5.0]])).unwrap();
        let options = MuonOptions {
            lr: 0.1,
            weight_decay: 0.0,
            ..MuonOptions::default()
        };
        Muon::with([w.clone()], options).unwrap().step().unwrap();
        let got = w.to_vec::<f64>().unwrap();
        assert!((0.85..0.95).contains(&got[0]) && got[1].abs() < 1e-6);
    }
}
