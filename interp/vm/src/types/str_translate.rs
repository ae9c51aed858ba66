//! `str.translate` and `str.maketrans`.
//!
//! Not here: the mapping tables themselves, which may be any objects with `__getitem__`.

use instar_base_codec::TextBuilder;

use crate::object::{ObjExt, Owned};
use crate::types::dict::PyDict;
use crate::types::int::{int_ref, IntRef};
use crate::types::str::{this_str, PyStr};
use crate::types::str_methods::str_arg;
use crate::vm::{PyResult, Vm};

/// What a table says about one character.
enum Mapped { Same, Gone, Code(u32), Text(Owned) }

fn look_up(vm: &mut Vm, table: &Owned, code: u32) -> PyResult<Mapped> {
    let key = vm.new_int(i64::from(code))?;
    let value = match vm.get_item(table, &key) {
        Ok(value) => value,
        Err(e) if e.is(vm, &vm.types.lookup_error) => return Ok(Mapped::Same),
        Err(e) => return Err(e),
    };
    if vm.is_none(&value) { return Ok(Mapped::Gone) }
    if value.cast::<PyStr>().is_some() { return Ok(Mapped::Text(value)) }
    match int_ref(&value) {
        Some(IntRef::Small(n)) if (0..=0x10FFFF).contains(&n) => Ok(Mapped::Code(n as u32)),
        Some(_) => Err(vm.value_error("character mapping must be in range(0x110000)")),
        None => Err(vm.type_error("character mapping must return integer, None or str")),
    }
}

pub(super) fn translate(vm: &mut Vm, this: &Owned, table: &Owned) -> PyResult {
    let s = this_str(this);
    let mut out = TextBuilder::with_capacity(s.len()).map_err(|_| vm.no_memory())?;
    // ASCII answers of an exact dict cannot change under us: looking them up runs no Python code for int keys and exact dicts.
    let stable = table.is_exact::<PyDict>(vm);
    let mut known: [Option<u32>; 128] = [None; 128];
    for code in s.chars() {
        if let Some(to) = known.get(code as usize).copied().flatten() {
            out.push(to).map_err(|_| vm.no_memory())?;
            continue;
        }
        let mapped = look_up(vm, table, code)?;
        let pushed = match &mapped {
            Mapped::Gone => Ok(()),
            Mapped::Same => out.push(code),
            Mapped::Code(c) => out.push(*c),
            Mapped::Text(t) => out.push_units(this_str(t).units()),
        };
        pushed.map_err(|_| vm.no_memory())?;
        if stable && let (Some(slot), Mapped::Same | Mapped::Code(_)) = (known.get_mut(code as usize), &mapped) {
            *slot = Some(if let Mapped::Code(c) = mapped { c } else { code });
        }
    }
    vm.new_str_built(out)
}

pub(super) fn maketrans(vm: &mut Vm, _this: &Owned, args: &[Owned]) -> PyResult {
    let table = vm.new_dict()?;
    let Some(y) = args.get(1) else {
        let Some(source) = args[0].cast::<PyDict>().filter(|_| args[0].is_exact::<PyDict>(vm)) else {
            return Err(vm.type_error("if you give only one argument to maketrans it must be a dict"));
        };
        let mut at = 0;
        while let Some((next, key, value)) = source.next_entry(vm, at) {
            at = next;
            let key = match (key.cast::<PyStr>(), int_ref(&key)) {
                (Some(s), _) => match s.get(0).filter(|_| s.len() == 1) {
                    Some(code) => vm.new_int(i64::from(code))?,
                    None => return Err(vm.value_error("string keys in translate table must be of length 1")),
                },
                (None, Some(_)) => key,
                (None, None) => return Err(vm.type_error("keys in translate table must be strings or integers")),
            };
            table.set_item(vm, &key, &value)?;
        }
        return Ok(table.into_obj());
    };
    let Some(x) = args[0].cast::<PyStr>() else {
        return Err(vm.type_error("first maketrans argument must be a string if there is a second argument"));
    };
    let y = str_arg(vm, y, "maketrans() argument 2")?;
    let z = match args.get(2) { Some(z) => Some(str_arg(vm, z, "maketrans() argument 3")?), None => None };
    if x.len() != y.len() { return Err(vm.value_error("the first two maketrans arguments must have equal length")) }
    for (from, to) in x.chars().zip(y.chars()) {
        let (from, to) = (vm.new_int(i64::from(from))?, vm.new_int(i64::from(to))?);
        table.set_item(vm, &from, &to)?;
    }
    for gone in z.into_iter().flat_map(PyStr::chars) {
        let (gone, none) = (vm.new_int(i64::from(gone))?, vm.none());
        table.set_item(vm, &gone, &none)?;
    }
    Ok(table.into_obj())
}
