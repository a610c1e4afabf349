/* views.c: the memory of domains that the random Domain 0 has made: given, mapped, written, pinned.
 */
#include "master.h"

u32 views_of(const struct victim *v, u32 page)
{
	u32 n = 0;

	for (u32 i = 0; i < NR_VIEWS; i++)
		n += view[i].of == v && view[i].page == page;
	return n;
}

static u32 writable_views_of(const struct victim *v, u32 page)
{
	u32 n = 0;

	for (u32 i = 0; i < NR_VIEWS; i++)
		n += view[i].of == v && view[i].page == page && view[i].writable;
	return n;
}

u32 views_of_any(const struct victim *v)
{
	u32 n = 0;

	for (u32 i = 0; i < NR_VIEWS; i++)
		n += view[i].of == v;
	return n;
}

/* What its owner has given back is there as long as a view, or its type, holds it. */
static void settle(struct victim *v, u32 page)
{
	struct page *p = &v->page[page];

	if ((p->given_back || v->zombie) && !views_of(v, page) && !p->table)
		*p = (struct page){0};
	v->zombie &= views_of_any(v) != 0;
}

static void replace_view(u32 n, struct view w)
{
	struct view old = view[n];

	view[n] = w;
	if (old.of)
		settle(old.of, old.page);
}

/* Mostly one that it has. */
static u32 any_page(const struct victim *v)
{
	u32 page = 0;

	for (u32 tries = 0; tries < 4; tries++) {
		page = random_below(VICTIM_PAGES);
		if (v->page[page].there)
			break;
	}
	return page;
}

s32 map_view(u32 n, u32 domid, u32 frame, u32 flags)
{
	struct mmu_update req = {pte_maddr(view_page[n]), frame << 12 | flags};

	if (one_in(3))
		return HCALL(mmu_update, &req, 1, 0, domid);
	return hypercall5(__HYPERVISOR_update_va_mapping_otherdomain, (u32)view_page[n],
			  frame << 12 | flags, 0, UVMF_INVLPG, domid);
}

const char *drop_view(u32 n)
{
	replace_view(n, (struct view){0});
	return must_be(
	    update_va((u32)view_page[n], one_in(2) ? 0 : mfn_of(view_page[n]) << 12 | PTE_NORMAL),
	    0, "a view cannot be dropped");
}

/* What is mapped is what the model knows of; and nothing but its beginning is not 0. */
static const char *look(u32 n)
{
	const volatile u32 *at = view_page[n];
	const struct page *p = &view[n].of->page[view[n].page];

	mmuext(MMUEXT_INVLPG_LOCAL, (u32)at, 0);
	if (must_be(at[0], p->word, "contents") ||
	    must_be(at[1 + random_below(PTES - 200)], 0, "0"))
		return "a page holds something else";
	return NULL;
}

/* May it be mapped so? */
static s32 verdict(const struct victim *v, u32 page, u32 flags)
{
	const struct page *p = &v->page[page];

	if (!v->there)
		return -ESRCH;
	if (flags & (PTE_PS | PTE_G))
		return -EINVAL;
	if (v->shadow)
		return page < v->max ? 0 : -EINVAL;
	if (!p->there)
		return -EINVAL;
	return flags & PTE_RW && p->table ? -EINVAL : 0;
}

const char *view_step(void)
{
	static const u32 kinds[] = {PTE_P,	PTE_P,		PTE_NORMAL,
				    PTE_NORMAL, PTE_P | PTE_PS, PTE_NORMAL | PTE_G};
	struct victim *v = any_victim();
	u32 n = random_below(NR_VIEWS), page = any_page(v), flags = random_of(kinds);
	struct page *p = &v->page[page];
	s32 want = verdict(v, page, flags);

	if (!v->there && !v->zombie)
		return NULL;
	if (v->shadow)
		p->frame = page;
	else if (!p->there)
		p->frame = one_in(2) ? nonexistent_mfn : mfn_of(view_page[n]);
	if (must_be(map_view(n, v->id, p->frame, flags), want, "map"))
		return "a page is mapped, or refused";
	if (v->there && v->shadow && page < v->max && !p->there) /* it came when it was asked for */
		*p = (struct page){.there = true, .frame = page};
	if (want)
		return NULL;
	replace_view(n, (struct view){v, page, flags & PTE_RW});
	done.mapped++;
	return look(n);
}

const char *unview_step(void)
{
	return drop_view(random_below(NR_VIEWS));
}

static void write_word(u32 n)
{
	/* It may be a page table once: an empty one. */
	view_page[n][0] = view[n].of->serial << 16 | (random32() & 0xFFFE);
}

const char *write_step(void)
{
	u32 n = random_below(NR_VIEWS), vec;
	struct view *w = &view[n];

	if (!w->of)
		return NULL;
	mmuext(MMUEXT_INVLPG_LOCAL, (u32)view_page[n], 0);
	vec = attempt(write_word, n);
	if (must_be(vec, w->writable ? NO_TRAP : VEC_PF, "write"))
		return "a page is written";
	if (w->writable)
		w->of->page[w->page].word = *(volatile u32 *)view_page[n];
	return NULL;
}

const char *read_step(void)
{
	u32 n = random_below(NR_VIEWS);

	return view[n].of ? look(n) : NULL;
}

static s32 pin(u32 domid, u32 cmd, u32 frame)
{
	struct mmuext_op op = {.cmd = cmd, .arg1 = frame};

	return HCALL(mmuext_op, &op, 1, 0, domid);
}

const char *pin_step(void)
{
	static const u32 cmds[] = {MMUEXT_PIN_L1_TABLE, MMUEXT_PIN_L2_TABLE, MMUEXT_UNPIN_TABLE,
				   MMUEXT_UNPIN_TABLE};
	struct victim *v = any_victim();
	u32 page = any_page(v), cmd = random_of(cmds);
	struct page *p = &v->page[page];
	bool fits = !p->table && !writable_views_of(v, page);
	s32 want = -EINVAL;

	if (!v->there || (!p->there && !v->shadow))
		return NULL;
	if (!v->shadow && cmd == MMUEXT_UNPIN_TABLE)
		want = p->table ? 0 : -EINVAL;
	else if (!v->shadow && fits && !(cmd == MMUEXT_PIN_L1_TABLE && p->was_dir))
		want = 0;
	if (must_be(pin(v->id, cmd, p->frame), want, "pin"))
		return "a table is pinned, or refused";
	if (want)
		return NULL;
	done.pinned += cmd != MMUEXT_UNPIN_TABLE;
	p->table = cmd == MMUEXT_UNPIN_TABLE	? NO_TABLE
		   : cmd == MMUEXT_PIN_L1_TABLE ? PINNED_L1
						: PINNED_L2;
	p->was_dir |= cmd == MMUEXT_PIN_L2_TABLE;
	settle(v, page);
	return NULL;
}

/* ---- pages that come and go ---- */

static const char *give(struct victim *v, u32 page)
{
	u32 word = page, room = v->max > pages_of(v), cmd = XENMEM_populate_physmap, want;
	struct xen_memory_reservation r = {(u32)&word, 1, 0, 0, v->id, 0};
	struct page *p = &v->page[page];

	if (!v->shadow && one_in(3))
		cmd = XENMEM_increase_reservation;
	want = v->shadow ? page < v->max : room;
	if (must_be(HCALL(memory_op, cmd, &r, 0, 0), want, "give"))
		return "a page is given, or refused";
	if (!want || (v->shadow && p->there))
		return NULL;
	*p = (struct page){.there = true, .frame = word};
	done.given++;
	if (v->shadow)
		return NULL;
	/* It may hold what it held when it was this domain's before. */
	if (map_view(SCRATCH, v->id, p->frame, PTE_NORMAL))
		return "a new page cannot be mapped";
	if (view_page[SCRATCH][0] && view_page[SCRATCH][0] >> 16 != v->serial)
		return "a new page holds what another domain has written";
	memset(view_page[SCRATCH], 0, PAGE_SIZE);
	return drop_view(SCRATCH);
}

static const char *take(struct victim *v, u32 page)
{
	struct page *p = &v->page[page];
	u32 word = p->frame, want = !v->shadow && p->there && !p->given_back && !p->table;
	struct xen_memory_reservation r = {(u32)&word, 1, 0, 0, v->id, 0};

	if (!p->there)
		word = nonexistent_mfn;
	if (must_be(HCALL(memory_op, XENMEM_decrease_reservation, &r, 0, 0), want, "take"))
		return "a page is taken, or refused";
	if (!want)
		return NULL;
	p->given_back = true;
	done.taken++;
	settle(v, page);
	return NULL;
}

const char *memory_step(void)
{
	struct victim *v = any_victim();
	u32 page = random_below(VICTIM_PAGES);
	domid_t id = v->id;

	if (!v->there)
		return NULL;
	if (one_in(4)) {
		bool max = one_in(2);

		return must_be(HCALL(memory_op,
				     max ? XENMEM_maximum_reservation : XENMEM_current_reservation,
				     &id, 0, 0),
			       max ? v->max : pages_of(v), "a reservation");
	}
	/* A place whose page is there in direct mode gets no second one. */
	if (one_in(3) || (v->page[page].there && !v->shadow))
		return take(v, page);
	return give(v, page);
}
