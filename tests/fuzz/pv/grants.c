/* grants.c: random entries of a table of grants, and what a use of one must be answered. */
#include <stdarg.h>
#include "crowd.h"

static u8 table_page[PAGE_SIZE] PAGE_ALIGNED; /* its frame is replaced by the table's */
struct grant_entry *grant_table = (struct grant_entry *)table_page;

/* A sum over what the trace must say of the operation: fuzz.sh makes the same of the trace. */
static void sum_words(u32 words, ...)
{
	va_list args;

	va_start(args, words);
	for (u32 k = 1; k <= words; k++)
		met.traced += k * (va_arg(args, u32) & 0xFFFF);
	va_end(args);
}

static void sum_op(u32 cmd, const void *op)
{
	const struct gnttab_map_grant_ref *map = op;
	const struct gnttab_unmap_grant_ref *unmap = op;
	const struct gnttab_transfer *give = op;
	const struct gnttab_copy *copy = op;

	if (cmd == GNTTABOP_map_grant_ref)
		sum_words(5, map->dom, map->ref, (u32)map->dev_bus_addr >> 12, map->handle,
			  map->status);
	else if (cmd == GNTTABOP_unmap_grant_ref)
		sum_words(3, unmap->handle, (u32)unmap->host_addr, unmap->status);
	else if (cmd == GNTTABOP_transfer)
		sum_words(4, give->domid, give->ref, give->mfn, give->status);
	else if (cmd == GNTTABOP_copy)
		sum_words(6, copy->source.domid, copy->source.page, copy->dest.domid,
			  copy->dest.page, copy->len, copy->status);
}

s32 grant_op(u32 cmd, void *ops, u32 n)
{
	static const u8 size[] = {
	    [GNTTABOP_map_grant_ref] = sizeof(struct gnttab_map_grant_ref),
	    [GNTTABOP_unmap_grant_ref] = sizeof(struct gnttab_unmap_grant_ref),
	    [GNTTABOP_transfer] = sizeof(struct gnttab_transfer),
	    [GNTTABOP_copy] = sizeof(struct gnttab_copy),
	};
	s32 ret = crowd_call(__HYPERVISOR_grant_table_op, cmd, (u32)ops, n, 0);

	for (u32 i = 0; i < n && !ret; i++)
		sum_op(cmd, (u8 *)ops + i * size[cmd]);
	return ret;
}

/* Entry `ref` for guest `n` to write; 0: only let there be a table. */
void grants_init(u32 ref, u32 n, u32 mfn)
{
	struct gnttab_setup_table op = {.dom = DOMID_SELF, .nr_frames = 1};
	u32 pfn = ((u32)table_page - VIRT_BASE) / PAGE_SIZE;
	static u32 frame;

	if (!frame) {
		op.frame_list = (u32)&frame;
		grant_op(GNTTABOP_setup_table, &op, 1);
		if (op.status || update_va((u32)table_page, frame << 12 | PTE_NORMAL))
			print("fuzz: no table of grants\n");
		((u32 *)start_info->mfn_list)[pfn] = frame;
		mmu_update((u64)frame << 12 | MMU_MACHPHYS_UPDATE, pfn);
	}
	if (!ref)
		return;
	grant_table[ref].domid = FIRST_ID + n;
	grant_table[ref].frame = mfn;
	__atomic_store_n(&grant_table[ref].flags, GTF_permit_access, __ATOMIC_SEQ_CST);
}

/* ---- the model ---- */

static struct model_entry *entry_of(u32 guest, u32 ref)
{
	return ref - FIRST_REF < NR_ENTRIES ? &board->guest[guest].entry[ref - FIRST_REF] : NULL;
}

bool status_is(s16 got, s16 want)
{
	if (want == ANY_GONE)
		return got == GNTST_bad_domain || got == GNTST_bad_gntref ||
		       got == GNTST_general_error;
	if (want == PERHAPS)
		return got == GNTST_okay || got == GNTST_general_error || got == GNTST_bad_page;
	return got == want;
}

s16 may_use(u32 domid, u32 ref, bool readonly, u32 *mfn)
{
	const struct model_frame *f;
	const struct model_entry *e;
	u32 n = domid - FIRST_ID;

	*mfn = NO_FRAME;
	if (n >= NR_GUESTS)
		return GNTST_bad_domain;
	if (board->guest[n].ended)
		return ANY_GONE;
	if (ref >= GRANTS_PER_FRAME)
		return GNTST_bad_gntref;
	e = entry_of(n, ref);
	if (!e || (e->flags & GTF_type_mask) != GTF_permit_access || e->domid != FIRST_ID + me ||
	    (!readonly && (e->flags & GTF_readonly)))
		return GNTST_general_error;
	*mfn = e->frame;
	f = known_frame(e->frame);
	if (!f || f->unknown)
		return e->frame < nonexistent_mfn ? PERHAPS : GNTST_general_error;
	return f->owner == n ? GNTST_okay : GNTST_general_error;
}

void use(u32 guest, u32 ref, bool readonly)
{
	struct model_entry *e = entry_of(guest, ref);

	e->readers += readonly;
	e->writers += !readonly;
	e->flags |= GTF_reading | (readonly ? 0 : GTF_writing);
}

void unuse(u32 guest, u32 ref, bool readonly)
{
	struct model_entry *e = entry_of(guest, ref);

	e->readers -= readonly;
	e->writers -= !readonly;
	if (!e->writers)
		e->flags &= ~(GTF_writing | (e->readers ? 0 : GTF_reading));
}

const char *check_entries(void)
{
	for (u32 i = 0; i < NR_ENTRIES; i++) {
		const struct grant_entry *real = &grant_table[FIRST_REF + i];
		const struct model_entry *e = &mine->entry[i];

		if (real->flags != e->flags)
			return must_be(real->flags, e->flags, "the flags of an entry are others");
		if (real->frame != e->frame || real->domid != e->domid)
			return must_be(real->frame, e->frame, "an entry has changed");
	}
	return NULL;
}

/* ---- entries ---- */

u32 any_ref(void)
{
	static const u32 odd[] = {0,
				  100,
				  GRANTS_PER_FRAME - 1,
				  GRANTS_PER_FRAME,
				  NR_GRANT_ENTRIES - 1,
				  NR_GRANT_ENTRIES,
				  0x10000,
				  ~0u};

	return one_in(32) ? random_of(odd) : FIRST_REF + random_below(NR_ENTRIES);
}

void any_grant(u16 type, u32 *domid, u32 *ref)
{
	for (u32 tries = 0; tries < 40; tries++) {
		const struct model_entry *e;

		*domid = any_domid();
		*ref = any_ref();
		if (guest_of(*domid) == NR_GUESTS || *domid == DOMID_SELF || one_in(40))
			return;
		e = entry_of(guest_of(*domid), *ref);
		if (e && (e->flags & GTF_type_mask) == type && e->domid == FIRST_ID + me)
			return;
	}
}

/* What it grants: mostly a page of ours to share, or one that may be anything at any time. */
static u32 any_frame(void)
{
	u32 r = random_below(16), mfn;

	if (r < 3)
		return pool_mfn[random_below(NR_POOL)];
	if (r == 3) { /* of another, whose it stays */
		mfn = board->frame[random_below(NR_KNOWN)].mfn;
		if (mfn != NO_FRAME)
			return mfn;
	}
	mfn = mfn_of(common[random_below(NR_COMMON)]);
	return r == 4 || mfn == NO_FRAME ? nonexistent_mfn + random_below(4) : mfn;
}

static void write_entry(u32 i)
{
	static const u16 flags[] = {
	    GTF_permit_access,	 GTF_permit_access,   GTF_permit_access | GTF_readonly,
	    GTF_accept_transfer, GTF_accept_transfer, GTF_invalid};
	struct model_entry *e = &mine->entry[i];
	struct grant_entry *real = &grant_table[FIRST_REF + i];

	e->flags = random_of(flags);
	e->domid = any_domid();
	e->frame = any_frame();
	real->flags = 0;
	real->domid = e->domid;
	real->frame = e->frame;
	__atomic_store_n(&real->flags, e->flags, __ATOMIC_SEQ_CST);
}

/* As the rules say: by compare and exchange, which fails while it is in use. */
static const char *revoke(u32 i)
{
	struct model_entry *e = &mine->entry[i];
	u16 flags = e->flags & ~(GTF_reading | GTF_writing);
	bool done = __atomic_compare_exchange_n(&grant_table[FIRST_REF + i].flags, &flags, 0, false,
						__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);

	if (done != !(e->flags & (GTF_reading | GTF_writing)))
		return "a grant was revoked in use, or could not be when it was not";
	if (done)
		e->flags = 0;
	return NULL;
}

const char *entry_step(void)
{
	u32 i = random_below(NR_ENTRIES);
	struct model_entry *e = &mine->entry[i];

	/* A page has come: transfer_step() takes it. */
	if ((e->flags & GTF_type_mask) == GTF_accept_transfer && e->flags != GTF_accept_transfer)
		return NULL;
	if ((e->flags & GTF_type_mask) == GTF_permit_access && one_in(2))
		return revoke(i);
	/* The rules are not kept by all. */
	if (!(e->flags & GTF_reading) || one_in(16))
		write_entry(i);
	return NULL;
}
