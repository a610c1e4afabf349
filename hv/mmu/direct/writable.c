/*[H71]
 * writable.c: guests that write their page tables as if they were plain memory (vm_assist).
 *
 * Emulated: each write traps, is emulated and validated on its own. Unhooked: at the first write,
 * the table is unhooked from its directory and made writable, so that further writes cost nothing;
 * when the guest needs it again, or calls the hypervisor about page tables, all that changed is
 * validated at once and the table hooked again (SOSP 2003, 3.3.3; Xen dropped this form in 2006).
 * Two may be out at a time, one of the current address space and one of another, since fork goes
 * back and forth between both. Which form a write gets, choose.h says.
 */
#include "insn/insn.h"
#include "lib/string.h"
#include "mem/domain_page.h"
#include "mmu/direct/choose.h"
#include "mmu/direct/entry.h"
#include "mmu/direct/walk.h"
#include "trace/trace.h"

static void rehook(struct vcpu *v, struct unhooked *u)
{
	/* LAB 03.4a BEGIN */
	struct domain *d = v->domain;
	mfn_t table = u->table;
	u32 *map;

	if (!mfn_valid(table))
		return;
	u->table = NO_FRAME;
	d->direct->nr_unhooked--;
	/* Read-only first: what is validated must not change any more. */
	map = map_domain_page(u->map_table);
	map[u->map_index] &= ~PTE_RW;
	unmap_domain_page(map);
	direct_flush(v);
	if (revalidate_l1(d, table, u->before))
		domain_kill(d, END_forbidden, VEC_PF, "a bad entry in a writable page table");
	if (u->slot < HV_SLOT)
		d->direct->base[u->slot] |= PTE_P;
	/* LAB 03.4a END */
}

void rehook_all(struct vcpu *v)
{
	struct direct_state *s = v->domain->direct;

	burst_ends(s);
	if (s->nr_unhooked)
		rehook_each(v);
}

void __attribute__((noinline)) rehook_each(struct vcpu *v)
{
	for (u32 i = 0; i < NR_UNHOOKED; i++)
		rehook(v, &v->domain->direct->unhooked[i]);
}

bool rehook_missing(struct vcpu *v, vaddr_t va)
{
	struct unhooked *u = &v->domain->direct->unhooked[0];
	u32 pde;

	if (!mfn_valid(u->table))
		return false;
	/* Through its slot, or as data through the directory's map of itself. */
	if (va >> 22 != u->slot) {
		pde = v->domain->direct->base[va >> 22];
		if (!(pde & PTE_P) || pte_mfn(pde).n != v->base.n ||
		    (va >> PAGE_SHIFT & (NR_PTES - 1)) != u->slot)
			return false;
	}
	rehook(v, u);
	return true;
}

/* Where the current directory hooks table `f`: a slot, HV_SLOT for nowhere, ~0 if nobody knows. */
static u32 find_hook(struct vcpu *v, const struct frame *f)
{
	u32 hooks = f->type_count - !!(f->flags & FRAME_PINNED), slot = f->aux, pde;

	if (hooks == 0)
		return HV_SLOT;
	if (hooks > 1 || slot == HV_SLOT)
		return ~0u;
	/* It has one hook, in that slot of some directory: is it this one? */
	pde = v->domain->direct->base[slot];
	return (pde & PTE_P) && pte_mfn(pde).n == frame_mfn(f).n ? slot : HV_SLOT;
}

/* @return false if this table must be written one entry at a time. */
static bool unhook(struct vcpu *v, const struct frame *f, vaddr_t va, mfn_t map_table, u32 *map)
{
	struct direct_state *s = v->domain->direct;
	u32 slot = find_hook(v, f), index = va >> PAGE_SHIFT & (NR_PTES - 1);
	struct unhooked *u = &s->unhooked[slot == HV_SLOT], *other = &s->unhooked[slot != HV_SLOT];
	mfn_t table = frame_mfn(f);
	u32 *page;

	/* A table through which itself is mapped cannot be taken away and written; nor by an entry
	 * of the directory, where that maps the tables; nor can one that is out already. */
	if (slot > HV_SLOT || va >> 22 == slot || map_table.n == table.n ||
	    map_table.n == v->base.n || other->table.n == table.n)
		return false;
	if (mfn_valid(u->table))
		rehook(v, u);
	/* Nor may a mapping that we made writable lie in a table that the guest can write. */
	if (mfn_valid(other->table) &&
	    (other->map_table.n == table.n || other->table.n == map_table.n))
		rehook(v, other);
	if (v->domain->dying)
		return true;

	/* LAB 03.4b BEGIN */
	*u = (struct unhooked){table, slot, va, map_table, index, u->before};
	s->nr_unhooked++;
	page = map_domain_page(table);
	memcpy(u->before, page, PAGE_SIZE);
	unmap_domain_page(page);
	if (slot < HV_SLOT) {
		s->base[slot] &= ~PTE_P;
		direct_flush(v);
	}
	*map |= PTE_RW;
	direct_invlpg(v, va);
	/* LAB 03.4b END */
	return true;
}

/*
 * Nearly all such writes are `mov %reg, (address)` or `mov $imm, (address)` of 32 bits, at an
 * address that the CPU has told us. They need no emulator.
 * @return the instruction's length, with *val what it writes; 0 if it is another one
 */
static u32 plain_mov(struct vcpu *v, u32 *val)
{
	static const u8 gpr[] = {7, 6, 5, 4, 3, 2, 1, 0}; /* pushal's order, from EDI up */
	const struct cpu_regs *r = v->regs;
	const u8 *code = find_page(v, r->eip, INSN_MAX_LEN, false);
	u32 len = 2, mod, reg;

	/* One that the flat segments do not reach straight, or that ends in another page. */
	if (!code || r->cs != FLAT_RING1_CS || (code[0] != 0x89 && code[0] != 0xC7))
		return 0;
	mod = code[1] >> 6;
	reg = code[1] >> 3 & 7;
	if (mod == 3)
		return 0;
	if ((code[1] & 7) == 4) { /* a SIB byte; base 5 without displacement means 32 bits of it */
		if (mod == 0 && (code[2] & 7) == 5)
			len += 4;
		len++;
	} else if (mod == 0 && (code[1] & 7) == 5) {
		len += 4;
	}
	len += mod == 1 ? 1 : mod == 2 ? 4 : 0;
	if (code[0] == 0xC7) {
		memcpy(val, code + len, sizeof(*val));
		return reg == 0 ? len + 4 : 0;
	}
	*val = reg == 4 ? r->esp : (&r->edi)[gpr[reg]];
	return len;
}

/* @return true if it was one, and was carried out; false: nothing was done */
static bool write_plainly(struct vcpu *v, mfn_t table, vaddr_t va)
{
	u32 index = va / sizeof(u32) % NR_PTES, val, old, len = plain_mov(v, &val), *page;
	int err;

	if (!len || va % sizeof(u32) || (v->regs->eflags & EFL_TF))
		return false;
	page = map_domain_page(table);
	old = page[index];
	err = l1_update(v->domain, page, index, val);
	unmap_domain_page(page);
	if (err)
		return false;
	trace_emulate(v, LANE_VMM, LANE_VMM, OP_write, v->regs->eip, val, INSN_HARMLESS);
	trace_pte_write(v, LANE_VMM, LANE_VMM, mfn_maddr(table).a + va % PAGE_SIZE, old, val);
	v->regs->eip += len;
	return true;
}

bool writable_fault(struct vcpu *v, vaddr_t va)
{
	mfn_t map_table;
	u32 *map = walk_l1e(v, va, &map_table), pte;
	bool unhooked = false;
	struct frame *f;

	if (!map)
		return false;
	pte = *map;
	f = frame_of(pte_mfn(pte));
	if (!(pte & PTE_P) || (pte & PTE_RW) || !f || f->owner != v->domain->id ||
	    f->type != FT_PAGE_TABLE || !f->type_count) {
		unmap_domain_page(map);
		return false;
	}
	if (unhook_now(v->domain, pte_mfn(pte)))
		unhooked = unhook(v, f, va, map_table, map);
	unmap_domain_page(map);
	if (unhooked)
		return true;
	rehook_keep_burst(v);
	if (write_plainly(v, pte_mfn(pte), va))
		return true;
	return emulate_write(v) != EMUL_UNKNOWN;
}
