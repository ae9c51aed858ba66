//! What CPython 3.14 makes of some text in every codec.
use instar_base_cjk::{Codec, Coder, Stop, Table, MODULES};
use std::rc::Rc;

fn coder(name: &str) -> Coder {
    let found = MODULES.iter().flat_map(|m| m.1).find(|c| c.0 == name).map(|c| c.1);
    let codec: Codec = found.unwrap_or_else(|| panic!("{name}"));
    let tables = Coder::charsets(codec).iter().map(|c| Rc::new(Table::load(*c).ok().expect("memory"))).collect();
    Coder::new(codec, tables)
}

fn encode(name: &str, text: &str) -> Result<Vec<u8>, (usize, Stop)> {
    let coder = coder(name);
    let (mut state, mut at, mut out) = (coder.encode_start(), 0, Vec::new());
    let codes: Vec<u32> = text.chars().map(u32::from).collect();
    coder.encode(&mut state, &codes, &mut at, true, &mut out).map_err(|e| (at, e))?;
    coder.encode_end(&mut state, &mut out).map_err(|e| (at, e))?;
    Ok(out)
}

fn decode(name: &str, bytes: &[u8]) -> Result<String, (usize, Stop)> {
    let coder = coder(name);
    let (mut state, mut at, mut out) = (coder.decode_start(), 0, Vec::new());
    coder.decode(&mut state, bytes, &mut at, &mut out).map_err(|e| (at, e))?;
    Ok(out.into_iter().filter_map(char::from_u32).collect())
}

#[test]
fn round_trips() {
    for (name, text, bytes) in [
        ("gbk", "a中国", &b"a\xd6\xd0\xb9\xfa"[..]),
        ("gb18030", "a中\u{1F600}", b"a\xd6\xd0\x94\x39\xfc\x36"),
        ("euc_kr", "한갂", b"\xc7\xd1\xa4\xd4\xa4\xa1\xa4\xbf\xa4\xa2"),
        ("shift_jis", "日ｱ", b"\x93\xfa\xb1"),
        ("euc_jis_2004", "か\u{309a}か", b"\xa4\xf7\xa4\xab"),
        ("hz", "~日~", b"~~~{HU~}~~"),
        ("iso2022_jp", "a日b", b"a\x1b$BF|\x1b(Bb"),
        ("iso2022_jp_2", "한么é", b"\x1b$(CGQ\x1b$(AC4\x1b$(D+1\x1b(B"),
        ("iso2022_jp_2004", "か\u{309a}𠂉", b"\x1b$(Q$w\x1b$(P!!\x1b(B"),
        ("iso2022_kr", "日\n日", b"\x1b$)C\x0elm\x0f\n\x0elm\x0f"),
    ] {
        assert_eq!(encode(name, text).as_deref(), Ok(bytes), "{name}");
        assert_eq!(decode(name, bytes).as_deref(), Ok(text), "{name}");
    }
}

#[test]
fn tildes_and_fillers() {
    assert_eq!(decode("iso2022_jp_2004", b"\x1b$(Q\"2").as_deref(), Ok("~"));
    assert_eq!(decode("iso2022_jp_1", b"\x1b$(D\"7").as_deref(), Ok("~"));
    assert_eq!(decode("iso2022_jp_2", b"\x1b$(C$T").as_deref(), Ok("\u{3164}"));
    assert_eq!(encode("iso2022_jp_3", "\u{ff5e}"), Err((0, Stop::Illegal(1))));
    assert_eq!(decode("euc_jisx0213", b"\xae\xa1"), Err((0, Stop::Illegal(2))));
}

#[test]
fn errors_say_where() {
    assert_eq!(decode("gbk", b"a\x80\x00"), Err((1, Stop::Illegal(1))));
    assert_eq!(decode("big5", b"\xa4"), Err((0, Stop::TooFew)));
    assert_eq!(decode("iso2022_jp", b"\x1b$B\x7f\x7f"), Err((3, Stop::Illegal(2))));
    assert_eq!(decode("iso2022_jp", b"\x1b(I1"), Err((0, Stop::Illegal(3))));
    assert_eq!(encode("iso2022_kr", "中国"), Err((1, Stop::Illegal(1))));
}
