#!/usr/bin/env bash
# scenario.sh: a student's own scenario is run in the reference and in three wrong hypervisors, in a handout; in labs 04 and
# 05 with three wrong versions of their files.
. "$(dirname "$0")/lib.sh"
unset MAKELEVEL MAKEFLAGS MFLAGS
lab=02-pagefault
ok it_is_handed_out make -s handout LAB=$lab HANDOUT="$tmp/handed"
tar -xzf "$tmp/handed/$lab.tar.gz" -C "$tmp"
ok a_reference_and_three_wrong_ones test "$(ls "$tmp/$lab/ref/scenario" | xargs)" = 'right.elf wrong-1.elf wrong-2.elf wrong-3.elf'
ok they_differ test "$(sha256sum "$tmp/$lab"/ref/scenario/*.elf | cut -c -64 | sort -u | wc -l)" = 4
ok a_kit_has_none bash -c 'make -s kit LAB=$1 >/dev/null 2>&1; [ -d build/kit/$1 ] && [ ! -e build/kit/$1/ref/scenario ]' - $lab
cd "$tmp/$lab" || exit 1
mkdir -p build && touch build/.doctor
ok what_it_needs_is_built make -s build/guest/initrd.cpio
judge() { grader/scenario $lab >"$tmp/said" 2>&1; }
said() { cat "$tmp/said"; grep -qF -- "$1" "$tmp/said"; }
judge
ok who_has_written_none_hears_nothing test ! -s "$tmp/said"
cat >labs/$lab/scenario.c <<'END'
#include "native.h"
static void write_it(void *va)
{
	store((u32)va, 1);
}
void own(void)
{
	u32 va = TEST_BASE + 5 * PAGE, pa = POOL + 7 * PAGE;

	pt_test[5] = pa | P | RW | A;
	pd[0x80000000u >> 22] = P | RW | A | D | PS;
	paging_on();
	descriptors_init();
	load(va);
	store(va, 3);
	if (!(pt_test[5] & D)) {
		say("scenario: a write leaves the page clean\n");
		finish(1);
	}
	if (load(0x80000000u + pa) != 3) {
		say("scenario: the 4 MB page has something else\n");
		finish(1);
	}
	pt_test[6] = pa | P | A;
	if (try(write_it, (void *)(va + PAGE)) != 14 || trap_err != 3) {
		say("scenario: a write to a read-only page, error %x\n", trap_err);
		finish(1);
	}
	say("scenario: ok\n");
	finish(0);
}
END
judge
ok it_holds_in_the_reference said 'it holds in the reference'
ok and_finds_the_wrong_ones said '3 of 3 wrong hypervisors found'
ok by_its_own_words said 'scenario: a write leaves the page clean'
sed -i 's/!= 3)/!= 4)/' labs/$lab/scenario.c
judge
ok one_that_is_wrong_itself_is_told said 'WRONG: it does not hold in the reference: scenario: the 4 MB page has something else'
echo 'nonsense' >>labs/$lab/scenario.c
judge
ok one_that_does_not_build_is_told said 'your scenario does not build:'

# In labs 04 and 05 the three wrong ones are versions of the student's files.
top=${OLDPWD:?}
handed() { # LAB NUMBER: its handout, and we are in it
	lab=$1
	cd "$top" || exit 1
	ok "lab_${2}_is_handed_out" make -s handout LAB="$lab" HANDOUT="$tmp/handed"
	tar -xzf "$tmp/handed/$lab.tar.gz" -C "$tmp"
	cd "$tmp/$lab" || exit 1
	mkdir -p build && touch build/.doctor
	judge
	ok "who_has_written_none_for_${2}_hears_nothing" test ! -s "$tmp/said"
}
handed 04-io-rings 04
cat >labs/$lab/scenario.c <<'END'
#include "rings.h"
#include "rings/front.h"
#include "rings/turns.h"
static struct blkif_ring *ring;
static u32 when;
static bool asleep;
static void wrong(const char *what)
{
	say("scenario: %s\n", what);
	finish(1);
}
static void sleeps(void)
{
	if (steps != when)
		return;
	asleep = ring->head.req_prod == 0;
	ring->head.req_event = 1;
}
static void changes(void)
{
	ring->slot[1].request.operation = steps / when % 2 ? BLKIF_OP_WRITE_BARRIER : BLKIF_OP_READ;
}
static void front_is_told(void)
{
	struct blk_front *f = room_for(sizeof(*f));

	f->ring = ring;
	for (when = 1; when < 30; when++) {
		f->producer = 1;
		ring->head.req_prod = 0;
		ring->head.req_event = 0;
		asleep = false;
		other_end = sleeps;
		if (!CALL_BOOL(front_publish, (u32)f) && asleep)
			wrong("the back end sleeps for ever");
		other_end = NULL;
	}
	f->slots[3].state = ASKED;
	ring->slot[0].response.id = 3 + (1ull << 32);
	ring->head.rsp_prod = 1;
	CALL(front_take, (u32)f);
	if (f->slots[3].state != ASKED)
		wrong("an id of 64 bits has answered id 3");
}
void own(void)
{
	struct job *jobs = room_for(32 * sizeof(*jobs));
	struct blk_back *b = room_for(sizeof(*b));
	struct vdisk *d = room_for(sizeof(*d));

	ring = room_for(PAGE);
	front_is_told();
	for (when = 1; when < 20; when++) {
		u32 got;

		fill(ring, 0, PAGE);
		*b = (struct blk_back){.ring = ring};
		ring->head.req_prod = 2;
		other_end = changes;
		got = CALL(take_turn, (u32)jobs, 0, 1, (u32)b, (u32)d);
		other_end = NULL;
		if (got > 1 && jobs[1].r.operation == BLKIF_OP_WRITE_BARRIER)
			wrong("a barrier in company");
	}
	say("scenario: ok\n");
	finish(0);
}
END
judge
ok it_holds_with_the_references_files said 'it holds in the reference'
ok and_finds_the_wrong_versions said '3 of 3 wrong versions found'
ok by_the_words_of_its_own said 'version 2 wrong: scenario: an id of 64 bits has answered id 3'

handed 05-balloon 05
cat >labs/$lab/scenario.c <<'END'
#include "balloon.h"
static bool used = true;
static void wrong(const char *what)
{
	say("scenario: %s\n", what);
	finish(1);
}
/* Page 3 of the cache is all that there is, and was used. */
static u32 one_page(u32 what, u32 a, u32 b)
{
	bool was = used;

	(void)b;
	if (what == ASK_NEXT + POLICY_CACHE)
		return a == POLICY_NONE ? 3 : POLICY_NONE;
	if (what != ASK_USED + POLICY_CACHE)
		return POLICY_NONE;
	used = false;
	return was;
}
void own(void)
{
	struct policy *p = room_for(sizeof(*p));
	u32 *kind = room_for(sizeof(*kind)), ticks = 0, held;

	do
		any_world();
	while (!w.b->held);
	held = w.b->held;
	w.b->target = w.b->nr_pages;
	for (u32 i = 0; i < 10; i++) {
		w.pool = 0;
		asks_begin("balloon_step");
		ticks = CALL(balloon_step, (u32)w.b);
		look(held);
	}
	if (ticks > BALLOON_WAIT_MOST)
		wrong("a step in vain waits ever longer");
	w.pool = 1;
	asks_begin("balloon_deflate");
	if (CALL(balloon_deflate, (u32)w.b, 1) != 1)
		wrong("no page comes back");
	look(held - 1);
	service = one_page;
	*p = (struct policy){{&user_cache, &user_swap}, {POLICY_NONE, POLICY_NONE}};
	if (CALL(policy_victim, (u32)p, (u32)kind) != 3)
		wrong("the only page stays for ever");
	say("scenario: ok\n");
	finish(0);
}
END
judge
ok it_holds_with_the_balloon_of_the_reference said 'it holds in the reference'
ok and_finds_the_wrong_balloons said '3 of 3 wrong versions found'
ok by_what_the_probe_says said 'version 1 wrong: balloon: balloon_deflate(): give page'
ok and_by_its_own said 'version 3 wrong: scenario: the only page stays for ever'
done_testing
