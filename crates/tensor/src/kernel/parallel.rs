//! Threads: one team, one knob, and pieces of work that do not depend on either.

use std::ops::Range;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::team::Team;

/// Threads bring a loop that does little with each element more than they cost, about a microsecond, from
/// this number of elements on.
pub(crate) const WORTH: usize = 32 * 1024;
/// Elements of such a loop that a thread takes at once: their operands stay in the second cache.
pub(crate) const PIECE: usize = 16 * 1024;

/// The same where there may be very many: then more at once, so that memory is read in long stretches.
pub(crate) fn piece_of(all: usize) -> usize {
    (all / 64).clamp(PIECE, 4 * PIECE)
}

/// As [`WORTH`] and [`PIECE`], for loops that spend tens of nanoseconds on an element.
pub(crate) const WORTH_COSTLY: usize = 4 * 1024;
pub(crate) const PIECE_COSTLY: usize = 1024;

static TEAM: OnceLock<RwLock<Arc<Team>>> = OnceLock::new();

fn slot() -> &'static RwLock<Arc<Team>> {
    TEAM.get_or_init(|| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        RwLock::new(Arc::new(Team::new(threads)))
    })
}

fn team() -> Arc<Team> {
    slot()
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}

/// How many threads large operations use.
#[must_use]
pub fn num_threads() -> usize {
    team().threads()
}

/// Sets how many threads large operations use, at least one; the default is one per core.
///
/// No result depends on it, to the last bit.
pub fn set_num_threads(threads: usize) {
    let team = Arc::new(Team::new(threads.max(1)));
    *slot().write().unwrap_or_else(PoisonError::into_inner) = team;
}

/// Cuts `0..len` into pieces of `piece` and runs `work` on each: in order on this thread if there are
/// fewer than `worth` elements, else on all threads.
#[inline]
pub(crate) fn for_pieces(
    len: usize,
    piece: usize,
    worth: usize,
    work: impl Fn(Range<usize>) + Sync + Send,
) {
    if len < worth {
        let mut start = 0;
        while start < len {
            let end = (start + piece).min(len);
            work(start..end);
            start = end;
        }
    } else {
        spread(len, piece, &work);
    }
}

/// Cuts `0..len`, each number of which stands for so many elements, into pieces, which all threads share if
/// there are [`WORTH`] elements.
#[inline]
pub(crate) fn for_groups(len: usize, elements: usize, work: impl Fn(Range<usize>) + Sync + Send) {
    let elements = elements.max(1);
    let piece = (piece_of(len.saturating_mul(elements)) / elements).max(1);
    for_pieces(len, piece, WORTH.div_ceil(elements), work);
}

#[inline(never)]
fn spread(len: usize, piece: usize, work: &(dyn Fn(Range<usize>) + Sync + Send)) {
    team().run(len.div_ceil(piece), &|p| {
        work(p * piece..((p + 1) * piece).min(len));
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn pieces_cover_everything_once() {
        for (len, piece, worth) in [(0, 4, 0), (10, 4, 100), (10, 4, 0), (8, 4, 0)] {
            let seen = AtomicUsize::new(0);
            for_pieces(len, piece, worth, |r| {
                assert!(r.len() <= piece);
                seen.fetch_add(r.sum::<usize>() + 1_000_000, Ordering::Relaxed);
            });
            assert_eq!(
                seen.load(Ordering::Relaxed),
                (0..len).sum::<usize>() + 1_000_000 * len.div_ceil(piece)
            );
        }
    }
}
