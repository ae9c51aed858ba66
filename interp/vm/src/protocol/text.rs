//! Text of any object: `str()`, `repr()`, `ascii()`, `format()`.
//!
//! Not here: the texts of the types themselves (their `repr`/`str` slots) and making strings from native text (`types/str.rs`).

use instar_base_text::quote::{escape, Keep};

use crate::object::{ObjExt, Owned};
use crate::types::str::{this_str, PyStr};
use crate::vm::{PyResult, Raised, Vm};

impl Vm {
    /// `repr(o)`, a str.
    pub fn repr(&mut self, o: &Owned) -> PyResult {
        self.check_native_stack(" while getting the repr of an object")?;
        let Some(f) = o.type_of(self).slots().repr else {
            let text = format!("<{} object at {:#x}>", o.type_name(self), o.word().raw());
            return self.new_str(&text);
        };
        let text = f(self, o)?;
        if text.cast::<PyStr>().is_some() { Ok(text) } else { Err(self.not_text("__repr__", &text)) }
    }

    /// `str(o)`, a str.
    pub fn str(&mut self, o: &Owned) -> PyResult {
        if o.is_exact::<PyStr>(self) { return Ok(o.clone()) }
        if let Some(n) = self.plain_int(o) { return self.int_text(n) }
        let Some(f) = o.type_of(self).slots().str else { return self.repr(o) };
        self.check_native_stack(" while getting the str of an object")?;
        let text = f(self, o)?;
        if text.cast::<PyStr>().is_some() { Ok(text) } else { Err(self.not_text("__str__", &text)) }
    }

    #[cold]
    fn not_text(&mut self, name: &str, got: &Owned) -> Raised {
        let t = got.type_name(self);
        self.type_error(format!("{name} returned non-string (type {t})"))
    }

    /// `ascii(o)`, a str.
    pub fn ascii(&mut self, o: &Owned) -> PyResult {
        let text = self.repr(o)?;
        let s = this_str(&text);
        if s.is_ascii() { return Ok(text) }
        let mut out = Vec::new();
        for code in s.chars() {
            // No quote is escaped again: the text is a repr already.
            if code < 0x80 { out.push(code as u8) } else if let Some(e) = escape(code, 0, Keep::Ascii) { out.extend_from_slice(e.as_bytes()) }
        }
        self.new_str_latin1(&out)
    }

    /// `format(o, spec)`, a str.
    pub fn format(&mut self, o: &Owned, spec: &Owned) -> PyResult {
        let Some(s) = spec.cast::<PyStr>() else {
            let t = spec.type_name(self);
            return Err(self.type_error(format!("Format specifier must be a string, not {t}")));
        };
        if s.is_empty() {
            if o.is_exact::<PyStr>(self) { return Ok(o.clone()) }
            let ty = o.type_of(self).ptr();
            if ty == self.types.int.ptr() { return self.str(o) }
            if ty == self.types.float.ptr() { return self.repr(o) }
        } else if o.is_exact::<PyStr>(self) {
            return crate::types::str_format::format_str(self, o, spec);
        } else {
            let ty = o.type_of(self).ptr();
            if ty == self.types.int.ptr() { return crate::types::int_methods::format(self, o, spec) }
            if ty == self.types.float.ptr() { return crate::types::float::methods::format(self, o, spec) }
        }
        let name = self.names.__format__.clone();
        let Some(method) = self.lookup_special(o, &name)? else {
            let t = o.type_name(self);
            return Err(self.type_error(format!("Type {t} doesn't define __format__")));
        };
        let text = self.call1(&method, spec)?;
        if text.cast::<PyStr>().is_some() { return Ok(text) }
        let t = text.type_name(self);
        Err(self.type_error(format!("__format__ must return a str, not {t}")))
    }

    /// `repr(o)` as native text, lossy, for messages and for the reprs of containers.
    pub fn repr_text(&mut self, o: &Owned) -> PyResult<String> { this_str(&self.repr(o)?).try_to_string(self) }

    /// `str(o)` as native text, lossy, for messages.
    pub fn str_text(&mut self, o: &Owned) -> PyResult<String> { this_str(&self.str(o)?).try_to_string(self) }

    /// The text of a str object as it is (no quotes), lossy, for messages. `?` for other objects.
    pub fn repr_text_plain(&self, o: &Owned) -> String { o.cast::<PyStr>().map_or_else(|| "?".to_owned(), |s| s.to_string_lossy()) }
}
