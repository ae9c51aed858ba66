//! The Mersenne Twister MT19937 with the seeding and the outputs of CPython's `_random.Random`.
//!
//! Matsumoto and Nishimura, "Mersenne Twister: A 623-dimensionally equidistributed uniform pseudorandom number generator" (1998),
//! and their array seeding of 2002. Not here: where entropy comes from, and the distributions, which are Python code.
#![forbid(unsafe_code)]

use dashu_int::{IBig, UBig};
use std::collections::TryReserveError;

/// Words of state.
const N: usize = 624;
/// Distance of the recurrence.
const M: usize = 397;
/// Values in a saved state: the words and the position.
pub const STATE_LENGTH: usize = N + 1;

/// The generator.
#[derive(Clone, PartialEq, Eq)]
pub struct MersenneTwister {
    words: Box<[u32; N]>,
    /// Words used since the last refill; `N` means that a refill is due.
    used: usize,
}

impl std::fmt::Debug for MersenneTwister {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MersenneTwister")
            .field("used", &self.used)
            .finish_non_exhaustive()
    }
}

/// A position outside of the state was given to [`MersenneTwister::set_state`]: `ValueError("invalid state")`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidState;

impl std::fmt::Display for InvalidState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("invalid state")
    }
}

impl std::error::Error for InvalidState {}

impl MersenneTwister {
    /// Seeded by an array, which CPython never leaves empty; an empty one counts as `[0]`.
    pub fn from_key(key: &[u32]) -> Self {
        let mut twister = Self {
            words: Box::new([0; N]),
            used: N,
        };
        twister.seed_key(key);
        twister
    }

    /// Seeded by the absolute value of an integer.
    pub fn from_int(seed: &IBig) -> Self {
        Self::from_key(&key_of_int(seed))
    }

    /// Seeded by `abs(seed)`.
    pub fn from_i64(seed: i64) -> Self {
        let magnitude = seed.unsigned_abs();
        let key = [magnitude as u32, (magnitude >> 32) as u32];
        Self::from_key(if key[1] == 0 { &key[..1] } else { &key })
    }

    /// Starts again from `key`.
    pub fn seed_key(&mut self, key: &[u32]) {
        let key = if key.is_empty() { &[0][..] } else { key };
        let words = &mut self.words;
        words[0] = 19_650_218;
        for i in 1..N {
            words[i] = mixed(words[i - 1])
                .wrapping_mul(1_812_433_253)
                .wrapping_add(i as u32);
        }
        let mut i = 1;
        let mut j = 0;
        for _ in 0..N.max(key.len()) {
            words[i] = (words[i] ^ mixed(words[i - 1]).wrapping_mul(1_664_525))
                .wrapping_add(key[j])
                .wrapping_add(j as u32);
            j = (j + 1) % key.len();
            step(words, &mut i);
        }
        for _ in 1..N {
            words[i] =
                (words[i] ^ mixed(words[i - 1]).wrapping_mul(1_566_083_941)).wrapping_sub(i as u32);
            step(words, &mut i);
        }
        words[0] = 0x8000_0000;
        self.used = N;
    }

    /// 32 random bits.
    #[inline]
    pub fn next_u32(&mut self) -> u32 {
        if self.used >= N {
            self.refill();
        }
        let mut word = self.words[self.used];
        self.used += 1;
        word ^= word >> 11;
        word ^= word << 7 & 0x9d2c_5680;
        word ^= word << 15 & 0xefc6_0000;
        word ^ word >> 18
    }

    /// `random()`: a float in [0, 1) with 53 random bits.
    #[inline]
    pub fn random(&mut self) -> f64 {
        let high = self.next_u32() >> 5;
        let low = self.next_u32() >> 6;
        (f64::from(high) * 67_108_864.0 + f64::from(low)) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// `getrandbits(bits)` for `bits <= 64`; more bits are taken as 64.
    #[inline]
    pub fn bits_u64(&mut self, bits: u32) -> u64 {
        match bits {
            0 => 0,
            1..=32 => u64::from(self.next_u32() >> (32 - bits)),
            _ => {
                let low = u64::from(self.next_u32());
                low | u64::from(self.next_u32() >> (64 - bits.min(64))) << 32
            }
        }
    }

    /// `getrandbits(bits)` as words, least significant first. Errors: memory.
    pub fn bits_words(&mut self, bits: u64) -> Result<Vec<u32>, TryReserveError> {
        // A length that no address space has makes the reservation fail.
        let length = usize::try_from(bits.div_ceil(32)).unwrap_or(usize::MAX);
        let mut words = Vec::new();
        words.try_reserve_exact(length)?;
        for index in 0..length {
            let unused = if index + 1 == length {
                (32 - bits % 32) % 32
            } else {
                0
            };
            words.push(self.next_u32() >> unused);
        }
        Ok(words)
    }

    /// `getrandbits(bits)`. Errors: memory.
    pub fn bits_int(&mut self, bits: u64) -> Result<IBig, TryReserveError> {
        if bits <= 64 {
            return Ok(IBig::from(self.bits_u64(bits as u32)));
        }
        let words = self.bits_words(bits)?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(words.len() * 4)?;
        bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        Ok(IBig::from(UBig::from_le_bytes(&bytes)))
    }

    /// `getstate()`: the words, then the position.
    pub fn state(&self) -> [u32; STATE_LENGTH] {
        let mut state = [0; STATE_LENGTH];
        state[..N].copy_from_slice(&self.words[..]);
        state[N] = self.used as u32;
        state
    }

    /// `setstate(state)`; words above 32 bits must have been cut. Errors: a position that is negative or above 624.
    pub fn set_state(&mut self, words: &[u32; N], position: i64) -> Result<(), InvalidState> {
        let used = usize::try_from(position)
            .ok()
            .filter(|used| *used <= N)
            .ok_or(InvalidState)?;
        self.words.copy_from_slice(words);
        self.used = used;
        Ok(())
    }

    fn refill(&mut self) {
        let words = &mut self.words;
        // Split where the indices wrap, so that the loops have neither division nor branch.
        for i in 0..N - M {
            words[i] = words[i + M] ^ twisted(words[i], words[i + 1]);
        }
        for i in N - M..N - 1 {
            words[i] = words[i + M - N] ^ twisted(words[i], words[i + 1]);
        }
        words[N - 1] = words[M - 1] ^ twisted(words[N - 1], words[0]);
        self.used = 0;
    }
}

#[inline]
fn twisted(high: u32, low: u32) -> u32 {
    let joined = high & 0x8000_0000 | low & 0x7fff_ffff;
    joined >> 1 ^ (joined & 1).wrapping_neg() & 0x9908_b0df
}

#[inline]
fn mixed(word: u32) -> u32 {
    word ^ word >> 30
}

/// Next index of seeding, which skips word 0 and carries the last word into it.
fn step(words: &mut [u32; N], index: &mut usize) {
    *index += 1;
    if *index >= N {
        words[0] = words[N - 1];
        *index = 1;
    }
}

/// The absolute value's 32-bit digits, least significant first, at least one: the key CPython seeds with.
pub fn key_of_int(seed: &IBig) -> Vec<u32> {
    let (_, words) = seed.as_sign_words();
    let mut key: Vec<u32> = Vec::with_capacity(words.len() * 2 + 1);
    for word in words {
        for bytes in word.to_le_bytes().chunks(4) {
            key.push(
                bytes
                    .iter()
                    .rev()
                    .fold(0, |digit, byte| digit << 8 | u32::from(*byte)),
            );
        }
    }
    while key.len() > 1 && key.last() == Some(&0) {
        key.pop();
    }
    if key.is_empty() {
        key.push(0);
    }
    key
}
