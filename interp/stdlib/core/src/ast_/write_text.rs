//! Nodes of f-strings and t-strings: neighbouring literal pieces become one constant, empty ones none.
//!
//! Not here: what the pieces say (`instar_compiler::literal`).

use instar_code::{Const, Wtf8};
use instar_compiler::literal;
use instar_syntax::ast::{self, ConversionFlag, InterpolatedStringElement as Element};
use instar_syntax::{format_spec, TextRange, TextSize};
use instar_vm::{Owned, PyResult, Vm};

use super::write::Writer;

/// The values of a string under construction.
#[derive(Default)]
struct Values {
    nodes: Vec<Owned>,
    /// Literal text before the next value: text, range, whether its first literal has the prefix `u`.
    pending: Option<(Vec<Wtf8>, TextRange, bool)>,
}

impl Values {
    fn text(&mut self, text: Wtf8, range: TextRange, unicode: bool) {
        if text.as_bytes().is_empty() { return }
        match &mut self.pending {
            Some((all, r, _)) => { all.push(text); *r = TextRange::new(r.start(), range.end().max(r.start())) }
            None => self.pending = Some((vec![text], range, unicode)),
        }
    }

    fn flush(&mut self, vm: &mut Vm, w: &Writer<'_>) -> PyResult<()> {
        let Some((texts, range, unicode)) = self.pending.take() else { return Ok(()) };
        let all = match &texts[..] { [one] => one.clone(), many => Wtf8::from_code_points(many.iter().flat_map(|t| t.code_points().collect::<Vec<_>>())) };
        self.nodes.push(w.constant(vm, range, &Const::Str(all), unicode.then_some("u"))?);
        Ok(())
    }
}

impl Writer<'_> {
    pub fn joined(&mut self, vm: &mut Vm, x: &ast::ExprFString) -> PyResult {
        let mut values = Values::default();
        for part in x.value.as_slice() {
            match part {
                ast::FStringPart::Literal(s) => {
                    let unicode = matches!(s.flags.prefix(), ast::str_prefix::StringLiteralPrefix::Unicode);
                    values.text(literal::string(self.text, s), s.range, unicode);
                }
                ast::FStringPart::FString(f) => {
                    let raw = matches!(f.flags.prefix(), ast::str_prefix::FStringPrefix::Raw { .. });
                    self.elements(vm, &f.elements, raw, false, &mut values)?;
                }
            }
        }
        values.flush(vm, self)?;
        let list = self.list(vm, values.nodes)?;
        self.node(vm, "JoinedStr", x.range, [list])
    }

    pub fn template(&mut self, vm: &mut Vm, x: &ast::ExprTString) -> PyResult {
        let mut values = Values::default();
        for part in x.value.as_slice() {
            let raw = matches!(part.flags.prefix(), ast::str_prefix::TStringPrefix::Raw { .. });
            self.elements(vm, &part.elements, raw, true, &mut values)?;
        }
        values.flush(vm, self)?;
        let list = self.list(vm, values.nodes)?;
        self.node(vm, "TemplateStr", x.range, [list])
    }

    fn elements(&mut self, vm: &mut Vm, elements: &[Element], raw: bool, template: bool, values: &mut Values) -> PyResult<()> {
        for e in elements {
            match e {
                Element::Literal(l) => values.text(literal::piece(self.text, l, raw), l.range, false),
                Element::Interpolation(i) => {
                    if let (Some(text), Some(debug)) = (literal::debug_text(i), &i.debug_text) {
                        let start = i.range.start() + TextSize::new(1);
                        values.text(Wtf8::new(&text), TextRange::at(start, TextSize::new(debug.as_str().len() as u32)), false);
                    }
                    values.flush(vm, self)?;
                    let node = self.interpolation(vm, i, template)?;
                    values.nodes.push(node);
                }
            }
        }
        Ok(())
    }

    fn interpolation(&mut self, vm: &mut Vm, i: &ast::InterpolatedElement, template: bool) -> PyResult {
        let value = self.expr(vm, &i.expression)?;
        let conversion = match i.conversion {
            ConversionFlag::None if i.debug_text.is_some() && i.format_spec.is_none() => i64::from(b'r'),
            other => i64::from(other as i8),
        };
        let conversion = vm.new_int(conversion)?;
        let spec = match &i.format_spec { Some(s) => self.specification(vm, s)?, None => vm.none() };
        if !template { return self.node(vm, "FormattedValue", i.range, [value, conversion, spec]) }
        let text = vm.new_str(&literal::expression_text(self.text, i))?;
        self.node(vm, "Interpolation", i.range, [value, text, conversion, spec])
    }

    fn specification(&mut self, vm: &mut Vm, s: &ast::InterpolatedStringFormatSpec) -> PyResult {
        let mut values = Values::default();
        self.elements(vm, &s.elements, false, false, &mut values)?;
        values.flush(vm, self)?;
        let list = self.list(vm, values.nodes)?;
        self.node(vm, "JoinedStr", format_spec(self.text, s), [list])
    }
}
