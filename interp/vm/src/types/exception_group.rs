//! Exception groups (PEP 654): making, splitting, and what `except*` needs.
//!
//! Not here: printing (`display.rs`).

use crate::args::Args;
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref};
use crate::slots::Slots;
use crate::typeobj::{vm_flags, PyType, TypeRef};
use crate::types::exception::{this, PyException};
use crate::types::list::PyList;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Raised, Vm};

/// Fields.
pub mod field {
    /// `message`
    pub const MESSAGE: usize = 0;
    /// `exceptions`, a tuple
    pub const EXCEPTIONS: usize = 1;
    /// repr of the second argument if it was neither list nor tuple
    pub const SHOWN: usize = 2;
}
use field::{EXCEPTIONS, MESSAGE, SHOWN};

/// Whether `o` is a group.
pub fn is_group(vm: &Vm, o: &Owned) -> bool { o.is_instance_of(vm, &vm.types.base_exception_group) }

/// The exceptions of a group.
pub fn exceptions(vm: &Vm, o: &Owned) -> Ref<PyTuple> {
    this(o).field(EXCEPTIONS).and_then(|t| Ref::try_from(t).ok()).unwrap_or_else(|| vm.consts.empty_tuple.clone())
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let [message, given] = args.pos() else {
        let n = args.pos().len();
        return Err(vm.type_error(format!("BaseExceptionGroup.__new__() takes exactly 2 arguments ({n} given)")));
    };
    if message.cast::<PyStr>().is_none() {
        let t = message.given_name(vm);
        return Err(vm.type_error(format!("BaseExceptionGroup.__new__() argument 1 must be str, not {t}")));
    }
    let is_sequence = given.cast::<PyList>().is_some() || given.cast::<PyTuple>().is_some()
        || given.type_of(vm).slots().getitem.is_some() && !given.is_instance_of(vm, &vm.types.dict);
    if !is_sequence { return Err(vm.type_error("second argument (exceptions) must be a sequence")) }
    let shown = if given.cast::<PyList>().is_some() || given.cast::<PyTuple>().is_some() { None } else { Some(vm.repr(given)?) };
    let items = vm.collect(given)?;
    if items.is_empty() { return Err(vm.value_error("second argument (exceptions) must be a non-empty sequence")) }
    let mut nested_base = false;
    for (i, e) in items.iter().enumerate() {
        if e.cast::<PyException>().is_none() { return Err(vm.value_error(format!("Item {i} of second argument (exceptions) is not an exception"))) }
        nested_base |= !e.is_instance_of(vm, &vm.types.exception);
    }
    let mut class = ty.clone();
    if class.ptr() == vm.types.exception_group.ptr() {
        if nested_base { return Err(vm.type_error("Cannot nest BaseExceptions in an ExceptionGroup")) }
    } else if class.ptr() == vm.types.base_exception_group.ptr() {
        if !nested_base { class = vm.types.exception_group.clone() }
    } else if nested_base && class.is_subtype_of(vm, &vm.types.exception) {
        let name = class.name(vm);
        return Err(vm.type_error(format!("Cannot nest BaseExceptions in '{name}'")));
    }
    let args = vm.new_tuple_from(args.pos())?.into_obj();
    let e = vm.new_object_of(&class, PyException::new(args))?;
    e.set_field(MESSAGE, Some(message.clone()));
    let tuple = vm.new_tuple(items)?.into_obj();
    e.set_field(EXCEPTIONS, Some(tuple));
    e.set_field(SHOWN, shown);
    Ok(e.into_obj())
}

fn init_slot(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    let name = o.type_name(vm);
    args.no_keywords(vm, &name)?;
    crate::types::exception::set_args(vm, o, args.pos())
}

fn str(vm: &mut Vm, o: &Owned) -> PyResult {
    let message = vm.option_to_none(this(o).field(MESSAGE));
    let n = exceptions(vm, o).len();
    let count = vm.new_str(&format!(" ({n} sub-exception{})", if n == 1 { "" } else { "s" }))?;
    let message = vm.str(&message)?;
    crate::types::str::join(vm, &[message, count])
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let message = vm.option_to_none(this(o).field(MESSAGE));
    let message = vm.repr_text(&message)?;
    let items = match this(o).field(SHOWN) {
        Some(text) => vm.repr_text_plain(&text),
        None => {
            let tuple = exceptions(vm, o);
            let was_list = this(o).args_tuple(vm).get(1).is_some_and(|a| a.cast::<PyList>().is_some());
            let shown = if was_list { vm.new_list_from(tuple.items())?.into_obj() } else { tuple.into_obj() };
            vm.repr_text(&shown)?
        }
    };
    let name = o.type_name(vm);
    vm.new_str(&format!("{name}({message}, {items})"))
}

fn get_message(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.option_to_none(this(o).field(MESSAGE))) }
fn get_exceptions(vm: &mut Vm, o: &Owned) -> PyResult { Ok(exceptions(vm, o).into_obj()) }

fn derive(vm: &mut Vm, o: &Owned, excs: &Owned) -> PyResult {
    let message = vm.option_to_none(this(o).field(MESSAGE));
    let class = vm.types.base_exception_group.obj().clone();
    vm.call2(&class, &message, excs)
}

/// What `split` and `subgroup` compare with.
enum Matcher<'a> {
    Types(Vec<TypeRef>),
    Call(&'a Owned),
    /// The leaves with these identities (for `except*`).
    Leaves(&'a [Owned]),
}

fn matcher<'a>(vm: &mut Vm, o: &'a Owned) -> PyResult<Matcher<'a>> {
    let class = |o: &Owned| Ref::<PyType>::cast(o).filter(|t| t.has_flag(vm_flags::EXCEPTION_SUBCLASS)).cloned();
    if Ref::<PyType>::cast(o).is_none() && vm.is_callable(o) { return Ok(Matcher::Call(o)) }
    if let Some(t) = class(o) { return Ok(Matcher::Types(vec![t])) }
    if let Some(t) = o.cast::<PyTuple>() {
        let types: Vec<TypeRef> = t.items().iter().filter_map(class).collect();
        if types.len() == t.len() { return Ok(Matcher::Types(types)) }
    }
    Err(vm.type_error("expected an exception type, a tuple of exception types, or a callable (other than a class)"))
}

fn matches(vm: &mut Vm, m: &Matcher<'_>, e: &Owned) -> PyResult<bool> {
    match m {
        Matcher::Types(types) => Ok(types.iter().any(|t| e.is_instance_of(vm, t))),
        Matcher::Call(f) => { let r = vm.call1(f, e)?; vm.truth(&r) }
        Matcher::Leaves(leaves) => Ok(!is_group(vm, e) && leaves.iter().any(|l| l.is(e))),
    }
}

/// (matching part, rest); the rest only if asked for.
fn split_by(vm: &mut Vm, e: &Owned, m: &Matcher<'_>, want_rest: bool) -> PyResult<(Option<Owned>, Option<Owned>)> {
    vm.check_native_stack(" in exceptiongroup_split_recursive")?;
    if matches(vm, m, e)? { return Ok((Some(e.clone()), None)) }
    if !is_group(vm, e) { return Ok((None, want_rest.then(|| e.clone()))) }
    let (mut matched, mut rest) = (Vec::new(), Vec::new());
    for sub in exceptions(vm, e).items() {
        let (a, b) = split_by(vm, sub, m, want_rest)?;
        matched.extend(a);
        rest.extend(b);
    }
    Ok((subset(vm, e, matched)?, if want_rest { subset(vm, e, rest)? } else { None }))
}

/// A group like `orig` of some of its exceptions; `None` for none.
fn subset(vm: &mut Vm, orig: &Owned, excs: Vec<Owned>) -> PyResult<Option<Owned>> {
    if excs.is_empty() { return Ok(None) }
    let list = vm.new_list(excs)?.into_obj();
    let name = vm.intern("derive")?;
    let group = vm.call_method(orig, &name, &[list])?;
    if !is_group(vm, &group) { return Err(vm.type_error("derive must return an instance of BaseExceptionGroup")) }
    copy_metadata(vm, orig, &group)?;
    Ok(Some(group))
}

fn copy_metadata(vm: &mut Vm, from: &Owned, to: &Owned) -> PyResult<()> {
    let (a, b) = (this(from).clone(), this(to).clone());
    b.traceback.set(a.traceback.get());
    b.context.set(a.context.get());
    b.set_cause(a.cause.get());
    let key = vm.names.__notes__.clone();
    if let Some(notes) = vm.get_attr_opt(from, &key)? {
        // Notes that are no sequence are left out: merging must not lose the exceptions themselves.
        if notes.type_of(vm).slots().getitem.is_some() {
            let items = vm.collect(&notes)?;
            let list = vm.new_list(items)?.into_obj();
            vm.set_attr(to, &key, &list)?;
        }
    }
    Ok(())
}

fn split(vm: &mut Vm, o: &Owned, by: &Owned) -> PyResult {
    let m = matcher(vm, by)?;
    let (a, b) = split_by(vm, o, &m, true)?;
    let pair = [vm.option_to_none(a), vm.option_to_none(b)];
    Ok(vm.new_tuple(pair)?.into_obj())
}

fn subgroup(vm: &mut Vm, o: &Owned, by: &Owned) -> PyResult {
    let m = matcher(vm, by)?;
    let (a, _) = split_by(vm, o, &m, false)?;
    Ok(vm.option_to_none(a))
}

fn class_getitem(vm: &mut Vm, class: &Owned, item: &Owned) -> PyResult {
    let alias = vm.types.generic_alias.obj().clone();
    vm.call2(&alias, class, item)
}

static DEF: TypeDef = TypeDef {
    doc: "A combination of multiple unrelated exceptions.",
    sig: "",
    methods: &[
        Def::class("__class_getitem__", "($type, object, /)", Native::N1(class_getitem)).doc("See PEP 585"),
        Def::new("derive", "($self, excs, /)", Native::N1(derive)),
        Def::new("split", "($self, matcher_value, /)", Native::N1(split)),
        Def::new("subgroup", "($self, matcher_value, /)", Native::N1(subgroup)),
    ],
    getset: &[
        GetSet { member: true, name: "message", get: get_message, set: None, doc: "exception message" },
        GetSet { member: true, name: "exceptions", get: get_exceptions, set: None, doc: "nested exceptions" },
    ],
};
static EXCEPTION_GROUP: TypeDef = TypeDef { doc: "", sig: "", methods: &[], getset: &[] };

/// Fills both types. `ExceptionGroup` derives from `BaseExceptionGroup` and `Exception`.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let base = vm.types.base_exception_group.clone();
    vm.fill_type(&base, Slots { new: Some(new), init: Some(init_slot), str: Some(str), repr: Some(repr), ..Slots::default() }, &DEF)?;
    let ty = vm.types.exception_group.clone();
    let exception = vm.types.exception.clone();
    if ty.base_items(vm).len() < 2 {
        let bases = vm.new_tuple([base.obj().clone(), exception.obj().clone()])?.into_obj();
        let mut mro = vec![ty.obj().clone(), base.obj().clone()];
        mro.extend(exception.mro_items(vm).iter().cloned());
        let mro = vm.new_tuple(mro)?.into_obj();
        ty.bases.set(Some(bases));
        ty.mro.set(Some(mro));
        exception.add_subclass(vm, &ty);
    }
    vm.fill_type(&ty, Slots::default(), &EXCEPTION_GROUP)
}

// ---- except* -------------------------------------------------------------------------------------------------------

/// `except* class`: (matching part or None, rest or None) of the exception `e`, which may be None.
pub fn group_match(vm: &mut Vm, e: &Owned, class: &Owned) -> PyResult<(Owned, Owned)> {
    if vm.is_none(e) { return Ok((vm.none(), vm.none())) }
    let classes: Vec<Owned> = match class.cast::<PyTuple>() { Some(t) => t.items().to_vec(), None => vec![class.clone()] };
    let mut types = Vec::with_capacity(classes.len());
    for c in &classes {
        match Ref::<PyType>::cast(c).filter(|t| t.has_flag(vm_flags::EXCEPTION_SUBCLASS)) {
            Some(t) => types.push(t.clone()),
            None => return Err(vm.type_error("catching classes that do not inherit from BaseException is not allowed")),
        }
    }
    if types.iter().any(|t| t.is_subtype_of(vm, &vm.types.base_exception_group)) {
        return Err(vm.type_error("catching ExceptionGroup with except* is not allowed. Use except instead."));
    }
    if types.iter().any(|t| e.is_instance_of(vm, t)) {
        if is_group(vm, e) { return Ok((e.clone(), vm.none())) }
        let (message, list) = (vm.consts.empty_str.clone(), vm.new_tuple([e.clone()])?.into_obj());
        let base = vm.types.base_exception_group.obj().clone();
        let wrapped = vm.call2(&base, &message, &list)?;
        if let Some(tb) = vm.traceback_here()? { this(&wrapped).traceback.set(Some(tb)) }
        return Ok((wrapped, vm.none()));
    }
    if !is_group(vm, e) { return Ok((vm.none(), e.clone())) }
    let name = vm.intern("split")?;
    let pair = vm.call_method(e, &name, std::slice::from_ref(class))?;
    let group = e.type_name(vm);
    match pair.cast::<PyTuple>() {
        None => {
            let t = pair.type_name(vm);
            Err(vm.type_error(format!("{group}.split must return a tuple, not {t}")))
        }
        Some(t) if t.len() < 2 => Err(vm.type_error(format!("{group}.split must return a 2-tuple, got tuple of size {}", t.len()))),
        Some(t) => Ok((t.items()[0].clone(), t.items()[1].clone())),
    }
}

/// What is raised at the end of a `try` with `except*`: `raised` lists what the clauses raised and what stayed unhandled.
pub fn prep_reraise_star(vm: &mut Vm, orig: &Owned, raised: &Owned) -> PyResult {
    let items: Vec<Owned> = match raised.cast::<PyList>() { Some(l) => l.items(vm).to_vec(), None => return Err(bad_list(vm)) };
    if !is_group(vm, orig) {
        // A naked exception was wrapped for one clause at most.
        return Ok(items.into_iter().next().unwrap_or_else(|| vm.none()));
    }
    let (mut fresh, mut again) = (Vec::new(), Vec::new());
    for e in items {
        if vm.is_none(&e) { continue }
        if same_metadata(vm, &e, orig)? { again.push(e) } else { fresh.push(e) }
    }
    let mut leaves = Vec::new();
    for e in &again { collect_leaves(vm, e, &mut leaves)? }
    let kept = if leaves.is_empty() { None } else { split_by(vm, orig, &Matcher::Leaves(&leaves), false)?.0 };
    if fresh.is_empty() { return Ok(vm.option_to_none(kept)) }
    fresh.extend(kept);
    if let [one] = fresh.as_slice() { return Ok(one.clone()) }
    let (message, list) = (vm.consts.empty_str.clone(), vm.new_list(fresh)?.into_obj());
    let class = vm.types.base_exception_group.obj().clone();
    vm.call2(&class, &message, &list)
}

#[cold]
fn bad_list(vm: &mut Vm) -> Raised { vm.system_error("except* without its list") }

/// Whether `e` is a part of `orig` that was raised again: notes, traceback, cause and context are the same objects.
fn same_metadata(vm: &mut Vm, e: &Owned, orig: &Owned) -> PyResult<bool> {
    if e.cast::<PyException>().is_none() { return Err(bad_list(vm)) }
    if !is_group(vm, e) { return Ok(false) }
    let (a, b) = (this(e), this(orig));
    let same = |x: &crate::object::Slot, y: &crate::object::Slot| x.word().same(y.word());
    if !same(&a.traceback, &b.traceback) || !same(&a.cause, &b.cause) || !same(&a.context, &b.context) { return Ok(false) }
    let key = vm.names.__notes__.clone();
    let notes = |vm: &mut Vm, o: &Owned| vm.get_attr_opt(o, &key);
    let (x, y) = (notes(vm, e)?, notes(vm, orig)?);
    Ok(match (x, y) {
        (None, None) => true,
        (Some(x), Some(y)) => x.is(&y) || vm.equal(&x, &y)?,
        _ => false,
    })
}

fn collect_leaves(vm: &mut Vm, e: &Owned, out: &mut Vec<Owned>) -> PyResult<()> {
    vm.check_native_stack(" in collect_exception_group_leaf_ids")?;
    if !is_group(vm, e) { out.push(e.clone()); return Ok(()) }
    for sub in exceptions(vm, e).items() { collect_leaves(vm, sub, out)? }
    Ok(())
}

