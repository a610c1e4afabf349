/* lab03_batch.c: random mmu_updates, in one request and in many. */
#include "lab03_ops.h"

#define LONGEST 1400u /* more than one entry into the hypervisor may do */

static struct mmu_update list[LONGEST];

static u32 entry_at(u32 page, u32 word)
{
	return pages[page].mfn * PAGE + index_of(page, word) * 4;
}

static void check_word(u32 page, u32 word, bool done)
{
	u32 is;

	if (same && entry_is(page, word, &is) && (is ^ pages[page].word[word]) & ~(A | D))
		differs(done ? "is done, but the entry is another"
			     : "was refused, but has changed the entry");
}

void lab03_change(u32 page, u32 word, u32 val)
{
	u32 at = entry_at(page, word), result;

	request("mmu_update", at, val, 0);
	result = refusal(update(at, val));
	compare(result, model_update(page, word, val));
	check_word(page, word, !result);
}

/* A page and one of its words, which the guest can do without. */
static void choose(u32 *page, u32 *word, u32 *val)
{
	*word = draw(NR_WORDS);
	*page = draw(5)	  ? POOL + draw(draw(2) ? NR_DIRS : NR_PAGES - POOL)
		: draw(2) ? HOME
			  : KERNEL;
	if (*page == KERNEL && *word == SCRATCH)
		*word = 0;
	if (held[*page].as[DIRECTORY])
		*val = any_pde(*page, 6);
	else
		*val = any_pte(6);
	/* Often only flags change, in an entry that is there. */
	if (draw(3) == 0)
		*val = pages[*page].word[*word] ^ (draw(2) ? RW : 1u << draw(12));
}

/* The base must go on mapping the kernel: what the model allows is then not asked for. */
static bool harms_kernel(u32 page, u32 word, u32 val)
{
	return (page == base || page == HOME) && word == KERNEL_WORD && !maps_kernel(val) &&
	       !(val & P && (val & (PS | G) || page_of(val >> 12) == NR_PAGES));
}

/* A request, and what must come of it: the model has changed, if it is fine. */
static bool make_request(struct mmu_update *u, u32 *result, u32 *page, u32 *word)
{
	u32 val;

	choose(page, word, &val);
	if (harms_kernel(*page, *word, val))
		return false;
	*u = (struct mmu_update){entry_at(*page, *word), val};
	if (draw(60) == 0) {
		u->ptr |= draw(2) ? 2 + draw(2) : (u64)(1 + draw(255)) << 32;
		why = "there is no such kind of request, or no such memory";
		*result = 22;
	} else if (draw(30) == 0) {
		u->ptr = (u64)foreign_mfn() * PAGE + draw(1024) * 4;
		why = "the frame is not the domain's";
		*result = 22;
	} else {
		*result = model_update(*page, *word, val);
	}
	return true;
}

static void one(void)
{
	u32 page, word, expected, entry;
	const char *reason;

	request("mmu_update", 0, 0, 0);
	if (!make_request(&list[0], &expected, &page, &word))
		return;
	reason = why;
	entry = why_entry;
	request("mmu_update", list[0].ptr, list[0].val, list[0].ptr >> 32);
	if (expected) {
		why = reason;
		why_entry = entry;
	}
	compare(refusal(HCALL(mmu_update, list, 1, 0, DOMID_SELF)), expected);
	check_word(page, word, !expected);
}

/* A page whose end is the end of what can be read. */
static u32 edge_va(void)
{
	return ALIASES - 2 * PAGE;
}

/*
 * A call of some requests, up to the first that is refused, or to the first that cannot be read.
 * What they change is looked at when all is over.
 */
static void some(void)
{
	u32 n = 1 + draw(draw(4) ? 12 : 40), more = 0, bad = 0, done = 99999, got, page, word, made;
	struct mmu_update *at = list;
	const char *reason;

	for (made = 0; made < n && !bad;)
		if (make_request(&list[made], &bad, &page, &word))
			made++;
	reason = why; /* of the last */
	/* Behind the bad one come others, which must not happen. */
	for (u32 i = made; i < n; i++)
		list[i] = (struct mmu_update){entry_at(POOL + draw(NR_PAGES - POOL), 3), 0};
	if (draw(4) == 0) {
		at = (struct mmu_update *)(edge_va() + PAGE) - n;
		for (u32 i = 0; i < n; i++)
			at[i] = list[i];
		more = draw(3) ? draw(12) : 0;
	}
	request(more ? "mmu_update, and the last requests cannot be read (list, count, good ones)"
		     : "mmu_update (list, count, good ones)",
		(u32)at, n + more, bad ? made - 1 : n);
	got = refusal(HCALL(mmu_update, at, n + more, &done, DOMID_SELF));
	if (bad)
		why = reason;
	compare(got, bad ? 22 : more ? 14 : 0);
	compare_done(done, made - !!bad);
	if (same)
		check_pages();
}

/* A pinned page table that maps nothing else of the game than pages of data. */
static void many(void)
{
	u32 n = 900 + draw(LONGEST - 900), bad = draw(2) ? draw(n) : n, done = 99999, got;
	u32 page = POOL + NR_DIRS + draw(NR_TABLES), last[NR_WORDS];

	if (!held[page].as[TABLE] || pages[page].dead)
		return;
	for (u32 i = 0; i < NR_WORDS; i++)
		last[i] = pages[page].word[i];
	for (u32 i = 0; i < n; i++) {
		u32 word = draw(NR_WORDS);

		list[i] = (struct mmu_update){entry_at(page, word),
					      pages[DATA].mfn * PAGE | P | draw(8) << 9 |
						  (draw(2) ? RW : 0) | (i == bad ? PS : 0)};
		if (i < bad)
			last[word] = list[i].val;
	}
	request("mmu_update (list, count, good ones)", (u32)list, n, bad);
	got = refusal(HCALL(mmu_update, list, n, &done, DOMID_SELF));
	for (u32 i = 0; i < NR_WORDS && same; i++)
		if (model_update(page, i, last[i]))
			differs("the model is wrong");
	if (bad < n)
		why = "one of its entries has a bit of PTE_REFUSED";
	compare(got, bad < n ? 22 : 0);
	compare_done(done, bad);
	if (same)
		check_pages();
}

/*
 * Several such calls in one: they share the bound, which is then met anywhere. Each request writes
 * a word of plain memory of its own, so that none is left out, and none happens behind a bad one.
 */
#define CALLS 4u
static u32 sheet[2][1024] __attribute__((aligned(PAGE)));

static void several(void)
{
	static struct multicall_entry call[CALLS];
	static u32 done[CALLS];
	u32 n = 260 + draw(LONGEST / CALLS - 260), all = n * CALLS, bad = draw(2 * all);

	for (u32 i = 0; i < all; i++) {
		u32 *word = &sheet[i / 1024][i % 1024];

		*word = 0;
		list[i] = (struct mmu_update){mfn_of(word) * PAGE + i % 1024 * 4, i + 1};
	}
	if (bad < all)
		list[bad].ptr |= 2;
	for (u32 c = 0; c < CALLS; c++) {
		done[c] = 99999;
		call[c] = (struct multicall_entry){
		    __HYPERVISOR_mmu_update, 1, {(u32)&list[c * n], n, (u32)&done[c], DOMID_SELF}};
	}
	request("multicall of mmu_update (list, count of each, bad one)", (u32)list, n, bad);
	compare(refusal(HCALL(multicall, call, CALLS, 0, 0)), 0);
	for (u32 c = 0; c < CALLS && same; c++) {
		bool has_bad = bad / n == c;

		if (refusal(call[c].result) != (has_bad ? 22 : 0))
			differs("a call of it has another result than it should");
		if (done[c] != (has_bad ? bad % n : n))
			differs("*done of a call of it is not how many took effect");
	}
	for (u32 i = 0; i < all && same; i++)
		if ((sheet[i / 1024][i % 1024] == i + 1) != (bad / n != i / n || i < bad))
			differs("a request was left out, or happened behind a bad one");
}

static void odd_calls(void)
{
	u32 done = 99999, ret;

	request("mmu_update of another domain", 0, 0, 0);
	list[0] = (struct mmu_update){entry_at(KERNEL, 0), 0};
	compare(refusal(HCALL(mmu_update, list, 1, &done, draw(1000) + 1)), 3);
	request("mmu_update of no request", 0, 0, 0);
	done = 99999;
	ret = HCALL(mmu_update, draw(2) ? (u32)list : 0x1000, 0, &done, DOMID_SELF);
	compare(refusal(ret), 0);
	if (same && done)
		differs("*done should be 0");
}

void lab03_update(void)
{
	u32 r = draw(100);

	if (r < 70)
		one();
	else if (r < 94)
		some();
	else if (r < 96)
		many();
	else if (r < 98)
		several();
	else
		odd_calls();
}
