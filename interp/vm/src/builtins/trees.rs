//! Syntax trees as objects: what `compile` asks of the `_ast` module.
//!
//! A native module outside this crate makes the classes; it registers a [`Trees`] here. Not here: the conversions themselves.

use instar_compiler::{CompileError, Compiled, ErrorKind, Mode, Options, Tree, Warning};

use super::syntax_error::raise;
use crate::object::{Owned, Ref};
use crate::types::code::PyCode;
use crate::vm::{PyResult, Vm};

/// What source text or a tree is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// `exec`
    Module,
    /// `eval`
    Expression,
    /// `single`
    Interactive,
    /// `func_type`: a signature comment.
    FunctionType,
}

impl Root {
    /// The compiler's mode; function types are never compiled.
    pub fn mode(self) -> Mode {
        match self { Root::Module | Root::FunctionType => Mode::Exec, Root::Expression => Mode::Eval, Root::Interactive => Mode::Single }
    }
}

/// How `compile` was asked to parse.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Decoded text.
    pub text: &'a str,
    /// Name for errors.
    pub filename: &'a str,
    /// What it is.
    pub root: Root,
    /// `PyCF_TYPE_COMMENTS`
    pub type_comments: bool,
    /// The other options.
    pub options: &'a Options,
    /// Minor version whose grammar is asked for.
    pub feature_version: i64,
}

/// The conversions of the `_ast` module.
#[derive(Clone, Copy)]
pub struct Trees {
    /// Whether an object is a node.
    pub is_node: fn(&mut Vm, &Owned) -> bool,
    /// Parses a text to nodes.
    pub parse: fn(&mut Vm, Request<'_>) -> PyResult,
    /// The compiler's tree of a node, checked.
    pub tree: fn(&mut Vm, &Owned, Root) -> PyResult<Tree>,
    /// A copy of a node; for an optimization level, with what can be computed early computed.
    pub copy: fn(&mut Vm, &Owned, Option<u8>) -> PyResult,
}

#[derive(Default)]
struct Registered(Option<Trees>);

impl Vm {
    /// Registers the conversions between trees and objects.
    pub fn register_trees(&mut self, trees: Trees) { self.state::<Registered>().0 = Some(trees) }

    /// The conversions between trees and objects.
    pub fn trees(&mut self) -> PyResult<Trees> {
        match self.state::<Registered>().0 { Some(t) => Ok(t), None => Err(self.system_error("there is no _ast module")) }
    }
}

/// Compiles a tree without text.
pub fn compile_tree(vm: &mut Vm, tree: Tree, filename: &str, mode: Mode, options: &Options) -> PyResult<Ref<PyCode>> {
    let promised = vm.promise_for_source(tree.size)?;
    let compiled = instar_compiler::compile_tree(tree, filename, mode, options);
    drop(promised);
    let Compiled { code, warnings } = match compiled {
        Ok(c) => c,
        Err(e) => return Err(raise(vm, e)),
    };
    warn_all(vm, warnings, filename, |_| None)?;
    PyCode::new(vm, code)
}

/// Gives the compiler's warnings to the filters; one made an error is reported as a SyntaxError at its place.
pub fn warn_all(vm: &mut Vm, warnings: Vec<Warning>, filename: &str, line: impl Fn(u32) -> Option<String>) -> PyResult<()> {
    for w in warnings {
        let Err(e) = crate::warnings::warn_syntax(vm, &w.message, filename, w.line) else { continue };
        if !e.is(vm, &vm.types.syntax_warning.clone()) { return Err(e) }
        let text = if w.of_tokenizer { line(w.line) } else { None };
        let error = CompileError {
            kind: ErrorKind::Syntax, message: w.message.replace(" Such sequences will not work in the future.", ""), filename: filename.to_owned(), line: w.line as i32, column: w.column as i32,
            end_line: w.end_line as i32, end_column: w.end_column as i32, text,
        };
        return Err(raise(vm, error));
    }
    Ok(())
}

/// A line of a text, for error messages.
pub fn line_of(source: &str, line: u32) -> Option<String> { source.lines().nth(line.saturating_sub(1) as usize).map(|l| format!("{l}\n")) }
