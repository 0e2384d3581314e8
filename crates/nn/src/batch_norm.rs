//! Normalisation by the numbers of a batch, or of each sample's channels, with running statistics.

use gradus_autograd::Var;
use gradus_tensor::{DType, Tensor};

use crate::error::{Dims, Error, Result};
use crate::normalization::constant;
use crate::repr::extra_repr;
use crate::{Buffer, Mode, Module, seen};

/// What the layers of this file can vary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchNormOptions {
    /// Added to the variance.
    pub eps: f64,
    /// How far running statistics go towards those of a new batch; `None` makes them the mean over all
    /// batches.
    pub momentum: Option<f64>,
    /// Whether there are factors and summands.
    pub affine: bool,
    /// Whether running statistics are kept, for evaluation.
    pub track_running_stats: bool,
    /// `F32` or `F64`.
    pub dtype: DType,
}

impl BatchNormOptions {
    const fn of(affine: bool, track_running_stats: bool) -> BatchNormOptions {
        BatchNormOptions {
            eps: 1e-5,
            momentum: Some(0.1),
            affine,
            track_running_stats,
            dtype: DType::F32,
        }
    }

    /// The options of an instance normalisation unless told otherwise: neither affine nor tracking.
    #[must_use]
    pub const fn instance() -> BatchNormOptions {
        BatchNormOptions::of(false, false)
    }
}

impl Default for BatchNormOptions {
    fn default() -> BatchNormOptions {
        BatchNormOptions::of(true, true)
    }
}

/// Running mean, running variance and the number of batches seen.
#[derive(Clone, Debug)]
struct Running {
    mean: Buffer,
    var: Buffer,
    batches: Buffer,
}

macro_rules! norms {
    ($($(#[$doc:meta])* $Layer:ident, $base:expr, [$($rank:literal),*], $expected:literal, $run:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Module)]
        #[module(observed, extra_repr)]
        pub struct $Layer {
            /// Factors by channel, at first ones; none if the layer is not affine.
            pub weight: Option<Var>,
            /// Summands by channel, at first zeros.
            pub bias: Option<Var>,
            /// Mean of each channel over batches.
            pub running_mean: Option<Buffer>,
            /// Variance of each channel over batches.
            pub running_var: Option<Buffer>,
            /// How many batches there were.
            pub num_batches_tracked: Option<Buffer>,
            #[module(skip)]
            options: BatchNormOptions,
            num_features: usize,
            mode: Mode,
        }

        impl $Layer {
            /// A layer of PyTorch's options in `f32`.
            ///
            /// # Errors
            /// More channels than fit the address space.
            pub fn new(num_features: usize) -> Result<$Layer> {
                $Layer::with_options(num_features, $base)
            }

            /// As [`new`](Self::new), with all that can vary.
            ///
            /// # Errors
            /// As there.
            pub fn with_options(num_features: usize, options: BatchNormOptions) -> Result<$Layer> {
                let Parts { parameters: [weight, bias], running } = Parts::new(num_features, &options)?;
                let (running_mean, running_var, num_batches_tracked) = match running {
                    Some(Running { mean, var, batches }) => (Some(mean), Some(var), Some(batches)),
                    None => (None, None, None),
                };
                Ok($Layer {
                    weight,
                    bias,
                    running_mean,
                    running_var,
                    num_batches_tracked,
                    options,
                    num_features,
                    mode: Mode::new(),
                })
            }

            /// The input normalised, by channel times the factors plus the summands. In training running
            /// statistics move towards those of this input.
            ///
            /// # Errors
            /// Another number of dimensions or channels; in training only one number for a channel;
            /// another dtype than the parameters'.
            pub fn forward(&self, x: &Var) -> Result<Var> {
                const NAME: &str = stringify!($Layer);
                expect_channels(NAME, $expected, &[$($rank),*], self.num_features, x)?;
                let training = self.mode.is_training();
                let batches = self.num_batches_tracked.as_ref().filter(|_| training);
                let momentum = rate(self.options.momentum, batches)?;
                let running = self.running_mean.as_ref().zip(self.running_var.as_ref());
                let own = training || running.is_none();
                let (weight, bias) = (self.weight.as_ref(), self.bias.as_ref());
                let y = $run(x, running, weight, bias, own, momentum, self.options.eps)?;
                seen(self, &y);
                Ok(y)
            }

            fn extra_repr(&self) -> String {
                let o = &self.options;
                extra_repr!(
                    self.num_features,
                    eps = o.eps,
                    momentum = o.momentum,
                    affine = o.affine,
                    bias = self.bias.is_some(),
                    track_running_stats = o.track_running_stats
                )
            }
        }
    )*};
}

norms! {
    /// `y = (x − m) / √(v + eps) · weight + bias` by channel: in training with mean and variance of the
    /// batch, in evaluation with the running ones.
    ///
    /// # Shapes
    /// `x`: `(batch, num_features)` or `(batch, num_features, length)`, the same out.
    ///
    /// # Source
    /// Ioffe & Szegedy 2015; `torch.nn.BatchNorm1d` 2.15.
    BatchNorm1d, BatchNormOptions::default(), [2, 3], "(batch, channels) or (batch, channels, length)", batch_norm;
    /// As [`BatchNorm1d`], for images.
    ///
    /// # Shapes
    /// `x`: `(batch, num_features, height, width)`, the same out.
    ///
    /// # Source
    /// Ioffe & Szegedy 2015; `torch.nn.BatchNorm2d` 2.15.
    ///
    /// ```
    /// use gradus_nn::{BatchNorm2d, Module};
    /// use gradus_tensor::{DType, Tensor};
    ///
    /// let layer = BatchNorm2d::new(3)?;
    /// let images = Tensor::ones([4, 3, 8, 8], DType::F32)?;
    /// layer.forward(&images.into())?;
    /// assert_eq!(layer.state_dict().get("running_mean").unwrap().to_vec::<f32>()?, [0.1; 3]);
    /// # Ok::<(), gradus_nn::Error>(())
    /// ```
    BatchNorm2d, BatchNormOptions::default(), [4], "(batch, channels, height, width)", batch_norm;
    /// `y = (x − m) / √(v + eps)` with mean and variance of each channel of each sample.
    ///
    /// # Shapes
    /// `x`: `(batch, num_features, length)`, the same out; the batch may be missing.
    ///
    /// # Source
    /// Ulyanov et al. 2016; `torch.nn.InstanceNorm1d` 2.15.
    InstanceNorm1d, BatchNormOptions::instance(), [2, 3], "([batch,] channels, length)", single_or_batch_1d;
    /// As [`InstanceNorm1d`], for images.
    ///
    /// # Shapes
    /// `x`: `(batch, num_features, height, width)`, the same out; the batch may be missing.
    ///
    /// # Source
    /// Ulyanov et al. 2016; `torch.nn.InstanceNorm2d` 2.15.
    InstanceNorm2d, BatchNormOptions::instance(), [3, 4], "([batch,] channels, height, width)", single_or_batch_2d;
}

/// What all the layers consist of.
struct Parts {
    /// Factors and summands, if the layer is affine.
    parameters: [Option<Var>; 2],
    running: Option<Running>,
}

impl Parts {
    fn new(features: usize, options: &BatchNormOptions) -> Result<Parts> {
        let parameter = |value| {
            let made = || constant(&[features], value, options.dtype);
            options.affine.then(made).transpose()
        };
        let mut parts = Parts {
            parameters: [parameter(1.0)?, parameter(0.0)?],
            running: None,
        };
        if options.track_running_stats {
            parts.running = Some(Running {
                mean: Buffer::new(Tensor::zeros([features], options.dtype)?),
                var: Buffer::new(Tensor::ones([features], options.dtype)?),
                batches: Buffer::new(Tensor::scalar(0i64)),
            });
        }
        Ok(parts)
    }
}

/// How far running statistics move: by the momentum, or to the mean of all `batches`, among which this one is
/// counted.
fn rate(momentum: Option<f64>, batches: Option<&Buffer>) -> Result<f64> {
    let Some(batches) = batches else {
        return Ok(momentum.unwrap_or(0.0));
    };
    let count = batches.value().add_scalar(1)?;
    batches.set(count.clone())?;
    Ok(momentum.unwrap_or(1.0 / count.item::<f64>()?))
}

/// A layer that takes one rank takes a batch; one of two ranks has its channels in the second dimension,
/// unless it normalises instances.
fn expect_channels(
    name: &'static str,
    expected: &str,
    ranks: &[usize],
    features: usize,
    x: &Var,
) -> Result<()> {
    let rank = x.shape().len();
    let instance = name.starts_with("Instance");
    let place = if instance {
        ranks.iter().position(|&r| r == rank)
    } else {
        Some(1)
    };
    let channels = place.and_then(|place| x.shape().get(place));
    if ranks.contains(&rank) && channels == Some(&features) {
        return Ok(());
    }
    let message = format!(
        "expected {expected} with {features} channels, got {}",
        Dims(x.shape())
    );
    Err(Error::invalid(name, message))
}

/// `y = (x − m) / √(v + eps) · weight + bias` by channel, the second dimension: with mean and variance of the
/// batch if `training`, else with the running ones. In training these move towards the batch's, the variance
/// being that of a sample, by `momentum`. See [`BatchNorm2d`].
///
/// # Errors
/// A shape without channels, statistics or parameters of another length; in training only one number for
/// a channel; neither training nor running statistics.
pub fn batch_norm(
    x: &Var,
    running: Option<(&Buffer, &Buffer)>,
    weight: Option<&Var>,
    bias: Option<&Var>,
    training: bool,
    momentum: f64,
    eps: f64,
) -> Result<Var> {
    const OP: &str = "batch_norm";
    let channels = x.shape().get(1).copied();
    let rank = x.shape().len();
    let broadcast = by_channel(channels.unwrap_or(x.numel()), rank);
    let dims: Vec<isize> = (0..rank as isize).filter(|&d| d != 1).collect();
    if !training {
        let Some((mean, var)) = running else {
            let message = "without training it takes running statistics, and there are none";
            return Err(Error::invalid(OP, message));
        };
        return by_running(x, mean, var, weight, bias, eps, &broadcast);
    }
    let Some(channels) = channels else {
        let message = format!("expected (batch, channels, ..), got {}", Dims(x.shape()));
        return Err(Error::invalid(OP, message));
    };
    let each = x.numel() / channels.max(1);
    if each == 1 {
        let message = format!(
            "one number for each channel has no variance; the input is {}, give more samples or evaluate",
            Dims(x.shape())
        );
        return Err(Error::invalid(OP, message));
    }
    if let Some(running) = running {
        let (mean, var) = statistics(&x.value(), &dims)?;
        follow(running, &mean, &var, momentum)?;
    }
    affine(x.standardize(&dims, eps)?, weight, bias, &broadcast)
}

/// As [`batch_norm`], with mean and variance of each channel of each sample, of `(batch, channels, ..)`. The
/// running statistics follow the means of these over the batch. See [`InstanceNorm2d`].
///
/// # Errors
/// As there.
pub fn instance_norm(
    x: &Var,
    running: Option<(&Buffer, &Buffer)>,
    weight: Option<&Var>,
    bias: Option<&Var>,
    use_input_stats: bool,
    momentum: f64,
    eps: f64,
) -> Result<Var> {
    const OP: &str = "instance_norm";
    if !use_input_stats {
        return batch_norm(x, running, weight, bias, false, momentum, eps);
    }
    let (&[_, channels, ref places @ ..], rank) = (x.shape(), x.shape().len()) else {
        let message = format!("expected (batch, channels, ..), got {}", Dims(x.shape()));
        return Err(Error::invalid(OP, message));
    };
    if places.iter().product::<usize>() == 1 {
        let message = format!(
            "one place for each channel has no variance; the input is {}",
            Dims(x.shape())
        );
        return Err(Error::invalid(OP, message));
    }
    let dims: Vec<isize> = (2..rank as isize).collect();
    if let Some(running) = running {
        let (mean, var) = statistics(&x.value(), &dims)?;
        follow(
            running,
            &mean.mean_dims(&[0], false)?,
            &var.mean_dims(&[0], false)?,
            momentum,
        )?;
    }
    let broadcast = by_channel(channels, rank);
    affine(x.standardize(&dims, eps)?, weight, bias, &broadcast)
}

macro_rules! single_or_batch {
    ($($name:ident, $rank:literal;)*) => {$(
        fn $name(
            x: &Var,
            running: Option<(&Buffer, &Buffer)>,
            weight: Option<&Var>,
            bias: Option<&Var>,
            own: bool,
            momentum: f64,
            eps: f64,
        ) -> Result<Var> {
            if x.shape().len() == $rank {
                let x = x.unsqueeze(0)?;
                let y = instance_norm(&x, running, weight, bias, own, momentum, eps)?;
                return Ok(y.squeeze(0)?);
            }
            instance_norm(x, running, weight, bias, own, momentum, eps)
        }
    )*};
}
single_or_batch! { single_or_batch_1d, 2; single_or_batch_2d, 3; }

/// `(channels, 1, ..)`, which broadcasts against `(batch, channels, ..)`.
fn by_channel(channels: usize, rank: usize) -> Vec<usize> {
    let mut shape = vec![1; rank.saturating_sub(1).max(1)];
    shape[0] = channels;
    shape
}

/// Mean and variance of a sample over `dims`.
fn statistics(x: &Tensor, dims: &[isize]) -> Result<(Tensor, Tensor)> {
    let mean = x.mean_dims(dims, true)?;
    let n = (x.numel() / mean.numel().max(1)) as f64;
    let squares = x.sub(&mean)?.square()?.sum_dims(dims, false)?;
    let mean = mean.reshape(squares.shape())?;
    Ok((mean, squares.div_scalar((n - 1.0).max(f64::MIN_POSITIVE))?))
}

/// Moves the running statistics: `(1 − momentum) · running + momentum · new`.
fn follow(
    (running_mean, running_var): (&Buffer, &Buffer),
    mean: &Tensor,
    var: &Tensor,
    momentum: f64,
) -> Result<()> {
    for (running, new) in [(running_mean, mean), (running_var, var)] {
        let moved = running.value().mul_scalar(1.0 - momentum)?;
        running.set(moved.add(&new.mul_scalar(momentum)?)?)?;
    }
    Ok(())
}

fn by_running(
    x: &Var,
    mean: &Buffer,
    var: &Buffer,
    weight: Option<&Var>,
    bias: Option<&Var>,
    eps: f64,
    broadcast: &[usize],
) -> Result<Var> {
    let (mean, var) = (Var::new(mean.value()), Var::new(var.value()));
    let scale = var.add_scalar(eps)?.sqrt()?.rdiv_scalar(1.0)?;
    let centred = x.sub(&mean.reshape(broadcast)?)?;
    affine(
        centred.mul(&scale.reshape(broadcast)?)?,
        weight,
        bias,
        broadcast,
    )
}

fn affine(y: Var, weight: Option<&Var>, bias: Option<&Var>, broadcast: &[usize]) -> Result<Var> {
    let mut y = y;
    if let Some(weight) = weight {
        y = y.mul(&weight.reshape(broadcast)?)?;
    }
    if let Some(bias) = bias {
        y = y.add(&bias.reshape(broadcast)?)?;
    }
    Ok(y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::tensor;
    use gradus_tensor::testkit::assert_close;

    #[test]
    fn training_follows_the_batch_and_evaluation_uses_what_was_followed() {
        let options = BatchNormOptions {
            eps: 0.0,
            momentum: Some(0.5),
            ..BatchNormOptions::default()
        };
        let layer = BatchNorm1d::with_options(1, options).unwrap();
        let y = layer.forward(&tensor![[1.0], [3.0]].into()).unwrap();
        assert_close(&y.value(), &[-1.0, 1.0]);
        let state = layer.state_dict();
        let keys: Vec<&str> = state.keys().collect();
        assert_eq!(
            keys,
            [
                "weight",
                "bias",
                "running_mean",
                "running_var",
                "num_batches_tracked"
            ]
        );
        assert_close(state.get("running_mean").unwrap(), &[1.0]);
        assert_close(state.get("running_var").unwrap(), &[1.5]);
        assert_eq!(
            state
                .get("num_batches_tracked")
                .unwrap()
                .item::<i64>()
                .unwrap(),
            1
        );
        layer.eval();
        let y = layer
            .forward(&tensor![[1.0 + 1.5f32.sqrt()]].into())
            .unwrap();
        assert_close(&y.value(), &[1.0]);
    }

    #[test]
    fn without_momentum_all_batches_count_alike() {
        let options = BatchNormOptions {
            momentum: None,
            ..BatchNormOptions::default()
        };
        let layer = BatchNorm1d::with_options(1, options).unwrap();
        for x in [1.0f32, 2.0, 6.0] {
            layer.forward(&tensor![[x], [x]].into()).unwrap();
        }
        assert_close(layer.state_dict().get("running_mean").unwrap(), &[3.0]);
    }

    #[test]
    fn instances_are_normalised_alone() {
        let exact = BatchNormOptions {
            eps: 0.0,
            ..BatchNormOptions::instance()
        };
        let layer = InstanceNorm1d::with_options(2, exact).unwrap();
        let y = layer
            .forward(&tensor![[1.0, 3.0], [-2.0, 2.0]].into())
            .unwrap();
        assert_close(&y.value(), &[-1.0, 1.0, -1.0, 1.0]);
        assert!(layer.state_dict().is_empty());
    }

    #[test]
    fn they_print_as_in_pytorch() {
        assert_eq!(
            BatchNorm2d::new(3).unwrap().to_string(),
            "BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)"
        );
        assert_eq!(
            InstanceNorm2d::new(3).unwrap().to_string(),
            "InstanceNorm2d(3, eps=1e-05, momentum=0.1, affine=False, bias=False, track_running_stats=False)"
        );
    }

    #[test]
    fn refused() {
        let layer = BatchNorm1d::new(1).unwrap();
        let e = layer
            .forward(&tensor![[1.0]].into())
            .unwrap_err()
            .to_string();
        assert!(
            e.contains("one number for each channel has no variance"),
            "{e}"
        );
        let e = layer.forward(&tensor![1.0].into()).unwrap_err().to_string();
        assert_eq!(
            e,
            "BatchNorm1d: expected (batch, channels) or (batch, channels, length) with 1 channels, got (1,)"
        );
        assert!(
            InstanceNorm2d::new(1)
                .unwrap()
                .forward(&tensor![[[1.0]]].into())
                .is_err()
        );
    }
}
