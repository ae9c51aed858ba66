//! `_decimal`: decimal numbers and contexts.
//!
//! The arithmetic is `instar-base-decimal`. `object.rs` is the payload and applying operations, `new.rs` construction, `operators.rs`
//! and `methods.rs` what can be done with a number, `convert.rs` what it can become; `context.rs` and `context_methods.rs` are
//! contexts, `current.rs` the current one, `signals.rs` exceptions and signal dicts, `args.rs` arguments.

mod args;
mod context;
mod context_methods;
mod convert;
mod current;
mod methods;
mod new;
mod object;
mod operators;
mod signals;

use std::rc::Rc;

use instar_base_decimal::{flag, Context, Round, EMAX_MAX, EMIN_MIN, ETINY_MIN, PREC_MAX};
use instar_vm::module::NativeModule;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::{Owned, PyResult, Ref, Vm};

use crate::support::{set, set_int, set_str, set_type};
use context::PyContext;

/// What this interpreter keeps of the module.
struct Made {
    classes: signals::Classes,
    signal_dict: TypeRef,
    /// `DecimalTuple`
    tuple: Owned,
    /// `numbers.Rational`
    rational: Owned,
    /// The context variable.
    variable: Owned,
    default: Ref<PyContext>,
    basic: Ref<PyContext>,
    extended: Ref<PyContext>,
    /// Names of the roundings, in the order of `Round::ALL`.
    roundings: Vec<Owned>,
}

#[derive(Default)]
struct State(Option<Rc<Made>>);

fn made(vm: &mut Vm) -> Rc<Made> { vm.state::<State>().0.clone().expect("law: the module was executed before its objects are used") }

fn make(vm: &mut Vm) -> PyResult<Rc<Made>> {
    if let Some(made) = vm.state::<State>().0.clone() { return Ok(made) }
    let decimal = methods::make(vm)?;
    context::make_type(vm)?;
    current::make(vm)?;
    let numbers = vm.import_attr("numbers", "Number")?;
    let register = vm.intern("register")?;
    vm.call_method(&numbers, &register, &[decimal.into_obj()])?;
    let rational = vm.import_attr("numbers", "Rational")?;
    let classes = signals::make_classes(vm)?;
    let signal_dict = signals::make_dict(vm)?;
    let named_tuple = vm.import_attr("collections", "namedtuple")?;
    let fields = [vm.new_str("DecimalTuple")?, vm.new_str("sign digits exponent")?];
    let module = vm.intern("decimal")?;
    let tuple = vm.call_kw(&named_tuple, &fields, &[("module", module)])?;
    let variable_type = vm.import_attr("_contextvars", "ContextVar")?;
    let name = vm.new_str("decimal_context")?;
    let variable = vm.call1(&variable_type, &name)?;
    let nine = |round| Context { prec: 9, round, ..context::DEFAULT };
    let default = context::make(vm, context::DEFAULT, context::DEFAULT_TRAPS)?;
    let basic = context::make(vm, nine(Round::HalfUp), context::DEFAULT_TRAPS | flag::UNDERFLOW | flag::CLAMPED)?;
    let extended = context::make(vm, nine(Round::HalfEven), 0)?;
    let mut roundings = Vec::new();
    for round in Round::ALL { roundings.push(vm.intern(round.name())?) }
    let made = Rc::new(Made { classes, signal_dict, tuple, rational, variable, default, basic, extended, roundings });
    vm.state::<State>().0 = Some(made.clone());
    Ok(made)
}

fn exec(vm: &mut Vm, _: &Owned, ns: &Ref<PyDict>) -> PyResult<()> {
    let made = make(vm)?;
    for ty in [vm.types.native_type::<object::PyDecimal>().clone(), vm.types.native_type::<PyContext>().clone()] { set_type(vm, ns, &ty)? }
    for (name, class) in &made.classes.named { set(vm, ns, name, class.obj())? }
    for (name, context) in [("DefaultContext", &made.default), ("BasicContext", &made.basic), ("ExtendedContext", &made.extended)] { set(vm, ns, name, context.obj())? }
    for name in &made.roundings { ns.set_item(vm, name, name)? }
    set(vm, ns, "DecimalTuple", &made.tuple)?;
    let limits = [("MAX_PREC", PREC_MAX), ("MAX_EMAX", EMAX_MAX), ("MIN_EMIN", EMIN_MIN), ("MIN_ETINY", ETINY_MIN), ("IEEE_CONTEXT_MAX_BITS", 512)];
    for (name, n) in limits { set_int(vm, ns, name, n)? }
    let yes = vm.bool(true);
    for name in ["HAVE_THREADS", "HAVE_CONTEXTVAR"] { set(vm, ns, name, &yes)? }
    set_str(vm, ns, "__version__", "1.70")?;
    set_str(vm, ns, "__libmpdec_version__", "2.5.1")
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_decimal",
    doc: "Decimal arithmetic: numbers, contexts and signals.",
    functions: &{ let [a, b, c] = current::FUNCTIONS; [a, b, c, context::IEEE] },
    exec,
};
