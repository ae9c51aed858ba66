//! The code being made: instructions with labels, constants, names, local slots, current depth and handler.
//!
//! Not here: what is emitted for which statement (the siblings), passes and byte offsets (`crate::assemble`).

use std::collections::{HashMap, HashSet};

use instar_code::{temp_effect, Const, LocalKind, Op, Position, Unit as Word};

use super::block::Block;
use crate::symtable::{Kind, Place, ScopeId, Table};

/// Register: temps are `>= 0`, local `i` is `-(i + 1)`.
pub(crate) type Reg = i32;
/// Label number.
pub(crate) type Label = u32;
/// No label, no handler.
pub(crate) const NONE: u32 = u32::MAX;
/// Displays and calls above this many items build incrementally.
pub(crate) const MANY: usize = 30;

pub(crate) fn local(i: usize) -> Reg { -(i as i32) - 1 }

/// Where a result goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dst { Temp, Local(usize) }

/// An instruction before assembly.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inst {
    pub(crate) op: Op,
    pub(crate) a: i32,
    pub(crate) b: i32,
    pub(crate) c: i32,
    pub(crate) target: Label,
    /// First cache word, and jump truth for fused jumps.
    pub(crate) cache: u64,
    pub(crate) pos: Position,
    /// Temps before the instruction.
    pub(crate) depth: u32,
    pub(crate) handler: u32,
}

impl Inst {
    /// The operands as far as temps are concerned.
    pub(crate) fn word(&self) -> Word { word(self.op, self.a, self.b, self.c) }
}

fn word(op: Op, a: i32, b: i32, c: i32) -> Word {
    let small = |r: i32| if r < 0 { -1 } else { r as u16 as i16 };
    Word { op: op as u16, a: small(a), b: small(b), c: small(c) }
}

/// A local slot.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) name: String,
    pub(crate) kind: LocalKind,
    pub(crate) is_param: bool,
    /// Holds a cell.
    pub(crate) cell: bool,
    /// When the code mentioned it first (`NONE`: not yet).
    pub(crate) order: u32,
}

/// How a name is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Var { Fast(usize), Deref(usize), ClassDeref(usize), Global, Name, ClassGlobal }

/// A deferred annotation: index and whether it is conditional.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deferred<'a> {
    pub(crate) node: &'a instar_syntax::ast::StmtAnnAssign,
    pub(crate) condition: Option<usize>,
}

/// State of one code.
#[derive(Debug)]
pub(crate) struct Unit<'a> {
    pub(crate) insts: Vec<Inst>,
    pub(crate) labels: Vec<u32>,
    /// Handlers: label and depth.
    pub(crate) handlers: Vec<(Label, u32)>,
    pub(crate) handler: u32,
    pub(crate) consts: Vec<Const>,
    pub(crate) const_index: HashMap<Vec<u8>, u32>,
    pub(crate) names: Vec<String>,
    pub(crate) name_index: HashMap<String, u32>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) bound: HashMap<ScopeId, HashMap<String, usize>>,
    pub(crate) free: HashMap<String, usize>,
    pub(crate) spare: Vec<usize>,
    mentions: u32,
    pub(crate) far: bool,
    pub(crate) depth: u32,
    pub(crate) max_depth: u32,
    pub(crate) pos: Position,
    pub(crate) blocks: Vec<Block<'a>>,
    pub(crate) unit_scope: ScopeId,
    pub(crate) scope: ScopeId,
    pub(crate) kind: Kind,
    pub(crate) has_walrus: bool,
    pub(crate) name: String,
    pub(crate) qualname: String,
    pub(crate) first_line: u32,
    pub(crate) flags: u32,
    pub(crate) counts: [u32; 3],
    pub(crate) class: Option<String>,
    /// Inside the type parameters and bases of a generic class: the names that are mangled, its parameters.
    pub(crate) mangled: Option<HashSet<String>>,
    pub(crate) deferred: Vec<Deferred<'a>>,
    pub(crate) next_condition: usize,
    pub(crate) conditional: u32,
    pub(crate) static_attributes: Vec<String>,
    pub(crate) first_arg: Option<String>,
    /// Interactive mode: expression statements are printed.
    pub(crate) interactive: bool,
}

impl<'a> Unit<'a> {
    /// A code for a scope, with all slots that the symbol table knows.
    pub(crate) fn new(table: &Table, scope: ScopeId, name: &str, qualname: String, first_line: u32) -> Self {
        let s = &table.scopes[scope];
        let mut u = Self {
            insts: Vec::new(), labels: Vec::new(), handlers: Vec::new(), handler: NONE, consts: Vec::new(), const_index: HashMap::new(), names: Vec::new(),
            name_index: HashMap::new(), slots: Vec::new(), bound: HashMap::new(), free: HashMap::new(), spare: Vec::new(), mentions: 0, far: false, depth: 0, max_depth: 0,
            pos: Position { line: first_line as i32, end_line: first_line as i32, column: 0, end_column: 0 }, blocks: Vec::new(), unit_scope: scope, scope,
            kind: s.kind, has_walrus: s.has_walrus, name: name.to_owned(), qualname, first_line, flags: 0, counts: [0; 3], class: None, mangled: None,
            deferred: Vec::new(), next_condition: 0, conditional: 0, static_attributes: Vec::new(), first_arg: None, interactive: false,
        };
        u.add_slots(table, scope);
        if s.kind == Kind::Class {
            for (needed, name) in [(s.needs_class_cell, "__class__"), (s.needs_classdict, "__classdict__")] {
                if needed { u.add_slot(scope, name, LocalKind::Cell, false, true); }
            }
        }
        for name in &s.free {
            let i = u.slots.len();
            u.slots.push(Slot { name: name.clone(), kind: LocalKind::Free, is_param: false, cell: true, order: NONE });
            u.free.insert(name.clone(), i);
        }
        u.far = u.slots.len() > 32_000;
        u
    }

    fn add_slot(&mut self, scope: ScopeId, name: &str, kind: LocalKind, is_param: bool, cell: bool) -> usize {
        let i = self.slots.len();
        self.slots.push(Slot { name: name.to_owned(), kind, is_param, cell, order: NONE });
        self.bound.entry(scope).or_default().insert(name.to_owned(), i);
        i
    }

    fn add_slots(&mut self, table: &Table, scope: ScopeId) {
        use crate::symtable::def;
        let s = &table.scopes[scope];
        self.has_walrus |= s.has_walrus;
        for symbol in &s.symbols {
            if !matches!(symbol.place, Place::Local | Place::Cell) { continue; }
            let cell = symbol.place == Place::Cell;
            if s.inlined {
                if symbol.name != ".0" { self.add_slot(scope, &symbol.name, LocalKind::Hidden, false, cell); }
            } else if s.kind.is_function() || cell {
                let kind = if cell { LocalKind::Cell } else { LocalKind::Plain };
                let slot = self.add_slot(scope, &symbol.name, kind, symbol.flags & def::PARAM != 0, cell);
                // What annotations mention is never this parameter, whatever its name in the signature.
                if s.kind == Kind::Annotations && symbol.name == ".format" { self.slots[slot].name = "format".to_owned(); }
            }
        }
        for &child in &s.children { if table.scopes[child].inlined { self.add_slots(table, child); } }
    }

    /// A hidden local for the compiler's own use.
    pub(crate) fn acquire(&mut self) -> usize {
        self.spare.pop().unwrap_or_else(|| {
            self.slots.push(Slot { name: format!(".{}", self.slots.len()), kind: LocalKind::Hidden, is_param: false, cell: false, order: NONE });
            self.slots.len() - 1
        })
    }
    /// Gives a hidden local back.
    pub(crate) fn relinquish(&mut self, i: usize) { self.spare.push(i); }

    /// Whether a slot may be beyond operand range.
    pub(crate) fn is_far(&self, i: usize) -> bool { self.far && self.slots[i].kind == LocalKind::Plain }

    /// A new label, not placed.
    pub(crate) fn label(&mut self) -> Label { self.labels.push(NONE); self.labels.len() as u32 - 1 }
    /// Places a label here.
    pub(crate) fn place(&mut self, label: Label) { self.labels[label as usize] = self.insts.len() as u32; }
    /// Places a label here, where the depth is `depth`.
    pub(crate) fn place_at(&mut self, label: Label, depth: u32) { self.place(label); self.set_depth(depth); }
    /// Sets the depth (after code that does not fall through).
    pub(crate) fn set_depth(&mut self, depth: u32) { self.depth = depth; self.max_depth = self.max_depth.max(depth); }

    /// Moves the instructions from `from` on, which no label is among, in front of instruction `to`.
    pub(crate) fn move_to(&mut self, from: usize, to: usize) {
        let moved = self.insts.len() - from;
        self.insts[to..].rotate_right(moved);
        for label in self.labels.iter_mut().filter(|l| **l != NONE && **l as usize >= to) { *label += moved as u32; }
    }

    /// Emits an instruction; the depth follows the fall-through path.
    pub(crate) fn emit(&mut self, op: Op, a: i32, b: i32, c: i32) -> &mut Inst {
        let e = temp_effect(op, word(op, a, b, c));
        debug_assert!(e.consumed <= self.depth, "{op:?} at depth {}", self.depth);
        let inst = Inst { op, a, b, c, target: NONE, cache: 0, pos: self.pos, depth: self.depth, handler: self.handler };
        let left = self.depth.saturating_sub(e.consumed);
        self.depth = left + e.produced;
        self.max_depth = self.max_depth.max(left + e.produced.max(e.at_jump));
        self.insts.push(inst);
        for (r, far) in [(b, matches!(op, Op::LoadFar | Op::StoreFar | Op::CheckFar | Op::DeleteFar)), (c, false), (a, false)] {
            if far { self.mention(r as usize); } else if r < 0 { self.mention((-r - 1) as usize); }
        }
        let last = self.insts.len() - 1;
        &mut self.insts[last]
    }

    /// Notes that the code mentions a local: plain locals are numbered in this order.
    pub(crate) fn mention(&mut self, i: usize) {
        if let Some(s) = self.slots.get_mut(i) && s.order == NONE { s.order = self.mentions; self.mentions += 1; }
    }

    /// Emits an instruction whose operand `a` is its result.
    pub(crate) fn emit_to(&mut self, dst: Dst, op: Op, b: i32, c: i32) -> &mut Inst {
        let consumed = temp_effect(op, word(op, -1, b, c)).consumed;
        let a = match dst { Dst::Temp => self.depth.saturating_sub(consumed) as i32, Dst::Local(i) => local(i) };
        self.emit(op, a, b, c)
    }

    /// Emits an instruction whose result is temps (kind OutTemp in `a`).
    pub(crate) fn emit_temp(&mut self, op: Op, b: i32, c: i32) -> &mut Inst {
        let consumed = temp_effect(op, word(op, 0, b, c)).consumed;
        let a = self.depth.saturating_sub(consumed) as i32;
        self.emit(op, a, b, c)
    }

    /// Emits a jump-like instruction.
    pub(crate) fn emit_jump(&mut self, op: Op, a: i32, b: i32, target: Label) -> &mut Inst {
        let inst = self.emit(op, a, b, 0);
        inst.target = target;
        inst
    }

    /// Jumps to a label that comes later.
    pub(crate) fn jump(&mut self, target: Label) { self.emit_jump(Op::Jump, 0, 0, target); }
    /// Jumps to a label that was placed already.
    pub(crate) fn jump_back(&mut self, target: Label) { self.emit_jump(Op::JumpBack, 0, 0, target); }

    /// Enters a protected region whose handler is at `label`; returns the handler in force before.
    pub(crate) fn protect(&mut self, label: Label, depth: u32) -> u32 {
        self.handlers.push((label, depth));
        self.max_depth = self.max_depth.max(depth + 1);
        std::mem::replace(&mut self.handler, self.handlers.len() as u32 - 1)
    }

    /// Top temp.
    pub(crate) fn top(&self) -> Reg { self.depth as i32 - 1 }

    /// Releases the top temp.
    pub(crate) fn pop(&mut self) { let top = self.top(); self.emit(Op::Release, top, 0, 0); }

    /// Index of a constant, shared by type and value.
    pub(crate) fn constant(&mut self, c: Const) -> u32 {
        let mut key = Vec::new();
        const_key(&c, &mut key);
        if let Some(&i) = self.const_index.get(&key) { return i; }
        let i = self.consts.len() as u32;
        self.const_index.insert(key, i);
        self.consts.push(c);
        i
    }
    /// Index of a nested code (never shared).
    pub(crate) fn code_constant(&mut self, c: Const) -> u32 {
        self.consts.push(c);
        self.consts.len() as u32 - 1
    }
    /// Index of a name.
    pub(crate) fn name_of(&mut self, name: &str) -> u32 {
        if let Some(&i) = self.name_index.get(name) { return i; }
        let i = self.names.len() as u32;
        self.name_index.insert(name.to_owned(), i);
        self.names.push(name.to_owned());
        i
    }
    /// Loads a constant.
    pub(crate) fn load_const(&mut self, dst: Dst, c: Const) { let k = self.constant(c); self.emit_to(dst, Op::LoadConst, k as i32, 0); }

    /// Slot that holds the cell a nested code wants, seen from the current scope.
    pub(crate) fn cell_for(&self, table: &Table, name: &str) -> Option<usize> {
        let mut s = self.scope;
        loop {
            let is_cell = |i: &&usize| self.slots[**i].cell;
            if let Some(&i) = self.bound.get(&s).and_then(|m| m.get(name)).filter(is_cell) { return Some(i); }
            if s == self.unit_scope { return self.free.get(name).copied(); }
            s = table.scopes[s].parent?;
        }
    }

    /// How a (mangled) name is reached from the current scope.
    pub(crate) fn lookup(&self, table: &Table, name: &str) -> Var {
        let mut s = self.scope;
        let mut inside = false;
        while s != self.unit_scope {
            match table.scopes[s].symbol(name).map(|x| x.place) {
                Some(Place::GlobalExplicit) => return Var::Global,
                Some(Place::Local) => if let Some(&i) = self.bound.get(&s).and_then(|m| m.get(name)) { return Var::Fast(i) },
                Some(Place::Cell) => if let Some(&i) = self.bound.get(&s).and_then(|m| m.get(name)) { return Var::Deref(i) },
                _ => {}
            }
            inside = true;
            match table.scopes[s].parent { Some(p) => s = p, None => break }
        }
        let scope = &table.scopes[s];
        let free = self.free.get(name).copied();
        let slot = self.bound.get(&s).and_then(|m| m.get(name)).copied();
        let global = if scope.kind.is_function() { if scope.sees_class { Var::ClassGlobal } else { Var::Global } } else { Var::Name };
        if inside && scope.kind == Kind::Class {
            return free.map_or(Var::Global, Var::Deref);
        }
        match (scope.symbol(name).map(|x| x.place), free, slot) {
            (Some(Place::Local), _, Some(i)) if scope.kind != Kind::Class => Var::Fast(i),
            (Some(Place::Local), ..) => Var::Name,
            (Some(Place::Cell), _, Some(i)) => Var::Deref(i),
            (Some(Place::GlobalExplicit), ..) => Var::Global,
            (Some(Place::GlobalImplicit), ..) => global,
            (Some(Place::Free), Some(i), _) if scope.kind == Kind::Class || scope.sees_class => Var::ClassDeref(i),
            (_, Some(i), _) => Var::Deref(i),
            _ => global,
        }
    }
}

/// Bytes that are equal exactly for constants that may be shared.
fn const_key(c: &Const, key: &mut Vec<u8>) {
    let list = |tag: u8, items: &[Const], key: &mut Vec<u8>| {
        key.push(tag);
        key.extend((items.len() as u64).to_le_bytes());
        items.iter().for_each(|i| const_key(i, key));
    };
    let bytes = |tag: u8, b: &[u8], key: &mut Vec<u8>| {
        key.push(tag);
        key.extend((b.len() as u64).to_le_bytes());
        key.extend(b);
    };
    match c {
        Const::None => key.push(0),
        Const::True => key.push(1),
        Const::False => key.push(2),
        Const::Ellipsis => key.push(3),
        Const::Int(n) => { key.push(4); key.extend(n.to_le_bytes()); }
        Const::BigInt { negative, magnitude } => bytes(5 + u8::from(*negative), magnitude, key),
        Const::Float(x) => { key.push(7); key.extend(x.to_bits().to_le_bytes()); }
        Const::Complex(re, im) => { key.push(8); key.extend(re.to_bits().to_le_bytes()); key.extend(im.to_bits().to_le_bytes()); }
        Const::Str(s) => bytes(9, s.as_bytes(), key),
        Const::Bytes(b) => bytes(10, b, key),
        Const::Tuple(items) => list(11, items, key),
        Const::FrozenSet(items) => list(12, items, key),
        Const::Slice(parts) => list(13, &parts[..], key),
        Const::Code(code) => { key.push(14); key.extend((std::sync::Arc::as_ptr(code) as usize).to_le_bytes()); }
    }
}
