"""Programs with damage: source text with changed tokens, and marshalled code with changed bytes.

Damaged text is compiled, not run: `errors` shows the message and the place of its error, or its tree; of `syntax`, which is damaged
more, only crashes count. Damaged code is read, which verifies it, and what passes is run for a moment; the reference skips
that, since it trusts code. Only crashes count there. What does not live here: the programs that get the damage (statements.py).
"""
import re

import statements

TOKENS = re.compile(r"\s+|\w+|[^\w\s]")
INSERTED = """( ) [ ] { } : , ; . = == := -> * ** @ \\ ' \" ''' f' f\" f''' { !r} : lambda yield await async def class if else elif for while with try except finally except* match case
_ type import from as global nonlocal return raise del assert in is not and or None True pass break continue \n \t \n\n 0 1 0x 1_ 1e 1j 0777 é 名 \x00 \x0c # ~ ! $ ? print exec __debug__ *_ **_ (*a) =1 x=1""".split(" ")

SYNTAX = '''
text = %r
for mode in ("exec", "eval", "single"):
    try:
        compile(text, "<damaged>", mode)
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError) as e:
        print(type(e).__name__)
'''

ERRORS = '''
import ast, zlib
text = %r
for mode in ("exec", "eval", "single"):
    try:
        compile(text, "<damaged>", mode)
        # Trees of what can be compiled, with all positions.
        show(mode, zlib.crc32(ast.dump(ast.parse(text, mode=mode), include_attributes=True).encode("utf-8", "surrogatepass")))
    except SyntaxError as e:
        show(type(e), e.msg, e.lineno, e.offset, e.end_lineno, e.end_offset, e.text)
    except Exception as e:
        show(e)
'''

BYTECODE = '''
import marshal, signal, sys
if sys.implementation.name == "cpython": raise SystemExit
class Late(BaseException): pass
def late(*a): raise Late
signal.signal(signal.SIGALRM, late)
whole = marshal.dumps(compile(%r, "<damaged>", "exec"))
state = %d
def pick(n):
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) %% 2**64
    return (state >> 33) %% n
ran = 0
for _ in range(120):
    data = bytearray(whole)
    for _ in range(1 + pick(3)):
        at = pick(len(data))
        how = pick(6)
        if how == 0: data[at] = pick(256)
        elif how == 1: data[at] ^= 1 << pick(8)
        elif how == 2: data[at] = (data[at] + pick(5) - 2) %% 256
        elif how == 3: data[at:at + 2] = data[pick(len(data)):][:2]
        elif how == 4: data[at:at + 8] = data[(pick(len(data)) & ~7):][:8]
        else: data[at] = (0, 255, 127, 128, 1)[pick(5)]
    try:
        code = marshal.loads(bytes(data))
    except (ValueError, EOFError, TypeError, MemoryError, RecursionError):
        continue
    if type(code) is not type(late.__code__): continue
    ran += 1
    space = {"print": lambda *a, **k: None, "show": lambda *a: None, "lines": lambda *a: None, "__name__": "damaged"}
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        exec(code, space)
    except BaseException:
        pass
    finally:
        try: signal.setitimer(signal.ITIMER_REAL, 0)
        except Late: signal.setitimer(signal.ITIMER_REAL, 0)
    try: space.clear()
    except BaseException: pass
'''


def errors(rng):
    text, _ = statements.program(rng)
    tokens = TOKENS.findall(text)
    # Mostly one thing is wrong, as with people.
    for _ in range(rng.choice((0, 1, 1, 1, 1, 2))):
        at, how = rng.randrange(len(tokens)), rng.randrange(5)
        if how == 0:
            del tokens[at]
        elif how == 1:
            tokens.insert(at, rng.choice(INSERTED))
        elif how == 2:
            tokens[at] = rng.choice(INSERTED)
        elif how == 3:
            tokens.insert(at, tokens[rng.randrange(len(tokens))])
        elif len(tokens[at]) > 2:
            # A typing error in a word.
            cut = rng.randrange(len(tokens[at]))
            tokens[at] = tokens[at][:cut] + tokens[at][cut + 1:]
    if rng.random() < 0.3:
        at = rng.randrange(len(tokens))
        tokens = tokens[at:at + rng.choice((5, 20, 60))]
    return ERRORS % "".join(tokens), "errors"


def syntax(rng):
    text, _ = statements.program(rng)
    tokens = TOKENS.findall(text)
    # A part of the program, so that most of the damage is reached.
    first = rng.randrange(len(tokens))
    tokens = tokens[first:first + rng.choice((20, 60, 200))]
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        if not tokens:
            break
        at = rng.randrange(len(tokens))
        how = rng.randrange(6)
        if how == 0:
            del tokens[at]
        elif how == 1:
            tokens.insert(at, tokens[rng.randrange(len(tokens))])
        elif how == 2:
            tokens[at] = rng.choice(INSERTED)
        elif how == 3:
            tokens.insert(at, rng.choice(INSERTED))
        elif how == 4:
            other = rng.randrange(len(tokens))
            tokens[at], tokens[other] = tokens[other], tokens[at]
        else:
            tokens[at] = tokens[at][:1]
    return SYNTAX % "".join(tokens), "syntax"


def bytecode(rng):
    made = statements.Statements(rng)
    for name in "abcde":
        made.put(0, "%s = %s" % (name, rng.choice(["1", "[1, 2, 3]", "'abc'", "{'a': 1}", "None", "2.5", "(1, 2)", "lambda *a: a", "{1, 2}"])))
    for _ in range(4):
        made.put(0, "try:")
        made.block(1, 2)
        made.put(0, "except Exception as e: pass")
    text = "\n".join(made.lines) + "\n"
    try:
        compile(text, "<fuzz>", "exec")
    except (SyntaxError, ValueError):
        text = "def f(a, b=1, *c, **d):\n    for x in a:\n        try: yield x + b\n        finally: print(c, d)\nprint([*f((1, 2))])\nwith f: pass\n"
    return BYTECODE % (text, rng.randrange(2 ** 63)), "bytecode"
