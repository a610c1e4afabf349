/* entry.S: the ways in and out: from the boot loader, into a cell, and from a trap. */
#include "matrix.h"
#include "macros.S"

#define STACK_SIZE 16384

	multiboot_header 0

	.text
	.globl	_start
_start:
	cli
	cld
	movl	$boot_stack_top, %esp
	pushl	%ebx				/* Multiboot information */
	call	matrix_main
1:	jmp	1b

/* void enter_cell(void): to what start_state says, by iret, which is the only way to ring 3. */
	.globl	enter_cell
enter_cell:
	pushal
	movl	%esp, harness_esp
	testl	$3, start_state+32		/* cs */
	jnz	1f
	movl	start_state+44, %esp		/* an iret within ring 0 does not change stacks */
	jmp	2f
1:	pushl	start_state+40			/* ss */
	pushl	start_state+44			/* esp */
2:	pushl	start_state+28			/* eflags */
	pushl	start_state+32			/* cs */
	pushl	start_state+36			/* eip */
	movl	start_state+4, %ecx
	movl	start_state+8, %edx
	movl	start_state+12, %ebx
	movl	start_state+16, %ebp
	movl	start_state+20, %esi
	movl	start_state+24, %edi
	movl	start_state+48, %eax
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	pushl	start_state+0
	movl	%eax, %ds
	popl	%eax
	iret

/* void leave_cell(void): back to who called enter_cell(). */
	.globl	leave_cell
leave_cell:
	cli
	movl	$SEL_KDATA, %eax
	movl	%eax, %ss
	movl	harness_esp, %esp
	pushl	$2				/* no NT, no AC, no direction flag */
	popfl
	popal
	ret

/* For cells: IRQ0 is pending; or will be. All but EFLAGS stays as it is. */
	.globl	pending, soon
pending:
	pushal
	call	timer_pending
	popal
	ret
soon:
	pushal
	call	timer_start
	popal
	ret

/* The traps: 16 bytes each, a zero where the CPU pushes no error code, then the vector. */
	trap_stub_table NR_GATES

/* The stack is now a struct cpu_regs. The stack segment may be any; the C code's is flat. */
trap_common:
	pushal
	pushl	%ds
	pushl	%es
	pushl	%fs
	pushl	%gs
	movl	$SEL_KDATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movw	%ss, trap_ss
	movl	%eax, %ss
	cld
	movl	%esp, %eax
	pushl	%eax
	call	trap
	addl	$4, %esp
	movw	trap_ss, %ss
	popl	%gs
	popl	%fs
	popl	%es
	popl	%ds
	popal
	addl	$8, %esp
	iret

	.bss
	.globl	start_state, trap_ss
	.balign	4
start_state:
	.skip	52
harness_esp:
	.skip	4
trap_ss:
	.skip	4
	.balign	16
	.skip	STACK_SIZE
boot_stack_top:
