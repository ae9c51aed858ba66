//! Elements, text and references.
//!
//! Not here: declarations (`doctype.rs`).

use super::error::Code;
use super::event::Event;
use super::parser::{Open, Parser, State};
use super::scan::{is_char, is_name_start, is_space, predefined, Bad, Res, Scan};

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// An attribute as read: name, value, where it stood.
struct Read { name: String, value: String, at: usize }

impl Parser {
    /// The next piece of content. `ends`: no input follows these characters.
    pub fn content(&mut self, scan: &mut Scan<'_>, ends: bool) -> Res<()> {
        let start = scan.at;
        match scan.peek()? {
            '<' => match scan.s.get(start + 1).copied() {
                None => Err(Bad::More),
                Some('/') => self.end_tag(scan),
                Some('!') if scan.s.get(start + 2) == Some(&'[') => self.cdata(scan),
                Some('!' | '?') => match self.anywhere(scan)? { true => Ok(()), false => Err(Bad::Error(Code::InvalidToken, start + 2)) },
                Some(c) if is_name_start(c) => self.start_tag(scan),
                Some(_) => Err(Bad::Error(Code::InvalidToken, start + 1)),
            },
            '&' => self.reference(scan),
            _ => self.text(scan, ends),
        }
    }

    fn text(&mut self, scan: &mut Scan<'_>, ends: bool) -> Res<()> {
        let start = scan.at;
        let first = scan.s[start];
        if first == '\n' || first == '\r' {
            if first == '\r' && scan.s.get(start + 1).is_none() && !ends { return Err(Bad::More) }
            scan.at += if first == '\r' && scan.s.get(start + 1) == Some(&'\n') { 2 } else { 1 };
            self.report(scan, start, Event::Text("\n".into()));
            return Ok(());
        }
        let (mut bytes, most) = (0, self.text_max());
        while let Some(c) = scan.s.get(scan.at).copied() {
            if matches!(c, '<' | '&' | '\n' | '\r') { break }
            if c == ']' {
                match (scan.s.get(scan.at + 1), scan.s.get(scan.at + 2)) {
                    (Some(']'), Some('>')) => {
                        // What stands before it is told first.
                        if scan.at > start { break }
                        return Err(Bad::Error(Code::InvalidToken, scan.at + 2));
                    }
                    (None, _) | (Some(']'), None) if !ends => break,
                    _ => {}
                }
            }
            if !is_char(c) { if scan.at > start { break } return scan.invalid() }
            bytes += c.len_utf8();
            if bytes > most { break }
            scan.at += 1;
        }
        if scan.at == start { return Err(Bad::More) }
        let text = scan.s[start..scan.at].iter().collect();
        self.report(scan, start, Event::Text(text));
        Ok(())
    }

    fn cdata(&mut self, scan: &mut Scan<'_>) -> Res<()> {
        let start = scan.at;
        scan.expect("<![CDATA[")?;
        let inside = scan.at;
        let mut end = inside;
        while scan.s.get(end..end + 3) != Some(&[']', ']', '>']) {
            match scan.s.get(end) { None => return Err(Bad::More), Some(c) if !is_char(*c) => return Err(Bad::Error(Code::InvalidToken, end)), _ => end += 1 }
        }
        scan.at = inside;
        self.report(scan, start, Event::StartCdata);
        let mut at = inside;
        while at < end {
            let from = at;
            let c = scan.s[at];
            let text = if c == '\n' || c == '\r' {
                at += if c == '\r' && scan.s[at + 1] == '\n' { 2 } else { 1 };
                "\n".to_owned()
            } else {
                while at < end && !matches!(scan.s[at], '\n' | '\r') { at += 1 }
                scan.s[from..at].iter().collect()
            };
            scan.at = at;
            self.report(scan, from, Event::Text(text));
        }
        scan.at = end + 3;
        self.report(scan, end, Event::EndCdata);
        Ok(())
    }

    fn reference(&mut self, scan: &mut Scan<'_>) -> Res<()> {
        let start = scan.at;
        scan.at += 1;
        if scan.peek()? == '#' {
            scan.at += 1;
            let c = scan.char_ref(start)?;
            self.report(scan, start, Event::Text(c.to_string()));
            return Ok(());
        }
        let name = scan.name()?;
        scan.expect(";")?;
        if let Some(c) = predefined(&name) {
            self.report(scan, start, Event::Text(c.to_string()));
            return Ok(());
        }
        let dtd = self.dtd.borrow();
        let Some(entity) = dtd.general.get(&name).cloned() else {
            let may_be_elsewhere = dtd.has_unread && !dtd.standalone;
            drop(dtd);
            if !may_be_elsewhere { return Err(Bad::Error(Code::UndefinedEntity, start)) }
            self.report(scan, start, Event::Skipped { name, parameter: false });
            return Ok(());
        };
        drop(dtd);
        if entity.open { return Err(Bad::Error(Code::RecursiveEntityRef, start)) }
        if entity.notation.is_some() { return Err(Bad::Error(Code::BinaryEntityRef, start)) }
        match entity.text {
            Some(_) if !self.expand => { self.report(scan, start, Event::Skipped { name, parameter: false }); Ok(()) }
            Some(text) => {
                if let Some(e) = self.dtd.borrow_mut().general.get_mut(&name) { e.open = true }
                self.enter_entity(&name, &text).map_err(|code| Bad::Error(code, start))
            }
            None => {
                let mut parts: Vec<String> = self.bindings.iter().skip(1).map(|(p, u)| format!("{}={}", p.as_deref().unwrap_or(""), u.as_deref().unwrap_or(""))).collect();
                parts.push(name);
                let event = Event::External { context: Some(parts.join("\u{c}")), base: entity.base, system: entity.system, public: entity.public };
                self.report(scan, start, event);
                Ok(())
            }
        }
    }

    /// The value of an attribute out of the characters of a literal.
    pub fn attribute_value(&mut self, s: &[char], at: usize, is_cdata: bool, depth: usize) -> Res<String> {
        let mut out = String::new();
        let mut scan = Scan { s, at: 0 };
        let place = |i: usize| if depth == 0 { at + i } else { at };
        while scan.at < s.len() {
            let start = scan.at;
            match s[start] {
                '<' => return Err(Bad::Error(Code::InvalidToken, place(start))),
                '\r' if s.get(start + 1) == Some(&'\n') && depth == 0 => { out.push(' '); scan.at += 2 }
                c if is_space(c) => { out.push(' '); scan.at += 1 }
                '&' => {
                    scan.at += 1;
                    let bad = |e: Bad| match e { Bad::More => Bad::Error(Code::InvalidToken, place(s.len())), Bad::Error(c, i) => Bad::Error(c, place(i)) };
                    if s.get(scan.at) == Some(&'#') {
                        scan.at += 1;
                        out.push(scan.char_ref(start).map_err(bad)?);
                        continue;
                    }
                    let name = scan.name().map_err(bad)?;
                    scan.expect(";").map_err(bad)?;
                    if let Some(c) = predefined(&name) { out.push(c); continue }
                    let dtd = self.dtd.borrow();
                    let Some(entity) = dtd.general.get(&name).cloned() else {
                        if dtd.has_unread && !dtd.standalone { continue }
                        return Err(Bad::Error(Code::UndefinedEntity, place(start)));
                    };
                    drop(dtd);
                    if entity.open || depth > 200 { return Err(Bad::Error(Code::RecursiveEntityRef, place(start))) }
                    if entity.notation.is_some() { return Err(Bad::Error(Code::BinaryEntityRef, place(start))) }
                    let Some(text) = entity.text else { return Err(Bad::Error(Code::AttributeExternalEntityRef, place(start))) };
                    let inner: Vec<char> = text.chars().collect();
                    self.expanded += inner.len() as u64;
                    if self.expanded > 64 << 20 { return Err(Bad::Error(Code::Amplification, place(start))) }
                    if let Some(e) = self.dtd.borrow_mut().general.get_mut(&name) { e.open = true }
                    let value = self.attribute_value(&inner, place(start), true, depth + 1);
                    if let Some(e) = self.dtd.borrow_mut().general.get_mut(&name) { e.open = false }
                    out.push_str(&value?);
                }
                c => { out.push(c); scan.at += 1 }
            }
        }
        Ok(if is_cdata { out } else { out.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ") })
    }

    fn start_tag(&mut self, scan: &mut Scan<'_>) -> Res<()> {
        let start = scan.at;
        scan.at += 1;
        let written = scan.name()?;
        let declared = self.dtd.borrow().attributes.get(&written).cloned().unwrap_or_default();
        let mut attributes: Vec<Read> = Vec::new();
        let empty = loop {
            let spaced = scan.space()?;
            match scan.peek()? {
                '>' => { scan.at += 1; break false }
                '/' => { scan.at += 1; scan.expect(">")?; break true }
                c if !spaced || !is_name_start(c) => return scan.invalid(),
                _ => {}
            }
            let at = scan.at;
            let name = scan.name()?;
            scan.space()?;
            scan.expect("=")?;
            scan.space()?;
            let (from, to) = match scan.literal() {
                Ok(range) => range,
                Err(Bad::More) => {
                    // A `<` in a value is an error even before the value ends.
                    return match scan.s[scan.at..].iter().position(|c| *c == '<') { Some(i) => Err(Bad::Error(Code::InvalidToken, scan.at + i)), None => Err(Bad::More) };
                }
                Err(e) => return Err(e),
            };
            let is_cdata = declared.iter().find(|d| d.name == name).is_none_or(|d| d.is_cdata);
            let inner = scan.s[from..to].to_vec();
            let value = self.attribute_value(&inner, from, is_cdata, 0)?;
            if attributes.iter().any(|a| a.name == name) { return Err(Bad::Error(Code::DuplicateAttribute, at)) }
            attributes.push(Read { name, value, at });
        };
        let given = attributes.len();
        for d in declared {
            if let Some(value) = d.default && !attributes.iter().any(|a| a.name == d.name) { attributes.push(Read { name: d.name, value, at: start }) }
        }
        let bound = self.bindings.len();
        let (name, attributes, given) = self.qualify(start, &written, attributes, given)?;
        self.report(scan, start, Event::StartElement { name: name.clone(), attributes, given });
        self.open.push(Open { written, name, namespaces: self.bindings.len() - bound });
        if empty {
            let first = self.reports.len();
            self.close();
            let place = self.place_behind(&scan.s[start..scan.at]);
            for r in self.reports.iter_mut().skip(first) { r.place = place }
        }
        Ok(())
    }

    /// Processes declarations of namespaces and expands names.
    fn qualify(&mut self, start: usize, written: &str, attributes: Vec<Read>, given: usize) -> Res<(String, Vec<(String, String)>, usize)> {
        if self.separator.is_none() { return Ok((written.to_owned(), attributes.into_iter().map(|a| (a.name, a.value)).collect(), given)) }
        let (mut rest, mut left) = (Vec::new(), given);
        for (i, a) in attributes.into_iter().enumerate() {
            let prefix = if a.name == "xmlns" { None } else if let Some(p) = a.name.strip_prefix("xmlns:") { Some(p.to_owned()) } else { rest.push((a, i < given)); continue };
            if i < given { left -= 1 }
            let uri = Some(a.value).filter(|u| !u.is_empty());
            let code = match (prefix.as_deref(), uri.as_deref()) {
                (Some("xmlns"), _) => Some(Code::ReservedPrefixXmlns),
                (Some("xml"), u) if u != Some(XML) => Some(Code::ReservedPrefixXml),
                (p, Some(XML)) if p != Some("xml") => Some(Code::ReservedNamespaceUri),
                (_, Some(XMLNS)) => Some(Code::ReservedNamespaceUri),
                (Some(_), None) => Some(Code::UndeclaringPrefix),
                _ => None,
            };
            if let Some(code) = code { return Err(Bad::Error(code, start)) }
            self.also(Event::StartNamespace { prefix: prefix.clone(), uri: uri.clone() });
            self.bindings.push((prefix, uri));
        }
        let name = self.expanded_name(written, true, start)?;
        let mut out: Vec<(String, String)> = Vec::with_capacity(rest.len());
        for (a, _) in rest {
            let name = self.expanded_name(&a.name, false, start)?;
            if out.iter().any(|(n, _)| *n == name) { return Err(Bad::Error(Code::DuplicateAttribute, a.at)) }
            out.push((name, a.value));
        }
        Ok((name, out, left))
    }

    fn expanded_name(&self, name: &str, element: bool, start: usize) -> Res<String> {
        let (prefix, local) = match name.split_once(':') { Some((p, l)) => (Some(p), l), None => (None, name) };
        if prefix.is_none() && !element { return Ok(name.to_owned()) }
        let sep = self.separator.as_deref().unwrap_or("");
        let uri = self.bindings.iter().rev().find(|(p, _)| p.as_deref() == prefix).and_then(|(_, u)| u.as_deref());
        match (uri, prefix) {
            (Some(uri), Some(prefix)) if self.prefixes => Ok(format!("{uri}{sep}{local}{sep}{prefix}")),
            (Some(uri), _) => Ok(format!("{uri}{sep}{local}")),
            (None, Some(_)) => Err(Bad::Error(Code::UnboundPrefix, start)),
            (None, None) => Ok(name.to_owned()),
        }
    }

    fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        self.also(Event::EndElement { name: open.name });
        for _ in 0..open.namespaces {
            if let Some((prefix, _)) = self.bindings.pop() { self.also(Event::EndNamespace { prefix }) }
        }
        if self.open.is_empty() && self.kind() == super::parser::Kind::Document && self.frames.len() == 1 { self.state = State::Epilog }
    }

    fn end_tag(&mut self, scan: &mut Scan<'_>) -> Res<()> {
        let start = scan.at;
        scan.at += 2;
        let name = scan.name()?;
        scan.space()?;
        scan.expect(">")?;
        let floor = self.frames.last().map_or(0, |f| f.depth);
        if self.open.len() <= floor { return Err(Bad::Error(Code::AsyncEntity, start)) }
        if self.open.last().is_none_or(|o| o.written != name) { return Err(Bad::Error(Code::TagMismatch, start + 2)) }
        let reports = self.reports.len();
        self.close();
        // The first report carries the markup.
        if let Some(r) = self.reports.get_mut(reports) { r.raw = scan.s[start..scan.at].iter().collect() }
        Ok(())
    }
}
