//! A saved engine as bytes: checked when read back, so that a damaged file is noticed.

use crate::error::{Error, Result};
use crate::mt19937::{Mt19937, WORDS};

/// What both libraries' generators have to remember.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Snapshot {
    pub(crate) seed: u64,
    pub(crate) words: Vec<u32>,
    pub(crate) index: usize,
    pub(crate) cached_normal: Option<f64>,
}

const TAG: usize = 8;
const LENGTH: usize = TAG + 8 + 4 * WORDS + 4 + 4 + 8 + 8;

impl Snapshot {
    pub(crate) fn of(engine: &Mt19937, seed: u64, cached_normal: Option<f64>) -> Self {
        Self {
            seed,
            words: engine.words().to_vec(),
            index: engine.index(),
            cached_normal,
        }
    }

    /// The engine it describes.
    pub(crate) fn engine(&self) -> Result<Mt19937> {
        let words: [u32; WORDS] =
            self.words.as_slice().try_into().map_err(|_| {
                Error::State(format!("{} words, expected {WORDS}", self.words.len()))
            })?;
        if self.index > WORDS {
            return Err(Error::State(format!(
                "index {} is past the {WORDS} words",
                self.index
            )));
        }
        if words[0] & 0x8000_0000 == 0 && words[1..].iter().all(|&w| w == 0) {
            return Err(Error::State(
                "all words are zero, which no seed leads to".into(),
            ));
        }
        if self.cached_normal.is_some_and(|z| !z.is_finite()) {
            return Err(Error::State("the cached normal is not finite".into()));
        }
        Ok(Mt19937::from_parts(words, self.index))
    }

    /// Tag, seed, words, index, flag, cached normal and a checksum, little-endian.
    pub(crate) fn to_bytes(&self, tag: [u8; TAG]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.extend(tag);
        bytes.extend(self.seed.to_le_bytes());
        for word in &self.words {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend((self.index as u32).to_le_bytes());
        bytes.extend(u32::from(self.cached_normal.is_some()).to_le_bytes());
        bytes.extend(self.cached_normal.unwrap_or(0.0).to_le_bytes());
        bytes.extend(checksum(&bytes).to_le_bytes());
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8], tag: [u8; TAG]) -> Result<Self> {
        if bytes.len() != LENGTH {
            return Err(Error::State(format!(
                "{} bytes, expected {LENGTH}",
                bytes.len()
            )));
        }
        if bytes[..TAG] != tag {
            return Err(Error::State(format!(
                "it begins with {:?}, expected {:?}",
                String::from_utf8_lossy(&bytes[..TAG]),
                String::from_utf8_lossy(&tag)
            )));
        }
        let (content, sum) = bytes.split_at(LENGTH - 8);
        if u64_at(sum, 0) != checksum(content) {
            return Err(Error::State("the checksum does not fit".into()));
        }
        let tail = TAG + 8 + 4 * WORDS;
        let snapshot = Self {
            seed: u64_at(content, TAG),
            words: (0..WORDS)
                .map(|j| u32_at(content, TAG + 8 + 4 * j))
                .collect(),
            index: u32_at(content, tail) as usize,
            cached_normal: (u32_at(content, tail + 4) != 0)
                .then(|| f64::from_bits(u64_at(content, tail + 8))),
        };
        snapshot.engine()?;
        Ok(snapshot)
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

/// FNV-1a, 64 bits.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot() -> Snapshot {
        Snapshot::of(&Mt19937::new(3), 3, Some(0.25))
    }

    #[test]
    fn bytes_and_back() {
        let bytes = snapshot().to_bytes(*b"a-tag-01");
        assert_eq!(
            Snapshot::from_bytes(&bytes, *b"a-tag-01").unwrap(),
            snapshot()
        );
    }

    #[test]
    fn damage_is_noticed_wherever_it_is() {
        let good = snapshot().to_bytes(*b"a-tag-01");
        for at in (0..good.len()).step_by(7) {
            let mut bad = good.clone();
            bad[at] ^= 4;
            assert!(Snapshot::from_bytes(&bad, *b"a-tag-01").is_err(), "{at}");
        }
        assert!(Snapshot::from_bytes(&good[1..], *b"a-tag-01").is_err());
        let message = Snapshot::from_bytes(&good, *b"b-tag-01").unwrap_err();
        assert!(message.to_string().contains("a-tag-01"), "{message}");
    }

    #[test]
    fn impossible_states_are_refused() {
        #[track_caller]
        fn refused(change: impl Fn(&mut Snapshot), why: &str) {
            let mut state = snapshot();
            change(&mut state);
            let message = state.engine().unwrap_err().to_string();
            assert!(message.contains(why), "{message}");
        }
        refused(|s| s.words.truncate(5), "5 words, expected 624");
        refused(|s| s.index = 625, "index 625");
        refused(|s| s.words.fill(0), "zero");
        refused(|s| s.cached_normal = Some(f64::NAN), "not finite");
    }
}
