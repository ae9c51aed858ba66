//! Any bytes as code: what decodes is verified without a crash, and what verifies can be disassembled and written again.
//!
//! Not here: executing verified code (`experiments/fuzz`, kind `bytecode`).
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(code) = instar_code::decode(data) else { return };
    if instar_code::verify(&code).is_err() { return }
    let _ = instar_code::disassemble(&code);
    let bytes = instar_code::encode(&code);
    let again = instar_code::decode(&bytes).expect("what was written can be read");
    assert_eq!(instar_code::encode(&again), bytes, "reading and writing gives the same");
});
