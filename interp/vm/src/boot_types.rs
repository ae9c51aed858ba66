//! The builtin types: one line each, and the order in which they are filled.
//!
//! A line: field of `Types`, payload, name (with module if that is not `builtins`), base, flags. A base stands before what derives
//! from it. Not here: what is done with the table (`boot.rs`).

use instar_object::{FreeList, TypeFlags, TypeInfo};

use crate::typeobj::build::native_info;
use crate::typeobj::vm_flags::*;
use crate::typeobj::TypeRef;
use crate::types::*;
use crate::vm::{PyResult, Types, Vm};

const GC: u32 = TypeFlags::GC.bits();
const WEAKREF: u32 = TypeFlags::WEAKREF.bits();
const LEAF: u32 = TypeFlags::LEAF.bits();
/// The payload owns no object.
const INERT: u32 = TypeFlags::INERT.bits();
const VAR: u32 = TypeFlags::VAR.bits();
/// Exceptions.
const EXC: u32 = GC | BASETYPE | EXCEPTION_SUBCLASS;

/// One builtin type.
pub(crate) struct Row {
    /// Its field.
    pub slot: fn(&mut Types) -> &mut TypeRef,
    /// Its name, with the module in front if that is not `builtins`.
    pub name: &'static str,
    /// Its base.
    pub base: Option<fn(&Types) -> &TypeRef>,
    /// What the heap knows of its instances.
    pub info: fn() -> TypeInfo,
    /// It is `type` itself.
    pub is_type: bool,
}

macro_rules! base {
    (NONE) => { None };
    ($field:ident) => { Some(|t| &t.$field) };
}

macro_rules! is_type {
    (type_) => { true };
    ($field:ident) => { false };
}

macro_rules! table {
    ($($field:ident: $payload:path, $name:literal, $base:ident, $flags:expr;)*) => {
        /// The types.
        pub(crate) static ROWS: &[Row] = &[$(Row {
            slot: |t| &mut t.$field, name: $name, base: base!($base), info: || native_info::<$payload>($flags), is_type: is_type!($field),
        }),*];
    };
}

table! {
    object: object_type::PyInstance, "object", NONE, BASETYPE;
    type_: crate::typeobj::PyType, "type", object, GC | BASETYPE | WEAKREF | TYPE_SUBCLASS;
    int: int::PyInt, "int", object, INERT | BASETYPE | MATCH_SELF;
    bool: int::PyInt, "bool", int, INERT | MATCH_SELF;
    float: float::PyFloat, "float", object, LEAF | BASETYPE | MATCH_SELF;
    complex: complex::PyComplex, "complex", object, LEAF | BASETYPE;
    str: str::PyStr, "str", object, VAR | LEAF | BASETYPE | MATCH_SELF;
    bytes: bytes::PyBytes, "bytes", object, VAR | LEAF | BASETYPE | MATCH_SELF;
    bytearray: bytearray::PyByteArray, "bytearray", object, INERT | BASETYPE | MATCH_SELF;
    memoryview: memoryview::PyMemoryView, "memoryview", object, GC | WEAKREF | SEQUENCE;
    tuple: tuple::PyTuple, "tuple", object, GC | VAR | BASETYPE | SEQUENCE | MATCH_SELF;
    list: list::PyList, "list", object, GC | BASETYPE | SEQUENCE | MATCH_SELF;
    dict: dict::PyDict, "dict", object, GC | BASETYPE | MAPPING | MATCH_SELF;
    set: set::PySet, "set", object, GC | BASETYPE | WEAKREF | MATCH_SELF;
    frozenset: set::PySet, "frozenset", object, GC | BASETYPE | WEAKREF | MATCH_SELF;
    range: range::PyRange, "range", object, SEQUENCE;
    slice: slice::PySlice, "slice", object, GC;
    none: none::PyNone, "NoneType", object, LEAF;
    ellipsis: ellipsis::PyEllipsis, "ellipsis", object, LEAF;
    not_implemented: not_implemented::PyNotImplemented, "NotImplementedType", object, LEAF;
    function: function::PyFunction, "function", object, GC | WEAKREF | METHOD_DESCRIPTOR;
    builtin_function: builtin_function::PyBuiltinFunction, "builtin_function_or_method", object, GC | WEAKREF;
    method_descriptor: method_descriptor::PyMethodDescriptor, "method_descriptor", object, GC | METHOD_DESCRIPTOR;
    classmethod_descriptor: classmethod_descriptor::PyClassMethodDescriptor, "classmethod_descriptor", object, GC;
    wrapper_descriptor: wrapper_descriptor::PyWrapperDescriptor, "wrapper_descriptor", object, GC | METHOD_DESCRIPTOR;
    method_wrapper: method_wrapper::PyMethodWrapper, "method-wrapper", object, GC;
    method: method::PyMethod, "method", object, GC | WEAKREF;
    member_descriptor: member_descriptor::PyMemberDescriptor, "member_descriptor", object, GC;
    getset_descriptor: getset_descriptor::PyGetSetDescriptor, "getset_descriptor", object, GC;
    property: property::PyProperty, "property", object, GC | BASETYPE;
    classmethod: classmethod::PyClassMethod, "classmethod", object, GC | BASETYPE;
    staticmethod: staticmethod::PyStaticMethod, "staticmethod", object, GC | BASETYPE;
    super_: super_type::PySuper, "super", object, GC | BASETYPE;
    mappingproxy: mappingproxy::PyMappingProxy, "mappingproxy", object, GC | MAPPING;
    module: module::PyModule, "module", object, GC | BASETYPE | WEAKREF;
    code: code::PyCode, "code", object, GC | WEAKREF;
    frame: frame::PyFrame, "frame", object, GC;
    traceback: traceback::PyTraceback, "traceback", object, GC;
    cell: cell::PyCell, "cell", object, GC;
    generator: generator::PyGenerator, "generator", object, GC | VAR | WEAKREF;
    coroutine: generator::PyGenerator, "coroutine", object, GC | VAR | WEAKREF;
    coroutine_wrapper: coroutine::PyCoroutineWrapper, "coroutine_wrapper", object, GC;
    async_generator: generator::PyGenerator, "async_generator", object, GC | VAR | WEAKREF;
    async_gen_asend: async_generator::PyAsend, "async_generator_asend", object, GC;
    async_gen_athrow: async_generator::PyAthrow, "async_generator_athrow", object, GC;
    async_gen_wrapped: async_generator::PyAsyncValue, "async_generator_wrapped_value", object, GC;
    anext_awaitable: async_generator::PyAnextAwaitable, "anext_awaitable", object, GC;
    list_iterator: list_iter::PyListIter, "list_iterator", object, GC;
    list_reverseiterator: list_iter::PyListReverseIter, "list_reverseiterator", object, GC;
    tuple_iterator: tuple_iter::PyTupleIter, "tuple_iterator", object, GC;
    str_iterator: str_iter::PyStrIter, "str_iterator", object, GC;
    str_ascii_iterator: str_iter::PyStrIter, "str_ascii_iterator", object, GC;
    bytes_iterator: bytes_iter::PyBytesIter, "bytes_iterator", object, GC;
    bytearray_iterator: bytes_iter::PyByteArrayIter, "bytearray_iterator", object, GC;
    range_iterator: range_iter::PyRangeIter, "range_iterator", object, LEAF;
    long_range_iterator: range_iter::PyLongRangeIter, "longrange_iterator", object, 0;
    dict_keyiterator: dict_iter::PyDictIter, "dict_keyiterator", object, GC;
    dict_valueiterator: dict_iter::PyDictIter, "dict_valueiterator", object, GC;
    dict_itemiterator: dict_iter::PyDictIter, "dict_itemiterator", object, GC;
    dict_reversekeyiterator: dict_iter::PyDictIter, "dict_reversekeyiterator", object, GC;
    dict_reversevalueiterator: dict_iter::PyDictIter, "dict_reversevalueiterator", object, GC;
    dict_reverseitemiterator: dict_iter::PyDictIter, "dict_reverseitemiterator", object, GC;
    dict_keys: dict_view::PyDictView, "dict_keys", object, GC;
    dict_values: dict_view::PyDictView, "dict_values", object, GC;
    dict_items: dict_view::PyDictView, "dict_items", object, GC;
    set_iterator: set_iter::PySetIter, "set_iterator", object, GC;
    callable_iterator: callable_iterator::PyCallableIter, "callable_iterator", object, GC;
    generic_alias_iterator: generic_alias_iter::PyGenericAliasIter, "generic_alias_iterator", object, GC;
    seq_iterator: seq_iterator::PySeqIter, "iterator", object, GC;
    buffer_wrapper: crate::protocol::buffer_release::PyBufferWrapper, "_buffer_wrapper", object, GC;
    memory_iterator: memoryview::PyMemoryIter, "memory_iterator", object, GC;
    enumerate: enumerate::PyEnumerate, "enumerate", object, GC | BASETYPE;
    zip: zip::PyZip, "zip", object, GC | BASETYPE;
    map: map::PyMap, "map", object, GC | BASETYPE;
    filter: filter::PyFilter, "filter", object, GC | BASETYPE;
    reversed: reversed::PyReversed, "reversed", object, GC | BASETYPE;
    weakref: weakref::PyWeakref, "weakref.ReferenceType", object, GC | BASETYPE;
    weakproxy: weakref::PyWeakref, "weakref.ProxyType", object, GC;
    weakcallableproxy: weakref::PyWeakref, "weakref.CallableProxyType", object, GC;
    simple_namespace: simple_namespace::PySimpleNamespace, "types.SimpleNamespace", object, GC | BASETYPE;
    generic_alias: generic_alias::PyGenericAlias, "types.GenericAlias", object, GC | BASETYPE | WEAKREF;
    union: union::PyUnion, "typing.Union", object, GC | WEAKREF;
    template: template::PyTemplate, "string.templatelib.Template", object, GC;
    interpolation: template::PyInterpolation, "string.templatelib.Interpolation", object, GC;
    template_iter: template::PyTemplateIter, "string.templatelib.TemplateIter", object, GC;
    typevar: typevar::PyTypeVar, "typing.TypeVar", object, GC | WEAKREF;
    paramspec: typevar::PyParamSpec, "typing.ParamSpec", object, GC | WEAKREF;
    typevartuple: typevar::PyTypeVarTuple, "typing.TypeVarTuple", object, GC | WEAKREF;
    const_evaluator: const_evaluator::PyConstEvaluator, "_typing._ConstEvaluator", object, GC;
    typealias: typevar::PyTypeAlias, "typing.TypeAliasType", object, GC;
    paramspec_args: typevar::PyParamSpecArgs, "typing.ParamSpecArgs", object, GC | WEAKREF;
    paramspec_kwargs: typevar::PyParamSpecKwargs, "typing.ParamSpecKwargs", object, GC | WEAKREF;
    generic: object_type::PyInstance, "typing.Generic", object, GC | BASETYPE;
    no_default: typevar::PyNoDefault, "typing.NoDefaultType", object, LEAF;
    frame_locals_proxy: frame_locals::PyFrameLocalsProxy, "FrameLocalsProxy", object, GC | MAPPING;
    struct_sequence: tuple::PyTuple, "struct_sequence", tuple, GC | VAR | SEQUENCE;
    base_exception: exception::PyException, "BaseException", object, EXC;
    exception: exception::PyException, "Exception", base_exception, EXC;
    base_exception_group: exception::PyException, "BaseExceptionGroup", base_exception, EXC;
    exception_group: exception::PyException, "ExceptionGroup", base_exception_group, EXC;
    generator_exit: exception::PyException, "GeneratorExit", base_exception, EXC;
    keyboard_interrupt: exception::PyException, "KeyboardInterrupt", base_exception, EXC;
    system_exit: exception::PyException, "SystemExit", base_exception, EXC;
    arithmetic_error: exception::PyException, "ArithmeticError", exception, EXC;
    floating_point_error: exception::PyException, "FloatingPointError", arithmetic_error, EXC;
    overflow_error: exception::PyException, "OverflowError", arithmetic_error, EXC;
    zero_division_error: exception::PyException, "ZeroDivisionError", arithmetic_error, EXC;
    assertion_error: exception::PyException, "AssertionError", exception, EXC;
    attribute_error: exception::PyException, "AttributeError", exception, EXC;
    buffer_error: exception::PyException, "BufferError", exception, EXC;
    eof_error: exception::PyException, "EOFError", exception, EXC;
    import_error: exception::PyException, "ImportError", exception, EXC;
    module_not_found_error: exception::PyException, "ModuleNotFoundError", import_error, EXC;
    lookup_error: exception::PyException, "LookupError", exception, EXC;
    index_error: exception::PyException, "IndexError", lookup_error, EXC;
    key_error: exception::PyException, "KeyError", lookup_error, EXC;
    memory_error: exception::PyException, "MemoryError", exception, EXC;
    name_error: exception::PyException, "NameError", exception, EXC;
    unbound_local_error: exception::PyException, "UnboundLocalError", name_error, EXC;
    os_error: exception::PyException, "OSError", exception, EXC;
    blocking_io_error: exception::PyException, "BlockingIOError", os_error, EXC;
    child_process_error: exception::PyException, "ChildProcessError", os_error, EXC;
    connection_error: exception::PyException, "ConnectionError", os_error, EXC;
    broken_pipe_error: exception::PyException, "BrokenPipeError", connection_error, EXC;
    connection_aborted_error: exception::PyException, "ConnectionAbortedError", connection_error, EXC;
    connection_refused_error: exception::PyException, "ConnectionRefusedError", connection_error, EXC;
    connection_reset_error: exception::PyException, "ConnectionResetError", connection_error, EXC;
    file_exists_error: exception::PyException, "FileExistsError", os_error, EXC;
    file_not_found_error: exception::PyException, "FileNotFoundError", os_error, EXC;
    interrupted_error: exception::PyException, "InterruptedError", os_error, EXC;
    is_a_directory_error: exception::PyException, "IsADirectoryError", os_error, EXC;
    not_a_directory_error: exception::PyException, "NotADirectoryError", os_error, EXC;
    permission_error: exception::PyException, "PermissionError", os_error, EXC;
    process_lookup_error: exception::PyException, "ProcessLookupError", os_error, EXC;
    timeout_error: exception::PyException, "TimeoutError", os_error, EXC;
    reference_error: exception::PyException, "ReferenceError", exception, EXC;
    runtime_error: exception::PyException, "RuntimeError", exception, EXC;
    not_implemented_error: exception::PyException, "NotImplementedError", runtime_error, EXC;
    recursion_error: exception::PyException, "RecursionError", runtime_error, EXC;
    python_finalization_error: exception::PyException, "PythonFinalizationError", runtime_error, EXC;
    stop_iteration: exception::PyException, "StopIteration", exception, EXC;
    stop_async_iteration: exception::PyException, "StopAsyncIteration", exception, EXC;
    syntax_error: exception::PyException, "SyntaxError", exception, EXC;
    incomplete_input_error: exception::PyException, "_IncompleteInputError", syntax_error, EXC;
    indentation_error: exception::PyException, "IndentationError", syntax_error, EXC;
    tab_error: exception::PyException, "TabError", indentation_error, EXC;
    system_error: exception::PyException, "SystemError", exception, EXC;
    type_error: exception::PyException, "TypeError", exception, EXC;
    value_error: exception::PyException, "ValueError", exception, EXC;
    unicode_error: exception::PyException, "UnicodeError", value_error, EXC;
    unicode_encode_error: exception::PyException, "UnicodeEncodeError", unicode_error, EXC;
    unicode_decode_error: exception::PyException, "UnicodeDecodeError", unicode_error, EXC;
    unicode_translate_error: exception::PyException, "UnicodeTranslateError", unicode_error, EXC;
    warning: exception::PyException, "Warning", exception, EXC;
    bytes_warning: exception::PyException, "BytesWarning", warning, EXC;
    deprecation_warning: exception::PyException, "DeprecationWarning", warning, EXC;
    encoding_warning: exception::PyException, "EncodingWarning", warning, EXC;
    future_warning: exception::PyException, "FutureWarning", warning, EXC;
    import_warning: exception::PyException, "ImportWarning", warning, EXC;
    pending_deprecation_warning: exception::PyException, "PendingDeprecationWarning", warning, EXC;
    resource_warning: exception::PyException, "ResourceWarning", warning, EXC;
    runtime_warning: exception::PyException, "RuntimeWarning", warning, EXC;
    syntax_warning: exception::PyException, "SyntaxWarning", warning, EXC;
    unicode_warning: exception::PyException, "UnicodeWarning", warning, EXC;
    user_warning: exception::PyException, "UserWarning", warning, EXC;
}

/// Types whose cells are kept for reuse where the layout has free lists, with CPython's caps (3.14). Ids are of the heap;
/// `tuple` takes one list a size.
pub(crate) static FREE_LISTS: &[(&str, FreeList)] = &[
    ("float", FreeList { id: 0, sizes: 1, cap: 100 }), ("int", FreeList { id: 1, sizes: 1, cap: 100 }), ("list", FreeList { id: 2, sizes: 1, cap: 80 }),
    ("dict", FreeList { id: 3, sizes: 1, cap: 80 }), ("slice", FreeList { id: 4, sizes: 1, cap: 1 }), ("range", FreeList { id: 5, sizes: 1, cap: 6 }),
    ("method", FreeList { id: 6, sizes: 1, cap: 20 }), ("builtin_function_or_method", FreeList { id: 7, sizes: 1, cap: 16 }),
    ("list_iterator", FreeList { id: 8, sizes: 1, cap: 10 }), ("tuple_iterator", FreeList { id: 9, sizes: 1, cap: 10 }),
    ("range_iterator", FreeList { id: 10, sizes: 1, cap: 6 }), ("complex", FreeList { id: 11, sizes: 1, cap: 100 }), ("tuple", FreeList { id: 12, sizes: 20, cap: 2000 }),
];

type Init = fn(&mut Vm) -> PyResult<()>;

/// What fills the types, bases before what inherits from them.
pub(crate) static INITS: &[(&str, Init)] = &[
    ("object_type", object_type::init),
    ("typeobj", crate::typeobj::methods::init),
    ("builtin_function", builtin_function::init),
    ("method_descriptor", method_descriptor::init),
    ("classmethod_descriptor", classmethod_descriptor::init),
    ("wrapper_descriptor", wrapper_descriptor::init),
    ("method_wrapper", method_wrapper::init),
    ("method", method::init),
    ("member_descriptor", member_descriptor::init),
    ("getset_descriptor", getset_descriptor::init),
    ("int", int::init),
    ("bool", crate::types::bool::init),
    ("float", float::init),
    ("complex", complex::init),
    ("str_new", str_new::init),
    ("bytes", bytes::init),
    ("bytearray", bytearray::init),
    ("memoryview", memoryview::init),
    ("buffer_wrapper", crate::protocol::buffer_release::init),
    ("tuple", tuple::init),
    ("list", list::init),
    ("dict_methods", dict_methods::init),
    ("set", set::init),
    ("frozenset", frozenset::init),
    ("range", range::init),
    ("slice", slice::init),
    ("none", none::init),
    ("ellipsis", ellipsis::init),
    ("not_implemented", not_implemented::init),
    ("function", function::init),
    ("property", property::init),
    ("classmethod", classmethod::init),
    ("staticmethod", staticmethod::init),
    ("super_type", super_type::init),
    ("mappingproxy", mappingproxy::init),
    ("module", module::init),
    ("code", code::init),
    ("frame", frame::init),
    ("traceback", traceback::init),
    ("cell", cell::init),
    ("generator_methods", generator_methods::init),
    ("coroutine", coroutine::init),
    ("async_generator", async_generator::init),
    ("list_iter", list_iter::init),
    ("tuple_iter", tuple_iter::init),
    ("str_iter", str_iter::init),
    ("bytes_iter", bytes_iter::init),
    ("range_iter", range_iter::init),
    ("dict_iter", dict_iter::init),
    ("dict_view", dict_view::init),
    ("set_iter", set_iter::init),
    ("callable_iterator", callable_iterator::init),
    ("generic_alias_iter", generic_alias_iter::init),
    ("seq_iterator", seq_iterator::init),
    ("enumerate", enumerate::init),
    ("zip", zip::init),
    ("map", map::init),
    ("filter", filter::init),
    ("reversed", reversed::init),
    ("weakref", weakref::init),
    ("simple_namespace", simple_namespace::init),
    ("generic_alias", generic_alias::init),
    ("union", union::init),
    ("template", template::init),
    ("typevar", typevar::init),
    ("const_evaluator", const_evaluator::init),
    ("struct_sequence", struct_sequence::init),
    ("exception_types", exception_types::init),
    ("builtins", crate::builtins::init),
    ("sys", crate::sysmod::init),
];
