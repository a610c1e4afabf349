/*
 * user.S: attacks from ring 3: one page of code, opened to ring 3 while it runs. EAX is the
 * argument; whoever gets to the end says so by int $0x80.
 */
	.section .user, "ax"
	.balign	4096
	.globl	user_page
user_page:
	.macro	user name, text
	.globl	\name
\name:
	\text
	int	$0x80
	.endm

	user	user_nothing, "nop"
	user	user_read, "movl (%eax), %ecx"
	user	user_write, "movl %ecx, (%eax)"
	user	user_call_at, "call *%eax"
	user	user_hypercall, "movl $17, %eax; xorl %ebx, %ebx; int $0x82"
	user	user_cli, "cli"
	user	user_hlt, "hlt"
	user	user_in, "inb $0x64, %al"
	user	user_out, "outb %al, $0x80"
	user	user_read_cr0, "movl %cr0, %ecx"
	user	user_write_cr3, "movl %eax, %cr3"
	user	user_write_dr7, "movl %eax, %db7"
	user	user_rdmsr, "movl $0x10, %ecx; rdmsr"
	user	user_load_ds, "movl %eax, %ds"
	user	user_load_ss, "movl %eax, %ss"
	user	user_int_8, "int $8"
	user	user_int_14, "int $14"
	user	user_int_0x20, "int $0x20"
	user	user_int_0x21, "int $0x21"
	user	user_sysenter, "sysenter"
	user	user_cs_int_0x80, ".byte 0x2E; int $0x80"
	.globl	user_far_call
user_far_call:
	pushl	%eax
	pushl	$1f
	lcall	*(%esp)
1:	int	$0x80
	.balign	4096

	.section .note.GNU-stack, "", @progbits
