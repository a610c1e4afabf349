/*
 * scenes.c: what a random guest does besides single calls: it fills pages that are to become
 * tables, writes its page tables as if they were memory, and waits for the timer.
 */
#include "crowd.h"

#define FILL_ENTRIES 12u
#define WRITES	     12u
#define BURST	     24u
#define TIMER_NS     20000u

/* Nothing but data, ever: writable entries for it are always good. */
static u32 quiet[PTES] PAGE_ALIGNED;

static void fill_page(u32 i)
{
	u32 *page = pool[i], what = random_below(8), n = random_below(FILL_ENTRIES);

	/* Another page may be mapped there, perhaps a directory, which needs what it holds. */
	if (*pte_of(page) >> 12 != pool_mfn[i])
		return;
	if (i < NR_DIRS) {
		while (n--)
			page[one_in(8) ? SELF_SLOT : random_of(windows)] = any_pde();
		return;
	}
	memset(page, 0, PAGE_SIZE);
	if (what == 0)
		return;
	if (what < 3)
		while (n--)
			descriptor(&page[n * 2], &page[n * 2 + 1]);
	else /* mostly good, or the first bad one would be the end of each table */
		while (n--)
			page[any_index()] =
			    one_in(24) ? any_pte() : pool_mfn[random_below(NR_POOL)] << 12 | PTE_P;
}

static void write_entry(u32 va)
{
	u32 entry = one_in(3) ? 0 : mfn_of(quiet) << 12 | (one_in(2) ? PTE_NORMAL : PTE_P);

	*(volatile u32 *)(va + any_index() * 4) = entry;
}

/*
 * What the guest writes may be looked at later only, and what is bad then ends the domain. So only
 * good entries are written, and no call answers into a table.
 */
static void write_tables(void)
{
	static const u32 types[] = {VMASST_TYPE_unhook_pagetables, VMASST_TYPE_unhook_pagetables,
				    VMASST_TYPE_writable_pagetables,
				    VMASST_TYPE_emulate_pagetables};
	u32 type = random_of(types);

	HCALL(vm_assist, VMASST_CMD_enable, type, 0, 0);
	for (u32 n = random_below(WRITES); n; n--) {
		u32 i = random_below(NR_POOL);

		/* Now and then so many that the table is unhooked where writes were emulated. */
		for (u32 k = one_in(4) ? 1 + random_below(BURST) : 1; k; k--)
			attempt(write_entry, (u32)pool[i]);
		if (one_in(4))
			attempt(try_read, random_of(windows) << 22 | any_index() << 12);
		if (one_in(4))
			update_va((u32)pool[i],
				  pool_mfn[i] << 12 |
				      (one_in(3) ? PTE_NORMAL : PTE_NORMAL & ~PTE_RW));
		if (one_in(8))
			mmuext(one_in(2) ? MMUEXT_PIN_L1_TABLE : MMUEXT_UNPIN_TABLE,
			       pool_mfn[random_below(NR_POOL)], 0);
		if (one_in(8))
			mmu_update((u64)home_mfn << 12 | random_of(windows) << 2, any_pde());
		if (one_in(16))
			mmuext(MMUEXT_NEW_BASEPTR,
			       one_in(2) ? home_mfn : pool_mfn[random_below(NR_DIRS)], 0);
	}
	mmuext(MMUEXT_NEW_BASEPTR, home_mfn, 0);
	HCALL(vm_assist, VMASST_CMD_disable, type, 0, 0);
}

/* Whatever was done to event channels, a guest that asks for its timer and blocks goes on. */
static void wait_for_timer(void)
{
	struct evtchn_bind_virq bind = {.virq = VIRQ_TIMER};
	struct vcpu_info *v = &shared->vcpu_info[0];
	u64 deadline;

	if (in_crowd) /* wait_for_event() waits with the others */
		return;
	HCALL(event_channel_op, EVTCHNOP_bind_virq, &bind, 0, 0); /* perhaps it is bound */
	memset(shared->evtchn_mask, 0, sizeof(shared->evtchn_mask));
	memset(shared->evtchn_pending, 0, sizeof(shared->evtchn_pending));
	v->evtchn_pending_sel = 0;
	v->evtchn_upcall_pending = 0;
	deadline = v->time.system_time + TIMER_NS;
	HCALL(set_timer_op, deadline, deadline >> 32, 0, 0);
	HCALL(sched_op, SCHEDOP_block, 0, 0, 0);
}

const char *scene(void)
{
	u32 r = random_below(64);

	if (r < 16)
		attempt(fill_page, random_below(NR_POOL));
	else if (r == 16)
		write_tables();
	else if (r == 17 && one_in(4))
		wait_for_timer();
	else if (r == 18 || r == 19)
		return processor_scene();
	return NULL;
}
