#!/usr/bin/env python3
"""same.py FILE SVGS RENDERED: a .mmd or .puml says what the pictures of the same say, and the tool that drew it has said it, too.

RENDERED is what mermaid.js says, or PlantUML's SVG. All of a text must have come through, letter for letter.
"""
import glob, html, json, re, sys, xml.etree.ElementTree as ET

path, svgs, rendered = sys.argv[1:4]
mermaid = path.endswith(".mmd")
wrong = []


def say(what):
    wrong.append(what)
    print(f"{path}: {what}")


def plain(s):
    return re.sub(r"#(\d+);", lambda m: chr(int(m[1])), s) if mermaid else re.sub(r"<U\+([0-9A-F]{4})>", lambda m: chr(int(m[1], 16)), s)


def squeeze(s):
    return re.sub(r"\s|​", "", s)


lines = open(path).read().split("\n")
arrows = [l for l in lines if re.match(r"[ab]\d+ ?-", l)]
notes = [l for l in lines if re.match(r"(?i)note over ", l)]
loops = [l for l in lines if l.startswith("loop ")]
known = r"^(sequenceDiagram|title:? .*|@startuml|@enduml|hide footbox|box .*|end|end box|participant .*|loop ×\d+|== .* ==|(?i:note) over [ab]\d+(,[ab]\d+)? ?: .*|[ab]\d+ ?-.*)?$"
for l in lines:
    if not re.match(known, l):
        say(f"a line of no kind: {l}")
texts = [plain(part) for l in arrows + notes for part in re.split("<br/>" if mermaid else r"\\n", l.split(":" if mermaid else " : ", 1)[1])]

# What the pictures say of each step, in order, is in the text, in order.
NS = "{http://www.w3.org/2000/svg}"
numbered = [squeeze(plain(re.sub("<br/>" if mermaid else r"\\n", "", l.split(":" if mermaid else " : ", 1)[1]))) for l in lines if l in set(arrows + notes)]
at = 0
steps = 0
for svg in sorted(glob.glob(svgs)):
    for g in ET.parse(svg).getroot().iter(NS + "g"):
        if g.get("class") not in ("label", "note", "torn"):
            continue
        steps += 1
        name = squeeze("".join(t.text for t in g.findall(NS + "text")))
        while at < len(numbered) and name not in numbered[at]:
            at += 1
        if at == len(numbered):
            say(f"no line says: {name}")
            break
        at += 1
if not steps:
    say("the pictures have no steps")

# And each arrow goes the same way, dashed or not.
drawn = []
for svg in sorted(glob.glob(svgs)):
    for p in ET.parse(svg).getroot().iter(NS + "path"):
        if p.get("class") == "line":
            x1, x2 = map(float, re.fullmatch(r"M([\d.]+) [\d.]+H([\d.]+)", p.get("d")).groups())
            drawn.append((x2 > x1, p.get("stroke-dasharray") is not None))
ways = [re.match(r"[ab](\d+) ?(->>|-->>|-\[#\w+\](-?)>>?) ?[ab](\d+) ?:", l) for l in arrows]
if None in ways or [(int(m[4]) > int(m[1]), m[2] == "-->>" or m[3] == "-") for m in ways] != drawn:
    say("the arrows go other ways than the pictures'")

if mermaid:
    r = next(r for r in map(json.loads, open(rendered)) if r["file"] == path)
    if "error" in r:
        say(r["error"])
    else:
        drawn = squeeze(r["text"])
        actors = len([l for l in lines if l.startswith("participant ")])
        # Below the picture they stand once more, and each has its two lines.
        if r["messages"] != len(arrows) or r["notes"] != len(notes) or r["actors"] != 4 * actors or r["scripts"] or r["requests"]:
            say(f"drawn are {r['messages']} arrows of {len(arrows)}, {r['notes']} notes of {len(notes)}, {r['actors']} of {4 * actors} actors, {r['scripts']} others, {r['requests']} requests")
else:
    root = ET.parse(rendered).getroot()
    drawn = squeeze("".join("".join(t.itertext()) for t in root.iter(NS + "text")))
    if any(e.tag in (NS + "a", NS + "image", NS + "script") for e in root.iter()):
        say("there is a link or an image")
if not wrong or mermaid and "error" not in r or not mermaid:
    title = [plain(l.split(" ", 1)[1]) for l in lines if l.startswith("title")]
    for t in texts + title:
        if squeeze(t) not in drawn:
            say(f"not drawn: {t}")
print(f"{len(arrows)} arrows, {len(notes)} notes, {len(loops)} loops, {steps} steps in the pictures")
sys.exit(bool(wrong))
