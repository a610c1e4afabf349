/* loop.c: what repeats at the end of a run. */
#include "read/loop.h"

#include "trapline/xen/xen.h"

#include <stdlib.h>
#include <string.h>

static struct turn *add_turn(struct turns *t)
{
	if (t->count == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 256;
		t->v = xrealloc(t->v, t->cap, sizeof(*t->v));
	}
	memset(&t->v[t->count], 0, sizeof(*t->v));
	return &t->v[t->count++];
}

void turns_free(struct turns *t)
{
	free(t->v);
	memset(t, 0, sizeof(*t));
}

void turns_of_trace(const struct trace *t, struct turns *out)
{
	static const char *const whose[NR_LANES] = {"the application", "the guest OS",
						    "the hardware", "the hypervisor"};

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < t->count; i++) {
		const struct event *e = &t->events[i];
		struct turn *n;

		out->irqs += event_is(e, EV_irq);
		if (!event_is(e, EV_trap) && !event_is(e, EV_hypercall))
			continue;
		n = add_turn(out);
		n->call = event_is(e, EV_hypercall);
		n->vec = (u8)event_u32(e, n->call ? "nr" : "vec");
		n->whose = whose[e->from];
		n->err = event_u32(e, "err");
		n->eip = event_u32(e, "eip");
		n->va = event_u32(e, "va");
		n->at = i;
	}
}

/* Without a trace a hypercall is a software interrupt. */
int turns_of_log(struct qemulog *q, struct turns *out, struct err *err)
{
	static const char *const rings[] = {"ring 0", "ring 1", "ring 2", "ring 3"};
	struct cpu_entry e;
	int rc;

	memset(out, 0, sizeof(*out));
	while ((rc = qemulog_next(q, &e, err)) == 1) {
		struct turn *n;

		out->irqs += e.hardware;
		if (e.hardware)
			continue;
		if (e.bare)
			return err_set(err,
				       "Bochs' log does not say what its entries are; give the "
				       "trace");
		n = add_turn(out);
		*n = (struct turn){.vec = e.vec,
				   .whose = rings[e.cpl & 3],
				   .err = e.err,
				   .eip = e.eip,
				   .va = e.vec == 14 ? e.cr2 : 0,
				   .at = e.line};
	}
	return rc;
}

static bool same(const struct turn *a, const struct turn *b, bool va_varies)
{
	return a->call == b->call && a->vec == b->vec && a->whose == b->whose && a->eip == b->eip &&
	       a->err == b->err && (va_varies || a->va == b->va);
}

static bool find(const struct turns *t, bool va_varies, struct loop *out)
{
	for (size_t p = 1; p <= LOOP_LONGEST && p < t->count; p++) {
		size_t i = t->count;

		while (i > p && same(&t->v[i - 1], &t->v[i - 1 - p], va_varies))
			i--;
		i -= p;
		*out = (struct loop){i, p, (t->count - i) / p, va_varies};
		if (out->rounds >= LOOP_FEWEST)
			return true;
	}
	return false;
}

bool loop_find(const struct turns *t, struct loop *out)
{
	return find(t, false, out) || find(t, true, out);
}

static void add_name(struct sb *b, const struct turn *t)
{
	const char *name = t->call ? hypercall_name(t->vec) : vector_name(t->vec);

	if (t->call)
		sb_add(b, "hypercall %s", name ? name : "");
	else if (name)
		sb_add(b, "%s", name);
	if (!name)
		sb_add(b, "%s%u", t->call ? "" : "vector ", t->vec);
	if (!t->call && t->vec == XEN_HYPERCALL_VECTOR)
		sb_add(b, ", in direct mode a hypercall,");
	if (t->err)
		sb_add(b, " (error %x)", t->err);
}

void turn_format(struct sb *b, const struct turn *t)
{
	add_name(b, t);
	if (t->vec == 14 && !t->call)
		sb_add(b, " at 0x%08x, by", t->va);
	else
		sb_add(b, " from");
	sb_add(b, " the instruction at 0x%08x of %s", t->eip, t->whose);
}
