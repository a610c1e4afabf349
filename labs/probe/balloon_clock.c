/*
 * balloon_clock.c: what a guest gives up. The clock is known, so each victim is; and on a workload
 * it is measured beside the policies that it should beat, and the one that knows what is to come.
 */
#include "balloon.h"

#define PAGES  96u
#define FRAMES 32u /* of them in memory at once */
#define STEPS  1500u
#define NEVER  0xFFFFFFFFu

static struct policy *p;
static u32 *kind;

/** Pages in memory, and which were used: of each kind a ring by their numbers. */
struct memory {
	bool in[POLICY_KINDS][PAGES], used[POLICY_KINDS][PAGES];
	u32 hand[POLICY_KINDS];
};
static struct memory mem, model;

static u32 next(const struct memory *m, u32 k, u32 page)
{
	for (page = page == POLICY_NONE ? 0 : page + 1; page < PAGES; page++)
		if (m->in[k][page])
			return page;
	return POLICY_NONE;
}

static u32 serve(u32 what, u32 a, u32 b)
{
	u32 k = what >= ASK_USED ? what - ASK_USED : what - ASK_NEXT;
	bool was;

	(void)b;
	if (what < ASK_NEXT || k >= POLICY_KINDS)
		differs("policy_victim() asks for %u, which is nothing", what);
	if (what < ASK_USED) {
		if (a != POLICY_NONE && a >= PAGES)
			differs("policy_victim(): next() of page %u", a);
		return next(&mem, k, a);
	}
	if (a >= PAGES || !mem.in[k][a])
		differs("policy_victim(): used() of page %u, which is not there", a);
	was = mem.used[k][a];
	mem.used[k][a] = false;
	return was;
}

/* The clock, as a list of pages has it: from behind the hand on, and round to it. */
static u32 turn(struct memory *m, u32 k)
{
	u32 first = m->hand[k] == POLICY_NONE ? 0 : m->hand[k] + 1;

	for (u32 i = 0; i < PAGES; i++) {
		u32 page = (first + i) % PAGES;

		if (!m->in[k][page])
			continue;
		if (!m->used[k][page])
			return m->hand[k] = page;
		m->used[k][page] = false;
	}
	return POLICY_NONE;
}

static u32 clock(struct memory *m, u32 *k)
{
	for (u32 i = 0; i < 2 * POLICY_KINDS; i++) {
		u32 page;

		*k = i % POLICY_KINDS;
		page = turn(m, *k);
		if (page != POLICY_NONE)
			return page;
	}
	return POLICY_NONE;
}

static void begin(struct memory *m)
{
	fill(m, 0, sizeof(*m));
	m->hand[0] = m->hand[1] = POLICY_NONE;
}

static u32 ask(u32 *k)
{
	u32 page;

	for (u32 i = 0; i < POLICY_KINDS; i++)
		p->hand[i] = mem.hand[i];
	*kind = 7;
	page = CALL(policy_victim, (u32)p, (u32)kind);
	*k = *kind;
	for (u32 i = 0; i < POLICY_KINDS; i++)
		mem.hand[i] = p->hand[i];
	return page;
}

static void victims(void)
{
	for (u32 i = 0; i < 300; i++) {
		u32 some = draw(4), want, k, got, got_k;

		begin(&mem);
		for (u32 j = 0; j < POLICY_KINDS; j++) {
			u32 there = draw(4), used = draw(4), at = draw(PAGES);

			for (u32 page = 0; page < PAGES; page++) {
				mem.in[j][page] =
				    some == 3 ? page == at || page == at / 2 : there > draw(4);
				mem.used[j][page] = mem.in[j][page] && used > draw(3);
			}
			mem.hand[j] = draw(3) == 0   ? POLICY_NONE
				      : some == 3    ? at
				      : draw(4) == 0 ? PAGES - 1
						     : draw(PAGES);
		}
		model = mem;
		want = clock(&model, &k);
		got = ask(&got_k);
		if (got != want || (want != POLICY_NONE && got_k != k))
			differs(
			    "policy_victim() gave page %u, kind %u; it should be %u, kind %u; the "
			    "hands were at %u and %u",
			    got, got_k, want, k, mem.hand[0], mem.hand[1]);
		if (want == POLICY_NONE)
			continue;
		for (u32 j = 0; j < POLICY_KINDS; j++) {
			if (mem.hand[j] != model.hand[j])
				differs("policy_victim(): a hand is at %u; it should be at %u",
					mem.hand[j], model.hand[j]);
			for (u32 page = 0; page < PAGES; page++)
				if (mem.used[j][page] != model.used[j][page])
					differs(
					    "policy_victim(): page %u %s its mark, and the victim "
					    "was page %u",
					    page, mem.used[j][page] ? "has" : "has lost", want);
		}
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
	u32 hot = 18 + draw(5), at = draw(PAGES), first = 0;

	for (u32 i = 0; i < STEPS; i++) {
		u32 n = draw(hot);

		if (i % (STEPS / 2) == 0)
			first = draw(PAGES);
		refs[i].kind = POLICY_CACHE;
		if (draw(100) < 94) {
			if (n % 4 == 0)
				refs[i].kind = POLICY_SWAP;
			refs[i].page = (u8)((first + n * 37) % PAGES);
		} else {
			refs[i].page = (u8)(at++ * 5 % PAGES);
		}
	}
}

/* NEXT goes round as the clock does, and does not ask what was used. */
enum policy_of { CLOCK, NEXT, FIFO, LAST_IN, RANDOM, BEST, YOURS };

static u32 entered[POLICY_KINDS][PAGES];

static u32 next_use(u32 k, u32 page, u32 now)
{
	for (; now < STEPS; now++)
		if (refs[now].kind == k && refs[now].page == page)
			return now;
	return NEVER;
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
static u32 highest(enum policy_of policy, u32 now, u32 *k)
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
						: next_use(j, page, now);
			if (victim == POLICY_NONE || n > most)
				most = n, victim = page, *k = j;
		}
	return victim;
}

/* @return transfers from and to the disk: a page of the cache is read, what a process has written
 * is written before */
static u32 transfers(enum policy_of policy)
{
	u32 n = 0, in = 0;

	begin(&mem);
	for (u32 i = 0; i < STEPS; i++) {
		u32 k = refs[i].kind, page = refs[i].page, victim, j = 0;

		if (!mem.in[k][page]) {
			if (in == FRAMES) {
				victim = policy == YOURS   ? ask(&j)
					 : policy == CLOCK ? clock(&mem, &j)
					 : policy == NEXT  ? just_next(&mem, &j)
							   : highest(policy, i, &j);
				if (j >= POLICY_KINDS || victim >= PAGES || !mem.in[j][victim])
					differs(
					    "policy_victim() gave page %u, kind %u, which is not "
					    "there",
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
	say("balloon: transfers=%u budget=%u clock=%u next=%u fifo=%u last-in=%u random=%u "
	    "best=%u\n",
	    sum[YOURS], most, sum[CLOCK], sum[NEXT], sum[FIFO], sum[LAST_IN], sum[RANDOM],
	    sum[BEST]);
	if (sum[YOURS] > most)
		differs("%u transfers from and to the disk; the budget is %u", sum[YOURS], most);
}

void balloon_clock(void)
{
	if (!scenario_is("victims") && !scenario_is("budget"))
		return;
	service = serve;
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
