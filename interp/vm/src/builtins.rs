//! The `builtins` module: its table of functions and the filling of its namespace.
//!
//! `builtins/` holds the functions by subject. Not here: the builtin types (`types/`), `help`, `exit` and the like (`site.py` adds them).

pub mod basic;
pub mod build_class;
pub mod execute;
pub mod fs_path;
pub mod iterate;
pub mod output;
pub mod scope;
pub mod syntax_error;
pub mod trees;

use crate::native::{Def, Native};
use crate::object::{Owned, Ref};
use crate::types::builtin_function::PyBuiltinFunction;
use crate::types::dict::PyDict;
use crate::vm::{PyResult, Vm};

/// Functions of the module.
pub static FUNCTIONS: &[Def] = &[
    Def::new("__build_class__", "", Native::Full(build_class::build_class))
        .doc("__build_class__(func, name, /, *bases, [metaclass], **kwds) -> class\n\nInternal helper function used by the class statement."),
    Def::new("__import__", "($module, /, name, globals=None, locals=None, fromlist=(),\n           level=0)", Native::Bound(crate::import::builtin_import))
        .doc("Import a module; importlib.import_module() is the way for programs to do that."),
    Def::new("abs", "($module, x, /)", Native::N1(|vm, _, o| vm.absolute(o))).doc("Return the absolute value of the argument."),
    Def::new("all", "($module, iterable, /)", Native::N1(iterate::all))
        .doc("Return True if bool(x) is True for all values x in the iterable.\n\nIf the iterable is empty, return True."),
    Def::new("any", "($module, iterable, /)", Native::N1(iterate::any))
        .doc("Return True if bool(x) is True for any x in the iterable.\n\nIf the iterable is empty, return False."),
    Def::new("aiter", "($module, async_iterable, /)", Native::N1(iterate::aiter)).doc("Return an AsyncIterator for an AsyncIterable object."),
    Def::new("anext", "($module, aiterator, default=<unrepresentable>, /)", Native::Var(iterate::anext, 1, 2))
        .doc("Return the next item from the async iterator.\n\nIf default is given and the async iterator is exhausted,\nit is returned instead of raising StopAsyncIteration."),
    Def::new("ascii", "($module, obj, /)", Native::N1(|vm, _, o| vm.ascii(o)))
        .doc("Return an ASCII-only representation of an object: as repr(), with \\x, \\u or \\U escapes for other characters."),
    Def::new("bin", "($module, number, /)", Native::N1(|vm, _, o| basic::in_radix(vm, o, "#b"))).doc("Return the binary representation of an integer.\n\n   >>> bin(2796202)\n   '0b1010101010101010101010'"),
    Def::new("breakpoint", "($module, /, *args, **kws)", Native::Full(output::breakpoint)).doc("Call sys.breakpointhook(*args, **kws)."),
    Def::new("callable", "($module, obj, /)", Native::N1(|vm, _, o| Ok(vm.bool(vm.is_callable(o)))))
        .doc("Return whether the object is callable (i.e., some kind of function).\n\nNote that classes are callable, as are instances of classes with a\n__call__() method."),
    Def::new("chr", "($module, i, /)", Native::N1(basic::chr)).doc("Return a Unicode string of one character with ordinal i; 0 <= i <= 0x10ffff."),
    Def::new("compile", "($module, /, source, filename, mode, flags=0,\n        dont_inherit=False, optimize=-1, *, _feature_version=-1)", Native::Bound(execute::compile))
        .doc("Compile source into a code object that can be executed by exec() or eval()."),
    Def::new("delattr", "($module, obj, name, /)", Native::N2(basic::delattr)).doc("Deletes the named attribute from the given object.\n\ndelattr(x, 'y') is equivalent to ``del x.y``"),
    Def::new("dir", "", Native::Var(scope::dir, 0, 1))
        .doc("dir([object]) -> list of strings\n\nIf called without an argument, return the names in the current scope, else an alphabetized list of names of the object's attributes."),
    Def::new("divmod", "($module, x, y, /)", Native::N2(basic::divmod)).doc("Return the tuple (x//y, x%y).  Invariant: div*y + mod == x."),
    Def::new("eval", "($module, source, /, globals=None, locals=None)", Native::Bound(execute::eval)).doc("Evaluate the given source in the context of globals and locals."),
    Def::new("exec", "($module, source, /, globals=None, locals=None, *,\n     closure=None)", Native::Bound(execute::exec)).doc("Execute the given source in the context of globals and locals."),
    Def::new("format", "($module, value, format_spec='', /)", Native::Var(basic::format, 1, 2)).doc("Return type(value).__format__(value, format_spec)"),
    Def::new("getattr", "", Native::Var(basic::getattr, 2, 3)).doc("getattr(object, name[, default]) -> value\n\nGet a named attribute from an object; getattr(x, 'y') is equivalent to x.y.\nWhen a default argument is given, it is returned when the attribute doesn't\nexist; without it, an exception is raised in that case."),
    Def::new("globals", "($module, /)", Native::N0(scope::globals)).doc("Return the dictionary containing the current scope's global variables."),
    Def::new("hasattr", "($module, obj, name, /)", Native::N2(basic::hasattr)).doc("Return whether the object has an attribute with the given name.\n\nThis is done by calling getattr(obj, name) and catching AttributeError."),
    Def::new("hash", "($module, obj, /)", Native::N1(basic::hash)).doc("Return the hash value for the given object."),
    Def::new("hex", "($module, number, /)", Native::N1(|vm, _, o| basic::in_radix(vm, o, "#x"))).doc("Return the hexadecimal representation of an integer.\n\n   >>> hex(12648430)\n   '0xc0ffee'"),
    Def::new("id", "($module, obj, /)", Native::N1(basic::id)).doc("Return the identity of an object, unique among those that exist at the same time."),
    Def::new("input", "($module, prompt='', /)", Native::Var(output::input, 0, 1)).doc("Read a string from standard input.  The trailing newline is stripped."),
    Def::new("isinstance", "($module, obj, class_or_tuple, /)", Native::N2(|vm, _, o, c| Ok({ let b = vm.is_instance(o, c)?; vm.bool(b) })))
        .doc("Return whether an object is an instance of a class or of a subclass thereof.\n\nA tuple, as in ``isinstance(x, (A, B, ...))``, may be given as the target to\ncheck against. This is equivalent to ``isinstance(x, A) or isinstance(x, B)\nor ...`` etc."),
    Def::new("issubclass", "($module, cls, class_or_tuple, /)", Native::N2(|vm, _, o, c| Ok({ let b = vm.is_subclass(o, c)?; vm.bool(b) })))
        .doc("Return whether 'cls' is derived from another class or is the same class.\n\nA tuple, as in ``issubclass(x, (A, B, ...))``, may be given as the target to\ncheck against."),
    Def::new("iter", "", Native::Var(iterate::iter, 1, 2)).doc("iter(iterable) -> iterator\niter(callable, sentinel) -> iterator\n\nGet an iterator from an object.\nIn the second form, the callable is called until it returns the sentinel."),
    Def::new("len", "($module, obj, /)", Native::N1(|vm, _, o| { let n = vm.len(o)?; vm.new_int(n as i64) })).doc("Return the number of items in a container."),
    Def::new("locals", "($module, /)", Native::N0(scope::locals)).doc("Return a dictionary containing the current scope's local variables."),
    Def::new("max", "", Native::Full(|vm, _, args| iterate::extreme(vm, args, true)))
        .doc("max(iterable, *[, default=obj, key=func]) -> value\nmax(arg1, arg2, *args, *[, key=func]) -> value\n\nThe biggest item of an iterable or of two or more arguments."),
    Def::new("min", "", Native::Full(|vm, _, args| iterate::extreme(vm, args, false)))
        .doc("min(iterable, *[, default=obj, key=func]) -> value\nmin(arg1, arg2, *args, *[, key=func]) -> value\n\nThe smallest item of an iterable or of two or more arguments."),
    Def::new("next", "", Native::Var(iterate::next, 1, 2)).doc("next(iterator[, default])\n\nReturn the next item from the iterator. If default is given and the iterator\nis exhausted, it is returned instead of raising StopIteration."),
    Def::new("oct", "($module, number, /)", Native::N1(|vm, _, o| basic::in_radix(vm, o, "#o"))).doc("Return the octal representation of an integer.\n\n   >>> oct(342391)\n   '0o1234567'"),
    Def::new("ord", "($module, character, /)", Native::N1(basic::ord)).doc("Return the ordinal value of a character.\n\nIf the argument is a one-character string, return the Unicode code\npoint of that character."),
    Def::new("pow", "($module, /, base, exp, mod=None)", Native::Bound(basic::pow)).doc("Equivalent to base**exp with 2 arguments or base**exp % mod with 3 arguments."),
    Def::new("print", "($module, /, *args, sep=' ', end='\\n', file=None, flush=False)", Native::Full(output::print)).doc("Prints the values to a stream, or to sys.stdout by default."),
    Def::new("repr", "($module, obj, /)", Native::N1(|vm, _, o| vm.repr(o))).doc("Return the canonical string representation of the object."),
    Def::new("round", "($module, /, number, ndigits=None)", Native::Bound(basic::round)).doc("Round a number to a given precision in decimal digits."),
    Def::new("setattr", "($module, obj, name, value, /)", Native::Var(basic::setattr, 3, 3)).doc("Sets the named attribute on the given object to the specified value.\n\nsetattr(x, 'y', v) is equivalent to ``x.y = v``"),
    Def::new("sorted", "($module, iterable, /, *, key=None, reverse=False)", Native::Full(iterate::sorted)).doc("Return a new list containing all items from the iterable in ascending order.\n\nA custom key function can be supplied to customize the sort order, and the\nreverse flag can be set to request the result in descending order."),
    Def::new("sum", "($module, iterable, /, start=0)", Native::Bound(iterate::sum)).doc("Return the sum of a 'start' value (default: 0) plus an iterable of numbers."),
    Def::new("vars", "", Native::Var(scope::vars, 0, 1)).doc("vars([object]) -> dictionary\n\nWithout arguments, equivalent to locals().\nWith an argument, equivalent to object.__dict__."),
];

/// Fills the namespace of `builtins` and registers the module. Runs once, after the types are filled.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let dict = vm.builtins.clone();
    let module = vm.new_module_with(&dict)?.into_obj();
    let name = vm.intern("builtins")?;
    let empty = vm.consts.empty_str.clone();
    let none = vm.none();
    let doc = vm.new_str("Built-in functions, types, exceptions, and other objects.\n\nThis module provides direct access to all 'built-in'\nidentifiers of Python; for example, builtins.len is\nthe full name for the built-in function len().")?;
    let debug = vm.bool(vm.settings.optimize == 0);
    let names = [(vm.names.__name__.clone(), name.clone()), (vm.names.__doc__.clone(), doc), (vm.names.__package__.clone(), empty),
        (vm.names.__loader__.clone(), none.clone()), (vm.names.__spec__.clone(), none.clone())];
    for (key, value) in names { dict.set_item(vm, &key, &value)? }
    add_functions(vm, &dict, &module, &name, FUNCTIONS)?;
    let constants = [("None", none), ("True", vm.bool(true)), ("False", vm.bool(false)), ("Ellipsis", vm.consts.ellipsis.clone()),
        ("NotImplemented", vm.not_implemented()), ("__debug__", debug)];
    for (key, value) in constants { set(vm, &dict, key, &value)? }
    add_types(vm, &dict)?;
    let modules = vm.modules.clone();
    modules.set_item(vm, &name, &module)
}

/// Adds native functions to a module's namespace.
pub fn add_functions(vm: &mut Vm, dict: &Ref<PyDict>, module: &Owned, name: &Owned, functions: &'static [Def]) -> PyResult<()> {
    for def in functions {
        let f = vm.new_object(PyBuiltinFunction::new(def, Some(module.clone()), Some(name.clone())))?.into_obj();
        set(vm, dict, def.name, &f)?;
    }
    Ok(())
}

fn set(vm: &mut Vm, dict: &Ref<PyDict>, key: &str, value: &Owned) -> PyResult<()> {
    let key = vm.intern(key)?;
    dict.set_item(vm, &key, value)
}

fn add_types(vm: &mut Vm, dict: &Ref<PyDict>) -> PyResult<()> {
    let t = &vm.types;
    let mut public = vec![t.bool.clone(), t.memoryview.clone(), t.bytearray.clone(), t.bytes.clone(), t.classmethod.clone(), t.complex.clone(), t.dict.clone(),
        t.enumerate.clone(), t.filter.clone(), t.float.clone(), t.frozenset.clone(), t.property.clone(), t.int.clone(), t.list.clone(), t.map.clone(),
        t.object.clone(), t.range.clone(), t.reversed.clone(), t.set.clone(), t.slice.clone(), t.staticmethod.clone(), t.str.clone(), t.super_.clone(),
        t.tuple.clone(), t.type_.clone(), t.zip.clone()];
    let base = t.base_exception.clone();
    public.extend(t.all().into_iter().filter(|ty| ty.is_subtype_of(vm, &base)).cloned());
    for ty in public {
        let name = ty.name(vm);
        set(vm, dict, &name, ty.obj())?;
    }
    let os_error = vm.types.os_error.obj().clone();
    set(vm, dict, "EnvironmentError", &os_error)?;
    set(vm, dict, "IOError", &os_error)
}
