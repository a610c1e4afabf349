/* start.S: the way into the guest that prints what it sees (Multiboot 1), and into its traps. */
#include "macros.S"
	multiboot_header

	.text
	.globl _start
_start:
	movl	%eax, first
	movl	%esp, %eax
	movl	$stack_top, %esp
	pushfl
	popl	first + 4
	movw	%cs, first + 8
	movw	%ds, first + 12
	movw	%es, first + 16
	movw	%ss, first + 20
	movw	%fs, first + 24
	movw	%gs, first + 28
	movl	%cr0, %eax
	movl	%eax, first + 32
	movl	%cr4, %eax
	movl	%eax, first + 36
	cli
	cld
	pushl	%ebx
	call	same_main

/* The descriptors of tables.c are the CPU's: load them. */
	load_segments_function 0x08, 0x10

/* u32 user(u32 eip, u32 eflags): ring 3 at eip until a trap. @return its vector; EAX then is in user_eax */
	.globl	user
user:
	pushal
	movl	%esp, saved_esp
	movl	36(%esp), %ecx
	movl	40(%esp), %edx
	movl	$0x23, %eax
	movl	%eax, %ds
	movl	%eax, %es
	pushl	$0x23
	pushl	$user_stack_top
	pushl	%edx
	pushl	$0x1B
	pushl	%ecx
	iret

	trap_stub_table 256
trap_common:
	pushl	%eax
	movl	$0x10, %eax
	movl	%eax, %ds
	movl	%eax, %es
	popl	user_eax
	movl	%esp, trap_esp
	popl	trap_vec
	popl	trap_err
	popl	trap_eip
	popl	trap_cs
	movl	saved_esp, %esp
	popal
	movl	trap_vec, %eax
	ret

/* As a kernel saves and restores its interrupt flag. */
	.globl	get_flags, get_flags_end, critical, critical_end
get_flags:
	pushfl
	popl	%eax
	ret
get_flags_end:
critical:
	pushfl
	cli
	popfl
	pushfl
	popl	%eax
	ret
critical_end:

/* Called by a selector of a long table: by which one? */
	.globl	long_called
long_called:
	movl	%cs, %eax
	lret

/* Ring 3 loads the selector in user_data, and reads where it leads. */
	.globl	user_loads
user_loads:
	movl	$0x7777, %eax
	movl	user_data, %ecx
	movl	%ecx, %es
	movl	%es:0, %eax
	int	$0x80

/* Ring 3 in the kernel's text: each of what the kernel's copy of it has a trap patched over. */
	.globl	user_functions
	.macro	function text
	.balign	32
	\text
	int	$0x80
	.endm
	.balign	32
user_functions:
	function "pushfl; popl %eax"
	function "pushl $0x3ED7; popfl; pushfl; popl %eax"
	function "xorl %eax, %eax; sgdt user_data; movw user_data, %ax"
	function "xorl %eax, %eax; sidt user_data; movw user_data, %ax"
	function "xorl %eax, %eax; sldt %ax"
	function "xorl %eax, %eax; str %ax"
	function "xorl %eax, %eax; smsw %ax"
	function "movl $0x08, %ecx; movl $7, %eax; lar %cx, %eax"
	function "movl $0x1B, %ecx; movl $7, %eax; lar %cx, %eax"
	function "movl $0x23, %ecx; movl $7, %eax; lsl %cx, %eax"
	function "movl $0x10, %ecx; verw %cx; pushfl; popl %eax"
	function "movl $0x23, %ecx; verr %cx; pushfl; popl %eax"
	function "movl %cs, %eax"
	function "movl %ss, %eax"
	function "pushl %cs; popl %eax"
	function "pushl $0x10; popl %es"
	function "pushl $0x23; popl %es; movl %es, %eax"
	function "movl $0x23, %ecx; movl %ecx, %ds; movl %ds, %eax"
	function "movl $0x13, %ecx; movl %ecx, %ss"
	function "pushl $0x1B; pushl $1f; lret; 1: movl $77, %eax"
	function "pushl $0x08; pushl $1f; lret; 1: movl $77, %eax"
	function "pushl $0x3202; pushl $0x1B; pushl $1f; iret; 1: pushfl; popl %eax"
	function "ljmp $0x1B, $1f; 1: movl $78, %eax"
	function "ljmp $0x08, $1f; 1: movl $78, %eax"
	function "lcall $0x1B, $1f; 1: popl %ecx; popl %eax"
	function "hlt"
	.balign	32
	.globl	user_functions_end
user_functions_end:

	.data
	.balign	4096
	.globl	user_data
user_data: .space 4096

	.bss
	.balign	4
	.globl	first, user_eax, trap_vec, trap_err, trap_eip, trap_cs, trap_esp, kernel_stack_top
first:	.space	40
saved_esp: .space 4
user_eax: .space 4
trap_vec: .space 4
trap_err: .space 4
trap_eip: .space 4
trap_cs: .space 4
trap_esp: .space 4
	.balign	4096
	.space	4096
kernel_stack_top:
	.space	8192
stack_top:
	.space	4096
user_stack_top:

	.section .note.GNU-stack, "", @progbits
