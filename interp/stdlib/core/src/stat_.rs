//! `_stat`: file mode bits and their tests.
//!
//! Not here: `os.stat` (`posix/stat.rs`).

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::types::int::int_ref;
use instar_vm::{Owned, PyResult, Vm};

use crate::support::set_int;

const FORMAT: i64 = 0o170_000;

const CONSTANTS: &[(&str, i64)] = &[
    ("S_IFDIR", 0o040_000), ("S_IFCHR", 0o020_000), ("S_IFBLK", 0o060_000), ("S_IFREG", 0o100_000), ("S_IFIFO", 0o010_000), ("S_IFLNK", 0o120_000),
    ("S_IFSOCK", 0o140_000), ("S_IFDOOR", 0), ("S_IFPORT", 0), ("S_IFWHT", 0), ("S_ISUID", 0o4000), ("S_ISGID", 0o2000), ("S_ISVTX", 0o1000),
    ("S_ENFMT", 0o2000), ("S_IREAD", 0o400), ("S_IWRITE", 0o200), ("S_IEXEC", 0o100), ("S_IRWXU", 0o700), ("S_IRUSR", 0o400), ("S_IWUSR", 0o200),
    ("S_IXUSR", 0o100), ("S_IRWXG", 0o070), ("S_IRGRP", 0o040), ("S_IWGRP", 0o020), ("S_IXGRP", 0o010), ("S_IRWXO", 0o007), ("S_IROTH", 0o004),
    ("S_IWOTH", 0o002), ("S_IXOTH", 0o001), ("UF_SETTABLE", 0x0000_ffff), ("UF_NODUMP", 1), ("UF_IMMUTABLE", 2), ("UF_APPEND", 4), ("UF_OPAQUE", 8),
    ("UF_NOUNLINK", 0x10), ("UF_COMPRESSED", 0x20), ("UF_TRACKED", 0x40), ("UF_DATAVAULT", 0x80), ("UF_HIDDEN", 0x8000), ("SF_SETTABLE", 0xffff_0000),
    ("SF_ARCHIVED", 0x1_0000), ("SF_IMMUTABLE", 0x2_0000), ("SF_APPEND", 0x4_0000), ("SF_NOUNLINK", 0x10_0000), ("SF_SNAPSHOT", 0x20_0000),
    ("SF_FIRMLINK", 0x80_0000), ("SF_DATALESS", 0x4000_0000), ("ST_MODE", 0), ("ST_INO", 1), ("ST_DEV", 2), ("ST_NLINK", 3), ("ST_UID", 4), ("ST_GID", 5),
    ("ST_SIZE", 6), ("ST_ATIME", 7), ("ST_MTIME", 8), ("ST_CTIME", 9),
];

fn mode(vm: &mut Vm, o: &Owned) -> PyResult<i64> {
    let index = vm.index(o)?;
    let Some(n) = int_ref(&index) else { return Ok(0) };
    if n.signum() < 0 { return Err(vm.overflow_error("can't convert negative value to unsigned int")) }
    match n.to_u64() {
        Some(n) if n <= u32::MAX.into() => Ok(n as i64),
        Some(_) => Err(vm.overflow_error("mode out of range")),
        None => Err(vm.overflow_error("Python int too large to convert to C unsigned long")),
    }
}

fn is(vm: &mut Vm, o: &Owned, format: i64) -> PyResult { let m = mode(vm, o)?; Ok(vm.bool(m & FORMAT == format)) }
fn never(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult { mode(vm, o)?; Ok(vm.bool(false)) }
fn imode(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult { let m = mode(vm, o)?; vm.new_int(m & 0o7777) }
fn ifmt(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult { let m = mode(vm, o)?; vm.new_int(m & FORMAT) }

fn filemode(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult {
    let m = mode(vm, o)?;
    let kind = match m & FORMAT { 0o100_000 => '-', 0o040_000 => 'd', 0o120_000 => 'l', 0o060_000 => 'b', 0o020_000 => 'c', 0o010_000 => 'p', 0o140_000 => 's', _ => '?' };
    let mut text = String::from(kind);
    for (shift, special, set, plain) in [(6, 0o4000, 's', 'S'), (3, 0o2000, 's', 'S'), (0, 0o1000, 't', 'T')] {
        let bits = m >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (m & special != 0, bits & 1 != 0) { (true, true) => set, (true, false) => plain, (false, true) => 'x', _ => '-' });
    }
    vm.new_str(&text)
}

const SIG: &str = "";

/// The module.
pub const MODULE: NativeModule = NativeModule {
    name: "_stat",
    doc: "File mode bits: constants, tests of the file type, and the text that `ls -l` shows.",
    functions: &[
        Def::new("S_ISDIR", SIG, Native::N1(|vm, _, o| is(vm, o, 0o040_000))).doc("S_ISDIR(mode) -> bool\n\nReturn True if mode is from a directory."),
        Def::new("S_ISCHR", SIG, Native::N1(|vm, _, o| is(vm, o, 0o020_000))).doc("S_ISCHR(mode) -> bool\n\nReturn True if mode is from a character special device file."),
        Def::new("S_ISBLK", SIG, Native::N1(|vm, _, o| is(vm, o, 0o060_000))).doc("S_ISBLK(mode) -> bool\n\nReturn True if mode is from a block special device file."),
        Def::new("S_ISREG", SIG, Native::N1(|vm, _, o| is(vm, o, 0o100_000))).doc("S_ISREG(mode) -> bool\n\nReturn True if mode is from a regular file."),
        Def::new("S_ISFIFO", SIG, Native::N1(|vm, _, o| is(vm, o, 0o010_000))).doc("S_ISFIFO(mode) -> bool\n\nReturn True if mode is from a FIFO (named pipe)."),
        Def::new("S_ISLNK", SIG, Native::N1(|vm, _, o| is(vm, o, 0o120_000))).doc("S_ISLNK(mode) -> bool\n\nReturn True if mode is from a symbolic link."),
        Def::new("S_ISSOCK", SIG, Native::N1(|vm, _, o| is(vm, o, 0o140_000))).doc("S_ISSOCK(mode) -> bool\n\nReturn True if mode is from a socket."),
        Def::new("S_ISDOOR", SIG, Native::N1(never)).doc("S_ISDOOR(mode) -> bool\n\nReturn True if mode is from a door."),
        Def::new("S_ISPORT", SIG, Native::N1(never)).doc("S_ISPORT(mode) -> bool\n\nReturn True if mode is from an event port."),
        Def::new("S_ISWHT", SIG, Native::N1(never)).doc("S_ISWHT(mode) -> bool\n\nReturn True if mode is from a whiteout."),
        Def::new("S_IMODE", SIG, Native::N1(imode)).doc("Return the portion of the file's mode that can be set by os.chmod()."),
        Def::new("S_IFMT", SIG, Native::N1(ifmt)).doc("Return the portion of the file's mode that describes the file type."),
        Def::new("filemode", SIG, Native::N1(filemode)).doc("Convert a file's mode to a string of the form '-rwxrwxrwx'"),
    ],
    exec: |vm, _, ns| {
        for (name, n) in CONSTANTS { set_int(vm, ns, name, *n)? }
        Ok(())
    },
};
