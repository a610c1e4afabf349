/*
 * lab03_random.c: random requests about page tables. Each stage has its own: 03.1 what needs no
 * entry changed (pins, bases, pages that come and go), 03.2 update_va_mapping, 03.3 mmu_update.
 */
#include "lab03_ops.h"

static u32 data_page[1024] __attribute__((aligned(PAGE)));
static u32 stage;      /* 1, 2 or 3 */
static bool good_only; /* entries are drawn as good ones, and none changes its flags only */

/* The entry by which a directory maps the kernel may not become another: nobody could go on. */
static u32 kernel_pde(void)
{
	return pages[KERNEL].mfn * PAGE | PRESENT_RW;
}

bool maps_kernel(u32 pde)
{
	return (pde & (PAGE - 1) & (P | RW)) == (P | RW) && pde >> 12 == pages[KERNEL].mfn;
}

/* What a page that is to be a table holds: mostly good, or no table would ever be one. */
static void make_up(u32 page, u32 *word)
{
	bool dir = page < POOL + NR_DIRS ? draw(12) > 0 : draw(12) == 0;
	u32 odd = good_only || draw(4) ? 1000 : 12;

	for (u32 i = 0; i < NR_WORDS; i++) {
		word[i] = 0;
		if (draw(3) == 0)
			word[i] = dir ? any_pde(page, odd) : any_pte(odd);
	}
	if (dir && draw(8))
		word[KERNEL_WORD] = kernel_pde();
}

static u32 word_at(u32 index)
{
	u32 i = 0;

	while (i < NR_WORDS && indices[i] != index)
		i++;
	return i;
}

/* 03.1: by update_descriptor, two words at a time. A descriptor with P = 0 may hold anything, and P
 * is a bit of a frame's number in the odd word. */
static void write_descriptors(u32 page, u32 *word)
{
	struct page *p = &pages[page];

	for (u32 i = 0; i < NR_WORDS; i++)
		if (indices[i] % 2 && (word[i] & 0x8000))
			word[i] = 0;
	for (u32 index = 0; index < 1024 && same; index += 2) {
		u32 lo = word_at(index), hi = word_at(index + 1);

		if (index == SIGNATURE)
			do_descriptor(page, index, 0x51600000 | page * 2, 0);
		else if (lo < NR_WORDS || hi < NR_WORDS || index >= HV_SLOT)
			do_descriptor(page, index, lo < NR_WORDS ? word[lo] : 0,
				      hi < NR_WORDS ? word[hi] : 0);
	}
	if (same)
		for (u32 i = 0; i < NR_WORDS; i++)
			p->word[i] = word[i];
}

/* By a mapping of the page. */
static void write_words(u32 page, const u32 *word)
{
	u32 *at = (u32 *)window_va(SCRATCH);

	do_update_va(KERNEL, SCRATCH, (u32)at, pages[page].mfn * PAGE | PRESENT_RW, UVMF_INVLPG);
	if (!same || pages[KERNEL].word[SCRATCH] != (pages[page].mfn * PAGE | PRESENT_RW))
		return;
	for (u32 index = HV_SLOT; index < 1024; index++)
		at[index] = 0;
	at[SIGNATURE] = 0x51600000 | page * 2;
	for (u32 i = 0; i < NR_WORDS; i++)
		at[indices[i]] = pages[page].word[i] = word[i];
	pages[page].stained = false;
	do_update_va(KERNEL, SCRATCH, (u32)at, 0, draw(2) ? UVMF_INVLPG : UVMF_NONE);
}

static void fill(u32 page)
{
	bool table = held[page].as[TABLE] || held[page].as[DIRECTORY];
	u32 word[NR_WORDS];

	if (good_only && (pages[page].dead || table))
		return;
	make_up(page, word);
	if (stage > 1) {
		write_words(page, word);
	} else if (pages[page].dead || table) {
		do_descriptor(page, indices[draw(NR_WORDS)] & ~1u, 0, 0);
	} else {
		pages[page].stained = false;
		write_descriptors(page, word);
	}
}

static void change_base(u32 page)
{
	struct besides next = {0, NR_PAGES, page, DIRECTORY};

	if (maps_kernel(pages[page].word[KERNEL_WORD]) || !sound(&next))
		do_base(page);
}

/* Through the kernel's windows, the pages' aliases, or a table that the base leads to. */
static void touch(void)
{
	const struct page *dir = &pages[base];
	bool exact = draw(2);
	u32 slot = draw(NR_WORDS), i = draw(NR_WORDS), pde = dir->word[slot], table;

	if (exact)
		do_flush();
	table = page_of(pde >> 12);
	if (stage > 1 && draw(2)) {
		do_touch(window_va(i), PRESENT_RW, pages[KERNEL].word[i], exact);
	} else if (stage > 1 && draw(4) == 0) {
		i = POOL + draw(NR_PAGES - POOL);
		do_touch(alias_va(i), PRESENT_RW, pages[i].alias ? pages[i].mfn * PAGE | P : 0,
			 exact);
	} else if (slot != KERNEL_WORD && indices[slot] < HV_SLOT &&
		   (!(pde & P) || table >= POOL)) {
		do_touch(indices[slot] << 22 | indices[i] << 12, pde,
			 pde & P ? pages[table].word[i] : 0, exact && table != base);
	}
}

static void give(void)
{
	u32 page = draw(2) ? likely(WRITABLE) : POOL + draw(NR_PAGES - POOL);

	if (page < POOL)
		return;
	if (pages[page].alias && draw(4))
		do_alias(page, false);
	do_give(page);
}

static void update_va(void)
{
	static const u32 flush[] = {UVMF_NONE, UVMF_INVLPG, UVMF_INVLPG | UVMF_ALL, UVMF_TLB_FLUSH,
				    UVMF_TLB_FLUSH | UVMF_ALL};
	u32 f = draw(40) ? flush[draw(ARRAY_SIZE(flush))] : 3, i = draw(NR_WORDS - 1);
	u32 slot = draw(NR_WORDS), pde = pages[base].word[slot], page = page_of(pde >> 12), va, val;

	if (draw(3)) {
		page = KERNEL;
		va = window_va(i);
	} else {
		va = indices[slot] << 22 | indices[i] << 12;
		if (slot == KERNEL_WORD)
			return;
		if (!(pde & P) || page == base || indices[slot] >= HV_SLOT)
			page = NR_PAGES;
		else if (page == KERNEL)
			va = indices[slot] << 22 | index_of(KERNEL, i) << 12;
	}
	val = any_pte(6);
	/* Often only flags change, in an entry that is there. */
	if (page < NR_PAGES && draw(3) == 0)
		val = pages[page].word[i] ^ (draw(2) ? RW : 1u << draw(12));
	if (do_update_va(page, i, va, val, f) && f != UVMF_NONE)
		do_touch(va, va - WINDOWS < NR_WORDS * PAGE ? PRESENT_RW : pde, pages[page].word[i],
			 true);
}

/* A page loses its last writable mapping, and the processor is not told; then it becomes something
 * else, or goes. */
static void retype(void)
{
	u32 page = likely(draw(2) ? TABLE : DIRECTORY), i = draw(NR_WORDS - 1), va = window_va(i);
	u32 pte = pages[page].mfn * PAGE | PRESENT_RW;

	if (good_only && (pages[page].dead || held[page].as[TABLE] || held[page].as[DIRECTORY]))
		return;
	do_update_va(KERNEL, i, va, pte, UVMF_INVLPG);
	if (!same || pages[KERNEL].word[i] != pte)
		return;
	do_touch(va, PRESENT_RW, pte, true);
	do_update_va(KERNEL, i, va, good_only || draw(2) ? 0 : pte & ~RW, UVMF_NONE);
	if (draw(4) == 0)
		give();
	else if (draw(4))
		do_pin(page, page < POOL + NR_DIRS && draw(4) ? DIRECTORY : TABLE);
	else
		change_base(page);
	do_touch(va, PRESENT_RW, pages[KERNEL].word[i], false);
}

static void pin(void)
{
	enum part part = draw(3) ? TABLE : DIRECTORY;
	u32 page = likely(part);

	if (draw(12) == 0)
		do_pin_foreign(other_mfn(), part);
	else
		do_pin(page, part);
}

static void one_request(void)
{
	u32 r = draw(stage == 1 ? 60 : 100);

	if (r < 16)
		fill(POOL + draw(NR_PAGES - POOL));
	else if (r < 30)
		pin();
	else if (r < 40)
		/* The first directory stays one: it is where all ends. */
		do_unpin(likely(draw(2) ? TABLE : DIRECTORY) ?: (u32)DATA);
	else if (r < 43)
		change_base(draw(3) ? likely(DIRECTORY) : HOME);
	else if (r < 48)
		give();
	else if (r < 53)
		do_take();
	else if (r < 60)
		touch();
	else if (r < 63)
		retype();
	else if (r < 67)
		do_alias(POOL + draw(NR_PAGES - POOL), draw(4) > 0);
	else if (stage == 2 || draw(3) == 0)
		update_va();
	else
		lab03_update();
}

static void one_stale(void)
{
	u32 r = draw(12);

	if (r < 7)
		retype();
	else if (r < 8)
		fill(POOL + draw(NR_PAGES - POOL));
	else if (r < 11)
		do_unpin(likely(draw(2) ? TABLE : DIRECTORY) ?: (u32)DATA);
	else
		do_take();
}

/* Everything is let go of: now each page can be given back, and is free at once. */
static void let_go(void)
{
	do_base(HOME);
	for (u32 n = 0; n < NR_PAGES && same; n++)
		if (pages[n].pinned && n != HOME)
			do_unpin(n);
	for (u32 i = 0; i < NR_WORDS && same && stage > 1; i++)
		do_update_va(KERNEL, i, window_va(i), 0, UVMF_INVLPG);
	for (u32 i = 0; i < NR_WORDS && same && stage > 2; i++)
		if (i != KERNEL_WORD && indices[i] < HV_SLOT)
			lab03_change(HOME, i, 0);
	for (u32 n = POOL; n < NR_PAGES && same; n++) {
		if (pages[n].alias)
			do_alias(n, false);
		if (pages[n].allocated)
			do_give(n);
		if (same && !pages[n].dead)
			differs("the model is wrong");
	}
	for (u32 n = POOL; n < NR_PAGES && same; n++)
		do_take();
}

static void begin(void)
{
	model_init();
	pages[DATA].mfn = mfn_of(data_page);
	data_page[SIGNATURE] = 0x51600000 | DATA * 2;
	/* What the windows and aliases showed at first is none of the game's. */
	for (u32 i = 0; i < NR_PAGES + ALIASES / PAGE - WINDOWS / PAGE && stage > 1; i++)
		map_at(WINDOWS + i * PAGE, 0);
	if (stage > 2)
		map_at(ALIASES - 2 * PAGE, spare_mfn(900) * PAGE | PRESENT_RW);
	settle();
	for (u32 n = POOL; n < NR_PAGES && same; n++) {
		u32 none[NR_WORDS] = {0};

		if (stage == 1)
			write_descriptors(n, none);
		else
			write_words(n, none);
		if (stage > 1)
			do_alias(n, true);
	}
}

/* What is forgotten each time is noticed in the end: a mapping of the page in the hypervisor, too.
 */
static void again_and_again(void)
{
	u32 mfn = spare_mfn(700);

	request("pin and unpin, again and again", mfn, 0, 0);
	for (u32 i = 0; i < 300 && same; i++) {
		compare(refusal(mmuext(MMUEXT_PIN_L1_TABLE, mfn)), 0);
		compare(refusal(mmuext(MMUEXT_UNPIN_TABLE, mfn)), 0);
	}
}

static void play(u32 rounds, void (*round)(void))
{
	u32 n;

	begin();
	for (n = 0; n < rounds && same; n++) {
		round();
		if (same && n % 8 == 0)
			check_reservation();
		if (same && stage > 1 && n % 64 == 0)
			check_pages();
	}
	if (same)
		let_go();
	if (same)
		again_and_again();
	if (same && stage > 1)
		check_pages();
	if (same)
		say("random: rounds=%u differences=0\n", n);
	finish(0);
}

static void used(void)
{
	stage = 1;
	play(2500, one_request);
}

/* Without flushes, which would hide what the hypervisor forgets to flush. */
static void stale(void)
{
	stage = 2;
	good_only = true;
	play(1000, one_stale);
}

static void entries(void)
{
	stage = 2;
	play(2500, one_request);
}

static void requests(void)
{
	stage = 3;
	play(2500, one_request);
}

void lab03_random(void)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} scenarios[] = {
	    {"used", used}, {"stale", stale}, {"entries", entries}, {"requests", requests}};

	for (u32 i = 0; i < ARRAY_SIZE(scenarios); i++)
		if (scenario_is(scenarios[i].name)) {
			traps_init();
			scenarios[i].run();
		}
}
