//! Averages of the weights over the steps of a training.

use gradus_autograd::Var;
use gradus_tensor::Tensor;

use crate::error::{Error, Result};
use crate::passes::Move;
use crate::value::Value;

/// How much a new value enters an average.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Average {
    /// `a ← a + (w − a) / (n + 1)`: all values count alike, as in stochastic weight averaging.
    Equal,
    /// `a ← decay · a + (1 − decay) w`, the exponential moving average.
    Exponential {
        /// How much of the average is kept, in `[0, 1]`.
        decay: f64,
    },
}

/// A second set of weights: the average of the first over the updates so far.
///
/// Call [`update`](AveragedWeights::update) after steps or epochs, [`swap`](AveragedWeights::swap) to evaluate
/// with the averages, and again to train on.
///
/// # Source
/// Polyak & Juditsky 1992; Izmailov et al. 2018; `torch.optim.swa_utils.AveragedModel` 2.15 without buffers.
/// The statistics of batch normalisation are not averaged: run the training data through once after a swap.
///
/// ```
/// use gradus_autograd::Var;
/// use gradus_optim::{Average, AveragedWeights};
/// use gradus_tensor::tensor;
///
/// let w = Var::leaf(tensor![0.0])?;
/// let mut averaged = AveragedWeights::new([w.clone()], Average::Equal)?;
/// for x in [1.0, 2.0, 6.0] {
///     w.set_value(tensor![x])?;
///     averaged.update()?;
/// }
/// averaged.swap()?;
/// assert_eq!(w.item::<f32>()?, 3.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct AveragedWeights {
    parameters: Vec<Var>,
    averages: Vec<Tensor>,
    average: Average,
    updates: u64,
    swapped: bool,
}

const NAME: &str = "AveragedWeights";

impl AveragedWeights {
    /// Averages of these parameters; before the first update, their present values.
    ///
    /// # Errors
    /// No parameters; a decay outside `[0, 1]`.
    pub fn new(
        parameters: impl IntoIterator<Item = Var>,
        average: Average,
    ) -> Result<AveragedWeights> {
        let parameters: Vec<Var> = parameters.into_iter().collect();
        if parameters.is_empty() {
            return Err(Error::Empty(NAME));
        }
        if let Average::Exponential { decay } = average
            && !(0.0..=1.0).contains(&decay)
        {
            return Err(Error::Option {
                owner: NAME,
                option: "decay".to_string(),
                value: Value::Float(decay).to_string(),
                expected: "in [0, 1]",
            });
        }
        Ok(AveragedWeights {
            averages: parameters.iter().map(Var::value).collect(),
            parameters,
            average,
            updates: 0,
            swapped: false,
        })
    }

    /// Takes the present values into the averages; the first time, copies them.
    ///
    /// # Errors
    /// While swapped; parameters that are not floating-point numbers.
    #[inline]
    pub fn update(&mut self) -> Result<()> {
        if self.swapped {
            return Err(Error::Swapped);
        }
        let entering = match self.average {
            _ if self.updates == 0 => 1.0,
            Average::Equal => 1.0 / (self.updates + 1) as f64,
            Average::Exponential { decay } => 1.0 - decay,
        };
        for (average, parameter) in self.averages.iter_mut().zip(&self.parameters) {
            if self.updates == 0 {
                *average = parameter.value();
            } else {
                average.update_by(&Move::average(entering), &parameter.value(), [])?;
            }
        }
        self.updates += 1;
        Ok(())
    }

    /// How often the averages were updated.
    #[must_use]
    #[inline]
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// The averages, in the order of the parameters; while swapped, the weights they stand for.
    #[must_use]
    #[inline]
    pub fn averages(&self) -> &[Tensor] {
        &self.averages
    }

    /// Exchanges the parameters' values and the averages: once to evaluate, again to train on.
    ///
    /// # Errors
    /// A parameter that takes no value.
    #[inline]
    pub fn swap(&mut self) -> Result<()> {
        for (index, (average, parameter)) in
            self.averages.iter_mut().zip(&self.parameters).enumerate()
        {
            let value = parameter.value();
            parameter
                .set_value(std::mem::replace(average, value))
                .map_err(|source| Error::Parameter {
                    optimizer: NAME,
                    index,
                    source: Box::new(source),
                })?;
        }
        self.swapped = !self.swapped;
        Ok(())
    }

    /// `n_averaged`, whether they are swapped, and the averages, or while swapped the weights they stand for.
    #[must_use]
    #[inline]
    pub fn state_dict(&self) -> Vec<(String, Value)> {
        let averages = self.averages.iter().cloned().map(Value::Tensor).collect();
        vec![
            ("n_averaged".to_string(), Value::Int(self.updates as i64)),
            ("swapped".to_string(), Value::Bool(self.swapped)),
            ("averages".to_string(), Value::List(averages)),
        ]
    }

    /// Goes on from a saved state; the parameters' values are those of the same moment.
    ///
    /// # Errors
    /// What is missing or does not fit; nothing is changed then.
    #[inline]
    pub fn load_state_dict(&mut self, state: &[(String, Value)]) -> Result<()> {
        let refuse = |message: String| Error::State {
            owner: NAME,
            message,
        };
        let find = |name: &str| {
            let found = state.iter().find(|(known, _)| known == name);
            found
                .map(|(_, value)| value)
                .ok_or_else(|| refuse(format!("missing {name}")))
        };
        let updates = find("n_averaged")?;
        let updates = updates
            .as_count()
            .ok_or_else(|| refuse(format!("`n_averaged` is {updates}, not a count")))?;
        let swapped = match find("swapped")? {
            Value::Bool(swapped) => *swapped,
            other => {
                return Err(refuse(format!(
                    "`swapped` is {other}, neither True nor False"
                )));
            }
        };
        let averages = find("averages")?.as_sequence().unwrap_or_default();
        let tensors: Vec<&Tensor> = averages
            .iter()
            .filter_map(|value| match value {
                Value::Tensor(tensor) => Some(tensor),
                _ => None,
            })
            .collect();
        if tensors.len() != self.averages.len() {
            return Err(refuse(format!(
                "{} averages in the state, {} here",
                tensors.len(),
                self.averages.len()
            )));
        }
        for (index, (saved, own)) in tensors.iter().zip(&self.averages).enumerate() {
            if saved.shape() != own.shape() || saved.dtype() != own.dtype() {
                return Err(refuse(format!(
                    "average {index} is {:?} of {} in the state, {:?} of {} here",
                    saved.shape(),
                    saved.dtype(),
                    own.shape(),
                    own.dtype()
                )));
            }
        }
        self.averages = tensors.into_iter().map(Tensor::contiguous).collect();
        (self.updates, self.swapped) = (updates, swapped);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;

    fn follow(w: &Var, averaged: &mut AveragedWeights, values: &[f32]) {
        for &x in values {
            w.set_value(tensor![x]).unwrap();
            averaged.update().unwrap();
        }
    }

    #[test]
    fn the_exponential_average_begins_with_the_first_value() {
        let w = Var::leaf(tensor![9.0]).unwrap();
        let average = Average::Exponential { decay: 0.75 };
        let mut averaged = AveragedWeights::new([w.clone()], average).unwrap();
        follow(&w, &mut averaged, &[1.0, 5.0, 2.0]);
        assert_eq!(averaged.averages()[0].item::<f32>().unwrap(), 2.0);
    }

    #[test]
    fn swapping_twice_changes_nothing() {
        let w = Var::leaf(tensor![0.0]).unwrap();
        let mut averaged = AveragedWeights::new([w.clone()], Average::Equal).unwrap();
        follow(&w, &mut averaged, &[1.0, 3.0]);
        averaged.swap().unwrap();
        assert_eq!(w.item::<f32>().unwrap(), 2.0);
        let error = averaged.update().unwrap_err().to_string();
        assert!(error.contains("swap back first"), "{error}");
        averaged.swap().unwrap();
        assert_eq!(w.item::<f32>().unwrap(), 3.0);
    }

    #[test]
    fn a_loaded_average_goes_on() {
        let w = Var::leaf(tensor![0.0]).unwrap();
        let make = || AveragedWeights::new([w.clone()], Average::Equal).unwrap();
        let (mut whole, mut first, mut second) = (make(), make(), make());
        follow(&w, &mut whole, &[1.0, 0.3, 0.7]);
        follow(&w, &mut first, &[1.0, 0.3]);
        second.load_state_dict(&first.state_dict()).unwrap();
        follow(&w, &mut second, &[0.7]);
        assert!(second.averages()[0].equal(&whole.averages()[0]));
        let other = Var::leaf(tensor![[0.0]]).unwrap();
        let mut other = AveragedWeights::new([other], Average::Equal).unwrap();
        let error = other.load_state_dict(&first.state_dict()).unwrap_err();
        assert!(
            error.to_string().contains("average 0 is [1] of f32"),
            "{error}"
        );
        assert!(other.load_state_dict(&[]).is_err());
    }
}
