//! Parts of a blob that stay packed, in the binary, until something looks at them.
//!
//! Most functions of a library module are made and never called; most called ones never raise. Not here: the packed form
//! (`encode.rs`, `decode.rs`).

use std::collections::TryReserveError;
use std::ops::Deref;
use std::sync::OnceLock;

use crate::decode::{Packed, Unpack};
use crate::{Body, Const, Position};

/// Items that are unpacked at the first look.
#[derive(Clone, Debug, Default)]
pub struct LazyList<T> {
    packed: &'static [u8],
    count: usize,
    items: OnceLock<Box<[T]>>,
}

impl<T: Unpack> LazyList<T> {
    /// A packed list of `count` items. The bytes must have come from our encoder.
    pub(crate) fn packed(packed: &'static [u8], count: usize) -> Self { Self { packed, count, items: OnceLock::new() } }
    /// Number of items.
    pub fn len(&self) -> usize { self.items.get().map_or(self.count, |i| i.len()) }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool { self.len() == 0 }
    /// The items for somebody who changes them; a packed list stays packed.
    ///
    /// # Errors
    /// No memory.
    pub fn to_boxed(&self) -> Result<Box<[T]>, TryReserveError> where T: Clone {
        let Some(items) = self.items.get() else { return Ok(self.unpack()) };
        let mut copy = Vec::new();
        copy.try_reserve_exact(items.len())?;
        copy.extend_from_slice(items);
        Ok(copy.into_boxed_slice())
    }
    fn unpack(&self) -> Box<[T]> { T::unpack(self.packed, self.count).expect("law: our encoder wrote it").into() }
}

impl LazyList<Position> {
    /// The line of a unit, -1 for none, without unpacking: nothing is allocated.
    pub fn line(&self, unit: usize) -> i32 {
        let found = match self.items.get() { Some(items) => items.get(unit).map(|p| p.line), None => Position::line_in(self.packed, unit) };
        found.unwrap_or(-1)
    }
}

impl<T: Unpack> Deref for LazyList<T> {
    type Target = [T];
    fn deref(&self) -> &[T] { self.items.get_or_init(|| self.unpack()) }
}

impl<T: Unpack> From<Vec<T>> for LazyList<T> {
    fn from(items: Vec<T>) -> Self { Self { packed: &[], count: 0, items: OnceLock::from(items.into_boxed_slice()) } }
}

impl<T: Unpack + PartialEq> PartialEq for LazyList<T> {
    fn eq(&self, other: &Self) -> bool { **self == **other }
}

impl<'a, T: Unpack> IntoIterator for &'a LazyList<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter { self.iter() }
}

/// A body that is unpacked at the first look.
#[derive(Clone, Debug, Default)]
pub struct LazyBody {
    packed: Option<Packed>,
    body: OnceLock<Box<Body>>,
}

impl LazyBody {
    pub(crate) fn packed(packed: Packed) -> Self { Self { packed: Some(packed), body: OnceLock::new() } }
    /// The first constant.
    pub(crate) fn first_const(&self) -> Option<Const> {
        match (self.body.get(), self.packed) {
            (None, Some(packed)) => packed.first_const().expect("law: our encoder wrote it"),
            _ => self.consts.first().cloned(),
        }
    }
    /// Whether the body has been unpacked (or never was packed).
    pub fn is_unpacked(&self) -> bool { self.body.get().is_some() || self.packed.is_none() }
}

impl Deref for LazyBody {
    type Target = Body;
    #[inline]
    fn deref(&self) -> &Body {
        self.body.get_or_init(|| match self.packed {
            Some(packed) => Box::new(packed.body().expect("law: our encoder wrote it")),
            None => Box::default(),
        })
    }
}

impl From<Body> for LazyBody {
    fn from(body: Body) -> Self { Self { packed: None, body: OnceLock::from(Box::new(body)) } }
}
