//! What the compiler must refuse, each next to a twin that differs in the bad line only and compiles.
//!
//! No code lives here, only these tests. That views of storage need the token is [`crate::object::Guarded`]'s doing; the handles of
//! other layouts are tested in `instar-object`.
//!
//! # Handles and interpreters stay on their thread
//! ```compile_fail,E0277
//! fn sendable<T: Send>() {}
//! sendable::<instar_vm::Owned>();
//! ```
//! ```compile_fail,E0277
//! fn sendable<T: Send>() {}
//! sendable::<instar_vm::Ref<instar_vm::types::list::PyList>>();
//! ```
//! ```compile_fail,E0277
//! fn sendable<T: Send>() {}
//! sendable::<instar_vm::object::Word>();
//! ```
//! ```compile_fail,E0277
//! fn sendable<T: Send>() {}
//! sendable::<instar_object::Borrowed<'static>>();
//! ```
//! ```compile_fail,E0277
//! fn sendable<T: Send>() {}
//! sendable::<instar_vm::Vm>();
//! ```
//! ```compile_fail,E0277
//! fn sendable<T: Send>() {}
//! sendable::<instar_vm::Raised>();
//! ```
//! ```
//! fn sendable<T: Send>() {}
//! sendable::<(usize, String, Option<Box<u8>>)>();
//! ```
//! ```compile_fail,E0277
//! fn shareable<T: Sync>() {}
//! shareable::<instar_vm::Owned>();
//! ```
//! ```compile_fail,E0277
//! fn shareable<T: Sync>() {}
//! shareable::<instar_vm::Ref<instar_vm::types::list::PyList>>();
//! ```
//! ```compile_fail,E0277
//! fn shareable<T: Sync>() {}
//! shareable::<instar_vm::object::Word>();
//! ```
//! ```compile_fail,E0277
//! fn shareable<T: Sync>() {}
//! shareable::<instar_object::Borrowed<'static>>();
//! ```
//! ```compile_fail,E0277
//! fn shareable<T: Sync>() {}
//! shareable::<instar_vm::Vm>();
//! ```
//! ```compile_fail,E0277
//! fn shareable<T: Sync>() {}
//! shareable::<instar_vm::Raised>();
//! ```
//! ```
//! fn shareable<T: Sync>() {}
//! shareable::<(usize, String, Option<Box<u8>>)>();
//! ```
//! # No view is held across a call that may run Python
//! `__repr__` may empty the list whose items are in view:
//! ```compile_fail,E0502
//! use instar_vm::{Owned, PyResult, Ref, Vm};
//! use instar_vm::types::list::PyList;
//! fn f(vm: &mut Vm, list: &Ref<PyList>) -> PyResult<usize> {
//!     let items = list.items(vm);
//!     let first = items[0].clone();
//!     vm.repr(&first)?;
//!     Ok(items.len())
//! }
//! ```
//! ```
//! use instar_vm::{Owned, PyResult, Ref, Vm};
//! use instar_vm::types::list::PyList;
//! fn f(vm: &mut Vm, list: &Ref<PyList>) -> PyResult<usize> {
//!     let items = list.items(vm);
//!     let first = items[0].clone();
//!     vm.repr(&first)?;
//!     Ok(list.len(vm))
//! }
//! ```
//! An item is lent by the list, so it is shared first:
//! ```compile_fail,E0502
//! use instar_vm::{Owned, PyResult, Ref, Vm};
//! use instar_vm::types::list::PyList;
//! fn f(vm: &mut Vm, list: &Ref<PyList>) -> PyResult {
//!     let items = list.items(vm);
//!     vm.repr(&items[0])
//! }
//! ```
//! ```
//! use instar_vm::{Owned, PyResult, Ref, Vm};
//! use instar_vm::types::list::PyList;
//! fn f(vm: &mut Vm, list: &Ref<PyList>) -> PyResult {
//!     let items = list.items(vm);
//!     vm.repr(&items[0].clone())
//! }
//! ```
//! A safe point runs finalizers:
//! ```compile_fail,E0502
//! use instar_vm::{Owned, PyResult, Ref, Vm};
//! use instar_vm::types::list::PyList;
//! fn f(vm: &mut Vm, list: &Ref<PyList>) -> PyResult<()> {
//!     for item in list.items(vm) {
//!         vm.safe_point()?;
//!         drop(item.clone());
//!     }
//!     Ok(())
//! }
//! ```
//! ```
//! use instar_vm::{Owned, PyResult, Ref, Vm};
//! use instar_vm::types::list::PyList;
//! fn f(vm: &mut Vm, list: &Ref<PyList>) -> PyResult<()> {
//!     for item in list.items(vm).to_vec() {
//!         vm.safe_point()?;
//!         drop(item.clone());
//!     }
//!     Ok(())
//! }
//! ```
//! Any guarded storage:
//! ```compile_fail,E0502
//! use instar_vm::{Owned, PyResult, Vm};
//! use instar_vm::object::Guarded;
//! fn f(vm: &mut Vm, storage: &Guarded<Vec<u32>>, o: &Owned) -> PyResult<u32> {
//!     let view = storage.get(vm);
//!     vm.hash(o)?;
//!     Ok(view[0])
//! }
//! ```
//! ```
//! use instar_vm::{Owned, PyResult, Vm};
//! use instar_vm::object::Guarded;
//! fn f(vm: &mut Vm, storage: &Guarded<Vec<u32>>, o: &Owned) -> PyResult<u32> {
//!     let view = storage.get(vm);
//!     vm.hash(o)?;
//!     Ok(storage.get(vm)[0])
//! }
//! ```
//! A view to change it:
//! ```compile_fail,E0499
//! use instar_vm::{Owned, PyResult, Vm};
//! use instar_vm::object::Guarded;
//! fn f(vm: &mut Vm, storage: &Guarded<Vec<u32>>, o: &Owned) -> PyResult<()> {
//!     let view = storage.get_mut(vm);
//!     vm.hash(o)?;
//!     view.push(1);
//!     Ok(())
//! }
//! ```
//! ```
//! use instar_vm::{Owned, PyResult, Vm};
//! use instar_vm::object::Guarded;
//! fn f(vm: &mut Vm, storage: &Guarded<Vec<u32>>, o: &Owned) -> PyResult<()> {
//!     let view = storage.get_mut(vm);
//!     vm.hash(o)?;
//!     storage.get_mut(vm).push(1);
//!     Ok(())
//! }
//! ```
//! Reading while it changes:
//! ```compile_fail,E0502
//! use instar_vm::{Owned, PyResult, Vm};
//! use instar_vm::object::Guarded;
//! fn f(vm: &mut Vm, storage: &Guarded<Vec<u32>>) -> u32 {
//!     let view = storage.get(vm);
//!     storage.get_mut(vm).clear();
//!     view[0]
//! }
//! ```
//! ```
//! use instar_vm::{Owned, PyResult, Vm};
//! use instar_vm::object::Guarded;
//! fn f(vm: &mut Vm, storage: &Guarded<Vec<u32>>) -> u32 {
//!     let view = storage.get(vm);
//!     storage.get_mut(vm).clear();
//!     storage.get(vm)[0]
//! }
//! ```
//! Two views to change, which could be of one storage:
//! ```compile_fail,E0499
//! use instar_vm::{Owned, PyResult, Vm};
//! use instar_vm::object::Guarded;
//! fn f(vm: &mut Vm, one: &Guarded<Vec<u32>>, two: &Guarded<Vec<u32>>) {
//!     let view = one.get_mut(vm);
//!     let other = two.get_mut(vm);
//!     view.push(1);
//!     other.push(1);
//! }
//! ```
//! ```
//! use instar_vm::{Owned, PyResult, Vm};
//! use instar_vm::object::Guarded;
//! fn f(vm: &mut Vm, one: &Guarded<Vec<u32>>, two: &Guarded<Vec<u32>>) {
//!     let view = one.get_mut(vm);
//!     let other = two.get_mut(vm);
//!     one.get_mut(vm).push(1);
//!     two.get_mut(vm).push(1);
//! }
//! ```
//! `__index__` may shrink the array:
//! ```compile_fail,E0499
//! use instar_vm::{Owned, PyResult, Ref, Vm};
//! use instar_vm::types::bytearray::PyByteArray;
//! fn f(vm: &mut Vm, array: &Ref<PyByteArray>, o: &Owned) -> PyResult<()> {
//!     let bytes = array.bytes_mut(vm);
//!     let n = vm.index_i64(o)?;
//!     bytes[0] = n as u8;
//!     Ok(())
//! }
//! ```
//! ```
//! use instar_vm::{Owned, PyResult, Ref, Vm};
//! use instar_vm::types::bytearray::PyByteArray;
//! fn f(vm: &mut Vm, array: &Ref<PyByteArray>, o: &Owned) -> PyResult<()> {
//!     let bytes = array.bytes_mut(vm);
//!     let n = vm.index_i64(o)?;
//!     array.bytes_mut(vm)[0] = n as u8;
//!     Ok(())
//! }
//! ```
//! A view ends with the handle it came from:
//! ```compile_fail,E0505
//! use instar_vm::{Owned, Ref, Vm};
//! use instar_vm::types::list::PyList;
//! fn f(vm: &Vm, list: Ref<PyList>) -> usize {
//!     let items = list.items(vm);
//!     let all = items.len();
//!     drop(list);
//!     all + items.len()
//! }
//! ```
//! ```
//! use instar_vm::{Owned, Ref, Vm};
//! use instar_vm::types::list::PyList;
//! fn f(vm: &Vm, list: Ref<PyList>) -> usize {
//!     let items = list.items(vm);
//!     let all = items.len();
//!     drop(list);
//!     all + all
//! }
//! ```
//! # What is lent stays inside
//! The untyped handle of a typed one:
//! ```compile_fail
//! fn f<'a>(list: &'a instar_vm::Ref<instar_vm::types::list::PyList>) -> &'static instar_vm::Owned { list.obj() }
//! ```
//! ```
//! fn f<'a>(list: &'a instar_vm::Ref<instar_vm::types::list::PyList>) -> &'a instar_vm::Owned { list.obj() }
//! ```
