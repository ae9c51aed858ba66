//! Native modules of the standard library: bindings only. The work is in `instar-base-*` and well-kept crates.
//!
//! One file a module (`name_.rs` where the name is a Rust word or clashes); each exports `MODULE`. Not here: `sys` and
//! `builtins` (`instar-vm`), modules written in Python (`instar-stdlib-lib`).

mod binascii;
mod codecs_;
mod string_;
mod suggestions;
mod sysconfig_;
mod struct_;
mod unicodedata;
mod gc_;
mod bisect;
mod cmath;
mod heapq;
mod math;
mod operator_;
mod random;
pub mod atexit;
mod errno;
mod imp;
mod io;
mod sre;
mod functools_;
mod contextvars_;
mod abc_;
mod array_;
mod ast_;
mod opcode_;
mod opcode_listing;
mod symtable_;
mod sysconfigdata;
mod tokenize_;
mod types_;
mod typing_;
mod thread;
mod queue_;
mod collections;
mod itertools;
mod marshal;
mod multibyte;
mod stat_;
mod locale_;
mod weakref_;

use instar_vm::module::NativeModule;
use instar_vm::support;

pub use ast_::TREES;

/// Every native module of this crate, for registration before start-up.
pub static MODULES: &[NativeModule] = &[
    binascii::MODULE,
    codecs_::MODULE,
    string_::MODULE,
    suggestions::MODULE,
    sysconfig_::MODULE,
    struct_::MODULE,
    unicodedata::MODULE,
    gc_::MODULE,
    bisect::MODULE,
    cmath::MODULE,
    heapq::MODULE,
    math::MODULE,
    operator_::MODULE,
    random::MODULE,
    atexit::MODULE,
    errno::MODULE,
    imp::MODULE,
    io::MODULE,
    sre::MODULE,
    functools_::MODULE,
    contextvars_::MODULE,
    abc_::MODULE,
    array_::MODULE,
    ast_::MODULE,
    opcode_::MODULE,
    symtable_::MODULE,
    sysconfigdata::MODULE,
    tokenize_::MODULE,
    types_::MODULE,
    typing_::MODULE,
    thread::MODULE,
    queue_::MODULE,
    collections::MODULE,
    itertools::MODULE,
    marshal::MODULE,
    multibyte::MODULE,
    multibyte::CN,
    multibyte::HK,
    multibyte::ISO2022,
    multibyte::JP,
    multibyte::KR,
    multibyte::TW,
    stat_::MODULE,
    locale_::MODULE,
    weakref_::MODULE,
];
