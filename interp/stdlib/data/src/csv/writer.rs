//! `Writer`: records into lines.
//!
//! Not here: the dialect's rules (`dialect.rs`).

use instar_object::TypeFlags;
use instar_vm::args::{check_count, Args};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::Ref;
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::complex::PyComplex;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Vm};

use super::dialect::{self, dialect_of, Dialect};
use super::error;
use crate::support::type_once;

/// Payload of `Writer`.
pub struct Writer { write: Owned, dialect: Ref<Dialect> }
instar_vm::trace! { Writer { write, dialect } }
instar_vm::fields! { Writer { write, dialect } }
instar_vm::payload!(Writer, "writer");

/// `writer(fileobj, dialect='excel', **fmtparams)`
pub fn new(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult {
    let pos = args.pos();
    check_count(vm, "writer", pos.len(), 1, 2)?;
    let key = vm.names.write.clone();
    let write = match vm.get_attr_opt(&pos[0], &key)? { Some(w) if vm.is_callable(&w) => w, _ => return Err(vm.type_error("argument 1 must have a \"write\" method")) };
    let dialect = dialect_of(vm, pos.get(1), args)?;
    Ok(vm.new_object(Writer { write, dialect })?.into_obj())
}

fn is_number(vm: &Vm, o: &Owned) -> bool {
    let s = o.type_of(vm).slots();
    o.word().is_int() || s.index.is_some() || s.int.is_some() || s.float.is_some() || o.cast::<PyComplex>().is_some()
}

#[cold]
fn unquotable(vm: &mut Vm) -> Raised { error(vm, "empty field must be quoted if delimiter is a space and skipinitialspace is true") }

/// Appends one field.
fn append(vm: &mut Vm, d: &Dialect, line: &mut Vec<u32>, text: Option<&PyStr>, first: bool, mut quoted: bool) -> PyResult<()> {
    if !first { vm.push(line, d.delimiter)? }
    let start = line.len();
    for c in text.iter().flat_map(|t| t.chars()) {
        let special = c == d.delimiter || Some(c) == d.escapechar || Some(c) == d.quotechar || c == 10 || c == 13 || d.ends_record(c);
        if special {
            let mut escape = d.quoting == dialect::NONE;
            if !escape {
                if Some(c) == d.quotechar {
                    if d.doublequote { vm.push(line, c)? } else { escape = true }
                } else if Some(c) == d.escapechar { escape = true }
                if !escape { quoted = true }
            }
            if escape {
                let Some(e) = d.escapechar else { return Err(error(vm, "need to escape, but no escapechar set")) };
                vm.push(line, e)?;
            }
        }
        vm.push(line, c)?;
    }
    if line.len() == start && d.delimiter == 32 && d.skipinitialspace {
        let plain = d.quoting == dialect::NONE || text.is_none() && (d.quoting == dialect::STRINGS || d.quoting == dialect::NOTNULL);
        if plain { return Err(unquotable(vm)) }
        quoted = true;
    }
    if quoted && let Some(q) = d.quotechar {
        vm.push(line, q)?;
        vm.push(line, q)?;
        let end = line.len() - 1;
        line.copy_within(start..end - 1, start + 1);
        line[start] = q;
    }
    Ok(())
}

fn this(o: &Owned) -> &Writer { o.cast::<Writer>().expect("law: checked by the descriptor") }

fn writerow(vm: &mut Vm, o: &Owned, row: &Owned) -> PyResult {
    let it = match vm.iter(row) {
        Ok(it) => it,
        Err(e) if e.is(vm, &vm.types.type_error) => { let t = row.type_name(vm); return Err(error(vm, &format!("iterable expected, not {t}"))) }
        Err(e) => return Err(e),
    };
    let d = this(o).dialect.clone();
    let (mut line, mut count, mut last_null) = (Vec::new(), 0usize, false);
    while let Some(field) = vm.next(&it)? {
        last_null = vm.is_none(&field);
        let quoted = match d.quoting {
            dialect::NONNUMERIC => !is_number(vm, &field),
            dialect::ALL => true,
            dialect::STRINGS => field.cast::<PyStr>().is_some(),
            dialect::NOTNULL => !last_null,
            _ => false,
        };
        let text = if last_null { None } else if field.cast::<PyStr>().is_some() { Some(field) } else { Some(vm.str(&field)?) };
        append(vm, &d, &mut line, text.as_ref().and_then(|t| t.cast::<PyStr>()).map(|t| &**t), count == 0, quoted)?;
        count += 1;
    }
    if count > 0 && line.is_empty() {
        if d.quoting == dialect::NONE || last_null && (d.quoting == dialect::STRINGS || d.quoting == dialect::NOTNULL) {
            return Err(error(vm, "single empty field record must be quoted"));
        }
        append(vm, &d, &mut line, None, true, true)?;
    }
    vm.append(&mut line, &d.lineterminator)?;
    let text = vm.new_str_from_code_points(&line)?;
    let write = this(o).write.clone();
    vm.call1(&write, &text)
}

fn writerows(vm: &mut Vm, o: &Owned, rows: &Owned) -> PyResult {
    let it = vm.iter(rows)?;
    while let Some(row) = vm.next(&it)? { writerow(vm, o, &row)?; }
    Ok(vm.none())
}

static DEF: TypeDef = TypeDef {
    doc: "CSV writer\n\nWriter objects are responsible for generating tabular data\nin CSV format from sequence input.\n",
    sig: "",
    methods: &[
        Def::new("writerow", "($self, row, /)", Native::N1(writerow)).doc("Construct and write a CSV record from an iterable of fields.\n\nNon-string elements will be converted to string."),
        Def::new("writerows", "($self, rows, /)", Native::N1(writerows)).doc("Construct and write a series of iterables to a csv file.\n\nNon-string elements will be converted to string."),
    ],
    getset: &[GetSet::ro("dialect", |_, o| Ok(this(o).dialect.obj().clone()))],
};

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<TypeRef> {
    let ty = type_once::<Writer>(vm, "_csv", "writer", None, TypeFlags::GC.bits(), Slots::default(), &DEF)?;
    ty.set_flag(vm_flags::NO_NEW, true);
    Ok(ty)
}
