#!/usr/bin/env python3
"""slides.py: what `tltrace draw --steps` and --size make, looked at by others' eyes: PDF by poppler, SVG as XML, places by dot text.

    slides.py steps PDF 'SVGS' W H   a page a step, cumulative; the same words in both; no letter below 12 points; an outline
    slides.py room DOTS...           nothing lies on something else
    slides.py clear PDF 'SVGS'       no word is cut, lies on another or beyond the page, or is under a step's number, by poppler's measure
    slides.py outline PDF            its entries, one a line: page, text
    slides.py accents <TEMPLATE      a translation in which each vowel of each text has an accent
    slides.py umlauts N <TEMPLATE     one of letters of two bytes, each text as long as may be, behind N of one byte
    slides.py accented TRACE PDF SVGS...   and nothing else is said, but names: of instructions, registers, hypercalls, events, fields
"""
import glob, html, re, subprocess, sys, xml.etree.ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"
wrong = []


def say(what):
    wrong.append(what)
    print(what)


def squeeze(s):
    return re.sub(r"\s", "", s)


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(a, b):
    a, b = sorted((luminance(a), luminance(b)))
    return (b + 0.05) / (a + 0.05)


class Page:
    def __init__(self, path):
        self.root = root = ET.parse(path).getroot()
        self.path, self.w, self.h = path, *[float(x) for x in root.get("viewBox").split()[2:]]
        if root.get("role") != "img" or root[0].tag != SVG + "title" or root[1].tag != SVG + "desc" or not root[0].text:
            say(f"{path}: no role, title and description")
        self.steps = [g for g in root.iter(SVG + "g") if "step" in g.get("class", "").split()]
        self.sentences = [g.find(SVG + "title").text for g in self.steps]
        self.texts = [t for t in root.iter(SVG + "text")]
        self.frame = [ET.tostring(g) for g in root.iter(SVG + "g") if g.get("class") in ("lane", "title", "phase")]
        if root[1].text != "\n".join(self.sentences):
            say(f"{path}: the description is not its steps'")
        for e in root.iter():
            if e.tag in (SVG + "path", SVG + "rect", SVG + "text") and not e.get("class"):
                say(f"{path}: a {e.tag} without a class")
        for g, sentence in zip(self.steps, self.sentences):
            self.told(g, sentence)
        self.legible()

    def told(self, g, sentence):
        """What is drawn of a step is what is said of it; a cost is said in full."""
        for shape in g:
            kind = shape.get("class", "").split()[:1]
            for cls in ("name", "detail"):
                words = squeeze("".join(t.text for t in shape.findall(SVG + "text") if t.get("class") == cls))
                if kind == ["fold"]:
                    words = ""
                if kind == ["number"]:
                    words = f"{words}:" if words else ""
                if kind == ["cost"]:
                    words = re.match(r"[\d,]*", words)[0]
                if kind == ["torn"]:
                    words = re.match(r"\d*", words)[0]
                if kind == ["phase"] or not words:
                    continue
                for part in [words] if kind != ["note"] else [w for t in shape.findall(SVG + "text") if t.get("class") == cls for w in [squeeze(t.text)]]:
                    if part not in squeeze(sentence):
                        say(f"{self.path}: '{part}' is drawn, but said is '{sentence}'")

    def legible(self):
        if any((t.text or "").endswith("..") for t in self.texts):
            say(f"{self.path}: a text is cut")
        sheet = next(r.get("fill") for r in self.root.iter(SVG + "rect") if r.get("class") == "sheet")
        for g in self.root.iter(SVG + "g"):
            behind = next((r.get("fill") for r in g if r.get("class") in ("plate", "paper") and r.get("fill") != "none"), sheet)
            for t in g.findall(SVG + "text"):
                if (t.text or " ").strip() and contrast(t.get("fill"), behind) < (3 if float(t.get("font-size")) >= 18 else 4.5):
                    say(f"{self.path}: '{t.text}' {t.get('fill')} on {behind}: contrast {contrast(t.get('fill'), behind):.1f}")


def pdf(path, *args):
    return subprocess.run(["pdftohtml", "-xml", "-stdout", "-i", "-zoom", "3", *args, path], capture_output=True, text=True, check=True).stdout


def outline(path):
    text = pdf(path)
    found = re.search(r"<outline>.*</outline>", text, re.S)
    return re.findall(r'<item page="(\d+)">(.*?)</item>', found[0]) if found else []


def steps(pdf_path, pattern, w, h):
    pages = [Page(p) for p in sorted(glob.glob(pattern))]
    text = pdf(pdf_path)
    sheets = re.findall(r'<page number="\d+"[^>]*height="(\d+)" width="(\d+)"[^>]*>(.*?)</page>', text, re.S)
    if len(sheets) != len(pages) or not pages:
        say(f"{len(sheets)} pages of PDF, {len(pages)} of SVG")
    sizes = [int(s) for s in re.findall(r'<fontspec[^>]* size="(-?\d+)"', text)]
    least = min(float(t.get("font-size")) * 960 / p.w for p in pages for t in p.texts if t.text.strip())
    print(f"{len(pages)} pages, the smallest letter has {min(sizes) / 3:g} points in the PDF, {least:g} in SVG")
    if min(sizes) < 36 or least < 12:
        say("letters below 12 points")
    seen, parts = [], 0
    for n, (page, sheet) in enumerate(zip(pages, sheets)):
        if (page.w, page.h) != (float(w), float(h)) or abs(int(sheet[1]) - 3 * float(w)) > 5 or abs(int(sheet[0]) - 3 * float(h)) > 5:
            say(f"page {n + 1}: {page.w} x {page.h}, {sheet[1]} x {sheet[0]}")
        now = [g for g in page.steps if "now" in g.get("class").split()]
        if len(now) != 1 or now[0] is not page.steps[-1]:
            say(f"page {n + 1}: the new step does not stand out")
        if page.sentences[:-1] == seen:
            if seen and page.frame != pages[n - 1].frame:
                say(f"page {n + 1}: the frame moves")
        elif len(page.sentences) == 1:
            parts += 1
        else:
            say(f"page {n + 1}: {len(page.sentences)} steps after {len(seen)}")
        seen = page.sentences
        drawn = squeeze("".join(t.text for t in page.texts))
        there = squeeze(html.unescape(re.sub(r"<[^>]*>", "", sheet[2])))
        if sorted(drawn) != sorted(there):
            say(f"page {n + 1}: the PDF has other words: {there[:400]} | {drawn[:400]}")
    entries = [int(p) for p, _ in outline(pdf_path)]
    if entries != sorted(entries) or len(entries) < len(pages) or set(entries) != set(range(1, len(pages) + 1)):
        say(f"the outline leads to {entries}")
    print(f"footer: {' | '.join(t.text for g in pages[-1].root.iter(SVG + 'g') if g.get('class') == 'footer' for t in g.findall(SVG + 'text'))}")


def room(paths):
    shapes = 0
    for path in paths:
        text = open(path).read()
        w, h = (float(x) for x in re.search(r'bb="0,0,([\d.]+),([\d.]+)"', text).groups())
        boxes = [(m[1], *(float(x) for x in m.groups()[1:5])) for m in re.finditer(r'^\ts\d+ \[.*?class="([\w ]+)",pos="([\d.-]+),([\d.-]+)!",width=([\d.]+),height=([\d.]+)', text, re.M)]
        boxes = [(k, x, y, 72 * bw, 72 * bh) for k, x, y, bw, bh in boxes if k != "torn"]
        shapes += len(boxes)
        for i, (k, x, y, bw, bh) in enumerate(boxes):
            if x - bw / 2 < -.5 or x + bw / 2 > w + .5 or y - bh / 2 < -.5 or y + bh / 2 > h + .5:
                say(f"{path}: a {k} beyond the page")
            for k2, x2, y2, w2, h2 in boxes[i + 1:]:
                if {k, k2} == {"note", "number"} and abs(y - y2) < .5:
                    continue
                if abs(x - x2) < (bw + w2) / 2 - .6 and abs(y - y2) < (bh + h2) / 2 - .6:
                    say(f"{path}: a {k} at {x:.0f},{y:.0f} lies on a {k2}")
    print(f"{shapes} shapes on {len(paths)} pages")
    if not shapes:
        say("none")


def clear(pdf_path, pattern):
    text = subprocess.run(["pdftotext", "-bbox", pdf_path, "-"], capture_output=True, text=True, check=True).stdout
    pages, svgs = re.findall(r'<page width="([\d.]+)"[^>]*>(.*?)</page>', text, re.S), sorted(glob.glob(pattern))
    word = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>')
    shared = lambda a, b: (min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1]))
    if len(pages) != len(svgs) or not svgs:
        say(f"{len(pages)} pages of PDF, {len(svgs)} of SVG")
    count = 0
    for (w, body), svg in zip(pages, svgs):
        words = [([float(m[i]) for i in (1, 2, 3, 4)], html.unescape(m[5])) for m in word.finditer(body)]
        numbers = [(g.find(SVG + "text").text, [float(g.find(SVG + "rect").get(k)) for k in ("x", "y", "width", "height")]) for g in ET.parse(svg).getroot().iter(SVG + "g") if g.get("class") == "number"]
        count += len(words)
        for i, (a, what) in enumerate(words):
            height = a[3] - a[1]
            if what.endswith("..") or a[0] < -1 or a[2] > float(w) + 1:
                say(f"{svg}: '{what}' is cut")
            for b, other in words[i + 1:]:
                x, y = shared(a, b)
                if x > 1 and y > 0.45 * min(height, b[3] - b[1]):
                    say(f"{svg}: '{what}' lies on '{other}'")
            for number, (x1, y1, nw, nh) in numbers:
                x, y = shared([a[0], a[1] + height / 5, a[2], a[3] - height / 5], [x1, y1, x1 + nw, y1 + nh])
                if number != what and x > 0.5 and y > 1:
                    say(f"{svg}: the number {number} lies on '{what}'")
    print(f"{count} words on {len(pages)} pages")


VOWELS = str.maketrans("aeiouyAEIOUY", "àèìòùýÀÈÌÒÙÝ")
CONVERSION = r"(%[-+ #0-9.lhz]*[a-zA-Z])"
MNEMONIC = r"\b(rep |(movs?|stos?|movz|sub|add|inc|dec|push|pop|pushf|popf|lidt|lgdt|lldt|ltr|in|out|ret|ljmp|jmp|cmp|test|call|int|iret|hlt|cli|sti|invlpg)[bwl]*\b)|%\w+"


def accents(template):
    accented = lambda text: "1·000" if text == "1,000" else "".join(t if i % 2 else t.translate(VOWELS) for i, t in enumerate(re.split(CONVERSION, text)))
    return re.sub(r'^(msgid "(.+)"\nmsgstr )""$', lambda m: f'{m[1]}"{accented(m[2])}"', template, flags=re.M)


def umlauts(template, odd):
    def full(text):
        kept = "".join(re.findall(CONVERSION, text))
        return text if text == "1,000" else "x" * odd + kept + "ä" * ((160 - odd - len(kept)) // 2)
    return re.sub(r'^(msgid "(.+)"\nmsgstr )""$', lambda m: f'{m[1]}"{full(m[2])}"', template, flags=re.M)


def accented(trace, pdf_path, paths):
    names = set(re.findall(r"#define\s+[A-Z]+_(\w+)", "".join(open(f).read() for f in glob.glob("include/trapline/xen/*.h")).lower()))
    dumped = subprocess.run(["build/bin/tltrace", "dump", "--json", trace], capture_output=True, text=True, check=True).stdout
    names |= {part for name in re.findall(r'"(\w+)"', dumped) for part in name.split("_")}
    said = [text for _, text in outline(pdf_path)]
    for path in paths:
        root = ET.parse(path).getroot()
        said += [line for e in root.iter() for line in (e.text or "").split("\n")]
    words = 0
    for text in set(map(html.unescape, said)):
        words += len(text.split())
        left = [w for w in re.findall(r"\b[a-zA-Z]\w*", re.sub(r"0x[0-9a-f]+", "", re.sub(MNEMONIC, "", text))) if w.isascii() and w.translate(VOWELS) != w and "_" not in w and w not in names]
        left = [w for w in left if not re.fullmatch(r"v?(cr\d|seg|gdtr|idtr|ldtr|eflags|e[a-d]x|e[sd]i|e[sb]p)|walk|procs|shadow|direct|version|extraversion|write|shutdown", w)]
        if left or re.search(r"\d,\d\d\d(?!,)", text):
            say(f"not translated: {left} in '{text}'")
    print(f"{words} words")
    if words < 1000:
        say("too few")


if sys.argv[1] == "steps":
    steps(*sys.argv[2:])
elif sys.argv[1] == "room":
    room(sys.argv[2:])
elif sys.argv[1] == "clear":
    clear(*sys.argv[2:])
elif sys.argv[1] == "accents":
    sys.stdout.write(accents(sys.stdin.read()))
elif sys.argv[1] == "umlauts":
    sys.stdout.write(umlauts(sys.stdin.read(), int(sys.argv[2])))
elif sys.argv[1] == "accented":
    accented(*sys.argv[2:4], sys.argv[4:])
else:
    for page, text in outline(sys.argv[2]):
        print(page, text)
sys.exit(bool(wrong))
