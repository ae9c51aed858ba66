//! Nodes of expressions.
//!
//! Not here: strings with interpolations (`write_text.rs`).

use instar_code::Const;
use instar_compiler::literal;
use instar_syntax::ast::{self, CmpOp, Expr, ExprContext, Operator, UnaryOp};
use instar_syntax::{generator_range, Ranged, TextRange};
use instar_vm::types::code::const_object;
use instar_vm::{Owned, PyResult, Vm};

use super::write::Writer;

/// Class of a binary operator.
fn operator_name(op: Operator) -> &'static str {
    match op {
        Operator::Add => "Add", Operator::Sub => "Sub", Operator::Mult => "Mult", Operator::MatMult => "MatMult", Operator::Div => "Div", Operator::Mod => "Mod",
        Operator::Pow => "Pow", Operator::LShift => "LShift", Operator::RShift => "RShift", Operator::BitOr => "BitOr", Operator::BitXor => "BitXor",
        Operator::BitAnd => "BitAnd", Operator::FloorDiv => "FloorDiv",
    }
}

fn compare_name(op: CmpOp) -> &'static str {
    match op {
        CmpOp::Eq => "Eq", CmpOp::NotEq => "NotEq", CmpOp::Lt => "Lt", CmpOp::LtE => "LtE", CmpOp::Gt => "Gt", CmpOp::GtE => "GtE", CmpOp::Is => "Is",
        CmpOp::IsNot => "IsNot", CmpOp::In => "In", CmpOp::NotIn => "NotIn",
    }
}

impl Writer<'_> {
    pub fn operator(&self, vm: &mut Vm, op: Operator) -> PyResult { self.classes.sole(vm, operator_name(op)) }

    fn context(&self, vm: &mut Vm, ctx: ExprContext) -> PyResult {
        self.classes.sole(vm, match ctx { ExprContext::Store => "Store", ExprContext::Del => "Del", ExprContext::Load | ExprContext::Invalid => "Load" })
    }

    pub fn constant(&self, vm: &mut Vm, range: TextRange, value: &Const, kind: Option<&str>) -> PyResult {
        let value = const_object(vm, value)?;
        self.constant_object(vm, range, value, kind)
    }

    fn constant_object(&self, vm: &mut Vm, range: TextRange, value: Owned, kind: Option<&str>) -> PyResult {
        let kind = match kind { Some(k) => vm.intern(k)?, None => vm.none() };
        self.node(vm, "Constant", range, [value, kind])
    }

    pub fn expr(&mut self, vm: &mut Vm, e: &Expr) -> PyResult {
        vm.check_native_stack(" during  ast construction")?;
        let range = e.range();
        match e {
            Expr::BoolOp(x) => {
                let op = self.classes.sole(vm, if x.op == ast::BoolOp::And { "And" } else { "Or" })?;
                let values = self.exprs(vm, &x.values)?;
                self.node(vm, "BoolOp", range, [op, values])
            }
            Expr::Named(x) => { let (t, v) = (self.expr(vm, &x.target)?, self.expr(vm, &x.value)?); self.node(vm, "NamedExpr", range, [t, v]) }
            Expr::BinOp(x) => {
                let (left, right) = (self.expr(vm, &x.left)?, self.expr(vm, &x.right)?);
                let op = self.operator(vm, x.op)?;
                self.node(vm, "BinOp", range, [left, op, right])
            }
            Expr::UnaryOp(x) => {
                let op = self.classes.sole(vm, match x.op { UnaryOp::Invert => "Invert", UnaryOp::Not => "Not", UnaryOp::UAdd => "UAdd", UnaryOp::USub => "USub" })?;
                let operand = self.expr(vm, &x.operand)?;
                self.node(vm, "UnaryOp", range, [op, operand])
            }
            Expr::Lambda(x) => {
                let args = match &x.parameters { Some(p) => self.arguments(vm, p)?, None => self.no_arguments(vm)? };
                let body = self.expr(vm, &x.body)?;
                self.node(vm, "Lambda", range, [args, body])
            }
            Expr::If(x) => {
                let (test, body, orelse) = (self.expr(vm, &x.test)?, self.expr(vm, &x.body)?, self.expr(vm, &x.orelse)?);
                self.node(vm, "IfExp", range, [test, body, orelse])
            }
            Expr::Dict(x) => {
                let mut keys = Vec::new();
                for item in &x.items { keys.push(self.optional(vm, item.key.as_ref())?) }
                let keys = self.list(vm, keys)?;
                let values = self.exprs(vm, x.items.iter().map(|i| &i.value))?;
                self.node(vm, "Dict", range, [keys, values])
            }
            Expr::Set(x) => { let elts = self.exprs(vm, &x.elts)?; self.node(vm, "Set", range, [elts]) }
            Expr::ListComp(x) => { let (e, g) = (self.expr(vm, &x.elt)?, self.generators(vm, &x.generators)?); self.node(vm, "ListComp", range, [e, g]) }
            Expr::SetComp(x) => { let (e, g) = (self.expr(vm, &x.elt)?, self.generators(vm, &x.generators)?); self.node(vm, "SetComp", range, [e, g]) }
            Expr::DictComp(x) => {
                let key = self.optional(vm, x.key.as_deref())?;
                let (value, g) = (self.expr(vm, &x.value)?, self.generators(vm, &x.generators)?);
                self.node(vm, "DictComp", range, [key, value, g])
            }
            Expr::Generator(x) => {
                let (e, g) = (self.expr(vm, &x.elt)?, self.generators(vm, &x.generators)?);
                self.node(vm, "GeneratorExp", generator_range(self.text, x), [e, g])
            }
            Expr::Await(x) => { let v = self.expr(vm, &x.value)?; self.node(vm, "Await", range, [v]) }
            Expr::Yield(x) => { let v = self.optional(vm, x.value.as_deref())?; self.node(vm, "Yield", range, [v]) }
            Expr::YieldFrom(x) => { let v = self.expr(vm, &x.value)?; self.node(vm, "YieldFrom", range, [v]) }
            Expr::Compare(x) => {
                let left = self.expr(vm, &x.left)?;
                let mut ops = Vec::new();
                for op in &x.ops { ops.push(self.classes.sole(vm, compare_name(*op))?) }
                let ops = self.list(vm, ops)?;
                let comparators = self.exprs(vm, &x.comparators)?;
                self.node(vm, "Compare", range, [left, ops, comparators])
            }
            Expr::Call(x) => {
                let func = self.expr(vm, &x.func)?;
                let (args, keywords) = (self.exprs(vm, &x.arguments.args)?, self.keywords(vm, &x.arguments.keywords)?);
                self.node(vm, "Call", range, [func, args, keywords])
            }
            Expr::FString(x) => self.joined(vm, x),
            Expr::TString(x) => self.template(vm, x),
            Expr::StringLiteral(x) => {
                let unicode = matches!(x.value.first_literal_flags().prefix(), ast::str_prefix::StringLiteralPrefix::Unicode);
                let value = Const::Str(literal::strings(self.text, x));
                self.constant(vm, range, &value, unicode.then_some("u"))
            }
            Expr::BytesLiteral(x) => { let v = Const::Bytes(x.value.bytes().collect()); self.constant(vm, range, &v, None) }
            Expr::NumberLiteral(x) => match literal::number(self.text, x, vm.settings.int_max_str_digits) {
                Ok(v) => self.constant(vm, range, &v, None),
                Err(message) => Err(self.error(vm, range, &message)),
            },
            Expr::BooleanLiteral(x) => { let v = vm.bool(x.value); self.constant_object(vm, range, v, None) }
            Expr::NoneLiteral(_) => { let v = vm.none(); self.constant_object(vm, range, v, None) }
            Expr::EllipsisLiteral(_) => self.constant(vm, range, &Const::Ellipsis, None),
            Expr::Attribute(x) => {
                let value = self.expr(vm, &x.value)?;
                let (attr, ctx) = (self.identifier(vm, &x.attr)?, self.context(vm, x.ctx)?);
                self.node(vm, "Attribute", range, [value, attr, ctx])
            }
            Expr::Subscript(x) => {
                let (value, slice) = (self.expr(vm, &x.value)?, self.expr(vm, &x.slice)?);
                let ctx = self.context(vm, x.ctx)?;
                self.node(vm, "Subscript", range, [value, slice, ctx])
            }
            Expr::Starred(x) => { let (v, ctx) = (self.expr(vm, &x.value)?, self.context(vm, x.ctx)?); self.node(vm, "Starred", range, [v, ctx]) }
            Expr::Name(x) => { let (id, ctx) = (self.name(vm, x.id.as_str())?, self.context(vm, x.ctx)?); self.node(vm, "Name", range, [id, ctx]) }
            Expr::List(x) => { let (elts, ctx) = (self.exprs(vm, &x.elts)?, self.context(vm, x.ctx)?); self.node(vm, "List", range, [elts, ctx]) }
            Expr::Tuple(x) => { let (elts, ctx) = (self.exprs(vm, &x.elts)?, self.context(vm, x.ctx)?); self.node(vm, "Tuple", range, [elts, ctx]) }
            Expr::Slice(x) => {
                let (lower, upper) = (self.optional(vm, x.lower.as_deref())?, self.optional(vm, x.upper.as_deref())?);
                let step = self.optional(vm, x.step.as_deref())?;
                self.node(vm, "Slice", range, [lower, upper, step])
            }
            Expr::IpyEscapeCommand(_) => Err(self.error(vm, range, "invalid syntax")),
        }
    }

    fn no_arguments(&mut self, vm: &mut Vm) -> PyResult {
        let none = vm.none();
        let list = || vm.new_list(Vec::new()).map(|l| l.into_obj());
        let values = [list()?, list()?, none.clone(), list()?, list()?, none, list()?];
        self.bare(vm, "arguments", values)
    }

    fn generators(&mut self, vm: &mut Vm, generators: &[ast::Comprehension]) -> PyResult {
        let mut nodes = Vec::new();
        for g in generators {
            let (target, iter) = (self.expr(vm, &g.target)?, self.expr(vm, &g.iter)?);
            let ifs = self.exprs(vm, &g.ifs)?;
            let is_async = vm.new_int(i64::from(g.is_async))?;
            nodes.push(self.bare(vm, "comprehension", [target, iter, ifs, is_async])?);
        }
        self.list(vm, nodes)
    }
}
