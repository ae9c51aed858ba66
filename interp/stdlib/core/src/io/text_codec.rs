//! The codec of a text stream: native, or the decoder and encoder objects that `codecs` makes.
//!
//! Not here: what is done with the characters (`text.rs`), states of decoder objects (`cookie.rs`).

use instar_vm::codecs::{self, Native as Codec};
use instar_vm::fallible::CollectVec;
use instar_vm::{Owned, PyResult, Vm};

use super::{call, cookie, this, unsupported};

/// The codec of a name: native, or its decoder and encoder objects put into the stream. `able`: whether each is wanted.
pub fn set_codec(vm: &mut Vm, o: &Owned, encoding: &Owned, errors: &Owned, able: (bool, bool)) -> PyResult<Option<Codec>> {
    let name = vm.repr_text_plain(encoding);
    let native = Codec::by_name(&name).filter(|c| matches!(c, Codec::Utf8 | Codec::Ascii | Codec::Latin1));
    if native.is_some() {
        this(o).decoder.set(None);
        this(o).encoder.set(None);
        return Ok(native);
    }
    let lookup = vm.import_attr("_codecs", "lookup")?;
    let info = vm.call1(&lookup, encoding)?;
    let key = vm.intern("_is_text_encoding")?;
    if let Some(is_text) = vm.get_attr_opt(&info, &key)? && !vm.truth(&is_text)? {
        return Err(vm.exception_with_message(&vm.types.lookup_error.clone(), &format!("'{name}' is not a text encoding; use codecs.open() to handle arbitrary codecs")));
    }
    let mut made = |wanted: bool, what: &str| if wanted { call(vm, &info, what, std::slice::from_ref(errors)).map(Some) } else { Ok(None) };
    let (decoder, encoder) = (made(able.0, "incrementaldecoder")?, made(able.1, "incrementalencoder")?);
    this(o).decoder.set(decoder);
    this(o).encoder.set(encoder);
    Ok(None)
}

/// Characters of bytes, and how many bytes those are.
pub fn decoded(vm: &mut Vm, o: &Owned, codec: Option<Codec>, input: &[u8], last: bool) -> PyResult<(Vec<u32>, usize)> {
    match codec {
        Some(codec) => {
            let data = vm.new_bytes(input)?;
            let view = vm.buffer_any(&data, false)?;
            let errors = this(o).errors.get();
            let d = codecs::decode(vm, codec, &view, 0, errors.as_ref(), last)?;
            Ok((d.text.units().codes().try_vec(vm)?, d.used))
        }
        None => {
            let Some(decoder) = this(o).decoder.get() else { return Err(unsupported(vm, "not readable")) };
            Ok((cookie::decode(vm, &decoder, input, last)?, input.len()))
        }
    }
}
