/* values.c: what random calls are made of: values that have mattered, or might. */
#include "crowd.h"

const u32 windows[NR_WINDOWS] = {99, 100, 101, 600, 1007};
/* In the kernel's own table these map pages that nobody uses. None is one of the slots above: where
 * the directory maps itself, no index leads to a table that the kernel lives by. */
const u32 index_set[NR_INDEX] = {0, 1, 2, 3, 1000, 1022, 1023};

#define IN_HV	 (HV_LINEAR + HV_IMAGE_PHYS)
#define UNMAPPED 0x00800000u

static const u32 small[] = {0,	  1,	2,	3,	4,	5,	6,   7,	  8,   9,   13,
			    14,	  15,	16,	32,	64,	127,	128, 255, 256, 511, 512,
			    1023, 1024, 0x7FF0, 0xE019, 0xE021, 0xFFFF, ~0u, ~1u, ~3u};

u32 any_index(void)
{
	return random_of(index_set);
}

u32 any_slot(void)
{
	u32 r = random_below(32);

	if (r == 0)
		return HV_SLOT + random_below(PTES - HV_SLOT);
	return r < 4 ? SELF_SLOT : random_of(windows);
}

/* Not one of the pool: the kernel's own. */
static bool is_kernel(u32 mfn)
{
	u32 pfn;

	if (mfn >= nonexistent_mfn || pool_index(mfn) < NR_POOL)
		return false;
	pfn = ((u32 *)MACH2PHYS_VIRT_START)[mfn];
	return pfn < start_info->nr_pages && ((u32 *)start_info->mfn_list)[pfn] == mfn;
}

static u32 kernel_mfn(void)
{
	u32 mfn = mfn_of((void *)(VIRT_BASE + HV_IMAGE_PHYS + random_below(64) * PAGE_SIZE));

	return crowd_owns(mfn) ? home_mfn : mfn;
}

static u32 kernel_table_mfn(void)
{
	return *pde_of(first_kernel_slot + random_below(kernel_slots)) >> 12;
}

u32 foreign_mfn(void)
{
	u32 mfn;

	switch (random_below(6)) {
	case 0:
		return nonexistent_mfn + random_below(4);
	case 1: /* what it holds the model wants to know */
		return in_crowd ? 0x100 : start_info->shared_info >> 12;
	case 2:
		mfn = random_of(small);
		break;
	case 3:
		mfn = random32() >> random_below(20);
		break;
	default:
		mfn = 0x100 + random_below(0x2000); /* the hypervisor's image, heap and ring */
	}
	return is_kernel(mfn) || crowd_owns(mfn) ? 0x100 : mfn;
}

u32 any_mfn(void)
{
	u32 r = random_below(64);

	if (r < 3)
		return home_mfn;
	if (r < 9)
		return foreign_mfn();
	if (r == 9 && nr_loose)
		return loose[random_below(nr_loose)];
	if (r == 10 && nr_ghosts)
		return ghosts[random_below(nr_ghosts)];
	return pool_mfn[random_below(NR_POOL)];
}

static u32 flags(void)
{
	static const u32 usual[] = {PTE_NORMAL,	    PTE_NORMAL,	   PTE_P | PTE_RW | PTE_US, PTE_P,
				    PTE_P | PTE_US, PTE_P | PTE_A, PTE_P | PTE_RW,	    0};
	static const u32 odd[] = {PTE_PS, PTE_G, PTE_PWT, PTE_PCD, 0x200, 0x400, 0x800, PTE_RW};
	u32 f = random_of(usual);

	if (one_in(8))
		f ^= random_of(odd);
	return one_in(32) ? random32() & PTE_FLAGS : f;
}

u32 any_pte(void)
{
	if (one_in(12))
		return 0;
	/* What the kernel lives in may be mapped again, but nobody may write it. */
	if (one_in(32))
		return kernel_mfn() << 12 | (flags() & ~PTE_RW);
	return any_mfn() << 12 | flags();
}

u32 any_pde(void)
{
	u32 f = flags(), r = random_below(16);

	if (one_in(6))
		return 0;
	if (r == 0)
		return home_mfn << 12 | f;
	if (r == 1)
		return pool_mfn[random_below(NR_DIRS)] << 12 | f;
	if (r == 2)
		return foreign_mfn() << 12 | f;
	if (r == 3) /* not as a page, if someone takes it for one */
		return kernel_table_mfn() << 12 | (f & ~PTE_RW);
	return pool_mfn[NR_DIRS + random_below(NR_POOL - NR_DIRS)] << 12 | f;
}

u32 any_va(void)
{
	u32 r = random_below(16);

	if (r < 6)
		return (u32)pool[random_below(NR_POOL)];
	if (r < 12)
		return random_of(windows) << 22 | any_index() << 12;
	if (r == 12)
		return first_kernel_slot << 22 | any_index() << 12;
	if (r == 13) /* an entry by way of the directory's map of itself */
		return SELF_SLOT << 22 | any_slot() << 12;
	return r == 14 ? UNMAPPED : bad_va();
}

u32 out_va(void)
{
	/* Low in the page: a directory's entries for the kernel are far behind. */
	u32 offset = one_in(3) ? random_below(0x400) : random_below(0x100) * 4;

	switch (random_below(10)) {
	case 0:
		return bad_va();
	case 1:
		return (u32)alias[random_below(NR_POOL)] + offset;
	case 2:
		return random_of(windows) << 22 | any_index() << 12 | offset;
	case 3: /* across the end of a page */
		return (u32)pool[random_below(NR_POOL - 1)] + PAGE_SIZE - 1 - random_below(4);
	default:
		return (u32)pool[random_below(NR_POOL)] + offset;
	}
}

u32 bad_va(void)
{
	static const u32 bad[] = {
	    0,		4,	    0xFFF,	UNMAPPED,   UNMAPPED + 0xFFE,
	    IN_HV,	HV_WINDOW,  HV_GATE,	HV_LINEAR,  MACH2PHYS_VIRT_START,
	    0xFBFFFFFC, 0xFBFFFFFF, 0xFC3FFFFE, 0xFFFFFFFC, 0xFFFFFFFF,
	    0x7FFFFFFF, 0x80000000,
	};

	return random_of(bad);
}

u32 any_word(void)
{
	switch (random_below(10)) {
	case 0:
		return any_pte();
	case 1:
		return any_mfn();
	case 2:
		return out_va();
	case 3:
		return bad_va();
	case 4:
		return 0x40000000 | (random32() & 0x3FFFFFFF); /* nowhere near our memory */
	case 5:
		return -(s32)random_below(64);
	default:
		return random_of(small);
	}
}

u64 any_entry_address(void)
{
	u32 r = random_below(32), low = 0;
	u64 high = 0;

	if (one_in(24))
		low = random_below(4);
	if (one_in(48))
		high = (u64)random_of(small) << 32;
	if (r < 6)
		return high | home_mfn << 12 | any_slot() << 2 | low;
	if (r < 9) {
		u32 index =
		    one_in(2) ? any_index() : (u32)pool[random_below(NR_POOL)] >> 12 & (PTES - 1);

		return high | *pde_of(first_kernel_slot) >> 12 << 12 | index << 2 | low;
	}
	if (r == 9)
		return high | (u64)foreign_mfn() << 12 | any_index() << 2 | low;
	if (r < 13)
		return high | pool_mfn[random_below(NR_DIRS)] << 12 | any_slot() << 2 | low;
	return high | pool_mfn[random_below(NR_POOL)] << 12 | any_index() << 2 | low;
}
