//! Large batches in small portions.

use gradus_autograd::Var;

use crate::error::{Error, Result};
use crate::optimizer::Optimizer;
use crate::saving::mismatch;
use crate::state_dict::OptimizerState;
use crate::value::Value;

/// An optimizer that steps only every few batches, by the mean of their gradients.
///
/// Loops stay as they are: until its turn has come, `step` only counts and `zero_grad` keeps what
/// was gathered. Where each batch's loss is a mean over equally many samples, the steps are those of
/// batches as many times as large.
///
/// ```
/// use gradus_autograd::Var;
/// use gradus_optim::{GradientAccumulation, Optimizer, Sgd};
/// use gradus_tensor::tensor;
///
/// let w = Var::leaf(tensor![1.0])?;
/// let mut optimizer = GradientAccumulation::new(Sgd::new([w.clone()], 0.5)?, 2)?;
/// for target in [0.0, 2.0] {
///     optimizer.zero_grad();
///     w.sub_scalar(target)?.square()?.sum()?.backward()?;
///     optimizer.step()?;
/// }
/// assert_eq!(w.item::<f32>()?, 1.0); // the gradients 2 and −2 have the mean 0
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct GradientAccumulation<O> {
    inner: O,
    every: usize,
    gathered: usize,
}

/// The entry of the first group in which the count is saved.
const KEY: &str = "gathered_batches";

impl<O: Optimizer> GradientAccumulation<O> {
    /// Steps `inner` every `every` batches.
    ///
    /// # Errors
    /// `every` is 0.
    #[inline]
    pub fn new(inner: O, every: usize) -> Result<GradientAccumulation<O>> {
        if every == 0 {
            return Err(Error::Option {
                owner: "GradientAccumulation",
                option: "every".to_string(),
                value: "0".to_string(),
                expected: "at least 1",
            });
        }
        Ok(GradientAccumulation {
            inner,
            every,
            gathered: 0,
        })
    }

    /// Batches gathered since the last step.
    #[must_use]
    #[inline]
    pub fn gathered(&self) -> usize {
        self.gathered
    }

    /// The optimizer that steps.
    #[must_use]
    #[inline]
    pub fn inner(&self) -> &O {
        &self.inner
    }

    /// Steps by what is gathered, if anything: at the end of an epoch whose batches do not come out even.
    ///
    /// # Errors
    /// Those of the optimizer.
    #[inline]
    pub fn flush(&mut self) -> Result<()> {
        if self.gathered == 0 {
            return Ok(());
        }
        for (index, parameter) in self.inner.parameters().iter().enumerate() {
            let Some(gradient) = parameter.grad() else {
                continue;
            };
            let mean = gradient.div_scalar(self.gathered as f64)?;
            parameter
                .set_grad(Some(mean))
                .map_err(|source| Error::Parameter {
                    optimizer: "GradientAccumulation",
                    index,
                    source: Box::new(source),
                })?;
        }
        self.gathered = 0;
        self.inner.step()
    }

    fn load(
        &mut self,
        state: &OptimizerState,
        load: impl FnOnce(&mut O, &OptimizerState) -> Result<Vec<usize>>,
    ) -> Result<Vec<usize>> {
        let mut state = state.clone();
        let options = state
            .param_groups
            .first_mut()
            .map(|group| &mut group.options);
        let options = options.ok_or_else(|| mismatch(self.inner.name(), "it has no groups"))?;
        let at = options.iter().position(|(name, _)| name == KEY);
        let (_, count) = at
            .map(|at| options.remove(at))
            .ok_or_else(|| mismatch(self.inner.name(), format!("group 0: `{KEY}` is missing")))?;
        let gathered = count.as_count().ok_or_else(|| {
            mismatch(
                self.inner.name(),
                format!("`{KEY}` is {count}, not a count"),
            )
        })?;
        let cold = load(&mut self.inner, &state)?;
        self.gathered = gathered as usize;
        Ok(cold)
    }
}

impl<O: Optimizer> Optimizer for GradientAccumulation<O> {
    #[inline]
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    /// Forgets the gradients, unless some are being gathered.
    #[inline]
    fn zero_grad(&self) {
        if self.gathered == 0 {
            self.inner.zero_grad();
        }
    }

    #[inline]
    fn step(&mut self) -> Result<()> {
        self.gathered += 1;
        if self.gathered < self.every {
            return Ok(());
        }
        self.flush()
    }

    #[inline]
    fn parameters(&self) -> Vec<Var> {
        self.inner.parameters()
    }

    #[inline]
    fn group_count(&self) -> usize {
        self.inner.group_count()
    }

    #[inline]
    fn option(&self, group: usize, name: &str) -> Option<Value> {
        self.inner.option(group, name)
    }

    #[inline]
    fn set_option(&mut self, group: usize, name: &str, value: Value) -> Result<()> {
        self.inner.set_option(group, name, value)
    }

    /// The optimizer's, with the count of gathered batches. The gathered gradients are the parameters' own
    /// and have to be saved with them, as the trainer does.
    #[inline]
    fn state_dict(&self) -> OptimizerState {
        let mut state = self.inner.state_dict();
        if let Some(group) = state.param_groups.first_mut() {
            let count = Value::Int(self.gathered as i64);
            group.options.push((KEY.to_string(), count));
        }
        state
    }

    #[inline]
    fn load_state_dict(&mut self, state: &OptimizerState) -> Result<()> {
        self.load(state, |inner, state| {
            inner.load_state_dict(state).map(|()| Vec::new())
        })
        .map(|_| ())
    }

    #[inline]
    fn load_partial_state_dict(&mut self, state: &OptimizerState) -> Result<Vec<usize>> {
        self.load(state, |inner, state| inner.load_partial_state_dict(state))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Adam;
    use gradus_tensor::tensor;

    fn gather(w: &Var, optimizer: &mut dyn Optimizer, gradients: &[f64]) {
        for &g in gradients {
            optimizer.zero_grad();
            w.mul_scalar(g).unwrap().sum().unwrap().backward().unwrap();
            optimizer.step().unwrap();
        }
    }

    #[test]
    fn four_small_batches_are_one_large_one() {
        let (small, large) = [0, 1].map(|_| Var::leaf(tensor![1.0]).unwrap()).into();
        let adam = |w: &Var| Adam::new([w.clone()], 0.1).unwrap();
        let mut gathering = GradientAccumulation::new(adam(&small), 4).unwrap();
        gather(&small, &mut gathering, &[1.0, 2.0, 3.0, 2.0, -1.0, 5.0]);
        assert_eq!(gathering.gathered(), 2);
        gathering.flush().unwrap();
        gather(&large, &mut adam(&large), &[2.0, 2.0]);
        assert!(small.value().equal(&large.value()));
    }

    #[test]
    fn the_count_is_saved() {
        let w = Var::leaf(tensor![1.0]).unwrap();
        let make = || GradientAccumulation::new(Adam::new([w.clone()], 0.1).unwrap(), 4).unwrap();
        let mut first = make();
        gather(&w, &mut first, &[1.0; 6]);
        let mut second = make();
        second.load_state_dict(&first.state_dict()).unwrap();
        assert_eq!(second.gathered(), 2);
        let error = second
            .load_state_dict(&first.inner().state_dict())
            .unwrap_err();
        assert!(
            error.to_string().contains("`gathered_batches` is missing"),
            "{error}"
        );
        assert!(GradientAccumulation::new(Adam::new([w.clone()], 0.1).unwrap(), 0).is_err());
    }
}
