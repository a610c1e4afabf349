/* cpu.c: the processor's own tables and registers, filled with what ought to lead to ring 0. */
#include "native/native.h"

#define HV_CS  (GATE_SHADOW_RESERVED + GATE_SEL_CS)
#define HV_DS  (GATE_SHADOW_RESERVED + GATE_SEL_DS)
#define HV_TSS (GATE_SHADOW_RESERVED + GATE_SEL_TSS)

static void ds(u32 sel)
{
	asm volatile("movl %0, %%ds" : : "r"(sel));
}

static void fs(u32 sel)
{
	asm volatile("movl %0, %%fs" : : "r"(sel));
}

static void ss(u32 sel)
{
	asm volatile("movl %0, %%ss" : : "r"(sel));
}

static void far_jump(u32 sel)
{
	asm volatile("pushl %0\n\tpushl $1f\n\tljmp *(%%esp)\n1:\taddl $8, %%esp" : : "r"(sel));
}

static void far_return(u32 sel)
{
	asm volatile("pushl %0\n\tpushl $1f\n\tlret\n1:" : : "r"(sel));
}

static void interrupt_return(u32 sel)
{
	asm volatile("pushl $2\n\tpushl %0\n\tpushl $1f\n\tiret\n1:" : : "r"(sel));
}

static void ltr(u32 sel)
{
	asm volatile("ltr %w0" : : "r"(sel));
}

static void lldt(u32 sel)
{
	asm volatile("lldt %w0" : : "r"(sel));
}

struct with {
	void (*insn)(u32);
	u32 arg;
};

/* With our small table, such a selector is beyond its end. */
static void refused(u32 with)
{
	const struct with *w = (const struct with *)with;

	verdict_trap(attempt(w->insn, w->arg));
}

/*
 * With a table as large as the hypervisor's, the selector names an entry of ours. It can work like
 * any other (then it is our segment that is used), but it cannot name the hypervisor's.
 */
static void not_the_hypervisors(u32 with)
{
	const struct with *w = (const struct with *)with;

	gdt[HV_CS / 8] = gdt[KERNEL_CS / 8];
	gdt[HV_DS / 8] = gdt[KERNEL_DS / 8];
	gdt[HV_TSS / 8] = gdt[TSS_SEL / 8];
	load_gdt(gdt, sizeof(gdt) - 1);
	attempt(w->insn, w->arg);
	/* In ring 0, this would not be a fault that we get to see. */
	verdict_vector(attempt(try_read, IN_HV), VEC_PF);
	load_gdt(gdt, 8 * 8 - 1);
	load_segments();
	gdt[HV_CS / 8] = gdt[HV_DS / 8] = gdt[HV_TSS / 8] = (struct desc){0, 0};
}

static void cr0(u32 val)
{
	write_cr0(val);
}

static void cr4(u32 val)
{
	write_cr4(val);
}

static void clear_dr(u32 val)
{
	asm volatile("movl %0, %%db7\n\tmovl %0, %%db0" : : "r"(val));
}

static void dr_gate(u32 dr7)
{
	u32 stub = gate_va() + VEC_PF * 16;

	asm volatile("movl %0, %%db0" : : "r"(stub));
	asm volatile("movl %0, %%db7" : : "r"(dr7));
	/* A fault goes through that stub, with ring 0's eyes. */
	verdict_vector(attempt(try_read, UNMAPPED), VEC_PF);
	/* General detect forbids this once, and then no more. */
	attempt(clear_dr, 0);
	must(attempt(clear_dr, 0) == NO_TRAP, "debug-registers-stay");
}

static void wrmsr(u32 msr)
{
	asm volatile("wrmsr" : : "c"(msr), "a"(HV_CS), "d"(0));
}

static void rdmsr(u32 msr)
{
	u32 lo, hi;

	asm volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
}

static void sysenter(u32 unused)
{
	(void)unused;
	asm volatile("sysenter" : : : "memory");
}

/* The CPU's fast system call, aimed at ring 0. */
static void sysenter_to_ring_0(u32 unused)
{
	attempt(wrmsr, 0x174);
	verdict_trap(attempt(sysenter, unused));
}

static void int_0x82(u32 unused)
{
	(void)unused;
	asm volatile("int $0x82" : : "a"(1), "b"(0), "c"(0), "d"(0) : "memory");
}

static void port_read(u32 port)
{
	inb(port);
}

/* Every port there is, but for what ends the machine or speaks to the console. */
static void all_ports(u32 unused)
{
	(void)unused;
	for (u32 port = 0; port < 0x10000; port += port < 0x500 ? 1 : 61)
		must(attempt(port_read, port) == NO_TRAP, "fault");
	verdict_silent(true);
}

static void ins(u32 va)
{
	u32 count = 0xFFFFFFFF;

	asm volatile("rep insb" : "+c"(count), "+D"(va) : "d"(0x80) : "memory");
}

static void outs(u32 va)
{
	u32 count = 0xFFFFFFFF;

	asm volatile("rep outsl" : "+c"(count), "+S"(va) : "d"(0x80) : "memory");
}

/* Code that the hypervisor did not see when it patched the code. */
static void run_bytes(u32 with)
{
	const u8 *code = (const u8 *)with;

	memcpy(page_a, code, 16);
	if (attempt(try_call, (u32)page_a) != NO_TRAP)
		verdict_trap(last_trap.vec);
	else
		verdict_silent(true);
}

#define BYTES(...) ((u32)(const u8[16]){__VA_ARGS__})
#define WITH(name, how, insn, arg)                                                                 \
	{                                                                                          \
		name, 0, 0, how, (u32) & (const struct with)                                       \
		{                                                                                  \
			insn, arg                                                                  \
		}                                                                                  \
	}
#define LARGE(name, insn, arg)                                                                     \
	{                                                                                          \
		name, 0, MAY_END, not_the_hypervisors, (u32) & (const struct with)                 \
		{                                                                                  \
			insn, arg                                                                  \
		}                                                                                  \
	}

void make_ldt(void)
{
	static struct desc ldt[2] PAGE_ALIGNED;

	ldt[1] = gdt[KERNEL_DS / 8];
	gdt[SPARE_SEL / 8].lo = (u32)ldt << 16 | (sizeof(ldt) - 1);
	gdt[SPARE_SEL / 8].hi =
	    ((u32)ldt & 0xFF000000) | ((u32)ldt >> 16 & 0xFF) | DESC_P | DESC_LDT << 8;
}

/* A segment that is loaded stays, whatever becomes of its table; and so does the way back to us. */
static void lldt_while_loaded(u32 unused)
{
	(void)unused;
	make_ldt();
	asm volatile("lldt %w0\n\t"
		     "movl %1, %%fs\n\t"
		     "lldt %w2\n\t"
		     "cpuid\n\t" /* traps */
		     "movl %%fs:0, %%eax\n\t"
		     "movl %2, %%fs"
		     :
		     : "r"(SPARE_SEL), "r"(0xC), "S"(0)
		     : "eax", "ebx", "ecx", "edx", "memory");
}

static void silent(u32 run)
{
	verdict_silent(attempt((void (*)(u32))run, 0) == NO_TRAP);
}

CASES = {
    WITH("selector-ds-hv", refused, ds, HV_DS),
    WITH("selector-fs-hv", refused, fs, HV_DS),
    WITH("selector-ss-hv", refused, ss, HV_DS),
    WITH("selector-ds-hv-code", refused, ds, HV_CS),
    WITH("selector-ds-beyond", refused, ds, 0xFFF8),
    WITH("far-jump-hv", refused, far_jump, HV_CS),
    WITH("far-return-hv", refused, far_return, HV_CS),
    WITH("iret-hv", refused, interrupt_return, HV_CS),
    WITH("far-jump-null", refused, far_jump, 0),
    WITH("ltr-hv", refused, ltr, HV_TSS),
    WITH("ltr-code", refused, ltr, KERNEL_CS),
    WITH("ltr-null", refused, ltr, 0),
    WITH("ltr-beyond", refused, ltr, 0xFFF8),
    WITH("lldt-code", refused, lldt, KERNEL_CS),
    WITH("lldt-hv", refused, lldt, HV_DS),
    {"lldt-while-loaded", 0, 0, silent, (u32)lldt_while_loaded},
    LARGE("large-gdt-ds-hv", ds, HV_DS),
    LARGE("large-gdt-ss-hv", ss, HV_DS),
    LARGE("large-gdt-far-jump-hv", far_jump, HV_CS),
    LARGE("large-gdt-iret-hv", interrupt_return, HV_CS),
    LARGE("large-gdt-ltr-hv", ltr, HV_TSS),
    WITH("cr4-reserved", refused, cr4, 0xFFFFFFFF),
    WITH("cr4-vmx", refused, cr4, 0x2000),
    WITH("cr0-paging-without-protection", refused, cr0, 0x80000000),
    WITH("cr0-nw-without-cd", refused, cr0, 0xA0000011),
    WITH("wrmsr-sysenter", refused, wrmsr, 0x174),
    WITH("wrmsr-nowhere", refused, wrmsr, 0xFFFFFFFF),
    WITH("rdmsr-nowhere", refused, rdmsr, 0xFFFFFFFF),
    {"sysenter-ring-0", 0, 0, sysenter_to_ring_0, 0},
    WITH("int-0x82", refused, int_0x82, 0),
    {"debug-gate-execute", 0, 0, dr_gate, 0x403},
    {"debug-gate-general-detect", 0, 0, dr_gate, 0x2403},
    {"ports-all", 0, 0, all_ports, 0},
    WITH("ins-endless-into-hv", refused, ins, IN_HV),
    WITH("ins-endless-unmapped", refused, ins, UNMAPPED - 64),
    WITH("outs-endless-from-hv", refused, outs, IN_HV),
    WITH("outs-endless-unmapped", refused, outs, UNMAPPED - 64),
    /* mov %cr3 to and fro; mov $0xE008, %ds; a jump into what is no instruction; hlt's
     * neighbours; lock on what cannot be locked; 15 prefixes. */
    {"unseen-mov-cr3", 0, 0, run_bytes, BYTES(0x0F, 0x20, 0xD8, 0x0F, 0x22, 0xD8, 0xC3)},
    {"unseen-undefined", 0, 0, run_bytes, BYTES(0x0F, 0x0B, 0xC3)},
    {"unseen-lock", 0, 0, run_bytes, BYTES(0xF0, 0x90, 0xC3)},
    {"unseen-prefixes", 0, 0, run_bytes,
     BYTES(0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
	   0xFA)},
    {"unseen-sysexit", 0, 0, run_bytes, BYTES(0x0F, 0x35, 0xC3)},
    {"unseen-icebp", 0, 0, run_bytes, BYTES(0xF1, 0xC3)},
    /* mov $HV_DS, %eax; mov %eax, %ds; ret: the hypervisor's selector with RPL 0. */
    {"unseen-ds-hv", 0, 0, run_bytes,
     BYTES(0xB8, HV_DS & 0xFF, HV_DS >> 8, 0, 0, 0x8E, 0xD8, 0xC3)},
};
