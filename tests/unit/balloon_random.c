/*
 * balloon_random.c: the balloon on a machine of the test's own, which refuses and runs short as it
 * likes, and the clock against FIFO and against one who knows the future.
 *
 * After each step: every frame is the hypervisor's, or behind one page; every page is used, free or
 * held; p2m, m2p and the kernel's map say the same. TRAPLINE_TEST_SEED=N draws others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "balloon/balloon.h"
#include "balloon/policy.h"

#define PAGES  300u
#define FRAMES 700u
#define NOBODY 0xFFFFFFFFu

static u32 state;
static u32 draw(u32 n)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % n;
}
static void next_seed(u32 n)
{
	const char *seed = getenv("TRAPLINE_TEST_SEED");

	state = ((seed ? (u32)strtoul(seed, NULL, 10) : 1) * 1000 + n) * 2654435761u | 1;
}

/* ---- a kernel and a hypervisor ---- */

enum page { IN_USE, IS_FREE, TAKEN };

static struct balloon b;
static u32 p2m[PAGES], m2p[FRAMES], mapped[PAGES]; /* mapped: the frame, or NOBODY */
static bool ours[FRAMES];
static enum page page[PAGES];
static u32 limit, nr_ours; /* frames that the domain may have */
static bool shadow;

static bool changed; /* there was a new target within a step */
static void maybe_new_target(void)
{
	u32 before = b.target;

	if (draw(40))
		return;
	balloon_set_target(&b, draw(PAGES + 20));
	changed |= b.target != before;
}

static u32 take(void)
{
	u32 first = draw(PAGES);

	maybe_new_target();
	if (!draw(50))
		return BALLOON_NONE;
	for (u32 i = 0; i < PAGES; i++) {
		u32 pfn = (first + i) % PAGES;

		if (pfn && page[pfn] == IS_FREE) {
			page[pfn] = TAKEN;
			return pfn;
		}
	}
	return BALLOON_NONE;
}

static void give(u32 pfn)
{
	assert_int_equal(page[pfn], TAKEN);
	assert_int_not_equal(mapped[pfn], NOBODY); /* it can be used at once */
	assert_false(balloon_holds(&b, pfn));
	page[pfn] = IS_FREE;
}

static void unmap(u32 pfn)
{
	assert_int_equal(page[pfn], TAKEN);
	assert_int_not_equal(mapped[pfn], NOBODY);
	mapped[pfn] = NOBODY;
}

static void map(u32 pfn, u32 frame)
{
	assert_int_equal(page[pfn], TAKEN);
	assert_int_equal(mapped[pfn], NOBODY);
	if (shadow) {
		assert_int_equal(frame, pfn);
		mapped[pfn] = p2m[pfn];
		assert_int_not_equal(mapped[pfn], NO_MFN);
		return;
	}
	assert_true(frame < FRAMES && ours[frame]);
	assert_int_equal(m2p[frame], pfn);
	assert_int_equal(p2m[pfn], frame);
	mapped[pfn] = frame;
}

static void set_m2p(u32 frame, u32 pfn)
{
	assert_true(!shadow && frame < FRAMES && ours[frame] && pfn < PAGES);
	m2p[frame] = pfn;
}

/* How many of n, this time. */
static s32 as_many(u32 n)
{
	return draw(4) ? (s32)n : draw(4) ? (s32)draw(n + 1) : -12;
}

static s32 release(const u32 *list, u32 n)
{
	s32 done = as_many(n);

	assert_in_range(n, 1, BALLOON_BATCH);
	maybe_new_target();
	for (s32 i = 0; i < done; i++) {
		u32 frame = shadow ? p2m[list[i]] : list[i];

		assert_true(frame < FRAMES && ours[frame]);
		for (u32 pfn = 0; pfn < PAGES; pfn++)
			assert_int_not_equal(mapped[pfn], frame);
		ours[frame] = false;
		nr_ours--;
		m2p[frame] = NOBODY;
		if (shadow)
			p2m[list[i]] = NO_MFN;
	}
	return done;
}

static s32 claim(u32 *list, u32 n)
{
	s32 done = as_many(n);

	assert_in_range(n, 1, BALLOON_BATCH);
	maybe_new_target();
	for (s32 i = 0; i < done; i++) {
		u32 frame = draw(FRAMES);

		if (nr_ours >= limit)
			return i;
		while (ours[frame])
			frame = (frame + 1) % FRAMES;
		ours[frame] = true;
		nr_ours++;
		if (shadow) {
			assert_int_equal(p2m[list[i]], NO_MFN);
			p2m[list[i]] = frame;
		} else {
			list[i] = frame;
		}
	}
	return done;
}

static const struct balloon_ops ops = {take, give, unmap, map, set_m2p, release, claim};

static void start(void)
{
	memset(&b, 0, sizeof(b));
	shadow = draw(2);
	memset(ours, 0, sizeof(ours));
	memset(m2p, 0xFF, sizeof(m2p));
	for (u32 pfn = 0; pfn < PAGES; pfn++) {
		u32 frame = pfn * 2 + 1;

		p2m[pfn] = mapped[pfn] = frame;
		m2p[frame] = pfn;
		ours[frame] = true;
		page[pfn] = draw(3) ? IS_FREE : IN_USE;
	}
	nr_ours = limit = PAGES;
	b.ops = &ops;
	b.p2m = shadow ? NULL : p2m;
	b.nr_pages = b.target = PAGES;
}

static void all_adds_up(void)
{
	u32 held = 0;

	for (u32 pfn = 0; pfn < PAGES; pfn++) {
		assert_int_equal(balloon_holds(&b, pfn), page[pfn] == TAKEN);
		held += balloon_holds(&b, pfn);
		if (page[pfn] == TAKEN) {
			assert_int_equal(p2m[pfn], NO_MFN);
			assert_int_equal(mapped[pfn], NOBODY);
			continue;
		}
		assert_int_equal(mapped[pfn], p2m[pfn]);
		assert_true(ours[p2m[pfn]]);
		if (!shadow)
			assert_int_equal(m2p[p2m[pfn]], pfn);
	}
	assert_int_equal(held, b.held);
	assert_int_equal(nr_ours, PAGES - held);
}

static void whatever_comes_nothing_is_lost(void **unused)
{
	u32 arrived = 0;

	(void)unused;
	next_seed(1);
	for (u32 run = 0; run < 1000; run++) {
		u32 wait = 0;

		start();
		for (u32 i = 0; i < 60; i++) {
			u32 before = b.held, pfn = 1 + draw(PAGES - 1), target, next;

			if (page[pfn] != TAKEN)
				page[pfn] = draw(3) ? IS_FREE : IN_USE;
			limit = draw(5) ? PAGES : draw(PAGES);
			if (!draw(8))
				balloon_set_target(&b, draw(PAGES + 20));
			target = b.target;
			wait = b.wait;
			changed = false;
			next = balloon_step(&b);
			all_adds_up();
			assert_true(b.held <= before + BALLOON_BATCH &&
				    before <= b.held + BALLOON_BATCH);
			assert_true(b.target <= PAGES);
			if (changed)
				continue;
			/* It goes there, and no further. */
			if (before == PAGES - target) {
				assert_int_equal(next, BALLOON_STAY);
				assert_int_equal(b.held, before);
				arrived++;
			} else if (before < PAGES - target) {
				assert_true(b.held >= before && b.held <= PAGES - target);
			} else {
				assert_true(b.held <= before && b.held >= PAGES - target);
			}
			if (next && next != BALLOON_STAY) {
				u32 twice = wait ? wait * 2 : 1;

				assert_int_equal(
				    next, twice < BALLOON_WAIT_MOST ? twice : BALLOON_WAIT_MOST);
			}
		}
	}
	assert_true(arrived > 1000);
}

/* ---- the clock ---- */

#define SET  400u
#define ROOM 100u
#define REFS 20000u

static struct {
	bool there, used, cache;
} pages[SET];

static u32 next_of(bool cache, u32 at)
{
	for (at = at == POLICY_NONE ? 0 : at + 1; at < SET; at++)
		if (pages[at].there && pages[at].cache == cache)
			return at;
	return POLICY_NONE;
}
static u32 next_cached(u32 at)
{
	return next_of(true, at);
}
static u32 next_other(u32 at)
{
	return next_of(false, at);
}
static bool used(u32 at)
{
	bool was = pages[at].used;

	assert_true(at < SET && pages[at].there);
	pages[at].used = false;
	return was;
}
static const struct policy_ops cached = {next_cached, used}, others = {next_other, used};

/* A reference of a program with habits: mostly some pages, which change slowly. */
static u32 reference(u32 i)
{
	u32 hot = i / 4000 * 37;

	return draw(10) < 8 ? (hot + draw(70)) % SET : draw(SET);
}

static u32 faults(bool fifo)
{
	struct policy p = {.ops = {&cached, &others}, .hand = {POLICY_NONE, POLICY_NONE}};
	u32 queue[ROOM], head = 0, there = 0, n = 0;

	memset(pages, 0, sizeof(pages));
	for (u32 i = 0; i < REFS; i++) {
		u32 at = reference(i), kind;

		if (!pages[at].there) {
			n++;
			if (there == ROOM) {
				u32 victim = fifo ? queue[head % ROOM] : policy_victim(&p, &kind);

				assert_true(victim < SET && pages[victim].there);
				pages[victim].there = false;
			} else {
				there++;
			}
			pages[at].there = true;
			queue[head++ % ROOM] = at;
		}
		pages[at].used = true;
	}
	return n;
}

static void the_clock_meets_what_fifo_misses(void **unused)
{
	(void)unused;
	for (u32 run = 0; run < 20; run++) {
		u32 first, clock;

		next_seed(100 + run);
		first = faults(true);
		next_seed(100 + run);
		clock = faults(false);
		assert_true(clock * 100 < first * 92);
	}
}

static void free_then_cache_then_swap(void **unused)
{
	(void)unused;
	next_seed(3);
	for (u32 run = 0; run < 20000; run++) {
		struct policy p = {.ops = {&cached, &others},
				   .hand = {run % 2 ? POLICY_NONE : draw(SET), draw(SET)}};
		u32 cold[2] = {0}, all[2] = {0}, kind, victim, hot = 1 + draw(4);

		for (u32 i = 0; i < SET; i++) {
			pages[i].there = !draw(20);
			pages[i].cache = draw(2);
			pages[i].used = draw(hot);
			all[pages[i].cache] += pages[i].there;
			cold[pages[i].cache] += pages[i].there && !pages[i].used;
		}
		victim = policy_victim(&p, &kind);
		if (!all[0] && !all[1]) {
			assert_int_equal(victim, POLICY_NONE);
			continue;
		}
		assert_true(victim < SET && pages[victim].there && !pages[victim].used);
		/* The cold ones of the cache, the cold ones of programs, and then the others. */
		assert_int_equal(pages[victim].cache, cold[1] || (!cold[0] && all[1]));
		assert_int_equal(kind, pages[victim].cache ? POLICY_CACHE : POLICY_SWAP);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whatever_comes_nothing_is_lost),
	    cmocka_unit_test(the_clock_meets_what_fifo_misses),
	    cmocka_unit_test(free_then_cache_then_swap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
