//! Runs a file without the import system.
use instar_vm::vm::Settings;
use instar_vm::*;
fn main() {
    let path = std::env::args().nth(1).unwrap();
    std::thread::Builder::new().stack_size(std::env::var("BARE_STACK").ok().and_then(|s| s.parse().ok()).unwrap_or(1 << 30)).spawn(move || {
    let settings: Settings = Settings { argv: vec![], executable: String::new(), hash_seed: Some(0), optimize: 0, verbose: 0, quiet: false, inspect: false, interactive: false, isolated: false, ignore_environment: false, no_site: false, no_user_site: false, dont_write_bytecode: false, bytes_warning: 0, safe_path: false, unbuffered: false, dev_mode: false, utf8_mode: false, warn_options: vec![], x_options: vec![], stdlib: None, gc_stress: std::env::var("STRESS").is_ok(), fail_after: None, int_max_str_digits: 4300 };
    let mut vm = Vm::boot(settings).map_err(|e| e.to_string()).unwrap();
    let r = (|vm: &mut Vm| -> PyResult<()> {
        builtins::init(vm)?; sysmod::init(vm)?;
        let src = std::fs::read_to_string(&path).unwrap();
        let code = instar_compiler::compile(&src, &path, instar_compiler::Mode::Exec, &Default::default()).map_err(|e| builtins::syntax_error::raise(vm, e, false))?;
        if std::env::var("DIS").is_ok() { println!("{}", instar_code::disassemble(&code.code)); }
        let code = types::code::PyCode::new(vm, code.code)?;
        let globals = vm.new_dict()?;
        let n = vm.intern("__name__")?; let m = vm.intern("__main__")?; globals.set_item(vm, &n, &m)?; let n = vm.intern("__builtins__")?; let m = vm.builtins.clone().into_obj(); globals.set_item(vm, &n, &m)?;
        let f = types::function::PyFunction::new(vm, code, globals.clone(), None)?;
        eval::slow::calls::call_function(vm, &f, args::Args::EMPTY, Some(globals.into_obj()))?;
        Ok(())
    })(&mut vm);
    if let Err(e) = r { display::report_uncaught(&mut vm, e); }
    std::process::exit(0)
    }).unwrap().join().unwrap();
}
