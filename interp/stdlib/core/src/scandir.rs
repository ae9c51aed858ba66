//! `os.scandir`: its iterator and `os.DirEntry`. Part of the module `posix`.

use std::cell::Cell;

use instar_object::TypeFlags;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::Guarded;
use instar_vm::slots::Slots;
use instar_vm::types::dict::PyDict;
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Ref, Vm};

use crate::posix::stat_at;
use crate::support::{given, set};

struct Scan { entries: Guarded<Option<std::fs::ReadDir>>, directory: Owned }
trace! { Scan { directory } }
payload!(Scan, "ScandirIterator");

struct Entry { name: Owned, path: Owned, is_dir: bool, is_file: bool, is_link: bool, known: bool, inode: Cell<u64> }
trace! { Entry { name, path } }
payload!(Entry, "DirEntry");

fn scan(o: &Owned) -> &Ref<Scan> { o.cast().expect("law: checked by the descriptor") }
fn entry(o: &Owned) -> &Ref<Entry> { o.cast().expect("law: checked by the descriptor") }

/// `scandir(path=None)`
pub fn scandir(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let directory = match given(vm, a[0].as_ref()) { Some(p) => vm.fs_path(&p)?, None => vm.new_str(".")? };
    let os = vm.fs_path_os(&directory)?;
    match std::fs::read_dir(&os) {
        Ok(e) => Ok(vm.new_object(Scan { entries: Guarded::new(Some(e)), directory })?.into_obj()),
        Err(e) => Err(vm.os_error_from(e, Some(&directory))),
    }
}

fn next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::DirEntryExt;
    let directory = scan(o).directory.clone();
    let Some(entries) = scan(o).entries.get_mut(vm) else { return Ok(None) };
    let found = match entries.next() {
        None => { *scan(o).entries.get_mut(vm) = None; return Ok(None) }
        Some(Err(e)) => return Err(vm.os_error_from(e, Some(&directory))),
        Some(Ok(e)) => e,
    };
    let kind = found.file_type().ok();
    let name = found.file_name();
    let mut path = vm.fs_path_bytes(&directory)?;
    if path.last() != Some(&b'/') { path.push(b'/') }
    path.extend_from_slice(name.as_bytes());
    let as_bytes = directory.is_instance_of(vm, &vm.types.bytes);
    let text = |vm: &mut Vm, b: &[u8]| if as_bytes { vm.new_bytes(b) } else { vm.fs_decode(b) };
    let is = |f: fn(&std::fs::FileType) -> bool| kind.as_ref().is_some_and(f);
    let e = Entry { name: text(vm, name.as_bytes())?, path: text(vm, &path)?, is_dir: is(std::fs::FileType::is_dir), is_file: is(std::fs::FileType::is_file),
        is_link: is(std::fs::FileType::is_symlink), known: kind.is_some(), inode: Cell::new(found.ino()) };
    Ok(Some(vm.new_object(e)?.into_obj()))
}

fn close(vm: &mut Vm, o: &Owned) -> PyResult { *scan(o).entries.get_mut(vm) = None; Ok(vm.none()) }

static SCAN: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[
        Def::new("close", "($self, /)", Native::N0(close)), Def::new("__enter__", "($self, /)", Native::N0(|_, o| Ok(o.clone()))),
        Def::new("__exit__", "($self, *args)", Native::Full(|vm, o, _| close(vm, o))),
    ],
    getset: &[],
};

static ENTRY: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[
        Def::new("is_dir", "($self, /, *, follow_symlinks=True)", Native::Bound(|vm, o, a| kind(vm, o, a, libc::S_IFDIR))),
        Def::new("is_file", "($self, /, *, follow_symlinks=True)", Native::Bound(|vm, o, a| kind(vm, o, a, libc::S_IFREG))),
        Def::new("is_symlink", "($self, /)", Native::N0(|vm, o| Ok(vm.bool(entry(o).is_link)))),
        Def::new("is_junction", "($self, /)", Native::N0(|vm, _| Ok(vm.bool(false)))),
        Def::new("stat", "($self, /, *, follow_symlinks=True)", Native::Bound(stat)),
        Def::new("inode", "($self, /)", Native::N0(|vm, o| vm.new_uint(entry(o).inode.get()))),
        Def::new("__fspath__", "($self, /)", Native::N0(|_, o| Ok(entry(o).path.clone()))),
        Def::class("__class_getitem__", "($type, object, /)", Native::N1(|vm, class, item| vm.new_generic_alias(class, item))),
    ],
    getset: &[GetSet::ro("name", |_, o| Ok(entry(o).name.clone())), GetSet::ro("path", |_, o| Ok(entry(o).path.clone()))],
};

fn follows(vm: &mut Vm, a: &[Option<Owned>]) -> PyResult<bool> { match &a[0] { Some(f) => vm.truth(f), None => Ok(true) } }

fn stat(vm: &mut Vm, o: &Owned, a: &[Option<Owned>]) -> PyResult {
    let flags = if follows(vm, a)? { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    let path = entry(o).path.clone();
    stat_at(vm, &path, libc::AT_FDCWD, flags)
}

fn kind(vm: &mut Vm, o: &Owned, a: &[Option<Owned>], wanted: libc::mode_t) -> PyResult {
    let e = entry(o);
    let follow = follows(vm, a)?;
    if e.known && !(e.is_link && follow) {
        return Ok(vm.bool(if wanted == libc::S_IFDIR { e.is_dir } else { e.is_file }));
    }
    match stat(vm, o, a) {
        Ok(s) => {
            let mode = vm.get_attr_str(&s, "st_mode")?;
            let mode = vm.index_i64(&mode)? as libc::mode_t;
            Ok(vm.bool(mode & libc::S_IFMT == wanted))
        }
        Err(e) if e.is(vm, &vm.types.file_not_found_error.clone()) => Ok(vm.bool(false)),
        Err(e) => Err(e),
    }
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let name = entry(o).name.clone();
    let text = format!("<DirEntry {}>", vm.repr_text(&name)?);
    vm.new_str(&text)
}

/// Makes the types.
pub fn exec(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    let gc = TypeFlags::GC.bits();
    let no_new = instar_vm::typeobj::vm_flags::NO_NEW;
    let slots = Slots { iter: Some(|_, o| Ok(o.clone())), next: Some(next), ..Slots::default() };
    vm.new_native_type::<Scan>("posix", "ScandirIterator", None, gc | no_new, slots, &SCAN)?;
    let ty = vm.new_native_type::<Entry>("posix", "DirEntry", None, gc | no_new, Slots { repr: Some(repr), ..Slots::default() }, &ENTRY)?;
    set(vm, ns, "DirEntry", ty.obj())
}
