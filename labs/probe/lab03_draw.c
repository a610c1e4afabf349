/* lab03_draw.c: what random requests are made of: pages, frames, entries; good ones mostly. */
#include "lab03_ops.h"

/* A page that is mostly used so; sometimes any. */
u32 likely(enum part part)
{
	if (draw(12) == 0)
		return draw(NR_PAGES);
	if (part == DIRECTORY)
		return POOL + draw(NR_DIRS);
	if (part == TABLE)
		return POOL + NR_DIRS + draw(NR_TABLES);
	return POOL + NR_DIRS + NR_TABLES + draw(NR_PAGES - POOL - NR_DIRS - NR_TABLES);
}

static u32 dead_mfn(void)
{
	for (u32 i = 0, n = draw(NR_PAGES); i < NR_PAGES; i++)
		if (pages[(n + i) % NR_PAGES].dead)
			return pages[(n + i) % NR_PAGES].mfn;
	return nr_machine_frames;
}

u32 foreign_mfn(void)
{
	switch (draw(8)) {
	case 0:
		return start_info->shared_info >> 12;
	case 1:
		return nr_machine_frames; /* the first that does not exist */
	case 2:
		return nr_machine_frames - 1;
	case 3:
		return 0xFFFFF - draw(2);
	case 4:
		return draw(2) * 0xB8;
	case 5:
		return nr_machine_frames + draw(0x1000);
	default:
		return 0x100 + draw(0x200);
	}
}

u32 other_mfn(void)
{
	return draw(3) ? foreign_mfn() : dead_mfn();
}

static u32 flags(u32 odd)
{
	static const u32 harmless[] = {US, PWT, PCD, A, D, 0x200, 0x400, 0x800};
	u32 f = P | A | D;

	for (u32 n = draw(3); n; n--)
		f ^= harmless[draw(ARRAY_SIZE(harmless))];
	if (draw(odd) == 0)
		f |= draw(2) ? PS : G;
	return f;
}

/* An entry for a page table. One time in `odd` it is meant to be bad. */
u32 any_pte(u32 odd)
{
	u32 f = flags(odd * 2);

	if (draw(8) == 0)
		return draw(2) ? 0 : (draw(0x100000) << 12 | f) & ~P;
	if (draw(odd) == 0)
		return (draw(2) ? other_mfn() : pages[draw(NR_PAGES)].mfn) * PAGE | f |
		       (draw(2) ? RW : 0);
	if (draw(24) == 0)
		return start_info->shared_info | f | (draw(2) ? RW : 0);
	return draw(3) ? pages[likely(WRITABLE)].mfn * PAGE | f | (draw(2) ? RW : 0)
		       : pages[likely(draw(2) ? TABLE : DIRECTORY)].mfn * PAGE | f;
}

u32 any_pde(u32 page, u32 odd)
{
	u32 f = flags(odd * 2) | (draw(4) ? RW : 0);

	if (draw(6) == 0)
		return draw(2) ? 0 : (draw(0x100000) << 12 | f) & ~P;
	if (draw(odd) == 0)
		return (draw(2) ? other_mfn() : pages[draw(NR_PAGES)].mfn) * PAGE | f;
	if (draw(10) == 0)
		return pages[page].mfn * PAGE | (draw(odd) ? f & ~RW : f | RW);
	return (draw(8) ? pages[likely(TABLE)].mfn : pages[KERNEL].mfn) * PAGE | f;
}
