//! The node classes of an interpreter by name, and making nodes.
//!
//! Not here: making the classes (`../ast_.rs`).

use std::collections::HashMap;

use instar_vm::typeobj::TypeRef;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

/// A node class.
pub struct Class {
    /// The type object.
    pub ty: TypeRef,
    /// Names of its fields, interned.
    pub fields: Vec<Owned>,
    /// Whether its nodes have a place in the source.
    pub located: bool,
    /// The shared node of a class without fields (contexts, operators).
    pub sole: Option<Owned>,
    /// The class it is an alternative of; its own name if it is none.
    pub sum: &'static str,
}

/// Every node class.
pub struct Classes {
    /// The root of them all.
    pub ast: TypeRef,
    /// Class by name.
    pub by_name: HashMap<&'static str, Class>,
    /// Name by the word of the type object.
    pub by_type: HashMap<usize, &'static str>,
    /// `lineno`, `col_offset`, `end_lineno`, `end_col_offset`
    pub places: [Owned; 4],
}

/// Where a node stands: lines from 1, columns in bytes; negative numbers as the `u32`s of the same bits.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Line and column of the first byte.
    pub start: (u32, u32),
    /// Line and column behind the last.
    pub end: (u32, u32),
}

impl Classes {
    /// A class of the grammar.
    pub fn get(&self, vm: &Vm, name: &str) -> PyResult<&Class> {
        match self.by_name.get(name) { Some(c) => Ok(c), None => Err(vm.system_error(format!("no node class {name}"))) }
    }

    /// The most special class of the grammar that an object is an instance of, with its name.
    pub fn of(&self, vm: &Vm, o: &Owned) -> Option<(&'static str, &Class)> {
        o.type_of(vm).mro_items(vm).iter().find_map(|t| {
            let name = self.by_type.get(&t.word().raw())?;
            Some((*name, self.by_name.get(name)?))
        })
    }

    /// A node with the values of its fields in order.
    pub fn node(&self, vm: &mut Vm, name: &str, values: impl IntoIterator<Item = Owned>, place: Option<Place>) -> PyResult {
        let class = self.get(vm, name)?;
        let node = vm.allocate_instance(&class.ty)?;
        for (field, value) in class.fields.iter().zip(values) { vm.set_attr_interned(&node, field, Some(&value))? }
        if let Some(p) = place {
            for (name, n) in self.places.iter().zip([p.start.0, p.start.1, p.end.0, p.end.1]) {
                let n = vm.new_int(i64::from(n as i32))?;
                vm.set_attr_interned(&node, name, Some(&n))?;
            }
        }
        Ok(node)
    }

    /// The shared node of a class without fields.
    pub fn sole(&self, vm: &Vm, name: &str) -> PyResult {
        match self.get(vm, name)?.sole.clone() { Some(o) => Ok(o), None => Err(vm.system_error(format!("{name} has no shared node"))) }
    }
}
