//! `ZstdDict`: the content of a dictionary, and how a context shall take it.
//!
//! Not here: training (`mod.rs`).

use instar_vm::args::{Args, Signature};
use instar_vm::native::{GetSet, TypeDef};
use instar_vm::object::Ref;
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::int::int_ref;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Vm};

use super::raw;

/// Payload of `ZstdDict`. The bytes never change: contexts may point at them while they keep the object.
pub struct Dict { content: Box<[u8]>, id: u32 }
instar_vm::trace! { Dict { } }
instar_vm::fields! { Dict { content, id } }
instar_vm::payload!(Dict, "ZstdDict");

impl Dict {
    /// The content.
    pub fn content(&self) -> &[u8] { &self.content }
}

/// How a context takes a dictionary.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Use { Digested, Undigested, Prefix }

#[cold]
fn no_dict(vm: &mut Vm) -> Raised { vm.type_error("zstd_dict argument should be a ZstdDict object.") }

/// A dictionary argument: a `ZstdDict`, or one of its pairs with a number.
pub fn argument(vm: &mut Vm, o: &Owned, default: Use) -> PyResult<(Ref<Dict>, Use)> {
    if let Some(d) = o.cast::<Dict>() { return Ok((d.clone(), default)) }
    if let Some(t) = o.cast::<PyTuple>() && let [d, n] = t.items() && let (Some(d), Some(n)) = (d.cast::<Dict>(), int_ref(n)) {
        let Some(n) = n.to_i64().and_then(|n| i32::try_from(n).ok()) else { return Err(vm.overflow_error("Python int too large to convert to C int")) };
        let taken = match Some(n) { Some(0) => Use::Digested, Some(1) => Use::Undigested, Some(2) => Use::Prefix, _ => return Err(no_dict(vm)) };
        return Ok((d.clone(), taken));
    }
    Err(no_dict(vm))
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    if args.pos().is_empty() { return Err(vm.type_error("ZstdDict() takes exactly 1 positional argument (0 given)")) }
    let a = args.bind(vm, "ZstdDict", const { &Signature::parse("(dict_content, /, *, is_raw=False)") })?;
    let Some(content) = &a[0] else { return Err(vm.system_error("bad arguments")) };
    let content = vm.bytes_like(content)?;
    let is_raw = match &a[1] { Some(o) => vm.truth(o)?, None => false };
    if content.len() < 8 { return Err(vm.value_error("Zstandard dictionary content too short (must have at least eight bytes)")) }
    let id = raw::dict_id(&content);
    if id == 0 && !is_raw { return Err(vm.value_error("invalid Zstandard dictionary")) }
    let id = if is_raw { raw::dict_id(&content) } else { id };
    Ok(vm.new_object_of(ty, Dict { content: content.into_boxed_slice(), id })?.into_obj())
}

fn this(o: &Owned) -> &Dict { o.cast::<Dict>().expect("law: checked by the descriptor") }

fn pair(vm: &mut Vm, o: &Owned, n: i64) -> PyResult { let n = vm.new_int(n)?; Ok(vm.new_tuple([o.clone(), n])?.into_obj()) }

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let d = this(o);
    vm.new_str(&format!("<ZstdDict dict_id={} dict_size={}>", d.id, d.content.len()))
}

static DEF: TypeDef = TypeDef {
    doc: "Represents a Zstandard dictionary.\n\n  dict_content\n    The content of a Zstandard dictionary as a bytes-like object.\n  is_raw\n    If true, perform no checks on *dict_content*, useful for some\n    advanced cases. Otherwise, check that the content represents\n    a Zstandard dictionary created by the zstd library or CLI.\n\nThe dictionary can be used for compression or decompression, and can be\nshared by multiple ZstdCompressor or ZstdDecompressor objects.",
    sig: "(dict_content, /, *, is_raw=False)",
    methods: &[],
    getset: &[
        GetSet { doc: "The Zstandard dictionary, an int between 0 and 2**32.\n\nA non-zero value represents an ordinary Zstandard dictionary,\nconforming to the standardised format.\n\nA value of zero indicates a 'raw content' dictionary,\nwithout any restrictions on format or content.", ..GetSet::ro("dict_id", |vm, o| vm.new_int(this(o).id.into())) },
        GetSet { doc: "The content of a Zstandard dictionary, as a bytes object.", ..GetSet::ro("dict_content", |vm, o| vm.new_bytes(&this(o).content)) },
        GetSet::ro("as_digested_dict", |vm, o| pair(vm, o, 0)),
        GetSet::ro("as_undigested_dict", |vm, o| pair(vm, o, 1)),
        GetSet::ro("as_prefix", |vm, o| pair(vm, o, 2)),
    ],
};

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<TypeRef> {
    if let Some(ty) = vm.types.native.find::<Dict>() { return Ok(ty.clone()) }
    let slots = Slots { new: Some(new), repr: Some(repr), len: Some(|_, o| Ok(this(o).content.len())), ..Slots::default() };
    vm.new_native_type::<Dict>("compression.zstd", "ZstdDict", None, 0, slots, &DEF)
}
