/*
 * reclaim.c: frames are made free again: of the cache of files, and of processes, whose pages go
 * to the swap area. Which, the policy says (balloon/policy.c): what was not used lately.
 *
 * Memory is made where a process may sleep and is in the middle of nothing: before a system call or
 * a fault is served (FRAMES_KEPT). What these then need is there, or they fail. Nothing leaves a
 * process before it is on the disk: a page stays mapped while it is written, and goes if it has not
 * been changed meanwhile.
 */
#include "balloon/policy.h"
#include "fs/cache.h"
#include "fs/disk.h"
#include "lib/lib.h"
#include "proc/proc.h"

#define AT_ONCE 16u

struct memory_counts memory_counts;

/* A page of a process by its number: the process's index, and the page's in its addresses. */
#define PER_SPACE     0x100000u
#define proc_of(page) (&procs[(page) / PER_SPACE])
#define va_of(page)   ((page) % PER_SPACE << PAGE_SHIFT)

static pte_t *slot_of(u32 page)
{
	return table_find(&proc_of(page)->space, va_of(page));
}

static bool is_held(u32 page)
{
	const struct proc *p = proc_of(page);

	return va_of(page) >= p->held && va_of(page) < p->held_end;
}

/* Can it be given up? What has changed needs a slot. */
static bool can_go(u32 page, pte_t e)
{
	u32 pfn;

	if ((e.v & (PTE_P | PTE_FOREIGN)) != PTE_P || is_held(page))
		return false;
	if (!(e.v & PTE_D) || memory_counts.used < memory_counts.slots)
		return true;
	pfn = pte_pfn(e);
	return swap_slot(pfn) && swap_is_single(swap_slot(pfn));
}

static u32 process_next(u32 page)
{
	u32 at = page == POLICY_NONE ? 0 : page + 1;

	while (at < NR_PROCS * PER_SPACE) {
		pte_t *slot;

		if (!proc_of(at)->space.dir || va_of(at) >= KERNEL_BASE) {
			at = (at | (PER_SPACE - 1)) + 1;
			continue;
		}
		slot = slot_of(at);
		if (!slot) {
			at = (at | 1023) + 1;
			continue;
		}
		if (can_go(at, *slot))
			return at;
		at++;
	}
	mmu_commit(); /* who goes round again sees what process_used() has changed */
	return POLICY_NONE;
}

static bool process_used(u32 page)
{
	pte_t *slot = slot_of(page);

	if (!(slot->v & PTE_A))
		return false;
	mmu_queue(slot, (pte_t){slot->v & ~PTE_A});
	return true;
}

static u32 no_next(u32 page)
{
	(void)page;
	return POLICY_NONE;
}

static const struct policy_ops process_pages = {process_next, process_used};
const struct policy_ops no_pages = {no_next, process_used};
static struct policy policy = {.ops = {&cache_pages, &no_pages},
			       .hand = {POLICY_NONE, POLICY_NONE}};

/* Those of a round that have to be written, and where their entries were. */
static struct {
	const pte_t *dir;
	u32 page, pfn;
} victims[AT_ONCE];
static struct disk_io io[AT_ONCE];
static u32 nr_victims;
static struct turn turn; /* whose they are */

/* The slot of the swap area for a frame that has changed; 0: it is full. A slot that others need,
 * as it was, is not written over. */
static u32 slot_for(u32 pfn)
{
	u32 slot = swap_slot(pfn);

	if (slot && swap_is_single(slot))
		return slot;
	slot = swap_take();
	if (slot)
		swap_set_slot(pfn, slot);
	return slot;
}

/* The entry leads nowhere any more; what it led to is on the disk, or is made anew at the next
 * touch: it is as the first touch made it. */
static void let_go(pte_t *slot, u32 pfn)
{
	u32 on_disk = swap_slot(pfn);

	if (on_disk)
		swap_get(on_disk);
	mmu_queue(slot, on_disk ? pte_swapped(on_disk) : (pte_t){0});
	frame_put(pfn); /* nobody takes it before the commit */
}

/* The hand may have gone round since it was chosen. */
static bool is_chosen(u32 page)
{
	for (u32 i = 0; i < nr_victims; i++)
		if (victims[i].page == page)
			return true;
	return false;
}

/* @return false: it can neither go nor be written */
static bool choose(u32 page)
{
	pte_t *slot = slot_of(page);
	u32 pfn = pte_pfn(*slot), at;

	if (!(slot->v & PTE_D) && !swap_marked(pfn)) {
		let_go(slot, pfn);
		return true;
	}
	at = is_chosen(page) ? 0 : slot_for(pfn);
	if (!at)
		return false;
	mmu_queue(slot, (pte_t){slot->v & ~PTE_D});
	swap_mark(pfn, true);
	frame_get(pfn);
	io[nr_victims] = (struct disk_io){at, frame_address(pfn), true};
	victims[nr_victims].dir = proc_of(page)->space.dir;
	victims[nr_victims].page = page;
	victims[nr_victims++].pfn = pfn;
	return true;
}

/* It is on the disk. Does the entry still lead there, and nobody has written since? */
static void finish(u32 i)
{
	u32 page = victims[i].page, pfn = victims[i].pfn;
	pte_t *slot = proc_of(page)->space.dir == victims[i].dir ? slot_of(page) : NULL;

	swap_mark(pfn, false);
	if (slot && (slot->v & (PTE_P | PTE_D)) == PTE_P && pte_pfn(*slot) == pfn && !is_held(page))
		let_go(slot, pfn);
}

/* @return whether something goes */
static bool one_round(void)
{
	bool any = false;
	u32 page, kind;
	s32 err = 0;

	nr_victims = 0;
	for (u32 i = 0; i < AT_ONCE; i++) {
		page = policy_victim(&policy, &kind);
		if (page == POLICY_NONE)
			break;
		if (kind == POLICY_CACHE)
			cache_drop(page), any = true;
		else
			any |= choose(page);
	}
	mmu_commit();
	if (nr_victims)
		err = swap_write(io, nr_victims);
	for (u32 i = 0; i < nr_victims; i++) {
		if (!err)
			finish(i);
		frame_put(victims[i].pfn);
	}
	mmu_commit();
	return any && !err;
}

bool memory_make(u32 frames)
{
	bool going = true;

	if (frames_free() >= frames)
		return true;
	if (!swap_is_on() && !memory_counts.cached)
		return false;
	turn_take(&turn);
	policy.ops[POLICY_SWAP] = swap_is_on() ? &process_pages : &no_pages;
	while (frames_free() < frames && going)
		going = one_round();
	turn_end(&turn);
	return frames_free() >= frames;
}

u32 memory_take(void)
{
	return memory_make(2 * FRAMES_KEPT + 1) ? frame_alloc() : NO_FRAME;
}
