//! Iterators over `bytes` and `bytearray`.
//!
//! Not here: the sequences.

use std::cell::Cell;

use crate::native::{Def, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::slots::Slots;
use crate::types::bytes_methods::view;
use crate::types::list_iter::itself;
use crate::vm::{PyResult, Vm};

macro_rules! byte_iterator {
    ($payload:ident, $name:literal, $field:ident, $def:ident, $module:ident) => {
        #[doc = concat!("Payload of `", $name, "`.")]
        pub struct $payload {
            index: Cell<usize>,
            bytes: Slot,
        }

        instar_object::trace! { $payload { bytes } }
        crate::fields! { $payload { index, bytes } }
        crate::payload!($payload, $name, $field);

        impl $payload {
            /// From the first byte on.
            pub fn new(bytes: Owned) -> Self { $payload { index: Cell::new(0), bytes: Slot::new(Some(bytes)) } }
        }

        #[doc = concat!("Methods of `", $name, "`.")]
        pub static $def: TypeDef = TypeDef {
            doc: "",
            sig: "",
            methods: &[
                Def::new("__length_hint__", "($self, /)", Native::N0($module::hint)).doc("How many items are left."),
                Def::new("__reduce__", "($self, /)", Native::N0($module::reduce)).doc("Return state information for pickling."),
                Def::new("__setstate__", "($self, object, /)", Native::N1($module::setstate)).doc("Set state information for unpickling."),
            ],
            getset: &[],
        };

        mod $module {
            use super::*;

            fn this_iter(this: &Owned) -> &Ref<$payload> { this.cast::<$payload>().expect("law: checked by the descriptor") }

            pub(super) fn next(vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> {
                let it = this_iter(this);
                let Some(bytes) = it.bytes.get() else { return Ok(None) };
                let i = it.index.get();
                match view(vm, &bytes).get(i).copied() {
                    Some(b) => { it.index.set(i + 1); vm.new_int(i64::from(b)).map(Some) }
                    None => { it.bytes.set(None); Ok(None) }
                }
            }

            pub(super) fn hint(vm: &mut Vm, this: &Owned) -> PyResult {
                let it = this_iter(this);
                let left = it.bytes.get().map_or(0, |b| view(vm, &b).len().saturating_sub(it.index.get()));
                vm.new_int(left as i64)
            }

            pub(super) fn reduce(vm: &mut Vm, this: &Owned) -> PyResult {
                vm.settle_builtin("iter")?;
                let it = this_iter(this);
                match it.bytes.get() {
                    Some(bytes) => {
                        let index = vm.new_int(it.index.get() as i64)?;
                        vm.reduce_to_builtin("iter", vec![bytes], Some(index))
                    }
                    None => {
                        let empty = vm.consts.empty_tuple.obj().clone();
                        vm.reduce_to_builtin("iter", vec![empty], None)
                    }
                }
            }

            pub(super) fn setstate(vm: &mut Vm, this: &Owned, state: &Owned) -> PyResult {
                let index = vm.state_position(state)?;
                let it = this_iter(this);
                if let Some(bytes) = it.bytes.get() { it.index.set((index.max(0) as usize).min(view(vm, &bytes).len())) }
                Ok(vm.none())
            }
        }
    };
}

byte_iterator! { PyBytesIter, "bytes_iterator", bytes_iterator, BYTES_DEF, of_bytes }
byte_iterator! { PyByteArrayIter, "bytearray_iterator", bytearray_iterator, BYTEARRAY_DEF, of_bytearray }

/// Fills both types.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.bytes_iterator.clone();
    vm.fill_type(&ty, Slots { iter: Some(itself), next: Some(of_bytes::next), ..Slots::default() }, &BYTES_DEF)?;
    let ty = vm.types.bytearray_iterator.clone();
    vm.fill_type(&ty, Slots { iter: Some(itself), next: Some(of_bytearray::next), ..Slots::default() }, &BYTEARRAY_DEF)
}
