/* context_use.c: another domain's registers, set and read: what it then runs with is what was said.
 */
#include "others.h"

#define STACK	(VIRT_BASE + 0x1000)
#define LDT	(VIRT_BASE + 0x2000)
#define ST0	32 /* in what fxsave writes */
#define MXCSR	24
#define IN_HV	(HV_LINEAR + HV_IMAGE_PHYS)
#define AT(sym) (VIRT_BASE + (u32)((sym)-use_code))

/* Runs in the other domain, at VIRT_BASE. Ends with 0 if all is as it should be. */
asm("	.data\n"
    "	.globl use_code, use_again, use_first, use_second, use_word, use_code_end\n"
    "use_code: xorl %eax, %eax\n" /* set_trap_table */
    "	movl $0xC0000000 + use_traps - use_code, %ebx\n"
    "	int $0x82\n"
    "1:	movl $6, %eax\n" /* sched_op_compat(yield) */
    "	xorl %ebx, %ebx\n"
    "	int $0x82\n"
    "	jmp 1b\n"
    "use_again: fistl 0xC0001000\n"
    "	cmpl $77, 0xC0001000\n"
    "	jne use_first\n"
    "	movl $9, %eax\n" /* entry 1, ring 1, of the GDT; then of the LDT */
    "	movl %eax, %fs\n"
    "	cmpl $0x51, %fs:0\n"
    "	jne use_first\n"
    "	movl $13, %eax\n"
    "	movl %eax, %fs\n"
    "	cmpl $0x51, %fs:0\n"
    "	jne use_first\n"
    "	movl $9, %eax\n" /* get_debugreg(1) */
    "	movl $1, %ebx\n"
    "	int $0x82\n"
    "	cmpl $0x123, %eax\n"
    "	jne use_first\n"
    "	int $0x80\n"
    "use_first: movl $3, %ecx\n" /* crash */
    "2:	movl $6, %eax\n"
    "	movl $2, %ebx\n" /* sched_op_compat(shutdown) */
    "	int $0x82\n"
    "use_second: xorl %ecx, %ecx\n"
    "	jmp 2b\n"
    "use_traps: .byte 0x80, 3\n"
    "	.word 0xE019\n"
    "	.long 0xC0000000 + use_first - use_code, 0, 0\n"
    "use_word: .long 0x51\n"
    "use_code_end:\n"
    "	.text\n");
extern u8 use_code[], use_again[], use_first[], use_second[], use_word[], use_code_end[];

static struct vcpu_guest_context c, got;

static s32 vcpu_context(u32 cmd, void *at)
{
	struct xen_domctl op = {.u.vcpucontext.ctxt = (u32)at};

	return domctl(&op, cmd, other);
}

/* One of its pages becomes what victim_data holds. */
static void put_page(u32 frame)
{
	static u32 copy[1024];

	for (u32 i = 0; i < 1024; i++) {
		copy[i] = victim_data[i];
		victim_data[i] = 0;
	}
	must(map_foreign(other, other_mfn[frame], PTE_NORMAL) == 0, "map");
	for (u32 i = 0; i < 1024; i++)
		victim_data[i] = copy[i];
	must(writable(victim_data) == 0, "unmap");
}

static void put_descriptor(u32 frame)
{
	u32 base = AT(use_word);

	victim_data[2] = base << 16 | 3;
	victim_data[3] = (base & 0xFF000000) | 0x0040B200 | (base >> 16 & 0xFF);
	put_page(frame);
}

static void make_ready(void)
{
	struct mmuext_op op = {MMUEXT_PIN_L2_TABLE, 0, 0};

	make_other(false);
	for (u32 i = 0; i < (u32)(use_code_end - use_code + 3) / 4; i++)
		victim_data[i] = ((const u32 *)use_code)[i];
	put_page(5);
	put_descriptor(7);
	put_descriptor(8);
	victim_data[0] = other_mfn[5] << 12 | PTE_P | PTE_A;
	victim_data[1] = other_mfn[6] << 12 | PTE_NORMAL;
	victim_data[2] = other_mfn[8] << 12 | PTE_P | PTE_A;
	put_page(4);
	victim_data[VIRT_BASE >> 22] = other_mfn[4] << 12 | PDE_NORMAL;
	put_page(3);
	op.arg1 = other_mfn[3];
	must(HCALL(mmuext_op, &op, 1, 0, other) == 0, "pin");
	c = (struct vcpu_guest_context){
	    .user_regs = {.cs = FLAT_RING1_CS, .ss = FLAT_RING1_SS, .eip = VIRT_BASE, .esp = LDT},
	    .kernel_ss = FLAT_RING1_SS,
	    .event_callback_cs = FLAT_RING1_CS,
	    .failsafe_callback_cs = FLAT_RING1_CS,
	};
	c.ctrlreg[3] = xen_pfn_to_cr3(other_mfn[3]);
}

/* The FPU as this kernel's, with 77 on top. */
static void put_fpu(struct vcpu_guest_context *to)
{
	static u8 image[512] __attribute__((aligned(16)));
	u32 n = 77;

	asm volatile("fninit\n\tfildl %1\n\tfxsave %0\n\tfninit" : "=m"(image) : "m"(n));
	for (u32 i = 0; i < sizeof(image); i++)
		to->fpu_ctxt[i] = image[i];
	to->flags |= VGCF_i387_valid;
}

static bool shut_down(struct xen_domctl *op)
{
	must(domctl(op, XEN_DOMCTL_getdomaininfo, other) == 0, "info");
	return op->u.getdomaininfo.flags & XEN_DOMINF_shutdown;
}

/* It has run, and has its own short way for int 0x80; then all is set anew. */
static void runs_with_it(u32 unused)
{
	struct xen_domctl op = {0};

	(void)unused;
	make_ready();
	c.user_regs.ds = c.user_regs.es = c.user_regs.ss; /* Bochs looks at them */
	must(vcpu_context(XEN_DOMCTL_setvcpucontext, &c) == 0, "first");
	must(domctl(&op, XEN_DOMCTL_unpausedomain, other) == 0, "unpause");
	for (u32 i = 0; i < 8; i++)
		HCALL(sched_op, SCHEDOP_yield, 0, 0, 0);
	must(domctl(&op, XEN_DOMCTL_pausedomain, other) == 0, "pause");
	must(vcpu_context(XEN_DOMCTL_getvcpucontext, &c) == 0, "get");
	must(c.trap_ctxt[0x80].address == AT(use_first), "has-not-run");
	c.trap_ctxt[0x80].address = AT(use_second);
	c.user_regs.eip = AT(use_again);
	c.gdt_frames[0] = other_mfn[7];
	c.gdt_ents = 512;
	c.ldt_base = LDT;
	c.ldt_ents = 512;
	c.debugreg[1] = 0x123;
	put_fpu(&c);
	must(vcpu_context(XEN_DOMCTL_setvcpucontext, &c) == 0, "second");
	must(vcpu_context(XEN_DOMCTL_getvcpucontext, &got) == 0, "get-again");
	must(got.gdt_frames[0] == other_mfn[7] && got.gdt_ents == 512 && got.ldt_base == LDT &&
		 got.ldt_ents == 512 && got.debugreg[1] == 0x123 &&
		 got.fpu_ctxt[ST0 + 7] == c.fpu_ctxt[ST0 + 7],
	     "read-otherwise");
	must(domctl(&op, XEN_DOMCTL_unpausedomain, other) == 0, "unpause");
	for (u32 i = 0; i < 100 && !shut_down(&op); i++)
		HCALL(sched_op, SCHEDOP_yield, 0, 0, 0);
	must(shut_down(&op), "does-not-end");
	verdict_silent(op.u.getdomaininfo.flags >> XEN_DOMINF_shutdownshift == SHUTDOWN_poweroff);
	destroy_other();
}

static void refused(void)
{
	verdict_errno(vcpu_context(XEN_DOMCTL_setvcpucontext, &c));
	destroy_other();
}

static void debug_register(u32 nr)
{
	static const u32 bad[8] = {IN_HV, IN_HV, 0xFFFFFFFF, HYPERVISOR_VIRT_START,
				   0,	  0,	 0,	     0x2000};

	make_ready();
	c.debugreg[nr] = bad[nr];
	refused();
}

static void watches_io(u32 unused)
{
	(void)unused;
	make_ready();
	c.debugreg[7] = 0x00020001;
	refused();
}

/* A page table as a table of descriptors; a frame that is ours. */
static void gdt_of(u32 ours)
{
	make_ready();
	c.gdt_frames[0] = ours ? mfn_of(victim_data) : other_mfn[4];
	c.gdt_ents = 512;
	refused();
}

static void ldt_at(u32 va)
{
	make_ready();
	c.ldt_base = va;
	c.ldt_ents = 512;
	refused();
}

/* Bits of MXCSR that no CPU has: the hypervisor would fault when it loads them. */
static void mxcsr(u32 bits)
{
	struct xen_domctl op = {0};

	make_ready();
	put_fpu(&c);
	*(u32 *)(c.fpu_ctxt + MXCSR) = bits;
	must(vcpu_context(XEN_DOMCTL_setvcpucontext, &c) == 0, "refused");
	must(domctl(&op, XEN_DOMCTL_unpausedomain, other) == 0, "unpause");
	for (u32 i = 0; i < 8; i++)
		HCALL(sched_op, SCHEDOP_yield, 0, 0, 0);
	verdict_silent(!shut_down(&op));
	destroy_other();
}

CASES = {
    {"context-runs-with-it", 0, 0, runs_with_it, 0},
    {"context-dr0-in-hv", 0, 0, debug_register, 0},
    {"context-dr1-in-hv", 0, 0, debug_register, 1},
    {"context-dr2-max", 0, 0, debug_register, 2},
    {"context-dr3-at-hv", 0, 0, debug_register, 3},
    {"context-dr7-guards", 0, 0, debug_register, 7},
    {"context-dr7-io", 0, 0, watches_io, 0},
    {"context-gdt-page-table", 0, 0, gdt_of, 0},
    {"context-gdt-ours", 0, 0, gdt_of, 1},
    {"context-ldt-hv", 0, 0, ldt_at, HYPERVISOR_VIRT_START},
    {"context-ldt-unmapped", 0, 0, ldt_at, 0x00400000},
    {"context-ldt-odd", 0, 0, ldt_at, LDT + 8},
    {"context-ldt-writable", 0, 0, ldt_at, STACK},
    {"context-mxcsr", 0, 0, mxcsr, 0xFFFFFFFF},
};
