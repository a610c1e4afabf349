/*
 * shadow_reclaim.c: a random guest in shadow mode whose pages come and go: the hypervisor swaps
 * them behind its back, by clock or at random, and it gives some away and takes them back. What it
 * has written it reads, wherever that was meanwhile; at the end no frame and no slot is lost.
 */
#include "shadow_machine.h"
#include <trapline/balloon.h>

#define PAGES 96u /* that its entries lead to */

static u32 gives, takes, refusals, looked;
static bool edited; /* since it last looked */

/* Is it among those that the directory in use leads to, by the guest's own tables? */
static bool may_be_in_use(u32 n)
{
	u32 dir = dom.vcpus->virt.cr3 >> PAGE_SHIFT;

	for (u32 i = 0; i < NR_PTES; i++)
		if ((ref_word(dir, i) & PTE_P) && ref_word(dir, i) >> PAGE_SHIFT == n)
			return true;
	return false;
}

/* Often the one behind the address that the hypervisor has looked at last: what it remembers of it
 * must not outlive the page, nor the hole that was in its place. */
static u32 page_to_move(void)
{
	struct ref last = looked ? ref_walk(looked, 0) : (struct ref){0};

	if (last.allowed && next_random() % 2)
		return last.pfn;
	return next_random() % 50 ? next_random() % PAGES : GUEST_PAGES + next_random() % 3;
}

static void give_or_take(void)
{
	u32 n = page_to_move();
	bool gives_it = next_random() % 2, had;
	u32 given = dom.reserve.given, answer, want = BALLOON_OK;

	had = n < GUEST_PAGES && dom.p2m[n].n != P2M_GIVEN;
	answer = shadow_balloon(&dom, gives_it, n);
	if (n >= GUEST_PAGES)
		want = BALLOON_RANGE;
	else if (had != gives_it)
		want = gives_it ? BALLOON_GIVEN : BALLOON_NOT_GIVEN;
	else if (gives_it && n == dom.vcpus->virt.cr3 >> PAGE_SHIFT)
		want = BALLOON_IN_USE;
	else if (!gives_it && GUEST_PAGES - given >= dom.reserve.limit)
		want = BALLOON_LIMIT;
	if (answer == BALLOON_IN_USE && want == BALLOON_OK && gives_it)
		assert_true(may_be_in_use(n));
	else
		assert_int_equal(answer, want);
	refusals += answer != BALLOON_OK;
	if (answer != BALLOON_OK) {
		assert_int_equal(dom.reserve.given, given);
		return;
	}
	assert_int_equal(dom.reserve.given, gives_it ? given + 1 : given - 1);
	memset(truth[n], 0, PAGE_SIZE);
	gives += gives_it;
	takes += !gives_it;
}

static void check_contents(void)
{
	for (u32 n = 0; n < GUEST_PAGES; n++) {
		const u32 *page = contents(n);

		for (u32 i = 0; i < NR_PTES; i++)
			assert_int_equal((page ? page[i] : 0) & ~MARKS, truth[n][i] & ~MARKS);
	}
}

/* Each frame is one page, each slot too. */
static void check_places(void)
{
	u32 resident = 0, swapped = 0, used = 0;

	for (u32 n = 0; n < GUEST_PAGES; n++) {
		used += slot_used[n];
		swapped += p2m_swapped(dom.p2m[n]);
		if (!mfn_valid(dom.p2m[n]))
			continue;
		resident++;
		assert_int_equal(frame_of(dom.p2m[n])->pfn, n);
		assert_int_equal(frame_of(dom.p2m[n])->owner, dom.id);
	}
	assert_int_equal(resident, dom.populated);
	assert_int_equal(swapped, dom.reserve.swapped);
	assert_int_equal(swapped, used);
}

static bool has(u32 n)
{
	return dom.p2m[n].n != P2M_GIVEN;
}

/* An instruction is carried out, or fetched: what was found before may hold no longer. */
static void hypervisor_looks(u32 va)
{
	struct ref want = ref_walk(va, 0);
	struct guest_fault pf;
	mfn_t m;

	/* A processor's TLB, too, holds what was there before until it is told. */
	if (edited)
		shadow_ops.invlpg(dom.vcpus, va);
	edited = dom.lazy_tables;
	for (u32 again = 0; again < 2; again++) {
		m = dom.mmu->translate(dom.vcpus, va, PF_LOOK, &pf);
		assert_int_equal(mfn_valid(m), want.allowed);
		if (want.allowed)
			assert_int_equal(m.n, want.beyond ? hole_frame().n : dom.p2m[want.pfn].n);
	}
	looked = va;
}

static void step(void)
{
	u32 what = next_random() % 16;

	/* What it has seen last is soon another page. */
	if (looked && next_random() % 2)
		hypervisor_looks(looked);

	edited |= what < 12;
	if (what < 6) {
		u32 slot = next_random() % 2 ? slots[next_random() % ARRAY_SIZE(slots)]
					     : next_random() % 6;

		u32 n = next_random() % TABLES;

		if (has(n))
			guest_store(n, slot, random_entry());
	} else if (what < 12) {
		u32 va = random_va(), access = next_random() % 2 * PF_W | next_random() % 2 * PF_US;
		struct ref before = ref_walk(va, access);

		write_value = random_entry();
		if (dom.lazy_tables)
			shadow_ops.invlpg(dom.vcpus, va);
		cpu_access(va, access);
		check_marks(va, access, before);
	} else if (what == 12) {
		hypervisor_looks(random_va());
	} else if (what < 15) {
		give_or_take();
	} else if (next_random() % 4 == 0) {
		u32 n = next_random() % TABLES;

		if (has(n))
			dom.vcpus->virt.cr3 = n << 12;
		shadow_ops.cr_changed(dom.vcpus, 0);
	}
}

/* The end of a domain, as build_native.c has it. */
static void give_all_back(u32 before)
{
	while (!shadow_drop_part(&dom))
		;
	for (u32 n = 0; n < SHADOW_PAGES; n++)
		if (dom.shadow->pages[n].mfn.n)
			frame_put(frame_of(dom.shadow->pages[n].mfn));
	for (u32 n = 0; n < GUEST_PAGES; n++) {
		if (mfn_valid(dom.p2m[n]))
			page_put(&dom, frame_of(dom.p2m[n]));
		else if (p2m_swapped(dom.p2m[n]))
			swap_forget(&dom, n);
	}
	assert_int_equal(free_frames(), before);
	for (u32 n = 0; n < GUEST_PAGES; n++)
		assert_false(slot_used[n]);
	take_frames(FIRST_FRAME, before); /* the next machine gets them */
}

static void pages_come_and_go_and_nothing_is_lost(void **state)
{
	const char *scale = getenv("TRAPLINE_TEST_SCALE");
	u32 rounds = 6000 * (scale ? atoi(scale) : 1), outs = 0, ins = 0;

	(void)state;
	for (u32 run = 1; run <= 8; run++) {
		seed = run;
		dom.lazy_tables = run % 4 == 3;
		dom.shadow_bound = run % 2 ? 12 : 0;
		memset(truth, 0, sizeof(truth));
		start();
		looked = 0;
		edited = true;
		dom.reserve.random = run % 2;
		dom.reserve.hand = run % 2;
		dom.reserve.resident = 12 + run * 4;
		dom.reserve.limit = GUEST_PAGES - 40;
		dom.vcpus->virt.cr0 = CR0_PE | CR0_PG | (run == 3 ? 0 : CR0_WP);
		dom.vcpus->virt.cr4 = run % 3 ? CR4_PSE : 0;
		shadow_ops.cr_changed(dom.vcpus, 0);
		for (u32 n = 0; n < rounds; n++) {
			step();
			/* The way back to the guest. */
			while (dom.populated > dom.reserve.resident && swap_out_one(&dom))
				;
			assert_false(dom.dying);
			check_invariants();
			check_places();
			if (n % 64 == 0)
				check_contents();
		}
		check_contents();
		outs += dom.reserve.outs;
		ins += dom.reserve.ins;
		give_all_back(FRAMES - FIRST_FRAME);
		stop();
	}
	print_message("%u pages out, %u in, %u given, %u taken, %u times refused\n", outs, ins,
		      gives, takes, refusals);
	assert_true(outs > 300 && ins > 200 && gives > 100 && takes > 100 && refusals > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pages_come_and_go_and_nothing_is_lost),
	};

	return cmocka_run_group_tests_name("shadow_reclaim", tests, NULL, NULL);
}
