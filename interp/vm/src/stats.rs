//! Counting hooks of the loop. Empty unless the `stats` feature is on; such binaries are never timed.
//!
//! Twin bodies instead of cfg at call sites. Not here: the counters (`instar-object`).

pub use instar_object::stats::{Origin, count_dict};

#[cfg(not(feature = "stats"))]
mod hooks {
    use super::Origin;
    use instar_code::Unit;

    /// An op is executed.
    #[inline(always)]
    pub fn op(_: *const Unit) {}

    /// A local operand is read, and perhaps retained.
    #[inline(always)]
    pub fn local_read(_: bool) {}

    /// A count is about to change because of an operand.
    #[inline(always)]
    pub fn operand(_: Origin, _: crate::object::Word) {}

    /// See `within`.
    pub struct Within;
    /// Until the result is dropped, counts change for this origin, unless ops say another.
    #[inline(always)]
    pub fn within(_: Origin) -> Within { Within }
}

#[cfg(feature = "stats")]
mod hooks {
    use super::Origin;
    use crate::object::Word;
    use instar_code::{Effect, Kind, Op, Unit};
    use instar_object::stats;

    /// Why counts change in the body of an op, but for its operands.
    fn origin(op: Op) -> Origin {
        let name = op.generic().info().name;
        let has = |words: &[&str]| words.iter().any(|w| name.contains(w));
        if has(&["Call", "Return", "Resume", "Yield", "Send", "MakeFunction", "CopyFreeVars"]) { return Origin::Call }
        if has(&["Global", "Name", "BuildClass"]) { return Origin::Global }
        if has(&["Attr", "Method", "Deref", "MakeCell"]) { return Origin::Attribute }
        match name {
            "Move" | "Copy" | "LoadFar" | "StoreFar" | "DeleteLocal" | "DeleteFar" => Origin::Local,
            "LoadConst" => Origin::Constant,
            "Release" => Origin::Temp,
            _ => Origin::Other,
        }
    }

    /// Whether an op may release the last reference to something: it writes a local, consumes temps, or unbinds.
    fn releases(unit: &Unit, op: Op) -> bool {
        let one = |kind: Kind, r: i16| match kind {
            Kind::Out => r < 0,
            Kind::Use => r >= 0,
            Kind::Base => true,
            _ => false,
        };
        let kinds = op.info().kinds;
        one(kinds[0], unit.a) || one(kinds[1], unit.b) || one(kinds[2], unit.c)
    }

    /// An op is executed.
    #[inline(always)]
    pub fn op(pc: *const Unit) {
        // SAFETY: the loop is at an instruction.
        let unit = unsafe { &*pc };
        let Some(op) = Op::from_u16(unit.op) else { return };
        // What escapes and cannot raise only releases.
        let (escapes, raises) = (op.has(Effect::Escapes), op.has(Effect::Raises));
        stats::count_op(unit.op, origin(op), escapes && raises, escapes || releases(unit, op));
    }

    /// A local operand is read, and perhaps retained.
    #[inline(always)]
    pub fn local_read(retained: bool) { stats::count_local_read(retained) }

    /// A count is about to change because of an operand.
    #[inline(always)]
    pub fn operand(origin: Origin, w: Word) { if w.is_ptr() { stats::operand(origin) } }

    /// See `within`.
    pub struct Within(Origin);
    impl Drop for Within {
        fn drop(&mut self) { stats::set_origin(self.0); }
    }
    /// Until the result is dropped, counts change for this origin, unless ops say another.
    #[inline(always)]
    pub fn within(origin: Origin) -> Within { Within(stats::set_origin(origin)) }
}

pub use hooks::*;
