//! f-strings and t-strings.
//!
//! Not here: `%` formatting that CPython turns into an f-string (`fold.rs` has the constants).

use instar_code::{Const, Op, Wtf8};
use instar_syntax::ast::{self, ConversionFlag, InterpolatedStringElement as Element};
use instar_syntax::TextRange;

use super::unit::{Dst, MANY};
use super::Compiler;
use crate::error::R;
use crate::fold::{concat, text};
use crate::literal;

/// A piece of an interpolated string.
enum Piece<'a> { Text(Wtf8), Value(&'a ast::InterpolatedElement) }

impl<'a> Compiler<'a> {
    pub(crate) fn fstring(&mut self, x: &'a ast::ExprFString, dst: Dst) -> R {
        let mut pieces = Vec::new();
        for part in x.value.as_slice() {
            match part {
                ast::FStringPart::Literal(s) => { let t = self.literal_text(s); add_text(&mut pieces, t); }
                ast::FStringPart::FString(f) => {
                    let raw = matches!(f.flags.prefix(), ast::str_prefix::FStringPrefix::Raw { .. });
                    self.pieces(&f.elements, raw, &mut pieces)?;
                }
            }
        }
        self.join(pieces, x.range, dst)
    }

    fn pieces(&mut self, elements: &'a [Element], raw: bool, pieces: &mut Vec<Piece<'a>>) -> R {
        for e in elements {
            match e {
                Element::Literal(l) => { let t = self.element_text(l, raw); add_text(pieces, t); }
                Element::Interpolation(i) => {
                    if let Some(debug) = literal::debug_text(i) { add_text(pieces, Wtf8::new(&debug)); }
                    pieces.push(Piece::Value(i));
                }
            }
        }
        Ok(())
    }

    fn join(&mut self, pieces: Vec<Piece<'a>>, range: TextRange, dst: Dst) -> R {
        let base = self.u.depth as i32;
        match &pieces[..] {
            [] => { self.u.load_const(dst, text("")); return Ok(()); }
            [Piece::Text(t)] => { self.u.load_const(dst, Const::Str(t.clone())); return Ok(()); }
            [Piece::Value(i)] => { return self.interpolation(i, dst); }
            _ => {}
        }
        if pieces.len() <= MANY {
            for p in &pieces { self.piece(p, range)?; }
            self.at(range);
            self.u.emit_to(dst, Op::BuildString, base, pieces.len() as i32);
            return Ok(());
        }
        // Too many temps: `"".join([...])`.
        self.at(range);
        self.u.load_const(Dst::Temp, text(""));
        let t = self.u.top();
        let n = self.u.name_of("join");
        if n <= 0xFFFF {
            self.u.emit_temp(Op::LoadMethod, t, n as i32);
        } else {
            self.load_attr(t, "join", Dst::Temp);
            self.u.emit(Op::LoadNull, base + 1, 0, 0);
        }
        self.u.emit_to(Dst::Temp, Op::BuildList, base + 2, 0);
        for p in &pieces {
            self.piece(p, range)?;
            self.at(range);
            self.u.emit(Op::ListAppend, base + 2, base + 3, 0);
        }
        self.u.emit_to(dst, Op::CallMethod, base, 1);
        Ok(())
    }

    fn piece(&mut self, p: &Piece<'a>, range: TextRange) -> R {
        match p {
            Piece::Text(t) => { self.at(range); self.u.load_const(Dst::Temp, Const::Str(t.clone())); Ok(()) }
            Piece::Value(i) => self.interpolation(i, Dst::Temp),
        }
    }

    fn conversion(i: &ast::InterpolatedElement) -> i32 {
        match i.conversion {
            ConversionFlag::Str => 1,
            ConversionFlag::Repr => 2,
            ConversionFlag::Ascii => 3,
            ConversionFlag::None if i.debug_text.is_some() && i.format_spec.is_none() => 2,
            ConversionFlag::None => 0,
        }
    }

    fn interpolation(&mut self, i: &'a ast::InterpolatedElement, dst: Dst) -> R {
        let base = self.u.depth as i32;
        let conversion = Self::conversion(i);
        let mut r = if i.format_spec.is_some() { self.push(&i.expression)? } else { self.operand(&i.expression)? };
        self.at(i.range);
        if conversion != 0 {
            self.u.emit_to(Dst::Temp, Op::ConvertValue, r, conversion);
            r = self.u.top();
        }
        match &i.format_spec {
            None => { self.u.emit_to(dst, Op::FormatSimple, r, 0); }
            Some(spec) => {
                self.spec(spec)?;
                self.at(i.range);
                self.u.emit_to(dst, Op::FormatWithSpec, base, 0);
            }
        }
        Ok(())
    }

    /// Pushes a format specification.
    fn spec(&mut self, spec: &'a ast::InterpolatedStringFormatSpec) -> R {
        let mut pieces = Vec::new();
        self.pieces(&spec.elements, false, &mut pieces)?;
        self.join(pieces, instar_syntax::format_spec(self.source, spec), Dst::Temp)
    }

    pub(crate) fn tstring(&mut self, x: &'a ast::ExprTString, dst: Dst) -> R {
        let mut pieces = Vec::new();
        for part in x.value.as_slice() {
            let raw = matches!(part.flags.prefix(), ast::str_prefix::TStringPrefix::Raw { .. });
            self.pieces(&part.elements, raw, &mut pieces)?;
        }
        let mut strings = vec![Wtf8::new("")];
        let mut values = Vec::new();
        for p in pieces {
            match p {
                Piece::Text(t) => if let Some(last) = strings.last_mut() { *last = concat(last, &t); },
                Piece::Value(i) => { values.push(i); strings.push(Wtf8::new("")); }
            }
        }
        let base = self.u.depth as i32;
        self.at(x.range);
        self.u.load_const(Dst::Temp, Const::Tuple(strings.into_iter().map(Const::Str).collect()));
        let many = values.len() > MANY;
        if many { self.u.emit_to(Dst::Temp, Op::BuildList, base + 1, 0); }
        let count = values.len();
        for i in values {
            let first = self.push(&i.expression)?;
            self.at(i.range);
            let shown = self.expression_text(i);
            self.u.load_const(Dst::Temp, Const::Str(shown));
            if let Some(spec) = &i.format_spec { self.spec(spec)?; }
            self.at(i.range);
            let c = Self::conversion(i) << 2 | i32::from(i.format_spec.is_some());
            self.u.emit_to(Dst::Temp, Op::BuildInterpolation, first, c);
            if many { self.u.emit(Op::ListAppend, base + 1, base + 2, 0); }
        }
        self.at(x.range);
        if many { self.u.emit_to(Dst::Temp, Op::ListToTuple, base + 1, 0); } else { self.u.emit_to(Dst::Temp, Op::BuildTuple, base + 1, count as i32); }
        self.u.emit_to(dst, Op::BuildTemplate, base, 0);
        Ok(())
    }

    /// Source of an interpolated expression as t-strings show it.
    fn expression_text(&self, i: &ast::InterpolatedElement) -> Wtf8 {
        match self.stored(&i.node_index) { Some(Const::Str(s)) => s, _ => Wtf8::new(&literal::expression_text(self.source, i)) }
    }
}

fn add_text(pieces: &mut Vec<Piece<'_>>, t: Wtf8) {
    if t.as_bytes().is_empty() { return; }
    match pieces.last_mut() {
        Some(Piece::Text(last)) => *last = concat(last, &t),
        _ => pieces.push(Piece::Text(t)),
    }
}
