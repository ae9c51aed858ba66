//! What lives on the heap: objects by type and by what decides their bytes. The walk and the facts are `instar-object`'s
//! (`reflect`); here are the roots, the names of types and the values that some layouts keep in a word.
//!
//! Found is what can be reached from the objects that the collector knows, from the tables of the interpreter (interned strings, cached
//! ints, builtin types) and from their classes. Not found is what only native code or a running frame holds, and native memory:
//! big integers' digits, compiled code, anything that is no object and no buffer of one.

use std::collections::{BTreeMap, HashSet};

use instar_object::reflect::{self, Facts, Numbers, Seen};
use instar_object::Active;

use crate::object::{ObjPtr, Owned, Ref, Word};
use crate::typeobj::PyType;
use crate::types::float::PyFloat;
use crate::types::int::PyInt;
use crate::vm::{Vm, SMALL_INT_MAX, SMALL_INT_MIN};

/// Ints that exist from the start where ints are objects.
pub const CACHED_INTS: u64 = (SMALL_INT_MAX - SMALL_INT_MIN + 1) as u64;

/// Values that words hold instead of objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Immediates {
    /// Words that hold one.
    pub stored: u64,
    /// Different values among them.
    pub distinct: u64,
}

/// A census of the heap.
#[derive(Debug, Default)]
pub struct Census {
    /// Objects of a type that are alike: how many there are.
    pub groups: BTreeMap<(String, Facts), u64>,
    /// Bytes that they asked for, with their blocks and buffers.
    pub requested: u64,
    /// Their cells, blocks and buffers.
    pub cells: u64,
    /// Bytes and number of dead objects whose cells waited for the collector; they are gone now.
    pub dead: (u64, u64),
    /// Ints that are no objects, those left out that are cached where they are.
    pub ints: Immediates,
    /// Floats that are no objects.
    pub floats: Immediates,
}

/// Takes a census. Free lists are emptied first.
pub fn take(vm: &Vm) -> Census {
    let mut census = Census::default();
    let dead = vm.heap.free_tombstones();
    census.dead = (dead.0 as u64, dead.1 as u64);
    let (mut ints, mut floats) = (HashSet::new(), HashSet::new());
    let (roots, numbers) = (vm.census_roots(), Numbers::of::<Active>());
    vm.heap.census(&roots, &mut |seen| match seen {
        Seen::Object(obj) => {
            let facts = facts(vm, obj);
            let requested = reflect::requested(obj);
            debug_assert_eq!(facts.sizes(&numbers).requested, requested, "{facts:?}");
            census.requested += requested as u64;
            census.cells += 1 + u64::from(facts.buffer.is_some()) + u64::from(facts.attrs.is_some_and(|a| a.found.is_some_and(|f| f.block.is_some())));
            *census.groups.entry((type_name(vm, obj), facts)).or_default() += 1;
        }
        Seen::Immediate(word) if word.is_float() => {
            census.floats.stored += 1;
            floats.insert(word.raw());
        }
        Seen::Immediate(word) if word.as_small().is_some_and(|n| !(SMALL_INT_MIN..=SMALL_INT_MAX).contains(&n)) => {
            census.ints.stored += 1;
            ints.insert(word.raw());
        }
        Seen::Immediate(_) => {}
    });
    census.ints.distinct = ints.len() as u64;
    census.floats.distinct = floats.len() as u64;
    census
}

/// The facts of an object, its value included.
fn facts(vm: &Vm, obj: ObjPtr) -> Facts {
    let mut facts = reflect::facts(obj);
    // SAFETY: the payload is that of the exact type.
    unsafe {
        if obj.ty() == vm.types.int.ptr() {
            if let PyInt::Small(n) = &*obj.payload::<PyInt>() { facts.immediate = reflect::immediate_int(*n) }
        } else if obj.ty() == vm.types.float.ptr() {
            facts.immediate = reflect::immediate_float((*obj.payload::<PyFloat>()).value());
        }
    }
    facts
}

/// The facts of a value, an object or not, in steady state: those that its class has slots for, whichever this one was born with. A
/// dict that an instance owns comes after it.
pub fn of_value(vm: &Vm, value: &Owned) -> Vec<(String, Facts)> {
    let word = value.word();
    let boxed = |ty: &Ref<PyType>, immediate| {
        let payload = ty.info.payload_bytes as usize;
        vec![(ty.display_name(vm), Facts { payload, immediate, ..Facts::default() })]
    };
    if word.is_float() { return boxed(&vm.types.float, reflect::immediate_float(word.as_float().unwrap_or_default())) }
    if let Some(n) = word.as_small() { return boxed(&vm.types.int, reflect::immediate_int(n)) }
    let steady = |obj: ObjPtr| {
        let mut facts = facts(vm, obj);
        if let Some(attrs) = &mut facts.attrs { attrs.found = None }
        (type_name(vm, obj), facts)
    };
    let obj = word.ptr();
    let mut out = vec![steady(obj)];
    if instar_object::attrs::has_dict(obj) && let Some(dict) = instar_object::attrs::dict(obj) { out.push(steady(dict.ptr())) }
    out
}

fn type_name(vm: &Vm, obj: ObjPtr) -> String {
    // SAFETY: an object's type is a live type object.
    unsafe { Ref::<PyType>::from_owned_unchecked(Owned::share_ptr(obj.ty())) }.display_name(vm)
}

impl Vm {
    /// Objects that only the interpreter's own tables hold.
    fn census_roots(&self) -> Vec<Word> {
        let c = &self.consts;
        let mut roots: Vec<Word> = self.names.all().map(Owned::word).collect();
        roots.extend([&c.none, &c.true_, &c.false_, &c.ellipsis, &c.not_implemented, c.empty_tuple.obj(), &c.empty_str, &c.empty_bytes].map(Owned::word));
        roots.extend(c.single_bytes.iter().filter_map(|b| b.get()).map(Owned::word));
        roots.extend(c.latin1.iter().chain(&c.small_ints).map(Owned::word));
        roots.extend(c.memory_errors.iter().map(|e| e.obj().word()));
        roots.extend(self.types.all().iter().map(|t| t.obj().word()));
        roots.extend(self.interned.all().map(Owned::word));
        roots
    }
}
