//! Attention, and the encoder layer of a transformer.

use gradus_autograd::Var;
use gradus_random::Generator;
use gradus_tensor::{DType, Tensor};

use crate::dropout::dropout;
use crate::error::{Dims, Error, Result};
use crate::repr::extra_repr;
use crate::{
    Dropout, LayerNorm, LayerNormOptions, Linear, LinearOptions, Mode, Module, init, seen,
};

/// The linear map after the heads, under PyTorch's name for it.
#[derive(Clone, Debug, Module)]
#[module(observed, extra_repr, name = "NonDynamicallyQuantizableLinear")]
struct OutputMap {
    weight: Var,
    bias: Option<Var>,
    mode: Mode,
}

impl OutputMap {
    #[inline]
    fn forward(&self, x: &Var) -> Result<Var> {
        let y = x.linear(&self.weight, self.bias.as_ref())?;
        seen(self, &y);
        Ok(y)
    }

    #[inline]
    fn extra_repr(&self) -> String {
        extra_repr!(
            in_features = self.weight.shape()[1],
            out_features = self.weight.shape()[0],
            bias = self.bias.is_some()
        )
    }
}

/// Several weighted means of `value`: each head compares `query` with `key` and weighs by the result.
///
/// `head_h = softmax(Q_h K_hᵀ / √d + mask) V_h`, where `Q`, `K`, `V` are linear maps of query, key and value,
/// cut into `num_heads` parts of `d` numbers; the output is a linear map of all heads.
///
/// # Shapes
/// query: `(targets, batch, embed_dim)`, key and value: `(sources, batch, embed_dim)`, or the batch first if
/// `batch_first`; it may be missing → `(targets, batch, embed_dim)` and the weights
/// `(batch, targets, sources)`.
///
/// # Source
/// Vaswani et al. 2017; `torch.nn.MultiheadAttention` 2.15: names, layout, and initial values bit for bit.
///
/// ```
/// use gradus_nn::{Attend, MultiheadAttention};
/// use gradus_random::Generator;
/// use gradus_tensor::{DType, Tensor};
///
/// let layer = MultiheadAttention::new(4, 2, &Generator::new(0))?;
/// let x = Tensor::ones([5, 3, 4], DType::F32)?.into();
/// let (y, weights) = layer.forward(&x, &x, &x, &Attend::default())?;
/// assert_eq!((y.shape(), weights.unwrap().shape()), (&[5, 3, 4][..], &[3, 5, 5][..]));
/// # Ok::<(), gradus_nn::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(no_forward)]
pub struct MultiheadAttention {
    /// The maps to `Q`, `K` and `V`, one above the other: `(3 embed_dim, embed_dim)`.
    pub in_proj_weight: Var,
    /// What is added to them.
    pub in_proj_bias: Option<Var>,
    out_proj: OutputMap,
    num_heads: usize,
    dropout: f64,
    batch_first: bool,
    rng: Generator,
    mode: Mode,
}

/// What [`MultiheadAttention::with_options`] can vary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MultiheadAttentionOptions {
    /// Whether the linear maps have biases.
    pub bias: bool,
    /// How likely a weight is switched off in training.
    pub dropout: f64,
    /// Whether inputs are `(batch, length, embed_dim)`.
    pub batch_first: bool,
    /// `F32` or `F64`.
    pub dtype: DType,
}

impl Default for MultiheadAttentionOptions {
    #[inline]
    fn default() -> MultiheadAttentionOptions {
        MultiheadAttentionOptions {
            bias: true,
            dropout: 0.0,
            batch_first: false,
            dtype: DType::F32,
        }
    }
}

/// What a call of [`MultiheadAttention`] can vary.
#[derive(Clone, Debug)]
pub struct Attend {
    /// `(targets, sources)`, or `(batch · num_heads, targets, sources)`: bools that say which source a target
    /// must not look at, or numbers to add.
    pub attn_mask: Option<Tensor>,
    /// `(batch, sources)`: bools that say which source nobody may look at, or numbers to add.
    pub key_padding_mask: Option<Tensor>,
    /// Whether the weights are wanted.
    pub need_weights: bool,
    /// Whether their mean over heads is, instead of each.
    pub average_attn_weights: bool,
}

impl Default for Attend {
    #[inline]
    fn default() -> Attend {
        Attend {
            attn_mask: None,
            key_padding_mask: None,
            need_weights: true,
            average_attn_weights: true,
        }
    }
}

impl Attend {
    /// No target may look at sources behind it, of `length` both.
    ///
    /// # Errors
    /// A length whose square does not fit the address space.
    #[inline]
    pub fn causal(length: usize) -> Result<Attend> {
        let mask = (0..length * length)
            .map(|i| i % length > i / length)
            .collect();
        Ok(Attend {
            attn_mask: Some(Tensor::from_vec(mask, [length, length])?),
            ..Attend::default()
        })
    }
}

impl MultiheadAttention {
    /// A layer in `f32` with biases. Draws the output's map as a [`Linear`] does, then the maps of query, key
    /// and value by Xavier's uniform rule; biases are zeros.
    ///
    /// # Errors
    /// Numbers that do not divide by the heads; sizes that do not fit the address space.
    #[inline]
    pub fn new(embed_dim: usize, num_heads: usize, rng: &Generator) -> Result<MultiheadAttention> {
        let options = MultiheadAttentionOptions::default();
        MultiheadAttention::with_options(embed_dim, num_heads, options, rng)
    }

    /// As [`new`](MultiheadAttention::new), with all that can vary.
    ///
    /// # Errors
    /// As there; a probability outside [0, 1]; a dtype that is not drawn in.
    #[inline]
    pub fn with_options(
        embed_dim: usize,
        num_heads: usize,
        options: MultiheadAttentionOptions,
        rng: &Generator,
    ) -> Result<MultiheadAttention> {
        const NAME: &str = "MultiheadAttention";
        if num_heads == 0 || embed_dim == 0 || !embed_dim.is_multiple_of(num_heads) {
            let message = format!("{embed_dim} numbers do not divide by {num_heads} heads");
            return Err(Error::invalid(NAME, message));
        }
        if !(0.0..=1.0).contains(&options.dropout) {
            let message = format!("the probability {} is outside [0, 1]", options.dropout);
            return Err(Error::invalid(NAME, message));
        }
        let linear = LinearOptions {
            bias: options.bias,
            dtype: options.dtype,
        };
        let out = Linear::with_options(embed_dim, embed_dim, linear, rng)?;
        out.bias.as_ref().map(init::zeros_).transpose()?;
        let in_proj_weight = Var::leaf(Tensor::zeros([3 * embed_dim, embed_dim], options.dtype)?)?;
        init::xavier_uniform_(&in_proj_weight, 1.0, rng)?;
        let in_proj_bias = options
            .bias
            .then(|| Tensor::zeros([3 * embed_dim], options.dtype));
        Ok(MultiheadAttention {
            in_proj_weight,
            in_proj_bias: in_proj_bias.transpose()?.map(Var::leaf).transpose()?,
            out_proj: OutputMap {
                weight: out.weight,
                bias: out.bias,
                mode: Mode::new(),
            },
            num_heads,
            dropout: options.dropout,
            batch_first: options.batch_first,
            rng: rng.clone(),
            mode: Mode::new(),
        })
    }

    /// The output, and the weights if they are wanted.
    ///
    /// # Errors
    /// Shapes that do not fit each other, the layer or the masks; dtypes that differ.
    #[inline]
    pub fn forward(
        &self,
        query: &Var,
        key: &Var,
        value: &Var,
        attend: &Attend,
    ) -> Result<(Var, Option<Var>)> {
        let batched = query.shape().len() == 3;
        let [query, key, value] = [query, key, value].map(|x| self.steps_first(x, batched));
        let (query, key, value) = (query?, key?, value?);
        let (&[targets, batch, embed], &[sources, key_batch, _]) = (query.shape(), key.shape())
        else {
            return Err(self.refuse(&query));
        };
        if key.shape() != value.shape() || key_batch != batch {
            return Err(self.refuse(&value));
        }
        let heads = batch * self.num_heads;
        let width = embed / self.num_heads;
        let of_heads = |x: &Var, index: usize, length: usize| {
            let mapped = self.mapped(x, index, embed)?;
            Ok::<_, Error>(mapped.reshape([length, heads, width])?.transpose(0, 1)?)
        };
        let q = of_heads(&query, 0, targets)?.mul_scalar((1.0 / width as f64).sqrt())?;
        let (k, v) = (of_heads(&key, 1, sources)?, of_heads(&value, 2, sources)?);
        let mut scores = q.bmm(&k.transpose(1, 2)?)?;
        for mask in self.masks(attend, [batch, targets, sources], q.dtype())? {
            scores = scores.add(&mask)?;
        }
        let mut weights = scores.softmax(-1)?;
        if self.mode.is_training() && self.dropout > 0.0 {
            weights = dropout(&weights, self.dropout, true, &self.rng)?;
        }
        let mixed = weights.bmm(&v)?.transpose(0, 1)?;
        let mixed = mixed.reshape([targets, batch, embed])?;
        let mut y = self.out_proj.forward(&mixed)?;
        if !batched {
            y = y.squeeze(1)?;
        } else if self.batch_first {
            y = y.transpose(0, 1)?;
        }
        seen(self, &y);
        if !attend.need_weights {
            return Ok((y, None));
        }
        let mut weights = weights.reshape([batch, self.num_heads, targets, sources])?;
        if attend.average_attn_weights {
            weights = weights.mean_dims(&[1], false)?;
        }
        if !batched {
            weights = weights.squeeze(0)?;
        }
        Ok((y, Some(weights)))
    }

    /// `(length, batch, embed_dim)`.
    #[inline]
    fn steps_first(&self, x: &Var, batched: bool) -> Result<Var> {
        let embed = self.in_proj_weight.shape().get(1);
        let rank = if batched { 3 } else { 2 };
        if x.shape().len() != rank || x.shape().last() != embed {
            return Err(self.refuse(x));
        }
        Ok(match (batched, self.batch_first) {
            (false, _) => x.unsqueeze(1)?,
            (true, true) => x.transpose(0, 1)?,
            (true, false) => x.clone(),
        })
    }

    /// `Q`, `K` or `V`.
    #[inline]
    fn mapped(&self, x: &Var, index: usize, embed: usize) -> Result<Var> {
        let rows = |p: &Var| p.narrow(0, index * embed, embed);
        let bias = self.in_proj_bias.as_ref().map(rows).transpose()?;
        Ok(x.linear(&rows(&self.in_proj_weight)?, bias.as_ref())?)
    }

    /// What is added to the scores of all heads.
    #[inline]
    fn masks(
        &self,
        attend: &Attend,
        [batch, targets, sources]: [usize; 3],
        dtype: DType,
    ) -> Result<Vec<Var>> {
        let heads = batch * self.num_heads;
        let mut masks = Vec::new();
        if let Some(mask) = &attend.attn_mask {
            let all = mask.shape() == [heads, targets, sources];
            if !all && mask.shape() != [targets, sources] {
                return Err(self.wrong_mask("attn_mask", mask, &[targets, sources]));
            }
            masks.push(summand(mask, dtype)?);
        }
        if let Some(mask) = &attend.key_padding_mask {
            let alone = batch == 1 && mask.shape() == [sources];
            if !alone && mask.shape() != [batch, sources] {
                return Err(self.wrong_mask("key_padding_mask", mask, &[batch, sources]));
            }
            let each = summand(mask, dtype)?.reshape([batch, 1, 1, sources])?;
            let each = each.expand(&[batch, self.num_heads, 1, sources][..])?;
            masks.push(each.reshape([heads, 1, sources])?);
        }
        Ok(masks)
    }

    #[inline]
    fn wrong_mask(&self, what: &str, mask: &Tensor, expected: &[usize]) -> Error {
        let (got, expected) = (Dims(mask.shape()), Dims(expected));
        let message = format!("the {what} is {got}, expected {expected}");
        Error::invalid("MultiheadAttention", message)
    }

    #[cold]
    fn refuse(&self, x: &Var) -> Error {
        let embed = self.in_proj_weight.shape().get(1).copied().unwrap_or(0);
        let order = if self.batch_first {
            "batch, length"
        } else {
            "length, batch"
        };
        let message = format!(
            "query, key and value are ({order}, {embed}) or all (length, {embed}), key and value of one length; got {}",
            Dims(x.shape())
        );
        Error::invalid("MultiheadAttention", message)
    }
}

/// What a call of [`scaled_dot_product_attention`] can vary.
#[derive(Clone, Copy, Debug, Default)]
pub struct DotProductAttention<'a> {
    /// What broadcasts to `(.., targets, sources)`: bools that say which source a target looks at (unlike
    /// the masks of [`Attend`]), or numbers to add.
    pub attn_mask: Option<&'a Var>,
    /// No target looks at sources behind it.
    pub is_causal: bool,
    /// What scores are multiplied by, 1/√width unless given.
    pub scale: Option<f64>,
    /// Whether keys and values may have fewer heads than queries, each shared by several of them.
    pub enable_gqa: bool,
    /// How likely a weight is switched off, and the generator that is drawn from.
    pub dropout: Option<(f64, &'a Generator)>,
}

/// `softmax(scale · Q Kᵀ + mask) V`.
///
/// # Shapes
/// query: `(.., targets, width)`, key: `(.., sources, width)`, value: `(.., sources, values)` →
/// `(.., targets, values)`; with `enable_gqa` the dimension before the last two counts heads.
///
/// # Errors
/// Shapes that do not fit; dtypes that differ; a mask beside `is_causal`.
///
/// # Source
/// `torch.nn.functional.scaled_dot_product_attention` 2.15.
#[inline]
pub fn scaled_dot_product_attention(
    query: &Var,
    key: &Var,
    value: &Var,
    options: &DotProductAttention<'_>,
) -> Result<Var> {
    const OP: &str = "scaled_dot_product_attention";
    let (&[.., targets, width], &[.., sources, _]) = (query.shape(), key.shape()) else {
        let message = format!(
            "expected (.., length, width), got {} and {}",
            Dims(query.shape()),
            Dims(key.shape())
        );
        return Err(Error::invalid(OP, message));
    };
    let (mut key, mut value) = (key.clone(), value.clone());
    if options.enable_gqa {
        key = shared_by_heads(OP, query, &key)?;
        value = shared_by_heads(OP, query, &value)?;
    }
    let scale = options.scale.unwrap_or(1.0 / (width as f64).sqrt());
    let mut scores = query.matmul(&key.transpose(-1, -2)?)?.mul_scalar(scale)?;
    match (options.attn_mask, options.is_causal) {
        (Some(_), true) => {
            let message = "either a mask or `is_causal`, which is a mask too";
            return Err(Error::invalid(OP, message));
        }
        (Some(mask), false) if mask.dtype() == DType::Bool => {
            let hidden = mask
                .to_vec::<bool>()?
                .into_iter()
                .map(|seen| !seen)
                .collect();
            let hidden = Tensor::from_vec(hidden, mask.shape())?;
            scores = scores.add(&summand(&hidden, query.dtype())?)?;
        }
        (Some(mask), false) => scores = scores.add(mask)?,
        (None, true) => {
            let hidden = (0..targets * sources)
                .map(|i| i % sources > i / sources)
                .collect();
            let hidden = Tensor::from_vec(hidden, [targets, sources])?;
            scores = scores.add(&summand(&hidden, query.dtype())?)?;
        }
        (None, false) => {}
    }
    let mut weights = scores.softmax(-1)?;
    if let Some((p, rng)) = options.dropout {
        weights = dropout(&weights, p, true, rng)?;
    }
    Ok(weights.matmul(&value)?)
}

/// Each head of `x` as often as there are heads of queries for it.
#[inline]
fn shared_by_heads(op: &'static str, query: &Var, x: &Var) -> Result<Var> {
    let (&[.., wanted, _, _], &[ref lead @ .., heads, length, width]) = (query.shape(), x.shape())
    else {
        let message = format!(
            "expected (.., heads, length, width), got {}",
            Dims(x.shape())
        );
        return Err(Error::invalid(op, message));
    };
    if heads == 0 || !wanted.is_multiple_of(heads) {
        let message = format!("{wanted} heads of queries do not divide by {heads} of keys");
        return Err(Error::invalid(op, message));
    }
    let times = wanted / heads;
    let repeated = [lead, &[heads, times, length, width]].concat();
    let x = x.unsqueeze(-3)?.expand(&repeated[..])?;
    Ok(x.reshape([lead, &[wanted, length, width]].concat())?)
}

/// Bools as −∞ where they are true, numbers as they are.
#[inline]
fn summand(mask: &Tensor, dtype: DType) -> Result<Var> {
    if mask.dtype() != DType::Bool {
        return Ok(Var::new(mask.to_dtype(dtype)?));
    }
    let hidden = mask.to_vec::<bool>()?.into_iter();
    let numbers = hidden
        .map(|h| if h { f64::NEG_INFINITY } else { 0.0 })
        .collect();
    let numbers = Tensor::from_vec(numbers, mask.shape())?;
    Ok(Var::new(numbers.to_dtype(dtype)?))
}

/// What stands between the two linear maps of a [`TransformerEncoderLayer`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FeedForwardActivation {
    /// `max(x, 0)`.
    #[default]
    Relu,
    /// `x Φ(x)`.
    Gelu,
}

/// Self-attention, then two linear maps for each place; both added to what came in and normalised.
///
/// `x ← norm1(x + attention(x))`, `y = norm2(x + W₂ relu(W₁ x + b₁) + b₂)`; with `norm_first` the normalisations
/// stand before attention and maps.
///
/// # Shapes
/// `x`: `(length, batch, d_model)`, or the batch first if `batch_first`; the same out.
///
/// # Source
/// Vaswani et al. 2017; `torch.nn.TransformerEncoderLayer` 2.15.
#[derive(Clone, Debug, Module)]
#[module(observed)]
pub struct TransformerEncoderLayer {
    /// Attention of every place to every place.
    pub self_attn: MultiheadAttention,
    /// `W₁` and `b₁`.
    pub linear1: Linear,
    dropout: Dropout,
    /// `W₂` and `b₂`.
    pub linear2: Linear,
    /// What follows (or precedes) attention.
    pub norm1: LayerNorm,
    /// What follows (or precedes) the maps.
    pub norm2: LayerNorm,
    dropout1: Dropout,
    dropout2: Dropout,
    norm_first: bool,
    #[module(skip)]
    activation: FeedForwardActivation,
    mode: Mode,
}

/// What [`TransformerEncoderLayer::with_options`] can vary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TransformerEncoderLayerOptions {
    /// Numbers between the two linear maps.
    pub dim_feedforward: usize,
    /// How likely an element is switched off in training.
    pub dropout: f64,
    /// What stands between the two linear maps.
    pub activation: FeedForwardActivation,
    /// Added to the variances.
    pub layer_norm_eps: f64,
    /// Whether inputs are `(batch, length, d_model)`.
    pub batch_first: bool,
    /// Whether normalisation comes first.
    pub norm_first: bool,
    /// Whether the linear maps and normalisations have biases.
    pub bias: bool,
    /// `F32` or `F64`.
    pub dtype: DType,
}

impl Default for TransformerEncoderLayerOptions {
    #[inline]
    fn default() -> TransformerEncoderLayerOptions {
        TransformerEncoderLayerOptions {
            dim_feedforward: 2048,
            dropout: 0.1,
            activation: FeedForwardActivation::Relu,
            layer_norm_eps: 1e-5,
            batch_first: false,
            norm_first: false,
            bias: true,
            dtype: DType::F32,
        }
    }
}

impl TransformerEncoderLayer {
    /// A layer of PyTorch's options in `f32`.
    ///
    /// # Errors
    /// Numbers that do not divide by the heads; sizes that do not fit the address space.
    #[inline]
    pub fn new(d_model: usize, nhead: usize, rng: &Generator) -> Result<TransformerEncoderLayer> {
        let options = TransformerEncoderLayerOptions::default();
        TransformerEncoderLayer::with_options(d_model, nhead, options, rng)
    }

    /// As [`new`](TransformerEncoderLayer::new), with all that can vary.
    ///
    /// # Errors
    /// As there; a probability outside [0, 1]; a dtype that is not drawn in.
    #[inline]
    pub fn with_options(
        d_model: usize,
        nhead: usize,
        options: TransformerEncoderLayerOptions,
        rng: &Generator,
    ) -> Result<TransformerEncoderLayer> {
        let o = &options;
        let attention = MultiheadAttentionOptions {
            bias: o.bias,
            dropout: o.dropout,
            batch_first: o.batch_first,
            dtype: o.dtype,
        };
        let linear = LinearOptions {
            bias: o.bias,
            dtype: o.dtype,
        };
        let norm = LayerNormOptions {
            eps: o.layer_norm_eps,
            bias: o.bias,
            dtype: o.dtype,
            ..LayerNormOptions::default()
        };
        Ok(TransformerEncoderLayer {
            self_attn: MultiheadAttention::with_options(d_model, nhead, attention, rng)?,
            linear1: Linear::with_options(d_model, o.dim_feedforward, linear, rng)?,
            dropout: Dropout::new(o.dropout, rng)?,
            linear2: Linear::with_options(o.dim_feedforward, d_model, linear, rng)?,
            norm1: LayerNorm::with_options(&[d_model], norm)?,
            norm2: LayerNorm::with_options(&[d_model], norm)?,
            dropout1: Dropout::new(o.dropout, rng)?,
            dropout2: Dropout::new(o.dropout, rng)?,
            norm_first: o.norm_first,
            activation: o.activation,
            mode: Mode::new(),
        })
    }

    /// The sequence after attention and maps.
    ///
    /// # Errors
    /// Another number of dimensions or numbers for a place; another dtype than the parameters'.
    #[inline]
    pub fn forward(&self, x: &Var) -> Result<Var> {
        self.forward_masked(x, &Attend::default())
    }

    /// As [`forward`](TransformerEncoderLayer::forward), with masks.
    ///
    /// # Errors
    /// As there; masks of another shape.
    #[inline]
    pub fn forward_masked(&self, x: &Var, attend: &Attend) -> Result<Var> {
        let y = if self.norm_first {
            let x = x.add(&self.attention(&self.norm1.forward(x)?, attend)?)?;
            x.add(&self.maps(&self.norm2.forward(&x)?)?)?
        } else {
            let x = self.norm1.forward(&x.add(&self.attention(x, attend)?)?)?;
            self.norm2.forward(&x.add(&self.maps(&x)?)?)?
        };
        seen(self, &y);
        Ok(y)
    }

    #[inline]
    fn attention(&self, x: &Var, attend: &Attend) -> Result<Var> {
        let attend = Attend {
            need_weights: false,
            ..attend.clone()
        };
        let (y, _) = self.self_attn.forward(x, x, x, &attend)?;
        self.dropout1.forward(&y)
    }

    #[inline]
    fn maps(&self, x: &Var) -> Result<Var> {
        let wide = self.linear1.forward(x)?;
        let wide = match self.activation {
            FeedForwardActivation::Relu => wide.relu()?,
            FeedForwardActivation::Gelu => wide.gelu()?,
        };
        let y = self.linear2.forward(&self.dropout.forward(&wide)?)?;
        self.dropout2.forward(&y)
    }
}

#[cfg(test)]
mod tests;
