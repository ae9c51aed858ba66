//! Calling handlers with what the parser reports.
//!
//! Not here: the parser, the object's methods (`object.rs`).

use instar_vm::types::dict::PyDict;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::dtd::Model;
use super::event::{Event, Report};
use super::object::{raise, XmlParser};
use super::error::Code;

/// The handlers, in the order of the object's list.
pub const NAMES: [&str; 22] = ["StartElementHandler", "EndElementHandler", "ProcessingInstructionHandler", "CharacterDataHandler", "UnparsedEntityDeclHandler", "NotationDeclHandler",
    "StartNamespaceDeclHandler", "EndNamespaceDeclHandler", "CommentHandler", "StartCdataSectionHandler", "EndCdataSectionHandler", "DefaultHandler", "DefaultHandlerExpand",
    "NotStandaloneHandler", "ExternalEntityRefHandler", "StartDoctypeDeclHandler", "EndDoctypeDeclHandler", "EntityDeclHandler", "XmlDeclHandler", "ElementDeclHandler",
    "AttlistDeclHandler", "SkippedEntityHandler"];

const START: usize = 0;
const END: usize = 1;
const INSTRUCTION: usize = 2;
/// Character data.
pub const TEXT: usize = 3;
const UNPARSED: usize = 4;
const NOTATION: usize = 5;
const START_NS: usize = 6;
const END_NS: usize = 7;
const COMMENT: usize = 8;
const START_CDATA: usize = 9;
const END_CDATA: usize = 10;
/// What no other handler takes, entities as they are.
pub const DEFAULT: usize = 11;
/// The same, entities expanded.
pub const DEFAULT_EXPAND: usize = 12;
const NOT_STANDALONE: usize = 13;
const EXTERNAL: usize = 14;
const START_DOCTYPE: usize = 15;
const END_DOCTYPE: usize = 16;
const ENTITY: usize = 17;
const XML_DECL: usize = 18;
const ELEMENT: usize = 19;
const ATTLIST: usize = 20;
const SKIPPED: usize = 21;

/// A str, from the table of names if there is one.
fn name(vm: &mut Vm, p: &XmlParser, text: &str) -> PyResult {
    let s = vm.new_str(text)?;
    match p.intern.cast::<PyDict>() { Some(d) => d.set_default(vm, &s, &s), None => Ok(s) }
}

fn name_or_none(vm: &mut Vm, p: &XmlParser, text: Option<&String>) -> PyResult { match text { Some(t) => name(vm, p, t), None => Ok(vm.none()) } }
fn text_or_none(vm: &mut Vm, text: Option<&String>) -> PyResult { match text { Some(t) => vm.new_str(t), None => Ok(vm.none()) } }

fn model_object(vm: &mut Vm, m: &Model) -> PyResult {
    let mut parts = Vec::new();
    for part in &m.parts { parts.push(model_object(vm, part)?) }
    let parts = [vm.new_int(m.kind.into())?, vm.new_int(m.quantifier.into())?, text_or_none(vm, m.name.as_ref())?, vm.new_tuple(parts)?.into_obj()];
    Ok(vm.new_tuple(parts)?.into_obj())
}

/// Gives text that was gathered to its handler.
pub fn flush(vm: &mut Vm, p: &XmlParser) -> PyResult<()> {
    let text = std::mem::take(&mut *p.buffer.borrow_mut());
    if text.is_empty() { return Ok(()) }
    let Some(f) = p.handler(vm, TEXT) else { return Ok(()) };
    let text = vm.new_str(&text)?;
    vm.call1(&f, &text).map(drop)
}

fn character_data(vm: &mut Vm, p: &XmlParser, f: &Owned, text: &str) -> PyResult<()> {
    if !p.buffer_text.get() { let text = vm.new_str(text)?; return vm.call1(f, &text).map(drop) }
    let size = p.buffer_size.get() as usize;
    if p.buffer.borrow().len() + text.len() > size { flush(vm, p)? }
    if text.len() > size { let text = vm.new_str(text)?; return vm.call1(f, &text).map(drop) }
    let mut buffer = p.buffer.borrow_mut();
    vm.append_text(&mut buffer, text)
}

fn attributes(vm: &mut Vm, p: &XmlParser, all: &[(String, String)], given: usize) -> PyResult {
    let all = if p.specified_attributes.get() { &all[..given.min(all.len())] } else { all };
    if p.ordered_attributes.get() {
        let mut flat = Vec::new();
        for (n, v) in all { flat.push(name(vm, p, n)?); flat.push(vm.new_str(v)?) }
        return Ok(vm.new_list(flat)?.into_obj());
    }
    let dict = vm.new_dict()?;
    for (n, v) in all { let (n, v) = (name(vm, p, n)?, vm.new_str(v)?); dict.set_item(vm, &n, &v)? }
    Ok(dict.into_obj())
}

/// The handler's index and arguments for an event.
fn arguments(vm: &mut Vm, p: &XmlParser, event: &Event) -> PyResult<Option<(usize, Vec<Owned>)>> {
    let handler = match event {
        Event::StartElement { .. } => START, Event::EndElement { .. } => END, Event::Instruction { .. } => INSTRUCTION, Event::Text(_) => TEXT,
        Event::UnparsedEntity { .. } => if p.handler(vm, UNPARSED).is_some() { UNPARSED } else { ENTITY },
        Event::NotationDecl { .. } => NOTATION, Event::StartNamespace { .. } => START_NS, Event::EndNamespace { .. } => END_NS, Event::Comment(_) => COMMENT,
        Event::StartCdata => START_CDATA, Event::EndCdata => END_CDATA, Event::NotStandalone => NOT_STANDALONE, Event::External { .. } => EXTERNAL,
        Event::StartDoctype { .. } => START_DOCTYPE, Event::EndDoctype => END_DOCTYPE, Event::EntityDecl { .. } => ENTITY, Event::XmlDecl { .. } => XML_DECL,
        Event::ElementDecl { .. } => ELEMENT, Event::AttlistDecl { .. } => ATTLIST, Event::Skipped { .. } => SKIPPED, Event::Other => return Ok(None),
    };
    if p.handler(vm, handler).is_none() { return Ok(None) }
    let args = match event {
        Event::StartElement { name: n, attributes: a, given } => vec![name(vm, p, n)?, attributes(vm, p, a, *given)?],
        Event::EndElement { name: n } => vec![name(vm, p, n)?],
        Event::Instruction { target, data } => vec![name(vm, p, target)?, vm.new_str(data)?],
        Event::Text(t) | Event::Comment(t) => vec![vm.new_str(t)?],
        Event::UnparsedEntity { name: n, base, system, public, notation } if handler == UNPARSED =>
            vec![name(vm, p, n)?, name_or_none(vm, p, base.as_ref())?, name_or_none(vm, p, system.as_ref())?, name_or_none(vm, p, public.as_ref())?, name(vm, p, notation)?],
        Event::UnparsedEntity { name: n, base, system, public, notation } =>
            vec![name(vm, p, n)?, vm.new_int(0)?, vm.none(), name_or_none(vm, p, base.as_ref())?, name_or_none(vm, p, system.as_ref())?, name_or_none(vm, p, public.as_ref())?, name(vm, p, notation)?],
        Event::NotationDecl { name: n, base, system, public } => vec![name(vm, p, n)?, name_or_none(vm, p, base.as_ref())?, name_or_none(vm, p, system.as_ref())?, name_or_none(vm, p, public.as_ref())?],
        Event::StartNamespace { prefix, uri } => vec![name_or_none(vm, p, prefix.as_ref())?, name_or_none(vm, p, uri.as_ref())?],
        Event::EndNamespace { prefix } => vec![name_or_none(vm, p, prefix.as_ref())?],
        Event::External { context, base, system, public } =>
            vec![text_or_none(vm, context.as_ref())?, name_or_none(vm, p, base.as_ref())?, name_or_none(vm, p, system.as_ref())?, name_or_none(vm, p, public.as_ref())?],
        Event::StartDoctype { name: n, system, public, internal } =>
            vec![name(vm, p, n)?, name_or_none(vm, p, system.as_ref())?, name_or_none(vm, p, public.as_ref())?, vm.new_int((*internal).into())?],
        Event::EntityDecl { name: n, parameter, value, base, system, public, notation } => vec![name(vm, p, n)?, vm.new_int((*parameter).into())?, text_or_none(vm, value.as_ref())?,
            name_or_none(vm, p, base.as_ref())?, name_or_none(vm, p, system.as_ref())?, name_or_none(vm, p, public.as_ref())?, name_or_none(vm, p, notation.as_ref())?],
        Event::XmlDecl { version, encoding, standalone } => vec![text_or_none(vm, version.as_ref())?, text_or_none(vm, encoding.as_ref())?, vm.new_int((*standalone).into())?],
        Event::ElementDecl { name: n, model } => vec![name(vm, p, n)?, model_object(vm, model)?],
        Event::AttlistDecl { element, name: n, kind, default, required } =>
            vec![name(vm, p, element)?, name(vm, p, n)?, text_or_none(vm, Some(kind))?, text_or_none(vm, default.as_ref())?, vm.new_int((*required).into())?],
        Event::Skipped { name: n, parameter } => vec![name(vm, p, n)?, vm.new_int((*parameter).into())?],
        Event::StartCdata | Event::EndCdata | Event::EndDoctype | Event::NotStandalone | Event::Other => Vec::new(),
    };
    Ok(Some((handler, args)))
}

/// Tells one report to the handler that wants it, else its markup to the default handler.
pub fn dispatch(vm: &mut Vm, p: &XmlParser, report: &Report) -> PyResult<()> {
    p.current.set((report.place.line, report.place.column, report.place.byte as i64));
    if let Event::Text(text) = &report.event && let Some(f) = p.handler(vm, TEXT) { return character_data(vm, p, &f, text) }
    match arguments(vm, p, &report.event)? {
        Some((handler, args)) => {
            flush(vm, p)?;
            let Some(f) = p.handler(vm, handler) else { return Ok(()) };
            let answer = vm.call_n(&f, &args)?;
            let code = match report.event { Event::External { .. } => Code::ExternalEntityHandling, Event::NotStandalone => Code::NotStandalone, _ => return Ok(()) };
            if crate::support::c_int(vm, &answer)? == 0 { p.parser.borrow_mut().failed = Some(code); return Err(raise(vm, p, code as i64)) }
            Ok(())
        }
        None => {
            if report.raw.is_empty() { return Ok(()) }
            let index = if p.expand.get() { DEFAULT_EXPAND } else { DEFAULT };
            let Some(f) = p.handler(vm, index) else { return Ok(()) };
            flush(vm, p)?;
            let raw = vm.new_str(&report.raw)?;
            vm.call1(&f, &raw).map(drop)
        }
    }
}
