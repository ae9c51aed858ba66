//! The features of a preset choose the same policies as its type. Which preset is checked depends on the build.
use instar_object::{Active, Layout, presets};

#[test]
fn a_preset_feature_is_its_type() {
    let active = Active::name();
    println!("{active}");
    if cfg!(feature = "__all-features") {
        assert_eq!(active, presets::Best::name());
    } else if cfg!(feature = "best") {
        assert_eq!(active, presets::Best::name());
    } else if cfg!(feature = "compact-exact") {
        assert_eq!(active, presets::CompactExact::name());
    } else if cfg!(feature = "compact") {
        assert_eq!(active, presets::Compact::name());
    } else if cfg!(feature = "cpython-314") {
        assert_eq!(active, presets::Cpython314::name());
    } else if cfg!(feature = "cpython-313") {
        assert_eq!(active, presets::Cpython313::name());
    } else if cfg!(feature = "cpython-312") {
        assert_eq!(active, presets::Cpython312::name());
    } else if cfg!(feature = "cpython-311") {
        assert_eq!(active, presets::Cpython311::name());
    } else if !cfg!(any(
        feature = "rc-saturating",
        feature = "rc-none",
        feature = "rc-packed",
        feature = "rc-immortal",
        feature = "elide-static",
        feature = "dealloc-queued",
        feature = "type-index",
        feature = "gc-one-word",
        feature = "gc-zero-word",
        feature = "attrs-merged",
        feature = "attrs-inline",
        feature = "attrs-shape",
        feature = "slots-exact",
        feature = "weakref-table",
        feature = "value-tagged",
        feature = "value-selftag",
        feature = "value-nanbox",
        feature = "alloc-pool",
        feature = "alloc-pool8",
        feature = "alloc-bump",
        feature = "alloc-mimalloc",
        feature = "freelists"
    )) {
        assert_eq!(active, presets::Default::name());
    }
}
