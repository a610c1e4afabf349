/* hand_over.c: pages that go from one domain to another: given away, or copied. */
#include "comm/grant.h"
#include "hcall/grant.h"
#include "lib/string.h"
#include "mem/domain_page.h"
#include "mem/record.h"
#include "mmu/direct/direct.h"
#include "trace/trace.h"

/* ---- transfer ---- */

static void change_owner(struct domain *from, struct domain *to, struct frame *f)
{
	/* Its mappings have gone, but perhaps not from the processor's memory. */
	direct_flush(from->vcpus);
	from->populated--;
	page_charge(to, frame_mfn(f));
	f->owner = to->id;
	f->type = FT_NONE;
	frame_changed(f);
	m2p[frame_mfn(f).n] = XEN_INVALID_PFN;
}

static s16 transfer(struct domain *d, const struct gnttab_transfer *op)
{
	struct domain *to = domain_find(op->domid);
	struct frame *f = frame_of(mfn(op->mfn));

	if (!can_change_owner(d, f))
		return GNTST_bad_page;
	if (!to || to == d || to->dying)
		return GNTST_bad_domain;
	/* It takes no more memory than it may have. */
	if (domain_full(to) || !grant_transfer_begin(to, d->id, op->ref))
		return GNTST_general_error;
	change_owner(d, to, f);
	grant_transfer_end(to, op->ref, frame_mfn(f));
	return GNTST_okay;
}

s32 grant_transfer(struct vcpu *v, vaddr_t va)
{
	struct gnttab_transfer op;

	if (grant_op_read(v, va, &op, sizeof(op)))
		return -EFAULT;
	op.status = transfer(v->domain, &op);
	v->domain->direct->work += WORK_UPDATE;
	trace_grant_transfer(v, LANE_VMM, LANE_VMM, op.domid, op.ref, op.mfn, op.status);
	return grant_op_answer(v, va, &op, status);
}

/* ---- copy ---- */

#define WORK_COPY_BYTES 128u /* of a copy, in one unit */

/* One end of a copy, while it is held. */
struct end {
	struct domain *granter; /* NULL: a frame of one's own */
	u32 ref;
	mfn_t m;
	bool readonly;
};

static void let_go(struct domain *d, const struct end *e)
{
	if (e->granter)
		grant_put(d, e->granter, e->ref, e->readonly, e->m);
	else
		page_put(d, frame_of(e->m));
}

static s16 find_end(struct domain *d, const struct gnttab_copy_end *at, bool by_ref, struct end *e)
{
	struct frame *f = frame_of(mfn(at->page));

	e->granter = NULL;
	if (!by_ref) {
		e->m = mfn(at->page);
		if (at->domid != DOMID_SELF)
			return GNTST_permission_denied;
		return f && frame_get(f, d->id) ? GNTST_okay : GNTST_bad_page;
	}
	e->granter = at->domid == DOMID_SELF ? d : domain_find(at->domid);
	e->ref = at->page;
	return e->granter ? grant_get(e->granter, d->id, e->ref, e->readonly, &e->m)
			  : GNTST_bad_domain;
}

static s16 hold(struct domain *d, const struct gnttab_copy_end *at, bool by_ref, struct end *e)
{
	s16 status = find_end(d, at, by_ref, e);

	/* No page table is written behind the validator, whoever grants it. */
	if (!status && !e->readonly && type_get(d, frame_of(e->m), FT_WRITABLE)) {
		let_go(d, e);
		status = GNTST_bad_page;
	}
	return status;
}

static s16 copy(struct domain *d, const struct gnttab_copy *op)
{
	struct end from = {.readonly = true}, to = {.readonly = false};
	u8 *src, *dst;
	s16 status;

	if ((op->flags & ~(GNTCOPY_source_gref | GNTCOPY_dest_gref)) ||
	    op->source.offset + op->len > PAGE_SIZE || op->dest.offset + op->len > PAGE_SIZE)
		return GNTST_bad_copy_arg;
	status = hold(d, &op->source, op->flags & GNTCOPY_source_gref, &from);
	if (status)
		return status;
	status = hold(d, &op->dest, op->flags & GNTCOPY_dest_gref, &to);
	if (!status) {
		src = map_domain_page(from.m);
		dst = map_domain_page(to.m);
		memmove(dst + op->dest.offset, src + op->source.offset, op->len);
		unmap_domain_page(dst);
		unmap_domain_page(src);
		type_put(frame_of(to.m));
		let_go(d, &to);
	}
	let_go(d, &from);
	return status;
}

s32 grant_copy(struct vcpu *v, vaddr_t va)
{
	struct gnttab_copy op;

	if (grant_op_read(v, va, &op, sizeof(op)))
		return -EFAULT;
	op.status = copy(v->domain, &op);
	v->domain->direct->work += WORK_UPDATE + op.len / WORK_COPY_BYTES;
	trace_grant_copy(v, LANE_VMM, LANE_VMM, op.source.domid, op.source.page, op.dest.domid,
			 op.dest.page, op.len, op.status);
	return grant_op_answer(v, va, &op, status);
}
