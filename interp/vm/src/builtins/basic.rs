//! Builtins that look at or change one object: attributes, numbers, characters, text.
//!
//! Not here: what iterates (`iterate.rs`), scopes (`scope.rs`).

use crate::object::{ObjExt, Owned};
use crate::types::str::PyStr;
use crate::vm::{PyResult, Vm};

/// `format(int(o), spec)` for `bin`, `oct`, `hex`.
pub fn in_radix(vm: &mut Vm, o: &Owned, spec: &str) -> PyResult {
    let n = vm.index(o)?;
    let spec = vm.new_str(spec)?;
    vm.format(&n, &spec)
}

/// `chr(i)`
pub fn chr(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let code = match vm.index_i64(o) {
        Ok(n) => n,
        Err(e) if e.is(vm, &vm.types.overflow_error) => return Err(vm.value_error("chr() arg not in range(0x110000)")),
        Err(e) => return Err(e),
    };
    match u32::try_from(code) {
        Ok(c) if c < 0x110000 => vm.new_str_char(c),
        _ => Err(vm.value_error("chr() arg not in range(0x110000)")),
    }
}

/// `ord(c)`
pub fn ord(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let size = if let Some(s) = o.cast::<PyStr>() {
        match s.get(0) { Some(c) if s.len() == 1 => return vm.new_int(i64::from(c)), _ => s.len() }
    } else if o.is_instance_of(vm, &vm.types.bytes) || o.is_instance_of(vm, &vm.types.bytearray) {
        let n = vm.len(o)?;
        if n == 1 {
            let zero = vm.new_int(0)?;
            return vm.get_item(o, &zero);
        }
        n
    } else {
        let t = o.type_name(vm);
        return Err(vm.type_error(format!("ord() expected string of length 1, but {t} found")));
    };
    Err(vm.type_error(format!("ord() expected a character, but string of length {size} found")))
}

fn check_name(vm: &mut Vm, name: &Owned) -> PyResult<()> {
    if name.cast::<PyStr>().is_some() { return Ok(()) }
    let t = name.type_name(vm);
    Err(vm.type_error(format!("attribute name must be string, not '{t}'")))
}

/// `getattr(o, name[, default])`
pub fn getattr(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    check_name(vm, &args[1])?;
    match args.get(2) {
        None => vm.get_attr(&args[0], &args[1]),
        Some(default) => Ok(vm.get_attr_opt(&args[0], &args[1])?.unwrap_or_else(|| default.clone())),
    }
}

/// `hasattr(o, name)`
pub fn hasattr(vm: &mut Vm, _: &Owned, o: &Owned, name: &Owned) -> PyResult {
    check_name(vm, name)?;
    let found = vm.get_attr_opt(o, name)?.is_some();
    Ok(vm.bool(found))
}

/// `setattr(o, name, value)`
pub fn setattr(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    check_name(vm, &args[1])?;
    vm.set_attr(&args[0], &args[1], &args[2])?;
    Ok(vm.none())
}

/// `delattr(o, name)`
pub fn delattr(vm: &mut Vm, _: &Owned, o: &Owned, name: &Owned) -> PyResult {
    check_name(vm, name)?;
    vm.del_attr(o, name)?;
    Ok(vm.none())
}

/// `hash(o)`
pub fn hash(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let h = vm.hash(o)?;
    vm.new_int(h)
}

/// `id(o)`: the word itself, which is unique for immediates too.
pub fn id(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let raw = vm.identity(o);
    vm.new_usize(raw)
}

/// `format(value, spec='')`
pub fn format(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let spec = args.get(1).cloned().unwrap_or_else(|| vm.consts.empty_str.clone());
    if spec.cast::<PyStr>().is_none() {
        let t = spec.given_name(vm);
        return Err(vm.type_error(format!("format() argument 2 must be str, not {t}")));
    }
    vm.format(&args[0], &spec)
}

/// `divmod(x, y)`
pub fn divmod(vm: &mut Vm, _: &Owned, x: &Owned, y: &Owned) -> PyResult { vm.divmod(x, y) }

/// `pow(base, exp, mod=None)`
pub fn pow(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let (Some(base), Some(exp)) = (&args[0], &args[1]) else { return Err(vm.system_error("unbound argument")) };
    let modulus = args[2].clone().unwrap_or_else(|| vm.none());
    vm.pow(base, exp, &modulus)
}

/// `round(number, ndigits=None)`
pub fn round(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(number) = &args[0] else { return Err(vm.system_error("unbound argument")) };
    let name = vm.names.__round__.clone();
    let Some(method) = vm.lookup_special(number, &name)? else {
        let t = number.type_name(vm);
        return Err(vm.type_error(format!("type {t} doesn't define __round__ method")));
    };
    match args[1].as_ref().filter(|n| !vm.is_none(n)) {
        Some(digits) => vm.call1(&method, digits),
        None => vm.call0(&method),
    }
}
