/*
 * netbuf.c (pv): pages for the frames that come in.
 *
 * Copied into: each page is granted once and for all; what came is copied out before it is looked
 * at, since the other end could still write. Flipped: the page's frame is given back to the
 * hypervisor, and with a frame of network comes a frame of memory, which is nobody else's then.
 */
#include "netbuf.h"
#include <trapline/xen/memory.h>
#include "hypercall.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "net/netdev.h"

#define RX_REF 416u /* of the first */

static struct grant_entry *table;
static bool flips;
static struct netbuf {
	u8 *page; /* NULL: it has none */
	bool given;
} bufs[NETBUFS];

bool netbuf_init(struct grant_entry *t, bool flip)
{
	table = t;
	flips = flip;
	for (u32 id = 0; id < NETBUFS; id++) {
		bufs[id].page = page_alloc();
		if (!bufs[id].page)
			return false;
		if (!flips)
			grant_access(&table[RX_REF + id], 0, mfn_list[frame_of(bufs[id].page)].n,
				     false);
	}
	return true;
}

u32 netbuf_ref(u32 id)
{
	return RX_REF + id;
}

bool netbuf_given(u32 id)
{
	return bufs[id].given;
}

void netbuf_give(u32 id)
{
	struct grant_entry *e = &table[RX_REF + id];
	struct xen_memory_reservation r = {.nr_extents = 1, .domid = DOMID_SELF};
	u32 mfn;

	bufs[id].given = true;
	if (!flips)
		return;
	/* Perhaps it is away already: nothing came for it. */
	if (__atomic_load_n(&e->flags, __ATOMIC_ACQUIRE) == GTF_accept_transfer)
		return;
	mfn = mmu_take_out(frame_of(bufs[id].page));
	r.extent_start = (u32)&mfn;
	if (hypercall(__HYPERVISOR_memory_op, XENMEM_decrease_reservation, (u32)&r, 0, 0) != 1)
		panic("a page cannot be given back");
	e->domid = 0;
	e->frame = 0;
	__atomic_store_n(&e->flags, GTF_accept_transfer, __ATOMIC_RELEASE);
}

/* The page that has come. @return false: none has, whatever the other end says */
static bool take_page(u32 id)
{
	struct grant_entry *e = &table[RX_REF + id];

	if (!(__atomic_load_n(&e->flags, __ATOMIC_ACQUIRE) & GTF_transfer_completed))
		return false;
	mmu_put_in(frame_of(bufs[id].page), e->frame);
	e->flags = GTF_invalid;
	return true;
}

const void *netbuf_take(u32 id, u32 offset, s32 len)
{
	static u8 frame[NET_FRAME];

	bufs[id].given = false;
	if ((flips && !take_page(id)) || len < ETH_HEAD || len > NET_FRAME ||
	    offset > PAGE_SIZE - (u32)len)
		return NULL;
	if (flips)
		return bufs[id].page + offset;
	memcpy(frame, bufs[id].page + offset, (u32)len);
	return frame;
}
