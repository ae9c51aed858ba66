# What the native hook prints of exceptions that cannot propagate: stack, class, message, and nothing else.
import io
import re
import sys


class BadText(Exception):
    def __str__(self):
        raise TypeError


class Elsewhere(Exception):
    __module__ = "elsewhere"


class Nowhere(Exception):
    pass


Nowhere.__module__ = 3
noted = ValueError("noted")
noted.add_note("a note")
old, sys.stderr = sys.stderr, io.StringIO()
for error in [ValueError(), ValueError("x"), BadText(), Elsewhere(), Nowhere(), KeyError("a"), SyntaxError("bad", ("f", 1, 2, "text")),
              ExceptionGroup("g", [ValueError(1)]), noted]:
    class Dying:
        def __del__(self):
            try:
                1 / 0
            except ZeroDivisionError:
                raise error
    Dying()
text, sys.stderr = sys.stderr.getvalue(), old
print(re.sub("0x[0-9a-f]+", "0x", re.sub('File ".*"', "File", text)))
print("ok")
