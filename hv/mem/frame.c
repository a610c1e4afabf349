/*[H08] frame.c: the frame table, the free machine frames, and references to frames. */
#include "dom/domain.h"
#include "lib/printk.h"
#include "lib/string.h"
#include "mem/domain_page.h"
#include "mem/frame.h"
#include "mem/record.h"

struct frame *frame_table;
u32 nr_frames;
u32 *m2p;

#define LIST_END	 INVALID_FRAME
#define FRAMES_AT_A_TIME 16384u /* looked at */
static u32 free_list = LIST_END;
static u32 nr_free;

void frames_init(struct frame *table, u32 *m2p_table, u32 frames)
{
	frame_table = table;
	m2p = m2p_table;
	nr_frames = frames;
	for (u32 i = 0; i < frames; i++) {
		table[i] = (struct frame){.owner = DOM_NONE};
		m2p[i] = XEN_INVALID_PFN;
	}
}

void frames_release(u32 first, u32 end)
{
	/* Downwards, so that the lowest frame is handed out first. */
	for (u32 i = end; i-- > first;) {
		frame_table[i].owner = DOM_FREE;
		frame_table[i].pfn = DOM_NONE;
		frame_table[i].aux = free_list;
		free_list = i;
		nr_free++;
	}
	if (end > first)
		frames_changed(&frame_table[first], end - first);
}

void take_frames(u32 first, u32 n)
{
	u32 *link = &free_list;

	nr_free -= n;
	while (*link != LIST_END) {
		if (*link - first < n)
			*link = frame_table[*link].aux;
		else
			link = &frame_table[*link].aux;
	}
}

u32 free_frames(void)
{
	return nr_free;
}

static void clear_frame(mfn_t m)
{
	void *p = map_domain_page(m);

	memset(p, 0, PAGE_SIZE);
	unmap_domain_page(p);
}

void frame_begin(struct frame *f, u16 owner, bool clear)
{
	/* A free frame's pfn says whose it was last. (See also forget_owner().) */
	clear |= f->pfn != owner;
	*f = (struct frame){.owner = owner, .refs = 1, .flags = FRAME_ALLOCATED};
	if (clear)
		clear_frame(frame_mfn(f));
}

static mfn_t alloc(u16 owner, bool clear)
{
	mfn_t m = mfn(free_list);
	struct frame *f = frame_of(m);

	if (!f)
		return m;
	free_list = f->aux;
	nr_free--;
	frame_begin(f, owner, clear);
	frame_changed(f);
	return m;
}

mfn_t alloc_frame(u16 owner)
{
	return alloc(owner, true);
}

mfn_t alloc_frame_uncleared(u16 owner)
{
	return alloc(owner, false);
}

bool forget_owner(u16 id)
{
	static u32 n;		  /* how far it is, */
	static u16 of = DOM_NONE; /* and with whom */
	u32 end;

	if (of != id)
		n = 0;
	of = id;
	end = n + FRAMES_AT_A_TIME < nr_frames ? n + FRAMES_AT_A_TIME : nr_frames;
	for (; n < end; n++)
		if (frame_table[n].owner == DOM_FREE && frame_table[n].pfn == id)
			frame_table[n].pfn = DOM_NONE;
	if (n < nr_frames)
		return false;
	of = DOM_NONE;
	return true;
}

void free_frame(struct frame *f)
{
	u32 n = frame_mfn(f).n;

	if (f->refs || f->owner == DOM_FREE || f->owner == DOM_NONE)
		panic("frame %x freed with %u references, owner %x", n, f->refs, f->owner);
	/* frame_begin() wants to know whose it was. */
	*f = (struct frame){.owner = DOM_FREE, .aux = free_list, .pfn = f->owner};
	m2p[n] = XEN_INVALID_PFN;
	free_list = n;
	nr_free++;
	frame_changed(f);
}

void frame_put(struct frame *f)
{
	if (f->refs == 0)
		panic("frame %x has no reference to drop", frame_mfn(f).n);
	if (--f->refs == 0)
		free_frame(f);
}
