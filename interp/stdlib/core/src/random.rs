//! Module `_random`: the Mersenne Twister as `_random.Random`.
//!
//! The generator is `instar-base-random`. Not here: distributions, which are Python code (`Lib/random.py`).

use instar_base_random::{MersenneTwister, STATE_LENGTH};
use instar_vm::args::{check_count, Args};
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::object::Guarded;
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::int::{int_ref, IntRef};
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

/// Payload of `_random.Random`.
pub struct PyRandom {
    twister: Guarded<MersenneTwister>,
}

instar_vm::trace! { PyRandom { } }
instar_vm::fields! { PyRandom { twister } }
instar_vm::payload!(PyRandom, "Random");

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_random",
    doc: "Module implements the Mersenne Twister random number generator.",
    functions: &[],
    exec: |vm, _, namespace| {
        let slots = Slots { new: Some(new), init: Some(init), ..Slots::default() };
        let ty = vm.new_native_type::<PyRandom>("_random", "Random", None, vm_flags::BASETYPE, slots, &DEF)?;
        let name = vm.intern("Random")?;
        namespace.set_item(vm, &name, ty.obj())
    },
};

static DEF: TypeDef = TypeDef {
    doc: "Random() -> create a random number generator with its own internal state.",
    sig: "",
    methods: &[
        Def::new("random", "($self, /)", Native::N0(random)).doc("random() -> x in the interval [0, 1)."),
        Def::new("seed", "($self, n=None, /)", Native::Var(seed, 0, 1))
            .doc("seed([n]) -> None.\n\nDefaults to use urandom and falls back to a combination\nof the current time and the process identifier."),
        Def::new("getstate", "($self, /)", Native::N0(getstate)).doc("getstate() -> tuple containing the current state."),
        Def::new("setstate", "($self, state, /)", Native::N1(setstate)).doc("setstate(state) -> None.  Restores generator state."),
        Def::new("getrandbits", "($self, k, /)", Native::N1(getrandbits)).doc("getrandbits(k) -> x.  Generates an int with k random bits."),
    ],
    getset: &[],
};

fn this_random(this: &Owned) -> &Ref<PyRandom> { this.cast::<PyRandom>().expect("law: checked by the descriptor") }

fn new(vm: &mut Vm, ty: &TypeRef, _: Args<'_>) -> PyResult {
    let twister = MersenneTwister::from_i64(0);
    Ok(vm.new_object_of(ty, PyRandom { twister: Guarded::new(twister) })?.into_obj())
}

fn init(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult<()> {
    args.no_keywords(vm, "Random")?;
    check_count(vm, "Random", args.pos().len(), 0, 1)?;
    seed(vm, this, args.pos()).map(drop)
}

fn random(vm: &mut Vm, this: &Owned) -> PyResult {
    let x = this_random(this).twister.get_mut(vm).random();
    vm.new_float(x)
}

/// Entropy of the operating system; the time and the process where it has none.
fn entropy() -> Vec<u32> {
    let mut bytes = [0u8; (STATE_LENGTH - 1) * 4];
    // The system call gives at most 256 bytes at a time for sure.
    let complete = bytes.chunks_mut(256).all(|chunk| {
        // SAFETY: the buffer is as long as said.
        unsafe { libc::getentropy(chunk.as_mut_ptr().cast(), chunk.len()) == 0 }
    });
    if complete { return bytes.chunks_exact(4).map(|b| u32::from_ne_bytes([b[0], b[1], b[2], b[3]])).collect() }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    vec![now.as_secs() as u32, now.subsec_nanos(), std::process::id()]
}

fn seed(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let key = match args.first().filter(|n| !vm.is_none(n)) {
        None => entropy(),
        Some(n) => match int_ref(n) {
            Some(value) => {
                // A subclass may say otherwise what its absolute value is.
                let exact = instar_vm::types::int::is_exact_int(vm, n);
                let magnitude = if exact { value.big().clone() } else { let n = vm.absolute(n)?; vm.index_big(&n)? };
                instar_base_random::key_of_int(&magnitude)
            }
            None => {
                let hash = vm.hash(n)? as u64;
                instar_base_random::key_of_int(&hash.into())
            }
        },
    };
    this_random(this).twister.get_mut(vm).seed_key(&key);
    Ok(vm.none())
}

fn getstate(vm: &mut Vm, this: &Owned) -> PyResult {
    let state = this_random(this).twister.get(vm).state();
    let mut items = Vec::with_capacity(state.len());
    for word in state { items.push(vm.new_int(i64::from(word))?) }
    Ok(vm.new_tuple(items)?.into_obj())
}

fn setstate(vm: &mut Vm, this: &Owned, state: &Owned) -> PyResult {
    let Some(state) = state.cast::<PyTuple>() else { return Err(vm.type_error("state vector must be a tuple")) };
    if state.len() != STATE_LENGTH { return Err(vm.value_error("state vector is the wrong size")) }
    let mut words = [0u32; STATE_LENGTH - 1];
    for (word, item) in words.iter_mut().zip(state.items()) {
        let Some(n) = int_ref(item) else { return Err(vm.type_error("an integer is required")) };
        match n {
            n if n.signum() < 0 => return Err(vm.overflow_error("can't convert negative value to unsigned int")),
            n => match n.to_u64() {
                Some(n) => *word = n as u32,
                None => return Err(vm.overflow_error("Python int too large to convert to C unsigned long")),
            },
        }
    }
    let position = vm.index_i64(&state.items()[STATE_LENGTH - 1])?;
    match this_random(this).twister.get_mut(vm).set_state(&words, position) {
        Ok(()) => Ok(vm.none()),
        Err(_) => Err(vm.value_error("invalid state")),
    }
}

fn getrandbits(vm: &mut Vm, this: &Owned, k: &Owned) -> PyResult {
    let n = vm.index(k)?;
    let bits = match int_ref(&n) {
        Some(n) if n.signum() < 0 => return Err(vm.value_error("Cannot convert negative int")),
        Some(IntRef::Small(n)) => n as u64,
        Some(n) => match n.to_u64() { Some(n) => n, None => return Err(vm.overflow_error("Python int too large for C uint64_t")) },
        None => 0,
    };
    let twister = this_random(this).twister.get_mut(vm);
    if bits <= 64 {
        let r = twister.bits_u64(bits as u32);
        return vm.new_uint(r);
    }
    match twister.bits_int(bits) { Ok(n) => vm.new_bigint(n), Err(_) => Err(vm.no_memory()) }
}
