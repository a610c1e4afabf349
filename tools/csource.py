"""csource.py: C source as tokens and statements, as far as making mutants needs it.

There is no preprocessor and no table of types: what looks like a declaration is one. A mutant that
was misunderstood does not compile, and is not counted.
"""
import bisect
import re

LEXER = re.compile(
    r"(?P<space>\s+|\\\n|/\*.*?\*/|//[^\n]*|^[ \t]*\#(?:[^\n\\]|\\.|\\\n)*)"
    r"|(?P<string>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<number>\.?[0-9](?:[eEpP][+-]|[\w.])*)"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<mark>\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[^\s\w])",
    re.S | re.M)
TYPES = set("void char int short long unsigned signed bool struct union enum const static extern "
            "volatile u8 u16 u32 u64 s8 s16 s32 s64".split())
KEYWORDS = TYPES | set("if else for while do switch case default return break continue goto sizeof "
                       "typeof".split())
OPEN = {"(": ")", "[": "]", "{": "}"}
BINARY = {}
for rank, marks in enumerate(["= += -= *= /= %= &= |= ^= <<= >>=", "? :", "||", "&&", "|", "^", "&",
                              "== !=", "< <= > >=", "<< >>", "+ -", "* / %"]):
    for mark in marks.split():
        BINARY[mark] = rank


class Token:
    __slots__ = ("kind", "text", "at", "end", "line")

    def __init__(self, kind, text, at, line):
        self.kind, self.text, self.at, self.end, self.line = kind, text, at, at + len(text), line


class Statement:
    """Tokens first to last; `kids` are the statements within, `parts` the (first, last) of the
    expressions in its parentheses: one, but a for has three."""

    def __init__(self, kind, first, last, kids=(), parts=()):
        self.kind, self.first, self.last = kind, first, last
        self.kids, self.parts = list(kids), list(parts)


class Function:
    def __init__(self, name, result, body):
        self.name, self.result, self.body = name, result, body


class Source:
    def __init__(self, text):
        self.text = text
        starts = [0] + [m.end() for m in re.finditer("\n", text)]
        self.tokens = [Token(m.lastgroup, m.group(), m.start(), bisect.bisect(starts, m.start()))
                       for m in LEXER.finditer(text) if m.lastgroup != "space"]
        self.pair, stack = {}, []
        for i, t in enumerate(self.tokens):
            if t.kind == "mark" and t.text in OPEN:
                stack.append(i)
            elif t.kind == "mark" and t.text in OPEN.values():
                self.pair[i] = stack.pop()
                self.pair[self.pair[i]] = i
        self.functions, self.tables = [], []
        self.top_level()

    def is_at(self, i, *texts):
        return 0 <= i < len(self.tokens) and self.tokens[i].text in texts

    def top_level(self):
        """Functions, and the braces of initialized arrays."""
        i = begin = 0
        while i < len(self.tokens):
            if self.is_at(i, ";"):
                begin = i + 1
            elif self.is_at(i, "{"):
                if self.is_at(i - 1, ")"):
                    name = self.pair[i - 1] - 1
                    result = [t.text for t in self.tokens[begin:name]
                              if t.text not in ("static", "inline", "const")]
                    self.functions.append(
                        Function(self.tokens[name].text, " ".join(result), self.statement(i)))
                    begin = self.pair[i] + 1
                elif self.is_at(i - 1, "="):
                    self.tables.append(i)
                i = self.pair[i]
            elif self.is_at(i, "(", "["):
                i = self.pair[i]
            i += 1

    def find(self, i, *texts):
        """The next of these that no bracket between encloses."""
        while self.tokens[i].text not in texts:
            i = self.pair[i] if self.is_at(i, *OPEN) else i
            i += 1
        return i

    def statement(self, i):
        t = self.tokens[i].text
        if t == "{":
            kids, at = [], i + 1
            while at != self.pair[i]:
                kids.append(self.statement(at))
                at = kids[-1].last + 1
            return Statement("block", i, at, kids)
        if t in ("return", "break", "continue", "goto", ";"):
            return Statement(t, i, self.find(i, ";"))
        if t in ("if", "while", "switch", "for") or \
                (self.is_at(i + 1, "(") and self.is_at(self.pair[i + 1] + 1, "{")):
            return self.compound(i, t)
        if t == "do":
            body = self.statement(i + 1)
            close = self.pair[body.last + 2]
            return Statement("do", i, close + 1, [body], [(body.last + 3, close - 1)])
        if t in ("case", "default"):
            body = self.statement(self.find(i, ":") + 1)
            return Statement("label", i, body.last, [body])
        end = self.find(i, ";")
        return Statement("declaration" if self.declares(i) else "expression", i, end)

    def compound(self, i, kind):
        close = self.pair[i + 1]
        kids = [self.statement(close + 1)]
        parts, at = [], i + 2
        if kind == "for":
            for _ in range(2):
                end = self.find(at, ";")
                parts.append((at, end - 1))
                at = end + 1
        parts.append((at, close - 1))
        if kind == "if" and self.is_at(kids[0].last + 1, "else"):
            kids.append(self.statement(kids[0].last + 2))
        return Statement(kind, i, kids[-1].last, kids, parts)

    def declares(self, i):
        if self.tokens[i].kind != "name":
            return False
        if self.tokens[i].text in TYPES:
            return True
        at = i + 1
        while self.is_at(at, "*"):
            at += 1
        return self.tokens[at].kind == "name" and (at == i + 1 or self.is_at(at + 1, "=", ";", ","))

    def is_binary(self, i):
        """Is this mark between two operands?"""
        t = self.tokens[i]
        before = self.tokens[i - 1]
        return t.kind == "mark" and t.text in BINARY and before.text not in KEYWORDS and \
            (before.kind != "mark" or before.text in (")", "]"))

    def operand(self, i, step):
        """How far the operand of the binary mark at i reaches, to the left (-1) or the right (1)."""
        rank = BINARY[self.tokens[i].text]
        at = i + step
        while True:
            if self.is_at(at, *(OPEN if step > 0 else OPEN.values())):
                at = self.pair[at]
            beyond = at + step
            t = self.tokens[beyond].text
            stop = (t in ",;{}" or t in ("return", "case")
                    or (t in ")]" if step > 0 else t in "([")
                    or (self.is_binary(beyond) and BINARY[t] <= rank))
            if stop:
                return at
            at = beyond

    def arguments(self, i):
        """The (first, last) of each argument in the parentheses at i."""
        if self.pair[i] == i + 1:
            return []
        found, at = [], i + 1
        while True:
            end = self.find(at, ",", self.tokens[self.pair[i]].text)
            found.append((at, end - 1))
            if end == self.pair[i]:
                return found
            at = end + 1


def walk(statement):
    yield statement
    for kid in statement.kids:
        yield from walk(kid)


def fields(sources):
    """{field: [a field of the same type in the same struct, ...]}."""
    others = {}
    for source in sources:
        for i, t in enumerate(source.tokens):
            if t.text != "{" or not any(source.is_at(i - k, "struct", "union") for k in (1, 2)):
                continue
            members = {}
            at = i + 1
            while at < source.pair[i]:
                end = source.find(at, ";")
                for kind, name in member(source, at, end):
                    members.setdefault(kind, []).append(name)
                at = end + 1
            for names in members.values():
                for k, name in enumerate(names):
                    other = names[(k + 1) % len(names)]
                    if other != name and other not in others.setdefault(name, []):
                        others[name].append(other)
    return others


def member(source, at, end):
    """(type, name) of each that the declaration declares; functions and nested structs are not."""
    if any(source.is_at(k, "(", "{") for k in range(at, end)):
        return
    kind = []
    for first, last in source_list(source, at, end):
        names = [k for k in range(first, last + 1) if source.tokens[k].kind == "name"]
        stop = next((k for k in range(first, last + 1) if source.is_at(k, "[", ":")), last + 1)
        names = [k for k in names if k < stop]
        if not names:
            return
        if not kind:
            kind = [t.text for t in source.tokens[first:names[-1]]]
        shape = [t.text for t in source.tokens[stop:last + 1]]
        yield " ".join(kind + (shape if shape[:1] == ["["] else [])), source.tokens[names[-1]].text


def source_list(source, at, end):
    while at < end:
        stop = source.find(at, ",", ";")
        yield at, stop - 1
        at = stop + 1
