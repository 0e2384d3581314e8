//! Threads that wait for work, which whoever has some does together with them.
//!
//! A large operation lasts microseconds, so what counts is how soon the others begin: they look for
//! work for a while before they sleep, nobody waits for one who is still asleep, and nothing is
//! allocated. A team that is busy does not queue work: its owner does it alone.

use std::any::Any;
use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// How often a thread looks for work, or for the end of it, before it gives up its core: some 40 µs.
const LOOKS: usize = 2000;

/// Set in [`Shared::inside`] as long as the work may be joined.
const OPEN: usize = 1 << (usize::BITS - 1);

/// The work for one number of a range.
type Work<'a> = &'a (dyn Fn(usize) + Sync);

/// The caller's thread and those that help it.
pub(super) struct Team {
    shared: Arc<Shared>,
    threads: usize,
}

struct Shared {
    /// Whether somebody has work done.
    taken: AtomicBool,
    /// What is done, written by who set `taken` while nobody is inside.
    job: UnsafeCell<Option<Job>>,
    /// The number that is worked on next.
    next: AtomicUsize,
    /// How many helpers look at the job, and [`OPEN`].
    inside: AtomicUsize,
    /// How many jobs there were: what helpers watch.
    jobs: AtomicUsize,
    asleep: AtomicUsize,
    bed: Mutex<()>,
    bell: Condvar,
    over: AtomicBool,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

#[derive(Clone, Copy)]
struct Job {
    work: Work<'static>,
    count: usize,
}

// SAFETY: `job` is written only while nobody is inside, and the work is `Sync`.
unsafe impl Sync for Shared {}
// SAFETY: as above; a job is gone before its owner goes on.
unsafe impl Send for Shared {}

impl Team {
    /// A team of so many threads, the caller's included; fewer if the operating system has no more.
    pub(super) fn new(threads: usize) -> Self {
        let shared = Arc::new(Shared {
            taken: AtomicBool::new(false),
            job: UnsafeCell::new(None),
            next: AtomicUsize::new(0),
            inside: AtomicUsize::new(0),
            jobs: AtomicUsize::new(0),
            asleep: AtomicUsize::new(0),
            bed: Mutex::new(()),
            bell: Condvar::new(),
            over: AtomicBool::new(false),
            panic: Mutex::new(None),
        });
        let started = (1..threads).take_while(|i| {
            let shared = Arc::clone(&shared);
            let helper = std::thread::Builder::new().name(format!("gradus-{i}"));
            helper.spawn(move || shared.help()).is_ok()
        });
        let threads = 1 + started.count();
        Team { shared, threads }
    }

    pub(super) fn threads(&self) -> usize {
        self.threads
    }

    /// Calls `work` with each number below `count` once, on whichever thread; panics if one of them
    /// did.
    pub(super) fn run(&self, count: usize, work: Work<'_>) {
        let shared = &*self.shared;
        if self.threads == 1 || count <= 1 || shared.taken.swap(true, Ordering::Acquire) {
            (0..count).for_each(work);
            return;
        }
        // SAFETY: before this call returns, it waits until no helper is left that could see the work;
        // a panic is caught until then.
        let work: Work<'static> = unsafe { std::mem::transmute::<Work<'_>, Work<'static>>(work) };
        // SAFETY: the team was free, so nobody is inside, and `taken` keeps others away.
        unsafe { *shared.job.get() = Some(Job { work, count }) };
        shared.next.store(0, Ordering::Relaxed);
        shared.inside.fetch_or(OPEN, Ordering::Release);
        shared.jobs.fetch_add(1, Ordering::SeqCst);
        if shared.asleep.load(Ordering::SeqCst) > 0 {
            shared.wake();
        }
        let here = catch_unwind(AssertUnwindSafe(|| shared.work(Job { work, count })));
        // Nobody enters any more, and who is inside is waited for.
        shared.inside.fetch_and(!OPEN, Ordering::AcqRel);
        let empty = || shared.inside.load(Ordering::Acquire) == 0;
        look(empty, std::thread::yield_now);
        let there = shared.panic().take();
        shared.taken.store(false, Ordering::Release);
        if let Some(panic) = here.err().or(there) {
            resume_unwind(panic);
        }
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        self.shared.jobs.fetch_add(1, Ordering::SeqCst);
        self.shared.wake();
    }
}

/// Looks until it is so; after some time `pause` stands between two looks.
fn look(is_so: impl Fn() -> bool, pause: impl Fn()) {
    for _ in 0..LOOKS {
        if is_so() {
            return;
        }
        std::hint::spin_loop();
    }
    while !is_so() {
        pause();
    }
}

impl Shared {
    fn panic(&self) -> std::sync::MutexGuard<'_, Option<Box<dyn Any + Send>>> {
        self.panic.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        // Who holds the bed has looked for work and is not yet asleep.
        drop(self.bed.lock().unwrap_or_else(PoisonError::into_inner));
        self.bell.notify_all();
    }

    /// A helper's life.
    fn help(&self) {
        let mut seen = 0;
        loop {
            let none = |seen| self.jobs.load(Ordering::SeqCst) == seen;
            look(|| !none(seen), || self.sleep(seen));
            seen = self.jobs.load(Ordering::SeqCst);
            if self.over.load(Ordering::SeqCst) {
                return;
            }
            if self.inside.fetch_add(1, Ordering::Acquire) & OPEN != 0 {
                // SAFETY: the job is open, so it is written, and it stays until nobody is inside.
                let job = unsafe { *self.job.get() };
                if let Some(job) = job
                    && let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.work(job)))
                {
                    self.panic().get_or_insert(panic);
                }
            }
            self.inside.fetch_sub(1, Ordering::Release);
        }
    }

    fn sleep(&self, seen: usize) {
        let mut bed = self.bed.lock().unwrap_or_else(PoisonError::into_inner);
        self.asleep.fetch_add(1, Ordering::SeqCst);
        while self.jobs.load(Ordering::SeqCst) == seen {
            bed = self.bell.wait(bed).unwrap_or_else(PoisonError::into_inner);
        }
        self.asleep.fetch_sub(1, Ordering::SeqCst);
    }

    /// Takes one number after the other until none is left.
    fn work(&self, job: Job) {
        loop {
            let i = self.next.fetch_add(1, Ordering::Relaxed);
            if i >= job.count {
                return;
            }
            (job.work)(i);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds up what each number brings, many times over.
    fn count(team: &Team, numbers: usize) {
        let sum = AtomicUsize::new(0);
        team.run(numbers, &|i| {
            sum.fetch_add(i + 1_000_000, Ordering::Relaxed);
        });
        let all = numbers * numbers.saturating_sub(1) / 2 + 1_000_000 * numbers;
        assert_eq!(sum.into_inner(), all);
    }

    #[test]
    fn every_number_once_awake_or_asleep() {
        for threads in 1..5 {
            let team = Team::new(threads);
            for round in 0..2000 {
                count(&team, round % 7);
                if round % 500 == 0 {
                    std::thread::sleep(std::time::Duration::from_millis(2));
                }
            }
        }
    }

    #[test]
    fn teams_are_shared_and_work_may_hold_work() {
        let team = Team::new(3);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| (0..500).for_each(|i| count(&team, i % 11)));
            }
        });
        team.run(4, &|_| count(&team, 5));
    }

    #[test]
    fn a_panic_arrives_and_the_team_goes_on() {
        let team = Team::new(2);
        for bad in 0..20 {
            let caught = catch_unwind(AssertUnwindSafe(|| {
                team.run(20, &|i| assert!(i != bad, "number {i}"));
            }));
            let message = caught.unwrap_err();
            let message = message.downcast_ref::<String>().unwrap();
            assert!(message.contains(&format!("number {bad}")), "{message}");
            count(&team, 100);
        }
    }
}
