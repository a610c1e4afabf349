/*
 * pair-bench.c: what it costs to tell another domain something, and to share a page with it.
 * All in instructions, of which the time-stamp counter is the number; reading it costs a few more.
 */
#include "pair.h"
#include "spin.h"

#define REPEATS 33u
#define BOARD	8u
#define STORE	1u
/* board[1]: what Domain 1 wants of Domain 0. At first it answers events. */
#define TO_YIELD 1u
#define TO_END	 2u

static volatile u32 board[1024] PAGE_ALIGNED, here[1024] PAGE_ALIGNED;
static volatile u32 theirs[1024] PAGE_ALIGNED;
static u32 samples[REPEATS], nr_samples;

static void sample(u32 t)
{
	u32 i;

	for (i = nr_samples++; i > 0 && samples[i - 1] > t; i--)
		samples[i] = samples[i - 1];
	samples[i] = t;
}

static void report(const char *name)
{
	must(nr_samples == REPEATS);
	say("bench ");
	say(name);
	say("=");
	say_number(samples[REPEATS / 2]);
	say("\n");
	nr_samples = 0;
}

/* Domain 0 waits for an event, and writes down when its upcall came. */
void bench_first(void)
{
	struct evtchn_bind_interdomain op = {1, STORE, 0};

	grants[BOARD].domid = 1;
	grants[BOARD].frame = mfn_of((const void *)board);
	grants[BOARD].flags = GTF_permit_access;
	must(HCALL(set_callbacks, FLAT_RING1_CS, (u32)upcall_timed, FLAT_RING1_CS, (u32)upcall) ==
	     0);
	evtchn(EVTCHNOP_bind_interdomain, &op);
	wait_blocked(op.local_port); /* what may have come before */
	send(op.local_port);
	while (board[1] != TO_END) {
		if (board[1] == TO_YIELD) {
			board[2] = tsc();
			HCALL(sched_op_compat, SCHEDOP_yield, 0, 0, 0);
			continue;
		}
		wait_blocked(op.local_port);
		board[0] = upcall_tsc;
		send(op.local_port);
	}
}

static s32 op_hypercall(u32 cmd, void *op)
{
	return HCALL(grant_table_op, cmd, (u32)op, 1, 0);
}

static void map(void)
{
	struct gnttab_map_grant_ref op = {
	    .host_addr = (u32)here, .flags = GNTMAP_host_map, .ref = BOARD, .status = 1};
	struct gnttab_unmap_grant_ref back = {.host_addr = (u32)here, .status = 1};
	u32 start = tsc();

	op_hypercall(GNTTABOP_map_grant_ref, &op);
	back.handle = op.handle;
	op_hypercall(GNTTABOP_unmap_grant_ref, &back);
	sample(tsc() - start);
	must(op.status == GNTST_okay && back.status == GNTST_okay);
}

static void copy(void)
{
	struct gnttab_copy op = {
	    .source = {mfn_of((const void *)board), DOMID_SELF, 0},
	    .dest = {BOARD, 0, 0},
	    .len = PAGE_SIZE,
	    .flags = GNTCOPY_dest_gref,
	    .status = 1,
	};
	u32 start = tsc();

	op_hypercall(GNTTABOP_copy, &op);
	sample(tsc() - start);
	must(op.status == GNTST_okay);
}

/* The sender blocks at once, so that the other runs: its second hypercall is part of the way. */
static void event(void)
{
	struct evtchn_port to = {STORE};
	u32 start;

	for (u32 i = 0; i < REPEATS; i++) {
		start = tsc();
		HCALL(event_channel_op, EVTCHNOP_send, (u32)&to, 0, 0);
		HCALL(sched_op_compat, SCHEDOP_block, 0, 0, 0);
		sample(theirs[0] - start);
		wait_blocked(STORE);
	}
}

/* From before the other's yield to behind our own. */
static void handed_over(void)
{
	theirs[1] = TO_YIELD;
	send(STORE);
	while (!theirs[2])
		yield();
	for (u32 i = 0; i < REPEATS; i++) {
		HCALL(sched_op_compat, SCHEDOP_yield, 0, 0, 0);
		sample(tsc() - theirs[2]);
	}
}

/* Domain 1 is one of shadow mode here, and has written down when it went on after we had yielded:
 * that is the first of its times that comes after ours. */
void bench_to_shadow(void)
{
	struct mmu_update map = {pte_maddr((const void *)theirs), SPIN_STAMPS | READ_ONLY};
	u32 start, least;

	must(HCALL(mmu_update, (u32)&map, 1, 0, 1) == 0);
	while (!theirs[0])
		yield();
	for (u32 i = 0; i < REPEATS; i++) {
		start = tsc();
		HCALL(sched_op_compat, SCHEDOP_yield, 0, 0, 0);
		least = ~0u;
		for (u32 k = 0; k < SPIN_NR; k++)
			if (theirs[k] - start < least)
				least = theirs[k] - start;
		sample(least);
	}
	report("switch_to_shadow");
	say("bench end=1\n");
	power_off();
}

void bench_second(void)
{
	struct gnttab_map_grant_ref op = {
	    .host_addr = (u32)theirs, .flags = GNTMAP_host_map, .ref = BOARD};

	must(set_pte((const void *)here, 0) == 0);
	wait_blocked(STORE);
	grant_op(GNTTABOP_map_grant_ref, &op);
	must(op.status == GNTST_okay);
	/* SCENARIO=bench-map and so on: one of them, for tools/profile. */
	if (scenario_is("bench") || scenario_is("bench-map")) {
		for (u32 i = 0; i < REPEATS; i++)
			map();
		report("grant_map_unmap");
	}
	if (scenario_is("bench") || scenario_is("bench-copy")) {
		for (u32 i = 0; i < REPEATS; i++)
			copy();
		report("grant_copy_4k");
	}
	if (scenario_is("bench") || scenario_is("bench-event")) {
		event();
		report("event_to_other");
	}
	if (scenario_is("bench") || scenario_is("bench-switch")) {
		handed_over();
		report("switch_to_direct");
	}
	say("bench end=1\n");
	theirs[1] = TO_END;
	send(STORE);
}
