//! The JSON header of a safetensors file, in its own order.

use std::collections::HashSet;
use std::fmt;

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

/// The key that holds text instead of a tensor.
pub(crate) const METADATA: &str = "__metadata__";

/// All of the header, in the order it stands there.
#[derive(Debug, Default)]
pub(crate) struct Header {
    pub(crate) metadata: Vec<(String, String)>,
    pub(crate) tensors: Vec<(String, Entry)>,
}

/// Where a tensor lies in the data and how to read it.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Entry {
    pub(crate) dtype: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) data_offsets: (u64, u64),
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Header;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tensors by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
                let mut header = Header::default();
                let mut seen = HashSet::new();
                while let Some(name) = new_key(&mut map, &mut seen)? {
                    if name == METADATA {
                        header.metadata = map.next_value::<Texts>()?.0;
                    } else {
                        header.tensors.push((name, map.next_value()?));
                    }
                }
                Ok(header)
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

impl Serialize for Header {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.metadata.is_empty() {
            map.serialize_entry(METADATA, &TextsRef(&self.metadata))?;
        }
        for (name, entry) in &self.tensors {
            map.serialize_entry(name, entry)?;
        }
        map.end()
    }
}

/// An object of text by key.
struct Texts(Vec<(String, String)>);

struct TextsRef<'a>(&'a [(String, String)]);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of text by key")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Texts, A::Error> {
                let mut texts = Vec::new();
                let mut seen = HashSet::new();
                while let Some(key) = new_key(&mut map, &mut seen)? {
                    texts.push((key, map.next_value()?));
                }
                Ok(Texts(texts))
            }
        }

        deserializer.deserialize_map(Pairs)
    }
}

impl Serialize for TextsRef<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

fn new_key<'de, A: MapAccess<'de>>(
    map: &mut A,
    seen: &mut HashSet<String>,
) -> Result<Option<String>, A::Error> {
    let key: Option<String> = map.next_key()?;
    match key {
        Some(key) if !seen.insert(key.clone()) => {
            Err(de::Error::custom(format_args!("`{key}` occurs twice")))
        }
        key => Ok(key),
    }
}
