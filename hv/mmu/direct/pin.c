/*[H70] pin.c: tables that stay valid without being mapped, and the one that the CPU walks. */
#include "mmu/direct/entry.h"
#include "trace/trace.h"

int pin_table(struct domain *d, mfn_t m, u8 type)
{
	struct frame *f = frame_of(m);
	int err;

	if (!f || (f->owner == d->id && (f->flags & FRAME_PINNED)))
		return -EINVAL;
	err = table_get(d, m, type);
	if (!err)
		f->flags |= FRAME_PINNED;
	return err;
}

/* At most one directory may be unfinished: finish it, unless it is `m`. */
static int finish_other(struct domain *d, mfn_t m)
{
	struct direct_state *s = d->direct;

	if (mfn_valid(s->unfinished) && s->unfinished.n != m.n && release_step(d) == HCALL_AGAIN)
		return HCALL_AGAIN;
	return 0;
}

int unpin_table(struct domain *d, mfn_t m)
{
	struct frame *f = frame_of(m);

	if (!f || f->owner != d->id)
		return -EINVAL;
	/* The call was interrupted while it released the table, and made again. */
	if (d->direct->unfinished.n == m.n && d->direct->releasing)
		return release_step(d);
	if (!(f->flags & FRAME_PINNED))
		return -EINVAL;
	if (finish_other(d, m))
		return HCALL_AGAIN;
	/* l2e_get() counts hooks as type references besides the pin, so the flag goes first. */
	f->flags &= ~FRAME_PINNED;
	return table_put(d, f);
}

int new_base(struct vcpu *v, mfn_t m)
{
	struct domain *d = v->domain;
	mfn_t old = v->base;
	int err;

	if (m.n == old.n)
		/* Perhaps again, after an interruption while the old one was released. */
		return d->direct->releasing ? release_step(d) : 0;
	if (finish_other(d, m))
		return HCALL_AGAIN;
	err = table_get(d, m, FT_PAGE_DIRECTORY);
	if (err)
		return err;
	v->base = m;
	v->cr3 = mfn_maddr(m).a;
	direct_load_base(v);
	trace_cr3(v, LANE_VMM, LANE_VMM, mfn_valid(old) ? mfn_maddr(old).a : 0, v->cr3, 0);
	return mfn_valid(old) ? table_put(d, frame_of(old)) : 0;
}
