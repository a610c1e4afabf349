/*
 * blkback.c: the back end of virtual disks, a process of Domain 0.
 *
 * `tl create ... vbd=hda:START+SECTORS` writes into the store which parts of which disk a domain's
 * disk is made of. Here its ring is mapped and emptied: a few requests of each domain in turn, all
 * of these sorted by where they lie on the disk (an elevator), each carried out in the granted
 * pages themselves, and answered in that order. What a front end says is copied before it is looked
 * at, and is believed in nothing.
 */
#include <trapline/xen/io/blkif.h>
#include "tl/tl.h"
#include "xs/client.h"

#define MOST_VBDS    16u
#define MOST_EXTENTS 8u
#define TURN	     16u /* requests of one domain before it is another's turn */
#define BACKEND	     "/local/domain/0/backend/vbd"

struct extent {
	u32 start, length; /* sectors of the disk */
};

static struct vbd {
	u16 domid; /* 0: a free place */
	char device[12];
	char back[64], front[64]; /* in the store */
	struct extent extents[MOST_EXTENTS];
	u32 nr_extents, sectors;
	bool read_only, connected;
	u32 port;
	struct blkif_ring *ring; /* mapped, and behind it room for the pages of a request */
	u32 generation, consumer, producer;
} vbds[MOST_VBDS];

static struct job {
	struct vbd *v;
	struct blkif_request r;
	u32 at; /* on the disk; for the elevator */
} jobs[MOST_VBDS * TURN];

static u32 events, grants, disk; /* descriptors */
static u8 *place;		 /* addresses: (1 + BLKIF_MAX_SEGMENTS) pages for each */

/* ---- The store ---- */

/* "A/B" */
static const char *join(const char *a, const char *b)
{
	static char path[128];
	u32 n;

	strlcpy(path, a, sizeof(path));
	n = strlen(path);
	strlcpy(path + n, "/", sizeof(path) - n);
	n = strlen(path);
	strlcpy(path + n, b, sizeof(path) - n);
	return path;
}

/* The value of A/B, or NULL. */
static const char *value_of(const char *a, const char *b)
{
	return xs_ask_path(XS_READ, join(a, b), NULL, 0) < 0 ? NULL : xs_answer();
}

static u32 number_of(const char *a, const char *b)
{
	const char *v = value_of(a, b);

	return v ? atou(v) : 0;
}

static void say(const struct vbd *v, const char *name, u32 value)
{
	const char *digits = decimal(value);

	xs_ask_path(XS_WRITE, join(v->back, name), digits, strlen(digits));
}

/* "hda:START+LENGTH,START+LENGTH": of the first disk only. @return false if it is something else */
static bool read_extents(struct vbd *v, const char *s)
{
	if (strncmp(s, "hda:", 4))
		return false;
	for (s += 4; v->nr_extents < MOST_EXTENTS; s++) {
		struct extent *e = &v->extents[v->nr_extents++];

		e->start = atou(s);
		while (*s >= '0' && *s <= '9')
			s++;
		if (*s++ != '+')
			return false;
		e->length = atou(s);
		while (*s >= '0' && *s <= '9')
			s++;
		if (!e->length || e->start + e->length < e->start ||
		    v->sectors + e->length < v->sectors)
			return false;
		v->sectors += e->length;
		if (*s != ',')
			return !*s;
	}
	return false;
}

/* ---- Pages of others ---- */

static struct grant_request requests[BLKIF_MAX_SEGMENTS];

static void grant(u32 i, u32 va, u16 domid, u32 ref, u32 flags)
{
	requests[i] = (struct grant_request){va, domid, ref, flags, 0};
}

/* @return whether all have been carried out */
static bool carry_out(u32 n)
{
	bool okay =
	    read(grants, requests, n * sizeof(requests[0])) == (s32)(n * sizeof(requests[0]));

	for (u32 i = 0; i < n; i++)
		okay &= !requests[i].status;
	return okay;
}

static u32 page_of(const struct vbd *v, u32 i)
{
	return (u32)v->ring + PAGE * (1 + i);
}

static void unmap_pages(const struct vbd *v, u32 n)
{
	for (u32 i = 0; i < n; i++)
		grant(i, page_of(v, i), v->domid, 0, GRANT_UNMAP);
	if (n)
		carry_out(n);
}

static bool map_pages(const struct vbd *v, const struct blkif_request *r)
{
	u32 flags = r->operation == BLKIF_OP_READ ? 0 : GRANT_READ_ONLY;

	for (u32 i = 0; i < r->nr_segments; i++)
		grant(i, page_of(v, i), v->domid, r->segments[i].gref, flags);
	if (carry_out(r->nr_segments))
		return true;
	unmap_pages(v, r->nr_segments); /* those that were */
	return false;
}

/* ---- Coming and going ---- */

static void part_from(struct vbd *v, const char *why)
{
	printf("blkback: domain %u's disk: %s\n", v->domid, why);
	if (v->port) {
		u32 word = v->port | EVTCHN_CLOSE;

		write(events, &word, sizeof(word));
	}
	grant(0, (u32)v->ring, v->domid, 0, GRANT_UNMAP);
	carry_out(1);
	v->connected = false;
	v->port = 0;
}

static void connect_to(struct vbd *v)
{
	u32 ref = number_of(v->front, "ring-ref"), port = number_of(v->front, "event-channel");

	grant(0, (u32)v->ring, v->domid, ref, 0);
	if (!ref || !port || !carry_out(1))
		return;
	v->port = connect(v->domid, port);
	if (!v->port || write(events, &v->port, sizeof(v->port)) < 0) {
		part_from(v, "its event channel cannot be bound");
		return;
	}
	v->connected = true;
	v->consumer = v->producer = 0;
	/* Whatever was on its way when somebody else had the ring will be asked for again. */
	v->generation = v->ring->head.generation + 1;
	__atomic_store_n(&v->ring->head.generation, v->generation, __ATOMIC_SEQ_CST);
	notify(v->port);
	say(v, "sectors", v->sectors);
	say(v, "state", 4);
	printf("blkback: domain %u has a disk of %u KB\n", v->domid, v->sectors / 2);
}

static struct vbd *vbd_of(u16 domid, const char *device)
{
	struct vbd *v = vbds;

	while (v < vbds + MOST_VBDS && (v->domid != domid || strcmp(v->device, device)))
		v++;
	return v < vbds + MOST_VBDS ? v : NULL;
}

static struct vbd *new_vbd(u16 domid, const char *device, const char *back)
{
	struct vbd *v = vbd_of(0, "");
	const char *s;

	if (!v)
		return NULL;
	*v = (struct vbd){.ring = (struct blkif_ring *)(place + (u32)(v - vbds) * PAGE *
								    (1 + BLKIF_MAX_SEGMENTS))};
	strlcpy(v->back, back, sizeof(v->back));
	s = value_of(back, "frontend");
	if (!s)
		return NULL;
	strlcpy(v->front, s, sizeof(v->front));
	s = value_of(back, "mode");
	v->read_only = s && !strcmp(s, "r");
	s = value_of(back, "params");
	if (!s || !read_extents(v, s)) {
		printf("blkback: %s/params is not hda:START+SECTORS,...\n", back);
		return NULL;
	}
	/* It says when its ring is there. */
	if (xs_ask_path(XS_WATCH, join(v->front, "state"), "front", 6) < 0)
		return NULL;
	v->domid = domid;
	strlcpy(v->device, device, sizeof(v->device));
	return v;
}

static void look_at(u16 domid, const char *device, const char *back)
{
	struct vbd *v = vbd_of(domid, device);
	u32 state;

	if (!v)
		v = new_vbd(domid, device, back);
	if (!v || v->connected)
		return;
	state =
	    number_of(v->front, "state"); /* 3: its ring is there; 4: somebody had it before us */
	if (state == 3 || state == 4)
		connect_to(v);
}

/* The names in a directory, copied: what is asked next has another answer. @return how many bytes
 */
static u32 list_of(const char *path, char names[512])
{
	s32 n = xs_ask_path(XS_DIRECTORY, path, NULL, 0);

	n = n < 0 ? 0 : n > 511 ? 511 : n;
	memcpy(names, xs_answer(), (u32)n);
	names[n] = 0;
	return (u32)n;
}

static void look_around(void)
{
	static char domains[512], devices[512];
	char path[64], back[64];
	u32 n = list_of(BACKEND, domains), m;

	for (const char *d = domains; d < domains + n; d += strlen(d) + 1) {
		strlcpy(path, join(BACKEND, d), sizeof(path));
		m = list_of(path, devices);
		for (const char *e = devices; e < devices + m; e += strlen(e) + 1) {
			strlcpy(back, join(path, e), sizeof(back));
			look_at((u16)atou(d), e, back);
		}
	}
	for (struct vbd *v = vbds; v < vbds + MOST_VBDS; v++) {
		if (!v->domid || value_of(v->back, "frontend"))
			continue;
		if (v->connected)
			part_from(v, "it has gone");
		v->domid = 0;
		v->device[0] = 0;
	}
}

/* ---- Requests ---- */

/* Sectors of the virtual disk are looked for in its parts. @return 0 and how many follow, or false
 */
static bool find(const struct vbd *v, u32 sector, u32 *at, u32 *left)
{
	for (u32 i = 0; i < v->nr_extents; i++) {
		const struct extent *e = &v->extents[i];

		if (sector < e->length) {
			*at = e->start + sector;
			*left = e->length - sector;
			return true;
		}
		sector -= e->length;
	}
	return false;
}

static bool transfer(const struct vbd *v, u32 sector, u32 va, u32 n, bool out)
{
	u32 at, left, k;
	s32 done;

	for (; n; n -= k, sector += k, va += k * BLKIF_SECTOR) {
		if (!find(v, sector, &at, &left) || at >= 1u << 23)
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

static u32 sectors_of(const struct blkif_request *r)
{
	u32 n = 0;

	for (u32 i = 0; i < r->nr_segments; i++)
		n += r->segments[i].last - r->segments[i].first + 1u;
	return n;
}

static bool is_good(const struct vbd *v, const struct blkif_request *r)
{
	u32 n;

	if (r->operation > BLKIF_OP_WRITE_BARRIER || r->nr_segments > BLKIF_MAX_SEGMENTS)
		return false;
	if (!r->nr_segments)
		return r->operation == BLKIF_OP_WRITE_BARRIER;
	for (u32 i = 0; i < r->nr_segments; i++)
		if (r->segments[i].first > r->segments[i].last ||
		    r->segments[i].last >= PAGE / BLKIF_SECTOR)
			return false;
	n = sectors_of(r);
	return r->sector <= v->sectors && n <= v->sectors - (u32)r->sector &&
	       (!v->read_only || r->operation == BLKIF_OP_READ);
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

	if (!is_good(v, r) || !map_pages(v, r))
		return BLKIF_RSP_ERROR;
	okay = r->operation != BLKIF_OP_WRITE_BARRIER || !write(disk, NULL, 0);
	okay = okay && move(v, r);
	okay = okay && (r->operation != BLKIF_OP_WRITE_BARRIER || !write(disk, NULL, 0));
	unmap_pages(v, r->nr_segments);
	return okay ? BLKIF_RSP_OKAY : BLKIF_RSP_ERROR;
}

static void answer(struct vbd *v, const struct blkif_request *r, s16 status)
{
	v->ring->slot[v->producer++ % BLKIF_SLOTS].response =
	    (struct blkif_response){.id = r->id, .operation = r->operation, .status = status};
}

/* Take some of a ring's requests. A barrier is a batch of its own. @return how many there are now
 */
static u32 gather(struct vbd *v, u32 n)
{
	struct ring_head *h = &v->ring->head;
	u32 there = ring_index(&h->req_prod), first = n;

	if (__atomic_load_n(&h->answered_generation, __ATOMIC_ACQUIRE) != v->generation)
		return n;
	if (there - v->consumer > BLKIF_SLOTS) {
		part_from(v, "its ring makes no sense");
		return n;
	}
	while (v->consumer != there && n - first < TURN) {
		struct job *j = &jobs[n];
		u32 left;

		j->v = v;
		j->r =
		    v->ring->slot[v->consumer % BLKIF_SLOTS].request; /* it may change afterwards */
		j->at = 0;
		if (j->r.operation == BLKIF_OP_WRITE_BARRIER && n != first)
			break;
		find(v, (u32)j->r.sector, &j->at, &left);
		v->consumer++;
		n++;
		if (j->r.operation == BLKIF_OP_WRITE_BARRIER)
			break;
	}
	return n;
}

static void sort(u32 n)
{
	for (u32 i = 1; i < n; i++) {
		struct job j = jobs[i];
		u32 k = i;

		for (; k && jobs[k - 1].at > j.at; k--)
			jobs[k] = jobs[k - 1];
		jobs[k] = j;
	}
}

/* @return whether there was anything to do */
static bool one_round(void)
{
	u32 n = 0;
	bool more;

	for (struct vbd *v = vbds; v < vbds + MOST_VBDS; v++)
		if (v->connected)
			n = gather(v, n);
	sort(n);
	for (u32 i = 0; i < n; i++)
		answer(jobs[i].v, &jobs[i].r, perform(jobs[i].v, &jobs[i].r));
	more = n;
	for (struct vbd *v = vbds; v < vbds + MOST_VBDS; v++) {
		struct ring_head *h;

		if (!v->connected)
			continue;
		h = &v->ring->head;
		if (v->producer != h->rsp_prod &&
		    ring_publish(&h->rsp_prod, v->producer, &h->rsp_event))
			notify(v->port);
		more |= ring_last_look(&h->req_prod, &h->req_event, v->consumer) &&
			h->answered_generation == v->generation;
	}
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
