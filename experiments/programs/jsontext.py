"""JSON written and read in plain Python: nested dicts and lists with shared and unshared keys, many small strings."""

import sys

# size: (records in the document, times encoded and decoded)
SIZES = {"S": (120, 1), "M": (7_000, 7), "L": (92_000, 1)}

ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
UNESCAPES = {'"': '"', "\\": "\\", "/": "/", "n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class JsonError(ValueError):
    """Not JSON; says where."""


def quote(text):
    out = ['"']
    for char in text:
        if char in ESCAPES:
            out.append(ESCAPES[char])
        elif char < " " or char > "~":
            code = ord(char)
            if code > 0xFFFF:
                code -= 0x10000
                out.append("\\u%04x\\u%04x" % (0xD800 | code >> 10, 0xDC00 | code & 0x3FF))
            else:
                out.append("\\u%04x" % code)
        else:
            out.append(char)
    out.append('"')
    return "".join(out)


def encode(value):
    """Yields the pieces of the text."""
    if value is None:
        yield "null"
    elif value is True:
        yield "true"
    elif value is False:
        yield "false"
    elif isinstance(value, str):
        yield quote(value)
    elif isinstance(value, (int, float)):
        yield repr(value)
    elif isinstance(value, dict):
        opening = "{"
        for key, item in value.items():
            yield opening + quote(key) + ":"
            yield from encode(item)
            opening = ","
        yield "{}" if opening == "{" else "}"
    elif isinstance(value, (list, tuple)):
        opening = "["
        for item in value:
            yield opening
            yield from encode(item)
            opening = ","
        yield "[]" if opening == "[" else "]"
    else:
        raise TypeError("cannot encode " + type(value).__name__)


class Decoder:
    """Recursive descent over one text."""

    def __init__(self, text):
        self.text = text
        self.position = 0

    def fail(self, wanted):
        raise JsonError("%s expected at %d" % (wanted, self.position))

    def skip(self):
        text, position = self.text, self.position
        while position < len(text) and text[position] in " \n\t\r":
            position += 1
        self.position = position
        return text[position : position + 1]

    def value(self):
        char = self.skip()
        if char == '"':
            return self.string()
        if char == "{":
            return self.mapping()
        if char == "[":
            return self.sequence()
        for word, constant in (("null", None), ("true", True), ("false", False)):
            if self.text.startswith(word, self.position):
                self.position += len(word)
                return constant
        return self.number()

    def number(self):
        start = position = self.position
        text = self.text
        while position < len(text) and text[position] in "+-0123456789.eE":
            position += 1
        if start == position:
            self.fail("value")
        self.position = position
        digits = text[start:position]
        return int(digits) if digits.lstrip("-").isdigit() else float(digits)

    def string(self):
        text, position, parts = self.text, self.position + 1, []
        while True:
            start = position
            while text[position : position + 1] not in ('"', "\\", ""):
                position += 1
            parts.append(text[start:position])
            if position >= len(text):
                self.fail("closing quote")
            if text[position] == '"':
                self.position = position + 1
                return "".join(parts)
            letter = text[position + 1]
            position += 2
            if letter == "u":
                code = int(text[position : position + 4], 16)
                position += 4
                if 0xD800 <= code < 0xDC00:
                    low = int(text[position + 2 : position + 6], 16)
                    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
                    position += 6
                parts.append(chr(code))
            else:
                parts.append(UNESCAPES[letter])

    def mapping(self):
        found = {}
        self.position += 1
        if self.skip() == "}":
            self.position += 1
            return found
        while True:
            if self.skip() != '"':
                self.fail("key")
            key = self.string()
            if self.skip() != ":":
                self.fail("colon")
            self.position += 1
            found[key] = self.value()
            char = self.skip()
            self.position += 1
            if char == "}":
                return found
            if char != ",":
                self.fail("comma or brace")

    def sequence(self):
        found = []
        self.position += 1
        if self.skip() == "]":
            self.position += 1
            return found
        while True:
            found.append(self.value())
            char = self.skip()
            self.position += 1
            if char == "]":
                return found
            if char != ",":
                self.fail("comma or bracket")


def record(number):
    made = {
        "id": number,
        "name": "person %d" % number,
        "tags": ["t%d" % (number % k) for k in (3, 5, 7)],
        "score": number * 0.5 - 3.25,
        "active": number % 3 == 0,
        "address": {"street": "line\n%d \"x\"" % (number % 11), "zip": None, "geo": [number % 90, -(number % 180)]},
        "note": "grüße \u20ac \U0001f40d" if number % 4 == 0 else "",
    }
    if number % 10 == 0:
        made["extra%d" % number] = {}
    return made


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: jsontext.py S|M|L")
    amount, times = SIZES[size]
    document = {"records": [record(number) for number in range(amount)], "empty": [], "deep": [[[[[]]]]]}
    text = ""
    for _ in range(times):
        text = "".join(encode(document))
        again = Decoder(text).value()
        assert again == document
        document = again
    print("characters", len(text), "records", len(document["records"]))
    print(text[:150])
    for bad in ("[1, 2", '{"a" 1}', '"abc', "[}", '{1: 2}'):
        try:
            Decoder(bad).value()
        except JsonError as error:
            print("error:", error)
    check = 0
    for char in text[:: max(1, len(text) // 20_000)]:
        check = (check * 31 + ord(char)) & 0xFFFFFFFF
    print("checksum", check)


if __name__ == "__main__":
    main()
