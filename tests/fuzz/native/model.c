/* model.c: what the guest's memory must hold, and the reference that walks it. */
#include "native.h"

u32 model[NR_TABLES][1024];

static bool in_table(u32 pa)
{
	return (pa - MEMORY_PA) % REGION_BYTES < TABLES_PER_REGION * PAGE_SIZE;
}

static u32 *table_word(u32 pa)
{
	u32 offset = pa - MEMORY_PA;
	u32 n = offset / REGION_BYTES * TABLES_PER_REGION + offset % REGION_BYTES / PAGE_SIZE;

	return &model[n][pa % PAGE_SIZE / 4];
}

bool is_table_word(u32 pa)
{
	return in_table(pa);
}

/* Not present, whoever takes it for an entry; the frame's number, and which word it is. */
u32 data_word(u32 pa)
{
	u32 index = pa % PAGE_SIZE / 4;

	for (u32 i = 0; i < NR_INDEX; i++)
		if (index_set[i] == index)
			return (pa & PTE_FRAME) | 0x800 | i << 1;
	return 0;
}

u32 model_read(u32 pa)
{
	return in_table(pa) ? *table_word(pa) : data_word(pa);
}

void model_write(u32 pa, u32 val)
{
	*table_word(pa) = val;
}

bool model_agrees(void)
{
	for (u32 n = 0; n < NR_TABLES; n++)
		for (u32 i = 0; i < 1024; i++)
			if (*direct(table_pa(n) + 4 * i) != model[n][i]) {
				print("fuzz: word %x is %x, must be %x\n", table_pa(n) + 4 * i,
				      *direct(table_pa(n) + 4 * i), model[n][i]);
				return false;
			}
	for (u32 r = 0; r < REGIONS; r++)
		for (u32 i = 0; i < DATA_PER_REGION * NR_INDEX; i++) {
			u32 pa = MEMORY_PA + r * REGION_BYTES +
				 (TABLES_PER_REGION + i / NR_INDEX) * PAGE_SIZE +
				 index_set[i % NR_INDEX] * 4;

			if (*direct(pa) != data_word(pa)) {
				print("fuzz: data %x is %x, must be %x\n", pa, *direct(pa),
				      data_word(pa));
				return false;
			}
		}
	return true;
}

void reference_walk(u32 va, bool write, bool user, struct walk *w)
{
	u32 pde, pte, rights;

	*w = (struct walk){.err = (write ? PF_W : 0) | (user ? PF_US : 0)};
	w->pde_pa = cpu.cr3 + (va >> 22) * 4;
	pde = model_read(w->pde_pa);
	if (!(pde & PTE_P))
		return;
	if ((pde & PTE_PS) && (cpu.cr4 & CR4_PSE)) {
		w->large = true;
		w->pa = (pde & PDE_LARGE_FRAME) | (va & ~PDE_LARGE_FRAME);
		rights = pte = pde;
	} else {
		w->pte_pa = (pde & PTE_FRAME) + (va >> 12) % 1024 * 4;
		pte = model_read(w->pte_pa);
		if (!(pte & PTE_P))
			return;
		w->pa = (pte & PTE_FRAME) | (va & ~PTE_FRAME);
		rights = pde & pte;
	}
	w->present = true;
	w->global = pte & PTE_G;
	w->err |= PF_P;
	w->allowed = (!user || (rights & PTE_US)) &&
		     (!write || (rights & PTE_RW) || (!user && !(cpu.cr0 & CR0_WP)));
}

void reference_mark(const struct walk *w, bool write)
{
	u32 marks = PTE_A | (write ? PTE_D : 0);

	if (w->large) {
		model_write(w->pde_pa, model_read(w->pde_pa) | marks);
		return;
	}
	model_write(w->pde_pa, model_read(w->pde_pa) | PTE_A);
	model_write(w->pte_pa, model_read(w->pte_pa) | marks);
}
