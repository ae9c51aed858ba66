//! Compares with `golden.txt` (made by `golden.py`, which asks CPython 3.14).

use instar_base_codec::handlers::{Family, Handler, Replacement, on_decode, on_encode};
use instar_base_codec::table::{EncodingMap, UNDEFINED};
use instar_base_codec::utf16::Order;
use instar_base_codec::*;
use std::collections::HashMap;

fn text(field: &str) -> Vec<u32> {
    if field == "-" { Vec::new() } else { field.split('.').map(|c| u32::from_str_radix(c, 16).unwrap()).collect() }
}

fn bytes(field: &str) -> Vec<u8> {
    if field == "-" { Vec::new() } else { hex::decode(field.as_bytes()).unwrap() }
}

fn show(data: &[u8]) -> String {
    if data.is_empty() { "-".into() } else { String::from_utf8(hex::encode(data, None, 0).unwrap()).unwrap() }
}

fn names(name: &[u8]) -> Option<u32> {
    (name == b"LATIN SMALL LETTER A").then_some(0x61)
}

type Tables = HashMap<String, Vec<u32>>;

fn decode_step(codec: &str, data: &[u8], from: usize, last: bool, out: &mut TextBuilder, t: &Tables) -> Result<usize, Fault> {
    match codec {
        "utf_8" => utf8::decode(data, from, last, out),
        "utf_16_le" => utf16::decode(data, from, Order::Little, last, out),
        "utf_16_be" => utf16::decode(data, from, Order::Big, last, out),
        "utf_32_le" => utf32::decode(data, from, Order::Little, last, out),
        "utf_32_be" => utf32::decode(data, from, Order::Big, last, out),
        "ascii" => table::decode_ascii(data, from, out),
        "latin_1" => {
            out.push_latin1(&data[from..])?;
            Ok(data.len())
        }
        "unicode_escape" => escape::decode(data, from, last, &names, out, &mut None),
        "raw_unicode_escape" => escape::decode_raw(data, from, last, out),
        "utf_7" => utf7::decode(data, from, last, out),
        other => table::decode_table(data, from, &t[other], out),
    }
}

fn encode_step(codec: &str, s: &[u32], from: usize, out: &mut Vec<u8>, t: &Tables) -> Result<(), Fault> {
    match codec {
        "utf_8" => utf8::encode(s, from, out),
        "utf_16_le" => utf16::encode(s, from, Order::Little, out),
        "utf_16_be" => utf16::encode(s, from, Order::Big, out),
        "utf_32_le" => utf32::encode(s, from, Order::Little, out),
        "utf_32_be" => utf32::encode(s, from, Order::Big, out),
        "ascii" => table::encode_ascii(s, from, out),
        "latin_1" => table::encode_latin1(s, from, out),
        "unicode_escape" => escape::encode(s, out),
        "raw_unicode_escape" => escape::encode_raw(s, out),
        "utf_7" => utf7::encode(s, out),
        other => EncodingMap::new(&t[other]).encode(s, from, out),
    }
}

fn family(codec: &str) -> Family {
    match codec {
        "utf_8" => Family::Utf8,
        "utf_16_le" => Family::Utf16(Order::Little),
        "utf_16_be" => Family::Utf16(Order::Big),
        "utf_32_le" => Family::Utf32(Order::Little),
        "utf_32_be" => Family::Utf32(Order::Big),
        _ => Family::Other,
    }
}

fn handled_decode(f: &[&str], tables: &Tables) -> String {
    let (data, handler) = (bytes(f[3]), Handler::from_name(f[2]).unwrap());
    let (mut out, mut from) = (TextBuilder::new(), 0);
    while let Err(fault) = decode_step(f[1], &data, from, true, &mut out, tables) {
        let Fault::Bad(span) = fault else { panic!("memory") };
        match on_decode(handler, family(f[1]), &data, span, &mut out).unwrap() {
            Some(next) => from = next,
            None => return "!".into(),
        }
    }
    let codes: Vec<String> = out.units().codes().map(|c| format!("{c:x}")).collect();
    if codes.is_empty() { "-".into() } else { codes.join(".") }
}

fn handled_encode(f: &[&str], tables: &Tables) -> String {
    let (s, handler) = (text(f[3]), Handler::from_name(f[2]).unwrap());
    let (mut out, mut from) = (Vec::new(), 0);
    let names = |code| match code {
        0xE9 => Some("LATIN SMALL LETTER E WITH ACUTE".to_string()),
        0x65E5 => Some("CJK UNIFIED IDEOGRAPH-65E5".to_string()),
        0x1F600 => Some("GRINNING FACE".to_string()),
        _ => None,
    };
    while let Err(fault) = encode_step(f[1], &s, from, &mut out, tables) {
        let Fault::Bad(span) = fault else { panic!("memory") };
        match on_encode(handler, family(f[1]), &s, span, &names).unwrap() {
            Some(Replacement::Bytes(bytes)) => out.extend(bytes),
            Some(Replacement::Text(text)) => {
                let text: Vec<u32> = text.into_iter().map(u32::from).collect();
                encode_step(f[1], &text, 0, &mut out, tables).unwrap();
            }
            None => return "!".into(),
        }
        from = span.end;
    }
    show(&out)
}

fn spans(list: &[Span]) -> String {
    let list: Vec<String> =
        list.iter().map(|s| format!("{},{},{}", s.start, s.end, s.reason.replace(' ', "_"))).collect();
    if list.is_empty() { "-".into() } else { list.join(";") }
}

fn binary(f: &[&str]) -> String {
    let data = bytes(f[1]);
    let flag = |i: usize| f[2].parse::<u32>().unwrap() >> i & 1 != 0;
    let result = match f[0] {
        "a2b64" => base64::decode(&data, flag(0)),
        "b2a64" => Ok(base64::encode(&data, true).unwrap()),
        "crc32" => return crc::crc32(&data, f[2].parse().unwrap()).to_string(),
        "crchqx" => return crc::crc_hqx(&data, f[2].parse().unwrap()).to_string(),
        "hex" => Ok(hex::encode(&data, Some(b':'), f[2].parse().unwrap()).unwrap()),
        "unhex" => hex::decode(&data),
        "a2buu" => uu::decode(&data),
        "b2auu" => uu::encode(&data, flag(0)),
        "a2bqp" => Ok(quopri::decode(&data, flag(0)).unwrap()),
        "b2aqp" => {
            let options = quopri::Options { quote_tabs: flag(0), is_text: flag(1), header: flag(2) };
            Ok(quopri::encode(&data, options).unwrap())
        }
        other => panic!("{other}"),
    };
    match result {
        Ok(data) => show(&data),
        Err(BadData::Error(text)) => format!("!{text}"),
        Err(BadData::Memory) => panic!("memory"),
    }
}

#[test]
fn golden_file_agrees_with_cpython() {
    let golden = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden.txt")).unwrap();
    let mut tables = Tables::new();
    for row in golden.lines().filter_map(|l| l.strip_prefix("table ")) {
        let (name, codes) = row.split_once(' ').unwrap();
        tables.insert(name.into(), text(codes).iter().map(|&c| if c == 0xFFFD { UNDEFINED } else { c }).collect());
    }
    let mut wrong = Vec::new();
    for row in golden.lines() {
        let f: Vec<&str> = row.split(' ').collect();
        let (got, want) = match f[0] {
            "dec" => {
                let (data, last) = (bytes(f[3]), f[2] == "1");
                let (mut out, mut from, mut list) = (TextBuilder::new(), 0, Vec::new());
                let used = loop {
                    match decode_step(f[1], &data, from, last, &mut out, &tables) {
                        Ok(used) => break used,
                        Err(Fault::Bad(span)) => {
                            list.push(span);
                            out.push(0xFFFD).unwrap();
                            from = span.end;
                        }
                        Err(Fault::Memory) => panic!("memory"),
                    }
                };
                let codes: Vec<String> = out.units().codes().map(|c| format!("{c:x}")).collect();
                let codes = if codes.is_empty() { "-".into() } else { codes.join(".") };
                (format!("{used} {codes} {}", spans(&list)), f[4..].join(" "))
            }
            "enc" => {
                let s = text(f[2]);
                let (mut out, mut from, mut list) = (Vec::new(), 0, Vec::new());
                while let Err(fault) = encode_step(f[1], &s, from, &mut out, &tables) {
                    let Fault::Bad(span) = fault else { panic!("memory") };
                    list.push(span);
                    encode_step(f[1], &[u32::from('?')], 0, &mut out, &tables).unwrap();
                    from = span.end;
                }
                (format!("{} {}", show(&out), spans(&list)), f[3..].join(" "))
            }
            "bin" => {
                let args = match f[1] {
                    "b2a64" | "unhex" | "a2buu" => 2,
                    _ => 3,
                };
                (binary(&f[1..]), f[1 + args..].join(" "))
            }
            "hdec" => (handled_decode(&f, &tables), f[4].to_string()),
            "henc" => (handled_encode(&f, &tables), f[4].to_string()),
            "cookie" => {
                let source = bytes(f[1]);
                let cookie = cookie::detect(&source);
                let name = cookie.normal_name();
                let mark = if cookie.bom && name == "utf-8" { "-sig" } else { "" };
                (format!("{name}{mark}"), f[2].to_string())
            }
            _ => continue,
        };
        if got != want {
            wrong.push(format!("{row}\n   got {got}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(15)].join("\n"));
}

#[test]
fn builder_widens_and_narrows() {
    let mut b = TextBuilder::new();
    b.push_str("abc").unwrap();
    assert!(b.is_ascii());
    b.push(0xE9).unwrap();
    assert!(!b.is_ascii());
    b.push_slice(&[0x20ACu16, 0x41]).unwrap();
    b.push_str("😀 and quite some more ascii after it").unwrap();
    assert!(matches!(b.units(), instar_base_text::Units::Ucs4(_)));
    b.truncate(4).unwrap();
    assert_eq!(b.finish(), Text::Latin1(b"abc\xE9".to_vec()));
    let mut b = TextBuilder::with_capacity(2).unwrap();
    (0..100u32).for_each(|i| b.push(0x100 + i).unwrap());
    assert_eq!(b.finish(), Text::Ucs2((0..100).map(|i| 0x100 + i).collect()));
}
