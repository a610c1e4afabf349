/* user.c: attacks from ring 3 of a guest in shadow mode, whose kernel lets it do nothing. */
#include "native/native.h"

extern u8 user_read[], user_write[], user_call_at[], user_hypercall[], user_cli[], user_hlt[],
    user_in[], user_out[], user_read_cr0[], user_write_cr3[], user_write_dr7[], user_rdmsr[],
    user_lgdt[], user_load_ds[], user_load_ss[], user_int_8[], user_int_14[], user_int_0x20[],
    user_sysenter[], user_cs_int_0x80[], user_far_call[];

#define INT_0X80 0x80

static void go(u32 user)
{
	const struct user *u = (const struct user *)user;

	user_call((u32)u->stub, u->arg);
}

static void open_page(const void *page, u32 user_bit)
{
	tables[0][(u32)page / PAGE_SIZE] = (u32)page | PTE_NORMAL | user_bit;
	invlpg((u32)page);
}

u32 in_ring_3(const struct user *u)
{
	u32 vec;

	open_page(user_page, PTE_US);
	open_page(user_stack, PTE_US);
	vec = attempt(go, (u32)u);
	open_page(user_page, 0);
	open_page(user_stack, 0);
	return vec == INT_0X80 ? NO_TRAP : vec;
}

u32 gate_va(void)
{
	/* sgdt (%eax); int $0x80: in a page of data, where no trap was patched over it. */
	static const u8 code[] = {0x0F, 0x01, 0x00, 0xCD, INT_0X80};
	struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) *gdtr = (void *)user_stack;
	static struct user u;

	memcpy(user_stack + 64, code, sizeof(code));
	u = (struct user){user_stack + 64, (u32)user_stack};
	if (in_ring_3(&u) != NO_TRAP)
		print("# sgdt does not work in ring 3\n");
	return gdtr->base - GATE_GDT * PAGE_SIZE;
}

static void user(u32 arg)
{
	verdict_trap(in_ring_3((const struct user *)arg));
	must((last_trap.cs & 3) == 3, "not-from-ring-3");
}

/* An int n goes on behind itself, also with a prefix: not in its own middle. */
static void user_prefixed_int(u32 len)
{
	static const struct user u = {user_cs_int_0x80, 0};

	verdict_silent(in_ring_3(&u) == NO_TRAP);
	must(last_trap.eip == (u32)u.stub + len, "eip");
}

/* The same in a code segment that does not begin at 0. */
static void user_based_int(u32 unused)
{
	/* lcall to the next instruction by its place in that segment; int $0x80 */
	static const u8 code[] = {0x9A, 7, 0, 0, 0, SPARE_SEL | 3, 0, 0xCD, INT_0X80};
	u32 base = (u32)user_stack + 64;
	struct user u = {user_stack + 64, 0};

	(void)unused;
	memcpy(user_stack + 64, code, sizeof(code));
	gdt[SPARE_SEL / 8] = (struct desc){base << 16 | (sizeof(code) - 1),
					   (base & 0xFF000000) | (base >> 16 & 0xFF) | DESC_P |
					       DESC_DPL | DESC_S | DESC_CODE | DESC_RW | DESC_DB};
	verdict_silent(in_ring_3(&u) == NO_TRAP);
	must((last_trap.cs | 3) == (SPARE_SEL | 3) && last_trap.eip == sizeof(code), "eip");
	gdt[SPARE_SEL / 8] = (struct desc){0, 0};
}

static void user_gate(u32 stub)
{
	static struct user u;

	u = (struct user){(const u8 *)stub, gate_va()};
	verdict_vector(in_ring_3(&u), VEC_PF);
	must(last_trap.cr2 == u.arg, "cr2");
}

/* A gate of the guest's own leads into its kernel, which is not ring 0. */
static void call_gate_target(void)
{
	asm volatile("cli\n\t"
		     "movl %0, %%eax\n\t"
		     "movl (%%eax), %%eax\n\t" /* a fault, unless it is ring 0 after all */
		     "int $0x80"
		     :
		     : "i"(IN_HV));
}

static void call_gate(u32 selector)
{
	static const struct user far_call = {user_far_call, SPARE_SEL | 3};
	u32 target = (u32)call_gate_target;

	gdt[SPARE_SEL / 8] =
	    (struct desc){selector << 16 | (target & 0xFFFF),
			  (target & 0xFFFF0000) | DESC_P | DESC_DPL | DESC_CALL_GATE << 8};
	load_gdt(gdt, 8 * 8 - 1);
	verdict_trap(in_ring_3(&far_call));
	gdt[SPARE_SEL / 8] = (struct desc){0, 0};
	load_gdt(gdt, 8 * 8 - 1);
}

/* The stack for entries from ring 3 lies where there is none: that is a triple fault. */
static void kernel_stack(u32 esp)
{
	static const struct user cli = {user_cli, 0};

	tss.esp0 = esp;
	in_ring_3(&cli);
}

static void kernel_stack_in_gate(u32 offset)
{
	kernel_stack(gate_va() + offset);
}

static void kernel_stack_selector(u32 ss)
{
	static const struct user cli = {user_cli, 0};

	tss.ss0 = ss;
	in_ring_3(&cli);
}

#define USER(name, stub, arg)                                                                      \
	{                                                                                          \
		name, 0, 0, user, (u32) & (const struct user)                                      \
		{                                                                                  \
			stub, arg                                                                  \
		}                                                                                  \
	}
CASES = {
    USER("user-hv-read", user_read, IN_HV),
    USER("user-hv-write", user_write, IN_HV),
    USER("user-hv-execute", user_call_at, IN_HV),
    {"user-gate-read", 0, 0, user_gate, (u32)user_read},
    {"user-gate-write", 0, 0, user_gate, (u32)user_write},
    {"user-gate-execute", 0, 0, user_gate, (u32)user_call_at},
    USER("user-kernel-read", user_read, (u32)page_a),
    USER("user-hypercall", user_hypercall, 0),
    USER("user-cli", user_cli, 0),
    USER("user-hlt", user_hlt, 0),
    USER("user-in", user_in, 0),
    USER("user-out-exit", user_out, 0),
    USER("user-read-cr0", user_read_cr0, 0),
    USER("user-write-cr3", user_write_cr3, 0),
    USER("user-write-dr7", user_write_dr7, 0),
    USER("user-rdmsr", user_rdmsr, 0),
    USER("user-lgdt", user_lgdt, (u32)user_stack),
    USER("user-ds-kernel", user_load_ds, KERNEL_DS),
    USER("user-ds-hv", user_load_ds, GATE_SHADOW_RESERVED + GATE_SEL_DS),
    USER("user-ss-ring-1", user_load_ss, GATE_SHADOW_RESERVED + GATE_SEL_RING1_DS + 1),
    USER("user-int-8", user_int_8, 0),
    USER("user-int-14", user_int_14, 0),
    USER("user-int-0x20", user_int_0x20, 0),
    USER("user-sysenter", user_sysenter, 0),
    {"user-prefixed-int", 0, 0, user_prefixed_int, 3},
    {"user-based-int", 0, 0, user_based_int, 0},
    USER("user-far-call-kernel", user_far_call, KERNEL_CS),
    USER("user-far-call-hv", user_far_call, GATE_SHADOW_RESERVED + GATE_SEL_CS),
    {"user-call-gate-kernel", 0, 0, call_gate, KERNEL_CS},
    {"user-call-gate-hv", 0, 0, call_gate, GATE_SHADOW_RESERVED + GATE_SEL_CS},
    {"user-call-gate-null", 0, 0, call_gate, 0},
    {"kernel-stack-in-hv", 0, FATAL, kernel_stack, IN_HV},
    {"kernel-stack-in-gate", 0, FATAL, kernel_stack_in_gate, 0x2800},
    {"kernel-stack-unmapped", 0, FATAL, kernel_stack, UNMAPPED},
    {"kernel-stack-hv-selector", 0, FATAL, kernel_stack_selector,
     GATE_SHADOW_RESERVED + GATE_SEL_DS},
    {"kernel-stack-null-selector", 0, FATAL, kernel_stack_selector, 0},
};
