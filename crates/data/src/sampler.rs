//! The order in which a loader visits the samples.

mod batch;
mod distributed;
mod random;
mod sequential;
mod stratified;
mod subset_random;
mod weighted;

pub use batch::{BatchSampler, Batching};
pub use distributed::DistributedSampler;
pub use random::RandomSampler;
pub use sequential::SequentialSampler;
pub use stratified::StratifiedSampler;
pub use subset_random::SubsetRandomSampler;
pub use weighted::WeightedRandomSampler;

use crate::error::{ErrorKind, Result};
use gradus_random::Generator;

/// The indices of one epoch after another.
///
/// # Examples
/// ```
/// use gradus_data::{Result, Sampler};
/// use gradus_random::Generator;
///
/// /// Every second sample.
/// struct Even(usize);
///
/// impl Sampler for Even {
///     fn len(&self) -> usize {
///         self.0.div_ceil(2)
///     }
///     fn order(&self, _rng: Option<&Generator>) -> Result<Vec<usize>> {
///         Ok((0..self.0).step_by(2).collect())
///     }
/// }
/// assert_eq!(Even(5).order(None)?, [0, 2, 4]);
/// # Ok::<(), gradus_data::Error>(())
/// ```
pub trait Sampler: Send + Sync {
    /// How many indices an epoch has.
    fn len(&self) -> usize;

    /// Whether an epoch has none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The indices of the next epoch. `rng` is the loader's [`rng`](crate::DataLoader::rng), the program's global stream.
    ///
    /// # Errors
    /// If the order is random and there is no generator to draw it from.
    fn order(&self, rng: Option<&Generator>) -> Result<Vec<usize>>;

    /// Called when an epoch has been read to its end, for what PyTorch draws only then.
    fn exhausted(&self) {}
}

/// The generator, or the error that names the remedy.
fn required<'a>(op: &'static str, rng: Option<&'a Generator>) -> Result<&'a Generator> {
    rng.ok_or_else(|| ErrorKind::NoGenerator { op }.into())
}
