/*[H72] flush.c: keeping the CPU's cached translations in step with the tables. */
#include "cpu/gate.h"
#include "mem/domain_page.h"
#include "mmu/direct/direct.h"

void direct_flush(struct vcpu *v)
{
	if (isolation_segments && v == current)
		write_cr3(v->cr3);
}

void direct_invlpg(struct vcpu *v, vaddr_t va)
{
	/* The guest must not flush pages of ours; there is no harm in it, but no use either. */
	if (isolation_segments && v == current && va < HYPERVISOR_VIRT_START)
		invlpg(va);
}

void direct_load_base(struct vcpu *v)
{
	struct direct_state *s = v->domain->direct;

	if (s->base)
		unmap_domain_page(s->base);
	s->base = mfn_valid(v->base) ? map_domain_page(v->base) : NULL;
	direct_flush(v);
}
