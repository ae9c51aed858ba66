//! Numbers of 256 bits: what products and aligned sums of two 128-bit coefficients are before they are rounded.
//!
//! Not here: larger numbers (`coef.rs`).

/// `10^n` for each `n` that fits 64 bits.
pub const POW64: [u64; 20] = {
    let mut t = [1; 20];
    let mut i = 1;
    while i < 20 { t[i] = t[i - 1] * 10; i += 1 }
    t
};

/// `10^n` for each `n` that fits 128 bits.
pub const POW128: [u128; 39] = {
    let mut t = [1; 39];
    let mut i = 1;
    while i < 39 { t[i] = t[i - 1] * 10; i += 1 }
    t
};

/// `10^n` for each `n` that fits 256 bits.
static POW256: [Wide; 78] = {
    let mut t = [Wide { hi: 0, lo: 1 }; 78];
    let mut i = 1;
    while i < 78 {
        let low = (t[i - 1].lo & u64::MAX as u128) * 10;
        let high = (t[i - 1].lo >> 64) * 10 + (low >> 64);
        t[i] = Wide { hi: t[i - 1].hi * 10 + (high >> 64), lo: (high << 64) | (low & u64::MAX as u128) };
        i += 1;
    }
    t
};

/// Digits of a number; one for zero.
#[inline]
pub fn digits128(n: u128) -> i64 {
    if let Ok(n) = u64::try_from(n) { return digits64(n) }
    let guess = ((128 - n.leading_zeros()) as usize * 1233) >> 12;
    guess as i64 + i64::from(guess < 39 && n >= POW128[guess])
}

/// Digits of a number; one for zero.
#[inline]
pub fn digits64(n: u64) -> i64 {
    let guess = ((64 - (n | 1).leading_zeros()) as usize * 1233) >> 12;
    guess as i64 + i64::from(guess < 20 && (n | 1) >= POW64[guess])
}

/// `hi * 2^128 + lo`
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Wide {
    /// Upper half.
    pub hi: u128,
    /// Lower half.
    pub lo: u128,
}

impl Wide {
    /// `a * b`
    #[inline]
    pub fn product(a: u128, b: u128) -> Wide {
        const LOW: u128 = u64::MAX as u128;
        let (a1, a0, b1, b0) = (a >> 64, a & LOW, b >> 64, b & LOW);
        if a1 | b1 == 0 { return Wide { hi: 0, lo: a0 * b0 } }
        let (low, mid, cross) = (a0 * b0, a1 * b0, a0 * b1);
        let carry = (low >> 64) + (mid & LOW) + (cross & LOW);
        Wide { hi: a1 * b1 + (mid >> 64) + (cross >> 64) + (carry >> 64), lo: (carry << 64) | (low & LOW) }
    }

    /// `self + b`, unless it is too large.
    pub fn checked_add(self, b: Wide) -> Option<Wide> {
        let (lo, carry) = self.lo.overflowing_add(b.lo);
        Some(Wide { hi: self.hi.checked_add(b.hi)?.checked_add(u128::from(carry))?, lo })
    }

    /// `self - b`, for `b` that is not greater.
    pub fn minus(self, b: Wide) -> Wide {
        let (lo, borrow) = self.lo.overflowing_sub(b.lo);
        Wide { hi: self.hi - b.hi - u128::from(borrow), lo }
    }

    /// Digits; one for zero.
    pub fn digits(self) -> i64 {
        if self.hi == 0 { return digits128(self.lo) }
        let guess = ((256 - self.hi.leading_zeros()) as usize * 1233) >> 12;
        guess as i64 + i64::from(guess < 78 && self >= POW256[guess])
    }

    /// `self / 2^64` with a new lowest word, and so on: the words, lowest first.
    fn words(self) -> [u64; 4] { [self.lo as u64, (self.lo >> 64) as u64, self.hi as u64, (self.hi >> 64) as u64] }
    fn of_words(w: [u64; 4]) -> Wide { Wide { hi: u128::from(w[3]) << 64 | u128::from(w[2]), lo: u128::from(w[1]) << 64 | u128::from(w[0]) } }

    fn div_rem_word(self, d: u64) -> (Wide, u64) {
        let mut w = self.words();
        let mut rest = 0u128;
        for word in w.iter_mut().rev() {
            let n = rest << 64 | u128::from(*word);
            if n == 0 { continue }
            *word = (n / u128::from(d)) as u64;
            rest = n % u128::from(d);
        }
        (Wide::of_words(w), rest as u64)
    }

    /// Quotient and rest of a division by a number that is not zero.
    pub fn div_rem(self, d: u128) -> (Wide, u128) {
        if self.hi == 0 { return (Wide { hi: 0, lo: self.lo / d }, self.lo % d) }
        if let Ok(d) = u64::try_from(d) { let (q, r) = self.div_rem_word(d); return (q, r.into()) }
        // Knuth's algorithm D with a divisor of two words: shift so that its highest bit is set.
        let s = d.leading_zeros();
        let d = d << s;
        let w = self.words();
        let mut n = [0u64; 5];
        for (i, word) in w.iter().enumerate() {
            n[i] |= word << s;
            if s > 0 { n[i + 1] = word >> (64 - s) }
        }
        let (d1, d0) = ((d >> 64) as u64, d as u64);
        let mut q = [0u64; 4];
        for j in (0..3).rev() {
            let top = u128::from(n[j + 2]) << 64 | u128::from(n[j + 1]);
            let (mut guess, mut rest) = if n[j + 2] >= d1 {
                (u128::from(u64::MAX), top.wrapping_sub(u128::from(u64::MAX) * u128::from(d1)))
            } else {
                (top / u128::from(d1), top % u128::from(d1))
            };
            while rest >> 64 == 0 && guess * u128::from(d0) > (rest << 64 | u128::from(n[j])) { guess -= 1; rest += u128::from(d1) }
            // n[j..=j+2] -= guess * d
            let low = guess * u128::from(d0);
            let high = guess * u128::from(d1) + (low >> 64);
            let (r0, b0) = n[j].overflowing_sub(low as u64);
            let (r1, b1) = n[j + 1].overflowing_sub(high as u64);
            let (r1, b1b) = r1.overflowing_sub(u64::from(b0));
            let (r2, b2) = n[j + 2].overflowing_sub((high >> 64) as u64);
            let (r2, b2b) = r2.overflowing_sub(u64::from(b1 | b1b));
            (n[j], n[j + 1], n[j + 2]) = (r0, r1, r2);
            if b2 | b2b {
                guess -= 1;
                let sum = (u128::from(n[j + 1]) << 64 | u128::from(n[j])).overflowing_add(d);
                (n[j], n[j + 1]) = (sum.0 as u64, (sum.0 >> 64) as u64);
                n[j + 2] = n[j + 2].wrapping_add(u64::from(sum.1));
            }
            q[j] = guess as u64;
        }
        let rest = u128::from(n[1]) << 64 | u128::from(n[0]);
        (Wide::of_words(q), rest >> s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dashu_int::UBig;

    fn big(w: Wide) -> UBig { (UBig::from(w.hi) << 128) + UBig::from(w.lo) }

    #[test]
    fn division_agrees_with_big_integers() {
        let mut seed = 0x9E37_79B9_7F4A_7C15u64;
        let mut next = || { seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17; seed };
        let mut wide = |bits: u32| { let n = u128::from(next()) << 64 | u128::from(next()); if bits == 0 { 0 } else { n >> (128 - bits) } };
        for round in 0..40_000u32 {
            let n = Wide { hi: wide(round % 129), lo: wide(128) };
            let mut d = wide(1 + round / 7 % 128).max(1);
            if round % 5 == 0 { d |= !0 << 100 }
            let (q, r) = n.div_rem(d);
            assert!(r < d);
            assert_eq!(big(q) * UBig::from(d) + UBig::from(r), big(n), "{n:?} / {d}");
            assert_eq!(n.digits(), big(n).to_string().len() as i64);
            assert_eq!(big(Wide::product(n.lo, d)), UBig::from(n.lo) * UBig::from(d));
        }
        let top = Wide { hi: u128::MAX, lo: u128::MAX };
        assert_eq!(top.digits(), 78);
        for d in [1 << 64, (1 << 64) + 1, u128::MAX, 1 << 127, (1 << 127) + 1] {
            let (q, r) = top.div_rem(d);
            assert_eq!(big(q) * UBig::from(d) + UBig::from(r), big(top));
        }
    }
}
