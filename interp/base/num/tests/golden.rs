//! Compares with answers of CPython 3.14, made by `golden/generate.py`; a larger file can be named by `INSTAR_NUM_CASES`.
use instar_base_num::percent::{self, Count};
use instar_base_num::template::{self, First, Step};
use instar_base_num::*;

fn unescape(field: &str) -> String {
    let mut text = String::new();
    let mut characters = field.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some('t') => text.push('\t'),
                Some('n') => text.push('\n'),
                other => text.extend(other),
            },
            _ => text.push(c),
        }
    }
    text
}

fn float(field: &str) -> f64 {
    f64::from_bits(u64::from_str_radix(field, 16).unwrap())
}

fn bits(value: f64) -> String {
    // CPython's own NaN; only its sign is looked at.
    if value.is_nan() {
        let sign = value.to_bits() >> 63;
        return format!("{:x}", 0x7ff8_0000_0000_0000_u64 | sign << 63);
    }
    format!("{:x}", value.to_bits())
}

fn int(field: &str) -> IBig {
    parse_int(field, 10, 0).unwrap()
}

fn answer<T: std::fmt::Display>(result: Result<T, Error>) -> String {
    match result {
        Ok(value) => format!("={value}"),
        Err(error) => {
            let name = match error.kind {
                ErrorKind::Value => "ValueError",
                ErrorKind::Overflow => "OverflowError",
                ErrorKind::Type => "TypeError",
                ErrorKind::ZeroDivision => "ZeroDivisionError",
                ErrorKind::Memory => "MemoryError",
            };
            format!("!{name}: {error}")
        }
    }
}

fn only_kind(text: String) -> String {
    if text.starts_with('!') {
        text.split(':').next().unwrap().to_owned()
    } else {
        text
    }
}

fn codes(text: &str) -> Vec<u32> {
    text.chars().map(u32::from).collect()
}

fn spec(kind: &str, value: &str, spec: &str) -> Result<String, Error> {
    let mut out = String::new();
    let c = Locale::c();
    match kind {
        "i" => {
            let value = int(value);
            let spec = FormatSpec::parse(spec, Target::int("int"))?;
            let big = format_int(&mut out, IntArg::Big(&value), &spec, "int", 0, &c);
            if let Ok(small) = i64::try_from(&value) {
                let mut again = String::new();
                assert_eq!(
                    format_int(&mut again, IntArg::Small(small), &spec, "int", 0, &c),
                    big
                );
                assert_eq!(out, again);
            }
            big?;
        }
        "f" => format_float_spec(
            &mut out,
            float(value),
            &FormatSpec::parse(spec, Target::float("float"))?,
            "float",
            &c,
        )?,
        "c" => {
            let (re, im) = value.split_once(',').unwrap();
            format_complex_spec(
                &mut out,
                float(re),
                float(im),
                &FormatSpec::parse(spec, Target::float("complex"))?,
                "complex",
                &c,
            )?;
        }
        _ => format_str_spec(
            &mut out,
            codes(value).as_slice(),
            &FormatSpec::parse(spec, Target::str("str"))?,
            "str",
        )?,
    }
    Ok(out)
}

fn percent_one(kind: &str, value: &str, text: &str) -> Result<String, Error> {
    let mut out = String::new();
    for piece in percent::Pieces::of_str(codes(text).as_slice(), false) {
        match piece? {
            percent::Piece::Literal(_) => unreachable!("no literal in these cases"),
            percent::Piece::Value(percent::Conversion { trouble: Some(error), .. }) => return Err(error),
            percent::Piece::Value(conversion) => match kind {
                "i" => conversion.write_int(&mut out, IntArg::Big(&int(value)), 0)?,
                "f" => conversion.write_float(&mut out, float(value))?,
                _ => conversion.write_text(&mut out, codes(value).as_slice())?,
            },
        }
    }
    Ok(out)
}

/// `text % 7`
fn percent_seven(text: &str) -> Result<String, Error> {
    let mut out = String::new();
    let text = codes(text);
    let mut used = false;
    for piece in percent::Pieces::of_str(text.as_slice(), false) {
        match piece? {
            percent::Piece::Literal(range) => {
                out.push_codes(text.as_slice(), range.start, range.end)?
            }
            percent::Piece::Value(percent::Conversion {
                trouble: Some(error),
                ..
            }) => return Err(error),
            percent::Piece::Value(conversion) => {
                assert_ne!(conversion.width, Count::Star);
                if used {
                    return Err(percent::not_enough_arguments());
                }
                used = true;
                match conversion.character() {
                    's' | 'a' => conversion.write_text(&mut out, [55u32].as_slice())?,
                    'd' => conversion.write_int(&mut out, IntArg::Small(7), 0)?,
                    _ => return Err(conversion.unsupported()),
                }
            }
        }
    }
    if used {
        Ok(out)
    } else {
        Err(percent::arguments_left("string"))
    }
}

fn template_pieces(text: &str) -> Result<String, Error> {
    let text: Vec<char> = text.chars().collect();
    let cut = |range: std::ops::Range<usize>| text[range].iter().collect::<String>();
    let mut parts = Vec::new();
    for piece in template::Pieces::new(text.as_slice()) {
        let piece = piece?;
        parts.push(match piece.field {
            None => format!("{};-;-;-", cut(piece.literal)),
            Some(field) => {
                let conversion = field.conversion.map_or('-', |c| char::from_u32(c).unwrap());
                format!(
                    "{};{};{};{conversion}",
                    cut(piece.literal),
                    cut(field.name),
                    cut(field.spec)
                )
            }
        });
    }
    Ok(parts.join("|"))
}

fn field_parts(text: &str) -> Result<String, Error> {
    let text: Vec<char> = text.chars().collect();
    let cut =
        |range: std::ops::Range<usize>| format!("'{}'", text[range].iter().collect::<String>());
    let (first, steps) = template::split_field_name(text.as_slice(), 0..text.len())?;
    let mut parts = vec![match first {
        First::Auto => "''".to_owned(),
        First::Index(index) => index.to_string(),
        First::Name(range) => cut(range),
    }];
    for step in steps {
        parts.push(match step? {
            Step::Attribute(range) => format!("(True, {})", cut(range)),
            Step::Key(range) => format!("(False, {})", cut(range)),
            Step::Index(index) => format!("(False, {index})"),
        });
    }
    Ok(parts.join("|"))
}

fn check(fields: &[String]) -> (String, String) {
    let f = |index: usize| fields[index].as_str();
    let last = fields.last().unwrap().clone();
    let got = match f(0) {
        "spec" => answer(spec(f(1), f(2), f(3))),
        "crepr" => complex_repr(float(f(1)), float(f(2))),
        "repr" => {
            assert_eq!(float_repr(float(f(1))), f(2));
            assert!(
                f(2) == "nan" || parse_float(f(2)) == Some(float(f(1))),
                "{}",
                f(2)
            );
            assert!(
                f(2) == "nan" || float_from_hex(f(3)).map(bits) == Ok(f(1).to_owned()),
                "{}",
                f(3)
            );
            float_to_hex(float(f(1)))
        }
        "round" => answer(round_float(float(f(1)), f(2).parse().unwrap()).map(bits)),
        "ratio" => answer(float_as_integer_ratio(float(f(1))).map(|(n, d)| format!("{n}/{d}"))),
        "int" => answer(float_to_int(float(f(1)))),
        "parse" => parse_float(f(1)).map_or("!ValueError".to_owned(), |v| format!("={}", bits(v))),
        "cparse" => parse_complex(f(1)).map_or("!ValueError".to_owned(), |(re, im)| {
            format!("={},{}", bits(re), bits(im))
        }),
        "fromhex" => answer(float_from_hex(f(1)).map(bits)),
        "parseint" => only_kind(answer(
            parse_int(f(1), f(2).parse().unwrap(), 0).map_err(Error::from),
        )),
        "div" => answer(true_div(&int(f(1)), &int(f(2))).map(bits)),
        "divmod" => only_kind(answer(
            floor_div_rem(&int(f(1)), &int(f(2))).map(|(q, r)| format!("{q},{r}")),
        )),
        "tofloat" => {
            int_to_f64(&int(f(1))).map_or("!OverflowError".to_owned(), |v| format!("={}", bits(v)))
        }
        "bits" => format!("{},{}", bit_length(&int(f(1))), bit_count(&int(f(1)))),
        "pow" => int_pow(&int(f(1)), f(2).parse().unwrap())
            .unwrap()
            .to_string(),
        "fdivmod" => answer(
            float_divmod(float(f(1)), float(f(2))).map(|(q, r)| format!("{},{}", bits(q), bits(r))),
        ),
        "compare" => {
            let order = compare_int_float(&int(f(1)), float(f(2)));
            if let Ok(small) = i64::try_from(int(f(1))) {
                assert_eq!(compare_i64_float(small, float(f(2))), order);
            }
            order.map_or("none".to_owned(), |order| {
                format!("{order:?}").to_lowercase()
            })
        }
        "isqrt" => isqrt(&int(f(1))).unwrap().to_string(),
        "roundint" => round_int_half_even(&int(f(1)), f(2).parse().unwrap())
            .unwrap()
            .to_string(),
        "shift" => {
            let (value, count) = (int(f(1)), f(2).parse().unwrap());
            assert_eq!(shift_left(&value, count).unwrap().to_string(), f(3));
            shift_right(&value, count).to_string()
        }
        "tobytes" => answer(
            int_to_bytes(
                &int(f(1)),
                f(2).parse().unwrap(),
                f(3) == "big",
                f(4) == "1",
            )
            .map(|b| hex(&b)),
        ),
        "frombytes" => int_from_bytes(&unhex(f(1)), f(2) == "big", f(3) == "1").map_or_else(|e| e.to_string(), |n| n.to_string()),
        "powmod" => answer(pow_mod(&int(f(1)), &int(f(2)), &int(f(3)))),
        "pct" => percent_one(f(1), f(2), f(3)).unwrap(),
        "pieces" => answer(percent_seven(f(1))),
        "template" => answer(template_pieces(f(1))),
        "field" => answer(field_parts(f(1))),
        other => unreachable!("case {other}"),
    };
    (got, last)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
        .collect()
}

#[test]
fn answers_equal_cpython() {
    let text = match std::env::var("INSTAR_NUM_CASES") {
        Ok(path) => std::fs::read_to_string(path).unwrap(),
        Err(_) => include_str!("golden/cases.txt").to_owned(),
    };
    let mut wrong = 0;
    let mut total = 0;
    for line in text.lines() {
        let fields: Vec<String> = line.split('\t').map(unescape).collect();
        let (got, wanted) = check(&fields);
        total += 1;
        if got != wanted {
            wrong += 1;
            if wrong <= 40 {
                println!("{line}\n   got {got}");
            }
        }
    }
    assert_eq!(wrong, 0, "of {total} cases");
    assert!(total > 2000);
}
