/* user.c: attacks from ring 3, against the hypervisor and against our own kernel. */
#include "pv.h"

extern u8 user_page[], user_nothing[], user_read[], user_write[], user_call_at[], user_hypercall[],
    user_cli[], user_hlt[], user_in[], user_out[], user_read_cr0[], user_write_cr3[],
    user_write_dr7[], user_rdmsr[], user_load_ds[], user_load_ss[], user_int_8[], user_int_14[],
    user_int_0x20[], user_int_0x21[], user_sysenter[], user_cs_int_0x80[], user_far_call[];

#define IN_HV	 (HV_LINEAR + HV_IMAGE_PHYS)
#define INT_0X80 0x80

struct user {
	const u8 *stub;
	u32 arg;
};

static void go(u32 user)
{
	const struct user *u = (const struct user *)user;

	user_call((u32)u->stub, u->arg);
}

static void open_pages(u32 user_bit)
{
	must(remap(user_page, (PTE_NORMAL & ~PTE_RW) | user_bit) == 0, "user-page");
	must(remap(user_stack, PTE_NORMAL | user_bit) == 0, "user-stack");
}

static u32 in_ring_3(const struct user *u)
{
	u32 vec;

	open_pages(PTE_US);
	vec = attempt(go, (u32)u);
	open_pages(0);
	return vec == INT_0X80 ? NO_TRAP : vec;
}

static void user(u32 arg)
{
	/* First see that ring 3 works at all, or every case would pass. */
	static const struct user nothing = {user_nothing, 0};

	must(in_ring_3(&nothing) == NO_TRAP && (last_trap.cs & 3) == 3, "ring-3-does-not-work");
	verdict_trap(in_ring_3((const struct user *)arg));
	must((last_trap.cs & 3) == 3, "not-from-ring-3");
}

/* Where there is no descriptor, nor even a page of the GDT: the same #GP as for a bad one. */
static void user_no_descriptor(u32 selector)
{
	struct user u = {user_load_ds, selector};

	verdict_vector(in_ring_3(&u), VEC_GP);
	must(last_trap.err == (selector & ~SEL_RPL), "error-code");
}

/* An int n goes on behind itself, also with a prefix: not in its own middle. */
static void user_prefixed_int(u32 len)
{
	static const struct user u = {user_cs_int_0x80, 0};

	verdict_silent(in_ring_3(&u) == NO_TRAP);
	must(last_trap.eip == (u32)u.stub + len, "eip");
}

static void user_gate(u32 stub)
{
	struct user u = {(const u8 *)stub, gate_va()};

	user((u32)&u);
}

/* The kernel's stack for entries from ring 3 lies where no frame may be written. */
static void kernel_stack(u32 esp)
{
	static const struct user cli = {user_cli, 0};

	HCALL(stack_switch, FLAT_RING1_SS, esp, 0, 0);
	in_ring_3(&cli);
}

/* The same with a system call that the CPU takes by itself. */
static void fast_stack(u32 esp)
{
	static const struct user nothing = {user_nothing, 0};
	struct trap_info t[] = {{0x80, 3, FLAT_RING1_CS, (u32)trap_stub_80}, {0}};

	HCALL(set_trap_table, t, 0, 0, 0);
	HCALL(stack_switch, FLAT_RING1_SS, esp, 0, 0);
	in_ring_3(&nothing);
}

/* A fast gate whose code segment the guest has taken away since. */
static void fast_gate_selector(u32 cs)
{
	static const struct user nothing = {user_nothing, 0};
	struct trap_info t[] = {{0x80, 3, cs, (u32)trap_stub_80}, {0}};
	u32 vec = NO_TRAP;

	if (HCALL(set_trap_table, t, 0, 0, 0) == 0)
		vec = in_ring_3(&nothing);
	verdict_trap(vec);
	t[0] = (struct trap_info){0x80, 3 | TI_MASK_EVENTS, FLAT_RING1_CS, (u32)trap_stub_80};
	must(HCALL(set_trap_table, t, 0, 0, 0) == 0, "set-trap-table");
}

#define USER(name, flags, stub, arg)                                                               \
	{                                                                                          \
		name, 0, flags, user, (u32) & (const struct user)                                  \
		{                                                                                  \
			stub, arg                                                                  \
		}                                                                                  \
	}
CASES = {
    USER("user-hv-read", LIMITS, user_read, IN_HV),
    USER("user-hv-write", LIMITS, user_write, IN_HV),
    USER("user-hv-execute", LIMITS, user_call_at, IN_HV),
    USER("user-m2p-read", 0, user_read, MACH2PHYS_VIRT_START),
    USER("user-m2p-write", 0, user_write, MACH2PHYS_VIRT_START),
    {"user-gate-read", 0, 0, user_gate, (u32)user_read},
    {"user-gate-write", 0, 0, user_gate, (u32)user_write},
    {"user-gate-execute", 0, 0, user_gate, (u32)user_call_at},
    USER("user-kernel-read", 0, user_read, (u32)victim_data),
    USER("user-hypercall", 0, user_hypercall, 0),
    USER("user-cli", 0, user_cli, 0),
    USER("user-hlt", 0, user_hlt, 0),
    USER("user-in", 0, user_in, 0),
    USER("user-out", 0, user_out, 0),
    USER("user-read-cr0", 0, user_read_cr0, 0),
    USER("user-write-cr3", 0, user_write_cr3, 0),
    USER("user-write-dr7", 0, user_write_dr7, 0),
    USER("user-rdmsr", 0, user_rdmsr, 0),
    USER("user-ds-ring-0", 0, user_load_ds, 0xE010),
    USER("user-ds-ring-1", 0, user_load_ds, FLAT_RING1_DS),
    {"user-ds-no-gdt", 0, 0, user_no_descriptor, 0x000B},
    {"user-ds-no-gdt-page", 0, 0, user_no_descriptor, 0x1003},
    {"user-ds-last-gdt-page", 0, 0, user_no_descriptor, 0xDFFB},
    {"user-ds-no-ldt", 0, 0, user_no_descriptor, 0x0007},
    USER("user-ss-ring-1", 0, user_load_ss, FLAT_RING1_SS),
    USER("user-int-8", 0, user_int_8, 0),
    USER("user-int-14", 0, user_int_14, 0),
    USER("user-int-0x20", 0, user_int_0x20, 0),
    USER("user-int-0x21", 0, user_int_0x21, 0),
    USER("user-sysenter", 0, user_sysenter, 0),
    {"user-prefixed-int", 0, 0, user_prefixed_int, 3},
    USER("user-far-call-ring-0", 0, user_far_call, 0xE008),
    USER("user-far-call-ring-1", 0, user_far_call, FLAT_RING1_CS),
    {"user-fast-gate-no-segment", 0, 0, fast_gate_selector, 0x0009},
    {"user-kernel-stack-in-hv", 0, FATAL, kernel_stack, IN_HV},
    {"user-kernel-stack-in-m2p", 0, FATAL, kernel_stack, MACH2PHYS_VIRT_START + 0x100},
    {"user-kernel-stack-unmapped", 0, FATAL, kernel_stack, 0x00400000},
    {"user-fast-stack-in-hv", 0, FATAL | LIMITS, fast_stack, IN_HV},
    {"user-fast-stack-unmapped", 0, FATAL, fast_stack, 0x00400000},
};
