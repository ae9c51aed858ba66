//! `SyntaxError`: details and text.
//!
//! Not here: the report with source line and caret (`display.rs`).

use crate::args::Args;
use crate::native::{GetSet, TypeDef};
use crate::object::{ObjExt, Owned};
use crate::slots::Slots;
use crate::types::exception::{self, field_attr, this};
use crate::types::int::int_ref;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Vm};

/// Fields.
#[allow(missing_docs)]
pub mod field {
    pub const MSG: usize = 0;
    pub const FILENAME: usize = 1;
    pub const LINENO: usize = 2;
    pub const OFFSET: usize = 3;
    pub const TEXT: usize = 4;
    pub const END_LINENO: usize = 5;
    pub const END_OFFSET: usize = 6;
    pub const PRINT_FILE_AND_LINE: usize = 7;
    pub const METADATA: usize = 8;
}
use field::*;

fn init_slot(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    exception::init(vm, o, args)?;
    let e = this(o).clone();
    if let Some(msg) = args.pos().first() { e.set_field(MSG, Some(msg.clone())) }
    let [_, info] = args.pos() else { return Ok(()) };
    let info = vm.collect(info)?;
    if info.len() < 4 || info.len() > 7 {
        let (how, n) = if info.len() < 4 { ("at least", 4) } else { ("at most", 7) };
        return Err(vm.type_error(format!("function takes {how} {n} arguments ({} given)", info.len())));
    }
    for f in [FILENAME, LINENO, OFFSET, TEXT, END_LINENO, END_OFFSET, METADATA] { e.set_field(f, None) }
    for (f, v) in [FILENAME, LINENO, OFFSET, TEXT, END_LINENO, END_OFFSET, METADATA].into_iter().zip(&info) { e.set_field(f, Some(v.clone())) }
    if info.len() == 5 { return Err(vm.type_error("end_offset must be provided when end_lineno is provided")) }
    Ok(())
}

fn str(vm: &mut Vm, o: &Owned) -> PyResult {
    let e = this(o).clone();
    let msg = vm.option_to_none(e.field(MSG));
    let file: Option<Vec<u32>> = e.field(FILENAME).and_then(|f| f.cast::<PyStr>().map(|s| s.chars().collect()));
    let line = e.field(LINENO).filter(|n| n.is_instance_of(vm, &vm.types.int) && int_ref(n).is_some());
    if file.is_none() && line.is_none() { return vm.str(&msg) }
    let mut parts = vec![vm.str(&msg)?, vm.new_str(" (")?];
    if let Some(file) = file {
        let name = file.rsplit(|c| *c == u32::from('/')).next().unwrap_or_default();
        parts.push(vm.new_str_from_code_points(name)?);
        if line.is_some() { parts.push(vm.new_str(", ")?) }
    }
    if let Some(n) = line { parts.extend([vm.new_str("line ")?, vm.str(&n)?]) }
    parts.push(vm.new_str(")")?);
    super::str::join(vm, &parts)
}

static DEF: TypeDef = TypeDef {
    doc: "Invalid syntax.",
    sig: "",
    methods: &[],
    getset: &[
        GetSet { doc: "exception msg", ..field_attr!("msg", MSG) },
        GetSet { doc: "exception filename", ..field_attr!("filename", FILENAME) },
        GetSet { doc: "exception lineno", ..field_attr!("lineno", LINENO) },
        GetSet { doc: "exception offset", ..field_attr!("offset", OFFSET) },
        GetSet { doc: "exception text", ..field_attr!("text", TEXT) },
        GetSet { doc: "exception end lineno", ..field_attr!("end_lineno", END_LINENO) },
        GetSet { doc: "exception end offset", ..field_attr!("end_offset", END_OFFSET) },
        GetSet { doc: "exception print_file_and_line", ..field_attr!("print_file_and_line", PRINT_FILE_AND_LINE) },
        GetSet { doc: "exception private metadata", ..field_attr!("_metadata", METADATA) },
    ],
};

/// Fills `SyntaxError`.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.syntax_error.clone();
    vm.fill_type(&ty, Slots { init: Some(init_slot), str: Some(str), ..Slots::default() }, &DEF)
}
