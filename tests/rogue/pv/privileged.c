/*
 * privileged.c: privileged instructions that the hypervisor carries out for ring 1, as Xen 3.0
 * does: they change what is the guest's, and nothing else.
 */
#include "pv.h"

#define UART		 0x3F8u
#define DEBUG_EXIT	 0xF4u /* ends the emulator */
#define MSR_SYSENTER_EIP 0x176u

#define READ(name, reg)                                                                            \
	static u32 name(void)                                                                      \
	{                                                                                          \
		u32 val;                                                                           \
		asm volatile("movl %%" reg ", %0" : "=r"(val));                                    \
		return val;                                                                        \
	}
#define WRITE(name, reg)                                                                           \
	static void name(u32 val)                                                                  \
	{                                                                                          \
		asm volatile("movl %0, %%" reg : : "r"(val) : "memory");                           \
	}
READ(read_cr0_, "cr0")
READ(read_cr2_, "cr2")
READ(read_cr3_, "cr3")
READ(read_cr4_, "cr4")
READ(read_db3, "db3")
WRITE(write_cr0_, "cr0")
WRITE(write_cr2_, "cr2")
WRITE(write_cr3_, "cr3")
WRITE(write_db3, "db3")

static void clear_ts(u32 unused)
{
	(void)unused;
	asm volatile("clts");
}

static void use_fpu(u32 unused)
{
	(void)unused;
	asm volatile("fnop");
}

static bool ts(void)
{
	return read_cr0_() & CR0_TS;
}

/* TS by instruction and by hypercall is one and the same, and the processor's. */
static void task_switched(u32 unused)
{
	write_cr0_(read_cr0_() | CR0_TS);
	must(ts(), "mov-did-not-set");
	must(attempt(use_fpu, unused) == VEC_NM && !ts(), "no-trap-or-still-set");
	HCALL(fpu_taskswitch, 1, 0, 0, 0);
	must(ts(), "call-did-not-set");
	must(attempt(clear_ts, unused) == NO_TRAP && !ts(), "clts");
	must(attempt(use_fpu, unused) == NO_TRAP, "trap-after-clts");
	HCALL(fpu_taskswitch, 1, 0, 0, 0);
	write_cr0_(read_cr0_() & ~CR0_TS);
	verdict_silent(!ts());
}

/* Paging off, WP off: nobody hears it. */
static void other_cr0_bits(u32 bits)
{
	u32 before = read_cr0_();

	must(attempt(write_cr0_, bits) == NO_TRAP, "exception");
	read_only(victim_data);
	must(attempt(try_write, (u32)victim_data) == VEC_PF, "wp-is-off");
	writable(victim_data);
	verdict_silent(read_cr0_() == before);
}

static void fault_address(u32 val)
{
	write_cr2_(val);
	must(shared->vcpu_info[0].cr2 == val, "not-in-vcpu-info");
	attempt(try_read, 0x00400000);
	verdict_silent(read_cr2_() == 0x00400000);
}

/* The directory in use, and another one with the kernel in it. */
static void base(u32 unused)
{
	u32 home = read_cr3_();

	must(home == mfn_of((void *)start_info->pt_base) << 12, "another-base");
	memcpy(victim_dir, (void *)start_info->pt_base, 1008 * sizeof(u32));
	read_only(victim_dir);
	must(attempt(write_cr3_, mfn_of(victim_dir) << 12) == NO_TRAP, "refused");
	must(read_cr3_() == mfn_of(victim_dir) << 12, "not-changed");
	must(attempt(write_cr3_, mfn_of(victim_data) << 12) == VEC_GP, "data-page-as-base");
	must(attempt(write_cr3_, nonexistent_mfn << 12) == VEC_GP, "no-such-frame");
	write_cr3_(home);
	writable(victim_dir);
	memset(victim_dir, 0, PAGE_SIZE);
	(void)unused;
	verdict_silent(read_cr3_() == home);
}

static void cr4(u32 unused)
{
	(void)unused;
	verdict_silent(!(read_cr4_() & (CR4_PSE | CR4_PGE)));
}

static void debug_register(u32 address)
{
	write_db3(address);
	must(read_db3() == address && HCALL(get_debugreg, 3, 0, 0, 0) == (s32)address, "db3");
	write_db3(0);
	verdict_silent(read_db3() == 0);
}

static u64 msr(u32 nr)
{
	u64 val;

	asm volatile("rdmsr" : "=A"(val) : "c"(nr));
	return val;
}

/* Where sysenter would go in ring 0. */
static void write_msr(u32 nr)
{
	u64 before = msr(nr);

	asm volatile("wrmsr" : : "c"(nr), "a"(0x12345678), "d"(0));
	verdict_silent(msr(nr) == before);
}

static void read_msr(u32 nr)
{
	msr(nr);
}

/* Of a number that no processor has: whatever this one says, we go on. */
static void read_no_msr(u32 nr)
{
	attempt(read_msr, nr);
	verdict_silent(true);
}

static void flush_caches(u32 unused)
{
	(void)unused;
	asm volatile("wbinvd");
	verdict_silent(true);
}

static u32 port_read;

static void in(u32 port)
{
	asm volatile("xorl %%eax, %%eax\n\tinb %%dx, %%al" : "=a"(port_read) : "d"(port));
}

static void out(u32 port)
{
	asm volatile("outb %%al, %%dx" : : "d"(port), "a"(0));
}

static void interrupts_off(u32 unused)
{
	(void)unused;
	asm volatile("cli");
}

static s32 set_iopl(u32 level)
{
	return HCALL(physdev_op, PHYSDEVOP_set_iopl, &level, 0, 0);
}

/* The right is had for the asking, but nobody is there to talk to. */
static void ports_by_level(u32 port)
{
	struct {
		u32 cmd, level;
	} compat = {PHYSDEVOP_set_iopl, 0};

	must(attempt(in, port) == VEC_GP, "without-level");
	must(set_iopl(4) < 0, "level-4");
	must(set_iopl(1) == 0, "level-1");
	must(attempt(in, port) == NO_TRAP && port_read == 0xFF, "in");
	must(attempt(out, port) == NO_TRAP, "out");
	must(attempt(interrupts_off, 0) == NO_TRAP, "cli");
	must(HCALL(physdev_op_compat, &compat, 0, 0, 0) == 0, "level-0");
	verdict_vector(attempt(out, port), VEC_GP);
}

static void ports_by_map(u32 port)
{
	struct physdev_set_iobitmap map = {(u32)victim_data, 0x400};

	memset(victim_data, 0xFF, PAGE_SIZE);
	((u8 *)victim_data)[port / 8] &= ~(1 << port % 8);
	must(HCALL(physdev_op, PHYSDEVOP_set_iobitmap, &map, 0, 0) == 0, "set-map");
	must(attempt(in, port) == NO_TRAP && port_read == 0xFF, "in");
	must(attempt(in, port + 1) == VEC_GP, "next-port");
	must(attempt(in, port + 0x400) == VEC_GP, "beyond-map");
	map.nr_ports = 0;
	must(HCALL(physdev_op, PHYSDEVOP_set_iobitmap, &map, 0, 0) == 0, "no-map");
	memset(victim_data, 0, PAGE_SIZE);
	verdict_vector(attempt(in, port), VEC_GP);
}

static void map_in_hv(u32 address)
{
	struct physdev_set_iobitmap map = {address, 65536};

	HCALL(physdev_op, PHYSDEVOP_set_iobitmap, &map, 0, 0);
	verdict_vector(attempt(in, UART), VEC_GP);
	map.nr_ports = 0;
	HCALL(physdev_op, PHYSDEVOP_set_iobitmap, &map, 0, 0);
}

CASES = {
    {"privileged-ts", 0, 0, task_switched, 0},
    {"privileged-cr0-paging-off", 0, 0, other_cr0_bits, 0x00010011},
    {"privileged-cr0-wp-off", 0, 0, other_cr0_bits, 0x80000011},
    {"privileged-cr0-real-mode", 0, 0, other_cr0_bits, 0},
    {"privileged-cr2", 0, 0, fault_address, 0x12345678},
    {"privileged-cr3", 0, 0, base, 0},
    {"privileged-cr4", 0, 0, cr4, 0},
    {"privileged-dr", 0, 0, debug_register, 0x1000},
    {"privileged-rdmsr-none", 0, 0, read_no_msr, 0xDEAD0000},
    {"privileged-wrmsr-sysenter", 0, 0, write_msr, MSR_SYSENTER_EIP},
    {"privileged-wbinvd", 0, 0, flush_caches, 0},
    {"privileged-port-uart", 0, 0, ports_by_level, UART},
    {"privileged-port-debug-exit", 0, 0, ports_by_level, DEBUG_EXIT},
    {"privileged-port-by-map", 0, 0, ports_by_map, UART},
    {"privileged-port-map-in-hv", 0, 0, map_in_hv, HV_LINEAR},
    {"privileged-port-map-wraps", 0, 0, map_in_hv, 0xFFFFFFF0},
};
