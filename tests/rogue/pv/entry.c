/* entry.c: making the hypervisor enter the guest, or return to it, where it must not be. */
#include "pv.h"

#define HV_CS	     0xE008u
#define HV_DS	     0xE010u
#define IN_HV	     (HV_LINEAR + HV_IMAGE_PHYS)
#define CODE	     ((u32)trap_stubs)
#define SPARE_VECTOR 0x60

static void set_trap(u8 vector, u16 cs, u32 address)
{
	struct trap_info t[] = {{vector, 3, cs, address}, {0}};

	verdict_errno(HCALL(set_trap_table, t, 0, 0, 0));
}

static void trap_selector(u32 cs)
{
	set_trap(SPARE_VECTOR, cs, CODE);
	set_trap(0x80, cs, CODE); /* the one that becomes a gate of the CPU */
}

static void trap_address(u32 address)
{
	set_trap(SPARE_VECTOR, FLAT_RING1_CS, address);
	set_trap(0x80, FLAT_RING1_CS, address);
}

static void trap_table_at(u32 va)
{
	verdict_errno(HCALL(set_trap_table, va, 0, 0, 0));
}

/* The whole space of vectors, over and over, with no end: it must come to one. */
static void trap_table_endless(u32 unused)
{
	u32 *last = (u32 *)((start_info->pt_base & ~0x3FFFFFu) + 0x400000);

	(void)unused;
	for (u32 i = 0; i < 200; i++) {
		*--last = CODE;
		*--last = (u32)FLAT_RING1_CS << 16 | SPARE_VECTOR;
	}
	verdict_errno(HCALL(set_trap_table, last, 0, 0, 0));
}

/*
 * A system call may be a gate straight into ring 1; a page fault may not, since its address would
 * get lost. If it was one, the hypervisor could not have told us this address.
 */
static void fast_page_fault(u32 va)
{
	struct trap_info t[] = {{VEC_PF, 3, FLAT_RING1_CS, CODE + VEC_PF * 16}, {0}};

	must(HCALL(set_trap_table, t, 0, 0, 0) == 0, "set-trap-table");
	shared->vcpu_info[0].cr2 = 0;
	must(attempt(try_read, va) == VEC_PF, "no-fault");
	verdict_silent(last_trap.cr2 == va);
	t[0].flags = 0;
	must(HCALL(set_trap_table, t, 0, 0, 0) == 0, "set-trap-table");
}

static void stack_selector(u32 ss)
{
	verdict_errno(HCALL(stack_switch, ss, trap_stack_top, 0, 0));
}

static void callback_selector(u32 cs)
{
	struct {
		u16 type, flags;
		u32 cs, eip;
	} callback = {CALLBACKTYPE_event, 0, cs, CODE};

	verdict_errno(HCALL(set_callbacks, cs, CODE, FLAT_RING1_CS, CODE));
	verdict_errno(HCALL(set_callbacks, FLAT_RING1_CS, CODE, cs, CODE));
	verdict_errno(HCALL(callback_op, CALLBACKOP_register, &callback, 0, 0));
}

static void callback_address(u32 eip)
{
	struct {
		u16 type, flags;
		u32 cs, eip;
	} callback = {CALLBACKTYPE_failsafe, 0, FLAT_RING1_CS, eip};

	verdict_errno(HCALL(set_callbacks, FLAT_RING1_CS, eip, FLAT_RING1_CS, CODE));
	verdict_errno(HCALL(set_callbacks, FLAT_RING1_CS, CODE, FLAT_RING1_CS, eip));
	verdict_errno(HCALL(callback_op, CALLBACKOP_register, &callback, 0, 0));
}

static void callback_op(u32 cmd)
{
	verdict_errno(HCALL(callback_op, cmd, IN_HV, 0, 0));
}

/* The iret hypercall, by a frame of our making. With luck it comes back here. */
static u32 iret_to(u32 cs, u32 flags)
{
	u32 after;

	asm volatile("pushfl\n\t"
		     "orl %2, (%%esp)\n\t"
		     "pushl %1\n\t"
		     "pushl $1f\n\t"
		     "pushl $0\n\t"
		     "movl %3, %%eax\n\t"
		     "int $0x82\n"
		     "1:\tpushfl\n\t"
		     "popl %0"
		     : "=&r"(after)
		     : "r"(cs), "r"(flags), "i"(__HYPERVISOR_iret)
		     : "eax", "memory");
	return after;
}

static void iret_flag(u32 flag)
{
	u32 after = iret_to(FLAT_RING1_CS, flag);

	shared->vcpu_info[0].evtchn_upcall_mask = 1;
	/* IF is always set in truth; the others must not have got in. */
	verdict_silent((after & flag & ~EFL_IF) == 0 && (after & EFL_IF));
}

static void iret_selector(u32 cs)
{
	iret_to(cs, 0);
}

/* The hypervisor finds out only when the CPU refuses to go there, and tells us. */
static void iret_to_failsafe(u32 cs)
{
	verdict_trap(attempt(iret_selector, cs));
	shared->vcpu_info[0].evtchn_upcall_mask = 1;
}

/* As often as it likes: each time the guest has run in between, if only to make hypercalls. */
static void iret_to_failsafe_often(u32 cs)
{
	u32 told = 0;

	for (u32 i = 0; i < 100; i++)
		told += attempt(iret_selector, cs) != NO_TRAP; /* Bochs: once #GP, then failsafe */
	shared->vcpu_info[0].evtchn_upcall_mask = 1;
	verdict_silent(told == 100);
}

static void iret_stack(u32 esp)
{
	asm volatile("movl %0, %%esp\n\tint $0x82" : : "r"(esp), "a"(__HYPERVISOR_iret) : "memory");
}

/* A handler that the CPU cannot enter; and the way out for such cases, which it cannot either. */
static void failsafe_loop(u32 cs)
{
	struct trap_info t[] = {{VEC_UD, 0, cs, CODE}, {0}};

	HCALL(set_callbacks, cs, CODE, cs, CODE);
	HCALL(set_trap_table, t, 0, 0, 0);
	asm volatile("ud2");
}

/* The same, on a stack without end: one page, many times. */
static void failsafe_deep(u32 slots)
{
	for (u32 i = 0; i < 1024; i++)
		victim_table[i] = mfn_of(victim_data) * PAGE_SIZE | PTE_NORMAL;
	read_only(victim_table);
	for (u32 slot = 768 - slots; slot < 768; slot++)
		mmu_update(pde_maddr(slot), mfn_of(victim_table) * PAGE_SIZE | PDE_NORMAL);
	asm volatile("movl %0, %%esp\n\tpushl $0x0009\n\tcall *%1"
		     :
		     : "r"(768u << 22), "r"(failsafe_loop)
		     : "memory");
}

static void no_handler(u32 unused)
{
	(void)unused;
	HCALL(set_trap_table, 0, 0, 0, 0);
	asm volatile("ud2");
}

/* Its first instruction faults, and so on, down the stack. */
static void handler_unmapped(u32 eip)
{
	struct trap_info t[] = {{VEC_PF, 0, FLAT_RING1_CS, eip}, {0}};

	HCALL(set_trap_table, t, 0, 0, 0);
	try_read(eip);
}

CASES = {
    {"trap-selector-ring-0", 0, 0, trap_selector, HV_CS},
    {"trap-selector-ring-0-rpl-1", 0, 0, trap_selector, HV_CS | 1},
    {"trap-selector-rpl-0", 0, 0, trap_selector, FLAT_RING1_CS & ~3u},
    {"trap-selector-rpl-3", 0, 0, trap_selector, FLAT_RING3_CS},
    {"trap-selector-null", 0, 0, trap_selector, 0},
    {"trap-handler-in-hv", 0, 0, trap_address, IN_HV},
    {"trap-handler-in-m2p", 0, 0, trap_address, MACH2PHYS_VIRT_START},
    {"trap-handler-last-byte", 0, 0, trap_address, 0xFFFFFFFF},
    {"trap-table-in-hv", 0, 0, trap_table_at, IN_HV},
    {"trap-table-unmapped", 0, 0, trap_table_at, 0x00400000},
    {"trap-table-wraps", 0, 0, trap_table_at, 0xFFFFFFFC},
    {"trap-table-endless", 0, 0, trap_table_endless, 0},
    {"trap-fast-page-fault", 0, 0, fast_page_fault, 0x00400000},
    {"stack-switch-ring-0", 0, 0, stack_selector, HV_DS},
    {"stack-switch-ring-0-rpl-1", 0, 0, stack_selector, HV_DS | 1},
    {"stack-switch-rpl-0", 0, 0, stack_selector, FLAT_RING1_SS & ~3u},
    {"stack-switch-ring-3", 0, 0, stack_selector, FLAT_RING3_SS},
    {"stack-switch-32-bits", 0, 0, stack_selector, 0x10000u | FLAT_RING1_SS},
    {"callback-ring-0", 0, 0, callback_selector, HV_CS},
    {"callback-ring-0-rpl-1", 0, 0, callback_selector, HV_CS | 1},
    {"callback-ring-3", 0, 0, callback_selector, FLAT_RING3_CS},
    {"callback-in-hv", 0, 0, callback_address, IN_HV},
    {"callback-in-m2p", 0, 0, callback_address, MACH2PHYS_VIRT_START},
    {"callback-op-from-hv", 0, 0, callback_op, CALLBACKOP_register},
    {"callback-op-unknown", 0, 0, callback_op, 77},
    {"iret-call-vm", 136, 0, iret_flag, EFL_VM},
    {"iret-call-iopl", 0, 0, iret_flag, EFL_IOPL},
    {"iret-call-nt", 0, 0, iret_flag, EFL_NT},
    {"iret-call-if", 0, 0, iret_flag, EFL_IF},
    {"iret-call-ring-0", 0, FATAL, iret_selector, HV_CS},
    {"iret-call-null", 0, FATAL, iret_selector, 0},
    {"iret-call-ring-0-rpl-1", 0, 0, iret_to_failsafe, HV_CS | 1},
    {"iret-call-not-present", 0, 0, iret_to_failsafe, 0x0009},
    {"iret-call-not-present-100-times", 0, 0, iret_to_failsafe_often, 0x0009},
    {"iret-call-stack-in-hv", 0, FATAL, iret_stack, IN_HV},
    {"iret-call-stack-unmapped", 0, FATAL, iret_stack, 0x00400000},
    {"iret-call-stack-wraps", 0, FATAL, iret_stack, 0xFFFFFFFC},
    {"failsafe-not-enterable", 0, FATAL, failsafe_loop, 0x0009},
    {"failsafe-in-ldt", 0, FATAL, failsafe_loop, 0x000D},
    {"failsafe-deep-stack", 0, FATAL, failsafe_deep, 256},
    {"no-handler", 0, FATAL, no_handler, 0},
    {"handler-unmapped", 0, FATAL, handler_unmapped, 0x00400000},
};
