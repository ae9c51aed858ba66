//! The compiler's tree of a node: the entry point, fields with CPython's errors, places, constants.
//!
//! Checks what CPython's validator checks while it reads. Not here: statements (`read_stmt.rs`), expressions (`read_expr.rs`),
//! patterns (`read_pattern.rs`).

use std::rc::Rc;

use instar_code::Const;
use instar_compiler::Tree;
use instar_syntax::ast::{self, AtomicNodeIndex, ExprContext, NodeIndex};
use instar_syntax::{Lines, TextRange};
use instar_vm::builtins::trees::Root;
use instar_vm::types::constant::{constant, Allowed};
use instar_vm::types::int::{int_ref, IntRef};
use instar_vm::types::list::PyList;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::make_classes;
use super::registry::Classes;

/// No entry among the constants.
pub const PLAIN: AtomicNodeIndex = AtomicNodeIndex::NONE;

/// Makes the compiler's tree of nodes.
pub struct Reader {
    pub classes: Rc<Classes>,
    lines: Lines,
    pub constants: Vec<Const>,
    depth: usize,
    deepest: usize,
}

fn root_name(root: Root) -> &'static str {
    match root { Root::Module => "Module", Root::Expression => "Expression", Root::Interactive => "Interactive", Root::FunctionType => "FunctionType" }
}

/// TypeError unless a node is what a mode asks for.
fn check(vm: &mut Vm, node: &Owned, root: Root) -> PyResult<()> {
    let classes = make_classes(vm)?;
    let name = root_name(root);
    if node.is_instance_of(vm, &classes.get(vm, name)?.ty) { return Ok(()) }
    let got = node.type_name(vm);
    Err(vm.type_error(format!("expected {name} node, got {got}")))
}

/// Reads a node as a tree to compile.
pub fn tree(vm: &mut Vm, node: &Owned, root: Root) -> PyResult<Tree> {
    check(vm, node, root)?;
    let classes = make_classes(vm)?;
    let mut places = Vec::new();
    collect_places(vm, &classes, node, &mut places)?;
    let size = places.len().saturating_mul(BYTES_PER_PLACE);
    let _promised = vm.promise_for_source(size)?;
    let mut r = Reader { classes, lines: Lines::of_places(places), constants: Vec::new(), depth: 0, deepest: 0 };
    let name = root_name(root);
    let root = match root {
        Root::Module | Root::Interactive => {
            let body = r.suite(vm, node, name, "body")?;
            ast::Mod::Module(ast::ModModule { node_index: PLAIN, range: TextRange::default(), body })
        }
        Root::Expression => {
            let body = r.required_expr(vm, node, "Expression", "body", ExprContext::Load)?;
            ast::Mod::Expression(ast::ModExpression { node_index: PLAIN, range: TextRange::default(), body })
        }
        Root::FunctionType => {
            r.exprs(vm, node, "FunctionType", "argtypes", ExprContext::Load)?;
            let body = r.required_expr(vm, node, "FunctionType", "returns", ExprContext::Load)?;
            ast::Mod::Expression(ast::ModExpression { node_index: PLAIN, range: TextRange::default(), body })
        }
    };
    Ok(Tree { root, lines: r.lines, constants: r.constants, nesting: r.deepest, size })
}

/// An attribute, or nothing where it is missing or None.
pub fn get(vm: &mut Vm, node: &Owned, name: &str) -> PyResult<Option<Owned>> {
    let name = vm.intern(name)?;
    Ok(vm.get_attr_opt(node, &name)?.filter(|v| !vm.is_none(v)))
}

fn small(o: Option<&Owned>) -> Option<i32> { o.and_then(int_ref).and_then(IntRef::to_i64).and_then(|n| i32::try_from(n).ok()) }

/// Start and end of a node, as far as it has them.
fn place(vm: &mut Vm, node: &Owned) -> PyResult<Option<[(i32, i32); 2]>> {
    let (line, column) = (get(vm, node, "lineno")?, get(vm, node, "col_offset")?);
    let (Some(line), Some(column)) = (small(line.as_ref()), small(column.as_ref())) else { return Ok(None) };
    let (end_line, end_column) = (get(vm, node, "end_lineno")?, get(vm, node, "end_col_offset")?);
    Ok(Some([(line, column), (small(end_line.as_ref()).unwrap_or(line), small(end_column.as_ref()).unwrap_or(column))]))
}

/// Where the name of an attribute starts if the whole ends there; nothing for a name longer than its line.
fn attribute_start(name: &Owned, end: (i32, i32)) -> Option<(i32, i32)> {
    let len = i32::try_from(name.cast::<PyStr>()?.len()).ok()?;
    (len <= end.1).then(|| (end.0, end.1 - len))
}

/// Bytes of text that a node takes, for each of its two places.
const BYTES_PER_PLACE: usize = 2;

/// Gathers the places of all nodes below one. What is malformed is left to the reader to report.
fn collect_places(vm: &mut Vm, classes: &Classes, node: &Owned, places: &mut Vec<(i32, i32)>) -> PyResult<()> {
    vm.check_native_stack(" while traversing 'expr' node")?;
    if let Some(items) = node.cast::<PyList>() {
        let mut i = 0;
        while let Some(item) = items.get(vm, i) { collect_places(vm, classes, &item, places)?; i += 1; }
        return Ok(());
    }
    let Some((name, class)) = classes.of(vm, node) else { return Ok(()) };
    if class.located && let Some(both) = place(vm, node)? {
        vm.append(places, &both)?;
        if name == "Attribute" && let Some(attr) = get(vm, node, "attr")? && let Some(start) = attribute_start(&attr, both[1]) { vm.push(places, start)? }
    }
    for field in &class.fields {
        if let Some(value) = vm.get_attr_opt(node, field)? && value.word().is_ptr() { collect_places(vm, classes, &value, places)? }
    }
    Ok(())
}

impl Reader {
    /// Guards a level of recursion.
    pub fn deeper<T>(&mut self, vm: &mut Vm, what: &str, read: impl FnOnce(&mut Self, &mut Vm) -> PyResult<T>) -> PyResult<T> {
        vm.check_native_stack(what)?;
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        let result = read(self, vm);
        self.depth -= 1;
        result
    }

    /// A field that must be there.
    pub fn present(&self, vm: &mut Vm, node: &Owned, class: &str, field: &str) -> PyResult {
        let name = vm.intern(field)?;
        match vm.get_attr_opt(node, &name)? { Some(v) => Ok(v), None => Err(vm.type_error(format!("required field \"{field}\" missing from {class}"))) }
    }

    /// A field that must be there and not None.
    pub fn required(&self, vm: &mut Vm, node: &Owned, class: &str, field: &str) -> PyResult {
        let value = self.present(vm, node, class, field)?;
        if vm.is_none(&value) { Err(vm.value_error(format!("field '{field}' is required for {class}"))) } else { Ok(value) }
    }

    /// The items of a list field; a missing one is empty.
    pub fn items(&self, vm: &mut Vm, node: &Owned, class: &str, field: &str) -> PyResult<Vec<Owned>> {
        let name = vm.intern(field)?;
        let Some(value) = vm.get_attr_opt(node, &name)? else { return Ok(Vec::new()) };
        match value.cast::<PyList>() {
            Some(l) => Ok(l.items(vm).to_vec()),
            None => {
                let got = value.type_name(vm);
                Err(vm.type_error(format!("{class} field \"{field}\" must be a list, not a {got}")))
            }
        }
    }

    /// A list field that must not be empty.
    pub fn filled(&self, vm: &mut Vm, node: &Owned, class: &str, field: &str) -> PyResult<Vec<Owned>> {
        let items = self.items(vm, node, class, field)?;
        if items.is_empty() { Err(vm.value_error(format!("empty {field} on {class}"))) } else { Ok(items) }
    }

    /// The class of a node that is one of the alternatives of `sum`.
    pub fn alternative(&self, vm: &mut Vm, node: &Owned, sum: &str) -> PyResult<&'static str> {
        if let Some((name, class)) = self.classes.of(vm, node) && class.sum == sum && name != sum { return Ok(name) }
        let shown = vm.repr_text(node)?;
        Err(vm.type_error(format!("expected some sort of {sum}, but got {shown}")))
    }

    /// An int field.
    pub fn int(&self, vm: &mut Vm, value: &Owned) -> PyResult<i32> {
        let Some(n) = int_ref(value) else {
            let shown = vm.repr_text(value)?;
            return Err(vm.value_error(format!("invalid integer value: {shown}")));
        };
        match n.to_i64().and_then(|n| i32::try_from(n).ok()) { Some(n) => Ok(n), None => Err(vm.overflow_error("Python int too large to convert to C int")) }
    }

    /// The text of an identifier.
    pub fn name_text(&self, vm: &mut Vm, value: &Owned) -> PyResult<String> {
        match value.cast::<PyStr>().filter(|_| value.is_exact::<PyStr>(vm)) {
            Some(s) => Ok(s.to_str(vm)?.into_owned()),
            None => Err(vm.type_error("AST identifier must be of type str")),
        }
    }

    pub fn identifier(&self, vm: &mut Vm, node: &Owned, class: &str, field: &str, range: TextRange) -> PyResult<ast::Identifier> {
        let value = self.required(vm, node, class, field)?;
        Ok(ast::Identifier::new(self.name_text(vm, &value)?, range))
    }

    pub fn optional_identifier(&self, vm: &mut Vm, node: &Owned, field: &str, range: TextRange) -> PyResult<Option<ast::Identifier>> {
        match get(vm, node, field)? { Some(v) => Ok(Some(ast::Identifier::new(self.name_text(vm, &v)?, range))), None => Ok(None) }
    }

    /// ValueError for names that are constants.
    pub fn check_name(&self, vm: &mut Vm, name: &str) -> PyResult<()> {
        if matches!(name, "None" | "True" | "False") { return Err(vm.value_error(format!("identifier field can't represent '{name}' constant"))) }
        Ok(())
    }

    /// The checked place of a node of a class with attributes.
    pub fn range(&self, vm: &mut Vm, node: &Owned, sum: &str) -> PyResult<TextRange> {
        let must_end = matches!(sum, "pattern" | "type_param");
        let number = |vm: &mut Vm, field: &str, default: Option<i32>| -> PyResult<i32> {
            let name = vm.intern(field)?;
            match (vm.get_attr_opt(node, &name)?, default) {
                (None, None) => Err(vm.type_error(format!("required field \"{field}\" missing from {sum}"))),
                (None, Some(n)) => Ok(n),
                (Some(v), Some(n)) if vm.is_none(&v) => Ok(n),
                (Some(v), _) => self.int(vm, &v),
            }
        };
        let line = number(vm, "lineno", None)?;
        let column = number(vm, "col_offset", None)?;
        let end_line = number(vm, "end_lineno", (!must_end).then_some(line))?;
        let end_column = number(vm, "end_col_offset", (!must_end).then_some(column))?;
        if line > end_line { return Err(vm.value_error(format!("AST node line range ({line}, {end_line}) is not valid"))) }
        if line < 0 && end_line != line || column < 0 && column != end_column {
            return Err(vm.value_error(format!("AST node column range ({column}, {end_column}) for line range ({line}, {end_line}) is not valid")));
        }
        if line == end_line && column > end_column { return Err(vm.value_error(format!("line {line}, column {column}-{end_column} is not a valid range"))) }
        Ok(TextRange::new(self.lines.offset_of((line, column)), self.lines.offset_of((end_line, end_column))))
    }

    /// The place of an attribute's name.
    pub fn attribute_range(&self, name: &Owned, whole: TextRange) -> TextRange {
        let (line, column) = self.lines.locate(whole.end());
        match attribute_start(name, (line as i32, column as i32)) {
            Some(start) => { let start = self.lines.offset_of(start).min(whole.end()); TextRange::new(start, whole.end()) }
            None => TextRange::empty(whole.end()),
        }
    }

    /// A node index that stands for a constant.
    pub fn store(&mut self, c: Const) -> AtomicNodeIndex {
        let index = AtomicNodeIndex::NONE;
        index.set(NodeIndex::from(self.constants.len() as u32));
        self.constants.push(c);
        index
    }

    /// The compiler's constant of an object.
    pub fn constant(&self, vm: &mut Vm, o: &Owned) -> PyResult<Const> {
        constant(vm, o, Allowed::Values, " during compilation", |vm, o| {
            let got = o.type_name(vm);
            vm.type_error(format!("got an invalid type in Constant: {got}"))
        })
    }
}
