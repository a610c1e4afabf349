#!/usr/bin/env python3
"""io.py TRACE NAME:A:B:N[:PEER]...: what a block of 4 KB or a datagram costs, out of a trace of several domains.

Domain B reads N blocks more than domain A does, and nothing else: the difference, over N, is a block's. Or it exchanges N
datagrams more with the domain PEER, which is a front end, too. Counted is what
happens while they run: their own instructions, Domain 0's, the hypervisor's, and the entries by what they are for.
Prints lines for tests/bench/read.awk.
"""
import collections
import json
import subprocess
import sys

IRQ_0 = 0x20
NOBODY = 65535


CALLS = {3: "stack_switch", 5: "fpu_taskswitch", 15: "set_timer_op", 20: "grant_table_op", 23: "iret", 26: "mmuext_op", 29: "sched_op",
         32: "event_channel_op", 33: "physdev_op", 35: "sysctl", 36: "domctl"}
KINDS = {"event_channel_op": "calls", "grant_table_op": "calls", "domctl": "calls", "physdev_op": "disk", "port": "ports", "irq14": "disk"}


def kind_of(e):
    """What an entry is, by name."""
    if e["event"] == "hypercall":
        return CALLS.get(e["nr"], f"call{e['nr']}")
    if e["event"] == "trap":
        return "port" if e["vec"] == 13 else f"trap{e['vec']}"
    return f"irq{e['vec'] - IRQ_0}"


def window(events, domain, peer):
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
            spent["front" if e["domain"] in (domain, peer) else "back", "own"] += passed
        elif not idle:
            spent["hv", "own"] += passed
        if e["event"] == "domain_end" and e["domain"] == domain:
            return spent
        if e["event"] == "sched":
            idle = e["next"] == NOBODY
        if e["to"] == "vmm" and e["from"] != "vmm":
            inside, idle = True, False
            entered_by = "front" if e["domain"] in (domain, peer) else "back"
            kind = kind_of(e)
            spent[entered_by, KINDS.get(kind, "others")] += 1
            spent["kind", kind] += 1
        elif e["from"] == "vmm" and e["to"] != "vmm":
            inside = False
    sys.exit(f"io.py: domain {domain} does not end")


def main():
    dump = subprocess.run(["build/bin/tltrace", "dump", sys.argv[1], "--json"], check=True, capture_output=True, text=True)
    events = [json.loads(line) for line in dump.stdout.splitlines()]
    for word in sys.argv[2:]:
        name, a, b, n, peer = (word + ":-1").split(":")[:5]
        less, more = window(events, int(a), int(peer)), window(events, int(b), int(peer))

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
        for who, kind in sorted(more):
            if who == "kind": # for `tools/bench runs`
                print(f"io direct paging trap {name}_kind_{kind} {each((who, kind)):.2f}")


main()
