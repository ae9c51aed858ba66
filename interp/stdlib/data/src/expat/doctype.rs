//! The declaration of the document type and what is declared in it.
//!
//! Not here: where declarations are kept (`dtd.rs`).

use super::dtd::{Attribute, Entity, Model};
use super::error::Code;
use super::event::Event;
use super::parser::{Kind, Parser, State};
use super::scan::{is_char, is_space, Bad, Res, Scan};

impl Parser {
    /// `<!DOCTYPE name ... [` or up to its end.
    pub fn doctype(&mut self, scan: &mut Scan<'_>) -> Res<()> {
        let start = scan.at;
        scan.expect("<!DOCTYPE")?;
        scan.need_space()?;
        let name = scan.name()?;
        let spaced = scan.space()?;
        let (mut system, mut public) = (None, None);
        if spaced && matches!(scan.peek()?, 'S' | 'P') { (system, public) = self.external_id(scan, true)?; scan.space()?; }
        let internal = match scan.next()? { '[' => true, '>' => false, _ => { scan.at -= 1; return scan.invalid() } };
        self.has_doctype = true;
        if system.is_some() { self.subset = Some((system.clone(), public.clone())); self.dtd.borrow_mut().has_unread = true }
        if self.subset.is_some() && self.parameter_entities == 0 && !self.dtd.borrow().standalone { self.also(Event::NotStandalone) }
        self.report(scan, start, Event::StartDoctype { name, system, public, internal });
        if internal { self.state = State::Subset } else { self.end_doctype() }
        Ok(())
    }

    /// `SYSTEM "..."` or `PUBLIC "..." "..."`; the second literal of PUBLIC may be missing in notations.
    fn external_id(&mut self, scan: &mut Scan<'_>, both: bool) -> Res<(Option<String>, Option<String>)> {
        let word = scan.name()?;
        scan.need_space()?;
        match &*word {
            "SYSTEM" => Ok((Some(scan.literal_text()?), None)),
            "PUBLIC" => {
                let (a, b) = scan.literal()?;
                let ok = |c: &char| c.is_ascii_alphanumeric() || " \r\n-'()+,./:=?;!*#@$_%".contains(*c);
                if let Some(i) = scan.s[a..b].iter().position(|c| !ok(c)) { return Err(Bad::Error(Code::PublicId, a + i)) }
                let public: String = scan.s[a..b].iter().collect();
                let public = public.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
                let before = scan.at;
                let spaced = scan.space()?;
                if matches!(scan.peek()?, '"' | '\'') {
                    if !spaced { return scan.invalid() }
                    return Ok((Some(scan.literal_text()?), Some(public)));
                }
                if both { return scan.invalid() }
                scan.at = before;
                Ok((None, Some(public)))
            }
            _ => Err(Bad::Error(Code::Syntax, scan.at)),
        }
    }

    /// What follows the declaration: the external subset.
    fn end_doctype(&mut self) {
        self.state = State::Prolog;
        let (has_unread, standalone) = { let d = self.dtd.borrow(); (d.has_unread, d.standalone) };
        if has_unread || self.foreign_dtd {
            let reads = self.parameter_entities == 2 || self.parameter_entities == 1 && !standalone;
            if reads && (self.subset.is_some() || self.foreign_dtd) {
                let (system, public) = self.subset.clone().unwrap_or_default();
                self.dtd.borrow_mut().has_unread = false;
                let base = self.base.clone();
                self.also(Event::External { context: None, base, system, public });
                if !standalone { self.also(Event::NotStandalone) }
            }
        }
        self.also(Event::EndDoctype);
    }

    /// A document without declaration gets one from elsewhere.
    pub fn foreign_subset(&mut self) {
        self.has_doctype = true;
        if self.parameter_entities == 0 { return }
        self.dtd.borrow_mut().has_unread = true;
        let base = self.base.clone();
        self.dtd.borrow_mut().has_unread = false;
        self.also(Event::External { context: None, base, system: None, public: None });
        self.also(Event::NotStandalone);
    }

    /// The next declaration of a subset.
    pub fn declaration(&mut self, scan: &mut Scan<'_>) -> Res<()> {
        let start = scan.at;
        let outside = self.kind() == Kind::Parameter || self.frames.len() > 1;
        match scan.peek()? {
            c if is_space(c) => {
                while scan.s.get(scan.at).is_some_and(|c| is_space(*c)) { scan.at += 1 }
                self.report(scan, start, Event::Other);
                Ok(())
            }
            ']' if self.kind() == Kind::Document && self.frames.len() == 1 => {
                scan.at += 1;
                scan.space()?;
                scan.expect(">")?;
                let n = self.reports.len();
                self.end_doctype();
                let raw: String = scan.s[start..scan.at].iter().collect();
                if let Some(r) = self.reports.iter_mut().skip(n).last() { r.raw = raw }
                Ok(())
            }
            ']' if outside => { scan.expect("]]>")?; self.report(scan, start, Event::Other); Ok(()) }
            '%' => self.parameter_reference(scan),
            '<' => {
                if self.anywhere(scan)? { return Ok(()) }
                if outside && scan.follows("<![")? { return self.conditional(scan) }
                scan.expect("<!")?;
                let word = scan.name()?;
                if outside { return self.substituted(scan, start, &word) }
                self.declare(scan, start, &word)
            }
            _ => scan.invalid(),
        }
    }

    fn declare(&mut self, scan: &mut Scan<'_>, start: usize, word: &str) -> Res<()> {
        match word {
            "ENTITY" => self.entity(scan, start),
            "ELEMENT" => self.element(scan, start),
            "ATTLIST" => self.attlist(scan, start),
            "NOTATION" => self.notation(scan, start),
            _ => Err(Bad::Error(Code::Syntax, start)),
        }
    }

    /// A declaration of an external subset: references to parameter entities in it are replaced first.
    fn substituted(&mut self, scan: &mut Scan<'_>, start: usize, word: &str) -> Res<()> {
        let from = scan.at;
        let mut quote = None;
        let mut end = from;
        loop {
            let c = *scan.s.get(end).ok_or(Bad::More)?;
            end += 1;
            match (quote, c) { (Some(q), c) if q == c => quote = None, (None, '"' | '\'') => quote = Some(c), (None, '>') => break, _ => {} }
        }
        let mut text: Vec<char> = scan.s[from..end].to_vec();
        // Outside of literals; those of entities are read with their references.
        let mut rounds = 0;
        let mut at = 0;
        let mut quote = None;
        while at < text.len() {
            let c = text[at];
            match (quote, c) { (Some(q), c) if q == c => quote = None, (None, '"' | '\'') => quote = Some(c), _ => {} }
            if quote.is_none() && c == '%' && text.get(at + 1).is_some_and(|c| super::scan::is_name_start(*c)) {
                rounds += 1;
                if rounds > 1000 { return Err(Bad::Error(Code::RecursiveEntityRef, start)) }
                let mut inner = Scan { s: &text, at: at + 1 };
                let name = inner.name().map_err(|_| Bad::Error(Code::InvalidToken, start))?;
                inner.expect(";").map_err(|_| Bad::Error(Code::InvalidToken, start))?;
                let stop = inner.at;
                let value = self.dtd.borrow().parameter.get(&name).and_then(|e| e.text.clone());
                let Some(value) = value else { return Err(Bad::Error(Code::UndefinedEntity, start)) };
                let value: Vec<char> = std::iter::once(' ').chain(value.chars()).chain([' ']).collect();
                text.splice(at..stop, value);
                continue;
            }
            at += 1;
        }
        let mut inside = Scan { s: &text, at: 0 };
        let done = self.declare(&mut inside, 0, word);
        scan.at = end;
        match done { Err(Bad::Error(code, _)) => Err(Bad::Error(code, start)), Err(Bad::More) => Err(Bad::Error(Code::Syntax, start)), Ok(()) => Ok(()) }
    }

    fn conditional(&mut self, scan: &mut Scan<'_>) -> Res<()> {
        let start = scan.at;
        scan.expect("<![")?;
        scan.space()?;
        let word = if scan.peek()? == '%' {
            scan.at += 1;
            let name = scan.name()?;
            scan.expect(";")?;
            let text = self.dtd.borrow().parameter.get(&name).and_then(|e| e.text.clone());
            text.ok_or(Bad::Error(Code::UndefinedEntity, start))?.trim().to_owned()
        } else { scan.name()? };
        scan.space()?;
        scan.expect("[")?;
        match &*word {
            "INCLUDE" => {}
            "IGNORE" => {
                let mut depth = 1;
                while depth > 0 {
                    if scan.follows("<![")? { depth += 1; scan.at += 3 } else if scan.follows("]]>")? { depth -= 1; scan.at += 3 } else { scan.at += 1 }
                }
            }
            _ => return Err(Bad::Error(Code::Syntax, start)),
        }
        self.report(scan, start, Event::Other);
        Ok(())
    }

    fn parameter_reference(&mut self, scan: &mut Scan<'_>) -> Res<()> {
        let start = scan.at;
        scan.at += 1;
        let name = scan.name()?;
        scan.expect(";")?;
        let standalone = self.dtd.borrow().standalone;
        if self.parameter_entities == 0 {
            let mut dtd = self.dtd.borrow_mut();
            dtd.has_unread = true;
            dtd.keep_processing = standalone;
            drop(dtd);
            self.report(scan, start, Event::Other);
            if !standalone { self.also(Event::NotStandalone) }
            return Ok(());
        }
        let entity = self.dtd.borrow().parameter.get(&name).cloned();
        let reads = self.parameter_entities == 2 || self.parameter_entities == 1 && !standalone;
        let Some(entity) = entity else {
            let mut dtd = self.dtd.borrow_mut();
            if dtd.standalone { return Err(Bad::Error(Code::UndefinedEntity, start)) }
            dtd.has_unread = true;
            dtd.keep_processing = dtd.standalone;
            drop(dtd);
            self.report(scan, start, Event::Skipped { name, parameter: true });
            return Ok(());
        };
        if entity.open { return Err(Bad::Error(Code::RecursiveEntityRef, start)) }
        match entity.text {
            Some(text) => {
                if let Some(e) = self.dtd.borrow_mut().parameter.get_mut(&name) { e.open = true }
                self.report(scan, start, Event::Other);
                self.enter_entity(&name, &text).map_err(|code| Bad::Error(code, start))
            }
            None if reads => {
                let event = Event::External { context: None, base: entity.base, system: entity.system, public: entity.public };
                self.report(scan, start, event);
                Ok(())
            }
            None => {
                let mut dtd = self.dtd.borrow_mut();
                dtd.has_unread = true;
                dtd.keep_processing = dtd.standalone;
                drop(dtd);
                self.report(scan, start, Event::Skipped { name, parameter: true });
                Ok(())
            }
        }
    }

    /// The value of an entity: character references and, outside of the document, parameter entities are replaced.
    fn entity_value(&mut self, s: &[char], at: usize, depth: usize) -> Res<String> {
        let mut out = String::new();
        let mut scan = Scan { s, at: 0 };
        while scan.at < s.len() {
            let start = scan.at;
            match s[start] {
                '&' if s.get(start + 1) == Some(&'#') => {
                    scan.at += 2;
                    match scan.char_ref(start) { Ok(c) => out.push(c), Err(Bad::Error(c, i)) => return Err(Bad::Error(c, at + i)), Err(Bad::More) => return Err(Bad::Error(Code::InvalidToken, at + start)) }
                }
                '%' => {
                    scan.at += 1;
                    let wrong = |_| Bad::Error(Code::InvalidToken, at + start);
                    let name = scan.name().map_err(wrong)?;
                    scan.expect(";").map_err(wrong)?;
                    if self.kind() == Kind::Document && self.frames.len() == 1 { return Err(Bad::Error(Code::ParamEntityRef, at + start)) }
                    if depth > 100 { return Err(Bad::Error(Code::RecursiveEntityRef, at + start)) }
                    let text = self.dtd.borrow().parameter.get(&name).and_then(|e| e.text.clone());
                    match text {
                        Some(t) => { let inner: Vec<char> = t.chars().collect(); out.push_str(&self.entity_value(&inner, at, depth + 1)?) }
                        None => self.dtd.borrow_mut().has_unread = true,
                    }
                }
                '\r' => { if s.get(start + 1) != Some(&'\n') { out.push('\n') } scan.at += 1 }
                c if !is_char(c) => return Err(Bad::Error(Code::InvalidToken, at + start)),
                c => { out.push(c); scan.at += 1 }
            }
        }
        Ok(out)
    }

    fn entity(&mut self, scan: &mut Scan<'_>, start: usize) -> Res<()> {
        scan.need_space()?;
        let parameter = scan.peek()? == '%';
        if parameter { scan.at += 1; scan.need_space()? }
        let name = scan.name()?;
        scan.need_space()?;
        let mut e = Entity { base: self.base.clone(), ..Entity::default() };
        if matches!(scan.peek()?, '"' | '\'') {
            let (a, b) = scan.literal()?;
            let inner = scan.s[a..b].to_vec();
            e.text = Some(self.entity_value(&inner, a, 0)?);
        } else {
            (e.system, e.public) = self.external_id(scan, true)?;
            let spaced = scan.space()?;
            if !parameter && spaced && scan.peek()? == 'N' {
                if scan.name()? != "NDATA" { return Err(Bad::Error(Code::Syntax, start)) }
                scan.need_space()?;
                e.notation = Some(scan.name()?);
            }
        }
        scan.space()?;
        scan.expect(">")?;
        let mut dtd = self.dtd.borrow_mut();
        let keep = dtd.keep_processing;
        let table = if parameter { &mut dtd.parameter } else { &mut dtd.general };
        let known = table.contains_key(&name) || !parameter && super::scan::predefined(&name).is_some();
        if known || !keep { drop(dtd); self.report(scan, start, Event::Other); return Ok(()) }
        table.insert(name.clone(), e.clone());
        drop(dtd);
        let event = match e.notation {
            Some(notation) => Event::UnparsedEntity { name, base: e.base, system: e.system, public: e.public, notation },
            None => {
                let base = if e.text.is_some() { self.base.clone() } else { e.base };
                Event::EntityDecl { name, parameter, value: e.text, base, system: e.system, public: e.public, notation: None }
            }
        };
        self.report(scan, start, event);
        Ok(())
    }

    fn notation(&mut self, scan: &mut Scan<'_>, start: usize) -> Res<()> {
        scan.need_space()?;
        let name = scan.name()?;
        scan.need_space()?;
        let (system, public) = self.external_id(scan, false)?;
        scan.space()?;
        scan.expect(">")?;
        let base = self.base.clone();
        self.report(scan, start, Event::NotationDecl { name, base, system, public });
        Ok(())
    }

    fn element(&mut self, scan: &mut Scan<'_>, start: usize) -> Res<()> {
        scan.need_space()?;
        let name = scan.name()?;
        scan.need_space()?;
        let plain = |kind| Model { kind, quantifier: 0, name: None, parts: Vec::new() };
        let model = if scan.peek()? == '(' { self.group(scan, 0)? } else {
            match &*scan.name()? { "EMPTY" => plain(1), "ANY" => plain(2), _ => return Err(Bad::Error(Code::Syntax, start)) }
        };
        scan.space()?;
        scan.expect(">")?;
        self.report(scan, start, Event::ElementDecl { name, model });
        Ok(())
    }

    fn quantifier(scan: &mut Scan<'_>) -> Res<u8> {
        let q = match scan.peek()? { '?' => 1, '*' => 2, '+' => 3, _ => return Ok(0) };
        scan.at += 1;
        Ok(q)
    }

    fn group(&mut self, scan: &mut Scan<'_>, depth: usize) -> Res<Model> {
        if depth > 500 { return Err(Bad::Error(Code::Syntax, scan.at)) }
        scan.expect("(")?;
        scan.space()?;
        let mut m = Model { kind: 0, quantifier: 0, name: None, parts: Vec::new() };
        if scan.peek()? == '#' {
            scan.expect("#PCDATA")?;
            m.kind = 3;
            loop {
                scan.space()?;
                match scan.next()? {
                    ')' => break,
                    '|' => { scan.space()?; let name = Some(scan.name()?); m.parts.push(Model { kind: 4, quantifier: 0, name, parts: Vec::new() }) }
                    _ => { scan.at -= 1; return scan.invalid() }
                }
            }
            if m.parts.is_empty() { if scan.peek()? == '*' { scan.at += 1; m.quantifier = 2 } } else { scan.expect("*")?; m.quantifier = 2 }
            return Ok(m);
        }
        loop {
            scan.space()?;
            let part = if scan.peek()? == '(' { self.group(scan, depth + 1)? } else {
                let name = Some(scan.name()?);
                Model { kind: 4, quantifier: Self::quantifier(scan)?, name, parts: Vec::new() }
            };
            m.parts.push(part);
            scan.space()?;
            let kind = match scan.next()? { ')' => break, '|' => 5, ',' => 6, _ => { scan.at -= 1; return scan.invalid() } };
            if m.kind != 0 && m.kind != kind { return Err(Bad::Error(Code::Syntax, scan.at - 1)) }
            m.kind = kind;
        }
        if m.kind == 0 { m.kind = 6 }
        m.quantifier = Self::quantifier(scan)?;
        Ok(m)
    }

    fn attlist(&mut self, scan: &mut Scan<'_>, start: usize) -> Res<()> {
        scan.need_space()?;
        let element = scan.name()?;
        let mut found = Vec::new();
        loop {
            let spaced = scan.space()?;
            if scan.peek()? == '>' { scan.at += 1; break }
            if !spaced { return scan.invalid() }
            let name = scan.name()?;
            scan.need_space()?;
            let mut kind = String::new();
            if scan.peek()? != '(' {
                kind = scan.name()?;
                let known = ["CDATA", "ID", "IDREF", "IDREFS", "ENTITY", "ENTITIES", "NMTOKEN", "NMTOKENS", "NOTATION"];
                if !known.contains(&&*kind) { return Err(Bad::Error(Code::Syntax, start)) }
                if kind == "NOTATION" { scan.need_space()? }
            }
            if kind.is_empty() || kind == "NOTATION" {
                scan.expect("(")?;
                let mut words = Vec::new();
                loop {
                    scan.space()?;
                    words.push(scan.token()?);
                    scan.space()?;
                    match scan.next()? { ')' => break, '|' => {} _ => { scan.at -= 1; return scan.invalid() } }
                }
                kind += &format!("({})", words.join("|"));
            }
            scan.need_space()?;
            // A fixed value counts as required.
            let (mut default, mut required, mut has_value) = (None, false, true);
            if scan.peek()? == '#' {
                scan.at += 1;
                match &*scan.name()? {
                    "REQUIRED" => (required, has_value) = (true, false),
                    "IMPLIED" => has_value = false,
                    "FIXED" => { required = true; scan.need_space()? }
                    _ => return Err(Bad::Error(Code::Syntax, start)),
                }
            }
            if has_value {
                let (a, b) = scan.literal()?;
                let inner = scan.s[a..b].to_vec();
                default = Some(self.attribute_value(&inner, a, kind == "CDATA", 0)?);
            }
            found.push((name, kind, default, required));
        }
        if !self.dtd.borrow().keep_processing { self.report(scan, start, Event::Other); return Ok(()) }
        let mut first = true;
        for (name, kind, default, required) in found {
            {
                let mut dtd = self.dtd.borrow_mut();
                let all = dtd.attributes.entry(element.clone()).or_default();
                if !all.iter().any(|a| a.name == name) { all.push(Attribute { name: name.clone(), is_cdata: kind == "CDATA", default: default.clone() }) }
            }
            let event = Event::AttlistDecl { element: element.clone(), name, kind, default, required };
            if first { self.report(scan, start, event) } else { self.also(event) }
            first = false;
        }
        if first { self.report(scan, start, Event::Other) }
        Ok(())
    }
}
