/* traps.c (pv): telling the hypervisor where exceptions, events and system calls enter. */
#include "hypercall.h"
#include "lib/lib.h"

#define NR_EXCEPTIONS 20
#define VEC_NMI	      2 /* not for a trap table */

/* trap.S */
extern const u32 trap_entries[NR_EXCEPTIONS];
void trap_syscall(void);
void trap_page_fault_xen3(void);
void trap_page_fault_probe(void);
void event_upcall(void);
void failsafe(void);
/** Fault once. @return 1 if the fault address came on the stack, 0 if not */
u32 probe_page_fault(void);

static struct trap_info table[NR_EXCEPTIONS + 2];

static struct trap_info entry(u32 vec, u32 flags, u32 address)
{
	return (struct trap_info){(u8)vec, (u8)flags, KERNEL_CS, address};
}

static void set_table(const struct trap_info *t)
{
	s32 err = hypercall(__HYPERVISOR_set_trap_table, (u32)t, 0, 0, 0);

	if (err)
		panic("the hypervisor refused set_trap_table: error %d", err);
}

/*
 * Where is the address of a page fault? In 2003 the hypervisor pushed it onto the stack, an
 * extension that we ask for; Xen 3 does not know the flag and leaves it in shared_info instead.
 * One fault on purpose shows which of the two this is.
 */
static bool address_on_stack(void)
{
	struct trap_info probe[2] = {
	    entry(TRAP_PAGE_FAULT, TI_MASK_EVENTS | TI_CR2_ON_STACK, (u32)trap_page_fault_probe)};

	set_table(probe);
	return probe_page_fault();
}

void traps_init(void)
{
	struct trap_info *t = table;
	bool on_stack = address_on_stack();

	for (u32 vec = 0; vec < NR_EXCEPTIONS; vec++) {
		u32 dpl = vec == 3 || vec == 4 ? 3 : 0;

		if (vec == VEC_NMI || !trap_entries[vec])
			continue;
		*t = entry(vec, dpl | TI_MASK_EVENTS, trap_entries[vec]);
		if (vec == TRAP_PAGE_FAULT && on_stack)
			t->flags |= TI_CR2_ON_STACK;
		else if (vec == TRAP_PAGE_FAULT)
			t->address = (u32)trap_page_fault_xen3;
		t++;
	}
	/*
	 * Without TI_MASK_EVENTS the processor can enter this one by itself, straight from ring 3:
	 * a fast handler. It masks events with its first instruction.
	 */
	*t = entry(TRAP_SYSCALL, 3, (u32)trap_syscall);
	set_table(table);
	if (hypercall(__HYPERVISOR_set_callbacks, KERNEL_CS, (u32)event_upcall, KERNEL_CS,
		      (u32)failsafe))
		panic("the hypervisor refused set_callbacks");
	/* Applications have no floating point: keep CR0.TS set, so that trying traps. */
	hypercall(__HYPERVISOR_fpu_taskswitch, 1, 0, 0, 0);
}

void set_kernel_stack(u32 top)
{
	hypercall(__HYPERVISOR_stack_switch, KERNEL_SS, top, 0, 0);
}
