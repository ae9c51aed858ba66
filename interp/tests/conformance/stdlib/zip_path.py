# Archives in sys.path, places inside them, archives and directories as programs.
import importlib, os, subprocess, sys, tempfile, zipfile, zipimport

d = tempfile.mkdtemp()
path = os.path.join(d, "a.zip")
with zipfile.ZipFile(path, "w") as z:
    z.writestr("zipmod.py", "x = 1\ndef f(): return __file__\n")
    z.writestr("pkg/__init__.py", "y = 2\n")
    z.writestr("pkg/inner.py", "z = 3\n")
    z.writestr("deep/down/lowest.py", "w = 4\n")
    z.writestr("__main__.py", "import sys, zipmod\nprint(__name__, zipmod.x, sys.argv[1:], sys.path[0] == sys.argv[0])\n")
sys.path[:0] = [path, os.path.join(path, "deep", "down"), d, os.path.join(d, "nowhere")]
import zipmod, pkg.inner, lowest
assert (zipmod.x, pkg.y, pkg.inner.z, lowest.w) == (1, 2, 3, 4)
assert zipmod.f() == os.path.join(path, "zipmod.py") and type(zipmod.__loader__) is zipimport.zipimporter
assert isinstance(sys.path_importer_cache[path], zipimport.zipimporter) and zipimport.zipimporter in sys.path_hooks
try: import nothing_of_this_name
except ModuleNotFoundError: pass
for p in (path, d):
    if p == d:
        with open(os.path.join(d, "__main__.py"), "w") as f: f.write("import sys\nprint(__name__, sys.argv[1:], sys.path[0] == sys.argv[0])\n")
    print(subprocess.run([sys.executable, p, "a"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip())
print("ok")
