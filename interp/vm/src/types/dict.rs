//! `dict`: storage access, lookups that may run Python, and the functions the rest of the interpreter uses.
//!
//! A lookup compares keys by calling `__eq__` only where neither identity nor string contents decide; after such a call
//! it starts again if the table changed. Not here: the methods Python sees (`dict_methods.rs`), updating from other
//! objects (`dict_update.rs`), views (`dict_view.rs`), iterators (`dict_iter.rs`), the table itself (`instar-object`).

use std::borrow::Borrow;

use instar_object::{DictTable, Step};

use crate::{payload, trace};
use crate::object::{Guarded, ObjExt, Owned, Ref, Word};
use crate::protocol::compare::unhashable;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Raised, Vm};

/// Payload of `dict`.
pub struct PyDict {
    pub(crate) table: Guarded<DictTable>,
}

trace! { PyDict { table } }
crate::fields! { PyDict { table } table }
payload!(PyDict, "dict", dict, Gc);

/// What a comparison of keys did to a lookup.
enum Found {
    Entry(usize),
    Nothing,
    Changed,
}

impl PyDict {
    /// An empty payload.
    pub fn empty() -> Self { PyDict { table: Guarded::new(DictTable::new()) } }

    /// The table.
    #[inline(always)]
    pub(crate) fn table<'a>(&'a self, vm: &'a Vm) -> &'a DictTable { self.table.get(vm) }
    /// Number of entries.
    #[inline(always)]
    pub fn len(&self, vm: &Vm) -> usize { self.table(vm).len() }
    /// Whether it is empty.
    pub fn is_empty(&self, vm: &Vm) -> bool { self.len(vm) == 0 }

    /// The entry of `key`, which hashes to `hash`. May run `__eq__`.
    #[inline]
    pub fn find(&self, vm: &mut Vm, hash: i64, key: &Owned) -> PyResult<Option<usize>> {
        let table = self.table(vm);
        if table.is_empty() { return Ok(None) }
        // Among exact strings nothing runs Python.
        if table.is_all_str() && key.is_exact::<PyStr>(vm) { return Ok(self.find_str(vm, hash, key)) }
        self.find_any(vm, hash, key)
    }

    fn find_any(&self, vm: &mut Vm, hash: i64, key: &Owned) -> PyResult<Option<usize>> {
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

    /// The entry of an exact str key among exact str keys; `None` also where only Python code could tell.
    pub fn find_str(&self, vm: &Vm, hash: i64, key: &Owned) -> Option<usize> {
        let table = self.table(vm);
        let mut probe = table.probe(hash);
        loop {
            match table.step(&mut probe, key.word()) {
                Step::Hit(entry) => return Some(entry),
                Step::Miss => return None,
                Step::Maybe(entry) => if vm.equal_without_python(borrowed(&table.key(entry)), key) == Some(true) { return Some(entry) },
            }
        }
    }

    /// The entry of an interned name (an exact str).
    #[inline]
    pub fn find_interned(&self, vm: &Vm, name: &Owned) -> Option<usize> { self.find_str(vm, str_hash(vm, name), name) }

    /// The value of an interned name. Never runs Python.
    #[inline]
    pub fn get_interned(&self, vm: &Vm, name: &Owned) -> Option<Owned> { self.find_interned(vm, name).map(|e| self.value_at(vm, e)) }

    /// `self[name] = value` for an exact str. Runs Python only if a key that is no exact str has the same hash.
    pub fn set_interned(&self, vm: &mut Vm, name: &Owned, value: impl Borrow<Owned>) -> PyResult<()> { self.set_item(vm, name, value.borrow()) }

    /// A share of the value of an entry found before, with no change in between.
    #[inline]
    pub fn value_at(&self, vm: &Vm, entry: usize) -> Owned { shared(self.table(vm).value(entry)) }

    /// A share of the key of an entry found before, with no change in between.
    #[inline]
    pub fn key_at(&self, vm: &Vm, entry: usize) -> Owned { shared(self.table(vm).key(entry)) }

    /// Version of the set of keys and their places: as long as it stays, entry numbers mean the same keys and names that
    /// were missing are missing. 0 if versions ran out or the dict never had a key.
    pub fn keys_version(&self, vm: &mut Vm) -> u32 {
        let known = self.table(vm).keys_version();
        if known != 0 || vm.next_keys_version == 0 { return known }
        let version = vm.next_keys_version;
        vm.next_keys_version = version.wrapping_add(1);
        self.table(vm).set_keys_version(version);
        self.table(vm).keys_version()
    }

    /// The version if there is one by now, else 0 (which no cache holds).
    #[inline(always)]
    pub fn keys_version_raw(&self) -> u32 {
        // SAFETY: reads one cell; the reference ends here.
        unsafe { self.table.get_unguarded().keys_version() }
    }

    /// `self.get(key)`. May run `__hash__` and `__eq__`.
    #[inline]
    pub fn get_item(&self, vm: &mut Vm, key: &Owned) -> PyResult<Option<Owned>> {
        let hash = key_hash(vm, key)?;
        Ok(self.find(vm, hash, key)?.map(|e| self.value_at(vm, e)))
    }

    /// Whether `key` is there.
    pub fn contains(&self, vm: &mut Vm, key: &Owned) -> PyResult<bool> {
        let hash = key_hash(vm, key)?;
        Ok(self.find(vm, hash, key)?.is_some())
    }

    /// `self[key] = value`
    #[inline]
    pub fn set_item(&self, vm: &mut Vm, key: &Owned, value: &Owned) -> PyResult<()> {
        let hash = key_hash(vm, key)?;
        self.set_hashed(vm, hash, key, value.clone())
    }

    /// `self[key] = value` with the hash known.
    pub fn set_hashed(&self, vm: &mut Vm, hash: i64, key: &Owned, value: Owned) -> PyResult<()> {
        match self.find(vm, hash, key)? {
            Some(entry) => {
                let old = self.table.get_mut(vm).replace(entry, value);
                drop(old);
                Ok(())
            }
            None => self.insert_new(vm, hash, key, value),
        }
    }

    /// Adds an entry whose key is known to be absent.
    pub(crate) fn insert_new(&self, vm: &mut Vm, hash: i64, key: &Owned, value: Owned) -> PyResult<()> {
        match self.table.get_mut(vm).insert_new(hash, key.clone(), value) {
            Ok(_) => Ok(()),
            Err(e) => Err(vm.out_of_memory(e)),
        }
    }

    /// The value of `key`, added with `make`'s value if absent.
    pub fn set_default(&self, vm: &mut Vm, key: &Owned, default: &Owned) -> PyResult {
        let hash = key_hash(vm, key)?;
        if let Some(entry) = self.find(vm, hash, key)? { return Ok(self.value_at(vm, entry)) }
        self.insert_new(vm, hash, key, default.clone())?;
        Ok(default.clone())
    }

    /// `del self[key]`; whether it was there.
    pub fn del_item(&self, vm: &mut Vm, key: &Owned) -> PyResult<bool> { Ok(self.pop(vm, key)?.is_some()) }

    /// Removes `key` and returns its value.
    pub fn pop(&self, vm: &mut Vm, key: &Owned) -> PyResult<Option<Owned>> {
        let hash = key_hash(vm, key)?;
        self.pop_hashed(vm, hash, key)
    }

    /// As [`PyDict::pop`] with the hash known.
    pub fn pop_hashed(&self, vm: &mut Vm, hash: i64, key: &Owned) -> PyResult<Option<Owned>> {
        let Some(entry) = self.find(vm, hash, key)? else { return Ok(None) };
        let (key, value) = self.table.get_mut(vm).remove(entry);
        drop(key);
        Ok(Some(value))
    }

    /// Removes and returns the last entry.
    pub fn pop_last(&self, vm: &mut Vm) -> Option<(Owned, Owned)> { self.table.get_mut(vm).pop_last().map(|(_, key, value)| (key, value)) }

    /// Empties it; the entries die when it is empty.
    pub fn clear(&self, vm: &mut Vm) {
        let old = self.table.get_mut(vm).clear();
        drop(old);
    }

    /// The first entry at or after position `pos`: `(next position, key, value)`. Start at 0.
    pub fn next_entry(&self, vm: &Vm, pos: usize) -> Option<(usize, Owned, Owned)> {
        let table = self.table(vm);
        let entry = table.next(pos)?;
        Some((entry + 1, shared(table.key(entry)), shared(table.value(entry))))
    }

    /// As [`PyDict::next_entry`], with the hash: `(next position, hash, key, value)`.
    pub(crate) fn next_hashed(&self, vm: &Vm, pos: usize) -> Option<(usize, i64, Owned, Owned)> {
        let table = self.table(vm);
        let entry = table.next(pos)?;
        Some((entry + 1, table.hash(entry), shared(table.key(entry)), shared(table.value(entry))))
    }

    /// The last entry before position `pos`: `(its position, key, value)`. Start at `usize::MAX`.
    pub fn previous_entry(&self, vm: &Vm, pos: usize) -> Option<(usize, Owned, Owned)> {
        let table = self.table(vm);
        let entry = table.prev(pos)?;
        Some((entry, shared(table.key(entry)), shared(table.value(entry))))
    }

    /// All keys, in order.
    pub fn keys(&self, vm: &Vm) -> PyResult<Vec<Owned>> { self.gather(vm, |key, _| key.clone()) }
    /// All values, in order.
    pub fn values(&self, vm: &Vm) -> PyResult<Vec<Owned>> { self.gather(vm, |_, value| value.clone()) }
    /// All pairs, in order.
    pub fn pairs(&self, vm: &Vm) -> PyResult<Vec<(Owned, Owned)>> { self.gather(vm, |key, value| (key.clone(), value.clone())) }

    fn gather<T>(&self, vm: &Vm, take: impl Fn(&Owned, &Owned) -> T) -> PyResult<Vec<T>> {
        let table = self.table(vm);
        let mut all = Vec::new();
        all.try_reserve_exact(table.len()).map_err(|_| vm.no_memory())?;
        let mut pos = 0;
        while let Some(entry) = table.next(pos) {
            all.push(take(borrowed(&table.key(entry)), borrowed(&table.value(entry))));
            pos = entry + 1;
        }
        Ok(all)
    }
}

/// A share of a word that a table keeps alive.
#[inline(always)]
pub(crate) fn shared(word: Word) -> Owned {
    debug_assert!(!word.is_null());
    // SAFETY: law DT1: keys and values of live entries are owned by the table, which the caller's view keeps.
    unsafe { Owned::share_word(word) }
}

/// A word of a live entry as a handle that owns nothing; used within the table's view.
#[inline(always)]
pub(crate) fn borrowed(word: &Word) -> &Owned {
    debug_assert!(!word.is_null());
    // SAFETY: law DT1; `Owned` is `repr(transparent)` over the word and a reference to it drops nothing.
    unsafe { &*std::ptr::from_ref(word).cast::<Owned>() }
}

/// Hash of an exact str.
#[inline]
pub(crate) fn str_hash(vm: &Vm, name: &Owned) -> i64 { name.cast::<PyStr>().expect("law: names are str").hash(vm) }

/// Hash of a dict key; TypeError naming dict if it has none.
#[inline]
pub(crate) fn key_hash(vm: &mut Vm, key: &Owned) -> PyResult<i64> {
    if key.is_exact::<PyStr>(vm) { return Ok(str_hash(vm, key)) }
    match vm.hash(key) {
        Ok(hash) => Ok(hash),
        Err(e) => Err(explain_unhashable(vm, key, e, "a dict key")),
    }
}

impl Vm {
    /// Hash of what is to be looked up in a dict; TypeError naming dict if it has none.
    pub fn dict_key_hash(&mut self, key: &Owned) -> PyResult<i64> { key_hash(self, key) }
}

/// Names the use in the TypeError of an unhashable object.
#[cold]
pub(crate) fn explain_unhashable(vm: &mut Vm, key: &Owned, error: Raised, what: &str) -> Raised {
    if error.exception().obj().type_of(vm).ptr() != vm.types.type_error.ptr() { return error }
    let reason = match vm.str(error.exception().obj()) {
        Ok(text) => text.cast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default(),
        Err(e) => return e,
    };
    drop(error);
    let name = vm.qualified_type_name(key);
    vm.type_error(format!("cannot use '{name}' as {what} ({reason})"))
}

impl Vm {
    /// An empty dict.
    pub fn new_dict(&self) -> PyResult<Ref<PyDict>> { self.new_object(PyDict::empty()) }

    /// A dict of these pairs; keys may run Python.
    pub fn new_dict_from(&mut self, pairs: impl IntoIterator<Item = (Owned, Owned)>) -> PyResult<Ref<PyDict>> {
        let dict = self.new_dict()?;
        for (key, value) in pairs { dict.set_item(self, &key, &value)? }
        Ok(dict)
    }

    /// TypeError of a key that cannot be hashed, for callers that hash themselves.
    #[cold]
    pub fn unhashable_key(&mut self, key: &Owned) -> Raised {
        let error = unhashable(self, key);
        explain_unhashable(self, key, error, "a dict key")
    }
}

/// For the eval loop: a dict of the `count` pairs of words at `from`, which are consumed, on an error too.
///
/// # Safety
/// The words are initialised, non-null and owned.
pub unsafe fn from_words(vm: &mut Vm, from: *const Word, count: usize) -> PyResult {
    // SAFETY: the words stay in their place until they are released or moved; a handle is a word.
    unsafe {
        let mut done = 0;
        let made = vm.new_dict().and_then(|dict| {
            while done < count {
                let (key, value) = (&*from.add(2 * done).cast::<Owned>(), &*from.add(2 * done + 1).cast::<Owned>());
                dict.set_item(vm, key, value)?;
                done += 1;
            }
            Ok(dict.into_obj())
        });
        for i in (0..2 * count).rev() { (*from.add(i)).release() }
        made
    }
}
