/* pool.c: the pages that random calls are about, and getting back what they took. */
#include "crowd.h"

u32 pool[NR_POOL][PTES] PAGE_ALIGNED;
u32 alias[NR_POOL][PTES] PAGE_ALIGNED; /* its own frames are not used */
u32 pool_mfn[NR_POOL];
u32 home_mfn, first_kernel_slot, kernel_slots;
u32 loose[MAX_LOOSE], nr_loose, ghosts[MAX_GHOSTS], nr_ghosts;

static bool was_lost[NR_POOL];
static u32 reservation;

static u32 *m2p_entry(u32 mfn)
{
	return (u32 *)MACH2PHYS_VIRT_START + mfn;
}

static u32 pool_pfn(u32 i)
{
	return ((u32)pool[i] - VIRT_BASE) / PAGE_SIZE;
}

u32 pool_index(u32 mfn)
{
	for (u32 i = 0; i < NR_POOL; i++)
		if (pool_mfn[i] == mfn)
			return i;
	return NR_POOL;
}

static s32 map_alias(u32 i)
{
	return update_va((u32)alias[i], pool_mfn[i] << 12 | (PTE_NORMAL & ~PTE_RW));
}

/* The page is zero, and mapped writable. */
static void fill(u32 i)
{
	if (i < NR_DIRS)
		for (u32 s = 0; s < kernel_slots; s++)
			pool[i][first_kernel_slot + s] = *pde_of(first_kernel_slot + s);
}

static u32 current_reservation(void)
{
	domid_t self = DOMID_SELF;

	return HCALL(memory_op, XENMEM_current_reservation, &self, 0, 0);
}

static s32 memory_op(u32 cmd, u32 *list)
{
	struct xen_memory_reservation r = {(u32)list, 1, 0, 0, DOMID_SELF, 0};

	return HCALL(memory_op, cmd, &r, 0, 0);
}

/* A page that was given back is ours until nothing holds it: make room for others beside such. */
static void make_room(void)
{
	u32 *mfns = (u32 *)start_info->mfn_list;

	for (u32 k = 1; k <= MAX_LOOSE + MAX_GHOSTS; k++)
		if (memory_op(XENMEM_decrease_reservation, &mfns[start_info->nr_pages - k]) != 1)
			print("fuzz: no room\n");
}

void pool_init(void)
{
	home_mfn = mfn_of((void *)start_info->pt_base);
	first_kernel_slot = VIRT_BASE >> 22;
	kernel_slots = start_info->nr_pt_frames - 1;
	if (start_info->pt_base >= (first_kernel_slot << 22 | windows[3] << 12))
		print("fuzz: the kernel is where calls may change mappings\n");
	for (u32 i = 0; i < NR_POOL; i++) {
		pool_mfn[i] = mfn_of(pool[i]);
		if (map_alias(i))
			print("fuzz: no alias\n");
		fill(i);
	}
	make_room();
	reservation = current_reservation();
}

static void take_out(u32 *list, u32 *nr, u32 mfn)
{
	for (u32 k = 0; k < *nr; k++)
		if (list[k] == mfn)
			list[k--] = list[--*nr];
}

/* That it lives is seen by its pfn; it has none yet if it came by increase_reservation. */
static void add_ghost(u32 mfn)
{
	mmu_update((u64)mfn << 12 | MMU_MACHPHYS_UPDATE, 0);
	if (nr_ghosts < MAX_GHOSTS)
		ghosts[nr_ghosts++] = mfn;
}

void pool_lost(u32 mfn)
{
	u32 i = pool_index(mfn), before = nr_loose;

	if (i < NR_POOL)
		was_lost[i] = true;
	take_out(loose, &nr_loose, mfn);
	if (nr_loose < before)
		add_ghost(mfn);
}

bool pool_knew(u32 mfn)
{
	for (u32 k = 0; k < nr_ghosts; k++)
		if (ghosts[k] == mfn)
			return true;
	return false;
}

void pool_got(u32 mfn)
{
	take_out(ghosts, &nr_ghosts, mfn);
	if (nr_loose < MAX_LOOSE)
		loose[nr_loose++] = mfn;
}

/* A page of the pool was given back: another takes its place. */
static const char *replace(u32 i)
{
	u32 frame = pool_pfn(i);

	if (nr_ghosts == MAX_GHOSTS)
		return NULL; /* after the next release_all() */
	/* What was given back may have come again as something else: that goes first. */
	while (memory_op(XENMEM_populate_physmap, &frame) != 1) {
		if (!nr_loose || memory_op(XENMEM_decrease_reservation, &loose[--nr_loose]) != 1)
			return "a page that was given back does not come again";
		add_ghost(loose[nr_loose]);
	}
	take_out(ghosts, &nr_ghosts, frame);
	add_ghost(pool_mfn[i]);
	pool_mfn[i] = frame;
	((u32 *)start_info->mfn_list)[pool_pfn(i)] = frame;
	was_lost[i] = false;
	if (map_alias(i) || update_va((u32)pool[i], frame << 12 | PTE_NORMAL))
		return "a new page cannot be mapped";
	fill(i);
	return NULL;
}

static void set_traps(void)
{
	struct trap_info table[33];

	for (u32 i = 0; i < 32; i++)
		table[i] = (struct trap_info){i, 0, FLAT_RING1_CS, (u32)trap_stubs + 16 * i};
	table[32] = (struct trap_info){0};
	HCALL(set_trap_table, table, 0, 0, 0);
	HCALL(stack_switch, FLAT_RING1_SS, trap_stack_top, 0, 0);
	HCALL(set_callbacks, FLAT_RING1_CS, event_callback, FLAT_RING1_CS, event_callback);
}

const char *restore(void)
{
	const char *wrong;

	shared->vcpu_info[0].evtchn_upcall_mask = 1;
	HCALL(set_debugreg, 7, 0, 0, 0);
	set_traps();
	HCALL(fpu_taskswitch, 0, 0, 0, 0);
	if (mmuext(MMUEXT_NEW_BASEPTR, home_mfn, 0))
		return "the first directory cannot be the base any more";
	mmuext(MMUEXT_PIN_L2_TABLE, home_mfn, 0); /* it says no if it is pinned still */
	mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0);
	for (u32 i = 0; i < NR_POOL; i++) {
		if (was_lost[i]) {
			wrong = replace(i);
			if (wrong)
				return wrong;
		} else if (*m2p_entry(pool_mfn[i]) != pool_pfn(i)) {
			mmu_update((u64)pool_mfn[i] << 12 | MMU_MACHPHYS_UPDATE, pool_pfn(i));
		}
	}
	return NULL;
}

/* Unpin it, if it is pinned; nobody counts how often. */
static void let_go(u32 mfn)
{
	while (mmuext(MMUEXT_UNPIN_TABLE, mfn, 0) == 0)
		;
}

/* What the first kernel table maps below and above the kernel is for calls to change. */
static void unmap_beside_kernel(void)
{
	u32 table = *pde_of(first_kernel_slot) & PAGE_MASK;
	u32 end = start_info->pt_base + start_info->nr_pt_frames * PAGE_SIZE;

	for (u32 i = 0; i < PTES; i++) {
		u32 va = first_kernel_slot << 22 | i << 12;

		if ((va < VIRT_BASE + HV_IMAGE_PHYS || va >= end) && *pte_of((void *)va))
			mmu_update(table | i << 2, 0);
	}
}

static void unmap_all(void)
{
	for (u32 i = 0; i < NR_WINDOWS; i++)
		mmu_update((u64)home_mfn << 12 | windows[i] << 2, 0);
	mmu_update((u64)home_mfn << 12 | SELF_SLOT << 2, 0);
	unmap_beside_kernel();
	for (u32 i = 0; i < NR_POOL; i++)
		update_va((u32)pool[i], 0);
}

const char *release_all(void)
{
	const char *wrong = NULL;

	HCALL(vm_assist, VMASST_CMD_disable, VMASST_TYPE_writable_pagetables, 0, 0);
	HCALL(vm_assist, VMASST_CMD_disable, VMASST_TYPE_unhook_pagetables, 0, 0);
	HCALL(set_gdt, 0, 0, 0, 0);
	mmuext(MMUEXT_SET_LDT, 0, 0);
	unmap_all();
	for (u32 i = 0; i < NR_POOL; i++)
		let_go(pool_mfn[i]);
	for (u32 k = 0; k < nr_loose; k++)
		let_go(loose[k]);
	for (u32 k = 0; k < nr_ghosts; k++)
		let_go(ghosts[k]);
	for (u32 k = 0; k < kernel_slots; k++)
		let_go(*pde_of(first_kernel_slot + k) >> 12);
	for (u32 i = 0; i < NR_POOL; i++) {
		/* A reference that was not dropped would show here. */
		if (update_va((u32)pool[i], pool_mfn[i] << 12 | PTE_NORMAL))
			return "a page of the pool cannot be mapped writable";
		memset(pool[i], 0, PAGE_SIZE);
		fill(i);
	}
	while (nr_loose) {
		if (memory_op(XENMEM_decrease_reservation, &loose[--nr_loose]) != 1)
			wrong = "a page cannot be given back";
		crowd_uses(loose[nr_loose]);
	}
	while (nr_ghosts)
		if (*m2p_entry(ghosts[--nr_ghosts]) != XEN_INVALID_PFN &&
		    !crowd_uses(ghosts[nr_ghosts]))
			wrong = "a page that was given back is not free";
	for (u32 i = 0; i < NR_POOL; i++)
		if (was_lost[i] && replace(i))
			wrong = "a page cannot be replaced";
	check_at = current_reservation();
	check_entry = reservation + crowd_pages();
	if (check_at != check_entry)
		wrong = "the reservation is another";
	return wrong;
}
