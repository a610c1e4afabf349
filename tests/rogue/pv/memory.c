/* memory.c: reaching the hypervisor's memory from ring 1, without asking. */
#include "pv.h"

#define IMAGE	     (HV_LINEAR + HV_IMAGE_PHYS)
#define BEHIND_IMAGE (HV_LINEAR + 0x00C00000) /* frame table, M2P, trace ring, heap */

static void read_at(u32 va)
{
	verdict_trap(attempt(try_read, va));
}

static void write_at(u32 va)
{
	verdict_trap(attempt(try_write, va));
}

static void call_at(u32 va)
{
	verdict_trap(attempt(try_call, va));
}

static void read_gate(u32 offset)
{
	read_at(gate_va() + offset);
}

static void write_gate(u32 offset)
{
	write_at(gate_va() + offset);
}

static void call_gate_code(u32 offset)
{
	call_at(gate_va() + offset);
}

static void write_gdt(u32 selector)
{
	struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) gdtr;

	asm volatile("sgdt %0" : "=m"(gdtr));
	write_at(gdtr.base + selector);
}

/* The first byte past the flat segments: #GP, not #PF, says that it was the limit. */
static void read_past_limit(u32 va)
{
	verdict_vector(attempt(try_read, va), VEC_GP);
}

static void push_at(u32 va)
{
	asm volatile("movl %%esp, %%ecx\n\t"
		     "movl %0, %%esp\n\t"
		     "pushl $0\n\t"
		     "movl %%ecx, %%esp"
		     :
		     : "r"(va)
		     : "ecx", "memory");
}

static void copy_over(u32 va)
{
	u32 n = 4, *from = victim_data, to = va;

	asm volatile("rep movsl" : "+c"(n), "+S"(from), "+D"(to) : : "memory");
}

/* Read-only access is meant to work: what is refused is all else. */
static void write_m2p(u32 va)
{
	u32 before = *(u32 *)va;

	write_at(va);
	must(*(u32 *)va == before, "m2p-changed");
}

static void copy_into(u32 va)
{
	verdict_trap(attempt(copy_over, va));
}

CASES = {
    {"hv-image-read", 0, LIMITS, read_at, IMAGE},
    {"hv-image-write", 0, LIMITS, write_at, IMAGE},
    {"hv-image-execute", 0, LIMITS, call_at, IMAGE + 0x1000},
    {"hv-data-read", 0, LIMITS, read_at, BEHIND_IMAGE},
    {"hv-data-write", 0, LIMITS, write_at, BEHIND_IMAGE},
    {"hv-data-string-copy", 0, LIMITS, copy_into, BEHIND_IMAGE},
    {"hv-window-read", 0, LIMITS, read_at, HV_WINDOW},
    {"hv-window-write", 0, LIMITS, write_at, HV_WINDOW},
    {"hv-low-memory-read", 0, LIMITS, read_at, HV_LINEAR},
    {"limit-is-checked", 0, LIMITS_ALWAYS, read_past_limit, MACH2PHYS_VIRT_END},
    {"gate-code-read", 0, LIMITS_ALWAYS, read_gate, 0},
    {"gate-code-write", 0, LIMITS, write_gate, 0},
    {"gate-code-execute", 0, LIMITS, call_gate_code, VEC_PF * 16},
    {"gate-idt-write", 0, LIMITS, write_gate, 0x1000 + VEC_PF * 8},
    {"gate-tss-write", 0, LIMITS, write_gate, 0x1000 + 2048 + 4},
    {"gate-stack-write", 0, LIMITS_ALWAYS, write_gate, 0x2000},
    {"gate-gdt-write", 0, LIMITS, write_gdt, 0xE008},
    {"m2p-write", 0, 0, write_m2p, MACH2PHYS_VIRT_START},
    {"m2p-past-end-read", 0, 0, read_at, MACH2PHYS_VIRT_END - 4096},
    {"m2p-execute", 0, 0, call_at, MACH2PHYS_VIRT_END - 4096},
};

/* The hypervisor writes frames on the guest's stack: it must not do so wherever ESP points. */
static void stack_at(u32 va)
{
	attempt(push_at, va);
}

/* A stack that can be written, and yet is no place for a frame. */
static void breakpoint_on_stack(u32 va)
{
	asm volatile("movl %0, %%esp\n\tint3" : : "r"(va) : "memory");
}

static void gate_stack(u32 offset)
{
	breakpoint_on_stack(gate_va() + offset);
}

static const struct rogue_case stacks[] __attribute__((section("rogue_cases"), used)) = {
    {"stack-in-hv", 0, FATAL | LIMITS, stack_at, BEHIND_IMAGE + 0x100},
    {"stack-in-gate", 0, FATAL, gate_stack, 0x2800},
    {"stack-in-m2p", 0, FATAL, stack_at, MACH2PHYS_VIRT_START + 0x100},
    {"stack-unmapped", 0, FATAL, stack_at, 0x00400000},
    {"stack-at-zero", 0, FATAL, breakpoint_on_stack, 4},
};
