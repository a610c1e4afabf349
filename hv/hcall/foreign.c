/* foreign.c: Domain 0 maps pages of other domains, and works on their page tables. */
#include "dom/guest_ops.h"
#include "hcall/hcall.h"
#include "mem/domain_page.h"
#include "mmu/direct/direct.h"
#include "trace/trace.h"

/* A zombie is not found, nor what is on the way there: of what is left nothing new may be had. */
int find_other(struct vcpu *v, u32 domid, struct domain **d)
{
	if (!v->domain->privileged)
		return -EPERM;
	for (*d = domains; *d && (*d)->id != domid; *d = (*d)->next)
		;
	return *d && !(*d)->gone ? 0 : -ESRCH;
}

int find_tables_of(struct vcpu *v, u32 domid, struct domain **d)
{
	int err = find_target(v, domid, d);

	if (err)
		return err;
	if (!(*d)->ops->by_mfn)
		return -EINVAL;
	/* What it writes freely is validated first; that may end it. */
	rehook_all((*d)->vcpus);
	work_begin((*d)->direct);
	return (*d)->dying ? -EINVAL : 0;
}

/* Whose frames are mapped. NULL: the hypervisor's; of these there are those of the trace. */
static s32 find_owner(struct vcpu *v, u32 domid, struct domain **owner)
{
	if (domid != DOMID_XEN)
		return find_target(v, domid, owner);
	*owner = NULL;
	return v->domain->privileged ? 0 : -EPERM;
}

static int change_entry(struct domain *d, struct domain *owner, u32 *entry, u32 val)
{
	return owner ? l1_update_foreign(d, owner, entry, val) : l1_update_trace(d, entry, val);
}

/* An entry of a page table of the caller's own. */
static int map(struct domain *d, struct domain *owner, u32 ptr, u32 val)
{
	u32 *entry = entry_at(d, ptr);
	int err;

	if (!entry)
		return -EINVAL;
	err = change_entry(d, owner, entry, val);
	unmap_domain_page(entry);
	return err;
}

static int update(struct vcpu *v, struct domain *owner, const struct mmu_update *req)
{
	u32 ptr = req->ptr, val = req->val;
	int err = -EINVAL;

	if (req->ptr >> 32 == 0) {
		if ((ptr & 3) == MMU_NORMAL_PT_UPDATE)
			err = map(v->domain, owner, ptr, val);
		else if ((ptr & 3) == MMU_MACHPHYS_UPDATE && owner && owner->ops->by_mfn)
			err = update_m2p(owner, ptr, val); /* in shadow mode its p2m settles that */
	}
	trace_mmu_update(v, LANE_VMM, LANE_VMM, ptr, val, err);
	return err;
}

s32 foreign_mmu_update(struct vcpu *v, struct hcall_args *a, u32 *left, u32 *done)
{
	struct mmu_update req;
	struct domain *owner;
	s32 err = find_owner(v, a->a4, &owner);

	for (; !err && *left; --*left, ++*done, a->a1 += sizeof(req)) {
		if (v->domain->direct->work >= WORK_BOUND)
			return HCALL_AGAIN;
		v->domain->direct->work += WORK_UPDATE;
		err = copy_from_guest(v, &req, a->a1, sizeof(req));
		if (!err)
			err = update(v, owner, &req);
		if (err)
			break;
	}
	return err;
}

/**
 * update_va_mapping_otherdomain(va, val, val_hi, flags, domid): as update_va_mapping, where the
 * frame that is mapped is another domain's. @return as that; -EPERM, -ESRCH
 */
s32 hc_update_va_mapping_otherdomain(struct vcpu *v, struct hcall_args *a)
{
	u32 va = a->a1, *entry;
	struct domain *owner;
	mfn_t table;
	int err = find_owner(v, a->a5, &owner);

	if (err)
		return err;
	if (owner == v->domain)
		return hc_update_va_mapping(v, a);
	rehook_all(v);
	if (va >= HYPERVISOR_VIRT_START || (a->a4 & UVMF_FLUSHTYPE_MASK) == UVMF_FLUSHTYPE_MASK)
		return -EINVAL;
	entry = walk_l1e(v, va, &table);
	if (!entry)
		return -EINVAL;
	err = -EINVAL;
	if (frame_of(table)->type == FT_PAGE_TABLE)
		err = change_entry(v->domain, owner, entry, a->a2);
	unmap_domain_page(entry);
	v->domain->direct->work += WORK_UPDATE;
	trace_mmu_update(v, LANE_VMM, LANE_VMM,
			 mfn_maddr(table).a + (va >> PAGE_SHIFT) % NR_PTES * sizeof(u32), a->a2,
			 err);
	if (!err && (a->a4 & UVMF_FLUSHTYPE_MASK) == UVMF_TLB_FLUSH)
		direct_flush(v);
	if (!err && (a->a4 & UVMF_FLUSHTYPE_MASK) == UVMF_INVLPG)
		direct_invlpg(v, va);
	return err;
}
