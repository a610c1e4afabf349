"""gdb_machine.py: the machine as `make gdb` sees it: its memory, the hypervisor's structures, the page
tables, and what every `hv` command needs.

While a guest runs under `paging` isolation, nothing of the hypervisor is mapped. So memory is read by
machine address, which QEMU's GDB stub can do, and structures are taken apart with the types of the
hypervisor's own DWARF. It therefore does not matter where the machine stands: in the hypervisor, in the
guest's kernel, in an application. Nothing here changes the machine: a walk sets no A bit, and allocates no
page.
"""
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
PATCH_BYTE = defines("hv/find/find.h")["PATCH_BYTE"]
DOM_HV, DOM_FREE, DOM_NONE = (defines("hv/dom/domain.h")[n] for n in ("DOM_HV", "DOM_FREE", "DOM_NONE"))
X86 = defines("hv/cpu/x86.h")
VECTORS = {int(n): name for name, n in re.findall(r"^\tVEC_([A-Z]{2,3}) = (\d+),", source("hv/cpu/x86.h"), re.M)}
IRQ0 = int(re.search(r"VEC_IRQ0 = (\w+)", source("hv/cpu/x86.h"))[1], 0)
# Where the gate enters C.
ENTRIES = ["trap_entry", *re.findall(r"^void (\w+)\(void\) .*noreturn", source("hv/trap/fast.h"), re.M)]
HYPERCALL_VECTOR = XEN["XEN_HYPERCALL_VECTOR"]
EVENT_DEF = source("include/trapline/event.def")
EVENTS = {int(n): name for n, name in re.findall(r"^TRACE_EVENT\((\d+), (\w+)", EVENT_DEF, re.M)}
# The fields of each event: [(type, name)]. Not from DWARF: whoever records an event may have none.
FIELDS = {
    name: re.findall(r"FIELD\((\w+), (\w+),", body)
    for name, body in re.findall(r"^TRACE_EVENT\(\d+, (\w+),(.*?)(?=^TRACE_|\Z)", EVENT_DEF, re.M | re.S)
}
FIELD_CODES = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q", "s32": "i", "x16": "H", "x32": "I", "b16": "16s"}
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


def field_format(name):
    """struct.Struct of an event's own fields."""
    return struct.Struct("<" + "".join(FIELD_CODES.get(type_, "B") for type_, _ in FIELDS[name]))


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


class End(gdb.Breakpoint):
    """The end of the run is a stop like another: the machine can still be looked at."""

    reached = False

    @classmethod
    def watch(cls):
        name = "machine_off" if os.environ.get("TRAPLINE_HV") == "none" else "machine_exit"
        if gdb.lookup_global_symbol(name):  # somebody else's kernel may have no such place
            cls("*" + name)

    def __init__(self, where):
        super().__init__(where, type=gdb.BP_HARDWARE_BREAKPOINT, internal=True)
        self.silent = True

    def stop(self):
        End.reached = True
        print("hv: here the run ends. The machine can still be looked at; `quit` lets it go.")
        return True

    @staticmethod
    def check(what):
        """To be called when the machine has stopped."""
        if not gdb.selected_inferior().threads() or End.reached:
            raise Trouble(f"the machine ended before {what}")


class GateSymbols:
    """The gate's code is a copy of gate.S, and may move: its symbols go where it is."""

    at = None

    @classmethod
    def place(cls, va):
        path = os.environ.get("TRAPLINE_GATE", "")
        if va == cls.at or not os.path.isfile(path):
            return
        if cls.at is not None:
            gdb.execute(f"remove-symbol-file '{path}'", to_string=True)
        gdb.execute(f"add-symbol-file '{path}' -o {va}", to_string=True)
        cls.at = va


class Now:
    """A domain's vcpu, and where its registers are: the one whose turn it is, or another by its name.

    A name is as the trace has it: d1v0, or only 1."""

    def __init__(self, name=None):
        self.m = m = Machine()
        pointer = m.variable("this_cpu")["current"]
        if not int(pointer):
            raise Trouble("the hypervisor has not started yet: `hv trap` runs to the first trap")
        self.v = m.follow(pointer)
        self.d = m.follow(self.v["domain"])
        if name is not None:
            ours = self.who()
            self.find(name)
            self.runs = self.who() == ours
        elif int(self.d["id"]) == DOM_HV:
            raise Trouble("no domain runs now: `hv domains` lists those that there are, `hv trap` runs to the next trap")
        else:
            self.runs = True
        self.mode = int(self.d["mode"])
        self.gate = m.follow(self.d["gate"])
        GateSymbols.place(int(self.gate["va"]))
        self.ring = live("cs") & 3
        self.saved = self.ring == 0 or not self.runs
        if self.saved:
            regs = m.follow(self.v["regs"])
            self.regs = {n: int(regs[n]) for n in REGISTERS}
        else:
            self.regs = {n: live(n) for n in REGISTERS}
        for n in ("cs", "ss", "ds", "es", "fs", "gs"):
            self.regs[n] &= 0xFFFF
        self.in_gate = self.runs and self.saved and 0 <= live("eip") - int(self.gate["va"]) < PAGE
        self.lane = self.regs["cs"] & 3

    @classmethod
    def all(cls):
        """Each vcpu of each domain."""
        m, names = Machine(), []
        pointer = m.variable("domains")
        while int(pointer):
            d = m.follow(pointer)
            vcpu = d["vcpus"]
            while int(vcpu):
                v = m.follow(vcpu)
                names.append(f"d{int(v['name']['domain'])}v{int(v['name']['vcpu'])}")
                vcpu = v["next"]
            pointer = d["next"]
        return [cls(name) for name in names]

    def who(self):
        return int(self.d["id"]), int(self.v["name"]["vcpu"])

    def find(self, name):
        said = re.fullmatch(r"d?(\d+)(?:v(\d+))?", name)
        if not said:
            raise Trouble(f"a domain is expected, as 1 or d1v0, not '{name}'")
        want, pointer = (int(said[1]), int(said[2] or 0)), self.m.variable("domains")
        while int(pointer):
            self.d = self.m.follow(pointer)
            self.v = self.m.follow(self.d["vcpus"])
            while self.who() != want and int(self.v["next"]):
                self.v = self.m.follow(self.v["next"])
            if self.who() == want:
                return
            pointer = self.d["next"]
        raise Trouble(f"there is no {name}: `hv domains` lists those that there are")

    def place(self):
        """Where the machine stands, in words."""
        if self.in_gate:
            return f"in the gate, at {self.name(live('eip'), 0)}"
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
    if now.mode == SHADOW and now.lane == 1 and code[0] == PATCH_BYTE:
        original = file_bytes(va, 15)
        if original and original[0] != PATCH_BYTE:
            patched_over, length = disassemble(va, original)
            return code[:1].hex(), f"{text}, patched over: {patched_over}"
    return bytes_, text


def vector_name(vec):
    return f"#{VECTORS[vec]}" if vec in VECTORS else f"0x{vec:02x}"


# ---- What every command is made of -----------------------------------------------------------


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
        value = int(gdb.parse_and_eval(text))
    except gdb.error:
        raise Trouble(f"{what} is expected, not '{text}'")
    if not -(1 << 31) <= value <= INVALID:
        raise Trouble(f"{what} has 32 bits: {text} has more")
    return value & INVALID


def at_most(args, n, usage):
    if len(args) > n:
        raise Trouble(f"usage: {usage}")
