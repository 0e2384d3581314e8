//! PyTorch's CPU generator: the handle, its seed and its saved state.

mod choose;
mod integers;
mod normal;
mod uniform;

pub use choose::Index;

use crate::error::Result;
use crate::mt19937::Mt19937;
use crate::snapshot::Snapshot;
use rand_core::{SeedableRng, TryRng};
use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A stream of random numbers, the same as `torch.Generator` on the CPU.
///
/// A cheap shared handle: a clone draws from the *same* stream, as a second name for a `torch.Generator` does.
/// Handing one generator to the layers, the loader and the dropout of a program reproduces `torch.manual_seed`.
/// For a second stream that starts at the same place use [`clone_state`](Self::clone_state).
///
/// Each call locks the stream once, so numbers of one call are never mixed with those of another thread.
///
/// # Source
/// PyTorch 2.15, CPU, on machines with AVX2 (its vector code decides the last bit of `f32` normals and of `uniform`).
///
/// # Examples
/// ```
/// use gradus_random::Generator;
///
/// let rng = Generator::new(0);
/// let x: Vec<f32> = rng.rand(3);
/// assert_eq!(x, [0.496_256_6, 0.768_221_8, 0.088_477_43]);
/// rng.manual_seed(0);
/// assert_eq!(rng.rand::<f32>(3), x);
/// ```
#[derive(Clone)]
pub struct Generator {
    stream: Arc<Mutex<Stream>>,
}

/// The engine, the seed it started from, and the second value of the last short pair of normals.
#[derive(Clone, PartialEq)]
struct Stream {
    engine: Mt19937,
    seed: u64,
    cached_normal: Option<f64>,
}

impl Stream {
    fn new(seed: u64) -> Self {
        Self {
            engine: Mt19937::new(seed as u32),
            seed,
            cached_normal: None,
        }
    }
}

/// Everything that decides what a [`Generator`] draws next.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct GeneratorState {
    /// What [`Generator::initial_seed`] returns.
    pub seed: u64,
    /// The 624 words of the engine.
    pub words: Vec<u32>,
    /// How many of the words have been drawn, 0 to 624.
    pub index: usize,
    /// The second value of the last short pair of normals, if it has not been used yet.
    pub cached_normal: Option<f64>,
}

const TAG: [u8; 8] = *b"torchcpu";

impl GeneratorState {
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
            seed: self.seed,
            words: self.words.clone(),
            index: self.index,
            cached_normal: self.cached_normal,
        }
    }

    fn from_snapshot(snapshot: Snapshot) -> Self {
        Self {
            seed: snapshot.seed,
            words: snapshot.words,
            index: snapshot.index,
            cached_normal: snapshot.cached_normal,
        }
    }
}

impl Generator {
    /// The stream of `torch.manual_seed(seed)`.
    ///
    /// Only the low 32 bits decide the numbers, as in PyTorch: 5 and 2³² + 5 are the same stream.
    pub fn new(seed: u64) -> Self {
        Self {
            stream: Arc::new(Mutex::new(Stream::new(seed))),
        }
    }

    /// The stream of a seed that may be negative: it counts modulo 2⁶⁴, as in PyTorch.
    ///
    /// ```
    /// # use gradus_random::Generator;
    /// assert_eq!(Generator::from_signed_seed(-1).initial_seed(), u64::MAX);
    /// ```
    pub fn from_signed_seed(seed: i64) -> Self {
        Self::new(seed.cast_unsigned())
    }

    /// Starts the stream again from `seed`, for every holder of this handle. Forgets the cached normal.
    pub fn manual_seed(&self, seed: u64) {
        *self.lock() = Stream::new(seed);
    }

    /// The seed the stream was last started from.
    pub fn initial_seed(&self) -> u64 {
        self.lock().seed
    }

    /// A new, independent stream that continues from where this one stands.
    pub fn clone_state(&self) -> Self {
        Self {
            stream: Arc::new(Mutex::new(self.lock().clone())),
        }
    }

    /// Whether both are handles of one stream.
    pub fn shares_stream_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.stream, &other.stream)
    }

    /// A copy of the state, to save.
    pub fn state(&self) -> GeneratorState {
        let stream = self.lock();
        GeneratorState::from_snapshot(Snapshot::of(
            &stream.engine,
            stream.seed,
            stream.cached_normal,
        ))
    }

    /// Continues from a saved state, for every holder of this handle.
    ///
    /// # Errors
    /// If no generator can be in that state; the stream is then unchanged.
    pub fn set_state(&self, state: &GeneratorState) -> Result<()> {
        let engine = state.snapshot().engine()?;
        *self.lock() = Stream {
            engine,
            seed: state.seed,
            cached_normal: state.cached_normal,
        };
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Stream> {
        // No code of a caller runs under the lock and no draw stops half-way, so a poisoned stream is whole.
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Generator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stream = self.lock();
        f.debug_struct("Generator")
            .field("seed", &stream.seed)
            .field("index", &stream.engine.index())
            .field("cached_normal", &stream.cached_normal)
            .finish_non_exhaustive()
    }
}

impl TryRng for Generator {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> std::result::Result<u32, Infallible> {
        Ok(self.lock().engine.next_u32())
    }

    fn try_next_u64(&mut self) -> std::result::Result<u64, Infallible> {
        Ok(self.lock().engine.next_u64())
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> std::result::Result<(), Infallible> {
        self.lock().engine.fill_bytes(dst);
        Ok(())
    }
}

/// A seed is eight bytes, little-endian; `seed_from_u64` is [`Generator::new`].
impl SeedableRng for Generator {
    type Seed = [u8; 8];

    fn from_seed(seed: Self::Seed) -> Self {
        Self::new(u64::from_le_bytes(seed))
    }

    fn seed_from_u64(seed: u64) -> Self {
        Self::new(seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::Rng;

    #[test]
    fn only_the_low_32_bits_of_a_seed_count() {
        let far = Generator::new((1 << 32) + 5);
        assert_eq!(far.rand::<f32>(4), Generator::new(5).rand::<f32>(4));
        assert_eq!(far.initial_seed(), (1 << 32) + 5);
    }

    #[test]
    fn clones_share_and_copies_do_not() {
        let rng = Generator::new(1);
        let (same, other) = (rng.clone(), rng.clone_state());
        let first: Vec<f32> = same.rand(2);
        assert_eq!(other.rand::<f32>(2), first);
        assert_ne!(rng.rand::<f32>(2), first);
        assert!(rng.shares_stream_with(&same) && !rng.shares_stream_with(&other));
    }

    #[test]
    fn a_restored_state_continues_with_its_cached_normal() {
        let rng = Generator::new(9);
        rng.randn::<f32>(3);
        let bytes = rng.state().to_bytes();
        let expected = (rng.randn::<f64>(3), rng.rand::<f32>(2));
        let later = Generator::new(0);
        later
            .set_state(&GeneratorState::from_bytes(&bytes).unwrap())
            .unwrap();
        assert_eq!((later.randn::<f64>(3), later.rand::<f32>(2)), expected);
        assert_eq!(later.initial_seed(), 9);
    }

    #[test]
    fn seeding_forgets_the_cached_normal() {
        let rng = Generator::new(0);
        rng.randn::<f32>(1);
        rng.manual_seed(0);
        assert_eq!(rng.randn::<f32>(1), [1.540_996_1]);
    }

    #[test]
    fn a_refused_state_changes_nothing() {
        let rng = Generator::new(4);
        let before = rng.state();
        let mut broken = before.clone();
        broken.index = 1000;
        assert!(rng.set_state(&broken).is_err());
        assert_eq!(rng.state(), before);
    }

    #[cfg(feature = "serde")]
    #[test]
    fn the_state_goes_through_json() {
        let rng = Generator::new(4);
        rng.randn::<f64>(1);
        let text = serde_json::to_string(&rng.state()).unwrap();
        assert_eq!(
            serde_json::from_str::<GeneratorState>(&text).unwrap(),
            rng.state()
        );
    }

    #[test]
    fn rand_core_draws_the_words_of_the_engine() {
        let mut rng = Generator::seed_from_u64(5489);
        assert_eq!(rng.next_u32(), 3_499_211_612);
        let mut bytes = [0; 5];
        Generator::new(5489).fill_bytes(&mut bytes);
        assert_eq!(bytes[..4], 3_499_211_612_u32.to_le_bytes());
    }
}
