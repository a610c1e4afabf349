/* rings_back.c: what a back end lets a request do: against a map of the disk, sector by sector. */
#include "rings.h"
#include "rings/back.h"

#define MAP 600u

static struct vdisk *d;
static u32 map[MAP], left_in[MAP], sectors; /* of the virtual disk: where, and how many follow */

/* Parts here and there, also at the end of what a number can say. */
static void any_disk(void)
{
	fill(d, 0, sizeof(*d));
	d->nr_extents = 1 + draw(MOST_EXTENTS);
	d->read_only = draw(3) == 0;
	sectors = 0;
	for (u32 i = 0; i < d->nr_extents; i++) {
		u32 length = 1 + draw(draw(2) ? 10 : 70),
		    start = draw(4) ? draw(1 << 22) : 0u - length;

		d->extents[i] = (struct extent){start, length};
		for (u32 k = 0; k < length; k++, sectors++) {
			map[sectors] = start + k;
			left_in[sectors] = length - k;
		}
	}
	/* Behind the last part lies what was there before. */
	for (u32 i = d->nr_extents; i < MOST_EXTENTS; i++)
		d->extents[i] = (struct extent){draw(1 << 22), 5};
	d->sectors = sectors;
}

/* The largest one that a number of sectors can say: who adds in 32 bits goes wrong at its end. */
static void largest_disk(void)
{
	sectors = ~0u;
	d->nr_extents = 1;
	d->extents[0] = (struct extent){0, sectors};
	d->sectors = sectors;
}

static u64 any_sector(void)
{
	switch (draw(8)) {
	case 0:
		return sectors - draw(2);
	case 1:
		return sectors + draw(9);
	case 2:
		return (1ull << 32) + draw(sectors);
	case 3:
		return draw(2) ? ~0ull - draw(20) : 0xFFFFFFFFu - draw(20);
	default:
		return draw(sectors);
	}
}

static void finds(void)
{
	u32 *at = room_for(4), *left = room_for(4), was_disk[sizeof(*d) / 4];

	for (u32 i = 0; i < 600; i++) {
		u64 s;
		bool got, want;

		if (i % 10 == 0)
			any_disk();
		copy(was_disk, d, sizeof(*d));
		s = any_sector();
		want = s < sectors;
		got = CALL_BOOL(vdisk_find, (u32)d, (u32)s, (u32)(s >> 32), (u32)at, (u32)left);
		if (got != want)
			differs("vdisk_find(sector %x:%x) of %u gave %u; it should be %u",
				(u32)(s >> 32), (u32)s, sectors, got, want);
		if (want && *at != map[s])
			differs("vdisk_find(sector %u): it lies at %x; it should be %x", (u32)s,
				*at, map[s]);
		if (want && *left != left_in[s])
			differs(
			    "vdisk_find(sector %u): %u sectors to the part's end; it should be %u",
			    (u32)s, *left, left_in[s]);
		if (!equal(was_disk, d, sizeof(*d)))
			differs("vdisk_find() has changed the disk");
	}
	all_right(600);
}

static void any_request(struct blkif_request *r)
{
	u32 n, total = 0;

	*r = (struct blkif_request){.operation = (u8)draw(3), .id = draw(32)};
	r->nr_segments = (u8)(draw(6) ? 1 + draw(draw(2) ? 3 : 11) : 0);
	n = r->nr_segments;
	for (u32 i = 0; i < BLKIF_MAX_SEGMENTS; i++) {
		u32 first = draw(3) ? 0 : draw(8), last = draw(3) ? 7 : first + draw(8 - first);

		r->segments[i] = (struct blkif_segment){draw(999), (u8)first, (u8)last, 0};
		total += i < n ? last - first + 1 : 0;
	}
	/* Up to the very end, or one too far. */
	r->sector = draw(3) ? draw(sectors) : (u64)(sectors - total + draw(3)) - 1;
	if (total > sectors)
		r->sector = draw(sectors);
	if (sectors == ~0u && draw(2))
		r->sector = 0;
	switch (draw(14)) {
	case 0:
		r->nr_segments = (u8)draw(256);
		break;
	case 1:
		r->operation = (u8)(draw(2) ? 3 + draw(2) : draw(256));
		break;
	case 2:
	case 3:
		r->sector = any_sector();
		break;
	case 4:
		r->segments[draw(n + 1) % 11].last = (u8)(draw(2) ? 8 : draw(256));
		break;
	case 5:
		r->segments[draw(n + 1) % 11].first = (u8)(draw(2) ? 8 : draw(256));
		break;
	case 6:
		r->segments[n ? draw(n) : 0].first = 5;
		r->segments[n ? draw(n) : 0].last = 4;
		break;
	case 7:
		r->nr_segments = 12;
		break;
	}
}

/* Sector by sector. NULL: it may be done. */
static const char *refusal(const struct blkif_request *r)
{
	u64 s = r->sector;

	if (r->operation != BLKIF_OP_READ && r->operation != BLKIF_OP_WRITE &&
	    r->operation != BLKIF_OP_WRITE_BARRIER)
		return "there is no such operation";
	if (r->nr_segments >= 12)
		return "its segments are more than there can be";
	if (r->nr_segments == 0)
		return r->operation == BLKIF_OP_WRITE_BARRIER ? NULL : "it has no segments";
	if (d->read_only && r->operation != BLKIF_OP_READ)
		return "the disk may not be written";
	for (u32 i = 0; i < r->nr_segments; i++) {
		u32 k = r->segments[i].first;

		if (k > 7 || r->segments[i].last > 7 || k > r->segments[i].last)
			return "a segment is no part of a page";
		for (; k <= r->segments[i].last; k++, s++)
			if (s >= sectors)
				return "it reaches beyond the end of the disk";
	}
	return NULL;
}

static void allows(void)
{
	struct blkif_request *r = room_for(sizeof(*r)), was;
	u32 good = 0;

	for (u32 i = 0; i < 900; i++) {
		const char *why;
		bool got;

		if (i % 10 == 0)
			any_disk();
		if (i % 50 == 0)
			largest_disk();
		any_request(r);
		was = *r;
		why = refusal(r);
		good += !why;
		got = CALL_BOOL(request_is_good, (u32)d, (u32)r);
		if (got == !why && equal(&was, r, sizeof(was)))
			continue;
		differs("request_is_good() gave %u: operation %u, %u segments (the first: %u to "
			"%u), sector "
			"%x:%x of %u, %s: %s",
			got, r->operation, r->nr_segments, r->segments[0].first,
			r->segments[0].last, (u32)(r->sector >> 32), (u32)r->sector, sectors,
			d->read_only ? "read-only" : "writable", why ? why : "it may be done");
	}
	if (good < 200)
		differs("the probe has drawn too few good requests");
	all_right(900);
}

void rings_back(void)
{
	if (!scenario_is("finds") && !scenario_is("allows"))
		return;
	d = room_for(sizeof(*d));
	if (scenario_is("finds"))
		finds();
	allows();
}
