/* check.c: the invariants that a guest of the direct mode can see of its own tables. */
#include "crowd.h"

#define MAX_TABLES 64u

u32 check_entry, check_at;

/* The tables that the current directory leads to, the directory first. */
static struct {
	u32 mfn;
	const u32 *words;
} table[MAX_TABLES];
static u32 nr_tables;

/* Where we can read a table. All that may be one are the first ones and the pool's. */
static const u32 *words_of(u32 mfn)
{
	u32 i = pool_index(mfn);

	if (i < NR_POOL)
		return alias[i];
	i = mfn - home_mfn;
	for (i = 0; i < start_info->nr_pt_frames; i++) {
		const u8 *page = (const u8 *)start_info->pt_base + i * PAGE_SIZE;

		if (mfn_of(page) == mfn)
			return (const u32 *)page;
	}
	return NULL;
}

static bool is_table(u32 mfn)
{
	for (u32 i = 0; i < nr_tables; i++)
		if (table[i].mfn == mfn)
			return true;
	return false;
}

static bool in_list(const u32 *list, u32 n, u32 mfn)
{
	for (u32 i = 0; i < n; i++)
		if (list[i] == mfn)
			return true;
	return false;
}

static bool is_ours(u32 mfn)
{
	u32 pfn;

	if (mfn == start_info->shared_info >> 12)
		return true;
	if (mfn >= nonexistent_mfn)
		return false;
	if (in_list(loose, nr_loose, mfn) || crowd_owns(mfn))
		return true;
	pfn = ((u32 *)MACH2PHYS_VIRT_START)[mfn];
	if (in_list(ghosts, nr_ghosts, mfn)) /* as long as it is mapped it is not free */
		return pfn != XEN_INVALID_PFN;
	return pfn < start_info->nr_pages && ((u32 *)start_info->mfn_list)[pfn] == mfn;
}

static const char *collect_tables(void)
{
	const u32 *directory = (const u32 *)start_info->pt_base;

	table[0].mfn = home_mfn;
	table[0].words = directory;
	nr_tables = 1;
	for (u32 slot = 0; slot < HV_SLOT; slot++) {
		u32 pde = directory[slot], mfn = pde >> 12;

		if (!(pde & PTE_P))
			continue;
		check_at = slot;
		check_entry = pde;
		if (mfn == home_mfn) {
			if (pde & PTE_RW)
				return "the directory maps itself writable";
			continue;
		}
		if (pde & (PTE_PS | PTE_G))
			return "a 4 MB or global page";
		if (is_table(mfn))
			continue;
		if (nr_tables == MAX_TABLES)
			return "more tables than there are";
		table[nr_tables].mfn = mfn;
		/* A table that was given back can be read nowhere, but it is one. */
		table[nr_tables++].words = words_of(mfn);
	}
	return NULL;
}

static const char *check_table(const u32 *words)
{
	for (u32 i = 0; i < PTES; i++) {
		u32 pte = words[i], mfn = pte >> 12;

		if (!(pte & PTE_P))
			continue;
		check_at = i;
		check_entry = pte;
		if (pte & (PTE_PS | PTE_G))
			return "a page with PS or G";
		if (!is_ours(mfn))
			return "a foreign frame is mapped";
		if ((pte & PTE_RW) && is_table(mfn))
			return "a page table is mapped writable";
	}
	return NULL;
}

const char *check(void)
{
	static u32 hv_slots[PTES - HV_SLOT];
	const u32 *directory = (const u32 *)start_info->pt_base;
	const char *wrong = collect_tables();

	for (u32 i = 1; i < nr_tables && !wrong; i++)
		if (table[i].words)
			wrong = check_table(table[i].words);
	if (wrong)
		return wrong;
	for (u32 slot = HV_SLOT; slot < PTES; slot++) {
		check_at = slot;
		check_entry = directory[slot];
		/* The processor marks the entries that it uses. */
		if (hv_slots[slot - HV_SLOT] &&
		    hv_slots[slot - HV_SLOT] != (directory[slot] | PTE_A | PTE_D))
			return "a slot of the hypervisor's has changed";
		hv_slots[slot - HV_SLOT] = directory[slot] | PTE_A | PTE_D;
	}
	if (attempt(try_write, MACH2PHYS_VIRT_START + 4 * home_mfn) == NO_TRAP)
		return "the M2P table is writable";
	if (attempt(try_write, (u32)directory) == NO_TRAP)
		return "the directory is writable";
	return NULL;
}

/* After update_va_mapping with a flush the processor must agree with what was asked for. */
const char *check_call(const struct call *c, s32 ret)
{
	u32 va = c->arg[0] & PAGE_MASK, pte = c->arg[1], flush = c->arg[3] & UVMF_FLUSHTYPE_MASK, i;

	if (ret > 0 && c->nr == __HYPERVISOR_update_va_mapping)
		return "update_va_mapping returned more than 0";
	if (ret || c->nr != __HYPERVISOR_update_va_mapping || flush == UVMF_NONE)
		return NULL;
	check_at = va;
	check_entry = pte;
	if (!(pte & PTE_P))
		return attempt(try_read, va) == NO_TRAP ? "what was unmapped can be read" : NULL;
	i = pool_index(pte >> 12);
	if (i == NR_POOL)
		return NULL;
	if (attempt(try_read, va) != NO_TRAP)
		return "what was mapped cannot be read";
	if (*(volatile u32 *)(va + 64) != alias[i][16])
		return "another page was mapped";
	if (!(pte & PTE_RW) && is_table(pte >> 12))
		return attempt(try_write, va) == NO_TRAP ? NULL : NULL;
	return NULL;
}
