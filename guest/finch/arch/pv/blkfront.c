/*
 * blkfront.c (pv): the front end of a virtual disk, xvda: requests into a ring that Domain 0's back
 * end empties.
 *
 * The kernel has the ring, the grants and the event channel; that they exist, the program `vbd`
 * tells the store (dev/xvda: read gives struct vbd_front, write takes the number of sectors, and
 * then there is the disk).
 */
#include <trapline/xen/grant_table.h>
#include <trapline/xen/io/blkif.h>
#include "dev/vbd.h"
#include "fs/fs.h"
#include "hypercall.h"
#include "lib/lib.h"
#include "proc/proc.h"

#define PER_BLOCK	      (BLOCK_SIZE / BLKIF_SECTOR)
#define RING_REF	      8u  /* the first ones are Xen's */
#define FIRST_REF	      16u /* each slot has its own for its segments */
#define ref_of(slot, segment) (FIRST_REF + (slot)*BLKIF_MAX_SEGMENTS + (segment))

static u8 table_page[PAGE_SIZE]
    __attribute__((aligned(PAGE_SIZE))); /* the grant table is mapped over it */
#define table ((struct grant_entry *)table_page)

static struct blkif_ring *ring;
static u32 port, producer, consumer;
static struct disk disk; /* blocks 0: there is none yet */
static bool busy;

/* Requests by their id; each may be asked for again if the back end begins anew. */
static struct slot {
	enum { FREE, ASKED, ANSWERED } state;
	s16 status;
	struct blkif_request request;
} slots[BLKIF_SLOTS];

static void grant(u32 ref, u32 pfn, bool readonly)
{
	table[ref].domid = 0;
	table[ref].frame = mfn_list[pfn].n;
	__atomic_store_n(&table[ref].flags, GTF_permit_access | (readonly ? GTF_readonly : 0),
			 __ATOMIC_RELEASE);
}

/* @return false if the other end still has the page: then it stays granted */
static bool revoke(u32 ref)
{
	u16 flags = table[ref].flags;

	do
		if (flags & (GTF_reading | GTF_writing))
			return false;
	while (!__atomic_compare_exchange_n(&table[ref].flags, &flags, 0, false, __ATOMIC_SEQ_CST,
					    __ATOMIC_SEQ_CST));
	return true;
}

static void put(u32 id)
{
	ring->slot[producer++ % BLKIF_SLOTS].request = slots[id].request;
}

static void notify_back(void)
{
	hyper_event_port(EVTCHNOP_send, port);
}

static void publish(void)
{
	if (ring_publish(&ring->head.req_prod, producer, &ring->head.req_event))
		notify_back();
}

/* A back end has begun anew, and knows nothing: the ring is emptied, and all that is unanswered
 * asked again. */
static void begin_anew(void)
{
	u32 generation = ring->head.generation;

	ring->head.req_prod = ring->head.rsp_prod = 0;
	ring->head.req_event = ring->head.rsp_event = 1;
	producer = consumer = 0;
	for (u32 id = 0; id < BLKIF_SLOTS; id++)
		if (slots[id].state == ASKED)
			put(id);
	__atomic_store_n(&ring->head.req_prod, producer, __ATOMIC_RELEASE);
	__atomic_store_n(&ring->head.answered_generation, generation, __ATOMIC_RELEASE);
	notify_back();
}

/* What the other end says is not to be trusted: it may answer what nobody asked. */
static void take(const struct blkif_response *r)
{
	u64 id = r->id;
	s16 status = r->status;

	if (id >= BLKIF_SLOTS || slots[id].state != ASKED)
		return;
	slots[id].state = ANSWERED;
	slots[id].status = status;
}

bool blkfront_happened(u32 at)
{
	u32 there;

	if (!ring || at != port)
		return false;
	if (ring->head.generation != ring->head.answered_generation)
		begin_anew();
	do {
		there = ring_index(&ring->head.rsp_prod);
		if (there - consumer > BLKIF_SLOTS)
			break; /* there cannot be so many */
		while (consumer != there)
			take(&ring->slot[consumer++ % BLKIF_SLOTS].response);
	} while (ring_last_look(&ring->head.rsp_prod, &ring->head.rsp_event, consumer));
	wakeup(&slots);
	return true;
}

/* Ask for blocks that lie one after the other, into slot `id`. @return how many */
static u32 ask(u32 id, const struct disk_io *v, u32 n)
{
	struct blkif_request *r = &slots[id].request;
	u32 k = 0;

	*r = (struct blkif_request){.operation = v->write ? BLKIF_OP_WRITE : BLKIF_OP_READ,
				    .id = id,
				    .sector = (u64)v->block * PER_BLOCK};
	do {
		grant(ref_of(id, k), frame_of(v[k].buf), v->write);
		r->segments[k] = (struct blkif_segment){ref_of(id, k), 0, PER_BLOCK - 1, 0};
		k++;
	} while (k < n && k < BLKIF_MAX_SEGMENTS && v[k].write == v->write &&
		 v[k].block == v->block + k);
	r->nr_segments = (u8)k;
	slots[id].state = ASKED;
	put(id);
	return k;
}

/* An answered request is done with, if the back end has let go of its pages. */
static bool finish(u32 id)
{
	bool okay = slots[id].status == BLKIF_RSP_OKAY;

	for (u32 i = 0; i < slots[id].request.nr_segments; i++)
		if (!revoke(ref_of(id, i)))
			panic("the back end keeps a page that it has answered for");
	slots[id].state = FREE;
	return okay;
}

static bool wait_for(u32 asked)
{
	bool okay = true;

	for (u32 id = 0; id < asked; id++) {
		while (slots[id].state != ANSWERED)
			sleep_on(&slots, 0);
		okay &= finish(id);
	}
	return okay;
}

static void take_turn(void)
{
	while (busy)
		sleep_on(&busy, 0);
	busy = true;
}

static s32 end_turn(bool okay)
{
	busy = false;
	wakeup(&busy);
	return okay ? 0 : -EIO;
}

static s32 vbd_io(struct disk *d, const struct disk_io *v, u32 n)
{
	bool okay = true;

	(void)d;
	take_turn();
	while (n && okay) {
		u32 asked = 0, k;

		for (; n && asked < BLKIF_SLOTS; v += k, n -= k)
			k = ask(asked++, v, n);
		publish();
		okay = wait_for(asked);
	}
	return end_turn(okay);
}

static s32 vbd_barrier(struct disk *d)
{
	(void)d;
	take_turn();
	slots[0].request = (struct blkif_request){.operation = BLKIF_OP_WRITE_BARRIER};
	slots[0].state = ASKED;
	put(0);
	publish();
	return end_turn(wait_for(1));
}

struct disk *vbd_disk(void)
{
	return disk.blocks ? &disk : NULL;
}

/* ---- dev/xvda ---- */

static s32 set_up(void)
{
	struct evtchn_alloc_unbound a = {.dom = DOMID_SELF, .remote_dom = 0};
	u32 frame = 0;
	struct gnttab_setup_table s = {
	    .dom = DOMID_SELF, .nr_frames = 1, .frame_list = (u32)&frame};
	struct blkif_ring *page;
	s32 err = hypercall(__HYPERVISOR_grant_table_op, GNTTABOP_setup_table, (u32)&s, 1, 0);

	if (err || s.status)
		return -ENODEV;
	err = hyper_update_va_mapping(
	    table_page, frame << PAGE_SHIFT | PTE_P | PTE_RW | PTE_A | PTE_D, UVMF_INVLPG);
	if (!err)
		err =
		    hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, (u32)&a, 0, 0);
	page = err ? NULL : page_alloc();
	if (!page)
		return -ENODEV;
	page->head.req_event = page->head.rsp_event = 1;
	grant(RING_REF, frame_of(page), false);
	port = a.port;
	ring = page;
	return hyper_event_port(EVTCHNOP_unmask, port);
}

static s32 xvda_open(struct file *f)
{
	(void)f;
	return ring ? 0 : set_up();
}

static s32 xvda_read(struct file *f, u8 *buf, u32 n)
{
	struct vbd_front front = {RING_REF, port};

	(void)f;
	n = n < sizeof(front) ? n : sizeof(front);
	memcpy(buf, &front, n);
	return (s32)n;
}

static s32 xvda_write(struct file *f, const u8 *buf, u32 n)
{
	u32 sectors;

	(void)f;
	if (n != sizeof(sectors))
		return -EINVAL;
	memcpy(&sectors, buf, sizeof(sectors));
	disk = (struct disk){.blocks = sectors / PER_BLOCK, .io = vbd_io, .barrier = vbd_barrier};
	return (s32)n;
}

const struct device xvda_device = {.open = xvda_open, .read = xvda_read, .write = xvda_write};
