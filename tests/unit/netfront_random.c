/*
 * netfront_random.c: the front end of the network, in the guest's kernel, against back ends that do
 * anything: answer what nobody asked, twice, with any length, move their indices anywhere, say that
 * a page has come, begin anew at any time.
 *
 * netfront.c and netbuf.c themselves run here, on a memory of the test's own, with copies and
 * with pages that change hands. What is asserted: the stack gets nothing but frames that
 * lie whole in memory that the back end cannot change; no buffer is in two hands; and once the back
 * end has begun anew and is honest, all goes through. TRAPLINE_TEST_SEED=N draws others.
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
/* Where the kernel's memory would be, the sanitizer keeps its own. */
#define BASE		   0x20000000u
#define frame_address(pfn) ((void *)(uintptr_t)(BASE + ((pfn) << PAGE_SHIFT)))
#define frame_of(p)	   (((u32)(uintptr_t)(p)-BASE) >> PAGE_SHIFT)
static s32 hypercall(u32 nr, u32 a, u32 b, u32 c, u32 d);
static s32 hyper_event_port(u32 cmd, u32 port);
#include "finch/arch/pv/netbuf.c"
#include "finch/arch/pv/netfront.c"

#define MEMORY 128u /* pages */
#define PORT   0u   /* as a hypercall that does nothing leaves it */

static u32 state, next_page;
static mfn_t frames[MEMORY];
static bool away[MEMORY]; /* the page has no frame */
static struct grant_entry grants[512];
const mfn_t *mfn_list = frames;
union shared_page shared_page;

static u32 next_expected, received; /* by the stack */
static bool honest;

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
	(void)a, (void)b, (void)c, (void)d;
	return nr == __HYPERVISOR_memory_op;
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
u32 mmu_take_out(u32 pfn)
{
	assert_true(pfn < MEMORY && !away[pfn]);
	away[pfn] = true;
	return frames[pfn].n;
}
void mmu_put_in(u32 pfn, u32 mfn)
{
	assert_true(pfn < MEMORY && away[pfn] && mfn >= 1000); /* one that came */
	away[pfn] = false;
	frames[pfn].n = mfn;
}
void panic(const char *fmt, ...)
{
	fail_msg("panic: %s", fmt);
	abort();
}
void *page_alloc(void)
{
	return next_page < MEMORY ? frame_address(next_page++) : NULL;
}
void netdev_register(struct netdev *dev)
{
	(void)dev;
}
void netdev_ready(struct netdev *dev)
{
	(void)dev;
}

static void fill(u8 *frame, u32 len, u32 number)
{
	for (u32 i = 0; i < len; i++)
		frame[i] = (u8)(number * 7 + i);
}

void net_receive(struct netdev *dev, const void *frame, u32 len)
{
	u32 pfn = frame_of(frame);
	u8 want[NET_FRAME];

	(void)dev;
	assert_true(len >= ETH_HEAD && len <= NET_FRAME);
	received++;
	/* What others can write is not for the stack. */
	if (pfn < MEMORY)
		assert_true(flips && !away[pfn] &&
			    ((uintptr_t)frame & (PAGE_SIZE - 1)) + len <= PAGE_SIZE);
	if (!honest)
		return;
	fill(want, len, next_expected++);
	assert_memory_equal(frame, want, len);
}

/* ---- The back end ---- */

static u32 tx_seen, rx_seen; /* requests, of an honest one */

/* The page that lies under a reference: here the frame's number is the page's. */
static u8 *page_of(u32 ref)
{
	for (u32 id = 0; id < NETBUFS; id++)
		if (netbuf_ref(id) == ref)
			return page[id];
	fail_msg("no buffer has reference %u", ref);
	return NULL;
}

static void page_comes(u32 ref)
{
	if (grants[ref].flags != GTF_accept_transfer)
		return;
	grants[ref].frame = 1000 + below(1000);
	grants[ref].flags |= GTF_transfer_committed | GTF_transfer_completed;
}

static void cheat(void)
{
	u8 *ring = (u8 *)(below(2) ? (void *)tx->slot : (void *)rx->slot);

	switch (below(6)) {
	case 0:
		for (u32 n = below(20); n; n--)
			ring[below(2000)] = (u8)below(below(2) ? 256 : 64);
		break;
	case 1:
		tx->head.rsp_prod += below(4) ? below(8) : ~0u >> below(32);
		break;
	case 2:
		rx->head.rsp_prod += below(4) ? below(8) : ~0u >> below(32);
		break;
	case 3: /* plausible: some buffer, a length near to a right one */
		rx->slot[rx_taken % NETIF_RX_SLOTS].response = (struct netif_rx_response){
		    (u16)below(NETBUFS + 2), (u16)(below(4) ? 0 : below(5000)), (u16)below(4),
		    (s16)(below(4) ? below(NET_FRAME + 20) : (u32)-3 + below(20))};
		rx->head.rsp_prod = rx_taken + 1;
		break;
	case 4:
		if (flips)
			page_comes(netbuf_ref(below(NETBUFS)));
		break;
	case 5:
		if (!below(8))
			tx->head.generation++;
		if (!below(8))
			tx->head.req_prod = rx->head.req_prod = below(1000);
	}
}

/* It takes all that is to be sent, and fills all buffers that are there. */
static void serve(u32 *number)
{
	for (; tx_seen != tx->head.req_prod; tx_seen++) {
		struct netif_tx_request r = tx->slot[tx_seen % NETIF_TX_SLOTS].request;

		tx->slot[tx_seen % NETIF_TX_SLOTS].response =
		    (struct netif_tx_response){r.id, NETIF_RSP_OKAY};
	}
	tx->head.rsp_prod = tx_seen;
	for (; rx_seen != rx->head.req_prod; rx_seen++) {
		struct netif_rx_request r = rx->slot[rx_seen % NETIF_RX_SLOTS].request;
		u32 len = ETH_HEAD + below(NET_FRAME - ETH_HEAD + 1);

		if (flips)
			page_comes(r.gref);
		assert_true(!flips || grants[r.gref].flags & GTF_transfer_completed);
		fill(page_of(r.gref), len, (*number)++);
		rx->slot[rx_seen % NETIF_RX_SLOTS].response =
		    (struct netif_rx_response){.id = r.id, .status = (s16)len};
	}
	rx->head.rsp_prod = rx_seen;
}

/* ---- The tests ---- */

static void begin(u32 seed, bool flip)
{
	struct vif_address a = {.flip = flip};

	state = seed * 2654435761u | 1;
	next_page = 1;
	tx = NULL;
	tx_put = tx_taken = rx_put = rx_taken = 0;
	memset(&unused, 0, sizeof(unused));
	memset(grants, 0, sizeof(grants));
	memset(away, 0, sizeof(away));
	for (u32 i = 0; i < MEMORY; i++)
		frames[i].n = i;
	honest = false;
	assert_int_equal(set_up(&a), 0);
	assert_int_equal(rx->head.req_prod, NETBUFS);
}

/* A buffer is ours or its, and there are no more of them than there were. */
static void buffers_are_in_one_hand(void)
{
	bool seen[TX_BUFFERS] = {false};

	for (u32 i = 0; i < unused.n; i++) {
		u32 id = unused.id[i];

		assert_true(id < TX_BUFFERS && !seen[id] && !unused.busy[id]);
		seen[id] = true;
	}
	for (u32 id = 0; id < TX_BUFFERS; id++)
		assert_true(seen[id] != unused.busy[id]);
	assert_true(tx_put - tx_taken <= TX_BUFFERS && rx_put - rx_taken <= NETBUFS);
}

static void send_one(void)
{
	u8 frame[NET_FRAME];
	u32 len = ETH_HEAD + below(NET_FRAME - ETH_HEAD + 1), before = unused.n;
	const struct netif_tx_request *r = &tx->slot[tx_put % NETIF_TX_SLOTS].request;
	s32 err;

	fill(frame, len, below(256));
	err = vif_send(&vif, frame, len);
	assert_int_equal(err, before ? 0 : -EAGAIN);
	if (err)
		return;
	assert_true(r->size == len && r->offset + len <= PAGE_SIZE && r->id < TX_BUFFERS);
	assert_memory_equal(tx_page[r->gref - TX_REF] + r->offset, frame, len);
	assert_int_equal(grants[r->gref].flags, GTF_permit_access | GTF_readonly);
}

static void run(u32 seed, bool flip)
{
	u32 number = 0;

	begin(seed, flip);
	for (u32 i = 0; i < 3000; i++) {
		if (below(2))
			send_one();
		cheat();
		if (below(2))
			assert_true(netfront_happened(PORT));
		buffers_are_in_one_hand();
	}
	/* One that is honest begins anew. */
	tx->head.generation = tx->head.answered_generation + 1;
	assert_true(netfront_happened(PORT));
	assert_int_equal(unused.n, TX_BUFFERS);
	assert_int_equal(rx->head.req_prod, NETBUFS);
	honest = true;
	next_expected = received = tx_seen = rx_seen = 0;
	for (u32 i = 0; i < 50; i++) {
		for (u32 n = below(80); n; n--)
			send_one();
		serve(&number);
		assert_true(netfront_happened(PORT));
		assert_int_equal(received, number);
		assert_int_equal(unused.n, TX_BUFFERS);
		buffers_are_in_one_hand();
	}
	assert_int_equal(received, 50 * NETBUFS);
}

static void a_hostile_back_end_harms_nobody(void **unused_)
{
	const char *seed = getenv("TRAPLINE_TEST_SEED");
	u32 first = seed ? (u32)strtoul(seed, NULL, 10) : 1;

	(void)unused_;
	for (u32 i = first; i < first + 20; i++) {
		run(i, false);
		run(i, true);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_hostile_back_end_harms_nobody)};

	if (host_mmap((void *)(uintptr_t)BASE, MEMORY * PAGE_SIZE, HOST_WRITE, HOST_PAGES, -1, 0) ==
	    MAP_FAILED)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
