/* cells_far.S: far jumps, calls and returns, and iret within ring 0. */
#include "cell.h"
	.text

CELL("jmp_far", 0, 0, ljmp $SEL_KCODE,$1f; mov $1,%eax; 1:)
CELL("jmp_far", 0, 0, ljmp $SEL_CODE_XO,$1f; mov $1,%eax; 1:)
CELL("jmp_far", 0, 0, ljmp $SEL_CODE_BASE,$0)
CELL("jmp_far", 0, 0, ljmpw $SEL_KCODE,$PAD)
CELL("jmp_far", 0, 0, ljmpw $SEL_CODE_BASE,$PAD_INT16-PAD)
CELL("jmp_far", 0, code_selectors, movl $1f,(%ebx); mov %ecx,4(%ebx); ljmp *(%ebx); mov $1,%eax; 1:)
CELL("jmp_far", 0, code_selectors, movl $PAD,(%ebx); mov %ecx,2(%ebx); ljmpw *(%ebx))
CELL("jmp_far", 0, 0, movl $1f,4(%ebx); movw $SEL_KCODE,8(%ebx); mov $1,%eax; ljmp *%ds:(%ebx,%eax,4); 1:)
CELL("jmp_far", 0, 0, ljmp *PAGE_NONE)
CELL("jmp_far", 0, 0, ljmp *PAGE_NONE-4)

/* The accessed bit. */
CELL("jmp_far", 0, 0, ljmp $SEL_CODE_FRESH,$1f; 1:)
CELL("call_far", 0, 0, lcall $SEL_CODE_FRESH,$1f; 1: lea 8(%esp),%esp)

CELL("call_far", 0, 0, lcall $SEL_KCODE,$1f; mov $1,%eax; 1:)
CELL("call_far", 0, 0, lcall $SEL_CONFORM,$1f; mov $1,%eax; 1: lcall $SEL_KCODE,$2f; 2:)
CELL("call_far", 0, 0, lcall $SEL_CODE_BASE,$0)
CELL("call_far", 0, 0, lcallw $SEL_KCODE,$PAD)
CELL("call_far", 0, code_selectors, movl $1f,(%ebx); mov %ecx,4(%ebx); lcall *(%ebx); mov $1,%eax; 1:)
CELL("call_far", 0, code_selectors, movl $PAD,(%ebx); mov %ecx,2(%ebx); lcallw *(%ebx))
CELL("call_far", 0, 0, lcall *PAGE_NONE)
CELL("call_far", 0, 0, lcall $SEL_KCODE,$1f; jmp 2f; 1: lret; 2:)

/* Call gates: to PAD, and on to the kernel's code. */
	.macro make_gate high /* P, DPL, type, words to copy; selector: CX */
	shl	$16, %ecx
	add	$PAD, %ecx
	mov	%ecx, gdt+SEL_RESERVED
	movl	$\high, gdt+SEL_RESERVED+4
	.endm
CELL("call_gate", 0, 0, lcall $SEL_CALL_GATE,$0)
CELL("call_gate", 0, 0, ljmp $SEL_CALL_GATE,$0)
CELL("call_gate", 0, 0, lcall $SEL_CALL_GATE+3,$0)
CELL("call_gate", 0, 0, lcallw $SEL_CALL_GATE,$0)
CELL("call_gate", 0, 0, movl $SEL_CALL_GATE,4(%ebx); lcall *(%ebx))
CELL("call_gate", 0, 0, andb $0x7F,gdt+SEL_CALL_GATE+5; lcall $SEL_CALL_GATE,$0)
CELL("call_gate", 0, gate_targets, make_gate 0x8C00; lcall $SEL_RESERVED,$0)
CELL("call_gate", 0, gate_targets, make_gate 0x8C00; ljmp $SEL_RESERVED,$0)
CELL("call_gate", 0, gate_targets, make_gate 0xE402; lcall $SEL_RESERVED+3,$0 /* 16 bits */)
USER("call_gate", 0, 0, lcall $SEL_CALL_GATE,$0)
USER("call_gate", 0, gate_targets, make_gate 0xEC00; push $1; push $2; lcall $SEL_RESERVED+3,$0)
USER("call_gate", 0, gate_targets, make_gate 0xE402; push $1; push $2; lcall $SEL_RESERVED+3,$0)
USER("call_gate", 0, gate_targets, make_gate 0xEC00; ljmp $SEL_RESERVED+3,$0)
USER("call_gate", 0, 0, mov $SEL_KCODE,%ecx; make_gate 0x6C00; lcall $SEL_RESERVED+3,$0)
/* There and back, with three words of parameters. */
called: mov %esp,%ebp; mov 8(%esp),%eax; mov 12(%esp),%ecx; mov 16(%esp),%edx; mov 20(%esp),%esi; lret $12
	.macro make_gate_3
	mov	$called, %eax
	mov	%ax, gdt+SEL_RESERVED
	movw	$SEL_KCODE, gdt+SEL_RESERVED+2
	movw	$0xEC03, gdt+SEL_RESERVED+4
	shr	$16, %eax
	mov	%ax, gdt+SEL_RESERVED+6
	.endm
USER("call_gate", 0, 0, make_gate_3; push $1; push $2; push $3; lcall $SEL_RESERVED+3,$0; nop)

CELL("ret_far", 0, return_selectors, push %ecx; push $1f; lret; mov $1,%eax; 1:)
CELL("ret_far", 0, return_selectors, pushw %cx; pushw $PAD; lretw)
CELL("ret_far", 0, 0, push $SEL_CODE_FRESH; push $1f; lret; 1:)
CELL("ret_far", 0, 0, push $SEL_KCODE; push $1f; lret $12; mov $1,%eax; 1:)
CELL("ret_far", 0, 0, pushw $SEL_KCODE; pushw $PAD; lretw $6)
CELL("ret_far", 0, 0, push $SEL_CODE_BASE; push $0; lret)
CELL("ret_far", 0, 0, mov $PAGE_NONE,%esp; lret)
CELL("ret_far", 0, 0, mov $PAGE_NONE-4,%esp; movl $1f,(%esp); lret; 1:)
/* To ring 3, with a stack of its own. */
CELL("ret_far", 0, 0, push $SEL_UDATA; push $cell_stack+64; push $SEL_UCODE; push $1f; lret; mov $1,%eax; 1:)
CELL("ret_far", 0, 0, push $SEL_UDATA; push $cell_stack+64; push %ebp; push $SEL_UCODE; push $1f; lret $4; 1:)
CELL("ret_far", 0, user_stack_selectors, push %ecx; push $cell_stack+64; push $SEL_UCODE; push $1f; lret; 1:)
/* A stack that is not present is #SS, for any other segment #NP. */
CELL("ret_far", 0, 0, push $SEL_UDATA_NP; push $0x7800; push $SEL_UCODE; push $PAD; lret)
CELL("iret_to_ring3", 0, 0, push $SEL_UDATA_NP; push $0x7800; push $2; push $SEL_UCODE; push $PAD; iret)
CELL("ret_far", 0, 0, pushw $SEL_UDATA; pushw $0x7800; pushw $SEL_UCODE; pushw $PAD; lretw)
CELL("ret_far", 0, 0, push $SEL_UDATA; push $cell_stack+64; push $SEL_UCONFORM; push $1f; lret; 1:)
CELL("ret_far", 0, 0, push $SEL_UDATA; push $cell_stack+64; push $SEL_CONFORM+3; push $1f; lret; 1:)

CELL("iret", 0, 0, push $2; push $SEL_KCODE; push $1f; iret; mov $1,%eax; 1:)
CELL("iret", 0, return_selectors, push $2; push %ecx; push $1f; iret; mov $1,%eax; 1:)
CELL("iret", 0, flag_values, push %ecx; push $SEL_KCODE; push $1f; iret; mov $1,%eax; 1:)
CELL("iret", 0, flag_values, pushw %cx; pushw $SEL_KCODE; pushw $PAD; iretw)
CELL("iret", 0, return_selectors, pushw $2; pushw %cx; pushw $PAD; iretw)
CELL("iret", 0, 0, push $2; push $SEL_CODE_BASE; push $0; iret)
CELL("iret", 0, 0, push $2; push %cs; push $1f; iret; 1: push $0x202; push %cs; push $2f; iret; 2: cli)
CELL("iret", 0, 0, mov $PAGE_NONE,%esp; iret)
CELL("iret", 0, 0, mov $PAGE_NONE-4,%esp; movl $1f,(%esp); iret; 1:)
/* NT: back to the task that the TSS links to. What is no busy TSS it says (the others: cells_ends.S). */
CELL("iret", 0, 0, push $0x4002; popf; push $2; push $SEL_KCODE; push $1f; iret; 1:)
CELL("iret", 0, 0, movw $SEL_KDATA,tss; push $0x4002; popf; iret)
CELL("iret", 0, 0, movw $SEL_BEYOND,tss; push $0x4002; popf; iret)
CELL("iret", 0, 0, movw $LDT_DATA,tss; push $0x4002; popf; iret)

/* To ring 3 and back. */
CELL("iret_to_ring3", 0, 0, to_ring3 2)
CELL("iret_to_ring3", 0, flag_values, push $SEL_UDATA; push $cell_stack+64; push %ecx; push $SEL_UCODE; push $1f;
	iret; 1:)
CELL("iret_to_ring3", 0, user_stack_selectors, push %ecx; push $cell_stack+64; push $2; push $SEL_UCODE; push $1f;
	iret; 1:)
CELL("iret_to_ring3", 0, 0, to_ring3 2; int $VEC_INTR3; int $VEC_TRAP3; nop)
CELL("iret_to_ring3", 0, 0, to_ring3 0x202; int $VEC_INTR3; int $VEC_TRAP3; nop)
/* The kernel's segments are taken away, the user's stay. */
CELL("iret_to_ring3", 0, 0, mov $SEL_UDATA,%eax; mov %eax,%ds; mov %eax,%fs; to_ring3 2)
CELL("iret_to_ring3", 0, 0, mov $SEL_CONFORM,%eax; mov %eax,%es; mov $SEL_UDATA-3,%eax; mov %eax,%gs; to_ring3 2)
CELL("iret_to_ring3", 0, 0, mov $3,%eax; mov %eax,%es; to_ring3 2)
CELL("iret_to_ring3", 0, 0, pushw $SEL_UDATA; pushw $0x7800; pushw $2; pushw $SEL_UCODE; pushw $PAD; iretw)
CELL("iret_to_ring3", 0, 0, push $SEL_UDATA; push $cell_stack+64; push $2; push $SEL_UCONFORM; push $1f; iret; 1:)
CELL("iret_to_ring3", 0, 0, push $SEL_UDATA; push $0x89ABCDEF; push $2; push $SEL_UCODE; push $1f; iret; 1:)
CELL("iret_to_ring3", 0, 0, push $SEL_UDATA; push $cell_stack+64; push $2; push $SEL_UCODE; push $PAGE_SUPERVISOR; iret)
CELL("iret_to_ring3", 0, 0, push $SEL_UDATA; push $cell_stack+64; push $2; push $SEL_UCODE; push $PAGE_NONE; iret)
