//! Index lists translated without allocating for ordinary batch sizes.

/// Calls `f` with every index translated by `map`.
pub(crate) fn translated<T: Copy + Default, R>(
    indices: &[usize],
    map: impl Fn(usize) -> T,
    f: impl FnOnce(&[T]) -> R,
) -> R {
    const IN_PLACE: usize = 64;
    if indices.len() <= IN_PLACE {
        let mut buffer = [T::default(); IN_PLACE];
        for (to, &index) in buffer.iter_mut().zip(indices) {
            *to = map(index);
        }
        f(&buffer[..indices.len()])
    } else {
        f(&indices.iter().map(|&index| map(index)).collect::<Vec<T>>())
    }
}
