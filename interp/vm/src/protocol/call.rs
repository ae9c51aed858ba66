//! Calling from native code.
//!
//! Python functions are entered through `eval/slow/calls.rs`; everything else through its type's `call` slot.

use smallvec::SmallVec;

use crate::args::Args;
use crate::eval::slow::calls;
use crate::object::{ObjExt, Owned, Ref};
use crate::typeobj::TypeRef;
use crate::types::dict::PyDict;
use crate::types::function::PyFunction;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Vm};

impl Vm {
    /// `f(*args)`
    pub fn call(&mut self, f: &Owned, args: Args<'_>) -> PyResult {
        if f.type_of(self).ptr() == self.types.function.ptr() {
            return calls::call_function(self, f.cast::<PyFunction>().expect("law: exact function"), args, None);
        }
        match f.type_of(self).slots().call {
            Some(call) => {
                self.check_native_stack(" while calling a Python object")?;
                call(self, f, args)
            }
            None => Err(self.not_callable(f)),
        }
    }
    /// The TypeError of calling what cannot be called. Who calls a module may mean what it is named after.
    #[cold]
    fn not_callable(&mut self, f: &Owned) -> crate::vm::Raised {
        let ty = f.type_name(self);
        if f.cast::<crate::types::module::PyModule>().is_some() {
            let key = self.names.__name__.clone();
            let name = self.get_attr_opt(f, &key).ok().flatten().filter(|n| n.cast::<PyStr>().is_some());
            let meant = name.as_ref().and_then(|n| self.get_attr_opt(f, n).ok().flatten());
            if let (Some(name), Some(meant)) = (name, meant) && self.is_callable(&meant) {
                let name = self.repr_text_plain(&name);
                return self.type_error(format!("'{ty}' object is not callable. Did you mean: '{name}.{name}(...)'?"));
            }
        }
        self.type_error(format!("'{ty}' object is not callable"))
    }
    /// `f()`
    pub fn call0(&mut self, f: &Owned) -> PyResult { self.call(f, Args::EMPTY) }
    /// `f(a)`
    pub fn call1(&mut self, f: &Owned, a: &Owned) -> PyResult { self.call(f, Args::positional(std::slice::from_ref(a))) }
    /// `f(a, b)`
    pub fn call2(&mut self, f: &Owned, a: &Owned, b: &Owned) -> PyResult { self.call(f, Args::positional(&[a.clone(), b.clone()])) }
    /// `f(*args)` of positional arguments
    pub fn call_n(&mut self, f: &Owned, args: &[Owned]) -> PyResult { self.call(f, Args::positional(args)) }
    /// `o.name(*args)`
    pub fn call_method(&mut self, o: &Owned, name: &Owned, args: &[Owned]) -> PyResult {
        let (f, this) = self.get_method(o, name)?;
        match this {
            None => self.call_n(&f, args),
            Some(this) if args.is_empty() => self.call1(&f, &this),
            Some(this) => {
                let mut all: SmallVec<[Owned; 6]> = SmallVec::new();
                all.push(this);
                all.extend(args.iter().cloned());
                self.call_n(&f, &all)
            }
        }
    }
    /// `f(*pos, **kw)`
    pub fn call_kw(&mut self, f: &Owned, pos: &[Owned], kw: &[(&str, Owned)]) -> PyResult {
        let mut values = pos.to_vec();
        let mut names = Vec::with_capacity(kw.len());
        for (name, value) in kw {
            names.push(self.intern(name)?);
            values.push(value.clone());
        }
        self.call(f, Args::new(&values, &names))
    }
    /// Whether `callable(o)`.
    pub fn is_callable(&self, o: &Owned) -> bool { o.type_of(self).slots().call.is_some() }
    /// Whether `iter(o)` can work.
    pub fn is_iterable(&self, o: &Owned) -> bool { let s = o.type_of(self).slots(); s.iter.is_some() || s.getitem.is_some() && o.type_of(self).is_heap_type() }
    /// How messages name a callable: `f()`.
    pub fn callable_name(&mut self, f: &Owned) -> String { callable_name(self, f) }
}

/// How messages name a callable: `mod.f()`, `Type.method()`; what `str` makes of it if it has no qualified name.
pub fn callable_name(vm: &mut Vm, f: &Owned) -> String {
    let (qualname, module) = (vm.names.__qualname__.clone(), vm.names.__module__.clone());
    let Some(q) = vm.get_attr_opt(f, &qualname).ok().flatten() else {
        return match vm.str(f) { Ok(s) => vm.repr_text_plain(&s), Err(_) => f.type_name(vm) };
    };
    let m = vm.get_attr_opt(f, &module).ok().flatten().filter(|m| !vm.is_none(m)).map(|m| vm.repr_text_plain(&m));
    let q = vm.repr_text_plain(&q);
    match m { Some(m) if m != "builtins" => format!("{m}.{q}()"), _ => format!("{q}()") }
}

/// `f(*values, **kwargs)`.
pub fn call_spread(vm: &mut Vm, f: &Owned, mut values: Vec<Owned>, kwargs: &Owned) -> PyResult {
    let mut names = Vec::new();
    spread_entries(vm, f, kwargs, &mut names, &mut values)?;
    if names.iter().all(|n| Ref::<PyStr>::cast(n).is_some()) { return vm.call(f, Args::new(&values, &names)) }
    wrong_names(vm, f, &values, names.len())
}

/// Names that are no strings. What takes no keyword at all, or has another reason to refuse the arguments, says that first; Python
/// functions, and native ones that look at the names as they are passed, complain about them at once.
#[cold]
fn wrong_names(vm: &mut Vm, f: &Owned, values: &[Owned], count: usize) -> PyResult {
    let t = &vm.types;
    let direct = [&t.bool, &t.int, &t.float, &t.str, &t.list, &t.tuple, &t.dict, &t.set, &t.frozenset, &t.type_, &t.enumerate, &t.reversed, &t.range, &t.super_, &t.map, &t.filter];
    let wrapper = f.is_instance_of(vm, &t.wrapper_descriptor) || f.is_instance_of(vm, &t.method_wrapper);
    let init = |ty: &TypeRef| ty.slots().init.map(|f| f as usize);
    let new = |ty: &TypeRef| ty.slots().new.map(|f| f as usize);
    let class = TypeRef::from_obj(f).is_some_and(|ty| {
        let native = !ty.is_heap_type() || init(ty) == init(&t.object) && new(ty) == new(&t.object);
        native && !direct.iter().any(|d| d.ptr() == ty.ptr()) && (init(ty) != init(&t.base_exception) || ty.is_subtype_of(vm, &t.os_error))
    });
    if wrapper || class || !vm.is_callable(f) {
        // No parameter has such a name.
        let mut names = Vec::with_capacity(count);
        for i in 0..count { names.push(vm.new_str(&format!("\u{0}{i}"))?); }
        match vm.call(f, Args::new(values, &names)) {
            Err(e) if !vm.str_text(e.exception().obj())?.contains('\u{0}') => return Err(e),
            _ => {}
        }
    }
    Err(vm.type_error("keywords must be strings"))
}

/// Appends the items of a `**mapping` to keyword names, which may be no strings, and values; errors name the callee.
pub fn spread_entries(vm: &mut Vm, f: &Owned, mapping: &Owned, names: &mut Vec<Owned>, values: &mut Vec<Owned>) -> PyResult<()> {
    let dict = match Ref::<PyDict>::cast(mapping) {
        // A subclass that iterates otherwise (an ordered dict) is spread in its order.
        Some(d) if d.iterates_as_dict(vm) => d.clone(),
        _ => {
            let d = vm.new_dict()?;
            if let Err(e) = d.update_mapping(vm, mapping) {
                if !e.is(vm, &vm.types.attribute_error) { return Err(e) }
                let (name, ty) = (callable_name(vm, f), mapping.type_name(vm));
                return Err(vm.type_error(format!("{name} argument after ** must be a mapping, not {ty}")));
            }
            d
        }
    };
    let mut pos = 0;
    while let Some((next, key, value)) = dict.next_entry(vm, pos) {
        pos = next;
        names.push(key);
        values.push(value);
    }
    Ok(())
}
