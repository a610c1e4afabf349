/*
 * cells_ends.S: what the processor of a domain does not have: switching tasks by hardware,
 * virtual-8086 mode, rings 1 and 2. A domain that enters one of them is ended, and told the reason,
 * which is the name of the cell's group here. There are ten at most: their numbers have one digit.
 */
#include "cell.h"
	.text

#define TASK	"switched tasks by hardware, which is not virtualized"
#define VM86	"entered virtual-8086 mode, which is not virtualized"
#define RETURNS "returned to a ring 1 or 2 of its own"
#define CALLS	"called a ring 1 or 2 of its own"

CELL(TASK, ENDS, 0, movw $SEL_TSS,tss_other; ljmp $SEL_TSS16,$0)
CELL(TASK, ENDS, 0, andb $~2,gdt+SEL_TSS_BUSY+5; lcall $SEL_TASK_GATE,$0)
CELL(TASK, ENDS, 0, movw $SEL_TSS_BUSY,tss; push $0x4002; popf; iret)
CELL(TASK, ENDS, 0, movl $SEL_TSS_BUSY<<16,idt+6*8; movl $0x8500,idt+6*8+4; ud2)
USER(TASK, ENDS, 0, orb $0x60,gdt+SEL_TASK_GATE+5; lcall $SEL_TASK_GATE+3,$0)
	.macro push_vm86_frame
	.rept	4
	pushl	$0				/* gs, fs, ds, es */
	.endr
	pushl	$0
	pushl	$0x7800
	pushl	$0x20002
	pushl	$0
	pushl	$PAD
	.endm
CELL(VM86, ENDS, 0, push_vm86_frame; iret)
CELL(RETURNS, ENDS, 0, orb $0x20,gdt+SEL_CODE_XO+5; push $SEL_KDATA; push $0; push $SEL_CODE_XO+1; push $PAD; lret)
BEFORE(gate_to_ring1, movl $SEL_CODE_XO<<16,gdt+SEL_RESERVED; movl $0xEC00,gdt+SEL_RESERVED+4;
	orb $0x20,gdt+SEL_CODE_XO+5)
USER_WITH(CALLS, ENDS, 2, gate_to_ring1, lcall $SEL_RESERVED+3,$0)
