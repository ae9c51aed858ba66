//! Mixing the hashes of items: tuples by order, frozen sets without.
//!
//! Both are incremental, because hashing an item may run Python code between two steps. Not here: iterating.

const PRIME_1: u64 = 11_400_714_785_074_694_791;
const PRIME_2: u64 = 14_029_467_366_897_019_727;
const PRIME_5: u64 = 2_870_177_450_012_600_261;

/// Hash of a tuple: a simplified xxHash64 (Collet), as CPython since 3.8.
#[derive(Clone, Copy, Debug)]
pub struct TupleHasher {
    state: u64,
    length: u64,
}

impl Default for TupleHasher {
    fn default() -> Self {
        Self::new()
    }
}

impl TupleHasher {
    /// No items yet.
    #[inline]
    pub const fn new() -> Self {
        Self {
            state: PRIME_5,
            length: 0,
        }
    }

    /// Adds the hash of the next item.
    #[inline]
    pub const fn push(&mut self, hash: i64) {
        self.state = self
            .state
            .wrapping_add((hash as u64).wrapping_mul(PRIME_2))
            .rotate_left(31)
            .wrapping_mul(PRIME_1);
        self.length += 1;
    }

    /// The tuple's hash.
    #[inline]
    pub const fn finish(self) -> i64 {
        let hash = self.state.wrapping_add(self.length ^ (PRIME_5 ^ 3_527_539));
        if hash == u64::MAX {
            1_546_275_796
        } else {
            hash as i64
        }
    }
}

/// Hash of a frozen set: the exclusive or of scattered item hashes, then one more scattering with the size.
#[derive(Clone, Copy, Default, Debug)]
pub struct FrozensetHasher {
    state: u64,
    length: u64,
}

impl FrozensetHasher {
    /// No items yet.
    #[inline]
    pub const fn new() -> Self {
        Self {
            state: 0,
            length: 0,
        }
    }

    /// Adds the hash of one distinct item.
    #[inline]
    pub const fn push(&mut self, hash: i64) {
        let hash = hash as u64;
        self.state ^= (hash ^ 89_869_747 ^ hash << 16).wrapping_mul(3_644_798_167);
        self.length += 1;
    }

    /// The set's hash.
    #[inline]
    pub const fn finish(self) -> i64 {
        let mut hash = self.state ^ self.length.wrapping_add(1).wrapping_mul(1_927_868_237);
        hash ^= hash >> 11 ^ hash >> 25;
        hash = hash.wrapping_mul(69_069).wrapping_add(907_133_923);
        if hash == u64::MAX {
            590_923_713
        } else {
            hash as i64
        }
    }
}
