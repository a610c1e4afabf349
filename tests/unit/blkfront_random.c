/*
 * blkfront_random.c: the front end of a virtual disk, in the guest's kernel, against back ends that
 * do anything: answer what nobody asked, twice, with any status, move their index anywhere, keep
 * pages, begin anew at any time.
 *
 * blkfront.c itself runs here, on a memory that lies where the kernel's would. What is asserted:
 * each call comes back, with success only if all was answered so and let go; no page stays granted
 * but one that the back end keeps, and that one has a user more and breaks the disk until it is let
 * go. TRAPLINE_TEST_SEED=N draws others, TRAPLINE_BLK_RUNS=N makes N runs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

static void *(*const host_mmap)(void *, size_t, int, int, int, off_t) = mmap;
#define HOST_PAGES (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE)
#define HOST_WRITE (PROT_READ | PROT_WRITE)
#undef PROT_READ
#undef PROT_WRITE
#undef MAP_FIXED

#define FINCH_HYPERCALL_H /* a kernel calls us */
#include "abi.h"
#include "arch.h"
static s32 hypercall(u32 nr, u32 a, u32 b, u32 c, u32 d);
static s32 hyper_event_port(u32 cmd, u32 port);
#include "finch/arch/pv/blkfront.c"

#define MEMORY	 128u /* pages */
#define DATA	 40u  /* of these, buffers */
#define BLOCKS	 64u
#define PORT	 5u
#define PATIENCE 40u /* rounds after which it answers what is left */

static u32 state, users[MEMORY], rounds;
static mfn_t frames[MEMORY];
static struct grant_entry grants[512];
static u8 on_disk[BLOCKS * BLOCK_SIZE];
static struct proc process;
struct proc *current = &process;
const mfn_t *mfn_list = frames;
union shared_page shared_page;

/* The back end. */
static u32 consumed, answered; /* its indices */
static bool mild;	       /* it answers with errors and keeps pages, and does nothing else */
static bool honest;	       /* it does what it should */
static u32 mapped_ref[64], nr_refs; /* grants that it has in use */
static bool wronged;		    /* since the call began it has given another answer than okay */

static u32 below(u32 n)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % n;
}

/* ---- The kernel ---- */

static s32 hypercall(u32 nr, u32 a, u32 b, u32 c, u32 d)
{
	(void)nr, (void)a, (void)b, (void)c, (void)d;
	return 0;
}
static s32 hyper_event_port(u32 cmd, u32 at)
{
	(void)cmd;
	assert_int_equal(at, PORT);
	return 0;
}
struct grant_entry *grant_table(void)
{
	return grants;
}
void printk(const char *fmt, ...)
{
	(void)fmt;
}
void panic(const char *fmt, ...)
{
	fail_msg("panic: %s", fmt);
	abort();
}
void frame_get(u32 pfn)
{
	assert_true(pfn < DATA);
	users[pfn]++;
}
void frame_put(u32 pfn)
{
	assert_true(pfn < DATA && users[pfn]);
	users[pfn]--;
}
void *page_alloc(void)
{
	return frame_address(DATA);
}
pte_t *table_find(struct space *s, vaddr_t va)
{
	(void)s, (void)va;
	return NULL;
}
const char *option(const char *cmdline, const char *name)
{
	(void)cmdline, (void)name;
	return NULL;
}
u32 parse_number(const char *s)
{
	return (u32)strtoul(s, NULL, 10);
}
void wakeup(const void *channel)
{
	(void)channel;
}
void wakeup_sleepers(const void *channel)
{
	(void)channel;
}

/* ---- The back end ---- */

static void use(u32 ref)
{
	if (!(table[ref].flags & GTF_permit_access))
		return;
	table[ref].flags |= GTF_reading | GTF_writing;
	mapped_ref[nr_refs++ % 64] = ref;
}

static void let_all_go(void)
{
	for (u32 i = 0; i < nr_refs && i < 64; i++)
		table[mapped_ref[i]].flags &= (u16) ~(GTF_reading | GTF_writing);
	nr_refs = 0;
}

static void put_answer(u64 id, s16 status)
{
	front.ring->slot[answered++ % BLKIF_SLOTS].response =
	    (struct blkif_response){.id = id, .status = status};
	wronged |= status != BLKIF_RSP_OKAY;
}

static void serve_one(const struct blkif_request *r)
{
	for (u32 i = 0; i < r->nr_segments; i++) {
		u32 pfn = table[r->segments[i].gref].frame - 1000;
		u8 *page = frame_address(pfn), *block = on_disk + r->sector * 512 + i * BLOCK_SIZE;

		assert_true(pfn < DATA && r->sector / 8 + i < BLOCKS);
		assert_true(table[r->segments[i].gref].flags & GTF_permit_access);
		if (r->operation == BLKIF_OP_READ)
			memcpy(page, block, BLOCK_SIZE);
		else
			memcpy(block, page, BLOCK_SIZE);
	}
}

static void begin_again(void)
{
	struct ring_head *h = &front.ring->head;

	h->generation++;
	blkfront_happened(PORT);
	consumed = answered = 0;
}

/* All that is asked, in any order. */
static void serve(bool okay)
{
	struct blkif_request r[BLKIF_SLOTS];
	u32 n = 0;

	while (consumed != front.ring->head.req_prod)
		r[n++] = front.ring->slot[consumed++ % BLKIF_SLOTS].request;
	while (n) {
		u32 k = below(n);
		bool good = okay || below(4);

		if (good)
			serve_one(&r[k]);
		for (u32 i = 0; !okay && i < r[k].nr_segments; i++)
			if (below(30) == 0)
				use(r[k].segments[i].gref);
		put_answer(r[k].id, good ? BLKIF_RSP_OKAY : BLKIF_RSP_ERROR);
		r[k] = r[--n];
	}
	front.ring->head.rsp_prod = answered;
}

static void misbehave(void)
{
	switch (below(8)) {
	case 0: /* answers to what nobody asked, or that were given before */
		for (u32 n = below(4); n; n--)
			put_answer(below(3) ? below(40) : (u64)below(~0u) << 20, (s16)below(3) - 1);
		front.ring->head.rsp_prod = answered;
		wronged = true;
		break;
	case 1: /* an index that is nowhere */
		front.ring->head.rsp_prod = answered + below(2000) - 1000;
		break;
	case 2:
		begin_again();
		break;
	case 3:
		for (u32 n = below(20); n; n--)
			((u8 *)front.ring->slot)[below(sizeof(front.ring->slot))] = (u8)below(256);
		wronged = true;
		/* What was asked is lost to it: it must begin anew. */
		begin_again();
		break;
	case 4:
		serve(false);
		break;
	case 5:
		let_all_go();
		break;
	case 6:
		front.ring->head.rsp_event = below(~0u);
		front.ring->head.req_event = below(~0u);
	}
}

/* A process waits: the other end has its turn. */
void sleep_on(const void *channel, u32 until)
{
	(void)channel, (void)until;
	if (honest) {
		assert_true(rounds++ < 2 * PATIENCE);
		serve(true);
	} else if (mild) {
		assert_true(rounds++ < PATIENCE);
		serve(false);
	} else if (rounds++ < PATIENCE) {
		misbehave();
	} else { /* what it has done to the ring, only a new beginning mends */
		assert_true(rounds < 2 * PATIENCE);
		begin_again();
		serve(false);
	}
	blkfront_happened(PORT);
}

/* ---- The disk's user ---- */

static void begin(u32 seed)
{
	state = seed * 2654435761u | 1;
	memset(&front, 0, sizeof(front));
	memset(kept, 0, sizeof(kept));
	memset(grants, 0, sizeof(grants));
	memset(users, 0, sizeof(users));
	memset(frame_address(0), 0, MEMORY * PAGE_SIZE);
	nr_kept = nr_refs = consumed = answered = 0;
	table = grants; /* as set_up() leaves it */
	front.ring = page_alloc();
	front.ring->head.req_event = front.ring->head.rsp_event = 1;
	port = PORT;
	for (u32 i = 0; i < sizeof(on_disk); i++)
		on_disk[i] = (u8)below(256);
}

/* Nothing is granted but what is kept, and that has a user more. */
static void is_tidy(void)
{
	u32 expected[DATA] = {0};

	for (u32 id = 0; id < BLKIF_SLOTS; id++)
		for (u32 i = 0; i < BLKIF_MAX_SEGMENTS; i++) {
			const struct grant_entry *e = &table[ref_of(id, i)];

			assert_true(!e->flags || kept[id]);
			if (kept[id] && i < front.slots[id].request.nr_segments)
				expected[e->frame - 1000]++;
		}
	for (u32 p = 0; p < DATA; p++)
		assert_int_equal(users[p], expected[p]);
}

/* Has it a page still of what it has answered? */
static bool keeps_any(void)
{
	for (u32 id = 0; id < BLKIF_SLOTS; id++)
		for (u32 i = 0; kept[id] && i < front.slots[id].request.nr_segments; i++)
			if (table[ref_of(id, i)].flags & (GTF_reading | GTF_writing))
				return true;
	return false;
}

static s32 one_call(struct disk_io *io, u32 *count)
{
	u32 n = 1 + below(DATA), block = below(BLOCKS);
	bool write = below(2), lie_together = below(2);

	for (u32 i = 0; i < n; i++) {
		block = lie_together ? (block + 1) % BLOCKS : below(BLOCKS);
		io[i] = (struct disk_io){block, frame_address(i), write};
	}
	*count = n;
	rounds = 0;
	wronged = false;
	return vbd_io(NULL, io, n);
}

static void whatever_it_does_each_call_comes_back(void **unused)
{
	const char *runs = getenv("TRAPLINE_BLK_RUNS"), *seed = getenv("TRAPLINE_TEST_SEED");
	u32 first = seed ? (u32)atoi(seed) : 1, last = first + (runs ? (u32)atoi(runs) : 100);
	u32 broken = 0, mended = 0, failed = 0;

	(void)unused;
	for (; first < last; first++) {
		begin(first);
		for (u32 i = 0; i < 60; i++) {
			struct disk_io io[DATA];
			bool was_broken = nr_kept, still;
			u32 n, asked;
			s32 err;

			honest = false;
			if (below(3) == 0)
				let_all_go();
			mild = below(3) == 0;
			if (mild)
				begin_again();
			still = keeps_any();
			asked = front.producer;
			err = one_call(io, &n);
			is_tidy();
			if (still) /* it is broken still: nothing was asked */
				assert_true(err == -EIO && front.producer == asked);
			mended += was_broken && !nr_kept; /* it has let go in between */
			broken += !was_broken && nr_kept;
			failed += err != 0;
			assert_true(!nr_kept || err == -EIO);
			assert_true(err == 0 || wronged || nr_kept);
			assert_true(err != 0 || !mild || !wronged);
			/* An honest one after it: the disk is as it should be. */
			if (below(4))
				continue;
			let_all_go();
			begin_again();
			honest = true;
			assert_int_equal(one_call(io, &n), 0);
			is_tidy();
			assert_int_equal(nr_kept, 0);
			for (u32 k = 0; k < n; k++)
				if (!io[k].write)
					assert_memory_equal(io[k].buf,
							    on_disk + io[k].block * BLOCK_SIZE,
							    BLOCK_SIZE);
			assert_int_equal(vbd_barrier(NULL), 0);
		}
	}
	/* All of that has happened. */
	assert_true(seed || runs || (broken && mended && failed));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whatever_it_does_each_call_comes_back),
	};

	host_mmap((void *)KERNEL_BASE, MEMORY * PAGE_SIZE, HOST_WRITE, HOST_PAGES, -1, 0);
	host_mmap((void *)MACH2PHYS_VIRT_START, 4 * PAGE_SIZE, HOST_WRITE, HOST_PAGES, -1, 0);
	for (u32 pfn = 0; pfn < MEMORY; pfn++) {
		frames[pfn].n = 1000 + pfn;
		((u32 *)MACH2PHYS_VIRT_START)[1000 + pfn] = pfn;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
