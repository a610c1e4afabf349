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
/** How many the machine was started with, those of the kernel and the initrd among them. */
u32 frames_all(void);
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
	FAULT_NO_DISK, /* it was swapped out, and cannot be read */
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

/*
 * swap.c: pages in slots of a disk. Each slot counts who needs it: entries of page tables, and a
 * frame that holds the same. A frame's mark says that it has changed since, and nobody's D bit
 * does.
 */
struct disk;
struct disk_io;
/** Swap to this disk, all of it. @return 0, -EBUSY: there is one already, -ENOMEM */
s32 swap_on(struct disk *d);
bool swap_is_on(void);
/** Are pages swapped to a part of this disk? */
bool swap_uses(struct disk *d);
/** A free slot, with one who needs it; 0: there is none. */
u32 swap_take(void);
void swap_get(u32 slot);
void swap_put(u32 slot);
/** Does nobody else need it? */
bool swap_is_single(u32 slot);
/** Transfers of slots, each to or from a frame. They may sleep. @return 0, -EIO */
s32 swap_write(const struct disk_io *v, u32 n);
s32 swap_read(u32 slot, u32 pfn);
/** The slot that belongs to a frame, or 0. */
u32 swap_slot(u32 pfn);
/** From now on `slot` (which passes to it), 0: none. What belonged to it before is put. */
void swap_set_slot(u32 pfn, u32 slot);
bool swap_marked(u32 pfn);
void swap_mark(u32 pfn, bool changed);

static inline pte_t pte_swapped(u32 slot)
{
	return (pte_t){slot << PAGE_SHIFT | PTE_SWAPPED};
}
static inline u32 pte_slot(pte_t e)
{
	return e.v >> PAGE_SHIFT;
}

/* reclaim.c */
#define FRAMES_KEPT 24u /* free frames that a system call or a fault finds */
/** See that so many frames are free; may sleep. @return false: they are not to be had */
bool memory_make(u32 frames);
/** A frame for who can do without: the cache, the balloon. @return NO_FRAME: programs need it; may
 * sleep */
u32 memory_take(void);

struct memory_counts {
	u32 faults;	     /* page faults that were served */
	u32 ins, outs;	     /* pages read from swap, and written */
	u32 hits, misses;    /* pages of files that were in the cache, or not */
	u32 cached, dropped; /* pages in the cache now; given up of it */
	u32 slots, used;     /* of swap */
};
extern struct memory_counts memory_counts;

#endif
