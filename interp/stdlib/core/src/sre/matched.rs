//! `re.Match`.
//!
//! Not here: how a match is found (`run.rs`).

use instar_object::TypeFlags;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::types::int::int_ref;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use super::pattern::PyPattern;
use super::run::{Run, Subject};
use super::substitute;

/// Payload of a match.
pub struct PyMatch {
    string: Owned,
    pub(super) pattern: Ref<PyPattern>,
    pos: usize,
    endpos: usize,
    lastindex: Option<usize>,
    span: (usize, usize),
    groups: Box<[Option<(usize, usize)>]>,
}
instar_vm::trace! { PyMatch { string, pattern } }
instar_vm::fields! { PyMatch { string, pattern, pos, endpos, lastindex, span, groups } }
instar_vm::payload!(PyMatch, "Match");

static DEF: TypeDef = TypeDef {
    doc: "The result of re.match() and re.search().\nMatch objects always have a boolean value of True.", sig: "",
    methods: &[
        Def::new("group", "", Native::Var(group, 0, usize::MAX)).doc("group([group1, ...]) -> str or tuple.\nReturn subgroup(s) of the match by indices or names.\nFor 0 returns the entire match."),
        Def::new("start", "($self, group=0, /)", Native::Var(|vm, o, a| edge(vm, o, a, true), 0, 1)).doc("Return index of the start of the substring matched by group."),
        Def::new("end", "($self, group=0, /)", Native::Var(|vm, o, a| edge(vm, o, a, false), 0, 1)).doc("Return index of the end of the substring matched by group."),
        Def::new("span", "($self, group=0, /)", Native::Var(span, 0, 1)).doc("For match object m, return the 2-tuple (m.start(group), m.end(group))."),
        Def::new("groups", "($self, /, default=None)", Native::Bound(groups)).doc("Return a tuple containing all the subgroups of the match, from 1.\n\n  default\n    Is used for groups that did not participate in the match."),
        Def::new("groupdict", "($self, /, default=None)", Native::Bound(groupdict)).doc("Return a dictionary containing all the named subgroups of the match, keyed by the subgroup name.\n\n  default\n    Is used for groups that did not participate in the match."),
        Def::new("expand", "($self, /, template)", Native::Bound(expand)).doc("Return the string obtained by doing backslash substitution on the string template, as done by the sub() method."),
        Def::new("__copy__", "($self, /)", Native::N0(|_, o| Ok(o.clone()))),
        Def::new("__deepcopy__", "($self, memo, /)", Native::N1(|_, o, _| Ok(o.clone()))),
        Def::class("__class_getitem__", "($type, item, /)", Native::N1(|vm, class, item| vm.new_generic_alias(class, item))).doc("See PEP 585"),
    ],
    getset: &[
        GetSet { doc: "The string passed to match() or search().", ..GetSet::member("string", |_, o| Ok(this(o).string.clone())) },
        GetSet { doc: "The regular expression object.", ..GetSet::member("re", |_, o| Ok(this(o).pattern.obj().clone())) },
        GetSet { doc: "The index into the string at which the RE engine started looking for a match.", ..GetSet::member("pos", |vm, o| vm.new_usize(this(o).pos)) },
        GetSet { doc: "The index into the string beyond which the RE engine will not go.", ..GetSet::member("endpos", |vm, o| vm.new_usize(this(o).endpos)) },
        GetSet { doc: "The integer index of the last matched capturing group.", ..GetSet::ro("lastindex", lastindex) },
        GetSet { doc: "The name of the last matched capturing group.", ..GetSet::ro("lastgroup", lastgroup) },
        GetSet::ro("regs", regs),
    ],
};

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<()> {
    let slots = Slots { repr: Some(repr), getitem: Some(getitem), ..Slots::default() };
    vm.new_native_type::<PyMatch>("re", "Match", None, TypeFlags::GC.bits(), slots, &DEF)?;
    Ok(())
}

/// The match that a run has just found.
pub fn new(vm: &mut Vm, run: &Run) -> PyResult {
    let groups = (1..=run.pattern.program.groups()).map(|i| run.state.group(i)).collect();
    let made = PyMatch { string: run.subject.obj.clone(), pattern: run.pattern.clone(), pos: run.first, endpos: run.end,
        lastindex: run.state.lastindex(), span: run.span(), groups };
    Ok(vm.new_object(made)?.into_obj())
}

fn this(o: &Owned) -> &Ref<PyMatch> { o.cast().expect("law: checked by the descriptor") }

impl PyMatch {
    fn span_of(&self, group: usize) -> Option<(usize, usize)> {
        match group.checked_sub(1) { None => Some(self.span), Some(i) => self.groups.get(i).copied().flatten() }
    }
    /// Text of a group; `default` if it took no part; IndexError if there is none of this number.
    pub(super) fn text(&self, vm: &mut Vm, group: usize, default: &Owned) -> PyResult {
        if group > self.groups.len() { return Err(vm.index_error("no such group")) }
        let Some((start, end)) = self.span_of(group) else { return Ok(default.clone()) };
        Subject::new(vm, &self.string)?.slice(vm, start, end)
    }
    /// Number of the group that `key` names.
    fn index(&self, vm: &mut Vm, key: &Owned) -> PyResult<usize> {
        let found = if key.type_of(vm).slots().index.is_some() {
            Some(vm.index_isize_clamped(key)?)
        } else {
            let names = self.pattern.groupindex.clone();
            match names.get_item(vm, key)? { Some(n) => int_ref(&n).and_then(|n| n.to_i64()).map(|n| n as isize), None => None }
        };
        match found.and_then(|n| usize::try_from(n).ok()).filter(|n| *n <= self.groups.len()) {
            Some(n) => Ok(n),
            None => Err(vm.index_error("no such group")),
        }
    }
}

fn by_key(vm: &mut Vm, o: &Owned, key: &Owned) -> PyResult {
    let m = this(o);
    let (i, none) = (m.index(vm, key)?, vm.none());
    m.text(vm, i, &none)
}

fn getitem(vm: &mut Vm, o: &Owned, key: &Owned) -> PyResult { by_key(vm, o, key) }

fn group(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    match args {
        [] => { let none = vm.none(); this(o).text(vm, 0, &none) }
        [one] => by_key(vm, o, one),
        many => {
            let parts = many.iter().map(|k| by_key(vm, o, k)).collect::<PyResult<Vec<_>>>()?;
            Ok(vm.new_tuple(parts)?.into_obj())
        }
    }
}

fn span_at(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult<(i64, i64)> {
    let m = this(o);
    let i = match args.first() { Some(k) => m.index(vm, k)?, None => 0 };
    Ok(m.span_of(i).map_or((-1, -1), |(s, e)| (s as i64, e as i64)))
}

fn edge(vm: &mut Vm, o: &Owned, args: &[Owned], start: bool) -> PyResult {
    let (s, e) = span_at(vm, o, args)?;
    vm.new_int(if start { s } else { e })
}

fn pair(vm: &mut Vm, (s, e): (i64, i64)) -> PyResult {
    let parts = [vm.new_int(s)?, vm.new_int(e)?];
    Ok(vm.new_tuple(parts)?.into_obj())
}

fn span(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult { let s = span_at(vm, o, args)?; pair(vm, s) }

fn groups(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let default = vm.option_to_none(args[0].clone());
    let m = this(o);
    let parts = (1..=m.groups.len()).map(|i| m.text(vm, i, &default)).collect::<PyResult<Vec<_>>>()?;
    Ok(vm.new_tuple(parts)?.into_obj())
}

fn groupdict(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let default = vm.option_to_none(args[0].clone());
    let m = this(o).clone();
    let result = vm.new_dict()?;
    for (name, _) in m.pattern.groupindex.pairs(vm)? {
        let i = m.index(vm, &name)?;
        let text = m.text(vm, i, &default)?;
        result.set_item(vm, &name, &text)?;
    }
    Ok(result.into_obj())
}

fn expand(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let [Some(template)] = args else { return Err(vm.type_error("expand() missing required argument 'template' (pos 1)")) };
    substitute::expand(vm, this(o), template)
}

fn lastindex(vm: &mut Vm, o: &Owned) -> PyResult { match this(o).lastindex { Some(n) => vm.new_usize(n), None => Ok(vm.none()) } }

fn lastgroup(vm: &mut Vm, o: &Owned) -> PyResult {
    let m = this(o);
    let name = m.lastindex.and_then(|i| m.pattern.indexgroup.get(i));
    Ok(vm.option_to_none(name))
}

fn regs(vm: &mut Vm, o: &Owned) -> PyResult {
    let m = this(o);
    let spans = (0..=m.groups.len()).map(|i| pair(vm, m.span_of(i).map_or((-1, -1), |(s, e)| (s as i64, e as i64)))).collect::<PyResult<Vec<_>>>()?;
    Ok(vm.new_tuple(spans)?.into_obj())
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let m = this(o);
    let none = vm.none();
    let text = m.text(vm, 0, &none)?;
    let text = vm.repr_text(&text)?;
    vm.new_str(&format!("<re.Match object; span=({}, {}), match={text}>", m.span.0, m.span.1))
}
