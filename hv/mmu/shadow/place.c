/*[H60]
 * place.c: where the gate lies in a shadow-mode guest's address space: as high as the guest leaves
 * room, in a 4 MiB slot that its page directory does not use; it moves when the guest needs that.
 * Should the guest use all of them, it lies where 4 MB are mapped behind which there is no memory.
 */
#include "cpu/gate.h"
#include "cpu/layout.h"
#include "mem/domain_page.h"
#include "mmu/shadow/shadow.h"
#include "trace/trace.h"

/* What the guest has in a slot: nothing, a page of 4 MB behind which is no memory, or more. */
enum use { FREE, SPARE, USED };

static enum use guest_use(struct vcpu *v, u32 slot)
{
	struct domain *d = v->domain;
	u32 pde = slot << 22;

	if (v->virt.cr0 & CR0_PG) {
		pde = guest_word(d, v->virt.cr3 >> PAGE_SHIFT, slot);
		if (!(pde & PTE_P))
			return FREE;
		if (!(pde & PTE_PS) || !(v->virt.cr4 & CR4_PSE))
			return USED;
	}
	return (pde & PDE_LARGE_FRAME) >> PAGE_SHIFT < d->nr_pages ? USED : SPARE;
}

/* The highest slot, but `wanted`, that has this use; NO_SLOT if there is none. The gate must fit
 * into the hypervisor's own address space as well, between its memory. */
static u32 find_slot(struct vcpu *v, enum use use, u32 wanted)
{
	for (u32 slot = NR_PTES; slot-- > 0;)
		if (slot != wanted && guest_use(v, slot) == use &&
		    !v->domain->gate->monitor_pd[slot])
			return slot;
	return NO_SLOT;
}

/* Is the hypervisor's memory in the guest's way? */
static bool in_the_way(struct vcpu *v)
{
	for (u32 i = HV_BASE >> 22; i < NR_PTES; i++)
		if (guest_use(v, i) == USED) {
			domain_kill(v->domain, END_forbidden, i << 22,
				    "maps the hypervisor's 64 MB (isolation=segments)");
			return true;
		}
	return false;
}

/* Where the gate is to be: where it is, unless the guest uses that slot or wants to. */
static u32 choose_slot(struct vcpu *v, u32 wanted)
{
	u32 slot = v->domain->gate->va >> 22, other;
	enum use use = slot == wanted ? USED : guest_use(v, slot);

	if (use == FREE)
		return slot;
	other = find_slot(v, FREE, wanted);
	if (other == NO_SLOT)
		other = use == SPARE ? slot : find_slot(v, SPARE, wanted);
	return other;
}

static void place(struct vcpu *v, struct shadow_page *root, u32 wanted)
{
	struct domain *d = v->domain;
	u32 slot = d->gate->va >> 22, *table;

	if (d->gate->segments) {
		if (in_the_way(v))
			return;
	} else {
		slot = choose_slot(v, wanted);
		if (slot == NO_SLOT) {
			domain_kill(d, END_forbidden, 0, "leaves no 4 MB free for the gate");
			return;
		}
		if (slot != d->gate->va >> 22)
			gate_place(d->gate, slot << 22);
		if (!slot_is_ours(d, root, slot))
			spde_clear(d, root, slot);
	}
	table = map_domain_page(root->mfn);
	if (root->gate_slot != NO_SLOT)
		table[root->gate_slot] = 0;
	if (d->gate->segments)
		gate_fill_slots(d->gate, table);
	else
		table[slot] = gate_guest_pde(d->gate);
	root->gate_slot = slot;
	unmap_domain_page(table);
}

void shadow_place_gate(struct vcpu *v, struct shadow_page *root)
{
	place(v, root, NO_SLOT);
}

bool shadow_make_room(struct vcpu *v, struct shadow_page *root, u32 slot)
{
	place(v, root, slot);
	if (slot_is_ours(v->domain, root, slot)) /* the hypervisor's memory does not move */
		domain_kill(v->domain, END_forbidden, slot << 22,
			    "uses the hypervisor's 64 MB (isolation=segments)");
	return !v->domain->dying;
}
