//! `xmlparser`: the Python object around the parser.
//!
//! Not here: calling handlers (`handlers.rs`).

use std::cell::{Cell, RefCell};

use instar_object::TypeFlags;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::Ref;
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::dict::PyDict;
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::int::int_ref;
use instar_vm::types::list::PyList;
use instar_vm::types::str::PyStr;
use instar_vm::{codecs, ObjExt, Owned, PyResult, Raised, Vm};

use super::decode::Encoding;
use super::handlers::{self, DEFAULT, DEFAULT_EXPAND, NAMES, TEXT};
use super::parser::{Kind, Parser, Step};
use super::{error, State};
use crate::support::{c_int, type_once};

/// Payload of `xmlparser`.
pub struct XmlParser {
    /// The parser; it is not borrowed while handlers run.
    pub parser: RefCell<Parser>,
    /// Handlers by index, None where there is none.
    handlers: Ref<PyList>,
    /// Names already met, or None.
    pub intern: Owned,
    /// An encoding that must be asked for.
    encoding: RefCell<Option<String>>,
    /// Line, column and byte of the present event.
    pub current: Cell<(usize, usize, i64)>,
    error_code: Cell<i64>,
    /// Text gathered for one call.
    pub buffer: RefCell<String>,
    /// Whether text is gathered.
    pub buffer_text: Cell<bool>,
    /// How much of it.
    pub buffer_size: Cell<i64>,
    /// Attributes come as a list.
    pub ordered_attributes: Cell<bool>,
    /// Defaults are left out.
    pub specified_attributes: Cell<bool>,
    /// The default handler wants entities expanded.
    pub expand: Cell<bool>,
    context: RefCell<Option<String>>,
    running: Cell<bool>,
}
instar_vm::trace! { XmlParser { handlers, intern } }
instar_vm::fields! { XmlParser { parser, handlers, intern, encoding, current, error_code, buffer, buffer_text, buffer_size, ordered_attributes, specified_attributes, expand, context, running } }
instar_vm::payload!(XmlParser, "xmlparser");

impl XmlParser {
    /// The handler with this index.
    pub fn handler(&self, vm: &Vm, i: usize) -> Option<Owned> { self.handlers.get(vm, i).filter(|h| !vm.is_none(h)) }
}

fn this(o: &Owned) -> &XmlParser { o.cast::<XmlParser>().expect("law: checked by the descriptor") }

/// ExpatError with this code, at the parser's place.
#[cold]
pub fn raise(vm: &mut Vm, p: &XmlParser, code: i64) -> Raised {
    p.error_code.set(code);
    let (line, column, _) = p.current.get();
    let words = error::words(code).unwrap_or("unknown error");
    let Some(ty) = vm.state::<State>().error.clone() else { return vm.system_error("module pyexpat is not ready") };
    let e = vm.exception_with_message(&ty, &format!("{words}: line {line}, column {column}"));
    for (name, n) in [("code", code), ("offset", column as i64), ("lineno", line as i64)] {
        let done = vm.intern(name).and_then(|key| { let n = vm.new_int(n)?; vm.set_attr(e.exception().obj(), &key, &n) });
        if let Err(other) = done { return other }
    }
    e
}

fn optional_text(vm: &mut Vm, o: Option<&Owned>, function: &str, name: &str) -> PyResult<Option<String>> {
    let Some(o) = o.filter(|o| !vm.is_none(o)) else { return Ok(None) };
    match o.cast::<PyStr>() {
        Some(s) => s.to_owned_str(vm).map(Some),
        None => { let t = o.type_name(vm); Err(vm.type_error(format!("{function}() argument '{name}' must be str or None, not {t}"))) }
    }
}

fn object(vm: &mut Vm, parser: Parser, intern: Owned, encoding: Option<String>, from: Option<&XmlParser>) -> PyResult {
    let old = from.map(|p| p.handlers.items(vm).to_vec());
    let none = vm.none();
    let handlers = vm.new_list(old.unwrap_or_else(|| vec![none; NAMES.len()]))?;
    let payload = XmlParser {
        parser: RefCell::new(parser), handlers, intern, encoding: RefCell::new(encoding), current: Cell::new((1, 0, -1)), error_code: Cell::new(0), buffer: RefCell::default(),
        buffer_text: Cell::new(from.is_some_and(|p| p.buffer_text.get())), buffer_size: Cell::new(from.map_or(8192, |p| p.buffer_size.get())),
        ordered_attributes: Cell::new(from.is_some_and(|p| p.ordered_attributes.get())), specified_attributes: Cell::new(from.is_some_and(|p| p.specified_attributes.get())),
        expand: Cell::new(from.is_none_or(|p| p.expand.get())), context: RefCell::default(), running: Cell::new(false),
    };
    Ok(vm.new_object(payload)?.into_obj())
}

/// `ParserCreate(encoding=None, namespace_separator=None, intern=...)`
pub fn create(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let encoding = optional_text(vm, args[0].as_ref(), "ParserCreate", "encoding")?;
    let separator = optional_text(vm, args[1].as_ref(), "ParserCreate", "namespace_separator")?;
    if separator.as_ref().is_some_and(|s| s.chars().count() > 1) { return Err(vm.value_error("namespace_separator must be at most one character, omitted, or None")) }
    let intern = match &args[2] {
        None => vm.new_dict()?.into_obj(),
        Some(o) if vm.is_none(o) || o.cast::<PyDict>().is_some() => o.clone(),
        Some(_) => return Err(vm.type_error("intern must be a dictionary")),
    };
    object(vm, Parser::new(separator), intern, encoding, None)
}

/// The characters of a one-byte encoding, as its codec has them.
fn table(vm: &mut Vm, p: &XmlParser, name: &str) -> PyResult<Encoding> {
    let all: Vec<u8> = (0..=255).collect();
    let (bytes, name, errors) = (vm.new_bytes(&all)?, vm.new_str(name)?, vm.new_str("replace")?);
    let text = codecs::decode_to_str(vm, &bytes, Some(&name), Some(&errors))?;
    let chars: Vec<u32> = text.cast::<PyStr>().map(|s| s.chars().collect()).unwrap_or_default();
    if chars.len() != 256 { return Err(vm.value_error("multi-byte encodings are not supported")) }
    // Markup must be written as in ASCII.
    let free = |i: usize| i < 32 && !matches!(i, 9 | 10 | 13) || matches!(i as u8, b'$' | b'@' | b'\\' | b'^' | b'`' | b'{' | b'}' | b'~' | 0x7F);
    if (0..128).any(|i| !free(i) && chars[i] != i as u32) { return Err(raise(vm, p, error_code("UNKNOWN_ENCODING"))) }
    Ok(Encoding::Table(Box::new(std::array::from_fn(|i| char::from_u32(chars[i]).filter(|c| *c != '\u{FFFD}')))))
}

fn use_encoding(vm: &mut Vm, p: &XmlParser, name: &str) -> PyResult<()> {
    if name.eq_ignore_ascii_case("utf-16") { p.parser.borrow_mut().force_utf16(); return Ok(()) }
    let encoding = match Encoding::by_name(name) { Some(e) => e, None => table(vm, p, name)? };
    p.parser.borrow_mut().force_encoding(encoding);
    Ok(())
}

/// Works on input until more is needed.
fn run(vm: &mut Vm, p: &XmlParser, last: bool) -> PyResult<()> {
    loop {
        let step = p.parser.borrow_mut().step(last);
        loop {
            let Some(report) = p.parser.borrow_mut().reports.pop_front() else { break };
            *p.context.borrow_mut() = Some(report.raw.clone());
            let told = handlers::dispatch(vm, p, &report);
            *p.context.borrow_mut() = None;
            told?;
        }
        match step {
            Ok(Step::Done) => vm.safe_point()?,
            Ok(Step::Wait) => {
                let place = p.parser.borrow().place;
                p.current.set((place.line, place.column, place.byte as i64));
                return handlers::flush(vm, p);
            }
            Ok(Step::Encoding(name)) => { let encoding = table(vm, p, &name)?; p.parser.borrow_mut().force_encoding(encoding) }
            Err(code) => {
                let place = p.parser.borrow().place;
                p.current.set((place.line, place.column, place.byte as i64));
                p.parser.borrow_mut().failed = Some(code);
                handlers::flush(vm, p)?;
                return Err(raise(vm, p, code as i64));
            }
        }
    }
}

fn parse_bytes(vm: &mut Vm, o: &Owned, data: &[u8], is_text: bool, last: bool) -> PyResult {
    let p = this(o);
    let (failed, finished) = { let q = p.parser.borrow(); (q.failed, q.finished) };
    if let Some(code) = failed { return Err(raise(vm, p, code as i64)) }
    if finished { return Err(raise(vm, p, error_code("FINISHED"))) }
    if is_text { p.parser.borrow_mut().force_encoding(Encoding::Utf8) }
    else if !p.parser.borrow().is_forced() && let Some(name) = p.encoding.borrow_mut().take() { use_encoding(vm, p, &name)? }
    if !p.parser.borrow_mut().feed(data) { return Err(vm.no_memory()) }
    p.running.set(true);
    let done = run(vm, p, last);
    p.running.set(false);
    if let Err(e) = done {
        // The work ends here: what was read but not told is gone.
        let mut parser = p.parser.borrow_mut();
        parser.reports.clear();
        parser.failed.get_or_insert(super::error::Code::Finished);
        return Err(e);
    }
    vm.new_int(1)
}

fn error_code(name: &str) -> i64 { error::ERRORS.iter().position(|(n, _)| *n == name).map_or(0, |i| i as i64 + 1) }

fn check_idle(vm: &mut Vm, o: &Owned, method: &str) -> PyResult<()> {
    if this(o).running.get() { Err(vm.runtime_error(format!("cannot call {method}() from within a handler"))) } else { Ok(()) }
}

fn parse(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    check_idle(vm, o, "Parse")?;
    let last = match args.get(1) { Some(f) => vm.truth(f)?, None => false };
    if let Some(s) = args[0].cast::<PyStr>() { let text = s.to_owned_str(vm)?; return parse_bytes(vm, o, text.as_bytes(), true, last) }
    let data = vm.bytes_like(&args[0])?;
    parse_bytes(vm, o, &data, false, last)
}

fn parse_file(vm: &mut Vm, o: &Owned, file: &Owned) -> PyResult {
    check_idle(vm, o, "ParseFile")?;
    let key = vm.names.read.clone();
    let Some(read) = vm.get_attr_opt(file, &key)? else { return Err(vm.type_error("argument must have 'read' attribute")) };
    let size = vm.new_int(2048)?;
    loop {
        let data = vm.call1(&read, &size)?;
        if data.cast::<PyBytes>().is_none() && !vm.is_bytes_like(&data) {
            let t = data.type_name(vm);
            return Err(vm.type_error(format!("read() did not return a bytes object (type={t})")));
        }
        let data = vm.bytes_like(&data)?;
        let done = parse_bytes(vm, o, &data, false, data.is_empty())?;
        if data.is_empty() { return Ok(done) }
    }
}

fn external(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let p = this(o);
    let context = if vm.is_none(&args[0]) { None } else { Some(str_argument(vm, &args[0])?) };
    let encoding = match args.get(1) { Some(e) if !vm.is_none(e) => Some(str_argument(vm, e)?), _ => None };
    let child = p.parser.borrow().child(context.as_deref());
    object(vm, child, p.intern.clone(), encoding, Some(p))
}

fn str_argument(vm: &mut Vm, o: &Owned) -> PyResult<String> {
    match o.cast::<PyStr>() {
        Some(s) => s.to_owned_str(vm),
        None => { let t = o.given_name(vm); Err(vm.type_error(format!("ExternalEntityParserCreate() argument must be str, not {t}"))) }
    }
}

fn param_entities(vm: &mut Vm, o: &Owned, flag: &Owned) -> PyResult {
    let n = c_int(vm, flag)?;
    let mut p = this(o).parser.borrow_mut();
    let fine = (0..=2).contains(&n) && !p.began;
    if fine { p.parameter_entities = n as u8 }
    drop(p);
    vm.new_int(fine.into())
}

fn foreign_dtd(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let flag = match args.first() { Some(f) => vm.truth(f)?, None => true };
    if this(o).parser.borrow().began { return Err(raise(vm, this(o), super::error::Code::CantChangeFeature as i64)) }
    this(o).parser.borrow_mut().foreign_dtd = flag;
    Ok(vm.none())
}

fn set_base(vm: &mut Vm, o: &Owned, base: &Owned) -> PyResult {
    let base = str_argument(vm, base)?;
    this(o).parser.borrow_mut().base = Some(base);
    Ok(vm.none())
}

fn get_base(vm: &mut Vm, o: &Owned) -> PyResult {
    let base = this(o).parser.borrow().base.clone();
    match base { Some(b) => vm.new_str(&b), None => Ok(vm.none()) }
}

fn input_context(vm: &mut Vm, o: &Owned) -> PyResult {
    let text = this(o).context.borrow().clone();
    match text { Some(t) => vm.new_bytes(t.as_bytes()), None => Ok(vm.none()) }
}

/// ExpatError with words of its own.
#[cold]
fn argument_error(vm: &mut Vm, text: &str) -> Raised {
    match vm.state::<State>().error.clone() { Some(ty) => vm.exception_with_message(&ty, text), None => vm.value_error(text) }
}

fn set_threshold(vm: &mut Vm, o: &Owned, n: &Owned) -> PyResult {
    let n = vm.index(n)?;
    let Some(value) = int_ref(&n) else { return Err(vm.system_error("an int is an int")) };
    if value.signum() < 0 { return Err(vm.value_error("Cannot convert negative int")) }
    let Some(n) = value.to_u64() else { return Err(vm.overflow_error("Python int too large for C unsigned long long")) };
    if this(o).parser.borrow().kind() != Kind::Document { return Err(argument_error(vm, "parser must be a root parser")) }
    this(o).parser.borrow_mut().threshold = n;
    Ok(vm.none())
}

fn set_amplification(vm: &mut Vm, o: &Owned, x: &Owned) -> PyResult {
    let x = vm.to_float(x)?;
    if this(o).parser.borrow().kind() != Kind::Document { return Err(argument_error(vm, "parser must be a root parser")) }
    if x.is_nan() || x < 1.0 { return Err(argument_error(vm, "'max_factor' must be at least 1.0")) }
    this(o).parser.borrow_mut().amplification = x;
    Ok(vm.none())
}

// ---- attributes ------------------------------------------------------------------------------------------------------

fn get_handler(vm: &mut Vm, o: &Owned, i: usize) -> PyResult { Ok(this(o).handlers.get(vm, i).unwrap_or_else(|| vm.none())) }

fn set_handler(vm: &mut Vm, o: &Owned, value: Option<&Owned>, i: usize) -> PyResult<()> {
    let Some(value) = value else { return Err(vm.runtime_error("Cannot delete attribute")) };
    let p = this(o);
    // Text gathered for the old handler is its own.
    if i == TEXT { handlers::flush(vm, p)? }
    if i == DEFAULT || i == DEFAULT_EXPAND {
        let expand = i == DEFAULT_EXPAND || vm.is_none(value);
        p.expand.set(expand);
        p.parser.borrow_mut().expand = expand;
    }
    let old = p.handlers.replace(vm, i, value.clone());
    drop(old);
    Ok(())
}

fn flag(vm: &mut Vm, value: Option<&Owned>) -> PyResult<bool> { match value { Some(v) => vm.truth(v), None => Err(vm.runtime_error("Cannot delete attribute")) } }

fn set_buffer_size(vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let Some(value) = value else { return Err(vm.runtime_error("Cannot delete attribute")) };
    let Some(n) = int_ref(value) else { return Err(vm.type_error("buffer_size must be an integer")) };
    let n = n.to_i64().unwrap_or(i64::MAX);
    if n <= 0 { return Err(vm.value_error("buffer_size must be greater than zero")) }
    if n > i64::from(i32::MAX) { return Err(vm.value_error(format!("buffer_size must not be greater than {}", i32::MAX))) }
    handlers::flush(vm, this(o))?;
    this(o).buffer_size.set(n);
    Ok(())
}

/// The computed attributes, those of handlers by index first.
macro_rules! attributes {
    ([$($i:literal)*] $($more:expr),* $(,)?) => {
        &[$( GetSet::rw(NAMES[$i], |vm, o| get_handler(vm, o, $i), |vm, o, v| set_handler(vm, o, v, $i)), )* $($more),*]
    };
}

static DEF: TypeDef = TypeDef {
    doc: "XML parser",
    sig: "",
    methods: &[
        Def::new("Parse", "($self, data, isfinal=False, /)", Native::Var(parse, 1, 2)).doc("Parse XML data.\n\n'isfinal' should be true at end of input."),
        Def::new("ParseFile", "($self, file, /)", Native::N1(parse_file)).doc("Parse XML data from file-like object."),
        Def::new("SetBase", "($self, base, /)", Native::N1(set_base)).doc("Set the base URL for the parser."),
        Def::new("GetBase", "($self, /)", Native::N0(get_base)).doc("Return base URL string for the parser."),
        Def::new("GetInputContext", "($self, /)", Native::N0(input_context)).doc("Return the untranslated text of the input that caused the current event."),
        Def::new("ExternalEntityParserCreate", "($self, context, encoding=<unrepresentable>,\n                           /)", Native::Var(external, 1, 2)).doc("Create a parser for parsing an external entity based on the information passed to the ExternalEntityRefHandler."),
        Def::new("SetParamEntityParsing", "($self, flag, /)", Native::N1(param_entities)).doc("Controls parsing of parameter entities (including the external DTD subset)."),
        Def::new("UseForeignDTD", "($self, flag=True, /)", Native::Var(foreign_dtd, 0, 1)).doc("Allows the application to provide an artificial external subset if one is not specified as part of the document instance."),
        Def::new("SetReparseDeferralEnabled", "($self, enabled, /)", Native::N1(|vm, o, f| { let f = vm.truth(f)?; this(o).parser.borrow_mut().deferral = f; Ok(vm.none()) })).doc("Enable/Disable reparse deferral; enabled by default with Expat >=2.6.0."),
        Def::new("GetReparseDeferralEnabled", "($self, /)", Native::N0(|vm, o| { let f = this(o).parser.borrow().deferral; Ok(vm.bool(f)) })).doc("Retrieve reparse deferral enabled status; always returns false with Expat <2.6.0."),
        Def::new("SetBillionLaughsAttackProtectionActivationThreshold", "($self, threshold, /)", Native::N1(set_threshold)),
        Def::new("SetBillionLaughsAttackProtectionMaximumAmplification", "($self, max_factor,\n                                                     /)", Native::N1(set_amplification)),
    ],
    getset: attributes!([0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21]
        GetSet::ro("ErrorCode", |vm, o| vm.new_int(this(o).error_code.get())),
        GetSet::ro("ErrorLineNumber", |vm, o| vm.new_usize(this(o).current.get().0)),
        GetSet::ro("ErrorColumnNumber", |vm, o| vm.new_usize(this(o).current.get().1)),
        GetSet::ro("ErrorByteIndex", |vm, o| vm.new_int(this(o).current.get().2)),
        GetSet::ro("CurrentLineNumber", |vm, o| vm.new_usize(this(o).current.get().0)),
        GetSet::ro("CurrentColumnNumber", |vm, o| vm.new_usize(this(o).current.get().1)),
        GetSet::ro("CurrentByteIndex", |vm, o| vm.new_int(this(o).current.get().2)),
        GetSet::ro("intern", |_, o| Ok(this(o).intern.clone())),
        GetSet::ro("buffer_used", |vm, o| vm.new_usize(this(o).buffer.borrow().len())),
        GetSet::rw("buffer_size", |vm, o| vm.new_int(this(o).buffer_size.get()), set_buffer_size),
        GetSet::rw("buffer_text", |vm, o| Ok(vm.bool(this(o).buffer_text.get())), |vm, o, v| { let f = flag(vm, v)?; if !f { handlers::flush(vm, this(o))? } this(o).buffer_text.set(f); Ok(()) }),
        GetSet::rw("namespace_prefixes", |vm, o| Ok(vm.bool(this(o).parser.borrow().prefixes)), |vm, o, v| { let f = flag(vm, v)?; this(o).parser.borrow_mut().prefixes = f; Ok(()) }),
        GetSet::rw("ordered_attributes", |vm, o| Ok(vm.bool(this(o).ordered_attributes.get())), |vm, o, v| { let f = flag(vm, v)?; this(o).ordered_attributes.set(f); Ok(()) }),
        GetSet::rw("specified_attributes", |vm, o| Ok(vm.bool(this(o).specified_attributes.get())), |vm, o, v| { let f = flag(vm, v)?; this(o).specified_attributes.set(f); Ok(()) }),
    ),
};

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<TypeRef> {
    let ty = type_once::<XmlParser>(vm, "pyexpat", "xmlparser", None, TypeFlags::GC.bits(), Slots::default(), &DEF)?;
    ty.set_flag(vm_flags::NO_NEW, true);
    Ok(ty)
}
