"""gdb_trap.py: `hv trap`: running to the next entry into the hypervisor, and saying what it is."""
import re
import struct

import gdb

from gdb_machine import (
    ENTRIES, HYPERCALLS, HYPERCALL_VECTOR, INVALID, IRQ0, LANES, MMUEXT, PAGE, SHADOW, VECTORS,
    X86, Command, End, Machine, Now, Trouble, Walk, instruction, live, number, pte_flags, vector_name,
)


class TrapPoint(gdb.Breakpoint):
    """Stops where the gate has just saved everything, if the trap is one that is waited for."""

    def __init__(self, machine, name, wanted):
        super().__init__(f"*{machine.symbol(name)[1]}", type=gdb.BP_HARDWARE_BREAKPOINT, internal=True)
        self.silent = True
        self.stack = int(gdb.parse_and_eval("(unsigned long)&hv_stack_top")) & INVALID
        self.machine, self.entry, self.wanted, self.hit, self.error = machine, name, wanted, None, None

    def stop(self):
        try:
            # One entry may call another. With an empty stack, it is the gate that called.
            if self.entry != "hv_trap" and live("esp") != self.stack:
                return False
            trap = Trapped(self.machine, self.entry)
            if not self.wanted(trap):
                return False
            self.hit = trap
        except Exception as e:
            self.error = e
        return True


class Trapped:
    """A trap that has just come in. It may be the wrong one of thousands, so little is read."""

    def __init__(self, machine, entry):
        self.entry = entry
        cpu, at = machine.symbol("this_cpu")
        now = next(f for f in cpu.fields() if f.name == "current")
        regs_at = next(f for f in now.type.target().fields() if f.name == "regs")
        read = lambda va: struct.unpack("<I", gdb.selected_inferior().read_memory(va, 4))[0]
        if entry == "hv_trap":  # from ring 0: the frame is on the hypervisor's own stack
            frame = read(live("esp") + 4)
        else:
            frame = read(read(at + now.bitpos // 8) + regs_at.bitpos // 8)
        fields = [f for f in regs_at.type.target().fields()]
        raw = gdb.selected_inferior().read_memory(frame, 4 * len(fields))
        self.regs = dict(zip((f.name for f in fields), struct.unpack(f"<{len(fields)}I", raw)))
        self.vec, self.err, self.eip = self.regs["vec"], self.regs["err"], self.regs["eip"]
        self.lane = 0 if entry == "hv_trap" else self.regs["cs"] & 3
        self.va = live("cr2") if self.vec == 14 else self.eip

    def is_hypercall(self):
        return self.vec == HYPERCALL_VECTOR and self.lane == 1

    def report(self):
        if self.lane == 0:
            print(f"{self.title()} in the hypervisor itself, at 0x{self.eip:08x}")
            return
        self.now = now = Now()
        eip = self.eip - 2 if self.is_hypercall() else self.eip
        print(f"{self.title()} from {LANES[self.lane]}, at {now.name(eip)}")
        if self.is_hypercall():
            self.report_hypercall()
        elif self.vec < IRQ0:
            raw, text = instruction(now, eip)
            print(f"  instruction  {raw}  {text}")
            if self.vec == 14:
                self.report_page_fault()
            elif self.vec == 13:
                self.report_protection(text)
            elif self.vec == 1:
                self.report_debug()

    def title(self):
        if self.is_hypercall():
            return f"hypercall {self.regs['eax']} ({HYPERCALLS.get(self.regs['eax'], 'unknown')})"
        if self.vec >= IRQ0:
            what = {0: ", the timer", 4: ", the console"}.get(self.vec - IRQ0, "")
            return f"interrupt (vector {self.vec}: IRQ {self.vec - IRQ0}{what})"
        return f"{vector_name(self.vec)} (vector {self.vec}, error {self.err})"

    def report_page_fault(self):
        err = self.err
        what = "a write" if err & X86["PF_W"] else "a read or a fetch"
        why = "to a page that forbids it" if err & X86["PF_P"] else "to a page that is not present"
        print(f"  address      0x{self.va:08x}: {what} from ring {self.lane} {why}")
        verdict = Walk(self.now, self.va).touch(bool(err & X86["PF_W"]), bool(err & X86["PF_US"]))
        print(f"  verdict      {verdict}")

    def report_protection(self, text):
        if self.err & 3 == 2:
            print(f"  meaning      int 0x{self.err >> 3:02x}: the guest's own gate decides")
        elif self.lane == 1 and self.now.mode == SHADOW:
            print("  meaning      the guest's kernel believes to be in ring 0: the instruction is emulated")
        else:
            print("  meaning      a fault of the guest's own")

    def report_debug(self):
        dr6 = re.search(r"DR6=([0-9a-f]+)", gdb.execute("monitor info registers", to_string=True))
        dr6 = int(dr6[1], 16) if dr6 else 0
        at = [f"DR{i}" for i in range(4) if dr6 >> i & 1]
        if at and self.now.mode == SHADOW and self.lane == 1:
            print(f"  meaning      {at[0]}: where the hypervisor wants to look (SENSITIVE=breakpoint), or the guest's own")
        elif at:
            print(f"  meaning      {at[0]}: a breakpoint of the guest's own")
        elif dr6 >> 14 & 1:
            print("  meaning      a single step")

    def report_hypercall(self):
        now, r = self.now, self.regs
        nr = r["eax"]
        print(f"  arguments    ebx {r['ebx']:08x}  ecx {r['ecx']:08x}  edx {r['edx']:08x}  esi {r['esi']:08x}")
        name = HYPERCALLS.get(nr)
        if name == "mmu_update":
            for i in range(min(r["ecx"], 4)):
                raw = now.guest_bytes(r["ebx"] + 16 * i, 16)
                if len(raw) < 16:
                    print("  request      (cannot be read)")
                    return
                ptr, val = struct.unpack("<QQ", raw)
                print(f"  request      entry at ma {ptr & ~3:08x} becomes {val:08x}  {pte_flags(val)}")
            if r["ecx"] > 4:
                print(f"               ... and {r['ecx'] - 4} more")
        elif name == "update_va_mapping":
            print(f"  request      0x{r['ebx']:08x} becomes {r['ecx']:08x}  {pte_flags(r['ecx'])}")
        elif name == "mmuext_op":
            raw = now.guest_bytes(r["ebx"], 12)
            if len(raw) == 12:
                cmd, arg1, _ = struct.unpack("<III", raw)
                print(f"  request      {MMUEXT.get(cmd, cmd)} {arg1:x}")


class Trap(Command):
    """hv trap [KIND] [app|os] [VA]: run to the next trap, or the next of a kind, and say what it is.

    KIND is pf, gp, db, ... (an exception), a vector number, hypercall, irq, or any; without it, any
    but interrupts. `app` and `os`
    ask for the ring that it comes from. VA asks for the page that a page fault is about; for other
    kinds, for the instruction. The machine then stands at the hypervisor's C entry, with the
    registers saved. Sets $trap_eip, and $trap_va to a page fault's address."""

    name = "trap"

    def run(self, args):
        wanted, what = self.wanted(list(args))
        machine = Machine()
        points = [TrapPoint(machine, n, wanted) for n in self.entries(args)]
        try:
            said = gdb.execute("continue", to_string=True)
        except gdb.error as e:
            if not gdb.selected_inferior().threads():
                raise Trouble(f"the machine ended before {what}")
            raise Trouble(f"the machine cannot go on: {e}")
        finally:
            for p in points:
                p.delete()
        End.check(what)
        for p in points:
            if p.error:
                raise p.error
            if p.hit:
                gdb.set_convenience_variable("trap_eip", p.hit.eip)
                gdb.set_convenience_variable("trap_va", p.hit.va)
                p.hit.report()
                return
        print(re.sub(r"^\+.*\n", "", said, flags=re.M).strip())
        print(f"hv: stopped before {what}")

    @staticmethod
    def entries(args):
        """Where to wait. Each stop costs the guest time, so not everywhere for what comes one way."""
        kind = args[0] if args else ""
        way = {"pf": "fault_", "14": "fault_", "hypercall": "hypercall_"}.get(kind)
        if way:
            return [name for name in ENTRIES if name.startswith((way, "shadow_entry"))]
        return [*ENTRIES, "hv_trap"] if kind in ("irq", "any") else ENTRIES

    @staticmethod
    def wanted(args):
        names = {name.lower(): vec for vec, name in VECTORS.items()}
        kind, lane, va = None, None, None
        said = " ".join(args)
        if args and args[0] in [*names, "any", "hypercall", "irq"]:
            kind = args.pop(0)
        vec = names.get(kind)
        if args and args[0] not in ("app", "os") and number(args[0], "a kind of trap (help hv trap)") < 256:
            vec = number(args.pop(0), "a vector")
        for word in args:
            if word in ("app", "os"):
                lane = 3 if word == "app" else 1
            else:
                va = number(word, "app, os or an address")
                if va < PAGE and vec is None and len(args) == 1:
                    raise Trouble(f"there is no vector {va}")

        def test(t):
            if lane is not None and t.lane != lane:
                return False
            if va is not None and (t.va // PAGE != va // PAGE if t.vec == 14 else t.va != va):
                return False
            if kind == "hypercall":
                return t.is_hypercall()
            if kind == "irq":
                return not t.is_hypercall() and t.vec >= IRQ0
            if vec is not None:
                return t.vec == vec
            return kind == "any" or (t.vec < IRQ0 or t.is_hypercall()) and t.lane != 0

        return test, f"hv trap {said}".strip() + " found one"
