//! Values of CPython 3.14 (64-bit), taken with the seeds named.
#![allow(clippy::approx_constant)]
use dashu_int::IBig;
use instar_base_hash::*;

#[test]
fn text_hashes_equal_cpython() {
    let x = "x".repeat(63);
    let texts = [
        "a",
        "hello",
        "é",
        "café",
        "abcdefgh",
        "abcdefghi",
        "0123456789abcdef",
        x.as_str(),
        "hello",
        "",
        "€",
        "😀",
    ];
    let wanted: [(u32, [i64; 12]); 4] = [
        (
            0,
            [
                4644417185603328019,
                -2096571579003691106,
                6047309291227476195,
                137524001917817222,
                4574395652268504554,
                -532774252720507163,
                2108444454683020324,
                2031275847745709890,
                -2096571579003691106,
                0,
                -5529981157763016009,
                -3536540696076613844,
            ],
        ),
        (
            1,
            [
                -3012895188637184397,
                -1712148659304476210,
                8133168473585362875,
                2420579699203294547,
                -202642195356325900,
                7871229953815684364,
                3673576830174574914,
                3918760288189830759,
                -1712148659304476210,
                0,
                4443362316794630049,
                7663130467274561019,
            ],
        ),
        (
            42,
            [
                -123207753977932514,
                841626496250501200,
                5653850369683463245,
                6223193746424771551,
                -5457871895989710762,
                -5970266004662334337,
                -340665684943043982,
                -274902830455614905,
                841626496250501200,
                0,
                -9193319877017669544,
                6601963133753205906,
            ],
        ),
        (
            4294967295,
            [
                -5989683813037840249,
                8346754777393815846,
                -5741392403324874290,
                -8755507911872275758,
                3424456984880118976,
                6340115119033867570,
                -6927551693716235708,
                1918718223417869797,
                8346754777393815846,
                0,
                1723250505947338019,
                -5273353973323107289,
            ],
        ),
    ];
    for (seed, hashes) in wanted {
        let key = HashKey::from_seed(seed);
        for (text, hash) in texts.iter().zip(hashes) {
            assert_eq!(key.hash_str(text), hash, "{text} with seed {seed}");
        }
    }
    assert_eq!(HashKey::from_seed(0), HashKey::from_bytes([0; 16]));
}

#[test]
fn wide_units_are_hashed_as_their_bytes() {
    let key = HashKey::from_seed(9);
    let wide: Vec<u16> = (0..23).map(|i| 0x1234 + i * 77).collect();
    let bytes: Vec<u8> = wide.iter().flat_map(|u| u.to_le_bytes()).collect();
    let wider: Vec<u32> = (0..23).map(|i| 0x1_1234 + i * 77).collect();
    let more: Vec<u8> = wider.iter().flat_map(|u| u.to_le_bytes()).collect();
    for n in 0..23 {
        assert_eq!(key.hash_u16(&wide[..n]), key.hash_bytes(&bytes[..2 * n]));
        assert_eq!(key.hash_u32(&wider[..n]), key.hash_bytes(&more[..4 * n]));
    }
}

#[test]
fn float_hashes_equal_cpython() {
    let inf = f64::INFINITY;
    let two = |n: i32| 2f64.powi(n);
    let values = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        1.5,
        -2.5,
        1e300,
        -1e-300,
        5e-324,
        inf,
        -inf,
        two(61),
        two(61) - 1.0,
        3.14159,
        1e16,
        two(62),
        123456789.125,
        -0.1,
    ];
    let wanted = [
        0,
        0,
        1,
        -2,
        1152921504606846976,
        1152921504606846977,
        -1152921504606846978,
        1224995262755759164,
        -482449582752280463,
        16777216,
        314159,
        -314159,
        1,
        1,
        326484311674566659,
        10000000000000000,
        2,
        288230376275168533,
        -230584300921369408,
    ];
    for (value, hash) in values.into_iter().zip(wanted) {
        assert_eq!(hash_f64(value), Some(hash), "{value}");
    }
    assert_eq!(hash_f64(f64::NAN), None);
}

#[test]
fn integer_hashes_equal_cpython() {
    let p = |n: usize| IBig::ONE << n;
    let one = IBig::ONE;
    let ten = |n: usize| IBig::from(10).pow(n);
    let values = [
        IBig::ZERO,
        one.clone(),
        -one.clone(),
        IBig::from(-2),
        p(61) - &one,
        p(61) - 2,
        p(61),
        -(p(61) - &one),
        -p(61),
        p(63) - &one,
        -p(63),
        p(64),
        ten(30),
        -ten(30),
        p(200) + 7,
        -p(61) - &one,
        (p(61) - &one) * 3,
        -(p(61) - IBig::from(2)),
        p(122),
        ten(100),
    ];
    let wanted = [
        0,
        1,
        -2,
        -2,
        0,
        2305843009213693950,
        1,
        0,
        -2,
        3,
        -4,
        8,
        465258685558744706,
        -465258685558744706,
        131079,
        -2,
        0,
        -2305843009213693950,
        1,
        910685213754167845,
    ];
    for (value, hash) in values.into_iter().zip(wanted) {
        assert_eq!(hash_big(&value), hash, "{value}");
        if let Ok(small) = i64::try_from(&value) {
            assert_eq!(hash_i64(small), hash, "{value}");
        }
        if let Ok(small) = u64::try_from(&value) {
            assert_eq!(hash_u64(small), hash, "{value}");
        }
    }
    for exponent in 0..1000 {
        assert_eq!(
            Some(hash_big(&p(exponent))),
            hash_f64(two_to(exponent as i32))
        );
    }
}

fn two_to(exponent: i32) -> f64 {
    2f64.powi(exponent)
}

#[test]
fn complex_hashes_equal_cpython() {
    let values = [
        (0.0, 1.0),
        (1.0, 2.0),
        (-1.0, -1.0),
        (0.0, -1.0),
        (-1.0, 0.0),
        (1.5, -2.25),
    ];
    let wanted = [
        1000003,
        2000007,
        -2000008,
        -2000006,
        -2,
        -576460752305423493,
    ];
    for ((re, im), hash) in values.into_iter().zip(wanted) {
        assert_eq!(
            hash_complex(hash_f64(re).unwrap(), hash_f64(im).unwrap()),
            hash,
            "{re} {im}"
        );
    }
}

fn tuple(items: impl IntoIterator<Item = i64>) -> i64 {
    let mut hasher = TupleHasher::new();
    items.into_iter().for_each(|hash| hasher.push(hash));
    hasher.finish()
}

fn frozenset(items: impl IntoIterator<Item = i64>) -> i64 {
    let mut hasher = FrozensetHasher::new();
    items
        .into_iter()
        .for_each(|hash| hasher.push(hash_i64(hash)));
    hasher.finish()
}

#[test]
fn tuple_hashes_equal_cpython() {
    let inner = tuple([2, 3]);
    let got = [
        tuple([]),
        tuple([1]),
        tuple([1, 2]),
        tuple([1, 2, 3]),
        tuple([0, 0]),
        tuple([-2]),
        tuple([0]),
        tuple([hash_f64(1.5).unwrap(), inner]),
        tuple(0..100),
    ];
    assert_eq!(
        got,
        [
            5740354900026072187,
            -6644214454873602895,
            -3550055125485641917,
            529344067295497451,
            -8458139203682520985,
            8078679518589016365,
            -8753497827991233192,
            5043971494856347220,
            4479737025582696436
        ]
    );
}

#[test]
fn frozenset_hashes_equal_cpython() {
    let got = [
        frozenset([]),
        frozenset([1]),
        frozenset([1, 2]),
        frozenset([3, 1, 2]),
        frozenset([0]),
        frozenset([-1, -2]),
        frozenset(0..100),
        frozenset((0..1000).rev()),
    ];
    assert_eq!(
        got,
        [
            133146708735736,
            -558064481276695278,
            -1826646154956904602,
            -272375401224217160,
            -2704248722033767810,
            399283329322573,
            4411996150312757951,
            1340344670691924669
        ]
    );
}

#[test]
fn minus_one_is_never_a_hash() {
    assert_eq!(hash_pointer(usize::MAX), -2);
    assert_eq!(hash_pointer(0x1230), 0x123);
    assert_eq!(not_minus_one(-1), -2);
}
