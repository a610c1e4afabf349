#!/usr/bin/env python3
"""io.py TRACE NAME:A:B:N...: what a block of 4 KB costs, out of a trace of several domains.

Domain B reads N blocks more than domain A does, and nothing else: the difference, over N, is a block's. Counted is what
happens while they run: their own instructions, Domain 0's, the hypervisor's, and the entries by what they are for.
Prints lines for tests/bench/read.awk.
"""
import collections
import json
import subprocess
import sys

IRQ_DISK = 0x2E
NOBODY = 65535
EVTCHN, GRANTS, DOMCTL, PHYSDEV = 32, 20, 36, 33


def purpose(e):
    """Of an entry: the request itself, the disk that is a real one or is taken for one, or who runs next, and the rest."""
    if e["event"] == "hypercall":
        nr = e["nr"]
        return "calls" if nr in (EVTCHN, GRANTS, DOMCTL) else "disk" if nr == PHYSDEV else "others"
    if e["event"] == "trap":
        return "ports" if e["vec"] == 13 else "others"
    return "disk" if e["vec"] == IRQ_DISK else "others"


def window(events, domain):
    """What is spent from the start of a domain to its end: (who, what): how much."""
    spent = collections.Counter()
    inside = False  # the hypervisor runs
    idle = False
    entered_by = last = None
    running = False
    for e in events:
        if e["domain"] == domain and e["event"] == "domain_start":
            running, last, inside, idle = True, e["ts"], True, False
            entered_by = 0
            continue
        if not running:
            continue
        passed, last = e["ts"] - last, e["ts"]
        if not inside:
            spent["front" if e["domain"] == domain else "back", "own"] += passed
        elif not idle:
            spent["hv", "own"] += passed
        if e["event"] == "domain_end" and e["domain"] == domain:
            return spent
        if e["event"] == "sched":
            idle = e["next"] == NOBODY
        if e["to"] == "vmm" and e["from"] != "vmm":
            inside, idle = True, False
            entered_by = "front" if e["domain"] == domain else "back"
            spent[entered_by, purpose(e)] += 1
        elif e["from"] == "vmm" and e["to"] != "vmm":
            inside = False
    sys.exit(f"io.py: domain {domain} does not end")


def main():
    dump = subprocess.run(["build/bin/tltrace", "dump", sys.argv[1], "--json"], check=True, capture_output=True, text=True)
    events = [json.loads(line) for line in dump.stdout.splitlines()]
    for word in sys.argv[2:]:
        name, a, b, n = word.split(":")
        less, more = window(events, int(a)), window(events, int(b))

        def each(*what):
            return sum(more[w] - less[w] for w in what) / int(n)

        rows = {
            "front": f"{each(('front', 'own')):.0f}",
            "back": f"{each(('back', 'own')):.0f}",
            "hv": f"{each(('hv', 'own')):.0f}",
            "calls": f"{each(('front', 'calls'), ('back', 'calls')):.2g}",
            "ports": f"{each(('front', 'ports')):.2f}",
            "others": f"{each(('front', 'others'), ('back', 'others')):.2f}",
            "disk": f"{each(('back', 'ports'), ('front', 'disk'), ('back', 'disk')):.2f}",
        }
        for key, value in rows.items():
            print(f"io direct paging trap {name}_{key} {value}")


main()
