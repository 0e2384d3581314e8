//! What L-BFGS remembers, and the direction it makes of it.

use gradus_tensor::{DType, Tensor};

use crate::passes::Move;
use crate::state_dict::ParameterState;
use crate::value::Value;

/// A pair of differences between two moves.
#[derive(Clone, Debug)]
struct Pair {
    /// y, by which the gradient changed.
    gradient: Tensor,
    /// s, by which the parameters changed.
    step: Tensor,
    /// 1 / (y · s).
    ro: f64,
}

/// The past, over all parameters in one row.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    /// Moves so far.
    pub(super) moves: u64,
    /// Evaluations of the loss so far.
    pub(super) evaluations: u64,
    /// Length of the last move in units of its direction.
    pub(super) length: f64,
    /// Loss before the last move.
    pub(super) loss: f64,
    /// Size of the estimate's diagonal.
    diagonal: f64,
    /// The last direction and the gradient that led to it.
    last: Option<(Tensor, Tensor)>,
    /// Oldest first.
    pairs: Vec<Pair>,
}

#[inline]
fn product(a: &Tensor, b: &Tensor) -> gradus_tensor::Result<f64> {
    a.dot(b)?.item()
}

/// `x ← x + a y`.
#[inline]
fn add(x: &mut Tensor, a: f64, y: &Tensor) -> gradus_tensor::Result<()> {
    x.update_by(&Move::along(a), y, [])
}

impl History {
    /// Learns from the gradient after the last move, and finds the next direction.
    #[inline]
    pub(super) fn turn(&mut self, g: &Tensor, size: usize) -> gradus_tensor::Result<()> {
        let d = match &self.last {
            None => {
                self.diagonal = 1.0;
                g.neg()?
            }
            Some((d, before)) => {
                let change = g.sub(before)?;
                let step = d.mul_scalar(self.length)?;
                let curvature = product(&change, &step)?;
                if curvature > 1e-10 {
                    let kept = self.pairs.len().min(size.saturating_sub(1));
                    self.pairs.drain(..self.pairs.len() - kept);
                    self.diagonal = curvature / product(&change, &change)?;
                    self.pairs.push(Pair {
                        gradient: change,
                        step,
                        ro: 1.0 / curvature,
                    });
                }
                self.two_loops(g)?
            }
        };
        self.moves += 1;
        self.last = Some((d, g.clone()));
        Ok(())
    }

    /// The last direction.
    #[inline]
    pub(super) fn direction(&self) -> Tensor {
        let (d, _) = self.last.as_ref().expect("a direction follows a turn");
        d.clone()
    }

    /// `−H g` by Nocedal & Wright's algorithm 7.4.
    #[inline]
    fn two_loops(&self, g: &Tensor) -> gradus_tensor::Result<Tensor> {
        let mut d = g.neg()?;
        let mut weights = Vec::with_capacity(self.pairs.len());
        for pair in self.pairs.iter().rev() {
            let weight = product(&pair.step, &d)? * pair.ro;
            add(&mut d, -weight, &pair.gradient)?;
            weights.push(weight);
        }
        d = d.mul_scalar(self.diagonal)?;
        for (pair, weight) in self.pairs.iter().zip(weights.into_iter().rev()) {
            let back = product(&pair.gradient, &d)? * pair.ro;
            add(&mut d, weight - back, &pair.step)?;
        }
        Ok(d)
    }

    /// Under PyTorch's names.
    #[inline]
    pub(super) fn save(&self) -> ParameterState {
        let count = |n: u64| Value::Int(n as i64);
        let mut entries = vec![
            ("func_evals", count(self.evaluations)),
            ("n_iter", count(self.moves)),
        ];
        if let Some((d, gradient)) = &self.last {
            let list = |of: fn(&Pair) -> Value| Value::List(self.pairs.iter().map(of).collect());
            entries.extend([
                ("d", Value::Tensor(d.clone())),
                ("t", Value::Float(self.length)),
                ("old_dirs", list(|p| Value::Tensor(p.gradient.clone()))),
                ("old_stps", list(|p| Value::Tensor(p.step.clone()))),
                ("ro", list(|p| Value::Float(p.ro))),
                ("H_diag", Value::Float(self.diagonal)),
                ("prev_flat_grad", Value::Tensor(gradient.clone())),
                ("prev_loss", Value::Float(self.loss)),
            ]);
        }
        entries
            .into_iter()
            .map(|(name, value)| (name.to_string(), value))
            .collect()
    }

    /// Reads what [`save`](History::save) or PyTorch wrote, of `numel` numbers.
    #[inline]
    pub(super) fn load(
        entries: &ParameterState,
        numel: usize,
        dtype: DType,
    ) -> Result<History, String> {
        let read = Entries {
            entries,
            numel,
            dtype,
        };
        let mut history = History {
            evaluations: read.count("func_evals")?,
            moves: read.count("n_iter")?,
            ..History::default()
        };
        if history.moves == 0 {
            return Ok(history);
        }
        history.last = Some((
            read.row("d", read.value("d")?)?,
            read.row("prev_flat_grad", read.value("prev_flat_grad")?)?,
        ));
        history.length = read.number("t")?;
        history.loss = read.number("prev_loss")?;
        history.diagonal = read.number("H_diag")?;
        let lists = ["old_dirs", "old_stps", "ro"].map(|name| read.list(name));
        let [gradients, steps, ro] = lists;
        let (gradients, steps, ro) = (gradients?, steps?, ro?);
        if gradients.len() != steps.len() || steps.len() != ro.len() {
            return Err("`old_dirs`, `old_stps` and `ro` differ in length".to_string());
        }
        for ((gradient, step), ro) in gradients.iter().zip(steps).zip(ro) {
            history.pairs.push(Pair {
                gradient: read.row("old_dirs", gradient)?,
                step: read.row("old_stps", step)?,
                ro: ro
                    .as_f64()
                    .ok_or_else(|| format!("`ro` holds {ro}, not a number"))?,
            });
        }
        Ok(history)
    }
}

/// The entries of a saved history.
struct Entries<'a> {
    entries: &'a ParameterState,
    numel: usize,
    dtype: DType,
}

impl<'a> Entries<'a> {
    #[inline]
    fn value(&self, name: &str) -> Result<&'a Value, String> {
        let found = self.entries.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value)
            .ok_or_else(|| format!("missing {name}"))
    }

    #[inline]
    fn number(&self, name: &str) -> Result<f64, String> {
        let value = self.value(name)?;
        value
            .as_f64()
            .ok_or_else(|| format!("`{name}` is {value}, not a number"))
    }

    #[inline]
    fn count(&self, name: &str) -> Result<u64, String> {
        let value = self.value(name)?;
        value
            .as_count()
            .ok_or_else(|| format!("`{name}` is {value}, not a count"))
    }

    #[inline]
    fn list(&self, name: &str) -> Result<&'a [Value], String> {
        let value = self.value(name)?;
        value
            .as_sequence()
            .ok_or_else(|| format!("`{name}` is {value}, not a list"))
    }

    #[inline]
    fn row(&self, name: &str, value: &Value) -> Result<Tensor, String> {
        let Value::Tensor(row) = value else {
            return Err(format!("`{name}` is {value}, not a tensor"));
        };
        if row.shape() != [self.numel] || row.dtype() != self.dtype {
            return Err(format!(
                "`{name}` is {:?} of {} in the state, {:?} of {} here",
                row.shape(),
                row.dtype(),
                [self.numel],
                self.dtype
            ));
        }
        Ok(row.contiguous())
    }
}
