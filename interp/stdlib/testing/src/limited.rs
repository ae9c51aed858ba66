//! `_testlimitedcapi`: what native code does to any object.
//!
//! Not here: sequences (`sequence.rs`).

use instar_vm::args::Args;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::dict::PyDict;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use crate::{add, put, sequence};

/// Whether `o` has the attribute; any error of asking counts as no, and is reported as unraisable unless it is AttributeError.
fn object_hasattrstring(vm: &mut Vm, _: &Owned, o: &Owned, name: &Owned) -> PyResult {
    let Some(bytes) = name.cast::<PyBytes>() else { return Err(vm.type_error("expected bytes")) };
    let name = String::from_utf8_lossy(bytes.as_slice()).into_owned();
    let name = vm.intern(&name)?;
    let found = match vm.get_attr_opt(o, &name) {
        Ok(v) => v.is_some(),
        Err(e) => { vm.unraisable(e, "Exception ignored in PyObject_HasAttrString(); consider using PyObject_HasAttrStringWithError(), PyObject_GetOptionalAttrString() or PyObject_GetAttrString()", None); false }
    };
    vm.new_int(found.into())
}

/// An incremental codec of an encoding, with an error handler or without.
fn incremental(vm: &mut Vm, args: &[Owned], factory: &str) -> PyResult {
    let lookup = vm.import_attr("codecs", "lookup")?;
    let info = vm.call1(&lookup, &args[0])?;
    let factory = vm.get_attr_str(&info, factory)?;
    vm.call_n(&factory, &args[1..])
}

fn incremental_encoder(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult { incremental(vm, args, "incrementalencoder") }
fn incremental_decoder(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult { incremental(vm, args, "incrementaldecoder") }

/// `f("foo", baz="bar")`
fn call_vectorcall(vm: &mut Vm, _: &Owned, f: &Owned) -> PyResult {
    let (foo, bar) = (vm.new_str("foo")?, vm.new_str("bar")?);
    vm.call_kw(f, &[foo], &[("baz", bar)])
}

/// `o.f("foo", baz="bar")`
fn call_vectorcall_method(vm: &mut Vm, this: &Owned, o: &Owned) -> PyResult {
    let f = vm.get_attr_str(o, "f")?;
    call_vectorcall(vm, this, &f)
}

/// An object that can be called.
struct Answering<const KIND: usize>;
impl<const KIND: usize> instar_vm::object::Described for Answering<KIND> {
    const FIELDS: &'static [instar_vm::object::Field] = &[];
}
instar_vm::trace! { Answering<0> {} }
instar_vm::payload!(Answering<0>, "LimitedVectorCallClass");
instar_vm::trace! { Answering<1> {} }
instar_vm::payload!(Answering<1>, "LimitedRelativeVectorCallClass");

fn new<const KIND: usize>(vm: &mut Vm, ty: &TypeRef, _: Args<'_>) -> PyResult where Answering<KIND>: instar_vm::object::Payload {
    Ok(vm.new_object_of(ty, Answering::<KIND>)?.into_obj())
}
fn answer(vm: &mut Vm, _: &Owned, _: Args<'_>) -> PyResult { vm.new_str("vectorcall called") }

static DEF: TypeDef = TypeDef { doc: "", sig: "", methods: &[], getset: &[] };

fn exec(vm: &mut Vm, module: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    add(vm, module, MODULE.name, namespace, sequence::FUNCTIONS)?;
    let slots = |new| Slots { new: Some(new), call: Some(answer), ..Slots::default() };
    let one = vm.new_native_type::<Answering<0>>("_testlimitedcapi", "LimitedVectorCallClass", None, 0, slots(new::<0>), &DEF)?;
    let two = vm.new_native_type::<Answering<1>>("_testlimitedcapi", "LimitedRelativeVectorCallClass", None, 0, slots(new::<1>), &DEF)?;
    put(vm, namespace, "LimitedVectorCallClass", one.obj())?;
    put(vm, namespace, "LimitedRelativeVectorCallClass", two.obj())
}

/// The module.
pub const MODULE: NativeModule = NativeModule {
    name: "_testlimitedcapi",
    doc: "",
    functions: &[
        Def::new("codec_incrementalencoder", "", Native::Var(incremental_encoder, 1, 2)),
        Def::new("codec_incrementaldecoder", "", Native::Var(incremental_decoder, 1, 2)),
        Def::new("object_hasattrstring", "", Native::N2(object_hasattrstring)),
        Def::new("call_vectorcall", "", Native::N1(call_vectorcall)),
        Def::new("call_vectorcall_method", "", Native::N1(call_vectorcall_method)),
        Def::new("_py_getbuiltwithassert", "", Native::N0(|vm, _| vm.new_int(cfg!(debug_assertions).into()))),
    ],
    exec,
};
