//! NumPy's legacy generator: the handle, its draws of real numbers and its saved state.

mod choice;
mod integers;
mod real;

use crate::error::{Error, Result};
use crate::mt19937::Mt19937;
use crate::snapshot::Snapshot;
use rand_core::{SeedableRng, TryRng};
use std::convert::Infallible;
use std::fmt;

/// A stream of random numbers, the same as `numpy.random.RandomState(seed)`.
///
/// Everything in scikit-learn that takes a `random_state` draws from one of these. A clone is an independent copy.
///
/// # Source
/// NumPy 2.4, the legacy generator, which NumPy has frozen.
///
/// # Examples
/// ```
/// use gradus_random::RandomState;
///
/// let mut rs = RandomState::new(0);
/// assert_eq!(rs.standard_normal(2), [1.764_052_345_967_664, 0.400_157_208_367_223_3]);
/// assert_eq!(RandomState::new(0).permutation(4), [2, 3, 1, 0]);
/// ```
#[derive(Clone, PartialEq)]
pub struct RandomState {
    engine: Mt19937,
    cached_normal: Option<f64>,
}

/// Everything that decides what a [`RandomState`] draws next: NumPy's `get_state()`.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NumpyState {
    /// The 624 words of the engine, NumPy's `key`.
    pub words: Vec<u32>,
    /// How many of the words have been drawn, NumPy's `pos`.
    pub index: usize,
    /// The second value of the last pair of normals, if it has not been used yet.
    pub cached_normal: Option<f64>,
}

const TAG: [u8; 8] = *b"numpyold";

impl NumpyState {
    /// The state as bytes, with a checksum.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.snapshot().to_bytes(TAG)
    }

    /// Reads back what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// If the bytes are of another length, of another kind of stream, or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Snapshot::from_bytes(bytes, TAG).map(Self::from_snapshot)
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            seed: 0,
            words: self.words.clone(),
            index: self.index,
            cached_normal: self.cached_normal,
        }
    }

    fn from_snapshot(snapshot: Snapshot) -> Self {
        Self {
            words: snapshot.words,
            index: snapshot.index,
            cached_normal: snapshot.cached_normal,
        }
    }
}

impl RandomState {
    /// The stream of an integer seed, which NumPy allows from 0 to 2³² − 1.
    pub fn new(seed: u32) -> Self {
        Self {
            engine: Mt19937::new(seed),
            cached_normal: None,
        }
    }

    /// A copy of the state, to save.
    pub fn state(&self) -> NumpyState {
        NumpyState::from_snapshot(Snapshot::of(&self.engine, 0, self.cached_normal))
    }

    /// Continues from a saved state.
    ///
    /// # Errors
    /// If no generator can be in that state; the stream is then unchanged.
    pub fn set_state(&mut self, state: &NumpyState) -> Result<()> {
        self.engine = state.snapshot().engine()?;
        self.cached_normal = state.cached_normal;
        Ok(())
    }

    /// `random_sample(n)`, also called `rand` and `random`: uniform in [0, 1), 53 random bits.
    pub fn random_sample(&mut self, n: usize) -> Vec<f64> {
        let mut out = vec![0.0; n];
        self.fill_units(&mut out, |unit| unit);
        out
    }

    /// `uniform(low, high, n)`: low + (high − low)·u. NumPy allows `high` below `low`.
    ///
    /// # Errors
    /// If the width is not finite.
    pub fn uniform(&mut self, low: f64, high: f64, n: usize) -> Result<Vec<f64>> {
        let width = high - low;
        if !width.is_finite() {
            return Err(Error::Interval {
                op: "RandomState.uniform",
                low,
                high,
            });
        }
        let mut out = vec![0.0; n];
        self.fill_units(&mut out, |unit| low + width * unit);
        Ok(out)
    }

    /// `standard_normal(n)`, also called `randn`: Marsaglia's polar method; an odd count leaves one value for the next call.
    pub fn standard_normal(&mut self, n: usize) -> Vec<f64> {
        let mut out = vec![0.0; n];
        self.fill_normals(&mut out, |z| z);
        out
    }

    /// `normal(mean, std, n)`: mean + std·z.
    ///
    /// # Errors
    /// If `std` is negative or not a number.
    pub fn normal(&mut self, mean: f64, std: f64, n: usize) -> Result<Vec<f64>> {
        // NumPy tests the sign bit, so -0.0 is refused too.
        if std.is_nan() || std.is_sign_negative() {
            return Err(Error::Deviation {
                op: "RandomState.normal",
                std,
            });
        }
        let mut out = vec![0.0; n];
        self.fill_normals(&mut out, |z| mean + std * z);
        Ok(out)
    }
}

impl fmt::Debug for RandomState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RandomState")
            .field("index", &self.engine.index())
            .field("cached_normal", &self.cached_normal)
            .finish_non_exhaustive()
    }
}

impl TryRng for RandomState {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> std::result::Result<u32, Infallible> {
        Ok(self.engine.next_u32())
    }

    fn try_next_u64(&mut self) -> std::result::Result<u64, Infallible> {
        Ok(self.engine.next_u64())
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> std::result::Result<(), Infallible> {
        self.engine.fill_bytes(dst);
        Ok(())
    }
}

/// A seed is four bytes, little-endian; `seed_from_u64` keeps the low 32 bits.
impl SeedableRng for RandomState {
    type Seed = [u8; 4];

    fn from_seed(seed: Self::Seed) -> Self {
        Self::new(u32::from_le_bytes(seed))
    }

    fn seed_from_u64(seed: u64) -> Self {
        Self::new(seed as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normals_come_in_pairs() {
        let mut rs = RandomState::new(0);
        let z = rs.standard_normal(3);
        assert_eq!(
            z,
            [
                1.764_052_345_967_664,
                0.400_157_208_367_223_3,
                0.978_737_984_105_739_2
            ]
        );
        let saved = rs.state().to_bytes();
        let next = rs.standard_normal(1);
        let mut later = RandomState::new(9);
        later
            .set_state(&NumpyState::from_bytes(&saved).unwrap())
            .unwrap();
        assert_eq!(later.standard_normal(1), next);
        assert_eq!(next, [2.240_893_199_201_458]);
    }

    #[test]
    fn a_torch_state_is_not_a_numpy_state() {
        let bytes = crate::Generator::new(0).state().to_bytes();
        let error = NumpyState::from_bytes(&bytes).unwrap_err();
        assert!(error.to_string().contains("torchcpu"), "{error}");
    }

    #[test]
    fn bounds_are_checked() {
        let mut rs = RandomState::new(0);
        assert!(rs.uniform(0.0, f64::INFINITY, 1).is_err());
        assert!(rs.normal(0.0, -0.0, 1).is_err());
        assert_eq!(
            rs.normal(0.0, -1.0, 1).unwrap_err().to_string(),
            "RandomState.normal: the standard deviation is -1; it must be 0 or more"
        );
    }
}
