"""mutants.py: the mistakes that can be made mechanically in the regions of a lab's file.

A mutant is one edit of the reference; each operator below makes some. Lines stay where they are, so
that equal code is equal objects.
"""
import hashlib
import os
import re
import subprocess

from csource import KEYWORDS, Source, fields, walk

OTHER = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&"}


class Mutant:
    def __init__(self, path, text, operator, function, edits):
        self.path, self.operator, self.function = path, operator, function
        new = text
        for at, end, replacement in sorted(edits, reverse=True):
            lines = new[at:end].count("\n") - replacement.count("\n")
            new = new[:at] + replacement + "\n" * lines + new[end:]
        self.text = new
        before, after = text.split("\n"), new.split("\n")
        differ = [i for i, (a, b) in enumerate(zip(before, after)) if a != b]
        self.line = differ[0] + 1 if differ else 0
        self.minus = [before[i] for i in differ]
        self.plus = [after[i] for i in differ if after[i].strip()]
        self.nth = 1

    @property
    def key(self):
        """What stays when lines move: file, function, operator and the text of the lines."""
        def plain(lines, sign):
            return [sign + " ".join(line.split()) for line in lines]
        nth = [f"number {self.nth}"] if self.nth > 1 else []
        return "\n".join([f"{self.path} {self.function}: {self.operator}"] + nth
                         + plain(self.minus, "-") + plain(self.plus, "+"))

    @property
    def id(self):
        return hashlib.sha1(self.key.encode()).hexdigest()[:12]


class Maker:
    """All operators on one file."""

    def __init__(self, path, text, lines, others):
        self.path, self.text, self.lines, self.others = path, text, lines, others
        self.source = Source(text)
        self.tokens = self.source.tokens
        self.function = ""
        self.found = []

    def marked(self, first, last):
        return first <= last and all(self.tokens[i].line in self.lines for i in (first, last))

    def emit(self, operator, *edits):
        self.found.append(Mutant(self.path, self.text, operator, self.function, list(edits)))

    def replace(self, operator, first, last, text):
        if self.marked(first, last):
            self.emit(operator, (self.tokens[first].at, self.tokens[last].end, text))

    def wrap(self, operator, first, last, before, after):
        if self.marked(first, last):
            at, end = self.tokens[first].at, self.tokens[last].end
            self.emit(operator, (at, at, before), (end, end, after))

    def make(self):
        for function in self.source.functions:
            self.function = function.name
            for s in walk(function.body):
                self.drop(function, s)
                self.conditions(s)
                self.loops(s)
                if s.kind == "block":
                    self.early(function, s)
            sizes = self.sizes(function.body)
            for i in range(function.body.first, function.body.last):
                if i not in sizes:
                    self.token(i)
        self.function = "-"
        for table in self.source.tables:
            self.table(table)
        return self.found

    # Statements.

    def drop(self, function, s):
        # Without the last return a function returns what happens to lie in the register.
        last = s.kind == "return" and function.result != "void" and s is function.body.kids[-1]
        if s.kind in ("expression", "return", "break", "continue", "goto", "if", "for", "while") \
                and not last:
            self.replace("drop statement", s.first, s.last, ";")
        if s.kind == "if" and len(s.kids) == 2:
            self.replace("drop else", s.kids[0].last + 1, s.last, "")

    def conditions(self, s):
        if s.kind in ("if", "while", "do", "for"):
            first, last = s.parts[1 if s.kind == "for" else 0]
            self.wrap("negate condition", first, last, "!(", ")")

    def loops(self, s):
        if s.kind not in ("for", "while", "do"):
            return
        if s.kind == "for":
            first, last = s.parts[0]
            start = [i for i in range(first, last + 1) if self.source.is_at(i, "=")]
            if start:
                self.wrap("skip the first", first, self.source.operand(start[0], 1), "", " + 1")
        first, last = s.parts[1 if s.kind == "for" else 0]
        at = first
        if any(self.source.is_at(i, "<", "<=", "!=") for i in range(first, last + 1)):
            at = self.source.find(first, "<", "<=", "!=", ";", ")", "{")
            if at <= last:
                self.wrap("skip the last", self.source.operand(at, -1), at - 1, "", " + 1")
        elif not any(self.source.is_binary(i) for i in range(first, last + 1)):
            self.wrap("skip the last", first, last, "(", ") > 1")

    def early(self, function, block):
        value = {"void": [""], "bool": [" false", " true"]}.get(function.result, [" 0"])
        for s in block.kids:
            if s.kind not in ("declaration", ";") and self.marked(s.first, s.last):
                at = self.tokens[s.first].at
                for v in value:
                    self.emit("return early", (at, at, f"return{v}; "))

    def sizes(self, body):
        """The tokens of declared arrays' sizes, which are no constants to be off by one."""
        within = set()
        for s in walk(body):
            if s.kind != "declaration":
                continue
            i = s.first
            while i < s.last:
                if self.source.is_at(i, "="):
                    i = self.source.operand(i, 1)
                elif self.source.is_at(i, "["):
                    within.update(range(i, self.source.pair[i]))
                i += 1
        return within

    # Expressions.

    def token(self, i):
        t = self.tokens[i]
        if t.line not in self.lines:
            return
        if t.kind == "number":
            self.constant(i)
        elif t.text in ("true", "false"):
            self.replace("exchange true and false", i, i, "false" if t.text == "true" else "true")
        elif t.kind == "name":
            self.name(i)
        elif t.kind == "mark":
            self.mark(i)

    def constant(self, i):
        m = re.fullmatch(r"(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)", self.tokens[i].text)
        if not m:
            return
        for step in (1, -1):
            n = int(m.group(1), 0) + step
            text = f"{hex(n) if m.group(1)[:2].lower() == '0x' else n}{m.group(2)}"
            self.replace(f"constant {step:+d}", i, i, text if n >= 0 else f"({text})")

    def name(self, i):
        t = self.tokens[i]
        if self.source.is_at(i - 1, ".", "->"):
            for other in self.others.get(t.text, []):
                self.replace("exchange fields", i, i, other)
        elif self.source.is_at(i + 1, "(") and t.text not in KEYWORDS:
            self.swap(i + 1)
        elif re.fullmatch(r"[A-Z][A-Z0-9_]+", t.text) and \
                any(self.source.is_at(i + k, "<", "<=", ">", ">=", "+", "-") for k in (-1, 1)):
            for step in (1, -1):
                self.replace(f"constant {step:+d}", i, i, f"({t.text} {'+' if step > 0 else '-'} 1)")

    def swap(self, i):
        arguments = self.source.arguments(i)
        for (a, b), (c, d) in zip(arguments, arguments[1:]):
            one = self.text[self.tokens[a].at:self.tokens[b].end]
            two = self.text[self.tokens[c].at:self.tokens[d].end]
            if one != two and self.marked(a, d):
                self.emit("swap arguments", (self.tokens[a].at, self.tokens[b].end, two),
                          (self.tokens[c].at, self.tokens[d].end, one))

    def mark(self, i):
        t, source = self.tokens[i].text, self.source
        if t in ("!", "~") and not source.is_at(i - 1, "!") and not source.is_at(i + 1, "!"):
            self.replace(f"drop {t}", i, i, "")
        elif t in ("|=", "&="):
            self.replace(f"{t} becomes =", i, i, "=")
        if not source.is_binary(i):
            return
        if t in OTHER:
            self.replace(f"{t} becomes {OTHER[t]}", i, i, OTHER[t])
        if t == "?":
            self.wrap("negate condition", source.operand(i, -1), i - 1, "!(", ")")
        if t in ("&&", "||", "|", "&"):
            what = {"|": "drop flag", "&": "drop mask"}.get(t, "drop operand")
            self.replace(what, i, source.operand(i, 1), "")
            left = source.operand(i, -1)
            if t != "&" and not source.is_at(left - 1, t):
                self.replace(what, left, i, "")

    # Tables: { [NAME] = {A, B}, ... }

    def table(self, brace):
        rows, at = [], brace + 1
        while at < self.source.pair[brace]:
            end = self.source.find(at, ",", "}")
            if self.source.is_at(at, "[") and self.source.is_at(self.source.pair[at] + 1, "="):
                value = self.source.pair[at] + 2
                cells = self.source.arguments(value) if self.source.is_at(value, "{") \
                    else [(value, end - 1)]
                rows.append((at, end, cells))
            at = end + 1
        columns = {}
        for _, _, cells in rows:
            for k, cell in enumerate(cells):
                value = self.cell(cell)
                if value not in columns.setdefault(k, []):
                    columns[k].append(value)
        for first, last, cells in rows:
            self.replace("drop line of a table", first, last, "")
            for k, cell in enumerate(cells):
                for value in columns[k]:
                    if value != self.cell(cell) and len(columns[k]) < 8:
                        self.replace("alter line of a table", *cell, value)

    def cell(self, tokens):
        return self.text[self.tokens[tokens[0]].at:self.tokens[tokens[1]].end]


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def headers():
    for top in ("hv", "include", "guest"):
        for folder, folders, names in os.walk(top):
            folders.sort()
            for name in sorted(names):
                if name.endswith(".h"):
                    yield os.path.join(folder, name)


def mutants(files, stages):
    """All of a lab, always in the same order."""
    sources = [Source(read(path)) for path in headers()]
    found, texts, keys = [], set(), {}
    for path in files:
        out = subprocess.run(["awk", "-f", "grader/regions.awk", "-v", "mode=lines",
                              "-v", "stages=" + " ".join(stages), path],
                             check=True, capture_output=True, text=True).stdout
        region = dict((int(number), id) for number, id in (line.split() for line in out.splitlines()))
        text = read(path)
        maker = Maker(path, text, region, fields(sources + [Source(text)]))
        texts.add(text)
        for mutant in sorted(maker.make(), key=lambda m: m.line):
            if mutant.text in texts:
                continue
            texts.add(mutant.text)
            mutant.region = region.get(mutant.line, "")
            keys[mutant.key] = mutant.nth = keys.get(mutant.key, 0) + 1
            found.append(mutant)
    return found


