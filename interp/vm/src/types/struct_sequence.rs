//! Struct sequences: tuple types whose items have names (`sys.version_info`, `os.stat_result`, `time.struct_time`).
//!
//! The first fields are items of the tuple, further ones are attributes only. An empty field name is an item without
//! attribute. Not here: the tuple storage (`tuple.rs`).

use std::collections::HashMap;

use crate::args::{Args, Signature};
use crate::native::{Def, Getter, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref};
use crate::slots::Slots;
use crate::typeobj::{vm_flags, TypeRef};
use crate::types::container_repr;
use crate::types::dict::PyDict;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Raised, Vm};

use instar_object::TypeFlags;

/// What a struct sequence type is made of.
#[derive(Clone)]
struct Spec {
    /// Module and name, as messages and `repr` say it.
    full_name: String,
    fields: Vec<&'static str>,
    visible: usize,
}

/// The struct sequence types of an interpreter, by address of the type.
#[derive(Default)]
struct Specs(HashMap<usize, Spec>);

macro_rules! getters {
    ($($i:literal)*) => { [$( |vm, this| field(vm, this, $i) ),*] };
}

/// Getter of field `i` at index `i`.
const GETTERS: [Getter; 32] = getters!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);

fn field(vm: &mut Vm, this: &Owned, i: usize) -> PyResult {
    let value = this.cast::<PyTuple>().and_then(|t| t.fields().get(i).cloned());
    Ok(value.unwrap_or_else(|| vm.none()))
}

/// Methods of every struct sequence type.
pub static DEF: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[
        Def::new("__reduce__", "($self, /)", Native::N0(reduce)),
        Def::new("__replace__", "($self, /, **changes)", Native::Full(replace)).doc("A copy with new values for the named fields."),
    ],
    getset: &[],
};

impl Vm {
    /// A struct sequence type. At most 32 fields; `visible` of them are items. Python code may change its attributes as it may change
    /// those of a class, unless [`Vm::fix_struct_sequence_type`] is called on it, and make instances, unless
    /// [`Vm::forbid_struct_sequence_new`] is.
    pub fn new_struct_sequence_type(&mut self, module: &'static str, name: &'static str, fields: &[&'static str], visible: usize) -> PyResult<TypeRef> {
        assert!(fields.len() <= GETTERS.len() && visible <= fields.len(), "law: our own tables");
        let base = self.types.tuple.clone();
        let flags = TypeFlags::GC.bits() | TypeFlags::VAR.bits() | vm_flags::SEQUENCE;
        let slots = Slots { new: Some(new), repr: Some(repr), ..Slots::default() };
        let ty = self.new_native_type::<PyTuple>(module, name, Some(&base), flags, slots, &DEF)?;
        for (i, field) in fields.iter().enumerate().filter(|(_, f)| !f.is_empty()) {
            // Lives as long as the type, which lives as long as the interpreter: a few bytes a field, once.
            let getset: &'static GetSet = Box::leak(Box::new(GetSet::member(field, GETTERS[i])));
            self.add_getset(&ty, getset)?;
        }
        let unnamed = fields.iter().filter(|f| f.is_empty()).count();
        for (key, n) in [("n_sequence_fields", visible), ("n_fields", fields.len()), ("n_unnamed_fields", unnamed)] {
            let (key, n) = (self.intern(key)?, self.new_int(n as i64)?);
            ty.dict().set_interned(self, &key, &n)?;
        }
        let mut names = Vec::new();
        for name in fields[..visible].iter().filter(|f| !f.is_empty()) { names.push(self.intern(name)?) }
        let (key, names) = (self.names.__match_args__.clone(), self.new_tuple(names)?.into_obj());
        ty.dict().set_interned(self, &key, &names)?;
        ty.set_flag(vm_flags::IMMUTABLE, false);
        self.type_modified(&ty);
        let full_name = if module.is_empty() { name.to_owned() } else { format!("{module}.{name}") };
        self.state::<Specs>().0.insert(ty.obj().word().raw(), Spec { full_name, fields: fields.to_vec(), visible });
        Ok(ty)
    }

    /// Python code cannot change this struct sequence type any more.
    pub fn fix_struct_sequence_type(&mut self, ty: &TypeRef) { ty.set_flag(vm_flags::IMMUTABLE, true) }

    /// Python code cannot make instances of this struct sequence type any more.
    pub fn forbid_struct_sequence_new(&mut self, ty: &TypeRef) -> PyResult<()> {
        let mut slots = *ty.slots();
        slots.new = None;
        ty.set_slots(slots);
        ty.set_flag(vm_flags::NO_NEW, true);
        let key = self.names.__new__.clone();
        ty.dict().del_item(self, &key)?;
        self.type_modified(ty);
        Ok(())
    }

    /// `new` makes instances of this struct sequence type from Python's arguments.
    pub fn set_struct_sequence_new(&mut self, ty: &TypeRef, new: crate::slots::NewFn) {
        ty.set_slots(Slots { new: Some(new), ..*ty.slots() });
        self.type_modified(ty);
    }

    /// An instance with a value for every field, hidden ones last.
    pub fn new_struct_sequence(&mut self, ty: &TypeRef, values: Vec<Owned>) -> PyResult {
        let hidden = values.len().saturating_sub(self.spec(ty)?.visible);
        Ok(self.new_tuple_hiding(ty, values, hidden)?.into_obj())
    }

    fn spec(&mut self, ty: &TypeRef) -> PyResult<Spec> {
        match self.state::<Specs>().0.get(&ty.obj().word().raw()) {
            Some(spec) => Ok(spec.clone()),
            None => Err(self.type_error("not a struct sequence type")),
        }
    }
}

/// Fills the type that stands for all of them in the table of types.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.struct_sequence.clone();
    vm.fill_type(&ty, Slots { repr: Some(repr), ..Slots::default() }, &DEF)
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let spec = vm.spec(ty)?;
    let mut bound = args.bind(vm, "structseq", const { &Signature::parse("(sequence, dict=None)") })?;
    let dict = bound.pop().flatten();
    let sequence = bound.pop().flatten().expect("law: required parameter");
    if !vm.is_iterable(&sequence) { return Err(vm.type_error("constructor requires a sequence")) }
    let mut values = vm.collect(&sequence)?;
    let dict = match dict {
        Some(d) => match Ref::<PyDict>::try_from(d) {
            Ok(d) => Some(d),
            Err(_) => return Err(vm.type_error(format!("{}() takes a dict as second arg, if any", spec.full_name))),
        },
        None => None,
    };
    check_length(vm, &spec, values.len())?;
    let mut unused = match &dict { Some(d) => d.len(vm), None => 0 };
    for name in &spec.fields[values.len()..] {
        let key = vm.intern(name)?;
        let found = match &dict { Some(d) => d.get_item(vm, &key)?, None => None };
        unused -= usize::from(found.is_some());
        values.push(vm.option_to_none(found));
    }
    if unused > 0 { return Err(vm.type_error(format!("{}() got duplicate or unexpected field name(s)", spec.full_name))) }
    vm.new_struct_sequence(ty, values)
}

fn check_length(vm: &mut Vm, spec: &Spec, got: usize) -> PyResult<()> {
    let (min, max) = (spec.visible, spec.fields.len());
    if got >= min && got <= max { return Ok(()) }
    let (how, bound) = if min == max { ("a", min) } else if got < min { ("an at least", min) } else { ("an at most", max) };
    Err(vm.type_error(format!("{}() takes {how} {bound}-sequence ({got}-sequence given)", spec.full_name)))
}

fn repr(vm: &mut Vm, this: &Owned) -> PyResult {
    let ty = this.type_of(vm).clone();
    let spec = vm.spec(&ty)?;
    let tuple = this.cast::<PyTuple>().expect("law: checked by the descriptor");
    container_repr::plain(vm, |vm, out| {
        out.text(vm, &format!("{}(", spec.full_name))?;
        // CPython pairs items with the named fields in order, so an unnamed one takes the next name.
        let names = spec.fields.iter().filter(|f| !f.is_empty());
        for (i, (name, item)) in names.zip(tuple.items()).enumerate() {
            out.text(vm, if i == 0 { "" } else { ", " })?;
            out.text(vm, name)?;
            out.text(vm, "=")?;
            out.object(vm, item)?;
        }
        out.text(vm, ")")
    })
}

fn reduce(vm: &mut Vm, this: &Owned) -> PyResult {
    let ty = this.type_of(vm).clone();
    let spec = vm.spec(&ty)?;
    let tuple = this.cast::<PyTuple>().expect("law: checked by the descriptor");
    let items = vm.new_tuple_from(tuple.items())?.into_obj();
    let hidden = vm.new_dict()?;
    for (name, value) in spec.fields.iter().zip(tuple.fields()).skip(spec.visible).filter(|(n, _)| !n.is_empty()) {
        let name = vm.intern(name)?;
        hidden.set_item(vm, &name, value)?;
    }
    let args = vm.new_tuple([items, hidden.into_obj()])?.into_obj();
    Ok(vm.new_tuple([ty.into_obj(), args])?.into_obj())
}

fn replace(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult {
    if !args.pos().is_empty() { return Err(vm.type_error("__replace__() takes no positional arguments")) }
    let ty = this.type_of(vm).clone();
    let spec = vm.spec(&ty)?;
    if spec.fields.contains(&"") {
        return Err(vm.type_error(format!("__replace__() is not supported for {} because it has unnamed field(s)", spec.full_name)));
    }
    let mut values = this.cast::<PyTuple>().expect("law: checked by the descriptor").fields().to_vec();
    let mut unexpected = Vec::new();
    for (key, value) in args.keywords() {
        let name = key.cast::<PyStr>().map(|k| k.to_string_lossy()).unwrap_or_default();
        match spec.fields.iter().position(|f| *f == name) {
            Some(i) => values[i] = value.clone(),
            None => unexpected.push(key.clone()),
        }
    }
    if !unexpected.is_empty() { return Err(unexpected_fields(vm, unexpected)) }
    vm.new_struct_sequence(&ty, values)
}

#[cold]
fn unexpected_fields(vm: &mut Vm, names: Vec<Owned>) -> Raised {
    let list = match vm.new_list(names).and_then(|l| vm.repr_text(l.obj())) {
        Ok(text) => text,
        Err(e) => return e,
    };
    vm.type_error(format!("Got unexpected field name(s): {list}"))
}
