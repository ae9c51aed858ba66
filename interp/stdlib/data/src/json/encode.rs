//! `Encoder`: values as JSON text.
//!
//! Not here: strings (`string.rs`).

use instar_base_codec::TextBuilder;
use instar_object::TypeFlags;
use instar_vm::args::{Args, Signature};
use instar_vm::native::{GetSet, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::builtin_function::PyBuiltinFunction;
use instar_vm::types::dict::PyDict;
use instar_vm::types::float::float_value;
use instar_vm::types::int::{int_ref, IntRef};
use instar_vm::types::list::PyList;
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Vm};

use super::string;
use crate::support::type_once;

/// How strings are escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escape { Ascii, Plain, Custom }

/// Payload of `Encoder`.
pub struct Encoder {
    markers: Owned,
    default: Owned,
    encoder: Owned,
    indent: Owned,
    key_separator: Owned,
    item_separator: Owned,
    sort_keys: bool,
    skipkeys: bool,
    allow_nan: bool,
    escape: Escape,
}
instar_vm::trace! { Encoder { markers, default, encoder, indent, key_separator, item_separator } }
instar_vm::fields! { Encoder { markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan, escape } }
instar_vm::payload!(Encoder, "Encoder");

fn escape_of(encoder: &Owned) -> Escape {
    match encoder.cast::<PyBuiltinFunction>().map(|f| f.def.func) {
        Some(instar_vm::native::Native::N1(f)) if f as usize == string::encode_ascii as *const () as usize => Escape::Ascii,
        Some(instar_vm::native::Native::N1(f)) if f as usize == string::encode as *const () as usize => Escape::Plain,
        _ => Escape::Custom,
    }
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let a = args.bind(vm, "make_encoder", const { &Signature::parse("(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)") })?;
    let mut parts = a.into_iter().flatten();
    let mut next = || parts.next();
    let (Some(markers), Some(default), Some(encoder), Some(indent), Some(key_separator), Some(item_separator), Some(sort), Some(skip), Some(nan)) =
        (next(), next(), next(), next(), next(), next(), next(), next(), next()) else { return Err(vm.system_error("bad arguments")) };
    for (i, o) in [(5, &key_separator), (6, &item_separator)] {
        if o.cast::<PyStr>().is_none() {
            let t = if vm.is_none(o) { "None".to_owned() } else { o.given_name(vm) };
            return Err(vm.type_error(format!("make_encoder() argument {i} must be str, not {t}")));
        }
    }
    let (sort_keys, skipkeys, allow_nan) = (vm.truth(&sort)?, vm.truth(&skip)?, vm.truth(&nan)?);
    if !vm.is_none(&markers) && markers.cast::<PyDict>().is_none() {
        let t = markers.type_name(vm);
        return Err(vm.type_error(format!("make_encoder() argument 1 must be dict or None, not {t}")));
    }
    let escape = escape_of(&encoder);
    Ok(vm.new_object_of(ty, Encoder { markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan, escape })?.into_obj())
}

/// One call: the text so far and, with indentation, the texts that start lines.
struct Work<'a> { e: &'a Encoder, out: TextBuilder, indents: Vec<Vec<u32>> }

fn codes(o: &Owned) -> Vec<u32> { o.cast::<PyStr>().map(|s| s.chars().collect()).unwrap_or_default() }

#[cold]
fn note(vm: &mut Vm, e: Raised, text: &str) -> Raised {
    let added = vm.new_str(text).and_then(|t| { let key = vm.intern("add_note")?; vm.call_method(e.exception().obj(), &key, &[t]) });
    match added { Ok(_) => e, Err(other) => other }
}

impl Work<'_> {
    fn text(&mut self, vm: &Vm, s: &str) -> PyResult<()> {
        self.out.push_str(s).map_err(|_| vm.no_memory())
    }
    fn str(&mut self, vm: &Vm, o: &Owned) -> PyResult<()> {
        let Some(s) = o.cast::<PyStr>() else { return Ok(()) };
        self.out.push_units(s.units()).map_err(|_| vm.no_memory())
    }
    fn item_separator(&mut self, vm: &Vm, level: usize) -> PyResult<()> {
        self.str(vm, &self.e.item_separator)?;
        self.line(vm, level)
    }
    /// A new line at this level, if lines are wanted.
    fn line(&mut self, vm: &Vm, level: usize) -> PyResult<()> {
        if vm.is_none(&self.e.indent) { return Ok(()) }
        while self.indents.len() <= level {
            let mut next = self.indents.last().cloned().unwrap_or_else(|| vec![10]);
            if !self.indents.is_empty() { next.extend(codes(&self.e.indent)) }
            self.indents.push(next);
        }
        self.out.push_slice(&self.indents[level]).map_err(|_| vm.no_memory())
    }

    fn string(&mut self, vm: &mut Vm, o: &Owned) -> PyResult<()> {
        match (self.e.escape, o.cast::<PyStr>()) {
            (Escape::Custom, _) | (_, None) => {
                let made = vm.call1(&self.e.encoder, o)?;
                if made.cast::<PyStr>().is_none() {
                    let t = made.type_name(vm);
                    return Err(vm.type_error(format!("encoder() must return a string, not {t}")));
                }
                self.str(vm, &made)
            }
            (escape, Some(s)) => string::escape_into(vm, &mut self.out, s, escape == Escape::Ascii),
        }
    }

    fn float(&self, vm: &mut Vm, o: &Owned, x: f64) -> PyResult<String> {
        if x.is_finite() { return Ok(instar_base_num::float_repr(x)) }
        if !self.e.allow_nan {
            let r = vm.repr_text(o)?;
            return Err(vm.value_error(format!("Out of range float values are not JSON compliant: {r}")));
        }
        Ok(if x.is_nan() { "NaN" } else if x > 0.0 { "Infinity" } else { "-Infinity" }.to_owned())
    }

    fn int(&self, vm: &mut Vm, o: &Owned) -> PyResult<Option<String>> {
        Ok(match int_ref(o) {
            Some(IntRef::Small(n)) => Some(n.to_string()),
            Some(IntRef::Big(_)) => { let exact = vm.exact_int(o)?; Some(vm.repr_text(&exact)?) }
            None => None,
        })
    }

    /// Text of a constant or number.
    fn scalar(&self, vm: &mut Vm, o: &Owned) -> PyResult<Option<String>> {
        if vm.is_none(o) { return Ok(Some("null".into())) }
        if o.is(&vm.consts.true_) { return Ok(Some("true".into())) }
        if o.is(&vm.consts.false_) { return Ok(Some("false".into())) }
        if let Some(t) = self.int(vm, o)? { return Ok(Some(t)) }
        match float_value(o) { Some(x) => Ok(Some(self.float(vm, o, x)?)), None => Ok(None) }
    }

    fn mark(&self, vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
        let Some(markers) = self.e.markers.cast::<PyDict>() else { return Ok(None) };
        let id = vm.new_usize(o.word().raw())?;
        if markers.contains(vm, &id)? { return Err(vm.value_error("Circular reference detected")) }
        markers.set_item(vm, &id, o)?;
        Ok(Some(id))
    }
    fn unmark(&self, vm: &mut Vm, id: Option<Owned>) -> PyResult<()> {
        if let (Some(id), Some(markers)) = (id, self.e.markers.cast::<PyDict>()) && !markers.del_item(vm, &id)? { return Err(vm.key_error(&id)) }
        Ok(())
    }

    fn value(&mut self, vm: &mut Vm, o: &Owned, level: usize) -> PyResult<()> {
        if o.cast::<PyStr>().is_some() { return self.string(vm, o) }
        if let Some(t) = self.scalar(vm, o)? { return self.text(vm, &t) }
        vm.check_native_stack(" while encoding a JSON object")?;
        if o.cast::<PyList>().is_some() || o.cast::<PyTuple>().is_some() { return self.list(vm, o, level) }
        if o.cast::<PyDict>().is_some() { return self.dict(vm, o, level) }
        let id = self.mark(vm, o)?;
        let made = vm.call1(&self.e.default, o)?;
        if let Err(e) = self.value(vm, &made, level) {
            let t = o.type_name(vm);
            return Err(note(vm, e, &format!("when serializing {t} object")));
        }
        self.unmark(vm, id)
    }

    fn list(&mut self, vm: &mut Vm, o: &Owned, level: usize) -> PyResult<()> {
        let item = |vm: &Vm, i: usize| match o.cast::<PyList>() { Some(l) => l.get(vm, i), None => o.cast::<PyTuple>().and_then(|t| t.get(i)) };
        if item(vm, 0).is_none() { return self.text(vm, "[]") }
        let id = self.mark(vm, o)?;
        self.text(vm, "[")?;
        self.line(vm, level + 1)?;
        let mut i = 0;
        while let Some(v) = item(vm, i) {
            if i > 0 { self.item_separator(vm, level + 1)? }
            if let Err(e) = self.value(vm, &v, level + 1) {
                let t = o.type_name(vm);
                return Err(note(vm, e, &format!("when serializing {t} item {i}")));
            }
            i += 1;
        }
        self.unmark(vm, id)?;
        self.line(vm, level)?;
        self.text(vm, "]")
    }

    fn dict(&mut self, vm: &mut Vm, o: &Owned, level: usize) -> PyResult<()> {
        if vm.len(o)? == 0 { return self.text(vm, "{}") }
        let id = self.mark(vm, o)?;
        self.text(vm, "{")?;
        let pairs = self.pairs(vm, o)?;
        let mut first = true;
        for (key, value) in pairs {
            let text = if key.cast::<PyStr>().is_some() { None } else {
                match self.scalar(vm, &key)? {
                    Some(t) => Some(t),
                    None if self.e.skipkeys => continue,
                    None => {
                        let t = key.type_name(vm);
                        return Err(vm.type_error(format!("keys must be str, int, float, bool or None, not {t}")));
                    }
                }
            };
            if first { self.line(vm, level + 1)? } else { self.item_separator(vm, level + 1)? }
            first = false;
            match text { Some(t) => { let t = vm.new_str(&t)?; self.string(vm, &t)? } None => self.string(vm, &key)? }
            self.str(vm, &self.e.key_separator)?;
            if let Err(e) = self.value(vm, &value, level + 1) {
                let (t, k) = (o.type_name(vm), vm.repr_text(&key)?);
                return Err(note(vm, e, &format!("when serializing {t} item {k}")));
            }
        }
        self.unmark(vm, id)?;
        if !first { self.line(vm, level)? }
        self.text(vm, "}")
    }

    fn pairs(&self, vm: &mut Vm, o: &Owned) -> PyResult<Vec<(Owned, Owned)>> {
        if let Some(d) = o.cast::<PyDict>().filter(|_| o.is_exact::<PyDict>(vm) && !self.e.sort_keys) { return d.pairs(vm) }
        let key = vm.names.items.clone();
        let items = vm.call_method(o, &key, &[])?;
        let items = vm.collect(&items)?;
        let list = vm.new_list(items)?;
        if self.e.sort_keys { let key = vm.names.sort.clone(); vm.call_method(list.obj(), &key, &[])?; }
        let mut out = Vec::new();
        for pair in list.items(vm).to_vec() {
            match pair.cast::<PyTuple>().map(|t| t.items()) {
                Some([k, v]) => vm.push(&mut out, (k.clone(), v.clone()))?,
                _ => return Err(vm.value_error("items must return 2-tuples")),
            }
        }
        Ok(out)
    }
}

fn this(o: &Owned) -> &Encoder { o.cast::<Encoder>().expect("law: checked by the descriptor") }

fn call(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let a = args.bind(vm, "_iterencode", const { &Signature::parse("(obj, _current_indent_level)") })?;
    let (Some(value), Some(level)) = (&a[0], &a[1]) else { return Err(vm.system_error("bad arguments")) };
    let level = usize::try_from(vm.size_argument(level)?).unwrap_or(0);
    let e = this(o);
    if !vm.is_none(&e.indent) && e.indent.cast::<PyStr>().is_none() {
        let t = e.indent.type_name(vm);
        return Err(vm.type_error(format!("can only concatenate str (not \"{t}\") to str")));
    }
    let mut work = Work { e, out: TextBuilder::new(), indents: Vec::new() };
    work.value(vm, value, level)?;
    let text = vm.new_str_built(work.out)?;
    Ok(vm.new_tuple([text])?.into_obj())
}

static DEF: TypeDef = TypeDef {
    doc: "Encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)",
    sig: "",
    methods: &[],
    getset: &[
        GetSet { doc: "markers", ..GetSet::ro("markers", |_, o| Ok(this(o).markers.clone())) },
        GetSet { doc: "default", ..GetSet::ro("default", |_, o| Ok(this(o).default.clone())) },
        GetSet { doc: "encoder", ..GetSet::ro("encoder", |_, o| Ok(this(o).encoder.clone())) },
        GetSet { doc: "indent", ..GetSet::ro("indent", |_, o| Ok(this(o).indent.clone())) },
        GetSet { doc: "key_separator", ..GetSet::ro("key_separator", |_, o| Ok(this(o).key_separator.clone())) },
        GetSet { doc: "item_separator", ..GetSet::ro("item_separator", |_, o| Ok(this(o).item_separator.clone())) },
        GetSet { doc: "sort_keys", ..GetSet::ro("sort_keys", |vm, o| Ok(vm.bool(this(o).sort_keys))) },
        GetSet { doc: "skipkeys", ..GetSet::ro("skipkeys", |vm, o| Ok(vm.bool(this(o).skipkeys))) },
    ],
};

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<TypeRef> {
    type_once::<Encoder>(vm, "_json", "Encoder", None, TypeFlags::GC.bits() | vm_flags::BASETYPE, Slots { new: Some(new), call: Some(call), ..Slots::default() }, &DEF)
}
