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

struct job jobs[MOST_VBDS * TURN];
struct work works[MOST_VBDS * TURN];
u32 events, grants, disk;
u8 *place;
static bool notes; /* for the trace: `blkback notes` */
static s16 status[MOST_VBDS * TURN];

/* Segments that are whole pages lie one behind the other here, too: they go at once. */
static bool move(struct vbd *v, const struct blkif_request *r, u32 pages)
{
	bool out = r->operation != BLKIF_OP_READ;
	u32 sector = (u32)r->sector;

	for (u32 i = 0; i < r->nr_segments;) {
		u32 va = pages + i * PAGE + r->segments[i].first * BLKIF_SECTOR, n = 0;

		do
			n += r->segments[i].last - r->segments[i].first + 1u;
		while (r->segments[i++].last == 7 && i < r->nr_segments && !r->segments[i].first);
		if (!transfer(v, sector, va, n, out))
			return false;
		sector += n;
	}
	return true;
}

static s16 perform(struct vbd *v, const struct blkif_request *r, const struct work *w)
{
	bool ordered = r->operation == BLKIF_OP_WRITE_BARRIER;

	return w->good && (!ordered || barrier()) && move(v, r, w->va) && (!ordered || barrier())
		   ? BLKIF_RSP_OKAY
		   : BLKIF_RSP_ERROR;
}

/* Of one whose segments make sense. */
static u32 sectors_of(const struct blkif_request *r)
{
	u32 n = 0;

	for (u32 i = 0; i < r->nr_segments; i++)
		n += r->segments[i].last - r->segments[i].first + 1u;
	return n;
}

static bool is_whole_pages(u32 i)
{
	const struct blkif_request *r = &jobs[i].r;

	return works[i].good && sectors_of(r) * BLKIF_SECTOR == r->nr_segments * PAGE &&
	       (r->operation == BLKIF_OP_READ || r->operation == BLKIF_OP_WRITE);
}

/* Does job i go on where the one before it ends, on the disk and in memory? */
static bool goes_on(u32 i)
{
	const struct blkif_request *a = &jobs[i - 1].r, *b = &jobs[i].r;

	return is_whole_pages(i) && jobs[i].disk == jobs[i - 1].disk &&
	       a->operation == b->operation && b->sector == a->sector + sectors_of(a) &&
	       works[i].va == works[i - 1].va + a->nr_segments * PAGE;
}

/* Jobs that go on one after the other are one transfer; if that fails, each is tried by itself.
 * @return behind the last of them */
static u32 perform_some(u32 from, u32 end)
{
	const struct blkif_request *r = &jobs[from].r;
	struct vbd *v = &vbds[jobs[from].disk];
	u32 i = from + 1, n;
	bool done;

	for (; is_whole_pages(from) && i < end && goes_on(i); i++)
		;
	n = i - from > 1 ? (u32)(jobs[i - 1].r.sector - r->sector) + sectors_of(&jobs[i - 1].r) : 0;
	done = n && transfer(v, (u32)r->sector, works[from].va, n, r->operation != BLKIF_OP_READ);
	for (u32 k = from; k < i; k++)
		status[k] =
		    done ? BLKIF_RSP_OKAY : perform(&vbds[jobs[k].disk], &jobs[k].r, &works[k]);
	return i;
}

/* @param what 1: requests taken, 2: responses put (event.def) */
static void note(const struct vbd *v, u32 what)
{
	if (notes)
		hyper(__HYPERVISOR_tl_note, what, v->domid, v->back_ring.consumer,
		      v->back_ring.producer);
}

/* @return how many jobs there are now */
static u32 gather(struct vbd *v, u32 n)
{
	u32 now;

	if (v->ata) {
		n += v->asks && v->connected && ata_next(v, &jobs[n]);
		v->asks = false; /* it will tell of the next */
		return n;
	}
	if (!v->connected ||
	    ring_index(&v->back_ring.ring->head.answered_generation) != v->generation)
		return n;
	now = take_turn(jobs, n, (u32)(v - vbds), &v->back_ring, &v->disk);
	if (now > n && now != RING_NONSENSE)
		note(v, 1);
	if (now != RING_NONSENSE)
		return now;
	give_up(v, "its ring makes no sense");
	return n;
}

/* @return whether more has come meanwhile */
static bool tell(struct vbd *v)
{
	if (!v->connected || v->ata)
		return false;
	if (v->back_ring.producer != v->back_ring.ring->head.rsp_prod)
		note(v, 2);
	if (back_publish(&v->back_ring))
		notify(v->port);
	return back_last_look(&v->back_ring) &&
	       v->back_ring.ring->head.answered_generation == v->generation;
}

static void answer(struct vbd *v, const struct blkif_request *r, s16 status)
{
	if (v->ata)
		ata_answer(v, status);
	else
		back_answer(&v->back_ring, r, status);
}

/* Jobs whose pages are mapped together. @return behind the last of them */
static u32 submit(u32 from, u32 n)
{
	u32 end = map_jobs(from, n);

	for (u32 i = from; i < end;)
		i = perform_some(i, end);
	unmap_jobs(); /* before the front end hears of it: then it gives them to others */
	for (u32 i = from; i < end; i++)
		answer(&vbds[jobs[i].disk], &jobs[i].r, status[i]);
	return end;
}

/* @return whether there was anything to do */
static bool one_round(void)
{
	u32 n = 0;
	bool more;

	for (struct vbd *v = vbds; v < vbds + MOST_VBDS; v++)
		n = gather(v, n);
	sort_jobs(jobs, n);
	for (u32 i = 0; i < n; i++)
		works[i].good = request_is_good(&vbds[jobs[i].disk].disk, &jobs[i].r);
	for (u32 i = 0; i < n;)
		i = submit(i, n);
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
	for (s32 i = 0; i < n / (s32)sizeof(ports[0]); i++)
		for (struct vbd *v = vbds; v < vbds + MOST_VBDS; v++)
			v->asks |= v->port == ports[i];
}

static u32 must_open(const char *name)
{
	s32 fd = open(name);

	if (fd >= 0)
		return (u32)fd;
	printf("blkback: %s: %s\n", name, why(fd));
	exit(1);
}

int main(int argc, char **argv)
{
	s32 va = mmap(0, (MOST_VBDS + WINDOW) * PAGE, PROT_READ | PROT_WRITE | MAP_FOREIGN);

	if (va < 0 && va > -4096)
		die("no room");
	place = (u8 *)va;
	notes = argc > 1 && !strcmp(argv[1], "notes");
	record_open();
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
