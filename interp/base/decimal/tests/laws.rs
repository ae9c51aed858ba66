//! What must hold for all numbers: inverse operations, neighbours, text, orders; and examples of the specification.

use std::cmp::Ordering;

use instar_base_decimal::{
    add, checked, compare, div, divmod, exp, flag, fma, format, ln, log10, mul, next_minus, next_plus, order, order_total, pow, pow_mod, quantize, reduce,
    remainder_near, sqrt, sub, Coef, Context, Dec, Round, Spec,
};

const PLAIN: Context = Context { prec: 28, emax: 999_999, emin: -999_999, round: Round::HalfEven, clamp: false };

fn dec(text: &str) -> Dec { Dec::from_text_exact(text.as_bytes(), &mut 0) }

/// A source of numbers: xorshift, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
    fn dec(&mut self) -> Dec {
        let digits = [1, 2, 5, 9, 18, 19, 20, 28, 29, 37, 38, 39, 40, 60, 77, 78, 100][self.next(17) as usize];
        let kind = self.next(4);
        let text: Vec<u8> = (0..digits).map(|i| match kind { 0 => b'9', 1 => if i == 0 { b'1' } else { b'0' }, _ => b'0' + self.next(10) as u8 }).collect();
        Dec::new(self.next(2) == 1, Coef::of_digits(&text), self.next(60) as i64 - 45)
    }
}

fn same(a: &Dec, b: &Dec) -> bool { order_total(a, b) == Ordering::Equal }

#[test]
fn exact_operations_have_inverses() {
    let mut n = Numbers(0x9E37_79B9_7F4A_7C15);
    let wide = Context { prec: 1000, ..PLAIN };
    for _ in 0..4000 {
        let (a, b, c) = (n.dec(), n.dec(), n.dec());
        let mut status = 0;
        let total = add(&a, &b, &wide, &mut status);
        assert!(order(&sub(&total, &b, &wide, &mut status), &a).is_eq(), "{a:?} + {b:?}");
        let product = mul(&a, &b, &wide, &mut status);
        assert!(order(&fma(&a, &b, &c, &wide, &mut status), &add(&product, &c, &wide, &mut status)).is_eq());
        assert_eq!(status & (flag::INEXACT | flag::ERRORS), 0);
        if !b.is_zero() {
            assert!(order(&div(&product, &b, &wide, &mut status), &a).is_eq(), "{a:?} * {b:?}");
            let (q, r) = divmod(&a, &b, &wide, &mut status);
            assert!(order(&fma(&q, &b, &r, &wide, &mut status), &a).is_eq());
            let near = remainder_near(&a, &b, &wide, &mut status).magnitude();
            assert_ne!(order(&add(&near, &near, &wide, &mut status), &b.magnitude()), Ordering::Greater);
        }
        assert!(same(&dec(&a.to_sci(true)), &a) && order(&dec(&a.to_eng(false)), &a).is_eq(), "{a:?}");
        assert!(order(&reduce(&a, &wide, &mut status), &a).is_eq());
        let (p, q) = a.ratio();
        assert!(order(&div(&Dec::from_big(&p), &Dec::from_big(&q), &wide, &mut status), &a).is_eq());
    }
}

#[test]
fn rounding_gives_one_of_the_two_neighbours() {
    let mut n = Numbers(77);
    for i in 0..4000 {
        let (a, b) = (n.dec(), n.dec());
        let wide = Context { prec: 500, ..PLAIN };
        let exact = if i % 2 == 0 { add(&a, &b, &wide, &mut 0) } else { mul(&a, &b, &wide, &mut 0) };
        for round in Round::ALL {
            let ctx = Context { prec: [1, 5, 19, 28, 38, 50][i % 6], ..PLAIN }.rounding(round);
            let (mut status, op) = (0, if i % 2 == 0 { add } else { mul });
            let d = op(&a, &b, &ctx, &mut status);
            assert!(d.digits() <= ctx.prec);
            let side = order(&d, &exact);
            assert_eq!(side.is_ne(), status & flag::INEXACT != 0, "{a:?} {b:?} {round:?}");
            if side.is_gt() { assert!(order(&next_minus(&d, &ctx, &mut 0), &exact).is_lt()) }
            if side.is_lt() { assert!(order(&next_plus(&d, &ctx, &mut 0), &exact).is_gt()) }
            match round { Round::Ceiling => assert!(side.is_ge()), Round::Floor => assert!(side.is_le()), _ => {} }
        }
    }
}

#[test]
fn functions_agree_with_more_digits() {
    let mut n = Numbers(5);
    for i in 0..150 {
        let prec = [1, 7, 16, 28, 50, 120][i % 6];
        let (ctx, wide) = (Context { prec, ..PLAIN }, Context { prec: prec + 40, ..PLAIN });
        let mut a = n.dec().magnitude();
        a = a.with_exponent(-a.digits() + n.next(5) as i64 - 2);
        if a.is_zero() { continue }
        for f in [exp, ln, log10, sqrt] {
            let (short, long) = (f(&a, &ctx, &mut 0), f(&a, &wide, &mut 0));
            assert!(order(&short, &add(&long, &Dec::zero(false, 0), &ctx, &mut 0)).is_eq(), "{a:?} {prec}");
        }
        let back = exp(&ln(&a, &wide, &mut 0), &wide, &mut 0);
        assert!(order(&add(&back, &Dec::zero(false, 0), &ctx, &mut 0), &add(&a, &Dec::zero(false, 0), &ctx, &mut 0)).is_eq(), "{a:?}");
    }
}

#[test]
fn examples_of_the_specification() {
    let mut status = 0;
    let text = |d: Dec| d.to_sci(true);
    let nine = Context { prec: 9, ..PLAIN };
    assert_eq!(text(div(&dec("1"), &dec("3"), &nine, &mut status)), "0.333333333");
    assert_eq!(status, flag::INEXACT | flag::ROUNDED);
    assert_eq!(text(div(&dec("2.40E+6"), &dec("2"), &nine, &mut status)), "1.20E+6");
    assert_eq!(text(quantize(&dec("2.17"), &dec("0.001"), &nine, &mut status)), "2.170");
    assert_eq!(text(quantize(&dec("-Inf"), &dec("1"), &nine, &mut status)), "NaN");
    assert_eq!(text(pow(&dec("2"), &dec("-3"), &nine, &mut status)), "0.125");
    assert_eq!(text(pow(&dec("2"), &dec("0.2"), &nine, &mut status)), "1.14869835");
    assert_eq!(text(pow_mod(&dec("7"), &dec("1e3"), &dec("13"), &nine, &mut status)), "9");
    assert_eq!(text(pow_mod(&dec("-7"), &dec("3"), &dec("1"), &nine, &mut status)), "-0");
    assert_eq!(text(compare(&dec("2.1"), &dec("3"), &nine, &mut status)), "-1");
    assert_eq!(text(fma(&dec("888565290"), &dec("1557.96930"), &dec("-86087.7578"), &nine, &mut status)), "1.38435736E+12");
    assert_eq!(text(dec("123e6")) + &dec("123e7").to_eng(true), "1.23E+81.23E+9");
    let spec = Spec::parse("+,.2f", true).expect("a format");
    assert_eq!(checked(|| format(&dec("1234567.125"), &spec, &nine)).expect("memory"), Ok("+1,234,567.12".to_owned()));
}

#[test]
fn impossible_sizes_are_refused() {
    let mut status = 0;
    assert!(checked(|| div(&dec("1"), &dec("3"), &Context::MAX, &mut 0)).is_none());
    assert!(checked(|| dec("1e999999999999999999").to_big()).is_none());
    let exact = checked(|| div(&dec("1"), &dec("8"), &Context::MAX, &mut status)).expect("an exact quotient needs no room");
    assert_eq!((exact.to_sci(true).as_str(), status), ("0.125", 0));
    assert_eq!(checked(|| sqrt(&dec("40E9"), &Context::MAX, &mut 0)).expect("an exact root").to_sci(true), "2.0E+5");
}
