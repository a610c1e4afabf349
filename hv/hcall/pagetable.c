/*[H74] pagetable.c: the hypercalls that change page-table entries, singly and in batches. */
#include "hcall/hcall.h"
#include "mem/domain_page.h"
#include "mmu/direct/direct.h"
#include "trace/trace.h"

/* As in Xen: a batch that was interrupted is called again with this bit in its count, so that the
 * entries done before go on being counted in *done. */
#define BATCH_RESUMED 0x80000000u
#define CHUNK	      8 /* requests read from the guest at a time */

/* The page that the last request changed stays mapped: batches tend to fill one table. */
struct target {
	mfn_t mfn;
	u32 *page;
};

static u32 *target_page(struct target *t, mfn_t m)
{
	if (t->page && t->mfn.n == m.n)
		return t->page;
	if (t->page)
		unmap_domain_page(t->page);
	t->mfn = m;
	t->page = map_domain_page(m);
	return t->page;
}

static int update_entry(struct domain *d, struct target *t, u32 ptr, u32 val)
{
	/* LAB 03.3a BEGIN */
	mfn_t m = mfn(ptr >> PAGE_SHIFT);
	struct frame *f = frame_of(m);
	u32 index = ptr / sizeof(u32) % NR_PTES, *page;

	if (!f || f->owner != d->id || !f->refs)
		return -EINVAL;
	page = target_page(t, m);
	if (f->type_count) {
		if (f->type == FT_PAGE_TABLE)
			return l1_update(d, page, index, val);
		if (f->type == FT_PAGE_DIRECTORY)
			return l2_update(d, f, page, index, val);
		if (f->type != FT_WRITABLE)
			return -EINVAL;
	}
	/* No page table: as good as a write by the guest itself, where it may write. */
	if (type_get(d, f, FT_WRITABLE))
		return -EINVAL;
	page[index] = val;
	type_put(f);
	return 0;
	/* LAB 03.3a END */
}

int update_m2p(const struct domain *d, u32 ptr, u32 val)
{
	mfn_t m = mfn(ptr >> PAGE_SHIFT);
	struct frame *f = frame_of(m);

	if (!f || f->owner != d->id || !f->refs)
		return -EINVAL;
	m2p[m.n] = val;
	return 0;
}

static int update(struct vcpu *v, struct target *t, const struct mmu_update *req)
{
	u32 ptr = req->ptr, val = req->val;
	int err = -EINVAL;

	if (req->ptr >> 32 == 0) {
		if ((ptr & 3) == MMU_NORMAL_PT_UPDATE)
			err = update_entry(v->domain, t, ptr, val);
		else if ((ptr & 3) == MMU_MACHPHYS_UPDATE)
			err = update_m2p(v->domain, ptr, val);
	}
	v->domain->direct->work += WORK_UPDATE;
	trace_mmu_update(v, LANE_VMM, LANE_VMM, ptr, val, err);
	return err;
}

static bool own_domain(const struct domain *d, u32 domid)
{
	return domid == DOMID_SELF || domid == d->id;
}

/* Where a batch stands: what its arguments hold while it runs, and what it tells the guest at the
 * end. */
static u32 batch_begin(struct vcpu *v, struct hcall_args *a, u32 *done)
{
	work_begin(v->domain->direct);
	*done = 0;
	if (!(a->a2 & BATCH_RESUMED))
		return a->a2;
	if (a->a3)
		copy_from_guest(v, done, a->a3, sizeof(*done));
	return a->a2 & ~BATCH_RESUMED;
}

static s32 batch_end(struct vcpu *v, struct hcall_args *a, u32 left, u32 done, s32 err)
{
	if (err == HCALL_AGAIN)
		a->a2 = left | BATCH_RESUMED;
	if (a->a3 && copy_to_guest(v, a->a3, &done, sizeof(done)) && !err)
		return -EFAULT;
	return err;
}

/**
 * mmu_update(struct mmu_update *req, u32 count, u32 *done, domid): change entries in order, up to
 * the first that is refused. *done (if not NULL) says how many took effect.
 * @return 0, -EINVAL (refused), -EFAULT; of another domain also -EPERM, -ESRCH (foreign.c)
 */
s32 hc_mmu_update(struct vcpu *v, struct hcall_args *a)
{
	struct target target = {.page = NULL};
	struct mmu_update req[CHUNK];
	u32 done, left, have = 0, next = 0;
	s32 err = 0;

	rehook_all(v);
	left = batch_begin(v, a, &done);
	if (!own_domain(v->domain, a->a4)) {
		u32 rest = left; /* whose address is taken: `left` stays in a register */

		err = foreign_mmu_update(v, a, &rest, &done);
		return batch_end(v, a, rest, done, err);
	}
	/* LAB 03.3c BEGIN */
	for (; left; left--, done++, a->a1 += sizeof(req[0])) {
		if (v->domain->direct->work >= WORK_BOUND) {
			err = HCALL_AGAIN;
			break;
		}
		if (next == have) {
			next = 0;
			have = left < CHUNK ? left : CHUNK;
			/* Not all can be read: then one by one, up to the one that cannot. */
			if (copy_from_guest(v, req, a->a1, have * sizeof(req[0]))) {
				have = 1;
				err = copy_from_guest(v, req, a->a1, sizeof(req[0]));
				if (err)
					break;
			}
		}
		err = update(v, &target, &req[next++]);
		if (err)
			break;
	}
	/* LAB 03.3c END */
	if (target.page)
		unmap_domain_page(target.page);
	return batch_end(v, a, left, done, err);
}

static void flush_after(struct vcpu *v, vaddr_t va, u32 flags)
{
	switch (flags & UVMF_FLUSHTYPE_MASK) {
	case UVMF_TLB_FLUSH:
		direct_flush(v);
		break;
	case UVMF_INVLPG:
		direct_invlpg(v, va);
		break;
	}
}

/**
 * update_va_mapping(va, val, val_hi, flags): change the entry that maps `va` in the current address
 * space, and flush as UVMF_ says. @return 0 or -EINVAL
 */
s32 hc_update_va_mapping(struct vcpu *v, struct hcall_args *a)
{
	u32 va = a->a1, val = a->a2, *entry;
	struct domain *d = v->domain;
	mfn_t table;
	int err = -EINVAL;

	rehook_all(v);
	/* The last of the four flush types is none: known before anything is changed. */
	if (va >= HYPERVISOR_VIRT_START || (a->a4 & UVMF_FLUSHTYPE_MASK) == UVMF_FLUSHTYPE_MASK)
		return -EINVAL;
	entry = walk_l1e(v, va, &table);
	if (!entry)
		return -EINVAL;
	/* Through a directory's map of itself this would be a directory entry. */
	if (frame_of(table)->type == FT_PAGE_TABLE)
		err = l1_update(d, entry, 0, val);
	unmap_domain_page(entry);
	d->direct->work += WORK_UPDATE;
	trace_mmu_update(v, LANE_VMM, LANE_VMM,
			 mfn_maddr(table).a + (va >> PAGE_SHIFT) % NR_PTES * sizeof(u32), val, err);
	if (!err)
		flush_after(v, va, a->a4);
	return err;
}

/* Only tables can be another domain's, `d`. */
static int mmuext(struct vcpu *v, struct domain *d, const struct mmuext_op *op)
{
	u32 vcpus;

	if (d != v->domain && op->cmd > MMUEXT_UNPIN_TABLE)
		return -EINVAL;
	switch (op->cmd) {
	case MMUEXT_PIN_L1_TABLE:
		return pin_table(d, mfn(op->arg1), FT_PAGE_TABLE);
	case MMUEXT_PIN_L2_TABLE:
		return pin_table(d, mfn(op->arg1), FT_PAGE_DIRECTORY);
	case MMUEXT_UNPIN_TABLE:
		return unpin_table(d, mfn(op->arg1));
	case MMUEXT_NEW_BASEPTR:
		return new_base(v, mfn(op->arg1));
	case MMUEXT_TLB_FLUSH_MULTI:
	case MMUEXT_INVLPG_MULTI:
		/* There is one processor, so the mask of vcpus makes no difference; but it must be
		 * readable, as on real Xen. */
		if (copy_from_guest(v, &vcpus, op->arg2, sizeof(vcpus)))
			return -EFAULT;
		break;
	case MMUEXT_TLB_FLUSH_LOCAL:
	case MMUEXT_TLB_FLUSH_ALL:
	case MMUEXT_INVLPG_LOCAL:
	case MMUEXT_INVLPG_ALL:
		break;
	case MMUEXT_FLUSH_CACHE:
		return -EINVAL; /* only for who has hardware of its own */
	case MMUEXT_SET_LDT:
		return set_ldt(v, op->arg1, op->arg2);
	default:
		return -EINVAL;
	}
	if (op->cmd == MMUEXT_INVLPG_LOCAL || op->cmd == MMUEXT_INVLPG_MULTI ||
	    op->cmd == MMUEXT_INVLPG_ALL)
		direct_invlpg(v, op->arg1);
	else
		direct_flush(v);
	return 0;
}

/*
 * HCALL_AGAIN of an operation that has taken effect: only the old directory is left to be released,
 * which release_rest() goes on with. The operation must count as done. If it were made again, and
 * another call had finished the release meanwhile, it would be refused.
 */
static bool took_effect(struct vcpu *v, const struct domain *d, const struct mmuext_op *op)
{
	const struct direct_state *s = d->direct;

	if (op->cmd == MMUEXT_NEW_BASEPTR)
		return v->base.n == op->arg1;
	return op->cmd == MMUEXT_UNPIN_TABLE && s->unfinished.n == op->arg1 && s->releasing;
}

/* Finish such a release; but one after a failed validation is finished by the pin that failed,
 * which returns the error. */
static s32 release_rest(struct domain *d)
{
	const struct direct_state *s = d->direct;

	return mfn_valid(s->unfinished) && s->releasing && !s->error ? release_step(d) : 0;
}

/** mmuext_op(struct mmuext_op *op, u32 count, u32 *done, domid): as mmu_update. */
s32 hc_mmuext_op(struct vcpu *v, struct hcall_args *a)
{
	struct domain *d = v->domain;
	struct mmuext_op op;
	u32 done, left;
	s32 err = 0;

	rehook_all(v);
	left = batch_begin(v, a, &done);
	if (!own_domain(d, a->a4)) {
		err = find_tables_of(v, a->a4, &d);
		if (err)
			return batch_end(v, a, left, done, err);
	}
	for (;; left--, done++, a->a1 += sizeof(op)) {
		err = release_rest(d);
		if (err || !left)
			break;
		err = HCALL_AGAIN;
		if (v->domain->direct->work >= WORK_BOUND)
			break;
		err = copy_from_guest(v, &op, a->a1, sizeof(op));
		if (err)
			break;
		err = mmuext(v, d, &op);
		v->domain->direct->work += WORK_UPDATE;
		if (err == HCALL_AGAIN && took_effect(v, d, &op))
			err = 0;
		if (err == HCALL_AGAIN)
			break;
		trace_mmuext(v, LANE_VMM, LANE_VMM, op.cmd, op.arg1, err);
		if (err)
			break;
	}
	return batch_end(v, a, left, done, err);
}
