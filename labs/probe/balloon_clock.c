/*
 * balloon_clock.c: what a guest gives up. The clock is known, so each victim is; and on a workload
 * it is measured beside the policies that it should beat, and the one that knows what is to come.
 */
#include "balloon.h"

#define PAGES  96u
#define FRAMES 32u /* of them in memory at once */
#define STEPS  6000u
#define NEVER  0xFFFFFFFFu
#define MANY   5000u /* pages of a large ring */
#define LOOKS  8u    /* pages: HASTY looks at no more */

static struct policy *p;
static u32 *kind;

/** Pages in memory, and which were used: of each kind a ring of `pages` places. */
struct memory {
	u32 pages;
	bool in[POLICY_KINDS][MANY], used[POLICY_KINDS][MANY];
	u32 hand[POLICY_KINDS]; /* a place */
};
static struct memory mem, model;

/* What the places are called: the first one's number, and how far it is to the next. */
static u32 first_number[POLICY_KINDS], between[POLICY_KINDS];

static u32 number(u32 k, u32 place)
{
	return place == POLICY_NONE ? POLICY_NONE : first_number[k] + place * between[k];
}

/* From 0 on; about the middle of all numbers; or the last of them. */
static void any_numbers(u32 k, bool small)
{
	u32 span;

	between[k] = small || draw(2) ? 1 : 1 + draw(1000);
	span = (mem.pages - 1) * between[k];
	first_number[k] =
	    small ? 0 : (u32[]){0, 0x80000000 - draw(span + 1), POLICY_NONE - 1 - span}[draw(3)];
}

/* The place of the page with the next higher number. */
static u32 next(u32 k, u32 page)
{
	u32 place = page == POLICY_NONE || page < first_number[k]
			? 0
			: (page - first_number[k]) / between[k] + 1;

	for (; place < mem.pages; place++)
		if (mem.in[k][place])
			return place;
	return POLICY_NONE;
}

static u32 serve(u32 what, u32 a, u32 b)
{
	u32 k = what >= ASK_USED ? what - ASK_USED : what - ASK_NEXT, place;
	bool was;

	(void)b;
	if (what < ASK_NEXT || k >= POLICY_KINDS)
		differs("policy_victim() asks for %u, which is nothing", what);
	if (what < ASK_USED)
		return number(k, next(k, a));
	place = (a - first_number[k]) / between[k];
	if (place >= mem.pages || number(k, place) != a || !mem.in[k][place])
		differs("policy_victim(): used() of page %u, which is not there", a);
	was = mem.used[k][place];
	mem.used[k][place] = false;
	return was;
}

/* The clock, as a list of pages has it: from behind the hand on, and round to it.
 * @param most so many are looked at, and no more */
static u32 turn(struct memory *m, u32 k, u32 most)
{
	u32 at = m->hand[k];

	for (u32 i = 0, looked = 0; i < m->pages; i++) {
		at = at >= m->pages - 1 ? 0 : at + 1; /* also from POLICY_NONE on */
		if (!m->in[k][at])
			continue;
		if (!m->used[k][at] || ++looked == most)
			return m->hand[k] = at;
		m->used[k][at] = false;
	}
	return POLICY_NONE;
}

static u32 clock(struct memory *m, u32 *k, u32 most)
{
	for (u32 i = 0; i < 2 * POLICY_KINDS; i++) {
		u32 place;

		*k = i % POLICY_KINDS;
		place = turn(m, *k, most);
		if (place != POLICY_NONE)
			return place;
	}
	return POLICY_NONE;
}

static void begin(struct memory *m, u32 pages)
{
	m->pages = pages;
	for (u32 k = 0; k < POLICY_KINDS; k++) {
		fill(m->in[k], 0, pages);
		fill(m->used[k], 0, pages);
		p->hand[k] = m->hand[k] = POLICY_NONE;
	}
}

/* @return a number */
static u32 ask(u32 *k)
{
	u32 page;

	*kind = 7;
	page = CALL(policy_victim, (u32)p, (u32)kind);
	*k = *kind;
	return page;
}

/* Any pages, any of them used, the hands anywhere. */
static void any_rings(void)
{
	u32 some = draw(4);

	begin(&mem, PAGES);
	for (u32 k = 0; k < POLICY_KINDS; k++) {
		u32 there = draw(4), used = draw(4), at = draw(PAGES);

		for (u32 i = 0; i < PAGES; i++) {
			mem.in[k][i] = some == 3 ? i == at || i == at / 2 : there > draw(4);
			mem.used[k][i] = mem.in[k][i] && used > draw(3);
		}
		mem.hand[k] = draw(3) == 0   ? POLICY_NONE
			      : some == 3    ? at
			      : draw(4) == 0 ? PAGES - 1
					     : draw(PAGES);
	}
}

/* Many pages, of which all were used, or all but one. */
static void large_rings(u32 pages)
{
	begin(&mem, pages);
	for (u32 k = 0; k < POLICY_KINDS; k++) {
		fill(mem.in[k], true, pages);
		fill(mem.used[k], true, pages);
		mem.used[k][draw(pages)] = draw(2);
		mem.hand[k] = draw(pages);
	}
}

static void model_begins(void)
{
	model.pages = mem.pages;
	for (u32 k = 0; k < POLICY_KINDS; k++) {
		copy(model.in[k], mem.in[k], mem.pages);
		copy(model.used[k], mem.used[k], mem.pages);
		model.hand[k] = mem.hand[k];
	}
}

static void same(u32 want, u32 k, u32 got, u32 got_k, const u32 *hand)
{
	if (want == POLICY_NONE && got != want)
		differs("policy_victim() gave page %u, kind %u; no page was to be had, and it is "
			"POLICY_NONE then",
			got, got_k);
	if (want != POLICY_NONE && got == POLICY_NONE)
		differs("policy_victim() gave POLICY_NONE; it should be page %u, kind %u; the "
			"hands were at %u and %u",
			number(k, want), k, hand[0], hand[1]);
	if (got != number(k, want) || (want != POLICY_NONE && got_k != k))
		differs("policy_victim() gave page %u, kind %u; it should be %u, kind %u; the "
			"hands were at %u and %u",
			got, got_k, number(k, want), k, hand[0], hand[1]);
	for (u32 j = 0; j < POLICY_KINDS && want != POLICY_NONE; j++) {
		if (p->hand[j] != number(j, model.hand[j]))
			differs("policy_victim(): a hand is at %u; it should be at %u", p->hand[j],
				number(j, model.hand[j]));
		for (u32 i = 0; i < mem.pages; i++)
			if (mem.used[j][i] != model.used[j][i])
				differs("policy_victim(): page %u %s its mark, and the victim was "
					"page %u",
					number(j, i), mem.used[j][i] ? "has" : "has lost", got);
	}
}

/* Until there is a cache and a disk, nothing is to be had; from then on others are asked. */
static void from_nothing(void)
{
	u32 k;

	p->ops[POLICY_CACHE] = p->ops[POLICY_SWAP] = &user_nothing;
	p->hand[POLICY_CACHE] = p->hand[POLICY_SWAP] = POLICY_NONE;
	if (ask(&k) != POLICY_NONE)
		differs("policy_victim() gave a page where there is none");
	p->ops[POLICY_CACHE] = &user_cache;
	p->ops[POLICY_SWAP] = &user_swap;
}

static void victims(void)
{
	from_nothing();
	for (u32 i = 0; i < 300; i++) {
		u32 want, k, got, got_k, hand[POLICY_KINDS];

		if (i % 50 < 49)
			any_rings();
		else
			large_rings(i == 49 ? MANY : 1 + draw(MANY));
		for (u32 j = 0; j < POLICY_KINDS; j++) {
			any_numbers(j, i < 100); /* those of the first are easy to read */
			p->hand[j] = hand[j] = number(j, mem.hand[j]);
		}
		model_begins();
		want = clock(&model, &k, NEVER);
		got = ask(&got_k);
		same(want, k, got, got_k, hand);
	}
}

/* ---- a workload ---- */

static struct {
	u8 kind, page;
} refs[STEPS];

/* Some pages are used all the time, for a while, and then others: most of them files, some the
 * processes'. The rest is read once, one page after the other. */
static void any_workload(void)
{
	u32 hot = 26 + draw(3), at = draw(PAGES), first = 0;

	for (u32 i = 0; i < STEPS; i++) {
		u32 n = draw(hot);

		if (i % (STEPS / 2) == 0)
			first = draw(PAGES);
		refs[i].kind = POLICY_CACHE;
		if (draw(100) < 98) {
			if (n % 4 == 0)
				refs[i].kind = POLICY_SWAP;
			refs[i].page = (u8)((first + n) % PAGES);
		} else {
			refs[i].page = (u8)(at++ * 5 % PAGES);
		}
	}
}

/* NEXT goes round as the clock does, and does not ask what was used; HASTY asks of LOOKS pages. */
enum policy_of { CLOCK, NEXT, HASTY, FIFO, LAST_IN, RANDOM, BEST, YOURS };

static u32 entered[POLICY_KINDS][PAGES];

/* Of what is asked for at each step, when it is next. */
static u32 again[STEPS], next_use[POLICY_KINDS][PAGES];

static void look_ahead(void)
{
	for (u32 k = 0; k < POLICY_KINDS; k++)
		fill(next_use[k], 0xFF, sizeof(next_use[k])); /* NEVER */
	for (u32 i = STEPS; i-- > 0;) {
		u32 *use = &next_use[refs[i].kind][refs[i].page];

		again[i] = *use;
		*use = i;
	}
}

static u32 just_next(struct memory *m, u32 *k)
{
	for (*k = 0; *k < POLICY_KINDS; ++*k)
		for (u32 i = 1; i <= PAGES; i++) {
			u32 page = (m->hand[*k] + i) % PAGES;

			if (m->in[*k][page])
				return m->hand[*k] = page;
		}
	return POLICY_NONE;
}

/* By one number of each page: the victim is the page with the highest. */
static u32 highest(enum policy_of policy, u32 *k)
{
	u32 victim = POLICY_NONE, most = 0;

	for (u32 j = 0; j < POLICY_KINDS; j++)
		for (u32 page = 0; page < PAGES; page++) {
			u32 n;

			if (!mem.in[j][page])
				continue;
			n = policy == FIFO	? ~entered[j][page]
			    : policy == LAST_IN ? entered[j][page]
			    : policy == RANDOM	? draw(1 << 16)
						: next_use[j][page];
			if (victim == POLICY_NONE || n > most)
				most = n, victim = page, *k = j;
		}
	return victim;
}

static u32 victim_of(enum policy_of policy, u32 *k)
{
	switch (policy) {
	case YOURS:
		return ask(k);
	case CLOCK:
		return clock(&mem, k, NEVER);
	case HASTY:
		return clock(&mem, k, LOOKS);
	case NEXT:
		return just_next(&mem, k);
	default:
		return highest(policy, k);
	}
}

/* @return transfers from and to the disk: a page of the cache is read, what a process has written
 * is written before */
static u32 transfers(enum policy_of policy)
{
	u32 n = 0, in = 0;

	begin(&mem, PAGES);
	look_ahead();
	for (u32 i = 0; i < STEPS; i++) {
		u32 k = refs[i].kind, page = refs[i].page, victim, j = 0;

		if (!mem.in[k][page]) {
			if (in == FRAMES) {
				victim = victim_of(policy, &j);
				if (j >= POLICY_KINDS || victim >= PAGES || !mem.in[j][victim])
					differs("policy_victim() gave page %u, kind %u, which is "
						"not there",
						victim, j);
				mem.in[j][victim] = mem.used[j][victim] = false;
				n += j == POLICY_SWAP;
			} else {
				in++;
			}
			n++;
			mem.in[k][page] = true;
			entered[k][page] = i;
		}
		mem.used[k][page] = true;
		next_use[k][page] = again[i];
	}
	return n;
}

/* Three workloads on which it matters. */
static void budget(void)
{
	static u32 sum[YOURS + 1];
	u32 most;

	for (u32 n = 0; n < 3;) {
		u32 by[YOURS];
		bool tells = true;

		any_workload();
		for (u32 policy = CLOCK; policy < YOURS; policy++) {
			by[policy] = transfers(policy);
			if (policy != CLOCK && policy != BEST && by[policy] < by[CLOCK] * 5 / 4)
				tells = false;
		}
		if (!tells)
			continue;
		n++;
		for (u32 policy = CLOCK; policy < YOURS; policy++)
			sum[policy] += by[policy];
		sum[YOURS] += transfers(YOURS);
	}
	most = sum[CLOCK] + sum[CLOCK] / 10;
	say("balloon: transfers=%u budget=%u clock=%u next=%u hasty=%u fifo=%u last-in=%u "
	    "random=%u "
	    "best=%u\n",
	    sum[YOURS], most, sum[CLOCK], sum[NEXT], sum[HASTY], sum[FIFO], sum[LAST_IN],
	    sum[RANDOM], sum[BEST]);
	if (sum[YOURS] > most)
		differs("%u transfers from and to the disk; the budget is %u", sum[YOURS], most);
}

void balloon_clock(void)
{
	if (!scenario_is("victims") && !scenario_is("budget"))
		return;
	service = serve;
	for (u32 k = 0; k < POLICY_KINDS; k++)
		between[k] = 1;
	p = room_for(sizeof(*p));
	kind = room_for(sizeof(*kind));
	p->ops[POLICY_CACHE] = &user_cache;
	p->ops[POLICY_SWAP] = &user_swap;
	if (scenario_is("victims")) {
		victims();
		all_right(300);
	}
	budget();
	all_right(3);
}
