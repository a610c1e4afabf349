# data.py PAGE TRACE...: what a page of the player holds, against what `tltrace dump` and `tltrace stats` say of its traces:
# every event is told, once, with its own values; costs and entries add up at each step; episodes are where, and beside whom, they belong.
import json, re, subprocess, sys

page, traces = sys.argv[1], sys.argv[2:]
html = open(page).read()
lines = re.search(r' id="pages">\n(.*?)</script>', html, re.S)[1].split("\n")
data = json.loads(re.search(r' id="data">(.*?)</script>', html, re.S)[1])
rows = [row for line in lines if line for row in json.loads(line)["rows"]]
schema = data["schema"]
wrong = []
check = lambda ok, *what: ok or wrong.append(what)


def tl(*args):
    return subprocess.run(["build/bin/tltrace", *args], capture_output=True, text=True, check=True).stdout


events = [[json.loads(x) for x in tl("dump", "--json", t).splitlines()] for t in traces]
LANES, NOTE, ARROW, VMM = data["lanes"], 1, 0, 3


def named(e):
    """An event of the page as dump has it."""
    seq, ts, number, domain, vcpu, lane_from, lane_to, *values = e
    out = {"seq": seq, "ts": ts, "domain": None if domain < 0 else domain, "vcpu": vcpu, "from": LANES[lane_from], "to": LANES[lane_to]}
    definition = schema["events"][str(number)]
    out["event"] = definition["name"]
    for (name, kind, _), v in zip(definition["fields"], values):
        out[name] = schema["enums"][kind].get(str(v), v) if kind in schema["enums"] else v
    return out


KINDS = {0: "tihjr", 1: "nnnnn"}


def check_index():
    """What is known of a row without its page is what the page has."""
    for n, r in enumerate(rows):
        scene = next(s for s in data["scenes"] if s["rows"][0] <= n < s["rows"][1])
        for trace, t in enumerate(data["traces"]):
            column = trace if scene["of"][0] else trace - 1
            s = r[3 + column] if column >= 0 and scene["of"][trace] else None
            kind = "." if s is None else KINDS.get(s[1], "ggggg")[s[2]]
            at = -1 if s is None else s[10]
            title = "" if s is None else s[6]
            known = t["kinds"][n], t["when"][n], data["names"][t["titles"][n]] if t["titles"][n] >= 0 else ""
            check(known == (kind, at, title) and (s is None or ord(t["lanes"][n]) - 97 == 4 * s[3] + s[4]), "index", n, trace, known, kind, at, title)


def own_events(side, all_of_it):
    """The events of an episode. What is nobody's, as a frame's new type, is of the stay in which it happens: of whoever has entered last."""
    inside = False
    for e in all_of_it:
        own = (e["domain"], e["fault"]) == (side["domain"], side["fault"])
        if own or inside and e["domain"] is None:
            yield e
        if e["event"] in ("trap", "irq", "hypercall") and e["from"] != e["to"] or e["event"] in ("resume", "inject", "hcall_ret"):
            inside = own and e["to"] == "vmm"


def check_sums(side, s):
    """What a note sums up is among its own events."""
    of = {"PA ": "p2m", "shadow[": "spte"}
    for before, detail in zip([""] + s[7], s[7]):
        if more := re.fullmatch(r"and (\d+) more", detail):
            kind, n = next(v for k, v in of.items() if before.startswith(k)), int(more[1]) + 1
        elif more := re.fullmatch(r"write (\d+) real PTEs", detail):
            kind, n = "mmu_update", int(more[1])
        else:
            continue
        sums.append(n)
        check(sum(named(e)["event"] == kind for e in s[12]) == n, "summed up", side, s[0], detail)


sums = []


def tally(step):
    return [step[9][0], step[9][1], step[9][2], step[9][3]]


def check_scene(scene, column, trace):
    first, last = scene["rows"]
    side = scene["of"][trace]
    steps = [r[3 + column] for r in rows[first:last] if r[3 + column]]
    want = [e for e in events[trace] if side["first"] <= e["seq"] <= side["last"]]
    if side["fault"]:
        want = list(own_events(side, want))
    told, when, entries = {}, {}, 0
    for s in steps:
        check_sums(side, s)
        # Only steps that are of one event tell of it both.
        check(all(when.setdefault(e[0], s[10]) == s[10] == e[1] for e in s[12] if e[0] in when), "told twice", side, s[0])
        for e in s[12]:
            told.setdefault(e[0], named(e))
            when[e[0]] = s[10]
        if s[1] == ARROW and s[4] == VMM and s[2] <= 2:
            entries += 1
        check(sum(tally(s)[:3]) == entries, "entries", side, s[0], tally(s), entries)
    start = events[trace][0]["ts"]
    for e in want:
        mine = told.pop(e["seq"], None)
        if mine is None:
            check(False, "not told", side, e)
            continue
        mine["ts"] += start
        check(all(e[k] == v for k, v in mine.items()), "told wrongly", e, mine)
    check(not told, "told, but not of it", side, told)
    check(tally(steps[-1]) == side["tally"], "cost", side, tally(steps[-1]))


def seen(trace):
    """Page faults of applications that the guest has seen: (domain, fault) by address, in order."""
    out, by_episode = {}, {}
    for e in events[trace]:
        if e["fault"]:
            by_episode.setdefault((e["domain"], e["fault"]), []).append(e)
    for key, all_of_it in by_episode.items():
        entry = next((e for e in all_of_it if e["event"] in ("trap", "irq", "hypercall")), all_of_it[0])
        if entry["event"] == "trap" and entry["from"] == "app" and entry["vec"] == 14 and any(e["event"] == "inject" for e in all_of_it):
            out.setdefault(entry["va"], []).append(key)
    return out


scenes = data["scenes"]
if data["all"]:
    check_scene(scenes[0], 0, 0)
    for scene in scenes[1:]:
        side, (first, last) = scene["of"][0], scene["rows"]
        mine = {e[0] for r in rows[first:last] for e in r[3][12]}
        check({side["first"], side["last"]} <= mine, "an episode is not where it is", side)
        before = tally(rows[first - 1][3]) if first else [0] * 4
        check([b - a for a, b in zip(before, tally(rows[last - 1][3]))] == side["tally"], "cost within the run", side)
else:
    for scene in scenes:
        for trace in range(len(traces)):
            if scene["of"][trace]:
                check_scene(scene, trace if scene["of"][0] else 0, trace)
    if len(traces) == 2:
        a, b = seen(0), seen(1)
        want = {(x, y) for va in a.keys() & b.keys() for x, y in zip(reversed(a[va]), reversed(b[va]))}
        got = {tuple((x["domain"], x["fault"]) for x in s["of"]) for s in scenes if all(s["of"])}
        check(want == got, "pairs", sorted(want ^ got))
check_index()
faults = [json.loads(x) for t in traces for x in tl("faults", "--json", t).splitlines()]
check(sum(1 for s in scenes for x in s["of"] if x and x["fault"]) == len(faults), "episodes", len(faults))
for w in wrong[:10]:
    print(*w)
print(f"{len(scenes)} scenes, {len(rows)} rows, {len(sums)} sums: {len(wrong)} wrong")
sys.exit(bool(wrong) or not scenes)
