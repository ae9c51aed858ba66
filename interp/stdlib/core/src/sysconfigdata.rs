//! `_sysconfigdata__PLATFORM_MULTIARCH`: the build's variables that `sysconfig` hands out.
//!
//! There is no Makefile and no C compiler behind this build: variables about them are empty. Not here: paths (`sysconfig` has them
//! from `sys`).

use instar_vm::module::NativeModule;
use instar_vm::types::dict::PyDict;
use instar_vm::{Owned, PyResult, Ref, Vm};

use crate::support::{set, set_int, set_str};

/// `_sysconfigdata_{sys.abiflags}_{sys.platform}_{sys.implementation._multiarch}`
const NAME: &str = match (cfg!(target_os = "macos"), cfg!(target_arch = "aarch64")) {
    (false, false) => "_sysconfigdata__linux_x86_64-linux-gnu",
    (false, true) => "_sysconfigdata__linux_aarch64-linux-gnu",
    (true, false) => "_sysconfigdata__darwin_x86_64-darwin",
    (true, true) => "_sysconfigdata__darwin_aarch64-darwin",
};

const NUMBERS: &[(&str, i64)] = &[
    ("ALIGNOF_LONG", 8), ("ALIGNOF_MAX_ALIGN_T", 16), ("ALIGNOF_SIZE_T", 8), ("HAVE_BUILTIN_ATOMIC", 1), ("HAVE_DYNAMIC_LOADING", 0), ("HAVE_FORK", 1),
    ("HAVE_GETRANDOM", 1), ("HAVE_SIGACTION", 1), ("HAVE_VFORK", 1), ("PY_SSIZE_T_CLEAN", 1), ("Py_DEBUG", 0), ("Py_ENABLE_SHARED", 0), ("Py_GIL_DISABLED", 0),
    ("Py_REMOTE_DEBUG", 0), ("Py_TRACE_REFS", 0), ("SIZEOF_DOUBLE", 8), ("SIZEOF_FLOAT", 4), ("SIZEOF_INT", 4), ("SIZEOF_LONG", 8), ("SIZEOF_LONG_DOUBLE", 16),
    ("SIZEOF_LONG_LONG", 8), ("SIZEOF_OFF_T", 8), ("SIZEOF_PID_T", 4), ("SIZEOF_SHORT", 2), ("SIZEOF_SIZE_T", 8), ("SIZEOF_TIME_T", 8), ("SIZEOF_UINTPTR_T", 8),
    ("SIZEOF_VOID_P", 8), ("SIZEOF_WCHAR_T", 4), ("SIZEOF__BOOL", 1), ("WITH_DOC_STRINGS", 1), ("WITH_FREELISTS", 0), ("WITH_MIMALLOC", 0), ("WITH_PYMALLOC", 0),
];

const TEXTS: &[(&str, &str)] = &[
    ("AR", ""), ("ARFLAGS", ""), ("BLDSHARED", ""), ("CC", ""), ("CCSHARED", ""), ("CFLAGS", ""), ("CONFIG_ARGS", ""), ("CXX", ""), ("EXE", ""), ("EXEEXT", ""),
    ("LDFLAGS", ""), ("LDSHARED", ""), ("LDVERSION", "3.14"), ("LIBS", ""), ("PLATLIBDIR", "lib"), ("PY_CFLAGS", ""), ("PY_CFLAGS_NODIST", ""), ("PY_LDFLAGS", ""),
    ("SHLIB_SUFFIX", ".so"), ("TEST_MODULES", "no"), ("VERSION", "3.14"), ("WHEEL_PKG_DIR", ""),
];

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    let vars = vm.new_dict()?;
    for (name, n) in NUMBERS { set_int(vm, &vars, name, *n)? }
    for (name, text) in TEXTS { set_str(vm, &vars, name, text)? }
    set_str(vm, &vars, "MULTIARCH", NAME.trim_start_matches("_sysconfigdata__linux_").trim_start_matches("_sysconfigdata__darwin_"))?;
    set(vm, namespace, "build_time_vars", &vars.into_obj())
}

/// The module.
pub static MODULE: NativeModule = NativeModule { name: NAME, doc: "system configuration generated and used by the sysconfig module", functions: &[], exec };
