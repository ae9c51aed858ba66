//! Laws of value encodings, for every policy: what goes in comes out bit for bit, kinds exclude each other, arithmetic on words is
//! arithmetic on integers.
use instar_object::presets::{Default, DefaultNanBox, DefaultSelfTag, DefaultTagged};
use instar_object::{Layout, Word};
use proptest::prelude::*;

fn kinds<L: Layout>(w: Word<L>) {
    assert!(!w.is_null());
    assert_eq!(w.is_immediate(), !w.is_ptr());
    assert_eq!(w.is_immediate(), w.is_int() || w.is_float());
    assert!(!(w.is_int() && w.is_float()));
}

fn integers<L: Layout>(a: i64, b: i64) {
    let word = Word::<L>::from_small;
    assert_eq!(word(a).is_some(), (Word::<L>::SMALL_MIN..=Word::<L>::SMALL_MAX).contains(&a));
    let (Some(x), Some(y)) = (word(a), word(b)) else { return };
    kinds(x);
    assert_eq!((x.as_small(), x.as_float(), x.is_ptr()), (Some(a), None, false));
    assert!(Word::both_int(x, y));
    assert_eq!(x.same(y), a == b);
    // SAFETY: both are immediate integers.
    unsafe {
        let fits = |r: Option<i64>| r.and_then(word);
        assert_eq!(Word::add_small(x, y), fits(a.checked_add(b)));
        assert_eq!(Word::sub_small(x, y), fits(a.checked_sub(b)));
        assert_eq!(Word::mul_small(x, y), fits(a.checked_mul(b)));
        assert_eq!(Word::and_small(x, y).as_small(), Some(a & b));
        assert_eq!(Word::or_small(x, y).as_small(), Some(a | b));
        assert_eq!(Word::xor_small(x, y).as_small(), Some(a ^ b));
        assert_eq!((Word::lt_small(x, y), Word::le_small(x, y), Word::eq_small(x, y)), (a < b, a <= b, a == b));
        // What boxed code compares is the bits.
        assert_eq!((x.raw() as i64) < (y.raw() as i64), a < b);
    }
}

fn floats<L: Layout>(bits: u64) {
    let x = f64::from_bits(bits);
    let Some(w) = Word::<L>::from_float(x) else { return };
    kinds(w);
    assert!(Word::<L>::TAGGED_FLOATS && w.is_float());
    assert_eq!(w.as_float().map(f64::to_bits), Some(bits));
    let Some(i) = Word::<L>::from_small(1) else { return };
    assert!(!Word::both_int(w, i) && !Word::both_int(i, w) && !Word::both_int(w, w));
}

/// Heap pointers are multiples of 8 below 2^48.
fn pointers<L: Layout>(address: u64) {
    // SAFETY: the word is only asked what it is.
    let w = unsafe { Word::<L>::from_raw((address % (1 << 48)) as usize & !7 | 1 << 20) };
    kinds(w);
    assert!(w.is_ptr() && !Word::both_int(w, w));
}

macro_rules! every { ($f:ident ($($arg:expr),*)) => {{
    $f::<Default>($($arg),*);
    $f::<DefaultTagged>($($arg),*);
    $f::<DefaultSelfTag>($($arg),*);
    $f::<DefaultNanBox>($($arg),*);
}} }

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn encodings_keep_their_laws(a in any::<i64>(), b in any::<i64>(), shift in 0u32..64, x in any::<f64>(), bits in any::<u64>()) {
        every!(integers(a >> shift, b >> shift));
        every!(integers(a >> (shift / 2), b >> 60));
        every!(floats(x.to_bits()));
        every!(floats(bits));
        every!(floats((a as f64).to_bits()));
        every!(pointers(bits));
    }
}

#[test]
fn ends_of_the_ranges() {
    let near = |n: i64| [n.wrapping_sub(1), n, n.wrapping_add(1)];
    let ends: Vec<i64> = [0, i64::MIN, i64::MAX, 1 << 61, -(1 << 61), 1 << 62, -(1 << 62), 1 << 50, -(1 << 50), 1 << 51, -(1 << 51), 1 << 25, 1 << 26, i64::MIN >> 1, i64::MAX >> 1].into_iter().flat_map(near).collect();
    for &a in &ends {
        for &b in &ends {
            every!(integers(a, b));
        }
    }
    for exponent in 0..2048u64 {
        for sign in [0, 1] {
            for mantissa in [0, 1, (1 << 52) - 1] {
                every!(floats(sign << 63 | exponent << 52 | mantissa));
            }
        }
    }
    assert!(!Word::<DefaultSelfTag>::NULL.is_immediate() && !Word::<DefaultSelfTag>::NULL.is_ptr() && !Word::<DefaultSelfTag>::NULL.is_float());
}

/// Which floats need no object.
#[test]
fn ordinary_floats_are_immediate() {
    let immediate = |x: f64| Word::<DefaultSelfTag>::from_float(x).is_some();
    for x in [0.0, 1.0, -1.0, 0.1, 1e-76, -3.5e76, 6.62607015e-34, std::f64::consts::PI, 2f64.powi(-255), 2f64.powi(257).next_down()] {
        assert!(immediate(x), "{x}");
    }
    for x in [-0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, f64::MAX, f64::MIN_POSITIVE, 1e-300, 5e-324, 2f64.powi(257), 2f64.powi(-255).next_down()] {
        assert!(!immediate(x), "{x}");
    }
    let boxed_nan = |x: f64| Word::<DefaultNanBox>::from_float(x).is_some();
    for x in [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, -5e-324, 0.1, -1e300] {
        assert!(boxed_nan(x), "{x}");
    }
    assert!(!boxed_nan(f64::NAN) && !boxed_nan(-f64::NAN) && !boxed_nan(f64::from_bits(u64::MAX)));
    assert!(Word::<DefaultTagged>::from_float(1.0).is_none() && !Word::<DefaultTagged>::TAGGED_FLOATS);
}
