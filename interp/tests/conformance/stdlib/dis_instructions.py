# `dis` names what instructions do, whatever the instruction set: attribute loads, calls, comparisons, their places.
import dis


def work(a, b):
    x = a.first
    if x < b:
        a.second(x)
        a.third = x
    return [x, a[0]]


found = list(dis.get_instructions(work))


def of(name):
    return [i for i in found if i.opname == name]


def places(name):
    return [(i.positions.lineno - work.__code__.co_firstlineno, i.positions.col_offset, i.positions.end_col_offset) for i in of(name)]


assert [i.argval for i in of("LOAD_ATTR")] == ["first", "second"]
assert places("LOAD_ATTR") == [(1, 8, 15), (3, 10, 16)] or places("LOAD_ATTR") == [(1, 8, 15), (3, 8, 16)], places("LOAD_ATTR")
assert [i.argval for i in of("COMPARE_OP")] == ["<"] and places("COMPARE_OP") == [(2, 7, 12)]
assert places("CALL") == [(3, 8, 19)]
assert [i.argval for i in of("STORE_ATTR")] == ["third"]
assert of("BUILD_LIST")[0].arg == 2
assert of("BINARY_OP")[0].argrepr.startswith("[]")
assert all(i.opcode == dis.opmap[i.opname] for i in found if i.opname in ("CALL", "STORE_ATTR", "BUILD_LIST"))
assert {i.line_number for i in found if i.line_number} >= {work.__code__.co_firstlineno + n for n in (1, 2, 3, 4, 5)}
assert sorted(line for _, line in dis.findlinestarts(work.__code__) if line)[-1] == work.__code__.co_firstlineno + 5
offsets = [i.offset for i in found]
assert offsets == sorted(set(offsets)) and found[-1].end_offset == len(work.__code__.co_code)

# The positions that an instruction with its caches covers.
it = work.__code__.co_positions()
for i in found:
    assert next(it) == i.positions
    for _, size, _ in i.cache_info or ():
        for _ in range(size):
            next(it)
assert next(it, None) is None


def loops(items):
    for item in items:
        if item:
            break


targets = set(dis.findlabels(loops.__code__.co_code))
assert targets and targets <= {i.offset for i in dis.get_instructions(loops)}
jumps = [i for i in dis.get_instructions(loops) if i.opname == "FOR_ITER"]
assert jumps[0].jump_target in targets and jumps[0].opcode in dis.hasjump

code = compile("import a.b\nfrom .c import d, e\nx = 1", "<test>", "exec")
assert list(dis._find_imports(code)) == [("a.b", 0, None), ("c", 1, ("d", "e"))]
assert set(dis._find_store_names(code)) >= {"x", "d", "e"}
assert "work" in dis.code_info(work) and "LOAD_ATTR" in dis.Bytecode(work).dis()
print("ok")
