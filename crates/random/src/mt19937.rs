//! The Mersenne Twister mt19937: the engine under PyTorch's and NumPy's generators.

/// Words of state.
pub(crate) const WORDS: usize = 624;
const OFFSET: usize = 397;

/// 624 words of state, and how many of them have been handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mt19937 {
    words: [u32; WORDS],
    index: usize,
}

impl Mt19937 {
    /// Knuth's multiplicative seeding, as both libraries use it for an integer seed.
    pub fn new(seed: u32) -> Self {
        let mut words = [seed; WORDS];
        for j in 1..WORDS {
            let previous = words[j - 1];
            words[j] = (previous ^ (previous >> 30))
                .wrapping_mul(1_812_433_253)
                .wrapping_add(j as u32);
        }
        Self {
            words,
            index: WORDS,
        }
    }

    /// An engine continuing from saved words; `index` is at most [`WORDS`].
    pub fn from_parts(words: [u32; WORDS], index: usize) -> Self {
        assert!(index <= WORDS, "the caller checks what it loaded");
        Self { words, index }
    }

    pub fn words(&self) -> &[u32; WORDS] {
        &self.words
    }

    pub fn index(&self) -> usize {
        self.index
    }

    #[inline]
    pub fn next_u32(&mut self) -> u32 {
        if self.index == WORDS {
            self.twist();
        }
        let word = self.words[self.index];
        self.index += 1;
        temper(word)
    }

    /// The first word drawn is the high one.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        let high = self.next_u32();
        join(high, self.next_u32())
    }

    /// The bytes of successive words, little-endian; what is left of the last word is dropped.
    pub fn fill_bytes(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(4) {
            chunk.copy_from_slice(&self.next_u32().to_le_bytes()[..chunk.len()]);
        }
    }

    /// `out[i] = f(next u32)`, a block at a time.
    #[inline(always)]
    pub fn fill_u32<T>(&mut self, out: &mut [T], f: impl Fn(u32) -> T) {
        let mut rest = out;
        while !rest.is_empty() {
            if self.index == WORDS {
                self.twist();
            }
            let ready = &self.words[self.index..];
            let count = ready.len().min(rest.len());
            let (now, later) = rest.split_at_mut(count);
            for (out, &word) in now.iter_mut().zip(ready) {
                *out = f(temper(word));
            }
            self.index += count;
            rest = later;
        }
    }

    /// `out[i] = f(next u64)`, a block at a time.
    #[inline(always)]
    pub fn fill_u64<T>(&mut self, out: &mut [T], f: impl Fn(u64) -> T) {
        let mut rest = out;
        while !rest.is_empty() {
            if self.index == WORDS {
                self.twist();
            }
            let pairs = self.words[self.index..].chunks_exact(2);
            let count = pairs.len().min(rest.len());
            let (now, later) = rest.split_at_mut(count);
            for (out, pair) in now.iter_mut().zip(pairs) {
                *out = f(join(temper(pair[0]), temper(pair[1])));
            }
            self.index += 2 * count;
            rest = later;
            if self.index == WORDS - 1
                && let Some((straddling, after)) = std::mem::take(&mut rest).split_first_mut()
            {
                *straddling = f(self.next_u64());
                rest = after;
            }
        }
    }

    /// Makes the next 624 words.
    ///
    /// Three loops, so that inside each one the words read are all old or all new and a compiler can vectorise it.
    #[inline(always)]
    fn twist(&mut self) {
        let words = &mut self.words;
        for j in 0..WORDS - OFFSET {
            words[j] = words[j + OFFSET] ^ mix(words[j], words[j + 1]);
        }
        for j in WORDS - OFFSET..WORDS - 1 {
            words[j] = words[j + OFFSET - WORDS] ^ mix(words[j], words[j + 1]);
        }
        words[WORDS - 1] = words[OFFSET - 1] ^ mix(words[WORDS - 1], words[0]);
        self.index = 0;
    }
}

#[inline(always)]
fn mix(upper: u32, lower: u32) -> u32 {
    let y = (upper & 0x8000_0000) | (lower & 0x7fff_ffff);
    (y >> 1) ^ ((y & 1).wrapping_neg() & 0x9908_b0df)
}

#[inline(always)]
fn temper(word: u32) -> u32 {
    let mut y = word;
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c_5680;
    y ^= (y << 15) & 0xefc6_0000;
    y ^ (y >> 18)
}

#[inline(always)]
fn join(high: u32, low: u32) -> u64 {
    (u64::from(high) << 32) | u64::from(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_implementation_agrees() {
        // init_genrand(5489): the first and the ten-thousandth word of the standard's check.
        let mut engine = Mt19937::new(5489);
        assert_eq!(engine.next_u32(), 3_499_211_612);
        for _ in 0..9_998 {
            engine.next_u32();
        }
        assert_eq!(engine.next_u32(), 4_123_659_995);
    }

    #[test]
    fn filling_draws_the_same_words_as_drawing_one_by_one() {
        for before in [0, 1, 2, 622, 623, 624] {
            for count in [0, 1, 2, 311, 312, 313, 700] {
                let mut one = Mt19937::new(7);
                (0..before).for_each(|_| _ = one.next_u32());
                let mut block = one.clone();
                let mut words = vec![0; count];
                block.fill_u32(&mut words, |w| w);
                assert!(
                    words.iter().all(|&w| w == one.next_u32()),
                    "{before} {count}"
                );
                let mut pairs = vec![0; count];
                block.fill_u64(&mut pairs, |w| w);
                assert!(
                    pairs.iter().all(|&w| w == one.next_u64()),
                    "{before} {count}"
                );
                assert_eq!(block.next_u32(), one.next_u32());
            }
        }
    }
}
