//! `product`, `permutations`, `combinations`, `combinations_with_replacement`.
//!
//! All four step through vectors of positions in lexicographic order.

use instar_vm::fallible::CollectVec;
use instar_vm::args::Args;
use instar_vm::native::TypeDef;
use instar_vm::object::Guarded;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::types::int::int_ref;
use instar_vm::{payload, trace, Owned, PyResult, Ref, Vm};

use super::{add, bind, required, this};

/// Where a walk is.
enum Place { Fresh, At(Vec<usize>), Done }

/// A vector of `n` positions made by `f`.
fn positions(vm: &Vm, n: usize, f: impl FnMut(usize) -> usize) -> PyResult<Vec<usize>> {
    let mut v = Vec::new();
    v.try_reserve_exact(n).map_err(|_| vm.no_memory())?;
    v.extend((0..n).map(f));
    Ok(v)
}

struct Product { pools: Vec<Vec<Owned>>, times: usize, place: Guarded<Place> }
trace! { Product { pools } }
instar_vm::fields! { Product { pools, times, place } }
payload!(Product, "product");

static PRODUCT: TypeDef = TypeDef { doc: "Cartesian product of input iterables.  Equivalent to nested for-loops.\n\nFor example, product(A, B) returns the same as:  ((x,y) for x in A for y in B).\nThe leftmost iterators are in the outermost for-loop, so the output tuples\ncycle in a manner similar to an odometer (with the rightmost element changing\non every iteration).", sig: "(*iterables, repeat=1)", methods: &[], getset: &[] };

fn product_new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let mut times = 1;
    let [repeat] = args.at_most_keywords(vm, "product", ["repeat"])?;
    if let Some(value) = &repeat {
        let n = vm.index_i64(value)? as isize;
        let Ok(n) = usize::try_from(n) else { return Err(vm.value_error("repeat argument cannot be negative")) };
        times = n;
    }
    if args.pos().is_empty() || times == 0 { times = 0 }
    else if args.pos().len().checked_mul(times).is_none_or(|n| n > isize::MAX as usize / 8) { return Err(vm.overflow_error("repeat argument too large")) }
    let pools = if times == 0 { Vec::new() } else { args.pos().iter().map(|i| vm.collect(i)).collect::<PyResult<Vec<_>>>()? };
    Ok(vm.new_object_of(ty, Product { pools, times, place: Guarded::new(Place::Fresh) })?.into_obj())
}

fn product_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let p = this::<Product>(o);
    let n = p.pools.len() * p.times;
    let pool = |i: usize| &p.pools[i % p.pools.len()];
    match std::mem::replace(p.place.get_mut(vm), Place::Done) {
        Place::Done => return Ok(None),
        Place::Fresh => {
            if p.pools.iter().any(Vec::is_empty) { return Ok(None) }
            let at = positions(vm, n, |_| 0)?;
            *p.place.get_mut(vm) = Place::At(at);
        }
        Place::At(mut at) => {
            let Some(i) = (0..n).rev().find(|i| at[*i] + 1 < pool(*i).len()) else { return Ok(None) };
            at[i] += 1;
            at[i + 1..].fill(0);
            *p.place.get_mut(vm) = Place::At(at);
        }
    }
    let Place::At(at) = p.place.get(vm) else { return Ok(None) };
    Ok(Some(vm.new_tuple(at.iter().enumerate().map(|(i, k)| pool(i)[*k].clone()).try_vec(vm)?)?.into_obj()))
}

/// A pool, the length of the results, and the place in it; permutations keep their cycles behind the positions.
struct Chosen { pool: Vec<Owned>, r: usize, place: Guarded<Place> }

/// Gives each of the three types its own payload type.
macro_rules! chosen_type {
    ($name:ident, $text:literal) => {
        struct $name(Chosen);
        // SAFETY: visits the handles of the pool, each once.
        unsafe impl instar_vm::object::Trace for $name {
            fn trace(&self, visit: &mut dyn FnMut(instar_vm::object::Word)) { for o in &self.0.pool { visit(o.word()) } }
            // The pool is immutable: what it is in a cycle with breaks it.
            fn clear(&mut self) {}
        }
        instar_vm::fields! { $name { 0 } }
        payload!($name, $text);
    };
}
chosen_type!(Permutations, "permutations");
chosen_type!(Combinations, "combinations");
chosen_type!(WithReplacement, "combinations_with_replacement");

static PERMUTATIONS: TypeDef = TypeDef { doc: "Return successive r-length permutations of elements in the iterable.\n\npermutations(range(3), 2) --> (0,1), (0,2), (1,0), (1,2), (2,0), (2,1)", sig: "(iterable, r=None)", methods: &[], getset: &[] };
static COMBINATIONS: TypeDef = TypeDef { doc: "Return successive r-length combinations of elements in the iterable.\n\ncombinations(range(4), 3) --> (0,1,2), (0,1,3), (0,2,3), (1,2,3)", sig: "(iterable, r)", methods: &[], getset: &[] };
static WITH_REPLACEMENT: TypeDef = TypeDef { doc: "Return successive r-length combinations of elements in the iterable allowing individual elements to have successive repeats.\n\ncombinations_with_replacement('ABC', 2) --> ('A','A'), ('A','B'), ('A','C'), ('B','B'), ('B','C'), ('C','C')", sig: "(iterable, r)", methods: &[], getset: &[] };

fn pool_of(vm: &mut Vm, name: &str, sig: &'static str, args: Args<'_>) -> PyResult<Chosen> {
    let bound = bind(vm, name, sig, args)?;
    let iterable = required(vm, &bound[0])?;
    // Arguments are converted before they are used; `permutations` takes any object and looks at it later.
    let early = match &bound[1] { Some(r) if name != "permutations" => Some(vm.size_argument(r)?), _ => None };
    let pool = vm.collect(&iterable)?;
    let r = match (&bound[1], early) {
        (_, Some(r)) => r,
        (Some(r), None) if !vm.is_none(r) => {
            if int_ref(r).is_none() { return Err(vm.type_error("Expected int as r")) }
            vm.size_argument(r)?
        }
        _ => pool.len() as isize,
    };
    let Ok(r) = usize::try_from(r) else { return Err(vm.value_error("r must be non-negative")) };
    Ok(Chosen { pool, r, place: Guarded::new(Place::Fresh) })
}

fn permutations_new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let made = pool_of(vm, "permutations", PERMUTATIONS.sig, args)?;
    Ok(vm.new_object_of(ty, Permutations(made))?.into_obj())
}
fn combinations_new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let made = pool_of(vm, "combinations", COMBINATIONS.sig, args)?;
    Ok(vm.new_object_of(ty, Combinations(made))?.into_obj())
}
fn with_replacement_new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let made = pool_of(vm, "combinations_with_replacement", WITH_REPLACEMENT.sig, args)?;
    Ok(vm.new_object_of(ty, WithReplacement(made))?.into_obj())
}

/// One step: `start` makes the first positions (if there are any), `step` changes them to the next or says there are none.
fn walk(vm: &mut Vm, c: &Chosen, start: impl FnOnce(&Vm) -> PyResult<Option<Vec<usize>>>, step: impl FnOnce(&mut Vec<usize>) -> bool) -> PyResult<Option<Owned>> {
    let at = match std::mem::replace(c.place.get_mut(vm), Place::Done) {
        Place::Done => None,
        Place::Fresh => start(vm)?,
        Place::At(mut at) => step(&mut at).then_some(at),
    };
    let Some(at) = at else { return Ok(None) };
    let items: Vec<Owned> = at[..c.r].iter().map(|i| c.pool[*i].clone()).try_vec(vm)?;
    *c.place.get_mut(vm) = Place::At(at);
    Ok(Some(vm.new_tuple(items)?.into_obj()))
}

fn permutations_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let c = &this::<Permutations>(o).0;
    let (n, r) = (c.pool.len(), c.r);
    walk(vm, c, |vm| if r > n { Ok(None) } else { positions(vm, n + r, |i| if i < n { i } else { n - (i - n) }).map(Some) }, |at| {
        let (indices, cycles) = at.split_at_mut(n);
        for i in (0..r).rev() {
            cycles[i] -= 1;
            if cycles[i] == 0 {
                indices[i..].rotate_left(1);
                cycles[i] = n - i;
            } else {
                indices.swap(i, n - cycles[i]);
                return true;
            }
        }
        false
    })
}

fn combinations_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let c = &this::<Combinations>(o).0;
    let (n, r) = (c.pool.len(), c.r);
    walk(vm, c, |vm| if r > n { Ok(None) } else { positions(vm, r, |i| i).map(Some) }, |at| {
        let Some(i) = (0..r).rev().find(|i| at[*i] != i + n - r) else { return false };
        at[i] += 1;
        for j in i + 1..r { at[j] = at[j - 1] + 1 }
        true
    })
}

fn with_replacement_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let c = &this::<WithReplacement>(o).0;
    let (n, r) = (c.pool.len(), c.r);
    walk(vm, c, |vm| if n == 0 && r > 0 { Ok(None) } else { positions(vm, r, |_| 0).map(Some) }, |at| {
        let Some(i) = (0..r).rev().find(|i| at[*i] + 1 != n) else { return false };
        let next = at[i] + 1;
        at[i..].fill(next);
        true
    })
}

/// Makes the types.
pub(super) fn make(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    add::<Product>(vm, ns, "product", product_new, product_next, &PRODUCT)?;
    add::<Permutations>(vm, ns, "permutations", permutations_new, permutations_next, &PERMUTATIONS)?;
    add::<Combinations>(vm, ns, "combinations", combinations_new, combinations_next, &COMBINATIONS)?;
    add::<WithReplacement>(vm, ns, "combinations_with_replacement", with_replacement_new, with_replacement_next, &WITH_REPLACEMENT)?;
    Ok(())
}
