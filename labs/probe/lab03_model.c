/* lab03_model.c: see lab03_model.h. */
#include <trapline/xen/memory.h>
#include "lab03_model.h"

struct page pages[NR_PAGES];
u32 base, indices[NR_WORDS], nr_machine_frames;
struct parts held[NR_PAGES], tried[NR_PAGES];
const char *why;
u32 why_entry;

static u32 queue[NR_PAGES * 2], queued, looking_at;

#define WINDOW_INDEX 0x310u

u32 page_of(u32 mfn)
{
	u32 n = 0;

	while (n < NR_PAGES && pages[n].mfn != mfn)
		n++;
	return n;
}

u32 index_of(u32 page, u32 word)
{
	return page == KERNEL ? WINDOW_INDEX + word : indices[word];
}

static bool drawn_already(u32 index, u32 n)
{
	for (u32 i = 0; i < n; i++)
		if (indices[i] == index)
			return true;
	return index == SIGNATURE || index == SIGNATURE + 1;
}

/* The ends of a table and of the guest's slots, and others that the seed draws. */
static void draw_indices(void)
{
	static const u32 ends[] = {0, 1, VIRT_BASE >> 22, 1006, 1007, 1008, 1022, 1023};
	u32 n = 0, index;

	for (; n < ARRAY_SIZE(ends); n++)
		indices[n] = ends[n];
	while (n < NR_WORDS) {
		index = 2 + draw(1004);
		if (!drawn_already(index, n))
			indices[n++] = index;
	}
}

void model_init(void)
{
	draw_indices();
	for (u32 n = 0; n < NR_PAGES; n++)
		pages[n] = (struct page){.mfn = spare_mfn(n), .allocated = true};
	pages[HOME].mfn = mfn_of(directory());
	pages[HOME].pinned = DIRECTORY;
	pages[HOME].stained = true;
	pages[HOME].word[KERNEL_WORD] = directory()[VIRT_BASE >> 22];
	pages[KERNEL].mfn = table_mfn(VIRT_BASE);
	base = HOME;
	nr_machine_frames = HCALL(memory_op, XENMEM_maximum_ram_page, 0, 0, 0) + 1;
}

static bool refused(const char *reason)
{
	if (!why) {
		why = reason;
		why_entry = looking_at;
	}
	return false;
}

static void hold(u32 n, enum part part)
{
	static const char *const clash[NR_PARTS][NR_PARTS] = {
	    [TABLE][DIRECTORY] = "a page is a page table and a directory at once",
	    [TABLE][WRITABLE] = "a page table is mapped writable",
	    [DIRECTORY][WRITABLE] = "a page directory is mapped writable",
	};
	struct parts *p = &tried[n];

	if (pages[n].dead) {
		refused("a frame that was given back is none of the domain's");
		return;
	}
	p->refs++;
	if (part == PLAIN || p->as[part]++)
		return;
	for (enum part other = TABLE; other <= WRITABLE; other++)
		if (other != part && p->as[other])
			refused(clash[other < part ? other : part][other < part ? part : other]);
	if (part != WRITABLE && queued < ARRAY_SIZE(queue))
		queue[queued++] = n;
}

static void l1_entry(u32 val)
{
	u32 n = page_of(val >> 12);

	if (!(val & P))
		return;
	if (val & (PS | G))
		refused("an entry has a bit of PTE_REFUSED");
	else if (n < NR_PAGES)
		hold(n, val & RW ? WRITABLE : PLAIN);
	else if (val >> 12 != start_info->shared_info >> 12)
		refused("an entry maps a frame that is not the domain's");
}

static void l2_entry(u32 dir, u32 val)
{
	u32 n = page_of(val >> 12);

	if (!(val & P))
		return;
	if (val & (PS | G))
		refused("a directory's entry has a bit of PTE_REFUSED");
	else if (n == NR_PAGES)
		refused("a directory leads to a frame that is not the domain's");
	else if (n != dir)
		hold(n, TABLE);
	else if (val & RW)
		refused("a directory maps itself writable");
}

/* What the kernel's table holds beside its windows. */
static void kernel_table(void)
{
	hold(HOME, PLAIN);
	hold(KERNEL, PLAIN);
	hold(DATA, WRITABLE);
	for (u32 n = POOL; n < NR_PAGES; n++)
		if (pages[n].alias)
			hold(n, PLAIN);
}

static void look_into(u32 n)
{
	const struct page *p = &pages[n];

	looking_at = 0;
	if (tried[n].as[DIRECTORY]) {
		for (u32 i = 0; i < NR_WORDS; i++) {
			looking_at = p->mfn * PAGE + index_of(n, i) * 4;
			if (indices[i] < HV_SLOT)
				l2_entry(n, p->word[i]);
		}
		return;
	}
	if (p->stained)
		refused("a page that was a directory still holds the hypervisor's entries");
	if (n == KERNEL)
		kernel_table();
	for (u32 i = 0; i < NR_WORDS; i++) {
		looking_at = p->mfn * PAGE + index_of(n, i) * 4;
		l1_entry(p->word[i]);
	}
}

bool sound(const struct besides *b)
{
	u32 looked = 0;

	why = NULL;
	why_entry = looking_at = 0;
	queued = 0;
	for (u32 n = 0; n < NR_PAGES; n++)
		tried[n] = (struct parts){.refs = 0};
	hold(base, DIRECTORY);
	for (u32 n = 0; n < NR_PAGES; n++)
		if (pages[n].pinned)
			hold(n, pages[n].pinned);
	if (b && b->page < NR_PAGES)
		hold(b->page, b->part);
	if (b && b->dir < NR_PAGES)
		l2_entry(b->dir, b->entry);
	else if (b)
		l1_entry(b->entry);
	while (looked < queued && !why)
		look_into(queue[looked++]);
	return !why;
}

void settle(void)
{
	sound(NULL);
	for (u32 n = 0; n < NR_PAGES; n++) {
		held[n] = tried[n];
		if (tried[n].as[DIRECTORY])
			pages[n].stained = true;
		if (!pages[n].allocated && !tried[n].refs)
			pages[n].dead = true;
	}
}

u32 model_update(u32 page, u32 word, u32 val)
{
	struct page *p = &pages[page];
	bool dir = held[page].as[DIRECTORY];
	struct besides old = {p->word[word], dir ? page : NR_PAGES, NR_PAGES, PLAIN};

	why = NULL;
	if (p->dead)
		return refused("a frame that was given back is none of the domain's"), 22;
	if (dir && indices[word] >= HV_SLOT)
		return refused("the slot is the hypervisor's"), 22;
	p->word[word] = val;
	if (!sound(held[page].as[TABLE] || dir ? &old : NULL)) {
		p->word[word] = old.entry;
		return 22;
	}
	settle();
	return 0;
}

u32 model_pin(u32 page, enum part part)
{
	struct besides pin = {0, NR_PAGES, page, part};

	if (pages[page].pinned)
		return why = "it is pinned already", 22;
	if (!sound(&pin))
		return 22;
	pages[page].pinned = part;
	settle();
	return 0;
}

u32 model_unpin(u32 page)
{
	if (pages[page].dead || !pages[page].pinned)
		return why = "it is not pinned", 22;
	pages[page].pinned = PLAIN;
	settle();
	return 0;
}

u32 model_base(u32 page)
{
	struct besides next = {0, NR_PAGES, page, DIRECTORY};

	if (page == base)
		return 0;
	if (!sound(&next))
		return 22;
	base = page;
	settle();
	return 0;
}

u32 model_alias(u32 page, bool on)
{
	if (on && pages[page].dead)
		return why = "a frame that was given back is none of the domain's", 22;
	pages[page].alias = on;
	settle();
	return 0;
}
