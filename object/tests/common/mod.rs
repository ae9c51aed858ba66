//! The world of `instar_object::testing`, under the name that the tests use.
#![allow(unused_imports)]
pub use instar_object::testing::*;
