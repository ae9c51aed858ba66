//! `termios`: modes of terminals.
//!
//! Speeds are plain numbers: the calls are the kernel's with `termios2`, whose speeds are numbers too, not the codes of older C
//! libraries. Not here: `pty` and `tty` (Lib).

mod consts;

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::typeobj::TypeRef;
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::int::int_ref;
use instar_vm::types::list::PyList;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Vm};

use crate::posix::arg;
use crate::support::{set, set_int};

#[derive(Default)]
struct State { error: Option<TypeRef> }

/// Special characters that Python programs see; the kernel has fewer.
const CHARACTERS: usize = 32;
const KERNEL_CHARACTERS: usize = 19;
/// Bits of `c_cflag` with the code of a speed, and where those of the input speed stand.
const SPEED: u32 = 0o010017;
const INPUT_SHIFT: u32 = 16;
/// The code of speeds that have none.
const OTHER: u32 = 0o010000;
const SPEEDS: [(u32, u32); 31] = [(0, 0), (50, 1), (75, 2), (110, 3), (134, 4), (150, 5), (200, 6), (300, 7), (600, 8), (1200, 9), (1800, 10), (2400, 11),
    (4800, 12), (9600, 13), (19200, 14), (38400, 15), (57600, 0o10001), (115200, 0o10002), (230400, 0o10003), (460800, 0o10004), (500000, 0o10005),
    (576000, 0o10006), (921600, 0o10007), (1000000, 0o10010), (1152000, 0o10011), (1500000, 0o10012), (2000000, 0o10013), (2500000, 0o10014),
    (3000000, 0o10015), (3500000, 0o10016), (4000000, 0o10017)];

fn code(speed: u32) -> u32 { SPEEDS.iter().find(|(s, _)| *s == speed).map_or(OTHER, |(_, c)| *c) }

/// `termios.error` of `errno`.
#[cold]
fn fail(vm: &mut Vm) -> Raised {
    let number = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
    let make = |vm: &mut Vm| -> PyResult<Vec<Owned>> { Ok(vec![vm.new_int(number.into())?, vm.new_str(&arg::strerror(number))?]) };
    let Some(ty) = vm.state::<State>().error.clone() else { return vm.system_error("termios is not initialised") };
    match make(vm) { Ok(args) => vm.raise(&ty, args), Err(e) => e }
}

/// Calls without the interpreter; None, or `termios.error`.
fn call(vm: &mut Vm, f: impl FnOnce() -> i32 + Send) -> PyResult {
    if vm.without_gil(f) == -1 { return Err(fail(vm)) }
    Ok(vm.none())
}

fn get(vm: &mut Vm, fd: i32) -> PyResult<libc::termios2> {
    // SAFETY: all zeroes is a valid termios2, which the call fills.
    let (mut t, request): (libc::termios2, _) = unsafe { (std::mem::zeroed(), libc::TCGETS2) };
    // SAFETY: as above.
    call(vm, || unsafe { libc::ioctl(fd, request, &mut t) })?;
    Ok(t)
}

fn tcgetattr(vm: &mut Vm, _: &Owned, fd: &Owned) -> PyResult {
    let fd = arg::fileno(vm, fd)?;
    let t = get(vm, fd)?;
    let numeric = |i: usize| t.c_lflag & libc::ICANON == 0 && (i == libc::VMIN || i == libc::VTIME);
    let mut characters = Vec::with_capacity(CHARACTERS);
    for i in 0..CHARACTERS {
        let c = t.c_cc.get(i).copied().unwrap_or(0);
        characters.push(if numeric(i) { vm.new_int(c.into())? } else { vm.new_bytes(&[c])? });
    }
    let control = t.c_cflag & !(SPEED << INPUT_SHIFT) & !SPEED | code(t.c_ospeed) | code(t.c_ispeed) << INPUT_SHIFT;
    let mut items = Vec::with_capacity(7);
    for n in [t.c_iflag, t.c_oflag, control, t.c_lflag, t.c_ispeed, t.c_ospeed] { items.push(vm.new_int(n.into())?) }
    items.push(vm.new_list(characters)?.into_obj());
    Ok(vm.new_list(items)?.into_obj())
}

fn items(vm: &mut Vm, o: &Owned, count: usize, wrong: &str) -> PyResult<Vec<Owned>> {
    match o.cast::<PyList>().map(|l| l.items(vm)).filter(|l| l.len() == count) {
        Some(list) => Ok(list.to_vec()),
        None => Err(vm.type_error(wrong)),
    }
}

fn flag_bits(vm: &mut Vm, o: &Owned) -> PyResult<u32> {
    let n = vm.index(o)?;
    match int_ref(&n).and_then(|n| n.to_i64()) { Some(n) => Ok(n as u32), None => Err(vm.overflow_error("Python int too large to convert to C long")) }
}

fn tcsetattr(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let (fd, when) = (arg::fileno(vm, &a[0])?, vm.index_i32(&a[1])?);
    let row = items(vm, &a[2], 7, "tcsetattr, arg 3: must be 7 element list")?;
    // What is not given stays as it is.
    let mut t = get(vm, fd)?;
    let mut n = [0u32; 6];
    for (n, o) in n.iter_mut().zip(&row) { *n = flag_bits(vm, o)? }
    let characters = items(vm, &row[6], CHARACTERS, "tcsetattr: attributes[6] must be 32 element list")?;
    for (i, o) in characters.iter().enumerate() {
        let c = match o.cast::<PyBytes>().map(|b| b.as_slice()) {
            Some([c]) => *c,
            None if int_ref(o).is_some() => flag_bits(vm, o)? as u8,
            _ => return Err(vm.type_error("tcsetattr: elements of attributes must be bytes objects of length 1 or integers")),
        };
        if i < KERNEL_CHARACTERS { t.c_cc[i] = c }
    }
    [t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag, t.c_ispeed, t.c_ospeed] = n;
    // An input speed of 0 means that of the output.
    if t.c_ispeed == 0 { t.c_ispeed = t.c_ospeed }
    t.c_cflag = t.c_cflag & !SPEED & !(SPEED << INPUT_SHIFT) | code(t.c_ospeed) | code(t.c_ispeed) << INPUT_SHIFT;
    let request = match when {
        libc::TCSANOW => libc::TCSETS2,
        libc::TCSADRAIN => libc::TCSETSW2,
        libc::TCSAFLUSH => libc::TCSETSF2,
        _ => {
            // SAFETY: errno is this thread's.
            unsafe { *libc::__errno_location() = libc::EINVAL }
            return Err(fail(vm));
        }
    };
    // SAFETY: the structure is readable.
    call(vm, || unsafe { libc::ioctl(fd, request, &t) })
}

fn tcsendbreak(vm: &mut Vm, _: &Owned, fd: &Owned, duration: &Owned) -> PyResult {
    let (fd, n) = (arg::fileno(vm, fd)?, vm.index_i32(duration)?);
    // SAFETY: no memory is involved (here and below).
    call(vm, || unsafe { libc::tcsendbreak(fd, n) })
}
fn tcdrain(vm: &mut Vm, _: &Owned, fd: &Owned) -> PyResult { let fd = arg::fileno(vm, fd)?; call(vm, || unsafe { libc::tcdrain(fd) }) }
fn tcflush(vm: &mut Vm, _: &Owned, fd: &Owned, queue: &Owned) -> PyResult {
    let (fd, n) = (arg::fileno(vm, fd)?, vm.index_i32(queue)?);
    call(vm, || unsafe { libc::tcflush(fd, n) })
}
fn tcflow(vm: &mut Vm, _: &Owned, fd: &Owned, action: &Owned) -> PyResult {
    let (fd, n) = (arg::fileno(vm, fd)?, vm.index_i32(action)?);
    call(vm, || unsafe { libc::tcflow(fd, n) })
}

fn winsize(vm: &mut Vm, fd: i32) -> PyResult<libc::winsize> {
    let mut w = libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: the size is writable.
    call(vm, || unsafe { libc::ioctl(fd, libc::TIOCGWINSZ, &mut w) })?;
    Ok(w)
}

fn tcgetwinsize(vm: &mut Vm, _: &Owned, fd: &Owned) -> PyResult {
    let fd = arg::fileno(vm, fd)?;
    let w = winsize(vm, fd)?;
    let pair = [vm.new_int(w.ws_row.into())?, vm.new_int(w.ws_col.into())?];
    Ok(vm.new_tuple(pair)?.into_obj())
}

fn tcsetwinsize(vm: &mut Vm, _: &Owned, fd: &Owned, size: &Owned) -> PyResult {
    let fd = arg::fileno(vm, fd)?;
    let pair = if vm.is_iterable(size) { vm.collect(size)? } else { Vec::new() };
    let [rows, columns] = &pair[..] else { return Err(vm.type_error("tcsetwinsize, arg 2: must be a two-item sequence")) };
    let (rows, columns) = (vm.index_i64(rows)?, vm.index_i64(columns)?);
    let mut w = winsize(vm, fd)?;
    let (Ok(rows), Ok(columns)) = (u16::try_from(rows), u16::try_from(columns)) else { return Err(vm.overflow_error("winsize value(s) out of range.")) };
    (w.ws_row, w.ws_col) = (rows, columns);
    // SAFETY: the size is readable.
    call(vm, || unsafe { libc::ioctl(fd, libc::TIOCSWINSZ, &w) })
}

/// The module.
pub const MODULE: NativeModule = NativeModule {
    name: "termios",
    doc: "This module provides an interface to the Posix calls for tty I/O control.",
    functions: &[
        Def::new("tcgetattr", "($module, fd, /)", Native::N1(tcgetattr)).doc("Get the tty attributes for file descriptor fd.\n\nReturns a list [iflag, oflag, cflag, lflag, ispeed, ospeed, cc]; cc is a list of the special characters, each bytes of\nlength 1, except VMIN and VTIME, which are integers unless ICANON is set."),
        Def::new("tcsetattr", "($module, fd, when, attributes, /)", Native::Var(tcsetattr, 3, 3)).doc("Set the tty attributes for file descriptor fd.\n\nattributes is a list as tcgetattr() gives. when is TCSANOW, TCSADRAIN (after all output has been sent) or TCSAFLUSH (and\nwaiting input thrown away)."),
        Def::new("tcsendbreak", "($module, fd, duration, /)", Native::N2(tcsendbreak)).doc("Send a break on file descriptor fd."),
        Def::new("tcdrain", "($module, fd, /)", Native::N1(tcdrain)).doc("Wait until all output written to file descriptor fd has been transmitted."),
        Def::new("tcflush", "($module, fd, queue, /)", Native::N2(tcflush)).doc("Discard queued data on file descriptor fd: TCIFLUSH, TCOFLUSH or TCIOFLUSH."),
        Def::new("tcflow", "($module, fd, action, /)", Native::N2(tcflow)).doc("Suspend or resume input or output on file descriptor fd: TCOOFF, TCOON, TCIOFF or TCION."),
        Def::new("tcgetwinsize", "($module, fd, /)", Native::N1(tcgetwinsize)).doc("Get the tty winsize for file descriptor fd.\n\nReturns a tuple (ws_row, ws_col)."),
        Def::new("tcsetwinsize", "($module, fd, winsize, /)", Native::N2(tcsetwinsize)).doc("Set the tty winsize for file descriptor fd.\n\nwinsize is a pair (ws_row, ws_col) as tcgetwinsize() gives."),
    ],
    exec: |vm, _, ns| {
        for (name, n) in consts::CONSTANTS { set_int(vm, ns, name, *n)? }
        let base = vm.types.exception.obj().clone();
        let error = vm.new_class("termios", "error", &[base], None)?;
        vm.state::<State>().error = Some(error.clone());
        set(vm, ns, "error", error.obj())
    },
};
