//! Compares with answers of CPython 3.14 on x86-64 Linux, made by `golden.py`, and checks messages taken by hand.
#![cfg(all(target_pointer_width = "64", target_endian = "little", unix))]
use instar_base_pack::*;

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn double(text: &str) -> f64 {
    f64::from_bits(u64::from_str_radix(text, 16).unwrap())
}

fn value<'a>(text: &str, bytes: &'a [u8]) -> Value<'a> {
    let rest = &text[1..];
    match text.as_bytes()[0] {
        b'i' => rest.parse().map_or(Value::HugeInt, Value::Int),
        b'?' => Value::Bool(rest == "1"),
        b'f' => Value::Float(double(rest)),
        b'c' => Value::Complex(double(&rest[..16]), double(&rest[16..])),
        _ => Value::Bytes(bytes),
    }
}

fn show(value: Value) -> String {
    match value {
        Value::Int(n) => format!("i{n}"),
        Value::Bool(b) => format!("?{}", u8::from(b)),
        Value::Float(x) => format!("f{:016x}", x.to_bits()),
        Value::Complex(x, y) => format!("c{:016x}{:016x}", x.to_bits(), y.to_bits()),
        Value::Bytes(b) => format!("b{}", hex(b)),
        Value::HugeInt | Value::Other => "other".to_owned(),
    }
}

#[test]
fn packing_equals_cpython() {
    let mut wrong = 0;
    for line in include_str!("golden.txt").lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let texts: Vec<&str> = fields[1].split(',').filter(|t| !t.is_empty()).collect();
        let bytes: Vec<Vec<u8>> = texts
            .iter()
            .map(|t| t.strip_prefix('b').map(unhex).unwrap_or_default())
            .collect();
        let values: Vec<Value> = texts.iter().zip(&bytes).map(|(t, b)| value(t, b)).collect();
        let format = Format::parse(fields[0].as_bytes());
        let size = format.as_ref().map_or(-1, |f| f.size() as i64);
        let got = format.and_then(|format| {
            let record = format.pack(&values)?;
            format.check_buffer(record.len())?;
            let back: Vec<String> = format
                .slots()
                .map(|slot| show(slot.unpack(&record)))
                .collect();
            Ok(format!("={} {}", hex(&record), back.join(",")))
        });
        let got = got.unwrap_or_else(|error| format!("!{error}"));
        if got != fields[3] || size.to_string() != fields[2] {
            wrong += 1;
            println!("{line}\n  got {size} {got}");
        }
    }
    assert_eq!(wrong, 0);
}

fn message<T: std::fmt::Debug>(result: Result<T, PackError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn bad_formats_say_what_cpython_says() {
    let bad = |text: &str| message(Format::parse(text.as_bytes()));
    assert_eq!(bad("z"), "bad char in struct format");
    assert_eq!(bad("<n"), "bad char in struct format");
    assert_eq!(bad(">P"), "bad char in struct format");
    assert_eq!(bad("<<i"), "bad char in struct format");
    assert_eq!(bad("3 i"), "bad char in struct format");
    assert_eq!(bad("i0"), "repeat count given without format specifier");
    assert_eq!(bad("99999999999999999999b"), "total struct size too long");
    assert_eq!(bad("9223372036854775807q"), "total struct size too long");
    assert_eq!(bad("i\0"), "embedded null character");
}

#[test]
fn offsets_are_checked_as_cpython_does() {
    let i = Format::parse(b"i").unwrap();
    assert_eq!(
        message(i.unpack_offset(0, 3)),
        "unpack_from requires a buffer of at least 4 bytes for unpacking 4 bytes at offset 0 (actual buffer size is 3)"
    );
    assert_eq!(
        message(i.unpack_offset(-2, 3)),
        "not enough data to unpack 4 bytes at offset -2"
    );
    assert_eq!(
        message(i.unpack_offset(-5, 3)),
        "offset -5 out of range for 3-byte buffer"
    );
    assert_eq!(
        message(i.pack_offset(9, 5)),
        "pack_into requires a buffer of at least 13 bytes for packing 4 bytes at offset 9 (actual buffer size is 5)"
    );
    assert_eq!(
        message(i.pack_offset(-6, 5)),
        "offset -6 out of range for 5-byte buffer"
    );
    assert_eq!(
        message(i.pack_offset(-2, 5)),
        "no space to pack 4 bytes at offset -2"
    );
    assert_eq!(i.pack_offset(-4, 5), Ok(1));
    assert_eq!(
        i.unpack_offset(isize::MIN, 5),
        Err(PackError::Struct(
            format!("offset {} out of range for 5-byte buffer", isize::MIN).into()
        ))
    );
    assert_eq!(
        message(i.check_iterable(3)),
        "iterative unpacking requires a buffer of a multiple of 4 bytes"
    );
    assert_eq!(
        message(Format::parse(b"").unwrap().check_iterable(3)),
        "cannot iteratively unpack with a struct of length 0"
    );
    assert_eq!(
        message(i.check_items("pack_into", 2)),
        "pack_into expected 1 items for packing (got 2)"
    );
    assert_eq!(
        message(i.check_buffer(3)),
        "unpack requires a buffer of 4 bytes"
    );
}

#[test]
fn wrong_types_say_what_cpython_says() {
    let pack = |text: &str| {
        message(
            Format::parse(text.as_bytes())
                .unwrap()
                .pack(&[Value::Other]),
        )
    };
    assert_eq!(pack("i"), "required argument is not an integer");
    assert_eq!(pack("f"), "required argument is not a float");
    assert_eq!(pack("D"), "required argument is not a complex");
    assert_eq!(pack("3s"), "argument for 's' must be a bytes object");
    assert_eq!(pack("p"), "argument for 'p' must be a bytes object");
    assert_eq!(pack("c"), "char format requires a bytes object of length 1");
}

#[test]
fn nan_payloads_are_kept() {
    for (bits, half, single) in [
        (0x7ff8000000000000u64, 0x7e00u16, 0x7fc00000u32),
        (0xfff8000000000000, 0xfe00, 0xffc00000),
        (0x7ff4000000000000, 0x7d00, 0x7fa00000),
        (0x7ff0000000000001, 0x7e00, 0x7fc00000),
        (0x7ff8040000000000, 0x7e01, 0x7fc02000),
        (0xfffc000020000000, 0xff00, 0xffe00001),
        (0x7ff0040000000000, 0x7c01, 0x7f802000),
        (0x7ff0000020000000, 0x7e00, 0x7f800001),
    ] {
        assert_eq!(f16_from_f64(f64::from_bits(bits)), Some(half), "{bits:x}");
        assert_eq!(
            f32_bits_from_f64(f64::from_bits(bits)),
            Some(single),
            "{bits:x}"
        );
    }
    assert_eq!(f16_to_f64(0x7c01).to_bits(), 0x7ff0040000000000);
    let slot = Format::parse(b">f").unwrap().slots().next().unwrap();
    let Value::Float(signalling) = slot.unpack(&[0x7f, 0x80, 0, 1]) else {
        unreachable!("a float slot")
    };
    assert_eq!(signalling.to_bits(), 0x7ff0000020000000);
}

#[test]
fn all_halves_survive() {
    for bits in 0..=u16::MAX {
        assert_eq!(f16_from_f64(f16_to_f64(bits)), Some(bits));
    }
}

#[test]
fn short_records_are_errors() {
    let slot = Format::parse(b"i").unwrap().slots().next().unwrap();
    assert_eq!(slot.unpack(b"abc"), Value::Other);
    assert!(slot.pack(&mut [0; 3], Value::Int(1)).is_err());
}
