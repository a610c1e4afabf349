#!/usr/bin/env python3
"""export.py TRACE JSON: Chrome's JSON of a trace fits the schema, and says what tltrace dump and stats say, no more and no less."""
import bisect, collections, json, subprocess, sys
import jsonschema

trace, path = sys.argv[1:3]
wrong = []


def say(what):
    wrong.append(what)
    if len(wrong) < 20:
        print(what)


def tltrace(*args):
    return [json.loads(l) for l in subprocess.run(["build/bin/tltrace", *args, "--json"], capture_output=True, text=True, check=True).stdout.splitlines()]


data = json.load(open(path))
schema = json.load(open("tests/boot/export.schema.json"))
one = jsonschema.Draft7Validator({"$ref": "#/definitions/event", "definitions": schema["definitions"]})
for e in data["traceEvents"]:
    for error in one.iter_errors(e):
        say(f"{e}: {error.message}")
# All of the file but the events, which have been looked at one by one.
jsonschema.Draft7Validator(schema).validate({**data, "traceEvents": []})

by = collections.defaultdict(list)
for e in data["traceEvents"]:
    by[e["ph"]].append(e)
dump, stats = tltrace("dump", trace), tltrace("stats", trace)
total = stats[-1]
tick = 1e6 / data["otherData"]["ticks_per_second"]
begin = dump[0]["ts"]
near = tick / 4  # hours after the beginning a double is no more precise than a thousandth of a tick
us = lambda seq: (dump[seq - 1]["ts"] - begin) * tick

# Each event, with all that dump says of it, at its time, on its lane.
lanes = {e["tid"]: e["args"]["name"] for e in by["M"] if e["name"] == "thread_name"}
names = {"app": "Application", "guest": "Guest OS", "hw": "Hardware", "vmm": "VMM"}
processes = {e["pid"]: e["args"]["name"] for e in by["M"] if e["name"] == "process_name"}
if [e["args"] for e in by["i"]] != dump:
    say("the instants are not the events")
for e in by["i"]:
    a = e["args"]
    if abs(e["ts"] - us(a["seq"])) > near or lanes[e["tid"]] != names[a["from"]] or processes[e["pid"]] != (f"domain {a['domain']}, vcpu {a['vcpu']}" if a["domain"] is not None else "no domain"):
        say(f"event {a['seq']} is elsewhere")

# The VMM's slices: by reason, as many and as dear as stats has them.
slices = collections.defaultdict(list)
for e in by["X"]:
    slices[e["tid"]].append(e)
vmm = [e for e in by["X"] if e["cat"] == "vmm"]
if any(lanes[e["tid"]] != "VMM" for e in vmm) or any(lanes[e["tid"]] not in ("Application", "Guest OS") for e in by["X"] if e["cat"] != "vmm"):
    say("a slice on another lane")
reasons = {r["reason"]: r for r in stats if "reason" in r}
mine = collections.defaultdict(list)
for e in vmm:
    mine[e["name"]].append(e)
    if e["args"]["timed"] and abs(e["dur"] - e["args"]["instructions"] * tick) > 1e-9 or abs(e["ts"] - us(e["args"]["seq"])) > near:
        say(f"{e}: time and cost differ")
if set(mine) != set(reasons):
    say(f"reasons: {set(mine) ^ set(reasons)}")
for name, found in mine.items():
    r = reasons.get(name, {})
    now = len(found), sum(e["args"]["timed"] for e in found), sum(e["args"]["instructions"] for e in found)
    if now != (r.get("count"), r.get("timed"), r.get("total")):
        say(f"{name}: {now}, but stats says {r}")
entries = [e for e in vmm if e["args"]["entry"]]
sums = len(entries), sum(e["args"]["instructions"] for e in entries)
if sums != (total["entries"], total["instructions"]):
    say(f"all: {sums}, but stats says {total}")

# A guest ran from a crossing to the next, if that is its own and leaves the lane where the other led, and nothing was lost.
runs, last = [], None
for e in dump:
    if e["from"] != e["to"]:
        if last and last["to"] in ("app", "guest") and all(last[k] == e[k] for k in ("domain", "vcpu")) and last["to"] == e["from"]:
            runs.append((last["seq"], last["to"], e["ts"] - last["ts"]))
        last = e
    elif e["event"] in ("trap", "irq", "hypercall"):
        last = None
    if e.get("lost_after"):
        last = None
found = [(e["args"]["seq"], {"application": "app", "guest OS": "guest"}[e["name"]], round(e["dur"] / tick)) for e in by["X"] if e["cat"] == "guest"]
if runs != found:
    say(f"{len(found)} runs of guests, {len(runs)} by the events")

# On one lane, one slice ends before the next begins.
for tid, all in slices.items():
    all.sort(key=lambda e: e["ts"])
    for a, b in zip(all, all[1:]):
        if b["ts"] < a["ts"] + a["dur"] - near:
            say(f"{lanes[tid]}: {a} and {b} overlap")

# An arrow for each crossing, from lane to lane, both of its ends in slices; none where one of them is not there.
starts = {tid: [e["ts"] for e in all] for tid, all in slices.items()}
begun = {e["args"]["seq"]: e for e in by["X"]}  # by the event with which it begins
ended = {(e["tid"], round((e["ts"] + e["dur"]) / tick)) for e in by["X"] if e["cat"] == "guest"}
first = min(e["args"]["seq"] for e in vmm)  # a domain's beginning is no stay


def inside(tid, ts):
    """A moment within a slice, its end aside; one without length is a moment."""
    for e in slices[tid][max(0, bisect.bisect_right(starts.get(tid, []), ts + near) - 2) :][:2]:
        if e["ts"] - near <= ts and (ts < e["ts"] + e["dur"] - near or ts < e["ts"] + near):
            return True
    return False


crossings = {e["seq"]: e for e in dump if e["from"] != e["to"]}
begins, ends = {e["id"]: e for e in by["s"]}, {e["id"]: e for e in by["f"]}
if not len(begins) == len(by["s"]) == len(ends) == len(by["f"]) or set(begins) != set(ends) or not set(ends) <= set(crossings):
    say(f"{len(by['s'])} arrows begin, {len(by['f'])} end, {len(crossings)} crossings")
loose = [id for id in begins if not inside(begins[id]["tid"], begins[id]["ts"]) or not inside(ends[id]["tid"], ends[id]["ts"])]
if loose:
    say(f"{len(loose)} arrows begin or end in no slice: {[(begins[id], ends[id]) for id in loose[:2]]}")
for seq, c in crossings.items():
    s, f = begins.get(seq), ends.get(seq)
    if s is None or f is None:
        tid = by["i"][seq - 1]["tid"]
        from_slice = seq > first if c["from"] == "vmm" else (tid, round(us(seq) / tick)) in ended
        if from_slice and seq in begun:
            say(f"event {seq} has no arrow, but slices")
        continue
    if (lanes[s["tid"]], lanes[f["tid"]], s["name"]) != (names[c["from"]], names[c["to"]], c["event"]) or abs(f["ts"] - us(seq)) > near or s["ts"] > f["ts"] or (f["ts"] - s["ts"] > tick + near and not any(abs(x["ts"] + x["dur"] - tick - s["ts"]) < near for x in slices[s["tid"]])):
        say(f"the arrow of event {seq}: {s} {f}")

# An async slice for each episode.
episodes = collections.defaultdict(list)
for e in dump:
    if e["fault"]:
        episodes[f"{e['domain']}:{e['fault']}"].append(e["seq"])
b, e = ({x["id"]: x for x in by[ph]} for ph in "be")
if not len(by["b"]) == len(by["e"]) == len(b) == len(e) == len(episodes) or set(b) != set(e) or set(b) != set(episodes):
    say("the episodes are others")
for id, seqs in episodes.items():
    if id in b and id in e and (abs(b[id]["ts"] - us(seqs[0])) > near or abs(e[id]["ts"] - us(seqs[-1])) > near or b[id]["args"]["events"] != len(seqs)):
        say(f"episode {id}: {b[id]} {e[id]}")
print(f"{len(dump)} events, {sum(e.get('lost_after', 0) for e in dump)} lost, {len(vmm)} stays in the VMM, {len(by['X']) - len(vmm)} runs of guests, {len(begins)} arrows of {len(crossings)} crossings, {len(episodes)} episodes, {len(lanes)} lanes; {len(wrong)} wrong")
sys.exit(bool(wrong) or not vmm)
