/* pages.c: pages that other domains grant, mapped into the back end. */
#include "blkback/blkback.h"

static struct grant_request requests[BLKIF_MAX_SEGMENTS];

void grant(u32 i, u32 va, u16 domid, u32 ref, u32 flags)
{
	requests[i] = (struct grant_request){va, domid, ref, flags, 0};
}

bool carry_out(u32 n)
{
	bool okay =
	    read(grants, requests, n * sizeof(requests[0])) == (s32)(n * sizeof(requests[0]));

	for (u32 i = 0; i < n; i++)
		okay &= !requests[i].status;
	return okay;
}

u32 page_of(const struct vbd *v, u32 i)
{
	return (u32)v->back_ring.ring + PAGE * (1 + i);
}

void unmap_pages(const struct vbd *v, u32 n)
{
	for (u32 i = 0; i < n; i++)
		grant(i, page_of(v, i), v->domid, 0, GRANT_UNMAP);
	if (n)
		carry_out(n);
}

bool map_pages(const struct vbd *v, const struct blkif_request *r)
{
	u32 flags = r->operation == BLKIF_OP_READ ? 0 : GRANT_READ_ONLY;

	for (u32 i = 0; i < r->nr_segments; i++)
		grant(i, page_of(v, i), v->domid, r->segments[i].gref, flags);
	if (carry_out(r->nr_segments))
		return true;
	unmap_pages(v, r->nr_segments); /* those that were */
	return false;
}
