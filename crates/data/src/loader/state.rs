//! A loader's position, to save and to load.

use super::DataLoader;
use crate::error::{Error, Result};

/// Where a [`DataLoader`] stands: what it takes to continue an interrupted epoch bit for bit.
///
/// The generators are not in it: they belong to the program and are saved with [`gradus_random::Generator::state`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LoaderState {
    /// Samples of the dataset.
    pub samples: usize,
    /// Samples in a full batch.
    pub batch_size: usize,
    /// Whether a smaller last batch is left out.
    pub drop_last: bool,
    /// Epochs begun so far.
    pub epochs: u64,
    /// The epoch under way, if there is one.
    pub open: Option<OpenEpoch>,
}

/// The epoch under way in a [`LoaderState`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OpenEpoch {
    /// Its order, once drawn: with the first batch.
    pub order: Option<Vec<usize>>,
    /// Where its batches end in the order, if a batch sampler made them.
    pub ends: Option<Vec<usize>>,
    /// Batches delivered.
    pub delivered: usize,
}

const TAG: &[u8; 8] = b"loader01";
const NONE: u64 = u64::MAX;

impl LoaderState {
    pub(super) fn check(&self, loader: &DataLoader) -> Result<()> {
        let saved = (self.samples, self.batch_size, self.drop_last);
        let (samples, batch_size) = (loader.dataset.len(), loader.batch_size);
        if saved == (samples, batch_size, loader.drop_last) {
            return Ok(());
        }
        let describe = |(samples, batch_size, drop_last): (usize, usize, bool)| {
            let last = if drop_last {
                ", last batch dropped"
            } else {
                ""
            };
            format!("{samples} samples in batches of {batch_size}{last}")
        };
        Err(Error::argument(
            "DataLoader state",
            format!(
                "it was saved with {}, the loader has {}",
                describe(saved),
                describe((samples, batch_size, loader.drop_last))
            ),
        ))
    }

    /// The state as bytes: a tag, then 64-bit little-endian numbers.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut numbers = vec![
            self.samples as u64,
            self.batch_size as u64,
            u64::from(self.drop_last),
            self.epochs,
        ];
        match &self.open {
            None => numbers.push(NONE),
            Some(open) => {
                numbers.push(open.delivered as u64);
                for list in [&open.order, &open.ends] {
                    match list {
                        None => numbers.push(NONE),
                        Some(list) => {
                            numbers.push(list.len() as u64);
                            numbers.extend(list.iter().map(|&i| i as u64));
                        }
                    }
                }
            }
        }
        let mut bytes = TAG.to_vec();
        bytes.extend(numbers.into_iter().flat_map(u64::to_le_bytes));
        bytes
    }

    /// Reads back what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// If the bytes are not such a state, or not all of one.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let refuse = |message: &str| Error::argument("DataLoader state", message);
        let numbers = bytes
            .strip_prefix(TAG)
            .ok_or_else(|| refuse("these are not its bytes"))?;
        let mut reader = Reader { bytes: numbers };
        let state = reader
            .state()
            .ok_or_else(|| refuse("the bytes are damaged or cut off"))?;
        if !reader.bytes.is_empty() {
            return Err(refuse("there are bytes after its end"));
        }
        Ok(state)
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn number(&mut self) -> Option<u64> {
        let (number, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(u64::from_le_bytes(*number))
    }

    fn size(&mut self) -> Option<usize> {
        self.number()?.try_into().ok()
    }

    fn list(&mut self) -> Option<Option<Vec<usize>>> {
        let len = self.number()?;
        if len == NONE {
            return Some(None);
        }
        // Checked before anything is allocated for it.
        if len > (self.bytes.len() / 8) as u64 {
            return None;
        }
        (0..len)
            .map(|_| self.size())
            .collect::<Option<_>>()
            .map(Some)
    }

    fn state(&mut self) -> Option<LoaderState> {
        let samples = self.size()?;
        let batch_size = self.size()?;
        let drop_last = match self.number()? {
            0 => false,
            1 => true,
            _ => return None,
        };
        let epochs = self.number()?;
        let open = match self.number()? {
            NONE => None,
            delivered => Some(OpenEpoch {
                delivered: delivered.try_into().ok()?,
                order: self.list()?,
                ends: self.list()?,
            }),
        };
        Some(LoaderState {
            samples,
            batch_size,
            drop_last,
            epochs,
            open,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> LoaderState {
        let open = OpenEpoch {
            order: Some(vec![2, 0, 1]),
            ends: None,
            delivered: 1,
        };
        LoaderState {
            samples: 3,
            batch_size: 2,
            drop_last: false,
            epochs: 5,
            open: Some(open),
        }
    }

    #[test]
    fn bytes_and_back() {
        let closed = LoaderState {
            open: None,
            ..state()
        };
        for state in [state(), closed] {
            assert_eq!(LoaderState::from_bytes(&state.to_bytes()).unwrap(), state);
        }
    }

    #[test]
    fn damaged_bytes_are_errors() {
        let bytes = state().to_bytes();
        for end in 0..bytes.len() {
            assert!(LoaderState::from_bytes(&bytes[..end]).is_err(), "{end}");
        }
        let mut long = bytes.clone();
        long.push(0);
        assert!(LoaderState::from_bytes(&long).is_err());
        let mut huge = bytes;
        huge[8 + 5 * 8..8 + 6 * 8].copy_from_slice(&(u64::MAX - 1).to_le_bytes());
        assert!(LoaderState::from_bytes(&huge).is_err());
    }
}
