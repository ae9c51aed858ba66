"""A small language: tokenizer, parser to tree nodes, interpreter with environments as dicts and closures as objects."""

import sys

# size: (copies of the program that are parsed and kept, runs of the main program)
SIZES = {"S": (50, 2), "M": (360, 1_700), "L": (6_500, 60)}

SOURCE = """
let fib = fn(n) if n < 2 then n else fib(n - 1) + fib(n - 2);
let twice = fn(f) fn(x) f(f(x));
let add = fn(a) fn(b) a + b;
let gcd = fn(a, b) if b == 0 then a else gcd(b, a % b);
let sum = fn(n, total) if n == 0 then total else sum(n - 1, total + n * n);
let text = "a" + "b" + "cde";
let scaled = twice(twice(add(3)))(10) * 2 - -1;
let r1 = fib(13);
let r2 = gcd(1071 * 4, 462 * 6);
let r3 = sum(120, 0);
let r5 = (r1 + r2) * (r3 - scaled) % 10007;
"""


class LanguageError(Exception):
    """A problem of the interpreted program."""


class Token:
    def __init__(self, kind, text, position):
        self.kind = kind
        self.text = text
        self.position = position


class Number:
    def __init__(self, value):
        self.value = value

    def run(self, env):
        return self.value


class Name:
    def __init__(self, name):
        self.name = name

    def run(self, env):
        scope = env
        while scope is not None:
            if self.name in scope.values:
                return scope.values[self.name]
            scope = scope.outer
        raise LanguageError("no name " + self.name)


class Binary:
    def __init__(self, operator, left, right):
        self.operator = operator
        self.left = left
        self.right = right

    def run(self, env):
        return OPERATORS[self.operator][1](self.left.run(env), self.right.run(env))


class If:
    def __init__(self, test, yes, no):
        self.test = test
        self.yes = yes
        self.no = no

    def run(self, env):
        return self.yes.run(env) if self.test.run(env) else self.no.run(env)


class Function:
    def __init__(self, parameters, body):
        self.parameters = parameters
        self.body = body

    def run(self, env):
        return Closure(self, env)


class Call:
    def __init__(self, callee, arguments):
        self.callee = callee
        self.arguments = arguments

    def run(self, env):
        return self.callee.run(env).call([argument.run(env) for argument in self.arguments])


class Closure:
    def __init__(self, function, env):
        self.function = function
        self.env = env

    def call(self, arguments):
        if len(arguments) != len(self.function.parameters):
            raise LanguageError("wrong number of arguments")
        return self.function.body.run(Environment(dict(zip(self.function.parameters, arguments)), self.env))


class Environment:
    def __init__(self, values, outer):
        self.values = values
        self.outer = outer


OPERATORS = {
    "==": (1, lambda a, b: a == b),
    "<": (2, lambda a, b: a < b),
    "+": (3, lambda a, b: a + b),
    "-": (3, lambda a, b: a - b),
    "*": (4, lambda a, b: a * b),
    "%": (4, lambda a, b: a % b),
}
KEYWORDS = {"let", "fn", "if", "then", "else"}


def tokenize(source):
    position, end = 0, len(source)
    while position < end:
        char = source[position]
        start = position
        if char.isspace():
            position += 1
        elif char.isdigit():
            while position < end and source[position].isdigit():
                position += 1
            yield Token("number", source[start:position], start)
        elif char.isalpha():
            while position < end and source[position].isalnum():
                position += 1
            word = source[start:position]
            yield Token(word if word in KEYWORDS else "name", word, start)
        elif char == '"':
            position = source.index('"', start + 1) + 1
            yield Token("string", source[start + 1 : position - 1], start)
        else:
            position += 2 if source[position : position + 2] == "==" else 1
            yield Token(source[start:position], source[start:position], start)
    yield Token("end", "", position)


class Parser:
    """Precedence climbing over a list of tokens."""

    def __init__(self, source):
        self.tokens = list(tokenize(source))
        self.index = 0

    def take(self, kind=None):
        token = self.tokens[self.index]
        if kind is not None and token.kind != kind:
            raise LanguageError("expected %s, not %s at %d" % (kind, token.kind, token.position))
        self.index += 1
        return token

    def at(self, kind):
        return self.tokens[self.index].kind == kind

    def program(self):
        statements = []
        while not self.at("end"):
            self.take("let")
            name = self.take("name").text
            self.take("=")
            statements.append((name, self.expression()))
            self.take(";")
        return statements

    def expression(self, level=0):
        left = self.unary()
        while (kind := self.tokens[self.index].kind) in OPERATORS and OPERATORS[kind][0] > level:
            self.take()
            left = Binary(kind, left, self.expression(OPERATORS[kind][0]))
        return left

    def listed(self, item):
        self.take("(")
        found = []
        while not self.at(")"):
            found.append(item())
            if not self.at(")"):
                self.take(",")
        self.take(")")
        return found

    def unary(self):
        token = self.take()
        if token.kind == "-":
            return Binary("-", Number(0), self.unary())
        if token.kind == "if":
            test = self.expression()
            self.take("then")
            yes = self.expression()
            self.take("else")
            return If(test, yes, self.expression())
        if token.kind == "fn":
            return Function(self.listed(lambda: self.take("name").text), self.expression())
        if token.kind == "(":
            node = self.expression()
            self.take(")")
        elif token.kind == "number":
            node = Number(int(token.text))
        elif token.kind == "string":
            node = Number(token.text)
        elif token.kind == "name":
            node = Name(token.text)
        else:
            raise LanguageError("unexpected %s at %d" % (token.text, token.position))
        while self.at("("):
            node = Call(node, self.listed(self.expression))
        return node


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: language.py S|M|L")
    copies, runs = SIZES[size]
    kept = []
    for number in range(copies):
        parser = Parser(SOURCE.replace("10007", str(10007 + number)))
        kept.append((parser.tokens, parser.program()))
    print("programs", len(kept), "tokens", sum(len(tokens) for tokens, _ in kept))
    check = 0
    for turn in range(runs):
        env = Environment({}, None)
        for name, tree in kept[turn % copies][1]:
            env.values[name] = tree.run(env)
        for name in ("text", "scaled", "r1", "r2", "r3", "r5"):
            value = env.values[name]
            if turn == 0:
                print(name, value)
            check = (check * 31 + (value if isinstance(value, int) else len(value))) & 0xFFFFFFFF
        env.values.clear()
    for text in ("let a = ;", "let b = c;", "let f = fn(x) x; let g = f(1, 2);"):
        try:
            env = Environment({}, None)
            for name, tree in Parser(text).program():
                env.values[name] = tree.run(env)
        except LanguageError as error:
            print("error:", error)
    print("checksum", check)


if __name__ == "__main__":
    main()
