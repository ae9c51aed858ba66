//! Native modules that compress and hash: bindings of well-kept crates.
//!
//! One file or directory a module; each exports `MODULE`. `stream.rs` is what the compressing modules share. Not here: `binascii`
//! (`instar-stdlib-core`), gzip, zip and tar files (Python code).

mod bz2;
mod hash;
mod lzma;
mod stream;
mod support;
mod zlib;
mod zstd;

use instar_vm::module::NativeModule;

/// Every native module of this crate, for registration before start-up.
pub static MODULES: &[NativeModule] = &[
    bz2::MODULE,
    hash::plain::MD5,
    hash::plain::SHA1,
    hash::plain::SHA2,
    hash::sha3::MODULE,
    hash::blake2::MODULE,
    hash::hmac::MODULE,
    lzma::MODULE,
    zlib::MODULE,
    zstd::MODULE,
];
