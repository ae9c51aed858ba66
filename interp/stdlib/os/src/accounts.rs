//! `pwd` and `grp`: the databases of users and groups.
//!
//! Look-ups use the reentrant calls with a buffer that grows; the lists walk the database, which the C library holds for the whole
//! process. Not here: changing ids (`posix`).

use std::ffi::{c_char, CStr, CString};

use instar_vm::blocking::Outside;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::typeobj::TypeRef;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Vm};

use crate::posix::arg::{self, Bound};
use crate::support::set;

#[derive(Default)]
struct State { passwd: Option<TypeRef>, group: Option<TypeRef> }

/// Largest buffer that a look-up gets.
const MOST: usize = 1 << 24;

/// A C string of the database as str; null is None.
///
/// # Safety
/// `p` is null or null-terminated.
unsafe fn text(vm: &mut Vm, p: *const c_char) -> PyResult {
    if p.is_null() { return Ok(vm.none()) }
    // SAFETY: the promise above; the bytes are copied before anything else is asked of the database.
    let bytes = unsafe { CStr::from_ptr(p) }.to_bytes().to_vec();
    vm.fs_decode(&bytes)
}

fn row(vm: &mut Vm, ty: Option<TypeRef>, items: Vec<Owned>) -> PyResult {
    match ty { Some(ty) => vm.new_struct_sequence(&ty, items), None => Err(vm.system_error("module is not initialised")) }
}

/// An id that may be the one for "none".
fn number(vm: &mut Vm, n: u32) -> PyResult { vm.new_int(if n == u32::MAX { -1 } else { n.into() }) }

/// # Safety
/// The entry's strings are valid.
unsafe fn user(vm: &mut Vm, p: &libc::passwd) -> PyResult {
    // SAFETY: the promise above.
    let items = unsafe { vec![text(vm, p.pw_name)?, text(vm, p.pw_passwd)?, number(vm, p.pw_uid)?, number(vm, p.pw_gid)?, text(vm, p.pw_gecos)?,
        text(vm, p.pw_dir)?, text(vm, p.pw_shell)?] };
    let ty = vm.state::<State>().passwd.clone();
    row(vm, ty, items)
}

/// # Safety
/// The entry's strings and list are valid.
unsafe fn group(vm: &mut Vm, g: &libc::group) -> PyResult {
    let mut members = Vec::new();
    let mut at = g.gr_mem;
    // SAFETY: the promise above; the list ends with null.
    let items = unsafe {
        while !at.is_null() && !(*at).is_null() {
            members.push(text(vm, *at)?);
            at = at.add(1);
        }
        vec![text(vm, g.gr_name)?, text(vm, g.gr_passwd)?, number(vm, g.gr_gid)?, vm.new_list(members)?.into_obj()]
    };
    let ty = vm.state::<State>().group.clone();
    row(vm, ty, items)
}

/// Looks something up with a buffer that is large enough; `None` if it is not there.
fn find<T, R>(vm: &mut Vm, mut call: impl FnMut(*mut T, *mut c_char, usize, *mut *mut T) -> i32, make: impl FnOnce(&mut Vm, &T) -> PyResult<R>) -> PyResult<Option<R>> {
    let mut room: Vec<u8> = vec![0; 1024];
    loop {
        let (mut entry, mut found) = (std::mem::MaybeUninit::<T>::uninit(), std::ptr::null_mut());
        let mut ask = || call(entry.as_mut_ptr(), room.as_mut_ptr().cast(), room.len(), &mut found);
        // SAFETY: all that the call reads and writes is ours.
        let outside = unsafe { Outside::new(&mut ask) };
        let error = vm.without_gil(move || outside.get()());
        match error {
            libc::ERANGE if room.len() < MOST => room.resize(room.len() * 2, 0),
            libc::ENOMEM | libc::ERANGE => return Err(vm.no_memory()),
            libc::EINTR => vm.safe_point()?,
            _ if found.is_null() => return Ok(None),
            // SAFETY: the call filled the entry, whose strings lie in the buffer.
            _ => return make(vm, unsafe { &*found }).map(Some),
        }
    }
}

#[cold]
fn missing(vm: &mut Vm, text: &str) -> Raised {
    match vm.new_str(text) { Ok(t) => vm.key_error(&t), Err(e) => e }
}

fn shown(id: u32) -> i64 { if id == u32::MAX { -1 } else { id.into() } }

fn getpwuid(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let uid = match arg::id(vm, o, "uid") {
        Ok(id) => id,
        Err(e) if e.is(vm, &vm.types.overflow_error) => return Err(missing(vm, "getpwuid(): uid not found")),
        Err(e) => return Err(e),
    };
    // SAFETY: entry, buffer and result are writable; the entry is valid when it is found.
    let found = find(vm, |p, b, n, r| unsafe { libc::getpwuid_r(uid, p, b, n, r) }, |vm, p| unsafe { user(vm, p) })?;
    found.ok_or_else(|| missing(vm, &format!("getpwuid(): uid not found: {}", shown(uid))))
}

/// A name as the system takes it.
fn name(vm: &mut Vm, o: &Owned, f: &str) -> PyResult<CString> {
    if o.cast::<PyStr>().is_none() {
        let t = o.type_name(vm);
        return Err(vm.type_error(format!("{f} must be str, not {t}")));
    }
    arg::c_string(vm, o)
}

fn getpwnam(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let name = name(vm, o, "getpwnam() argument")?;
    // SAFETY: as in `getpwuid`; the name is null-terminated.
    let found = find(vm, |p, b, n, r| unsafe { libc::getpwnam_r(name.as_ptr(), p, b, n, r) }, |vm, p| unsafe { user(vm, p) })?;
    match found { Some(f) => Ok(f), None => { let o = vm.repr_text(o)?; Err(missing(vm, &format!("getpwnam(): name not found: {o}"))) } }
}

fn getpwall(vm: &mut Vm, _: &Owned) -> PyResult {
    let mut all = Vec::new();
    // SAFETY: an entry is read before the next is asked for.
    unsafe {
        libc::setpwent();
        let mut failed = None;
        loop {
            let p = libc::getpwent();
            if p.is_null() { break }
            match user(vm, &*p) { Ok(row) => all.push(row), Err(e) => { failed = Some(e); break } }
        }
        libc::endpwent();
        if let Some(e) = failed { return Err(e) }
    }
    Ok(vm.new_list(all)?.into_obj())
}

fn getgrgid(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let gid = arg::required(vm, a, 0)?;
    let gid = arg::id(vm, gid, "gid")?;
    // SAFETY: as in `getpwuid`.
    let found = find(vm, |g, b, n, r| unsafe { libc::getgrgid_r(gid, g, b, n, r) }, |vm, g| unsafe { group(vm, g) })?;
    found.ok_or_else(|| missing(vm, &format!("getgrgid(): gid not found: {}", shown(gid))))
}

fn getgrnam(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let o = arg::required(vm, a, 0)?;
    let name = name(vm, o, "getgrnam() argument 'name'")?;
    // SAFETY: as in `getpwnam`.
    let found = find(vm, |g, b, n, r| unsafe { libc::getgrnam_r(name.as_ptr(), g, b, n, r) }, |vm, g| unsafe { group(vm, g) })?;
    match found { Some(f) => Ok(f), None => { let o = vm.repr_text(o)?; Err(missing(vm, &format!("getgrnam(): name not found: {o}"))) } }
}

fn getgrall(vm: &mut Vm, _: &Owned) -> PyResult {
    let mut all = Vec::new();
    // SAFETY: an entry is read before the next is asked for.
    unsafe {
        libc::setgrent();
        let mut failed = None;
        loop {
            let g = libc::getgrent();
            if g.is_null() { break }
            match group(vm, &*g) { Ok(row) => all.push(row), Err(e) => { failed = Some(e); break } }
        }
        libc::endgrent();
        if let Some(e) = failed { return Err(e) }
    }
    Ok(vm.new_list(all)?.into_obj())
}

/// The module `pwd`.
pub const PWD: NativeModule = NativeModule {
    name: "pwd",
    doc: "This module provides access to the Unix password database.\n\nEntries are tuple-like objects with the attributes pw_name, pw_passwd, pw_uid, pw_gid, pw_gecos, pw_dir, pw_shell.",
    functions: &[
        Def::new("getpwuid", "($module, uidobj, /)", Native::N1(getpwuid)).doc("Return the password database entry for the given numeric user ID."),
        Def::new("getpwnam", "($module, name, /)", Native::N1(getpwnam)).doc("Return the password database entry for the given user name."),
        Def::new("getpwall", "($module, /)", Native::N0(getpwall)).doc("Return a list of all available password database entries, in arbitrary order."),
    ],
    exec: |vm, _, ns| {
        let ty = vm.new_struct_sequence_type("pwd", "struct_passwd", &["pw_name", "pw_passwd", "pw_uid", "pw_gid", "pw_gecos", "pw_dir", "pw_shell"], 7)?;
        vm.state::<State>().passwd = Some(ty.clone());
        set(vm, ns, "struct_passwd", ty.obj())
    },
};

/// The module `grp`.
pub const GRP: NativeModule = NativeModule {
    name: "grp",
    doc: "Access to the Unix group database.\n\nEntries are tuple-like objects with the attributes gr_name, gr_passwd, gr_gid, gr_mem (a list of names).",
    functions: &[
        Def::new("getgrgid", "($module, /, id)", Native::Bound(getgrgid)).doc("Return the group database entry for the given numeric group ID.\n\nIf id is not valid, raise KeyError."),
        Def::new("getgrnam", "($module, /, name)", Native::Bound(getgrnam)).doc("Return the group database entry for the given group name.\n\nIf name is not valid, raise KeyError."),
        Def::new("getgrall", "($module, /)", Native::N0(getgrall)).doc("Return a list of all available group entries, in arbitrary order."),
    ],
    exec: |vm, _, ns| {
        let ty = vm.new_struct_sequence_type("grp", "struct_group", &["gr_name", "gr_passwd", "gr_gid", "gr_mem"], 4)?;
        vm.state::<State>().group = Some(ty.clone());
        set(vm, ns, "struct_group", ty.obj())
    },
};
