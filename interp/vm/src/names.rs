//! Interned strings that the interpreter itself looks up.
//!
//! `vm.names.__init__` is the interned str object `'__init__'`. Add a line where a name is needed on more than a cold path.

use crate::object::Owned;

macro_rules! names {
    ($($name:ident)*) => {
        /// Well-known interned strings.
        #[allow(missing_docs, non_snake_case)]
        #[repr(C)]
        pub struct Names { $(pub $name: Owned),* }
        impl Names {
            /// Makes all of them with `intern`.
            ///
            /// A loop over an array: a struct literal of as many fallible fields has a clean-up path for each, and LLVM took two
            /// minutes over them.
            pub(crate) fn make<E>(mut intern: impl FnMut(&str) -> Result<Owned, E>) -> Result<Box<Names>, E> {
                const TEXTS: &[&str] = &[$(stringify!($name)),*];
                let made = TEXTS.iter().map(|text| intern(text.trim_start_matches("r#"))).collect::<Result<Vec<Owned>, E>>()?;
                let made: Box<[Owned; TEXTS.len()]> = match made.into_boxed_slice().try_into() { Ok(a) => a, Err(_) => unreachable!("law: one for each text") };
                const { assert!(size_of::<Names>() == size_of::<[Owned; TEXTS.len()]>()) };
                // SAFETY: `repr(C)` lays out fields of one type as an array of that length, in the order of the texts.
                Ok(unsafe { Box::from_raw(Box::into_raw(made).cast()) })
            }
            /// Every name.
            pub(crate) fn all(&self) -> impl Iterator<Item = &Owned> { [$(&self.$name),*].into_iter() }
        }
    };
}

names! {
    __abs__ __add__ __aenter__ __aexit__ __aiter__ __all__ __and__ __anext__ __annotate__ __annotations__ __args__ __await__ __bases__ __bool__ __buffer__
    __build_class__ __builtins__ __bytes__ __call__ __cause__ __ceil__ __class__ __class_getitem__ __classcell__ __classdict__ __cached__ __code__ __complex__
    __contains__ __context__ __copy__ __deepcopy__ __defaults__ __del__ __delattr__ __delete__ __delitem__ __dict__ __dir__ __divmod__ __doc__
    __enter__ __eq__ __exit__ __file__ __firstlineno__ __float__ __floor__ __floordiv__ __format__ __func__ __ge__ __get__ __getattr__ __getattribute__
    __getitem__ __getstate__ __getnewargs__ __getnewargs_ex__ __globals__ __gt__ __hash__ __iadd__ __iand__ __ifloordiv__ __ilshift__ __imatmul__ __imod__ __import__ __imul__
    __index__ __init__ __init_subclass__ __instancecheck__ __int__ __invert__ __ior__ __ipow__ __irshift__ __isub__ __iter__ __itruediv__ __ixor__
    __kwdefaults__ __le__ __len__ __length_hint__ __loader__ __lshift__ __lt__ __main__ __match_args__ __matmul__ __missing__ __mod__ __module__ __mro__
    __mro_entries__ __mul__ __name__ __ne__ __neg__ __new__ __next__ __notes__ __objclass__ __or__ __orig_bases__ __orig_class__ __origin__ __parameters__ __path__ __package__ __pos__
    __pow__ __prepare__ __qualname__ __radd__ __rand__ __rdivmod__ __reduce__ __reduce_ex__ __release_buffer__ __repr__ __reversed__ __rfloordiv__ __rlshift__
    __rmatmul__ __rmod__ __rmul__ __ror__ __round__ __rpow__ __rrshift__ __rshift__ __rsub__ __rtruediv__ __rxor__ __self__ __set__ __set_name__
    __setattr__ __setitem__ __setstate__ __sizeof__ __slots__ __slotnames__ __spec__ __static_attributes__ __str__ __sub__ __subclasscheck__ __subclasshook__ __suppress_context__
    __text_signature__ __thisclass__ __traceback__ __truediv__ __trunc__ __type_params__ __typing_subst__ __typing_prepare_subst__ __typing_is_unpacked_typevartuple__ __weakref__ __wrapped__ __xor__ __isabstractmethod__ __abstractmethods__ __module_name__
    _initializing add append args athrow big builtins clear close copy decode default displayhook encode errors excepthook extend file fileno flush format fromkeys
    get getvalue imag index items join keys keyword kwargs last_exc last_traceback last_type last_value little metaclass modules mro n_fields name obj open origin path pop
    print_file_and_line read readline real replace return_value send sort split start stderr stdin stdout step stop strict sys throw r#type unraisablehook update value values warn
    warnings write len isinstance lambda_name builtin_module ps1 ps2 encoding filename lineno offset text end_lineno end_offset msg strerror errno filename2 code __conditional_annotations__ _abc_impl meta_path path_hooks _uninitialized_submodules n_sequence_fields n_unnamed_fields __future__
    readinto object exec eval compile __static__ __subclasses__ tracebacklimit stringlib end sep __new_member__ __getformat__ co_name fset fget fdel key reverse maxsplit
}
