/* copies.c: random copies between pages of one's own and pages that are granted. */
#include "crowd.h"

#define BATCH 4u

static struct gnttab_copy_end any_end(bool by_ref)
{
	struct gnttab_copy_end end = {mfn_of(common[random_below(NR_COMMON)]), DOMID_SELF, 0};
	u32 domid, ref;

	if (by_ref) {
		any_grant(GTF_permit_access, &domid, &ref);
		end = (struct gnttab_copy_end){ref, domid, 0};
	} else if (one_in(20)) {
		end.domid = any_domid();
	} else if (one_in(20)) {
		end.page = board->frame[random_below(NR_KNOWN)].mfn;
	}
	return end;
}

static bool is_unknown(const struct gnttab_copy_end *end, bool by_ref, bool readonly)
{
	u32 domid = end->domid == DOMID_SELF ? FIRST_ID + me : end->domid, mfn;

	const struct model_frame *f = known_frame(end->page);

	if (!by_ref)
		return !f || f->unknown;
	return may_use(domid, end->page, readonly, &mfn) == PERHAPS;
}

/* Within what is known, or all of a page. */
static void make_copy(struct gnttab_copy *op)
{
	u16 flags = random_below(4);

	*op = (struct gnttab_copy){
	    .source = any_end(flags & GNTCOPY_source_gref),
	    .dest = any_end(flags & GNTCOPY_dest_gref),
	    .len = PAGE_SIZE,
	    .flags = flags,
	    .status = 99,
	};
	if (!one_in(4)) {
		op->len = random_below(KNOWN + 1);
		op->source.offset = random_below(KNOWN + 1 - op->len);
		op->dest.offset = random_below(KNOWN + 1 - op->len);
	}
	if (one_in(24)) {
		u16 *offset = one_in(2) ? &op->source.offset : &op->dest.offset;

		*offset = one_in(2) ? PAGE_SIZE + 1 - op->len : 0xFFFF;
	}
	if (one_in(40))
		op->flags |= 4u << random_below(14);
	/* Nobody knows what a page of the pool holds, nor which of two ends would be refused. */
	if (is_unknown(&op->source, op->flags & GNTCOPY_source_gref, true)) {
		op->flags &= ~GNTCOPY_dest_gref;
		op->dest = any_end(false);
		op->len = 0;
	} else if (is_unknown(&op->dest, op->flags & GNTCOPY_dest_gref, false)) {
		op->len = 0;
	}
}

/* One end of a copy, while it lasts: what must be answered, and which entry is in use. */
struct end {
	s16 want;
	u32 mfn, guest, ref;
	bool marked, readonly;
};

static struct end begin_end(const struct gnttab_copy_end *at, bool by_ref, bool readonly)
{
	u32 domid = at->domid == DOMID_SELF ? FIRST_ID + me : at->domid;
	struct end e = {GNTST_okay, at->page, domid - FIRST_ID, at->page, false, readonly};
	const struct model_frame *f = known_frame(at->page);

	if (by_ref) {
		e.want = may_use(domid, at->page, readonly, &e.mfn);
		e.marked = e.mfn != NO_FRAME;
		if (e.marked)
			use(e.guest, e.ref, readonly);
	} else if (at->domid != DOMID_SELF) {
		e.want = GNTST_permission_denied;
	} else if (!f || f->unknown) {
		e.want = at->page < nonexistent_mfn ? PERHAPS : GNTST_bad_page;
	} else {
		e.want = f->owner == me ? GNTST_okay : GNTST_bad_page;
	}
	return e;
}

static void end_end(const struct end *e)
{
	if (e->marked)
		unuse(e->guest, e->ref, e->readonly);
}

static void copy_bytes(const struct gnttab_copy *op, const u8 *from, u8 *to)
{
	u8 bytes[KNOWN];

	memcpy(bytes, from, KNOWN);
	if (op->len == PAGE_SIZE)
		memcpy(to, bytes, KNOWN);
	else
		memcpy(to + op->dest.offset, bytes + op->source.offset, op->len);
}

static const char *judge_copy(const struct gnttab_copy *op)
{
	struct model_frame *src, *dst;
	struct end from, to;
	const char *wrong = NULL;

	if (op->flags > 3 || op->source.offset + op->len > PAGE_SIZE ||
	    op->dest.offset + op->len > PAGE_SIZE)
		return must_be(op->status, GNTST_bad_copy_arg, "copy");
	from = begin_end(&op->source, op->flags & GNTCOPY_source_gref, true);
	if (from.want == PERHAPS && op->status == GNTST_permission_denied)
		from.want = GNTST_okay; /* it is the other end */
	if ((from.want != GNTST_okay && from.want != PERHAPS) ||
	    (from.want == PERHAPS && op->status)) {
		end_end(&from);
		return status_is(op->status, from.want)
			   ? NULL
			   : must_be(op->status, from.want, "copy from there");
	}
	to = begin_end(&op->dest, op->flags & GNTCOPY_dest_gref, false);
	if (!status_is(op->status, to.want))
		wrong = must_be(op->status, to.want, "copy to there");
	end_end(&to);
	end_end(&from);
	src = known_frame(from.mfn);
	dst = known_frame(to.mfn);
	if (!op->status && src && dst)
		met.copied++, copy_bytes(op, src->bytes, dst->bytes);
	return wrong;
}

const char *copy_step(void)
{
	static struct gnttab_copy op[BATCH];
	u32 n = one_in(3) ? 1 + random_below(BATCH) : 1;
	const char *wrong;

	for (u32 i = 0; i < n; i++)
		make_copy(&op[i]);
	wrong = must_be(grant_op(GNTTABOP_copy, op, n), 0, "the call to copy");
	for (u32 i = 0; i < n && !wrong; i++)
		wrong = judge_copy(&op[i]);
	return wrong;
}
