//! Code of small programs: goldens, verification, encoding, size limits, errors.
//!
//! Not here: running code (the interpreter's tests).

use instar_code::{decode, disassemble, encode, verify, CodeBlob, Const, Op};
use instar_compiler::{compile, ErrorKind, Mode, Options};

fn code(source: &str) -> std::sync::Arc<CodeBlob> {
    match compile(source, "<test>", Mode::Exec, &Options::default()) { Ok(c) => c.code, Err(e) => panic!("{e}") }
}

/// Instructions of the first nested function, without labels and line numbers.
fn function(source: &str) -> Vec<String> {
    let code = code(source);
    verify(&code).unwrap();
    let Some(inner) = code.consts.iter().find_map(|c| if let Const::Code(c) = c { Some(c) } else { None }) else { panic!("no function") };
    disassemble(inner).lines().skip(1).take_while(|l| !l.is_empty() && !l.starts_with("      handler")).map(|l| l[12..].to_owned()).collect()
}

fn message(source: &str) -> String {
    match compile(source, "<test>", Mode::Exec, &Options::default()) { Ok(_) => "compiled".into(), Err(e) => e.message }
}

#[test]
fn locals_are_operands() {
    assert_eq!(function("def f(x):\n x = x + 1\n return x"), ["BinaryOpK x x 1 +", "Return x"]);
    assert_eq!(function("def f(a, b):\n return a.x + b[0]"), ["LoadAttr t0 a x", "LoadSubscrK t1 b 0", "BinaryOp t0 t0 t1 +", "Return t0"]);
    assert_eq!(function("def f(a, b):\n a, b = b, a"), ["Move t0 b", "Move t1 a", "Move b t1", "Move a t0", "ReturnConst None"]);
}

#[test]
fn a_rebound_local_is_copied() {
    assert_eq!(function("def f(x):\n return x + (x := 5)"), ["Move t0 x", "LoadConst x 5", "BinaryOp t0 t0 x +", "Return t0"]);
    assert_eq!(function("def f(x):\n return (y := x) + y"), ["Move y x", "BinaryOp t0 y y +", "Return t0"]);
}

#[test]
fn conditions_are_fused() {
    assert_eq!(function("def f(a, b):\n if a < b and a is not None: return 1"), [
        "CompareJump a b < is false -> L1", "JumpIfNone a -> L2", "ReturnConst 1", "ReturnConst None", "ReturnConst None"]);
}

#[test]
fn checks_stand_only_where_needed() {
    assert_eq!(function("def f(c):\n if c: x = 1\n return x"), ["JumpIfFalse c -> L1", "LoadConst x 1", "CheckLocal x", "Return x"]);
    assert!(!function("def f(c):\n for i in c: x = i\n else: x = 2\n return x").iter().any(|l| l.starts_with("CheckLocal")));
    assert!(function("def f():\n x = 1\n del x\n return x").contains(&"CheckLocal x".to_owned()));
    assert!(function("def f():\n try: x = g()\n except E: pass\n return x").contains(&"CheckLocal x".to_owned()));
}

#[test]
fn return_leaves_blocks() {
    let lines = function("def f(x):\n for i in x:\n  try: return i + 1\n  finally: g()");
    let value = lines.iter().position(|l| l.starts_with("BinaryOpK .")).unwrap();
    assert!(lines[value + 1].starts_with("LoadGlobal") && lines[value..].iter().any(|l| l == "Release t0") && lines.iter().any(|l| l.starts_with("Return .")), "{lines:?}");
}

#[test]
fn folding() {
    assert_eq!(function("def f():\n return 2 ** 10 - 1 + -3"), ["ReturnConst 1020"]);
    assert_eq!(function("def f():\n return (1, 'a' + 'b')[1]"), ["ReturnConst 'ab'"]);
    assert_eq!(function("def f(x):\n return x in [1, 2]"), ["LoadConst t0 (1, 2)", "Contains t0 x t0", "Return t0"]);
    assert_eq!(function("def f():\n return 1 << 64"), ["ReturnConst 0x010000000000000000"]);
    assert_eq!(function("def f(x):\n while 0: x()\n if not 1: x()"), ["ReturnConst None"]);
}

#[test]
fn surrogates_survive() {
    let code = code(r"x = '\ud800a\N{BULLET}é'");
    let Some(Const::Str(s)) = code.consts.iter().find(|c| matches!(c, Const::Str(_))) else { panic!() };
    assert_eq!(s.code_points().collect::<Vec<_>>(), [0xD800, 97, 0x2022, 0xE9]);
}

#[test]
fn sizes() {
    let verify_all = |source: String| verify(&code(&source)).unwrap();
    verify_all(format!("x = [{}]", vec!["a"; 70_000].join(",")));
    verify_all(format!("def f(p):\n{} v0 += v1\n del v5\n return v39999", (0..40_000).map(|i| format!(" v{i} = p\n")).collect::<String>()));
    verify_all(format!("def f(a):\n while a < 10:\n{}", "  a = a + 1\n".repeat(30_000)));
    verify_all(format!("x = {}y", "-".repeat(5000)));
    verify_all(format!("f({})", vec!["a"; 300].join(",")));
}

#[test]
fn deep_source_is_an_error() {
    let e = compile(&format!("x = {}y", "not ".repeat(200_000)), "<test>", Mode::Exec, &Options::default()).unwrap_err();
    assert_eq!(e.kind, ErrorKind::Memory);
    assert_eq!(message(&format!("x = {}1{}", "(".repeat(201), ")".repeat(201))), "too many nested parentheses");
}

#[test]
fn encoding() {
    let code = code("class A[T]:\n x: int = 1\n def f(self, a, *, b=2.5): return lambda: (self, 1j, b'x', {1, 2}, x[1:2], 10**30)\n");
    let bytes = encode(&code);
    assert_eq!(format!("{:?}", decode(&bytes).unwrap()), format!("{code:?}"));
    for cut in (0..bytes.len()).step_by(7) { assert!(decode(&bytes[..cut]).is_err()); }
    // Damaged code must be refused or harmless, never a panic.
    for i in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[i] ^= 0x55;
        if let Ok(c) = decode(&damaged) { let _ = verify(&c); }
    }
}

/// A copy of the first nested code of `code`, changed by `change`.
fn changed_inner(code: &CodeBlob, change: impl Fn(&CodeBlob, &mut Vec<instar_code::Unit>)) -> CodeBlob {
    let inner = code.consts.iter().find_map(|c| if let Const::Code(c) = c { Some(c) } else { None }).unwrap();
    let mut copy = (**inner).clone();
    let mut units = inner.units.to_vec();
    change(inner, &mut units);
    copy.body = instar_code::Body {
        units: units.into(), error_depth: inner.error_depth.to_vec().into(), positions: inner.positions.to_vec().into(), handlers: inner.handlers.clone(),
        consts: inner.consts.clone(), names: inner.names.clone(), locals: inner.locals.clone(),
    }.into();
    copy
}

#[test]
fn a_function_gets_its_closure_before_it_is_used() {
    let outer = code("def outer():\n x = 1\n def inner(a=2): return x, a\n return inner");
    let is = |units: &[instar_code::Unit], i: usize, op: Op| units[i].op == op as u16;
    assert!(verify(&changed_inner(&outer, |_, _| {})).is_ok());
    // Defaults in place of the closure: the function is returned without one.
    let without = changed_inner(&outer, |_, units| {
        let at = (0..units.len()).find(|&i| is(units, i, Op::SetFunctionAttr) && units[i].c == 8).unwrap();
        units[at].c = 1;
    });
    assert!(verify(&without).unwrap_err().what.contains("SetFunctionAttr reads"), "{}", verify(&without).unwrap_err());
    // Into a local, where anything may find it.
    let local = changed_inner(&outer, |_, units| {
        let at = (0..units.len()).find(|&i| is(units, i, Op::MakeFunction)).unwrap();
        units[at].a = units.iter().find(|u| u.op == Op::Return as u16).unwrap().a;
    });
    assert!(verify(&local).is_err());
}

#[test]
fn scope_errors() {
    assert_eq!(message("def f():\n nonlocal x"), "no binding for nonlocal 'x' found");
    assert_eq!(message("def f(x):\n global x"), "name 'x' is parameter and global");
    assert_eq!(message("def f():\n x\n global x"), "name 'x' is used prior to global declaration");
    assert_eq!(message("def f(a, a): pass"), "duplicate argument 'a' in function definition");
    assert_eq!(message("return 1"), "'return' outside function");
    assert_eq!(message("break"), "'break' outside loop");
    assert_eq!(message("[i := 0 for i in x]"), "assignment expression cannot rebind comprehension iteration variable 'i'");
    assert_eq!(message("from __future__ import braces"), "not a chance");
}

#[test]
fn syntax_errors() {
    assert_eq!(message("f() = 1"), "cannot assign to function call here. Maybe you meant '==' instead of '='?");
    assert_eq!(message("if x:\npass"), "expected an indented block after 'if' statement on line 1");
    assert_eq!(message("x = (1,\nfor i in x: pass"), "'(' was never closed");
    assert_eq!(message("x = 'abc"), "unterminated string literal (detected at line 1)");
    assert_eq!(message("while x\n  pass"), "expected ':'");
}
