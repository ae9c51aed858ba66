//! How native functions are described: `Def` tables, their calling shapes, and calling one.
//!
//! A `Def` is const data; its text signature is both what `inspect` shows and what `Native::Bound` binds by.
//! Not here: the objects that wrap a `Def` (`types/builtin_function.rs`, `types/method_descriptor.rs`).

use std::cell::OnceCell;

use crate::args::{check_count, Args, Signature};
use crate::object::Owned;
use crate::vm::{PyResult, Vm};

/// The Rust function behind a builtin, by calling shape. The first argument is `self` (an instance, the class for
/// class methods, the module for module functions, None for static methods).
#[derive(Clone, Copy)]
pub enum Native {
    /// no argument
    N0(fn(&mut Vm, &Owned) -> PyResult),
    /// one positional argument
    N1(fn(&mut Vm, &Owned, &Owned) -> PyResult),
    /// two positional arguments
    N2(fn(&mut Vm, &Owned, &Owned, &Owned) -> PyResult),
    /// between `.1` and `.2` positional arguments
    Var(fn(&mut Vm, &Owned, &[Owned]) -> PyResult, usize, usize),
    /// bound by the text signature: one entry per parameter
    Bound(fn(&mut Vm, &Owned, &[Option<Owned>]) -> PyResult),
    /// arguments as they come
    Full(fn(&mut Vm, &Owned, Args<'_>) -> PyResult),
}

/// Where a `Def` is bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DefKind {
    /// instance method or module function
    Plain,
    /// `classmethod`
    Class,
    /// `staticmethod`
    Static,
}

/// A native function: name, text signature, doc, code.
pub struct Def {
    /// Python name.
    pub name: &'static str,
    /// Text signature, e.g. `"($self, object, /)"`; empty if it has none.
    pub sig: &'static str,
    /// Whether Python does not see the signature: it only says how to bind.
    pub private: bool,
    /// Docstring.
    pub doc: &'static str,
    /// Code.
    pub func: Native,
    /// Binding.
    pub kind: DefKind,
}

impl Def {
    /// Instance method or module function.
    pub const fn new(name: &'static str, sig: &'static str, func: Native) -> Def { Def { name, sig, private: false, doc: "", func, kind: DefKind::Plain } }
    /// Class method.
    pub const fn class(name: &'static str, sig: &'static str, func: Native) -> Def { Def { name, sig, private: false, doc: "", func, kind: DefKind::Class } }
    /// Static method.
    pub const fn static_(name: &'static str, sig: &'static str, func: Native) -> Def { Def { name, sig, private: false, doc: "", func, kind: DefKind::Static } }
    /// The same with a signature that Python does not see.
    pub const fn private(mut self) -> Def { self.private = true; self }
    /// What Python sees as the signature: of a function without one, what its calling shape says. Empty for None.
    pub fn text_signature(&self) -> &'static str {
        match (self.sig, self.func, self.kind) {
            _ if self.private => "",
            ("", Native::N0(_), DefKind::Plain) => "($self, /)",
            ("", Native::N0(_), DefKind::Class) => "($type, /)",
            ("", Native::N0(_), DefKind::Static) => "()",
            ("", Native::N1(_), DefKind::Plain) => "($self, object, /)",
            ("", Native::N1(_), DefKind::Class) => "($type, object, /)",
            ("", Native::N1(_), DefKind::Static) => "(object, /)",
            (sig, ..) => sig,
        }
    }
    /// The same with a docstring.
    pub const fn doc(mut self, doc: &'static str) -> Def { self.doc = doc; self }

    /// Calls the function. `parsed` caches the parsed signature of `Bound` functions.
    #[inline]
    pub fn call(&'static self, vm: &mut Vm, this: &Owned, args: Args<'_>, parsed: &OnceCell<Box<Signature>>) -> PyResult {
        match self.func {
            Native::Full(f) => f(vm, this, args),
            Native::Bound(f) => {
                let bound = args.bind(vm, self.name, parsed.get_or_init(|| Box::new(Signature::parse(self.sig))))?;
                f(vm, this, &bound)
            }
            _ => {
                args.no_keywords(vm, self.name)?;
                self.call_positional(vm, this, args.pos())
            }
        }
    }

    fn call_positional(&'static self, vm: &mut Vm, this: &Owned, pos: &[Owned]) -> PyResult {
        match (self.func, pos) {
            (Native::N0(f), []) => f(vm, this),
            (Native::N1(f), [a]) => f(vm, this, a),
            (Native::N2(f), [a, b]) => f(vm, this, a, b),
            (Native::Var(f, min, max), _) => {
                check_count(vm, self.name, pos.len(), min, max)?;
                f(vm, this, pos)
            }
            (Native::N0(_), _) => Err(vm.type_error(format!("{}() takes no arguments ({} given)", self.name, pos.len()))),
            (Native::N1(_), _) => Err(vm.type_error(format!("{}() takes exactly one argument ({} given)", self.name, pos.len()))),
            (_, _) => { check_count(vm, self.name, pos.len(), 2, 2)?; Err(vm.system_error("bad native call")) }
        }
    }
}

/// Reads an attribute natively.
pub type Getter = fn(&mut Vm, &Owned) -> PyResult;
/// Writes (`Some`) or deletes (`None`) an attribute natively.
pub type Setter = fn(&mut Vm, &Owned, Option<&Owned>) -> PyResult<()>;

/// A computed attribute of a native type.
pub struct GetSet {
    /// Python name.
    pub name: &'static str,
    /// Reads it.
    pub get: Getter,
    /// Writes it; `None` = read-only.
    pub set: Option<Setter>,
    /// Docstring.
    pub doc: &'static str,
    /// Whether it stands for a field of the object: Python sees a `member_descriptor`.
    pub member: bool,
}

impl GetSet {
    /// Read-only attribute.
    pub const fn ro(name: &'static str, get: Getter) -> GetSet { GetSet { name, get, set: None, doc: "", member: false } }
    /// Writable attribute.
    pub const fn rw(name: &'static str, get: Getter, set: Setter) -> GetSet { GetSet { name, get, set: Some(set), doc: "", member: false } }
    /// Read-only field.
    pub const fn member(name: &'static str, get: Getter) -> GetSet { GetSet { member: true, ..GetSet::ro(name, get) } }
    /// The same with a docstring.
    pub const fn doc(mut self, doc: &'static str) -> GetSet { self.doc = doc; self }
    /// Writable field.
    pub const fn member_rw(name: &'static str, get: Getter, set: Setter) -> GetSet { GetSet { member: true, ..GetSet::rw(name, get, set) } }
}

/// What a native type consists of besides its payload; see `Vm::fill_type`.
pub struct TypeDef {
    /// Docstring (`__doc__`), empty for None.
    pub doc: &'static str,
    /// Text signature of the constructor, empty for none.
    pub sig: &'static str,
    /// Methods.
    pub methods: &'static [Def],
    /// Computed attributes.
    pub getset: &'static [GetSet],
}
