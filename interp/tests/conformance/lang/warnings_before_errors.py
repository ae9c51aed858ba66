# What the tokenizer warns about comes out although the text has an error further on; start-up needs no warnings module.
import os
import subprocess
import sys
import tempfile
import warnings

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    try:
        compile("x = '\\d'\ny = 1or 2\nf'\\w{3}'\n1 + *\nz = '\\q'\n", "<t>", "exec")
    except SyntaxError as e:
        assert e.lineno == 4, e
    else:
        raise AssertionError
assert [w.lineno for w in caught] == [1, 2, 3], caught
assert all(w.category is SyntaxWarning for w in caught)
assert str(caught[0].message).startswith('"\\d" is an invalid escape sequence')

with warnings.catch_warnings():
    warnings.simplefilter("error")
    try:
        compile("x = '\\d'\n1 + *\n", "<t>", "exec")
    except SyntaxError as e:
        assert e.lineno == 1 and "escape" in e.msg, e

with tempfile.TemporaryDirectory() as folder:
    script = os.path.join(folder, "script.py")
    with open(script, "w") as f:
        f.write(r"print(f'\{1}')")
    done = subprocess.run([sys.executable, script], capture_output=True, check=True)
    assert len(done.stderr.splitlines()) == 2, done.stderr


def nested(n):
    text = "1+1"
    for _ in range(n):
        text = 'f"{' + text + '}"'
    return text


assert eval(nested(149)) == "2"
try:
    compile(nested(150), "<t>", "eval")
except SyntaxError as e:
    assert e.msg == "too many nested f-strings or t-strings", e
else:
    raise AssertionError

# Text that is far too deep is refused soon, interactive input too.
for text in ("a" + "()" * 400_000, "a" + "[0]" * 400_000):
    try:
        compile(text, "<t>", "single")
    except RecursionError:
        pass
    else:
        raise AssertionError
print("ok")
