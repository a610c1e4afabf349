/* pages.c: pages that other domains grant, mapped into the back end: many in one call. */
#include "blkback/blkback.h"

static struct grant_request requests[WINDOW];
static u32 nr_mapped; /* of the window: the first of these requests */

/* @return whether all `n` have been carried out */
static bool ask_for(u32 n)
{
	bool okay =
	    !n || read(grants, requests, n * sizeof(requests[0])) == (s32)(n * sizeof(requests[0]));

	for (u32 i = 0; i < n; i++)
		okay &= !requests[i].status;
	return okay;
}

static u32 window_at(u32 i)
{
	return (u32)place + PAGE * (MOST_VBDS + i);
}

bool map_ring(struct vbd *v, u32 ref)
{
	v->back_ring.ring = (struct blkif_ring *)(place + (u32)(v - vbds) * PAGE);
	requests[0] = (struct grant_request){(u32)v->back_ring.ring, v->domid, ref, 0, 0};
	return ask_for(1);
}

void unmap_ring(struct vbd *v)
{
	requests[0] = (struct grant_request){(u32)v->back_ring.ring, v->domid, 0, GRANT_UNMAP, 0};
	ask_for(1);
}

static void add_pages(const struct vbd *v, const struct blkif_request *r, u32 at)
{
	u32 flags = r->operation == BLKIF_OP_READ ? 0 : GRANT_READ_ONLY;

	for (u32 i = 0; i < r->nr_segments; i++)
		requests[at + i] = (struct grant_request){window_at(at + i), v->domid,
							  r->segments[i].gref, flags, 0};
}

u32 map_jobs(u32 from, u32 n)
{
	u32 used = 0, i = from, end;

	for (; i < n; i++) {
		const struct vbd *v = &vbds[jobs[i].disk];
		u32 pages = works[i].good && !v->ata ? jobs[i].r.nr_segments : 0;

		if (used + pages > WINDOW)
			break;
		works[i].va = v->ata ? ata_page(v) : window_at(used);
		if (pages)
			add_pages(v, &jobs[i].r, used);
		used += pages;
	}
	ask_for(used);
	end = i;
	nr_mapped = used;
	for (used = 0, i = from; i < end; i++) {
		u32 pages = works[i].good && !vbds[jobs[i].disk].ata ? jobs[i].r.nr_segments : 0;

		for (; pages; pages--)
			works[i].good &= !requests[used++].status;
	}
	return end;
}

void unmap_jobs(void)
{
	u32 n = 0;

	for (u32 i = 0; i < nr_mapped; i++)
		if (!requests[i].status) { /* those that were mapped */
			requests[n] = requests[i];
			requests[n++].flags = GRANT_UNMAP;
		}
	ask_for(n);
	nr_mapped = 0;
}
