//! Whole programs in which request number n for memory fails, for n = 1, 2, 3, ...: each ends well or with MemoryError.
//!
//! A panic fails the test, an abort ends it. Not here: what a program sees when it goes on (`tests/memory.rs`).

use instar_vm::builtins::execute;
use instar_vm::import::native;
use instar_vm::{PyResult, Vm};

use crate::memory::MEMORY;
use crate::{cli, run};

/// Programs, each about one thing that allocates.
const PROGRAMS: &[(&str, &str)] = &[
    ("list", "x = []\nfor i in range(200): x.append([i])\nx += x\nx[3:5] = range(20)\nx.sort(key=str)\ndel x[::2]\nassert len(x) > 100\ny = [*x, *x]\n"),
    ("dict", "d = {}\nfor i in range(100): d[str(i)] = i\nd.update(d.copy(), a=1)\ne = {**d, 1: 2}\nfor k in list(d): del d[k]\nassert sorted(map(str, e))\ns = {1, 2} | set(range(40))\n"),
    ("str", "s = ''\nfor i in range(60): s += chr(i * 7)\nt = '%s %r {}' % (s, s)\nu = t.format(s).upper().encode('utf-8').decode()\nv = f'{u!r:>2000}{len(u):,}'\nassert ','.join(v.split()) and v.replace('a', 'bb').title()\n"),
    ("class", "class A:\n    x = 1\n    def __init__(self, a): self.a = a; self.b = [a]\n    @property\n    def p(self): return self.a\nclass B(A):\n    __slots__ = ('q',)\n    def m(self): return super().p\nl = [B(i) for i in range(20)]\nfor o in l: o.c = o.m(); o.q = o.__dict__\ntype('C', (B,), {'z': 1})(3)\n"),
    ("exceptions", "def f(n):\n    try:\n        if n: f(n - 1)\n        else: {}['k']\n    except KeyError as e: raise ValueError('x') from e\n    finally: n = [n]\ntry: f(5)\nexcept ValueError as e: assert e.__cause__ and e.__traceback__\ntry: raise ExceptionGroup('g', [TypeError(1), OSError(2, 'b')])\nexcept* TypeError: pass\nexcept* OSError: pass\n"),
    ("generators", "def g(n):\n    for i in range(n):\n        try: yield i, [i]\n        finally: i = str(i)\ndef h():\n    r = yield from g(9)\n    return r\na, *b = h()\nassert len(b) == 8\nx = g(3); next(x); x.close()\nc = {k: v for k, v in g(20)}\nasync def co(): return [i async for i in ag()]\nasync def ag():\n    for i in range(5): yield i\ntry: co().send(None)\nexcept StopIteration as e: assert len(e.value) == 5\n"),
    ("ints", "a = 3 ** 700\nb = a * a + (1 << 900) - a // 7 % 1001\nassert int(str(b)) == b and int(hex(a), 16) == a\nc = pow(a, b, 10 ** 60); (b).to_bytes(400, 'little'); d = ~a ^ b | c & a\nimport math; math.gcd(a, b); math.factorial(60); math.isqrt(b); round(b, -30)\n"),
    ("large ints", "a = 1 << 600000\nb = a * a - 1\nc = b // a; d = hex(b)\nassert int(d, 16) == b and c + 1 == a\ne = b.to_bytes(160000, 'big'); int.from_bytes(e)\n"),
    ("large buffers", "b = b'x' * 100000\nc = bytearray(b) + b\nd = memoryview(c)[::2].tolist()\ne = c.replace(b'x', b'yy').split(b'z')\nf = ('a' * 70000 + '\\u1234').encode('utf-16').decode('utf-16').splitlines()\ng = [*range(50000)]; g.sort(reverse=True); h = tuple(g) + tuple(g)\nprint(repr('z' * 70000)[:0], end='')\n"),
    ("imports", "import sys\nfor name in ['keyword', 'colorsys', 'bisect', 'this_is_missing']:\n    sys.modules.pop(name, None)\n    try: __import__(name)\n    except ImportError: pass\n"),
    ("calls", "def f(a, b=2, *c, d, e=5, **k): return a, b, c, d, e, k\nfor i in range(5): f(*range(i + 1), **{'d': i, 'z': i})\nimport functools\nh = functools.partial(f, 1, d=2); h(3, q=4)\n@functools.lru_cache(None)\ndef fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)\nassert fib(20) == 6765\nlist(map(lambda *a: a, range(9), range(9)))\nx = [lambda: x for _ in range(5)]\n"),
    ("match", "class P:\n    __match_args__ = ('a',)\n    a = 1\nfor v in [1, 'a', [1, 2, 3], {'k': 1, 'z': 2}, P(), None]:\n    match v:\n        case [a, *b]: pass\n        case {'k': q, **r}: pass\n        case P(a=1): pass\n        case _: pass\n"),
    ("weakrefs", "import weakref, gc\nclass A:\n    def __del__(self): self.s = [self.k]\nfor i in range(10):\n    a = A(); a.k = i; a.me = a; r = weakref.ref(a, lambda r: None)\ndel a\ngc.collect()\nd = weakref.WeakValueDictionary(); b = A(); b.k = 1; d['x'] = b\n"),
    ("eval", "assert eval('[i * 2 for i in range(10)]')[3] == 6\nexec('def f(x):\\n  return {x: f.__name__}')\nassert f(1)\ntry: eval('1 +')\nexcept SyntaxError as e: str(e)\n"),
    ("sources", "import ast\nfor n in 40, 700:\n    t = 'x = [1, (2, 3)]\\n' * n\n    exec(t); ast.parse(t[:6000])\n"),
    ("io", "import io\nb = io.BytesIO(); b.write(b'abc' * 100); b.seek(0); b.read()\ns = io.StringIO('a\\nb\\n'); list(s)\nw = io.TextIOWrapper(io.BytesIO(), 'utf-8'); w.write('x' * 10000); w.flush()\n"),
    ("regex", "import re\nassert re.sub(r'(\\w)(\\d+)', r'\\2\\1', 'a12 b3 c456') and re.findall('a|b', 'abcab') and re.split('[,;]', 'a,b;c')\n"),
];

fn run_program(vm: &mut Vm, text: &str) -> PyResult<()> {
    let dict = vm.new_dict()?;
    let (key, name) = (vm.names.__name__.clone(), vm.names.__main__.clone());
    dict.set_item(vm, &key, &name)?;
    let code = native::code_of(vm, text.as_bytes(), "<walk>")?;
    execute::run_code(vm, &code, &dict, dict.obj(), None).map(drop)
}

/// The next n: every one at first, then ever fewer.
fn next(n: u64) -> u64 { n + 1 + n / 40 }

fn walk(once: bool) {
    crate::memory::quiet_refusals();
    let cli::Request::Run(settings, _) = cli::parse(vec!["-I".into(), "-".into()]) else { panic!("no settings") };
    let mut vm = run::started(*settings).unwrap_or_else(|_| panic!("start-up failed"));
    for (name, text) in PROGRAMS {
        // Caches and imports are filled first; without failures it works.
        let fine = run_program(&mut vm, text);
        assert!(fine.is_ok(), "{name} fails: {:?}", fine.err().map(|e| vm.repr_text(e.exception().obj()).ok()));
        let mut n = 0;
        loop {
            vm.heap.set_fail_after(Some(n), once);
            MEMORY.set_fail_after(Some(n), once);
            let ended = run_program(&mut vm, text);
            let reached = vm.heap.fail_after().is_none_or(|left| left == 0) || MEMORY.fail_after().is_none_or(|left| left == 0);
            vm.heap.set_fail_after(None, false);
            MEMORY.set_fail_after(None, false);
            if let Err(e) = ended {
                let memory_error = e.is(&vm, &vm.types.memory_error);
                assert!(memory_error, "{name}, request {n}: {:?}", vm.repr_text(e.exception().obj()).ok());
            }
            if !reached { break }
            n = next(n);
        }
        let again = run_program(&mut vm, text);
        assert!(again.is_ok(), "{name} fails afterwards: {:?}", again.err().map(|e| vm.repr_text(e.exception().obj()).ok()));
    }
    std::mem::forget(vm);
}

/// One test: the allocator whose requests fail is the process's.
#[test]
fn programs_end_well_whichever_request_fails() {
    walk(true);
    walk(false);
}
