//! `_symtable`: symbol tables as the compiler sees them.
//!
//! Not here: scope analysis (`instar-compiler`), the classes that show it (Lib's `symtable`).

use instar_vm::builtins::execute;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::types::dict::PyDict;
use instar_vm::types::str::PyStr;
use instar_vm::typeobj::TypeRef;
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Ref, Vm};
use instar_compiler::Symbols;
use instar_object::TypeFlags;

use crate::support::set_int;

const CONSTANTS: &[(&str, i64)] = &[
    ("USE", 16), ("DEF_GLOBAL", 1), ("DEF_NONLOCAL", 8), ("DEF_LOCAL", 2), ("DEF_PARAM", 4), ("DEF_TYPE_PARAM", 1024), ("DEF_FREE_CLASS", 64),
    ("DEF_IMPORT", 128), ("DEF_BOUND", 134), ("DEF_ANNOT", 256), ("DEF_COMP_ITER", 512), ("DEF_COMP_CELL", 2048), ("TYPE_FUNCTION", 0),
    ("TYPE_CLASS", 1), ("TYPE_MODULE", 2), ("TYPE_ANNOTATION", 3), ("TYPE_TYPE_ALIAS", 4), ("TYPE_TYPE_PARAMETERS", 5), ("TYPE_TYPE_VARIABLE", 6),
    ("LOCAL", 1), ("GLOBAL_EXPLICIT", 2), ("GLOBAL_IMPLICIT", 3), ("FREE", 4), ("CELL", 5), ("SCOPE_OFF", 12), ("SCOPE_MASK", 15),
];

/// A scope: `name`, `type`, `lineno`, `nested`, `varnames`, `symbols`, `children`.
struct Entry { kind: u8, line: u32, nested: bool, name: Owned, params: Owned, symbols: Owned, children: Owned }
trace! { Entry { name, params, symbols, children } }
instar_vm::fields! { Entry { kind, line, nested, name, params, symbols, children } }
payload!(Entry, "symtable entry");

fn this(o: &Owned) -> &Ref<Entry> { o.cast().expect("law: checked by the descriptor") }

static DEF: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[],
    getset: &[
        GetSet { member: true, name: "id", get: id, set: None, doc: "" },
        GetSet { member: true, name: "name", get: |_, o| Ok(this(o).name.clone()), set: None, doc: "" },
        GetSet { member: true, name: "symbols", get: |_, o| Ok(this(o).symbols.clone()), set: None, doc: "" },
        GetSet { member: true, name: "varnames", get: |_, o| Ok(this(o).params.clone()), set: None, doc: "" },
        GetSet { member: true, name: "children", get: |_, o| Ok(this(o).children.clone()), set: None, doc: "" },
        GetSet { member: true, name: "nested", get: |vm, o| vm.new_int(this(o).nested.into()), set: None, doc: "" },
        GetSet { member: true, name: "type", get: |vm, o| vm.new_int(this(o).kind.into()), set: None, doc: "" },
        GetSet { member: true, name: "lineno", get: |vm, o| vm.new_int(this(o).line.into()), set: None, doc: "" },
    ],
};

fn id(vm: &mut Vm, o: &Owned) -> PyResult { let id = vm.identity(o); vm.new_usize(id) }

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let e = this(o);
    let (name, line) = (e.name.cast::<PyStr>().map(|n| n.to_string_lossy()).unwrap_or_default(), e.line);
    vm.new_str(&format!("<symtable entry {name}({}), line {line}>", vm.identity(o)))
}

/// Objects for a scope and those inside it. Nesting is bounded by what the parser accepts.
fn entry(vm: &mut Vm, ty: &TypeRef, scope: &Symbols) -> PyResult {
    vm.check_native_stack(" during compilation")?;
    let name = vm.new_str(&scope.name)?;
    let mut params = Vec::new();
    for p in &scope.params { params.push(vm.intern(p)?) }
    let params = vm.new_list(params)?.into_obj();
    let symbols = vm.new_dict()?;
    for (name, flags) in &scope.names {
        let (name, flags) = (vm.intern(name)?, vm.new_int((*flags).into())?);
        symbols.set_item(vm, &name, &flags)?;
    }
    let mut children = Vec::new();
    for child in &scope.children { children.push(entry(vm, ty, child)?) }
    let children = vm.new_list(children)?.into_obj();
    Ok(vm.new_object_of(ty, Entry { kind: scope.kind, line: scope.line, nested: scope.nested, name, params, symbols: symbols.into_obj(), children })?.into_obj())
}

fn symtable(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let Some(start) = args[2].cast::<PyStr>().map(|s| s.to_string_lossy()) else {
        let ty = if vm.is_none(&args[2]) { "None".to_owned() } else { args[2].type_name(vm) };
        return Err(vm.type_error(format!("symtable() argument 3 must be str, not {ty}")));
    };
    let table = execute::symbols(vm, &args[0], &args[1], &start)?;
    let ty = vm.types.native_type::<Entry>().clone();
    entry(vm, &ty, &table)
}

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    for (name, n) in CONSTANTS { set_int(vm, namespace, name, *n)? }
    let flags = TypeFlags::WEAKREF.bits() | TypeFlags::GC.bits();
    let slots = Slots { repr: Some(repr), ..Slots::default() };
    vm.new_native_type::<Entry>("", "symtable entry", None, flags, slots, &DEF)?;
    Ok(())
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_symtable",
    doc: "",
    functions: &[Def::new("symtable", "($module, source, filename, startstr, /)", Native::Var(symtable, 3, 3)).doc("Return symbol and scope dictionaries used internally by compiler.")],
    exec,
};
