//! Compares with `golden.txt` (made by `golden.py`): checksums over all code points, and sample strings.

use instar_base_text::normal::{self, Edition, Form};
use instar_base_text::quote::{Keep, quote};
use instar_base_text::recase::{self, Recase, recase};
use instar_base_text::{case, props, split};
use std::collections::HashMap;

struct Crc([u32; 256], u32);

impl Crc {
    fn new() -> Crc {
        let mut table = [0; 256];
        for (i, slot) in table.iter_mut().enumerate() {
            *slot = (0..8).fold(i as u32, |c, _| if c & 1 != 0 { 0xEDB8_8320 ^ c >> 1 } else { c >> 1 });
        }
        Crc(table, u32::MAX)
    }
    fn add(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.1 = self.0[((self.1 ^ u32::from(*b)) & 255) as usize] ^ self.1 >> 8;
        }
    }
    fn codes(&mut self, codes: &[u32]) {
        codes.iter().for_each(|c| self.add(&c.to_le_bytes()));
        self.add(&[0xFF]);
    }
}

fn all(mut each: impl FnMut(u32, &mut Crc)) -> u32 {
    let mut crc = Crc::new();
    (0..0x110000).for_each(|code| each(code, &mut crc));
    !crc.1
}

fn bits(code: u32, tests: &[fn(u32) -> bool]) -> [u8; 1] {
    [tests.iter().enumerate().fold(0, |b, (i, test)| b | u8::from(test(code)) << i)]
}

fn golden() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden.txt")).unwrap()
}

fn changed(text: &[u32], how: Recase) -> Vec<u32> {
    let mut out = Vec::new();
    let done: Result<(), ()> = recase(text, how, |c| {
        out.push(c);
        Ok(())
    });
    done.unwrap();
    out
}

fn mapping(code: u32, edition: Edition) -> String {
    let Some(m) = normal::decomposition(code, edition) else { return String::new() };
    let codes: Vec<String> = m.codes().iter().map(|c| format!("{c:04X}")).collect();
    format!("{}{}{}", m.tag, if m.tag.is_empty() { "" } else { " " }, codes.join(" "))
}

#[test]
fn every_code_point_agrees_with_cpython() {
    let text = golden();
    let want: HashMap<&str, u32> = text
        .lines()
        .filter_map(|l| l.strip_prefix("crc "))
        .map(|l| l.split_once(' ').unwrap())
        .map(|(name, sum)| (name, sum.parse().unwrap()))
        .collect();
    let mut got: Vec<(String, u32)> = Vec::new();
    let mut put = |name: &str, sum: u32| got.push((name.to_string(), sum));
    use props::*;
    let flags: [fn(u32) -> bool; 8] =
        [is_alpha, is_alnum, is_decimal, is_digit, is_numeric, is_lower, is_upper, is_title];
    put("flags1", all(|c, crc| crc.add(&bits(c, &flags))));
    let flags: [fn(u32) -> bool; 5] = [is_space, is_printable, is_xid_start, is_xid_continue, is_linebreak];
    put("flags2", all(|c, crc| crc.add(&bits(c, &flags))));
    put("values", all(|c, crc| {
        crc.add(&[decimal_value(c).unwrap_or(255), digit_value(c).unwrap_or(255)]);
        let number = numeric_value(c).map_or(-2.0, |(n, d)| n as f64 / f64::from(d));
        crc.add(&number.to_le_bytes());
    }));
    put("case", all(|c, crc| {
        for mapped in [case::lower(c), case::upper(c), case::title(c), case::fold(c)] {
            crc.codes(mapped.as_slice());
        }
        crc.codes(&changed(&[c], Recase::Swap));
        crc.codes(&changed(&[c], Recase::Capitalize));
    }));
    put("ucd", all(|c, crc| {
        [category(c), bidirectional(c), east_asian_width(c)].iter().for_each(|s| crc.add(s.as_bytes()));
        crc.add(&[combining(c), u8::from(mirrored(c))]);
    }));
    put("old", all(|c, crc| {
        [old::category(c), old::bidirectional(c), old::east_asian_width(c)].iter().for_each(|s| crc.add(s.as_bytes()));
        crc.add(&[u8::from(old::mirrored(c))]);
        crc.add(&old::numeric_value(c).unwrap_or(-2.0).to_le_bytes());
    }));
    put("decomposition", all(|c, crc| {
        crc.add(mapping(c, Edition::Current).as_bytes());
        crc.add(b"|");
    }));
    put("olddecomposition", all(|c, crc| {
        crc.add(mapping(c, Edition::Old).as_bytes());
        crc.add(b"|");
    }));
    let pool = [
        0x41, 0x61, 0x300, 0x301, 0x323, 0x327, 0x345, 0x1100, 0x1161, 0x11a8, 0xac00, 0xac01, 0x1e9b, 0x3a9, 0xfb01,
        0x0f71, 0x0f72, 0x0f74, 0x3099, 0x304b, 0x9be, 0x9c7, 0x1d15e, 0x2f868, 0x212b, 0x114b9, 0x114ba, 0x10fffd,
        0xd800, 0x5d0, 0x5b0, 0x315u32,
    ];
    for name in ["NFC", "NFKC", "NFD", "NFKD"] {
        let form = Form::from_name(name).unwrap();
        put(name, all(|c, crc| crc.codes(&normal::normalize(&[c], form, Edition::Current).unwrap())));
        put(&format!("is{name}"), all(|c, crc| crc.add(&[u8::from(normal::is_normalized(&[c], form).unwrap())])));
        put(&format!("old{name}"), all(|c, crc| crc.codes(&normal::normalize(&[c], form, Edition::Old).unwrap())));
        let (mut state, mut crc) = (1u64, Crc::new());
        for _ in 0..4000 {
            let mut s = Vec::new();
            for _ in 0..6 {
                state = (state * 1103515245 + 12345) % (1 << 31);
                s.push(pool[(state >> 16 & 31) as usize]);
            }
            crc.codes(&normal::normalize(&s, form, Edition::Current).unwrap());
            crc.add(&[u8::from(normal::is_normalized(&s, form).unwrap())]);
        }
        put(&format!("mix{name}"), !crc.1);
    }
    let wrong: Vec<_> = got.iter().filter(|(name, sum)| want[name.as_str()] != *sum).map(|(name, _)| name).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(want.len(), got.len());
}

fn parse(hex: &str) -> Vec<u32> {
    if hex == "-" {
        return Vec::new();
    }
    hex.split('.').map(|c| u32::from_str_radix(c, 16).unwrap()).collect()
}

fn list(row: &str) -> Vec<Vec<u32>> {
    if row.is_empty() { Vec::new() } else { row.split('|').map(parse).collect() }
}

fn quoted(text: &[u32], keep: Keep) -> Vec<u32> {
    let mut out = Vec::new();
    let done: Result<(), ()> = quote(text, keep, |c| {
        out.push(c);
        Ok(())
    });
    done.unwrap();
    out
}

#[test]
fn sample_strings_agree_with_cpython() {
    use split::*;
    let mut text: Vec<u32> = Vec::new();
    for row in golden().lines() {
        let (what, rest) = row.split_once(' ').unwrap_or((row, ""));
        let t = text.as_slice();
        let cut = |r: std::ops::Range<usize>| t[r].to_vec();
        match what {
            "text" => text = parse(rest),
            "lower" => assert_eq!(changed(t, Recase::Lower), parse(rest), "{row}"),
            "upper" => assert_eq!(changed(t, Recase::Upper), parse(rest), "{row}"),
            "title" => assert_eq!(changed(t, Recase::Title), parse(rest), "{row}"),
            "capitalize" => assert_eq!(changed(t, Recase::Capitalize), parse(rest), "{row}"),
            "swap" => assert_eq!(changed(t, Recase::Swap), parse(rest), "{row}"),
            "fold" => assert_eq!(changed(t, Recase::Fold), parse(rest), "{row}"),
            "repr" => assert_eq!(quoted(t, Keep::Printable), parse(rest), "{row}"),
            "ascii" => assert_eq!(quoted(t, Keep::Ascii), parse(rest), "{row}"),
            "brepr" => assert_eq!(quoted(t, Keep::Ascii), parse(rest)[1..], "{row}"),
            "is" => {
                let got = [
                    recase::is_lower_text(t),
                    recase::is_upper_text(t),
                    recase::is_title_text(t),
                    is_identifier(t),
                ];
                assert_eq!(got.map(|b| if b { "1" } else { "0" }).join(" "), rest, "{text:x?}");
            }
            "split" | "rsplit" => {
                let (max, rest) = rest.split_once(' ').unwrap();
                let max = max.parse::<usize>().unwrap_or(usize::MAX);
                let got: Vec<_> = if what == "split" {
                    split_space(t, max, is_str_space).map(cut).collect()
                } else {
                    let mut words: Vec<_> = rsplit_space(t, max, is_str_space).map(cut).collect();
                    words.reverse();
                    words
                };
                assert_eq!(got, list(rest), "{row} of {text:x?}");
            }
            "bsplit" => assert_eq!(split_space(t, usize::MAX, is_ascii_space).map(cut).collect::<Vec<_>>(), list(rest)),
            "lines" => {
                let got: Vec<_> = lines(t, is_str_linebreak).map(|l| cut(l.start..l.end)).collect();
                assert_eq!(got, list(rest), "{row}");
            }
            "blines" => {
                let got: Vec<_> = lines(t, is_byte_linebreak).map(|l| cut(l.start..l.end)).collect();
                assert_eq!(got, list(rest), "{row}");
            }
            "keep" => {
                let got: Vec<_> = lines(t, is_str_linebreak).map(|l| cut(l.start..l.next)).collect();
                assert_eq!(got, list(rest), "{row}");
            }
            "strip" => {
                let want: Vec<_> = rest.split(' ').map(parse).collect();
                let got = [
                    strip(t, Edges::Both, is_str_space),
                    strip(t, Edges::Left, is_str_space),
                    strip(t, Edges::Right, is_str_space),
                    strip_set(t, Edges::Both, b"a \nx"),
                ];
                assert_eq!(got.map(cut).to_vec(), want, "{row}");
            }
            "crc" => {}
            other => panic!("{other}"),
        }
    }
}
