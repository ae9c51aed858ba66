# `__annotate__` of a module is there before its first statement, stands at that statement's line, and knows what has been executed.
import annotationlib

assert __annotate__(annotationlib.Format.VALUE) == {}
first: int = 1
assert __annotate__(annotationlib.Format.VALUE) == {"first": int}
if first:
    second: str
else:
    third: str
assert __annotate__(1) == {"first": int, "second": str}

SOURCE = """

'''Text.'''
seen = __annotate__
a: int
while a_is_missing():
    b: str
def __annotate__(format): return {"a": str}
"""
space = {"a_is_missing": iter([True, True, False]).__next__}
code = compile(SOURCE, "module", "exec")
lines = [line for *_, line in code.co_lines() if line is not None]
assert lines[:5] == [0, 3, 4, 5, 6] and max(lines) == 8 and 1 not in lines, lines
assert [c.co_firstlineno for c in code.co_consts if hasattr(c, "co_name")] == [8, 3]
exec(code, space)
assert space["seen"](1) == {"a": int, "b": str} and space["__annotate__"](1) == {"a": str} and space["__doc__"] == "Text."

# The instructions come first, jumps go where they went.
space = {}
exec("for i in range(3):\n    x: int = i\n    if i == 1: break\nelse:\n    y: str\ntry:\n    z: bytes = 1 // 0\nexcept ZeroDivisionError:\n    pass\n", space)
assert space["__annotate__"](1) == {"x": int} and space["i"] == 1
# The line is that of the first statement, not of its decorator.
code = compile("\n@str\ndef f(): pass\na: int\n", "module", "exec")
assert sorted(c.co_firstlineno for c in code.co_consts if hasattr(c, "co_name")) == [2, 3]
print("ok")
