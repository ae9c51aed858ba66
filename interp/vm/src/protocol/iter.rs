//! Iteration over any object: `iter`, `next`, and native loops over iterables.
//!
//! A `next` slot says "exhausted" by `Ok(None)`; it may also let a StopIteration through (a generator that returned
//! a value, a callback of `map` that raised one). [`Vm::next`] treats both alike, [`Vm::next_raw`] shows the difference.
//! Not here: the iterator types (`types/`).

use std::ops::ControlFlow;

use crate::object::{ObjExt, Owned};
use crate::types::list::PyList;
use crate::types::seq_iterator::PySeqIter;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Raised, Vm};

/// What an iterator is given up front at most, whatever `__length_hint__` says (the rest grows by need).
const HINT_MAX: usize = 1 << 16;

impl Vm {
    /// `iter(o)`.
    pub fn iter(&mut self, o: &Owned) -> PyResult {
        let slots = o.type_of(self).slots();
        if let Some(f) = slots.iter {
            let it = f(self, o)?;
            if it.type_of(self).slots().next.is_none() {
                return Err(self.type_error(format!("iter() returned non-iterator of type '{}'", it.type_name(self))));
            }
            return Ok(it);
        }
        if slots.getitem.is_some() && o.type_of(self).is_heap_type() { return Ok(self.new_object(PySeqIter::new(o.clone()))?.into_obj()) }
        Err(self.not_iterable(o))
    }

    #[cold]
    fn not_iterable(&mut self, o: &Owned) -> Raised { self.type_error(format!("'{}' object is not iterable", o.type_name(self))) }

    /// The next item; `None` when exhausted, a StopIteration included.
    #[inline]
    pub fn next(&mut self, it: &Owned) -> PyResult<Option<Owned>> {
        match self.next_raw(it) {
            Err(e) => self.end_of_iteration(e),
            done => done,
        }
    }

    #[cold]
    fn end_of_iteration(&mut self, e: Raised) -> PyResult<Option<Owned>> {
        if e.is(self, &self.types.stop_iteration) { Ok(None) } else { Err(e) }
    }

    /// The next item; `Ok(None)` or a StopIteration (which may carry a value) when exhausted.
    #[inline]
    pub fn next_raw(&mut self, it: &Owned) -> PyResult<Option<Owned>> {
        match it.type_of(self).slots().next {
            Some(f) => f(self, it),
            None => Err(self.type_error(format!("'{}' object is not an iterator", it.type_name(self)))),
        }
    }

    /// Every item of an iterable, in a Rust vector. Nobody is asked how many there are, as `tuple()` asks nobody.
    pub fn collect(&mut self, iterable: &Owned) -> PyResult<Vec<Owned>> {
        if iterable.is_exact::<PyList>(self) {
            let list = iterable.cast::<PyList>().expect("law: exact list");
            return self.clone_items(list.items(self));
        }
        if iterable.is_exact::<PyTuple>(self) {
            let tuple = iterable.cast::<PyTuple>().expect("law: exact tuple");
            return self.clone_items(tuple.items());
        }
        if let Some(rest) = crate::types::list_iter::take_rest(self, iterable) { return rest }
        let it = self.iter(iterable)?;
        self.collect_rest(&it, 8)
    }

    /// As `collect`, where CPython makes a list on the way: the iterator, not the iterable, says how many items to expect, and may raise.
    pub fn collect_sized(&mut self, iterable: &Owned) -> PyResult<Vec<Owned>> {
        if iterable.is_exact::<PyList>(self) || iterable.is_exact::<PyTuple>(self) { return self.collect(iterable) }
        let it = self.iter(iterable)?;
        let hint = self.length_hint(&it, 8)?;
        self.collect_rest(&it, hint.min(HINT_MAX))
    }

    fn collect_rest(&mut self, it: &Owned, expected: usize) -> PyResult<Vec<Owned>> {
        let mut items = Vec::new();
        items.try_reserve(expected).map_err(|_| self.no_memory())?;
        while let Some(item) = self.next(it)? {
            if items.len() == items.capacity() { items.try_reserve(items.len() / 2 + 4).map_err(|_| self.no_memory())? }
            items.push(item);
        }
        Ok(items)
    }

    /// A Rust vector of shares of `items`.
    pub(crate) fn clone_items(&self, items: &[Owned]) -> PyResult<Vec<Owned>> {
        let mut copy = Vec::new();
        copy.try_reserve_exact(items.len()).map_err(|_| self.no_memory())?;
        copy.extend_from_slice(items);
        Ok(copy)
    }

    /// Runs `body` on every item until it breaks.
    pub fn for_each(&mut self, iterable: &Owned, mut body: impl FnMut(&mut Vm, Owned) -> PyResult<ControlFlow<()>>) -> PyResult<()> {
        if iterable.is_exact::<PyTuple>(self) {
            let tuple = iterable.cast::<PyTuple>().expect("law: exact tuple");
            for item in tuple.items() {
                if body(self, item.clone())?.is_break() { break }
            }
            return Ok(());
        }
        if iterable.is_exact::<PyList>(self) {
            let list = iterable.cast::<PyList>().expect("law: exact list");
            let mut i = 0;
            while let Some(item) = list.get(self, i) {
                if body(self, item)?.is_break() { break }
                i += 1;
            }
            return Ok(());
        }
        let it = self.iter(iterable)?;
        while let Some(item) = self.next(&it)? {
            if body(self, item)?.is_break() { break }
        }
        Ok(())
    }

    /// A name of the running frame's builtins, for `__reduce__` of iterators. AttributeError if it is not there.
    pub(crate) fn builtin(&mut self, name: &str) -> PyResult {
        let key = self.intern(name)?;
        let builtins = self.current_builtins();
        let found = match builtins.cast::<crate::types::dict::PyDict>().cloned() {
            Some(d) => d.get_item(self, &key)?,
            None => match self.get_item(&builtins, &key) {
                Ok(v) => Some(v),
                Err(e) if e.is(self, &self.types.lookup_error) => None,
                Err(e) => return Err(e),
            },
        };
        found.ok_or_else(|| self.attribute_error(name))
    }

    /// Looks the name up that `__reduce__` will: that may run the program, which may move the iterator. So it comes before a look at it.
    pub(crate) fn settle_builtin(&mut self, name: &str) -> PyResult<()> { self.builtin(name).map(drop) }

    /// `(builtins.name, args)` or `(builtins.name, args, state)`, what iterators reduce to.
    pub fn reduce_to_builtin(&mut self, name: &str, args: Vec<Owned>, state: Option<Owned>) -> PyResult {
        let function = self.builtin(name)?;
        let args = self.new_tuple(args)?.into_obj();
        let mut parts = vec![function, args];
        parts.extend(state);
        Ok(self.new_tuple(parts)?.into_obj())
    }
}
