/* inventory.c: what the trace is told of all the machine's frames. */
#include "comm/grant.h"
#include "comm/inventory.h"
#include "mem/record.h"

/* Which frames handles of grants map is kept only while it is recorded. Here it is found anew. */
static void count_mappings(void)
{
	for (u32 m = 0; m < nr_frames; m++) {
		struct frame *f = &frame_table[m];

		if (f->flags & FRAME_MAPPED)
			f->mapped = 0;
		f->flags &= ~FRAME_MAPPED;
	}
	for (const struct domain *d = domains; d; d = d->next) {
		for (u32 handle = 0; d->grants && handle < d->grants->nr_maps; handle++) {
			const struct grant_map *map = grant_map_find(d, handle);
			struct frame *f = map ? frame_of(grant_map_mfn(map)) : NULL;

			if (!f)
				continue;
			f->mapped++;
			f->flags |= FRAME_MAPPED;
		}
	}
}

static bool alike(const struct frame *a, const struct frame *b)
{
	return a->owner == b->owner && frame_use(a) == frame_use(b) &&
	       !((a->flags ^ b->flags) & FRAME_MAPPED);
}

void record_inventory(u8 inventory)
{
	u32 end;

	if (!memory_recorded())
		return;
	count_mappings();
	for (u32 first = 0; first < nr_frames; first = end) {
		const struct frame *f = &frame_table[first];

		for (end = first + 1; end < nr_frames && alike(f, &frame_table[end]); end++)
			;
		record_frames(f, end - first, frame_use(f), inventory);
	}
}
