//! `_string`: the parsers of `str.format` templates, for `string.Formatter`.
//!
//! Not here: the parsers themselves (`instar-base-num`).

use std::cell::Cell;

use instar_base_num::template::{split_field_name, First, Pieces, Step};
use instar_base_text::Units;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::object::{ObjExt, Owned, Ref};
use instar_vm::slots::Slots;
use instar_vm::types::dict::PyDict;
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{PyResult, Vm};

macro_rules! parts {
    ($($(#[$doc:meta])* $ty:ident $name:literal $next:ident;)*) => { $(
        $(#[$doc])*
        pub struct $ty {
            parts: Ref<PyTuple>,
            at: Cell<usize>,
            error: Option<String>,
        }

        instar_vm::trace! { $ty { parts } }
        instar_vm::fields! { $ty { parts, at, error } }
        instar_vm::payload!($ty, $name);

        fn $next(vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> {
            let Some(it) = this.cast::<$ty>() else { return Ok(None) };
            let at = it.at.get();
            if let Some(part) = it.parts.get(at) {
                it.at.set(at + 1);
                return Ok(Some(part));
            }
            match &it.error { Some(e) => Err(vm.value_error(e)), None => Ok(None) }
        }
    )* };
}
// What these hand out is made beforehand, with the error that ends it.
parts! {
    /// Payload of `formatteriterator`: pieces of a template.
    PyPieces "formatteriterator" next_piece;
    /// Payload of `fieldnameiterator`: steps of a field name.
    PySteps "fieldnameiterator" next_step;
}

static ITER: TypeDef = TypeDef { doc: "", sig: "", methods: &[], getset: &[] };

fn codes(vm: &mut Vm, o: &Owned) -> PyResult<Vec<u32>> {
    match o.cast::<PyStr>() {
        Some(s) => Ok(s.chars().collect()),
        None => {
            let t = o.type_name(vm);
            Err(vm.type_error(format!("expected str, got {t}")))
        }
    }
}

fn formatter_parser(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let text = codes(vm, o)?;
    let (mut parts, mut error) = (Vec::new(), None);
    for piece in Pieces::new(&text[..]) {
        let piece = match piece { Ok(p) => p, Err(e) => { error = Some(e.message().to_owned()); break } };
        let literal = vm.new_str_from(Units::Ucs4(&text[piece.literal]))?;
        let row = match piece.field {
            None => [literal, vm.none(), vm.none(), vm.none()],
            Some(field) => {
                let conversion = match field.conversion { Some(c) => vm.new_str_char(c)?, None => vm.none() };
                [literal, vm.new_str_from(Units::Ucs4(&text[field.name]))?, vm.new_str_from(Units::Ucs4(&text[field.spec]))?, conversion]
            }
        };
        parts.push(vm.new_tuple(row)?.into_obj());
    }
    let parts = vm.new_tuple(parts)?;
    Ok(vm.new_object(PyPieces { parts, at: Cell::new(0), error })?.into_obj())
}

fn formatter_field_name_split(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let text = codes(vm, o)?;
    let (first, steps) = match split_field_name(&text[..], 0..text.len()) { Ok(f) => f, Err(e) => return Err(vm.num_error(e)) };
    let first = match first {
        First::Auto => vm.new_str("")?,
        First::Index(i) => vm.new_int(i as i64)?,
        First::Name(range) => vm.new_str_from(Units::Ucs4(&text[range]))?,
    };
    let (mut parts, mut error) = (Vec::new(), None);
    for step in steps {
        let row = match step {
            Ok(Step::Attribute(range)) => [vm.bool(true), vm.new_str_from(Units::Ucs4(&text[range]))?],
            Ok(Step::Index(i)) => [vm.bool(false), vm.new_int(i as i64)?],
            Ok(Step::Key(range)) => [vm.bool(false), vm.new_str_from(Units::Ucs4(&text[range]))?],
            Err(e) => { error = Some(e.message().to_owned()); break }
        };
        parts.push(vm.new_tuple(row)?.into_obj());
    }
    let parts = vm.new_tuple(parts)?;
    let rest = vm.new_object(PySteps { parts, at: Cell::new(0), error })?.into_obj();
    Ok(vm.new_tuple([first, rest])?.into_obj())
}

fn exec(vm: &mut Vm, _: &Owned, _: &Ref<PyDict>) -> PyResult<()> {
    let gc = instar_object::TypeFlags::GC.bits();
    let itself: instar_vm::slots::UnaryFn = |_, this| Ok(this.clone());
    vm.new_native_type::<PyPieces>("builtins", "formatteriterator", None, gc, Slots { iter: Some(itself), next: Some(next_piece), ..Slots::default() }, &ITER)?;
    vm.new_native_type::<PySteps>("builtins", "fieldnameiterator", None, gc, Slots { iter: Some(itself), next: Some(next_step), ..Slots::default() }, &ITER)?;
    Ok(())
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_string",
    doc: "string helper module",
    functions: &[
        Def::new("formatter_field_name_split", "", Native::N1(formatter_field_name_split)).doc("Split the argument as a field name."),
        Def::new("formatter_parser", "", Native::N1(formatter_parser)).doc("Parse the argument as a format string."),
    ],
    exec,
};
