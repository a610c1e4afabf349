/*
 * tlb.c: what the processor may remember of translations, and how it is told to forget.
 *
 * Nothing here flushes more than a simple processor needs, or a hypervisor that forgets to follow a
 * change would get away with it: it remembers only what was used since the last flush, and no entry
 * that was not present, or not accessed (SDM 3A 4.10.4). The architecture allows a processor to
 * remember more: what it translated ahead, though nobody used it (4.10.2.3). Shadow tables that
 * need not be in step are such a processor; for them there is `prefetches`.
 */
#include "native.h"

#define MAX_TOUCHED 48

static struct touched {
	u32 page, pde_pa, pte_pa;
	bool global;
} touched[MAX_TOUCHED];
static u32 nr_touched;
bool prefetches;

static void forget(u32 i)
{
	touched[i] = touched[--nr_touched];
}

void tlb_touched(u32 va, const struct walk *w)
{
	u32 page = va & PTE_FRAME;

	for (u32 i = 0; i < nr_touched; i++)
		if (touched[i].page == page && touched[i].pde_pa == w->pde_pa &&
		    touched[i].pte_pa == w->pte_pa) {
			touched[i].global |= w->global;
			return;
		}
	if (nr_touched == MAX_TOUCHED)
		tlb_flush_all();
	touched[nr_touched++] = (struct touched){page, w->pde_pa, w->pte_pa, w->global};
}

/* CR3 was loaded. */
static void forget_local(void)
{
	for (u32 i = nr_touched; i-- > 0;)
		if (!touched[i].global || !(cpu.cr4 & CR4_PGE))
			forget(i);
}

void tlb_flush_all(void)
{
	if (cpu.cr4 & CR4_PGE) {
		write_cr4(cpu.cr4 & ~CR4_PGE);
		write_cr4(cpu.cr4);
	} else {
		write_cr3(cpu.cr3);
	}
	nr_touched = 0;
}

static bool affected(const struct touched *t, u32 pa)
{
	return t->pde_pa == pa || t->pte_pa == pa;
}

/* Whatever the entry at `pa` translates in the current address space. */
static void touch_all(u32 pa)
{
	for (u32 i = 0; i < NR_INDEX * NR_INDEX; i++) {
		u32 va = index_set[i / NR_INDEX] << 22 | index_set[i % NR_INDEX] << 12;
		struct walk w;

		reference_walk(va, false, false, &w);
		if (w.pde_pa == pa || w.pte_pa == pa)
			tlb_touched(va, &w);
	}
}

void tlb_changed(u32 pa, u32 old)
{
	u32 any = 0;

	if ((old & (PTE_P | PTE_A)) != (PTE_P | PTE_A))
		return;
	if (prefetches)
		touch_all(pa);
	for (u32 i = 0; i < nr_touched; i++)
		any += affected(&touched[i], pa);
	if (!any)
		return;
	if (one_in(2)) {
		write_cr3(cpu.cr3);
		forget_local();
	}
	for (u32 i = nr_touched; i-- > 0;)
		if (affected(&touched[i], pa)) {
			invlpg(touched[i].page | random_below(PAGE_SIZE));
			forget(i);
		}
}

void switch_directory(u32 pa)
{
	if (prefetches)
		tlb_flush_all();
	cpu.cr3 = pa;
	write_cr3(pa);
	forget_local();
	/* Global ones of the old address space, which mean something else now. */
	while (nr_touched) {
		invlpg(touched[0].page);
		forget(0);
	}
}

void set_cr0(u32 val)
{
	cpu.cr0 = val;
	write_cr0(val);
}

void set_cr4(u32 val)
{
	tlb_flush_all();
	cpu.cr4 = val;
	write_cr4(val);
	tlb_flush_all();
}
