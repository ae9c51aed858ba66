//! `bool`: the subclass of `int` with two instances.
//!
//! The objects are made at start-up (`vm.consts.true_`, `false_`); their payload is `PyInt`. Not here: truth of objects
//! (`protocol/compare.rs`).

use instar_code::Binary;

use super::int;
use crate::args::{check_count, Args};
use crate::native::TypeDef;
use crate::object::{ObjExt, Owned};
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::vm::{PyResult, Vm};

/// Docs, methods and attributes of `bool`.
pub static DEF: TypeDef = TypeDef {
    doc: "bool(object=False, /)\n--\n\nReturns True when the argument is true, False otherwise.\nThe builtins True and False are the only two \
instances of the class bool.\nThe class bool is a subclass of the class int, and cannot be subclassed.",
    sig: "(object=False, /)",
    methods: &[],
    getset: &[],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.bool.clone();
    let mut s = Slots { new: Some(new), repr: Some(repr), invert: Some(invert), ..Slots::default() };
    s.binary[Binary::And as usize] = Some(|vm, a, b| logic(vm, a, b, Binary::And));
    s.binary[Binary::Or as usize] = Some(|vm, a, b| logic(vm, a, b, Binary::Or));
    s.binary[Binary::Xor as usize] = Some(|vm, a, b| logic(vm, a, b, Binary::Xor));
    vm.fill_type(&ty, s, &DEF)
}

fn new(vm: &mut Vm, _ty: &TypeRef, args: Args<'_>) -> PyResult {
    args.no_keywords(vm, "bool")?;
    check_count(vm, "bool", args.pos().len(), 0, 1)?;
    let truth = match args.pos().first() { Some(x) => vm.truth(x)?, None => false };
    Ok(vm.bool(truth))
}

fn repr(vm: &mut Vm, this: &Owned) -> PyResult {
    let text = if this.is(&vm.consts.true_) { "True" } else { "False" };
    vm.intern(text)
}

/// The value if the object is one of the two bools.
fn bool_value(vm: &Vm, o: &Owned) -> Option<bool> {
    if o.is(&vm.consts.true_) { Some(true) } else if o.is(&vm.consts.false_) { Some(false) } else { None }
}

fn logic(vm: &mut Vm, a: &Owned, b: &Owned, op: Binary) -> PyResult {
    if let (Some(x), Some(y)) = (bool_value(vm, a), bool_value(vm, b)) {
        return Ok(vm.bool(match op { Binary::And => x & y, Binary::Or => x | y, _ => x ^ y }));
    }
    // `type_of` of any int leads to int's slot: the one that this type overrides.
    match vm.types.int.slots().binary[op as usize] { Some(f) => f(vm, a, b), None => Ok(vm.not_implemented()) }
}

fn invert(vm: &mut Vm, this: &Owned) -> PyResult {
    debug_assert!(this.type_of(vm).ptr() == vm.types.bool.ptr());
    vm.deprecated("Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise inversion of the \
underlying int object and is usually not what you expect from negating a bool. Use the 'not' operator for boolean negation or ~int(x) if you \
really want the bitwise inversion of the underlying int.")?;
    int::arith::invert(vm, this)
}
