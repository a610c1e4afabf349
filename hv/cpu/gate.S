/*[H11]
 * gate.S: the code of the gate: into the hypervisor, and out of it.
 *
 * Everything between gate_code and gate_code_end is a template: gate.c copies it into each domain's
 * gate, at whatever address that lies, so it may only jump within itself by relative jumps. It
 * must fit one page.
 */
#include "cpu/layout.h"

#define REGS_ESP_CS 60 /* offset of cs in struct cpu_regs */
#define REGS_VEC    48
/* struct gate_entries */
#define ENTRY_ANY	 0
#define ENTRY_HYPERCALL	 4
#define ENTRY_FAULT	 8
#define ENTRY_PROTECTION 12

	.text
	.globl gate_code, gate_code_end, gate_leave, gate_leave_same_cr3, gate_leave_16
	.globl gate_exit_direct_to

/*
 * Save the registers behind vector and error code, and load the hypervisor's data segments. The entry
 * stack then is a struct cpu_regs:
 *
 *   esp -> gs fs es ds | edi esi ebp (esp) ebx edx ecx eax | vec err | eip cs eflags esp ss <- top
 *          pushed here | pushal                            | stub    | the CPU (from ring 0: the
 *                                                                      first three only)
 */
	.macro save_registers
	cld
	pushal
	pushl %ds
	pushl %es
	pushl %fs
	pushl %gs
	/* The CPU took SS from the TSS: it is the hypervisor's data segment, whatever its number. */
	movl %ss, %eax
	movl %eax, %ds
	movl %eax, %es
	.endm

/* To the hypervisor's address space. gate.c fills in its CR3, or under `segments` makes of both
 * instructions a jump over themselves. */
	.macro switch_in name
	.globl \name
\name:
	movl $0, %eax
	movl %eax, %cr3
	.endm

/* By way of a word that holds the address: a relative jump would not survive the copying. */
	.macro to_c entry
	movl $hv_stack_top, %esp
	jmp *\entry
	.endm

/* One stub per vector, each 16 bytes long: they make every frame look alike. */
	.macro stub vec, common=gate_common
	.balign 16
	.if !(\vec == 8 || (\vec >= 10 && \vec <= 14) || \vec == 17)
	pushl $0 /* where the CPU pushes no error code */
	.endif
	pushl $\vec
	jmp \common
	.endm

	.balign 4096
gate_code:
gate_stubs:
	.set vec, 0
	.rept 48 /* exceptions 0-31, hardware interrupts 32-47 */
	.if vec == 14
	stub vec, gate_fault
	.elseif vec == 13
	stub vec, gate_protection
	.else
	stub vec
	.endif
	.set vec, vec + 1
	.endr

/* A hypercall comes from ring 1 only, and most often: nothing else is asked. */
	.balign 16
	pushl $0
	pushl $0x82
	save_registers
	switch_in gate_switch_hypercall
	to_c gate_entries+ENTRY_HYPERCALL

/* Stack: vec, err, eip, cs, eflags, and from rings 1 and 3 esp, ss. */
gate_common:
	save_registers
	switch_in gate_switch_common
	testb $3, REGS_ESP_CS(%esp)
	jz from_ring0
	to_c gate_entries+ENTRY_ANY

gate_fault:
	save_registers
	switch_in gate_switch_fault
	testb $3, REGS_ESP_CS(%esp)
	jz from_ring0
	to_c gate_entries+ENTRY_FAULT

gate_protection:
	save_registers
	switch_in gate_switch_protection
	testb $3, REGS_ESP_CS(%esp)
	jz from_ring0
	to_c gate_entries+ENTRY_PROTECTION

/*
 * From the hypervisor itself: an interrupt while it idles, a fault at the very exit (see
 * gate_exit_fault), or a bug. The frame stays where it is.
 */
from_ring0:
	movl %esp, %eax /* the argument: -mregparm=3 */
	call *ring0_entry
	jmp restore

/* eax: the guest's CR3; esp: its struct cpu_regs, in the entry-stack page. */
gate_leave:
	movl %eax, %cr3
gate_leave_same_cr3:
restore:
	popl %gs
	popl %fs
	popl %es
	popl %ds
	popal
	addl $8, %esp /* vec, err */
	iret

/*
 * The same for a guest on a stack with a 16-bit pointer. An iret to it loads SP only, and leaves the
 * upper half of ESP as it is. So that half must hold the guest's value before the iret: the frame
 * is popped by way of another segment, whose base makes the same memory appear at such an ESP. That
 * pointer has been put below struct cpu_regs (stack16.c):
 *
 *   esp + 8   eip cs eflags esp ss     what iret pops
 *   esp       vec err
 *   esp - 48  gs ... eax               struct cpu_regs begins; popped already
 *   esp - 56  far esp, far ss          leads to esp + 8
 */
gate_leave_16:
	movl %eax, %cr3
	popl %gs
	popl %fs
	popl %es
	popl %ds
	popal
	lss -REGS_VEC - GATE_FAR_STACK(%esp), %esp
	iret
gate_code_end:
	/* Where it is in the gate of a direct-mode domain, which does not move. */
	.set gate_exit_direct_to, HV_GATE + (gate_leave - gate_code)

	.bss
	.balign 4096
	.space 16384
	.globl hv_stack_top
hv_stack_top:

	.section .note.GNU-stack, "", @progbits
