//! Losses and layers without state as functions, PyTorch's `torch.nn.functional`.
//!
//! Activations and `linear` are methods of [`Var`](gradus_autograd::Var).

mod binary_cross_entropy;
mod classes;
mod distance;
mod likelihood;
mod margin;
mod reduction;
mod regression;
mod similarity;

pub use crate::attention::{DotProductAttention, scaled_dot_product_attention};
pub use crate::batch_norm::{batch_norm, instance_norm};
pub use crate::bilinear::bilinear;
pub use crate::dropout::{dropout, dropout2d};
pub use binary_cross_entropy::{binary_cross_entropy, binary_cross_entropy_with_logits};
pub use classes::{cross_entropy, kl_div, nll_loss};
pub use distance::{cosine_embedding_loss, triplet_margin_loss};
pub use likelihood::{gaussian_nll_loss, poisson_nll_loss};
pub use margin::{
    hinge_embedding_loss, margin_ranking_loss, multi_margin_loss, multilabel_margin_loss,
    multilabel_soft_margin_loss, soft_margin_loss,
};
pub use regression::{huber_loss, l1_loss, mse_loss, smooth_l1_loss};
pub use similarity::{cosine_similarity, normalize, pairwise_distance, pdist};
