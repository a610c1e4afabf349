# copies.py SEED LAB FILES TO: a class for copies.sh: works that have nothing in common, and copies of some that
# somebody has tried to hide. FILES: the lab's files with their marked regions.
#
# An independent work has in each region lines of Trapline's own sources that are not the lab's, each of them in
# one work only: real code of one hand, which uses the same names everywhere, so that what is alike by custom alone
# is in it, too. A hidden copy has other names, other comments, another layout, and lines moved, added and left out.
# Prints the pairs that are copies: name, name, how.
import os
import random
import re
import sys

seed, lab, files, to = int(sys.argv[1]), sys.argv[2], sys.argv[3].split(), sys.argv[4]
rng = random.Random(seed)
BEGIN, END = re.compile(r"/\* LAB [0-9.a-z]+ BEGIN"), re.compile(r"LAB [0-9.a-z]+ END")
C_WORDS = set("if else for while do switch case default return break continue goto sizeof struct union enum static "
              "const void char int unsigned bool u8 u16 u32 u64 s32 true false NULL".split())


def regions(path):
    """The file as a list of texts: given, region, given, ..."""
    parts, lines, inside, head = [[]], open(path).read().split("\n"), False, False
    for line in lines:
        if BEGIN.search(line):
            inside, head = True, True
            parts.append([])
        elif END.search(line):
            inside = False
            parts.append([])
        elif inside and head:
            head = "*/" not in line
        else:
            parts[-1].append(line)
    return parts


parts = {f: regions(f) for f in files}
known = set(re.findall(r"[A-Za-z_]\w*", "\n".join("\n".join(p) for f in files for p in parts[f][::2])))
# Lines of functions, in runs as they stand.
pool = []
for folder, _, names in os.walk("hv"):
    for name in sorted(names):
        path = os.path.join(folder, name)
        if name.endswith(".c") and path not in files:
            text = re.sub(r"/\*.*?\*/", "", open(path).read(), flags=re.S)
            lines = [x for x in text.split("\n") if x.strip() and x[0] == "\t"]
            pool += [lines[i:i + 12] for i in range(0, len(lines) - 11, 12)]
rng.shuffle(pool)


def write(name, bodies):
    os.makedirs(f"{to}/{name}")
    for f in files:
        out, k = [], 0
        for i, part in enumerate(parts[f]):
            out += bodies[f][k] if i % 2 else part
            k += i % 2
        with open(f"{to}/{name}/{os.path.basename(f)}", "w") as o:
            o.write("\n".join(out))


def independent():
    return {f: [sum((pool.pop() for _ in range(1 + len(p) // 12)), []) for p in parts[f][1::2]] for f in files}


def renamed(bodies):
    names = set(re.findall(r"[A-Za-z_]\w*", "\n".join("\n".join(b) for f in files for b in bodies[f]))) - known - C_WORDS
    new = {n: f"my_{rng.randrange(10**6)}" for n in sorted(names)}
    return each(bodies, lambda b: [re.sub(r"[A-Za-z_]\w*", lambda m: new.get(m.group(), m.group()), x) for x in b])


def each(bodies, change):
    return {f: [change(b) for b in bodies[f]] for f in files}


def moved(body):
    """One line in eight changes its place with the next but one."""
    body = list(body)
    for i in range(len(body) - 2):
        if rng.random() < 1 / 8:
            body[i], body[i + 2] = body[i + 2], body[i]
    return body


def commented(body):
    out = []
    for line in body:
        if rng.random() < 0.3:
            out.append(f"\t/* {' '.join(rng.choice(['now', 'the', 'entry', 'first', 'then', 'page']) for _ in range(6))} */")
        out.append("      " + "  ".join(line.split()) + rng.choice(["", "  // so", "\t"]))
    return out


def edited(body):
    """One line in ten is left out, one in ten is new."""
    out = []
    for line in body:
        if rng.random() < 0.1:
            out.append(f"\tstep_{rng.randrange(99)} = {rng.randrange(99)};")
        if rng.random() >= 0.1:
            out.append(line)
    return out


people = {f"p{i:02}": independent() for i in range(24)}
HOW = {"as-it-is": lambda b: b, "renamed": renamed, "commented": lambda b: each(b, commented),
       "moved": lambda b: each(b, moved), "edited": lambda b: each(b, edited),
       "all": lambda b: each(each(each(renamed(b), moved), edited), commented)}
for name, bodies in people.items():
    write(name, bodies)
for name, (how, change) in zip(rng.sample(sorted(people), len(HOW)), HOW.items()):
    write(f"{name}-{how}", change(people[name]))
    print(name, f"{name}-{how}", how)
