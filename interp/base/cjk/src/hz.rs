//! HZ: GB 2312 in seven bits between `~{` and `~}`. The state's first byte says whether such a stretch is open.

use crate::table::{Table, NONE};
use crate::{push, State, Stop};

pub(crate) fn decode(table: &Table, state: &mut State, bytes: &[u8], at: &mut usize, out: &mut Vec<u32>) -> Result<(), Stop> {
    while let Some(&b) = bytes.get(*at) {
        if b == b'~' {
            match (bytes.get(*at + 1), state[0]) {
                (None, _) => return Err(Stop::TooFew),
                (Some(b'~'), 0) => push(out, u32::from(b))?,
                (Some(b'{'), 0) => state[0] = 1,
                (Some(b'\n'), 0) => {}
                (Some(b'}'), 1) => state[0] = 0,
                _ => return Err(Stop::Illegal(1)),
            }
            *at += 2;
        } else if b >= 0x80 {
            return Err(Stop::Illegal(1));
        } else if state[0] == 0 {
            push(out, u32::from(b))?;
            *at += 1;
        } else {
            let Some(&second) = bytes.get(*at + 1) else { return Err(Stop::TooFew) };
            let value = if second < 0x80 { table.value(u32::from(b | 0x80) << 8 | u32::from(second | 0x80)) } else { NONE };
            if value == NONE { return Err(Stop::Illegal(1)) }
            push(out, value)?;
            *at += 2;
        }
    }
    Ok(())
}

pub(crate) fn encode(table: &Table, state: &mut State, codes: &[u32], at: &mut usize, out: &mut Vec<u8>) -> Result<(), Stop> {
    while let Some(&code) = codes.get(*at) {
        if code < 0x80 {
            encode_end(state, out)?;
            push(out, code as u8)?;
            if code == u32::from(b'~') { push(out, b'~')? }
        } else {
            let key = table.key(code);
            if key == NONE { return Err(Stop::Illegal(1)) }
            if state[0] == 0 { for b in *b"~{" { push(out, b)? } }
            state[0] = 1;
            push(out, (key >> 8) as u8 & 0x7F)?;
            push(out, key as u8 & 0x7F)?;
        }
        *at += 1;
    }
    Ok(())
}

pub(crate) fn encode_end(state: &mut State, out: &mut Vec<u8>) -> Result<(), Stop> {
    if state[0] != 0 { for b in *b"~}" { push(out, b)? } }
    state[0] = 0;
    Ok(())
}
