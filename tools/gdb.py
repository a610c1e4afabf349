"""gdb.py: the `hv` commands of `make gdb`: what hypervisor and guest each believe, side by side.

gdb_machine.py reads the machine for them, gdb_trap.py is `hv trap`, gdb_step.py is `hv next` and
`hv finish`.
"""
import collections
import os
import re
import struct
import sys

import gdb

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from gdb_machine import (
    DOM_FREE, DOM_HV, ENUMS, EVENT, EVENTS, EVENT_FORMAT, FIELDS, FIELD_CODES, INVALID, LANES, LAYOUT, PACKET, PACKET_FORMAT,
    PAGE, ROOT, SHADOW, X86, XEN, Command, End, GateSymbols, Machine, Now, Trouble, Walk, at_most, describe_frame,
    field_format, live, number, pte_flags, vector_name,
)
from gdb_step import Finish, Next
from gdb_trap import Trap


class Hv(gdb.Command):
    """The hypervisor's and its guests' state. `hv help` lists the commands."""

    def __init__(self):
        super().__init__("hv", gdb.COMMAND_STATUS, prefix=True)

    def invoke(self, argument, from_tty):
        if argument:
            raise Trouble(f"hv {argument.split()[0]}: no such command: `hv help` lists them")
        Help.text()


class Help(Command):
    """hv help: list the commands."""

    name = "help"

    @staticmethod
    def text():
        for c in COMMANDS:
            usage, says = " ".join(c.__doc__.split()).split(": ", 1)
            print(f"  {usage:<36} {says.split('. ')[0].rstrip('.')}")
        print("`help hv COMMAND` tells more.")

    def run(self, args):
        self.text()


class Domains(Command):
    """hv domains: the domains, how much of their memory is there, and what they do.

    "populated" counts guest-physical pages that have a machine page; "owned" counts machine frames
    in the frame table."""

    name = "domains"

    def run(self, args):
        at_most(args, 0, "hv domains")
        everybody = Now.all()
        if not everybody:
            raise Trouble("there is no domain yet: `hv trap` runs to the first trap")
        owned = collections.Counter(everybody[0].m.owners())
        print(f"{'domain':<8}{'mode':<8}{'pages':>8}{'populated':>11}{'owned':>8}  state")
        for now in everybody:
            ident, vcpu = now.who()
            if vcpu:
                print(f"{f'  v{vcpu}':<43}  {self.state(now)}")
                continue
            there = sum(mfn != INVALID for mfn in now.p2m_table())
            mode = ENUMS["mmu"].get(now.mode, now.mode)
            print(f"{ident:<8}{mode:<8}{int(now.d['nr_pages']):>8}{there:>11}{owned[ident]:>8}  {self.state(now)}")
        stopped = "stopped, no domain's turn"
        for now in everybody:
            if now.runs:
                stopped = "stopped " + now.place() if now.saved else "not running"
        print(f"{'hv':<8}{'':<27}{owned[DOM_HV]:>8}  {stopped}")
        print(f"{'free':<8}{'':<27}{owned[DOM_FREE]:>8}")

    @staticmethod
    def state(now):
        if bool(now.d["dying"]):
            reason = ENUMS["reason"].get(int(now.d["end_reason"]), "?")
            return f"has ended: {reason}, code {int(now.d['end_code'])}"
        if not bool(now.v["initialised"]):
            return "has no registers yet"
        if bool(now.d["paused"]):
            return "is paused" if bool(now.d["begun"]) else "is paused, and has not run yet"
        if bool(now.v["blocked"]):
            return "waits for an event"
        where = f"{LANES[now.lane]}, at {now.name(now.regs['eip'])}"
        if not now.runs:
            return f"could run in {where}"
        return f"left {where}" if now.saved else f"stopped in {where}"


class Regs(Command):
    """hv regs [DOMAIN]: what the guest believes of its CPU, beside what is true.

    In shadow mode that is the virtual CPU; in direct mode what the guest has registered: trap table,
    kernel stack, callbacks. If the machine stands in the hypervisor, the guest's registers are those
    saved in the entry-stack page, else the CPU's own. DOMAIN is a number or d1v0: another than the one
    whose turn it is; of what the CPU holds only for that one, nothing is shown then."""

    name = "regs"

    def run(self, args):
        at_most(args, 1, "hv regs [DOMAIN]")
        now = Now(*args)
        if not bool(now.v["initialised"]):
            raise Trouble(f"d{now.who()[0]}v{now.who()[1]} has no registers yet: whoever makes it has not set them")
        r = now.regs
        print(f"The machine stands {now.place()}." if now.runs else f"d{int(now.d['id'])}v{now.who()[1]} {Domains.state(now)}.")
        print("The guest's registers, " + ("saved in the entry-stack page:" if now.saved else "in the CPU:"))
        for row in (("eax", "ebx", "ecx", "edx"), ("esi", "edi", "ebp", "esp")):
            print("  " + "  ".join(f"{n} {r[n]:08x}" for n in row))
        print(f"  eip {now.name(r['eip'])}, in {LANES[now.lane]}")
        cpu = self.cpu() if now.runs else collections.defaultdict(lambda: None)
        (self.shadow if now.mode == SHADOW else self.direct)(now, cpu)

    @staticmethod
    def cpu():
        """Registers that the remote protocol does not carry, as QEMU's monitor tells them."""
        text = gdb.execute("monitor info registers", to_string=True)
        cpu = {n: live(n) for n in ("cr0", "cr2", "cr3", "cr4")}
        for name, a, b in re.findall(r"^([GI]DT)=\s+([0-9a-f]{8}) ([0-9a-f]{8})", text, re.M):
            cpu[name] = f"{a} limit {b[4:]}"
        for name, sel, base, limit in re.findall(r"^(LDT|TR )=([0-9a-f]{4}) ([0-9a-f]{8}) ([0-9a-f]{8})", text, re.M):
            cpu[name.strip()] = f"{sel}: {base} limit {int(limit, 16):04x}" if int(sel, 16) else "none"
        return cpu

    @staticmethod
    def row(name, left, right, note=""):
        """None: the CPU does not hold it for this vcpu now."""
        if left or right is not None:
            text = "" if right is None else f"{right:08x}" if isinstance(right, int) else right
            print(f"  {name:<14}{left:<27}{text:<27}{'' if right is None else note}".rstrip())

    def shadow(self, now, cpu):
        row, virt, r = self.row, now.v["virt"], now.regs
        table = lambda t: f"{int(t['base']):08x} limit {int(t['limit']):04x}"
        row("", "the guest believes", "true")
        row("ring", "3" if now.lane == 3 else "0", str(now.lane))
        for n in ("cr0", "cr2", "cr3", "cr4"):
            note, real = "", cpu[n]
            if n == "cr3":
                real = int(now.v["cr3"])
                note = "the shadow of that directory" if int(virt["cr0"]) & X86["CR0_PG"] else "linear is guest-physical"
            if n == "cr2" and real not in (None, int(virt[n])):
                note = "the CPU's is of the last fault, hidden or not"
            row(n, f"{int(virt[n]):08x}", real, note)
        note = ""
        if int(virt["intr_shadow"]):
            note = "one instruction must run first (sti)"
        row("IF", str(int(virt["intr_flag"])), str(r["eflags"] >> 9 & 1), note)
        row("IOPL", str(int(virt["iopl"])), str(r["eflags"] >> 12 & 3))
        for n in ("cs", "ss", "ds", "es", "fs", "gs"):
            sel = r[n]
            row(n, f"{sel & ~3 if sel & 3 == 1 else sel:04x}", f"{sel:04x}")
        row("gdtr", table(virt["gdt"]), cpu["GDT"], "the gate's copy")
        row("idtr", table(virt["idt"]), cpu["IDT"], "the gate's: every vector goes to ring 0")
        tr = int(virt["tr_sel"])
        row("tr", f"{tr:04x}: {table(virt['tr'])}" if tr else "none", cpu["TR"])
        ldt = int(virt["ldt_sel"])
        row("ldtr", f"{ldt:04x}: {table(virt['ldt'])}" if ldt else "none", cpu["LDT"])
        esp0 = int(now.m.follow(now.gate["tss"])["esp0"])
        stack = now.guest_bytes(int(virt["tr"]["base"]) + 4, 6) if tr else b""
        guest = "none"
        if len(stack) == 6:
            sp, ss = struct.unpack("<IH", stack)
            guest = f"{ss:04x}:{sp:08x}"
        row("ss0:esp0", guest, f"{int(now.m.follow(now.gate['tss'])['ss0']):04x}:{esp0:08x}", "the stack of a trap")
        exc = now.v["exc"]
        if int(exc["valid"]):
            print(f"  pending: {vector_name(int(exc['vec']))}, delivered when the guest runs next")

    def direct(self, now, cpu):
        row, v, r = self.row, now.v, now.regs
        info = now.m.follow(v["info"])
        tss = now.m.follow(now.gate["tss"])
        base = int(v["base"]["n"])
        row("", "the guest has set", "true")
        row("ring", "3" if now.lane == 3 else "1", str(now.lane))
        row("base", f"mfn {base:x}", f"cr3 {int(v['cr3']):08x}", "the guest's own directory: the CPU walks it")
        row("cr2", f"{int(info['cr2']):08x}", cpu["cr2"], "its copy is in vcpu_info")
        masked = int(info["evtchn_upcall_mask"])
        row("events", "masked" if masked else "open", f"IF {r['eflags'] >> 9 & 1}",
            "one is pending" if int(info["evtchn_upcall_pending"]) else "none is pending")
        row("kernel stack", f"{int(v['kernel_ss']):04x}:{int(v['kernel_sp']):08x}",
            f"{int(tss['ss0']):04x}:{int(tss['esp0']):08x}", "where a trap from ring 3 goes first")
        row("callback", f"{int(v['event_cs']):04x}:{int(v['event_eip']):08x}", "", now.name(int(v["event_eip"]), 1))
        row("failsafe", f"{int(v['failsafe_cs']):04x}:{int(v['failsafe_eip']):08x}", "", now.name(int(v["failsafe_eip"]), 1))
        for n in ("cs", "ss", "ds", "es", "fs", "gs"):
            row(n, f"{r[n]:04x}", f"{r[n]:04x}")
        row("gdtr", "", cpu["GDT"])
        row("idtr", "", cpu["IDT"])
        row("tr", "", cpu["TR"])
        row("ldtr", "", cpu["LDT"])
        row("trap table", "the guest's handler", "the CPU's own gate leads to")
        idt = now.m.hv_read(int(now.gate["idt"]), 256 * 8)
        for vec in range(256):
            t = v["traps"][vec]
            if not int(t["address"]):
                continue
            lo, hi = struct.unpack_from("<II", idt, vec * 8)
            flags = int(t["flags"])
            notes = []
            if flags & XEN["TI_MASK_EVENTS"]:
                notes.append("masks events")
            if flags & XEN["TI_CR2_ON_STACK"]:
                notes.append("cr2 on stack")
            to = "nothing: it is a #GP" if not hi & 0x8000 else "ring 0"
            if hi & 0x8000 and lo >> 16 & 3 == 1:
                to = "the handler (ring 1)"
            if flags & XEN["TI_DPL_MASK"] == 3:
                notes.append("ring 3 may raise it")
            row(f"  {vector_name(vec)}", f"{int(t['cs']):04x}:{int(t['address']):08x}", to, ", ".join(notes))


class WalkCommand(Command):
    """hv walk VA [DOMAIN]: an address in the guest's page tables, the p2m and the tables that the CPU walks.

    The last lines say what an access would do: a hit; a true fault, which the guest must see; or a
    hidden fault, which the hypervisor repairs. VA may be an expression, or the name of a register: of
    the guest's, wherever the machine stands. Sets $pfn and $mfn to the page's frames."""

    name = "walk"

    def run(self, args):
        if len(args) not in (1, 2):
            raise Trouble("usage: hv walk VA [DOMAIN]")
        now = Now(*args[1:])
        va = now.regs[args[0]] if args[0] in now.regs else number(args[0], "a linear address")
        walk = Walk(now, va)
        print(f"0x{va:08x}: directory entry {walk.i2}, table entry {walk.i1}, offset 0x{va % PAGE:03x}")
        (self.shadow if now.mode == SHADOW else self.direct)(now, walk)
        print(f"  {'a touch':<10}{'from ring 3':<45}from ring 1")
        for label, write in (("read", False), ("write", True)):
            print(f"  {label:<10}{walk.touch(write, True):<45}{walk.touch(write, False)}")
        gdb.set_convenience_variable("pfn", walk.pfn if walk.pfn != INVALID else None)
        gdb.set_convenience_variable("mfn", walk.mfn if walk.mfn != INVALID else None)

    @staticmethod
    def shadow(now, walk):
        g, r = walk.guest, walk.real
        pair = lambda entry: f"{entry:08x}  {pte_flags(entry)}"
        mfn = lambda pfn: "none" if now.p2m(pfn) == INVALID else f"mfn {now.p2m(pfn):x}"
        print(f"  {'':<10}{'the guest' + chr(39) + 's own tables':<45}their shadow, which the CPU walks")
        if not walk.paged:
            print(f"  {'base':<10}{'no paging yet: linear is guest-physical':<45}cr3 {r.base:08x}")
        else:
            print(f"  {'base':<10}{f'cr3 {g.base:08x}':<45}cr3 {r.base:08x}")
        print(f"  {'PDE':<10}{pair(g.pde):<45}{pair(r.pde)}")
        print(f"  {'PTE':<10}{'(a 4 MB page)' if g.large else pair(g.pte):<45}{pair(r.pte)}")
        page = f"pfn {walk.pfn:x}" if walk.pfn != INVALID else "none"
        real = f"mfn {r.pte >> 12:x}" if r.present else "none"
        print(f"  {'page':<10}{page:<45}{real}")
        parts = []
        if walk.paged:
            parts.append(f"directory pfn {g.base >> 12:x} = {mfn(g.base >> 12)}")
        if walk.table_pfn != INVALID:
            parts.append(f"table pfn {walk.table_pfn:x} = {mfn(walk.table_pfn)}")
        if walk.pfn != INVALID:
            parts.append(f"page pfn {walk.pfn:x} = {mfn(walk.pfn)}")
        print(f"  {'p2m':<10}{', '.join(parts)}")

    @staticmethod
    def direct(now, walk):
        r, m = walk.real, now.m
        print(f"  {'':<10}{'the guest' + chr(39) + 's own tables, which the CPU walks':<45}the frame that it names")

        def line(label, text, mfn):
            note = ""
            if mfn is not None:
                f, pfn = m.frame(mfn), m.m2p(mfn)
                note = f"mfn {mfn:x}"
                if pfn != INVALID:
                    note += f" = pfn {pfn:x}"
                note += f": {describe_frame(f)}" if f is not None else ": no memory"
            print(f"  {label:<10}{text:<45}{note}".rstrip())

        pair = lambda entry: f"{entry:08x}  {pte_flags(entry)}"
        target = lambda entry: entry >> 12 if entry & X86["PTE_P"] else None
        line("base", f"cr3 {r.base:08x}", r.base >> 12)
        line("PDE", pair(r.pde), target(r.pde))
        line("PTE", pair(r.pte), target(r.pte))


class P2m(Command):
    """hv p2m [PFN [DOMAIN]]: which machine pages back the guest's physical pages; without PFN, in runs."""

    name = "p2m"
    ROWS = 40

    def run(self, args):
        at_most(args, 2, "hv p2m [PFN [DOMAIN]]")
        now = Now(*args[1:])
        m = now.m
        nr = int(now.d["nr_pages"])
        if args:
            if str(gdb.parse_and_eval(args[0])) == "void":
                raise Trouble(f"{args[0]} has no value: the last `hv walk` found no page")
            pfn = number(args[0], "a guest frame number")
            if pfn >= nr:
                raise Trouble(f"domain {int(now.d['id'])} has no pfn 0x{pfn:x}: its last is 0x{nr - 1:x}")
            mfn = now.p2m(pfn)
            if mfn == INVALID:
                print(f"pfn {pfn:x} -> no machine page yet")
                return
            back = m.m2p(mfn)
            agree = "" if back == pfn else "  BUT m2p DOES NOT AGREE"
            print(f"pfn {pfn:x} -> mfn {mfn:x} -> pfn {back:x}{agree}")
            print(f"  {describe_frame(m.frame(mfn))}")
            return
        runs = []
        for pfn, mfn in enumerate(now.p2m_table()):
            if mfn == INVALID:
                continue
            if runs and pfn == runs[-1][0] + runs[-1][2] and mfn == runs[-1][1] + runs[-1][2]:
                runs[-1][2] += 1
            else:
                runs.append([pfn, mfn, 1])
        for pfn, mfn, n in runs[: self.ROWS]:
            print(f"  pfn {pfn:x}-{pfn + n - 1:x} -> mfn {mfn:x}-{mfn + n - 1:x}  ({n} pages)")
        if len(runs) > self.ROWS:
            print(f"  ... and {len(runs) - self.ROWS} more runs")
        there = sum(n for _, _, n in runs)
        print(f"{there} of {nr} pages have a machine page, in {len(runs)} runs")


class Trace(Command):
    """hv trace [N|fault]: the last N events of the trace (10), or those of the last fault episode.

    A line has the time (TSC), domain, fault.step, lanes, event and its fields, as tltrace dump."""

    name = "trace"

    def run(self, args):
        at_most(args, 1, "hv trace [N|fault]")
        m = Machine()
        pointer = m.variable("ring", "hv/trace/trace.c")
        if not int(pointer):
            raise Trouble("no trace has been started yet")
        ring = m.follow(pointer)
        used, size = int(ring["used"]), int(ring["packet_size"])
        if not used:
            raise Trouble("the trace is empty" + ("" if int(m.variable("trace_classes")) else ": this run has TRACE=off"))
        whole = bool(args) and args[0] == "fault"
        want = 10 if not args or whole else number(args[0], "a number of events, or fault,")
        events = []
        for i in range(used - 1, -1, -1):
            events = self.packet(m, int(pointer) + PAGE + i * size) + events
            if whole and any(e[2] for e in events):
                last = max(e[2] for e in events)
                if events[0][2] != last:
                    break
            elif not whole and len(events) >= want:
                break
        if whole:
            last = max((e[2] for e in events), default=0)
            if not last:
                raise Trouble("no fault episode has been recorded yet")
            events = [e for e in events if e[2] == last]
        elif want:
            events = events[-want:]
        for when, domain, fault, text in events:
            print(f"{when:>12} {domain} {text}")
        lost = int(ring["discarded"])
        if lost:
            print(f"the ring is full: {lost} later events were lost")

    def packet(self, m, va):
        head = dict(zip(PACKET, PACKET_FORMAT.unpack(m.hv_read(va, PACKET_FORMAT.size))))
        size = head["content_size"] // 8 or PAGE  # a packet that is being filled ends at the first event without an id
        data, at, events = m.hv_read(va, size), PACKET_FORMAT.size, []
        lanes = ENUMS["lane"]
        while at + EVENT_FORMAT.size <= size:
            e = dict(zip(EVENT, EVENT_FORMAT.unpack_from(data, at)))
            if not e["id"]:
                break
            at += EVENT_FORMAT.size
            name = EVENTS.get(e["id"])
            if not name:
                raise Trouble(f"the trace holds event {e['id']}, which event.def does not know")
            form = field_format(name)
            values = form.unpack_from(data, at)
            at += form.size
            way = lanes[e["from"]]
            if e["from"] != e["to"]:
                way = f"{way} > {lanes[e['to']]}"
            domain = e["domain"]
            fault = e["fault"]
            step = f"f{fault}.{e['step']}" if fault else "-"
            text = f"{step:<7} {way:<12} {name:<11} {self.fields(name, values)}"
            events.append((e["timestamp"], "-- " if domain == 0xFFFF else f"d{domain} ", fault, text.rstrip()))
        return events

    @staticmethod
    def fields(name, values):
        out, found = [], dict(zip((field for _, field in FIELDS[name]), values))
        for (type_, field), x in zip(FIELDS[name], values):
            if type_ == "b16":
                text = x[: found.get("len", 16)].hex(" ")
            elif type_.startswith("e_"):
                text = ENUMS[type_[2:]].get(x, str(x))
            elif type_.startswith("x"):
                text = f"0x{x:0{2 * struct.calcsize(FIELD_CODES[type_])}x}"
            else:
                text = str(x)
            out.append(f"{field}={text}")
        return " ".join(out)


class Console(Command):
    """hv console [N]: the last N lines (10) that the machine has printed."""

    name = "console"

    def run(self, args):
        at_most(args, 1, "hv console [N]")
        n = number(args[0], "a number of lines") if args else 10
        path = os.environ.get("TRAPLINE_CONSOLE")
        if not path:
            raise Trouble("the console is not known here: start with make gdb")
        with open(path, errors="replace", newline="") as f:
            lines = f.read().replace("\r", "").splitlines()
        for line in lines[-n:] if n else []:
            print(line)


class App(Command):
    """hv app NAME: take the symbols of another application.

    All applications lie at the same address, so the symbols of one only can be there."""

    name = "app"
    loaded = None

    def run(self, args):
        if len(args) != 1:
            raise Trouble("usage: hv app NAME")
        path = os.path.join(ROOT, "build/guest/apps", args[0] + ".elf")
        if not os.path.isfile(path):
            have = sorted(n[:-4] for n in os.listdir(os.path.dirname(path)) if n.endswith(".elf"))
            raise Trouble(f"there is no application '{args[0]}'; there are: {' '.join(have)}")
        if App.loaded:
            gdb.execute(f"remove-symbol-file '{App.loaded}'", to_string=True)
        gdb.execute(f"add-symbol-file '{path}'", to_string=True)
        App.loaded = path


COMMANDS = [Domains, Regs, WalkCommand, P2m, Trace, Trap, Next, Finish, Console, App, Help]
Hv()
for command in COMMANDS:
    command()


def leave(event):
    """Detaching would let the machine run on, and it might end before GDB has done."""
    if gdb.selected_inferior().threads():
        gdb.execute("disconnect", to_string=True)


gdb.events.gdb_exiting.connect(leave)
GateSymbols.place(LAYOUT["HV_GATE"])
End.watch()
