//! How the binary is linked, and facts about the build for `instar -X fingerprint`: compiler, flags, profile, features.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=Cargo.toml");
    // A program that lies where it was linked needs no relocations at start: about a quarter of the pages it would write then.
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") && env::var("CARGO_CFG_TARGET_ENV").as_deref() == Ok("gnu") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
        // A debug build has other functions, and nobody counts its pages.
        if env::var("OPT_LEVEL").as_deref() != Ok("0") { order_text() }
    }
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()).unwrap_or_default();
    println!("cargo::rustc-env=INSTAR_RUSTC={version}");
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default().replace('\u{1f}', " ");
    println!("cargo::rustc-env=INSTAR_FLAGS={flags}");
    let out = env::var("OUT_DIR").unwrap_or_default();
    // .../target[/triple]/<profile>/build/<package>/out
    let profile = out.rsplit(['/', '\\']).nth(3).unwrap_or("").to_owned();
    println!("cargo::rustc-env=INSTAR_PROFILE={profile}");
    let (axes, presets) = features(&std::fs::read_to_string("Cargo.toml").unwrap_or_default());
    println!("cargo::rustc-env=INSTAR_FEATURES={}", axes.join(" "));
    println!("cargo::rustc-env=INSTAR_PRESET={}", if presets.len() == 1 { presets[0].as_str() } else { "" });
    println!("cargo::rustc-env=INSTAR_STATS={}", u8::from(on("stats")));
}

/// Tells the linker to place the functions of order.txt side by side, before all others: the pages of code that a program needs
/// are a third of those it would touch otherwise (`cargo x order`). Both GNU ld and lld read such a script.
fn order_text() {
    println!("cargo::rerun-if-changed=order.txt");
    let Ok(names) = std::fs::read_to_string("order.txt") else { return };
    let sections: String = names.lines().filter(|line| !line.starts_with('#')).map(|name| format!("    *(.text.{name} .text.unlikely.{name})\n")).collect();
    let script = std::path::Path::new(&env::var("OUT_DIR").unwrap_or_default()).join("order.ld");
    std::fs::write(&script, format!("SECTIONS {{\n  .text.used : {{\n{sections}  }}\n}} INSERT BEFORE .text;\n")).expect("the output directory can be written");
    println!("cargo::rustc-link-arg-bins=-Wl,-T,{}", script.display());
}

fn on(feature: &str) -> bool { env::var_os(format!("CARGO_FEATURE_{}", feature.to_uppercase().replace('-', "_"))).is_some() }

/// The axis features that are on, and the presets that no other preset that is on implies.
fn features(manifest: &str) -> (Vec<String>, Vec<String>) {
    let table = manifest.split("[features]").nth(1).unwrap_or("").split("\n[").next().unwrap_or("");
    let lines = table.lines().filter_map(|l| l.split_once(" = [")).filter(|(name, _)| !["default", "stats", "__all-features"].contains(name) && on(name));
    let (mut axes, mut presets) = (Vec::new(), Vec::new());
    for (name, implied) in lines {
        if implied.contains('/') { axes.push(name.to_owned()) } else { presets.push((name.to_owned(), implied.to_owned())) }
    }
    let implied = |p: &str| presets.iter().any(|(_, list)| list.contains(&format!("\"{p}\"")));
    let top = presets.iter().filter(|(p, _)| !implied(p)).map(|(p, _)| p.clone()).collect();
    (axes, top)
}
