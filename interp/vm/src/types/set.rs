//! `set`: storage access, lookups that may run Python, and what Python sees of the mutable set.
//!
//! `set` and `frozenset` share the payload. Iteration order is CPython's (the table keeps it). Not here: operations on
//! two sets (`set_ops.rs`), methods both types have (`set_methods.rs`), iterators (`set_iter.rs`).

use std::cell::Cell;

use instar_base_hash::FrozensetHasher;
use instar_code::Binary;
use instar_object::{SetTable, Step};

use crate::{payload, trace};
use crate::args::{check_count, Args};
use crate::native::{Def, Native, TypeDef};
use crate::object::{Guarded, ObjExt, Owned, Ref};
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::dict::{borrowed, explain_unhashable, shared};
use crate::types::set_methods as shared;
use crate::types::set_ops;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Vm};

/// Payload of `set` and `frozenset`.
pub struct PySet {
    pub(crate) table: Guarded<SetTable>,
    /// Hash of a frozenset once computed, else -1.
    pub(crate) hash: Cell<i64>,
}

trace! { PySet { table } }
crate::fields! { PySet { table, hash } table }
payload!(PySet, "set", set, GcWeak);

enum Found {
    Entry(usize),
    Nothing,
    Changed,
}

impl PySet {
    /// An empty payload.
    pub fn empty() -> Self { Self::of(SetTable::new()) }
    pub(crate) fn of(table: SetTable) -> Self { PySet { table: Guarded::new(table), hash: Cell::new(-1) } }

    /// The table.
    #[inline(always)]
    pub(crate) fn table<'a>(&'a self, vm: &'a Vm) -> &'a SetTable { self.table.get(vm) }
    /// Number of items.
    #[inline(always)]
    pub fn len(&self, vm: &Vm) -> usize { self.table(vm).len() }
    /// Whether it is empty.
    pub fn is_empty(&self, vm: &Vm) -> bool { self.len(vm) == 0 }

    /// The place of `key`, which hashes to `hash`. May run `__eq__`.
    #[inline]
    pub fn find(&self, vm: &mut Vm, hash: i64, key: &Owned) -> PyResult<Option<usize>> {
        if self.table(vm).is_empty() { return Ok(None) }
        loop {
            match self.find_once(vm, hash, key)? {
                Found::Entry(entry) => return Ok(Some(entry)),
                Found::Nothing => return Ok(None),
                Found::Changed => vm.safe_point()?,
            }
        }
    }

    fn find_once(&self, vm: &mut Vm, hash: i64, key: &Owned) -> PyResult<Found> {
        let table = self.table(vm);
        let place = table.place();
        let mut probe = table.probe(hash);
        loop {
            let table = self.table(vm);
            match table.step(&mut probe, key.word()) {
                Step::Hit(entry) => return Ok(Found::Entry(entry)),
                Step::Miss => return Ok(Found::Nothing),
                Step::Maybe(entry) => {
                    match vm.equal_without_python(borrowed(&table.key(entry)), key) {
                        Some(true) => return Ok(Found::Entry(entry)),
                        Some(false) => {}
                        None => {
                            let stored = shared(table.key(entry));
                            let equal = vm.equal(&stored, key)?;
                            let table = self.table(vm);
                            // CPython 3.14: other keys may come and go meanwhile.
                            if table.place() != place || entry >= table.entry_count() || !table.key(entry).same(stored.word()) { return Ok(Found::Changed) }
                            if equal { return Ok(Found::Entry(entry)) }
                        }
                    }
                }
            }
        }
    }

    /// Adds `key`, hashing it.
    pub fn add(&self, vm: &mut Vm, key: &Owned) -> PyResult<()> { self.insert(vm, key).map(|_| ()) }

    /// Adds `key`, hashing it; whether it is new.
    pub fn insert(&self, vm: &mut Vm, key: &Owned) -> PyResult<bool> {
        let hash = item_hash(vm, key)?;
        self.add_hashed(vm, hash, key)
    }

    /// Adds `key` with its hash; whether it is new.
    pub(crate) fn add_hashed(&self, vm: &mut Vm, hash: i64, key: &Owned) -> PyResult<bool> {
        if self.find(vm, hash, key)?.is_some() { return Ok(false) }
        match self.table.get_mut(vm).insert_new(hash, key.clone()) {
            Ok(()) => Ok(true),
            Err(e) => Err(vm.out_of_memory(e)),
        }
    }

    /// Whether `key` is in it; a set as key counts as the equal frozenset.
    pub fn contains(&self, vm: &mut Vm, key: &Owned) -> PyResult<bool> {
        let hash = lookup_hash(vm, key)?;
        Ok(self.find(vm, hash, key)?.is_some())
    }

    /// Removes `key`; whether it was there. A set as key counts as the equal frozenset.
    pub fn discard(&self, vm: &mut Vm, key: &Owned) -> PyResult<bool> {
        let hash = lookup_hash(vm, key)?;
        self.discard_hashed(vm, hash, key)
    }

    pub(crate) fn discard_hashed(&self, vm: &mut Vm, hash: i64, key: &Owned) -> PyResult<bool> {
        match self.find(vm, hash, key)? {
            Some(entry) => {
                drop(self.table.get_mut(vm).remove(entry));
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// Removes and returns an item.
    pub fn pop(&self, vm: &mut Vm) -> Option<Owned> { self.table.get_mut(vm).pop().map(|(_, key)| key) }

    /// Empties it; the items die when it is empty.
    pub fn clear(&self, vm: &mut Vm) { drop(self.table.get_mut(vm).clear()) }

    /// The first item at or after position `pos`: `(next position, hash, key)`. Start at 0.
    #[inline]
    pub fn next_entry(&self, vm: &Vm, pos: usize) -> Option<(usize, i64, Owned)> {
        let table = self.table(vm);
        let entry = table.next(pos)?;
        Some((entry + 1, table.hash(entry), shared(table.key(entry))))
    }

    /// All items, in order.
    pub fn items(&self, vm: &Vm) -> PyResult<Vec<Owned>> {
        let mut all = Vec::new();
        all.try_reserve_exact(self.len(vm)).map_err(|_| vm.no_memory())?;
        let mut pos = 0;
        while let Some((next, _, key)) = self.next_entry(vm, pos) {
            all.push(key);
            pos = next;
        }
        Ok(all)
    }

    /// The hash of the equal frozenset. Depends on the items only, not their order.
    pub(crate) fn frozen_hash(&self, vm: &Vm) -> i64 {
        let mut hasher = FrozensetHasher::new();
        let table = self.table(vm);
        let mut pos = 0;
        while let Some(entry) = table.next(pos) {
            hasher.push(table.hash(entry));
            pos = entry + 1;
        }
        hasher.finish()
    }
}

/// Hash of an item to add; TypeError naming set if it has none.
pub(crate) fn item_hash(vm: &mut Vm, key: &Owned) -> PyResult<i64> {
    if key.is_exact::<PyStr>(vm) { return Ok(crate::types::dict::str_hash(vm, key)) }
    match vm.hash(key) {
        Ok(hash) => Ok(hash),
        Err(e) => Err(explain_unhashable(vm, key, e, "a set element")),
    }
}

/// Hash of an item to look for: a set stands for the equal frozenset.
pub(crate) fn lookup_hash(vm: &mut Vm, key: &Owned) -> PyResult<i64> {
    if key.is_exact::<PyStr>(vm) { return Ok(crate::types::dict::str_hash(vm, key)) }
    match vm.hash(key) {
        Ok(hash) => Ok(hash),
        Err(e) => match key.cast::<PySet>() {
            Some(set) if e.is(vm, &vm.types.type_error) && is_set(vm, key) => Ok(set.frozen_hash(vm)),
            _ => Err(explain_unhashable(vm, key, e, "a set element")),
        },
    }
}

/// Whether `o` is a `set` (not a frozenset) or an instance of a subclass.
pub(crate) fn is_set(vm: &Vm, o: &Owned) -> bool { o.is_instance_of(vm, &vm.types.set) }

impl Vm {
    /// An empty set.
    pub fn new_set(&self) -> PyResult<Ref<PySet>> { self.new_object(PySet::empty()) }

    /// A set of these items; hashing and comparing them may run Python.
    pub fn new_set_from(&mut self, items: impl IntoIterator<Item = Owned>) -> PyResult<Ref<PySet>> {
        let set = self.new_set()?;
        for item in items { set.add(self, &item)?; }
        Ok(set)
    }
}

pub(crate) fn this_set(this: &Owned) -> &Ref<PySet> { this.cast::<PySet>().expect("law: checked by the descriptor") }

/// Docs, methods and attributes of `set`.
pub static DEF: TypeDef = TypeDef {
    doc: "An unordered collection of different hashable objects, changeable.",
    sig: "(iterable=(), /)",
    methods: &[
        shared::CONTAINS, shared::DIFFERENCE, shared::INTERSECTION, shared::ISDISJOINT, shared::ISSUBSET, shared::ISSUPERSET, shared::REDUCE,
        shared::SIZEOF, shared::SYMMETRIC_DIFFERENCE, shared::UNION, shared::CLASS_GETITEM,
        Def::new("add", "($self, object, /)", Native::N1(add)).doc("Add object; nothing happens if it is there already."),
        Def::new("clear", "($self, /)", Native::N0(clear)).doc("Remove all items."),
        Def::new("copy", "($self, /)", Native::N0(shared::copy)).doc("A new set of the same items."),
        Def::new("discard", "($self, object, /)", Native::N1(discard)).doc("Remove object if it is there."),
        Def::new("difference_update", "($self, /, *others)", Native::Full(difference_update)).doc("Remove every item that one of the others has."),
        Def::new("intersection_update", "($self, /, *others)", Native::Full(intersection_update)).doc("Keep only what all the others have too."),
        Def::new("pop", "($self, /)", Native::N0(pop)).doc("Remove and return some item; KeyError if there is none."),
        Def::new("remove", "($self, object, /)", Native::N1(remove)).doc("Remove object; KeyError if it is not there."),
        Def::new("symmetric_difference_update", "($self, other, /)", Native::N1(symmetric_difference_update)).doc("Keep what exactly one of both has."),
        Def::new("update", "($self, /, *others)", Native::Full(update)).doc("Add every item of the others."),
    ],
    getset: &[],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.set.clone();
    let mut slots = Slots { new: Some(new), init: Some(initialise), ..shared::slots() };
    slots.binary[Binary::InplaceSub as usize] = Some(inplace_sub);
    slots.binary[Binary::InplaceAnd as usize] = Some(inplace_and);
    slots.binary[Binary::InplaceXor as usize] = Some(inplace_xor);
    slots.binary[Binary::InplaceOr as usize] = Some(inplace_or);
    vm.fill_type(&ty, slots, &DEF)
}

fn new(vm: &mut Vm, ty: &TypeRef, _args: Args<'_>) -> PyResult { Ok(vm.new_object_of(ty, PySet::empty())?.into_obj()) }

fn initialise(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult<()> {
    args.no_keywords(vm, "set")?;
    if args.pos().len() > 1 {
        let name = this.type_name(vm);
        check_count(vm, &name, args.pos().len(), 0, 1)?;
    }
    let set = this_set(this);
    set.clear(vm);
    match args.pos().first() {
        Some(iterable) => set_ops::update(vm, set, iterable),
        None => Ok(()),
    }
}

fn add(vm: &mut Vm, this: &Owned, key: &Owned) -> PyResult {
    this_set(this).add(vm, key)?;
    Ok(vm.none())
}

fn clear(vm: &mut Vm, this: &Owned) -> PyResult {
    this_set(this).clear(vm);
    Ok(vm.none())
}

fn discard(vm: &mut Vm, this: &Owned, key: &Owned) -> PyResult {
    this_set(this).discard(vm, key)?;
    Ok(vm.none())
}

fn remove(vm: &mut Vm, this: &Owned, key: &Owned) -> PyResult {
    if this_set(this).discard(vm, key)? { Ok(vm.none()) } else { Err(vm.key_error(key)) }
}

fn pop(vm: &mut Vm, this: &Owned) -> PyResult {
    match this_set(this).pop(vm) {
        Some(item) => Ok(item),
        None => {
            let message = vm.new_str("pop from an empty set")?;
            Err(vm.key_error(&message))
        }
    }
}

fn update(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult {
    args.no_keywords(vm, "set.update")?;
    for other in args.pos() { set_ops::update(vm, this_set(this), other)? }
    Ok(vm.none())
}

fn difference_update(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult {
    args.no_keywords(vm, "set.difference_update")?;
    for other in args.pos() { set_ops::difference_update(vm, this_set(this), other)? }
    Ok(vm.none())
}

fn intersection_update(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult {
    args.no_keywords(vm, "set.intersection_update")?;
    let set = this_set(this);
    let kept = set_ops::intersection_of_all(vm, set, args.pos())?;
    set_ops::take_over(vm, set, &kept);
    Ok(vm.none())
}

fn symmetric_difference_update(vm: &mut Vm, this: &Owned, other: &Owned) -> PyResult {
    set_ops::symmetric_difference_update(vm, this_set(this), other)?;
    Ok(vm.none())
}

/// Runs an in-place operator if both operands are sets.
fn inplace(vm: &mut Vm, a: &Owned, b: &Owned, run: impl FnOnce(&mut Vm, &Ref<PySet>) -> PyResult<()>) -> PyResult {
    let (Some(set), Some(_)) = (a.cast::<PySet>(), b.cast::<PySet>()) else { return Ok(vm.not_implemented()) };
    run(vm, set)?;
    Ok(a.clone())
}

fn inplace_or(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult { inplace(vm, a, b, |vm, set| set_ops::update(vm, set, b)) }
fn inplace_sub(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult { inplace(vm, a, b, |vm, set| set_ops::difference_update(vm, set, b)) }
fn inplace_xor(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult { inplace(vm, a, b, |vm, set| set_ops::symmetric_difference_update(vm, set, b)) }
fn inplace_and(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    inplace(vm, a, b, |vm, set| {
        let kept = set_ops::intersection(vm, set, b)?;
        set_ops::take_over(vm, set, &kept);
        Ok(())
    })
}
