"""tour_html.py: the tour as one HTML file, without scripts and without anything from the network.

Pygments tells what is a comment, a keyword or a string; Markdown makes the prose; Graphviz draws.
What is added here: each name in the code is a link to where it is defined, if that is one place.
"""
import html
import os
import re
import subprocess

import markdown
from pygments.lexers import CLexer
from pygments.token import Comment, Keyword, Name, String

# Where a name is defined, in text of which the comments are blanked.
DEFINITIONS = [re.compile(pattern, re.M | re.S) for pattern in (
    r"^[A-Za-z_][^;{}=#]*?\b((?!__attribute__)\w+)\([^;{}]*\)\s*\n\{",  # functions
    r"^(?:static )?(?:struct|union|enum) (\w+) \{",
    r"^#define (\w+)",
    r"^typedef [^;{]*?\b(\w+);",
    r"^\} (\w+);",
    r"^\t([A-Z][A-Z0-9_]+)\b(?: = [^,\n]*)?,",  # enumerators
    r"^(?:extern |static )?(?:const )?(?:struct \w+|u8|u16|u32|bool) \*?\*?(?:const )?(\w+)"
    r"(?:\[[^\]]*\])?(?: =|;)",  # variables
    r"^(\w+):")]  # labels
COMMENT = re.compile(r"/\*.*?\*/", re.S)

STYLE = """
:root { --paper: #fdfdfb; --ink: #1d1d1b; --dim: #767676; --rule: #d8d6cf; --code: #f4f3ee;
  --link: #1b5fa8; --c: #4d6f3a; --k: #7a2a8c; --s: #9a4a12; --p: #2b6777; --mark: #fff0b3; }
@media (prefers-color-scheme: dark) { :root { --paper: #17181a; --ink: #dcdcd6; --dim: #8c8c88;
  --rule: #393a3d; --code: #1f2124; --link: #7fb4ea; --c: #93b57c; --k: #cf9bdf; --s: #e0a47a;
  --p: #7fc0d0; --mark: #574a12; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 17px/1.5 Georgia, 'DejaVu Serif', serif; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
nav { position: fixed; top: 0; bottom: 0; left: 0; width: 19rem; overflow-y: auto; padding: 1rem;
  border-right: 1px solid var(--rule); font: 13px/1.45 system-ui, 'DejaVu Sans', sans-serif; }
nav details { margin: .3rem 0; }
nav summary { cursor: pointer; font-weight: 600; }
nav ul { list-style: none; margin: .2rem 0 .4rem; padding-left: 1rem; }
main { margin-left: 19rem; padding: 1.5rem 3rem 6rem; max-width: 72rem; }
main > section > p, main > section > ul, main > section > ol { max-width: 44rem; }
h1, h2, h3 { line-height: 1.2; font-family: system-ui, 'DejaVu Sans', sans-serif; }
h1 { font-size: 2.2rem; }
h2 { font-size: 1.7rem; margin-top: 4rem; border-top: 3px solid var(--ink); padding-top: 1rem; }
h3 { font-size: 1.05rem; margin: 2.5rem 0 .4rem; }
h3 small, nav small { color: var(--dim); font-weight: 400; }
pre, code { font-family: ui-monospace, 'DejaVu Sans Mono', monospace; }
code { font-size: .85em; }
pre { font-size: 13px; line-height: 1.38; overflow-x: auto; }
pre code { font-size: inherit; }
pre.drawing { line-height: 1.2; }
pre.source { background: var(--code); padding: .6rem 0; border-radius: 4px; }
pre.source a { color: inherit; }
pre.source .n { display: inline-block; width: 3.2rem; padding-right: .8rem; text-align: right;
  color: var(--dim); user-select: none; }
pre.source b:target::before { content: '\\25B6'; color: var(--s); position: absolute;
  margin-left: -1rem; }
pre.source .n:target { background: var(--mark); color: var(--ink); }
.c { color: var(--c); } .k { color: var(--k); } .s { color: var(--s); } .p { color: var(--p); }
.shelf { border-left: 4px solid var(--rule); padding-left: 1rem; }
.tag { font-size: .75rem; border: 1px solid var(--rule); border-radius: 3px; padding: 0 .35rem;
  color: var(--dim); font-weight: 400; }
figure { margin: 1.5rem 0; }
figure svg { max-width: 100%; height: auto; background: #fff; border-radius: 6px; padding: 10px; }
figcaption { font-style: italic; color: var(--dim); }
table { border-collapse: collapse; } td, th { border-bottom: 1px solid var(--rule); padding: .25rem .8rem
  .25rem 0; text-align: left; vertical-align: top; }
@media (max-width: 60rem) { nav { position: static; width: auto; border: 0; }
  main { margin-left: 0; padding: 1rem; } }
@media print { :root { --paper: #fff; --ink: #000; --code: #fff; --dim: #555; }
  nav { display: none; } main { margin: 0; padding: 0; max-width: none; } body { font-size: 10pt; }
  pre { font-size: 7.5pt; white-space: pre-wrap; overflow: visible; } h2 { break-before: page; }
  h3 { break-after: avoid; } a { color: inherit; } }
"""


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


class Index:
    """Where names are defined. A name that is defined in one file is an anchor as it is, others
    behind the path of their file."""

    def __init__(self, files):
        self.paths = {f.path for f in files}
        self.lines, files_of = {}, {}
        for file in files:
            text = COMMENT.sub(blank, file.text)
            for pattern in DEFINITIONS:
                for match in pattern.finditer(text):
                    name, line = match.group(1), text.count("\n", 0, match.start(1)) + 1
                    self.lines.setdefault((file.path, name), line)
                    files_of.setdefault(name, set()).add(file.path)
        self.once = {name for name, paths in files_of.items() if len(paths) == 1}
        self.at = {}
        for (path, name), line in self.lines.items():
            self.at.setdefault((path, line), []).append(self.anchor(path, name))

    def anchor(self, path, name):
        return name if name in self.once else f"{path}:{name}"

    def find(self, name, path=None):
        return self.anchor(path, name) if name in self.once or (path, name) in self.lines else None

    def header(self, name):
        for path in ("hv/" + name, "include/" + name):
            if path in self.paths:
                return path
        return None


def link(anchor, text):
    return f'<a href="#{html.escape(anchor)}">{text}</a>'


def token_class(kind, text):
    if kind in Comment.Preproc or kind in Comment.PreprocFile:
        return "p"
    if kind in Comment:
        return "c"
    if kind in Keyword:
        return "k"
    if kind in String:
        return "s"
    return ""


def names_linked(text, index, path, line):
    """Identifiers in preprocessor lines and plain code; not a name's link to its own line."""
    def one(match):
        anchor = index.find(match.group(), path)
        here = anchor in index.at.get((path, line), [])
        return link(anchor, match.group()) if anchor and not here else match.group()
    return re.sub(r"\b[A-Za-z_]\w*\b(?!;)", one, text)


def piece(kind, text, index, path, line):
    """One token, or the part of it that is on one line."""
    escaped = html.escape(text, quote=False)
    if kind in Comment.PreprocFile:
        header = index.header(text.strip('"<>'))
        escaped = link(header, escaped) if header else escaped
    elif kind in Comment.Preproc or kind in Name:
        escaped = names_linked(escaped, index, path, line)
    css = token_class(kind, text)
    return f'<span class="{css}">{escaped}</span>' if css and text.strip() else escaped


def source_html(source, index):
    numbers = [n for n, _ in source.lines]
    rows, at = [""], 0
    text = "\n".join(line.expandtabs(8) for _, line in source.lines) + "\n"
    for kind, value in CLexer(stripnl=False, ensurenl=False).get_tokens(text):
        for k, part in enumerate(value.split("\n")):
            if k:
                at += 1
                rows.append("")
            if part:
                rows[-1] += piece(kind, part, index, source.path, numbers[min(at, len(numbers) - 1)])
    lines = "\n".join(f'<span class="n" id="{source.path}:{n}">{n}</span>'
                      + "".join(f'<b id="{a}"></b>' for a in index.at.get((source.path, n), []))
                      + row for n, row in zip(numbers, rows))
    return f'<pre class="source">{lines}</pre>' if numbers else ""


def prose_html(lines, index):
    text = markdown.markdown("\n".join(lines), extensions=["tables", "fenced_code", "sane_lists"])

    def code(match):
        name = re.sub(r"^(?:struct|enum) |\(\)$", "", match.group(1))
        anchor = name if name in index.paths else index.find(name)
        return link(anchor, match.group()) if anchor else match.group()

    def call(match):
        anchor = index.find(match.group(1))
        return link(anchor, f"<code>{match.group()}</code>") if anchor else match.group()

    def path(match):
        return link(match.group(), match.group()) if match.group() in index.paths \
            else match.group()

    def linked(part):
        part = re.sub(r"<code>([^<]*)</code>", code, part)
        part = re.sub(r"(?<![\w>#])([a-z]\w*)\(\)", call, part)
        return re.sub(r"(?<![\w/#>])(?:hv|include)/[\w./-]*\w", path, part)

    # Drawings stay as they are.
    parts = re.split(r"(<pre>.*?</pre>)", text, flags=re.S)
    return "".join(p.replace("<pre>", '<pre class="drawing">') if p.startswith("<pre>")
                   else linked(p) for p in parts)


def picture_html(title, dot):
    svg = subprocess.run(["dot", "-Tsvg", dot], capture_output=True, text=True, check=True).stdout
    svg = svg[svg.index("<svg"):]
    ids = os.path.basename(dot).split(".")[0]
    svg = re.sub(r' id="([^"]*)"', rf' id="{ids}-\1"', svg)
    return f"<figure>{svg}<figcaption>{html.escape(title)}</figcaption></figure>"


def file_html(kind, source, note, index):
    tag = "" if kind == "core" else ' <span class="tag">shelf</span>'
    note = f"<p>{html.escape(note)}</p>" if note else ""
    lines = f"{len(source.lines)} lines" if source.here else "not here: a lab is about it"
    return (f'<div class="{kind}"><h3 id="{source.path}">{source.path}{tag} '
            f"<small>{lines}</small></h3>{note}"
            f"{source_html(source, index)}</div>")


def chapter_html(chapter, index):
    yield f'<section><h2 id="chapter-{chapter.number}">{chapter.number}. {chapter.title}</h2>'
    for part in chapter.parts:
        if part[0] == "text":
            yield prose_html(part[1], index)
        elif part[0] == "picture":
            yield picture_html(part[1], part[2])
        else:
            yield file_html(*part[1:], index)
    yield "</section>"


def nav_html(book):
    yield '<nav><p><a href="#top"><b>Trapline: the tour</b></a></p>'
    for chapter in book.chapters:
        yield (f'<details open><summary><a href="#chapter-{chapter.number}">{chapter.number}. '
               f"{chapter.title}</a></summary><ul>")
        for part in chapter.parts:
            if part[0] == "file":
                shelf = "" if part[1] == "core" else " <small>shelf</small>"
                yield f"<li>{link(part[2].path, part[2].path)}{shelf}</li>"
        yield "</ul></details>"
    yield "</nav>"


def write(book, path):
    index = Index(book.files())
    preface = "\n".join(book.preface_lines())
    preface = re.sub(r"\(tour/(\d+)[^)]*\)", lambda m: f"(#chapter-{int(m[1])})", preface)
    parts = ['<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">',
             '<meta name="viewport" content="width=device-width, initial-scale=1">',
             f"<title>Trapline: the tour</title><style>{STYLE}</style></head><body>"]
    parts += nav_html(book)
    parts.append(f'<main><section><h1 id="top">{book.preface.title}</h1><p>{book.sizes()}</p>')
    parts.append(prose_html(preface.split("\n"), index) + "</section>")
    for chapter in book.chapters:
        parts += chapter_html(chapter, index)
    parts.append("</main></body></html>")
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(parts) + "\n")
