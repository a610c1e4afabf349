/* grant.c: grant_table_op: the table of one's own, and mapping what others grant. */
#include "comm/grant.h"
#include "dom/guest_ops.h"
#include "hcall/grant.h"
#include "hcall/hcall.h"
#include "lib/range.h"
#include "mmu/direct/direct.h"
#include "mmu/direct/entry.h"
#include "trace/trace.h"

#define GNTMAP_KNOWN                                                                               \
	(GNTMAP_host_map | GNTMAP_readonly | GNTMAP_application_map | GNTMAP_contains_pte)

/* The entry that maps a granted frame. It is made accessed and dirty: nobody looks at these. */
static inline u32 grant_pte(mfn_t m, u32 flags)
{
	return mfn_maddr(m).a | PTE_P | PTE_A | PTE_D | (flags & GNTMAP_readonly ? 0 : PTE_RW) |
	       (flags & GNTMAP_application_map ? PTE_US : 0);
}

static s16 map_frame(struct vcpu *v, struct gnttab_map_grant_ref *op, struct grant_map *map)
{
	bool readonly = op->flags & GNTMAP_readonly, by_entry = op->flags & GNTMAP_contains_pte;
	struct domain *granter = domain_find(op->dom);
	s16 status;
	mfn_t m;
	u32 pte;
	int err;

	if (!granter)
		return GNTST_bad_domain;
	if (op->host_addr >> 32)
		return GNTST_bad_virt_addr;
	status = grant_get(granter, v->domain->id, op->ref, readonly, &m);
	if (status)
		return status;
	pte = grant_pte(m, op->flags);
	err = foreign_map(v, op->host_addr, by_entry, pte);
	if (err) {
		grant_put(v->domain, granter, op->ref, readonly, m);
		return err == -EFAULT ? GNTST_bad_virt_addr : GNTST_general_error;
	}
	handle_changed(m, true);
	*map = (struct grant_map){pte | (by_entry ? GRANT_BY_ENTRY : 0), op->dom, op->ref};
	op->dev_bus_addr = mfn_maddr(m).a;
	return GNTST_okay;
}

static s32 map(struct vcpu *v, vaddr_t va)
{
	struct gnttab_map_grant_ref op;
	struct grant_map *map = NULL;

	if (grant_op_read(v, va, &op, sizeof(op)))
		return -EFAULT;
	op.dev_bus_addr = op.handle = 0;
	/* No guest has a device that could reach memory by itself. */
	if (op.flags & GNTMAP_device_map)
		op.status = GNTST_no_device_space;
	else if ((op.flags & ~GNTMAP_KNOWN) || !(op.flags & GNTMAP_host_map))
		op.status = GNTST_general_error;
	else if (!(map = grant_map_new(v->domain, &op.handle)))
		op.status = GNTST_no_device_space;
	else
		op.status = map_frame(v, &op, map);
	if (map && op.status)
		grant_map_free(v->domain, op.handle);
	if (v->records & TRACE_CLASS_dom) /* otherwise its arguments are not worked out */
		trace_grant_map(v, LANE_VMM, LANE_VMM, op.dom, op.ref,
				op.dev_bus_addr >> PAGE_SHIFT, op.handle, op.status);
	return grant_op_answer(v, va, &op, status);
}

static s16 unmap_handle(struct vcpu *v, const struct gnttab_unmap_grant_ref *op)
{
	const struct grant_map *map = grant_map_find(v->domain, op->handle);

	if (!map)
		return GNTST_bad_handle;
	/* Only where it is mapped: what the granter is told to be unmapped must be so. */
	if (op->host_addr >> 32 ||
	    foreign_unmap(v, op->host_addr, map->pte & GRANT_BY_ENTRY, map->pte))
		return GNTST_bad_virt_addr;
	handle_changed(grant_map_mfn(map), false);
	grant_put(v->domain, domain_find(map->granter), map->ref, grant_map_readonly(map),
		  grant_map_mfn(map));
	grant_map_free(v->domain, op->handle);
	return GNTST_okay;
}

static s32 unmap(struct vcpu *v, vaddr_t va)
{
	struct gnttab_unmap_grant_ref op;

	if (grant_op_read(v, va, &op, sizeof(op)))
		return -EFAULT;
	op.status = unmap_handle(v, &op);
	if (v->records & TRACE_CLASS_dom)
		trace_grant_unmap(v, LANE_VMM, LANE_VMM, op.handle, op.host_addr, op.status);
	return grant_op_answer(v, va, &op, status);
}

/* Whose table: one's own, or by Domain 0 another's. */
static s16 table_owner(struct domain *d, domid_t domid, struct domain **of)
{
	*of = domid == DOMID_SELF ? d : domain_find(domid);
	if (*of != d && !d->privileged)
		return GNTST_permission_denied;
	return *of && (*of)->ops->by_mfn && !(*of)->gone ? GNTST_okay : GNTST_bad_domain;
}

static s32 setup_table(struct vcpu *v, vaddr_t va)
{
	struct gnttab_setup_table op;
	struct domain *of;
	vaddr_t slot;

	v->domain->direct->work += WORK_COPY; /* a frame may be cleared */
	if (copy_from_guest(v, &op, va, sizeof(op)))
		return -EFAULT;
	op.status = table_owner(v->domain, op.dom, &of);
	if (!op.status && (op.nr_frames > NR_GRANT_FRAMES || !grant_setup(of, op.nr_frames)))
		op.status = GNTST_general_error;
	for (u32 i = 0; !op.status && i < op.nr_frames; i++)
		if (!range_end(op.frame_list, i, sizeof(u32), &slot) ||
		    copy_to_guest(v, slot, &of->grants->table[i], sizeof(u32)))
			return -EFAULT;
	return copy_to_guest(v, va, &op, sizeof(op)) ? -EFAULT : 0;
}

/* The operations of a batch: how large each is, and what it does. */
static const struct {
	u32 size;
	s32 (*do_op)(struct vcpu *v, vaddr_t va);
} operation[] = {
    [GNTTABOP_map_grant_ref] = {sizeof(struct gnttab_map_grant_ref), map},
    [GNTTABOP_unmap_grant_ref] = {sizeof(struct gnttab_unmap_grant_ref), unmap},
    [GNTTABOP_setup_table] = {sizeof(struct gnttab_setup_table), setup_table},
    [GNTTABOP_transfer] = {sizeof(struct gnttab_transfer), grant_transfer},
    [GNTTABOP_copy] = {sizeof(struct gnttab_copy), grant_copy},
};

/**
 * grant_table_op(cmd, ops, count): see include/trapline/xen/grant_table.h.
 * @return 0, -EFAULT, -EINVAL (too many), -ENOSYS
 */
s32 hc_grant_table_op(struct vcpu *v, struct hcall_args *a)
{
	struct direct_state *s = v->domain->direct;
	u32 cmd = a->a1;
	s32 err = 0;

	if (a->a3 > GNTTAB_MAX_OPS)
		return -EINVAL;
	if (cmd >= ARRAY_SIZE(operation) || !operation[cmd].size)
		return -ENOSYS;
	rehook_keep_burst(v);
	work_begin(s);
	while (a->a3 && !err) {
		if (s->work >= WORK_BOUND)
			return HCALL_AGAIN;
		err = operation[cmd].do_op(v, a->a2);
		a->a2 += operation[cmd].size;
		a->a3--;
	}
	return err;
}
