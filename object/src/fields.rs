//! `Field`: what a payload is made of, as data, and the macro that writes it down. What stands before the payload is the layout's
//! business (`reflect`).
use crate::bufvec::BufVec;
use crate::dict::{DictTable, SetTable};
use crate::layout::Layout;
use crate::reflect::Buffer;

/// One field of a payload.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Where it begins in the payload.
    pub offset: usize,
    /// Its bytes.
    pub bytes: usize,
}

/// A payload whose fields are known. Made by [`fields!`](crate::fields!).
#[diagnostic::on_unimplemented(message = "`{Self}` does not say what it is made of", note = "name all its fields with the macro `fields!`, beside `trace!`")]
pub trait Described {
    /// All fields, in the order of the declaration.
    const FIELDS: &'static [Field];
    /// The buffer of the heap that a payload of this type owns.
    ///
    /// The function may be called on payloads of this type that nobody changes meanwhile.
    const BUFFER: Option<unsafe fn(*mut ()) -> Buffer> = None;
}

/// A field that owns a buffer of the heap.
pub trait Buffered {
    /// How large it is. Nobody changes the field meanwhile.
    fn buffer(&self) -> Buffer;
}
impl<T, L: Layout> Buffered for BufVec<T, L> {
    fn buffer(&self) -> Buffer {
        Buffer { bytes: self.capacity() * size_of::<T>(), used: self.len() * size_of::<T>() }
    }
}
impl<L: Layout> Buffered for DictTable<L> {
    fn buffer(&self) -> Buffer {
        DictTable::buffer(self)
    }
}
impl<L: Layout> Buffered for SetTable<L> {
    fn buffer(&self) -> Buffer {
        let entry = self.buffer_bytes().checked_div(self.entry_count()).unwrap_or(0);
        Buffer { bytes: self.buffer_bytes(), used: self.len() * entry }
    }
}

/// Bytes of a field.
#[doc(hidden)]
pub const fn size_of_field<T, F>(_: fn(&T) -> &F) -> usize {
    size_of::<F>()
}

/// Implements [`Described`] for a struct by naming all its fields: `fields! { Pair { first, second } }`. One too few does not compile.
/// For an enum only the name is given: it is one field, `value`. A field that owns a buffer of the heap is named once more behind the
/// braces: `fields! { Row { items, id } items }`.
#[macro_export]
macro_rules! fields {
    ($name:ident { $($field:tt),* $(,)? } $($buffer:ident)?) => {
        const _: fn(&$name) = |payload| {
            let $name { $($field: _),* } = payload;
        };
        impl $crate::Described for $name {
            const FIELDS: &'static [$crate::Field] = &[ $( $crate::Field {
                name: stringify!($field),
                offset: ::core::mem::offset_of!($name, $field),
                bytes: $crate::size_of_field(|payload: &$name| &payload.$field),
            } ),* ];
            $( const BUFFER: ::core::option::Option<unsafe fn(*mut ()) -> $crate::reflect::Buffer> = Some(|payload| {
                // SAFETY: called on payloads of this type.
                $crate::Buffered::buffer(unsafe { &(*payload.cast::<$name>()).$buffer })
            }); )?
        }
    };
    ($name:ident) => {
        impl $crate::Described for $name {
            const FIELDS: &'static [$crate::Field] = &[$crate::Field { name: "value", offset: 0, bytes: ::core::mem::size_of::<$name>() }];
        }
    };
}
