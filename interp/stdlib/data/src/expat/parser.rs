//! A push parser of XML: bytes in, reports out, with expat's view of the order of things.
//!
//! This file: input, entities being expanded, what stands outside of elements. `content.rs` reads elements and text, `doctype.rs`
//! declarations. No Python here.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::decode::Encoding;
use super::dtd::Dtd;
use super::error::Code;
use super::event::{Event, Place, Report};
use super::scan::{is_char, is_space, Bad, Res, Scan};

/// Where in a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State { Start, Prolog, Subset, Content, Epilog }

/// What a parser reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind { Document, General, Parameter }

/// Characters at work: the document, or an entity's text above it.
pub struct Frame {
    /// The characters.
    pub s: Vec<char>,
    /// The first that is not done.
    pub pos: usize,
    /// The entity, unless it is the document.
    pub entity: Option<String>,
    /// Open elements when it began.
    pub depth: usize,
    /// Where the reference to it stands in the document.
    pub place: Place,
}

/// An open element.
pub struct Open {
    /// As written.
    pub written: String,
    /// As reported.
    pub name: String,
    /// Namespaces declared by it.
    pub namespaces: usize,
}

/// The parser.
pub struct Parser {
    kind: Kind,
    encoding: Option<Encoding>,
    /// Bytes not decoded yet.
    raw: Vec<u8>,
    bad_byte: bool,
    /// Frames; the document's is the first.
    pub frames: Vec<Frame>,
    /// Where the next character of the document stands.
    pub place: Place,
    /// Where in the document.
    pub state: State,
    /// Open elements.
    pub open: Vec<Open>,
    /// Separator of namespace and name, if namespaces are processed. An empty one is no character.
    pub separator: Option<String>,
    /// Whether names carry their prefix as third part.
    pub prefixes: bool,
    /// Bindings of prefixes, the innermost last.
    pub bindings: Vec<(Option<String>, Option<String>)>,
    /// Declarations.
    pub dtd: Rc<RefCell<Dtd>>,
    /// Base of identifiers.
    pub base: Option<String>,
    /// Reports not taken yet.
    pub reports: VecDeque<Report>,
    /// When parameter entities are read: never, unless standalone, always.
    pub parameter_entities: u8,
    /// Whether a document without declaration gets one from elsewhere.
    pub foreign_dtd: bool,
    /// Whether internal entities are expanded (not told to a default handler).
    pub expand: bool,
    /// Parsing began.
    pub began: bool,
    /// Identifiers of the external subset.
    pub subset: Option<(Option<String>, Option<String>)>,
    /// There was a declaration of the document type.
    pub has_doctype: bool,
    /// Characters made by expanding entities, and read from the document.
    pub expanded: u64,
    read: u64,
    /// An error ended the work.
    pub failed: Option<Code>,
    /// Done.
    pub finished: bool,
    /// The encoding was given from outside.
    forced: bool,
    /// The input must grow before an unfinished token is looked at again.
    pub deferral: bool,
    /// Characters that waited when it was looked at last.
    waiting: usize,
    /// Size of input and expansion from which their ratio counts, and the ratio that is too much.
    pub threshold: u64,
    /// As above.
    pub amplification: f64,
}

const START: Place = Place { line: 1, column: 0, byte: 0 };

/// What came of a step.
pub enum Step {
    /// Reports wait.
    Done,
    /// More input is needed.
    Wait,
    /// The encoding of this name is needed.
    Encoding(String),
}

impl Parser {
    /// A new parser of a document; `encoding` overrides what it says.
    pub fn new(separator: Option<String>) -> Parser {
        let xml = (Some("xml".to_owned()), Some("http://www.w3.org/XML/1998/namespace".to_owned()));
        Parser {
            kind: Kind::Document, encoding: None, raw: Vec::new(), bad_byte: false, frames: vec![Frame { s: Vec::new(), pos: 0, entity: None, depth: 0, place: START }],
            place: START, state: State::Start, open: Vec::new(), separator, prefixes: false, bindings: vec![xml],
            dtd: Rc::new(RefCell::new(Dtd { keep_processing: true, ..Dtd::default() })), base: None, reports: VecDeque::new(), parameter_entities: 0, foreign_dtd: false,
            expand: true, began: false, subset: None, has_doctype: false, expanded: 0, read: 0, failed: None, finished: false, forced: false, deferral: true, waiting: 0, threshold: 8 << 20, amplification: 100.0,
        }
    }

    /// A parser of an external entity: general with a context, the external subset or a parameter entity without.
    pub fn child(&self, context: Option<&str>) -> Parser {
        let mut p = Parser::new(self.separator.clone());
        p.prefixes = self.prefixes;
        p.base.clone_from(&self.base);
        p.parameter_entities = self.parameter_entities;
        p.expand = self.expand;
        (p.deferral, p.threshold, p.amplification) = (self.deferral, self.threshold, self.amplification);
        match context {
            Some(context) => {
                p.kind = Kind::General;
                p.dtd = Rc::new(RefCell::new(self.dtd.borrow().clone()));
                for part in context.split('\u{c}') {
                    match part.split_once('=') {
                        Some((prefix, uri)) => p.bindings.push((Some(prefix.to_owned()).filter(|p| !p.is_empty()), Some(uri.to_owned()).filter(|u| !u.is_empty()))),
                        None => if let Some(e) = p.dtd.borrow_mut().general.get_mut(part) { e.open = true },
                    }
                }
            }
            None => { p.kind = Kind::Parameter; p.dtd = self.dtd.clone() }
        }
        p
    }

    /// The encoding is this one, whatever the document says.
    pub fn force_encoding(&mut self, encoding: Encoding) { self.encoding = Some(encoding); self.forced = true; }
    /// The encoding is UTF-16, in the order that the first bytes tell.
    pub fn force_utf16(&mut self) { self.forced = true }
    /// Whether the encoding is given.
    pub fn is_forced(&self) -> bool { self.forced }
    /// Whether anything outside of the document is read.
    pub fn kind(&self) -> Kind { self.kind }

    /// Adds input. `false` if memory is short.
    #[must_use]
    pub fn feed(&mut self, bytes: &[u8]) -> bool {
        self.began = true;
        if self.raw.try_reserve(bytes.len()).is_err() { return false }
        self.raw.extend_from_slice(bytes);
        let done = self.frames[0].pos;
        if done > 4096 { self.frames[0].s.drain(..done); self.frames[0].pos = 0 }
        self.frames[0].s.try_reserve(self.raw.len()).is_ok()
    }

    /// The encoding that the first bytes tell, if there are enough of them.
    fn detect(&mut self, last: bool) -> Option<Step> {
        if self.encoding.is_none() {
            let r = &self.raw;
            let found = match r[..] {
                [0xFE, 0xFF, ..] => Some(Encoding::Utf16(true)),
                [0xFF, 0xFE, ..] => Some(Encoding::Utf16(false)),
                [0, _, ..] => Some(Encoding::Utf16(true)),
                [_, 0, ..] => Some(Encoding::Utf16(false)),
                [_, _, ..] if self.forced => Some(Encoding::Utf16(true)),
                [_] if !last && self.forced => return Some(Step::Wait),
                [0xEF, 0xBB, 0xBF, ..] => Some(Encoding::Utf8),
                [] => return Some(Step::Wait),
                [0xFE] | [0xFF] | [0] | [0xEF] | [0xEF, 0xBB] if !last => return Some(Step::Wait),
                _ => {
                    let n = r.len().min(5);
                    if r[..n] != b"<?xml"[..n] { Some(Encoding::Utf8) }
                    else if let Some(end) = r.windows(2).position(|w| w == b"?>") {
                        match declared(&r[..end]) {
                            None => Some(Encoding::Utf8),
                            Some(name) => match Encoding::by_name(&name) {
                                // A byte stream that could be read so far is no UTF-16: an error that the declaration will make.
                                Some(Encoding::Utf16(_)) => Some(Encoding::Utf8),
                                Some(e) => Some(e),
                                None => return Some(Step::Encoding(name)),
                            },
                        }
                    } else if last { Some(Encoding::Utf8) } else { return Some(Step::Wait) }
                }
            };
            self.encoding = found;
        }
        None
    }

    fn decode(&mut self) {
        let Some(encoding) = &self.encoding else { return };
        if self.bad_byte || self.raw.is_empty() { return }
        let f = &mut self.frames[0];
        let before = f.s.len();
        let (used, bad) = encoding.decode(&self.raw, &mut f.s);
        self.raw.drain(..used);
        self.bad_byte = bad;
        if self.read == 0 && f.s.first() == Some(&'\u{FEFF}') {
            f.s.remove(0);
            self.place.byte += encoding.width('\u{FEFF}');
            self.read += 1;
        }
        self.read += (f.s.len().saturating_sub(before)) as u64;
    }

    /// Does the next piece of work.
    pub fn step(&mut self, last: bool) -> Result<Step, Code> {
        if let Some(step) = self.detect(last) {
            if matches!(step, Step::Wait) && last { return self.end().map(|()| Step::Wait) }
            return Ok(step);
        }
        self.decode();
        let frame = self.frames.len() - 1;
        if self.frames[frame].pos == self.frames[frame].s.len() {
            if frame > 0 { self.leave_entity()?; return Ok(Step::Done) }
            if self.bad_byte { return Err(Code::InvalidToken) }
            if last {
                if !self.raw.is_empty() { return Err(if matches!(self.state, State::Start | State::Prolog) { Code::UnclosedToken } else { Code::PartialChar }) }
                return self.end().map(|()| Step::Wait);
            }
            return Ok(Step::Wait);
        }
        // An unfinished token is read again from its start: waiting for input to double keeps that from being quadratic.
        let waits = self.frames[frame].s.len() - self.frames[frame].pos;
        if frame == 0 && self.deferral && !last && self.waiting > 0 && waits < 2 * self.waiting { return Ok(Step::Wait) }
        // The characters are lent out while they are read; an entity's frame is pushed above.
        let s = std::mem::take(&mut self.frames[frame].s);
        let mut scan = Scan { s: &s, at: self.frames[frame].pos };
        let ends = last && frame == 0 && self.raw.is_empty() || frame > 0;
        let start = scan.at;
        let result = match self.state {
            State::Start | State::Prolog | State::Epilog => self.outside(&mut scan),
            State::Subset => self.declaration(&mut scan),
            State::Content => self.content(&mut scan, ends),
        };
        let at = scan.at;
        let result = match result {
            Ok(()) => { if frame == 0 { self.waiting = 0 } self.advance(frame, &s[start..at]); self.frames[frame].pos = at; Ok(Step::Done) }
            Err(Bad::More) if self.bad_byte => { self.advance(frame, &s[start..]); Err(Code::InvalidToken) }
            Err(Bad::More) if !ends => { self.waiting = waits; Ok(Step::Wait) }
            Err(Bad::More) if self.state == State::Content && s[start..].starts_with(&['<', '!', '[', 'C', 'D', 'A', 'T', 'A', '[']) => { self.advance(frame, &s[start..]); Err(Code::UnclosedCdata) }
            Err(Bad::More) => Err(Code::UnclosedToken),
            Err(Bad::Error(code, at)) => { self.advance(frame, &s[start..at.clamp(start, s.len())]); Err(code) }
        };
        // An error in an entity's text stands at the reference.
        if result.is_err() && frame > 0 { self.place = self.here() }
        self.frames[frame].s = s;
        result
    }

    /// Moves the place over characters of the document.
    fn advance(&mut self, frame: usize, s: &[char]) {
        if frame == 0 { self.place = self.moved(s) }
    }

    fn moved(&self, s: &[char]) -> Place {
        let mut place = self.place;
        let utf8 = Encoding::Utf8;
        let encoding = self.encoding.as_ref().unwrap_or(&utf8);
        for (i, c) in s.iter().enumerate() {
            place.byte += encoding.width(*c);
            match c {
                '\n' if i > 0 && s[i - 1] == '\r' => {}
                '\n' | '\r' => { place.line += 1; place.column = 0 }
                _ => place.column += 1,
            }
        }
        place
    }

    /// Longest piece of text in one report, in bytes of UTF-8: expat converts other encodings through a buffer of this size.
    pub fn text_max(&self) -> usize { if matches!(self.encoding, None | Some(Encoding::Utf8)) { usize::MAX } else { 1024 } }

    /// The end of input.
    fn end(&mut self) -> Result<(), Code> {
        self.finished = true;
        match (self.kind, self.state) {
            (Kind::Document, State::Epilog) | (Kind::Parameter, _) => Ok(()),
            (Kind::Document, _) => Err(Code::NoElements),
            (Kind::General, _) if self.open.is_empty() => Ok(()),
            (Kind::General, _) => Err(Code::AsyncEntity),
        }
    }

    fn leave_entity(&mut self) -> Result<(), Code> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        if let Some(name) = &frame.entity {
            let mut dtd = self.dtd.borrow_mut();
            let entity = if self.state == State::Subset { dtd.parameter.get_mut(name) } else { dtd.general.get_mut(name) };
            if let Some(e) = entity { e.open = false }
        }
        if self.state == State::Content && frame.depth != self.open.len() { return Err(Code::AsyncEntity) }
        Ok(())
    }

    /// Begins to read an entity's text.
    pub fn enter_entity(&mut self, name: &str, text: &str) -> Result<(), Code> {
        let s: Vec<char> = text.chars().collect();
        self.expanded += s.len() as u64;
        let factor = (self.expanded + self.read) as f64 / self.read.max(1) as f64;
        if self.expanded + self.read >= self.threshold && factor > self.amplification { return Err(Code::Amplification) }
        let place = self.here();
        self.frames.push(Frame { s, pos: 0, entity: Some(name.to_owned()), depth: self.open.len(), place });
        Ok(())
    }

    /// Where the parser is, as reports say: at the reference while an entity is read.
    pub fn here(&self) -> Place { self.frames.get(1).map_or(self.place, |f| f.place) }
    /// The place behind characters of the document.
    pub fn place_behind(&self, s: &[char]) -> Place { if self.frames.len() > 1 { self.here() } else { self.moved(s) } }

    /// Adds a report about the characters from `start` of a scan.
    pub fn report(&mut self, scan: &Scan<'_>, start: usize, event: Event) {
        let raw = scan.s[start..scan.at].iter().collect();
        let place = self.here();
        self.reports.push_back(Report { event, raw, place });
    }
    /// Adds a report without markup of its own.
    pub fn also(&mut self, event: Event) { let place = self.here(); self.reports.push_back(Report { event, raw: String::new(), place }) }

    /// Instructions and comments, which may stand everywhere: whether there was one.
    pub fn anywhere(&mut self, scan: &mut Scan<'_>) -> Res<bool> {
        let start = scan.at;
        if scan.follows("<?")? {
            scan.at += 2;
            let target = scan.name()?;
            if target.eq_ignore_ascii_case("xml") {
                return Err(if target == "xml" { Bad::Error(Code::MisplacedXmlPi, start) } else { Bad::Error(Code::InvalidToken, start) });
            }
            let data = if scan.follows("?>")? { scan.at += 2; String::new() } else { scan.need_space()?; scan.until("?>")? };
            self.report(scan, start, Event::Instruction { target, data });
            return Ok(true);
        }
        if scan.s.get(start + 1) == Some(&'!') && scan.s.get(start + 2).is_none_or(|c| *c == '-') && scan.follows("<!--")? {
            scan.at += 4;
            let text = scan.comment()?;
            self.report(scan, start, Event::Comment(text));
            return Ok(true);
        }
        Ok(false)
    }

    fn outside(&mut self, scan: &mut Scan<'_>) -> Res<()> {
        let start = scan.at;
        if self.state == State::Start {
            if scan.peek()? == '<' && scan.s.get(start + 1).is_none_or(|c| *c == '?') && scan.follows("<?xml")? && is_space(*scan.s.get(start + 5).ok_or(Bad::More)?) {
                self.xml_declaration(scan)?;
                self.state = match self.kind { Kind::Document => State::Prolog, Kind::General => State::Content, Kind::Parameter => State::Subset };
                return Ok(());
            }
            self.state = match self.kind { Kind::Document => State::Prolog, Kind::General => State::Content, Kind::Parameter => State::Subset };
            if self.kind != Kind::Document { return Ok(()) }
        }
        let c = scan.peek()?;
        if is_space(c) {
            while scan.s.get(scan.at).is_some_and(|c| is_space(*c)) { scan.at += 1 }
            self.report(scan, start, Event::Other);
            return Ok(());
        }
        let junk = if self.state == State::Epilog { Code::JunkAfterDocElement } else { Code::Syntax };
        if c != '<' {
            if self.state == State::Prolog && super::scan::is_name_start(c) {
                // Characters of a name are read as a token that does not belong here.
                while super::scan::is_name(scan.peek()?) { scan.at += 1 }
                let c = scan.peek()?;
                let code = if is_char(c) && !is_space(c) && c != '>' { Code::InvalidToken } else { Code::Syntax };
                return Err(Bad::Error(code, if code == Code::Syntax { start } else { scan.at }));
            }
            return Err(Bad::Error(if is_char(c) && self.state == State::Epilog { junk } else { Code::InvalidToken }, start));
        }
        let d = *scan.s.get(start + 1).ok_or(Bad::More)?;
        if matches!(d, '?' | '!') && self.anywhere(scan)? { return Ok(()) }
        if self.state == State::Epilog { return Err(Bad::Error(junk, start)) }
        if d == '!' {
            if self.has_doctype { return Err(Bad::Error(Code::Syntax, start)) }
            return self.doctype(scan);
        }
        if !super::scan::is_name_start(d) { return Err(Bad::Error(Code::InvalidToken, start + 1)) }
        if self.foreign_dtd && !self.has_doctype { self.foreign_subset() }
        self.state = State::Content;
        Ok(())
    }

    fn xml_declaration(&mut self, scan: &mut Scan<'_>) -> Res<()> {
        let start = scan.at;
        let text_decl = self.kind != Kind::Document;
        let wrong = Err(Bad::Error(if text_decl { Code::TextDecl } else { Code::XmlDecl }, start));
        // All of it must be there before any of it is an error.
        let mut end = start;
        while !(scan.s.get(end) == Some(&'?') && scan.s.get(end + 1) == Some(&'>')) { if end + 1 >= scan.s.len() { return Err(Bad::More) } end += 1 }
        let inner: Vec<char> = scan.s[start + 5..end].iter().copied().chain([' ']).collect();
        let mut inside = Scan { s: &inner, at: 0 };
        let (mut version, mut encoding, mut standalone) = (None, None, -1);
        let mut stage = 0;
        loop {
            let spaced = inside.space().unwrap_or(true);
            if inside.at >= inner.len() { break }
            if !spaced { return wrong }
            let read = |s: &mut Scan<'_>| -> Res<(String, String)> {
                let name = s.name()?;
                s.space()?;
                s.expect("=")?;
                s.space()?;
                Ok((name, s.literal_text()?))
            };
            let Ok((name, value)) = read(&mut inside) else { return wrong };
            match (&*name, stage) {
                ("version", 0) => { version = Some(value); stage = 1 }
                ("encoding", 1) => { encoding = Some(value); stage = 2 }
                ("encoding", 0) if text_decl => { encoding = Some(value); stage = 2 }
                ("standalone", 1 | 2) if !text_decl => { standalone = match &*value { "yes" => 1, "no" => 0, _ => return wrong }; stage = 3 }
                _ => return wrong,
            }
        }
        if version.is_none() && !text_decl || text_decl && encoding.is_none() { return wrong }
        scan.at = end + 2;
        if standalone == 1 { self.dtd.borrow_mut().standalone = true }
        if let Some(name) = &encoding && !self.forced {
            let wide = matches!(self.encoding, Some(Encoding::Utf16(_)));
            let says_wide = name.to_ascii_uppercase().starts_with("UTF-16");
            if wide != says_wide { return Err(Bad::Error(Code::IncorrectEncoding, start)) }
        }
        self.report(scan, start, Event::XmlDecl { version, encoding, standalone });
        Ok(())
    }
}

/// The encoding named in the bytes of an XML declaration.
fn declared(bytes: &[u8]) -> Option<String> {
    let text: String = bytes.iter().map(|b| char::from(*b)).collect();
    let rest = text.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start().to_owned();
    let quote = rest.chars().next().filter(|c| *c == '"' || *c == '\'')?;
    let name = rest[1..].split(quote).next()?;
    Some(name.to_owned()).filter(|n| !n.is_empty())
}
