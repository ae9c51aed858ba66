//! `_locale`: what `locale` asks the C library: categories, number formats, collation, message catalogues.
//!
//! Text of the C library is taken as UTF-8. Not here: `locale` (Lib) and formatting with the `n` presentation type.

use std::ffi::{c_char, c_int, CStr, CString};

use instar_vm::fallible::CollectVec;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::dict::PyDict;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Ref, Vm};

use crate::support::{given, set, set_int};

#[derive(Default)]
struct State { error: Option<Owned> }

const CATEGORIES: &[(&str, i64)] = &[
    ("CHAR_MAX", 127), ("LC_ALL", 6), ("LC_COLLATE", 3), ("LC_CTYPE", 0), ("LC_MESSAGES", 5), ("LC_MONETARY", 4), ("LC_NUMERIC", 1),
    ("LC_TIME", 2),
];
/// What `nl_langinfo` knows.
const LANGINFO: &[(&str, i64)] = &[
    ("ABDAY_1", 0x20000), ("ABDAY_2", 0x20001), ("ABDAY_3", 0x20002), ("ABDAY_4", 0x20003), ("ABDAY_5", 0x20004), ("ABDAY_6", 0x20005),
    ("ABDAY_7", 0x20006), ("ABMON_1", 0x2000e), ("ABMON_10", 0x20017), ("ABMON_11", 0x20018), ("ABMON_12", 0x20019), ("ABMON_2", 0x2000f),
    ("ABMON_3", 0x20010), ("ABMON_4", 0x20011), ("ABMON_5", 0x20012), ("ABMON_6", 0x20013), ("ABMON_7", 0x20014), ("ABMON_8", 0x20015),
    ("ABMON_9", 0x20016), ("ALT_DIGITS", 0x2002f), ("AM_STR", 0x20026), ("CODESET", 0xe), ("CRNCYSTR", 0x4000f), ("DAY_1", 0x20007),
    ("DAY_2", 0x20008), ("DAY_3", 0x20009), ("DAY_4", 0x2000a), ("DAY_5", 0x2000b), ("DAY_6", 0x2000c), ("DAY_7", 0x2000d),
    ("D_FMT", 0x20029), ("D_T_FMT", 0x20028), ("ERA", 0x2002c), ("ERA_D_FMT", 0x2002e), ("ERA_D_T_FMT", 0x20030), ("ERA_T_FMT", 0x20031),
    ("MON_1", 0x2001a), ("MON_10", 0x20023), ("MON_11", 0x20024), ("MON_12", 0x20025), ("MON_2", 0x2001b), ("MON_3", 0x2001c),
    ("MON_4", 0x2001d), ("MON_5", 0x2001e), ("MON_6", 0x2001f), ("MON_7", 0x20020), ("MON_8", 0x20021), ("MON_9", 0x20022),
    ("NOEXPR", 0x50001), ("PM_STR", 0x20027), ("RADIXCHAR", 0x10000), ("THOUSEP", 0x10001), ("T_FMT", 0x2002a), ("T_FMT_AMPM", 0x2002b),
    ("YESEXPR", 0x50000), ("_DATE_FMT", 0x2006c),
];

unsafe extern "C" {
    fn wcscoll(a: *const libc::wchar_t, b: *const libc::wchar_t) -> c_int;
    fn wcsxfrm(to: *mut libc::wchar_t, from: *const libc::wchar_t, n: usize) -> usize;
    fn gettext(message: *const c_char) -> *const c_char;
    fn dcgettext(domain: *const c_char, message: *const c_char, category: c_int) -> *const c_char;
    fn textdomain(domain: *const c_char) -> *const c_char;
    fn bindtextdomain(domain: *const c_char, dir: *const c_char) -> *const c_char;
    fn bind_textdomain_codeset(domain: *const c_char, codeset: *const c_char) -> *const c_char;
}

fn error(vm: &mut Vm, text: &str) -> Raised {
    let make = |vm: &mut Vm| -> PyResult {
        let message = vm.new_str(text)?;
        match vm.state::<State>().error.clone() { Some(class) => vm.call1(&class, &message), None => Err(vm.value_error(text)) }
    };
    match make(vm) {
        Ok(e) => match Ref::try_from(e) { Ok(e) => Raised(e), Err(_) => vm.value_error(text) },
        Err(e) => e,
    }
}

/// A copy of the C library's text; `None` for null.
fn copy(p: *const c_char) -> Option<Vec<u8>> {
    // SAFETY: the C library gives null or null-terminated text that stays until its next call; one thread runs Python code.
    if p.is_null() { None } else { Some(unsafe { CStr::from_ptr(p) }.to_bytes().to_vec()) }
}

fn text(vm: &mut Vm, p: *const c_char) -> PyResult { match copy(p) { Some(b) => vm.fs_decode(&b), None => Ok(vm.none()) } }

/// The text of a str argument.
fn string(vm: &mut Vm, o: &Owned, f: &str, position: usize, kinds: &str) -> PyResult<CString> {
    if o.cast::<PyStr>().is_none() {
        let t = o.given_name(vm);
        return Err(vm.type_error(format!("{f}() argument {position} must be {kinds}, not {t}")));
    }
    let bytes = vm.fs_encode(o)?;
    CString::new(bytes).map_err(|_| vm.value_error("embedded null character"))
}

fn setlocale(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let category = vm.index_i32(&a[0])?;
    let wanted = match given(vm, a.get(1)) { Some(o) => Some(string(vm, &o, "setlocale", 2, "str or None")?), None => None };
    // SAFETY: null or a null-terminated name.
    let result = unsafe { libc::setlocale(category, wanted.as_ref().map_or(std::ptr::null(), |w| w.as_ptr())) };
    match copy(result) {
        Some(name) => vm.fs_decode(&name),
        None => Err(error(vm, if wanted.is_some() { "unsupported locale setting" } else { "locale query failed" })),
    }
}

/// Sizes of digit groups; the last one tells whether they repeat (0) or end (CHAR_MAX).
fn grouping(vm: &mut Vm, p: *const c_char) -> PyResult {
    let mut sizes = Vec::new();
    // SAFETY: null-terminated, see `copy`.
    let first = if p.is_null() { 0 } else { unsafe { *p } };
    if first != 0 {
        for i in 0..64 {
            // SAFETY: nothing is read beyond the terminator.
            let size = unsafe { *p.add(i) };
            sizes.push(vm.new_int(size.into())?);
            if size == 0 || size == c_char::MAX { break }
        }
    }
    Ok(vm.new_list(sizes)?.into_obj())
}

fn localeconv(vm: &mut Vm, _: &Owned) -> PyResult {
    let d = vm.new_dict()?;
    // SAFETY: the record stays until the locale changes.
    let l = unsafe { &*libc::localeconv() };
    for (key, p) in [("int_curr_symbol", l.int_curr_symbol), ("currency_symbol", l.currency_symbol), ("mon_decimal_point", l.mon_decimal_point),
        ("mon_thousands_sep", l.mon_thousands_sep)] { let v = text(vm, p)?; set(vm, &d, key, &v)? }
    let groups = grouping(vm, l.mon_grouping)?;
    set(vm, &d, "mon_grouping", &groups)?;
    for (key, p) in [("positive_sign", l.positive_sign), ("negative_sign", l.negative_sign)] { let v = text(vm, p)?; set(vm, &d, key, &v)? }
    for (key, n) in [("int_frac_digits", l.int_frac_digits), ("frac_digits", l.frac_digits), ("p_cs_precedes", l.p_cs_precedes), ("p_sep_by_space", l.p_sep_by_space),
        ("n_cs_precedes", l.n_cs_precedes), ("n_sep_by_space", l.n_sep_by_space), ("p_sign_posn", l.p_sign_posn), ("n_sign_posn", l.n_sign_posn)] {
        set_int(vm, &d, key, n.into())?;
    }
    for (key, p) in [("decimal_point", l.decimal_point), ("thousands_sep", l.thousands_sep)] { let v = text(vm, p)?; set(vm, &d, key, &v)? }
    let groups = grouping(vm, l.grouping)?;
    set(vm, &d, "grouping", &groups)?;
    Ok(d.into_obj())
}

fn nl_langinfo(vm: &mut Vm, _: &Owned, key: &Owned) -> PyResult {
    let key = vm.index_i32(key)?;
    let Some((name, _)) = LANGINFO.iter().find(|(_, n)| *n == i64::from(key)) else { return Err(vm.value_error("unsupported langinfo constant")) };
    // SAFETY: the key is one of the C library's.
    let p = unsafe { libc::nl_langinfo(key) };
    let Some(mut all) = copy(p) else { return vm.new_str("") };
    if *name == "ALT_DIGITS" && !all.is_empty() {
        // A hundred texts one after the other.
        let mut at = all.len() + 1;
        for _ in 1..100 {
            // SAFETY: glibc stores a hundred null-terminated items.
            let Some(item) = copy(unsafe { p.add(at) }) else { break };
            at += item.len() + 1;
            all.push(b';');
            all.extend_from_slice(&item);
        }
    }
    vm.fs_decode(&all)
}

fn getencoding(vm: &mut Vm, _: &Owned) -> PyResult {
    // SAFETY: a key of the C library.
    let name = copy(unsafe { libc::nl_langinfo(libc::CODESET) }).unwrap_or_default();
    if name.is_empty() { vm.new_str("UTF-8") } else { vm.fs_decode(&name) }
}

/// Wide characters of a str argument, null-terminated.
fn wide(vm: &mut Vm, o: &Owned, f: &str, argument: &str) -> PyResult<Vec<libc::wchar_t>> {
    let Some(s) = o.cast::<PyStr>() else {
        let t = o.given_name(vm);
        return Err(vm.type_error(format!("{f}() {argument} must be str, not {t}")));
    };
    let mut codes: Vec<libc::wchar_t> = s.chars().map(|c| c as libc::wchar_t).try_vec(vm)?;
    if codes.contains(&0) { return Err(vm.value_error("embedded null character")) }
    codes.push(0);
    Ok(codes)
}

fn strcoll(vm: &mut Vm, _: &Owned, a: &Owned, b: &Owned) -> PyResult {
    let (a, b) = (wide(vm, a, "strcoll", "argument 1")?, wide(vm, b, "strcoll", "argument 2")?);
    // SAFETY: null-terminated.
    let order = unsafe { wcscoll(a.as_ptr(), b.as_ptr()) };
    vm.new_int(order.into())
}

fn strxfrm(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let from = wide(vm, o, "strxfrm", "argument")?;
    let mut size = from.len();
    loop {
        let mut to: Vec<libc::wchar_t> = Vec::new();
        if to.try_reserve_exact(size).is_err() { return Err(vm.no_memory()) }
        to.resize(size, 0);
        // SAFETY: errno is this thread's; null-terminated input, room for `size`.
        let n = unsafe {
            *libc::__errno_location() = 0;
            wcsxfrm(to.as_mut_ptr(), from.as_ptr(), size)
        };
        let failed = std::io::Error::last_os_error();
        if !matches!(failed.raw_os_error(), Some(0 | libc::ERANGE)) { return Err(vm.os_error_from(failed, None)) }
        if n < size {
            let codes: Vec<u32> = to[..n].iter().map(|c| *c as u32).try_vec(vm)?;
            if codes.iter().any(|c| *c > 0x0010_FFFF) {
                // Keys above Unicode: two characters each keep the order.
                let split: Vec<u32> = codes.iter().flat_map(|c| [0x100 + (c >> 16), 0x100 + (c & 0xFFFF)]).try_vec(vm)?;
                return vm.new_str_from_code_points(&split);
            }
            return vm.new_str_from_code_points(&codes);
        }
        size = n + 1;
    }
}

fn translate(vm: &mut Vm, a: &[Owned]) -> PyResult {
    let message = string(vm, &a[0], "gettext", 1, "str")?;
    // SAFETY: null-terminated; the result is the message or the catalogue's text.
    let p = unsafe { gettext(message.as_ptr()) };
    text(vm, p)
}

fn translate_in(vm: &mut Vm, f: &str, a: &[Owned], category: c_int) -> PyResult {
    let domain = match given(vm, a.first()) { Some(d) => Some(string(vm, &d, f, 1, "str or None")?), None => None };
    let message = string(vm, &a[1], f, 2, "str")?;
    // SAFETY: null or null-terminated.
    let p = unsafe { dcgettext(domain.as_ref().map_or(std::ptr::null(), |d| d.as_ptr()), message.as_ptr(), category) };
    text(vm, p)
}

fn set_textdomain(vm: &mut Vm, _: &Owned, domain: &Owned) -> PyResult {
    let domain = match given(vm, Some(domain)) { Some(d) => Some(string(vm, &d, "textdomain", 1, "str or None")?), None => None };
    // SAFETY: null or null-terminated.
    let p = unsafe { textdomain(domain.as_ref().map_or(std::ptr::null(), |d| d.as_ptr())) };
    if p.is_null() { return Err(vm.os_error_from(std::io::Error::last_os_error(), None)) }
    text(vm, p)
}

fn set_directory(vm: &mut Vm, _: &Owned, domain: &Owned, dir: &Owned) -> PyResult {
    let domain = string(vm, domain, "bindtextdomain", 1, "str")?;
    if domain.is_empty() { return Err(error(vm, "domain must be a non-empty string")) }
    let dir = match given(vm, Some(dir)) {
        Some(d) if d.cast::<PyBytes>().is_none() && d.cast::<PyStr>().is_none() => {
            let t = d.type_name(vm);
            return Err(vm.type_error(format!("expected str, bytes or os.PathLike object, not {t}")));
        }
        Some(d) => { let b = vm.fs_path_bytes(&d)?; Some(CString::new(b).map_err(|_| vm.value_error("embedded null byte"))?) }
        None => None,
    };
    // SAFETY: null or null-terminated.
    let p = unsafe { bindtextdomain(domain.as_ptr(), dir.as_ref().map_or(std::ptr::null(), |d| d.as_ptr())) };
    if p.is_null() { return Err(vm.os_error_from(std::io::Error::last_os_error(), None)) }
    text(vm, p)
}

fn set_codeset(vm: &mut Vm, _: &Owned, domain: &Owned, codeset: &Owned) -> PyResult {
    let domain = string(vm, domain, "bind_textdomain_codeset", 1, "str")?;
    let codeset = match given(vm, Some(codeset)) { Some(c) => Some(string(vm, &c, "bind_textdomain_codeset", 2, "str or None")?), None => None };
    // SAFETY: null or null-terminated.
    let p = unsafe { bind_textdomain_codeset(domain.as_ptr(), codeset.as_ref().map_or(std::ptr::null(), |c| c.as_ptr())) };
    text(vm, p)
}

/// The character type is the user's from the start; a plain C locale becomes UTF-8 (PEP 538).
fn user_locale() {
    // SAFETY: null-terminated names.
    unsafe {
        let name = copy(libc::setlocale(libc::LC_CTYPE, c"".as_ptr())).unwrap_or_default();
        if name.is_empty() || name == b"C" || name == b"POSIX" { libc::setlocale(libc::LC_CTYPE, c"C.UTF-8".as_ptr()); }
    }
}

fn exec(vm: &mut Vm, _: &Owned, ns: &Ref<PyDict>) -> PyResult<()> {
    user_locale();
    let base = vm.types.exception.obj().clone();
    let class = vm.new_class("locale", "Error", &[base], None)?.into_obj();
    set(vm, ns, "Error", &class)?;
    vm.state::<State>().error = Some(class);
    for (name, n) in CATEGORIES.iter().chain(LANGINFO) { set_int(vm, ns, name, *n)? }
    Ok(())
}

/// The module.
pub const MODULE: NativeModule = NativeModule {
    name: "_locale",
    doc: "Support for POSIX locales.",
    functions: &[
        Def::new("setlocale", "($module, category, locale=None, /)", Native::Var(setlocale, 1, 2)).doc("Activates/queries locale processing."),
        Def::new("localeconv", "($module, /)", Native::N0(localeconv)).doc("Returns numeric and monetary locale-specific parameters."),
        Def::new("nl_langinfo", "($module, key, /)", Native::N1(nl_langinfo)).doc("Return the value for the locale information associated with key."),
        Def::new("getencoding", "($module, /)", Native::N0(getencoding)).doc("Get the current locale encoding."),
        Def::new("strcoll", "($module, os1, os2, /)", Native::N2(strcoll)).doc("Compares two strings according to the locale."),
        Def::new("strxfrm", "($module, string, /)", Native::N1(strxfrm)).doc("Return a string that can be used as a key for locale-aware comparisons."),
        Def::new("gettext", "($module, msg, /)", Native::Var(|vm, _, a| translate(vm, a), 1, 1)),
        Def::new("dgettext", "($module, domain, msg, /)", Native::Var(|vm, _, a| translate_in(vm, "dgettext", a, libc::LC_MESSAGES), 2, 2)),
        Def::new("dcgettext", "($module, domain, msg, category, /)", Native::Var(|vm, _, a| { let c = vm.index_i32(&a[2])?; translate_in(vm, "dcgettext", a, c) }, 3, 3)),
        Def::new("textdomain", "($module, domain, /)", Native::N1(set_textdomain)),
        Def::new("bindtextdomain", "($module, domain, dir, /)", Native::N2(set_directory)),
        Def::new("bind_textdomain_codeset", "($module, domain, codeset, /)", Native::N2(set_codeset)),
    ],
    exec,
};
