//! Work shared by the compute threads: a large slice cut into one part for each, or two things done side by side.

/// Fewer elements than this are not worth starting a thread for.
const WORTH: usize = 1 << 18;

/// Calls `work` with parts of `from` and the same parts of `to`, which is as long; cuts fall on multiples of `unit`.
///
/// For work whose result for an element does not depend on where the cuts are.
pub(crate) fn in_parts<S: Sync, T: Send>(
    from: &[S],
    to: &mut [T],
    unit: usize,
    work: impl Fn(&[S], &mut [T]) + Sync,
) {
    assert_eq!(from.len(), to.len(), "the parts belong together");
    let threads = gradus_tensor::num_threads();
    if threads == 1 || from.len() < WORTH {
        return work(from, to);
    }
    let part = from.len().div_ceil(threads).next_multiple_of(unit.max(1));
    let work = &work;
    std::thread::scope(|scope| {
        let mut parts = from.chunks(part).zip(to.chunks_mut(part));
        let here = parts.next();
        for (from, to) in parts {
            scope.spawn(move || work(from, to));
        }
        if let Some((from, to)) = here {
            work(from, to);
        }
    });
}

/// Calls both functions, the first on a thread of its own if there is one and `elements` are worth it.
pub(crate) fn both<A: Send, B>(
    elements: usize,
    first: impl FnOnce() -> A + Send,
    second: impl FnOnce() -> B,
) -> (A, B) {
    /// Some hundred times what starting a thread costs.
    const WORTH: usize = 1 << 14;
    if elements < WORTH || gradus_tensor::num_threads() == 1 {
        return (first(), second());
    }
    std::thread::scope(|scope| {
        let first = scope.spawn(first);
        let second = second();
        match first.join() {
            Ok(first) => (first, second),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_is_worked_on_once_in_whole_units() {
        for len in [0, 6, 3 * (WORTH / 3 + 5)] {
            let from: Vec<u32> = (0..len as u32).collect();
            let mut to = vec![0; len];
            in_parts(&from, &mut to, 3, |from, to| {
                assert!(from.len() % 3 == 0 && from.first().is_none_or(|first| first % 3 == 0));
                for (to, from) in to.iter_mut().zip(from) {
                    *to += from + 1;
                }
            });
            assert!(to.iter().zip(&from).all(|(to, from)| *to == from + 1));
        }
    }
}
