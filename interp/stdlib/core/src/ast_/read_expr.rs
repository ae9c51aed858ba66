//! The compiler's expressions of nodes.
//!
//! Pieces of f-strings that are no string constant and no `FormattedValue` are formatted as `{piece}` formats them. Not here:
//! patterns (`read_pattern.rs`).

use instar_code::{Const, Wtf8};
use instar_syntax::ast::{self, Expr, ExprContext, InterpolatedStringElement as Element, Number};
use instar_syntax::{Ranged, TextRange};
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::read::{get, Reader, PLAIN};

const LOAD: ExprContext = ExprContext::Load;

impl Reader {
    /// An expression field that must be there.
    pub fn required_expr(&mut self, vm: &mut Vm, node: &Owned, class: &str, field: &str, ctx: ExprContext) -> PyResult<Box<Expr>> {
        let value = self.required(vm, node, class, field)?;
        Ok(Box::new(self.expr(vm, &value, ctx)?))
    }

    /// An expression field that may be None.
    pub fn optional_expr(&mut self, vm: &mut Vm, node: &Owned, field: &str) -> PyResult<Option<Box<Expr>>> {
        match get(vm, node, field)? { Some(v) => Ok(Some(Box::new(self.expr(vm, &v, LOAD)?))), None => Ok(None) }
    }

    /// The expressions of a list field.
    pub fn exprs(&mut self, vm: &mut Vm, node: &Owned, class: &str, field: &str, ctx: ExprContext) -> PyResult<Vec<Expr>> {
        let items = self.items(vm, node, class, field)?;
        items.iter().map(|e| self.item(vm, e, ctx)).collect()
    }

    fn item(&mut self, vm: &mut Vm, e: &Owned, ctx: ExprContext) -> PyResult<Expr> {
        if vm.is_none(e) { Err(vm.value_error("None disallowed in expression list")) } else { self.expr(vm, e, ctx) }
    }

    /// An expression in the context that its place asks for.
    pub fn expr(&mut self, vm: &mut Vm, node: &Owned, ctx: ExprContext) -> PyResult<Expr> {
        self.deeper(vm, " while traversing 'expr' node", |r, vm| r.expr_inner(vm, node, ctx))
    }

    fn context(&mut self, vm: &mut Vm, node: &Owned, class: &str, wanted: ExprContext) -> PyResult<()> {
        let value = self.required(vm, node, class, "ctx")?;
        let has = self.alternative(vm, &value, "expr_context")?;
        let wanted = context_name(wanted);
        if has == wanted { return Ok(()) }
        Err(vm.value_error(format!("expression must have {wanted} context but has {has} instead")))
    }

    fn expr_inner(&mut self, vm: &mut Vm, node: &Owned, ctx: ExprContext) -> PyResult<Expr> {
        let (range, node_index) = (self.range(vm, node, "expr")?, PLAIN);
        let class = self.alternative(vm, node, "expr")?;
        match class {
            "Attribute" | "Subscript" | "Starred" | "Name" | "List" | "Tuple" => self.context(vm, node, class, ctx)?,
            _ if ctx != LOAD => return Err(vm.value_error(format!("expression which can't be assigned to in {} context", context_name(ctx)))),
            _ => {}
        }
        Ok(match class {
            "BoolOp" => {
                let op = self.operator_class(vm, node, class, "boolop")?;
                let values = self.exprs(vm, node, class, "values", LOAD)?;
                if values.len() < 2 { return Err(vm.value_error("BoolOp with less than 2 values")) }
                Expr::BoolOp(ast::ExprBoolOp { node_index, range, op: if op == "And" { ast::BoolOp::And } else { ast::BoolOp::Or }, values })
            }
            "NamedExpr" if { let target = self.required(vm, node, class, "target")?; self.alternative(vm, &target, "expr")? != "Name" } => {
                return Err(vm.type_error("NamedExpr target must be a Name"));
            }
            "NamedExpr" => Expr::Named(ast::ExprNamed {
                node_index, range, target: self.required_expr(vm, node, class, "target", ExprContext::Store)?, value: self.required_expr(vm, node, class, "value", LOAD)?,
            }),
            "BinOp" => {
                let left = self.required_expr(vm, node, class, "left", LOAD)?;
                let op = self.operator(vm, node, class)?;
                Expr::BinOp(ast::ExprBinOp { node_index, range, left, op, right: self.required_expr(vm, node, class, "right", LOAD)? })
            }
            "UnaryOp" => {
                let op = match self.operator_class(vm, node, class, "unaryop")? { "Invert" => ast::UnaryOp::Invert, "Not" => ast::UnaryOp::Not, "UAdd" => ast::UnaryOp::UAdd, _ => ast::UnaryOp::USub };
                Expr::UnaryOp(ast::ExprUnaryOp { node_index, range, op, operand: self.required_expr(vm, node, class, "operand", LOAD)? })
            }
            "Lambda" => {
                let args = self.present(vm, node, class, "args")?;
                let parameters = self.parameters(vm, &args, range)?;
                let parameters = if parameters.is_empty() { None } else { Some(Box::new(parameters)) };
                Expr::Lambda(ast::ExprLambda { node_index, range, parameters, body: self.required_expr(vm, node, class, "body", LOAD)? })
            }
            "IfExp" => {
                let test = self.required_expr(vm, node, class, "test", LOAD)?;
                let body = self.required_expr(vm, node, class, "body", LOAD)?;
                Expr::If(ast::ExprIf { node_index, range, test, body, orelse: self.required_expr(vm, node, class, "orelse", LOAD)? })
            }
            "Dict" => {
                let (keys, values) = (self.items(vm, node, class, "keys")?, self.items(vm, node, class, "values")?);
                if keys.len() != values.len() { return Err(vm.value_error("Dict doesn't have the same number of keys as values")) }
                let mut items = Vec::new();
                for (k, v) in keys.iter().zip(&values) {
                    let key = if vm.is_none(k) { None } else { Some(self.expr(vm, k, LOAD)?) };
                    items.push(ast::DictItem { key, value: self.item(vm, v, LOAD)? });
                }
                Expr::Dict(ast::ExprDict { node_index, range, items })
            }
            "Set" => Expr::Set(ast::ExprSet { node_index, range, elts: self.exprs(vm, node, class, "elts", LOAD)? }),
            "ListComp" | "SetComp" | "GeneratorExp" => {
                let generators = self.generators(vm, node, class, range)?;
                let elt = self.required_expr(vm, node, class, "elt", LOAD)?;
                match class {
                    "ListComp" => Expr::ListComp(ast::ExprListComp { node_index, range, elt, generators }),
                    "SetComp" => Expr::SetComp(ast::ExprSetComp { node_index, range, elt, generators }),
                    _ => Expr::Generator(ast::ExprGenerator { node_index, range, elt, generators, parenthesized: true }),
                }
            }
            "DictComp" => {
                let generators = self.generators(vm, node, class, range)?;
                let key = Some(self.required_expr(vm, node, class, "key", LOAD)?);
                Expr::DictComp(ast::ExprDictComp { node_index, range, key, value: self.required_expr(vm, node, class, "value", LOAD)?, generators })
            }
            "Await" => Expr::Await(ast::ExprAwait { node_index, range, value: self.required_expr(vm, node, class, "value", LOAD)? }),
            "Yield" => Expr::Yield(ast::ExprYield { node_index, range, value: self.optional_expr(vm, node, "value")? }),
            "YieldFrom" => Expr::YieldFrom(ast::ExprYieldFrom { node_index, range, value: self.required_expr(vm, node, class, "value", LOAD)? }),
            "Compare" => self.compare(vm, node, range)?,
            "Call" => {
                let func = self.required_expr(vm, node, class, "func", LOAD)?;
                let args = self.exprs(vm, node, class, "args", LOAD)?.into();
                let keywords = self.keywords(vm, node, class)?.into_iter().collect();
                Expr::Call(ast::ExprCall { node_index, range_start: range.start(), func, arguments: ast::Arguments { range, node_index: PLAIN, args, keywords } })
            }
            "FormattedValue" => {
                let element = self.formatted(vm, node, class, range)?;
                fstring(range, vec![element])
            }
            "Interpolation" => {
                let element = self.formatted(vm, node, class, range)?;
                alone(range, element)
            }
            "JoinedStr" => { let elements = self.joined(vm, node)?; fstring(range, elements) }
            "TemplateStr" => { let elements = self.template(vm, node)?; tstring(range, elements) }
            "Constant" => {
                let value = self.present(vm, node, class, "value")?;
                if let Some(kind) = get(vm, node, "kind")? && !kind.is_exact::<PyStr>(vm) { return Err(vm.type_error("AST string must be of type str")) }
                self.constant_expr(vm, &value, range)?
            }
            "Attribute" => {
                let value = self.required_expr(vm, node, class, "value", LOAD)?;
                let attr = self.required(vm, node, class, "attr")?;
                let place = self.attribute_range(&attr, range);
                let attr = ast::Identifier::new(self.name_text(vm, &attr)?, place);
                Expr::Attribute(ast::ExprAttribute { node_index, range, value, attr, ctx })
            }
            "Subscript" => {
                let value = self.required_expr(vm, node, class, "value", LOAD)?;
                Expr::Subscript(ast::ExprSubscript { node_index, range, value, slice: self.required_expr(vm, node, class, "slice", LOAD)?, ctx })
            }
            "Starred" => Expr::Starred(ast::ExprStarred { node_index, range, value: self.required_expr(vm, node, class, "value", ctx)?, ctx }),
            "Name" => {
                let id = self.identifier(vm, node, class, "id", range)?.id;
                self.check_name(vm, id.as_str())?;
                Expr::Name(ast::ExprName { node_index, range, id, ctx })
            }
            "List" => Expr::List(ast::ExprList { node_index, range, elts: self.exprs(vm, node, class, "elts", ctx)?, ctx }),
            "Tuple" => Expr::Tuple(ast::ExprTuple { node_index, range, elts: self.exprs(vm, node, class, "elts", ctx)?, ctx, parenthesized: true }),
            "Slice" => {
                let (lower, upper) = (self.optional_expr(vm, node, "lower")?, self.optional_expr(vm, node, "upper")?);
                Expr::Slice(ast::ExprSlice { node_index, range, lower, upper, step: self.optional_expr(vm, node, "step")? })
            }
            other => return Err(vm.system_error(format!("unknown expression {other}"))),
        })
    }

    /// The class of an operator field.
    fn operator_class(&mut self, vm: &mut Vm, node: &Owned, class: &str, sum: &str) -> PyResult<&'static str> {
        let op = self.required(vm, node, class, "op")?;
        self.alternative(vm, &op, sum)
    }

    pub fn operator(&mut self, vm: &mut Vm, node: &Owned, class: &str) -> PyResult<ast::Operator> {
        use ast::Operator as O;
        Ok(match self.operator_class(vm, node, class, "operator")? {
            "Add" => O::Add, "Sub" => O::Sub, "Mult" => O::Mult, "MatMult" => O::MatMult, "Div" => O::Div, "Mod" => O::Mod, "Pow" => O::Pow, "LShift" => O::LShift,
            "RShift" => O::RShift, "BitOr" => O::BitOr, "BitXor" => O::BitXor, "BitAnd" => O::BitAnd, _ => O::FloorDiv,
        })
    }

    fn compare(&mut self, vm: &mut Vm, node: &Owned, range: TextRange) -> PyResult<Expr> {
        use ast::CmpOp as C;
        let left = self.required_expr(vm, node, "Compare", "left", LOAD)?;
        let mut ops = Vec::new();
        for op in self.items(vm, node, "Compare", "ops")? {
            ops.push(match self.alternative(vm, &op, "cmpop")? {
                "Eq" => C::Eq, "NotEq" => C::NotEq, "Lt" => C::Lt, "LtE" => C::LtE, "Gt" => C::Gt, "GtE" => C::GtE, "Is" => C::Is, "IsNot" => C::IsNot, "In" => C::In, _ => C::NotIn,
            });
        }
        let comparators = self.exprs(vm, node, "Compare", "comparators", LOAD)?;
        if comparators.is_empty() { return Err(vm.value_error("Compare with no comparators")) }
        if comparators.len() != ops.len() { return Err(vm.value_error("Compare has a different number of comparators and operands")) }
        Ok(Expr::Compare(ast::ExprCompare { node_index: PLAIN, range, left, ops: ops.into(), comparators: comparators.into() }))
    }

    fn generators(&mut self, vm: &mut Vm, node: &Owned, class: &str, range: TextRange) -> PyResult<Vec<ast::Comprehension>> {
        let items = self.items(vm, node, class, "generators")?;
        if items.is_empty() { return Err(vm.value_error("comprehension with no generators")) }
        let mut generators = Vec::new();
        for g in items {
            let target = *self.required_expr(vm, &g, "comprehension", "target", ExprContext::Store)?;
            let iter = *self.required_expr(vm, &g, "comprehension", "iter", LOAD)?;
            let ifs = self.exprs(vm, &g, "comprehension", "ifs", LOAD)?;
            let is_async = self.required(vm, &g, "comprehension", "is_async")?;
            generators.push(ast::Comprehension { range, node_index: PLAIN, target, iter, ifs, is_async: self.int(vm, &is_async)? != 0 });
        }
        Ok(generators)
    }

    pub fn keywords(&mut self, vm: &mut Vm, node: &Owned, class: &str) -> PyResult<Vec<ast::Keyword>> {
        let mut keywords = Vec::new();
        for k in self.items(vm, node, class, "keywords")? {
            let value = self.required(vm, &k, "keyword", "value")?;
            let range = self.range(vm, &k, "keyword")?;
            let arg = self.optional_identifier(vm, &k, "arg", range)?;
            keywords.push(ast::Keyword { range, node_index: PLAIN, arg, value: self.expr(vm, &value, LOAD)? });
        }
        Ok(keywords)
    }

    pub fn parameters(&mut self, vm: &mut Vm, node: &Owned, range: TextRange) -> PyResult<ast::Parameters> {
        let list = |r: &mut Self, vm: &mut Vm, field: &str| -> PyResult<Vec<ast::Parameter>> {
            let items = r.items(vm, node, "arguments", field)?;
            items.iter().map(|a| r.parameter(vm, a)).collect()
        };
        let (posonly, args) = (list(self, vm, "posonlyargs")?, list(self, vm, "args")?);
        let vararg = match get(vm, node, "vararg")? { Some(a) => Some(Box::new(self.parameter(vm, &a)?)), None => None };
        let kwonly = list(self, vm, "kwonlyargs")?;
        let kwarg = match get(vm, node, "kwarg")? { Some(a) => Some(Box::new(self.parameter(vm, &a)?)), None => None };
        let (defaults, kw_defaults) = (self.items(vm, node, "arguments", "defaults")?, self.items(vm, node, "arguments", "kw_defaults")?);
        let count = posonly.len() + args.len();
        if defaults.len() > count { return Err(vm.value_error("more positional defaults than args on arguments")) }
        if kwonly.len() != kw_defaults.len() { return Err(vm.value_error("length of kwonlyargs is not the same as kw_defaults on arguments")) }
        let mut defaults = (0..count - defaults.len()).map(|_| None).chain(defaults.iter().map(Some));
        let mut with_default = |r: &mut Self, vm: &mut Vm, parameter: ast::Parameter| -> PyResult<ast::ParameterWithDefault> {
            let default = match defaults.next().flatten() { Some(d) => Some(Box::new(r.item(vm, d, LOAD)?)), None => None };
            Ok(ast::ParameterWithDefault { range: parameter.range, node_index: PLAIN, parameter, default })
        };
        let (mut first, mut second, mut third) = (Vec::new(), Vec::new(), Vec::new());
        for p in posonly { first.push(with_default(self, vm, p)?) }
        for p in args { second.push(with_default(self, vm, p)?) }
        for (parameter, d) in kwonly.into_iter().zip(&kw_defaults) {
            let default = if vm.is_none(d) { None } else { Some(Box::new(self.expr(vm, d, LOAD)?)) };
            third.push(ast::ParameterWithDefault { range: parameter.range, node_index: PLAIN, parameter, default });
        }
        Ok(ast::Parameters {
            range, node_index: PLAIN, posonlyargs: first.into_iter().collect(), args: second.into_iter().collect(), vararg, kwonlyargs: third.into_iter().collect(), kwarg,
        })
    }

    fn parameter(&mut self, vm: &mut Vm, node: &Owned) -> PyResult<ast::Parameter> {
        let name = self.identifier(vm, node, "arg", "arg", TextRange::default())?;
        let range = self.range(vm, node, "arg")?;
        let annotation = self.optional_expr(vm, node, "annotation")?;
        Ok(ast::Parameter { range, node_index: PLAIN, name: ast::Identifier { range, ..name }, annotation })
    }

    /// The expression of a constant.
    pub fn constant_expr(&mut self, vm: &mut Vm, value: &Owned, range: TextRange) -> PyResult<Expr> {
        let node_index = PLAIN;
        let c = self.constant(vm, value)?;
        Ok(match c {
            Const::None => Expr::NoneLiteral(ast::ExprNoneLiteral { node_index, range }),
            Const::True | Const::False => Expr::BooleanLiteral(ast::ExprBooleanLiteral { node_index, range, value: matches!(c, Const::True) }),
            Const::Ellipsis => Expr::EllipsisLiteral(ast::ExprEllipsisLiteral { node_index, range }),
            Const::Int(n) if n >= 0 => Expr::NumberLiteral(ast::ExprNumberLiteral { node_index, range, value: Number::Int(ast::Int::from(n as u64)) }),
            Const::Float(x) => Expr::NumberLiteral(ast::ExprNumberLiteral { node_index, range, value: Number::Float(x) }),
            Const::Complex(real, imag) => Expr::NumberLiteral(ast::ExprNumberLiteral { node_index, range, value: Number::Complex { real, imag } }),
            Const::Bytes(b) => {
                let literal = ast::BytesLiteral { range, node_index: PLAIN, value: b.into(), flags: ast::BytesLiteralFlags::empty() };
                Expr::BytesLiteral(ast::ExprBytesLiteral { node_index, range, value: ast::BytesLiteralValue::single(literal) })
            }
            Const::Str(text) => {
                let (text, index) = self.piece(text);
                let literal = ast::StringLiteral { range, node_index: index, value: text, flags: ast::StringLiteralFlags::empty() };
                Expr::StringLiteral(ast::ExprStringLiteral { node_index, range, value: ast::StringLiteralValue::single(literal) })
            }
            other => Expr::EllipsisLiteral(ast::ExprEllipsisLiteral { node_index: self.store(other), range }),
        })
    }

    /// Text for the tree; text with lone surrogates is stored.
    fn piece(&mut self, text: Wtf8) -> (Box<str>, ast::AtomicNodeIndex) {
        if let Some(t) = text.as_str() { return (t.into(), PLAIN) }
        let shown: String = text.code_points().map(|c| char::from_u32(c).unwrap_or('\u{FFFD}')).collect();
        (shown.into(), self.store(Const::Str(text)))
    }

    /// The literal element of a string constant, if the node is one.
    fn literal_element(&mut self, vm: &mut Vm, node: &Owned) -> PyResult<Option<Element>> {
        if !self.classes.of(vm, node).is_some_and(|(name, _)| name == "Constant") { return Ok(None) }
        let range = self.range(vm, node, "expr")?;
        let value = self.present(vm, node, "Constant", "value")?;
        let Const::Str(text) = self.constant(vm, &value)? else { return Ok(None) };
        let (value, node_index) = self.piece(text);
        Ok(Some(Element::Literal(ast::InterpolatedStringLiteralElement { range, node_index, value })))
    }

    /// The elements of a `JoinedStr`.
    fn joined(&mut self, vm: &mut Vm, node: &Owned) -> PyResult<Vec<Element>> {
        let mut elements = Vec::new();
        for v in self.items(vm, node, "JoinedStr", "values")? {
            if vm.is_none(&v) { return Err(vm.value_error("None disallowed in expression list")) }
            if let Some(e) = self.literal_element(vm, &v)? { elements.push(e); continue }
            match self.classes.of(vm, &v).map(|(name, _)| name) {
                Some("JoinedStr") => { let inner = self.deeper(vm, " while traversing 'expr' node", |r, vm| r.joined(vm, &v))?; elements.extend(inner) }
                Some("FormattedValue") => { let range = self.range(vm, &v, "expr")?; elements.push(self.formatted(vm, &v, "FormattedValue", range)?) }
                _ => elements.push(plain(self.expr(vm, &v, LOAD)?)),
            }
        }
        Ok(elements)
    }

    fn template(&mut self, vm: &mut Vm, node: &Owned) -> PyResult<Vec<Element>> {
        let mut elements = Vec::new();
        for v in self.items(vm, node, "TemplateStr", "values")? {
            if vm.is_none(&v) { return Err(vm.value_error("None disallowed in expression list")) }
            if let Some(e) = self.literal_element(vm, &v)? { elements.push(e); continue }
            if !self.classes.of(vm, &v).is_some_and(|(name, _)| name == "Interpolation") {
                return Err(vm.type_error("TemplateStr values must be string constants and interpolations"));
            }
            let range = self.range(vm, &v, "expr")?;
            elements.push(self.formatted(vm, &v, "Interpolation", range)?);
        }
        Ok(elements)
    }

    /// A `FormattedValue` or an `Interpolation`.
    fn formatted(&mut self, vm: &mut Vm, node: &Owned, class: &str, range: TextRange) -> PyResult<Element> {
        let expression = self.required_expr(vm, node, class, "value", LOAD)?;
        let mut node_index = PLAIN;
        if class == "Interpolation" {
            let text = self.required(vm, node, class, "str")?;
            let text = self.constant(vm, &text)?;
            node_index = self.store(text);
        }
        let conversion = self.required(vm, node, class, "conversion")?;
        let conversion = match self.int(vm, &conversion)? {
            -1 => ast::ConversionFlag::None,
            115 => ast::ConversionFlag::Str,
            114 => ast::ConversionFlag::Repr,
            97 => ast::ConversionFlag::Ascii,
            n => return Err(vm.system_error(format!("Unrecognized conversion character {n}"))),
        };
        let format_spec = match get(vm, node, "format_spec")? {
            None => None,
            Some(spec) => {
                let range = self.range(vm, &spec, "expr")?;
                let elements = match self.literal_element(vm, &spec)? {
                    Some(e) => vec![e],
                    None if self.classes.of(vm, &spec).is_some_and(|(name, _)| name == "JoinedStr") => self.deeper(vm, " while traversing 'expr' node", |r, vm| r.joined(vm, &spec))?,
                    None => vec![plain(self.expr(vm, &spec, LOAD)?)],
                };
                Some(Box::new(ast::InterpolatedStringFormatSpec { range, node_index: PLAIN, elements: elements.into() }))
            }
        };
        Ok(Element::Interpolation(ast::InterpolatedElement { range, node_index, expression, debug_text: None, conversion, format_spec }))
    }
}

fn context_name(ctx: ExprContext) -> &'static str { match ctx { ExprContext::Store => "Store", ExprContext::Del => "Del", _ => "Load" } }

/// An expression formatted without conversion and specification.
fn plain(e: Expr) -> Element {
    Element::Interpolation(ast::InterpolatedElement { range: e.range(), node_index: PLAIN, expression: Box::new(e), debug_text: None, conversion: ast::ConversionFlag::None, format_spec: None })
}

fn fstring(range: TextRange, elements: Vec<Element>) -> Expr {
    let value = ast::FStringValue::single(ast::FString { range, node_index: PLAIN, elements: elements.into(), flags: ast::FStringFlags::empty() });
    Expr::FString(ast::ExprFString { node_index: PLAIN, range, value })
}

fn tstring(range: TextRange, elements: Vec<Element>) -> Expr {
    let value = ast::TStringValue::single(ast::TString { range, node_index: PLAIN, elements: elements.into(), flags: ast::TStringFlags::empty() });
    Expr::TString(ast::ExprTString { node_index: PLAIN, range, value })
}

/// An interpolation outside a template: the only one of a template around it.
fn alone(range: TextRange, element: Element) -> Expr {
    let attr = ast::Identifier::new("interpolations", TextRange::empty(range.end()));
    let all = Expr::Attribute(ast::ExprAttribute { node_index: PLAIN, range, value: Box::new(tstring(range, vec![element])), attr, ctx: LOAD });
    let zero = Expr::NumberLiteral(ast::ExprNumberLiteral { node_index: PLAIN, range, value: Number::Int(ast::Int::from(0u64)) });
    Expr::Subscript(ast::ExprSubscript { node_index: PLAIN, range, value: Box::new(all), slice: Box::new(zero), ctx: LOAD })
}
