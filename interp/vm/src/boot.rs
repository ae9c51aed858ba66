//! Start-up: from nothing to an interpreter with its types, singletons and empty `builtins` and `sys`.
//!
//! The order is in [`Vm::boot`]. Type objects come first, all at once and bare (`type` is its own type, and their namespaces are
//! dicts, whose type is among them); then strings, names and singletons, which make a `Vm` possible; then names, bases and MROs;
//! then each type's `init` fills it. Not here: which types there are (`boot_types.rs`), the binary's options, running a program.

use std::hash::{BuildHasher, Hasher};
use std::mem::ManuallyDrop;
use std::rc::Rc;

use instar_object::{AllocError, Heap, HeapOptions, TypeInfo};

use crate::boot_types::{Row, FREE_LISTS, INITS, ROWS};
use crate::eval::stack::DataStack;
use crate::names::Names;
use crate::object::{ObjPtr, Owned, Ref, Word};
use crate::typeobj::{PyType, TypeRef};
use crate::types::dict::PyDict;
use crate::types::ellipsis::PyEllipsis;
use crate::types::exception::PyException;
use crate::types::none::PyNone;
use crate::types::not_implemented::PyNotImplemented;
use crate::types::str::{alloc_text, hash_key_of, InternTable, HASH_OFFSET};
use crate::types::tuple::alloc_tuple;
use crate::types::bytes;
use crate::types::int::PyInt;
use crate::vm::{Raised, Settings, Singletons, Types, Vm, SMALL_INT_MAX, SMALL_INT_MIN};

/// Why an interpreter did not start.
#[derive(Debug)]
pub enum BootError {
    /// No memory.
    Memory,
    /// A step raised an exception: its text.
    Raised(String),
}

impl std::fmt::Display for BootError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BootError::Memory => f.write_str("not enough memory to start"),
            BootError::Raised(text) => write!(f, "start-up failed: {text}"),
        }
    }
}

impl std::error::Error for BootError {}

impl From<AllocError> for BootError {
    fn from(_: AllocError) -> Self { BootError::Memory }
}

impl Vm {
    /// Makes an interpreter. Its heap is the thread's heap from here on.
    pub fn boot(settings: Settings) -> Result<Box<Vm>, BootError> {
        let heap = Rc::new(Heap::new(HeapOptions { memory_limit: settings.memory_limit, scheme: settings.gc.scheme, death_counts: !settings.gc.gross, ..HeapOptions::default() }));
        // SAFETY: the Vm owns the heap and shuts it down before it goes (`finalize.rs`).
        unsafe { heap.attach() };
        let keys = hash_keys(settings.hash_seed);
        let types = bare_types(&heap)?;
        let latin1 = latin1_strings(&heap, &types)?;
        let mut interned = InternTable::default();
        let names = make_names(&heap, &types, &mut interned, keys, &latin1)?;
        let consts = singletons(&heap, &types, latin1)?;
        let dict = || -> Result<Ref<PyDict>, AllocError> { new_dict(&heap, &types) };
        let (modules, builtins, sys) = (dict()?, dict()?, dict()?);
        let stack = DataStack::new().ok_or(BootError::Memory)?;
        let types = ManuallyDrop::into_inner(types);
        let vm = Vm::assemble(heap, stack, types, consts, names, interned, modules, builtins, sys, settings, keys, native_stack_limit());
        let mut vm = Box::new(vm);
        // SAFETY: the box keeps the breaker where it is; dropping the Vm takes the bell away first (`Drop for Vm`).
        unsafe { vm.heap.gc_set_bell(&raw const vm.breaker, crate::eval::breaker::bits::GC) };
        if vm.settings.gc.mode == crate::vm::GcMode::Stress { vm.ring(crate::eval::breaker::bits::STRESS) }
        link_types(&mut vm).map_err(|e| failed(&mut vm, "types", e))?;
        for (name, init) in INITS {
            init(&mut vm).map_err(|e| failed(&mut vm, name, e))?;
        }
        immortalise(&vm);
        Ok(vm)
    }
}

fn failed(vm: &mut Vm, step: &str, error: Raised) -> BootError {
    let class = crate::object::ObjExt::type_name(error.exception().obj(), vm);
    let text = vm.repr_text(error.exception().obj()).unwrap_or_default();
    BootError::Raised(format!("{step}: {class} {text}"))
}

/// A dict handle to nothing, for types that have no namespace yet. It must be overwritten, never dropped.
fn no_dict() -> Ref<PyDict> {
    // SAFETY: nobody looks at it before `bare_types` overwrites it; no collection happens meanwhile.
    unsafe { Ref::from_owned_unchecked(Owned::from_word(Word::from_ptr(ObjPtr::dangling()))) }
}

fn new_dict(heap: &Heap, types: &Types) -> Result<Ref<PyDict>, AllocError> {
    let obj = heap.alloc(types.dict.ptr(), PyDict::empty())?;
    // SAFETY: just made with this payload.
    Ok(unsafe { Ref::from_owned_unchecked(obj) })
}

fn info_of(row: &Row) -> TypeInfo {
    let info = (row.info)();
    match FREE_LISTS.iter().find(|(name, _)| *name == row.name) { Some((_, list)) => info.with_free_list(*list), None => info }
}

/// All type objects with what the heap must know of them and empty namespaces. On an error they stay (their namespaces may be missing).
fn bare_types(heap: &Heap) -> Result<ManuallyDrop<Types>, AllocError> {
    let type_row = ROWS.iter().find(|r| r.is_type).expect("law: the table has `type`");
    // SAFETY: PyType begins with its TypeInfo, which describes PyType.
    let first = unsafe { heap.alloc_type_object(PyType::bare((type_row.info)(), no_dict()))? };
    // SAFETY: just made with this payload.
    let first: TypeRef = unsafe { Ref::from_owned_unchecked(first) };
    // SAFETY: every field is assigned below before it is read.
    let mut types = ManuallyDrop::new(unsafe { Types::dangling(&first) });
    for row in ROWS {
        if row.is_type { *(row.slot)(&mut types) = first.clone(); continue }
        let made = heap.alloc(first.ptr(), PyType::bare(info_of(row), no_dict()))?;
        // SAFETY: just made with this payload.
        *(row.slot)(&mut types) = unsafe { Ref::from_owned_unchecked(made) };
    }
    for row in ROWS {
        let dict = new_dict(heap, &types)?;
        let ty = (row.slot)(&mut types);
        // SAFETY: nobody else refers to the payload; the old handle leads nowhere and is not dropped.
        unsafe { std::ptr::write(&raw mut (*ty.ptr().payload::<PyType>()).dict, dict) };
    }
    heap.set_str_type(types.str.ptr(), HASH_OFFSET);
    Ok(types)
}

fn latin1_strings(heap: &Heap, types: &Types) -> Result<Vec<Owned>, AllocError> {
    let mut buffer = [0u8; 4];
    // SAFETY: the type is str.
    (0..=255u8).map(|b| unsafe { alloc_text(heap, types.str.ptr(), char::from(b).encode_utf8(&mut buffer)) }).collect()
}

fn make_names(heap: &Heap, types: &Types, interned: &mut InternTable, keys: (u64, u64), latin1: &[Owned]) -> Result<Box<Names>, AllocError> {
    let key = hash_key_of(keys);
    Names::make(|text| match text.as_bytes() {
        [b] => Ok(latin1[*b as usize].clone()),
        // SAFETY: the type is str.
        _ => unsafe { interned.intern_text(heap, types.str.ptr(), &key, text) },
    })
}

/// MemoryErrors kept for when there is no memory for one. As many as CPython keeps.
const SPARE_MEMORY_ERRORS: usize = 16;

fn singletons(heap: &Heap, types: &Types, latin1: Vec<Owned>) -> Result<Singletons, AllocError> {
    // SAFETY: the type is str.
    let empty_str = unsafe { alloc_text(heap, types.str.ptr(), "")? };
    let mut small_ints = Vec::new();
    if !<Word>::TAGGED_INTS { for n in SMALL_INT_MIN..=SMALL_INT_MAX { small_ints.push(heap.alloc(types.int.ptr(), PyInt::Small(n))?) } }
    let empty_tuple = alloc_tuple(heap, types.tuple.ptr(), std::iter::empty(), 0)?;
    let mut memory_errors = Vec::new();
    for _ in 0..SPARE_MEMORY_ERRORS {
        let spare = heap.alloc(types.memory_error.ptr(), PyException::new(empty_tuple.clone().into_obj()))?;
        // SAFETY: just made with this payload.
        memory_errors.push(unsafe { Ref::from_owned_unchecked(spare) });
    }
    Ok(Singletons {
        none: heap.alloc(types.none.ptr(), PyNone)?,
        true_: heap.alloc(types.bool.ptr(), PyInt::of_bool(true))?,
        false_: heap.alloc(types.bool.ptr(), PyInt::of_bool(false))?,
        ellipsis: heap.alloc(types.ellipsis.ptr(), PyEllipsis)?,
        not_implemented: heap.alloc(types.not_implemented.ptr(), PyNotImplemented)?,
        empty_tuple,
        empty_str,
        empty_bytes: {
            // SAFETY: the type is bytes.
            unsafe { bytes::alloc(heap, types.bytes.ptr(), &[])? }
        },
        single_bytes: Box::new([const { std::cell::OnceCell::new() }; 256]),
        latin1,
        small_ints,
        memory_errors,
    })
}

/// Names, bases and MROs; bases stand before what derives from them in the table.
fn link_types(vm: &mut Vm) -> Result<(), Raised> {
    for row in ROWS {
        let ty = (row.slot)(&mut vm.types).clone();
        let (module, name) = row.name.rsplit_once('.').unwrap_or(("", row.name));
        ty.module.set(module);
        let name = vm.intern(name)?;
        ty.name.set(Some(name.clone()));
        ty.qualname.set(Some(name));
        let base = row.base.map(|b| b(&vm.types).clone());
        vm.link_type(&ty, base.as_ref())?;
    }
    Ok(())
}

/// Opts what every program refers to all the time out of counting, if the layout can.
fn immortalise(vm: &Vm) {
    let c = &vm.consts;
    for ty in vm.types.all() { vm.heap.make_immortal(ty.ptr()) }
    let singles = [&c.none, &c.true_, &c.false_, &c.ellipsis, &c.not_implemented, c.empty_tuple.obj(), &c.empty_str, &c.empty_bytes];
    for o in singles.into_iter().chain(&c.latin1).chain(&c.small_ints) { if let Some(p) = o.ptr() { vm.heap.make_immortal(p) } }
    for name in vm.names.all() { if let Some(p) = name.ptr() { vm.heap.make_immortal(p) } }
}

/// Keys of str hashing: random, or expanded from `PYTHONHASHSEED` as CPython does (0 turns randomisation off).
fn hash_keys(seed: Option<u32>) -> (u64, u64) {
    let Some(seed) = seed else {
        let random = || std::collections::hash_map::RandomState::new().build_hasher().finish();
        return (random(), random());
    };
    if seed == 0 { return (0, 0) }
    let mut x = seed;
    let mut next = || { x = x.wrapping_mul(214_013).wrapping_add(2_531_011); u64::from(x >> 16 & 0xff) };
    let mut word = || (0..8).fold(0u64, |w, i| w | next() << (8 * i));
    (word(), word())
}

/// Lowest address that native code may use before RecursionError: the end of this thread's stack and what an error needs.
pub(crate) fn native_stack_limit() -> usize {
    const RESERVE: usize = 256 << 10;
    stack_start().map_or_else(|| local_address().saturating_sub(512 << 10), |start| start + RESERVE)
}

#[inline(never)]
fn local_address() -> usize {
    let local = 0u8;
    &raw const local as usize
}

/// Lowest address of this thread's stack, where the system says.
#[cfg(target_os = "linux")]
fn stack_start() -> Option<usize> {
    // SAFETY: the attributes are initialised by the first call and destroyed after use; this thread exists.
    unsafe {
        let mut attributes = std::mem::zeroed::<libc::pthread_attr_t>();
        if libc::pthread_getattr_np(libc::pthread_self(), &mut attributes) != 0 { return None }
        let (mut start, mut size) = (std::ptr::null_mut(), 0);
        let found = libc::pthread_attr_getstack(&attributes, &mut start, &mut size) == 0;
        libc::pthread_attr_destroy(&mut attributes);
        // A main thread without limit claims all memory: take what is usual.
        let usual = local_address().saturating_sub(8 << 20);
        found.then(|| (start as usize).max(if size > 1 << 30 { usual } else { 0 }))
    }
}

#[cfg(not(target_os = "linux"))]
fn stack_start() -> Option<usize> { None }

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Args;
    use crate::object::ObjExt;
    use crate::typeobj::vm_flags;

    fn settings() -> Settings {
        Settings {
            argv: Vec::new(), executable: String::new(), hash_seed: Some(0), optimize: 0, verbose: 0, quiet: true, inspect: false, interactive: false,
            isolated: true, ignore_environment: true, no_site: true, no_user_site: true, dont_write_bytecode: true, bytes_warning: 0, safe_path: true,
            unbuffered: false, dev_mode: false, utf8_mode: true, no_debug_ranges: false, debug: 0, skip_first_line: false, check_pycs: "default", warn_default_encoding: false, thread_inherit_context: false, context_aware_warnings: false, warn_options: Vec::new(), x_options: Vec::new(), stdlib: None, gc: Default::default(),
            memory_limit: usize::MAX, int_max_str_digits: 4300,
        }
    }

    fn vm() -> Box<Vm> { Vm::boot(settings()).unwrap_or_else(|e| panic!("{e}")) }

    fn ok<T>(vm: &mut Vm, r: Result<T, Raised>) -> T {
        r.unwrap_or_else(|e| panic!("{}", vm.repr_text(e.exception().obj()).unwrap_or_default()))
    }

    fn message<T>(vm: &mut Vm, r: Result<T, Raised>) -> String {
        match r {
            Ok(_) => "no error".to_owned(),
            Err(e) => { let text = vm.str(e.exception().obj()); let text = ok(vm, text); crate::protocol::attr::name_text(&text) }
        }
    }

    #[test]
    fn the_table_names_each_type_once() {
        assert_eq!(ROWS.len(), Types::FIELDS.len());
        let mut vm = vm();
        let all: Vec<TypeRef> = vm.types.all().into_iter().cloned().collect();
        for ty in &all {
            assert!(!ty.name(&vm).is_empty());
            assert!(ty.is_subtype_of(&vm, &vm.types.object), "{}", ty.name(&vm));
            assert!(ty.native.get().is_some(), "{} is not filled", ty.name(&vm));
            let r = vm.repr_text(ty.obj());
            assert!(ok(&mut vm, r).starts_with("<class '"));
        }
    }

    #[test]
    fn classes_of_python_find_slots_through_wrappers() {
        let mut vm = vm();
        let base = vm.types.list.obj().clone();
        let made = vm.new_class("m", "L", &[base], None);
        let class = ok(&mut vm, made);
        assert!(class.has_flag(vm_flags::SEQUENCE | vm_flags::BASETYPE));
        assert!(class.slots().len.map(|f| f as usize) == vm.types.list.slots().len.map(|f| f as usize));
        assert!(class.slots().binary[0].is_none() && class.slots().concat.is_some());
        let made = vm.call(class.obj(), Args::EMPTY);
        let instance = ok(&mut vm, made);
        let (name, value) = (vm.intern("x").ok(), vm.intern("value").ok());
        let (name, value) = (name.expect("interned"), value.expect("interned"));
        let set = vm.set_attr(&instance, &name, &value);
        ok(&mut vm, set);
        let got = vm.get_attr(&instance, &name);
        assert!(ok(&mut vm, got).is(&value));
        assert!(vm.types.list.subclasses(&vm).iter().any(|t| t.ptr() == class.ptr()));
    }

    #[test]
    fn layouts_that_conflict_are_refused() {
        let mut vm = vm();
        let bases = [vm.types.int.obj().clone(), vm.types.list.obj().clone()];
        let made = vm.new_class("m", "X", &bases, None);
        assert_eq!(message(&mut vm, made), "multiple bases have instance lay-out conflict");
        let bases = [vm.types.bool.obj().clone()];
        let made = vm.new_class("m", "X", &bases, None);
        assert_eq!(message(&mut vm, made), "type 'bool' is not an acceptable base type");
    }

    #[test]
    fn slot_wrappers_check_their_self() {
        let mut vm = vm();
        let int = vm.types.int.obj().clone();
        let name = vm.names.__repr__.clone();
        let found = vm.get_attr(&int, &name);
        let wrapper = ok(&mut vm, found);
        let text = vm.intern("text").ok().expect("interned");
        let called = vm.call1(&wrapper, &text);
        assert_eq!(message(&mut vm, called), "descriptor '__repr__' requires a 'int' object but received a 'str'");
        let called = vm.call0(&wrapper);
        assert_eq!(message(&mut vm, called), "descriptor '__repr__' of 'int' object needs an argument");
        assert_eq!(wrapper.type_name(&vm), "wrapper_descriptor");
    }
}
