//! `_opcode`: facts about instructions, for `opcode` and `dis`.
//!
//! The numbers are those in `co_code`: ops of `instar-code`, not CPython's. Not here: the op table (`instar-code`), instructions one by one (`opcode_listing.rs`).

use instar_code::{temp_effect, Binary, Intrinsic1, Intrinsic2, Kind, Op, Unit};
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::types::dict::PyDict;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use crate::opcode_listing::{instructions, ops, upper};
use crate::support::{given, set};

const ONE: [Intrinsic1; 9] = [Intrinsic1::Print, Intrinsic1::ImportStar, Intrinsic1::StopIterationError, Intrinsic1::AsyncGenWrap, Intrinsic1::TypeVar,
    Intrinsic1::ParamSpec, Intrinsic1::TypeVarTuple, Intrinsic1::SubscriptGeneric, Intrinsic1::TypeAlias];
const TWO: [Intrinsic2; 5] = [Intrinsic2::PrepReraiseStar, Intrinsic2::TypeVarWithBound, Intrinsic2::TypeVarWithConstraints,
    Intrinsic2::SetFunctionTypeParams, Intrinsic2::SetTypeParamDefault];

fn op_of(vm: &mut Vm, o: &Owned) -> PyResult<Option<Op>> {
    let n = vm.index_i64(o)?;
    Ok(u16::try_from(n).ok().and_then(Op::from_u16))
}

/// Whether an operand of the op has one of these kinds.
fn has(vm: &mut Vm, o: &Owned, kinds: &[Kind]) -> PyResult {
    let op = op_of(vm, o)?;
    Ok(vm.bool(op.is_some_and(|op| op.info().kinds.iter().any(|k| kinds.contains(k)))))
}

fn has_free(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let op = op_of(vm, o)?;
    Ok(vm.bool(op.is_some_and(|op| matches!(op.generic(), Op::MakeCell | Op::LoadDeref | Op::StoreDeref | Op::DeleteDeref | Op::LoadFromDictOrDeref))))
}

fn has_arg(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let op = op_of(vm, o)?;
    Ok(vm.bool(op.is_some_and(|op| op.info().kinds.iter().any(|k| *k != Kind::Zero))))
}

fn has_jump(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let op = op_of(vm, o)?;
    Ok(vm.bool(op.is_some_and(|op| matches!(op.generic(), Op::ForIter | Op::Send) || op.info().kinds.iter().any(|k| matches!(k, Kind::Jump16 | Kind::Jump32)))))
}

fn is_valid(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult { let op = op_of(vm, o)?; Ok(vm.bool(op.is_some())) }

/// Change of the number of live temps; the argument is the operand that counts, `c`.
fn stack_effect(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let op = match &args[0] { Some(o) => op_of(vm, o)?, None => None };
    let count = match given(vm, args[1].as_ref()) { Some(n) => i16::try_from(vm.index_i64(&n)?).ok(), None => Some(0) };
    let jump = match given(vm, args[2].as_ref()) {
        None => None,
        Some(j) if j.is_instance_of(vm, &vm.types.bool) => Some(vm.truth(&j)?),
        Some(_) => return Err(vm.value_error("stack_effect: jump must be False, True or None")),
    };
    let (Some(op), Some(c)) = (op, count) else { return Err(vm.value_error("invalid opcode or oparg")) };
    let effect = temp_effect(op, Unit { op: op as u16, a: 0, b: 0, c });
    let made = match jump { Some(false) => effect.produced, Some(true) => effect.at_jump, None => effect.produced.max(effect.at_jump) };
    vm.new_int(i64::from(made) - i64::from(effect.consumed))
}

fn get_nb_ops(vm: &mut Vm, _: &Owned) -> PyResult {
    let mut rows = Vec::new();
    for op in (0..2 * Binary::PLAIN).filter_map(Binary::from_u16) {
        let (name, symbol) = (vm.new_str(&format!("NB_{}", upper(&format!("{op:?}"))))?, vm.new_str(op.symbol())?);
        rows.push(vm.new_tuple([name, symbol])?.into_obj());
    }
    Ok(vm.new_list(rows)?.into_obj())
}

/// Names by number; number 0 is no intrinsic.
fn intrinsics(vm: &mut Vm, invalid: &str, names: impl Iterator<Item = String>) -> PyResult {
    let mut list = vec![vm.new_str(invalid)?];
    for n in names { list.push(vm.new_str(&format!("INTRINSIC_{}", upper(&n)))?) }
    Ok(vm.new_list(list)?.into_obj())
}

fn get_intrinsic1_descs(vm: &mut Vm, _: &Owned) -> PyResult { intrinsics(vm, "INTRINSIC_1_INVALID", ONE.iter().map(|i| format!("{i:?}"))) }
fn get_intrinsic2_descs(vm: &mut Vm, _: &Owned) -> PyResult { intrinsics(vm, "INTRINSIC_2_INVALID", TWO.iter().map(|i| format!("{i:?}"))) }

fn get_special_method_names(vm: &mut Vm, _: &Owned) -> PyResult {
    let names = ["__enter__", "__exit__", "__aenter__", "__aexit__"].iter().map(|n| vm.intern(n)).collect::<PyResult<Vec<_>>>()?;
    Ok(vm.new_list(names)?.into_obj())
}

fn get_executor(vm: &mut Vm, _: &Owned, _: &[Option<Owned>]) -> PyResult { Err(vm.runtime_error("Executors are not available in this build")) }

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    for (name, on) in [("ENABLE_SPECIALIZATION", true), ("ENABLE_SPECIALIZATION_FT", false)] {
        let on = vm.bool(on);
        set(vm, namespace, name, &on)?;
    }
    Ok(())
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_opcode",
    doc: "Opcode support module.",
    functions: &[
        Def::new("stack_effect", "($module, opcode, oparg=None, /, *, jump=None)", Native::Bound(stack_effect)).doc("Compute the stack effect of the opcode."),
        Def::new("is_valid", "($module, opcode)", Native::N1(is_valid)).doc("Return True if opcode is valid, False otherwise."),
        Def::new("has_arg", "($module, opcode)", Native::N1(has_arg)).doc("Return True if the opcode uses its oparg, False otherwise."),
        Def::new("has_const", "($module, opcode)", Native::N1(|vm, _, o| has(vm, o, &[Kind::Const16, Kind::Const32]))).doc("Return True if the opcode accesses a constant, False otherwise."),
        Def::new("has_name", "($module, opcode)", Native::N1(|vm, _, o| has(vm, o, &[Kind::Name16, Kind::Name32]))).doc("Return True if the opcode accesses an attribute by name, False otherwise."),
        Def::new("has_jump", "($module, opcode)", Native::N1(has_jump)).doc("Return True if the opcode has a jump target, False otherwise."),
        Def::new("has_free", "($module, opcode)", Native::N1(has_free)).doc("Return True if the opcode accesses a free variable, False otherwise."),
        Def::new("has_local", "($module, opcode)", Native::N1(|vm, _, o| has(vm, o, &[Kind::Local]))).doc("Return True if the opcode accesses a local variable, False otherwise."),
        Def::new("has_exc", "($module, opcode)", Native::N1(|vm, _, o| has(vm, o, &[]))).doc("Return True if the opcode sets an exception handler, False otherwise."),
        Def::new("instructions", "($module, code, /)", Native::N1(instructions)).doc("Return a list of tuples that describe the instructions of a code object or of its bytes."),
        Def::new("ops", "($module, /)", Native::N0(ops)).doc("Return a list of tuples that describe the opcodes."),
        Def::new("get_nb_ops", "($module, /)", Native::N0(get_nb_ops)).doc("Return array of symbols of binary ops."),
        Def::new("get_intrinsic1_descs", "($module, /)", Native::N0(get_intrinsic1_descs)).doc("Return a list of names of the unary intrinsics."),
        Def::new("get_intrinsic2_descs", "($module, /)", Native::N0(get_intrinsic2_descs)).doc("Return a list of names of the binary intrinsics."),
        Def::new("get_special_method_names", "($module, /)", Native::N0(get_special_method_names)).doc("Return a list of special method names."),
        Def::new("get_specialization_stats", "($module, /)", Native::N0(|vm, _| Ok(vm.none()))).doc("Return the specialization stats"),
        Def::new("get_executor", "($module, /, code, offset)", Native::Bound(get_executor)).doc("Return the executor object at offset in code if exists, None otherwise."),
    ],
    exec,
};
