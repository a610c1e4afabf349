/* mm.h: frames, and the address spaces made of them. */
#ifndef FINCH_MM_H
#define FINCH_MM_H

#include "arch.h"

/* frame.c */
#define NO_FRAME 0u /* frame 0 is never handed out */
void frame_init(const struct boot *boot);
/** Take a free frame, with whatever it contains. @return its pfn, or NO_FRAME */
u32 frame_alloc(void);
/** One more user of a frame. */
void frame_get(u32 pfn);
/** One user fewer; the last one frees it. */
void frame_put(u32 pfn);
/** How many use it. */
u32 frame_users(u32 pfn);
u32 frames_free(void);
/** A cleared frame by its kernel address, or NULL. */
void *page_alloc(void);
void page_free(void *page);

/*
 * A region is a range of addresses that a process may use. Its pages come into being at the
 * first touch: a copy of the file while that lasts, zeros after it.
 */
struct region {
	vaddr_t start, end; /* page-aligned, end exclusive; an unused slot has end 0 */
	u32 prot;	    /* PROT_* of abi.h */
	const u8 *file;	    /* what `start` shows, or NULL */
	u32 file_len;
	bool foreign; /* for pages of other domains: no frames of ours, and not a child's */
};

#define NR_REGIONS 16
#define USER_BASE  0x00001000u /* page 0 stays unmapped, so that NULL faults */
#define USER_MMAP  0x40000000u /* where mmap looks for room */
/*
 * The stack ends where programs begin, as in figure 3-25 of the i386 supplement to the System V
 * ABI: a small program then needs a single page table.
 */
#define USER_STACK_TOP	0x08048000u
#define USER_STACK_SIZE 0x00040000u
#define KERNEL_PDE	(KERNEL_BASE >> 22)

struct space {
	pte_t *dir;
	bool live;	   /* between mmu_activate and mmu_retire */
	vaddr_t heap, brk; /* start and end of the heap */
	struct region regions[NR_REGIONS];
};

/* region.c */
/** The region that holds va, or NULL. */
struct region *region_find(struct space *s, vaddr_t va);
/** Add a region; ranges must not overlap. @return it, or NULL if there is no slot */
struct region *region_add(struct space *s, vaddr_t start, vaddr_t end, u32 prot);
/** Cut regions so that one begins and one ends at the edges of [start, end). @return 0, -ENOMEM */
s32 region_split(struct space *s, vaddr_t start, vaddr_t end);
/** Join neighbours that nothing distinguishes, so that slots do not run out. */
void region_tidy(struct space *s);
/** Is any of [start, end) in use? */
bool region_overlaps(struct space *s, vaddr_t start, vaddr_t end);
/** May a process read (or write) all of these bytes? */
bool user_range(struct space *s, vaddr_t va, u32 len, u32 prot);

/* table.c */
/** The slot for va, or NULL if there is no table for it. */
pte_t *table_find(struct space *s, vaddr_t va);
/** The slot for va, with a new table if need be. @return NULL if out of memory */
pte_t *table_make(struct space *s, vaddr_t va);

/* fault.c */
enum fault {
	FAULT_DONE,
	FAULT_BAD, /* the process has no right to that */
	FAULT_NO_MEM,
};
/** Make va usable for a read (or a write) if the process has a right to it. */
enum fault space_fault(struct space *s, vaddr_t va, bool write);

/* space.c */
/** An empty space, not live yet. @return 0 or -ENOMEM */
s32 space_init(struct space *s);
/** A copy that shares every page until one of the two writes. The copy is live. */
s32 space_copy(struct space *to, struct space *from);
/** Give back everything. The space must not be the one being run on. */
void space_free(struct space *s);
/** Unmap [start, end): regions and pages. */
s32 space_unmap(struct space *s, vaddr_t start, vaddr_t end);
/** Change the rights to [start, end). */
s32 space_protect(struct space *s, vaddr_t start, vaddr_t end, u32 prot);
/** Room for len bytes from USER_MMAP on, or 0. */
vaddr_t space_room(struct space *s, u32 len);
/** How many pages are in memory. */
u32 space_pages(struct space *s);

#endif
