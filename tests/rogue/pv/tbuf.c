/* tbuf.c: the trace's ring may be read by Domain 0, and by nobody written. */
#include <trapline/ring.h>
#include "others.h"

#define BARE (PTE_P | PTE_A | PTE_D)

static struct xen_sysctl_tbuf_op info(void)
{
	struct xen_sysctl op = {.u.tbuf_op.cmd = XEN_SYSCTL_TBUFOP_get_info};

	must(sysctl(&op, XEN_SYSCTL_tbuf_op) == 0, "info");
	return op.u.tbuf_op;
}

/* By both ways, and the entry is what it was. */
static void refused(u32 n, u32 flags)
{
	struct mmu_update req = {pte_maddr(victim_data), n * PAGE_SIZE | flags};
	u32 before = *pte_of(victim_data);

	verdict_errno(map_foreign(DOMID_XEN, n, flags));
	verdict_errno(HCALL(mmu_update, &req, 1, 0, DOMID_XEN));
	must(*pte_of(victim_data) == before, "entry-changed");
}

static void map_with(u32 flags)
{
	struct xen_sysctl_tbuf_op ring = info();

	for (u32 i = 0; i < ring.size / PAGE_SIZE; i++)
		refused(ring.buffer_mfn + i, BARE | flags);
}

static void map_beside(u32 unused)
{
	struct xen_sysctl_tbuf_op ring = info();
	u32 end = ring.buffer_mfn + ring.size / PAGE_SIZE;

	(void)unused;
	refused(ring.buffer_mfn - 1, BARE);
	refused(end, BARE);
	refused(mfn_of(victim_other), BARE);
	refused(0, BARE);
	refused(nonexistent_mfn, BARE);
	refused(0xFFFFF, BARE);
}

/* What is there to be read is the ring; and by no way does that become writable, or a table. */
static void made_writable(u32 unused)
{
	const struct trace_ring *ring = (struct trace_ring *)victim_data;
	u32 first = info().buffer_mfn;
	struct mmu_update req = {pte_maddr(victim_data), first * PAGE_SIZE | BARE | PTE_RW};
	struct xen_sysctl into = {.u.readconsole = {0, (u32)victim_data, PAGE_SIZE}};

	(void)unused;
	must(map_foreign(DOMID_XEN, first, BARE) == 0, "map");
	must(!__builtin_memcmp(ring->magic, TRACE_RING_MAGIC, 16), "not-the-ring");
	verdict_errno(HCALL(update_va_mapping, victim_data, first * PAGE_SIZE | BARE | PTE_RW, 0,
			    UVMF_INVLPG));
	verdict_errno(HCALL(mmu_update, &req, 1, 0, DOMID_SELF));
	refused(first, BARE | PTE_RW);
	verdict_errno(sysctl(&into, XEN_SYSCTL_readconsole));
	verdict_errno(
	    HCALL(update_va_mapping, victim_other, first * PAGE_SIZE | BARE, 0, UVMF_INVLPG));
	must(attempt(try_write, (u32)victim_data) == VEC_PF, "written");
	must(writable(victim_data) == 0, "unmap");
	for (u32 i = 0; i < 1000; i++)
		must(map_foreign(DOMID_XEN, first, BARE) == 0, "map-again");
	must(writable(victim_data) == 0, "unmap-again");
}

/* Of the hypervisor nothing else is to be had by this name. */
static void by_other_calls(u32 mfn)
{
	struct xen_memory_reservation r = {(u32)&mfn, 1, 0, 0, DOMID_XEN, 0};
	struct mmu_update req = {0, 5};
	struct mmuext_op op = {MMUEXT_PIN_L1_TABLE, 0, 0};
	struct xen_domctl ctl = {0};

	mfn = op.arg1 = info().buffer_mfn;
	req.ptr = (u64)mfn * PAGE_SIZE | MMU_MACHPHYS_UPDATE;
	verdict_errno(HCALL(mmu_update, &req, 1, 0, DOMID_XEN));
	verdict_errno(HCALL(mmuext_op, &op, 1, 0, DOMID_XEN));
	for (u32 cmd = XENMEM_increase_reservation; cmd <= XENMEM_decrease_reservation; cmd++)
		verdict_errno(HCALL(memory_op, cmd, &r, 0, 0));
	verdict_errno(domctl(&ctl, XEN_DOMCTL_getdomaininfo, DOMID_XEN));
	verdict_errno(domctl(&ctl, XEN_DOMCTL_destroydomain, DOMID_XEN));
}

static void no_such_op(u32 cmd)
{
	struct xen_sysctl op = {.u.tbuf_op = {.cmd = cmd, .evt_mask = ~0u}};

	verdict_errno(sysctl(&op, XEN_SYSCTL_tbuf_op));
}

/* Recording goes on and off at any moment. */
static void on_and_off(u32 unused)
{
	u32 before = info().evt_mask;
	struct xen_sysctl op = {0};

	(void)unused;
	for (u32 i = 0; i < 200; i++) {
		op.u.tbuf_op.cmd = i % 4 == 0	? XEN_SYSCTL_TBUFOP_set_evt_mask
				   : i % 4 == 2 ? XEN_SYSCTL_TBUFOP_disable
						: XEN_SYSCTL_TBUFOP_enable;
		op.u.tbuf_op.evt_mask = i * 0x9E3779B9u >> 26;
		must(sysctl(&op, XEN_SYSCTL_tbuf_op) == 0, "on-and-off");
		attempt(try_write, 0x00400000);
	}
	op.u.tbuf_op.cmd = XEN_SYSCTL_TBUFOP_disable;
	must(sysctl(&op, XEN_SYSCTL_tbuf_op) == 0, "off");
	verdict_silent(info().evt_mask == 0);
	op.u.tbuf_op.evt_mask = before ? before : ~0u;
	op.u.tbuf_op.cmd = XEN_SYSCTL_TBUFOP_set_evt_mask;
	must(sysctl(&op, XEN_SYSCTL_tbuf_op) == 0, "as-before");
	op.u.tbuf_op.cmd = before ? XEN_SYSCTL_TBUFOP_enable : XEN_SYSCTL_TBUFOP_disable;
	must(sysctl(&op, XEN_SYSCTL_tbuf_op) == 0, "as-before");
}

CASES = {
    {"foreign-trace-writable", 0, 0, map_with, PTE_RW},
    {"foreign-trace-large", 0, 0, map_with, PTE_PS},
    {"foreign-trace-global", 0, 0, map_with, PTE_G},
    {"foreign-trace-beside", 0, 0, map_beside, 0},
    {"foreign-trace-made-writable", 0, 0, made_writable, 0},
    {"foreign-trace-other-calls", 0, 0, by_other_calls, 0},
    {"manage-trace-cpus", 0, 0, no_such_op, 1},
    {"manage-trace-size", 0, 0, no_such_op, 3},
    {"manage-trace-op-6", 0, 0, no_such_op, 6},
    {"manage-trace-op-max", 0, 0, no_such_op, 0xFFFFFFFF},
    {"manage-trace-on-and-off", 0, 0, on_and_off, 0},
};
