"""Calls of methods of builtin types, of builtin functions and of native modules with random arguments.

The names come from the reference interpreter's `dir`, so that what is missing in the other one is found too.
What does not live here: values (values.py), expressions and statements.
"""
import builtins
import importlib
import inspect

from values import FORMATS, GROUPS, PERCENTS, SMALL, value

RECEIVERS = {
    int: ("int",), float: ("float",), complex: ("complex",), str: ("str",), bytes: ("bytes",), list: ("seq",), tuple: ("seq",), range: ("seq",),
    dict: ("map",), set: ("set",), frozenset: ("set",), slice: ("other",), type: ("other",), object: ("hostile",), memoryview: ("bytes",), bytearray: ("bytes",),
}
# What gives an address, a size, or ends or reads something outside of the program.
SKIPPED = {"__sizeof__", "__dir__", "__alloc__", "__doc__", "__hash__", "__init_subclass__", "__subclasshook__", "__getattribute__", "__setattr__", "__delattr__", "__class__", "__subclasses__"}
SKIPPED_FUNCTIONS = {"input", "breakpoint", "exit", "quit", "open", "help", "copyright", "credits", "license", "globals", "locals", "vars", "id", "print", "dir",
                     "__import__", "__build_class__", "hash",  "exec", "eval", "compile", "aiter", "anext"}
MODULES = {
    "math": None, "cmath": None, "operator": None, "itertools": None, "bisect": None, "heapq": None, "binascii": None, "_struct": None, "unicodedata": None,
    "_collections": None, "functools": {"reduce", "partial", "cmp_to_key"}, "_functools": None, "re": {"match", "sub", "split", "findall", "fullmatch", "escape", "compile"},
    "array": None, "_string": None, "string": {"capwords"}, "copy": {"copy", "deepcopy"}, "json": {"dumps", "loads"}, "marshal": {"loads"}, "types": None,
    "codecs": {"encode", "decode", "escape_encode", "escape_decode", "utf_8_decode", "utf_16_decode", "utf_32_decode", "unicode_escape_decode", "charmap_decode",
               "raw_unicode_escape_decode", "latin_1_encode", "ascii_encode", "utf_7_decode", "utf_7_encode", "lookup_error", "charmap_build", "lookup"},
    "fractions": {"Fraction"}, "textwrap": {"wrap", "fill", "dedent", "indent", "shorten"}, "statistics": {"mean", "median", "mode"}, "weakref": {"ref", "proxy"},
}
SKIPPED_IN_MODULES = {"getsizeof", "factorial", "perm", "comb", "count", "repeat", "cycle", "CodeType", "_deque_iterator", "_deque_reverse_iterator", "_tee_dataobject"}
# Functions whose small arguments are already slow or large.
SMALL_ONLY = {"math.factorial", "math.perm", "math.comb", "itertools.product", "itertools.permutations", "itertools.combinations",
              "itertools.combinations_with_replacement"}
KEYWORDS = "key default reverse sep end strict start x mod base encoding errors maxsplit tabsize signed byteorder length keepends initial func fillvalue maxlen".split()


def arity(thing):
    """Least and most positional arguments, as far as the signature says."""
    try:
        least = most = 0
        for p in inspect.signature(thing).parameters.values():
            if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD):
                most += 1
                least += p.default is p.empty
            elif p.kind == p.VAR_POSITIONAL:
                most += 2
        return least, most
    except (ValueError, TypeError):
        return 0, 3


def arguments(rng, least, most, kinds):
    n = rng.randint(least, max(most, least))
    if rng.random() < 0.08:
        n = max(0, n + rng.choice((-1, 1)))
    out = [value(rng, *kinds) for _ in range(n)]
    r = rng.random()
    if r < 0.04:
        out.append("%s=%s" % (rng.choice(KEYWORDS), value(rng, *kinds)))
    elif r < 0.06:
        out.append("*" + value(rng, "seq"))
    elif r < 0.07:
        out.append("**" + value(rng, "map"))
    return ", ".join(out)


def hinted(name, kinds):
    """Kinds of arguments that get far in a method of that name."""
    if name in ("__getitem__", "__setitem__", "__delitem__", "pop", "insert", "index"):
        return kinds + ("int", "other", "int")
    if name in ("__mul__", "__rmul__", "__imul__", "center", "ljust", "rjust", "zfill", "expandtabs", "to_bytes", "__lshift__", "__rshift__", "__pow__"):
        return ("int",)
    if name in ("join", "extend", "update", "union", "__add__", "__iadd__", "fromkeys", "__or__"):
        return kinds + ("iter", "seq", "map")
    return kinds


def method_call(rng):
    kind = rng.choice(list(RECEIVERS))
    if kind in (memoryview, bytearray, slice):
        pool = {memoryview: [x for x in GROUPS["bytes"] if x.startswith("memory")], bytearray: [x for x in GROUPS["bytes"] if x.startswith("bytearray")],
                slice: [x for x in GROUPS["other"] if x.startswith("slice")]}[kind]
        receiver = rng.choice(pool)
    else:
        receiver = None
        while receiver is None:
            text = rng.choice(GROUPS[RECEIVERS[kind][0]])
            if kind in (list, tuple, range, dict, set, frozenset):
                first = {list: "[", tuple: "(", range: "range", dict: "{", set: "{", frozenset: "frozen"}[kind]
                if not text.startswith(first):
                    continue
            receiver = text
    names = [n for n in dir(kind) if n not in SKIPPED]
    # Plain names more often than those with underscores: there are fewer of them.
    plain = [n for n in names if not n.startswith("_")]
    name = rng.choice(plain if plain and rng.random() < 0.6 else names)
    if name == "__format__":
        args = rng.choice(FORMATS)
    elif name in ("__mod__", "__rmod__") and kind in (str, bytes):
        args = value(rng, "seq", "map", "int")
        receiver = rng.choice(PERCENTS)
        if kind is bytes and receiver.isascii():
            receiver = "b" + receiver
    else:
        try:
            least, most = arity(getattr(kind, name))
            least, most = max(least - 1, 0), max(most - 1, 0)
        except AttributeError:
            least, most = 0, 2
        args = arguments(rng, least, most, hinted(name, RECEIVERS[kind]))
    if rng.random() < 0.06:
        # The descriptor of the type with whatever first argument.
        other = value(rng)
        return "r = %s.%s(%s)\nshow(r)\n" % (kind.__name__, name, other + (", " + args if args else "")), kind.__name__ + "." + name
    text = "o = %s\ntry:\n  r = o.%s(%s)\n  show(r)\nfinally:\n  show(o)\n" % (receiver, name, args)
    if rng.random() < 0.1 and not name.startswith("__"):
        text += "o = %s\nshow(o.%s)\n" % (receiver, name)
    return text, kind.__name__ + "." + name


FUNCTIONS = [n for n in dir(builtins) if not n.startswith("_") and n not in SKIPPED_FUNCTIONS]


def builtin_call(rng):
    name = rng.choice(FUNCTIONS)
    thing = getattr(builtins, name)
    if not callable(thing):
        return "show(%s)\n" % name, name
    least, most = arity(thing)
    if name in ("int", "float", "complex", "str", "bytes", "bytearray", "type", "range", "slice", "iter", "getattr", "min", "max", "map", "zip", "filter", "super", "dir"):
        least, most = 0, 3
    if name == "type":
        args = rng.choice(["'T', (), {}", "'T', (int,), {'x': 1}", value(rng), arguments(rng, 0, 4, ())])
    elif name == "format":
        args = value(rng, "int", "float", "str", "complex") + ", " + rng.choice(FORMATS)
    elif name in ("range", "bytes", "bytearray", "slice", "pow", "round", "divmod", "chr", "bin", "hex"):
        args = arguments(rng, least, most, ("int", "int", "float"))
    elif name in ("isinstance", "issubclass", "getattr", "hasattr", "setattr", "delattr"):
        args = value(rng) + ", " + rng.choice(["int", "(int, str)", "object", "'x'", "'real'", "'__class__'", "'__dict__'", "()", "int | str", "list[int]", value(rng)])
        if name in ("getattr", "setattr") and rng.random() < 0.7:
            args += ", " + value(rng)
        # Attributes of classes are kept by the next program.
        if name in ("setattr", "delattr"):
            args = rng.choice(["Plain()", "Slots()", "MyList()", "1", "'a'", "len", "None", "Exception()"]) + args[args.index(","):]
    else:
        args = arguments(rng, least, most, ("seq", "int", "str", "iter", "map"))
    return "r = %s(%s)\nshow(r)\n" % (name, args), name


_MODULE_NAMES = {}


def module_call(rng):
    module = rng.choice(list(MODULES))
    if module not in _MODULE_NAMES:
        m = importlib.import_module(module)
        _MODULE_NAMES[module] = sorted(n for n in MODULES[module] or dir(m) if not n.startswith("__") and callable(getattr(m, n, None)) and n not in SKIPPED_IN_MODULES)
    name = rng.choice(_MODULE_NAMES[module])
    thing = getattr(importlib.import_module(module), name)
    least, most = arity(thing)
    kinds = {"math": ("float", "int"), "cmath": ("complex", "float"), "itertools": ("iter", "seq", "int"), "operator": ("int", "seq"), "heapq": ("seq", "int"), "bisect": ("seq", "int"),
             "binascii": ("bytes",), "unicodedata": ("str",), "_struct": ("str", "bytes", "int"), "re": ("str",), "array": ("str", "seq"), "json": ("str", "map", "seq"),
             "marshal": ("bytes", "seq", "map"), "codecs": ("bytes", "str"), "textwrap": ("str", "int"), "fractions": ("int", "float", "str"), "statistics": ("seq",)}.get(module, ())
    args = arguments(rng, least, most, kinds)
    if module + "." + name in SMALL_ONLY:
        args = ", ".join(rng.choice(SMALL + GROUPS["hostile"][:8] + ["[1,2,3]", "'ab'"]) for _ in range(rng.randint(least, most)))
    return "import %s\nr = %s.%s(%s)\nshow(r)\n" % (module, module, name, args), module + "." + name


def program(rng):
    """The text of a program without the prelude, and a word for what it is about."""
    r = rng.random()
    if r < 0.6:
        return method_call(rng)
    if r < 0.8:
        return builtin_call(rng)
    return module_call(rng)
