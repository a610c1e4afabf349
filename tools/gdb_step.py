"""gdb_step.py: `hv next` and `hv finish`: over whatever traps, and back out of the hypervisor.

GDB's own `next` goes by single steps. One that traps ends in the gate, in another ring and on another
stack, and GDB knows no way back from there. Here the way back is known: where the instruction is tried
again, or the one behind it, in the same ring, on the same stack, in the same address space.
"""
import gdb

from gdb_machine import (
    INVALID, SHADOW, Command, End, Machine, Now, Trouble, at_most, disassemble, file_bytes, instruction, live,
)

TRIES = 32  # of one instruction that faults again and again
STEPS = 100000  # within one line
CALLS = ("call", "int ", "rep")
ELSEWHERE = ("iret", "lret", "ljmp", "lcall")  # where these lead to, only the hypervisor knows
JUMPS = ("j", "ret", "loop", *ELSEWHERE)


def has_hypervisor():
    try:
        Machine()
        return True
    except Trouble:
        if not gdb.selected_inferior().threads():
            raise
        return False


class Spot:
    """Where the machine stands: a place that it can come back to."""

    def __init__(self):
        self.eip, self.esp, self.lane = live("eip"), live("esp"), live("cs") & 3
        self.space = self.page_tables()

    @staticmethod
    def page_tables():
        """Which process this is, by its page tables: the guest's own."""
        if not has_hypervisor():
            return live("cr3")
        try:
            now = Now()
        except Trouble:
            return None
        return int(now.v["virt"]["cr3"]) if now.mode == SHADOW else int(now.v["base"]["n"])

    def in_hypervisor(self):
        return self.lane == 0 and has_hypervisor()


class Point(gdb.Breakpoint):
    """Stops at an address, if the machine is there as expected."""

    def __init__(self, eip, expected):
        super().__init__(f"*{eip & INVALID}", type=gdb.BP_HARDWARE_BREAKPOINT, internal=True)
        self.silent, self.expected, self.hit, self.error = True, expected, False, None

    def stop(self):
        try:
            self.hit = self.expected(Spot())
            return self.hit
        except Exception as e:
            self.error = e
            return True


def run_to(points):
    """Run until one of them stops the machine. False: something else did, and GDB has said what."""
    try:
        said = gdb.execute("continue", to_string=True)
    except gdb.error as e:
        raise Trouble(f"the machine cannot go on: {e}")
    finally:
        for p in points:
            p.delete()
    for p in points:
        if p.error:
            raise p.error
    End.check("it came there")
    if any(p.hit for p in points):
        return True
    print("\n".join(line for line in said.strip().splitlines() if not line.startswith("+")))
    return False


def back_at(eip, spot, slack):
    """A point where the same process is in the same ring again, with its stack where it was."""
    return Point(eip, lambda now: now.lane == spot.lane and slack(now.esp - spot.esp) and now.space == spot.space)


def step():
    """One instruction, or into what it traps to; nothing is said about where that is."""
    gdb.execute("set suppress-cli-notifications on", to_string=True)
    try:
        gdb.execute("stepi", to_string=True)
    finally:
        gdb.execute("set suppress-cli-notifications off", to_string=True)


def out_of_the_hypervisor():
    """Run until the guest runs: each way out of the gate ends with an iret."""
    now = Now()
    code, leave_16, end = (int(gdb.parse_and_eval(f"(unsigned)&{n}")) for n in ("gate_code", "gate_leave_16", "gate_code_end"))
    irets = [int(now.gate["va"]) + after - 1 - code for after in (leave_16, end)]
    while True:
        if live("eip") not in irets and not run_to([Point(eip, lambda now: True) for eip in irets]):
            return False
        step()
        if live("cs") & 3:
            return True


def text_at(spot):
    """(text, length) of the instruction that will run next: the guest's own, not what is patched over it."""
    if has_hypervisor():
        code = Now().guest_bytes(spot.eip, 15)
        text = instruction(Now(), spot.eip)[1].split("patched over: ")[-1]
        if "patched over" in instruction(Now(), spot.eip)[1]:
            code = file_bytes(spot.eip, 15)
        return text, disassemble(spot.eip, code)[1]
    insn = gdb.newest_frame().architecture().disassemble(spot.eip)[0]
    return " ".join(insn["asm"].split()), insn["length"]


def over_instruction():
    """One instruction further, whatever it takes. False: something else stopped the machine."""
    for _ in range(TRIES):
        spot = Spot()
        text, length = text_at(spot)
        behind = spot.eip + length & INVALID
        if text.startswith(CALLS):
            return run_to([back_at(behind, spot, lambda by: 0 <= by < 64)])
        step()
        now = Spot()
        same_ring = now.lane == spot.lane
        if now.lane > spot.lane or same_ring and (now.eip in (spot.eip, behind) or text.startswith(JUMPS)):
            return True
        if text.startswith(ELSEWHERE):
            return out_of_the_hypervisor()
        again = back_at(spot.eip, spot, lambda by: by == 0)
        done = back_at(behind, spot, lambda by: abs(by) < 64)
        if not run_to([again, done]):
            return False
        if live("eip") != spot.eip:
            return True
    raise Trouble(f"the instruction at 0x{spot.eip:08x} faults again and again: `hv trap` says why")


def show():
    """Where the machine stands now, as GDB would say it; of another application there are no symbols."""
    eip = live("eip")
    if live("cs") & 3 == 3 and has_hypervisor() and Now().guest_bytes(eip, 8) != file_bytes(eip, 8):
        print(f"0x{eip:08x} in another application")
        return
    said = gdb.execute("frame", to_string=True).splitlines()
    print("\n".join(line.removeprefix("#0  ") for line in said if not line.startswith("+")))


def line_at(eip):
    found = gdb.find_pc_line(eip)
    return (found.symtab.fullname(), found.line) if found.symtab else None


class Next(Command):
    """hv next [i]: the next line, or with i the next instruction, over whatever traps on the way.

    Page faults, system calls, hypercalls and emulated instructions are carried out; other processes
    may run. In the hypervisor itself it is GDB's own `next`, for nothing traps there."""

    name = "next"

    def run(self, args):
        at_most(args, 1, "hv next [i]")
        if args and args[0] != "i":
            raise Trouble("usage: hv next [i]")
        start = Spot()
        if start.in_hypervisor():
            gdb.execute("nexti" if args else "next")
            return
        line = line_at(start.eip)
        for _ in range(1 if args or not line else STEPS):
            if not over_instruction():
                return
            eip = live("eip")
            if live("cs") & 3 != start.lane or line_at(eip) is None:
                break
            if line_at(eip) != line and gdb.find_pc_line(eip).pc == eip:
                break
        show()


class Finish(Command):
    """hv finish: until the function returns, over whatever traps; in the hypervisor, until the guest runs."""

    name = "finish"

    def run(self, args):
        at_most(args, 0, "hv finish")
        start = Spot()
        if start.in_hypervisor():
            if out_of_the_hypervisor():
                show()
            return
        frame = gdb.newest_frame()
        if not frame.function() or not frame.older():
            raise Trouble("hv finish: no function is known here that could return")
        if run_to([back_at(frame.older().pc(), start, lambda by: by > 0)]):
            show()
