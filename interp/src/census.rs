//! `instar -X heap`: what lives on the heap when the main module has ended, as JSON to the file that `INSTAR_HEAP` names.
//! `instar -X layout`: the builtin types, field by field, and some values, as JSON to standard output. Both say what is true under
//! every layout; the lab computes bytes from it.
//!
//! Not here: the census itself (`instar-vm::census`), reading (`experiments/src/census.rs`).

use std::fmt::Write;
use std::io;

use instar_compiler::{Mode, Options};
use instar_object::reflect::Facts;
use instar_object::{Active, Layout, TypeFlags};
use instar_vm::builtins::execute;
use instar_vm::builtins::syntax_error::compile_text;
use instar_vm::census::{self, Immediates, CACHED_INTS};
use instar_vm::types::list::PyList;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, PyResult, Vm};

use crate::fingerprint::string;

/// Writes the heap's file; does nothing if the variable is not set.
pub fn write(vm: &Vm) -> io::Result<()> {
    let Some(path) = std::env::var_os("INSTAR_HEAP") else { return Ok(()) };
    let census = census::take(vm);
    let m = vm.heap.mem_stats();
    let groups: Vec<String> = census.groups.iter().map(|((ty, facts), count)| group(ty, facts, *count)).collect();
    let immediates = |i: Immediates| format!("[{},{}]", i.stored, i.distinct);
    std::fs::write(path, format!(
        "{{\"layout\":{},\"live_requested_bytes\":{},\"live_cell_bytes\":{},\"live_page_bytes\":{},\"live_cells\":{},\"seen_requested_bytes\":{},\"seen_cells\":{},\"dead\":[{},{}],\
         \"cached_ints\":{CACHED_INTS},\"ints\":{},\"floats\":{},\"groups\":[\n{}\n]}}\n",
        string(&Active::name()), m.requested, m.cell, m.page, m.live_cells, census.requested, census.cells, census.dead.0, census.dead.1,
        immediates(census.ints), immediates(census.floats), groups.join(",\n"),
    ))
}

/// Prints types and values.
pub fn layouts(vm: &mut Vm) -> PyResult<()> {
    let mut text = String::from("{\"types\":[\n");
    let types = vm.types.all();
    for (i, ty) in types.iter().enumerate() {
        let info = &ty.info;
        let has = |flag| info.flags.get().contains(flag);
        let fields: Vec<String> = info.vtable.fields.iter().map(|f| format!("[{},{},{}]", string(f.name), f.offset, f.bytes)).collect();
        let _ = write!(
            text, "{{\"name\":{},\"gc\":{},\"weakref\":{},\"attrs\":{},\"variable\":{},\"payload\":{},\"fields\":[{}]}}{}\n",
            string(&ty.display_name(vm)), has(TypeFlags::GC), has(TypeFlags::WEAKREF), has(TypeFlags::ATTRS), has(TypeFlags::VAR),
            info.payload_bytes, fields.join(","), if i + 1 < types.len() { "," } else { "" },
        );
    }
    text.push_str("],\"samples\":[\n");
    let samples = samples(vm)?;
    text.push_str(&samples.join(",\n"));
    text.push_str("\n]}\n");
    print!("{text}");
    Ok(())
}

/// The values of `samples.py`.
fn samples(vm: &mut Vm) -> PyResult<Vec<String>> {
    let code = compile_text(vm, include_str!("samples.py"), "<samples>", Mode::Exec, &Options::default())?;
    let namespace = vm.new_dict()?;
    execute::run_code(vm, &code, &namespace, namespace.obj(), None)?;
    let name = vm.intern("samples")?;
    let Some(list) = namespace.get_item(vm, &name)? else { return Ok(Vec::new()) };
    let pairs = list.cast::<PyList>().map(|l| l.items(vm).to_vec()).unwrap_or_default();
    let mut out = Vec::new();
    for pair in pairs {
        let Some([label, value]) = pair.cast::<PyTuple>().map(|t| t.items()).and_then(|items| <&[_; 2]>::try_from(items).ok()) else { continue };
        let objects: Vec<String> = census::of_value(vm, value).iter().map(|(ty, facts)| group(ty, facts, 1)).collect();
        let label = vm.str(label)?;
        let label = label.cast::<instar_vm::types::str::PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default();
        out.push(format!("{{\"name\":{},\"objects\":[{}]}}", string(&label), objects.join(",")));
    }
    Ok(out)
}

/// Objects that are alike.
fn group(ty: &str, f: &Facts, count: u64) -> String {
    let mut text = format!("{{\"type\":{},\"count\":{count},\"gc\":{},\"weakref\":{},\"payload\":{},\"slots\":{}", string(ty), f.gc, f.weakref, f.payload, f.slots);
    if let Some(a) = f.attrs {
        let _ = write!(text, ",\"attrs\":{{\"names\":{},\"set\":{},\"dict\":{},\"sized\":{}", a.names, a.set, a.dict, a.sized);
        if let Some(found) = a.found {
            let _ = write!(text, ",\"cell\":{},\"block\":{}", found.cell, found.block.map_or("null".to_owned(), |b| b.to_string()));
        }
        text.push('}');
    }
    if let Some(b) = f.buffer { let _ = write!(text, ",\"buffer\":[{},{}]", b.bytes, b.used); }
    if !f.immediate.is_empty() {
        let names: Vec<String> = f.immediate.iter().map(|n| string(n)).collect();
        let _ = write!(text, ",\"immediate\":[{}]", names.join(","));
    }
    text + "}"
}
