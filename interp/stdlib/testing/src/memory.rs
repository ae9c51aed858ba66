//! Memory as tests ask for it: requests that fail, buffers that count who looks at them.
//!
//! Not here: `-X failalloc` (`instar`), the allocator.

use std::cell::Cell;

use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::protocol::buffer::{Buffer, Request};
use instar_vm::slots::Slots;
use instar_vm::args::Args;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use crate::put;

/// From request number `start` on the heap refuses memory: all requests, or that one alone if `stop` is the next number.
fn set_nomemory(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let start = vm.index_i64(&args[0])?;
    let stop = match args.get(1) { Some(stop) => vm.index_i64(stop)?, None => 0 };
    let (Ok(after), true) = (u64::try_from(start), stop <= 0 || stop == start.saturating_add(1)) else {
        return Err(vm.value_error("requests fail from a number on, or one does"));
    };
    vm.heap.set_fail_after(Some(after), stop > 0);
    Ok(vm.none())
}

fn remove_mem_hooks(vm: &mut Vm, _: &Owned) -> PyResult {
    vm.heap.set_fail_after(None, false);
    Ok(vm.none())
}

/// Functions of `_testcapi`.
pub static FUNCTIONS: &[Def] = &[
    Def::new("set_nomemory", "", Native::Var(set_nomemory, 1, 2)),
    Def::new("remove_mem_hooks", "", Native::N0(remove_mem_hooks)),
];

/// Four bytes that know how many buffers are over them.
struct TestBuf {
    references: Cell<i64>,
}
instar_vm::trace! { TestBuf {} }
instar_vm::fields! { TestBuf { references } }
instar_vm::payload!(TestBuf, "testBuf");

static BYTES: [u8; 4] = *b"test";

fn this(o: &Owned) -> &Ref<TestBuf> { o.cast().expect("law: slots see their own payload") }

fn new(vm: &mut Vm, ty: &TypeRef, _: Args<'_>) -> PyResult { Ok(vm.new_object_of(ty, TestBuf { references: Cell::new(0) })?.into_obj()) }

fn release(o: &Owned) { this(o).references.set(this(o).references.get() - 1) }

fn buffer(vm: &mut Vm, o: &Owned, request: Request) -> PyResult<Buffer> {
    if request.is_writable() { return Err(vm.buffer_error("Object is not writable.")) }
    this(o).references.set(this(o).references.get() + 1);
    // SAFETY: a static that is never written: the buffer is read-only.
    Ok(unsafe { Buffer::new(o.clone(), BYTES.as_ptr().cast_mut(), BYTES.len(), true, Some(release)) })
}

static DEF: TypeDef = TypeDef {
    doc: "", sig: "", methods: &[],
    getset: &[GetSet::ro("references", |vm, o| vm.new_int(this(o).references.get()))],
};

/// Makes the type.
pub fn exec(vm: &mut Vm, namespace: &Ref<PyDict>) -> PyResult<()> {
    let slots = Slots { new: Some(new), buffer: Some(buffer), ..Slots::default() };
    let ty = vm.new_native_type::<TestBuf>("_testcapi", "testBuf", None, 0, slots, &DEF)?;
    put(vm, namespace, "testBuf", ty.obj())
}
