/* end.c: a shadow-mode guest that brings itself down: triple faults, and modes that there are not.
 * The hypervisor says why, and lives. */
#include "native/native.h"

static void no_idt(u32 limit)
{
	load_idt(idt, limit);
	asm volatile("ud2");
}

static void idt_at(u32 base)
{
	load_idt((void *)base, 0x7FF);
	asm volatile("ud2");
}

static void idt_garbage(u32 byte)
{
	memset(idt, byte, sizeof(idt));
	asm volatile("ud2");
}

static void gdt_at(u32 base)
{
	load_gdt((void *)base, 0xFFFF);
	load_segments();
	try_read(UNMAPPED);
}

/* Loaded segments live on in the processor; the next entry into the kernel does not. */
static void gdt_garbage(u32 byte)
{
	memset(gdt, byte, sizeof(gdt));
	load_gdt(gdt, 0xFFF);
	asm volatile("ud2");
}

static void stack_at(u32 esp)
{
	asm volatile("movl %0, %%esp\n\tpushl $0" : : "r"(esp) : "memory");
}

static void stack_in_gate(u32 offset)
{
	stack_at(gate_va() + offset);
}

static void handler_at(u32 eip)
{
	idt[VEC_PF].lo = KERNEL_CS << 16 | (eip & 0xFFFF);
	idt[VEC_PF].hi = (eip & 0xFFFF0000) | DESC_P | DESC_INTR_GATE << 8;
	try_read(UNMAPPED);
}

static void handler_selector(u32 sel)
{
	idt[VEC_UD].lo = sel << 16 | ((u32)trap_stubs & 0xFFFF);
	/* The faults that this brings find no handler either. */
	idt[VEC_GP] = idt[VEC_DF] = idt[VEC_UD];
	asm volatile("ud2");
}

/* Its handlers lie behind the end of their segment: each fault on the way brings another. */
static void handler_beyond(u32 limit)
{
	gdt[SPARE_SEL / 8] = gdt[KERNEL_CS / 8];
	gdt[SPARE_SEL / 8].lo = (gdt[SPARE_SEL / 8].lo & 0xFFFF0000) | limit;
	gdt[SPARE_SEL / 8].hi &= ~0x008F0000u;
	handler_selector(SPARE_SEL);
}

static void unmap_all(u32 unused)
{
	(void)unused;
	memset(directory, 0, PAGE_SIZE);
	flush();
}

static void paging_off(u32 cr0_clear)
{
	write_cr0(read_cr0() & ~cr0_clear);
	/* Everything is mapped where it is, so that we can go on. */
	verdict_silent(page_a[0] == 0);
	write_cr0(read_cr0() | cr0_clear);
}

static void pae(u32 unused)
{
	(void)unused;
	verdict_trap(attempt((void (*)(u32))write_cr4, read_cr4() | CR4_PAE));
}

static void flags_iret(u32 flags)
{
	asm volatile("pushl $0x23\n\tpushl $0x23\n\tpushl $0x23\n\tpushl $0x23\n\t"
		     "pushl $0x23\n\tpushl $0x1000\n\t"
		     "pushl %0\n\tpushl %%cs\n\tpushl $1f\n\tiret\n1:"
		     :
		     : "r"(flags)
		     : "memory");
}

static void iret_with(u32 flags)
{
	if (attempt(flags_iret, flags) != NO_TRAP)
		verdict_trap(last_trap.vec);
	else
		verdict_silent(true);
}

/* The same by code that was not patched: QEMU's processor lets it into virtual-8086 mode. */
static void unseen_iret(u32 flags)
{
	static const u8 code[] = {0xCF}; /* iret */
	u32 frame[9] = {(u32)page_a + 1, KERNEL_CS, flags, 0x1000, 0x23, 0x23, 0x23, 0x23, 0x23};

	memcpy(page_a, code, sizeof(code));
	((u8 *)page_a)[1] = 0xC3;
	memcpy(page_b, frame, sizeof(frame));
	asm volatile("movl %%esp, %%ebx\n\tmovl %0, %%esp\n\tjmp *%1"
		     :
		     : "r"(page_b), "r"(page_a)
		     : "ebx", "memory");
}

static void unseen_vm86(u32 flags)
{
	verdict_trap(attempt(unseen_iret, flags));
}

static void task_switch(u32 unused)
{
	(void)unused;
	/* iret with NT, and far jumps to TSS selectors, switch tasks. */
	tss.link = TSS_SEL;
	asm volatile("pushl $0x4002\n\tpopfl\n\tiret");
}

static void far_jump_tss(u32 sel)
{
	asm volatile("pushl %0\n\tpushl $0\n\tljmp *(%%esp)\n\taddl $8, %%esp" : : "r"(sel));
}

static void jump_to_task(u32 sel)
{
	verdict_trap(attempt(far_jump_tss, sel));
}

static void nested(u32 unused)
{
	verdict_trap(attempt(task_switch, unused));
}

static void halt_for_ever(u32 unused)
{
	(void)unused;
	asm volatile("cli\n\thlt");
}

CASES = {
    {"idt-empty", 0, FATAL, no_idt, 0},
    {"idt-in-hv", 0, FATAL, idt_at, IN_HV},
    {"idt-unmapped", 0, FATAL, idt_at, UNMAPPED},
    {"idt-wraps", 0, FATAL, idt_at, 0xFFFFFFF0},
    {"idt-zeroes", 0, FATAL, idt_garbage, 0},
    {"idt-ones", 0, FATAL, idt_garbage, 0xFF},
    {"gdt-in-hv", 0, MAY_END, gdt_at, IN_HV},
    {"gdt-unmapped", 0, MAY_END, gdt_at, UNMAPPED},
    {"gdt-wraps", 0, MAY_END, gdt_at, 0xFFFFFFF0},
    {"gdt-ones", 0, FATAL, gdt_garbage, 0xFF},
    {"gdt-zeroes", 0, FATAL, gdt_garbage, 0},
    {"stack-in-hv", 0, FATAL, stack_at, IN_HV},
    {"stack-in-gate-code", 0, FATAL, stack_in_gate, 0x800},
    {"stack-unmapped", 0, FATAL, stack_at, UNMAPPED},
    {"stack-at-zero", 0, FATAL, stack_at, 2},
    {"handler-unmapped", 0, FATAL, handler_at, UNMAPPED},
    {"handler-in-hv", 0, FATAL, handler_at, IN_HV},
    {"handler-beyond-limit", 0, MAY_END, handler_beyond, 0xFF},
    {"handler-selector-hv", 0, FATAL, handler_selector, GATE_SHADOW_RESERVED + GATE_SEL_CS},
    {"handler-selector-user", 0, FATAL, handler_selector, USER_CS},
    {"handler-selector-null", 0, FATAL, handler_selector, 0},
    {"unmap-everything", 0, FATAL, unmap_all, 0},
    {"paging-off-and-on", 0, MAY_END, paging_off, CR0_PG},
    {"write-protect-off-and-on", 0, MAY_END, paging_off, CR0_WP},
    {"real-mode", 0, MAY_END, paging_off, CR0_PG | CR0_PE},
    {"cr4-pae", 0, MAY_END, pae, 0},
    {"iret-vm", 0, MAY_END, iret_with, EFL_VM | 2},
    {"iret-nested-task", 0, MAY_END, iret_with, EFL_NT | 2},
    {"unseen-iret-vm", 0, MAY_END, unseen_vm86, EFL_VM | 2},
    {"unseen-iret-vm-iopl", 0, MAY_END, unseen_vm86, EFL_VM | EFL_IOPL | 2},
    {"task-return", 0, MAY_END, nested, 0},
    {"task-jump", 0, MAY_END, jump_to_task, TSS_SEL},
    {"task-jump-hv", 0, MAY_END, jump_to_task, GATE_SHADOW_RESERVED + GATE_SEL_TSS},
    {"halt-for-ever", 0, FATAL, halt_for_ever, 0},
};
