/* pages.c: pages to share: what they hold; given away, and given back in use. */
#include "crowd.h"

static bool there[NR_COMMON]; /* mapped at common[] */

struct model_frame *known_frame(u32 mfn)
{
	for (u32 i = 0; i < NR_KNOWN && mfn != NO_FRAME; i++)
		if (board->frame[i].mfn == mfn)
			return &board->frame[i];
	return NULL;
}

u32 uses_of(u32 mfn)
{
	u32 n = 0;

	for (u32 g = 0; g < NR_GUESTS; g++) {
		for (u32 i = 0; i < NR_MAPS; i++)
			n += board->guest[g].map[i].used && board->guest[g].map[i].pte >> 12 == mfn;
		for (u32 i = 0; i < NR_PLACES; i++)
			n += board->guest[g].place[i] && board->guest[g].place[i] >> 12 == mfn;
	}
	return n;
}

void frame_let_go(u32 mfn)
{
	struct model_frame *f = known_frame(mfn);

	if (f && f->given_back && !uses_of(mfn))
		f->mfn = NO_FRAME;
}

/* A page of ours that has come, with nothing in it. */
static struct model_frame *know(u32 mfn)
{
	for (u32 i = 0; i < NR_KNOWN; i++)
		if (board->frame[i].mfn == NO_FRAME) {
			board->frame[i] = (struct model_frame){.mfn = mfn, .owner = me};
			return &board->frame[i];
		}
	return NULL;
}

static u32 room(void)
{
	u32 n = 0;

	for (u32 i = 0; i < NR_KNOWN; i++)
		n += board->frame[i].mfn == NO_FRAME;
	return n;
}

u32 crowd_pages(void)
{
	u32 n = 0;

	if (!in_crowd)
		return 0;
	for (u32 i = 0; i < NR_KNOWN; i++)
		n += board->frame[i].mfn != NO_FRAME && board->frame[i].owner == me;
	return n - NR_COMMON;
}

/* Whoever has it mapped has it by a grant of ours: without that it is another's by now. */
static bool is_granted(u32 mfn)
{
	for (u32 g = 0; g < NR_GUESTS; g++)
		for (u32 i = 0; i < NR_MAPS; i++) {
			const struct model_map *m = &board->guest[g].map[i];

			if (m->used && m->granter == me && m->pte >> 12 == mfn)
				return true;
		}
	return false;
}

bool crowd_uses(u32 mfn)
{
	if (!in_crowd)
		return false;
	if (is_granted(mfn) && !known_frame(mfn)) {
		struct model_frame *f = know(mfn);

		f->given_back = f->unknown = true;
	}
	return true;
}

void pages_init(void)
{
	for (u32 i = 0; i < NR_COMMON; i++) {
		know(mfn_of(common[i]));
		there[i] = true;
	}
}

static void set_frame(u32 i, u32 mfn)
{
	((u32 *)start_info->mfn_list)[((u32)common[i] - VIRT_BASE) / PAGE_SIZE] = mfn;
}

static s32 memory_op(u32 cmd, u32 *frame)
{
	struct xen_memory_reservation r = {(u32)frame, 1, 0, 0, DOMID_SELF, 0};

	return crowd_call(__HYPERVISOR_memory_op, cmd, (u32)&r, 0, 0);
}

static const char *map_own(u32 i, u32 mfn)
{
	there[i] = !update_va((u32)common[i], mfn << 12 | PTE_NORMAL);
	return there[i] ? NULL : "a page of our own cannot be mapped";
}

static const char *unmap_own(u32 i)
{
	there[i] = false;
	return update_va((u32)common[i], 0) ? "a page of our own cannot be unmapped" : NULL;
}

/* Another page in place of one that is no more; not one that was of the pool, whose tables may name
 * it still. */
static const char *refill(u32 i)
{
	u32 pfn = ((u32)common[i] - VIRT_BASE) / PAGE_SIZE, frame = pfn;
	const char *wrong;

	do {
		if (frame != pfn)
			pool_got(frame);
		frame = pfn;
		if (memory_op(XENMEM_populate_physmap, &frame) != 1)
			return "no page comes for one that has gone";
	} while (pool_knew(frame));
	set_frame(i, frame);
	know(frame);
	wrong = map_own(i, frame);
	if (!wrong)
		memset(common[i], 0, PAGE_SIZE);
	return wrong;
}

static const char *give_back(struct model_frame *f)
{
	u32 mfn = f->mfn;

	if (memory_op(XENMEM_decrease_reservation, &mfn) != 1)
		return "a page cannot be given back";
	met.returned += uses_of(f->mfn) != 0;
	f->given_back = true;
	frame_let_go(f->mfn);
	return NULL;
}

static const char *check_page(u32 i)
{
	const struct model_frame *f = known_frame(mfn_of(common[i]));

	for (u32 k = 0; k < KNOWN; k++)
		if (((volatile u8 *)common[i])[k] != f->bytes[k])
			return must_be(((volatile u8 *)common[i])[k], f->bytes[k],
				       "our own page holds something else");
	return NULL;
}

/* Perhaps others have it mapped still. */
const char *page_step(void)
{
	u32 i = random_below(NR_COMMON), k = random_below(KNOWN);
	struct model_frame *f = known_frame(mfn_of(common[i]));
	const char *wrong;

	if (!there[i])
		return f ? map_own(i, f->mfn) : refill(i);
	wrong = check_page(i);
	if (wrong || !one_in(6) || room() < NR_KNOWN / 4) {
		((volatile u8 *)common[i])[k] = f->bytes[k] = random32();
		return wrong;
	}
	wrong = unmap_own(i);
	if (!wrong)
		wrong = give_back(f);
	set_frame(i, NO_FRAME);
	return wrong ? wrong : refill(i);
}

/* ---- transfer ---- */

static s16 want_of_transfer(const struct gnttab_transfer *op, bool mapped)
{
	const struct model_frame *f = known_frame(op->mfn);
	const struct model_entry *e;
	u32 n = op->domid - FIRST_ID;

	if (!f || f->owner != me || f->given_back || mapped || uses_of(op->mfn))
		return GNTST_bad_page;
	if (n >= NR_GUESTS || n == me)
		return GNTST_bad_domain;
	if (board->guest[n].ended)
		return ANY_GONE;
	if (op->ref - FIRST_REF >= NR_ENTRIES)
		return GNTST_general_error;
	e = &board->guest[n].entry[op->ref - FIRST_REF];
	return e->flags == GTF_accept_transfer && e->domid == FIRST_ID + me ? GNTST_okay
									    : GNTST_general_error;
}

static const char *give_away(u32 i)
{
	struct gnttab_transfer op = {.mfn = mfn_of(common[i]), .status = 99};
	struct model_entry *e;
	u32 domid, ref;
	s16 want;

	any_grant(GTF_accept_transfer, &domid, &ref);
	op.domid = domid;
	op.ref = ref;
	want = want_of_transfer(&op, there[i]);
	if (grant_op(GNTTABOP_transfer, &op, 1) || !status_is(op.status, want))
		return must_be(op.status, want, "transfer");
	if (op.status)
		return NULL;
	e = &board->guest[domid - FIRST_ID].entry[ref - FIRST_REF];
	e->flags |= GTF_transfer_committed | GTF_transfer_completed;
	e->frame = op.mfn;
	met.given++;
	known_frame(op.mfn)->owner = domid - FIRST_ID;
	set_frame(i, NO_FRAME);
	return NULL;
}

/* A page that has come: it is used, or given back. */
static const char *take(struct model_entry *e)
{
	struct model_frame *f = known_frame(e->frame);
	u32 i = 0;

	e->flags = 0;
	grant_table[FIRST_REF + (e - mine->entry)].flags = 0;
	while (i < NR_COMMON && mfn_of(common[i]) != NO_FRAME)
		i++;
	mmu_update((u64)f->mfn << 12 | MMU_MACHPHYS_UPDATE,
		   i < NR_COMMON ? ((u32)common[i] - VIRT_BASE) / PAGE_SIZE : 0);
	if (i == NR_COMMON || pool_knew(f->mfn))
		return give_back(f);
	set_frame(i, f->mfn);
	return map_own(i, f->mfn) ? "a page that has come cannot be mapped" : check_page(i);
}

const char *transfer_step(void)
{
	u32 i = random_below(NR_COMMON);
	const char *wrong = NULL;

	for (u32 k = 0; k < NR_ENTRIES; k++)
		if ((mine->entry[k].flags & ~GTF_transfer_committed) ==
		    (GTF_accept_transfer | GTF_transfer_completed))
			return take(&mine->entry[k]);
	if (mfn_of(common[i]) == NO_FRAME)
		return one_in(2) ? NULL : page_step();
	if (there[i] && !one_in(6))
		wrong = unmap_own(i);
	if (!wrong)
		wrong = give_away(i);
	return wrong;
}
