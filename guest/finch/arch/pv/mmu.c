/*
 * mmu.c (pv): page tables belong to the hypervisor: we may read them, and ask it to change them.
 *
 * It insists that a page table is mapped writable nowhere. Our own map of all memory shows every
 * table too, so an alias turns read-only before the page becomes a table, and writable again
 * when it has ceased to be one.
 */
#include "hypercall.h"
#include "mm/mm.h"
#include "lib/lib.h"

#define QUEUE_SIZE 512

const mfn_t *mfn_list;
static pte_t *kernel_directory;
static struct mmu_update queue[QUEUE_SIZE];
static u32 queued, batch = 128; /* as many go together; batch= on the command line */

static u64 machine_address(const pte_t *slot)
{
	return (u64)mfn_list[frame_of(slot)].n << PAGE_SHIFT | ((u32)slot & (PAGE_SIZE - 1));
}

static void check(s32 err, const char *what)
{
	if (err < 0)
		panic("the hypervisor refused %s: error %d", what, err);
}

static void flush_queue(void)
{
	if (queued)
		check(hyper_mmu_update(queue, queued), "mmu_update");
	queued = 0;
}

static void mmuext(u32 cmd, u32 arg, const char *what)
{
	check(hyper_mmuext(cmd, arg), what);
}

void mmu_map(pte_t *slot, pte_t e)
{
	struct mmu_update u = {.ptr = machine_address(slot), .val = e.v};

	check(hyper_mmu_update(&u, 1), "mmu_update");
}

void mmu_remap(vaddr_t va, pte_t *slot, pte_t e)
{
	(void)slot;
	check(hyper_update_va_mapping((void *)va, e.v, UVMF_INVLPG), "update_va_mapping");
}

void mmu_queue(pte_t *slot, pte_t e)
{
	queue[queued].ptr = machine_address(slot);
	queue[queued].val = e.v;
	if (++queued == batch)
		flush_queue();
}

void mmu_commit(void)
{
	flush_queue();
	mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, "a TLB flush");
}

void mmu_switch(pte_t *dir)
{
	mmuext(MMUEXT_NEW_BASEPTR, mfn_list[frame_of(dir)].n, "a new base pointer");
}

pte_t *mmu_kernel_directory(void)
{
	return kernel_directory;
}

/* Our alias of a table, in the map of all memory. */
static void queue_alias(const void *table, bool writable)
{
	u32 va = (u32)table;
	pte_t pde = kernel_directory[va >> 22];
	pte_t *slot = (pte_t *)frame_address(pte_pfn(pde)) + ((va >> PAGE_SHIFT) & 1023);

	mmu_queue(slot, (pte_t){writable ? slot->v | PTE_RW : slot->v & ~PTE_RW});
}

/* The next entry from `i` on that is not zero, or KERNEL_PDE: a process has few tables, and the
 * processor's own instruction for that passes over the rest. */
static u32 next_entry(const pte_t *dir, u32 i)
{
	const pte_t *at = dir + i;
	u32 left = KERNEL_PDE - i;

	if (!left || at->v)
		return i;
	asm("repe scasl" : "+D"(at), "+c"(left) : "a"(0), "m"(*(const pte_t(*)[])dir) : "cc");
	return at[-1].v ? KERNEL_PDE - left - 1 : KERNEL_PDE;
}

static void queue_aliases(pte_t *dir, bool writable)
{
	for (u32 i = next_entry(dir, 0); i < KERNEL_PDE; i = next_entry(dir, i + 1)) {
		if (dir[i].v & PTE_P)
			queue_alias(frame_address(pte_pfn(dir[i])), writable);
	}
	queue_alias(dir, writable);
}

void mmu_activate(pte_t *dir)
{
	queue_aliases(dir, false);
	flush_queue();
	/* Pinned, it is validated once and stays a directory while we run on others. */
	mmuext(MMUEXT_PIN_L2_TABLE, mfn_list[frame_of(dir)].n, "to pin a directory");
}

void mmu_retire(pte_t *dir)
{
	mmuext(MMUEXT_UNPIN_TABLE, mfn_list[frame_of(dir)].n, "to unpin a directory");
	queue_aliases(dir, true);
	mmu_commit();
}

void mmu_hook(pte_t *slot, u32 table_pfn)
{
	queue_alias(frame_address(table_pfn), false);
	mmu_queue(slot, pte_make(table_pfn, PTE_P | PTE_RW | PTE_US | PTE_A));
	flush_queue();
}

u32 mmu_take_out(u32 pfn)
{
	check(hyper_update_va_mapping(frame_address(pfn), 0, UVMF_INVLPG), "to unmap a page");
	return mfn_list[pfn].n;
}

void mmu_put_in(u32 pfn, u32 mfn)
{
	struct mmu_update u = {.ptr = (u64)mfn << PAGE_SHIFT | MMU_MACHPHYS_UPDATE, .val = pfn};

	((mfn_t *)mfn_list)[pfn].n = mfn;
	if (MACHINE_TO_PHYS[mfn] != pfn)
		check(hyper_mmu_update(&u, 1), "a page's number");
	check(hyper_update_va_mapping(frame_address(pfn),
				      pte_make(pfn, PTE_P | PTE_RW | PTE_A | PTE_D).v, UVMF_INVLPG),
	      "to map a page");
}

/* A table for the 4 MB from pfn on. */
static void add_kernel_table(pte_t *table, u32 pfn, u32 nr_pages)
{
	memset(table, 0, PAGE_SIZE);
	for (u32 i = 0; i < 1024 && pfn + i < nr_pages; i++)
		table[i] = pte_make(pfn + i, PTE_P | PTE_RW | PTE_A | PTE_D);
	queue_alias(table, false);
	mmu_queue(&kernel_directory[(u32)frame_address(pfn) >> 22],
		  pte_make(frame_of(table), PTE_P | PTE_RW | PTE_A));
	flush_queue();
}

u32 mmu_init(const struct start_info *si, u32 nr_pages)
{
	/* Past the page tables lies the boot stack, then at least 512 KB that are mapped. */
	u32 next = frame_of((void *)si->pt_base) + si->nr_pt_frames + 1;
	const char *wanted = option(si->cmd_line, "batch");

	if (wanted)
		batch = parse_number(wanted);
	if (batch == 0 || batch > QUEUE_SIZE)
		batch = QUEUE_SIZE;
	mfn_list = (const mfn_t *)si->mfn_list;
	kernel_directory = (pte_t *)si->pt_base;
	for (u32 pfn = 0; pfn < nr_pages; pfn++) {
		u32 va = (u32)frame_address(pfn);
		pte_t pde = kernel_directory[va >> 22], *slot;

		if (!(pde.v & PTE_P)) {
			add_kernel_table(frame_address(next++), pfn, nr_pages);
			continue;
		}
		slot = (pte_t *)frame_address(pte_pfn(pde)) + ((va >> PAGE_SHIFT) & 1023);
		if (!(slot->v & PTE_P))
			mmu_queue(slot, pte_make(pfn, PTE_P | PTE_RW | PTE_A | PTE_D));
	}
	flush_queue();
	return next;
}
