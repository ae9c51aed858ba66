//! `_uuid`: UUIDs of time and node, made without asking a service.
//!
//! Not here: `uuid` (Lib), which reads the bytes.

use std::time::{SystemTime, UNIX_EPOCH};

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::{Owned, PyResult, Vm};

use crate::support::set_int;

/// Steps of 100 ns from the Gregorian reform to 1970.
const REFORM: u64 = 0x01B2_1DD2_1381_4000;

/// What keeps the UUIDs of this interpreter apart: the last time, a clock sequence that moves when time does not, and the node.
#[derive(Default)]
struct State { last: u64, sequence: u16, node: Option<[u8; 6]> }

/// The address of a network card, or a random one, marked as such.
fn node() -> std::io::Result<[u8; 6]> {
    let mut cards: Vec<_> = std::fs::read_dir("/sys/class/net").map(|d| d.flatten().map(|e| e.path()).collect()).unwrap_or_default();
    cards.sort();
    for card in cards {
        let Ok(text) = std::fs::read_to_string(card.join("address")) else { continue };
        let bytes: Vec<u8> = text.trim().split(':').map_while(|b| u8::from_str_radix(b, 16).ok()).collect();
        if let Ok(node) = <[u8; 6]>::try_from(bytes) && node != [0; 6] { return Ok(node) }
    }
    let mut node = [0; 6];
    random(&mut node)?;
    node[0] |= 1;
    Ok(node)
}

fn random(bytes: &mut [u8]) -> std::io::Result<()> { std::io::Read::read_exact(&mut std::fs::File::open("/dev/urandom")?, bytes) }

fn generate(vm: &mut Vm, _: &Owned) -> PyResult {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| (d.as_nanos() / 100) as u64).wrapping_add(REFORM);
    let state = vm.state::<State>();
    let node = match state.node {
        Some(n) => n,
        None => {
            let mut start = [0; 2];
            let found = random(&mut start).and_then(|()| node());
            match found {
                Ok(n) => { state.sequence = u16::from_ne_bytes(start); *state.node.insert(n) }
                Err(e) => return Err(vm.os_error_from(e, None)),
            }
        }
    };
    // The same time again, or an earlier one, gets another sequence.
    if now <= state.last { state.sequence = state.sequence.wrapping_add(1) }
    state.last = now;
    let sequence = state.sequence & 0x3FFF | 0x8000;
    let mut out = [0; 16];
    out[..4].copy_from_slice(&(now as u32).to_be_bytes());
    out[4..6].copy_from_slice(&((now >> 32) as u16).to_be_bytes());
    out[6..8].copy_from_slice(&((now >> 48) as u16 & 0x0FFF | 0x1000).to_be_bytes());
    out[8..10].copy_from_slice(&sequence.to_be_bytes());
    out[10..].copy_from_slice(&node);
    // -1: other processes could make the same.
    let pair = [vm.new_bytes(&out)?, vm.new_int(-1)?];
    Ok(vm.new_tuple(pair)?.into_obj())
}

/// The module.
pub const MODULE: NativeModule = NativeModule {
    name: "_uuid",
    doc: "",
    functions: &[Def::new("generate_time_safe", "($module, /)", Native::N0(generate))],
    exec: |vm, _, ns| {
        set_int(vm, ns, "has_uuid_generate_time_safe", 1)?;
        set_int(vm, ns, "has_stable_extractable_node", 0)
    },
};
