//! The layout of today: a zip archive of `data.pkl`, one member per storage, and the byte order.

use std::borrow::Cow;
use std::collections::HashMap;

use super::storage::Storages;
use super::values::Values;
use crate::Value;
use crate::pickle;
use crate::zip::{Archive, Member};

/// An archive may unpack to this many bytes, however small it is, or to
/// [`MAX_RATIO`] times its own size. PyTorch stores and never compresses.
const MIN_LIMIT: u64 = 1 << 20;
const MAX_RATIO: u64 = 16;

pub(super) fn decode(bytes: &[u8]) -> Result<Value, String> {
    let limit = MIN_LIMIT.max(MAX_RATIO.saturating_mul(bytes.len() as u64));
    let members = Archive::new(bytes)?.members(limit)?;
    let folder = Folder::new(&members)?;
    let big_endian = match folder.members.contains_key("byteorder") {
        false => false,
        true => match &*folder.read("byteorder")? {
            b"little" => false,
            b"big" => true,
            other => {
                let order = String::from_utf8_lossy(other);
                return Err(format!(
                    "the byte order is neither little nor big: \"{order}\""
                ));
            }
        },
    };
    let data = folder.read("data.pkl")?;
    let pickle = pickle::read(&data)?;
    let storage = |key: &str| folder.read(&format!("data/{key}"));
    let storages = Storages::new(storage, big_endian, bytes.len());
    Values::new(&pickle, storages).root()
}

/// The one folder that everything lies in, named as the file was when it was written.
struct Folder<'m, 'a> {
    name: &'m str,
    members: HashMap<&'m str, &'m Member<'a>>,
}

impl<'m, 'a> Folder<'m, 'a> {
    fn new(members: &'m [Member<'a>]) -> Result<Self, String> {
        let root = root(members)?;
        let mut by_name = HashMap::new();
        for member in members {
            if let Some((folder, name)) = member.name.split_once('/')
                && folder == root
                && by_name.insert(name, member).is_some()
            {
                return Err(format!("the archive has `{}` twice", member.name));
            }
        }
        Ok(Self {
            name: root,
            members: by_name,
        })
    }

    fn read(&self, name: &str) -> Result<Cow<'a, [u8]>, String> {
        let place = |reason: String| format!("`{}/{name}`: {reason}", self.name);
        let member = self.members.get(name);
        let member = member.ok_or_else(|| place("the archive does not have it".into()))?;
        member.content().map_err(place)
    }
}

/// The folder that has the pickle.
fn root<'a>(members: &'a [Member<'_>]) -> Result<&'a str, String> {
    let with = |wanted: &'static str| {
        let inside = move |member: &'a Member<'_>| {
            let (folder, name) = member.name.split_once('/')?;
            (name == wanted).then_some(folder)
        };
        members.iter().find_map(inside)
    };
    if with("constants.pkl").is_some() {
        return Err(
            "this is a TorchScript program; save the state_dict() of the model with torch.save"
                .into(),
        );
    }
    with("data.pkl").ok_or_else(|| {
        "this zip archive was not written by torch.save: no folder in it has a data.pkl".into()
    })
}
