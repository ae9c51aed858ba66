//! Native functions with and without text signatures, for those who look at them.
//!
//! Not here: functions that tell how they were called (`calling.rs`).

use instar_vm::args::Args;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::{Owned, PyResult, Ref, Vm};

use crate::put;

const fn any(name: &'static str, sig: &'static str) -> Def { Def::new(name, sig, Native::Full(|vm, _, _| Ok(vm.none()))) }
const NOTHING: Native = Native::N0(|vm, _| Ok(vm.none()));
const ONE: Native = Native::N1(|vm, _, _| Ok(vm.none()));

/// Functions of the module.
pub static FUNCTIONS: &[Def] = &[
    any("docstring_empty", ""),
    any("docstring_no_signature", "").doc("This docstring has no signature."),
    Def::new("docstring_no_signature_noargs", "", NOTHING).doc("This docstring has no signature."),
    Def::new("docstring_no_signature_o", "", ONE).doc("This docstring has no signature."),
    any("docstring_with_signature", "($module, /, sig)").doc("This docstring has a valid signature."),
    any("docstring_with_signature_but_no_doc", "($module, /, sig)"),
    any("docstring_with_signature_with_defaults",
        "($module, s='avocado',\n        b=b'bytes', d=3.14, i=35, n=None, t=True, f=False,\n        local=the_number_three, sys=sys.maxsize,\n        exp=sys.maxsize - 1)")
        .doc("This docstring has a valid signature with parameters,\nand the parameters take defaults of varying types."),
];

/// An object without content.
struct Documented<const KIND: usize>;
impl<const KIND: usize> instar_vm::object::Described for Documented<KIND> {
    const FIELDS: &'static [instar_vm::object::Field] = &[];
}
macro_rules! documented {
    ($kind:literal, $name:literal) => {
        instar_vm::trace! { Documented<$kind> {} }
        instar_vm::payload!(Documented<$kind>, $name);
    };
}
documented!(0, "DocStringNoSignatureTest");
documented!(1, "DocStringUnrepresentableSignatureTest");

fn new<const KIND: usize>(vm: &mut Vm, ty: &TypeRef, _: Args<'_>) -> PyResult where Documented<KIND>: instar_vm::object::Payload {
    Ok(vm.new_object_of(ty, Documented::<KIND>)?.into_obj())
}

static UNSIGNED: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[
        Def::new("meth_noargs", "", NOTHING).doc("This docstring has no signature."),
        Def::new("meth_o", "", ONE).doc("This docstring has no signature."),
        Def::new("meth_noargs_coexist", "", NOTHING).doc("This docstring has no signature."),
        Def::new("meth_o_coexist", "", ONE).doc("This docstring has no signature."),
        Def::class("meth_noargs_class", "", NOTHING).doc("This docstring has no signature."),
        Def::class("meth_o_class", "", ONE).doc("This docstring has no signature."),
        Def::static_("meth_noargs_static", "", NOTHING).doc("This docstring has no signature."),
        Def::static_("meth_o_static", "", ONE).doc("This docstring has no signature."),
    ],
    getset: &[],
};

static UNREPRESENTABLE: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[
        any("meth", "($self, /, a, b=<x>)").doc("This docstring has a signature with unrepresentable default."),
        any("meth_noargs", "($self, /, a, b=<x>)"),
        any("with_default", "($self, /, x=ONE)").doc("This instance method has a default parameter value from the module scope."),
    ],
    getset: &[],
};

/// Makes the types and the constants that defaults name.
pub fn exec(vm: &mut Vm, namespace: &Ref<PyDict>) -> PyResult<()> {
    let slots = |new| Slots { new: Some(new), ..Slots::default() };
    let unsigned = vm.new_native_type::<Documented<0>>("_testcapi", "DocStringNoSignatureTest", None, 0, slots(new::<0>), &UNSIGNED)?;
    let other = vm.new_native_type::<Documented<1>>("_testcapi", "DocStringUnrepresentableSignatureTest", None, 0, slots(new::<1>), &UNREPRESENTABLE)?;
    put(vm, namespace, "DocStringNoSignatureTest", unsigned.obj())?;
    put(vm, namespace, "DocStringUnrepresentableSignatureTest", other.obj())?;
    for (name, n) in [("the_number_three", 3), ("ONE", 1)] {
        let n: Owned = vm.new_int(n)?;
        put(vm, namespace, name, &n)?;
    }
    Ok(())
}
