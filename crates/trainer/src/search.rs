//! Choosing a setting, a learning rate say, by what it comes to on the validation data.

use std::fmt;

use gradus_plot::Figure;

use crate::early_stopping::EarlyStopping;
use crate::error::{Error, Result};
use crate::monitor::Monitor;
use crate::trainer::Trainer;

/// Trains once with each of several settings and keeps what each came to.
///
/// The score is the watched number after the last epoch, or after the epoch whose weights [`EarlyStopping`] gave back. A training
/// whose score is not finite has diverged: it is kept, but never the best. So is one that
/// [`RequireFinite`](crate::RequireFinite) ended; add that callback to lose no time with the epochs that are left.
///
/// ```
/// use gradus_data::{DataLoader, TensorDataset};
/// use gradus_nn::{Linear, Module, MseLoss};
/// use gradus_optim::Sgd;
/// use gradus_random::Generator;
/// use gradus_tensor::tensor;
/// use gradus_trainer::{Search, Trainer};
///
/// let line = TensorDataset::new((tensor![[-1.0], [0.0], [1.0]], tensor![[-1.0], [1.0], [3.0]]))?;
/// let tried = Search::new(100).run([1e-4, 1e-2, 1e3], |&rate| {
///     let rng = Generator::new(1);
///     let model = Linear::new(1, 1, &rng);
///     let sgd = Sgd::new(model.parameters(), rate)?;
///     let mut trainer = Trainer::new(model, MseLoss::new(), sgd).with_generator(&rng);
///     let loader = || DataLoader::new(line.clone(), 1).rng(&rng);
///     trainer.set_loaders(loader(), loader())?;
///     Ok(trainer)
/// })?;
/// assert_eq!(tried.best()?.setting, 1e-2);
/// assert!(!tried[2].score.is_finite(), "it diverged");
/// let weights = tried.best()?.trainer.model().state_dict();
/// # let _ = weights;
/// # Ok::<(), gradus_trainer::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Search {
    epochs: usize,
    monitor: Monitor,
}

/// A training, done, and what it came to.
#[derive(Debug)]
pub struct Trial<T> {
    /// What it was trained with; the number of the fold, from 0, in a cross-validation.
    pub setting: T,
    /// The watched number of the model as it is now; NaN if the training was ended because a loss was not finite.
    pub score: f64,
    /// The training, with the model and its histories.
    pub trainer: Trainer,
}

/// The trainings of a search, in the order of the settings; a slice of [`Trial`]s.
#[derive(Debug)]
pub struct Trials<T> {
    trials: Vec<Trial<T>>,
    monitor: Monitor,
}

impl Search {
    /// Trains for `epochs` epochs with each setting and watches the validation loss.
    #[must_use]
    pub fn new(epochs: usize) -> Search {
        Search {
            epochs,
            monitor: Monitor::val_loss(),
        }
    }

    /// Watches another number.
    #[must_use]
    pub fn monitor(mut self, monitor: Monitor) -> Search {
        self.monitor = monitor;
        self
    }

    /// Trains what `build` makes of each setting, one after the other.
    ///
    /// Settings are compared fairly if `build` seeds a generator of its own.
    ///
    /// # Errors
    /// What building or training refuses, with the setting's number; a watched number that the trainer does not have.
    pub fn run<T>(
        &self,
        settings: impl IntoIterator<Item = T>,
        mut build: impl FnMut(&T) -> Result<Trainer>,
    ) -> Result<Trials<T>> {
        let mut trials = Vec::new();
        for setting in settings {
            let trial = build(&setting).and_then(|trainer| self.train(setting, trainer));
            trials.push(trial.map_err(|source| Error::Trial {
                number: trials.len() + 1,
                source: Box::new(source),
            })?);
        }
        Ok(Trials {
            trials,
            monitor: self.monitor.clone(),
        })
    }

    /// Trains and scores.
    pub(crate) fn train<T>(&self, setting: T, mut trainer: Trainer) -> Result<Trial<T>> {
        let score = match trainer.train(self.epochs) {
            Ok(_) => self.score(&trainer)?,
            Err(error) if error.is_not_finite() => f64::NAN,
            Err(error) => return Err(error),
        };
        Ok(Trial {
            setting,
            score,
            trainer,
        })
    }

    /// The watched number of the weights that the model has now.
    fn score(&self, trainer: &Trainer) -> Result<f64> {
        let progress = &trainer.progress;
        let (losses, val_losses) = (&progress.losses, &progress.val_losses);
        let history = self
            .monitor
            .history(losses, val_losses, &progress.metrics)?;
        let stopping = trainer.callback::<EarlyStopping>();
        let restored = stopping.and_then(EarlyStopping::restored_epoch);
        // Validation may have begun after some epochs: counted from the end.
        let later = restored.map_or(0, |epoch| trainer.total_epochs().saturating_sub(epoch));
        let at = history.len().checked_sub(later + 1);
        Ok(at.map_or(f64::NAN, |at| history[at]))
    }
}

impl<T> Trials<T> {
    /// The training with the best score.
    ///
    /// # Errors
    /// No training whose score is finite.
    pub fn best(&self) -> Result<&Trial<T>> {
        let at = self.best_index()?;
        Ok(&self.trials[at])
    }

    /// The training with the best score, to keep.
    ///
    /// # Errors
    /// Those of [`best`](Self::best).
    pub fn into_best(mut self) -> Result<Trial<T>> {
        let at = self.best_index()?;
        Ok(self.trials.swap_remove(at))
    }

    /// The first of equals.
    fn best_index(&self) -> Result<usize> {
        let mut best: Option<(usize, f64)> = None;
        for (at, trial) in self.trials.iter().enumerate() {
            let before = best.map(|(_, score)| score);
            if trial.score.is_finite() && self.monitor.improves(trial.score, before, 0.0) {
                best = Some((at, trial.score));
            }
        }
        best.map(|(at, _)| at).ok_or_else(|| {
            let count = self.trials.len();
            Error::Setup(format!(
                "none of {count} trainings came to a finite score; lower the learning rates, or look for bad values in the data"
            ))
        })
    }
}

impl<T: Copy + Into<f64>> Trials<T> {
    /// The score of each setting, the settings on a logarithmic axis; one that diverged leaves a gap.
    ///
    /// # Errors
    /// No finite score, or a setting that is not above 0.
    pub fn plot(&self) -> Result<Figure> {
        let best = self.best()?;
        let settings: Vec<f64> = self.trials.iter().map(|t| t.setting.into()).collect();
        let scores: Vec<f64> = self.trials.iter().map(|t| t.score).collect();
        let name = self.monitor.to_string();
        let label = format!("best: {}", best.setting.into());
        let figure = gradus_plot::search_result(&settings, &[(&name, &scores)])?;
        Ok(figure
            .mark_point(best.setting.into(), best.score, &label)
            .y_label(&name))
    }
}

impl<T> std::ops::Deref for Trials<T> {
    type Target = [Trial<T>];

    fn deref(&self) -> &[Trial<T>] {
        &self.trials
    }
}

impl<T> IntoIterator for Trials<T> {
    type Item = Trial<T>;
    type IntoIter = std::vec::IntoIter<Trial<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.trials.into_iter()
    }
}

/// A line for each setting: its number, the setting, the score; the best has a star.
impl<T: fmt::Debug> fmt::Display for Trials<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let best = self.best_index().ok();
        for (at, trial) in self.trials.iter().enumerate() {
            let star = if best == Some(at) { " *" } else { "" };
            let setting = format!("{:?}", trial.setting);
            writeln!(f, "{setting:>12}  {:.6}{star}", trial.score)?;
        }
        Ok(())
    }
}
