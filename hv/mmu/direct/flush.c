/*[H72] flush.c: keeping the CPU's cached translations in step with the tables. */
#include "cpu/gate.h"
#include "mem/domain_page.h"
#include "mmu/direct/direct.h"

/*
 * Loading CR3 drops all translations: there are none but those of the vcpu that runs, whose own
 * tables need not be the ones that changed. Another vcpu of the same domain uses them as well, and
 * frames of a domain can be mapped by another.
 */
void direct_flush(struct vcpu *v)
{
	(void)v;
	flush_translations();
}

void direct_invlpg(struct vcpu *v, vaddr_t va)
{
	/* The guest must not flush pages of ours; there is no harm in it, but no use either. */
	if (v->gate->segments && v == current && va < HYPERVISOR_VIRT_START)
		invlpg(va);
}

void direct_load_base(struct vcpu *v)
{
	struct direct_state *s = v->domain->direct;

	if (s->base)
		unmap_domain_page(s->base);
	s->base = mfn_valid(v->base) ? map_domain_page(v->base) : NULL;
	if (v->gate->segments && v == current)
		write_cr3(v->cr3);
}
