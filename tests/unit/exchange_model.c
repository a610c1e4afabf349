/*
 * exchange_model.c: XENMEM_exchange with random lists and orders, held against a model that knows
 * only whose each frame is: what must be refused, which frames may come, what may be in them.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <trapline/xen/memory.h>
#include "dom/account.h"
#include "hcall/hcall.h"
#include "insn_scale.h"
#include "mmu/direct/direct.h"
#include "no_trace.h"

#define FRAMES	    1024u
#define FIRST_FRAME 16u
#define MAX_EXTENTS 64u
#define MODEL_ORDER 4u /* what is asked for rightly */
#define GUEST_VA    0x10000u
enum { FREE, OURS, THEIRS, HELD }; /* held: ours, but something refers to it */

static u32 memory[FRAMES][1024], m2p_table[FRAMES], flushes;
static struct frame table[FRAMES];
static struct direct_state states[2];
static struct vcpu first;
static struct domain us = {.id = 1, .vcpus = &first, .direct = &states[0]},
		     them = {.id = 2, .direct = &states[1]};
static u8 whose[FRAMES]; /* the model; and what m2p should say */
static u32 called[FRAMES];
static struct guest {
	struct xen_memory_exchange x;
	u32 in[MAX_EXTENTS], out[MAX_EXTENTS];
} guest;
static u32 random_state;
static struct {
	u32 exchanged, refused, no_memory, faults, again, runs;
} met;

static u32 below(u32 n)
{
	return test_random(&random_state) % n;
}

/* ---- what the units need ---- */

#include "host_memory.h"

void flush_translations(void)
{
	flushes++;
}
void direct_flush(struct vcpu *v)
{
	(void)v;
	flush_translations();
}
void hv_free_page(void *page)
{
	(void)page;
}
int copy_from_guest(struct vcpu *v, void *dst, vaddr_t src, u32 len)
{
	(void)v;
	if (src < GUEST_VA || src - GUEST_VA > sizeof(guest) - len)
		return -EFAULT;
	memcpy(dst, (u8 *)&guest + (src - GUEST_VA), len);
	return 0;
}
int copy_to_guest(struct vcpu *v, vaddr_t dst, const void *src, u32 len)
{
	(void)v;
	if (dst < GUEST_VA || dst - GUEST_VA > sizeof(guest) - len)
		return -EFAULT;
	memcpy((u8 *)&guest + (dst - GUEST_VA), src, len);
	return 0;
}

/* ---- the machine ---- */

#define OURS_INSIDE   0x0000A1A1u
#define THEIRS_INSIDE 0x0000B2B2u

static void fill(u32 n, u32 word)
{
	for (u32 i = 0; i < 1024; i++)
		memory[n][i] = word;
}

static void give(struct domain *d, u32 n)
{
	mfn_t m = alloc_frame_uncleared(d->id);

	while (n-- && mfn_valid(m)) {
		page_charge(d, m);
		whose[m.n] = d == &us ? OURS : THEIRS;
		fill(m.n, d == &us ? OURS_INSIDE : THEIRS_INSIDE);
		m = n ? alloc_frame_uncleared(d->id) : m;
	}
}

static void machine(void)
{
	us.vcpus->domain = &us;
	memset(table, 0, sizeof(table));
	memset(called, 0xFF, sizeof(called));
	frames_init(table, m2p_table, FRAMES);
	frames_release(FIRST_FRAME, FRAMES);
	for (u32 i = 0; i < 40; i++)
		give(i % 2 ? &us : &them, 1 + below(16));
	/* Holes, in which something is left. */
	for (u32 n = FIRST_FRAME; n < FRAMES; n++)
		if (whose[n] && below(3) == 0) {
			page_put(whose[n] == OURS ? &us : &them, &table[n]);
			whose[n] = FREE;
		}
	for (u32 n = FIRST_FRAME; n < FRAMES; n++)
		if (whose[n] == OURS && below(12) == 0) {
			table[n].refs++;
			whose[n] = HELD;
		}
}

static void machine_end(void)
{
	for (u32 n = FIRST_FRAME; n < FRAMES; n++) {
		if (whose[n] == HELD)
			table[n].refs--;
		if (whose[n] != FREE)
			page_put(whose[n] == THEIRS ? &them : &us, &table[n]);
		whose[n] = FREE;
	}
	assert_int_equal(free_frames(), FRAMES - FIRST_FRAME);
	take_frames(FIRST_FRAME, FRAMES - FIRST_FRAME);
}

/* ---- the model ---- */

static u32 order_of_unit(void)
{
	u32 in = guest.x.in.extent_order, out = guest.x.out.extent_order;

	return in > out ? in : out;
}

/* How many runs of the wanted order are free below the limit. */
static u32 runs_free(u32 end)
{
	u32 n = 1u << guest.x.out.extent_order, runs = 0, free;

	for (u32 first = 0; first + n <= end; first += n) {
		for (free = 0;
		     free < n && whose[first + free] == FREE && first + free >= FIRST_FRAME;)
			free++;
		runs += free == n;
	}
	return runs;
}

static u32 limit(void)
{
	u32 bits = guest.x.out.address_bits;

	if (!bits || bits >= 12 + 10)
		return FRAMES;
	return bits > 12 ? 1u << (bits - 12) : 0;
}

/* What becomes of the unit that begins with this old extent. */
static s32 want(const u32 *in, u32 first)
{
	u32 pages = 1u << order_of_unit(), each = 1u << guest.x.in.extent_order;
	static u8 seen[FRAMES];
	s32 err = 0;

	memset(seen, 0, sizeof(seen));
	for (u32 k = 0; k < pages && !err; k++) {
		u32 n = in[first + k / each] + k % each;

		if (n >= FRAMES || whose[n] != OURS || seen[n]++)
			err = -EINVAL;
	}
	if (!err && runs_free(limit()) < pages >> guest.x.out.extent_order)
		err = -ENOMEM;
	return err;
}

/* It was done: the frames change hands; what comes was free, and nothing of theirs is in it. */
static void change(const u32 *in, const u32 *pfn, u32 first)
{
	u32 pages = 1u << order_of_unit(), in_each = 1u << guest.x.in.extent_order;
	u32 out_each = 1u << guest.x.out.extent_order, first_out = first * in_each / out_each;

	for (u32 k = 0; k < pages; k++) {
		u32 n = guest.out[first_out + k / out_each] + k % out_each;

		assert_true(n >= FIRST_FRAME && n < limit());
		assert_int_equal((n - k % out_each) % out_each, 0);
		assert_int_equal(whose[n], FREE);
		called[n] = pfn[first_out + k / out_each] + k % out_each;
		for (u32 i = 0; i < 1024; i++)
			assert_int_not_equal(memory[n][i], THEIRS_INSIDE);
		whose[n] = OURS;
		fill(n, OURS_INSIDE);
	}
	for (u32 k = 0; k < pages; k++) {
		whose[in[first + k / in_each] + k % in_each] = FREE;
		called[in[first + k / in_each] + k % in_each] = XEN_INVALID_PFN;
	}
}

static void check_machine(u32 populated, u32 free)
{
	assert_int_equal(us.populated, populated);
	assert_int_equal(free_frames(), free);
	assert_int_equal(pages_mapped, 0);
	for (u32 n = FIRST_FRAME; n < FRAMES; n++) {
		static const u16 owner[] = {DOM_FREE, 1, 2, 1};

		assert_int_equal(table[n].owner, owner[whose[n]]);
		assert_int_equal(m2p[n], called[n]);
		assert_int_equal(table[n].refs, whose[n] == FREE ? 0 : whose[n] == HELD ? 2 : 1);
		if (whose[n] != FREE) {
			assert_true(table[n].flags & FRAME_ALLOCATED);
			assert_int_equal(memory[n][7],
					 whose[n] == THEIRS ? THEIRS_INSIDE : OURS_INSIDE);
		}
	}
}

/* ---- the calls ---- */

/* The first of 2^order frames of ours; now and then of anybody's. */
static u32 some_extent(u32 order)
{
	u32 n = 1u << order;

	for (u32 tries = 0; tries < 2000 && below(64); tries++) {
		u32 first = FIRST_FRAME + below(FRAMES - FIRST_FRAME - n), have = 0;

		while (have < n && whose[first + have] == OURS)
			have++;
		if (have == n)
			return first;
	}
	return below(FRAMES + 8);
}

static void random_lists(u32 units)
{
	u32 in_order = below(3) ? 0 : below(MODEL_ORDER), out_order = below(MODEL_ORDER + 1), order;

	guest.x.in = (struct xen_memory_reservation){
	    GUEST_VA + offsetof(struct guest, in), 0, in_order, 0, DOMID_SELF, 0};
	guest.x.out = (struct xen_memory_reservation){
	    GUEST_VA + offsetof(struct guest, out), 0, out_order, 0, DOMID_SELF, 0};
	guest.x.nr_exchanged = 0;
	order = order_of_unit();
	guest.x.in.nr_extents = units << (order - in_order);
	guest.x.out.nr_extents = units << (order - out_order);
	for (u32 i = 0; i < MAX_EXTENTS; i++) {
		guest.in[i] = some_extent(in_order);
		guest.out[i] = test_random(&random_state);
	}
	if (below(6) == 0)
		guest.x.out.address_bits = below(34);
}

static s32 call(void)
{
	struct hcall_args a = {.a2 = GUEST_VA};
	s32 ret;

	/* As in a multicall that has done something already. */
	states[0].in_multicall = true;
	states[0].work = below(2) * (WORK_BOUND - below(1000));
	while ((ret = memory_exchange(us.vcpus, &a)) == HCALL_AGAIN) {
		met.again++;
		states[0].in_multicall = false;
	}
	return ret;
}

static void one_call(void)
{
	u32 pfn[MAX_EXTENTS], populated = us.populated, free = free_frames(), step;
	s32 ret, expected = 0;

	random_lists(1 + below(4));
	step = 1u << (order_of_unit() - guest.x.in.extent_order);
	memcpy(pfn, guest.out, sizeof(pfn));
	ret = call();
	for (u32 first = 0; first < guest.x.in.nr_extents && !expected; first += step) {
		expected = want(guest.in, first);
		if (expected)
			assert_int_equal(guest.x.nr_exchanged, first);
		else
			change(guest.in, pfn, first);
		met.exchanged += !expected;
	}
	assert_int_equal(ret, expected);
	if (!expected)
		assert_int_equal(guest.x.nr_exchanged, guest.x.in.nr_extents);
	met.refused += expected == -EINVAL;
	met.no_memory += expected == -ENOMEM;
	met.runs += !expected && guest.x.out.extent_order;
	check_machine(populated, free);
}

/* Each of these is refused, and changes nothing. */
static void one_bad_call(void)
{
	u32 populated = us.populated, free = free_frames();
	s32 want = -EINVAL;

	random_lists(1);
	switch (below(10)) {
	case 0:
		guest.x.in.domid = 2;
		break;
	case 1:
		guest.x.out.domid = 2;
		break;
	case 2:
		guest.x.in.extent_order = 9 + below(100);
		want = -EPERM;
		break;
	case 3:
		guest.x.out.extent_order = 9 + below(100);
		want = -EPERM;
		break;
	case 4:
		guest.x.in.nr_extents += 1 + below(100);
		break;
	case 5:
		guest.x.nr_exchanged = guest.x.in.nr_extents + 1 + below(~0u - 100);
		break;
	case 6:
		guest.x.in.extent_start = below(2) ? 0xFFFFFFFE : GUEST_VA + sizeof(guest);
		want = -EFAULT;
		break;
	case 7: /* not at the beginning of a unit */
		random_lists(2);
		guest.x.in.extent_order = 0;
		guest.x.out.extent_order = 2;
		guest.x.in.nr_extents = 8;
		guest.x.out.nr_extents = 2;
		guest.x.nr_exchanged = 1 + below(3);
		break;
	case 8: /* as many pages, but for what does not fit 32 bits */
		guest.x.in.extent_order = 2;
		guest.x.out.extent_order = 0;
		guest.x.in.nr_extents = 0x40000001;
		guest.x.out.nr_extents = 4;
		break;
	default:
		guest.x.out.extent_start = below(2) ? 0xFFFFFFFE : GUEST_VA + sizeof(guest);
		want = -EFAULT;
	}
	met.faults += want == -EFAULT;
	assert_int_equal(call(), want);
	check_machine(populated, free);
}

static void random_exchanges_do_what_the_model_says(void **state)
{
	(void)state;
	for (u32 run = 1; run <= 20 * test_scale(); run++) {
		random_state = run;
		machine();
		for (u32 n = 0; n < 200; n++)
			if (below(6))
				one_call();
			else
				one_bad_call();
		machine_end();
	}
	print_message("%u units exchanged, in %u calls for runs; %u calls refused, %u without "
		      "memory, %u faults, %u times interrupted\n",
		      met.exchanged, met.runs, met.refused, met.no_memory, met.faults, met.again);
	assert_true(met.exchanged > 300 && met.runs > 50 && met.refused > 50 &&
		    met.no_memory > 20 && met.faults > 20 && met.again > 20 && flushes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(random_exchanges_do_what_the_model_says),
	};

	return cmocka_run_group_tests_name("exchange_model", tests, NULL, NULL);
}
