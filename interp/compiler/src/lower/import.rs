//! Import statements.
//!
//! Not here: what importing does (`__import__`).

use instar_code::{Const, Intrinsic1, Op};
use instar_syntax::ast;

use super::unit::Dst;
use super::Compiler;
use crate::error::R;
use crate::fold::text;

impl<'a> Compiler<'a> {
    pub(crate) fn import(&mut self, s: &'a ast::StmtImport) -> R {
        for a in &s.names {
            self.at(s.range);
            let base = self.u.depth as i32;
            self.u.load_const(Dst::Temp, Const::Int(0));
            self.none();
            self.import_name(&a.name)?;
            match &a.asname {
                None => {
                    let name = a.name.as_str().split('.').next().unwrap_or("");
                    self.store_name_top(name, a.range)?;
                }
                Some(n) => {
                    // `import a.b.c as d` wants the submodule: one temp a step.
                    for part in a.name.as_str().split('.').skip(1) {
                        let t = self.u.top();
                        let k = self.u.name_of(part);
                        self.narrow(k, a.range)?;
                        self.u.emit_to(Dst::Temp, Op::ImportFrom, t, k as i32);
                    }
                    self.store_name_top(n, a.range)?;
                    while self.u.depth as i32 > base { self.u.pop(); }
                }
            }
        }
        Ok(())
    }

    fn import_name(&mut self, name: &str) -> R {
        let base = self.u.depth as i32 - 2;
        let n = self.u.name_of(name);
        self.narrow(n, self.range)?;
        self.u.emit_to(Dst::Temp, Op::ImportName, base, n as i32);
        Ok(())
    }

    pub(crate) fn import_from(&mut self, s: &'a ast::StmtImportFrom) -> R {
        self.u.load_const(Dst::Temp, Const::Int(s.level as i64));
        self.u.load_const(Dst::Temp, Const::Tuple(s.names.iter().map(|a| text(&a.name)).collect()));
        self.import_name(s.module.as_ref().map_or("", |m| m.as_str()))?;
        let module = self.u.top();
        if let [a] = &s.names[..] && a.name.as_str() == "*" {
            self.u.emit_to(Dst::Temp, Op::Intrinsic1, module, Intrinsic1::ImportStar as i32);
            self.u.pop();
            return Ok(());
        }
        for a in &s.names {
            self.at(s.range);
            let n = self.u.name_of(&a.name);
            self.narrow(n, a.range)?;
            let name = a.asname.as_ref().unwrap_or(&a.name);
            if let super::unit::Var::Fast(i) = self.var(name) && !self.u.is_far(i) {
                self.forbidden(name, a.range)?;
                self.u.emit_to(Dst::Local(i), Op::ImportFrom, module, n as i32);
            } else {
                self.u.emit_to(Dst::Temp, Op::ImportFrom, module, n as i32);
                self.store_name_top(name, a.range)?;
            }
        }
        self.u.pop();
        Ok(())
    }
}
