//! One type over all hash functions: feeding, finishing, copying.
//!
//! Bytes only. Not here: Python objects.

use digest::{DynDigest, ExtendableOutput, Update, XofReader};

/// A hash function.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum Kind { Md5, Sha1, Sha224, Sha256, Sha384, Sha512, Sha3_224, Sha3_256, Sha3_384, Sha3_512, Shake128, Shake256, Blake2b, Blake2s }

impl Kind {
    /// Every function that has a digest of fixed size, without parameters.
    pub const FIXED: [Kind; 12] = [Kind::Md5, Kind::Sha1, Kind::Sha224, Kind::Sha256, Kind::Sha384, Kind::Sha512, Kind::Sha3_224, Kind::Sha3_256, Kind::Sha3_384, Kind::Sha3_512, Kind::Blake2b, Kind::Blake2s];
    /// Its name in `hashlib`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Md5 => "md5", Kind::Sha1 => "sha1", Kind::Sha224 => "sha224", Kind::Sha256 => "sha256", Kind::Sha384 => "sha384", Kind::Sha512 => "sha512",
            Kind::Sha3_224 => "sha3_224", Kind::Sha3_256 => "sha3_256", Kind::Sha3_384 => "sha3_384", Kind::Sha3_512 => "sha3_512",
            Kind::Shake128 => "shake_128", Kind::Shake256 => "shake_256", Kind::Blake2b => "blake2b", Kind::Blake2s => "blake2s",
        }
    }
    /// Bytes that it takes in at once.
    pub fn block_size(self) -> usize {
        match self {
            Kind::Md5 | Kind::Sha1 | Kind::Sha224 | Kind::Sha256 | Kind::Blake2s => 64,
            Kind::Sha384 | Kind::Sha512 | Kind::Blake2b => 128,
            Kind::Sha3_224 => 144,
            Kind::Sha3_256 | Kind::Shake256 => 136,
            Kind::Sha3_384 => 104,
            Kind::Sha3_512 => 72,
            Kind::Shake128 => 168,
        }
    }
    /// Bytes of its digest; 0 where the caller chooses.
    pub fn digest_size(self) -> usize {
        match self {
            Kind::Md5 => 16, Kind::Sha1 => 20, Kind::Sha224 | Kind::Sha3_224 => 28, Kind::Sha256 | Kind::Sha3_256 | Kind::Blake2s => 32,
            Kind::Sha384 | Kind::Sha3_384 => 48, Kind::Sha512 | Kind::Sha3_512 | Kind::Blake2b => 64, Kind::Shake128 | Kind::Shake256 => 0,
        }
    }
}

#[derive(Clone)]
enum State {
    Fixed(Box<dyn DynDigest>),
    Shake128(sha3::Shake128),
    Shake256(sha3::Shake256),
    Blake2b(Box<blake2b_simd::State>, usize),
    Blake2s(Box<blake2s_simd::State>, usize),
}

/// A hash in the making.
#[derive(Clone)]
pub struct Hasher { kind: Kind, state: State }

impl Hasher {
    /// Nothing hashed yet, default parameters.
    pub fn new(kind: Kind) -> Hasher {
        let state = match kind {
            Kind::Md5 => State::Fixed(Box::<md5::Md5>::default()),
            Kind::Sha1 => State::Fixed(Box::<sha1::Sha1>::default()),
            Kind::Sha224 => State::Fixed(Box::<sha2::Sha224>::default()),
            Kind::Sha256 => State::Fixed(Box::<sha2::Sha256>::default()),
            Kind::Sha384 => State::Fixed(Box::<sha2::Sha384>::default()),
            Kind::Sha512 => State::Fixed(Box::<sha2::Sha512>::default()),
            Kind::Sha3_224 => State::Fixed(Box::<sha3::Sha3_224>::default()),
            Kind::Sha3_256 => State::Fixed(Box::<sha3::Sha3_256>::default()),
            Kind::Sha3_384 => State::Fixed(Box::<sha3::Sha3_384>::default()),
            Kind::Sha3_512 => State::Fixed(Box::<sha3::Sha3_512>::default()),
            Kind::Shake128 => State::Shake128(Default::default()),
            Kind::Shake256 => State::Shake256(Default::default()),
            Kind::Blake2b => State::Blake2b(Box::new(blake2b_simd::State::new()), 64),
            Kind::Blake2s => State::Blake2s(Box::new(blake2s_simd::State::new()), 32),
        };
        Hasher { kind, state }
    }
    /// BLAKE2b with parameters and a digest of `size` bytes.
    pub fn blake2b(params: &blake2b_simd::Params, size: usize) -> Hasher { Hasher { kind: Kind::Blake2b, state: State::Blake2b(Box::new(params.to_state()), size) } }
    /// BLAKE2s with parameters and a digest of `size` bytes.
    pub fn blake2s(params: &blake2s_simd::Params, size: usize) -> Hasher { Hasher { kind: Kind::Blake2s, state: State::Blake2s(Box::new(params.to_state()), size) } }
    /// The function.
    pub fn kind(&self) -> Kind { self.kind }
    /// Bytes of the digest.
    pub fn digest_size(&self) -> usize { match &self.state { State::Blake2b(_, n) | State::Blake2s(_, n) => *n, _ => self.kind.digest_size() } }
    /// Takes in bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Fixed(d) => d.update(bytes),
            State::Shake128(d) => d.update(bytes),
            State::Shake256(d) => d.update(bytes),
            State::Blake2b(d, _) => { d.update(bytes); }
            State::Blake2s(d, _) => { d.update(bytes); }
        }
    }
    /// The digest of what was taken in so far.
    pub fn finish(&self) -> Vec<u8> {
        match &self.state {
            State::Fixed(d) => d.clone().finalize().into_vec(),
            State::Blake2b(d, _) => d.finalize().as_bytes().to_vec(),
            State::Blake2s(d, _) => d.finalize().as_bytes().to_vec(),
            State::Shake128(_) | State::Shake256(_) => Vec::new(),
        }
    }
    /// As many bytes of digest as `out` has room for; for the functions where the caller chooses.
    pub fn finish_into(&self, out: &mut [u8]) {
        match &self.state {
            State::Shake128(d) => d.clone().finalize_xof().read(out),
            State::Shake256(d) => d.clone().finalize_xof().read(out),
            _ => {}
        }
    }
}
