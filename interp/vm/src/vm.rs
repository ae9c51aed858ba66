//! The interpreter state, which is also the token: `&mut Vm` = may run Python code, `&Vm` = may read inside objects and allocate.
//!
//! One `Vm` per interpreter, `!Send`. Not here: the eval loop (`eval/`), start-up (`boot.rs`), the builtin types (`types/`).

use std::any::{Any, TypeId};
use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::marker::PhantomPinned;
use std::rc::Rc;

use instar_object::{AllocError, Heap, Scheme};

use crate::eval::stack::DataStack;
use crate::names::Names;
use crate::object::{Owned, Payload, Ref, Shape, Slot, Word};
use crate::typeobj::{MethodCache, TypeRef};
use crate::types::dict::PyDict;
use crate::types::exception::PyException;
use crate::types::tuple::PyTuple;

/// A Python exception on its way up: owns the exception object.
#[must_use]
pub struct Raised(pub Ref<PyException>);

impl Raised {
    /// The exception object.
    pub fn exception(&self) -> &Ref<PyException> { &self.0 }
    /// Whether the exception is an instance of `ty`.
    pub fn is(&self, vm: &Vm, ty: &TypeRef) -> bool { crate::object::ObjExt::is_instance_of(self.0.obj(), vm, ty) }
}

/// Result of whatever can raise.
pub type PyResult<T = Owned> = Result<T, Raised>;

macro_rules! types {
    ($($field:ident)*) => {
        /// Every builtin type of this interpreter, made by `boot.rs`.
        #[allow(missing_docs)]
        pub struct Types {
            $(pub $field: TypeRef,)*
            /// Types of payloads outside this crate.
            pub native: crate::typeobj::build::NativeTypes,
        }
        impl Types {
            /// # Safety
            /// Until every field is assigned its real type (with `ptr::write`), nothing may read it. Used by `boot.rs` only.
            pub(crate) unsafe fn dangling(filler: &TypeRef) -> Types { Types { $($field: filler.clone(),)* native: Default::default() } }
            /// Names of the fields, for the test that boot assigned each.
            pub const FIELDS: &'static [&'static str] = &[$(stringify!($field)),*];
            /// All of them, in the order of the fields.
            pub fn all(&self) -> Vec<&TypeRef> { vec![$(&self.$field),*] }
        }
    };
}

types! {
    object type_ int bool float complex str bytes bytearray memoryview tuple list dict set frozenset range slice
    none ellipsis not_implemented
    function builtin_function method_descriptor classmethod_descriptor wrapper_descriptor method_wrapper method member_descriptor getset_descriptor
    property classmethod staticmethod super_ mappingproxy module code frame traceback cell generator coroutine coroutine_wrapper
    async_generator async_gen_asend async_gen_athrow async_gen_wrapped anext_awaitable
    list_iterator list_reverseiterator tuple_iterator str_iterator str_ascii_iterator bytes_iterator bytearray_iterator range_iterator long_range_iterator
    dict_keyiterator dict_valueiterator dict_itemiterator dict_reversekeyiterator dict_reversevalueiterator dict_reverseitemiterator
    dict_keys dict_values dict_items set_iterator callable_iterator generic_alias_iterator seq_iterator memory_iterator buffer_wrapper
    enumerate zip map filter reversed
    weakref weakproxy weakcallableproxy simple_namespace generic_alias union template interpolation template_iter
    typevar paramspec typevartuple typealias const_evaluator paramspec_args paramspec_kwargs generic no_default frame_locals_proxy struct_sequence
    base_exception exception base_exception_group exception_group generator_exit keyboard_interrupt system_exit
    arithmetic_error floating_point_error overflow_error zero_division_error assertion_error attribute_error buffer_error eof_error
    import_error module_not_found_error lookup_error index_error key_error memory_error name_error unbound_local_error
    os_error blocking_io_error child_process_error connection_error broken_pipe_error connection_aborted_error connection_refused_error
    connection_reset_error file_exists_error file_not_found_error interrupted_error is_a_directory_error not_a_directory_error
    permission_error process_lookup_error timeout_error reference_error runtime_error not_implemented_error recursion_error
    python_finalization_error stop_iteration stop_async_iteration syntax_error incomplete_input_error indentation_error tab_error system_error type_error value_error
    unicode_error unicode_encode_error unicode_decode_error unicode_translate_error
    warning bytes_warning deprecation_warning encoding_warning future_warning import_warning pending_deprecation_warning
    resource_warning runtime_warning syntax_warning unicode_warning user_warning
}

/// Objects every part needs at hand. Immediates or heap objects, as the layout has it.
pub struct Singletons {
    /// `None`
    pub none: Owned,
    /// `True`
    pub true_: Owned,
    /// `False`
    pub false_: Owned,
    /// `...`
    pub ellipsis: Owned,
    /// `NotImplemented`
    pub not_implemented: Owned,
    /// `()`
    pub empty_tuple: Ref<PyTuple>,
    /// `''`
    pub empty_str: Owned,
    /// `b''`
    pub empty_bytes: Owned,
    /// Bytes objects of length 1, made when they are asked for.
    pub single_bytes: Box<[std::cell::OnceCell<Owned>; 256]>,
    /// One-character strings of Latin-1.
    pub latin1: Vec<Owned>,
    /// The ints from [`SMALL_INT_MIN`] on where ints are boxed (empty where they are immediates).
    pub small_ints: Vec<Owned>,
    /// Raised when there is no memory left to make a MemoryError.
    pub memory_errors: Vec<Ref<PyException>>,
}

/// Smallest cached int (CPython: -5).
pub const SMALL_INT_MIN: i64 = -5;
/// Largest cached int (CPython 3.14: 256; 3.15: 1024).
pub const SMALL_INT_MAX: i64 = 256;

/// How the collector works (`-X gc`, `INSTAR_GC`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GcChoice {
    /// Which collections run.
    pub mode: GcMode,
    /// What is collected together, and when.
    pub scheme: Scheme,
    /// Every allocation makes a collection due; else deaths are taken off, as in CPython.
    pub gross: bool,
}

/// Which collections run that the program does not ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GcMode {
    /// Those that thresholds make due.
    #[default]
    Auto,
    /// None while the program runs.
    Never,
    /// One at every safe point, for tests.
    Stress,
}

/// Start-up settings (what `sys.flags` and `-X` say).
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Settings {
    /// As the system gives them: any bytes.
    pub argv: Vec<std::ffi::OsString>,
    pub executable: String,
    pub hash_seed: Option<u32>,
    pub optimize: u8,
    pub verbose: u8,
    pub quiet: bool,
    pub inspect: bool,
    pub interactive: bool,
    pub isolated: bool,
    pub ignore_environment: bool,
    pub no_site: bool,
    pub no_user_site: bool,
    pub dont_write_bytecode: bool,
    pub bytes_warning: u8,
    pub safe_path: bool,
    pub unbuffered: bool,
    pub dev_mode: bool,
    pub utf8_mode: bool,
    /// Code compiled now gets lines only (`-X no_debug_ranges`).
    pub no_debug_ranges: bool,
    /// `-d`: there is nothing to show.
    pub debug: u8,
    /// `-x`: the main program begins in its second line.
    pub skip_first_line: bool,
    /// `--check-hash-based-pycs`.
    pub check_pycs: &'static str,
    /// Opening text without saying its encoding is worth a warning.
    pub warn_default_encoding: bool,
    /// New threads begin in their starter's context.
    pub thread_inherit_context: bool,
    /// Filters of warnings belong to a context.
    pub context_aware_warnings: bool,
    pub warn_options: Vec<String>,
    pub x_options: Vec<(String, Option<String>)>,
    pub stdlib: Option<String>,
    pub gc: GcChoice,
    pub memory_limit: usize,
    pub int_max_str_digits: usize,
}

/// States by their type.
pub(crate) type ByType = HashMap<TypeId, Box<dyn Any>, BuildHasherDefault<OfTypeId>>;

/// Hashes a `TypeId`, which is a hash already: native modules look their states up in every call.
#[derive(Default)]
pub(crate) struct OfTypeId(u64);

impl Hasher for OfTypeId {
    fn write(&mut self, bytes: &[u8]) { for b in bytes { self.0 = self.0.rotate_left(8) ^ u64::from(*b) } }
    fn write_u64(&mut self, n: u64) { self.0 ^= n }
    fn finish(&self) -> u64 { self.0 }
}

/// The interpreter.
pub struct Vm {
    /// Non-zero when the eval loop must leave the fast path at its next check (see `eval/breaker.rs` for the bits).
    pub breaker: Cell<u32>,
    /// Frame pointer of the innermost Python frame (temp 0), saved whenever the loop calls out.
    pub(crate) fp: *mut Word,
    /// The object heap.
    pub heap: Rc<Heap>,
    /// Stack of Python frames.
    pub(crate) stack: DataStack,
    /// The exception being handled (`sys.exception()`), or null. Owned.
    pub(crate) handled: Slot,
    /// Frames that a new coroutine's `cr_origin` tells of (`sys.set_coroutine_origin_tracking_depth`); 0 = none is made.
    pub(crate) origin_depth: usize,
    /// Running generators that keep a handled exception of their resumer (`handled` is empty for most).
    pub(crate) resumers_handling: usize,
    /// The exception in `raised` was raised again: no traceback entry for the frame it starts in.
    pub(crate) reraised: bool,
    /// The unit from which a handler was entered last: what raises again at a generator's end stands there.
    pub(crate) handler_entered_from: usize,
    /// An exception on its way through the eval loop. Owned.
    pub(crate) raised: Option<Ref<PyException>>,
    /// What the entry frame returned when the loop was left out of line (owned; null after an exception).
    pub(crate) exit: crate::object::Word,
    /// Builtin types.
    pub types: Types,
    /// Singletons.
    pub consts: Singletons,
    /// Interned well-known strings.
    pub names: Box<Names>,
    /// Interned strings: every key is an exact str, identity is equality among them.
    pub(crate) interned: crate::types::str::InternTable,
    /// `sys.modules`.
    pub modules: Ref<PyDict>,
    /// Namespace of the `builtins` module.
    pub builtins: Ref<PyDict>,
    /// Namespace of the `sys` module.
    pub sys: Ref<PyDict>,
    /// Keys of str and bytes hashing.
    pub hash_keys: (u64, u64),
    /// Python frames that the loop's quick ways may make: `recursion_limit_set`, or 0 while something is monitored.
    pub(crate) recursion_limit: usize,
    /// `sys.setrecursionlimit`.
    pub recursion_limit_set: usize,
    /// Python frames below the running one.
    pub(crate) recursion_depth: usize,
    /// Lowest address native code may use before RecursionError.
    pub(crate) native_stack_limit: usize,
    /// Next keys version for dictionaries guarded by LOAD_GLOBAL.
    pub(crate) next_keys_version: u32,
    /// Next function version.
    pub(crate) next_function_version: u32,
    /// (type version, name) -> attribute.
    pub(crate) method_cache: MethodCache,
    /// Addresses of objects with `repr` in progress.
    pub(crate) repr_running: HashSet<usize>,
    /// State of native modules, by type.
    states: ByType,
    /// Native modules by name.
    pub native_modules: HashMap<&'static str, crate::module::NativeModule>,
    /// Settings from the command line.
    pub settings: Settings,
    /// Set while the interpreter shuts down.
    pub finalizing: bool,
    /// What the program asked of the collector.
    pub collecting: crate::finalize::Wishes,
    /// Which collections `INSTAR_GC=stress` makes.
    pub stress: crate::eval::breaker::Stress,
    /// What the program's allocator can promise.
    pub promises: crate::fallible::Promises,
    /// The threads of this interpreter. What the running one owns is in the fields above: `threads.rs` lists them.
    pub(crate) threads: crate::threads::Threads,
    /// Tools that watch what runs.
    pub(crate) monitor: Box<crate::monitor::Monitor>,
    /// The running thread's trace function and the like.
    pub(crate) own: crate::monitor::Own,
    /// State of native modules that each thread has for itself.
    pub(crate) thread_states: ByType,
    /// `&mut Vm` is the token, not a promise that nothing else writes: a call that gives up the GIL returns to a changed one.
    _pinned: PhantomPinned,
}

impl Vm {
    /// State of a native module, made on first use.
    pub fn state<T: Default + 'static>(&mut self) -> &mut T {
        self.states.entry(TypeId::of::<T>()).or_insert_with(|| Box::<T>::default()).downcast_mut().expect("keyed by type")
    }

    /// A new object of the payload's default type.
    #[inline]
    pub fn new_object<T: Payload>(&self, payload: T) -> PyResult<Ref<T>> {
        let ty = T::default_type(&self.types).ptr();
        // SAFETY: `SHAPE` fits the default type (law of `Payload`).
        let made = unsafe {
            match T::SHAPE {
                Shape::Any => self.heap.alloc(ty, payload),
                Shape::Bare => self.heap.alloc_known::<T, false, false>(ty, payload),
                Shape::Gc => self.heap.alloc_known::<T, true, false>(ty, payload),
                Shape::GcWeak => self.heap.alloc_known::<T, true, true>(ty, payload),
            }
        };
        match made {
            // SAFETY: just made with payload T.
            Ok(obj) => Ok(unsafe { Ref::from_owned_unchecked(obj) }),
            Err(e) => Err(self.out_of_memory(e)),
        }
    }

    /// A new object of type `ty`, whose payload must be `T` (the type's vtable says so; checked).
    #[inline]
    pub fn new_object_of<T: Payload>(&self, ty: &TypeRef, payload: T) -> PyResult<Ref<T>> {
        assert!(std::ptr::eq(ty.info.vtable, T::vtable()), "law: a type makes only objects of its payload");
        match self.heap.alloc(ty.ptr(), payload) {
            // SAFETY: just made with payload T.
            Ok(obj) => Ok(unsafe { Ref::from_owned_unchecked(obj) }),
            Err(e) => Err(self.out_of_memory(e)),
        }
    }

    /// MemoryError: a new one, without memory for that one of those made at boot which nobody holds.
    #[cold]
    pub fn out_of_memory(&self, _: AllocError) -> Raised {
        // What the program gives up next is better used at once: pages without objects go back first.
        self.heap.trim();
        let fresh = PyException::new(self.consts.empty_tuple.clone().into_obj());
        if let Ok(o) = self.heap.alloc(self.types.memory_error.ptr(), fresh) {
            // SAFETY: just made with this payload.
            return Raised(unsafe { Ref::from_owned_unchecked(o) });
        }
        let spare = &self.consts.memory_errors;
        // SAFETY: the pool's objects are alive.
        if let Some(e) = spare.iter().find(|e| unsafe { e.obj().word().is_unique() }) {
            e.reset(self);
            return Raised(e.clone());
        }
        Raised(spare.last().expect("law: made at boot").clone())
    }

    /// MemoryError unless native code that asks infallibly could have `bytes` bytes.
    pub fn probe_memory(&self, bytes: usize) -> PyResult<()> {
        let probe = || Vec::<u8>::new().try_reserve_exact(bytes);
        if probe().is_ok() { return Ok(()) }
        self.heap.trim();
        probe().map_err(|_| self.no_memory())
    }

    /// MemoryError for sizes that cannot be had.
    #[cold]
    pub fn no_memory(&self) -> Raised { self.out_of_memory(AllocError) }

    /// `None`, shared.
    #[inline]
    pub fn none(&self) -> Owned { self.consts.none.clone() }
    /// `True` or `False`, shared.
    #[inline]
    pub fn bool(&self, b: bool) -> Owned { if b { self.consts.true_.clone() } else { self.consts.false_.clone() } }
    /// `NotImplemented`, shared.
    #[inline]
    pub fn not_implemented(&self) -> Owned { self.consts.not_implemented.clone() }
    /// Whether `o` is None.
    #[inline]
    pub fn is_none(&self, o: &Owned) -> bool { o.is(&self.consts.none) }
    /// Whether `o` is NotImplemented.
    #[inline]
    pub fn is_not_implemented(&self, o: &Owned) -> bool { o.is(&self.consts.not_implemented) }
    /// `None` for `None`, else the object.
    pub fn none_to_option(&self, o: &Owned) -> Option<Owned> { if self.is_none(o) { None } else { Some(o.clone()) } }
    /// The object or `None`.
    pub fn option_to_none(&self, o: Option<Owned>) -> Owned { o.unwrap_or_else(|| self.none()) }

    /// Reaches a safe point from long native loops: collection, signals, finalizers may run.
    #[inline]
    pub fn safe_point(&mut self) -> PyResult<()> {
        if self.breaker.get() != 0 || self.heap.pending() { crate::eval::breaker::handle(self) } else { Ok(()) }
    }

    /// RecursionError if native code has recursed too deep. Call it in every native function that can recurse through objects.
    #[inline]
    pub fn check_native_stack(&mut self, what: &str) -> PyResult<()> {
        let here = &raw const what as usize;
        if here < self.native_stack_limit { return Err(self.native_recursion_error(what)) }
        Ok(())
    }

    #[cold]
    fn native_recursion_error(&mut self, what: &str) -> Raised {
        // Making the exception needs some stack: the limit leaves that much below.
        self.recursion_error(format!("maximum recursion depth exceeded{what}"))
    }

    /// How many Python frames are active.
    pub fn recursion_depth(&self) -> usize { self.recursion_depth }


    #[allow(clippy::too_many_arguments)]
    pub(crate) fn assemble(heap: Rc<Heap>, stack: DataStack, types: Types, consts: Singletons, names: Box<Names>,
        interned: crate::types::str::InternTable, modules: Ref<PyDict>, builtins: Ref<PyDict>, sys: Ref<PyDict>, settings: Settings,
        hash_keys: (u64, u64), native_stack_limit: usize) -> Vm {
        Vm { breaker: Cell::new(0), fp: std::ptr::null_mut(), heap, stack, handled: Slot::default(), origin_depth: 0, resumers_handling: 0, reraised: false, handler_entered_from: 0, raised: None, exit: crate::object::Word::NULL, types, consts, names, interned,
            modules, builtins, sys, hash_keys, recursion_limit: 1000, recursion_limit_set: 1000, recursion_depth: 0, native_stack_limit, next_keys_version: 1,
            next_function_version: 1, method_cache: MethodCache::default(), repr_running: HashSet::new(), states: ByType::default(),
            native_modules: HashMap::new(), settings, finalizing: false, collecting: Default::default(), stress: Default::default(), promises: Default::default(),
            threads: Default::default(), monitor: Default::default(), own: Default::default(), thread_states: ByType::default(), _pinned: PhantomPinned }
    }
}

impl Drop for Vm {
    fn drop(&mut self) {
        if let Some(gil) = &self.threads.gil {
            gil.close(0);
            gil.forget_breaker();
        }
        // SAFETY: null is always allowed.
        unsafe { self.heap.gc_set_bell(std::ptr::null(), 0) }
    }
}

macro_rules! raisers {
    ($($name:ident)*) => {
        impl Vm {
            $(
                #[doc = concat!("A new ", stringify!($name), " with this message.")]
                #[cold]
                pub fn $name(&self, message: impl AsRef<str>) -> Raised {
                    let ty = self.types.$name.clone();
                    self.exception_with_message(&ty, message.as_ref())
                }
            )*
        }
    };
}

raisers! { type_error value_error attribute_error index_error lookup_error overflow_error zero_division_error runtime_error name_error unbound_local_error
    recursion_error system_error buffer_error not_implemented_error import_error module_not_found_error eof_error reference_error assertion_error
    arithmetic_error syntax_error stop_async_iteration os_error }
