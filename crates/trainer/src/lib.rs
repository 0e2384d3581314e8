//! The training loop: callbacks, checkpoints, exact resumption, progress.
//!
//! A [`Trainer`] holds a model, a loss, an optimizer and the loaders, trains for a number of epochs and keeps
//! the histories. What a batch does is a step function that can be replaced; what happens between batches and
//! epochs is a list of [`Callback`]s.
//!
//! The law of this crate: training for *k* epochs, saving a checkpoint, loading it in a new process and training
//! for *n − k* epochs gives the same bits as training for *n*: weights, optimizer, generators, order of the
//! samples, histories, callbacks. The same holds for a checkpoint taken within an epoch.
//!
//! ```
//! use gradus_data::{DataLoader, TensorDataset};
//! use gradus_nn::{Linear, Module, MseLoss};
//! use gradus_optim::Sgd;
//! use gradus_random::Generator;
//! use gradus_tensor::tensor;
//! use gradus_trainer::Trainer;
//!
//! let rng = Generator::new(1);
//! let model = Linear::new(1, 1, &rng);
//! let sgd = Sgd::new(model.parameters(), 0.1)?;
//! let line = TensorDataset::new((tensor![[-1.0], [0.0], [1.0]], tensor![[-1.0], [1.0], [3.0]]))?;
//!
//! let mut trainer = Trainer::new(model, MseLoss::new(), sgd).with_generator(&rng);
//! trainer.set_loaders(DataLoader::new(line, 1).shuffle(true).rng(&rng), None)?;
//! trainer.train(60)?;
//! assert_eq!(trainer.total_epochs(), 60);
//! assert!(trainer.losses()[59] < 1e-6);
//! assert!((trainer.predict(&tensor![[2.0]])?.item::<f32>()? - 5.0).abs() < 1e-3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod callback;
mod checkpoint;
mod cross_validation;
mod early_stopping;
mod epoch_metric;
mod error;
mod exact;
mod learning_rate_schedule;
mod model_checkpoint;
mod monitor;
mod optimizer_entries;
mod plateau_schedule;
mod progress_bar;
#[cfg(feature = "pytorch")]
pub mod pytorch;
mod require_finite;
mod search;
mod snapshot;
mod step;
mod train;
mod trainer;
mod value_entries;
mod weight_averaging;

pub use callback::{BatchEnd, Callback, CallbackState, Training};
pub use cross_validation::{CrossValidation, Fold};
pub use early_stopping::EarlyStopping;
pub use error::{Error, Phase, Result};
pub use exact::Exact;
pub use learning_rate_schedule::LearningRateSchedule;
pub use model_checkpoint::ModelCheckpoint;
pub use monitor::Monitor;
pub use plateau_schedule::PlateauSchedule;
pub use progress_bar::ProgressBar;
pub use require_finite::RequireFinite;
pub use search::{Search, Trial, Trials};
pub use step::{Evaluation, TrainStep, TrainStepFn, ValStep, ValStepFn};
pub use train::Ended;
pub use trainer::Trainer;
pub use weight_averaging::WeightAveraging;
