"""gdb.py: the `hv` commands of `make gdb`: what hypervisor and guest each believe, side by side.

While a guest runs under `paging` isolation, nothing of the hypervisor is mapped. So all that these
commands say of the machine is read by machine address, which QEMU's GDB stub can do, and the
hypervisor's structures are taken apart with the types of its own DWARF. They therefore work
wherever the machine stands: in the hypervisor, in the guest's kernel, in an application.

Nothing here changes the machine: a walk sets no A bit, and allocates no page.
"""
import collections
import os
import re
import struct

import gdb
import gdb.disassembler

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
PAGE = 4096
INVALID = 0xFFFFFFFF
SHADOW, DIRECT = 1, 2  # enum mmu of event.def
LANES = {0: "the hypervisor (ring 0)", 1: "the guest OS (ring 1)", 3: "the application (ring 3)"}


class Trouble(gdb.GdbError):
    """What the user reads instead of a result."""


# ---- What the sources say -------------------------------------------------------------------


def source(path):
    with open(os.path.join(ROOT, path)) as f:
        return f.read()


def defines(path, pattern=r"\w+"):
    """The #defines of a header whose values are plain numbers: they are not in DWARF."""
    found = re.findall(rf"^#define[ \t]+({pattern})[ \t]+(0x[0-9A-Fa-f]+|\d+)u?\b", source(path), re.M)
    return {name: int(value, 0) for name, value in found}


LAYOUT = defines("hv/cpu/layout.h")
FRAME_FLAGS = defines("hv/mem/frame.h", r"FRAME_\w+")
XEN = defines("include/trapline/xen/xen.h")
ASSIST = {"writable": 1 << XEN["VMASST_TYPE_writable_pagetables"], "unhook": 1 << 31}
HYPERCALLS = {n: name[len("__HYPERVISOR_"):] for name, n in XEN.items() if name.startswith("__HYPERVISOR_")}
MMUEXT = {n: name for name, n in XEN.items() if name.startswith("MMUEXT_")}
PLANTED = defines("hv/insn/scan.h")["PLANTED_BYTE"]
DOM_HV, DOM_FREE, DOM_NONE = (defines("hv/dom/domain.h")[n] for n in ("DOM_HV", "DOM_FREE", "DOM_NONE"))
X86 = defines("hv/cpu/x86.h")
VECTORS = {int(n): name for name, n in re.findall(r"^\tVEC_([A-Z]{2,3}) = (\d+),", source("hv/cpu/x86.h"), re.M)}
IRQ0 = int(re.search(r"VEC_IRQ0 = (\w+)", source("hv/cpu/x86.h"))[1], 0)
ENTRIES = re.findall(r"^\tto_c (\w+)", source("hv/cpu/gate.S"), re.M)  # where the gate enters C
HYPERCALL_VECTOR = XEN["XEN_HYPERCALL_VECTOR"]
EVENT_DEF = source("include/trapline/event.def")
EVENTS = {int(n): name for n, name in re.findall(r"^TRACE_EVENT\((\d+), (\w+)", EVENT_DEF, re.M)}
ENUMS = {
    name: {int(n): value for n, value in re.findall(r"V\((\d+), (\w+)\)", body)}
    for name, body in re.findall(r"#define TRACE_VALUES_(\w+)\(V\)((?:.*\\\n)*.*)", EVENT_DEF)
}


def wire(name):
    """(field names, struct format) of a packed structure of ring.h, which need not be in DWARF."""
    body = re.search(rf"^struct {name} {{(.*?)^}}", source("include/trapline/ring.h"), re.M | re.S)[1]
    fields = re.findall(r"^\t(u8|u16|u32|u64) (\w+)(\[\d+\])?;", body, re.M)
    code = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q"}
    # An array is skipped over: nobody asks for one.
    formats = [f"{array[1:-1]}x" if array else code[t] for t, _, array in fields]
    return [n for _, n, array in fields if not array], struct.Struct("<" + "".join(formats))


PACKET, PACKET_FORMAT = wire("trace_packet")
EVENT, EVENT_FORMAT = wire("trace_event")
PTE_NAMES = ["P", "RW", "US", "A", "D", "PS", "G"]


def pte_flags(entry):
    """P RW US A D PS G, each in its column, '-' where the bit is 0."""
    return " ".join(n if entry & X86["PTE_" + n] else "-" * len(n) for n in PTE_NAMES)


# ---- Memory ---------------------------------------------------------------------------------


class Machine:
    """The machine's memory by machine address, as it is now: one object per command."""

    def __init__(self):
        self.inferior = gdb.selected_inferior()
        self.connection = self.inferior.connection
        if not isinstance(self.connection, gdb.RemoteTargetConnection) or not self.inferior.threads():
            raise Trouble("no machine is running here: start one with make gdb")
        path = os.environ.get("TRAPLINE_HV", "build/hv.elf")
        try:
            self.hv = gdb.lookup_objfile(os.path.realpath(path))
        except ValueError:
            raise Trouble("there is no hypervisor here (MMU=none): its commands have nothing to show")
        self.pages = {}

    def read(self, addr, n):
        """n bytes from a machine address on."""
        out = b""
        while n:
            page, offset = addr & ~(PAGE - 1), addr % PAGE
            if page not in self.pages:
                self.pages[page] = self.fetch(page)
            part = self.pages[page][offset : offset + n]
            out, addr, n = out + part, addr + len(part), n - len(part)
        return out

    def fetch(self, page):
        self.connection.send_packet("Qqemu.PhyMemMode:1")
        try:
            return bytes(self.inferior.read_memory(page, PAGE))
        except gdb.MemoryError:
            raise Trouble(f"there is no machine memory at 0x{page:08x}")
        finally:
            self.connection.send_packet("Qqemu.PhyMemMode:0")

    def word(self, addr):
        return struct.unpack("<I", self.read(addr, 4))[0]

    def address(self, va):
        """The machine address of one of the hypervisor's own linear addresses."""
        if 0 <= va - LAYOUT["HV_LINEAR"] < LAYOUT["HV_LINEAR_SIZE"]:
            return va - LAYOUT["HV_LINEAR"]
        # The window of map_domain_page, and whatever else its own tables map.
        entry = self.word(self.address(self.symbol("hv_page_directory")[1]) + (va >> 22) * 4)
        if entry & X86["PTE_P"] and not entry & X86["PTE_PS"]:
            entry = self.word((entry & X86["PTE_FRAME"]) + (va >> 12 & 0x3FF) * 4)
            if entry & X86["PTE_P"]:
                return (entry & X86["PTE_FRAME"]) + va % PAGE
        raise Trouble(f"the hypervisor maps nothing at 0x{va:08x}")

    def hv_read(self, va, n):
        out = b""
        while n:
            part = min(n, PAGE - va % PAGE)
            out, va, n = out + self.read(self.address(va), part), va + part, n - part
        return out

    def symbol(self, name, file=None):
        """(type, linear address) of a variable of the hypervisor's."""
        if file:
            value = gdb.parse_and_eval(f"'{file}'::{name}")
        else:
            symbol = self.hv.lookup_global_symbol(name)
            if symbol is None:
                raise Trouble(f"the hypervisor has no variable {name}")
            value = symbol.value()
        return value.type, int(value.address)

    def variable(self, name, file=None):
        kind, va = self.symbol(name, file)
        return gdb.Value(self.hv_read(va, kind.sizeof), kind)

    def follow(self, pointer, index=0):
        """What one of the hypervisor's pointers points at."""
        kind = pointer.type.strip_typedefs().target().strip_typedefs()
        va = int(pointer) + index * kind.sizeof
        return gdb.Value(self.hv_read(va & INVALID, kind.sizeof), kind)

    def frame(self, mfn):
        """The frame table's entry, or None if there is no such memory."""
        if mfn >= int(self.variable("nr_frames")):
            return None
        return self.follow(self.variable("frame_table"), mfn)

    def owners(self):
        """[mfn] -> who owns the frame."""
        table, frames = self.variable("frame_table"), int(self.variable("nr_frames"))
        kind = table.type.target()
        at = next(f.bitpos // 8 for f in kind.fields() if f.name == "owner")
        raw = self.hv_read(int(table), frames * kind.sizeof)
        return [owner for (owner,) in struct.iter_unpack(f"<{at}xH{kind.sizeof - at - 2}x", raw)]

    def m2p(self, mfn):
        if mfn >= int(self.variable("nr_frames")):
            return INVALID
        return int(self.follow(self.variable("m2p"), mfn))


def describe_frame(f):
    owner = int(f["owner"])
    owner = {DOM_HV: "the hypervisor", DOM_FREE: "free", DOM_NONE: "no memory"}.get(owner, f"domain {owner}")
    text = f"{owner}, {int(f['refs'])} refs"
    if int(f["type_count"]) and not int(f["type"]):
        text += f", writable in {int(f['type_count'])} shadow entries"
    elif int(f["type_count"]):
        text += f", type {ENUMS['ptype'].get(int(f['type']), int(f['type']))} x{int(f['type_count'])}"
    flags = [name[len("FRAME_"):].lower() for name, bit in FRAME_FLAGS.items() if int(f["flags"]) & bit]
    return text + (", " + " ".join(flags) if flags else "")


# ---- Where the machine stands ---------------------------------------------------------------

REGISTERS = "eax ebx ecx edx esi edi ebp esp eip eflags cs ss ds es fs gs".split()


def live(name):
    return int(gdb.newest_frame().read_register(name)) & INVALID


class Now:
    """The domain whose turn it is, and whose registers are where."""

    def __init__(self):
        self.m = m = Machine()
        pointer = m.variable("current")
        if not int(pointer):
            raise Trouble("the hypervisor has not started yet: `hv trap` runs to the first trap")
        self.v = m.follow(pointer)
        self.d = m.follow(self.v["domain"])
        if int(self.d["id"]) == DOM_HV:
            raise Trouble("no domain runs yet: `hv trap` runs to the first trap")
        self.mode = int(self.d["mode"])
        self.gate = m.follow(self.d["gate"])
        self.ring = live("cs") & 3
        self.saved = self.ring == 0
        if self.saved:
            regs = m.follow(self.v["regs"])
            self.regs = {n: int(regs[n]) for n in REGISTERS}
        else:
            self.regs = {n: live(n) for n in REGISTERS}
        for n in ("cs", "ss", "ds", "es", "fs", "gs"):
            self.regs[n] &= 0xFFFF
        self.in_gate = self.saved and 0 <= live("eip") - int(self.gate["va"]) < PAGE
        self.lane = self.regs["cs"] & 3

    def place(self):
        """Where the machine stands, in words."""
        if self.in_gate:
            return f"in the gate, at 0x{live('eip'):08x}"
        if self.saved:
            return f"in the hypervisor, at {self.name(live('eip'), 0)}"
        return f"in {LANES[self.ring]}, at {self.name(self.regs['eip'])}"

    def name(self, va, ring=None):
        """An address with its symbol, where that is certain."""
        ring = self.lane if ring is None else ring
        # All applications lie at the same place, and only one has its symbols here.
        if ring == 3 and self.guest_bytes(va, 8)[:8] != file_bytes(va, 8):
            return f"0x{va:08x}"
        said = gdb.execute(f"info symbol {va}", to_string=True)
        found = re.search(r"^(\S+)(?: \+ (\d+))? in section", said, re.M)
        if not found:
            return f"0x{va:08x}"
        text = f"0x{va:08x} <{found[1]}{'+' + found[2] if found[2] else ''}>"
        line = gdb.find_pc_line(va)
        return f"{text} {line.symtab.filename}:{line.line}" if line.symtab else text

    # -- The guest's memory, without a trace of our having looked

    def p2m(self, pfn):
        if pfn >= int(self.d["nr_pages"]):
            return INVALID
        if self.mode == DIRECT:
            return self.p2m_table()[pfn]
        return int(self.m.follow(self.d["p2m"], pfn)["n"])

    def p2m_table(self):
        """[pfn] -> mfn. A direct-mode guest keeps that table itself; M2P and frame table say the
        same, and are the hypervisor's."""
        nr = int(self.d["nr_pages"])
        if self.mode == SHADOW:
            return list(struct.unpack(f"<{nr}I", self.m.hv_read(int(self.d["p2m"]), 4 * nr)))
        table = [INVALID] * nr
        owners = self.m.owners()
        back = struct.unpack(f"<{len(owners)}I", self.m.hv_read(int(self.m.variable("m2p")), 4 * len(owners)))
        for mfn, (owner, pfn) in enumerate(zip(owners, back)):
            if owner == int(self.d["id"]) and pfn < nr:
                table[pfn] = mfn
        return table

    def guest_word(self, pfn, index):
        mfn = self.p2m(pfn)
        return 0 if mfn == INVALID else self.m.word(mfn * PAGE + index * 4)

    def guest_bytes(self, va, n):
        """Up to n bytes at a linear address of the guest's, as its kernel would read them."""
        out = b""
        while len(out) < n:
            walk = Walk(self, va + len(out) & INVALID)
            if walk.mfn == INVALID:
                break
            offset = (va + len(out)) % PAGE
            out += self.m.read(walk.mfn * PAGE + offset, min(n - len(out), PAGE - offset))
        return out

    def shadow(self):
        return self.m.follow(self.d["shadow"])


def file_bytes(va, n):
    """What the ELF file has at an address (GDB reads read-only sections from there)."""
    try:
        return bytes(gdb.selected_inferior().read_memory(va, n))
    except gdb.MemoryError:
        return b""


# ---- Page tables ----------------------------------------------------------------------------


class Tables:
    """The two entries that one set of tables has for an address."""

    def __init__(self, base, pde, pte, large=False):
        self.base, self.pde, self.pte, self.large = base, pde, pte, large
        self.present = bool(pde & X86["PTE_P"] and pte & X86["PTE_P"])

    def permits(self, write, user, wp=True):
        both = self.pde & self.pte
        if not self.present or (user and not both & X86["PTE_US"]):
            return False
        return not write or bool(both & X86["PTE_RW"]) or not (user or wp)


class Walk:
    """An address in the guest's own tables, and in those that the CPU walks."""

    def __init__(self, now, va):
        self.now, self.va = now, va
        self.i2, self.i1 = va >> 22, va >> 12 & 0x3FF
        m, v = now.m, now.v
        root = int(v["cr3"])
        pde = m.word(root + self.i2 * 4)
        pte = m.word((pde & X86["PTE_FRAME"]) + self.i1 * 4) if pde & X86["PTE_P"] else 0
        self.real = Tables(root, pde, pte)
        self.table_pfn = INVALID
        if now.mode == DIRECT:
            self.guest = self.real
            self.mfn = pte >> 12 if self.real.present else INVALID
            self.pfn = m.m2p(self.mfn)
            return
        virt = v["virt"]
        cr0, cr3, cr4 = int(virt["cr0"]), int(virt["cr3"]), int(virt["cr4"])
        self.wp, self.paged = bool(cr0 & X86["CR0_WP"]), bool(cr0 & X86["CR0_PG"])
        large = False
        if not self.paged:
            pde = X86["PTE_P"] | X86["PTE_RW"] | X86["PTE_US"] | X86["PTE_A"]
            pte = va & X86["PTE_FRAME"] | pde | X86["PTE_D"]
        else:
            pde, pte = now.guest_word(cr3 >> 12, self.i2), 0
            large = bool(pde & X86["PTE_PS"] and cr4 & X86["CR4_PSE"])
            if pde & X86["PTE_P"] and large:
                pte = pde & X86["PDE_LARGE_FRAME"] | self.i1 << 12 | pde & 0x7F
            elif pde & X86["PTE_P"]:
                self.table_pfn = pde >> 12
                pte = now.guest_word(self.table_pfn, self.i1)
        self.guest = Tables(cr3, pde, pte, large)
        self.pfn = pte >> 12 if self.guest.present else INVALID
        self.mfn = now.p2m(self.pfn) if self.pfn != INVALID else INVALID

    def error(self, write, user):
        return (X86["PF_P"] if self.guest.present else 0) | (X86["PF_W"] if write else 0) | (X86["PF_US"] if user else 0)

    def true_fault(self, write, user):
        why = "the guest forbids it" if self.guest.present else "not present"
        if self.now.mode == DIRECT and self.va >= LAYOUT["HV_BASE"]:
            why = "the hypervisor's"
        return f"true fault, error {self.error(write, user)}: {why}"

    def touch(self, write, user):
        """What an access would do, in words that begin with hit, true fault or hidden fault."""
        return (self.touch_direct if self.now.mode == DIRECT else self.touch_shadow)(write, user)

    def touch_shadow(self, write, user):
        hit = self.real.permits(write, user)
        ours = self.i2 == int(self.now.gate["va"]) >> 22
        if not self.guest.permits(write, user, self.wp):
            if hit and ours:
                return "hit: the gate"
            if hit:
                return "hit: the table is out of sync" if self.unsynced() else "hit, BUT THE GUEST'S TABLES FORBID IT"
            return self.true_fault(write, user)
        if hit and not (ours and self.guest.present):
            return "hit"
        if self.pfn >= int(self.now.d["nr_pages"]):
            return "ends the domain: it has no such memory"
        if ours:
            return "hidden fault: the gate moves"
        if write and self.mfn != INVALID:
            flags = int(self.now.m.frame(self.mfn)["flags"])
            if flags & FRAME_FLAGS["FRAME_TRACED"]:
                return "hidden fault: a page table, " + ("written freely from now on" if self.lazy() else "the write is emulated")
            if flags & FRAME_FLAGS["FRAME_WATCHED"]:
                return "hidden fault: watched, the write is emulated"
        if self.mfn == INVALID:
            return "hidden fault: gets its machine page"
        if write and not self.guest.pte & X86["PTE_D"]:
            return "hidden fault: sets D"
        if not self.guest.pte & X86["PTE_A"]:
            return "hidden fault: sets A"
        return "hidden fault: fills the shadow"

    def lazy(self):
        """tables=outofsync: does a page table go out of sync at its first write?"""
        return bool(self.now.shadow()["lazy"])

    def unsynced(self):
        """Is the page table of this address out of sync, so that its shadow may be stale?"""
        s = self.now.shadow()
        tables = [self.now.m.follow(s["unsynced"][i]) for i in range(int(s["nr_unsynced"]))]
        return any(int(t["key"]) == self.table_pfn for t in tables)

    def touch_direct(self, write, user):
        if self.real.permits(write, user):
            return "hit"
        state = self.now.m.follow(self.now.d["direct"])
        out = state["unhooked"][0]
        if int(out["table"]["n"]) != INVALID and int(out["slot"]) == self.i2 and not self.real.pde & X86["PTE_P"]:
            return "hidden fault: its page table is out, and is validated and hooked again"
        if self.real.present and write and not user and self.mfn != INVALID:
            f, assist = self.now.m.frame(self.mfn), int(self.now.d["vm_assist"])
            table = f is not None and int(f["type"]) == 1 and int(f["type_count"])
            if table and assist & (ASSIST["writable"] | ASSIST["unhook"]):
                return "hidden fault: a page table, " + ("unhooked" if assist & ASSIST["unhook"] else "the write is emulated")
        return self.true_fault(write, user)


# ---- Instructions ---------------------------------------------------------------------------


class BytesInfo(gdb.disassembler.DisassembleInfo):
    def __init__(self, info, code):
        super().__init__(info)
        self.code = code

    def read_memory(self, length, offset=0):
        if offset + length > len(self.code):
            raise gdb.MemoryError("the instruction goes on in a page that is not there")
        return self.code[offset : offset + length]


class BytesDisassembler(gdb.disassembler.Disassembler):
    """Disassembles bytes that are not in the memory that GDB sees."""

    def __init__(self):
        super().__init__("hv")
        self.code = {}

    def __call__(self, info):
        if info.address not in self.code:
            return None
        return gdb.disassembler.builtin_disassemble(BytesInfo(info, self.code[info.address]))


BYTES = BytesDisassembler()
gdb.disassembler.register_disassembler(BYTES)


def disassemble(va, code):
    """(text, length) of the first instruction of `code`, which lies at va."""
    BYTES.code = {va: code}
    try:
        insn = gdb.newest_frame().architecture().disassemble(va)[0]
        return re.sub(r"\s+", " ", insn["asm"]).strip(), insn["length"]
    except (gdb.MemoryError, gdb.error):
        return "(no instruction)", 0
    finally:
        BYTES.code = {}


def instruction(now, va):
    """The instruction that the guest's memory has at an address: (hex bytes, text)."""
    code = now.guest_bytes(va, 15)
    if not code:
        return "", "(its page is not there)"
    text, length = disassemble(va, code)
    bytes_ = code[:length].hex(" ")
    if now.mode == SHADOW and now.lane == 1 and code[0] == PLANTED:
        original = file_bytes(va, 15)
        if original and original[0] != PLANTED:
            planted_over, length = disassemble(va, original)
            return code[:1].hex(), f"{text}, planted over: {planted_over}"
    return bytes_, text


# ---- Commands -------------------------------------------------------------------------------


class Command(gdb.Command):
    """One `hv` command. Its docstring is its help; run() does it, and whatever goes wrong becomes
    one line."""

    name = None

    def __init__(self):
        super().__init__("hv " + self.name, gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        try:
            self.run(gdb.string_to_argv(argument))
        except gdb.GdbError:
            raise
        except KeyboardInterrupt:
            raise gdb.GdbError("interrupted")
        except Exception as e:
            raise gdb.GdbError(f"hv {self.name}: {type(e).__name__}: {e}")


def number(text, what):
    try:
        return int(gdb.parse_and_eval(text)) & INVALID
    except gdb.error:
        raise Trouble(f"{what} is expected, not '{text}'")


def at_most(args, n, usage):
    if len(args) > n:
        raise Trouble(f"usage: {usage}")


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
        now = Now()
        owned = collections.Counter(now.m.owners())
        print(f"{'domain':<8}{'mode':<8}{'pages':>8}{'populated':>11}{'owned':>8}  state")
        there = sum(mfn != INVALID for mfn in now.p2m_table())
        ident = int(now.d["id"])
        mode = ENUMS["mmu"].get(now.mode, now.mode)
        print(f"{ident:<8}{mode:<8}{int(now.d['nr_pages']):>8}{there:>11}{owned[ident]:>8}  {self.state(now)}")
        print(f"{'hv':<8}{'':<27}{owned[DOM_HV]:>8}  {'stopped ' + now.place() if now.saved else 'not running'}")
        print(f"{'free':<8}{'':<27}{owned[DOM_FREE]:>8}")

    @staticmethod
    def state(now):
        if bool(now.d["dying"]):
            reason = ENUMS["reason"].get(int(now.d["end_reason"]), "?")
            return f"has ended: {reason}, code {int(now.d['end_code'])}"
        if bool(now.v["blocked"]):
            return "waits for an event"
        where = f"{LANES[now.lane]}, at {now.name(now.regs['eip'])}"
        return f"left {where}" if now.saved else f"stopped in {where}"


class Regs(Command):
    """hv regs: what the guest believes of its CPU, beside what is true.

    In shadow mode that is the virtual CPU; in direct mode what the guest has registered: trap table,
    kernel stack, callbacks. If the machine stands in the hypervisor, the guest's registers are those
    saved in the entry-stack page, else the CPU's own."""

    name = "regs"

    def run(self, args):
        at_most(args, 0, "hv regs")
        now = Now()
        r = now.regs
        print(f"The machine stands {now.place()}.")
        print("The guest's registers, " + ("saved in the entry-stack page:" if now.saved else "in the CPU:"))
        for row in (("eax", "ebx", "ecx", "edx"), ("esi", "edi", "ebp", "esp")):
            print("  " + "  ".join(f"{n} {r[n]:08x}" for n in row))
        print(f"  eip {now.name(r['eip'])}, in {LANES[now.lane]}")
        cpu = self.cpu()
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
        print(f"  {name:<14}{left:<27}{right:<27}{note}".rstrip())

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
            if n == "cr2" and real != int(virt[n]):
                note = "the CPU's is of the last fault, hidden or not"
            row(n, f"{int(virt[n]):08x}", f"{real:08x}", note)
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
        row("cr2", f"{int(info['cr2']):08x}", f"{cpu['cr2']:08x}", "its copy is in vcpu_info")
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


def vector_name(vec):
    return f"#{VECTORS[vec]}" if vec in VECTORS else f"0x{vec:02x}"


class WalkCommand(Command):
    """hv walk VA: an address in the guest's page tables, the p2m and the tables that the CPU walks.

    The last lines say what an access would do: a hit; a true fault, which the guest must see; or a
    hidden fault, which the hypervisor repairs. VA may be an expression, or the name of a register: of
    the guest's, wherever the machine stands. Sets $pfn and $mfn to the page's frames."""

    name = "walk"

    def run(self, args):
        if len(args) != 1:
            raise Trouble("usage: hv walk VA")
        now = Now()
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
    """hv p2m [PFN]: which machine pages back the guest's physical pages; without PFN, in runs."""

    name = "p2m"
    ROWS = 40

    def run(self, args):
        at_most(args, 1, "hv p2m [PFN]")
        now = Now()
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
        size = head["content_size"] // 8
        data, at, events = m.hv_read(va, size), PACKET_FORMAT.size, []
        lanes = ENUMS["lane"]
        while at + EVENT_FORMAT.size <= size:
            e = dict(zip(EVENT, EVENT_FORMAT.unpack_from(data, at)))
            at += EVENT_FORMAT.size
            name = EVENTS.get(e["id"])
            try:
                kind = gdb.lookup_type(f"struct trace_fields_{name}")
            except gdb.error:
                raise Trouble(f"the trace holds event {e['id']}, which event.def and the hypervisor's DWARF do not know")
            fields = gdb.Value(data[at : at + kind.sizeof], kind)
            at += kind.sizeof
            way = lanes[e["from"]]
            if e["from"] != e["to"]:
                way = f"{way} > {lanes[e['to']]}"
            domain = e["domain"]
            fault = e["fault"]
            step = f"f{fault}.{e['step']}" if fault else "-"
            text = f"{step:<7} {way:<12} {name:<11} {self.fields(kind, fields)}"
            events.append((e["timestamp"], "-- " if domain == 0xFFFF else f"d{domain} ", fault, text.rstrip()))
        return events

    @staticmethod
    def fields(kind, value):
        out = []
        for f in kind.fields():
            type_, x = f.type.name, value[f.name]
            if type_ == "b16":
                n = int(value["len"]) if any(g.name == "len" for g in kind.fields()) else 16
                text = bytes(int(x["b"][i]) for i in range(n)).hex(" ")
            elif type_.startswith("e_"):
                text = ENUMS[type_[2:]].get(int(x), str(int(x)))
            elif type_.startswith("x"):
                text = f"0x{int(x):0{2 * f.type.sizeof}x}"
            else:
                text = str(int(x))
            out.append(f"{f.name}={text}")
        return " ".join(out)


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
        kind, current = machine.symbol("current")
        regs_at = next(f for f in kind.target().fields() if f.name == "regs")
        read = lambda va: struct.unpack("<I", gdb.selected_inferior().read_memory(va, 4))[0]
        if entry == "hv_trap":  # from ring 0: the frame is on the hypervisor's own stack
            frame = read(live("esp") + 4)
        else:
            frame = read(read(current) + regs_at.bitpos // 8)
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
            alive = bool(gdb.selected_inferior().threads())
            for p in points:
                p.delete()
        if not alive:
            raise Trouble(f"the machine ended before {what}")
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
        way = {"pf": "fault_entry", "14": "fault_entry", "hypercall": "hypercall_entry"}
        kind = args[0] if args else ""
        if way.get(kind) in ENTRIES:
            return [way[kind]]
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


COMMANDS = [Domains, Regs, WalkCommand, P2m, Trace, Trap, Console, App, Help]
Hv()
for command in COMMANDS:
    command()
