//! Native modules about the operating system: processes, descriptors, sockets, terminals, memory maps, user accounts.
//!
//! Bindings only; one file or folder a module, each exports `MODULE`. `posix/arg.rs` reads paths and descriptors and turns `errno` into
//! errors for all of them. Not here: streams (`_io`) and what needs no system (`instar-stdlib-core`), signals (`instar_vm::signals`).

mod accounts;
mod fcntl;
mod mmap;
mod multiprocessing;
mod posix;
mod posixsubprocess;
mod resource;
mod select;
mod socket;
mod syslog;
mod termios;
mod time;
mod uuid;
mod wait;

use instar_vm::module::NativeModule;
use instar_vm::support;

/// Every native module of this crate, for registration before start-up.
pub static MODULES: &[NativeModule] = &[
    accounts::GRP,
    accounts::PWD,
    fcntl::MODULE,
    mmap::MODULE,
    multiprocessing::MODULE,
    multiprocessing::SHARED_MEMORY,
    posix::MODULE,
    posixsubprocess::MODULE,
    resource::MODULE,
    select::MODULE,
    socket::MODULE,
    syslog::MODULE,
    termios::MODULE,
    time::MODULE,
    uuid::MODULE,
];
