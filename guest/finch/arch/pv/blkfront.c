/*
 * blkfront.c (pv): the front end of a virtual disk, xvda: requests into a ring that Domain 0's back
 * end empties.
 *
 * The kernel has the ring, the grants and the event channel; that they exist, the program `vbd`
 * tells the store (dev/xen/blkfront: read gives struct vbd_front, write takes the number of
 * sectors, and then there is the disk).
 */
#include "dev/vbd.h"
#include "fs/fs.h"
#include "hypercall.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "proc/proc.h"
#include "rings/front.h"
#include "rings/grants.h"

#define PER_BLOCK	      (BLOCK_SIZE / BLKIF_SECTOR)
#define RING_REF	      8u  /* the first ones are Xen's */
#define FIRST_REF	      16u /* each slot has its own for its segments */
#define ref_of(slot, segment) (FIRST_REF + (slot)*BLKIF_MAX_SEGMENTS + (segment))

static struct grant_entry *table;

static struct blk_front front;
static u32 port;
static struct disk disk; /* blocks 0: there is none yet */
static struct turn turn;
static bool notes;			       /* for the trace; notes=1 on the command line */
static u32 most_segments = BLKIF_MAX_SEGMENTS; /* of a request; segments= on the command line */
/* Answered, but with a page that the back end has not let go: while there are any, the disk is
 * broken. */
static bool kept[BLKIF_SLOTS];
static u32 nr_kept;

static void notify_back(void)
{
	hyper_event_port(EVTCHNOP_send, port);
}

/* @param what 0: requests put, 3: responses taken (event.def) */
static void note(u32 what)
{
	if (notes)
		hypercall(__HYPERVISOR_tl_note, what, DOMID_SELF, front.producer, front.consumer);
}

bool blkfront_happened(u32 at)
{
	if (!front.ring || at != port)
		return false;
	if (front.ring->head.generation != front.ring->head.answered_generation) {
		front_begin_anew(&front);
		notify_back();
	}
	front_take(&front);
	note(3);
	wakeup_sleepers(&front);
	return true;
}

/* The machine frame of a page of the kernel or of the process, which is about to be read, or to be
 * written. */
static u32 frame_behind(u8 *page, bool written)
{
	u8 byte;

	if ((u32)page >= KERNEL_BASE)
		return mfn_list[frame_of(page)].n;
	byte = *(volatile u8 *)page; /* there it is now; and its own, once it was written */
	if (written)
		*(volatile u8 *)page = byte;
	return table_find(&current->space, (u32)page)->v >> PAGE_SHIFT;
}

/* Ask for blocks that lie one after the other, into slot `id`. @return how many */
static u32 ask(u32 id, const struct disk_io *v, u32 n)
{
	struct blkif_request *r = &front.slots[id].request;
	u32 k = 0;

	*r = (struct blkif_request){.operation = v->write ? BLKIF_OP_WRITE : BLKIF_OP_READ,
				    .sector = (u64)v->block * PER_BLOCK};
	do {
		grant_access(&table[ref_of(id, k)], 0, frame_behind(v[k].buf, !v->write), v->write);
		r->segments[k] = (struct blkif_segment){ref_of(id, k), 0, PER_BLOCK - 1, 0};
		k++;
	} while (k < n && k < most_segments && v[k].write == v->write &&
		 v[k].block == v->block + k);
	r->nr_segments = (u8)k;
	front_put(&front, id);
	return k;
}

/* What it granted is granted no more. @return false: of some pages the other end does not let go */
static bool let_go(u32 id)
{
	bool all = true;

	for (u32 i = 0; i < front.slots[id].request.nr_segments; i++)
		all &= revoke_access(&table[ref_of(id, i)]);
	return all;
}

/* One user more of each page that is kept, or one less: before it is let go it belongs to nobody
 * else. */
static void keep(u32 id, void (*change)(u32 pfn))
{
	for (u32 i = 0; i < front.slots[id].request.nr_segments; i++)
		change(MACHINE_TO_PHYS[table[ref_of(id, i)].frame]);
}

/* An answered request is done with, if the back end has let go of its pages: else it could write
 * into them at any time, and nothing else may come to lie there. */
static bool finish(u32 id)
{
	if (let_go(id)) {
		front.slots[id].state = FREE;
		return front.slots[id].status == BLKIF_RSP_OKAY;
	}
	printk("xvda: the back end keeps pages that it has answered for\n");
	kept[id] = true;
	nr_kept++;
	keep(id, frame_get);
	return false;
}

/* Has the back end let go meanwhile? @return false: the disk is broken */
static bool is_whole(void)
{
	for (u32 id = 0; nr_kept && id < BLKIF_SLOTS; id++) {
		if (!kept[id] || !let_go(id))
			continue;
		keep(id, frame_put);
		kept[id] = false;
		nr_kept--;
		front.slots[id].state = FREE;
	}
	return !nr_kept;
}

static bool wait_for(u32 asked)
{
	bool okay = true;

	for (u32 id = 0; id < asked; id++) {
		while (front.slots[id].state != ANSWERED)
			sleep_on(&front, 0);
		okay &= finish(id);
	}
	return okay;
}

static s32 end_turn(bool okay)
{
	turn_end(&turn);
	return okay ? 0 : -EIO;
}

static s32 vbd_io(struct disk *d, const struct disk_io *v, u32 n)
{
	bool okay;

	(void)d;
	turn_take(&turn);
	okay = is_whole();
	while (n && okay) {
		u32 asked = 0, k;

		for (; n && asked < BLKIF_SLOTS; v += k, n -= k)
			k = ask(asked++, v, n);
		note(0);
		if (front_publish(&front))
			notify_back();
		okay = wait_for(asked);
	}
	return end_turn(okay);
}

static s32 vbd_barrier(struct disk *d)
{
	(void)d;
	turn_take(&turn);
	if (!is_whole())
		return end_turn(false);
	front.slots[0].request = (struct blkif_request){.operation = BLKIF_OP_WRITE_BARRIER};
	front_put(&front, 0);
	if (front_publish(&front))
		notify_back();
	return end_turn(wait_for(1));
}

struct disk *vbd_disk(void)
{
	return disk.blocks ? &disk : NULL;
}

void blkfront_init(const struct start_info *si)
{
	const char *wanted = option(si->cmd_line, "segments");
	u32 n = wanted ? parse_number(wanted) : 0;

	notes = option(si->cmd_line, "notes");
	if (n && n <= BLKIF_MAX_SEGMENTS)
		most_segments = n;
}

/* ---- dev/xen/blkfront ---- */

static s32 set_up(void)
{
	struct evtchn_alloc_unbound a = {.dom = DOMID_SELF, .remote_dom = 0};
	struct blkif_ring *page;

	table = grant_table();
	if (!table ||
	    hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, (u32)&a, 0, 0))
		return -ENODEV;
	page = page_alloc();
	if (!page)
		return -ENODEV;
	page->head.req_event = page->head.rsp_event = 1;
	grant_access(&table[RING_REF], 0, mfn_list[frame_of(page)].n, false);
	port = a.port;
	front.ring = page;
	return hyper_event_port(EVTCHNOP_unmask, port);
}

static s32 blkfront_open(struct file *f)
{
	(void)f;
	return front.ring ? 0 : set_up();
}

static s32 blkfront_read(struct file *f, u8 *buf, u32 n)
{
	struct vbd_front where = {RING_REF, port};

	(void)f;
	n = n < sizeof(where) ? n : sizeof(where);
	memcpy(buf, &where, n);
	return (s32)n;
}

static s32 blkfront_write(struct file *f, const u8 *buf, u32 n)
{
	u32 sectors;

	(void)f;
	if (n != sizeof(sectors))
		return -EINVAL;
	memcpy(&sectors, buf, sizeof(sectors));
	disk = (struct disk){.blocks = sectors / PER_BLOCK, .io = vbd_io, .barrier = vbd_barrier};
	return (s32)n;
}

const struct device blkfront_device = {
    .open = blkfront_open, .read = blkfront_read, .write = blkfront_write};
