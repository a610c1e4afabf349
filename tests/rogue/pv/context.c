/* context.c: registers for another domain by which it would run in ring 0, or in the hypervisor. */
#include "others.h"

#define IN_HV (HV_LINEAR + HV_IMAGE_PHYS)

static struct vcpu_guest_context good, c;
static u32 base; /* its page directory */

static s32 set(u32 va)
{
	struct xen_domctl op = {.u.vcpucontext.ctxt = va};

	return domctl(&op, XEN_DOMCTL_setvcpucontext, other);
}

/* An empty directory will do: it never runs. */
static void make_ready(void)
{
	struct mmuext_op op = {MMUEXT_PIN_L2_TABLE, 0, 0};

	make_other(false);
	base = op.arg1 = other_mfn[3];
	must(HCALL(mmuext_op, &op, 1, 0, other) == 0, "pin");
	good = (struct vcpu_guest_context){
	    .user_regs = {.cs = FLAT_RING1_CS, .ss = FLAT_RING1_SS},
	    .kernel_ss = FLAT_RING1_SS,
	    .event_callback_cs = FLAT_RING1_CS,
	    .failsafe_callback_cs = FLAT_RING1_CS,
	};
	good.ctrlreg[3] = xen_pfn_to_cr3(base);
	c = good;
}

/* What is wrong in c is refused, and what is right is not. */
static void finish(void)
{
	verdict_errno(set((u32)&c));
	must(set((u32)&good) == 0, "good-refused");
	verdict_errno(set((u32)&c));
	destroy_other();
}

static void selector(u32 which, u32 sel)
{
	make_ready();
	switch (which) {
	case 0:
		c.user_regs.cs = sel;
		break;
	case 1:
		c.user_regs.ss = sel;
		break;
	case 2:
		c.kernel_ss = sel;
		break;
	case 3:
		c.event_callback_cs = sel;
		break;
	case 4:
		c.failsafe_callback_cs = sel;
		break;
	case 5:
		c.trap_ctxt[14] = (struct trap_info){0, 0, sel, VIRT_BASE};
		break;
	}
	finish();
}

/* Ring 0: the null selector, the hypervisor's own, and any in the guest's tables. */
static void ring0(u32 which)
{
	static const u16 sels[] = {0, 0xE008, 0xE010, 0x0008, 0x000C, 0xE03B & ~3};

	for (u32 i = 0; i < ARRAY_SIZE(sels); i++)
		selector(which, sels[i]);
}

/* The hypervisor's own descriptors, with the right ring in the selector. */
static void reserved(u32 which)
{
	selector(which, 0xE009);
	selector(which, 0xE011);
}

static void another_ring(u32 unused)
{
	(void)unused;
	make_ready();
	c.user_regs.cs = FLAT_RING3_CS; /* with a stack of ring 1 */
	finish();
	make_ready();
	c.user_regs.cs = 0x000A; /* ring 2 */
	c.user_regs.ss = 0x000A;
	finish();
}

static void handler_in_hv(u32 va)
{
	make_ready();
	c.event_callback_eip = va;
	finish();
	make_ready();
	c.failsafe_callback_eip = va;
	finish();
	make_ready();
	c.trap_ctxt[255] = (struct trap_info){0, 0, FLAT_RING1_CS, va};
	finish();
}

static void base_at(u32 mfn)
{
	make_ready();
	c.ctrlreg[3] = xen_pfn_to_cr3(mfn);
	finish();
}

static void base_ours(u32 unused)
{
	(void)unused;
	base_at(mfn_of((void *)start_info->pt_base));
	base_at(nonexistent_mfn);
}

static void tables(u32 entries)
{
	make_ready();
	c.gdt_ents = entries;
	finish();
	make_ready();
	c.ldt_ents = entries;
	finish();
}

static void assists(u32 bits)
{
	make_ready();
	c.vm_assist = bits;
	finish();
}

static void from(u32 va)
{
	make_ready();
	verdict_errno(set(va));
	destroy_other();
}

static void vcpu_number(u32 nr)
{
	struct xen_domctl op = {0};

	make_ready();
	op.u.vcpucontext.vcpu = nr;
	op.u.vcpucontext.ctxt = (u32)&c;
	verdict_errno(domctl(&op, XEN_DOMCTL_setvcpucontext, other));
	verdict_errno(domctl(&op, XEN_DOMCTL_getvcpucontext, other));
	destroy_other();
}

static void read_into(u32 va)
{
	struct xen_domctl op = {.u.vcpucontext.ctxt = va};

	make_ready();
	verdict_errno(domctl(&op, XEN_DOMCTL_getvcpucontext, other));
	destroy_other();
}

/* Flags by which it would have the I/O ports, or stop interrupts: they are set right. */
static void flags(u32 eflags)
{
	struct xen_domctl op = {.u.vcpucontext.ctxt = (u32)&c};

	make_ready();
	good.user_regs.eflags = eflags;
	must(set((u32)&good) == 0, "refused");
	must(domctl(&op, XEN_DOMCTL_getvcpucontext, other) == 0, "get");
	verdict_silent(!(c.user_regs.eflags & (EFL_IOPL | EFL_VM | EFL_NT)) &&
		       c.user_regs.eflags & EFL_IF);
	must(c.ctrlreg[3] == xen_pfn_to_cr3(base), "another-base");
	destroy_other();
}

/* One that runs in ring 3 from its first instruction, with nothing that it could run: it ends, and
 * nobody else. */
static void starts_nowhere(u32 eip)
{
	struct xen_domctl op = {0};
	u64 until = read_tsc() + 20000000;

	make_ready();
	good.user_regs.cs = FLAT_RING3_CS;
	good.user_regs.ss = FLAT_RING3_SS;
	good.user_regs.eip = eip;
	must(set((u32)&good) == 0, "refused");
	must(domctl(&op, XEN_DOMCTL_unpausedomain, other) == 0, "unpause");
	verdict_errno(set((u32)&good)); /* not while it may run */
	do {
		HCALL(sched_op, SCHEDOP_yield, 0, 0, 0);
		must(domctl(&op, XEN_DOMCTL_getdomaininfo, other) == 0, "info");
	} while (!(op.u.getdomaininfo.flags & XEN_DOMINF_shutdown) && read_tsc() < until);
	verdict_silent(op.u.getdomaininfo.flags & XEN_DOMINF_shutdown);
	verdict_errno(set((u32)&good));
	destroy_other();
}

CASES = {
    {"context-cs-ring0", 0, 0, ring0, 0},
    {"context-ss-ring0", 0, 0, ring0, 1},
    {"context-kernel-ss-ring0", 0, 0, ring0, 2},
    {"context-callback-ring0", 0, 0, ring0, 3},
    {"context-failsafe-ring0", 0, 0, ring0, 4},
    {"context-trap-ring0", 0, 0, ring0, 5},
    {"context-cs-reserved", 0, 0, reserved, 0},
    {"context-kernel-ss-reserved", 0, 0, reserved, 2},
    {"context-callback-reserved", 0, 0, reserved, 3},
    {"context-failsafe-reserved", 0, 0, reserved, 4},
    {"context-trap-reserved", 0, 0, reserved, 5},
    {"context-mixed-rings", 0, 0, another_ring, 0},
    {"context-handler-in-hv", 0, 0, handler_in_hv, IN_HV},
    {"context-handler-at-end", 0, 0, handler_in_hv, 0xFFFFFFFF},
    {"context-base-hv", 0, 0, base_at, 0x100},
    {"context-base-ours", 0, 0, base_ours, 0},
    {"context-base-max", 0, 0, base_at, 0xFFFFF},
    {"context-tables", 0, 0, tables, 512},
    {"context-tables-huge", 0, 0, tables, 0xFFFFFFFF},
    {"context-assists", 0, 0, assists, 1},
    {"context-from-hv", 0, 0, from, IN_HV},
    {"context-from-nowhere", 0, 0, from, 0x00400000},
    {"context-into-hv", 0, 0, read_into, IN_HV},
    {"context-into-m2p", 0, 0, read_into, MACH2PHYS_VIRT_START},
    {"context-vcpu-1", 0, 0, vcpu_number, 1},
    {"context-vcpu-max", 0, 0, vcpu_number, 0xFFFFFFFF},
    {"context-flags", 0, 0, flags, 0xFFFFFFFF},
    {"context-flags-0", 0, 0, flags, 0},
    {"context-starts-nowhere", 0, 0, starts_nowhere, 0x1000},
    {"context-starts-in-hv", 0, 0, starts_nowhere, IN_HV},
};
