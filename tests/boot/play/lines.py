# lines.py: the lines that a page says record events (its data, on standard input), against the source.
import glob, json, re, sys

data = json.load(sys.stdin)
names = {int(i): e["name"] for i, e in data["schema"]["events"].items()}
said = {(names[int(i)], p[0], p[1]) for i, places in data["recorders"].items() for p in places}
there = set()
for file in glob.glob("hv/**/*.[ch]", recursive=True):
    for n, line in enumerate(open(file), 1):
        for name in re.findall(r"\btrace_(\w+?)(?:_at)?\(", line):
            if name in names.values():
                there.add((name, file, n))
wrong, missing = sorted(said - there), sorted(there - said)
print("said, and not there:", wrong, "there, and not said:", missing)
sys.exit(bool(wrong or missing or len(said) < 40))
