//! `_types`: builtin types that have no name in `builtins`.
//!
//! Not here: `types` (Lib).

use instar_vm::module::NativeModule;
use instar_vm::native::TypeDef;
use instar_vm::slots::Slots;
use instar_vm::types::dict::PyDict;
use instar_vm::{payload, trace, Owned, PyResult, Ref, Vm};

use crate::support::set;

/// Payload of a capsule. Nothing here makes one: they carry pointers between C extensions.
struct Capsule;
trace! { Capsule {} }
instar_vm::fields! { Capsule {} }
payload!(Capsule, "PyCapsule");

static CAPSULE: TypeDef = TypeDef { doc: "Capsule objects let you wrap a C \"void *\" pointer in a Python\nobject.  They're a way of passing data through the Python interpreter\nwithout creating your own custom type.", sig: "", methods: &[], getset: &[] };

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    let capsule = vm.new_native_type::<Capsule>("", "PyCapsule", None, 0, Slots::default(), &CAPSULE)?;
    let t = &vm.types;
    let types = [
        ("AsyncGeneratorType", &t.async_generator), ("BuiltinFunctionType", &t.builtin_function), ("BuiltinMethodType", &t.builtin_function),
        ("CapsuleType", &capsule), ("CellType", &t.cell), ("ClassMethodDescriptorType", &t.classmethod_descriptor), ("CodeType", &t.code),
        ("CoroutineType", &t.coroutine), ("EllipsisType", &t.ellipsis), ("FrameType", &t.frame), ("FunctionType", &t.function),
        ("GeneratorType", &t.generator), ("GenericAlias", &t.generic_alias), ("GetSetDescriptorType", &t.getset_descriptor), ("LambdaType", &t.function),
        ("MappingProxyType", &t.mappingproxy), ("MemberDescriptorType", &t.member_descriptor), ("MethodDescriptorType", &t.method_descriptor),
        ("MethodType", &t.method), ("MethodWrapperType", &t.method_wrapper), ("ModuleType", &t.module), ("NoneType", &t.none),
        ("NotImplementedType", &t.not_implemented), ("SimpleNamespace", &t.simple_namespace), ("TracebackType", &t.traceback),
        ("UnionType", &t.union), ("WrapperDescriptorType", &t.wrapper_descriptor),
    ].map(|(name, ty)| (name, ty.obj().clone()));
    for (name, ty) in types { set(vm, namespace, name, &ty)? }
    Ok(())
}

/// The module.
pub static MODULE: NativeModule = NativeModule { name: "_types", doc: "Define names for built-in types.", functions: &[], exec };
