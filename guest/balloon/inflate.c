/* inflate.c: pages into the balloon and out of it, so that p2m and m2p are right all the time. */
#include "balloon/balloon.h"

/* What the hypervisor calls the memory behind a page. */
static u32 frame_behind(const struct balloon *b, u32 pfn)
{
	return b->p2m ? b->p2m[pfn] : pfn;
}

static void set_held(struct balloon *b, u32 pfn, bool held)
{
	u32 bit = 1u << pfn % 32;

	b->in[pfn / 32] = held ? b->in[pfn / 32] | bit : b->in[pfn / 32] & ~bit;
	b->held = held ? b->held + 1 : b->held - 1;
}

/* Take the page out of our map: nothing of ours leads to its memory any more. */
static void take_out(struct balloon *b, u32 pfn)
{
	/* LAB 05.1a BEGIN */
	b->ops->unmap(pfn);
	if (b->p2m)
		b->p2m[pfn] = NO_MFN;
	/* LAB 05.1a END */
}

/* Memory is behind a page (again), and the kernel may use it. The map is made of p2m, and who reads
 * an entry asks m2p: so they come first. */
static void put_in(struct balloon *b, u32 pfn, u32 frame)
{
	/* LAB 05.1b BEGIN */
	if (b->p2m) {
		b->p2m[pfn] = frame;
		b->ops->set_m2p(frame, pfn);
	}
	b->ops->map(pfn, frame);
	b->ops->give(pfn);
	/* LAB 05.1b END */
}

u32 balloon_inflate(struct balloon *b, u32 n)
{
	u32 pfns[BALLOON_BATCH], frames[BALLOON_BATCH], taken = 0;
	s32 done = 0;

	/* LAB 05.1c BEGIN */
	while (taken < n && (pfns[taken] = b->ops->take()) != BALLOON_NONE)
		taken++;
	for (u32 i = 0; i < taken; i++) {
		frames[i] = frame_behind(b, pfns[i]);
		take_out(b, pfns[i]);
	}
	if (taken)
		done = b->ops->release(frames, taken);
	if (done < 0)
		done = 0;
	for (u32 i = 0; i < taken; i++) {
		if (i < (u32)done)
			set_held(b, pfns[i], true);
		else
			put_in(b, pfns[i], frames[i]);
	}
	return (u32)done;
	/* LAB 05.1c END */
}

/* The first n pages that are held, or as many as there are. */
static u32 find_held(const struct balloon *b, u32 *pfns, u32 n)
{
	u32 found = 0;

	/* LAB 05.1d BEGIN */
	for (u32 pfn = 0; pfn < b->nr_pages && found < n; pfn++) {
		if (!b->in[pfn / 32])
			pfn |= 31; /* none of these 32 */
		else if (balloon_holds(b, pfn))
			pfns[found++] = pfn;
	}
	return found;
	/* LAB 05.1d END */
}

u32 balloon_deflate(struct balloon *b, u32 n)
{
	u32 pfns[BALLOON_BATCH], frames[BALLOON_BATCH], found = find_held(b, pfns, n);
	s32 done = 0;

	/* LAB 05.1e BEGIN */
	for (u32 i = 0; i < found; i++)
		frames[i] = pfns[i];
	if (found)
		done = b->ops->claim(frames, found);
	for (s32 i = 0; i < done; i++) {
		set_held(b, pfns[i], false);
		put_in(b, pfns[i], frames[i]);
	}
	return done < 0 ? 0 : (u32)done;
	/* LAB 05.1e END */
}
