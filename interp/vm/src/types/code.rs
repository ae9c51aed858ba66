//! Code objects: the compiler's blob with what Python sees of it, and the executable form made at the first call.
//!
//! Not here: running (`eval/`), marshalling.

use std::cell::OnceCell;
use std::sync::Arc;

use instar_code::{flags, jump_of, location, CodeBlob, Const, LocalKind, Op, Text};

use crate::eval::exec::Executable;
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot, Trace, Word};
use crate::slots::Slots;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Vm};
use crate::payload;

/// A code object.
pub struct PyCode {
    blob: Arc<CodeBlob>,
    exec: OnceCell<Box<Executable>>,
    /// Constants that the compiler makes no such values of (`code.replace`), by index.
    foreign: Box<[(usize, Owned)]>,
    /// `co_name` and `co_qualname` once a function was made from this.
    name: Slot,
    qualname: Slot,
}

// SAFETY: the constants and names of the executable are what a code owns; each is visited once.
unsafe impl Trace for PyCode {
    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        if let Some(exec) = self.exec.get() {
            for c in exec.consts.iter().chain(exec.names.iter()) { visit(c.word()) }
        }
        for (_, c) in &self.foreign { visit(c.word()) }
        for s in [&self.name, &self.qualname] {
            if s.is_some() { visit(s.word()) }
        }
    }
    fn clear(&mut self) {}
}
crate::fields! { PyCode { blob, exec, foreign, name, qualname } }
payload!(PyCode, "code", code);

/// The interned text, kept in `slot` from the first time on.
fn interned(vm: &mut Vm, slot: &Slot, text: &str) -> PyResult {
    if let Some(known) = slot.get() { return Ok(known) }
    let made = vm.intern(text)?;
    slot.set(Some(made.clone()));
    Ok(made)
}

impl PyCode {
    /// Where the executable's address stands, null before it is made (`dump.rs`).
    pub(crate) const EXECUTABLE: usize = std::mem::offset_of!(PyCode, exec);
    /// Where the blob's address stands.
    pub(crate) const BLOB: usize = std::mem::offset_of!(PyCode, blob);

    /// A code object for a blob.
    pub fn new(vm: &Vm, blob: Arc<CodeBlob>) -> PyResult<Ref<PyCode>> { PyCode::with_foreign(vm, blob, Box::default()) }
    /// A code object some of whose constants are any objects; the blob has `None` there.
    pub fn with_foreign(vm: &Vm, blob: Arc<CodeBlob>, foreign: Box<[(usize, Owned)]>) -> PyResult<Ref<PyCode>> {
        vm.new_object(PyCode { blob, exec: OnceCell::new(), foreign, name: Slot::default(), qualname: Slot::default() })
    }
    /// Constants that are in no blob, by index.
    pub fn foreign(&self) -> &[(usize, Owned)] { &self.foreign }
    /// The compiled form.
    pub fn blob(&self) -> &Arc<CodeBlob> { &self.blob }
    /// The executable if it has been made, else null.
    pub fn exec_if_made(&self) -> *const Executable { self.exec.get().map_or(std::ptr::null(), |b| &raw const **b) }
    /// Number of free variables.
    pub fn free_count(&self) -> usize { self.blob.locals.iter().filter(|l| l.kind == LocalKind::Free).count() }
}

impl Ref<PyCode> {
    /// The executable, made now if need be.
    pub fn executable(&self, vm: &mut Vm) -> PyResult<*const Executable> {
        if self.exec.get().is_none() {
            let exec = Executable::new(vm, &self.blob, &self.foreign, self.obj().word())?;
            let _ = self.exec.set(Box::new(exec));
        }
        Ok(self.exec_if_made())
    }
    /// `co_name`.
    pub fn name_obj(&self, vm: &mut Vm) -> PyResult { interned(vm, &self.name, &self.blob.name) }
    /// `co_qualname`.
    pub fn qualname_obj(&self, vm: &mut Vm) -> PyResult { interned(vm, &self.qualname, &self.blob.qualname) }
    /// The docstring if the code has one.
    pub fn docstring(&self, vm: &mut Vm) -> PyResult<Option<Owned>> {
        if self.blob.flags & flags::HAS_DOCSTRING == 0 { return Ok(None) }
        if let Some(exec) = self.exec.get() { return Ok(exec.consts.first().filter(|c| c.cast::<PyStr>().is_some()).cloned()) }
        match self.blob.first_const() {
            Some(c @ Const::Str(_)) => Ok(Some(const_object(vm, &c)?)),
            _ => Ok(None),
        }
    }
}

/// The object of a constant. Identifier-like strings are interned, as in CPython.
pub fn const_object(vm: &mut Vm, c: &Const) -> PyResult {
    Ok(match c {
        Const::None => vm.none(),
        Const::True => vm.bool(true),
        Const::False => vm.bool(false),
        Const::Ellipsis => vm.consts.ellipsis.clone(),
        Const::Int(n) => vm.new_int(*n)?,
        Const::BigInt { negative, magnitude } => {
            let n = dashu_int::IBig::from(dashu_int::UBig::from_le_bytes(magnitude));
            vm.new_bigint(if *negative { -n } else { n })?
        }
        Const::Float(x) => vm.new_float(*x)?,
        Const::Complex(re, im) => vm.new_complex(*re, *im)?,
        Const::Str(text) => match text.as_str() {
            Some(t) if t.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => vm.intern(t)?,
            Some(t) => vm.new_str(t)?,
            None => vm.new_str_from_code_points(&text.code_points().collect::<Vec<u32>>())?,
        },
        Const::Bytes(b) => vm.new_bytes(b)?,
        Const::Tuple(items) => {
            let items = items.iter().map(|c| const_object(vm, c)).collect::<PyResult<Vec<_>>>()?;
            vm.new_tuple(items)?.into_obj()
        }
        Const::FrozenSet(items) => {
            let items = items.iter().map(|c| const_object(vm, c)).collect::<PyResult<Vec<_>>>()?;
            vm.new_frozenset(items)?
        }
        Const::Slice(parts) => {
            let [a, b, c] = &**parts;
            let (a, b, c) = (const_object(vm, a)?, const_object(vm, b)?, const_object(vm, c)?);
            vm.new_object(crate::types::slice::PySlice::new(a, b, c))?.into_obj()
        }
        Const::Code(blob) => PyCode::new(vm, blob.clone())?.into_obj(),
    })
}

fn this(o: &Owned) -> &Ref<PyCode> { Ref::cast(o).expect("law: checked by the descriptor") }

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let b = this(o).blob.clone();
    vm.new_str(&format!("<code object {} at {:#x}, file \"{}\", line {}>", b.name, o.word().raw(), b.filename, b.first_line))
}

fn names_tuple(vm: &mut Vm, names: impl Iterator<Item = Text>) -> PyResult {
    let items = names.map(|n| vm.intern(&n)).collect::<PyResult<Vec<_>>>()?;
    Ok(vm.new_tuple(items)?.into_obj())
}

fn locals_of(vm: &mut Vm, o: &Owned, keep: impl Fn(usize, LocalKind) -> bool) -> PyResult {
    let b = this(o).blob.clone();
    names_tuple(vm, b.locals.iter().enumerate().filter(|(i, l)| keep(*i, l.kind)).map(|(_, l)| l.name.clone()))
}

/// Parameters, `*args` and `**kwargs` included.
pub(crate) fn param_count(b: &CodeBlob) -> usize {
    (b.arg_count + b.kwonly_count) as usize + (b.flags & flags::VARARGS != 0) as usize + (b.flags & flags::VARKEYWORDS != 0) as usize
}

fn co_varnames(vm: &mut Vm, o: &Owned) -> PyResult {
    let params = param_count(&this(o).blob);
    locals_of(vm, o, |i, k| k == LocalKind::Plain || k == LocalKind::Cell && i < params)
}
fn co_cellvars(vm: &mut Vm, o: &Owned) -> PyResult { locals_of(vm, o, |_, k| k == LocalKind::Cell) }
fn co_freevars(vm: &mut Vm, o: &Owned) -> PyResult { locals_of(vm, o, |_, k| k == LocalKind::Free) }
fn co_names(vm: &mut Vm, o: &Owned) -> PyResult { let b = this(o).blob.clone(); names_tuple(vm, b.names.iter().cloned()) }
fn co_consts(vm: &mut Vm, o: &Owned) -> PyResult {
    let exec = this(o).clone().executable(vm)?;
    // SAFETY: the code object owns the executable and is alive.
    let items: Vec<Owned> = unsafe { (*exec).consts.to_vec() };
    Ok(vm.new_tuple(items)?.into_obj())
}
fn co_name(vm: &mut Vm, o: &Owned) -> PyResult { this(o).clone().name_obj(vm) }
fn co_qualname(vm: &mut Vm, o: &Owned) -> PyResult { this(o).clone().qualname_obj(vm) }
fn co_filename(vm: &mut Vm, o: &Owned) -> PyResult { let b = this(o).blob.clone(); vm.intern(&b.filename) }
fn co_argcount(vm: &mut Vm, o: &Owned) -> PyResult { vm.new_int(this(o).blob.arg_count.into()) }
fn co_posonly(vm: &mut Vm, o: &Owned) -> PyResult { vm.new_int(this(o).blob.posonly_count.into()) }
fn co_kwonly(vm: &mut Vm, o: &Owned) -> PyResult { vm.new_int(this(o).blob.kwonly_count.into()) }
fn co_flags(vm: &mut Vm, o: &Owned) -> PyResult { vm.new_int((this(o).blob.flags).into()) }
fn co_firstlineno(vm: &mut Vm, o: &Owned) -> PyResult { vm.new_int(this(o).blob.first_line.into()) }
fn co_stacksize(vm: &mut Vm, o: &Owned) -> PyResult { vm.new_int(this(o).blob.temps.into()) }
fn co_nlocals(vm: &mut Vm, o: &Owned) -> PyResult {
    let b = this(o).blob.clone();
    let params = param_count(&b);
    let n = b.locals.iter().enumerate().filter(|(i, l)| l.kind == LocalKind::Plain || l.kind == LocalKind::Cell && *i < params).count();
    vm.new_int(n as i64)
}
/// The compiler's instructions as bytes: stable whatever has been specialised.
fn co_code(vm: &mut Vm, o: &Owned) -> PyResult {
    let b = this(o).blob.clone();
    let bytes: Vec<u8> = b.units.iter().flat_map(|u| u.bits().to_le_bytes()).collect();
    vm.new_bytes(&bytes)
}
/// Number of units that the table of positions reaches.
fn told(b: &CodeBlob) -> usize { b.positions.iter().rposition(|p| *p != location::UNTOLD).map_or(0, |last| last + 1) }
/// Branches: offsets of the instruction, of the one after it and of the one it jumps to. `async for` goes on after the
/// iterator's item has come, which its protected range precedes, or at the end of it.
fn co_branches(vm: &mut Vm, o: &Owned) -> PyResult {
    let b = this(o).blob.clone();
    let (mut rows, mut at) = (Vec::new(), 0usize);
    while let Some(op) = b.units.get(at).and_then(|u| Op::from_u16(u.op)) {
        let next = at + op.len();
        let ways = match op {
            Op::Jump | Op::JumpBack | Op::Send => None,
            Op::EndAsyncFor => b.handlers.iter().find(|h| h.target as usize == at).map(|h| (h.start as usize, h.end as usize, next)),
            _ => jump_of(op, &b.units[at..]).map(|jump| (at, next, (at as i64 + i64::from(jump)) as usize)),
        };
        if let Some((from, left, right)) = ways {
            let mut row = Vec::with_capacity(3);
            for unit in [from, left, right] { row.push(vm.new_int(unit as i64 * 8)?) }
            rows.push(vm.new_tuple(row)?.into_obj());
        }
        at = next;
    }
    let list = vm.new_list(rows)?;
    vm.iter(list.obj())
}
fn co_positions(vm: &mut Vm, o: &Owned) -> PyResult {
    let b = this(o).blob.clone();
    let mut rows = Vec::with_capacity(b.positions.len());
    for p in &b.positions[..told(&b)] {
        let mut row = Vec::with_capacity(4);
        for n in [p.line, p.end_line, p.column, p.end_column] { row.push(if p.line < 0 || n < 0 { vm.none() } else { vm.new_int(n.into())? }) }
        // Offsets count 2-byte units (Lib assumes them): one of ours is four.
        for _ in 0..4 { rows.push(vm.new_tuple(row.clone())?.into_obj()) }
    }
    let list = vm.new_list(rows)?;
    vm.iter(list.obj())
}
/// The line at which a frame of this code stands when it has been entered and not begun: that of the definition, 0 for modules.
pub fn entry_line(blob: &CodeBlob) -> i32 { if blob.name == "<module>" { 0 } else { blob.first_line as i32 } }

/// Ranges of lines. The first begins before the code: there a frame stands that has not begun (`f_lasti` is -8).
fn co_lines(vm: &mut Vm, o: &Owned) -> PyResult {
    let b = this(o).blob.clone();
    let mut rows = Vec::new();
    let line_at = |unit: i64| if unit < 0 { entry_line(&b) } else { b.positions[unit as usize].line };
    let units = told(&b) as i64;
    let mut start = if units == 0 { 0 } else { -1 };
    while start < units {
        let line = line_at(start);
        let mut end = start;
        while end < units && line_at(end) == line { end += 1 }
        let row = [vm.new_int(start * 8)?, vm.new_int(end * 8)?, if line < 0 { vm.none() } else { vm.new_int(line.into())? }];
        rows.push(vm.new_tuple(row)?.into_obj());
        start = end;
    }
    let list = vm.new_list(rows)?;
    vm.iter(list.obj())
}

fn co_linetable(vm: &mut Vm, o: &Owned) -> PyResult {
    let b = this(o).blob.clone();
    vm.new_bytes(&location::encode_positions(b.first_line, &b.positions))
}
fn co_exceptiontable(vm: &mut Vm, o: &Owned) -> PyResult {
    let b = this(o).blob.clone();
    vm.new_bytes(&location::encode_handlers(&b.handlers, b.locals.iter().filter(|l| l.kind == LocalKind::Hidden).count()))
}
/// The table of lines as it was before 3.10: pairs of steps in bytes and lines.
fn co_lnotab(vm: &mut Vm, o: &Owned) -> PyResult {
    let category = vm.types.deprecation_warning.clone();
    vm.warn(&category, "co_lnotab is deprecated, use co_lines instead.", 1)?;
    let b = this(o).blob.clone();
    let (mut out, mut line, mut from) = (Vec::new(), b.first_line as i32, 0usize);
    for (i, p) in b.positions.iter().enumerate() {
        if p.line < 0 || p.line == line { continue }
        let (mut bytes, mut lines) = ((i - from) * 8, p.line - line);
        while bytes > 254 { out.extend([254, 0]); bytes -= 254; }
        while lines > 127 { out.extend([bytes as u8, 127]); bytes = 0; lines -= 127; }
        while lines < -128 { out.extend([bytes as u8, 128]); bytes = 0; lines += 128; }
        out.extend([bytes as u8, lines as i8 as u8]);
        (line, from) = (p.line, i);
    }
    vm.new_bytes(&out)
}
/// The name of a local slot.
fn varname_from_oparg(vm: &mut Vm, o: &Owned, index: &Owned) -> PyResult {
    let n = vm.index_i64(index)?;
    let b = this(o).blob.clone();
    match usize::try_from(n).ok().and_then(|n| b.locals.get(n)) {
        Some(l) => vm.intern(&l.name),
        None => Err(vm.exception_with_message(&vm.types.index_error.clone(), "tuple index out of range")),
    }
}

/// Whether the local slots are the same; hidden ones have no names.
fn same_locals(a: &CodeBlob, b: &CodeBlob) -> bool {
    a.locals.len() == b.locals.len() && a.locals.iter().zip(&b.locals).all(|(x, y)| x.kind == y.kind && (x.kind == LocalKind::Hidden || x.name == y.name))
}

/// Whether two codes do the same at the same lines, whatever files they are from.
fn same_code(x: &CodeBlob, y: &CodeBlob) -> bool {
    x.name == y.name && x.units == y.units && x.first_line == y.first_line
        && x.arg_count == y.arg_count && x.posonly_count == y.posonly_count && x.kwonly_count == y.kwonly_count
        && x.flags == y.flags && *x.positions == *y.positions && x.handlers == y.handlers
        && x.names == y.names && same_locals(x, y) && same_consts(&x.consts, &y.consts)
}

fn same_consts(x: &[Const], y: &[Const]) -> bool {
    let same = |x: &Const, y: &Const| match (x, y) {
        (Const::None, Const::None) | (Const::True, Const::True) | (Const::False, Const::False) | (Const::Ellipsis, Const::Ellipsis) => true,
        (Const::Int(a), Const::Int(b)) => a == b,
        (Const::BigInt { negative: s, magnitude: a }, Const::BigInt { negative: t, magnitude: b }) => s == t && a == b,
        (Const::Float(a), Const::Float(b)) => a.to_bits() == b.to_bits(),
        (Const::Complex(a, b), Const::Complex(c, d)) => a.to_bits() == c.to_bits() && b.to_bits() == d.to_bits(),
        (Const::Str(a), Const::Str(b)) => a == b,
        (Const::Bytes(a), Const::Bytes(b)) => a == b,
        (Const::Tuple(a), Const::Tuple(b)) | (Const::FrozenSet(a), Const::FrozenSet(b)) => same_consts(a, b),
        (Const::Slice(a), Const::Slice(b)) => same_consts(&a[..], &b[..]),
        (Const::Code(a), Const::Code(b)) => same_code(a, b),
        _ => false,
    };
    x.len() == y.len() && x.iter().zip(y).all(|(a, b)| same(a, b))
}

fn compare(vm: &mut Vm, a: &Owned, b: &Owned, op: instar_code::Compare) -> PyResult {
    let (Some(x), Some(y)) = (Ref::<PyCode>::cast(a), Ref::<PyCode>::cast(b)) else { return Ok(vm.not_implemented()) };
    let foreign = x.foreign.len() == y.foreign.len() && x.foreign.iter().zip(&y.foreign).all(|(p, q)| p.0 == q.0 && p.1.is(&q.1));
    let same = x.is(b) || foreign && same_code(&x.blob, &y.blob);
    match op {
        instar_code::Compare::Eq => Ok(vm.bool(same)),
        instar_code::Compare::Ne => Ok(vm.bool(!same)),
        _ => Ok(vm.not_implemented()),
    }
}

fn hash(vm: &mut Vm, o: &Owned) -> PyResult<i64> {
    let b = this(o).blob.clone();
    let name = vm.intern(&b.name)?;
    let mut h = vm.hash(&name)? ^ i64::from(b.first_line);
    let counts = [b.arg_count, b.posonly_count, b.kwonly_count, b.flags].map(u64::from);
    for n in counts.into_iter().chain(b.units.iter().map(|u| u.bits())) { h = (h ^ n as i64).wrapping_mul(1_000_003).rotate_left(5); }
    Ok(if h == -1 { -2 } else { h })
}

/// Contents of the type.
pub static DEF: TypeDef = TypeDef {
    doc: "Create a code object.  Not for mere mortals.",
    sig: "(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize,\n     flags, codestring, constants, names, varnames, filename, name,\n     qualname, firstlineno, linetable, exceptiontable, freevars=(),\n     cellvars=(), /)",
    methods: &[
        Def::new("co_positions", "($self, /)", Native::N0(co_positions)),
        Def::new("co_branches", "($self, /)", Native::N0(co_branches)),
        Def::new("co_lines", "($self, /)", Native::N0(co_lines)),
        Def::new("_varname_from_oparg", "($self, oparg, /)", Native::N1(varname_from_oparg)),
        Def::new("replace", "($self, /, **changes)", Native::Full(super::code_replace::replace)),
        Def::new("__replace__", "($self, /, **changes)", Native::Full(super::code_replace::replace)),
    ],
    getset: &[
        GetSet::member("co_name", co_name), GetSet::member("co_qualname", co_qualname), GetSet::member("co_filename", co_filename), GetSet::member("co_argcount", co_argcount),
        GetSet::member("co_posonlyargcount", co_posonly), GetSet::member("co_kwonlyargcount", co_kwonly), GetSet::member("co_flags", co_flags),
        GetSet::member("co_firstlineno", co_firstlineno), GetSet::member("co_stacksize", co_stacksize), GetSet::member("co_nlocals", co_nlocals),
        GetSet::ro("co_varnames", co_varnames), GetSet::ro("co_cellvars", co_cellvars), GetSet::ro("co_freevars", co_freevars),
        GetSet::member("co_names", co_names), GetSet::member("co_consts", co_consts), GetSet::ro("co_code", co_code), GetSet::ro("_co_code_adaptive", co_code),
        GetSet::member("co_linetable", co_linetable), GetSet::member("co_exceptiontable", co_exceptiontable), GetSet::ro("co_lnotab", co_lnotab),
    ],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.code.clone();
    vm.fill_type(&ty, Slots { new: Some(super::code_replace::new), repr: Some(repr), compare: Some(compare), hash: Some(hash), ..Slots::default() }, &DEF)
}

