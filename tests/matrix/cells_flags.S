/* cells_flags.S: EFLAGS, interrupts, waiting for one. */
#include "cell.h"
	.text

CELL("pushf", 0, 0, pushf)
CELL("pushf", 0, 0, pushfw)
CELL("pushf", 0, 0, sti; pushf; cli; pushf)
CELL("pushf", 0, 0, sti; pushfw; cli; pushfw)
CELL("pushf", 0, flag_values, push %ecx; popf; pushf; pop %eax; push $2; popf)
CELL("pushf", 0, 0, push $0x10002; push %cs; push $1f; iret; 1: pushf /* RF and VM are pushed as 0 */)

CELL("popf", 0, flag_values, push %ecx; popf)
CELL("popf", 0, flag_values, pushw %cx; popfw)
CELL("popf", 0, 0, push $0x247ED7; popf; pushw $0; popfw /* leaves AC and ID */)
CELL("popf", 0, 0, push $0x3202; popf; push $2; popf)
CELL("popf", 0, 0, push $0x1B0002; popf /* RF, VM, VIF, VIP: not by popf */)
CELL("popf", 0, 0, mov $PAGE_NONE,%esp; popf)
CELL("popf", 0, 0, mov $PAGE_NONE,%esp; popfw)

CELL("cli", 0, 0, cli)
CELL("cli", 0, 0, sti; nop; cli)
CELL("cli", 0, 0, call pending; sti; cli; nop /* nothing gets in between */)
CELL("sti", 0, 0, sti)
CELL("sti", 0, 0, sti; sti; sti)
/* One instruction runs before what is pending comes; after a second sti, none. */
CELL("sti", 0, 0, call pending; sti; nop; nop)
CELL("sti", 0, 0, call pending; sti; mov %cr0,%esi; mov %cr0,%edi)
CELL("sti", 0, 0, call pending; sti; pushf; pop %ecx)
CELL("sti", 0, 0, call pending; sti; push %cs; nop)
CELL("sti", 0, 0, call pending; sti; jmp 1f; nop; 1: nop)
CELL("sti", 0, 0, call pending; sti; int3; nop /* the handler begins first */)
CELL("sti", 0, 0, call pending; sti; mov PAGE_NONE,%eax)
CELL("sti", 0, 0, call pending; push $0x202; push %cs; push $1f; sti; iret; nop; 1: nop)
/* popf and iret hold nothing off. */
CELL("popf", 0, 0, call pending; push $0x202; popf; nop; nop)
CELL("popf", 0, 0, call pending; pushw $0x202; popfw; nop; nop)
CELL("iret", 0, 0, call pending; push $0x202; push %cs; push $1f; iret; nop; 1: nop)
CELL("iret_to_ring3", 0, 0, call pending; to_ring3 0x202; nop)
CELL("iret_to_ring3", 0, 0, call pending; to_ring3 2; nop)

/* Not here: hlt with IF 0, after which nothing comes. */
CELL("hlt", 0, 0, call pending; sti; hlt; nop)
CELL("hlt", 0, 0, call soon; sti; hlt; nop)
CELL("hlt", 0, 0, call soon; sti; nop; hlt; cli)
CELL("hlt", 0, 0, call soon; push $0x3202; popf; hlt; cli)

/* Interrupts that nobody waits for. */
CELL("interrupts", LOOP, 0, call soon; sti; 1: jmp 1b)
CELL("interrupts", LOOP, 0, call soon; to_ring3 0x202; 1: jmp 1b)
CELL("interrupts", LOOP, 0, call soon; to_ring3 0x3202; 1: jmp 1b)
