/*[H60]
 * place.c: where the gate lies in a shadow-mode guest's address space: as high as the guest leaves
 * room, in a 4 MiB slot that its page directory does not use; it moves when the guest needs that.
 */
#include "cpu/gate.h"
#include "cpu/layout.h"
#include "mem/domain_page.h"
#include "mmu/shadow/shadow.h"
#include "trace/trace.h"

static bool guest_uses(struct vcpu *v, u32 slot)
{
	if (!(v->virt.cr0 & CR0_PG))
		return slot << 10 < v->domain->nr_pages;
	return guest_word(v->domain, v->virt.cr3 >> PAGE_SHIFT, slot) & PTE_P;
}

/* The gate must fit into the hypervisor's own address space as well, between its memory. */
static bool slot_is_free(struct vcpu *v, u32 slot)
{
	return !guest_uses(v, slot) && !v->domain->gate->monitor_pd[slot];
}

void shadow_place_gate(struct vcpu *v, struct shadow_page *root)
{
	struct domain *d = v->domain;
	u32 slot = d->gate->va >> 22, first = isolation_segments ? HV_BASE >> 22 : slot;
	u32 *table;

	for (u32 i = first; i < NR_PTES && isolation_segments; i++)
		if (guest_uses(v, i)) {
			domain_kill(d, END_forbidden, i << 22,
				    "maps the hypervisor's 64 MB (isolation=segments)");
			return;
		}
	if (guest_uses(v, slot)) {
		for (slot = NR_PTES; slot-- > 0;)
			if (slot_is_free(v, slot))
				break;
		if (slot == ~0u) {
			domain_kill(d, END_forbidden, 0, "leaves no 4 MB free for the gate");
			return;
		}
		gate_place(d->gate, slot << 22);
	}
	table = map_domain_page(root->mfn);
	if (root->gate_slot != NO_SLOT)
		table[root->gate_slot] = 0;
	if (isolation_segments)
		gate_fill_slots(d->gate, table);
	else
		table[slot] = gate_guest_pde(d->gate);
	root->gate_slot = slot;
	unmap_domain_page(table);
}

void shadow_take_gate(struct shadow_page *root)
{
	u32 *table = map_domain_page(root->mfn);

	table[root->gate_slot] = 0;
	for (u32 i = HV_BASE >> 22; i < NR_PTES && isolation_segments; i++)
		table[i] = 0;
	unmap_domain_page(table);
}
