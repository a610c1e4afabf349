#!/usr/bin/env python3
"""Reads each sentence of the pictures of a trace back, and holds it against the events: what is drawn is what was recorded.

    sentences.py TRACE.ctf [SEED [MOST]]   of MOST page faults, system calls and stretches each, chosen by SEED

The pictures are read as dot text, the events as tltrace dumps them, and what follows from them is worked out here anew.
"""
import glob, html, json, os, random, re, subprocess, sys, tempfile

TLTRACE = "build/bin/tltrace"
LANES = {"Application": "app", "Guest OS": "guest", "Hardware": "hw", "VMM": "vmm", "Xen": "vmm"}
RING = {"app": 3, "guest": 1}
ENTRIES, EXITS = {"trap", "irq", "hypercall"}, {"resume", "inject", "hcall_ret"}
VECTORS = "#DE #DB NMI #BP #OF #BR #UD #NM #DF #CSO #TS #NP #SS #GP #PF 15 #MF #AC #MC #XM".split()
ERRORS = {1: "EPERM", 2: "ENOENT", 3: "ESRCH", 7: "E2BIG", 9: "EBADF", 11: "EAGAIN", 12: "ENOMEM", 13: "EACCES",
          14: "EFAULT", 16: "EBUSY", 17: "EEXIST", 22: "EINVAL", 28: "ENOSPC", 38: "ENOSYS"}


def header(name, prefix):
    text = open(f"include/trapline/xen/{name}.h").read()
    return {int(n): s for s, n in re.findall(rf"#define {prefix}(\w+)\s+(\d+)\b", text)}


CALLS = header("xen", "__HYPERVISOR_")
COMMANDS = {"sched_op": ("xen", "SCHEDOP_"), "sched_op_compat": ("xen", "SCHEDOP_"), "memory_op": ("memory", "XENMEM_"), "event_channel_op": ("xen", "EVTCHNOP_"),
            "grant_table_op": ("grant_table", "GNTTABOP_"), "vcpu_op": ("vcpu", "VCPUOP_"), "console_io": ("xen", "CONSOLEIO_"),
            "vm_assist": ("xen", "VMASST_CMD_"), "callback_op": ("xen", "CALLBACKOP_"), "physdev_op": ("xen", "PHYSDEVOP_"),
            "xen_version": ("xen", "XENVER_")}
COMMANDS = {call: header(*where) for call, where in COMMANDS.items()}


def number(value):
    """A field as the dump has it: a number, or a name."""
    return int(value, 0) if isinstance(value, str) else value


class Stay:
    """From an entry into the hypervisor until it is left: the same vcpu's events."""

    def __init__(self, entry):
        self.entry, self.exit, self.notes = entry, None, []

    def all(self, name):
        return [e for e in self.notes if e["event"] == name]

    def first(self, name):
        return next(iter(self.all(name)), None)


class Trace:
    def __init__(self, path):
        self.path = path
        lines = subprocess.run([TLTRACE, "dump", os.environ.get("TLTRACE_EVENTS", path), "--json"], check=True, capture_output=True, text=True).stdout
        self.events = [json.loads(line) for line in lines.splitlines()]
        self.design = next(e["mmu"] for e in self.events if e["event"] == "machine")
        for i, e in enumerate(self.events):
            e["i"] = i

    @staticmethod
    def find_stays(events):
        """Of what a picture shows; a stay that began before it is none."""
        here, held = {}, None
        for e in events:
            who = e["domain"], e["vcpu"]
            e["stay"] = here.get(who)
            # The VMM's own time: from whoever entered to whoever goes on.
            if e["event"] in ENTRIES and e["from"] != e["to"]:
                held = e
            e["held"] = held
            if e["event"] in EXITS:
                held = None
            if e["event"] in ENTRIES and e["from"] != e["to"]:
                e["stay"] = here[who] = Stay(e)
            elif e["event"] in EXITS and who in here:
                here.pop(who).exit = e
            elif who in here:
                here[who].notes.append(e)

    def next_entry(self, e):
        """What the application does next; None: nobody knows."""
        for x in self.events[e["i"] + 1:]:
            if x["event"] in ENTRIES and x["from"] == "app" and (x["domain"], x["vcpu"]) == (e["domain"], e["vcpu"]):
                return x
        return None


class Sentence:
    def __init__(self, kind, lines):
        self.kind, self.title, self.details, self.number, self.frm, self.to, self.cost = kind, lines[0], lines[1:], None, None, None, None

    def __str__(self):
        way = f" ({self.frm} to {self.to})" if self.frm else ""
        return f"{self.number or '-'}: {' / '.join([self.title] + self.details)}{way}"


def lane_at(lanes, x):
    return lanes[min(lanes, key=lambda at: abs(at - x))]


def read_picture(args):
    """The sentences of a picture in their order; are repetitions drawn once; the phases."""
    out, folded, phases = [], False, []
    with tempfile.TemporaryDirectory() as tmp:
        said = subprocess.run([TLTRACE, "draw", *args, "-o", f"{tmp}/p.dot"], capture_output=True, text=True)
        if said.returncode:
            raise SystemExit(f"tltrace draw {' '.join(args)}: {said.stderr}")
        pages = sorted(glob.glob(f"{tmp}/p*.dot"), key=lambda p: int((re.findall(r"-(\d+)\.dot$", p) or ["1"])[0]))
        for page in pages:
            text = open(page).read()
            arrows = [(float(m[2]), float(m[1])) for m in re.finditer(r'-> e\d+b \[class="[^"]*".*?pos="e,([\d.]+),[\d.]+ ([\d.]+),', text)]
            lanes, pending, arrow = {}, None, 0
            for m in re.finditer(r'^\ts\d+ \[.*?class="([\w ]+)",pos="([\d.]+),([\d.]+)!".*?label=<(.*)>[,\]]', text, re.M):
                kind, lines = m[1].split()[0], [html.unescape(re.sub(r"<[^>]*>", "", l)) for l in m[4].split("<BR/>")]
                if kind == "lane":
                    lanes[float(m[2])] = LANES.get(lines[0], lines[0])
                elif kind == "number":
                    if out and out[-1].kind == "note" and out[-1].number is None and pending is None and out[-1].y == m[3]:
                        out[-1].number = int(lines[0])
                    else:
                        pending = int(lines[0])
                elif kind in ("label", "note"):
                    s = Sentence(kind, lines)
                    s.y = m[3]
                    if kind == "label":
                        s.number, pending = pending, None
                        s.frm, s.to = (lane_at(lanes, x) for x in arrows[arrow])
                        arrow += 1
                    out.append(s)
                elif kind == "cost" and out:
                    out[-1].cost = int(lines[0].removeprefix("~").split()[0].replace(",", "")) if "…" not in lines[0] else None
                elif kind == "fold":
                    folded = True
                elif kind == "phase":
                    phases.append(" ".join(lines))
    return out, folded, phases


def vector(vec):
    return VECTORS[vec] if vec < len(VECTORS) and VECTORS[vec][0] in "#N" else f"int $0x{vec:02x}"


def phrase(op):
    return re.sub("^mov_from_", "read ", re.sub("^mov_to_", "write ", op)).replace("_", " ")


def same(text, want):
    """Texts that are too long for their place are cut."""
    return text == want or (text.endswith("…") and want.startswith(text[:-1]))


def hexes(text):
    return [int(x, 16) for x in re.findall(r"0x([0-9a-f]+)", text)]


def decimal(code):
    return re.sub("0x[0-9a-f]+", lambda m: str(int(m[0], 16)), code)


def objdump(eip, code, syntax):
    with tempfile.NamedTemporaryFile() as f:
        f.write(bytes.fromhex(code))
        f.flush()
        said = subprocess.run(["objdump", "-D", "-b", "binary", "-m", "i386", "-M", syntax, f"--adjust-vma={eip}", f.name],
                              capture_output=True, text=True).stdout
    line = next((l for l in said.splitlines() if re.match(r"\s*[0-9a-f]+:\t", l)), "")
    code = re.sub(r"\s+", " ", re.sub(r"\s*(<.*|#.*)$", "", line.split("\t")[-1])).strip()
    return decimal(code.replace("%ds:(", "(").replace("(%dx)", "%dx").replace("0x0(", "(").replace(",1)", ")"))


class Reader:
    """Is there an event that says what the sentence says?"""

    def __init__(self, trace):
        self.t, self.code, self.designs = trace, {}, {}

    def instruction(self, text, stay):
        """Does objdump read it so, too? It leaves suffixes out where a register tells them, or nowhere."""
        insn = stay.first("insn")
        if not insn:
            return False
        key = number(insn["eip"]), insn["bytes"][:2 * min(insn["len"], 15)]
        if key not in self.code:
            self.code[key] = {objdump(*key, "suffix"), objdump(*key, "att")}
        return any(same(decimal(text.replace("%ds:(", "(")), x) for x in self.code[key])

    def page_fault(self, s, e, st):
        """In shadow mode the error code is about the shadow's entry; of the guest's, its tables tell, as they were read."""
        err, walk = number(e["err"]), st.first("walk")
        write, protected = bool(err & 2), bool(err & 1)
        if walk is None:
            want = {"touch a page"} if self.design_of(e) == "shadow" else {
                "touch unmapped page" if not protected else "write to protected page" if write else "touch forbidden page"}
        else:
            pde, pte = number(walk["pde"]), number(walk["pte"])
            if not (pde & 1 and pte & 1):
                want = {"touch unmapped page"}
            elif not pde & pte & 4:
                want = {"touch forbidden page", "touch a page"}
            elif write and not pde & pte & 2:
                want = {"write to read-only page", "touch a page"}
            else:  # the guest allows it
                want = {"write to page read-only in shadow" if protected and write else "touch page not yet in shadow", "touch a page"}
            if walk["verdict"] not in ("no_machine_page", "reserved_bit", "vmm_address"):
                want.discard("touch a page")
        d = s.details[0]
        if d.startswith("fetch of ") != (not write and number(e["va"]) >> 12 == number(e["eip"]) >> 12 and not d.startswith("address ")):
            return False
        d = d.removeprefix("fetch of ")
        return s.title in want and (hexes(d) == [number(e["va"])] if d.startswith("address ") else self.instruction(d, st))

    def trap(self, s, e):
        st, d = e["stay"], s.details[0]
        if e["from"] == "app" and e["vec"] == 14:
            if s.frm == "app":
                return s.to == "hw" and self.page_fault(s, e, st)
            return (s.frm, s.to, s.title, d) == ("hw", "vmm", "#PF", f"err={number(e['err'])}")
        emulate, walk, pte = st.first("emulate"), st.first("walk"), st.first("pte_write")
        what = ""
        if emulate and not (pte and emulate["op"] == "write"):
            what = ": " + phrase(emulate["op"])
        elif pte:
            what = ": write PTE"
        elif walk:
            what = ": " + walk["verdict"].replace("_", " ")
        if (s.frm, s.to) != (e["from"], e["to"]) or s.title != f"TRAP {vector(e['vec'])}{what}":
            return False
        if d.startswith("to ring "):
            return emulate["op"] == "iret" and st.exit and int(d[8:]) == RING[st.exit["to"]]
        if d in ("page table is mapped read-only", "page table is not yet in shadow"):
            return e["vec"] == 14 and pte is not None and ("mapped" in d) == bool(number(e["err"]) & 1)
        if d.startswith(("address ", "eip ")):
            return hexes(d) == [number(e["va" if d[0] == "a" else "eip"])]
        code, _, ring = d.rpartition(" @ ring ")
        patched = bool(emulate) and emulate["op"] != "hlt" and st.all("insn") and st.all("insn")[0]["bytes"].startswith("f4")
        if (code == "by the patch (hlt)") != patched:
            return False
        return d.endswith("…") or int(ring) == RING[e["from"]] and (patched or self.instruction(code, st))

    def hypercall(self, s, e):
        if not s.details:  # another step's
            return False
        st, d, updates = e["stay"], s.details[0], e["stay"].all("mmu_update")
        nr = number(e["nr"])
        name = CALLS.get(nr, str(nr))
        if s.title != f"hypercall {name}" or (s.frm, s.to) != (e["from"], "vmm"):
            return False
        said = d.removeprefix("int $0x82, ")
        if said.startswith("PTE = "):
            return len(updates) == 1 and hexes(said) == [number(updates[0]["val"])]
        if said.endswith(" updates"):
            return len(updates) == int(said.split()[0]) > 1
        a1 = number(e["a1"]) & (15 if name == "memory_op" else 0xFFFFFFFF)
        command = COMMANDS.get(name, {}).get(a1)
        return not updates and (said == command if command else said.startswith("ebx") and hexes(said) == [number(e["a1"])])

    def irq(self, s, e):
        return (s.title == f"{'interrupt' if e['event'] == 'irq' else 'trap'} 0x{e['vec']:02x}" and
                s.details == ["while the VMM ran" if e["from"] == "vmm" else "from a device"])

    def retry(self, d, e):
        fault = None
        for x in self.t.events[e["i"]::-1]:
            if x["event"] == "trap" and x["from"] == "app" and x["domain"] == e["domain"] and x["vcpu"] == e["vcpu"]:
                fault = x
                break
        nxt, at, said = self.t.next_entry(e), number(e["eip"]), d.split(": ", 1)[1]
        if not fault or fault["vec"] != 14 or number(fault["eip"]) != at or nxt is None:
            return False
        again = nxt["event"] == "trap" and number(nxt["eip"]) == at
        if said.endswith("no trap"):
            design = {"shadow": "shadow hit", "direct": "mapped"}[self.design_of(e)]
            return said == f"{design}, no trap" and not again and not (nxt["event"] == "irq" and number(nxt["eip"]) == at)
        if said == "faults again":
            return again and nxt["vec"] == 14 and number(nxt["va"]) == number(fault["va"])
        if said == "traps again":
            return again and nxt["vec"] != 14
        # It was the instruction itself that was not there; data of another address may be another round's.
        fetched = 0 <= number(fault["va"]) - at < 15
        return again and fetched and said.startswith("faults at ") and hexes(said) == [number(nxt["va"])] != [number(fault["va"])]

    def design_of(self, e):
        """Only in one of them are there shadow tables, or frames with types."""
        if e["domain"] not in self.designs:
            said = next((x["event"] for x in self.t.events if x["domain"] == e["domain"] and
                         x["event"] in ("shadow_new", "spte", "page_type", "mmu_update")), None)
            self.designs[e["domain"]] = (self.t.design if said is None else "shadow" if said in ("shadow_new", "spte") else "direct")
        return self.designs[e["domain"]]

    def resume(self, s, e):
        st, d = e["stay"], s.details[0] if s.details else ""
        if (s.frm, s.to) != ("vmm", e["to"]):
            return False
        if e["to"] == "app":
            return s.title == "iret to application" and (self.retry(d, e) if d.startswith("retry") else hexes(d) == [number(e["eip"])])
        emulate, ptes = st and st.first("emulate"), st.all("pte_write") if st else []
        if emulate and not ptes:
            value = hexes(d)
            return s.title == "emulate, resume" and (not value or value == [number(emulate["value"])])
        if s.title != "resume":
            return False
        return len(ptes) == 1 and hexes(d) == [number(ptes[0]["val"])] if d.startswith("guest PTE") else hexes(d) == [number(e["eip"])]

    def inject(self, s, e):
        cr2 = e.get("cr2_on_stack")
        if s.title == "read cr2 from own stack":
            return bool(cr2) and s.number is None and hexes(s.details[0])[0] == number(e["cr2"])
        if s.number is None:
            return False
        if s.title.startswith("copy frame"):
            return e["how"] == "trap_table" and s.title == ("copy frame + cr2" if cr2 else "copy frame")
        want = {"idt": f"inject {vector(e['vec'])}", "callback": "upcall", "trap_table": "iret to guest handler"}[e["how"]]
        return s.title == want and (s.frm, s.to) == ("vmm", e["to"])

    def hcall_ret(self, s, e):
        ret = number(e["ret"])
        ret -= (ret >= 1 << 31) << 32
        if ret < -4095:  # no error, but what a register holds
            return s.title == f"return 0x{ret & 0xFFFFFFFF:08x}" and s.details == ["ok"]
        return s.title == f"return {ret}" and s.details == ["ok" if ret >= 0 else f"-{ERRORS[-ret]}" if -ret in ERRORS else "refused"]

    def native(self, s, e):
        return s.title == ("iret" if e["to"] == "app" else "straight to ring 1") and (s.frm, s.to) == (e["from"], e["to"])

    def mapping(self, s, e):
        st = e["stay"]
        near = st.notes if st else [e]
        p2m, sptes, ptes = ([x for x in near if x["event"] == name] for name in ("p2m", "spte", "pte_write"))
        about = [x for x in sptes if st and st.entry["event"] == "trap" and st.entry["vec"] == 14 and number(x["va"]) >> 12 == number(st.entry["va"]) >> 12]
        # It stands where the entry is written that is shown, and what it says of the p2m was so before the table was made in which that lies.
        last = (about or sptes)[0] if sptes else e
        made = [x for x in near if x["event"] == "shadow_new" and p2m and p2m[0]["i"] < x["i"] < last["i"]]
        if sptes and e is not (p2m[0] if made and not any(d.startswith("shadow[") for d in s.details) else last):
            return False
        p2m_too = p2m and not (made and e is last)
        want = "alloc MA, record PA→MA" if p2m_too else "write shadow entry" if sptes else "carry out the write"
        if s.title != want:
            return False
        more = p2m
        for d in s.details:
            if d.startswith("PA "):
                at = [(number(x["pfn"]) << 12, number(x["mfn"]) << 12) for x in p2m[:1]]
                more = p2m
                if tuple(hexes(d)) not in at:
                    return False
            elif d.startswith("shadow["):
                more = sptes
                if hexes(d) != [number(last["va"]) >> 12, number(last["val"])]:
                    return False
            elif d.startswith("guest PTE"):
                if hexes(d) != [number(ptes[0]["val"])]:
                    return False
            elif d.startswith("and "):
                if st and int(d.split()[1]) != len(more) - 1:
                    return False
            else:
                return False
        return True

    def walk(self, s, e):
        v = e["verdict"]
        d = ("→ hidden from the guest" if v.startswith("hidden") else
             "→ guest fault, not hidden" if v in ("not_present", "protection") else f"address 0x{number(e['va']):08x}")
        return s.title == "walk guest PT: " + v.replace("_", " ") and s.details == [d]

    def mmu_update(self, s, e):
        result, n = number(e["result"]), len(e["stay"].all("mmu_update")) if e["stay"] else 1
        result -= (result >= 1 << 31) << 32
        if result < 0:
            return s.title == "validate: refused" and s.details == [f"-{ERRORS[-result]}" if -result in ERRORS else "refused"]
        return s.title.startswith("validate: owner") and s.details == ["write real PTE" if n == 1 else f"write {n} real PTEs"]

    def cr3(self, s, e):
        tail = "" if self.design_of(e) == "direct" else ", shadow reused" if e["hit"] else ", new shadow"
        return s.title == "switch page tables" and s.details == [f"0x{number(e['val']):08x}{tail}"]

    def shadow_new(self, s, e):
        walk = e["stay"] and e["stay"].first("walk")
        if e["kind"] == "l1_large" and walk and number(e["pfn"]) != number(walk["pde"]) >> 22 << 10:
            return False
        if e["kind"] in ("l1_large", "unpaged_l1") and number(e["pfn"]) % 1024:
            return False
        return s.title == f"new shadow table ({e['kind']})" and hexes(s.details[0]) == [number(e["pfn"]), number(e["mfn"])]

    def shadow_del(self, s, e):
        return s.title == f"drop shadow table ({e['kind']})" and s.details == [f"PFN 0x{number(e['pfn']):05x}: {e['why']}"]

    def page_type(self, s, e):
        return (s.title == ("a frame loses its type" if e["type"] == "none" else "a frame takes a type") and
                s.details == [f"MFN 0x{number(e['mfn']):05x}: {e['type']}"])

    def swap_out(self, s, e):
        return (s.title == "write a page to the machine's disk" and s.details[0] ==
                f"PA 0x{number(e['pfn']):05x}000 → sector {e['sector']} ({e['victim']})")

    def swap_in(self, s, e):
        why = {14: "the guest has touched it", 255: "another domain wants it"}.get(e["vec"], "an instruction wants it that is carried out")
        return (s.title == "read a page from the machine's disk" and
                s.details == [f"sector {e['sector']} → PA 0x{number(e['pfn']):05x}000", why])

    def balloon(self, s, e):
        how = {"give": "gives", "take": "takes back"}.get(e["what"])
        return s.title == f"balloon: the guest {how} a page" and hexes(s.details[0])[0] == number(e["pfn"]) << 12

    def evtchn(self, s, e):
        return s.title in ("event pending", f"event pending for domain {e['domain']}") and s.details == [f"port {e['port']}"]

    def block(self, s, e):
        return s.title in ("wait for an event", f"domain {e['domain']} waits for an event")

    def wake(self, s, e):
        return s.title == f"domain {e['domain']} can run"

    @staticmethod
    def of_vcpu(s, e, says):
        """Of a domain that has several, it says which; only the first need not be named."""
        whole, which = s.details, [d for d in s.details[:1] if d.startswith("vcpu ")]
        if which != [f"vcpu {e['vcpu']}"] and (which or e["vcpu"]):
            return False
        s.details = whole[len(which):]
        right, s.details = says(s, e), whole
        return right

    @staticmethod
    def whose(n):
        n = number(n)
        return "nobody" if n == 65535 else "itself" if n == 32752 else f"domain {n}"

    def status(self, s, e, what):
        status = number(e["status"])
        refused = bool(status & 1 << 31) or status < 0
        return s.details[:1] == [what] and (len(s.details) == 2 and s.details[1].startswith("refused: ")) == refused

    def grant_map(self, s, e):
        return (s.title == f"map a page that {self.whose(e['granter'])} grants" and
                self.status(s, e, f"ref {e['ref']} → MFN 0x{number(e['mfn']):05x}"))

    def grant_unmap(self, s, e):
        return s.title == "unmap a granted page" and self.status(s, e, f"handle {e['handle']}, 0x{number(e['at']):08x}")

    def grant_transfer(self, s, e):
        return (s.title == f"give a page to {self.whose(e['taker'])}" and
                self.status(s, e, f"MFN 0x{number(e['mfn']):05x} → ref {e['ref']}"))

    def grant_copy(self, s, e):
        ways = [f"{self.whose(e[k + '_domain'])} 0x{number(e[k]):x}" for k in ("source", "dest")]
        return s.title == f"copy {e['len']} bytes" and self.status(s, e, " → ".join(ways))

    def sched(self, s, e):
        whys = {"idle": "nobody ran", "blocked": "it waits", "yielded": "it yields", "slice_over": "its time is over",
                "woken": "one has woken that comes first", "paused": "it is paused", "ended": "it has ended"}
        return (s.title == f"the processor goes to {self.whose(e['next'])}" and
                s.details[0] == f"from {self.whose(e['prev'])}: {whys[e['why']]}" and
                (len(s.details) == 2) == bool(e["warped"]))

    def frames(self, s, e):
        whose = {65535: "frames of the hypervisor", 65534: "free frames", 65533: "frames without memory"}
        first, last = number(e["mfn"]), number(e["mfn"]) + e["count"] - 1
        details = [f"MFN 0x{first:05x}" + (f" to 0x{last:05x}" if e["count"] != 1 else "")]
        details += [f"type {e['type']}"] * (e["type"] != "none")
        details += ["another domain has mapped them"] * bool(e["mapped"])
        details += ["so it is, nothing has changed"] * (e["inventory"] != "no")
        return s.title == whose.get(e["owner"], f"frames of domain {e['owner']}") and s.details == details

    def machine(self, s, e):
        return s.title == "the hypervisor starts" and s.details == [f"mmu={e['mmu']}, {e['frames'] // 256} MB"]

    def domain_start(self, s, e):
        return s.title == f"domain {e['domain']} starts" and s.details == [f"{e['pages']} pages, eip 0x{number(e['eip']):08x}"]

    def domain_end(self, s, e):
        return s.title == f"domain {e['domain']} ends" and s.details == [f"{e['reason']}, code {e['code']}"]

    PINS = {0: "pin a page table", 1: "pin a page directory", 4: "unpin a table", 5: "take another page directory"}
    FLUSHES = {6: "flush the TLB", 8: "flush the TLB of some vcpus", 10: "flush the TLB of all vcpus", 12: "flush the cache"}
    AT = {7: "flush one page of the TLB", 9: "flush one page of some vcpus' TLB", 11: "flush one page of all vcpus' TLB", 13: "set the LDT"}

    def mmuext(self, s, e):
        cmd, arg, result = e["cmd"], number(e["arg"]), number(e["result"])
        result -= (result >= 1 << 31) << 32
        title = {**self.PINS, **self.FLUSHES, **self.AT}.get(cmd, f"unknown MMU operation {cmd}")
        details = [f"MFN 0x{arg:05x}"] * (cmd in self.PINS) + [f"address 0x{arg:08x}"] * (cmd in self.AT)
        details += [f"refused: {'-' + ERRORS[-result] if -result in ERRORS else 'refused'}"] * (result < 0)
        return s.title == title and s.details == details

    def invlpg(self, s, e):
        return s.title == "flush one page of the TLB" and s.details == [f"address 0x{number(e['va']):08x}"]

    def vtimer(self, s, e):
        return s.title == "set the virtual timer" and s.details == [f"to {e['deadline'] // 1000} µs of system time"]

    def scan(self, s, e):
        start, end = number(e["start"]), number(e["end"])
        where = f"from 0x{start:08x} on" if start == end else f"PA 0x{start:08x} to 0x{end - 1:08x}"
        return s.title == "scan code" and s.details == [where, f"{e['insns']} instructions, {e['patched']} patched"]

    def patch(self, s, e):
        return s.title == "patch a sensitive instruction" and s.details == [f"PA 0x{number(e['pa']):08x}: {e['op']}"]

    def fast_gate(self, s, e):
        to = "guest" if number(e["cs"]) else "VMM"
        return (s.title == f"vector 0x{e['vec']:02x} goes to the {to}" and
                s.details == [f"straight from ring 3, to 0x{number(e['eip']):08x}"] * (to == "guest"))

    def plain(self, s, e):
        """Those without words of their own: the event's name and its fields."""
        fields = [k for k in e if k not in ("seq", "ts", "event", "domain", "vcpu", "from", "to", "fault", "step", "i", "stay", "held")]
        if s.title != e["event"].replace("_", " "):
            return False
        said = " ".join(s.details)
        return all(f"{k}=" in said or "…" in said for k in fields[:2])

    def says(self, s, e):
        name = e["event"]
        if name in ("trap", "irq") and e["from"] == e["to"] or name == "irq":
            return self.irq(s, e)
        if name in ("p2m", "spte", "pte_write"):
            return self.mapping(s, e)
        if name in ("sched", "evtchn", "block", "wake", "vtimer"):
            return self.of_vcpu(s, e, getattr(self, name))
        return getattr(self, name, self.plain)(s, e)


def main():
    path, seed, most = sys.argv[1], *map(int, (sys.argv[2:] + ["1", "100"][len(sys.argv) - 2:])[:2])
    rng, t = random.Random(seed), Trace(path)
    episodes = {}
    for e in t.events:
        if e["fault"]:
            episodes.setdefault((e["domain"], e["fault"]), []).append(e)
    pictures = [(["--fault", f"{d}:{n}"], evs) for (d, n), evs in episodes.items()]
    rng.shuffle(pictures)
    # One of each kind of fault first: what the CPU says of it, and the walk.
    kinds = {}
    for args, evs in pictures:
        walk = next((e for e in evs if e["event"] == "walk"), None)
        said = walk and (walk["verdict"], number(walk["pde"]) & number(walk["pte"]) & 6)
        kinds.setdefault((evs[0].get("err"), said), args)
    pictures.sort(key=lambda p: p[0] not in kinds.values())
    pictures = pictures[:most]
    for _ in range(most // 4):
        at = rng.randrange(len(t.events))
        evs = t.events[at:at + 40]
        pictures.append((["--from", str(evs[0]["seq"]), "--to", str(evs[-1]["seq"])], evs))
    r, wrong, count = Reader(t), [], 0
    for args, evs in pictures:
        Trace.find_stays(evs)
        sentences, folded, phases = read_picture([path, *args])
        first = next((e for e in evs if e["event"] in ENTRIES and e["from"] != e["to"]), None)
        fault = args[0] == "--fault" and first and first["event"] == "trap" and first["from"] == "app" and first["vec"] == 14
        if bool(phases) != bool(fault):
            wrong.append(f"{' '.join(args)}: phases {phases} where there is {'a' if fault else 'no'} page fault")
        at, numbers = 0, [s.number for s in sentences if s.number]
        if numbers != list(range(1, len(numbers) + 1)):
            wrong.append(f"{' '.join(args)}: numbers {numbers}")
        for s in sentences:
            count += 1
            if folded:  # what differs is said of the first
                s.details = [d.removeprefix("first: ") for d in s.details]
            found = next((k for k in range(at, len(evs)) if r.says(s, evs[k])), None)
            if found is None:
                wrong.append(f"{' '.join(args)}: {s}")
                continue
            at, e = found, evs[found]
            if s.cost and not folded and (not e["held"] or s.cost != e["ts"] - e["held"]["ts"]):
                wrong.append(f"{' '.join(args)}: {s}: it did not cost {s.cost}")
    for w in wrong[:30]:
        print(w)
    print(f"{len(pictures)} pictures, {count} sentences, {len(r.code)} instructions: {len(wrong)} that no event says")
    sys.exit(1 if wrong or not count else 0)


main()
