//! `defaultdict`: a class on top of `dict`, written in Python: what it adds is a few calls.

use instar_vm::types::dict::PyDict;
use instar_vm::{PyResult, Ref, Vm};

use crate::support::set_type;

const SOURCE: &str = r#"
class defaultdict(dict):
    """defaultdict(default_factory=None, /, [...]) --> dict with default factory

The default factory is called without arguments to produce
a new value when a key is not present, in __getitem__ only.
A defaultdict compares equal to a dict with the same items.
All remaining arguments are treated the same as if they were
passed to the dict constructor, including keyword arguments.
"""
    __slots__ = ('default_factory',)

    def __init__(self, default_factory=None, /, *args, **kwargs):
        if default_factory is not None and not callable(default_factory):
            raise TypeError('first argument must be callable or None')
        self.default_factory = default_factory
        dict.__init__(self, *args, **kwargs)

    def __missing__(self, key):
        factory = self.default_factory
        if factory is None:
            raise KeyError(key)
        self[key] = value = factory()
        return value

    def copy(self):
        return type(self)(self.default_factory, self)
    __copy__ = copy

    def __repr__(self):
        return f'{type(self).__name__}({self.default_factory!r}, {dict.__repr__(self)})'

    def __reduce__(self):
        args = () if self.default_factory is None else (self.default_factory,)
        return type(self), args, None, None, iter(self.items())

    def __or__(self, other):
        if not isinstance(other, dict):
            return NotImplemented
        new = type(self)(self.default_factory, self)
        new.update(other)
        return new

    def __ror__(self, other):
        if not isinstance(other, dict):
            return NotImplemented
        new = type(self)(self.default_factory, other)
        new.update(self)
        return new
"#;

/// Makes the class.
pub fn exec(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    let globals = vm.new_dict()?;
    let (key, name) = (vm.names.__name__.clone(), vm.new_str("collections")?);
    globals.set_item(vm, &key, &name)?;
    let options = instar_compiler::Options::default();
    let code = instar_vm::builtins::syntax_error::compile_text(vm, SOURCE, "<frozen _collections>", instar_compiler::Mode::Exec, &options, false)?;
    instar_vm::builtins::execute::ensure_builtins(vm, &globals)?;
    instar_vm::builtins::execute::run_code(vm, &code, &globals, globals.obj(), None)?;
    let key = vm.intern("defaultdict")?;
    let Some(class) = globals.get_interned(vm, &key) else { return Err(vm.system_error("defaultdict was not made")) };
    match instar_vm::typeobj::TypeRef::from_obj(&class) { Some(ty) => set_type(vm, ns, &ty.clone()), None => Err(vm.system_error("defaultdict is no class")) }
}

