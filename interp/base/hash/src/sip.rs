//! SipHash-1-3 over whole buffers, and the key of an interpreter.
//!
//! Aumasson and Bernstein's SipHash with one round a word and three at the end, CPython's choice since 3.11.
//! One-shot: the buffer is at hand, so there is no state to keep between calls. Not here: numbers.

/// The 128-bit secret of one interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashKey {
    k0: u64,
    k1: u64,
}

impl HashKey {
    /// The key that `PYTHONHASHSEED=seed` gives: a linear congruential generator, zero for seed 0.
    pub const fn from_seed(seed: u32) -> Self {
        let mut bytes = [0u8; 16];
        if seed != 0 {
            let mut state = seed;
            let mut index = 0;
            while index < 16 {
                state = state.wrapping_mul(214_013).wrapping_add(2_531_011);
                bytes[index] = (state >> 16) as u8;
                index += 1;
            }
        }
        Self::from_bytes(bytes)
    }

    /// A key of random bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        let whole = u128::from_le_bytes(bytes);
        Self {
            k0: whole as u64,
            k1: (whole >> 64) as u64,
        }
    }

    /// Hash of bytes, or of text whose code points are all below 256.
    pub fn hash_bytes(&self, bytes: &[u8]) -> i64 {
        if bytes.is_empty() {
            return 0;
        }
        let mut state = State::new(*self);
        let (words, tail) = bytes.as_chunks::<8>();
        for word in words {
            state.word(u64::from_le_bytes(*word));
        }
        let mut last = [0u8; 8];
        last[..tail.len()].copy_from_slice(tail);
        state.finish(u64::from_le_bytes(last), bytes.len())
    }

    /// Hash of text whose largest code point needs 16 bits. Text that fits a narrower unit must use it.
    pub fn hash_u16(&self, units: &[u16]) -> i64 {
        if units.is_empty() {
            return 0;
        }
        let mut state = State::new(*self);
        let (words, tail) = units.as_chunks::<4>();
        let join = |units: &[u16]| {
            units
                .iter()
                .rev()
                .fold(0, |word, unit| word << 16 | u64::from(*unit))
        };
        for word in words {
            state.word(join(word));
        }
        state.finish(join(tail), units.len().wrapping_mul(2))
    }

    /// Hash of text whose largest code point needs more than 16 bits.
    pub fn hash_u32(&self, units: &[u32]) -> i64 {
        if units.is_empty() {
            return 0;
        }
        let mut state = State::new(*self);
        let (words, tail) = units.as_chunks::<2>();
        for word in words {
            state.word(u64::from(word[0]) | u64::from(word[1]) << 32);
        }
        state.finish(
            tail.first().map_or(0, |unit| u64::from(*unit)),
            units.len().wrapping_mul(4),
        )
    }

    /// Hash of a Rust string as the Python string of the same code points.
    pub fn hash_str(&self, text: &str) -> i64 {
        match text.chars().max() {
            None => 0,
            Some(top) if top < '\u{80}' => self.hash_bytes(text.as_bytes()),
            Some(top) if top < '\u{100}' => {
                self.hash_bytes(&text.chars().map(|c| c as u8).collect::<Vec<_>>())
            }
            Some(top) if top < '\u{10000}' => {
                self.hash_u16(&text.chars().map(|c| c as u16).collect::<Vec<_>>())
            }
            Some(_) => self.hash_u32(&text.chars().map(u32::from).collect::<Vec<_>>()),
        }
    }
}

struct State {
    v: [u64; 4],
}

impl State {
    #[inline]
    fn new(key: HashKey) -> Self {
        Self {
            v: [
                key.k0 ^ 0x736f_6d65_7073_6575,
                key.k1 ^ 0x646f_7261_6e64_6f6d,
                key.k0 ^ 0x6c79_6765_6e65_7261,
                key.k1 ^ 0x7465_6462_7974_6573,
            ],
        }
    }

    #[inline]
    fn round(&mut self) {
        let [a, b, c, d] = &mut self.v;
        *a = a.wrapping_add(*b);
        *c = c.wrapping_add(*d);
        *b = b.rotate_left(13) ^ *a;
        *d = d.rotate_left(16) ^ *c;
        *a = a.rotate_left(32);
        *c = c.wrapping_add(*b);
        *a = a.wrapping_add(*d);
        *b = b.rotate_left(17) ^ *c;
        *d = d.rotate_left(21) ^ *a;
        *c = c.rotate_left(32);
    }

    #[inline]
    fn word(&mut self, word: u64) {
        self.v[3] ^= word;
        self.round();
        self.v[0] ^= word;
    }

    #[inline]
    fn finish(mut self, tail: u64, length: usize) -> i64 {
        self.word(tail | (length as u64) << 56);
        self.v[2] ^= 0xff;
        for _ in 0..3 {
            self.round();
        }
        crate::not_minus_one((self.v[0] ^ self.v[1] ^ self.v[2] ^ self.v[3]) as i64)
    }
}
