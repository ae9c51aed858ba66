//! PEP 695 and 696: type parameters of functions, classes and aliases, and type aliases.
//!
//! Not here: plain functions and classes.

use instar_code::{Const, Intrinsic1, Intrinsic2, Op};
use instar_syntax::ast::{self, Expr, TypeParam};
use instar_syntax::{Ranged, TextRange};

use super::unit::{local, Dst, Var};
use super::Compiler;
use crate::error::{error, R};
use crate::fold::text;
use crate::symtable::{ScopeId, Tag};

impl<'a> Compiler<'a> {
    fn enter_generic<T>(&mut self, node: &T, name: &str, range: TextRange) -> R {
        let Some(scope) = self.table.of(node, Tag::TypeParams) else { return error(range, "compiler: generic without scope") };
        let line = self.line_of(range);
        self.enter(scope, &format!("<generic parameters of {name}>"), line);
        Ok(())
    }

    /// The function object of a generic function, on a new temp.
    pub(crate) fn generic_function(&mut self, f: &'a ast::StmtFunctionDef, t: &'a ast::TypeParams, first_line: u32) -> R {
        let head = self.range;
        let (positional, keyword) = self.has_defaults(&f.parameters);
        let args = i32::from(positional) + i32::from(keyword);
        // The function of the type parameters is called with the defaults, which are evaluated out here; it stands below them.
        let base = self.u.depth as i32;
        self.enter_generic(f, &f.name, f.range)?;
        self.u.counts = [args as u32, 0, 0];
        self.prologue(f.range);
        self.at(head);
        self.type_params(t)?;
        let params = self.u.top();
        self.function_with(f, first_line, |c| {
            let t = c.u.top();
            for (has, name, attribute) in [(positional, ".defaults", 1), (keyword, ".kwdefaults", 2)] {
                if !has { continue; }
                c.u_load_plain(name);
                c.u.emit(Op::SetFunctionAttr, t, t + 1, attribute);
            }
            Ok(())
        })?;
        // Function first, then its parameters.
        let function = self.u.acquire();
        let t = self.u.top();
        self.u.emit(Op::Move, local(function), t, 0);
        let tuple = self.u.acquire();
        self.u.emit(Op::Move, local(tuple), params, 0);
        self.u.emit_to(Dst::Temp, Op::Move, local(function), 0);
        self.u.emit_to(Dst::Temp, Op::Move, local(tuple), 0);
        self.u.emit_to(Dst::Temp, Op::Intrinsic2, params, Intrinsic2::SetFunctionTypeParams as i32);
        self.u.emit(Op::Return, params, 0, 0);
        let (blob, free) = self.leave_unit()?;
        self.at(head);
        self.make_function(blob, &free)?;
        if positional { self.push_defaults(&f.parameters)?; }
        if keyword { self.push_kwdefaults(&f.parameters)?; }
        self.at(head);
        self.u.emit_to(Dst::Temp, Op::Call, base, args);
        Ok(())
    }

    /// The class object of a generic class, on a new temp.
    pub(crate) fn generic_class(&mut self, c: &'a ast::StmtClassDef, t: &'a ast::TypeParams, first_line: u32) -> R {
        let head = self.range;
        let base = self.u.depth as i32;
        self.enter_generic(c, &c.name, c.range)?;
        self.u.class = Some(c.name.to_string());
        self.u.mangled = Some(t.type_params.iter().map(|p| p.name().to_string()).collect());
        self.prologue(c.range);
        self.at(head);
        self.type_params(t)?;
        let params = self.u.top();
        self.u.emit_to(Dst::Temp, Op::Copy, params, 0);
        self.store_plain(".type_params");
        self.u.emit_to(Dst::Temp, Op::Intrinsic1, params, Intrinsic1::SubscriptGeneric as i32);
        self.store_plain(".generic_base");
        let Var::Fast(generic) = self.u.lookup(self.table, ".generic_base") else { return error(c.range, "compiler: generic base") };
        self.class_call(c, first_line, Some(local(generic)))?;
        let t = self.u.top();
        self.u.emit(Op::Return, t, 0, 0);
        let (blob, free) = self.leave_unit()?;
        self.at(head);
        self.make_function(blob, &free)?;
        self.u.emit_to(Dst::Temp, Op::Call, base, 0);
        Ok(())
    }

    fn store_plain(&mut self, name: &str) { let t = self.u.top(); self.store_name_from(name, t); }

    pub(crate) fn type_alias(&mut self, s: &'a ast::StmtTypeAlias) -> R {
        let Expr::Name(n) = &*s.name else { return error(s.range, "invalid syntax") };
        let base = self.u.depth as i32;
        if let Some(t) = &s.type_params {
            self.enter_generic(s, &n.id, s.range)?;
            self.prologue(s.range);
            self.at(s.range);
            self.u.load_const(Dst::Temp, text(&n.id));
            self.type_params(t)?;
            self.alias_value(s, &n.id)?;
            self.u.emit(Op::Return, 0, 0, 0);
            let (blob, free) = self.leave_unit()?;
            self.at(s.range);
            self.make_function(blob, &free)?;
            self.u.emit_to(Dst::Temp, Op::Call, base, 0);
        } else {
            self.u.load_const(Dst::Temp, text(&n.id));
            self.none();
            self.alias_value(s, &n.id)?;
        }
        self.at(s.range);
        self.store_name_top(&n.id, n.range)
    }

    /// Makes the alias from name and parameters, which are the top temps.
    fn alias_value(&mut self, s: &'a ast::StmtTypeAlias, name: &str) -> R {
        let base = self.u.depth as i32 - 2;
        let Some(scope) = self.table.of(s, Tag::Value) else { return error(s.range, "compiler: alias without scope") };
        self.lazy(scope, name, &s.value, s.range)?;
        self.u.emit_to(Dst::Temp, Op::BuildTuple, base, 3);
        self.u.emit_to(Dst::Temp, Op::Intrinsic1, base, Intrinsic1::TypeAlias as i32);
        Ok(())
    }

    /// A function that computes a value on demand, on a new temp.
    fn lazy(&mut self, scope: ScopeId, name: &str, e: &'a Expr, range: TextRange) -> R {
        let line = self.line_of(e.range());
        self.enter(scope, name, line);
        self.prologue(range);
        self.at(e.range());
        self.format_check()?;
        let r = self.annotation_value(e)?;
        self.at(e.range());
        self.u.emit(Op::Return, r, 0, 0);
        let (blob, free) = self.leave_unit()?;
        self.at(range);
        self.make_function(blob, &free)?;
        let t = self.u.top();
        self.u.load_const(Dst::Temp, Const::Tuple(vec![Const::Int(1)]));
        self.u.emit(Op::SetFunctionAttr, t, t + 1, 1);
        Ok(())
    }

    /// Makes the type parameters, binds their names, pushes their tuple.
    fn type_params(&mut self, p: &'a ast::TypeParams) -> R {
        let first = self.u.depth as i32;
        let many = p.type_params.len() > super::unit::MANY;
        if many { self.u.emit_to(Dst::Temp, Op::BuildList, first, 0); }
        for t in &p.type_params {
            let name = t.name();
            self.at(t.range());
            let base = self.u.depth as i32;
            self.u.load_const(Dst::Temp, text(name));
            match t {
                TypeParam::TypeVar(v) => match &v.bound {
                    None => { self.u.emit_to(Dst::Temp, Op::Intrinsic1, base, Intrinsic1::TypeVar as i32); }
                    Some(bound) => {
                        let Some(scope) = self.table.of(t, Tag::Bound) else { return error(v.range, "compiler: bound without scope") };
                        self.lazy(scope, name, bound, v.range)?;
                        let kind = if matches!(&**bound, Expr::Tuple(_)) { Intrinsic2::TypeVarWithConstraints } else { Intrinsic2::TypeVarWithBound };
                        self.u.emit_to(Dst::Temp, Op::Intrinsic2, base, kind as i32);
                    }
                },
                TypeParam::TypeVarTuple(_) => { self.u.emit_to(Dst::Temp, Op::Intrinsic1, base, Intrinsic1::TypeVarTuple as i32); }
                TypeParam::ParamSpec(_) => { self.u.emit_to(Dst::Temp, Op::Intrinsic1, base, Intrinsic1::ParamSpec as i32); }
            }
            if let Some(d) = t.default() {
                let Some(scope) = self.table.of(t, Tag::Default) else { return error(t.range(), "compiler: default without scope") };
                self.lazy(scope, name, d, t.range())?;
                self.u.emit_to(Dst::Temp, Op::Intrinsic2, base, Intrinsic2::SetTypeParamDefault as i32);
            }
            self.forbidden(name, name.range)?;
            self.u.emit_to(Dst::Temp, Op::Copy, base, 0);
            self.store_plain(name);
            if many { self.u.emit(Op::ListAppend, first, base, 0); }
        }
        if many { self.u.emit_to(Dst::Temp, Op::ListToTuple, first, 0); } else { self.u.emit_to(Dst::Temp, Op::BuildTuple, first, p.type_params.len() as i32); }
        Ok(())
    }
}
