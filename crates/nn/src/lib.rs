//! Neural-network modules, layers, initialisers, losses and state dictionaries.
//!
//! A model is a struct with `#[derive(Module)]`, or a [`Sequential`]. Its parameters are leaf [`Var`]s that it
//! shares with the optimizer; names, layouts, initial values and random draws are PyTorch's. Nothing here
//! knows of files or optimizers: a model turns into a [`StateDict`] and back.
//!
//! Start with [`Module`], which also shows how to make a layer of your own, then [`Linear`],
//! [`Sequential`] and [`Loss`].
//!
//! ```
//! use gradus_nn::{BceWithLogitsLoss, Linear, Loss, Module, Relu, Sequential};
//! use gradus_random::Generator;
//! use gradus_tensor::tensor;
//!
//! let rng = Generator::new(42);
//! let model = Sequential::new()
//!     .with(Linear::new(2, 8, &rng))
//!     .with(Relu::new())
//!     .with(Linear::new(8, 1, &rng));
//! let (x, y) = (tensor![[0.5, -1.0], [1.5, 2.0]], tensor![[0.0], [1.0]]);
//!
//! let loss = BceWithLogitsLoss::new().forward(&model.forward(&x.into())?, &y)?;
//! loss.backward()?;
//! for parameter in model.parameters() {
//!     let step = parameter.grad().unwrap().mul_scalar(-0.1)?;
//!     parameter.set_value(parameter.value().add(&step)?)?;
//! }
//! # Ok::<(), gradus_nn::Error>(())
//! ```

extern crate self as gradus_nn;

mod activation;
mod as_module;
mod attention;
mod batch_norm;
mod bce_loss;
mod bce_with_logits_loss;
mod bilinear;
mod buffer;
mod children;
mod conv;
mod convert;
mod cosine_embedding_loss;
mod cross_entropy_loss;
mod dropout;
mod embedding;
mod error;
mod field;
mod flatten;
pub mod functional;
mod gaussian_nll_loss;
mod hinge_embedding_loss;
mod huber_loss;
mod identity;
pub mod init;
mod kl_div_loss;
mod l1_loss;
mod linear;
mod lists;
mod load_state_dict;
mod loss;
mod margin_ranking_loss;
mod member;
mod mode;
mod module;
mod module_dict;
mod module_list;
mod mse_loss;
mod multi_label_margin_loss;
mod multi_label_soft_margin_loss;
mod multi_margin_loss;
mod nll_loss;
mod normalization;
mod observe;
mod poisson_nll_loss;
mod pooling;
#[doc(hidden)]
pub mod probe;
mod recurrent;
mod regularizer;
mod repr;
mod resize;
mod sequential;
mod smooth_l1_loss;
mod soft_margin_loss;
mod state_dict;
mod summary;
mod tree;
mod triplet_margin_loss;
mod walk;

pub use activation::{
    Celu, Elu, Gelu, Glu, Hardshrink, Hardsigmoid, Hardswish, Hardtanh, LeakyRelu, LogSigmoid,
    LogSoftmax, Mish, PRelu, Relu, Relu6, Selu, Sigmoid, Silu, Softmax, Softmin, Softplus,
    Softshrink, Softsign, Tanh, Tanhshrink, Threshold,
};
pub use as_module::AsModule;
pub use attention::{
    Attend, FeedForwardActivation, MultiheadAttention, MultiheadAttentionOptions,
    TransformerEncoderLayer, TransformerEncoderLayerOptions,
};
pub use batch_norm::{BatchNorm1d, BatchNorm2d, BatchNormOptions, InstanceNorm1d, InstanceNorm2d};
pub use bce_loss::BceLoss;
pub use bce_with_logits_loss::BceWithLogitsLoss;
pub use bilinear::Bilinear;
pub use buffer::Buffer;
pub use conv::{
    Conv1d, Conv1dOptions, Conv2d, Conv2dOptions, ConvTranspose1d, ConvTranspose1dOptions,
    ConvTranspose2d, ConvTranspose2dOptions, PaddingMode,
};
pub use cosine_embedding_loss::CosineEmbeddingLoss;
pub use cross_entropy_loss::CrossEntropyLoss;
pub use dropout::{Dropout, Dropout2d};
pub use embedding::{Embedding, EmbeddingOptions};
pub use error::{Error, ErrorKind, Result};
pub use field::Field;
pub use flatten::Flatten;
pub use gaussian_nll_loss::GaussianNllLoss;
pub use gradus_autograd::Var;
pub use gradus_nn_derive::Module;
#[doc(hidden)]
pub use gradus_nn_derive::ModuleThroughGradus;
pub use gradus_tensor::Reduction;
pub use gradus_tensor::ops::ConvPadding;
pub use hinge_embedding_loss::HingeEmbeddingLoss;
pub use huber_loss::HuberLoss;
pub use identity::Identity;
pub use kl_div_loss::KlDivLoss;
pub use l1_loss::L1Loss;
pub use linear::{Linear, LinearOptions};
pub use load_state_dict::{Entry, Loaded, StateDictMismatch, Strictness};
pub use loss::{Loss, Target};
pub use margin_ranking_loss::MarginRankingLoss;
pub use member::{Member, MemberMut};
pub use mode::Mode;
pub use module::Module;
pub use module_dict::ModuleDict;
pub use module_list::ModuleList;
pub use mse_loss::MseLoss;
pub use multi_label_margin_loss::MultiLabelMarginLoss;
pub use multi_label_soft_margin_loss::MultiLabelSoftMarginLoss;
pub use multi_margin_loss::MultiMarginLoss;
pub use nll_loss::NllLoss;
pub use normalization::{
    GroupNorm, GroupNormOptions, LayerNorm, LayerNormOptions, LocalResponseNorm, RmsNorm,
    RmsNormOptions,
};
pub use observe::{observe, seen};
pub use poisson_nll_loss::PoissonNllLoss;
pub use pooling::{
    AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveMaxPool1d, AdaptiveMaxPool2d, AvgPool1d,
    AvgPool2d, MaxPool1d, MaxPool2d,
};
pub use recurrent::{
    Gru, GruCell, Lstm, LstmCell, RecurrentOptions, Rnn, RnnCell, RnnNonlinearity,
};
pub use regularizer::Regularizer;
pub use resize::{ChannelShuffle, PixelShuffle, PixelUnshuffle, Unflatten, Upsample};
pub use sequential::Sequential;
pub use smooth_l1_loss::SmoothL1Loss;
pub use soft_margin_loss::SoftMarginLoss;
pub use state_dict::StateDict;
pub use summary::{Summary, SummaryRow};
pub use triplet_margin_loss::TripletMarginLoss;
