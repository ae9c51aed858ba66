//! What CPython computes in a tree before compiling it (`ast.parse(..., optimize=...)`): `__debug__`, `%` formatting with a tuple,
//! numbers in patterns, docstrings.
//!
//! Works on a copy of the nodes. Not here: constant folding of the compiler.

use std::rc::Rc;

use instar_code::Binary;
use instar_vm::types::list::PyList;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::make_classes;
use super::registry::{Classes, Place};

/// Copies a tree that has been checked; for a level, with what can be computed early computed.
pub fn copy(vm: &mut Vm, node: &Owned, level: Option<u8>) -> PyResult {
    let classes = make_classes(vm)?;
    Optimizer { classes, level }.value(vm, node)
}

struct Optimizer {
    classes: Rc<Classes>,
    level: Option<u8>,
}

impl Optimizer {
    fn value(&self, vm: &mut Vm, value: &Owned) -> PyResult {
        vm.check_native_stack(" during  ast construction")?;
        if let Some(l) = value.cast::<PyList>() {
            let mut items = Vec::new();
            for item in l.items(vm).to_vec() { items.push(self.value(vm, &item)?) }
            return Ok(vm.new_list(items)?.into_obj());
        }
        let Some((name, class)) = self.classes.of(vm, value) else { return Ok(value.clone()) };
        if class.fields.is_empty() && !class.located { return Ok(value.clone()) }
        let node = vm.allocate_instance(&class.ty)?;
        for field in &class.fields {
            // Only lists may be missing.
            let v = match vm.get_attr_opt(value, field)? { Some(v) => v, None => vm.new_list(Vec::new())?.into_obj() };
            let text = vm.repr_text_plain(field);
            let v = match (name, text.as_str()) {
                _ if self.level.is_none() => self.value(vm, &v)?,
                ("Module" | "FunctionDef" | "AsyncFunctionDef" | "ClassDef", "body") => self.body(vm, &v)?,
                ("MatchValue", "value") => { let v = self.value(vm, &v)?; self.number(vm, &v)? }
                ("MatchMapping", "keys") => {
                    let keys = self.value(vm, &v)?;
                    let keys = match keys.cast::<PyList>() { Some(l) => l.items(vm).to_vec(), None => Vec::new() };
                    let keys = keys.iter().map(|k| self.number(vm, k)).collect::<PyResult<Vec<_>>>()?;
                    vm.new_list(keys)?.into_obj()
                }
                _ => self.value(vm, &v)?,
            };
            vm.set_attr_interned(&node, field, Some(&v))?;
        }
        if class.located {
            for (i, place) in self.classes.places.iter().enumerate() {
                let mut v = vm.get_attr_opt(value, place)?.filter(|v| !vm.is_none(v));
                if v.is_none() && i >= 2 { v = vm.get_attr_opt(value, &self.classes.places[i - 2])? }
                if let Some(v) = v { vm.set_attr_interned(&node, place, Some(&v))? }
            }
        }
        match name {
            _ if self.level.is_none() => Ok(node),
            "BinOp" => self.format(vm, node),
            "Name" => self.debug(vm, node),
            _ => Ok(node),
        }
    }

    fn is(&self, vm: &Vm, o: &Owned, name: &str) -> bool { self.classes.of(vm, o).is_some_and(|(n, _)| n == name) }

    fn field(&self, vm: &mut Vm, node: &Owned, name: &str) -> PyResult { vm.get_attr_str(node, name) }

    /// A node at the place of another one.
    fn at<const N: usize>(&self, vm: &mut Vm, place: &Owned, name: &str, values: [Owned; N]) -> PyResult {
        let node = self.classes.node(vm, name, values, None)?;
        for attribute in &self.classes.places {
            if let Some(v) = vm.get_attr_opt(place, attribute)? { vm.set_attr_interned(&node, attribute, Some(&v))? }
        }
        Ok(node)
    }

    fn constant(&self, vm: &mut Vm, place: &Owned, value: Owned) -> PyResult {
        let none = vm.none();
        self.at(vm, place, "Constant", [value, none])
    }

    /// A constant that stands nowhere.
    fn nowhere(&self, vm: &mut Vm, value: Owned) -> PyResult {
        let none = vm.none();
        let nowhere = Place { start: (u32::MAX, u32::MAX), end: (u32::MAX, u32::MAX) };
        self.classes.node(vm, "Constant", [value, none], Some(nowhere))
    }

    /// `__debug__` is known.
    fn debug(&self, vm: &mut Vm, node: Owned) -> PyResult {
        let (id, ctx) = (self.field(vm, &node, "id")?, self.field(vm, &node, "ctx")?);
        if !id.cast::<PyStr>().is_some_and(|s| s.to_string_lossy() == "__debug__") || !self.is(vm, &ctx, "Load") { return Ok(node) }
        let value = vm.bool(self.level == Some(0));
        self.constant(vm, &node, value)
    }

    /// The value of a `Constant`.
    fn known(&self, vm: &mut Vm, node: &Owned) -> PyResult<Option<Owned>> {
        if self.is(vm, node, "Constant") { self.field(vm, node, "value").map(Some) } else { Ok(None) }
    }

    /// `-1`, `1 + 2j` in patterns.
    fn number(&self, vm: &mut Vm, node: &Owned) -> PyResult {
        if self.is(vm, node, "UnaryOp") {
            let (op, operand) = (self.field(vm, node, "op")?, self.field(vm, node, "operand")?);
            if let (true, Some(v)) = (self.is(vm, &op, "USub"), self.known(vm, &operand)?) {
                let v = vm.negative(&v)?;
                return self.constant(vm, node, v);
            }
        }
        if self.is(vm, node, "BinOp") {
            let left = self.field(vm, node, "left")?;
            let left = self.number(vm, &left)?;
            let (op, right) = (self.field(vm, node, "op")?, self.field(vm, node, "right")?);
            let op = if self.is(vm, &op, "Add") { Some(Binary::Add) } else if self.is(vm, &op, "Sub") { Some(Binary::Sub) } else { None };
            if let (Some(op), Some(a), Some(b)) = (op, self.known(vm, &left)?, self.known(vm, &right)?) {
                let v = vm.binary(op, &a, &b)?;
                return self.constant(vm, node, v);
            }
        }
        Ok(node.clone())
    }

    fn is_docstring(&self, vm: &mut Vm, statement: Option<&Owned>) -> PyResult<bool> {
        let Some(s) = statement else { return Ok(false) };
        if !self.is(vm, s, "Expr") { return Ok(false) }
        let value = self.field(vm, s, "value")?;
        Ok(self.known(vm, &value)?.is_some_and(|v| v.is_exact::<PyStr>(vm)))
    }

    /// `pass` where a lone docstring stood.
    fn pass(&self, vm: &mut Vm, docstring: &Owned) -> PyResult {
        let node = self.at(vm, docstring, "Pass", [])?;
        let [line, column, end_line, end_column] = &self.classes.places;
        let (line, column) = (vm.get_attr(&node, line)?, vm.get_attr(&node, column)?);
        let four = vm.new_int(4)?;
        let end = vm.binary(Binary::Add, &column, &four)?;
        vm.set_attr_interned(&node, end_line, Some(&line))?;
        vm.set_attr_interned(&node, end_column, Some(&end))?;
        Ok(node)
    }

    /// Statements of a body: level 2 takes the docstring away, and what becomes text only here is no docstring.
    fn body(&self, vm: &mut Vm, body: &Owned) -> PyResult {
        let Some(list) = body.cast::<PyList>() else { return Ok(body.clone()) };
        let mut items = list.items(vm).to_vec();
        let mut documented = self.is_docstring(vm, items.first())?;
        if documented && self.level >= Some(2) {
            let first = items.remove(0);
            if items.is_empty() { items.push(self.pass(vm, &first)?) }
            documented = false;
        }
        let mut new = Vec::new();
        for s in &items { new.push(self.value(vm, s)?) }
        if !documented && self.is_docstring(vm, new.first())? {
            let value = self.field(vm, &new[0], "value")?;
            let values = vm.new_list([value.clone()])?.into_obj();
            let joined = self.at(vm, &value, "JoinedStr", [values])?;
            let name = vm.intern("value")?;
            vm.set_attr(&new[0], &name, &joined)?;
        }
        Ok(vm.new_list(new)?.into_obj())
    }

    /// `'%s is %r' % (a, b)` is an f-string.
    fn format(&self, vm: &mut Vm, node: Owned) -> PyResult {
        let (left, op, right) = (self.field(vm, &node, "left")?, self.field(vm, &node, "op")?, self.field(vm, &node, "right")?);
        if !self.is(vm, &op, "Mod") || !self.is(vm, &right, "Tuple") { return Ok(node) }
        let Some(text) = self.known(vm, &left)?.filter(|v| v.is_exact::<PyStr>(vm)) else { return Ok(node) };
        let elts = self.field(vm, &right, "elts")?;
        let elts = match elts.cast::<PyList>() { Some(l) => l.items(vm).to_vec(), None => return Ok(node) };
        if elts.iter().any(|e| self.is(vm, e, "Starred")) { return Ok(node) }
        let Some(pieces) = text.cast::<PyStr>().and_then(|s| split(&s.chars().collect::<Vec<u32>>())) else { return Ok(node) };
        if pieces.iter().filter(|p| matches!(p, Piece::Value(..))).count() != elts.len() { return Ok(node) }
        let mut values = Vec::new();
        let mut rest = elts.into_iter();
        for p in pieces {
            match p {
                Piece::Text(t) => {
                    let t = vm.new_str_from_code_points(&t)?;
                    values.push(self.nowhere(vm, t)?);
                }
                Piece::Value(conversion, spec) => {
                    let Some(value) = rest.next() else { return Ok(node) };
                    let spec = match spec {
                        None => vm.none(),
                        Some(s) => {
                            let s = vm.new_str(&s)?;
                            self.nowhere(vm, s)?
                        }
                    };
                    let conversion = vm.new_int(i64::from(conversion))?;
                    values.push(self.at(vm, &value, "FormattedValue", [value.clone(), conversion, spec])?);
                }
            }
        }
        let values = vm.new_list(values)?.into_obj();
        self.at(vm, &node, "JoinedStr", [values])
    }
}

enum Piece { Text(Vec<u32>), Value(u32, Option<String>) }

/// The pieces of a format that has only plain `%s`, `%r` and `%a`.
fn split(format: &[u32]) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut text = Vec::new();
    let mut at = 0;
    let digits = |at: &mut usize| -> Option<Option<u32>> {
        let (mut n, mut count) = (0, 0);
        while let Some(d) = format.get(*at).and_then(|c| char::from_u32(*c)).and_then(|c| c.to_digit(10)) {
            n = n * 10 + d;
            count += 1;
            *at += 1;
            if count > 3 { return None }
        }
        Some((count > 0).then_some(n))
    };
    while let Some(&c) = format.get(at) {
        at += 1;
        if c != u32::from('%') { text.push(c); continue }
        if format.get(at) == Some(&u32::from('%')) { text.push(c); at += 1; continue }
        let mut left = false;
        while let Some(c) = format.get(at).and_then(|c| char::from_u32(*c)) {
            match c { '-' => left = true, '+' | ' ' | '#' | '0' => {} _ => break }
            at += 1;
        }
        let width = digits(&mut at)?;
        let mut precision = None;
        if format.get(at) == Some(&u32::from('.')) {
            at += 1;
            precision = Some(digits(&mut at)?.unwrap_or(0));
        }
        let conversion = *format.get(at)?;
        if !"sra".chars().any(|c| u32::from(c) == conversion) { return None }
        at += 1;
        let mut spec = String::new();
        if !left && width.is_some_and(|w| w > 0) { spec.push('>') }
        if let Some(w) = width { spec += &w.to_string() }
        if let Some(p) = precision { spec += &format!(".{p}") }
        if !text.is_empty() { pieces.push(Piece::Text(std::mem::take(&mut text))) }
        pieces.push(Piece::Value(conversion, (!spec.is_empty()).then_some(spec)));
    }
    if !text.is_empty() { pieces.push(Piece::Text(text)) }
    Some(pieces)
}
