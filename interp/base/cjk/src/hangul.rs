//! Hangul that KS X 1001 has no code for, as its filler and three letters: eight bytes.

/// Last bytes of the initial consonants.
const FIRST: [u8; 19] = *b"\xa1\xa2\xa4\xa7\xa8\xa9\xb1\xb2\xb3\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe";
/// Of the final consonants; the filler is none.
const LAST: [u8; 28] = *b"\xd4\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa9\xaa\xab\xac\xad\xae\xaf\xb0\xb1\xb2\xb4\xb5\xb6\xb7\xb8\xba\xbb\xbc\xbd\xbe";
/// Of the first vowel; 21 follow one another.
const VOWEL: u8 = 0xBF;

/// The syllable of eight bytes that begin with the filler.
pub(crate) fn join(b: &[u8]) -> Option<u32> {
    if b[2] != 0xA4 || b[4] != 0xA4 || b[6] != 0xA4 { return None }
    let first = FIRST.iter().position(|x| *x == b[3])? as u32;
    let vowel = u32::from(b[5].checked_sub(VOWEL).filter(|v| *v < 21)?);
    let last = LAST.iter().position(|x| *x == b[7])? as u32;
    Some(0xAC00 + first * 588 + vowel * 28 + last)
}

/// The eight bytes of a syllable.
pub(crate) fn split(code: u32) -> Option<[u8; 8]> {
    let n = code.checked_sub(0xAC00).filter(|n| *n < 11172)? as usize;
    Some([0xA4, 0xD4, 0xA4, FIRST[n / 588], 0xA4, VOWEL + (n / 28 % 21) as u8, 0xA4, LAST[n % 28]])
}
