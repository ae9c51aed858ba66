//! `accumulate`, `batched`, `chain`, `pairwise`, `starmap`, `zip_longest`.

use std::cell::Cell;

use instar_code::Binary;
use instar_vm::args::Args;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::object::{Guarded, Slot};
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Ref, Vm};

use super::{add, bind, positional, required, this};
use crate::support::given;

struct Accumulate { iterator: Owned, function: Option<Owned>, total: Slot, initial: Slot }
trace! { Accumulate { iterator, function, total, initial } }
instar_vm::fields! { Accumulate { iterator, function, total, initial } }
payload!(Accumulate, "accumulate");

static ACCUMULATE: TypeDef = TypeDef { doc: "Return series of accumulated sums.", sig: "(iterable, func=None, *, initial=None)", methods: &[], getset: &[] };

fn accumulate_new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let bound = bind(vm, "accumulate", ACCUMULATE.sig, args)?;
    let iterable = required(vm, &bound[0])?;
    let iterator = vm.iter(&iterable)?;
    let (function, initial) = (given(vm, bound[1].as_ref()), given(vm, bound[2].as_ref()));
    Ok(vm.new_object_of(ty, Accumulate { iterator, function, total: Slot::default(), initial: Slot::new(initial) })?.into_obj())
}

fn accumulate_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let a = this::<Accumulate>(o);
    if let Some(initial) = a.initial.take() {
        a.total.set(Some(initial.clone()));
        return Ok(Some(initial));
    }
    let Some(item) = vm.next(&a.iterator)? else { return Ok(None) };
    let total = match (a.total.get(), &a.function) {
        (None, _) => item,
        (Some(total), None) => vm.binary(Binary::Add, &total, &item)?,
        (Some(total), Some(f)) => vm.call2(f, &total, &item)?,
    };
    a.total.set(Some(total.clone()));
    Ok(Some(total))
}

struct Batched { iterator: Slot, size: usize, strict: bool }
trace! { Batched { iterator } }
instar_vm::fields! { Batched { iterator, size, strict } }
payload!(Batched, "batched");

static BATCHED: TypeDef = TypeDef { doc: "Batch data into tuples of length n. The last batch may be shorter than n.\n\nLoops over the input iterable and accumulates data into tuples\nup to size n.  The input is consumed lazily, just enough to\nfill a batch.  The result is yielded as soon as a batch is full\nor when the input iterable is exhausted.\n\n    >>> for batch in batched('ABCDEFG', 3):\n    ...     print(batch)\n    ...\n    ('A', 'B', 'C')\n    ('D', 'E', 'F')\n    ('G',)\n\nIf \"strict\" is True, raises a ValueError if the final batch is shorter\nthan n.", sig: "(iterable, n, *, strict=False)", methods: &[], getset: &[] };

fn batched_new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let bound = bind(vm, "batched", BATCHED.sig, args)?;
    let (iterable, n) = (required(vm, &bound[0])?, required(vm, &bound[1])?);
    let n = vm.index_i64(&n)? as isize;
    let strict = match &bound[2] { Some(s) => vm.truth(s)?, None => false };
    let Some(size) = usize::try_from(n).ok().filter(|n| *n > 0) else { return Err(vm.value_error("n must be at least one")) };
    let it = vm.iter(&iterable)?;
    Ok(vm.new_object_of(ty, Batched { iterator: Slot::new(Some(it)), size, strict })?.into_obj())
}

fn batched_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let b = this::<Batched>(o);
    let Some(it) = b.iterator.get() else { return Ok(None) };
    let mut items = Vec::new();
    while items.len() < b.size {
        match vm.next(&it) {
            Ok(Some(item)) => { items.try_reserve(1).map_err(|_| vm.no_memory())?; items.push(item) }
            Ok(None) => break,
            Err(e) => { b.iterator.set(None); return Err(e) }
        }
    }
    if items.len() < b.size {
        b.iterator.set(None);
        if items.is_empty() { return Ok(None) }
        if b.strict { return Err(vm.value_error("batched(): incomplete batch")) }
    }
    Ok(Some(vm.new_tuple(items)?.into_obj()))
}

/// `chain`: an iterator over the iterables, and the one at work.
struct Chain { source: Slot, active: Slot }
trace! { Chain { source, active } }
instar_vm::fields! { Chain { source, active } }
payload!(Chain, "chain");

static CHAIN: TypeDef = TypeDef {
    doc: "Return a chain object whose .__next__() method returns elements from the\nfirst iterable until it is exhausted, then elements from the next\niterable, until all of the iterables are exhausted.", sig: "(*iterables)",
    methods: &[
        Def::class("from_iterable", "($type, iterable, /)", Native::N1(chain_from)).doc("Alternative chain() constructor taking a single iterable argument that evaluates lazily."),
        Def::class("__class_getitem__", "($type, object, /)", Native::N1(|vm, class, item| vm.new_generic_alias(class, item))).doc("See PEP 585"),
    ],
    getset: &[],
};

fn chain_of(vm: &mut Vm, ty: &TypeRef, source: Owned) -> PyResult {
    Ok(vm.new_object_of(ty, Chain { source: Slot::new(Some(source)), active: Slot::default() })?.into_obj())
}

fn chain_new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let iterables = positional(vm, ty, "chain", args, 0, usize::MAX)?;
    let all = vm.new_tuple_from(iterables)?.into_obj();
    let source = vm.iter(&all)?;
    chain_of(vm, ty, source)
}

fn chain_from(vm: &mut Vm, class: &Owned, iterable: &Owned) -> PyResult {
    let Some(ty) = TypeRef::from_obj(class).cloned() else { return Err(vm.type_error("from_iterable() needs a class")) };
    let source = vm.iter(iterable)?;
    chain_of(vm, &ty, source)
}

fn chain_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let c = this::<Chain>(o);
    loop {
        let Some(source) = c.source.get() else { return Ok(None) };
        let active = match c.active.get() {
            Some(active) => active,
            None => {
                let opened = match vm.next(&source) { Ok(Some(iterable)) => vm.iter(&iterable).map(Some), Ok(None) => Ok(None), Err(e) => Err(e) };
                match opened {
                    Ok(Some(it)) => { c.active.set(Some(it.clone())); it }
                    other => { c.source.set(None); return other.map(|_| None) }
                }
            }
        };
        if let Some(item) = vm.next(&active)? { return Ok(Some(item)) }
        c.active.set(None);
        vm.safe_point()?;
    }
}

struct Pairwise { iterator: Slot, old: Slot }
trace! { Pairwise { iterator, old } }
instar_vm::fields! { Pairwise { iterator, old } }
payload!(Pairwise, "pairwise");

static PAIRWISE: TypeDef = TypeDef { doc: "Return an iterator of overlapping pairs taken from the input iterator.\n\n    s -> (s0,s1), (s1,s2), (s2, s3), ...", sig: "(iterable, /)", methods: &[], getset: &[] };

fn pairwise_new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let iterable = &positional(vm, ty, "pairwise", args, 1, 1)?[0];
    let it = vm.iter(iterable)?;
    Ok(vm.new_object_of(ty, Pairwise { iterator: Slot::new(Some(it)), old: Slot::default() })?.into_obj())
}

fn pairwise_step(vm: &mut Vm, p: &Pairwise) -> PyResult<Option<Owned>> {
    let Some(it) = p.iterator.get() else { return Ok(None) };
    let old = match p.old.get() {
        Some(old) => old,
        None => {
            let Some(first) = vm.next(&it)? else { return Ok(None) };
            p.old.set(Some(first.clone()));
            // Getting it may have run this iterator.
            if !p.iterator.is_some() { return Ok(None) }
            first
        }
    };
    let Some(new) = vm.next(&it)? else { return Ok(None) };
    p.old.set(Some(new.clone()));
    Ok(Some(vm.new_tuple([old, new])?.into_obj()))
}

fn pairwise_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let p = this::<Pairwise>(o);
    let pair = pairwise_step(vm, p);
    if !matches!(pair, Ok(Some(_))) {
        p.iterator.set(None);
        p.old.set(None);
    }
    pair
}

struct StarMap { function: Owned, iterator: Owned }
trace! { StarMap { function, iterator } }
instar_vm::fields! { StarMap { function, iterator } }
payload!(StarMap, "starmap");

static STARMAP: TypeDef = TypeDef { doc: "Return an iterator whose values are returned from the function evaluated with an argument tuple taken from the given sequence.", sig: "(function, iterable, /)", methods: &[], getset: &[] };

fn starmap_new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let two = positional(vm, ty, "starmap", args, 2, 2)?;
    let iterator = vm.iter(&two[1])?;
    Ok(vm.new_object_of(ty, StarMap { function: two[0].clone(), iterator })?.into_obj())
}

fn starmap_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let s = this::<StarMap>(o);
    let Some(args) = vm.next(&s.iterator)? else { return Ok(None) };
    match args.cast::<PyTuple>() {
        Some(t) => vm.call_n(&s.function, t.items()).map(Some),
        None => { let args = vm.collect(&args)?; vm.call_n(&s.function, &args).map(Some) }
    }
}

/// `zip_longest`: an ended iterator's place is empty.
struct ZipLongest { iterators: Guarded<Vec<Option<Owned>>>, active: Cell<usize>, fill: Owned }
trace! { ZipLongest { iterators, fill } }
instar_vm::fields! { ZipLongest { iterators, active, fill } }
payload!(ZipLongest, "zip_longest");

static ZIP_LONGEST: TypeDef = TypeDef { doc: "Return a zip_longest object whose .__next__() method returns a tuple where\nthe i-th element comes from the i-th iterable argument.  The .__next__()\nmethod continues until the longest iterable in the argument sequence\nis exhausted and then it raises StopIteration.  When the shorter iterables\nare exhausted, the fillvalue is substituted in their place.  The fillvalue\ndefaults to None or can be specified by a keyword argument.\n", sig: "(*iterables, fillvalue=None)", methods: &[], getset: &[] };

fn zip_longest_new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let mut fill = vm.none();
    for (name, value) in args.keywords() {
        if !name.cast::<PyStr>().is_some_and(|n| (**n).is("fillvalue")) { return Err(vm.type_error("zip_longest() got an unexpected keyword argument")) }
        fill = value.clone();
    }
    let iterators = args.pos().iter().map(|i| vm.iter(i).map(Some)).collect::<PyResult<Vec<_>>>()?;
    let active = Cell::new(iterators.len());
    Ok(vm.new_object_of(ty, ZipLongest { iterators: Guarded::new(iterators), active, fill })?.into_obj())
}

fn zip_longest_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let z = this::<ZipLongest>(o);
    let n = z.iterators.get(vm).len();
    if n == 0 || z.active.get() == 0 { return Ok(None) }
    let mut items = Vec::with_capacity(n);
    for i in 0..n {
        let Some(it) = z.iterators.get(vm).get(i).cloned().flatten() else { items.push(z.fill.clone()); continue };
        match vm.next(&it) {
            Ok(Some(item)) => items.push(item),
            Ok(None) => {
                let was = z.iterators.get_mut(vm).get_mut(i).and_then(Option::take);
                if was.is_some() { z.active.set(z.active.get().saturating_sub(1)) }
                drop(was);
                if z.active.get() == 0 { return Ok(None) }
                items.push(z.fill.clone());
            }
            Err(e) => { z.active.set(0); return Err(e) }
        }
    }
    Ok(Some(vm.new_tuple(items)?.into_obj()))
}

/// Makes the types.
pub(super) fn make(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    add::<Accumulate>(vm, ns, "accumulate", accumulate_new, accumulate_next, &ACCUMULATE)?;
    add::<Batched>(vm, ns, "batched", batched_new, batched_next, &BATCHED)?;
    add::<Chain>(vm, ns, "chain", chain_new, chain_next, &CHAIN)?;
    add::<Pairwise>(vm, ns, "pairwise", pairwise_new, pairwise_next, &PAIRWISE)?;
    add::<StarMap>(vm, ns, "starmap", starmap_new, starmap_next, &STARMAP)?;
    add::<ZipLongest>(vm, ns, "zip_longest", zip_longest_new, zip_longest_next, &ZIP_LONGEST)?;
    Ok(())
}
