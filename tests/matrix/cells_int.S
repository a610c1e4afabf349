/* cells_int.S: software interrupts, exceptions, double faults, the stack that the TSS names. */
#include "cell.h"
	.text

/*
 * Not here: int n with a vector whose exception has an error code (the frame then has none), and
 * gates that are wrong for a hardware exception: bare QEMU leaves out the EXT bit of the error code.
 */
CELL("int_n", 0, 0, int $0x20)
CELL("int_n", 0, 0, sti; nop; int $0x20)
CELL("int_n", 0, 0, int $VEC_TRAP3)
CELL("int_n", 0, 0, sti; nop; int $VEC_TRAP3; cli)
CELL("int_n", 0, 0, int $VEC_INTR0)
CELL("int_n", 0, 0, int $VEC_INTR3)
CELL("int_n", 0, 0, int $0x03)
CELL("int_n", 0, 0, int $0x04)
CELL("int_n", 0, 0, int $0x00)
CELL("int_n", 0, 0, int $0x07)
CELL("int_n", 0, 0, int $VEC_NOT_PRESENT)
CELL("int_n", 0, 0, int $VEC_NO_GATE)
CELL("int_n", 0, 0, int $VEC_NULL_CS)
CELL("int_n", 0, 0, int $VEC_BEYOND_CS)
CELL("int_n", 0, 0, int $VEC_NP_CS)
CELL("int_n", 0, 0, int $VEC_DATA_CS)
CELL("int_n", 0, 0, int $VEC_CONFORM_CS)
CELL("int_n", 0, 0, int $VEC_USER_CS)
CELL("int_n", 0, 0, int $VEC_RPL3_CS)
CELL("int_n", 0, 0, int $VEC_NO_ENTRY)
CELL("int_n", 0, 0, int $0xFF)
CELL("int_n", 0, 0, int $VEC_INTR16)
CELL("int_n", 0, 0, sti; nop; int $VEC_TRAP16)
CELL("int_n", 0, 0, push $0x47202; popf; int $0x20; cli /* NT is not for the handler, AC is */)
CELL("int_n", 0, 0, mov $SEL_UDATA,%eax; mov %eax,%ds; mov %eax,%fs; int $0x20)
CELL("int3", 0, 0, int3)
CELL("int3", 0, 0, nop; int3; nop; int3)
CELL("into", 0, 0, into)
CELL("into", 0, 0, xor %eax,%eax; into)

/* From ring 3 the gate's DPL counts. */
USER("int_n_ring3", 0, 0, int $VEC_TRAP3)
USER("int_n_ring3", 0, 0, int $VEC_INTR3; nop; int $VEC_INTR3)
USER("int_n_ring3", 0, 0, int $VEC_INTR0)
USER("int_n_ring3", 0, 0, int $0x20)
USER("int_n_ring3", 0, 0, int $0x0D)
USER("int_n_ring3", 0, 0, int $0x0E)
USER("int_n_ring3", 0, 0, int $0x08)
USER("int_n_ring3", 0, 0, int $VEC_NOT_PRESENT)
USER("int_n_ring3", 0, 0, int $VEC_NP3)
USER("int_n_ring3", 0, 0, int $VEC_NO_ENTRY)
USER("int_n_ring3", 0, 0, int $0xFF)
USER("int3", 0, 0, int3)
USER("int3", 0, 0, int $3)
USER("into", 0, 0, into)
USER("into", 0, 0, andb $~0x20,idt+4*8+5 /* DPL 1 */; andb $~0x40,idt+4*8+5; into)

/* Exceptions of ordinary instructions. */
CELL("exceptions", 0, 0, xor %ecx,%ecx; div %ecx)
CELL("exceptions", 0, 0, ud2)
CELL("exceptions", 0, 0, movl $1,(%ebx); movl $2,4(%ebx); bound %eax,(%ebx))
CELL("exceptions", 0, 0, mov PAGE_NONE,%eax)
CELL("exceptions", 0, 0, mov %eax,PAGE_NONE)
CELL("exceptions", 0, 0, mov %eax,PAGE_READ_ONLY)
CELL("exceptions", 0, 0, jmp PAGE_NONE)
USER("exceptions", 0, 0, xor %ecx,%ecx; div %ecx)
USER("exceptions", 0, 0, mov PAGE_NONE,%eax)
USER("exceptions", 0, 0, mov %eax,PAGE_READ_ONLY)
USER("exceptions", 0, 0, mov PAGE_SUPERVISOR,%eax)
USER("exceptions", 0, 0, mov %eax,PAGE_SUPERVISOR)
USER("exceptions", 0, 0, jmp PAGE_NONE)
USER("exceptions", 0, 0, mov $PAGE_NONE+4,%esp; push %eax)

/* The FPU is not there, or is another process's. */
CELL("fpu", 0, 0, fninit; fnstsw %ax)
CELL("fpu", 0, 0, mov $8,%eax; lmsw %ax; fnop)
CELL("fpu", 0, 0, mov $4,%eax; lmsw %ax; fnop)
CELL("fpu", 0, 0, mov $8,%eax; lmsw %ax; fwait)
CELL("fpu", 0, 0, mov $0xA,%eax; lmsw %ax; fwait)
CELL("fpu", 0, 0, mov $8,%eax; lmsw %ax; clts; fnop)
BEFORE(set_ts, mov $8,%eax; lmsw %ax)
USER_WITH("fpu", 0, 2, set_ts, fnop)
USER_WITH("fpu", 0, 2, 0, fnop)

/* A contributory exception while one is being delivered. */
CELL("double_fault", 0, 0, andb $0x7F,idt+13*8+5 /* no #GP */; mov $0xFFF8,%eax; mov %eax,%ds)
CELL("double_fault", 0, 0, andb $0x7F,idt+14*8+5 /* no #PF */; mov PAGE_NONE,%eax)
CELL("double_fault", 0, 0, andb $0x7F,idt+11*8+5; mov $SEL_DATA_NP,%eax; mov %eax,%ds)
CELL("double_fault", 0, 0, andb $0x7F,idt+0*8+5; xor %ecx,%ecx; div %ecx)
CELL("double_fault", 0, 0, movb $0,idt+13*8+5; mov $SEL_KDATA,%eax; lldt %ax)
CELL("double_fault", 0, 0, movw $SEL_DATA_NP,idt+13*8+2; sti; lldt idt /* emulated, and then not */)
USER("double_fault", 0, 0, andb $0x7F,idt+14*8+5; mov PAGE_SUPERVISOR,%eax)
USER("double_fault", 0, 0, andb $0x7F,idt+13*8+5; int $0x20)
USER("double_fault", 0, 0, andb $0x7F,idt+13*8+5; cli)

/* Stack and selector are read from the TSS anew at each entry. */
USER("tss_stack", 0, 0, int $VEC_INTR3; movl $trap_stack2+4096,tss+4; int $VEC_INTR3; nop; int $VEC_TRAP3)
USER("tss_stack", 0, 0, movl $trap_stack2+4096,tss+4; mov PAGE_SUPERVISOR,%eax)
USER("tss_stack", 0, 0, movw $SEL_KDATA2,tss+8; int $VEC_INTR3)
CELL("tss_stack", 0, 0, movl $trap_stack2+4096,tss_other+4; mov $SEL_TSS_NP,%eax; orb $0x80,gdt+SEL_TSS_NP+5;
	ltr %ax; to_ring3 2; int $VEC_INTR3)
