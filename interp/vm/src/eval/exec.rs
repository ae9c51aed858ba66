//! The executable form of a code: units that the loop rewrites, constants and names as objects.
//!
//! Made at the first call of a code, owned by the code object. Not here: the compiler's form (`instar_code::CodeBlob`).

use std::cell::{OnceCell, UnsafeCell};
use std::sync::Arc;

use instar_code::{flags, CodeBlob, LocalKind, Unit};

use super::frame::HEADER_WORDS;
use super::stack::GUARD_WORDS;
use crate::object::{Owned, Word};
use crate::types::code;
use crate::vm::{PyResult, Vm};

/// What the loop runs.
pub struct Executable {
    /// Instructions and caches, rewritten in place by specialisation.
    pub units: Box<[Unit]>,
    /// Constants, owned.
    pub consts: Box<[Owned]>,
    /// Names, interned.
    pub names: Box<[Owned]>,
    /// Number of local slots.
    pub nlocals: usize,
    /// Temps.
    pub temps: usize,
    /// Positional parameters.
    pub arg_count: usize,
    /// Positional-only parameters.
    pub posonly_count: usize,
    /// Keyword-only parameters.
    pub kwonly_count: usize,
    /// Their names, interned once a call wants their defaults.
    kwonly_names: OnceCell<Box<[Owned]>>,
    /// `co_flags`, without those that say of a code that makes no generator that it made one: such a code runs as a plain function.
    pub flags: u32,
    /// Neither `*args` nor `**kwargs` nor keyword-only parameters nor a namespace, and a frame that is not huge (`stack.rs`): a call
    /// with exactly `arg_count` positional arguments needs no binding and may push the frame at once.
    pub simple: bool,
    /// `arg_count` if `simple`, else a number that no call gives.
    pub exact_args: usize,
    /// The compiled form, for tables.
    pub blob: Arc<CodeBlob>,
    /// The code object that owns this (borrowed back pointer).
    pub code: Word,
    /// What monitoring knows of the code, once something asked.
    pub traced: UnsafeCell<Option<Box<crate::monitor::code::Traced>>>,
}

impl Executable {
    /// Makes the objects and copies the units.
    pub fn new(vm: &mut Vm, blob: &Arc<CodeBlob>, foreign: &[(usize, Owned)], code: Word) -> PyResult<Executable> {
        let mut consts = Vec::with_capacity(blob.consts.len());
        for c in &blob.consts { consts.push(code::const_object(vm, c)?) }
        for (i, c) in foreign { if let Some(place) = consts.get_mut(*i) { *place = c.clone() } }
        let mut names = Vec::with_capacity(blob.names.len());
        for n in &blob.names { names.push(vm.intern(n)?) }
        let units = blob.units.to_boxed().map_err(|_| vm.no_memory())?;
        let words = blob.locals.len() + HEADER_WORDS + blob.temps as usize;
        let special = flags::VARARGS | flags::VARKEYWORDS;
        let suspends = flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR;
        let own_flags = if blob.flags & suspends != 0 && blob.generator_made_at().is_none() { blob.flags & !suspends } else { blob.flags };
        let simple = blob.flags & (special | flags::OPTIMIZED) == flags::OPTIMIZED && blob.kwonly_count == 0 && words <= GUARD_WORDS;
        Ok(Executable {
            units, consts: consts.into(), names: names.into(), nlocals: blob.locals.len(), temps: blob.temps as usize,
            arg_count: blob.arg_count as usize, posonly_count: blob.posonly_count as usize, kwonly_count: blob.kwonly_count as usize,
            kwonly_names: OnceCell::new(),
            flags: own_flags, simple, exact_args: if simple { blob.arg_count as usize } else { usize::MAX }, blob: blob.clone(), code, traced: UnsafeCell::default(),
        })
    }

    /// Whether the frame has a namespace: code of modules and classes. Called as a function's it is that of the globals.
    #[inline(always)]
    pub fn has_namespace(&self) -> bool { self.flags & flags::OPTIMIZED == 0 }

    /// Name of local `i`.
    pub fn local_name(&self, i: usize) -> &str { &self.blob.locals[i].name }

    /// The keyword-only parameters' names, interned.
    pub fn kwonly_names(&self, vm: &mut Vm) -> PyResult<&[Owned]> {
        if self.kwonly_names.get().is_none() {
            let names = (self.arg_count..self.arg_count + self.kwonly_count).map(|i| vm.intern(self.local_name(i))).collect::<PyResult<Box<[Owned]>>>()?;
            // Interning runs no Python, so nobody else was here meanwhile; equal names were set if somebody was.
            let _ = self.kwonly_names.set(names);
        }
        Ok(self.kwonly_names.get().map_or(&[], |names| names))
    }

    /// Whether local `i` is a free variable.
    pub fn is_free(&self, i: usize) -> bool { self.blob.locals[i].kind == LocalKind::Free }
}
