/* maps.c: random calls that map what others grant, and unmap it; and what is there then. */
#include "crowd.h"

#define HARMLESS     (PTE_US | PTE_PWT | PTE_PCD | PTE_A | PTE_D | PTE_AVAIL)
#define BATCH	     4u
#define MANY_HANDLES 64u /* never so many at once */

static u32 place_va(u32 i)
{
	return PLACE_VA + i * PAGE_SIZE;
}

/* Which place is this address of? @return NR_PLACES if none */
static u32 place_at(u64 at, bool by_entry)
{
	u32 i;

	if (by_entry) {
		i = ((u32)at - (pde_of(PLACE_VA >> 22)[0] & PAGE_MASK)) / 4;
		return at >> 32 || at % 4 || i >= NR_PLACES ? NR_PLACES : i;
	}
	i = ((u32)at - PLACE_VA) / PAGE_SIZE;
	return at >> 32 || i >= NR_PLACES ? NR_PLACES : i;
}

static u64 any_place(bool by_entry)
{
	static const u32 odd[] = {0, 0x00800000, HV_LINEAR, 0xFC000000, 0xFFFFFFFF};
	u32 i = random_below(NR_PLACES);

	/* Rather one where nothing is. */
	for (u32 tries = 0; tries < 8 && mine->place[i]; tries++)
		i = random_below(NR_PLACES);
	if (one_in(40))
		return (u64)(1 + random_below(4)) << 32 | place_va(i);
	if (one_in(40))
		return random_of(odd);
	return by_entry ? pte_maddr((void *)place_va(i)) | !random_below(40)
			: place_va(i) | !random_below(40);
}

/* The entry that the processor uses is the model's. */
static const char *check_place(u32 i)
{
	u32 real = *pte_of((void *)place_va(i));

	return (real ^ mine->place[i]) & ~HARMLESS
		   ? must_be(real, mine->place[i], "another entry maps it")
		   : NULL;
}

void maps_end(u32 guest)
{
	struct model_guest *g = &board->guest[guest];
	u32 gone[NR_MAPS + NR_PLACES], n = 0;

	for (u32 i = 0; i < NR_MAPS; i++) {
		struct model_map *m = &g->map[i];

		if (!m->used)
			continue;
		m->used = false;
		gone[n++] = m->pte >> 12;
		unuse(m->granter, m->ref, !(m->pte & PTE_RW));
	}
	for (u32 i = 0; i < NR_PLACES; i++) {
		if (g->place[i])
			gone[n++] = g->place[i] >> 12;
		g->place[i] = 0;
	}
	while (n--)
		frame_let_go(gone[n]);
	/* What it had itself is for others to drop. */
	for (u32 i = 0; i < NR_KNOWN; i++)
		if (board->frame[i].mfn != NO_FRAME && board->frame[i].owner == guest) {
			board->frame[i].given_back = true;
			frame_let_go(board->frame[i].mfn);
		}
}

/* ---- map ---- */

static void make_map(struct gnttab_map_grant_ref *op)
{
	static const u32 odd[] = {GNTMAP_device_map, 1u << 5, 1u << 31, GNTMAP_host_map};
	u32 domid, ref;
	bool by_entry = one_in(3);

	any_grant(GTF_permit_access, &domid, &ref);
	*op = (struct gnttab_map_grant_ref){
	    .host_addr = any_place(by_entry),
	    .flags = GNTMAP_host_map | (by_entry ? GNTMAP_contains_pte : 0) |
		     (one_in(2) ? GNTMAP_readonly : 0) | (one_in(4) ? GNTMAP_application_map : 0),
	    .ref = ref,
	    .dom = domid,
	    .status = 99,
	};
	if (one_in(32))
		op->flags ^= random_of(odd);
}

static s16 want_of_map(const struct gnttab_map_grant_ref *op, u32 *mfn)
{
	bool by_entry = op->flags & GNTMAP_contains_pte;
	s16 want;

	*mfn = NO_FRAME;
	if (op->flags & GNTMAP_device_map)
		return GNTST_no_device_space;
	if (op->flags >= 1u << 5 || !(op->flags & GNTMAP_host_map))
		return GNTST_general_error;
	if (op->dom - FIRST_ID >= NR_GUESTS)
		return GNTST_bad_domain;
	if (op->host_addr >> 32)
		return board->guest[op->dom - FIRST_ID].ended ? op->status : GNTST_bad_virt_addr;
	want = may_use(op->dom, op->ref, op->flags & GNTMAP_readonly, mfn);
	if (want == GNTST_okay && place_at(op->host_addr, by_entry) == NR_PLACES)
		return GNTST_bad_virt_addr;
	/* Which of the two is seen first does not matter. */
	if (want == PERHAPS && place_at(op->host_addr, by_entry) == NR_PLACES)
		return op->status ? op->status : GNTST_bad_virt_addr;
	return want;
}

static struct model_map *map_of(u32 handle)
{
	for (u32 i = 0; i < NR_MAPS; i++)
		if (mine->map[i].used && mine->map[i].handle == handle)
			return &mine->map[i];
	return NULL;
}

static struct model_map *free_map(void)
{
	for (u32 i = 0; i < NR_MAPS; i++)
		if (!mine->map[i].used)
			return &mine->map[i];
	return NULL;
}

static const char *judge_map(const struct gnttab_map_grant_ref *op)
{
	bool by_entry = op->flags & GNTMAP_contains_pte, readonly = op->flags & GNTMAP_readonly;
	u32 mfn, pte, place = place_at(op->host_addr, by_entry), old;
	s16 want = want_of_map(op, &mfn);

	if (!status_is(op->status, want))
		return must_be(op->status, want, "map");
	if (mfn != NO_FRAME)
		use(op->dom - FIRST_ID, op->ref, readonly);
	if (op->status && mfn != NO_FRAME)
		unuse(op->dom - FIRST_ID, op->ref, readonly);
	if (op->status)
		return NULL;
	if (map_of(op->handle))
		return "a handle was given twice";
	if (op->dev_bus_addr != (u64)mfn << 12)
		return must_be(op->dev_bus_addr, mfn << 12, "another page was mapped");
	pte = mfn << 12 | PTE_P | (readonly ? 0 : PTE_RW);
	*free_map() =
	    (struct model_map){true, by_entry, op->dom - FIRST_ID, op->ref, op->handle, pte};
	met.mapped++;
	old = mine->place[place];
	mine->place[place] = pte;
	if (old)
		frame_let_go(old >> 12);
	return NULL;
}

static u32 maps_left(void)
{
	u32 n = 0;

	for (u32 i = 0; i < NR_MAPS; i++)
		n += !mine->map[i].used;
	return n;
}

const char *map_step(void)
{
	static struct gnttab_map_grant_ref op[BATCH];
	u32 n = one_in(3) ? 1 + random_below(BATCH) : 1;
	const char *wrong;

	if (maps_left() < n)
		return NULL;
	for (u32 i = 0; i < n; i++)
		make_map(&op[i]);
	wrong = must_be(grant_op(GNTTABOP_map_grant_ref, op, n), 0, "the call to map");
	for (u32 i = 0; i < n && !wrong; i++)
		wrong = judge_map(&op[i]);
	for (u32 i = 0; i < NR_PLACES && !wrong; i++)
		wrong = check_place(i);
	return wrong;
}

/* ---- unmap ---- */

static void make_unmap(struct gnttab_unmap_grant_ref *op)
{
	const struct model_map *m = &mine->map[random_below(NR_MAPS)];

	for (u32 tries = 0; tries < 20 && !m->used; tries++)
		m = &mine->map[random_below(NR_MAPS)];
	*op = (struct gnttab_unmap_grant_ref){.handle = m->handle, .status = 99};
	op->host_addr = any_place(m->by_entry);
	for (u32 i = 0; i < NR_PLACES && !one_in(64); i++)
		if (mine->place[i] == m->pte)
			op->host_addr = m->by_entry ? pte_maddr((void *)place_va(i)) : place_va(i);
	if (one_in(24))
		op->host_addr = any_place(one_in(2));
	/* Not one of those by which we have the board. */
	if (!m->used || one_in(24))
		op->handle = MANY_HANDLES + (random32() >> random_below(32));
}

static const char *judge_unmap(const struct gnttab_unmap_grant_ref *op)
{
	struct model_map *m = map_of(op->handle);
	u32 place = m ? place_at(op->host_addr, m->by_entry) : NR_PLACES;
	s16 want = !m							? GNTST_bad_handle
		   : place == NR_PLACES || mine->place[place] != m->pte ? GNTST_bad_virt_addr
									: GNTST_okay;

	if (op->status != want)
		return must_be(op->status, want, "unmap");
	if (want)
		return NULL;
	met.unmapped++;
	mine->place[place] = 0;
	m->used = false;
	unuse(m->granter, m->ref, !(m->pte & PTE_RW));
	frame_let_go(m->pte >> 12);
	return NULL;
}

const char *unmap_step(void)
{
	static struct gnttab_unmap_grant_ref op[BATCH];
	u32 n = one_in(3) ? 1 + random_below(BATCH) : 1;
	const char *wrong;

	for (u32 i = 0; i < n; i++)
		make_unmap(&op[i]);
	wrong = must_be(grant_op(GNTTABOP_unmap_grant_ref, op, n), 0, "the call to unmap");
	for (u32 i = 0; i < n && !wrong; i++)
		wrong = judge_unmap(&op[i]);
	for (u32 i = 0; i < NR_PLACES && !wrong; i++)
		wrong = check_place(i);
	return wrong;
}

/* ---- what is mapped ---- */

static bool is_own(u32 pte)
{
	for (u32 i = 0; i < NR_MAPS; i++)
		if (mine->map[i].used && mine->map[i].pte == pte && mine->map[i].granter == me)
			return true;
	return false;
}

/* The page-table entry goes, or is to be another; the handle stays. */
static const char *overwrite(u32 i)
{
	u32 old = mine->place[i];
	s32 ret;

	/* A page of another's is not ours to map, nor are other rights to it. */
	if (!is_own(old) && update_va(place_va(i), old ^ PTE_RW) == 0)
		return "a grant was mapped with other rights by an ordinary update";
	if (maps_left() < NR_MAPS / 2 || !one_in(4))
		return NULL;
	ret = update_va(place_va(i), 0);
	mine->place[i] = 0;
	frame_let_go(old >> 12);
	return must_be(ret, 0, "an entry cannot be cleared");
}

const char *place_step(void)
{
	u32 i = random_below(NR_PLACES), va, pte;
	struct model_frame *f;
	bool unknown;

	for (u32 tries = 0; tries < 8 && !mine->place[i]; tries++)
		i = random_below(NR_PLACES);
	va = place_va(i);
	pte = mine->place[i];
	if (!pte)
		return attempt(try_read, va) == VEC_PF ? NULL : "what is not mapped can be read";
	if (one_in(8))
		return overwrite(i);
	if (attempt(try_read, va) != NO_TRAP)
		return "what is mapped cannot be read";
	f = known_frame(pte >> 12);
	unknown = !f || f->unknown;
	/* Of our own it may be a page table, and writes to it be emulated. */
	if (unknown && is_own(pte))
		return NULL;
	if ((attempt(try_write, va) == NO_TRAP) != !!(pte & PTE_RW))
		return "what is mapped can be written and must not, or cannot and must";
	if (unknown)
		return NULL;
	for (u32 k = 0; k < KNOWN; k++)
		if (((volatile u8 *)va)[k] != f->bytes[k])
			return must_be(((volatile u8 *)va)[k], f->bytes[k],
				       "it holds something else");
	if (pte & PTE_RW) {
		u32 k = random_below(KNOWN);

		((volatile u8 *)va)[k] = f->bytes[k] = random32();
	}
	return NULL;
}
