# campaign.py: a class for campaign.sh, whose right gradebook is known before it is graded.
#
#   campaign.py make LAB SIZE REAL SEED LMS TO   lay it out in TO/class, what some of it sent before in TO/early, and a
#                                             few of it once more in TO/few; TO/truth.json tells what must come of it
#   campaign.py check TO FULL.csv             is it that? (TO/want is for columns.py)
#   campaign.py pairs TO PAIRS                are the copies found, and nobody else?
#   campaign.py same A B A.csv B.csv          has each one of class A the same verdicts in class B?
#
# REAL of them have the lab's reference, or that with a mistake of tests/mutants; others one that does not build, the starter, or
# nothing that could be taken. In the first three there are some functions of their own, so that nobody but the two who copy
# has much in common with another. What each sends, and how, depends on SEED, not on the platform.
import csv
import json
import os
import random
import re
import subprocess
import sys
import tempfile

import lms as platforms

POLICY = {"late_points": 10, "late_most": 2}  # as in campaign.sh
OPS = ["+", "-", "*", "^", "&", "|", "<<", ">>", "%"]


def conf(lab):
    """The lab's files, and the points of each of its stages."""
    files, points, stage, test = [], {}, None, False
    for line in open(f"labs/{lab}/lab.conf", encoding="utf-8"):
        key, _, value = (w.strip() for w in line.partition("="))
        if key == "file":
            files.append(value)
        elif line.startswith("["):
            test = line.startswith("[test")
        elif key == "stage" and test:
            stage = value
        elif key == "points" and test:
            points[stage] = points.get(stage, 0) + int(value)
    return files, points


def read(folder, names):
    return {n: open(f"{folder}/{n}", "rb").read().decode() for n in names}


def mutant(lab, patch, names):
    with tempfile.TemporaryDirectory() as to:
        subprocess.run(["grader/mutate", lab, patch, to], check=True)
        return read(to, names)


def expression(rng, names, depth=0):
    if depth > 2 or rng.random() < 0.3:
        return rng.choice(names) if rng.random() < 0.6 else str(rng.randrange(2, 9000))
    op, left, right = rng.choice(OPS), expression(rng, names, depth + 1), expression(rng, names, depth + 1)
    if op in ("<<", ">>"):
        right = str(rng.randrange(1, 30))
    return f"({left} {op} {right} + {rng.randrange(1, 99)})" if op != "%" else f"({left} % {rng.randrange(3, 999)})"


def statements(rng, names, depth=1):
    out, tab = [], "\t" * depth
    for _ in range(rng.randrange(3, 6)):
        kind = rng.randrange(4 if depth < 3 else 1)
        if kind == 0:
            out.append(f"{tab}{rng.choice(names[1:])} {rng.choice(['=', '+=', '^=', '-=', '|='])} {expression(rng, names)};")
        else:
            head = [f"if ({expression(rng, names)} {rng.choice(['<', '>', '==', '!='])} {rng.randrange(500)})",
                    f"while ({rng.choice(names[1:])}-- > {rng.randrange(90)}u)", f"if (!({expression(rng, names)}))"][kind - 1]
            out += [f"{tab}{head} {{"] + statements(rng, names, depth + 1) + [f"{tab}}}"]
    return out


def functions(rng):
    """What somebody wrote for himself: each a list of lines."""
    own = []
    for _ in range(5):
        names = [f"{rng.choice(['x', 'at', 'n', 'sum', 'left', 'bits'])}_{rng.randrange(1000)}" for _ in range(4)]
        own.append([f"static inline unsigned help_{rng.randrange(10**6)}(unsigned {names[0]})", "{"] +
                   [f"\tunsigned {n} = {rng.randrange(5000)};" for n in names[1:]] + statements(rng, names) +
                   [f"\treturn {' + '.join(names)};", "}"])
    return own


def hidden(rng, own):
    """The same with other names and comments, and in another order."""
    lines = [line for f in rng.sample(own, len(own)) for line in f]
    names = sorted(set(re.findall(r"\b[a-z]+_\d+\b", "\n".join(lines))))
    new = {n: f"v{i}_{rng.randrange(999)}" for i, n in enumerate(names)}
    return [re.sub(r"\b[a-z]+_\d+\b", lambda m: new[m.group()], line).replace("\t", "    ") +
            ("  // my own" if rng.random() < 0.2 else "") for line in lines]


def works(lab, size, real, rng):
    """[kind, stages that it loses, whose copy it is, files], in any order."""
    files, _ = conf(lab)
    names = [os.path.basename(f) for f in files]
    main = next(n for n in names if n.endswith(".c"))
    reference = {os.path.basename(f): open(f, encoding="utf-8").read() for f in files}
    starter = read(f"build/kit/{lab}/labs/{lab}", names)
    folder = f"tests/mutants/{lab}"
    patches = rng.sample(sorted(p for p in os.listdir(folder) if p.endswith(".patch")), real // 2 - 1)
    out = []

    def add(kind, text, own, loses=(), also=(), of=None):
        text = dict(text)
        text[main] += "\n".join(own) + "\n"
        out.append({"kind": kind, "loses": list(loses), "also": list(also), "of": of, "files": text})

    for _ in range(real - real // 2 - 1):
        own = functions(rng)
        add("reference", reference, sum(own, []))
        if len(out) == 1:
            add("reference", reference, hidden(rng, own), of=0)
    for patch in patches:
        head = open(f"{folder}/{patch}", encoding="utf-8").read()
        loses, also = ((re.findall(rf"^{w}: (.*)$", head, re.M) or [""])[0].split() for w in ("Loses", "Also"))
        own, text = functions(rng), mutant(lab, f"{folder}/{patch}", names)
        add("mutant", text, sum(own, []), loses, also)
        if patch == patches[0]:
            add("mutant", text, hidden(rng, own), loses, also, len(out) - 1)
    for _ in range(max(2, size // 12)):
        add("nothing", starter, [])
    for _ in range(real * 4 // 5):
        add("starter", starter, [f"/* {rng.randrange(10**9)} */"])
    while len(out) < size:
        add("broken", reference, sum(functions(rng), []) + ["#error not yet"])
    order = list(range(size))
    rng.shuffle(order)
    for w in out:
        w["of"] = None if w["of"] is None else order.index(w["of"])
    return [out[i] for i in order]


FIRST = ["Zoë", "O'Brien", "=cmd|calc!A0", "李", "Ann-Marie", "+1", "@Sum", "Élodie", "Søren", "Ngọc", "-2", "Łukasz", "Ömer", "Ιάσων", "Борис",
         "José \"Pepe\"", "Jane", "D.", "van der", "Bo"]
LAST = ["Ångström", "Pat", "小龍", "Berg", "Plus", "Ça", "Kierkegaard", "Nguyễn", "Żak", "Özdemir", "Doe", "Smith-Jones", "Παππάς", "Годунов"]


def people(size, lms, rng):
    names = [f"{rng.choice(FIRST)} {rng.choice(LAST)}" for _ in range(size)]
    names[1] = names[0]  # equal names with other ids
    if lms == "plain":  # who has no id has only a name
        names = [n + (f" {i}" if n in names[:i] or n.lower() in [m.lower() for m in names[:i]] else "") for i, n in enumerate(names)]
    elif lms == "gradescope":
        names[2] = "Tab\tTheo"
    return names


def make(lab, size, real, seed, lms, to):
    rng = random.Random(seed)
    all_works = works(lab, size, real, rng)
    styles = [rng.choice(["unix"] * 4 + ["windows", "bom"]) for _ in all_works]
    names = people(size, lms, random.Random(seed))
    chosen = [rng.random() for _ in all_works]
    students, early, truth = [], [], []
    for i, w in enumerate(all_works):
        whole = [(n, style(t, styles[i])) for n, t in w["files"].items()]
        spoiled = platforms.ways([(n, b"#error the earlier one\n" + b) for n, b in whole], lab)
        ways = platforms.ways(whole, lab)
        fit = sorted(way for way in ways if (way in platforms.NOT_TAKEN) == (w["kind"] == "nothing"))
        way, late = fit[int(chosen[i] * len(fit))], (0, 0, 1, 3)[i % 4]
        again = way in ("zip", "tgz")  # sent twice
        account = "" if lms == "gradescope" and i == 5 else str(100 + i)
        students.append(platforms.Student(names[i], account, ways[way], late, spoiled[way] if again and lms in ("canvas", "blackboard") else None))
        early.append(platforms.Student(names[i], account, spoiled[way], -5) if again else None)
        truth.append({k: w[k] for k in ("kind", "loses", "also", "of")} | {"again": again, "way": way, "style": styles[i]})
    os.makedirs(to)
    for t, (name, account, late) in zip(truth, platforms.lay_out(lms, students, f"{to}/class")):
        t.update(name=name, account=account, late=late)
    platforms.lay_out(lms, early, f"{to}/early")
    few = {k: next(i for i, t in enumerate(truth) if t["kind"] == k) for k in ("reference", "broken", "nothing", "starter")}
    platforms.lay_out(lms, [s if i in few.values() else None for i, s in enumerate(students)], f"{to}/few")
    for i in few.values():
        truth[i]["few"] = True
    json.dump({"lab": lab, "students": truth}, open(f"{to}/truth.json", "w"))
    with open(f"{to}/want", "w", encoding="utf-8") as f:
        for t in truth:
            print(t["account"], t["name"], t["late"], 0 if t["kind"] == "nothing" else 1, sep="\t", file=f)


def style(text, how):
    data = text.replace("\n", "\r\n").encode() if how == "windows" else text.encode()
    return b"\xef\xbb\xbf" + data if how == "bom" else data


def rows(to, table):
    """Each of the class with the row of the table that is his, by id, or if there is none by name."""
    truth = json.load(open(f"{to}/truth.json"))
    with open(table, newline="", encoding="utf-8") as f:
        of = {r["student"].removeprefix("'"): r for r in csv.DictReader(f, strict=True)}
    keys = [t["account"] or t["name"] for t in truth["students"]]
    assert set(keys) == set(of) and len(of) == len(keys), set(keys) ^ set(of)
    return truth["lab"], [(t, of[k]) for t, k in zip(truth["students"], keys)]


def lost(row):
    return {c.split()[0] for c, v in row.items() if re.match(r"\d\d\.\S+ ", c) and v != "passed"}


def check(to, table):
    lab, class_ = rows(to, table)
    _, points = conf(lab)
    wrong, kinds = [], {}
    for t, r in class_:
        kind, score = t["kind"], r["score"]
        cost = 0
        if score and t["late"]:
            cost = int(score) if t["late"] > POLICY["late_most"] else min(int(score), t["late"] * POLICY["late_points"])
        stages = {s for s in points if r[s] != str(points[s])}
        right = {"reference": score == "100" and not lost(r), "starter": score == "0", "nothing": score == r["total"] == "",
                 "broken": score == "0" and "not built" in r.values(),
                 "mutant": set(t["loses"]) <= lost(r) <= set(t["loses"]) | set(t["also"]) and lost(r) == stages}[kind]
        right &= (r["name"].removeprefix("'"), r["days late"]) == (t["name"], str(t["late"]))
        right &= kind == "nothing" or (int(r["late costs"]), int(r["total"])) == (cost, int(score) - cost)
        kinds[kind] = kinds.get(kind, 0) + 1
        if not right:
            wrong.append((t["name"], t["account"], kind, t["loses"], t["way"], t["style"], dict(r)))
    for w in wrong:
        print(*w)
    print("# |", ", ".join(f"{n} {k}" for k, n in sorted(kinds.items())), f"; {len(class_) - len(wrong)} of {len(class_)} as they must be")
    return not wrong


def pairs(to, text):
    truth = json.load(open(f"{to}/truth.json"))["students"]
    label = [f"{t['name']} ({t['account']})" if t["account"] and t["account"] != t["name"] else t["name"] for t in truth]
    want = {frozenset((label[i], label[t["of"]])) for i, t in enumerate(truth) if t["of"] is not None}
    found = {frozenset(m[1:]): int(m[0]) for m in re.findall(r"^ *(\d+) %  (?:equal  )?(.+) and (.+)$", open(text, encoding="utf-8").read(), re.M)}
    others = max((p for pair, p in found.items() if pair not in want), default=0)
    print("# | copies:", ", ".join(f"{found.get(pair, 0)} %" for pair in want) + f"; others {others} % at most")
    return len(want) == 2 and min(found.get(pair, 0) for pair in want) >= 40 > others


def same(a, b, table_a, table_b):
    differ = [t["name"] for (t, x), (_, y) in zip(rows(a, table_a)[1], rows(b, table_b)[1])
              if any(x[c] != y[c] for c in x if c == "score" or re.match(r"\d\d\.", c))]
    print(*differ, sep="\n")
    return not differ


if __name__ == "__main__":
    command, args = sys.argv[1], sys.argv[2:]
    if command == "make":
        make(args[0], int(args[1]), int(args[2]), int(args[3]), *args[4:])
    else:
        sys.exit(not {"check": check, "pairs": pairs, "same": same}[command](*args))
