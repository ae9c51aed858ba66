//! Filter specifiers: dicts that describe filters and their options.
//!
//! Not here: the chains made from them (`raw.rs`).

use instar_vm::types::dict::PyDict;
use instar_vm::types::int::int_ref;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Ref, Vm};

use super::raw::{self, Chain, Options};
use super::{error, failure};

fn unsigned(vm: &mut Vm, o: &Owned, max: u64, kind: &str) -> PyResult<u64> {
    let n = vm.index(o)?;
    match int_ref(&n) {
        Some(n) if n.signum() < 0 => Err(vm.value_error("Cannot convert negative int")),
        Some(n) => match n.to_u64().filter(|n| *n <= max) { Some(n) => Ok(n), None => Err(vm.overflow_error(format!("Value too large for {kind} type"))) },
        None => Err(vm.system_error("an int is an int")),
    }
}

fn u32_of(vm: &mut Vm, o: &Owned) -> PyResult<u32> { Ok(unsigned(vm, o, u32::MAX.into(), "uint32_t")? as u32) }

/// The preset argument.
pub fn preset_number(vm: &mut Vm, o: &Owned) -> PyResult<u32> { u32_of(vm, o) }

fn entry(vm: &mut Vm, spec: &Owned, key: &str) -> PyResult<Option<Owned>> {
    let key = vm.intern(key)?;
    if let Some(d) = spec.cast::<PyDict>().filter(|_| spec.is_exact::<PyDict>(vm)) { return d.get_item(vm, &key) }
    match vm.get_item(spec, &key) {
        Ok(v) => Ok(Some(v)),
        Err(e) if e.is(vm, &vm.types.key_error) => Ok(None),
        Err(e) => Err(e),
    }
}

/// The filter's options by name, with the id; an unknown name is the error of this kind of filter.
fn options(vm: &mut Vm, spec: &Owned, known: &[&str], kind: &str) -> PyResult<Vec<Option<Owned>>> {
    let keys = vm.collect(spec)?;
    for k in &keys {
        let name = k.cast::<PyStr>().map(|s| s.to_string_lossy());
        if name.is_none_or(|n| n != "id" && !known.contains(&&*n)) { return Err(vm.value_error(format!("Invalid filter specifier for {kind} filter"))) }
    }
    known.iter().map(|k| entry(vm, spec, k)).collect()
}

#[cold]
fn bad_preset(vm: &mut Vm, n: u32) -> Raised { error(vm, &format!("Invalid compression preset: {n}")) }

/// The options of a preset, or LZMAError.
pub fn preset(vm: &mut Vm, n: u32) -> PyResult<raw::LzmaOptions> { match raw::preset(n) { Some(o) => Ok(o), None => Err(bad_preset(vm, n)) } }

fn lzma(vm: &mut Vm, spec: &Owned) -> PyResult<Options> {
    let number = match entry(vm, spec, "preset")? { Some(p) => u32_of(vm, &p)?, None => raw::PRESET_DEFAULT };
    let mut o = preset(vm, number)?;
    let names = ["preset", "dict_size", "lc", "lp", "pb", "mode", "nice_len", "mf", "depth"];
    let given = options(vm, spec, &names, "LZMA")?;
    for (name, value) in names.iter().zip(&given).skip(1) {
        let Some(value) = value else { continue };
        let n = u32_of(vm, value)?;
        match *name {
            "dict_size" => o.dict_size = n,
            "lc" => o.lc = n,
            "lp" => o.lp = n,
            "pb" => o.pb = n,
            "mode" => o.mode = n as _,
            "nice_len" => o.nice_len = n,
            "mf" => o.mf = n as _,
            _ => o.depth = n,
        }
    }
    Ok(Options::Lzma(Box::new(o)))
}

fn filter(vm: &mut Vm, spec: &Owned) -> PyResult<(u64, Options)> {
    if spec.type_of(vm).slots().getitem.is_none() { return Err(vm.type_error("Filter specifier must be a dict or dict-like object")) }
    let Some(id) = entry(vm, spec, "id")? else { return Err(vm.value_error("Filter specifier must have an \"id\" entry")) };
    let id = unsigned(vm, &id, u64::MAX, "lzma_vli")?;
    let options = match id {
        raw::FILTER_LZMA1 | raw::FILTER_LZMA2 => lzma(vm, spec)?,
        raw::FILTER_DELTA => { let a = options(vm, spec, &["dist"], "delta")?; let n = match &a[0] { Some(n) => u32_of(vm, n)?, None => 1 }; Options::delta(n) }
        id if raw::FILTERS_BCJ.contains(&id) => { let a = options(vm, spec, &["start_offset"], "BCJ")?; let n = match &a[0] { Some(n) => u32_of(vm, n)?, None => 0 }; Options::bcj(n) }
        id => return Err(vm.value_error(format!("Invalid filter ID: {id}"))),
    };
    Ok((id, options))
}

/// The chain of a sequence of specifiers.
pub fn chain(vm: &mut Vm, specs: &Owned) -> PyResult<Chain> {
    if specs.cast::<PyDict>().is_some() || specs.type_of(vm).slots().getitem.is_none() {
        let t = specs.type_name(vm);
        // Lengths come first: what has none says so.
        vm.len(specs)?;
        return Err(vm.type_error(format!("{t} is not a sequence")));
    }
    let n = vm.len(specs)?;
    if n > raw::CHAIN_MAX { return Err(vm.value_error(format!("Too many filters - liblzma supports a maximum of {}", raw::CHAIN_MAX))) }
    let mut parts = Vec::with_capacity(n);
    for i in 0..n {
        let i = vm.new_usize(i)?;
        let spec = vm.get_item(specs, &i)?;
        parts.push(filter(vm, &spec)?);
    }
    Ok(Chain::new(parts))
}

/// `_encode_filter_properties(filter)`
pub fn encode_properties(vm: &mut Vm, _: &Owned, spec: &Owned) -> PyResult {
    let part = filter(vm, spec)?;
    match Chain::new(vec![part]).encode_first() { Ok(b) => vm.new_bytes(&b), Err(code) => Err(failure(vm, code)) }
}

/// `_decode_filter_properties(filter_id, encoded_props)`
pub fn decode_properties(vm: &mut Vm, _: &Owned, id: &Owned, props: &Owned) -> PyResult {
    let id_number = unsigned(vm, id, u64::MAX, "lzma_vli")?;
    let props = vm.bytes_like(props)?;
    let decoded = raw::decode(id_number, &props).map_err(|code| failure(vm, code))?;
    let spec = vm.new_dict()?;
    let put = |vm: &mut Vm, spec: &Ref<PyDict>, name: &str, n: u64| -> PyResult<()> {
        let (key, n) = (vm.intern(name)?, vm.new_uint(n)?);
        spec.set_item(vm, &key, &n)
    };
    put(vm, &spec, "id", id_number)?;
    match decoded {
        raw::Decoded::Lzma(o) => {
            if id_number == raw::FILTER_LZMA1 {
                for (name, n) in [("dict_size", o.dict_size), ("lc", o.lc), ("lp", o.lp), ("pb", o.pb)] { put(vm, &spec, name, n.into())? }
            } else {
                put(vm, &spec, "dict_size", o.dict_size.into())?;
            }
        }
        raw::Decoded::Delta(n) => put(vm, &spec, "dist", n.into())?,
        raw::Decoded::Bcj(Some(n)) => put(vm, &spec, "start_offset", n.into())?,
        raw::Decoded::Bcj(None) => {}
    }
    Ok(spec.into_obj())
}
