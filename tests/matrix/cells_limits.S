/*
 * cells_limits.S: where a domain is not like the bare machine, and why. The file `limits` lists these
 * cells by name; the test wants them to differ, so that a limit that has gone is noticed. (With
 * sensitive=breakpoint the guest's own breakpoints, in cells_debug.S, are one more.)
 */
#include "cell.h"
	.text

/*
 * The kernel's real ring is 1, and the DPL 0 of its segments really 1. ds, es, fs and gs are loaded
 * without a trap: to catch these loads, each of them would have to be stopped.
 */
CELL("mov_to_seg", 0, rpl1_selectors, mov %ecx,%es)	/* would be #GP */
CELL("pop_seg", 0, rpl1_selectors, push %ecx; pop %ds)
CELL("les", 0, rpl1_selectors, mov %ecx,4(%ebx); les (%ebx),%edi)
CELL("mov_to_seg", 0, stack_rpl1_selectors, mov %ecx,%ss)
CELL("mov_to_seg", 0, fresh_selectors, mov %ecx,%es)	/* would set the accessed bit */
CELL("pop_seg", 0, fresh_selectors, push %ecx; pop %ds)
CELL("les", 0, fresh_selectors, mov %ecx,4(%ebx); les (%ebx),%edi)
/* On each way from the hypervisor to the guest, the CPU makes all null selectors 0. */
CELL("mov_to_seg", 0, null_selectors, mov %ecx,%es)
USER("mov_to_seg", 0, null_selectors, mov %ecx,%ds)
/* It also leaves the upper half of ESP as the hypervisor's, if the stack's pointer has 16 bits. */
CELL("mov_to_seg", 0, 0, mov %esp,%esi; mov $SEL_DATA16,%eax; mov %eax,%ss; mov %esp,%edi;
	mov $SEL_KDATA,%eax; mov %eax,%ss; mov %esi,%esp)

/* Virtual-8086 mode, call gates and tasks are not virtualized. (A task switch has no cell.) */
CELL("iret", 0, 0, push $0; push $0; push $0; push $0; push $0; push $0x7800; push $0x20002; push $0;
	push $PAD; iret)
CELL("call_far", 0, 0, lcall $SEL_CALL_GATE,$0)
CELL("jmp_far", 0, 0, ljmp $SEL_CALL_GATE,$0)
CELL("mov_to_cr4", 0, 0, mov $1,%eax; mov %eax,%cr4)	/* VME */
CELL("mov_to_cr4", 0, 0, mov $2,%eax; mov %eax,%cr4)	/* PVI */

/* The virtual PC has no local APIC. */
CELL("rdmsr", 0, 0, mov $0x1B,%ecx; rdmsr)

/* In ring 3, pushf and popf do not trap. They show IF 1 and IOPL 0, and do not change IF. */
USER_WITH("flags_in_ring3", 0, 2, 0, pushf; pop %eax)
USER_WITH("flags_in_ring3", 0, 0x3202, 0, pushf; pop %eax)
USER_WITH("flags_in_ring3", 0, 0x3202, 0, push $2; popf)

/* A watchpoint is not struck by what the hypervisor carries out. */
CELL("breakpoint", 0, 0, mov %ebx,%dr2; mov $0xD000020,%eax; mov %eax,%dr7; smsw (%ebx); nop)
