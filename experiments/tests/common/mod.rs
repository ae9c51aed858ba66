//! A checkout in a temporary directory whose interpreter is a shell script that answers the lab's protocol.
//!
//! Not here: what is expected of the lab (`lab.rs`).

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Axis features of the two fake presets.
pub const BASE: &str = r#"["rc-immortal","attrs-merged"]"#;
pub const COMPACT: &str = r#"["rc-immortal","attrs-merged","gc-one-word"]"#;

/// The temporary checkout; removed when dropped.
pub struct Checkout {
    pub root: PathBuf,
}

impl Checkout {
    /// Two variants (`a` = base, `b`), two programs (`one`, `two`); a program is shell text that the fake sources.
    pub fn new(name: &str) -> Checkout {
        let root = std::env::temp_dir().join(format!("instar-lab-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        let checkout = Checkout { root };
        checkout.write("Cargo.toml", "[workspace]\n");
        checkout.write(
            "interp/Cargo.toml",
            "[package]\nname = \"instar\"\n[features]\nrc-immortal = []\nattrs-merged = []\ngc-one-word = []\nweakref-table = []\n\
             cpython-312 = [\"rc-immortal\", \"attrs-merged\"]\ncompact = [\"cpython-312\", \"gc-one-word\"]\n",
        );
        checkout.write(
            "experiments/variants.toml",
            "base = \"a\"\n[[variant]]\nname = \"a\"\nnote = \"the base\"\npreset = \"cpython-312\"\n\
             [[variant]]\nname = \"b\"\nnote = \"smaller\"\npreset = \"compact\"\nfirst = true\n\
             [[variant]]\nname = \"c\"\nnote = \"step\"\nfrom = \"b\"\nadd = [\"weakref-table\"]\ndefault = false\n",
        );
        checkout.write(
            "experiments/programs/programs.toml",
            "[[program]]\nname = \"one\"\ndescription = \"first\"\nsizes = [\"S\", \"M\"]\ntags = [\"t\"]\n\
             [[program]]\nname = \"two\"\ndescription = \"second\"\nsizes = [\"S\"]\ntags = []\n",
        );
        checkout.write(
            "experiments/programs/one.py",
            "echo line 1\necho checksum 17\n",
        );
        checkout.write("experiments/programs/two.py", "echo two of size $1\n");
        checkout.write(
            "experiments/programs/expected/one.S.out",
            "line 1\nchecksum 17\n",
        );
        checkout.write("experiments/programs/expected/two.S.out", "two of size S\n");
        checkout.interpreter("a", &fingerprint("base", BASE), "", 1000);
        checkout.interpreter("b", &fingerprint("small", COMPACT), "", 700);
        checkout
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A fake interpreter: its fingerprint, shell text run before each program, its peak of pages.
    pub fn interpreter(&self, variant: &str, fingerprint: &str, before: &str, pages: u64) {
        let log = self.root.join("calls.log");
        let path = format!("bin/{variant}/instar");
        let script = format!(
            "#!/bin/sh\nif [ \"$1 $2\" = '-X fingerprint' ]; then echo '{fingerprint}'; exit 0; fi\n\
             if [ \"$1 $2\" = '-X memstats' ]; then shift 2; echo '{{\"page_bytes_peak\": {pages}, \"cell_bytes_peak\": {pages}, \"ops\": 50}}' > \"$INSTAR_MEMSTATS\"; mode=memstats; else mode=timed; fi\n\
             echo \"{variant} $mode $(basename $1)\" >> '{}'\nfile=$1; shift\n{before}\n. \"$file\"\n",
            log.display()
        );
        self.script(&path, &script);
    }

    /// An executable file.
    pub fn script(&self, path: &str, text: &str) {
        self.write(path, text);
        let permissions = fs::Permissions::from_mode(0o755);
        fs::set_permissions(self.root.join(path), permissions).unwrap();
    }

    /// Runs the lab in this checkout.
    pub fn lab(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_instar-lab"));
        command
            .current_dir(&self.root)
            .args(arguments)
            .env_remove("CARGO_TARGET_DIR")
            .output()
            .unwrap()
    }

    /// `run` at size S with the fake binaries.
    pub fn run(&self, more: &[&str]) -> Output {
        let binaries = self.root.join("bin").display().to_string();
        let mut arguments = vec![
            "run",
            "--size",
            "S",
            "--no-peers",
            "--rounds",
            "3",
            "--binaries",
            &binaries,
        ];
        arguments.extend_from_slice(more);
        self.lab(&arguments)
    }

    /// What the fake interpreters were asked to do, one call a line; emptied.
    pub fn calls(&self) -> Vec<String> {
        let path = self.root.join("calls.log");
        let text = fs::read_to_string(&path).unwrap_or_default();
        let _ = fs::remove_file(path);
        text.lines().map(str::to_string).collect()
    }

    pub fn exists(&self, path: &str) -> bool {
        Path::new(&self.root).join(path).exists()
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// A fingerprint with nothing wrong but what the arguments say.
pub fn fingerprint(layout: &str, features: &str) -> String {
    format!(
        "{{\"layout\":\"{layout}\",\"preset\":null,\"features\":{features},\"rustc\":\"1.95.0\",\"flags\":\"dup\",\"indirect_jumps_replicated\":true,\
         \"stats\":false,\"profile\":\"release\",\"requested_bytes_instance\":[1,2,3,4,61,6,7,8,9],\"cell_bytes_instance\":[1,2,3,4,64,6,7,8,9]}}"
    )
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).to_string()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).to_string()
}
