//! Classes, and the `__annotate__` of classes and modules.
//!
//! Not here: type parameters of generic classes (`generics.rs`).

use instar_code::{Const, Op};
use instar_syntax::ast;
use instar_syntax::Ranged;

use super::unit::{local, Dst, Reg, Var};
use super::Compiler;
use crate::error::{error, R};
use crate::fold::text;
use crate::symtable::Tag;

impl<'a> Compiler<'a> {
    pub(crate) fn class_def(&mut self, c: &'a ast::StmtClassDef) -> R {
        let head = self.head(c.range, &c.decorator_list);
        let first_line = c.decorator_list.first().map_or(self.line_of(head), |d| self.line_of(d.range));
        self.forbidden(&c.name, head)?;
        if c.decorator_list.len() > 30_000 { return error(c.range, "too many decorators"); }
        for d in &c.decorator_list { self.push(&d.expression)?; }
        self.at(head);
        match &c.type_params {
            None => self.class_call(c, first_line, None)?,
            Some(t) => self.generic_class(c, t, first_line)?,
        }
        for d in c.decorator_list.iter().rev() {
            self.at(d.expression.range());
            let base = self.u.depth as i32 - 2;
            self.u.emit_to(Dst::Temp, Op::Call, base, 1);
        }
        self.at(head);
        self.store_name_top(&c.name, head)
    }

    /// `__build_class__(function, name, *bases, **keywords)` on a new temp.
    pub(crate) fn class_call(&mut self, c: &'a ast::StmtClassDef, first_line: u32, generic_base: Option<Reg>) -> R {
        let base = self.u.depth as i32;
        self.u.emit_to(Dst::Temp, Op::LoadBuildClass, 0, 0);
        self.class_body(c, first_line)?;
        self.u.load_const(Dst::Temp, text(&c.name));
        let range = self.range;
        match (&c.arguments, generic_base) {
            (None, None) => { self.u.emit_to(Dst::Temp, Op::Call, base, 2); }
            (Some(a), None) => { self.check_keywords(a)?; self.arguments(base, 2, a, range, Dst::Temp)?; }
            (a, Some(generic)) => self.generic_bases(base, a.as_deref(), generic, range)?,
        }
        Ok(())
    }

    /// Bases with `Generic[...]` added at their end.
    fn generic_bases(&mut self, base: Reg, a: Option<&'a ast::Arguments>, generic: Reg, range: instar_syntax::TextRange) -> R {
        let list = base + 1;
        self.u.emit_to(Dst::Temp, Op::BuildList, list, 2);
        if let Some(a) = a {
            for e in &a.args {
                let (value, op) = match e { ast::Expr::Starred(s) => (&*s.value, Op::ListExtend), e => (e, Op::ListAppend) };
                let r = self.operand(value)?;
                self.at(range);
                self.u.emit(op, list, r, 0);
            }
        }
        self.u.emit(Op::ListAppend, list, generic, 0);
        self.u.emit_to(Dst::Temp, Op::ListToTuple, list, 0);
        match a {
            Some(a) if !a.keywords.is_empty() => self.keyword_dict(base, a, range)?,
            _ => { self.u.emit(Op::LoadNull, base + 2, 0, 0); }
        }
        self.at(range);
        self.u.emit_to(Dst::Temp, Op::CallEx, base, 0);
        Ok(())
    }

    fn class_body(&mut self, c: &'a ast::StmtClassDef, first_line: u32) -> R {
        let head = self.range;
        let Some(scope) = self.table.of(c, Tag::Body) else { return error(c.range, "compiler: class without scope") };
        self.enter(scope, &c.name, first_line);
        self.u.class = Some(c.name.to_string());
        self.u.mangled = None;
        self.prologue(c.range);
        let qualname = self.u.qualname.clone();
        self.u_load_plain("__name__");
        self.put("__module__");
        self.u.load_const(Dst::Temp, text(&qualname));
        self.put("__qualname__");
        self.u.load_const(Dst::Temp, Const::Int(first_line as i64));
        self.put("__firstlineno__");
        if c.type_params.is_some() {
            self.u_load_plain(".type_params");
            self.put("__type_params__");
        }
        let s = &self.table.scopes[scope];
        if s.needs_classdict {
            self.u.emit_to(Dst::Temp, Op::LoadLocals, 0, 0);
            if let Some(i) = self.u.cell_for(self.table, "__classdict__") { let t = self.u.top(); self.u.emit(Op::StoreDeref, local(i), t, 0); }
        }
        if s.has_annotations && self.future_annotations { self.u.emit(Op::SetupAnnotations, 0, 0, 0); }
        if s.conditional_annotations && !self.future_annotations { self.annotation_set()?; }
        let body = self.docstring(&c.body)?;
        self.body(body)?;
        let line = first_line as i32;
        if s.has_annotations && !self.future_annotations {
            self.u.pos = instar_code::Position { line, end_line: line, column: 0, end_column: 0 };
            self.class_annotations("__annotate_func__")?;
        }
        self.nowhere();
        let mut names = std::mem::take(&mut self.u.static_attributes);
        names.sort();
        self.u.load_const(Dst::Temp, Const::Tuple(names.iter().map(|n| text(n)).collect()));
        self.put("__static_attributes__");
        if s.needs_classdict { self.put_cell("__classdict__", "__classdictcell__"); }
        if s.needs_class_cell {
            if let Some(i) = self.u.cell_for(self.table, "__class__") {
                self.u.emit_to(Dst::Temp, Op::Move, local(i), 0);
                let t = self.u.top();
                self.u.emit_to(Dst::Temp, Op::Copy, t, 0);
                self.put("__classcell__");
                self.u.emit(Op::Return, t, 0, 0);
            }
        } else {
            self.return_none();
        }
        self.u.set_depth(0);
        let (blob, free) = self.leave_unit()?;
        self.at(head);
        self.make_function(blob, &free)
    }

    /// Stores the top temp in the namespace of a class or module.
    fn put(&mut self, name: &str) {
        let t = self.u.top();
        match self.u.lookup(self.table, name) {
            Var::Deref(i) | Var::ClassDeref(i) => { self.u.emit(Op::StoreDeref, local(i), t, 0); }
            Var::Global => { let n = self.u.name_of(name); self.u.emit(Op::StoreGlobal, t, n as i32, 0); }
            _ => { let n = self.u.name_of(name); self.u.emit(Op::StoreName, t, n as i32, 0); }
        }
    }

    fn put_cell(&mut self, cell: &str, name: &str) {
        if let Some(i) = self.u.cell_for(self.table, cell) {
            self.u.emit_to(Dst::Temp, Op::Move, local(i), 0);
            self.put(name);
        }
    }

    /// Makes the set that says which conditional annotations were executed.
    pub(crate) fn annotation_set(&mut self) -> R {
        let base = self.u.depth as i32;
        self.u.emit_to(Dst::Temp, Op::BuildSet, base, 0);
        self.put("__conditional_annotations__");
        Ok(())
    }

    /// The function that computes the annotations of this class or module, stored under a name.
    pub(crate) fn class_annotations(&mut self, name: &str) -> R {
        if self.u.deferred.is_empty() { return Ok(()); }
        let deferred = std::mem::take(&mut self.u.deferred);
        let scope = self.u.unit_scope;
        let Some(&annotations) = self.table.by_node.get(&(usize::MAX - scope, Tag::Annotations)) else { return Ok(()) };
        let pos = self.u.pos;
        self.enter(annotations, "__annotate__", pos.line as u32);
        self.prologue(deferred[0].node.range);
        self.format_check()?;
        let dict = self.u.depth as i32;
        self.u.emit_to(Dst::Temp, Op::BuildMap, dict, 0);
        let start = self.u.pos;
        for d in &deferred {
            let ast::Expr::Name(n) = &*d.node.target else { continue };
            let skip = self.u.label();
            self.at(d.node.annotation.range());
            if let Some(k) = d.condition {
                self.u.load_const(Dst::Temp, Const::Int(k as i64));
                self.u_load_plain("__conditional_annotations__");
                let t = self.u.top();
                self.u.emit_to(Dst::Temp, Op::Contains, t - 1, t);
                let t = self.u.top();
                self.u.emit_jump(Op::JumpIfFalse, t, 0, skip);
            }
            let name = self.mangle(&n.id);
            self.u.load_const(Dst::Temp, text(&name));
            let value = self.annotation_value(&d.node.annotation)?;
            self.u.pos = start;
            self.u.emit(Op::MapAdd, dict, dict + 1, value);
            self.u.place_at(skip, dict as u32 + 1);
        }
        self.u.pos = start;
        self.u.emit(Op::Return, dict, 0, 0);
        let (blob, free) = self.leave_unit()?;
        self.u.pos = pos;
        self.make_function(blob, &free)?;
        self.put(name);
        Ok(())
    }
}
