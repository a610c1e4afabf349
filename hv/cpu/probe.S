/* probe.S: instructions that may fault, and where to go on if they do (see hv_trap). */
	.text
/* A read through a segment whose limit is 0: does the CPU mind? bool probe_read(void) */
	.globl probe_read, probe_insn, probe_fault
probe_read:
probe_insn:
	movl %gs:0x1000, %eax
	xorl %eax, %eax
	ret
probe_fault:
	movl $1, %eax
	ret

/* bool rdmsr_safe(u32 msr, u64 *val) */
	.globl rdmsr_safe, rdmsr_insn, rdmsr_fault
rdmsr_safe:
	pushl %edx
	movl %eax, %ecx
rdmsr_insn:
	rdmsr
	popl %ecx
	movl %eax, (%ecx)
	movl %edx, 4(%ecx)
	movl $1, %eax
	ret
rdmsr_fault:
	popl %edx
	xorl %eax, %eax
	ret

	.section .note.GNU-stack, "", @progbits
