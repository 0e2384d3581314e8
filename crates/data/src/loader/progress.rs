//! How far a loader's iteration has come, readable while it runs.

use super::DataLoader;
use super::epoch::Epoch;
use super::state::{LoaderState, OpenEpoch};
use crate::error::{Error, Result};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Shared between a loader and its iterator: a lock per epoch, an atomic store per batch.
#[derive(Debug, Default)]
pub(super) struct Progress {
    delivered: AtomicUsize,
    stage: Mutex<Stage>,
}

#[derive(Debug, Default)]
struct Stage {
    /// Epochs begun, those abandoned included.
    begun: u64,
    /// The epoch under way: outside, whether there is one; inside, its order once drawn.
    open: Option<Option<Arc<Epoch>>>,
    /// An epoch loaded from a state, for the next iteration to continue.
    resume: Option<Resume>,
}

/// An epoch to continue.
#[derive(Clone, Debug)]
pub(super) struct Resume {
    pub(super) epoch: Option<Arc<Epoch>>,
    pub(super) delivered: usize,
}

impl Progress {
    /// Begins an epoch, or continues the loaded one. Returns the epoch's number and what to continue.
    pub(super) fn begin(&self) -> (u64, Option<Resume>) {
        let mut stage = self.lock();
        let resume = stage.resume.take();
        if resume.is_none() {
            stage.begun += 1;
        }
        stage.open = Some(resume.as_ref().and_then(|resume| resume.epoch.clone()));
        self.deliver(resume.as_ref().map_or(0, |resume| resume.delivered));
        (stage.begun - 1, resume)
    }

    pub(super) fn set_order(&self, epoch: &Arc<Epoch>) {
        self.lock().open = Some(Some(epoch.clone()));
    }

    #[inline]
    pub(super) fn deliver(&self, batches: usize) {
        self.delivered.store(batches, Ordering::Relaxed);
    }

    pub(super) fn close(&self) {
        self.lock().open = None;
    }

    pub(super) fn state(&self, loader: &DataLoader) -> LoaderState {
        let stage = self.lock();
        let open = match (&stage.open, &stage.resume) {
            (Some(epoch), _) => Some((epoch, self.delivered.load(Ordering::Relaxed))),
            (None, Some(resume)) => Some((&resume.epoch, resume.delivered)),
            (None, None) => None,
        };
        LoaderState {
            samples: loader.dataset.len(),
            batch_size: loader.batch_size,
            drop_last: loader.drop_last,
            epochs: stage.begun,
            open: open.map(|(epoch, delivered)| OpenEpoch {
                order: epoch.as_ref().map(|epoch| epoch.indices().to_vec()),
                ends: epoch.as_ref().and_then(|epoch| epoch.ends()).map(Vec::from),
                delivered,
            }),
        }
    }

    pub(super) fn load(&self, loader: &DataLoader, state: &LoaderState) -> Result<()> {
        state.check(loader)?;
        let resume = match &state.open {
            None => None,
            Some(open) => Some(Resume {
                epoch: epoch_of(loader, state, open)?.map(Arc::new),
                delivered: open.delivered,
            }),
        };
        let mut stage = self.lock();
        *stage = Stage {
            begun: state.epochs,
            open: None,
            resume,
        };
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Stage> {
        // Nothing panics while the stage is half-changed.
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn epoch_of(loader: &DataLoader, state: &LoaderState, open: &OpenEpoch) -> Result<Option<Epoch>> {
    let refuse = |message: String| Err(Error::argument("DataLoader state", message));
    if state.epochs == 0 {
        return refuse("an epoch is under way, yet none has begun".into());
    }
    let Some(order) = &open.order else {
        if open.delivered > 0 {
            return refuse(format!(
                "{} batches delivered of an unknown order",
                open.delivered
            ));
        }
        return Ok(None);
    };
    if let Some(index) = order.iter().find(|&&index| index >= state.samples) {
        return refuse(format!(
            "index {index} is out of range for {} samples",
            state.samples
        ));
    }
    let epoch = match &open.ends {
        None => Epoch::new(order.clone(), loader.batch_size, loader.drop_last),
        Some(ends) => match Epoch::cut_at(order.clone(), ends.clone()) {
            Some(epoch) => epoch,
            None => return refuse("the batches do not cover the order".into()),
        },
    };
    if open.delivered > epoch.batches() {
        return refuse(format!(
            "{} of {} batches delivered",
            open.delivered,
            epoch.batches()
        ));
    }
    Ok(Some(epoch))
}
