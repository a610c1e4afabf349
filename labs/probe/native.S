/*
 * native.S: the shadow-mode probe's start, its trap entries, and the instructions that a C compiler
 * does not write. Ring 0, as it believes; flat segments; linear address = physical address.
 */
#include "start.S"
	start_at probe_start

/*
 * An exception: `trap` remembers it, and the probe goes on where trap_return says, on the stack that
 * it had then: nothing here needs iret, so that a lab can be judged before its iret is written.
 */
	.macro	entry vec, err
	.globl	trap_\vec
trap_\vec:
	.if	\err == 0
	pushl	$0
	.endif
	pushl	$\vec
	jmp	trapped
	.endm
	entry	0, 0
	entry	1, 0
	entry	3, 0
	entry	6, 0
	entry	8, 1
	entry	10, 1
	entry	11, 1
	entry	12, 1
	entry	13, 1
	entry	14, 1
	entry	128, 0

trapped:
	cld
	popl	trap_vec
	popl	trap_err
	popl	trap_eip
	popl	trap_cs
	popl	trap_eflags
	testl	$3, trap_cs
	jz	1f
	popl	trap_esp	/* only from ring 3 */
	popl	trap_ss
1:	movl	%esp, trap_top
	movl	%eax, trap_eax
	movl	trap_return_esp, %esp
	jmp	*trap_return

/* void enter_user(u32 eip, u32 esp, u32 eflags, u32 eax): by iret; the user comes back by a trap. */
	.globl	enter_user
enter_user:
	movl	16(%esp), %eax
	movl	4(%esp), %ecx
	movl	8(%esp), %edx
	movl	12(%esp), %ebx
	pushl	$0x23
	pushl	%edx
	pushl	%ebx
	pushl	$0x1B
	pushl	%ecx
	iretl

/* u32 iret_here(u32 eflags): an iret within the kernel; returns how far ESP moved beside the frame. */
	.globl	iret_here
iret_here:
	movl	%esp, %ecx
	movl	4(%esp), %eax
	pushl	%eax
	pushl	$0x08
	pushl	$1f
	iretl
1:	movl	%ecx, %eax
	subl	%esp, %eax
	ret

	.bss
	.balign	4096
	.skip	16384
	.globl	stack_top
stack_top:
