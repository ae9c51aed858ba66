//! `_ast`: the classes of syntax tree nodes.
//!
//! [`GRAMMAR`] lists them; fields, defaults, types and docstrings follow from it. `ast_/` converts: `write*.rs` make nodes of the
//! parser's tree, `read*.rs` the compiler's tree of nodes, `optimize.rs` computes early. Not here: the compiler.

mod comments;
mod feature;
mod optimize;
mod read;
mod read_expr;
mod read_pattern;
mod read_stmt;
mod registry;
mod write;
mod write_expr;
mod write_stmt;
mod write_text;

use std::collections::HashMap;
use std::rc::Rc;

use instar_code::Binary;
use instar_vm::args::Args;
use instar_vm::builtins::trees::Trees;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::types::list::PyList;
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use self::registry::{Class, Classes};
use crate::support::{set, set_int, set_type};

/// The node classes. A line that is not indented is a class right below `AST`; behind `@` stand its attributes, `?` before those
/// that are None unless set. Indented lines are the alternatives of the class above. A field is a type (`?`: may be None, `*`: a
/// list) and a name.
const GRAMMAR: &str = "\
alias(identifier name, identifier? asname) @ lineno col_offset ?end_lineno ?end_col_offset
arg(identifier arg, expr? annotation, string? type_comment) @ lineno col_offset ?end_lineno ?end_col_offset
arguments(arg* posonlyargs, arg* args, arg? vararg, arg* kwonlyargs, expr?* kw_defaults, arg? kwarg, expr* defaults)
boolop
  And
  Or
cmpop
  Eq
  NotEq
  Lt
  LtE
  Gt
  GtE
  Is
  IsNot
  In
  NotIn
comprehension(expr target, expr iter, expr* ifs, int is_async)
excepthandler @ lineno col_offset ?end_lineno ?end_col_offset
  ExceptHandler(expr? type, identifier? name, stmt* body)
expr @ lineno col_offset ?end_lineno ?end_col_offset
  BoolOp(boolop op, expr* values)
  NamedExpr(expr target, expr value)
  BinOp(expr left, operator op, expr right)
  UnaryOp(unaryop op, expr operand)
  Lambda(arguments args, expr body)
  IfExp(expr test, expr body, expr orelse)
  Dict(expr?* keys, expr* values)
  Set(expr* elts)
  ListComp(expr elt, comprehension* generators)
  SetComp(expr elt, comprehension* generators)
  DictComp(expr key, expr value, comprehension* generators)
  GeneratorExp(expr elt, comprehension* generators)
  Await(expr value)
  Yield(expr? value)
  YieldFrom(expr value)
  Compare(expr left, cmpop* ops, expr* comparators)
  Call(expr func, expr* args, keyword* keywords)
  FormattedValue(expr value, int conversion, expr? format_spec)
  Interpolation(expr value, constant str, int conversion, expr? format_spec)
  JoinedStr(expr* values)
  TemplateStr(expr* values)
  Constant(constant value, string? kind)
  Attribute(expr value, identifier attr, expr_context ctx)
  Subscript(expr value, expr slice, expr_context ctx)
  Starred(expr value, expr_context ctx)
  Name(identifier id, expr_context ctx)
  List(expr* elts, expr_context ctx)
  Tuple(expr* elts, expr_context ctx)
  Slice(expr? lower, expr? upper, expr? step)
expr_context
  Load
  Store
  Del
keyword(identifier? arg, expr value) @ lineno col_offset ?end_lineno ?end_col_offset
match_case(pattern pattern, expr? guard, stmt* body)
mod
  Module(stmt* body, type_ignore* type_ignores)
  Interactive(stmt* body)
  Expression(expr body)
  FunctionType(expr* argtypes, expr returns)
operator
  Add
  Sub
  Mult
  MatMult
  Div
  Mod
  Pow
  LShift
  RShift
  BitOr
  BitXor
  BitAnd
  FloorDiv
pattern @ lineno col_offset end_lineno end_col_offset
  MatchValue(expr value)
  MatchSingleton(constant value)
  MatchSequence(pattern* patterns)
  MatchMapping(expr* keys, pattern* patterns, identifier? rest)
  MatchClass(expr cls, pattern* patterns, identifier* kwd_attrs, pattern* kwd_patterns)
  MatchStar(identifier? name)
  MatchAs(pattern? pattern, identifier? name)
  MatchOr(pattern* patterns)
stmt @ lineno col_offset ?end_lineno ?end_col_offset
  FunctionDef(identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params)
  AsyncFunctionDef(identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params)
  ClassDef(identifier name, expr* bases, keyword* keywords, stmt* body, expr* decorator_list, type_param* type_params)
  Return(expr? value)
  Delete(expr* targets)
  Assign(expr* targets, expr value, string? type_comment)
  TypeAlias(expr name, type_param* type_params, expr value)
  AugAssign(expr target, operator op, expr value)
  AnnAssign(expr target, expr annotation, expr? value, int simple)
  For(expr target, expr iter, stmt* body, stmt* orelse, string? type_comment)
  AsyncFor(expr target, expr iter, stmt* body, stmt* orelse, string? type_comment)
  While(expr test, stmt* body, stmt* orelse)
  If(expr test, stmt* body, stmt* orelse)
  With(withitem* items, stmt* body, string? type_comment)
  AsyncWith(withitem* items, stmt* body, string? type_comment)
  Match(expr subject, match_case* cases)
  Raise(expr? exc, expr? cause)
  Try(stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody)
  TryStar(stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody)
  Assert(expr test, expr? msg)
  Import(alias* names)
  ImportFrom(identifier? module, alias* names, int? level)
  Global(identifier* names)
  Nonlocal(identifier* names)
  Expr(expr value)
  Pass
  Break
  Continue
type_ignore
  TypeIgnore(int lineno, string tag)
type_param @ lineno col_offset end_lineno end_col_offset
  TypeVar(identifier name, expr? bound, expr? default_value)
  ParamSpec(identifier name, expr? default_value)
  TypeVarTuple(identifier name, expr? default_value)
unaryop
  Invert
  Not
  UAdd
  USub
withitem(expr context_expr, expr? optional_vars)
";

/// How many levels `repr` of a node shows.
const REPR_DEPTH: usize = 3;

#[derive(Default)]
struct State {
    classes: Option<Rc<Classes>>,
}

/// A class as the grammar spells it.
struct Row<'a> {
    name: &'a str,
    /// The whole alternative, the docstring of the class.
    text: &'a str,
    /// type with marks, name
    fields: Vec<(&'a str, &'a str)>,
    attributes: Option<&'a str>,
    top: bool,
}

fn rows() -> impl Iterator<Item = Row<'static>> {
    GRAMMAR.lines().map(|line| {
        let (text, attributes) = match line.split_once(" @ ") { Some((t, a)) => (t, Some(a)), None => (line, None) };
        let text = text.trim();
        let (name, fields) = match text.split_once('(') { Some((n, f)) => (n, f.trim_end_matches(')')), None => (text, "") };
        let fields = fields.split(", ").filter_map(|f| f.split_once(' ')).collect();
        Row { name, text, fields, attributes, top: !line.starts_with(' ') }
    })
}

fn strings<'a>(vm: &mut Vm, names: impl Iterator<Item = &'a str>) -> PyResult {
    let names = names.map(|n| vm.intern(n)).collect::<PyResult<Vec<_>>>()?;
    Ok(vm.new_tuple(names)?.into_obj())
}

/// Makes a class with fields, attributes and defaults; types of fields come when all classes are there.
fn make_class(vm: &mut Vm, row: &Row<'_>, base: &Owned, doc: &str) -> PyResult<TypeRef> {
    let namespace = vm.new_dict()?;
    let none = vm.none();
    let is_sum = row.top && row.fields.is_empty();
    let fields = strings(vm, row.fields.iter().map(|f| f.1))?;
    set(vm, &namespace, "_fields", &fields)?;
    set(vm, &namespace, "__match_args__", &fields)?;
    let doc = vm.new_str(doc)?;
    set(vm, &namespace, "__doc__", &doc)?;
    if row.top {
        let attributes = row.attributes.unwrap_or("");
        let names = strings(vm, attributes.split_whitespace().map(|a| a.trim_start_matches('?')))?;
        set(vm, &namespace, "_attributes", &names)?;
        for a in attributes.split_whitespace().filter_map(|a| a.strip_prefix('?')) { set(vm, &namespace, a, &none)? }
    }
    for (kind, name) in &row.fields { if kind.ends_with('?') { set(vm, &namespace, name, &none)? } }
    if !is_sum {
        let types = vm.new_dict()?.into_obj();
        set(vm, &namespace, "_field_types", &types)?;
        set(vm, &namespace, "__annotations__", &types)?;
    }
    vm.new_class("ast", row.name, std::slice::from_ref(base), Some(&namespace))
}

/// The docstring of a class with alternatives.
fn sum_doc(name: &str) -> String {
    let alternatives: Vec<&str> = rows().skip_while(|r| r.name != name).skip(1).take_while(|r| !r.top).map(|r| r.text).collect();
    let plain = alternatives.iter().all(|a| !a.contains('('));
    let between = if plain { " | ".to_owned() } else { format!("\n{}| ", " ".repeat(name.len() + 1)) };
    format!("{name} = {}", alternatives.join(&between))
}

/// What a field holds: a class, `class | None`, `list[class]`.
fn field_type(vm: &mut Vm, namespace: &Ref<PyDict>, kind: &str) -> PyResult {
    let t = &vm.types;
    let plain = match kind.trim_end_matches(['?', '*']) {
        "identifier" | "string" => t.str.obj().clone(),
        "int" => t.int.obj().clone(),
        "constant" => t.object.obj().clone(),
        class => {
            let key = vm.intern(class)?;
            namespace.get_item(vm, &key)?.ok_or_else(|| vm.system_error("a field of no class"))?
        }
    };
    if kind.ends_with('*') {
        let list = vm.types.list.obj().clone();
        return vm.new_generic_alias(&list, &plain);
    }
    if kind.ends_with('?') {
        let none = vm.none();
        return vm.binary(Binary::Or, &plain, &none);
    }
    Ok(plain)
}

/// Makes every class; an interpreter has one set however often the module is imported.
fn make_classes(vm: &mut Vm) -> PyResult<Rc<Classes>> {
    if let Some(classes) = vm.state::<State>().classes.clone() { return Ok(classes) }
    let namespace = vm.new_dict()?;
    let object = vm.types.object.obj().clone();
    let root = Row { name: "AST", text: "", fields: Vec::new(), attributes: Some(""), top: true };
    let ast = make_class(vm, &root, &object, "")?;
    let slots = Slots { init: Some(init), repr: Some(repr), ..Slots::default() };
    vm.fill_type(&ast, slots, &AST)?;
    let none = vm.none();
    let doc = vm.intern("__doc__")?;
    vm.set_attr(ast.obj(), &doc, &none)?;
    let mut parent = ast.obj().clone();
    let (mut located, mut sum) = (false, "");
    let (mut by_name, mut by_type) = (HashMap::new(), HashMap::new());
    for row in rows() {
        let base = if row.top { ast.obj().clone() } else { parent.clone() };
        let doc = if row.top && row.fields.is_empty() { sum_doc(row.name) } else { row.text.to_owned() };
        let ty = make_class(vm, &row, &base, &doc)?;
        if row.top { parent = ty.obj().clone(); located = row.attributes.is_some(); sum = row.name; }
        set_type(vm, &namespace, &ty)?;
        let fields = row.fields.iter().map(|f| vm.intern(f.1)).collect::<PyResult<Vec<_>>>()?;
        let sole = if !row.top && fields.is_empty() && !located { Some(vm.allocate_instance(&ty)?) } else { None };
        by_type.insert(ty.obj().word().raw(), row.name);
        by_name.insert(row.name, Class { ty, fields, located, sole, sum });
    }
    let types_name = vm.intern("_field_types")?;
    for row in rows().filter(|r| !r.fields.is_empty()) {
        let Some(class) = by_name.get(row.name) else { continue };
        let types = vm.get_attr(class.ty.obj(), &types_name)?;
        let Some(types) = types.cast::<PyDict>() else { continue };
        for (kind, name) in &row.fields {
            let ty = field_type(vm, &namespace, kind)?;
            set(vm, types, name, &ty)?;
        }
    }
    let places = [vm.intern("lineno")?, vm.intern("col_offset")?, vm.intern("end_lineno")?, vm.intern("end_col_offset")?];
    let classes = Rc::new(Classes { ast, by_name, by_type, places });
    vm.state::<State>().classes = Some(classes.clone());
    Ok(classes)
}

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    let classes = make_classes(vm)?;
    set_type(vm, namespace, &classes.ast)?;
    for row in rows() { if let Some(class) = classes.by_name.get(row.name) { set_type(vm, namespace, &class.ty)? } }
    for (name, n) in [("PyCF_ONLY_AST", 0x400), ("PyCF_TYPE_COMMENTS", 0x1000), ("PyCF_ALLOW_TOP_LEVEL_AWAIT", 0x2000), ("PyCF_OPTIMIZED_AST", 0x8400)] {
        set_int(vm, namespace, name, n)?;
    }
    Ok(())
}

/// `_fields` or `_attributes` of a node's class; empty if there is none.
fn names_of(vm: &mut Vm, this: &Owned, which: &str) -> PyResult<Vec<Owned>> {
    let which = vm.intern(which)?;
    let class = this.type_of(vm).obj().clone();
    match vm.get_attr_opt(&class, &which)? { Some(names) => vm.collect(&names), None => Ok(Vec::new()) }
}

/// `name` in `names`
fn is_one_of(vm: &mut Vm, name: &Owned, names: &[Owned]) -> PyResult<bool> {
    for n in names { if vm.equal(n, name)? { return Ok(true) } }
    Ok(false)
}

fn field_types(vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> {
    let name = vm.intern("_field_types")?;
    let class = this.type_of(vm).obj().clone();
    vm.get_attr_opt(&class, &name)
}

/// The entry of `_field_types`.
fn type_of_field(vm: &mut Vm, types: &Owned, name: &Owned) -> PyResult<Option<Owned>> {
    match types.cast::<PyDict>() { Some(d) => d.get_item(vm, name), None => Ok(None) }
}

fn deprecated(vm: &mut Vm, message: &str) -> PyResult<()> {
    let category = vm.types.deprecation_warning.clone();
    vm.warn(&category, message, 1)
}

fn init(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult<()> {
    let fields = names_of(vm, this, "_fields")?;
    let class = this.type_name(vm);
    if args.pos().len() > fields.len() {
        let (n, s) = (fields.len(), if fields.len() == 1 { "" } else { "s" });
        return Err(vm.type_error(format!("{class} constructor takes at most {n} positional argument{s}")));
    }
    for (name, value) in fields.iter().zip(args.pos()) { vm.set_attr(this, name, value)? }
    let mut left: Vec<Owned> = fields[args.pos().len()..].to_vec();
    let mut attributes = None;
    for (name, value) in args.keywords() {
        if let Some(at) = { let mut at = None; for (i, n) in left.iter().enumerate() { if vm.equal(n, name)? { at = Some(i); break } } at } {
            left.remove(at);
        } else if is_one_of(vm, name, &fields)? {
            let name = vm.repr_text(name)?;
            return Err(vm.type_error(format!("{class} got multiple values for argument {name}")));
        } else {
            if attributes.is_none() { attributes = Some(names_of(vm, this, "_attributes")?) }
            if !is_one_of(vm, name, attributes.as_deref().unwrap_or_default())? {
                let name = vm.repr_text(name)?;
                deprecated(vm, &format!("{class}.__init__ got an unexpected keyword argument {name}. Support for arbitrary keyword arguments is deprecated and will be removed in Python 3.15."))?;
            }
        }
        vm.set_attr(this, name, value)?;
    }
    if left.is_empty() { return Ok(()) }
    let Some(types) = field_types(vm, this)? else { return Ok(()) };
    for name in left { fill_default(vm, this, &class, &types, &name)? }
    Ok(())
}

/// Gives a field that was left out its default, or warns.
fn fill_default(vm: &mut Vm, this: &Owned, class: &str, types: &Owned, name: &Owned) -> PyResult<()> {
    let Some(ty) = type_of_field(vm, types, name)? else {
        let name = vm.repr_text(name)?;
        return deprecated(vm, &format!("Field {name} is missing from {class}._field_types. This will become an error in Python 3.15."));
    };
    if ty.is_instance_of(vm, &vm.types.union) { return Ok(()) }
    if ty.is_instance_of(vm, &vm.types.generic_alias) {
        let list = vm.new_list(Vec::new())?.into_obj();
        return vm.set_attr(this, name, &list);
    }
    if let Some(classes) = vm.state::<State>().classes.clone() && classes.get(vm, "expr_context")?.ty.obj().is(&ty) {
        let load = classes.sole(vm, "Load")?;
        return vm.set_attr(this, name, &load);
    }
    let name = vm.repr_text(name)?;
    deprecated(vm, &format!("{class}.__init__ missing 1 required positional argument: {name}. This will become an error in Python 3.15."))
}

fn repr(vm: &mut Vm, this: &Owned) -> PyResult {
    let text = repr_to(vm, this, REPR_DEPTH)?;
    vm.new_str(&text)
}

fn is_node(vm: &mut Vm, o: &Owned) -> bool {
    let classes = vm.state::<State>().classes.clone();
    classes.is_some_and(|c| o.is_instance_of(vm, &c.ast))
}

fn repr_to(vm: &mut Vm, this: &Owned, depth: usize) -> PyResult<String> {
    let class = this.type_of(vm).clone();
    let root = vm.state::<State>().classes.as_ref().is_some_and(|c| c.ast.ptr() == class.ptr());
    let class = if root { "ast.AST".to_owned() } else { class.name(vm) };
    if depth == 0 || !vm.repr_enter(this) { return Ok(format!("{class}(...)")) }
    let text = repr_fields(vm, this, depth);
    vm.repr_leave(this);
    Ok(format!("{class}({})", text?))
}

fn repr_fields(vm: &mut Vm, this: &Owned, depth: usize) -> PyResult<String> {
    let mut parts = Vec::new();
    for name in names_of(vm, this, "_fields")? {
        let value = vm.get_attr(this, &name)?;
        let text = if value.cast::<PyList>().is_some() || value.cast::<PyTuple>().is_some() { repr_row(vm, &value, depth - 1)? } else { repr_item(vm, &value, depth - 1)? };
        let name = name.cast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default();
        parts.push(format!("{name}={text}"));
    }
    Ok(parts.join(", "))
}

fn repr_item(vm: &mut Vm, value: &Owned, depth: usize) -> PyResult<String> {
    if is_node(vm, value) { repr_to(vm, value, depth) } else { vm.repr_text(value) }
}

/// First and last item of a list or tuple.
fn repr_row(vm: &mut Vm, row: &Owned, depth: usize) -> PyResult<String> {
    let (open, close) = if row.cast::<PyList>().is_some() { ('[', ']') } else { ('(', ')') };
    let items = vm.collect(row)?;
    let inner = match items.as_slice() {
        [] => String::new(),
        [one] => repr_item(vm, one, depth)?,
        [first, middle @ .., last] => {
            let dots = if middle.is_empty() { "" } else { "..., " };
            format!("{}, {dots}{}", repr_item(vm, first, depth)?, repr_item(vm, last, depth)?)
        }
    };
    Ok(format!("{open}{inner}{close}"))
}

/// `__reduce__`: None for each field that is set, so that the constructor is content; the state sets them.
fn reduce(vm: &mut Vm, this: &Owned) -> PyResult {
    let class = this.type_of(vm).obj().clone();
    let state = vm.instance_dict(this, "asked for")?.copy(vm)?;
    let mut placeholders = Vec::new();
    for name in names_of(vm, this, "_fields")? {
        if state.get_item(vm, &name)?.is_none() { break }
        placeholders.push(vm.none());
    }
    let args = vm.new_tuple(placeholders)?.into_obj();
    Ok(vm.new_tuple([class, args, state.into_obj()])?.into_obj())
}

fn replace(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult {
    if !args.pos().is_empty() { return Err(vm.type_error("__replace__() takes no positional arguments")) }
    let class = this.type_name(vm);
    let (fields, attributes) = (names_of(vm, this, "_fields")?, names_of(vm, this, "_attributes")?);
    let values = vm.instance_dict(this, "asked for")?.copy(vm)?;
    for (name, value) in args.keywords() {
        if !is_one_of(vm, name, &fields)? && !is_one_of(vm, name, &attributes)? {
            let name = vm.repr_text(name)?;
            return Err(vm.type_error(format!("{class}.__replace__ got an unexpected keyword argument {name}.")));
        }
        values.set_item(vm, name, value)?;
    }
    let types = field_types(vm, this)?;
    let mut missing = Vec::new();
    for name in &fields {
        if values.get_item(vm, name)?.is_some() { continue }
        let ty = match &types { Some(t) => type_of_field(vm, t, name)?, None => None };
        if ty.is_some_and(|t| t.is_instance_of(vm, &vm.types.union)) { continue }
        missing.push(vm.repr_text(name)?);
    }
    if !missing.is_empty() {
        let (n, s) = (missing.len(), if missing.len() == 1 { "" } else { "s" });
        return Err(vm.type_error(format!("{class}.__replace__ missing {n} keyword argument{s}: {}.", missing.join(", "))));
    }
    let (mut names, mut given) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some((next, name, value)) = values.next_entry(vm, at) {
        at = next;
        names.push(name);
        given.push(value);
    }
    let class = this.type_of(vm).obj().clone();
    vm.call(&class, Args::new(&given, &names))
}

static AST: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[
        Def::new("__reduce__", "", Native::N0(reduce)),
        Def::new("__replace__", "", Native::Full(replace)).doc("Return a copy of the AST node with new values for the specified fields."),
    ],
    getset: &[],
};

/// The conversions that `compile` asks for.
pub static TREES: Trees = Trees { is_node, parse: write::parse, tree: read::tree, copy: optimize::copy };

/// The module.
pub static MODULE: NativeModule = NativeModule { name: "_ast", doc: "", functions: &[], exec };
