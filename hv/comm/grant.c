/* grant.c: grant tables: who may use which page of whom, and who does. */
#include "comm/grant.h"
#include "lib/printk.h"
#include "mem/domain_page.h"

#define RETRIES 4 /* how often a guest may change an entry under our hands */

/* ---- the table ---- */

static struct grants *grants_of(struct domain *d)
{
	if (d->grants)
		return d->grants;
	d->grants = hv_alloc_page();
	if (d->grants)
		d->grants->free_map = NO_HANDLE;
	return d->grants;
}

/*
 * A frame of the table is the domain's, so that it can map it, and for ever of type writable, so
 * that it cannot make a page table of it. It cannot give it back either: it has not
 * FRAME_ALLOCATED.
 */
static bool add_frame(struct domain *d, struct grants *g)
{
	struct grant_use *use = hv_alloc_page();
	mfn_t m = use ? alloc_frame(d->id) : mfn(INVALID_FRAME);
	struct frame *f = frame_of(m);

	if (!f) {
		hv_free_page(use);
		return false;
	}
	f->flags &= ~FRAME_ALLOCATED;
	f->type = FT_WRITABLE;
	f->type_count = 1;
	d->populated++;
	g->table[g->nr_frames] = m;
	g->use[g->nr_frames++] = use;
	return true;
}

bool grant_setup(struct domain *d, u32 nr_frames)
{
	struct grants *g = grants_of(d);

	while (g && g->nr_frames < nr_frames)
		if (!add_frame(d, g))
			return false;
	return g;
}

bool __attribute__((cold)) domain_full(const struct domain *d)
{
	return d->populated >= d->nr_pages + (d->grants ? d->grants->nr_frames : 0);
}

/* Entry `ref`, mapped: to be unmapped by unmap_domain_page(). NULL: there is none. */
static ALWAYS_INLINE struct grant_entry *map_entry(const struct domain *d, u32 ref)
{
	const struct grants *g = d->grants;
	struct grant_entry *page;

	if (!g || ref / GRANTS_PER_FRAME >= g->nr_frames)
		return NULL;
	page = map_domain_page(g->table[ref / GRANTS_PER_FRAME]);
	return &page[ref % GRANTS_PER_FRAME];
}

/* Flags and domain in one word, so that both are as they were read when the flags change. */
static u32 *first_word(struct grant_entry *e)
{
	return (u32 *)e;
}

/* Set flag bits of an entry that still reads `word`. @return false: it reads *word now */
static bool set_flags(struct grant_entry *e, u32 *word, u32 flags)
{
	return __atomic_compare_exchange_n(first_word(e), word, *word | flags, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static void clear_flags(struct grant_entry *e, u16 flags)
{
	__atomic_fetch_and(&e->flags, (u16)~flags, __ATOMIC_SEQ_CST);
}

/* ---- use ---- */

static inline bool mark(struct grant_entry *e, domid_t user, bool readonly)
{
	u32 word = __atomic_load_n(first_word(e), __ATOMIC_SEQ_CST);

	for (u32 i = 0; i < RETRIES; i++) {
		if (word >> 16 != user || (word & GTF_type_mask) != GTF_permit_access ||
		    (!readonly && (word & GTF_readonly)))
			return false;
		if (set_flags(e, &word, GTF_reading | (readonly ? 0 : GTF_writing)))
			return true;
	}
	return false; /* who changes it all the time gets what he deserves */
}

static struct grant_use *use_of(const struct domain *d, u32 ref)
{
	return &d->grants->use[ref / GRANTS_PER_FRAME][ref % GRANTS_PER_FRAME];
}

/* One use less: the marks go with the last that needs them. */
static inline void unmark(struct grant_entry *e, struct grant_use *use, bool readonly)
{
	u16 *count = readonly ? &use->readers : &use->writers;

	if (*count == 0)
		panic("a grant is not in use");
	--*count;
	if (!use->writers)
		clear_flags(e, use->readers ? GTF_writing : GTF_writing | GTF_reading);
}

s16 grant_get(struct domain *granter, domid_t user, u32 ref, bool readonly, mfn_t *m)
{
	struct grant_entry *e = map_entry(granter, ref);
	s16 status = GNTST_general_error;
	struct grant_use *use;
	struct frame *f;
	u16 *count;

	if (!e)
		return GNTST_bad_gntref;
	use = use_of(granter, ref);
	count = readonly ? &use->readers : &use->writers;
	if (*count < 0xFFFF && mark(e, user, readonly)) {
		++*count;
		/* From here on the granter may not change it; if it does, this is what counts. */
		*m = mfn(__atomic_load_n(&e->frame, __ATOMIC_SEQ_CST));
		f = frame_of(*m);
		if (f && frame_get(f, granter->id))
			status = GNTST_okay;
		else
			unmark(e, use, readonly);
	}
	unmap_domain_page(e);
	return status;
}

void grant_put(struct domain *user, struct domain *granter, u32 ref, bool readonly, mfn_t m)
{
	struct grant_entry *e = map_entry(granter, ref);

	/* Of a domain that was destroyed only the frame is left. */
	if (e) {
		unmark(e, use_of(granter, ref), readonly);
		unmap_domain_page(e);
	}
	page_put(user, frame_of(m));
}

/* ---- mappings ---- */

/* A handle that was never given out. */
static bool extend(struct grants *g)
{
	struct grant_map **page = &g->maps[g->nr_maps / GRANT_MAPS_PER_PAGE];

	if (g->nr_maps == NR_GRANT_MAPPINGS)
		return false;
	if (!*page)
		*page = hv_alloc_page();
	if (!*page)
		return false;
	grant_map_at(g, g->nr_maps)->pte = g->free_map << PAGE_SHIFT;
	g->free_map = g->nr_maps++;
	return true;
}

bool grant_map_more(struct domain *d)
{
	struct grants *g = grants_of(d);

	return g && (g->free_map != NO_HANDLE || extend(g));
}

void handle_told(struct frame *f, bool maps)
{
	bool was = f->mapped;

	f->mapped += maps ? 1 : -1;
	if (was == !!f->mapped)
		return;
	f->flags ^= FRAME_MAPPED;
	frame_changed(f);
}

/* ---- transfer ---- */

bool grant_transfer_begin(struct domain *to, domid_t from, u32 ref)
{
	struct grant_entry *e = map_entry(to, ref);
	u32 word = GTF_accept_transfer | (u32)from << 16;
	bool begun;

	if (!e)
		return false;
	/* Not one that has been used already, either. */
	begun = set_flags(e, &word, GTF_transfer_committed);
	unmap_domain_page(e);
	return begun;
}

void grant_transfer_end(struct domain *to, u32 ref, mfn_t m)
{
	struct grant_entry *e = map_entry(to, ref);

	__atomic_store_n(&e->frame, m.n, __ATOMIC_SEQ_CST);
	__atomic_fetch_or(&e->flags, GTF_transfer_completed, __ATOMIC_SEQ_CST);
	unmap_domain_page(e);
}

/* ---- the end ---- */

void grant_destroy(struct domain *d)
{
	struct grants *g = d->grants;

	if (!g)
		return;
	for (u32 handle = 0; handle < g->nr_maps; handle++) {
		struct grant_map *map = grant_map_find(d, handle);

		if (!map)
			continue;
		handle_changed(grant_map_mfn(map), false);
		grant_put(d, domain_find(map->granter), map->ref, grant_map_readonly(map),
			  grant_map_mfn(map));
	}
	for (u32 i = 0; i < ARRAY_SIZE(g->maps); i++)
		hv_free_page(g->maps[i]);
	for (u32 i = 0; i < g->nr_frames; i++) {
		struct frame *f = frame_of(g->table[i]);

		f->type_count--;
		page_put(d, f);
		hv_free_page(g->use[i]);
	}
	hv_free_page(g);
	d->grants = NULL;
}
