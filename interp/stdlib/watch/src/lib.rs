//! Native modules that watch running programs: profiles, crashes. Bindings and what only they need.
//!
//! One file or directory a module; each exports `MODULE`. Not here: `sys.monitoring`, trace and profile functions (`instar-vm`).

#[cfg(target_os = "linux")]
mod faulthandler;
mod lsprof;

use instar_vm::module::NativeModule;

/// Every native module of this crate, for registration before start-up.
pub static MODULES: &[NativeModule] = &[
    #[cfg(target_os = "linux")]
    faulthandler::MODULE,
    lsprof::MODULE,
];
