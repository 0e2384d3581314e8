//! The layout before PyTorch 1.6: pickles one after the other, then the storages.
//!
//! The pickles are a magic number, the version, facts about the machine, the
//! value, and the keys of the storages in the order in which they follow, each
//! behind its number of elements. The numbers in them are little-endian
//! whatever the machine was.

use std::borrow::Cow;
use std::collections::HashMap;

use super::storage::{Named, Storages};
use super::values::Values;
use crate::Value;
use crate::pickle::{self, Object, Pickle};

const MAGIC: i128 = 0x1950_a86a_20f9_469c_fc6c;
const VERSION: i64 = 1001;

pub(super) fn decode(bytes: &[u8]) -> Result<Value, String> {
    /// Where older archives, those before PyTorch 0.1.10, say what they are.
    const TAR_MAGIC: std::ops::Range<usize> = 257..262;
    if bytes.get(TAR_MAGIC) == Some(b"ustar") {
        return Err(
            "this is a tar archive of PyTorch before 0.1.10; load it in PyTorch and save it again"
                .into(),
        );
    }
    let mut rest = Rest { bytes, at: 0 };
    let magic = rest.pickle().map_err(|_| no_pytorch())?;
    if !matches!(magic.get(magic.root()), Object::WideInt(number) if **number == MAGIC) {
        return Err(no_pytorch());
    }
    let version = rest.pickle()?;
    if !matches!(version.get(version.root()), Object::Int(VERSION)) {
        return Err(format!(
            "the legacy layout has a version other than {VERSION}"
        ));
    }
    let _machine = rest.pickle()?;
    let pickle = rest.pickle()?;
    let contents = rest.storages(&pickle)?;
    let storage = |key: &str| {
        let content = contents.get(key).copied().map(Cow::Borrowed);
        content.ok_or_else(|| format!("the file has no storage `{key}`"))
    };
    let storages = Storages::new(storage, false, bytes.len());
    Values::new(&pickle, storages).root()
}

fn no_pytorch() -> String {
    "this is neither a zip archive nor a legacy file of PyTorch".into()
}

/// What is not read yet.
struct Rest<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Rest<'a> {
    fn pickle(&mut self) -> Result<Pickle<'a>, String> {
        let pickle = pickle::read(&self.bytes[self.at..])
            .map_err(|reason| format!("behind byte {}: {reason}", self.at))?;
        self.at += pickle.length();
        Ok(pickle)
    }

    /// The bytes of each storage that the file has, by its key.
    fn storages(&mut self, pickle: &Pickle<'a>) -> Result<HashMap<&'a str, &'a [u8]>, String> {
        // An element's size stands where the storage is first mentioned.
        let mut named = HashMap::new();
        for object in pickle.objects() {
            if let Object::Persistent(name) = object {
                let storage = Named::parse(pickle, *name)?;
                named.entry(storage.key).or_insert(storage);
            }
        }
        let keys = self.pickle()?;
        let Object::List(list) = keys.get(keys.root()) else {
            return Err("the list of storages is missing".into());
        };
        let mut contents = HashMap::new();
        for &key in list {
            let key = keys.text(key).ok_or("the key of a storage is no string")?;
            let known = named.get(key);
            let storage = known.ok_or_else(|| format!("storage `{key}` belongs to no tensor"))?;
            let numel = u64::from_le_bytes(self.array()?);
            if numel != storage.numel as u64 {
                return Err(format!(
                    "storage `{key}` has {numel} elements, its tensors expect {}",
                    storage.numel
                ));
            }
            let content = self.take(storage.bytes()?)?;
            if contents.insert(key, content).is_some() {
                return Err(format!("storage `{key}` stands twice in the file"));
            }
        }
        Ok(contents)
    }

    fn array<const SIZE: usize>(&mut self) -> Result<[u8; SIZE], String> {
        let bytes = self.take(SIZE)?;
        Ok(bytes.try_into().expect("as many were taken"))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], String> {
        let rest = &self.bytes[self.at..];
        let taken = rest.get(..length).ok_or_else(|| {
            format!(
                "storages need {length} more bytes, {} are left; the file is truncated",
                rest.len()
            )
        })?;
        self.at += length;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_named() {
        assert_eq!(decode(b"hello").unwrap_err(), no_pytorch());
        assert_eq!(decode(b"\x80\x02K\x01.").unwrap_err(), no_pytorch());
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        assert_eq!(
            decode(&tar).unwrap_err(),
            "this is a tar archive of PyTorch before 0.1.10; load it in PyTorch and save it again"
        );
    }
}
