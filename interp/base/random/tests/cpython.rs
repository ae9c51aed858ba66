//! Sequences of CPython 3.14's `_random.Random`.
use dashu_int::IBig;
use instar_base_random::*;

/// Seed, three of `random()`, `getrandbits` of 1, 5, 31, 32, 33, 64, 100 and 0 bits, `random()`.
type Sequence = (&'static str, [f64; 3], [&'static str; 8], f64);

const SEQUENCES: [Sequence; 8] = [
    (
        "0",
        [0.8444218515250481, 0.7579544029403025, 0.420571580830845],
        [
            "0",
            "30",
            "1097954097",
            "2087043557",
            "6034146168",
            "15308084094301570617",
            "433900713388992620088609072905",
            "0",
        ],
        0.5833820394550312,
    ),
    (
        "1",
        [0.13436424411240122, 0.8474337369372327, 0.763774618976614],
        [
            "0",
            "3",
            "1063938749",
            "3268308804",
            "1930549411",
            "7002664860023442459",
            "562033460131575312157944432150",
            "0",
        ],
        0.02834747652200631,
    ),
    (
        "42",
        [
            0.6394267984578837,
            0.025010755222666936,
            0.27502931836911926,
        ],
        [
            "0",
            "4",
            "1581559892",
            "440213415",
            "7201369453",
            "10060236952204337488",
            "33428090951638827606959300482",
            "0",
        ],
        0.029797219438070344,
    ),
    (
        "-42",
        [
            0.6394267984578837,
            0.025010755222666936,
            0.27502931836911926,
        ],
        [
            "0",
            "4",
            "1581559892",
            "440213415",
            "7201369453",
            "10060236952204337488",
            "33428090951638827606959300482",
            "0",
        ],
        0.029797219438070344,
    ),
    (
        "4294967296",
        [0.11299430095636409, 0.41782886486292836, 0.0166763664992291],
        [
            "1",
            "28",
            "1730113792",
            "3274195809",
            "5718797025",
            "18349438830298068874",
            "90168364942643580313962950724",
            "0",
        ],
        0.8184588770597201,
    ),
    (
        "4294967301",
        [0.15727238718789782, 0.2824866316461999, 0.6044540318498407],
        [
            "0",
            "11",
            "1348137722",
            "735810335",
            "7634749622",
            "15231314642590465354",
            "910789061541639493383005276961",
            "0",
        ],
        0.3544373582027327,
    ),
    (
        "1267650600228229401496703217721",
        [0.44487310994347073, 0.30211940106972124, 0.6943236571773822],
        [
            "0",
            "30",
            "334037600",
            "1969679323",
            "8442403969",
            "16091404186403214061",
            "863752474459870300771919694134",
            "0",
        ],
        0.01729888907685284,
    ),
    (
        "100000000000000000000000000000000000000000000000000",
        [0.8266205292084633, 0.7417230290116877, 0.4794371882322688],
        [
            "1",
            "30",
            "1993883792",
            "1984995682",
            "8411814656",
            "4564310980585155378",
            "675359741780536336510127924520",
            "0",
        ],
        0.2789110214058711,
    ),
];

#[test]
fn sequences_equal_cpython() {
    for (seed, floats, bits, last) in SEQUENCES {
        let seed = IBig::from_str_radix(seed, 10).unwrap();
        let mut twister = MersenneTwister::from_int(&seed);
        if let Ok(small) = i64::try_from(&seed) {
            assert_eq!(MersenneTwister::from_i64(small), twister);
        }
        assert_eq!(
            floats,
            [twister.random(), twister.random(), twister.random()]
        );
        for (count, wanted) in [1, 5, 31, 32, 33, 64, 100, 0].into_iter().zip(bits) {
            assert_eq!(twister.bits_int(count).unwrap().to_string(), wanted);
        }
        assert_eq!(twister.random(), last);
    }
}

#[test]
fn words_and_numbers_agree() {
    let mut a = MersenneTwister::from_i64(3);
    let mut b = a.clone();
    for bits in 0..=64 {
        let words = a.bits_words(bits).unwrap();
        let value = words
            .iter()
            .rev()
            .fold(0u64, |value, word| value << 31 << 1 | u64::from(*word));
        assert_eq!(value, b.bits_u64(bits as u32));
    }
    assert!(a.bits_words(u64::MAX).is_err());
    assert_eq!(a, b);
}

#[test]
fn states_equal_cpython() {
    let mut twister = MersenneTwister::from_i64(7);
    for _ in 0..1000 {
        twister.random();
    }
    let state = twister.state();
    assert_eq!(state[..3], [3476088500, 3715439834, 1249794079]);
    assert_eq!(state[624], 128);
    assert_eq!(
        state.iter().fold(0u32, |sum, word| sum.wrapping_add(*word)),
        2821193078
    );
    let mut other = MersenneTwister::from_i64(0);
    other
        .set_state(state[..624].try_into().unwrap(), 128)
        .unwrap();
    assert_eq!(other.random(), 0.950867979111096);
    let mut long = MersenneTwister::from_i64(123);
    for _ in 0..5000 {
        long.next_u32();
    }
    assert_eq!(long.next_u32(), 347740302);
    assert_eq!(long.random(), 0.5032740392183266);
}

#[test]
fn odd_states_are_allowed_and_bad_positions_are_not() {
    let mut twister = MersenneTwister::from_i64(1);
    let before = twister.clone();
    assert_eq!(twister.set_state(&[1; 624], 625), Err(InvalidState));
    assert_eq!(twister.set_state(&[1; 624], -1), Err(InvalidState));
    assert_eq!(twister, before);
    twister.set_state(&[0; 624], 624).unwrap();
    assert_eq!(twister.random(), 0.0);
    twister.set_state(&[5; 624], 3).unwrap();
    assert_eq!(
        (twister.random(), twister.next_u32()),
        (0.004913494027506515, 21103317)
    );
}

#[test]
fn keys_are_little_endian_words() {
    let key = |text: &str| key_of_int(&IBig::from_str_radix(text, 10).unwrap());
    assert_eq!(key("0"), [0]);
    assert_eq!(key("-1"), [1]);
    assert_eq!(key("4294967296"), [0, 1]);
    assert_eq!(key("36893488147419103233"), [1, 0, 2]);
    assert_eq!(MersenneTwister::from_key(&[]), MersenneTwister::from_i64(0));
}
