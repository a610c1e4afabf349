/*
 * netbuf.c (pv): pages for the frames that come in.
 *
 * Copied into: each page is granted once and for all; what came is copied out before it is looked
 * at, since the other end could still write. Flipped: the page's memory is given back to the
 * hypervisor, and with each frame comes other memory, which is nobody else's then.
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
static u8 *page[NETBUFS];

bool netbuf_init(struct grant_entry *t, bool flip)
{
	table = t;
	flips = flip;
	for (u32 id = 0; id < NETBUFS; id++) {
		page[id] = page_alloc();
		if (!page[id])
			return false;
		if (!flips)
			grant_access(&table[RX_REF + id], 0, mfn_list[frame_of(page[id])].n, false);
	}
	return true;
}

u32 netbuf_ref(u32 id)
{
	return RX_REF + id;
}

void netbuf_give(u32 id)
{
	struct grant_entry *e = &table[RX_REF + id];
	struct xen_memory_reservation r = {.nr_extents = 1, .domid = DOMID_SELF};
	u32 mfn;

	if (!flips)
		return;
	/* Perhaps it is away already: nothing came for it. */
	if (__atomic_load_n(&e->flags, __ATOMIC_ACQUIRE) == GTF_accept_transfer)
		return;
	mfn = mmu_take_out(frame_of(page[id]));
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
	mmu_put_in(frame_of(page[id]), e->frame);
	return true;
}

const void *netbuf_take(u32 id, u32 offset, s32 len)
{
	static u8 frame[NET_FRAME];

	if ((flips && !take_page(id)) || len < ETH_HEAD || len > NET_FRAME ||
	    offset > PAGE_SIZE - (u32)len)
		return NULL;
	if (flips)
		return page[id] + offset;
	memcpy(frame, page[id] + offset, (u32)len);
	return frame;
}
