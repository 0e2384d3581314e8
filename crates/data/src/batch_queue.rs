//! Batches handed from one thread to another, read ahead up to a bound.

use crate::batch::Batch;
use crate::error::{Error, Result};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

/// What a thread delivers, in its order. Dropping it stops the thread and waits for its end.
pub(crate) struct BatchQueue {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// The end of a [`BatchQueue`] at which batches enter.
pub(crate) struct BatchSender(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// There is a batch, there is room, or an end has closed: one side at most waits for it.
    changed: Condvar,
    room: usize,
}

#[derive(Default)]
struct State {
    batches: VecDeque<Result<Batch>>,
    /// Nobody sends, or nobody receives any more.
    closed: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the state is half-changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state once `ready` holds or an end has closed.
    fn wait(&self, ready: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let waits = |state: &mut State| !state.closed && !ready(state);
        let state = self.changed.wait_while(self.lock(), waits);
        state.unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_one();
    }
}

impl BatchQueue {
    /// Starts a thread of this name that delivers up to `room` batches ahead, at least one.
    pub(crate) fn start(
        name: String,
        room: usize,
        work: Box<dyn FnOnce(BatchSender) + Send>,
    ) -> Result<BatchQueue> {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
            room: room.max(1),
        });
        let sender = BatchSender(shared.clone());
        let thread = Builder::new().name(name).spawn(move || work(sender));
        Ok(BatchQueue {
            shared,
            thread: Some(thread.map_err(Error::custom)?),
        })
    }

    /// Waits for the next batch; none after the last one.
    pub(crate) fn receive(&self) -> Option<Result<Batch>> {
        let batch = {
            let mut state = self.shared.wait(|state| !state.batches.is_empty());
            state.batches.pop_front()
        };
        self.shared.changed.notify_one();
        batch
    }

    /// Tells the thread that nobody receives any more.
    pub(crate) fn close(&self) {
        self.shared.close();
    }
}

impl Drop for BatchQueue {
    fn drop(&mut self) {
        self.close();
        if let Some(thread) = self.thread.take() {
            // Panics of datasets are caught and delivered, so there is nothing to learn from the result.
            let _ = thread.join();
        }
    }
}

impl BatchSender {
    /// Waits for room; whether somebody still receives.
    pub(crate) fn send(&self, batch: Result<Batch>) -> bool {
        {
            let mut state = self.0.wait(|state| state.batches.len() < self.0.room);
            if state.closed {
                return false;
            }
            state.batches.push_back(batch);
        }
        self.0.changed.notify_one();
        true
    }
}

impl Drop for BatchSender {
    fn drop(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_tensor::Tensor;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn counting(room: usize, last: i64, sent: &Arc<AtomicUsize>) -> BatchQueue {
        let sent = sent.clone();
        let work = move |sender: BatchSender| {
            for i in 0..last {
                if !sender.send(Ok(Tensor::scalar(i).into())) {
                    return;
                }
                sent.fetch_add(1, Ordering::Relaxed);
            }
        };
        BatchQueue::start("counting".into(), room, Box::new(work)).unwrap()
    }

    #[test]
    fn everything_arrives_in_order_and_then_nothing() {
        for room in [0, 1, 5] {
            let queue = counting(room, 100, &Arc::default());
            for expected in 0..100 {
                let batch = queue.receive().unwrap().unwrap();
                assert_eq!(batch[0].item::<i64>().unwrap(), expected);
            }
            assert!(queue.receive().is_none() && queue.receive().is_none());
        }
    }

    #[test]
    fn the_thread_stops_when_nobody_receives() {
        let sent = Arc::new(AtomicUsize::new(0));
        let queue = counting(3, i64::MAX, &sent);
        queue.receive().unwrap().unwrap();
        drop(queue);
        assert!(sent.load(Ordering::Relaxed) <= 4);
    }
}
