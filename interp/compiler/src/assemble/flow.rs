//! Definite assignment: drops checks of locals that are bound on every way.
//!
//! Not here: emitting the checks (`lower/names.rs`).

use instar_code::{Effect, Kind, Op};

use crate::lower::unit::{Inst, Unit, NONE};

/// Bits of dataflow state above which all checks stay.
const MAX_STATE: usize = 1 << 27;

/// What an instruction does to whether a local is bound.
enum Change { None, Bind(usize), Unbind(usize) }

fn change(inst: &Inst) -> Change {
    let slot = |r: i32| (-r - 1) as usize;
    match inst.op {
        Op::CheckLocal => Change::Bind(slot(inst.a)),
        Op::CheckFar | Op::StoreFar => Change::Bind(inst.b as usize),
        Op::DeleteLocal => Change::Unbind(slot(inst.a)),
        Op::Release if inst.a < 0 => Change::Unbind(slot(inst.a)),
        Op::DeleteFar => Change::Unbind(inst.b as usize),
        op if op.info().kinds[0] == Kind::Out && inst.a < 0 => Change::Bind(slot(inst.a)),
        _ => Change::None,
    }
}

/// Marks checks dead that cannot fail.
pub(super) fn drop_checks(u: &Unit<'_>, targets: &[u32], live: &mut [bool]) {
    let n = u.insts.len();
    // Only locals that are checked matter.
    let mut bit = vec![NONE; u.slots.len()];
    let mut bits = 0u32;
    for (i, inst) in u.insts.iter().enumerate() {
        if !live[i] { continue; }
        let s = match inst.op { Op::CheckLocal => (-inst.a - 1) as usize, Op::CheckFar => inst.b as usize, _ => continue };
        if bit[s] == NONE { bit[s] = bits; bits += 1; }
    }
    if bits == 0 { return; }
    // Blocks start at targets, handlers and behind jumps.
    let mut starts = vec![false; n + 1];
    starts[0] = true;
    for i in 0..n {
        if !live[i] { continue; }
        if targets[i] != NONE { starts[targets[i] as usize] = true; starts[i + 1] = true; }
        if u.insts[i].op.has(Effect::Ends) { starts[i + 1] = true; }
        let h = u.insts[i].handler;
        if h != NONE { starts[u.labels[u.handlers[h as usize].0 as usize] as usize] = true; }
    }
    let mut block_of = vec![0u32; n + 1];
    let mut first = Vec::new();
    for i in 0..=n {
        if starts[i] { first.push(i); }
        block_of[i] = first.len() as u32 - 1;
    }
    let words = bits.div_ceil(64) as usize;
    if first.len().saturating_mul(words) > MAX_STATE / 64 { return; }
    let mut state = vec![u64::MAX; first.len() * words];
    let mut seen = vec![false; first.len()];
    let entry = &mut state[..words];
    entry.fill(0);
    for (s, slot) in u.slots.iter().enumerate() { if slot.is_param && bit[s] != NONE { entry[bit[s] as usize / 64] |= 1 << (bit[s] % 64); } }
    seen[0] = true;
    let mut work = vec![0usize];
    let mut now = vec![0u64; words];
    while let Some(b) = work.pop() {
        now.copy_from_slice(&state[b * words..][..words]);
        let meet = |state: &mut Vec<u64>, seen: &mut Vec<bool>, work: &mut Vec<usize>, to: usize, now: &[u64]| {
            let b = block_of[to] as usize;
            let mut changed = !std::mem::replace(&mut seen[b], true);
            for (old, new) in state[b * words..][..words].iter_mut().zip(now) {
                let met = *old & new;
                if met != *old { *old = met; changed = true; }
            }
            if changed { work.push(b); }
        };
        let mut i = first[b];
        let mut handler = NONE;
        let mut dirty = true;
        loop {
            if i >= n { break; }
            if live[i] {
                let inst = &u.insts[i];
                if inst.handler != NONE && (dirty || inst.handler != handler) {
                    handler = inst.handler;
                    dirty = false;
                    meet(&mut state, &mut seen, &mut work, u.labels[u.handlers[handler as usize].0 as usize] as usize, &now);
                }
                // An exhausted iterator stores nothing; any other jump happens before a store, too.
                if targets[i] != NONE { meet(&mut state, &mut seen, &mut work, targets[i] as usize, &now); }
                match change(inst) {
                    Change::Bind(s) if bit[s] != NONE => now[bit[s] as usize / 64] |= 1 << (bit[s] % 64),
                    Change::Unbind(s) if bit[s] != NONE => { now[bit[s] as usize / 64] &= !(1 << (bit[s] % 64)); dirty = true; }
                    _ => {}
                }
                if inst.op.has(Effect::Ends) { break; }
            }
            i += 1;
            if i >= n || starts[i] { if i < n { meet(&mut state, &mut seen, &mut work, i, &now); } break; }
        }
    }
    for b in 0..first.len() {
        if !seen[b] { continue; }
        now.copy_from_slice(&state[b * words..][..words]);
        let end = first.get(b + 1).copied().unwrap_or(n);
        for i in first[b]..end {
            if !live[i] { continue; }
            let inst = &u.insts[i];
            match change(inst) {
                Change::Bind(s) if bit[s] != NONE => {
                    let (w, m) = (bit[s] as usize / 64, 1u64 << (bit[s] % 64));
                    if matches!(inst.op, Op::CheckLocal | Op::CheckFar) && now[w] & m != 0 { live[i] = false; }
                    now[w] |= m;
                }
                Change::Unbind(s) if bit[s] != NONE => now[bit[s] as usize / 64] &= !(1 << (bit[s] % 64)),
                _ => {}
            }
        }
    }
}
