/* tables.c: random calls about page tables and memory. */
#include "guest.h"

#define LONG_BATCH 1500u /* more than one entry into the hypervisor does */

static void one_update(struct mmu_update *u)
{
	u32 mfn;

	u->ptr = any_entry_address();
	mfn = u->ptr >> 12;
	if ((u->ptr & 3) == MMU_MACHPHYS_UPDATE) {
		/* The guest may lie about its own frames, but needs to know the kernel's. */
		if (pool_index(mfn) == NR_POOL && mfn < nonexistent_mfn && mfn >= 0x100)
			u->ptr = pool_mfn[0] << 12 | MMU_MACHPHYS_UPDATE;
		u->val = any_word();
		return;
	}
	u->val = mfn == home_mfn || pool_index(mfn) < NR_DIRS ? any_pde() : any_pte();
	/* The kernel's own entries, to be changed in a way that must be refused. */
	if (one_in(64)) {
		u32 slot = first_kernel_slot, bad[] = {PTE_PS, PTE_G, PTE_PS | PTE_G};

		u->ptr = (home_mfn << 12) + slot * 4;
		u->val = *pde_of(slot) | random_of(bad);
	}
	if (one_in(64))
		u->val |= (u64)random32() << 32;
}

static u32 done_va(void)
{
	return one_in(4) ? out_va() : one_in(2) ? 0 : (u32)scratch(4);
}

static u32 domain(void)
{
	return one_in(24) ? any_word() : one_in(8) ? 0 : DOMID_SELF;
}

void gen_mmu_update(struct call *c, bool nested)
{
	u32 n = one_in(4) ? 1 + random_below(16) : 1;
	struct mmu_update *u;

	if (!nested && one_in(128))
		n = LONG_BATCH;
	u = scratch(n * sizeof(*u));
	for (u32 i = 0; i < n; i++)
		one_update(&u[i]);
	if (n == LONG_BATCH) /* the same good one again and again */
		for (u32 i = 1; i < n - 8; i++)
			u[i] = u[0];
	*c = (struct call){__HYPERVISOR_mmu_update, {in_va(u), n, done_va(), domain()}};
}

void gen_update_va(struct call *c, bool nested)
{
	static const u32 flush[] = {UVMF_INVLPG,
				    UVMF_INVLPG,
				    UVMF_NONE,
				    UVMF_TLB_FLUSH,
				    UVMF_INVLPG | UVMF_ALL,
				    UVMF_TLB_FLUSH | UVMF_ALL,
				    3};
	u32 va = any_va();

	(void)nested;
	*c = (struct call){__HYPERVISOR_update_va_mapping, {va, any_pte(), 0, random_of(flush)}};
	/* Often a page's own frame, so that the pool does not become a maze. */
	if (va >= (u32)pool && va < (u32)pool + sizeof(pool) && one_in(2))
		c->arg[1] = pool_mfn[(va - (u32)pool) / PAGE_SIZE] << 12 |
			    (one_in(2) ? PTE_NORMAL : PTE_NORMAL & ~PTE_RW);
	if (one_in(24))
		c->arg[2] = any_word();
	if (one_in(24))
		c->arg[3] = any_word();
}

/* A directory to be the base: one that holds the kernel, or is refused. */
static u32 base_mfn(bool nested)
{
	u32 i = random_below(NR_POOL), r = random_below(8);

	if (r == 0)
		return home_mfn;
	if (r == 1)
		return 0x100 + random_below(0x100);
	if (r == 2)
		return nonexistent_mfn;
	if (r == 3)
		return *pde_of(first_kernel_slot) >> 12;
	if (r == 4 && !nested && *pte_of(pool[i]) == (pool_mfn[i] << 12 | PTE_NORMAL))
		return pool_mfn[i];
	return pool_mfn[random_below(NR_DIRS)];
}

static void one_mmuext(struct mmuext_op *op, bool alone, bool nested)
{
	static const u8 cmds[] = {
	    MMUEXT_PIN_L1_TABLE,
	    MMUEXT_PIN_L1_TABLE,
	    MMUEXT_PIN_L1_TABLE,
	    MMUEXT_PIN_L2_TABLE,
	    MMUEXT_PIN_L2_TABLE,
	    MMUEXT_PIN_L3_TABLE,
	    MMUEXT_PIN_L4_TABLE,
	    MMUEXT_UNPIN_TABLE,
	    MMUEXT_UNPIN_TABLE,
	    MMUEXT_UNPIN_TABLE,
	    MMUEXT_UNPIN_TABLE,
	    MMUEXT_UNPIN_TABLE,
	    MMUEXT_NEW_BASEPTR,
	    MMUEXT_NEW_BASEPTR,
	    MMUEXT_TLB_FLUSH_LOCAL,
	    MMUEXT_INVLPG_LOCAL,
	    MMUEXT_TLB_FLUSH_ALL,
	    MMUEXT_INVLPG_ALL,
	    MMUEXT_FLUSH_CACHE,
	    MMUEXT_SET_LDT,
	    MMUEXT_TLB_FLUSH_MULTI,
	    MMUEXT_INVLPG_MULTI,
	    14,
	};

	op->cmd = one_in(64) ? any_word() & ~7u : random_of(cmds);
	op->arg1 = any_mfn();
	op->arg2 = any_word();
	switch (op->cmd) {
	case MMUEXT_PIN_L2_TABLE:
		if (one_in(2))
			op->arg1 = pool_mfn[random_below(NR_DIRS)];
		break;
	case MMUEXT_UNPIN_TABLE:
		/* While it is not the base, nothing else holds our directory. */
		if (op->arg1 == home_mfn && (!alone || nested))
			op->arg1 = pool_mfn[0];
		break;
	case MMUEXT_NEW_BASEPTR:
		op->arg1 = base_mfn(nested || !alone);
		break;
	case MMUEXT_INVLPG_LOCAL:
	case MMUEXT_INVLPG_ALL:
		op->arg1 = one_in(2) ? any_va() : any_word();
		break;
	case MMUEXT_TLB_FLUSH_MULTI:
	case MMUEXT_INVLPG_MULTI:
		op->arg2 = one_in(2) ? (u32)scratch(4) : any_word();
		break;
	case MMUEXT_SET_LDT:
		op->arg1 = one_in(4) ? any_word() : (u32)pool[random_below(NR_POOL)];
		op->arg2 = one_in(4) ? any_word() : random_below(2048);
		break;
	}
}

void gen_mmuext(struct call *c, bool nested)
{
	u32 n = one_in(8) ? 1 + random_below(6) : 1;
	struct mmuext_op *op = scratch(n * sizeof(*op));

	for (u32 i = 0; i < n; i++)
		one_mmuext(&op[i], n == 1, nested);
	*c = (struct call){__HYPERVISOR_mmuext_op, {in_va(op), n, done_va(), domain()}};
}

void gen_memory_op(struct call *c, bool nested)
{
	static const u32 cmds[] = {XENMEM_increase_reservation, XENMEM_decrease_reservation,
				   XENMEM_decrease_reservation, XENMEM_decrease_reservation,
				   XENMEM_maximum_ram_page,	XENMEM_current_reservation,
				   XENMEM_maximum_reservation,	5,
				   XENMEM_populate_physmap,	7};
	struct xen_memory_reservation *r = scratch(sizeof(*r));
	u32 cmd = random_of(cmds), n = one_in(4) ? random_below(8) : 1, *list = scratch(8 * 4);
	u32 first = 0;

	(void)nested;
	if (results_get_lost) /* then nobody would know which pages came and went */
		n = 0;
	*r = (struct xen_memory_reservation){(u32)list, n, 0, 0, DOMID_SELF, 0};
	*c = (struct call){__HYPERVISOR_memory_op, {cmd, in_va(r)}};
	if (cmd == XENMEM_current_reservation || cmd == XENMEM_maximum_reservation) {
		domid_t *domid = scratch(4);

		*domid = domain();
		c->arg[1] = in_va(domid);
		return;
	}
	for (u32 i = 0; i < 8; i++)
		list[i] =
		    cmd == XENMEM_populate_physmap ? random_below(start_info->nr_pages) : any_mfn();
	/* The hypervisor reads of loose pages' places before it writes them. */
	if (one_in(8))
		do /* not NULL, nor where something may be mapped: what comes would not be told */
			r->extent_start = bad_va() | 4;
		while (r->extent_start >> 22 == windows[NR_WINDOWS - 1]);
	if (one_in(16))
		r->extent_order = any_word() | 1;
	if (one_in(16))
		r->domid = domain() ^ 1;
	if (one_in(16))
		first = random_below(8);
	c->arg[0] |= first << MEMOP_EXTENT_SHIFT;
	if (cmd == XENMEM_maximum_ram_page)
		return; /* its result is no count */
	if (r->extent_start == (u32)list)
		expect_frames(list, first, cmd == XENMEM_decrease_reservation, result_at);
}

/* Of single pages the pool hears which have gone and come; of longer extents only what is refused.
 */
void gen_exchange(struct call *c, bool nested)
{
	struct xen_memory_exchange *x = scratch(sizeof(*x));
	u32 *in = scratch(8 * 4), *out = scratch(8 * 4), n = random_below(5);

	(void)nested;
	if (results_get_lost)
		n = 0;
	for (u32 i = 0; i < 8; i++) {
		in[i] = any_mfn();
		out[i] = random_below(start_info->nr_pages);
	}
	x->in = (struct xen_memory_reservation){(u32)in, n, 0, 0, DOMID_SELF, 0};
	x->out = (struct xen_memory_reservation){(u32)out, n, 0, 0, DOMID_SELF, 0};
	*c = (struct call){__HYPERVISOR_memory_op, {XENMEM_exchange, in_va(x)}};
	if (one_in(16)) /* not as many as that */
		x->in.extent_order = 1 + random_below(40);
	if (one_in(16))
		x->out.extent_order = 1 + random_below(40);
	if (one_in(16))
		x->in.nr_extents = any_word() | 1u << 31;
	if (one_in(16))
		x->in.domid = domain() ^ 1;
	if (one_in(8))
		x->nr_exchanged = random_below(6);
	if (one_in(8))
		x->out.address_bits = random_below(34);
	if (one_in(8))
		x->in.extent_start = bad_va() | 4;
	if (one_in(8))
		x->out.extent_start = bad_va() | 4;
	if (x->in.extent_start == (u32)in)
		expect_frames(in, x->nr_exchanged, true, (const s32 *)&x->nr_exchanged);
	if (x->out.extent_start == (u32)out)
		expect_frames(out, x->nr_exchanged, false, (const s32 *)&x->nr_exchanged);
}

void gen_vm_assist(struct call *c, bool nested)
{
	/* Not the two by which a bad entry ends the domain: scenes.c has those. */
	static const u32 types[] = {VMASST_TYPE_4gb_segments,
				    VMASST_TYPE_4gb_segments_notify,
				    VMASST_TYPE_emulate_pagetables,
				    3,
				    31,
				    34};

	(void)nested;
	*c = (struct call){__HYPERVISOR_vm_assist, {random_below(3), random_of(types)}};
}
