/*
 * frame.h: the frame table: who owns each machine frame, how often it is referenced, and what a
 * direct-mode guest uses it as.
 *
 * The rule that makes Xen safe (SOSP 2003, 3.3.3): a frame has at any time one type only, so it is
 * never writable by a guest and a page table at once. A type can change only when its count is 0.
 */
#ifndef HV_FRAME_H
#define HV_FRAME_H

#include "mem/words.h"

/** The numbers are enum ptype of event.def. */
enum frame_type {
	FT_NONE,
	FT_PAGE_TABLE,
	FT_PAGE_DIRECTORY,
	FT_GDT,
	FT_LDT,
	FT_WRITABLE,
	FT_SHARED,
};

struct frame {
	u16 owner;	/* domain id, DOM_HV, DOM_FREE or DOM_NONE */
	u8 type;	/* enum frame_type; keeps its last value while type_count is 0 */
	u8 flags;	/* FRAME_* */
	u32 refs;	/* mappings and other uses; the frame is freed when this falls to 0 */
	u32 type_count; /* uses as `type` */
	union {
		u32 pfn;    /* shadow mode: which page of its owner this is */
		u32 mapped; /* direct mode: how many handles of grants map it, while that is
			       recorded */
	};
	u32 aux; /* free list link; shadow: hint (see shadow.c); direct: see validate.c */
};
/*
 * How many references frame_get() gives to one frame. An entry of a page table takes its own beside
 * these, but no more of them than all machine memory has room for: no count can wrap. Whoever takes
 * a type has a reference as well.
 */
#define FRAME_REFS_MAX 0x80000000u
#define MAX_FRAMES     (1u << (32 - PAGE_SHIFT))
_Static_assert(FRAME_REFS_MAX + (u64)MAX_FRAMES * (PAGE_SIZE / sizeof(u32)) < ~0u, "no overflow");

#define FRAME_VALIDATED 0x01 /* the contents were checked for the present type */
#define FRAME_PINNED	0x02 /* the guest holds a type reference by pinning */
#define FRAME_ALLOCATED 0x04 /* its owner holds the reference of allocation */
#define FRAME_TRACED	0x08 /* shadow: a page table in use: the guest's writes come to us */
#define FRAME_WATCHED	0x10 /* shadow: the same for patched code and descriptor tables */
#define FRAME_USED	0x20 /* shadow, overcommit=swap: since the clock's hand last came by */
#define FRAME_MAPPED	0x40 /* direct: `mapped` is not 0 */

extern struct frame *frame_table;
extern u32 nr_frames; /* machine frames covered by frame_table and m2p */
extern u32 *m2p;      /* machine to guest-physical; mapped read-only for direct-mode guests */

/** @return the frame's entry, or NULL if there is no such memory. */
static inline struct frame *frame_of(mfn_t m)
{
	return m.n < nr_frames ? &frame_table[m.n] : 0;
}
static inline mfn_t frame_mfn(const struct frame *f)
{
	return mfn(f - frame_table);
}

/** Take one machine frame for `owner`, with one reference; contents are zero.
 * @return the frame, or INVALID_FRAME if memory is exhausted. */
mfn_t alloc_frame(u16 owner);
/** The same, but the frame may hold what this owner itself left in it. */
mfn_t alloc_frame_uncleared(u16 owner);
/** A free frame, which is in no list any more, becomes `owner`'s, with the reference of allocation.
 * It is cleared if `clear`, or if another owner had it. */
void frame_begin(struct frame *f, u16 owner, bool clear);
/** Give a frame back: its references must be 0. */
void free_frame(struct frame *f);
/** Take these free frames out of the list of free ones: they are somebody's now. */
void take_frames(u32 first, u32 n);
/** How many frames are free. */
u32 free_frames(void);

/** Another domain gets this id: what was left in free frames by the one before is not its own.
 * @return false: not finished, call again before it has the id */
bool forget_owner(u16 id);

/** Boot: describe memory to the frame table; frames in [first, end) become free. */
void frames_init(struct frame *table, u32 *m2p_table, u32 frames);
void frames_release(u32 first, u32 end);

/** Take a reference to a frame. @return false if it is not `owner`'s, or has FRAME_REFS_MAX of them
 */
static inline bool frame_get(struct frame *f, u16 owner)
{
	if (f->owner != owner || f->refs == 0 || f->refs >= FRAME_REFS_MAX)
		return false;
	f->refs++;
	return true;
}
/** Drop a reference; the last one frees the frame. Of a domain's memory: page_put(), account.h. */
void frame_put(struct frame *f);

/** One less, where that is done most often. @return false if there was none: the count is no good
 */
static inline bool count_down(u32 *count)
{
	bool below;

	asm("subl $1, %0" : "+m"(*count), "=@ccc"(below));
	return !below;
}
/** The same, unless it is the last one, or there is none. @return false: nothing was done */
static inline bool count_down_to_1(u32 *count)
{
	bool not_more;

	asm("subl $1, %0" : "+m"(*count), "=@ccbe"(not_more));
	if (not_more)
		++*count;
	return !not_more;
}

/** The hypervisor's own memory: one zeroed page, by its linear address; NULL if there is none. */
void *hv_alloc_page(void);
/** `n` contiguous pages. */
void *hv_alloc_pages(u32 n);
/** Give them back; NULL is none. */
void hv_free_page(void *page);
void hv_free_pages(void *pages, u32 n);
/** How many pages `bytes` of memory take. */
static inline u32 pages_of(u32 bytes)
{
	return (bytes + PAGE_SIZE - 1) / PAGE_SIZE;
}
mfn_t hv_page_mfn(const void *page);

#endif
