# needs: os, re, subprocess, sys, tempfile, zipfile
# The command line as a person or a script uses it: output, errors and exit codes of options, variables, kinds of programs.
import os
import re
import subprocess
import sys
import tempfile
import zipfile

clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "LC_", "LANG", "FORCE_C", "NO_C"))} | {"LANG": "C.UTF-8", "TERM": "dumb"}
folder = tempfile.TemporaryDirectory()
os.chdir(folder.name)
here = os.getcwd()


def put(name, text, mode="w"):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, mode) as f:
        f.write(text)


def run(*args, stdin=None, **env):
    done = subprocess.run([sys.executable, *args], input=stdin, stdin=subprocess.DEVNULL if stdin is None else None, capture_output=True, text=True, timeout=60, env={**clean, **env})
    return done.returncode, done.stdout, done.stderr


def shown(*args, **more):
    code, out, err = run(*args, **more)
    assert (code, err) == (0, ""), (args, code, err)
    return out.strip()


# flags
flags = "import sys; f = sys.flags; print(f.debug, f.inspect, f.dont_write_bytecode, f.no_user_site, f.warn_default_encoding, f.safe_path, f.utf8_mode, f.context_aware_warnings, f.thread_inherit_context)"
plain = "0 0 0 0 0 False 0 0 0"
assert shown("-c", flags) == plain
assert shown("-d", "-c", flags) == shown("-c", flags, PYTHONDEBUG="zork") == "1 0 0 0 0 False 0 0 0"
for name in "PYTHONDONTWRITEBYTECODE", "PYTHONNOUSERSITE", "PYTHONDEBUG", "PYTHONUNBUFFERED":
    assert shown("-c", flags, **{name: "0"}) == plain, name
assert shown("-c", flags, PYTHONSAFEPATH="0") == "0 0 0 0 0 True 0 0 0"
assert shown("-c", flags, PYTHONWARNDEFAULTENCODING="0") == shown("-X", "warn_default_encoding", "-c", flags) == "0 0 0 0 1 False 0 0 0"
assert shown("-X", "context_aware_warnings=1", "-c", flags, PYTHON_THREAD_INHERIT_CONTEXT="1") == "0 0 0 0 0 False 0 1 1"
assert shown("-X", "utf8", "-c", flags) == shown("-c", flags, PYTHONUTF8="1") == "0 0 0 0 0 False 1 0 0"

# settings that make no sense
for args, env, text in (
    (("-X", "utf8=2"), {}, "preconfig_init_utf8_mode: invalid -X utf8 option value\nPython runtime state: preinitializing"),
    ((), {"PYTHONUTF8": "x"}, "preconfig_init_utf8_mode: invalid PYTHONUTF8 environment variable value\nPython runtime state: preinitializing"),
    (("-X", "int_max_str_digits=1"), {}, "config_init_int_max_str_digits: -X int_max_str_digits: invalid limit; must be >= 640 or 0 for unlimited.\nPython runtime state: preinitialized"),
    ((), {"PYTHONINTMAXSTRDIGITS": "x"}, "config_init_int_max_str_digits: PYTHONINTMAXSTRDIGITS: invalid limit; must be >= 640 or 0 for unlimited.\nPython runtime state: preinitialized"),
    (("-X", "cpu_count=0"), {}, "config_init_cpu_count: -X cpu_count=n option: n is missing or an invalid number, n must be greater than 0\nPython runtime state: preinitialized"),
    (("-X", "context_aware_warnings=2"), {}, "config_init_context_aware_warnings: -X context_aware_warnings=n: n is missing or invalid\nPython runtime state: preinitialized"),
    ((), {"PYTHON_THREAD_INHERIT_CONTEXT": "x"}, "config_init_thread_inherit_context: PYTHON_THREAD_INHERIT_CONTEXT=N: N is missing or invalid\nPython runtime state: preinitialized"),
    ((), {"PYTHONHASHSEED": "-1"}, "config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]\nPython runtime state: preinitialized"),
    (("-X", "gil=2"), {}, 'config_read_gil: PYTHON_GIL / -X gil must be "0" or "1"\nPython runtime state: preinitialized'),
    (("-X", "frozen_modules=x"), {}, 'bad value for option -X frozen_modules (expected "on" or "off")\nPython runtime state: preinitialized'),
):
    assert run(*args, "-c", "1", **env) == (1, "", f"Fatal Python error: {text}\n\n"), (args, env, run(*args, "-c", "1", **env))
    assert run(*args, "-E", "-c", "1", **env)[0] == (1 if args else 0)
for args, text in (("--zork",), "Unknown option: --zork\n"), (("-c",), "Argument expected for the -c option\n"), (("--check-hash-based-pycs", "x"), "--check-hash-based-pycs must be one of 'default', 'always', or 'never'\n"):
    code, out, err = run(*args)
    assert code == 2 and out == "" and err.startswith(text + f"usage: {sys.executable} [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry `"), err
assert shown("--check-hash-based-pycs", "always", "-c", "import _imp; print(_imp.check_hash_based_pycs)") == "always"

# kinds of programs
put("a.py", "import sys\nprint(__file__, sys.path[0], sys.argv)\n")
put("x.py", "no python (\nprint('x')\n1 / 0\n")
put("dir/__main__.py", "import sys\nprint(sys.path[0], sys.argv)\n")
with zipfile.ZipFile("z.zip", "w") as z:
    z.writestr("__main__.py", "import sys\nprint(sys.path[0], sys.argv)\n")
put("empty/x", "")
assert shown("./a.py", "1") == f"{here}/./a.py {here} ['./a.py', '1']"
assert shown("dir", "1") == f"{here}/dir ['dir', '1']" and shown("z.zip") == f"{here}/z.zip ['z.zip']"
assert run("empty")[2] == f"{sys.executable}: can't find '__main__' module in '{here}/empty'\n"
code, out, err = run("-x", "x.py")
assert (code, out) == (1, "x\n") and "line 3, in <module>\n" in err
assert shown("-", "1", stdin="import sys; print(sys.argv, __file__, __cached__)") == "['-', '1'] <stdin> None"
assert run("-i", "zork.py", stdin="5\n")[2].count("\n") == 2
assert shown("-c", "import sys; print([p for p in sys.path if p in ('', '/p', %r)])" % here, PYTHONPATH=":/p") == f"['', '{here}', '/p']"
raw = subprocess.run([os.fsencode(sys.executable), b"-c", b"import sys; print(ascii(sys.argv), ascii(sys.orig_argv[-1]))", b"\xff"], capture_output=True, env=clean)
assert raw.stdout == b"['-c', '\\udcff'] '\\udcff'\n", raw
raw = subprocess.run([os.fsencode(sys.executable), b"-c", b"print('\xff')"], capture_output=True, env=clean)
assert raw.returncode == 1 and raw.stderr.startswith(b"Unable to decode the command from the command line:\nUnicodeEncodeError: 'utf-8' codec can't encode character '\\udcff' in position 7: surrogates"), raw

# source of the command line is shown, also by the library
assert "    try: 1/0\n         ~^~\n" in run("-c", "import traceback\ntry: 1/0\nexcept Exception: traceback.print_exc()")[2]

# exit codes
assert run("-c", "import sys; sys.exit(SystemExit(3))") == (3, "", "")
assert run("-i", "-q", stdin="raise KeyboardInterrupt\n1\n")[0] == -2

# bytes that are compared with something else
for text, warned in (("b'a' == 'a'", "bytes and string"), ("'a' != b'a'", "bytes and string"), ("b'a' == 97", "bytes and int"), ("bytearray(b'a') == 'a'", "bytearray and string"), ("'a' in [b'a']", "bytes and string"), ("bytearray(b'a') == 1", ""), ("b'a' == None", ""), ("b'' == bytearray()", "")):
    code, out, err = run("-b", "-c", text)
    assert code == 0 and err == (f"<string>:1: BytesWarning: Comparison between {warned}\n" if warned else ""), (text, err)
    code, out, err = run("-bb", "-c", text)
    assert (code, err.splitlines()[-1:]) == ((1, [f"BytesWarning: Comparison between {warned}"]) if warned else (0, [])), (text, err)
    assert run("-c", text) == (0, "", "")

# warnings
assert run("-c", "x = 1 is 1")[2] == '<string>:1: SyntaxWarning: "is" with \'int\' literal. Did you mean "=="?\n'
assert "_py_warnings" not in run("-W", "error", "-c", "import warnings; warnings.warn('x')")[2]
assert shown("-c", "import sys; print(sys.warnoptions)", PYTHONWARNINGS=",") == "[]"
assert run("-X", "warn_default_encoding", "-c", "open('/dev/null').close()")[2] == "<string>:1: EncodingWarning: 'encoding' argument not specified\n"
assert shown("-X", "warn_default_encoding", "-c", "open('/dev/null', encoding='locale').close(); open('/dev/null', 'rb').close()") == ""

# streams
assert shown("-u", "-c", "import sys; print(sys.stdout.line_buffering, sys.stderr.line_buffering, sys.stderr.write_through)") == "False False True"
assert shown("-c", "import sys; print(sys.stdout.encoding, sys.stderr.encoding)", PYTHONIOENCODING="latin-1") == "iso8859-1 iso8859-1"

# colours
for env in {"FORCE_COLOR": "1"}, {"PYTHON_COLORS": "1"}, {"PYTHON_COLORS": "1", "NO_COLOR": "1"}:
    err = run("-c", "1/0", **env)[2]
    assert err.endswith("\x1b[1;35mZeroDivisionError\x1b[0m: \x1b[35mdivision by zero\x1b[0m\n") and '  File \x1b[35m"<string>"\x1b[0m, line \x1b[35m1\x1b[0m' in err, err
    err = run("-c", "x = (", **env)[2]
    assert "    x = \x1b[1;31m(\x1b[0m\n        \x1b[1;31m^\x1b[0m\n" in err, err
for env in {}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, {"PYTHON_COLORS": "0", "FORCE_COLOR": "1"}:
    assert "\x1b" not in run("-c", "1/0", **env)[2]
assert "\x1b" not in run("-E", "-c", "1/0", PYTHON_COLORS="1")[2]
os.chdir("/")
folder.cleanup()
print("ok")
