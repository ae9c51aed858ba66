//! `_multiprocessing` and `_posixshmem`: named semaphores, shared memory objects.
//!
//! Not here: processes, pipes, pickling (Lib's `multiprocessing`).

use std::cell::Cell;
use std::ffi::CString;

use instar_object::TypeFlags;
use instar_vm::args::{Args, Signature};
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::Slot;
use instar_vm::slots::Slots;
use instar_vm::threads::current_ident;
use instar_vm::typeobj::TypeRef;
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Ref, Vm};

use crate::posix::arg::{self, Bound};
use crate::support::{set, set_int, set_type};

/// The kind of a lock that its owner may take again.
const RECURSIVE: i32 = 0;
const SEMAPHORE: i32 = 1;
const MOST: i64 = i32::MAX as i64;

/// A semaphore of the system, closed at death; how often this process holds it, and the thread that took it last.
struct SemLock { handle: Cell<*mut libc::sem_t>, kind: i32, most: i32, name: Slot, count: Cell<i64>, owner: Cell<i64> }
trace! { SemLock { name } }
instar_vm::fields! { SemLock { handle, kind, most, name, count, owner } }
payload!(SemLock, "_multiprocessing.SemLock");

impl Drop for SemLock {
    fn drop(&mut self) {
        // SAFETY: opened by this object, closed once.
        unsafe { libc::sem_close(self.handle.get()) };
    }
}

impl SemLock {
    fn is_mine(&self) -> bool { self.count.get() > 0 && self.owner.get() == current_ident() }
    fn value(&self) -> Result<i32, std::io::Error> {
        let mut n = 0;
        // SAFETY: the semaphore is open, the number writable.
        if unsafe { libc::sem_getvalue(self.handle.get(), &mut n) } < 0 { Err(std::io::Error::last_os_error()) } else { Ok(n.max(0)) }
    }
}

fn this(o: &Owned) -> &Ref<SemLock> { o.cast().expect("law: checked by the descriptor") }

fn c_name(vm: &mut Vm, o: &Owned, what: &str) -> PyResult<CString> {
    let text = crate::support::text(vm, o, what)?;
    CString::new(text).map_err(|_| vm.value_error("embedded null character"))
}

fn made(vm: &mut Vm, ty: &TypeRef, handle: *mut libc::sem_t, kind: i32, most: i32, name: Option<Owned>) -> PyResult {
    Ok(vm.new_object_of(ty, SemLock { handle: Cell::new(handle), kind, most, name: Slot::new(name), count: Cell::new(0), owner: Cell::new(0) })?.into_obj())
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let a = args.bind(vm, "SemLock", const { &Signature::parse("(kind, value, maxvalue, name, unlink)") })?;
    let (kind, value, most) = (arg::int(vm, &a, 0, 0)?, arg::int(vm, &a, 1, 0)?, arg::int(vm, &a, 2, 0)?);
    let object = arg::required(vm, &a, 3)?;
    let name = c_name(vm, object, "SemLock() argument 4")?;
    let unlink = arg::flag(vm, &a, 4, false)?;
    if kind != RECURSIVE && kind != SEMAPHORE { return Err(vm.value_error("unrecognized kind")) }
    // SAFETY: the name is null-terminated.
    let handle = unsafe { libc::sem_open(name.as_ptr(), libc::O_CREAT | libc::O_EXCL, 0o600 as libc::c_uint, value as libc::c_uint) };
    if handle == libc::SEM_FAILED { return Err(arg::fail(vm, None)) }
    // SAFETY: as above; the semaphore stays open without its name.
    if unlink && unsafe { libc::sem_unlink(name.as_ptr()) } < 0 {
        let error = arg::fail(vm, None);
        // SAFETY: ours.
        unsafe { libc::sem_close(handle) };
        return Err(error);
    }
    made(vm, ty, handle, kind, most, (!unlink).then(|| object.clone()))
}

fn rebuild(vm: &mut Vm, class: &Owned, a: &[Owned]) -> PyResult {
    let (kind, most) = (vm.index_i32(&a[1])?, vm.index_i32(&a[2])?);
    let name = c_name(vm, &a[3], "_rebuild() argument 4")?;
    // SAFETY: the name is null-terminated.
    let handle = unsafe { libc::sem_open(name.as_ptr(), 0) };
    if handle == libc::SEM_FAILED { return Err(arg::fail(vm, None)) }
    let Some(ty) = TypeRef::cast(class).cloned() else { return Err(vm.type_error("_rebuild() needs a class")) };
    made(vm, &ty, handle, kind, most, Some(a[3].clone()))
}

fn acquire(vm: &mut Vm, o: &Owned, a: Bound<'_>) -> PyResult {
    let s = this(o).clone();
    let block = arg::flag(vm, a, 0, true)?;
    let timeout = match a.get(1).and_then(Option::as_ref).filter(|t| !vm.is_none(t)) { Some(t) => Some(vm.to_float(t)?.max(0.0)), None => None };
    if s.kind == RECURSIVE && s.is_mine() {
        s.count.set(s.count.get() + 1);
        return Ok(vm.bool(true));
    }
    // The end of waiting on the calendar's clock, as the system wants it.
    let end = timeout.map(|t| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let end = std::time::Duration::try_from_secs_f64(t).ok().and_then(|t| now.checked_add(t)).unwrap_or(std::time::Duration::from_secs(i32::MAX as u64));
        libc::timespec { tv_sec: end.as_secs() as _, tv_nsec: end.subsec_nanos().into() }
    });
    let handle = s.handle.get() as usize;
    let mut waiting = false;
    loop {
        // SAFETY: the semaphore is open, the time readable.
        let r = vm.without_gil(|| unsafe {
            let h = handle as *mut libc::sem_t;
            match &end { _ if !waiting => libc::sem_trywait(h), Some(end) => libc::sem_timedwait(h, end), None => libc::sem_wait(h) }
        });
        if r == 0 { break }
        let error = std::io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::EINTR) => vm.safe_point()?,
            Some(libc::EAGAIN) if block && !waiting => waiting = true,
            Some(libc::EAGAIN | libc::ETIMEDOUT) => return Ok(vm.bool(false)),
            _ => return Err(vm.os_error_from(error, None)),
        }
    }
    s.count.set(s.count.get() + 1);
    s.owner.set(current_ident());
    Ok(vm.bool(true))
}

fn release(vm: &mut Vm, o: &Owned) -> PyResult {
    let s = this(o).clone();
    if s.kind == RECURSIVE {
        if !s.is_mine() { return Err(vm.assertion_error("attempt to release recursive lock not owned by thread")) }
        if s.count.get() > 1 { s.count.set(s.count.get() - 1); return Ok(vm.none()) }
    } else {
        match s.value() {
            Ok(n) if n >= s.most => return Err(vm.value_error("semaphore or lock released too many times")),
            Ok(_) => {}
            Err(e) => return Err(vm.os_error_from(e, None)),
        }
    }
    // SAFETY: the semaphore is open.
    arg::check(vm, None, unsafe { libc::sem_post(s.handle.get()) }.into())?;
    s.count.set(s.count.get() - 1);
    Ok(vm.none())
}

fn value(vm: &mut Vm, o: &Owned) -> PyResult<i32> { this(o).clone().value().map_err(|e| vm.os_error_from(e, None)) }

static DEF: TypeDef = TypeDef {
    doc: "Semaphore/Mutex type",
    sig: "",
    methods: &[
        Def::new("acquire", "($self, /, block=True, timeout=None)", Native::Bound(acquire)).doc("Acquire the semaphore/lock."),
        Def::new("release", "($self, /)", Native::N0(release)).doc("Release the semaphore/lock."),
        Def::new("_count", "($self, /)", Native::N0(|vm, o| vm.new_int(this(o).count.get()))).doc("Num of `acquire()`s minus num of `release()`s for this process."),
        Def::new("_is_mine", "($self, /)", Native::N0(|vm, o| { let b = this(o).is_mine(); Ok(vm.bool(b)) })).doc("Whether the lock is owned by this thread."),
        Def::new("_get_value", "($self, /)", Native::N0(|vm, o| { let n = value(vm, o)?; vm.new_int(n.into()) })).doc("Get the value of the semaphore."),
        Def::new("_is_zero", "($self, /)", Native::N0(|vm, o| { let n = value(vm, o)?; Ok(vm.bool(n == 0)) })).doc("Return whether semaphore has value zero."),
        Def::class("_rebuild", "($type, handle, kind, maxvalue, name, /)", Native::Var(rebuild, 4, 4)),
        Def::new("_after_fork", "($self, /)", Native::N0(|vm, o| { this(o).count.set(0); Ok(vm.none()) })).doc("Rezero the net acquisition count after fork()."),
        Def::new("__enter__", "($self, /)", Native::N0(|vm, o| acquire(vm, o, &[None, None]))).doc("Enter the semaphore/lock."),
        Def::new("__exit__", "($self, exc_type=None, exc_value=None, exc_tb=None, /)", Native::Var(|vm, o, _| release(vm, o), 0, 3)).doc("Exit the semaphore/lock."),
    ],
    getset: &[
        GetSet::ro("handle", |vm, o| vm.new_int(this(o).handle.get() as i64)),
        GetSet::ro("kind", |vm, o| vm.new_int(this(o).kind.into())),
        GetSet::ro("maxvalue", |vm, o| vm.new_int(this(o).most.into())),
        GetSet::ro("name", |vm, o| { let n = this(o).name.get(); Ok(vm.option_to_none(n)) }),
    ],
};

fn sem_unlink(vm: &mut Vm, _: &Owned, name: &Owned) -> PyResult {
    let name = c_name(vm, name, "sem_unlink() argument")?;
    // SAFETY: the name is null-terminated.
    arg::done(vm, None, unsafe { libc::sem_unlink(name.as_ptr()) })
}

fn shm_path(vm: &mut Vm, o: &Owned, f: &str) -> PyResult<CString> {
    c_name(vm, o, &format!("{f}() argument 'path'"))
}

fn shm_open(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let object = arg::required(vm, a, 0)?;
    let path = shm_path(vm, object, "shm_open")?;
    let (flags, mode) = (arg::int(vm, a, 1, 0)? | libc::O_CLOEXEC, arg::mode(vm, a, 2, 0o777)?);
    // SAFETY: the path is null-terminated.
    let fd = arg::retry(vm, Some(object), || unsafe { libc::shm_open(path.as_ptr(), flags, mode) }.into())?;
    vm.new_int(fd)
}

fn shm_unlink(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let object = arg::required(vm, a, 0)?;
    let path = shm_path(vm, object, "shm_unlink")?;
    // SAFETY: the path is null-terminated.
    arg::retry(vm, Some(object), || unsafe { libc::shm_unlink(path.as_ptr()) }.into())?;
    Ok(vm.none())
}

/// `_multiprocessing`
pub const MODULE: NativeModule = NativeModule {
    name: "_multiprocessing",
    doc: "",
    functions: &[Def::new("sem_unlink", "($module, name, /)", Native::N1(sem_unlink))],
    exec: |vm, _, ns| {
        let slots = Slots { new: Some(new), ..Slots::default() };
        let ty = vm.new_native_type::<SemLock>("_multiprocessing", "SemLock", None, TypeFlags::GC.bits() | instar_vm::typeobj::vm_flags::BASETYPE, slots, &DEF)?;
        let (key, most) = (vm.intern("SEM_VALUE_MAX")?, vm.new_int(MOST)?);
        ty.dict().set_interned(vm, &key, &most)?;
        set_type(vm, ns, &ty)?;
        let flags = vm.new_dict()?;
        for name in ["HAVE_SEM_OPEN", "HAVE_SEM_TIMEDWAIT"] { set_int(vm, &flags, name, 1)? }
        set(vm, ns, "flags", flags.obj())
    },
};

/// `_posixshmem`
pub const SHARED_MEMORY: NativeModule = NativeModule {
    name: "_posixshmem",
    doc: "POSIX shared memory module",
    functions: &[
        Def::new("shm_open", "($module, /, path, flags, mode=511)", Native::Bound(shm_open)).doc("Open a shared memory object.  Returns a file descriptor (integer)."),
        Def::new("shm_unlink", "($module, /, path)", Native::Bound(shm_unlink)).doc("Remove a shared memory object (similar to unlink()).\n\nThe memory itself goes when the last process has unmapped it."),
    ],
    exec: |_, _, _| Ok(()),
};
