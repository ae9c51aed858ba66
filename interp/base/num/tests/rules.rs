//! Rules that need no large table: limits, word arithmetic, locales, stars, memory.
use instar_base_num::percent::{Count, Piece, Pieces};
use instar_base_num::*;

#[test]
fn word_division_floors() {
    for (a, b, q, r) in [
        (7, 2, 3, 1),
        (-7, 2, -4, 1),
        (7, -2, -4, -1),
        (-7, -2, 3, -1),
        (6, -3, -2, 0),
        (i64::MIN, 1, i64::MIN, 0),
    ] {
        assert_eq!(
            (floor_div_i64(a, b), floor_mod_i64(a, b)),
            (Some(q), Some(r)),
            "{a} {b}"
        );
    }
    assert_eq!(floor_div_i64(1, 0), None);
    assert_eq!(floor_mod_i64(1, 0), None);
    assert_eq!(floor_div_i64(i64::MIN, -1), None);
    assert_eq!(floor_mod_i64(i64::MIN, -1), Some(0));
}

#[test]
fn word_true_division_rounds_once() {
    assert_eq!(true_div_i64(1, 3), Ok(1.0 / 3.0));
    assert_eq!(true_div_i64(i64::MAX, 3), Ok(3.0744573456182584e18));
    assert_eq!(
        true_div_i64(9_007_199_254_740_993, 1),
        Ok(9007199254740992.0)
    );
    assert_eq!(
        true_div_i64(1, 0).unwrap_err().to_string(),
        "division by zero"
    );
}

#[test]
fn digit_limits_speak_as_cpython() {
    let long = "1".repeat(5000);
    let error: Error = parse_int(&long, 10, 4300).unwrap_err().into();
    assert_eq!(
        error.to_string(),
        "Exceeds the limit (4300 digits) for integer string conversion: value has 5000 digits; use sys.set_int_max_str_digits() to increase the limit"
    );
    let value = parse_int(&long, 10, 0).unwrap();
    let error: Error = int_to_string(&value, 4300).unwrap_err().into();
    assert_eq!(
        error.to_string(),
        "Exceeds the limit (4300 digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit"
    );
    assert_eq!(int_to_radix(&value, 16, 4300).unwrap().len(), 4152);
    let fits = parse_int(&"9".repeat(4300), 10, 4300).unwrap();
    assert_eq!(int_to_string(&fits, 4300).unwrap(), "9".repeat(4300));
    assert_eq!(
        int_to_string(&(fits + IBig::ONE), 4300),
        Err(IntTextError::OutputLimit { max: 4300 })
    );
    assert_eq!(parse_int("1", 37, 0), Err(IntTextError::BadBase));
    assert_eq!(parse_int("1", 1, 0), Err(IntTextError::BadBase));
}

#[test]
fn radix_text_of_words() {
    assert_eq!(i64_to_radix(i64::MIN, 2), format!("-1{}", "0".repeat(63)));
    assert_eq!(i64_to_radix(-255, 36), "-73");
    assert_eq!(i64_to_radix(0, 7), "0");
    assert_eq!(i64_to_string(i64::MIN), "-9223372036854775808");
}

#[test]
fn type_n_uses_the_locale() {
    let german = Locale {
        decimal_point: ",".into(),
        separator: ".".into(),
        grouping: vec![3, 0].into(),
    };
    let indian = Locale {
        decimal_point: ".".into(),
        separator: ",".into(),
        grouping: vec![3, 2, 0].into(),
    };
    let show = |spec: &str, value: i64, locale: &Locale| {
        let mut out = String::new();
        format_int(
            &mut out,
            IntArg::Small(value),
            &FormatSpec::parse(spec, Target::int("int")).unwrap(),
            "int",
            0,
            locale,
        )
        .unwrap();
        out
    };
    assert_eq!(show("n", 1234567, &german), "1.234.567");
    assert_eq!(show("n", 123456789, &indian), "12,34,56,789");
    assert_eq!(show("012n", 1234, &german), "0.000.001.234");
    assert_eq!(show("n", 1234567, &Locale::c()), "1234567");
    let mut out = String::new();
    format_float_spec(
        &mut out,
        1234.5,
        &FormatSpec::parse("n", Target::float("float")).unwrap(),
        "float",
        &german,
    )
    .unwrap();
    assert_eq!(out, "1.234,5");
}

#[test]
fn stars_and_keys_are_reported() {
    let text = "a%(k(x))-*.*ld%%".as_bytes();
    let pieces: Vec<Piece> = Pieces::of_bytes(text, true).map(Result::unwrap).collect();
    let Piece::Value(conversion) = &pieces[1] else {
        unreachable!("second piece is the value")
    };
    assert_eq!(&text[conversion.key.clone().unwrap()], b"k(x)");
    assert_eq!(
        (conversion.width, conversion.precision),
        (Count::Star, Count::Star)
    );
    assert!(conversion.flags.left);
    assert_eq!(pieces[2], Piece::Literal(14..15));
    let mut conversion = conversion.clone();
    conversion.set_width(-6);
    conversion.set_precision(3);
    let mut out: Vec<u8> = Vec::new();
    conversion
        .write_int(&mut out, IntArg::Small(-7), 0)
        .unwrap();
    assert_eq!(out, b"-007  ");
    for (text, trouble) in [("%.99999999999999999999d", "prec too big"), ("%*", "incomplete format")] {
        let mut pieces = Pieces::of_bytes(text.as_bytes(), false);
        let Some(Ok(Piece::Value(conversion))) = pieces.next() else {
            unreachable!("a value, whatever stands behind the key")
        };
        assert_eq!(conversion.trouble.unwrap().to_string(), trouble);
        assert!(pieces.next().is_none());
    }
    let error = Pieces::of_bytes(b"%(a".as_slice(), false)
        .next()
        .unwrap()
        .unwrap_err();
    assert_eq!(
        (error.kind, error.message()),
        (ErrorKind::Type, "format requires a mapping")
    );
}

#[test]
fn surrogates_survive_as_fill_and_text() {
    let spec: Vec<u32> = vec![0xd800, '<' as u32, '3' as u32];
    let spec = FormatSpec::parse_codes(spec.as_slice(), Target::str("str")).unwrap();
    let mut out: Vec<u32> = Vec::new();
    format_str_spec(&mut out, [0xdfffu32].as_slice(), &spec, "str").unwrap();
    assert_eq!(out, [0xdfff, 0xd800, 0xd800]);
}

#[test]
fn absurd_widths_are_memory_errors() {
    let spec = FormatSpec::parse("9223372036854775807d", Target::int("int")).unwrap();
    let mut out = String::new();
    let error = format_int(&mut out, IntArg::Small(1), &spec, "int", 0, &Locale::c()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Memory);
    assert_eq!(
        shift_left(&IBig::ONE, usize::MAX).unwrap_err().kind,
        ErrorKind::Memory
    );
    let spec = FormatSpec::parse(".9999999999f", Target::float("float")).unwrap();
    assert_eq!(
        format_float_spec(&mut out, 1.0, &spec, "float", &Locale::c())
            .unwrap_err()
            .to_string(),
        "precision too big"
    );
}

#[test]
fn numbering_cannot_be_mixed() {
    use instar_base_num::template::{First, Numbering};
    let mut numbering = Numbering::default();
    assert_eq!(numbering.resolve(&First::Auto), Ok(Some(0)));
    assert_eq!(numbering.resolve(&First::Name(0..1)), Ok(None));
    assert_eq!(numbering.resolve(&First::Auto), Ok(Some(1)));
    let error = numbering.resolve(&First::Index(0)).unwrap_err();
    assert_eq!(
        error.message(),
        "cannot switch from automatic field numbering to manual field specification"
    );
}
