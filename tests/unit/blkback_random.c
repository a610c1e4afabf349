/*
 * blkback_random.c: the back end of virtual disks against front ends that say anything.
 *
 * blkback.c itself runs here, on system calls of the test's own: a disk of memory, pages that are
 * really mapped where it wants them. A model carries out each request in the order of the answers,
 * and knows which must be refused. A front end that changes its ring while it is looked at may get
 * anything but another's sectors. TRAPLINE_TEST_SEED=N draws others, TRAPLINE_BLK_RUNS=N makes N
 * runs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define GUEST_MAIN int argc, char **argv
#include "guest_calls.h"
#include "apps/blkback.c"
#include "apps/blkback/ata.c"
#include "apps/blkback/cow.c"
#include "apps/blkback/disk.c"
#include "apps/blkback/pages.c"
#include "apps/blkback/params.c"
#include "apps/blkback/vbds.c"
#include "apps/xs/paths.c"

#define EVENTS 3u
#define GRANTS 4u
#define DISK   5u

#define SECTORS 4096u
#define PAGES	24u /* of each of two domains */
#define RING	8u  /* grant references: the ring's, and the first of the pages' */
#define FIRST	16u

static u32 state;

static u32 below(u32 n)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % n;
}

static u8 real[SECTORS * BLKIF_SECTOR], model[SECTORS * BLKIF_SECTOR];
/* What a copy-on-write disk should show; in `model` its base stays as it is. */
#define OVERLAY	     3200u
#define OVERLAY_SIZE 200u
#define COW_DISK     "cow:1000+100,3000+77:3200+120,3320+80"
static u8 cow[177 * BLKIF_SECTOR];
/* The power: the real disk as it was at the last barrier; after how many writes it goes, and where
 * to. */
static u8 stable[SECTORS * BLKIF_SECTOR];
static u32 writes_left;
static jmp_buf power_gone;
static u32 position;
static u32 reads;	/* of the disk */
static bool scribbling; /* domain 1 changes its ring all the time */

/* A domain: its ring, and its pages as it sees them and as they should be. */
static struct guest {
	int fd;
	struct blkif_ring *ring;
	u8 *pages;
	u8 want[PAGES][PAGE];
	bool readonly[PAGES]; /* granted for reading only */
	u32 producer, consumer;
	struct blkif_request asked[BLKIF_SLOTS]; /* by id */
	bool busy[BLKIF_SLOTS];
	u32 turn[BLKIF_SLOTS]; /* in which order they were asked */
} guests[2];

/* Where something is mapped now. */
static u32 mapped[512], nr_there;

static void scribble(void)
{
	u8 *ring = (u8 *)guests[0].ring->slot;

	for (u32 n = scribbling ? below(6) : 0; n; n--)
		ring[below(sizeof(guests[0].ring->slot))] = (u8)(below(3) ? below(16) : below(256));
}

/* ---- System calls ---- */

static s32 one_grant(const struct grant_request *r)
{
	struct guest *g = &guests[r->domid - 1];
	u32 n = r->ref - FIRST, at;

	assert_true(r->domid == 1 || r->domid == 2);
	for (at = 0; at < nr_there && mapped[at] != r->va; at++)
		;
	if (r->flags & GRANT_UNMAP) {
		if (at == nr_there)
			return -EINVAL;
		mapped[at] = mapped[--nr_there];
		host_mmap((void *)(uintptr_t)r->va, PAGE, HOST_NONE, HOST_NOTHING, -1, 0);
		return 0;
	}
	if (at < nr_there ||
	    (r->ref != RING && (n >= PAGES || (g->readonly[n] && !(r->flags & GRANT_READ_ONLY)))))
		return -EINVAL;
	mapped[nr_there++] = r->va;
	host_mmap((void *)(uintptr_t)r->va, PAGE,
		  r->flags & GRANT_READ_ONLY ? HOST_READ : HOST_WRITE, HOST_PAGES, g->fd,
		  r->ref == RING ? 0 : (off_t)(1 + n) * PAGE);
	return 0;
}

s32 guest_read(u32 fd, void *buf, u32 n)
{
	struct grant_request r;

	scribble();
	if (fd == DISK) {
		reads++;
		assert_true(n % BLKIF_SECTOR == 0 && position + n <= sizeof(real));
		/* In this order: two of the pages may be one. */
		for (u32 at = 0; at < n; at += BLKIF_SECTOR)
			memcpy((u8 *)buf + at, real + position + at, BLKIF_SECTOR);
		position += n;
		return (s32)n;
	}
	assert_int_equal(fd, GRANTS);
	for (u32 at = 0; at < n; at += sizeof(r)) {
		memcpy(&r, (u8 *)buf + at, sizeof(r));
		r.status = one_grant(&r);
		memcpy((u8 *)buf + at, &r, sizeof(r));
	}
	return (s32)n;
}

s32 guest_write(u32 fd, const void *buf, u32 n)
{
	scribble();
	if (fd != DISK)
		return (s32)n;
	assert_true(n % BLKIF_SECTOR == 0 && position + n <= sizeof(real));
	if (n)
		memcpy(real + position, buf, n);
	else
		memcpy(stable, real, sizeof(real));
	if (writes_left && !--writes_left)
		longjmp(power_gone, 1);
	position += n;
	return (s32)n;
}

s32 guest_lseek(u32 fd, u32 pos)
{
	assert_int_equal(fd, DISK);
	position = pos;
	return 0;
}

void guest_printf(const char *fmt, ...)
{
	(void)fmt;
}
void notify(u32 port)
{
	(void)port;
	scribble();
}
/* The disk of a virtual PC is tried in QEMU. */
u32 channel_for_us(u32 domid)
{
	(void)domid;
	return 0;
}
s32 hyper(u32 nr, u32 a, u32 b, u32 c, u32 d)
{
	(void)nr, (void)a, (void)b, (void)c, (void)d;
	return 0;
}
s32 domctl(struct xen_domctl *op, u32 cmd, u32 domid)
{
	(void)op, (void)cmd, (void)domid;
	return -EINVAL;
}
u32 connect(u32 domid, u32 port)
{
	return domid == port ? port : 0;
}
/* The store says of each domain D: ring 8, channel D. */
s32 xs_ask_path(u32 type, const char *path, const void *more, u32 len)
{
	(void)path, (void)more, (void)len;
	return type == XS_READ ? 0 : -1;
}
static const char *said[2];
static u32 nr_said;
const char *xs_answer(void)
{
	return said[nr_said++ % 2];
}
const char *decimal(u32 n)
{
	(void)n;
	return "0";
}
bool take_number(const char **s, u32 most, u32 *n)
{
	char *end;
	unsigned long long value = strtoull(*s, &end, 10);

	if (**s < '0' || **s > '9' || value > most)
		return false;
	*n = (u32)value;
	*s = end;
	return true;
}
/* What only main() and look_around() call. */
void die(const char *what)
{
	fail_msg("%s", what);
	abort();
}
void guest_exit(u32 code)
{
	fail_msg("exit %u", code);
	abort();
}
s32 guest_open(const char *name)
{
	(void)name;
	return -ENOENT;
}
s32 guest_mmap(u32 va, u32 len, u32 prot)
{
	(void)va, (void)len, (void)prot;
	return -ENOMEM;
}

/* ---- A front end ---- */

static u8 *sectors_at(u8 *of, const struct vbd *v, u32 sector)
{
	u32 at, left;

	if (v->overlay.disk.nr_extents)
		return cow + sector * BLKIF_SECTOR;
	return vdisk_find(&v->disk, sector, &at, &left) ? of + at * BLKIF_SECTOR : NULL;
}

/* What the front end asks for, mostly sensible. */
static struct blkif_request draw_request(const struct guest *g, u32 id)
{
	struct blkif_request r = {.operation = (u8)below(2),
				  .id = id,
				  .nr_segments = (u8)(1 + below(BLKIF_MAX_SEGMENTS))};

	if (below(12) == 0) {
		r.operation = BLKIF_OP_WRITE_BARRIER;
		r.nr_segments = (u8)below(3);
	}
	r.sector = below(400);
	for (u32 i = 0; i < r.nr_segments && i < BLKIF_MAX_SEGMENTS; i++) {
		struct blkif_segment *s = &r.segments[i];

		/* Each page once: what comes into it from two places would be anybody's guess. */
		s->gref = FIRST + (id * 3 + i) % PAGES;
		s->first = below(4) ? 0 : (u8)below(8);
		s->last = below(4) ? 7 : (u8)(s->first + below(8u - s->first));
	}
	switch (below(16)) {
	case 0:
		r.nr_segments = (u8)below(256);
		break;
	case 1:
		r.operation = (u8)below(256);
		break;
	case 2:
		r.sector = below(2)   ? below(2) ? ~0ull : 0xFFFFFFFFull
			   : below(2) ? 1000000
				      : (1ull << 32) + below(300);
		break;
	case 3:
		r.segments[0].last = (u8)below(256);
		break;
	case 4:
		r.segments[below(BLKIF_MAX_SEGMENTS)].gref = below(2)	? FIRST + PAGES + below(60)
							     : below(2) ? below(RING)
									: ~0u;
		break;
	}
	(void)g;
	return r;
}

/* Neighbours, a page each: they are read or written at once, where nothing is wrong with them. */
static struct blkif_request draw_neighbour(u32 id, u32 first, u8 operation)
{
	struct blkif_request r = {.operation = operation,
				  .nr_segments = (u8)(1 + below(2)),
				  .id = id,
				  .sector = first + id * 8};

	for (u32 i = 0; i < r.nr_segments; i++)
		r.segments[i] = (struct blkif_segment){FIRST + (id * 3 + i) % PAGES, 0, 7, 0};
	if (below(12) == 0)
		r.segments[0].last = (u8)below(8);
	return r;
}

/* What the model says: refused, or carried out. */
static s16 should(const struct vbd *v, struct guest *g, const struct blkif_request *r)
{
	u32 n = 0, sector;

	if (r->operation > 2 || r->nr_segments > BLKIF_MAX_SEGMENTS ||
	    (!r->nr_segments && r->operation != 2))
		return BLKIF_RSP_ERROR;
	for (u32 i = 0; i < r->nr_segments; i++) {
		const struct blkif_segment *s = &r->segments[i];
		u32 page = s->gref - FIRST;

		if (s->first > s->last || s->last > 7)
			return BLKIF_RSP_ERROR;
		if (s->gref != RING && (page >= PAGES || (g->readonly[page] && r->operation == 0)))
			return BLKIF_RSP_ERROR;
		n += s->last - s->first + 1u;
	}
	if (r->nr_segments && (r->sector > v->disk.sectors || n > v->disk.sectors - r->sector ||
			       (v->disk.read_only && r->operation)))
		return BLKIF_RSP_ERROR;
	sector = (u32)r->sector;
	for (u32 i = 0; i < r->nr_segments; i++)
		for (u32 k = r->segments[i].first; k <= r->segments[i].last; k++, sector++) {
			u8 *disk_at = sectors_at(model, v, sector);
			u8 *page_at = r->segments[i].gref == RING
					  ? NULL
					  : g->want[r->segments[i].gref - FIRST] + k * BLKIF_SECTOR;

			if (!page_at)
				continue;
			if (r->operation == 0)
				memcpy(page_at, disk_at, BLKIF_SECTOR);
			else
				memcpy(disk_at, page_at, BLKIF_SECTOR);
		}
	return BLKIF_RSP_OKAY;
}

/* Does it name the ring itself as a page? Then the model does not follow. */
static bool names_ring(const struct blkif_request *r)
{
	for (u32 i = 0; i < r->nr_segments && i < BLKIF_MAX_SEGMENTS; i++)
		if (r->segments[i].gref == RING)
			return true;
	return false;
}

static void ask(struct guest *g)
{
	u32 first = below(300), neighbours = below(3);

	for (u32 id = 0; id < BLKIF_SLOTS; id++) {
		struct blkif_request r = neighbours == 2
					     ? draw_request(g, id)
					     : draw_neighbour(id, first, (u8)neighbours);

		if (g->busy[id] || below(3) || g->producer - g->consumer >= BLKIF_SLOTS ||
		    names_ring(&r))
			continue;
		g->asked[id] = r;
		g->busy[id] = true;
		g->turn[id] = g->producer;
		g->ring->slot[g->producer++ % BLKIF_SLOTS].request = r;
	}
	ring_publish(&g->ring->head.req_prod, g->producer, &g->ring->head.req_event);
}

/* What was asked before a barrier comes before it, and what was asked behind it behind. */
static void is_in_order(const struct guest *g, u32 id)
{
	for (u32 other = 0; other < BLKIF_SLOTS; other++)
		if (g->busy[other] && (s32)(g->turn[other] - g->turn[id]) < 0)
			assert_true(g->asked[id].operation != BLKIF_OP_WRITE_BARRIER &&
				    g->asked[other].operation != BLKIF_OP_WRITE_BARRIER);
}

static void take_answers(const struct vbd *v, struct guest *g)
{
	while (g->consumer != g->ring->head.rsp_prod) {
		struct blkif_response r = g->ring->slot[g->consumer++ % BLKIF_SLOTS].response;

		assert_true(r.id < BLKIF_SLOTS && g->busy[r.id]);
		assert_int_equal(r.operation, g->asked[r.id].operation);
		assert_int_equal(r.status, should(v, g, &g->asked[r.id]));
		is_in_order(g, (u32)r.id);
		g->busy[r.id] = false;
	}
}

static bool takes(struct vbd *v, const char *params)
{
	return !read_params(params, &v->disk, &v->overlay.disk);
}

static void begin(u32 seed)
{
	static char number[2][4] = {"1", "2"};

	state = seed * 2654435761u | 1;
	events = EVENTS;
	grants = GRANTS;
	disk = DISK;
	place = host_mmap(NULL, (MOST_VBDS + WINDOW) * PAGE, HOST_NONE, HOST_PLACE, -1, 0);
	assert_true((uintptr_t)place < 0xFFFFFFFFu);
	memset(vbds, 0, sizeof(vbds));
	nr_there = 0;
	for (u32 i = 0; i < sizeof(real); i++)
		real[i] = (u8)below(256);
	memcpy(model, real, sizeof(real));
	for (u32 d = 0; d < 2; d++) {
		struct guest *g = &guests[d];
		struct vbd *v = &vbds[d];

		memset(g, 0, sizeof(*g));
		g->fd = memfd_create("domain", 0);
		assert_int_equal(ftruncate(g->fd, (1 + PAGES) * PAGE), 0);
		g->ring = host_mmap(NULL, (1 + PAGES) * PAGE, HOST_WRITE, MAP_SHARED, g->fd, 0);
		g->pages = (u8 *)g->ring + PAGE;
		for (u32 p = 0; p < PAGES; p++) {
			g->readonly[p] = below(6) == 0;
			for (u32 i = 0; i < PAGE; i++)
				g->pages[p * PAGE + i] = g->want[p][i] = (u8)below(256);
		}
		v->domid = (u16)(d + 1);
		strlcpy(v->device, "51712", sizeof(v->device));
		assert_true(takes(v, !d		     ? "hda:2000+300,500+8,1500+90"
				     : seed % 3 == 1 ? COW_DISK
						     : "hda:1000+100,3000+77,64+200"));
		if (v->overlay.disk.nr_extents) {
			memcpy(cow, real + 1000 * BLKIF_SECTOR, 100 * BLKIF_SECTOR);
			memcpy(cow + 100 * BLKIF_SECTOR, real + 3000 * BLKIF_SECTOR,
			       77 * BLKIF_SECTOR);
			assert_null(overlay_open(v));
		}
		v->disk.read_only = seed % 5 == 4 && d;
		said[0] = "8";
		said[1] = number[d];
		nr_said = 0;
		connect_to(v);
		assert_true(v->connected);
		/* The indices wrap soon. */
		v->back_ring.consumer = v->back_ring.producer = g->producer = g->consumer =
		    below(2) ? 0 : ~below(500);
		g->ring->head.req_prod = g->ring->head.rsp_prod = g->producer;
		g->ring->head.answered_generation = g->ring->head.generation;
	}
}

static void end(void)
{
	for (u32 d = 0; d < 2; d++)
		host_close(guests[d].fd);
}

/* Nobody's sectors but those of the two disks may change. */
static bool is_of(const struct vbd *v, u32 sector)
{
	for (u32 i = 0; i < v->disk.nr_extents; i++)
		if (sector - v->disk.extents[i].start < v->disk.extents[i].length)
			return true;
	return false;
}

/* What is in the overlay, reading it shows. */
static void overlook_overlay(void)
{
	if (vbds[1].overlay.disk.nr_extents)
		memcpy(model + OVERLAY * BLKIF_SECTOR, real + OVERLAY * BLKIF_SECTOR,
		       OVERLAY_SIZE * BLKIF_SECTOR);
}

/* A back end that knows nothing finds the copy-on-write disk as it was left. */
static void is_found_again(struct vbd *v)
{
	static u8 got[8 * BLKIF_SECTOR];

	v->overlay.used = v->overlay.nr_blocks = v->overlay.data = 0;
	memset(v->overlay.map, 0xFF, sizeof(v->overlay.map));
	assert_null(overlay_open(v));
	for (u32 sector = 0; sector < v->disk.sectors; sector++) {
		assert_true(transfer(v, sector, (u32)(uintptr_t)got, 1, false));
		assert_memory_equal(got, cow + sector * BLKIF_SECTOR, BLKIF_SECTOR);
	}
}

/* Of the sectors that were written since the last barrier, any may not have come to lie there. */
static void lose_some(void)
{
	for (u32 at = 0; at < sizeof(real); at += BLKIF_SECTOR)
		if (below(2))
			memcpy(real + at, stable + at, BLKIF_SECTOR);
	memcpy(stable, real, sizeof(real));
}

/* The power goes while a copy-on-write disk is written: of each sector of that write the old or the
 * new is there, and of all others what was. */
static void the_power_may_go_at_any_write(void **unused)
{
	static u8 data[40 * BLKIF_SECTOR], got[BLKIF_SECTOR];

	(void)unused;
	scribbling = false;
	for (volatile u32 seed = 1; seed < 60; seed += 3) {
		struct vbd *v = &vbds[1];

		begin(seed);
		memcpy(stable, real, sizeof(real));
		for (volatile u32 i = 0; i < 60; i++) {
			volatile u32 n = 1 + below(sizeof(data) / BLKIF_SECTOR),
				     sector = below(v->disk.sectors - n);
			volatile bool gone = false;

			for (u32 k = 0; k < n * BLKIF_SECTOR; k++)
				data[k] = (u8)below(256);
			writes_left = 1 + below(20);
			if (!setjmp(power_gone)) {
				assert_true(transfer(v, sector, (u32)(uintptr_t)data, n, true));
				assert_true(barrier());
			} else {
				gone = true;
				lose_some();
			}
			writes_left = 0;
			for (u32 k = 0; k < n; k++) {
				u8 *was = cow + (sector + k) * BLKIF_SECTOR;
				const u8 *is = data + k * BLKIF_SECTOR;

				if (gone) {
					v->overlay.used = 0;
					assert_null(overlay_open(v));
				}
				assert_true(transfer(v, sector + k, (u32)(uintptr_t)got, 1, false));
				if (memcmp(got, is, BLKIF_SECTOR)) {
					assert_true(gone);
					assert_memory_equal(got, was, BLKIF_SECTOR);
				}
				memcpy(was, got, BLKIF_SECTOR);
			}
			is_found_again(v);
		}
		assert_memory_equal(real + 1000 * BLKIF_SECTOR, model + 1000 * BLKIF_SECTOR,
				    100 * BLKIF_SECTOR);
		end();
	}
}

/* An overlay without room, of another base, and one that is full. */
static void an_overlay_has_its_limits(void **unused)
{
	static const char *const bad[] = {
	    "cow:0+80",	     "cow:0+80:", "cow:0+80:90+8:", "cow:0+80:x",
	    "cow:0+80,:9+9", "cow::90+8", "cow:0+80:79+8",  "cow:0+8:20+9,28+9"};
	/* Over the same base as it is, and in the same place. */
	static const char *const others[] = {"cow:0+72:200+32", "cow:0+80:200+32",
					     "cow:0+40,61+40:200+32", "cow:0+40,60+40:200+40",
					     "cow:0+40,60+40:200+24,300+8"};
	static u8 data[8 * BLKIF_SECTOR];
	struct vbd *v = &vbds[1];

	(void)unused;
	begin(1);
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		memset(v, 0, sizeof(*v));
		assert_false(takes(v, bad[i]));
	}
	memset(v, 0, sizeof(*v));
	assert_true(takes(v, "cow:0+80:200+15"));
	assert_non_null(overlay_open(v)); /* the map, and not even one block */
	memset(v, 0, sizeof(*v));
	assert_true(takes(v, "cow:0+40,60+40:200+32"));
	assert_null(overlay_open(v));
	assert_int_equal(v->overlay.nr_blocks, 3);
	for (u32 k = 0; k < 3; k++)
		assert_true(transfer(v, k * 16 + 1, (u32)(uintptr_t)data, 2, true));
	assert_false(transfer(v, 8, (u32)(uintptr_t)data, 1, true));
	assert_true(transfer(v, 16, (u32)(uintptr_t)data, 8, true)); /* that has a place */
	for (u32 i = 0; i < ARRAY_SIZE(others); i++) {
		memset(v, 0, sizeof(*v));
		assert_true(takes(v, others[i]));
		assert_non_null(overlay_open(v));
	}
	memset(v, 0, sizeof(*v));
	assert_true(takes(v, "cow:0+40,60+40:200+32"));
	assert_null(overlay_open(v));
	end();
}

static void requests_are_carried_out_or_refused(void **unused)
{
	const char *runs = getenv("TRAPLINE_BLK_RUNS"), *seed = getenv("TRAPLINE_TEST_SEED");
	u32 first = seed ? atou(seed) : 1, last = first + (runs ? atou(runs) : 12);

	(void)unused;
	scribbling = false;
	for (; first < last; first++) {
		begin(first);
		for (u32 i = 0; i < 60; i++) {
			for (u32 d = 0; d < 2; d++)
				ask(&guests[d]);
			while (one_round())
				;
			assert_int_equal(nr_there, 2); /* the rings */
			for (u32 d = 0; d < 2; d++) {
				take_answers(&vbds[d], &guests[d]);
				for (u32 p = 0; p < PAGES; p++)
					assert_memory_equal(guests[d].pages + p * PAGE,
							    guests[d].want[p], PAGE);
			}
			overlook_overlay();
			assert_memory_equal(real, model, sizeof(real));
			if (vbds[1].overlay.disk.nr_extents && below(4) == 0)
				is_found_again(&vbds[1]);
		}
		for (u32 d = 0; d < 2; d++)
			for (u32 id = 0; id < BLKIF_SLOTS; id++)
				assert_false(guests[d].busy[id]);
		end();
	}
}

/* The first domain changes its ring at each system call of the back end; the second is served as
 * ever. */
static void one_that_cheats_harms_nobody(void **unused)
{
	(void)unused;
	for (u32 seed = 1; seed < 12; seed++) {
		begin(seed);
		scribbling = true;
		for (u32 i = 0; i < 60; i++) {
			u32 bound = 100;

			for (u32 d = 0; d < 2; d++)
				ask(&guests[d]);
			if (below(10) == 0)
				guests[0].ring->head.req_prod += below(2) ? 40 : ~0u >> below(30);
			while (one_round() && bound--)
				;
			take_answers(&vbds[1], &guests[1]);
			overlook_overlay();
			for (u32 s = 0; s < SECTORS; s++)
				if (!is_of(&vbds[0], s))
					assert_memory_equal(real + s * BLKIF_SECTOR,
							    model + s * BLKIF_SECTOR, BLKIF_SECTOR);
			/* What it did to its own is its own affair. */
			memcpy(model, real, sizeof(real));
			guests[0].producer = guests[0].consumer = guests[0].ring->head.rsp_prod;
			memset(guests[0].busy, 0, sizeof(guests[0].busy));
			for (u32 p = 0; p < PAGES; p++)
				assert_memory_equal(guests[1].pages + p * PAGE, guests[1].want[p],
						    PAGE);
		}
		scribbling = false;
		end();
	}
}

/* A full ring: some in a round, by where they lie, so that another need not wait for all. */
static void some_at_a_time_as_they_lie(void **unused)
{
	struct guest *g = &guests[0];
	u32 before = 0;

	(void)unused;
	begin(1);
	for (u32 id = 0; id < BLKIF_SLOTS; id++) {
		g->asked[id] = (struct blkif_request){
		    .operation = BLKIF_OP_READ, .nr_segments = 1, .id = id, .sector = below(90)};
		g->asked[id].segments[0] = (struct blkif_segment){FIRST, 0, 7, 0};
		g->busy[id] = true;
		g->ring->slot[g->producer++ % BLKIF_SLOTS].request = g->asked[id];
	}
	g->readonly[0] = false;
	g->ring->head.req_prod = g->producer;
	assert_true(one_round());
	assert_int_equal(g->ring->head.rsp_prod - g->consumer, TURN);
	for (u32 i = 0; i < TURN; i++) {
		u32 sector =
		    (u32)g->asked[g->ring->slot[(g->consumer + i) % BLKIF_SLOTS].response.id]
			.sector;

		assert_true(sector >= before);
		before = sector;
	}
	one_round();
	assert_int_equal(g->ring->head.rsp_prod, g->producer);
	/* More than there is room for cannot be. */
	g->ring->head.req_prod = g->producer + BLKIF_SLOTS + 1;
	one_round();
	assert_false(vbds[0].connected);
	assert_int_equal(nr_there, 1);
	end();
}

/* Those that go on one after the other are read at once; a gap, another's page or less than a page
 * is not. */
static void neighbours_are_read_at_once(void **unused)
{
	static const struct {
		u32 sector[4], last, wanted;
	} cases[] = {{{0, 8, 16, 24}, 7, 1},
		     {{24, 0, 16, 8}, 7, 1},
		     {{0, 8, 17, 25}, 7, 2},
		     {{0, 8, 16, 24}, 6, 3}};
	struct guest *g = &guests[0];

	(void)unused;
	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		begin(1);
		for (u32 id = 0; id < 4; id++) {
			g->asked[id] = (struct blkif_request){.operation = BLKIF_OP_READ,
							      .nr_segments = 1,
							      .id = id,
							      .sector = cases[i].sector[id]};
			g->asked[id].segments[0] = (struct blkif_segment){
			    FIRST + id, 0, (u8)(id == 1 ? cases[i].last : 7), 0};
			g->busy[id] = true;
			g->readonly[id] = false;
			g->ring->slot[g->producer++ % BLKIF_SLOTS].request = g->asked[id];
		}
		g->ring->head.req_prod = g->producer;
		vbds[0].disk.nr_extents = 1;
		reads = 0;
		assert_true(one_round());
		assert_int_equal(reads, cases[i].wanted);
		take_answers(&vbds[0], g);
		end();
	}
}

/* Nor is what goes on by its number only, on the disk of another. */
static void neighbours_are_of_one_disk(void **unused)
{
	(void)unused;
	begin(3);
	for (u32 d = 0; d < 2; d++) {
		struct guest *g = &guests[d];

		/* By where they lie, the second domain's is first. */
		g->asked[0] = (struct blkif_request){
		    .operation = BLKIF_OP_READ, .nr_segments = 1, .sector = d ? 84 : 92};
		g->asked[0].segments[0] = (struct blkif_segment){FIRST, 0, 7, 0};
		g->busy[0] = true;
		g->readonly[0] = false;
		g->ring->slot[g->producer++ % BLKIF_SLOTS].request = g->asked[0];
		g->ring->head.req_prod = g->producer;
	}
	reads = 0;
	assert_true(one_round());
	assert_int_equal(reads, 2);
	for (u32 d = 0; d < 2; d++) {
		take_answers(&vbds[d], &guests[d]);
		assert_memory_equal(guests[d].pages, guests[d].want[0], PAGE);
	}
	end();
}

static void what_is_no_list_of_parts_is_refused(void **unused)
{
	static const char *const bad[] = {"",
					  "hda",
					  "hda:",
					  "hda:1",
					  "hda:1+",
					  "hda:1+0",
					  "hdb:1+1",
					  "hda:1+1,",
					  "hda:1+1 ",
					  "hda:x+1",
					  "hda:1+1,2",
					  "hda:-1+5",
					  "hda:1+1,1+1,1+1,1+1,1+1,1+1,1+1,1+1,1+1",
					  "hda:4294967295+2",
					  "hda:1+4294967295,5+5",
					  "hda:4294967297+1",
					  "hda:8388600+9",
					  "hda:99999999999999999999+1",
					  "hda:5+7,11+1"};
	static struct vbd v;

	(void)unused;
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		memset(&v, 0, sizeof(v));
		if (takes(&v, bad[i]))
			fail_msg("taken: %s", bad[i]);
	}
	memset(&v, 0, sizeof(v));
	assert_true(takes(&v, "hda:5+7,0+1"));
	assert_int_equal(v.disk.sectors, 8);
}

#undef main
int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_no_list_of_parts_is_refused),
	    cmocka_unit_test(some_at_a_time_as_they_lie),
	    cmocka_unit_test(neighbours_are_read_at_once),
	    cmocka_unit_test(neighbours_are_of_one_disk),
	    cmocka_unit_test(requests_are_carried_out_or_refused),
	    cmocka_unit_test(one_that_cheats_harms_nobody),
	    cmocka_unit_test(the_power_may_go_at_any_write),
	    cmocka_unit_test(an_overlay_has_its_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
