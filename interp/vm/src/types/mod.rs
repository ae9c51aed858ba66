//! The builtin types, one file a type: payload, slots, methods.
//!
//! Large types are split over several files with the type name as prefix. Not here: the table that allocates the type
//! objects (`boot.rs`) and how types work (`typeobj/`).

pub mod builtin_function;
pub mod callable_iterator;
pub mod cell;
pub mod classmethod;
pub mod classmethod_descriptor;
pub mod code;
pub mod descriptor;
pub mod dict;
pub mod dict_iter;
pub mod dict_methods;
pub mod dict_update;
pub mod dict_view;
pub mod ellipsis;
pub mod enumerate;
pub mod filter;
pub mod frozenset;
pub mod function;
pub mod generator;
pub mod getset_descriptor;
pub mod list;
pub mod list_iter;
pub mod list_slice;
pub mod list_sort;
pub mod map;
pub mod mappingproxy;
pub mod member_descriptor;
pub mod method;
pub mod method_descriptor;
pub mod method_wrapper;
pub mod none;
pub mod not_implemented;
pub mod object_reduce;
pub mod object_type;
pub mod property;
pub mod range;
pub mod range_iter;
pub mod reversed;
pub mod seq_iterator;
pub mod set;
pub mod set_iter;
pub mod set_methods;
pub mod set_ops;
pub mod slice;
pub mod staticmethod;
pub mod str;
pub mod struct_sequence;
pub mod super_type;
pub mod tuple;
pub mod tuple_iter;
pub mod wrapper_descriptor;
pub mod zip;
