/*
 * vcpu.c: several vcpus of one domain. What the MMU has once for all of them is that of the one
 * that is loaded: the one that runs, or has run last. The others' lies in struct vcpu meanwhile.
 */
#include "cpu/gate.h"
#include "mmu/direct/direct.h"

static struct vcpu *loaded(struct domain *d)
{
	struct vcpu *v;

	for_each_vcpu(v, d) if (v->gate == d->gate) break;
	return v;
}

void direct_load(struct vcpu *v)
{
	struct domain *d = v->domain;
	struct direct_state *s = d->direct;
	struct vcpu *last = loaded(d);

	/* They are hooked in the last one's directory, and this one may use the same tables. */
	rehook_keep_burst(v);
	last->unfinished.dir = s->unfinished;
	last->unfinished.releasing = s->releasing;
	last->unfinished.error = s->error;
	s->unfinished = v->unfinished.dir;
	s->releasing = v->unfinished.releasing;
	s->error = v->unfinished.error;
	gate_load(v);
	direct_load_base(v);
}
