//! Work shared by the compute threads: a large slice cut into one part for each, or several things done side by side.

/// Fewer elements than this are not worth starting a thread for.
const WORTH: usize = 1 << 18;

/// Something to do on a thread.
pub(crate) type Job<'a> = Box<dyn FnOnce() + Send + 'a>;

/// Does everything at once: the first job on this thread, each other one on a thread of its own.
pub(crate) fn side_by_side<'a>(mut jobs: impl Iterator<Item = Job<'a>>) {
    let here = jobs.next();
    std::thread::scope(|scope| {
        for job in jobs {
            scope.spawn(job);
        }
        if let Some(job) = here {
            job();
        }
    });
}

/// Calls `work` with parts of `from` and the same parts of `to`, which is as long; cuts fall on multiples of `unit`.
///
/// For work whose result for an element does not depend on where the cuts are.
pub(crate) fn in_parts<S: Sync, T: Send>(
    from: &[S],
    to: &mut [T],
    unit: usize,
    work: &(dyn Fn(&[S], &mut [T]) + Sync),
) {
    assert_eq!(from.len(), to.len(), "the parts belong together");
    let threads = gradus_tensor::num_threads();
    if threads == 1 || from.len() < WORTH {
        return work(from, to);
    }
    let part = from.len().div_ceil(threads).next_multiple_of(unit.max(1));
    let parts = from.chunks(part).zip(to.chunks_mut(part));
    side_by_side(parts.map(|(from, to)| Box::new(move || work(from, to)) as Job<'_>));
}

/// Calls both functions, the first on a thread of its own if there is one and `elements` are worth it.
pub(crate) fn both<A: Send, B: Send>(
    elements: usize,
    first: impl FnOnce() -> A + Send,
    second: impl FnOnce() -> B + Send,
) -> (A, B) {
    /// Some hundred times what starting a thread costs.
    const WORTH: usize = 1 << 14;
    if elements < WORTH || gradus_tensor::num_threads() == 1 {
        return (first(), second());
    }
    let (mut a, mut b) = (None, None);
    let jobs: [Job<'_>; 2] = [
        Box::new(|| b = Some(second())),
        Box::new(|| a = Some(first())),
    ];
    side_by_side(jobs.into_iter());
    a.zip(b).expect("both jobs are done")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_is_worked_on_once_in_whole_units() {
        for len in [0, 6, 3 * (WORTH / 3 + 5)] {
            let from: Vec<u32> = (0..len as u32).collect();
            let mut to = vec![0; len];
            in_parts(&from, &mut to, 3, &|from, to| {
                assert!(from.len() % 3 == 0 && from.first().is_none_or(|first| first % 3 == 0));
                for (to, from) in to.iter_mut().zip(from) {
                    *to += from + 1;
                }
            });
            assert!(to.iter().zip(&from).all(|(to, from)| *to == from + 1));
        }
    }
}
