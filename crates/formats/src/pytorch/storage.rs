//! Storages: the memory of tensors, and views of them by offset, shape and strides.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use gradus_tensor::{DType, Tensor};

use super::dtypes;
use crate::elements::from_le_bytes;
use crate::pickle::{Id, Object, Pickle};

/// A storage as a pickle names it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    pub(super) key: &'a str,
    /// `None` for bytes that tensors of any dtype may view.
    dtype: Option<DType>,
    pub(super) numel: usize,
    /// Of older files: the part of it that is meant, as offset and length.
    view: Option<(usize, usize)>,
}

impl<'a> Named<'a> {
    /// Reads `("storage", class, key, device, numel)`, in the legacy layout
    /// with a sixth item, `None` or `(view's key, offset, length)`.
    pub(super) fn parse(pickle: &Pickle<'a>, name: Id) -> Result<Self, String> {
        let unknown = || "a persistent object is no storage".to_string();
        let (kind, class, key, numel, view) = match *pickle.tuple(name).ok_or_else(unknown)? {
            [kind, class, key, _, numel] => (kind, class, key, numel, None),
            [kind, class, key, _, numel, view] => (kind, class, key, numel, Some(view)),
            _ => return Err(unknown()),
        };
        if pickle.text(kind) != Some("storage") {
            return Err(unknown());
        }
        let Object::Global(class) = pickle.get(class) else {
            return Err(unknown());
        };
        let (module, class) = **class;
        let of_torch = module == "torch" || module.starts_with("torch.");
        let dtype = match dtypes::of_storage(class) {
            Some(dtype) if of_torch => Some(dtype),
            None if of_torch && class == dtypes::UNTYPED => None,
            _ => return Err(format!("tensors here have no storage `{module}.{class}`")),
        };
        let view = match view.map(|view| (pickle.get(view), pickle.tuple(view))) {
            None | Some((Object::None, _)) => None,
            Some((_, Some(&[_, offset, length]))) => Some(
                pickle
                    .count(offset)
                    .zip(pickle.count(length))
                    .ok_or_else(unknown)?,
            ),
            Some(_) => return Err(unknown()),
        };
        Ok(Self {
            key: pickle.text(key).ok_or_else(unknown)?,
            dtype,
            numel: pickle.count(numel).ok_or_else(unknown)?,
            view,
        })
    }

    /// The dtype of a tensor that names none: bytes are numbers too.
    pub(super) fn own_dtype(&self) -> DType {
        self.dtype.unwrap_or(DType::U8)
    }

    /// How long it is.
    pub(super) fn bytes(&self) -> Result<usize, String> {
        let bytes = self.numel.checked_mul(self.own_dtype().size());
        bytes.ok_or_else(|| format!("storage `{}` is beyond any memory", self.key))
    }
}

/// Where a tensor's elements lie in a storage, counted in elements.
#[derive(Debug)]
pub(super) struct View {
    pub(super) offset: usize,
    pub(super) shape: Vec<usize>,
    pub(super) strides: Vec<usize>,
}

/// The storages of a file, read when a tensor asks for them.
pub(super) struct Storages<'a, F> {
    /// The bytes of a key.
    content: F,
    big_endian: bool,
    loaded: HashMap<(&'a str, DType), Loaded<'a>>,
    /// How many bytes strided views may still be copied to.
    copies: usize,
}

struct Loaded<'a> {
    bytes: Cow<'a, [u8]>,
    /// All of it in one dimension, once a contiguous tensor needs it.
    tensor: Option<Tensor>,
}

impl<'a, F> Storages<'a, F>
where
    F: Fn(&str) -> Result<Cow<'a, [u8]>, String>,
{
    /// Of a file of `length` bytes.
    pub(super) fn new(content: F, big_endian: bool, length: usize) -> Self {
        /// Expanded tensors in small files are common, masks for one.
        const MIN_COPIES: usize = 1 << 24;
        const MAX_RATIO: usize = 4;
        Self {
            content,
            big_endian,
            loaded: HashMap::new(),
            copies: MIN_COPIES.max(length.saturating_mul(MAX_RATIO)),
        }
    }

    /// The whole storage, in one dimension.
    pub(super) fn whole(&mut self, storage: Named<'a>) -> Result<Tensor, String> {
        let view = View {
            offset: 0,
            shape: vec![storage.view.map_or(storage.numel, |(_, length)| length)],
            strides: vec![1],
        };
        self.tensor(storage, storage.own_dtype(), &view)
    }

    /// A tensor in row-major order; it shares the storage's memory if it can.
    pub(super) fn tensor(
        &mut self,
        storage: Named<'a>,
        dtype: DType,
        view: &View,
    ) -> Result<Tensor, String> {
        let View { shape, strides, .. } = view;
        let (start, held) = match storage.view {
            None => (0, storage.bytes()? / dtype.size()),
            Some(part) if storage.dtype == Some(dtype) => part,
            Some(_) => return Err("a part of a storage is read as another dtype".into()),
        };
        let (offset, numel) = reach(view, held).map_err(|reason| {
            format!(
                "a tensor of shape {shape:?}, strides {strides:?} and offset {} does not fit into storage `{}` of {held} elements: {reason}",
                view.offset, storage.key
            )
        })?;
        if numel == 0 {
            return from_le_bytes(dtype, &[], shape);
        }
        if storage.view.is_some()
            && start
                .checked_add(held)
                .is_none_or(|end| end > storage.numel)
        {
            return Err(format!(
                "storage `{}` has {} elements, a part of it starts at {start} and has {held}",
                storage.key, storage.numel
            ));
        }
        let offset = start + offset;
        let contiguous = is_row_major(shape, strides);
        if !contiguous {
            let bytes = numel.saturating_mul(dtype.size());
            self.copies = self.copies.checked_sub(bytes).ok_or_else(|| {
                format!(
                    "strided tensors take more memory than a file of this size may: one of shape {shape:?} and strides {strides:?} needs {bytes} bytes"
                )
            })?;
        }
        let loaded = self.load(storage, dtype)?;
        if contiguous {
            let whole = match &mut loaded.tensor {
                Some(whole) => whole,
                empty => {
                    let held = loaded.bytes.len() / dtype.size();
                    let exact = &loaded.bytes[..held * dtype.size()];
                    empty.insert(from_le_bytes(dtype, exact, &[held])?)
                }
            };
            let part = whole.narrow(0, offset, numel);
            let tensor = part.and_then(|part| part.reshape(shape));
            return tensor.map_err(|error| error.to_string());
        }
        let elements = gather(&loaded.bytes, dtype.size(), offset, shape, strides);
        from_le_bytes(dtype, &elements, shape)
    }

    fn load(&mut self, storage: Named<'a>, dtype: DType) -> Result<&mut Loaded<'a>, String> {
        match self.loaded.entry((storage.key, dtype)) {
            Entry::Occupied(loaded) => {
                let loaded = loaded.into_mut();
                check_length(storage, loaded.bytes.len())?;
                Ok(loaded)
            }
            Entry::Vacant(vacant) => {
                let mut bytes = (self.content)(storage.key)?;
                check_length(storage, bytes.len())?;
                if self.big_endian && dtype.size() > 1 {
                    let swap = |element: &mut [u8]| element.reverse();
                    bytes.to_mut().chunks_exact_mut(dtype.size()).for_each(swap);
                }
                Ok(vacant.insert(Loaded {
                    bytes,
                    tensor: None,
                }))
            }
        }
    }
}

fn check_length(storage: Named<'_>, length: usize) -> Result<(), String> {
    let needed = storage.bytes()?;
    if needed == length {
        return Ok(());
    }
    let key = storage.key;
    Err(match storage.dtype {
        None => format!("storage `{key}` should have {needed} bytes, the file has {length}"),
        Some(dtype) => format!(
            "storage `{key}` of {} {dtype:?} needs {needed} bytes, the file has {length}",
            storage.numel
        ),
    })
}

/// Offset and number of the elements of a view that stays within `held` elements.
fn reach(view: &View, held: usize) -> Result<(usize, usize), &'static str> {
    let View {
        offset,
        shape,
        strides,
    } = view;
    if shape.len() != strides.len() {
        return Err("shape and strides differ in length");
    }
    let numel = shape
        .iter()
        .try_fold(1usize, |numel, &size| numel.checked_mul(size));
    let numel = numel.ok_or("its size is beyond any memory")?;
    if numel == 0 {
        return Ok((0, 0));
    }
    let last = shape
        .iter()
        .zip(strides)
        .try_fold(*offset, |last, (&size, &stride)| {
            stride.checked_mul(size - 1)?.checked_add(last)
        });
    match last {
        Some(last) if last < held => Ok((*offset, numel)),
        _ => Err("it reaches beyond the end"),
    }
}

/// Whether the elements lie in row-major order without gaps.
fn is_row_major(shape: &[usize], strides: &[usize]) -> bool {
    let mut step = 1;
    for (&size, &stride) in shape.iter().zip(strides).rev() {
        if size != 1 && stride != step {
            return false;
        }
        step *= size;
    }
    true
}

/// The elements of a view in row-major order; there is at least one, and all lie within `bytes`.
fn gather(bytes: &[u8], size: usize, offset: usize, shape: &[usize], strides: &[usize]) -> Vec<u8> {
    let numel: usize = shape.iter().product();
    let mut elements = Vec::with_capacity(numel * size);
    let mut index = vec![0; shape.len()];
    let mut at = offset;
    for _ in 0..numel {
        elements.extend_from_slice(&bytes[at * size..][..size]);
        // The next index in row-major order: the last dimension runs fastest.
        for dim in (0..shape.len()).rev() {
            index[dim] += 1;
            at += strides[dim];
            if index[dim] < shape[dim] {
                break;
            }
            at -= strides[dim] * shape[dim];
            index[dim] = 0;
        }
    }
    elements
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(offset: usize, shape: &[usize], strides: &[usize]) -> View {
        View {
            offset,
            shape: shape.to_vec(),
            strides: strides.to_vec(),
        }
    }

    fn read(numel: usize, view: &View) -> Result<Tensor, String> {
        let content = |_: &str| Ok(Cow::Owned((0..12).collect()));
        let storage = Named {
            key: "0",
            dtype: Some(DType::U8),
            numel,
            view: None,
        };
        Storages::new(content, false, 0).tensor(storage, DType::U8, view)
    }

    #[test]
    fn strides_become_row_major() {
        let turned = read(12, &view(1, &[3, 2], &[1, 3])).unwrap();
        assert_eq!(turned.to_vec::<u8>().unwrap(), [1, 4, 2, 5, 3, 6]);
        let windows = read(12, &view(0, &[3, 3], &[1, 1])).unwrap();
        assert_eq!(windows.to_vec::<u8>().unwrap(), [0, 1, 2, 1, 2, 3, 2, 3, 4]);
        let expanded = read(12, &view(7, &[2, 2], &[0, 0])).unwrap();
        assert_eq!(expanded.to_vec::<u8>().unwrap(), [7; 4]);
        let empty = read(12, &view(99, &[0, 5], &[5, 1])).unwrap();
        assert_eq!(empty.shape(), [0, 5]);
        let single = read(12, &view(11, &[], &[])).unwrap();
        assert_eq!(single.item::<u8>().unwrap(), 11);
    }

    #[track_caller]
    fn refuses(numel: usize, view: &View, reason: &str) {
        let message = read(numel, view).unwrap_err();
        assert!(message.contains(reason), "{message}");
    }

    #[test]
    fn views_stay_inside() {
        refuses(12, &view(10, &[3], &[1]), "it reaches beyond the end");
        refuses(
            12,
            &view(usize::MAX, &[2], &[1]),
            "it reaches beyond the end",
        );
        refuses(
            12,
            &view(0, &[3], &[usize::MAX]),
            "it reaches beyond the end",
        );
        refuses(
            12,
            &view(0, &[usize::MAX, 4], &[0, 0]),
            "its size is beyond any memory",
        );
        refuses(
            12,
            &view(0, &[2], &[]),
            "shape and strides differ in length",
        );
        refuses(
            12,
            &view(0, &[1 << 20, 1 << 20], &[0, 0]),
            "strided tensors take more memory than a file of this size may",
        );
        refuses(
            13,
            &view(0, &[2], &[1]),
            "storage `0` of 13 U8 needs 13 bytes, the file has 12",
        );
    }
}
