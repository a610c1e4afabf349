/*
 * blkback.c: the back end of virtual disks, a process of Domain 0.
 *
 * `tl create ... vbd=hda:START+SECTORS` writes into the store which parts of which disk a domain's
 * disk is made of. Here its ring is mapped and emptied: a few requests of each domain in turn, all
 * of these sorted by where they lie on the disk (an elevator), each carried out in the granted
 * pages themselves, and answered in that order. What a front end says is copied before it is looked
 * at, and is believed in nothing (guest/rings/).
 */
#include "blkback/blkback.h"

static struct job jobs[MOST_VBDS * TURN];
static u32 disk; /* a descriptor */
u32 events, grants;
u8 *place;

static bool transfer(const struct vbd *v, u32 sector, u32 va, u32 n, bool out)
{
	u32 at, left, k;
	s32 done;

	for (; n; n -= k, sector += k, va += k * BLKIF_SECTOR) {
		if (!vdisk_find(&v->disk, sector, &at, &left) || at >= 1u << 23)
			return false;
		k = n < left ? n : left;
		if (lseek(disk, at * BLKIF_SECTOR) < 0)
			return false;
		done = out ? write(disk, (void *)va, k * BLKIF_SECTOR)
			   : read(disk, (void *)va, k * BLKIF_SECTOR);
		if (done != (s32)(k * BLKIF_SECTOR))
			return false;
	}
	return true;
}

/* Segments that are whole pages lie one behind the other here, too: they go at once. */
static bool move(const struct vbd *v, const struct blkif_request *r)
{
	bool out = r->operation != BLKIF_OP_READ;
	u32 sector = (u32)r->sector;

	for (u32 i = 0; i < r->nr_segments;) {
		u32 va = page_of(v, i) + r->segments[i].first * BLKIF_SECTOR, n = 0;

		do
			n += r->segments[i].last - r->segments[i].first + 1u;
		while (r->segments[i++].last == 7 && i < r->nr_segments && !r->segments[i].first);
		if (!transfer(v, sector, va, n, out))
			return false;
		sector += n;
	}
	return true;
}

static s16 perform(const struct vbd *v, const struct blkif_request *r)
{
	bool okay;

	if (!request_is_good(&v->disk, r) || !map_pages(v, r))
		return BLKIF_RSP_ERROR;
	okay = r->operation != BLKIF_OP_WRITE_BARRIER || !write(disk, NULL, 0);
	okay = okay && move(v, r);
	okay = okay && (r->operation != BLKIF_OP_WRITE_BARRIER || !write(disk, NULL, 0));
	unmap_pages(v, r->nr_segments);
	return okay ? BLKIF_RSP_OKAY : BLKIF_RSP_ERROR;
}

/* @return how many jobs there are now */
static u32 gather(struct vbd *v, u32 n)
{
	u32 now;

	if (!v->connected ||
	    ring_index(&v->back_ring.ring->head.answered_generation) != v->generation)
		return n;
	now = take_turn(jobs, n, (u32)(v - vbds), &v->back_ring, &v->disk);
	if (now != RING_NONSENSE)
		return now;
	part_from(v, "its ring makes no sense");
	return n;
}

/* @return whether more has come meanwhile */
static bool tell(struct vbd *v)
{
	if (!v->connected)
		return false;
	if (back_publish(&v->back_ring))
		notify(v->port);
	return back_last_look(&v->back_ring) &&
	       v->back_ring.ring->head.answered_generation == v->generation;
}

/* @return whether there was anything to do */
static bool one_round(void)
{
	u32 n = 0;
	bool more;

	for (struct vbd *v = vbds; v < vbds + MOST_VBDS; v++)
		n = gather(v, n);
	sort_jobs(jobs, n);
	for (struct job *j = jobs; j < jobs + n; j++) {
		struct vbd *v = &vbds[j->disk];

		back_answer(&v->back_ring, &j->r, perform(v, &j->r));
	}
	more = n;
	for (struct vbd *v = vbds; v < vbds + MOST_VBDS; v++)
		more |= tell(v);
	return more;
}

static void take_events(void)
{
	u32 ports[32];
	s32 n = read(events, ports, sizeof(ports));

	if (n > 0)
		write(events, ports, (u32)n);
}

static u32 must_open(const char *name)
{
	s32 fd = open(name);

	if (fd >= 0)
		return (u32)fd;
	printf("blkback: %s: %s\n", name, why(fd));
	exit(1);
}

int main(void)
{
	s32 va = mmap(0, MOST_VBDS * PAGE * (1 + BLKIF_MAX_SEGMENTS),
		      PROT_READ | PROT_WRITE | MAP_FOREIGN);

	if (va < 0 && va > -4096)
		die("no room");
	place = (u8 *)va;
	record_open(); /* first: a store that is started by us has what we have open */
	events = must_open("dev/xen/evtchn");
	grants = must_open("dev/xen/gntdev");
	disk = must_open("dev/hda");
	xs_ask_path(XS_MKDIR, BACKEND, NULL, 0);
	if (xs_ask_path(XS_WATCH, BACKEND, "back", 5) < 0)
		die("the store cannot be watched");
	for (;;) {
		u32 what;

		while (xs_happened()) {
			xs_event();
			look_around();
		}
		what = (u32)poll(POLL_READ(events) | POLL_READ(xs_fd()));

		if (what & POLL_READ(events))
			take_events();
		if (what & POLL_READ(xs_fd()))
			look_around();
		while (one_round())
			;
	}
}
