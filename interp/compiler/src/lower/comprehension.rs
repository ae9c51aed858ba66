//! Comprehensions inlined into the code around them (PEP 709) and generator expressions as functions.
//!
//! Not here: which comprehensions are inlined (`symtable::resolve`).

use instar_code::{flags, LocalKind, Op};
use instar_syntax::ast::{self, Expr};
use instar_syntax::{Ranged, TextRange};

use super::unit::{local, Dst};
use super::Compiler;
use crate::error::{error, R};
use crate::symtable::{ScopeId, Tag};

/// What a comprehension makes of its items.
#[derive(Clone, Copy)]
enum Element<'a> { List(&'a Expr), Set(&'a Expr), Dict(&'a Expr, &'a Expr), Yield(&'a Expr) }

impl<'a> Compiler<'a> {
    /// A comprehension or generator expression on a new temp.
    pub(crate) fn comprehension(&mut self, e: &'a Expr) -> R {
        let range = self.comprehension_range(e);
        let (scope, element, generators) = match e {
            Expr::ListComp(x) => (self.table.of(x, Tag::Body), Element::List(&x.elt), &x.generators),
            Expr::SetComp(x) => (self.table.of(x, Tag::Body), Element::Set(&x.elt), &x.generators),
            Expr::DictComp(x) => match &x.key {
                Some(k) => (self.table.of(x, Tag::Body), Element::Dict(k, &x.value), &x.generators),
                None => return error(range, "dict unpacking cannot be used in dict comprehension"),
            },
            Expr::Generator(x) => (self.table.of(x, Tag::Body), Element::Yield(&x.elt), &x.generators),
            _ => return error(range, "invalid syntax"),
        };
        let Some(scope) = scope else { return error(range, "compiler: comprehension without scope") };
        let s = &self.table.scopes[scope];
        let is_async = s.has_await;
        if is_async && !matches!(element, Element::Yield(_)) && self.u.flags & (flags::COROUTINE | flags::ASYNC_GENERATOR) == 0 {
            return error(range, super::suspend::ASYNC_COMPREHENSION);
        }
        if s.inlined { self.inlined(scope, element, generators, range) } else { self.as_function(scope, element, generators, range, is_async) }
    }

    fn inlined(&mut self, scope: ScopeId, element: Element<'a>, generators: &'a [ast::Comprehension], range: TextRange) -> R {
        let target = self.u.depth;
        self.at(range);
        self.start(element);
        // The outermost iterable belongs to the scope around.
        self.first_iterator(&generators[0])?;
        let outer = std::mem::replace(&mut self.u.scope, scope);
        let slots: Vec<usize> = self.u.bound.get(&scope).map(|m| m.values().copied().collect()).unwrap_or_default();
        self.at(range);
        for &i in slots.iter().filter(|&&i| self.u.slots[i].cell).collect::<Vec<_>>() {
            self.u.emit(Op::Release, local(i), 0, 0);
            self.u.emit(Op::MakeCell, local(i), 0, 0);
        }
        self.generators(generators, 0, element, target, range)?;
        self.at(range);
        let mut slots = slots;
        slots.sort_unstable();
        for i in slots {
            debug_assert_eq!(self.u.slots[i].kind, LocalKind::Hidden);
            self.u.emit(Op::Release, local(i), 0, 0);
        }
        self.u.scope = outer;
        Ok(())
    }

    /// Its range; an argument without parentheses of its own has those of the call.
    fn comprehension_range(&self, e: &Expr) -> TextRange {
        match e { Expr::Generator(g) if self.constants.is_none() => instar_syntax::generator_range(self.source, g), _ => e.range() }
    }

    /// Pushes the empty collection.
    fn start(&mut self, element: Element<'a>) {
        let base = self.u.depth as i32;
        let op = match element { Element::List(_) => Op::BuildList, Element::Set(_) => Op::BuildSet, Element::Dict(..) => Op::BuildMap, Element::Yield(_) => return };
        self.u.emit_to(Dst::Temp, op, base, 0);
    }

    fn first_iterator(&mut self, g: &'a ast::Comprehension) -> R {
        if g.is_async {
            let r = self.operand(&g.iter)?;
            self.at(g.iter.range());
            self.u.emit_temp(Op::GetAIter, r, 0);
            Ok(())
        } else {
            self.iterate(&g.iter)
        }
    }

    /// Loops over generator `n` whose iterator is on top, then the inner ones, then the element.
    fn generators(&mut self, generators: &'a [ast::Comprehension], n: usize, element: Element<'a>, target: u32, range: TextRange) -> R {
        let g = &generators[n];
        let depth = self.u.depth - 1;
        let (top, exhausted, again) = (self.u.label(), self.u.label(), self.u.label());
        if g.is_async {
            self.u.place(top);
            self.next_async(&g.target, exhausted, &g.iter)?;
        } else {
            self.u.place(top);
            self.next_item(&g.target, exhausted, &g.iter)?;
        }
        for test in &g.ifs { self.jump_if(test, false, again)?; }
        match generators.get(n + 1) {
            Some(inner) => {
                if let (false, Some(value)) = (inner.is_async, single(&inner.iter)) {
                    // `for x in [value]` is an assignment.
                    self.push(value)?;
                    self.store_top(&inner.target)?;
                    for test in &inner.ifs { self.jump_if(test, false, again)?; }
                    match generators.get(n + 2) {
                        Some(next) => { self.first_iterator(next)?; self.generators(generators, n + 2, element, target, range)?; }
                        None => self.element(element, target, range)?,
                    }
                } else {
                    self.first_iterator(inner)?;
                    self.generators(generators, n + 1, element, target, range)?;
                }
            }
            None => self.element(element, target, range)?,
        }
        self.u.place_at(again, depth + 1);
        self.at(match element {
            Element::List(e) | Element::Set(e) | Element::Yield(e) => e.range(),
            Element::Dict(k, v) if n + 1 == generators.len() => TextRange::new(k.range().start(), v.range().end()),
            Element::Dict(k, _) => k.range(),
        });
        self.u.jump_back(top);
        if g.is_async { self.end_async(exhausted, depth, &g.iter); } else { self.u.place_at(exhausted, depth); }
        Ok(())
    }

    fn element(&mut self, element: Element<'a>, target: u32, range: TextRange) -> R {
        let target = target as i32;
        match element {
            Element::List(e) | Element::Set(e) => {
                let r = self.operand(e)?;
                self.at(e.range());
                self.u.emit(if matches!(element, Element::List(_)) { Op::ListAppend } else { Op::SetAdd }, target, r, 0);
            }
            Element::Dict(k, v) => {
                let key = self.operand_before(k, &[v])?;
                let value = self.operand(v)?;
                self.at(TextRange::new(k.range().start(), v.range().end()));
                self.u.emit(Op::MapAdd, target, key, value);
            }
            Element::Yield(e) => {
                let r = self.operand(e)?;
                self.at(e.range());
                self.emit_yield(r);
                self.u.pop();
            }
        }
        let _ = range;
        Ok(())
    }

    fn as_function(&mut self, scope: ScopeId, element: Element<'a>, generators: &'a [ast::Comprehension], range: TextRange, is_async: bool) -> R {
        let name = self.table.scopes[scope].name.clone();
        let line = self.line_of(range);
        let base = self.u.depth as i32;
        let is_generator = matches!(element, Element::Yield(_));
        self.enter(scope, &name, line);
        self.u.counts = [1, 0, 0];
        if is_generator { self.u.flags |= if is_async { flags::ASYNC_GENERATOR } else { flags::GENERATOR }; }
        else if is_async { self.u.flags |= flags::COROUTINE; }
        self.prologue(range);
        self.at(range);
        self.start(element);
        self.at(generators[0].iter.range());
        self.u.emit_to(Dst::Temp, Op::Move, local(0), 0);
        self.generators(generators, 0, element, 0, range)?;
        self.at(range);
        if is_generator { self.return_none(); } else { self.u.emit(Op::Return, 0, 0, 0); }
        self.epilogue();
        let (blob, free) = self.leave_unit()?;
        self.at(range);
        self.make_function(blob, &free)?;
        self.first_iterator(&generators[0])?;
        self.at(range);
        self.u.emit_to(Dst::Temp, Op::Call, base, 1);
        Ok(())
    }
}

/// The value of a display with one item.
fn single(e: &Expr) -> Option<&Expr> {
    let elts = match e { Expr::List(l) => &l.elts, Expr::Tuple(t) => &t.elts, _ => return None };
    match &elts[..] { [e] if !matches!(e, Expr::Starred(_)) => Some(e), _ => None }
}
