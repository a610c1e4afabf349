/* refused.c: what only Domain 0 may do: each who is not gets the same answer, whatever he asks. */
#include <trapline/xen/domctl.h>
#include "crowd.h"

#define EPERM	   1
#define EFAULT	   14
#define EINVAL	   22
#define UNREADABLE 0x00800000u

static u32 another(void)
{
	u32 domid;

	do
		domid = one_in(8) ? 0 : FIRST_ID + random_below(NR_GUESTS);
	while (domid == FIRST_ID + me);
	return domid;
}

static s32 domctl(void)
{
	struct xen_domctl op = {.cmd = random_below(20),
				.interface_version = XEN_DOMCTL_INTERFACE_VERSION,
				.domain = one_in(4) ? FIRST_ID + me : another()};

	if (one_in(8))
		op.cmd = random32() >> random_below(32);
	return crowd_call(__HYPERVISOR_domctl, one_in(8) ? bad_va() : (u32)&op, 0, 0, 0);
}

static s32 sysctl(void)
{
	struct xen_sysctl op = {.cmd = random_below(8),
				.interface_version = XEN_SYSCTL_INTERFACE_VERSION};

	return crowd_call(__HYPERVISOR_sysctl, one_in(8) ? bad_va() : (u32)&op, 0, 0, 0);
}

static s32 others_memory(void)
{
	static const u8 cmds[] = {XENMEM_increase_reservation, XENMEM_decrease_reservation,
				  XENMEM_populate_physmap};
	u32 frame = board->frame[random_below(NR_KNOWN)].mfn;
	struct xen_memory_reservation r = {(u32)&frame, 1, 0, 0, another(), 0};
	domid_t domid = r.domid;

	if (one_in(2))
		return crowd_call(__HYPERVISOR_memory_op,
				  one_in(2) ? XENMEM_current_reservation
					    : XENMEM_maximum_reservation,
				  (u32)&domid, 0, 0);
	return crowd_call(__HYPERVISOR_memory_op, random_of(cmds), (u32)&r, 0, 0);
}

static s32 others_tables(void)
{
	u32 mfn = board->frame[random_below(NR_KNOWN)].mfn, domid = another();
	struct mmu_update req = {pte_maddr((void *)PLACE_VA), mfn << 12 | PTE_P};
	struct mmuext_op op = {random_below(5), mfn, 0};

	switch (random_below(3)) {
	case 0:
		return crowd_call(__HYPERVISOR_mmu_update, (u32)&req, 1, 0, domid);
	case 1:
		return crowd_call(__HYPERVISOR_mmuext_op, (u32)&op, 1, 0, domid);
	}
	return hypercall5(__HYPERVISOR_update_va_mapping_otherdomain, PLACE_VA, mfn << 12 | PTE_P,
			  0, UVMF_INVLPG, domid);
}

/* The table of grants of another has a status of its own. */
static const char *others_grants(void)
{
	u32 frame = 77;
	struct gnttab_setup_table op = {.dom = another(),
					.nr_frames = random_below(3),
					.frame_list = (u32)&frame,
					.status = 99};

	if (grant_op(GNTTABOP_setup_table, &op, 1) || frame != 77)
		return "setup_table of another's table";
	return must_be(op.status, GNTST_permission_denied, "setup_table of another's table");
}

const char *refused_step(void)
{
	met.refused++;
	switch (random_below(5)) {
	case 0:
		return must_be(domctl(), -EPERM, "domctl");
	case 1:
		return must_be(sysctl(), -EPERM, "sysctl");
	case 2:
		return must_be(others_memory(), -EPERM, "another's memory");
	case 3:
		return must_be(others_tables(), -EPERM, "another's page tables");
	}
	return others_grants();
}

/* Nothing is done whose arguments cannot be read or written, and no list that is too long. */
const char *unreadable_step(void)
{
	static const u8 events[] = {EVTCHNOP_bind_interdomain,
				    EVTCHNOP_bind_virq,
				    EVTCHNOP_close,
				    EVTCHNOP_send,
				    EVTCHNOP_status,
				    EVTCHNOP_alloc_unbound,
				    EVTCHNOP_bind_ipi,
				    EVTCHNOP_bind_vcpu,
				    EVTCHNOP_unmask};
	static const u8 grants[] = {GNTTABOP_map_grant_ref, GNTTABOP_unmap_grant_ref,
				    GNTTABOP_setup_table, GNTTABOP_transfer, GNTTABOP_copy};
	u32 va = UNREADABLE + random_below(PAGE_SIZE),
	    n = one_in(4) ? GNTTAB_MAX_OPS + 1 + (random32() >> 1)
			  : 1 + random_below(GNTTAB_MAX_OPS);

	if (one_in(2))
		return must_be(
		    crowd_call(__HYPERVISOR_event_channel_op, random_of(events), va, 0, 0), -EFAULT,
		    "an operation that cannot be read");
	return must_be(crowd_call(__HYPERVISOR_grant_table_op, random_of(grants), va, n, 0),
		       n > GNTTAB_MAX_OPS ? -EINVAL : -EFAULT, "operations that cannot be read");
}
