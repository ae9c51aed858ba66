//! Native modules about data: dates, serialisation, decimal numbers. Bindings and what only they need.
//!
//! One file or directory a module; each exports `MODULE`. Not here: compression and hashes (`instar-stdlib-codec`).

mod csv;
mod datetime;
mod decimal;
mod expat;
mod json;
mod pickle;
mod statistics_;
mod support;

use instar_vm::module::NativeModule;

/// Every native module of this crate, for registration before start-up.
pub static MODULES: &[NativeModule] = &[
    csv::MODULE,
    datetime::MODULE,
    decimal::MODULE,
    expat::MODULE,
    json::MODULE,
    pickle::MODULE,
    statistics_::MODULE,
];
