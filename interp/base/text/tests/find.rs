//! Sub-slice search against the obvious method, in all widths and both directions.

use instar_base_text::find::{count, count_units, find, find_units, rfind, rfind_units};
use instar_base_text::{TABLE_BYTES, Unit, Units};

fn check<U: Unit>(hay: &[U], needle: &[U]) {
    let starts: Vec<usize> =
        (0..=hay.len()).filter(|&i| hay.get(i..i + needle.len()).is_some_and(|w| w == needle)).collect();
    assert_eq!(find(hay, needle), starts.first().copied(), "{hay:?} {needle:?}");
    assert_eq!(rfind(hay, needle), starts.last().copied(), "{hay:?} {needle:?}");
    let (mut n, mut at) = (0, 0);
    for &start in starts.iter().filter(|_| !needle.is_empty()) {
        if start >= at {
            n += 1;
            at = start + needle.len();
        }
    }
    if needle.is_empty() {
        n = hay.len() + 1;
    }
    assert_eq!(count(hay, needle, usize::MAX), n);
    assert_eq!(count(hay, needle, 1), n.min(1));
}

#[test]
fn small_alphabets_in_all_widths() {
    let mut seed = 7u64;
    let mut next = |n: u64| {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 33) % n
    };
    for _ in 0..4000 {
        let hay: Vec<u8> = (0..next(30)).map(|_| next(2) as u8).collect();
        let needle: Vec<u8> = (0..next(6)).map(|_| next(2) as u8).collect();
        check(&hay, &needle);
        let wide = |v: &[u8]| v.iter().map(|&b| u16::from(b) + 900).collect::<Vec<u16>>();
        check(&wide(&hay), &wide(&needle));
        let wider = |v: &[u8]| v.iter().map(|&b| u32::from(b) + 90000).collect::<Vec<u32>>();
        check(&wider(&hay), &wider(&needle));
    }
}

#[test]
fn repetitive_text_stays_linear() {
    let mut hay = vec![1000u16; 200_000];
    let mut needle = vec![1000u16; 50_000];
    needle.push(7);
    assert_eq!(find(&hay, &needle), None);
    needle.insert(0, 7);
    assert_eq!(rfind(&hay, &needle), None);
    hay.extend(&needle);
    assert_eq!(find(&hay, &needle), Some(200_000));
    assert_eq!(rfind(&hay, &needle[1..]), Some(200_001));
    let mut tail = vec![1000u16; 50_000];
    tail[1] = 8;
    assert_eq!(rfind(&hay, &tail), None);
}

#[test]
fn widths_mix() {
    let hay = [0x41u32, 0x1F600, 0x42, 0x41];
    assert_eq!(find_units(Units::Ucs4(&hay), Units::Latin1(b"B")), Ok(Some(2)));
    assert_eq!(rfind_units(Units::Ucs4(&hay), Units::Ucs2(&[0x41])), Ok(Some(3)));
    assert_eq!(count_units(Units::Latin1(b"aXa"), Units::Ucs2(&[97])), Ok(2));
    assert_eq!(find_units(Units::Latin1(b"abc"), Units::Ucs2(&[0x3B1])), Ok(None));
    assert!(Units::Latin1(b"abc") < Units::Ucs2(&[97, 99]) && Units::Latin1(b"a") == Units::Ucs4(&[97]));
    assert!(TABLE_BYTES < 210_000);
}
