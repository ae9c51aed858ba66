//! From instructions with labels to units: jump threading, dead code, checks of unbound locals, layout, tables.
//!
//! `flow.rs` has the dataflow. Not here: what is emitted (`lower/`).

mod flow;

use instar_code::{temp_effect, Body, CodeBlob, Effect, Handler, Kind, Local, LocalKind, Op, Text, Unit as Word, FRAME_WORDS};

use crate::error::{error_of, R};
use crate::lower::unit::{Inst, Unit, NONE};
use instar_syntax::{ErrorKind, TextRange};

/// Line of an instruction that gets none from the one before it.
pub(crate) const NEVER: i32 = -3;

/// Makes the blob of a finished code.
pub(crate) fn assemble(mut u: Unit<'_>, filename: &str) -> R<CodeBlob> {
    let mut targets: Vec<u32> = u.insts.iter().map(|i| if i.target == NONE { NONE } else { u.labels[i.target as usize] }).collect();
    thread_jumps(&mut u.insts, &mut targets);
    decide_once(&mut u.insts, &mut targets);
    copy_returns(&mut u.insts, &mut targets, u.first_line);
    let mut live = reachable(&u, &targets);
    drop_nops(&mut u, &targets, &mut live);
    invert(&mut u.insts, &mut targets, &mut live);
    flow::drop_checks(&u, &targets, &mut live);
    drop_jumps(&mut u, &mut targets, &mut live);
    drop_nops(&mut u, &targets, &mut live);
    propagate_lines(&mut u, &targets, &live);
    layout(u, targets, live, filename)
}

/// Jumps to unconditional jumps go to their ends, unless those have lines of their own to tell.
fn thread_jumps(insts: &mut [Inst], targets: &mut [u32]) {
    for i in 0..insts.len() {
        if targets[i] == NONE || insts[i].op == Op::JumpBack { continue; }
        for _ in 0..16 {
            let mut t = targets[i] as usize;
            while insts.get(t).is_some_and(|x| x.op == Op::Nop && x.pos.line == insts[i].pos.line) { t += 1; }
            match insts.get(t).map(|x| x.op) {
                Some(Op::Jump) if t != i && targets[t] as usize > i && says_no_more(&insts[t], &insts[i]) => targets[i] = targets[t],
                Some(Op::JumpBack) if insts[i].op == Op::Jump && insts[i].handler == insts[t].handler => {
                    insts[i].op = Op::JumpBack;
                    targets[i] = targets[t];
                    break;
                }
                _ => break,
            }
        }
    }
}

/// Instructions of a tail that is copied.
const MOST_COPIED: usize = 4;

/// A value whose truth made one jump is not asked again where it arrives (`a and b or c`).
fn decide_once(insts: &mut [Inst], targets: &mut [u32]) {
    for i in (0..insts.len()).rev() {
        let truth = match insts[i].op { Op::JumpIfTrueKeep => true, Op::JumpIfFalseKeep => false, _ => continue };
        let mut t = targets[i] as usize;
        while insts.get(t).is_some_and(|x| x.op == Op::Nop) { t += 1; }
        let Some(next) = insts.get(t).filter(|x| x.a == insts[i].a && t > i) else { continue };
        let (keeps, jumps_if) = match next.op {
            Op::JumpIfTrueKeep => (true, true),
            Op::JumpIfFalseKeep => (true, false),
            Op::JumpIfTrue => (false, true),
            Op::JumpIfFalse => (false, false),
            _ => continue,
        };
        let goes_on = if jumps_if == truth { targets[t] } else { t as u32 + 1 };
        // What keeps the value does so where it jumps.
        if !(keeps && jumps_if == truth) { insts[i].op = if truth { Op::JumpIfTrue } else { Op::JumpIfFalse }; }
        targets[i] = goes_on;
    }
}

/// A return or a jump back without a line takes the line of each way to it, so that tracing shows no line twice.
fn copy_returns(insts: &mut Vec<Inst>, targets: &mut Vec<u32>, first_line: u32) {
    let is_implicit = |x: &Inst| matches!(x.op, Op::ReturnConst | Op::JumpBack) && x.pos.line < 0;
    for i in 0..insts.len() {
        if targets[i] == NONE { continue; }
        let t = targets[i] as usize;
        let Some(length) = (t..(t + MOST_COPIED).min(insts.len())).position(|k| is_implicit(&insts[k])) else { continue };
        // Nothing else may happen on the way to it, and nothing that has a line.
        if insts[t..t + length].iter().enumerate().any(|(k, x)| x.pos.line >= 0 || targets[t + k] != NONE || x.op.has(Effect::Ends)) { continue; }
        let mut copy = insts[t];
        copy.pos = match insts[i].pos.line { line if line < 0 => insts[..i].iter().rev().find(|x| x.pos.line >= 0).map_or(insts[i].pos, |x| x.pos), _ => insts[i].pos };
        if length > 0 {
            let pos = copy.pos;
            targets[i] = insts.len() as u32;
            for k in t..=t + length {
                insts.push(Inst { pos, ..insts[k] });
                targets.push(targets[k]);
            }
        } else if insts[i].op == Op::Jump {
            insts[i] = copy;
            targets[i] = targets[t];
        } else if insts[i].op != Op::JumpBack {
            targets[i] = insts.len() as u32;
            insts.push(copy);
            targets.push(targets[t]);
        }
    }
    if let Some(first) = insts.first_mut().filter(|x| is_implicit(x)) {
        // The definition is what is left.
        first.pos = instar_code::Position { line: first_line as i32, end_line: first_line as i32, column: 0, end_column: 0 };
    }
    for i in 1..insts.len() {
        if is_implicit(&insts[i]) { insts[i].pos = insts[i - 1].pos; }
    }
}

/// An instruction without a position has that of the one before it, if that is the only way to it. Those that raise an
/// exception again stand nowhere: a frame they leave is where the exception came from.
fn propagate_lines(u: &mut Unit<'_>, targets: &[u32], live: &[bool]) {
    let n = u.insts.len();
    let live_from = |from: usize| (from..n).find(|&i| live[i]);
    // Ways to each instruction, other than through handlers.
    let mut ways = vec![0u32; n];
    if let Some(first) = live_from(0) { ways[first] = 1; }
    for i in (0..n).filter(|&i| live[i]) {
        if targets[i] != NONE && let Some(t) = live_from(targets[i] as usize) { ways[t] += 1; }
        if !u.insts[i].op.has(Effect::Ends) && let Some(next) = live_from(i + 1) { ways[next] += 1; }
    }
    let mut given = vec![None; n];
    for i in (0..n).filter(|&i| live[i]) {
        if u.insts[i].pos.line < 0 && u.insts[i].op != Op::ReraiseOver && u.insts[i].pos.line != NEVER && ways[i] == 1 && let Some(pos) = given[i] { u.insts[i].pos = pos; }
        let pos = u.insts[i].pos;
        if pos.line < 0 { continue }
        if targets[i] != NONE && let Some(t) = live_from(targets[i] as usize) && t > i { given[t] = Some(pos); }
        if !u.insts[i].op.has(Effect::Ends) && let Some(next) = live_from(i + 1) { given[next] = Some(pos); }
    }
    for inst in &mut u.insts { if inst.pos.line == NEVER { inst.pos.line = -1; inst.pos.end_line = -1; } }
}

fn reachable(u: &Unit<'_>, targets: &[u32]) -> Vec<bool> {
    let n = u.insts.len();
    let mut live = vec![false; n];
    let mut entered = vec![false; u.handlers.len()];
    let mut work = vec![0usize];
    while let Some(mut i) = work.pop() {
        while i < n && !live[i] {
            live[i] = true;
            let inst = &u.insts[i];
            if inst.handler != NONE && !std::mem::replace(&mut entered[inst.handler as usize], true) {
                work.push(u.labels[u.handlers[inst.handler as usize].0 as usize] as usize);
            }
            if targets[i] != NONE { work.push(targets[i] as usize); }
            if inst.op.has(Effect::Ends) { break; }
            i += 1;
        }
    }
    live
}

/// Whether the lines that are told are the same without `left_out`.
fn says_no_more(left_out: &Inst, before: &Inst) -> bool { left_out.pos.line < 0 || left_out.pos.line == before.pos.line }

/// A conditional jump over a jump becomes the opposite jump.
fn invert(insts: &mut [Inst], targets: &mut [u32], live: &mut [bool]) {
    let mut wanted = vec![0u32; insts.len() + 1];
    for (i, &t) in targets.iter().enumerate() { if live[i] && t != NONE { wanted[t as usize] += 1; } }
    for i in 0..insts.len() {
        if !live[i] || targets[i] == NONE { continue; }
        let opposite = match insts[i].op {
            Op::JumpIfTrue => Op::JumpIfFalse,
            Op::JumpIfFalse => Op::JumpIfTrue,
            Op::JumpIfNone => Op::JumpIfNotNone,
            Op::JumpIfNotNone => Op::JumpIfNone,
            op @ (Op::CompareJump | Op::CompareJumpK) => op,
            _ => continue,
        };
        let Some(k) = (i + 1..insts.len()).find(|&k| live[k]) else { continue };
        let behind = (k + 1..insts.len()).find(|&n| live[n]);
        let first = (targets[i] as usize..insts.len()).find(|&n| live[n]);
        // Nothing else may come to the jump that vanishes.
        if insts[k].op != Op::Jump || !says_no_more(&insts[k], &insts[i]) || behind.is_none() || first != behind || (i + 1..=k).any(|n| wanted[n] > 0) { continue; }
        if opposite == insts[i].op { insts[i].cache ^= 1 << 16; }
        insts[i].op = opposite;
        targets[i] = targets[k];
        live[k] = false;
    }
}

/// A no-op stays only where its line has no other instruction, and none without a line follows that can take it.
fn drop_nops(u: &mut Unit<'_>, targets: &[u32], live: &mut [bool]) {
    let mut is_target = vec![false; u.insts.len() + 1];
    for (i, &t) in targets.iter().enumerate() { if live[i] && t != NONE { is_target[t as usize] = true; } }
    let mut last_line = -2;
    for i in 0..u.insts.len() {
        if !live[i] { continue; }
        let line = u.insts[i].pos.line;
        if is_target[i] { last_line = -2; }
        if u.insts[i].op == Op::Nop {
            let next = (i + 1..u.insts.len()).find(|&k| live[k]).map(|k| u.insts[k].pos.line);
            if line < 0 || line == last_line || next == Some(line) { live[i] = false; continue; }
            if let Some(k) = (i + 1..u.insts.len()).find(|&k| live[k])
                && u.insts[k].pos.line < 0 && u.insts[k].pos.line != NEVER && u.insts[k].op != Op::ReraiseOver && !is_target[i + 1..=k].contains(&true)
            {
                u.insts[k].pos = u.insts[i].pos;
                live[i] = false;
                continue;
            }
        }
        last_line = line;
    }
}

/// Jumps to the next instruction vanish, or become no-ops that tell their lines.
fn drop_jumps(u: &mut Unit<'_>, targets: &mut [u32], live: &mut [bool]) {
    for i in (0..u.insts.len()).rev() {
        if !live[i] || u.insts[i].op != Op::Jump { continue; }
        let t = targets[i] as usize;
        if t > i && !(i + 1..t).any(|k| live[k]) {
            let before = (0..i).rev().find(|&k| live[k]);
            if before.is_none_or(|k| says_no_more(&u.insts[i], &u.insts[k])) { live[i] = false; continue; }
            u.insts[i].op = Op::Nop;
            targets[i] = NONE;
        }
    }
}

/// Constants that live instructions need, and the first one, which may be looked at as a docstring; operands are renumbered.
fn used_constants(u: &mut Unit<'_>, live: &[bool]) -> Vec<instar_code::Const> {
    let field = |inst: &Inst| inst.op.info().kinds.iter().position(|k| matches!(k, Kind::Const16 | Kind::Const32));
    let in_cache = |op: Op| matches!(op, Op::CallKw | Op::CallMethodKw);
    let mut used = vec![false; u.consts.len()];
    if let Some(first) = used.first_mut() { *first = true; }
    for (i, inst) in u.insts.iter().enumerate() {
        if !live[i] { continue; }
        if in_cache(inst.op) { used[inst.cache as usize] = true; }
        if let Some(k) = field(inst) { used[[inst.a, inst.b, inst.c][k] as usize] = true; }
    }
    let mut number = vec![0; used.len()];
    let mut next = 0;
    for (n, &u) in number.iter_mut().zip(&used) { *n = next; next += i32::from(u); }
    for inst in &mut u.insts {
        if in_cache(inst.op) { inst.cache = number[inst.cache as usize] as u64; }
        if let Some(k) = field(inst) { let old = [inst.a, inst.b, inst.c][k] as usize; *[&mut inst.a, &mut inst.b, &mut inst.c][k] = number[old]; }
    }
    std::mem::take(&mut u.consts).into_iter().zip(used).filter_map(|(c, used)| used.then_some(c)).collect()
}

fn too_large<T>(what: &str) -> R<T> { error_of(ErrorKind::Overflow, TextRange::default(), what) }

fn layout(mut u: Unit<'_>, targets: Vec<u32>, live: Vec<bool>, filename: &str) -> R<CodeBlob> {
    let n = u.insts.len();
    // Final order of locals.
    let mut order: Vec<usize> = (0..u.slots.len()).collect();
    let rank = |i: &usize| { let s = &u.slots[*i]; match s.kind { _ if s.is_param => 0, LocalKind::Plain => 1, LocalKind::Hidden => 2, LocalKind::Cell => 3, LocalKind::Free => 4 } };
    // Plain locals stand in the order in which the code mentions them.
    order.sort_by_key(|i| (rank(i), if u.slots[*i].kind == LocalKind::Plain && !u.slots[*i].is_param { u.slots[*i].order } else { 0 }));
    let mut slot = vec![0i32; order.len()];
    for (new, &old) in order.iter().enumerate() { slot[old] = new as i32; }
    let count = order.len() as i32;
    let register = |r: i32| -> R<i16> {
        let v = if r < 0 { slot[(-r - 1) as usize] - count - FRAME_WORDS } else { r };
        match i16::try_from(v) { Ok(v) => Ok(v), Err(_) => too_large("too many local variables or temporaries in this code") }
    };
    let constants = used_constants(&mut u, &live);
    // Offsets; fused jumps that do not reach become two instructions.
    let mut wide = vec![false; n];
    let mut offset = vec![0u32; n + 1];
    loop {
        let mut at = 0u32;
        for i in 0..n {
            offset[i] = at;
            if live[i] { at += if wide[i] { 4 } else { u.insts[i].op.len() as u32 }; }
        }
        offset[n] = at;
        let mut grew = false;
        for i in 0..n {
            if live[i] && !wide[i] && matches!(u.insts[i].op, Op::CompareJump | Op::CompareJumpK)
                && i16::try_from(offset[targets[i] as usize] as i64 - offset[i] as i64).is_err() { wide[i] = true; grew = true; }
        }
        if !grew { break; }
    }
    let total = offset[n] as usize;
    if total > i32::MAX as usize / 4 { return too_large("code is too large"); }
    let mut units = Vec::with_capacity(total);
    let mut error_depth = Vec::with_capacity(total);
    let mut positions = Vec::with_capacity(total);
    let mut handlers = Vec::new();
    let mut temps = u.max_depth;
    let mut run: Option<Handler> = None;
    let mut run_handler = NONE;
    for i in 0..n {
        if !live[i] { continue; }
        let inst = &u.insts[i];
        if inst.handler != run_handler {
            if let Some(h) = run.take() { handlers.push(Handler { end: offset[i], ..h }); }
            run_handler = inst.handler;
            if run_handler != NONE {
                let (label, depth) = u.handlers[run_handler as usize];
                run = Some(Handler { start: offset[i], end: 0, target: offset[u.labels[label as usize] as usize], depth: depth as u16 });
            }
        }
        let jump = |from: u32| offset[targets[i] as usize] as i64 - from as i64;
        let mut put = |op: Op, words: [i16; 3], caches: &[u64], left: u32| {
            units.push(Word { op: op as u16, a: words[0], b: words[1], c: words[2] });
            units.extend((0..op.info().cache as usize).map(|k| Word::from_bits(caches.get(k).copied().unwrap_or(0))));
            error_depth.resize(units.len(), left as u16);
            positions.resize(units.len(), inst.pos);
        };
        let left = inst.depth.saturating_sub(temp_effect(inst.op, inst.word()).consumed);
        if wide[i] {
            let (op, b) = if inst.op == Op::CompareJump { (Op::CompareOp, register(inst.b)?) } else { (Op::CompareOpK, inst.b as u16 as i16) };
            temps = temps.max(left + 1);
            put(op, [left as i16, register(inst.a)?, b], &[inst.cache & 0xFFFF], left);
            let branch = if inst.cache >> 16 & 1 == 1 { Op::JumpIfTrue } else { Op::JumpIfFalse };
            let mut w = Word::default();
            w.set_wide(jump(offset[i] + 2) as i32);
            put(branch, [left as i16, w.b, w.c], &[], left);
            continue;
        }
        let mut words = [0i16; 3];
        let mut fields = [inst.a, inst.b, inst.c];
        let kinds = inst.op.info().kinds;
        if matches!(inst.op, Op::LoadFar | Op::StoreFar | Op::CheckFar | Op::DeleteFar) { fields[1] = slot[fields[1] as usize]; }
        for (k, kind) in kinds.into_iter().enumerate() {
            match kind {
                Kind::Zero => {}
                Kind::Out | Kind::OutTemp | Kind::Use | Kind::Peek | Kind::Local | Kind::Base | Kind::PeekBase => words[k] = register(fields[k])?,
                Kind::Const16 | Kind::Name16 | Kind::Imm16 => match u16::try_from(fields[k]) { Ok(v) => words[k] = v as i16, Err(_) => return too_large("an operand is too large") },
                Kind::Jump16 => words[k] = jump(offset[i]) as i16,
                Kind::Const32 | Kind::Name32 | Kind::Imm32 => { let mut w = Word::default(); w.set_wide(fields[k]); words[1] = w.b; words[2] = w.c; }
                Kind::Jump32 => { let mut w = Word::default(); w.set_wide(jump(offset[i]) as i32); words[1] = w.b; words[2] = w.c; }
            }
        }
        let cache = if matches!(inst.op, Op::ForIter | Op::Send) { jump(offset[i]) as i32 as u32 as u64 } else { inst.cache };
        put(inst.op, words, &[cache], left);
    }
    if let Some(h) = run { handlers.push(Handler { end: total as u32, ..h }); }
    if temps > 32_767 { return too_large("too many temporaries in this code"); }
    let mut slots: Vec<Option<_>> = u.slots.into_iter().map(Some).collect();
    let locals = order.iter().filter_map(|&i| slots[i].take()).map(|s| Local { name: s.name.into(), kind: s.kind }).collect();
    let names = u.names.into_iter().map(Text::from).collect();
    let [arg_count, posonly_count, kwonly_count] = u.counts;
    Ok(CodeBlob {
        arg_count, posonly_count, kwonly_count, temps, flags: u.flags, first_line: u.first_line,
        name: u.name.into(), qualname: u.qualname.into(), filename: filename.to_owned().into(),
        body: Body { units: units.into(), error_depth: error_depth.into(), positions: positions.into(), handlers, consts: constants, names, locals }.into(),
    })
}
