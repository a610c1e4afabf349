/*
 * witness.c: the second witness: does the CPU's own log confirm the hypervisor's trace?
 *
 * Students write the hypervisor, so what it says of itself proves nothing. QEMU's log says which
 * vectors the CPU took, from where, with which error code and CR2. Both are lists in the same
 * order; we walk them side by side and stop at the first disagreement.
 */
#include "read/witness.h"

#include "trapline/ring.h"
#include "trapline/xen/xen.h"

#include <stdlib.h>
#include <string.h>

/* The vectors that a domain's guest may receive without ring 0, as fast_gate events declare. */
struct gates {
	u32 bits[8];
};

struct compare {
	const struct trace *t;
	struct witness *w;
	struct sb *report;
	struct gates *gates;   /* by domain */
	size_t next;	       /* event to look at */
	bool stop;	       /* the trace lost events here */
	struct cpu_entry last; /* last entry that both agreed on */
};

static bool pushes_error_code(u32 vec)
{
	return vec == 8 || (vec >= 10 && vec <= 14) || vec == 17;
}

static void note_gate(struct compare *c, const struct event *e)
{
	struct gates *g = &c->gates[e->domain];
	u32 vec = event_u32(e, "vec"), bit = 1u << vec % 32;

	if (event_u32(e, "cs"))
		g->bits[vec / 32] |= bit;
	else
		g->bits[vec / 32] &= ~bit;
}

/* Move to the next ring-0 entry of the trace; NULL at its end or where events were lost. */
static const struct event *next_entry(struct compare *c)
{
	for (; c->next < c->t->count && !c->stop; c->next++) {
		const struct event *e = &c->t->events[c->next];

		if (event_is(e, EV_fast_gate))
			note_gate(c, e);
		if (event_is_entry(e))
			return e;
		c->stop = e->lost_after != 0;
	}
	return NULL;
}

static void passed(struct compare *c)
{
	c->stop = c->t->events[c->next].lost_after != 0;
	c->next++;
}

/* A vector that never enters ring 0 from ring 3, whoever claims it: page faults need CR2, the
 * hypercall and the devices are the VMM's. */
static bool may_be_fast(const struct cpu_entry *x)
{
	return x->cpl == 3 && !x->hardware && x->vec != 14 && x->vec != 8 && x->vec != 2 &&
	       x->vec != XEN_HYPERCALL_VECTOR;
}

/* Has the trace told of such a gate? */
static bool has_gate(const struct compare *c, const struct cpu_entry *x, u16 domain)
{
	return c->gates[domain].bits[x->vec / 32] & 1u << x->vec % 32;
}

static bool goes_to_ring1(const struct compare *c, const struct cpu_entry *x, u16 domain)
{
	return may_be_fast(x) && has_gate(c, x, domain);
}

/* `int n` is logged with its own address, and pushes the address after it. The trace has the one
 * or the other; int3 and into are one byte long, int n two. */
static bool eip_fits(const struct cpu_entry *x, const struct event *e)
{
	u32 eip = event_u32(e, "eip");

	if (!x->soft || event_is(e, EV_irq))
		return eip == x->eip;
	if (event_is(e, EV_hypercall))
		return eip == x->eip + 2;
	return eip == x->eip || eip == x->eip + 2 ||
	       ((x->vec == 3 || x->vec == 4) && eip == x->eip + 1);
}

static u8 cpl_of(const struct event *e)
{
	return e->from == LANE_app ? 3 : e->from == LANE_guest ? 1 : 0;
}

#define STUB_TICKS 2000 /* from an entry to its event: the gate, and finding out what it is */

/* Bochs tells whether it was an `int`, and when. One that a gate does not let pass is a #GP that
 * names the gate. */
static const char *bare_difference(const struct cpu_entry *x, const struct event *e)
{
	bool refused = event_is(e, EV_trap) && event_u32(e, "vec") == 13 && event_u32(e, "err") & 2;

	if ((event_is(e, EV_hypercall) || refused) != x->soft)
		return "whether an int instruction ran";
	return e->ts < x->time || e->ts - x->time > STUB_TICKS ? "the time" : NULL;
}

/* NULL if both tell the same, else the name of what differs. */
static const char *difference(const struct cpu_entry *x, const struct event *e)
{
	u32 vec = event_is(e, EV_hypercall) ? XEN_HYPERCALL_VECTOR : event_u32(e, "vec");

	if (x->bare)
		return bare_difference(x, e);
	if (vec != x->vec)
		return "the vector";
	if (event_is(e, EV_irq) != x->hardware)
		return "whether a device interrupted";
	if (event_is(e, EV_hypercall) && !x->soft)
		return "whether an int instruction ran";
	if (event_is(e, EV_hypercall) && x->has_regs && event_u32(e, "nr") != (x->eax & 0xFF))
		return "the hypercall's number";
	if (cpl_of(e) != x->cpl || (event_u32(e, "cs") & 3) != x->cpl)
		return "the ring that was left";
	if ((event_u32(e, "cs") & 0xFFFF) != x->cs)
		return "the code selector";
	if (!eip_fits(x, e))
		return "the instruction pointer";
	if (event_is(e, EV_trap) && !x->soft && pushes_error_code(vec) &&
	    event_u32(e, "err") != x->err)
		return "the error code";
	if (event_is(e, EV_trap) && vec == 14 && event_u32(e, "va") != x->cr2)
		return "CR2";
	return NULL;
}

static void tell(struct compare *c, const char *what, const struct event *e,
		 const struct cpu_entry *x)
{
	struct sb *r = c->report;

	sb_add(r, "witness: %s\n", what);
	if (c->last.line)
		sb_add(r, "  last agreement: log line %llu: %s\n", (unsigned long long)c->last.line,
		       c->last.text);
	sb_add(r, "  the trace says:   ");
	if (e)
		event_format(r, e);
	else
		sb_add(r, "(nothing more)");
	sb_add(r, "\n  the CPU says:     ");
	if (x)
		sb_add(r, "log line %llu: %s", (unsigned long long)x->line, x->text);
	else
		sb_add(r, "(nothing more)");
	sb_add(r, "\n");
}

/* Does the CPU's record agree with one of the next few entries of the trace? Then what stands
 * before that one in the trace never happened. */
static bool comes_later(const struct compare *c, const struct cpu_entry *x)
{
	unsigned seen = 0;

	for (size_t i = c->next + 1; i < c->t->count && seen < 8; i++) {
		if (!event_is_entry(&c->t->events[i]))
			continue;
		if (!difference(x, &c->t->events[i]))
			return true;
		seen++;
	}
	return false;
}

/* The domain that ran when the CPU left it: the next entry's, or the last one's at the end. */
static u16 running_domain(const struct compare *c, const struct event *e)
{
	return e ? e->domain : c->t->count ? c->t->events[c->t->count - 1].domain : 0;
}

/* Count and describe the first disagreement. */
static void disagree(struct compare *c, const struct event *e, const struct cpu_entry *x,
		     const char *what)
{
	struct sb s = {0};

	if (x->cpl == 3 && has_gate(c, x, running_domain(c, e))) {
		sb_add(&s,
		       "vector %u has a gate of the CPU's own, as the trace says (fast_gate), that "
		       "leads from ring 3 straight to ring 1; it may not have one",
		       x->vec);
		c->w->missing++;
	} else if (comes_later(c, x)) {
		sb_add(&s, "the trace records an entry that the CPU never made");
		c->w->forged++;
	} else {
		sb_add(&s,
		       "the CPU entered ring 0 and the trace does not know of it: they disagree "
		       "on %s",
		       what);
		c->w->missing++;
	}
	tell(c, s.s, e, x);
	sb_free(&s);
}

/* Entries of ring 0 itself before the trace began are the firmware's and the boot code's. */
static bool is_before(const struct compare *c, const struct cpu_entry *x)
{
	return c->w->confirmed == 0 && x->cpl == 0;
}

static void count_confirmed(struct compare *c, const struct event *e, const struct cpu_entry *x)
{
	c->w->confirmed++;
	c->w->traps += event_is(e, EV_trap);
	c->w->irqs += event_is(e, EV_irq);
	c->w->hypercalls += event_is(e, EV_hypercall);
	c->last = *x;
	passed(c);
}

/* Take one record of the CPU. Returns false when the comparison is over. */
static bool take(struct compare *c, const struct cpu_entry *x)
{
	const struct event *e = next_entry(c);
	const char *what = e ? difference(x, e) : NULL;

	if (e && !what) {
		count_confirmed(c, e, x);
		return true;
	}
	if (c->stop)
		return false;
	if (is_before(c, x)) {
		c->w->before++;
		return true;
	}
	if (goes_to_ring1(c, x, running_domain(c, e))) {
		c->w->fast++;
		return true;
	}
	if (!e && x->cpl == 0) {
		c->w->after++;
		return true;
	}
	if (!e) {
		c->w->missing++;
		tell(c, "the CPU entered ring 0, but the trace does not know of it", e, x);
		return false;
	}
	disagree(c, e, x, what);
	return false;
}

/* An int whose gate does not let it pass: the log has the attempt, and then the #GP that names the
 * vector, at the same instruction. Only that one is an entry. */
static bool refused(const struct cpu_entry *x, const struct cpu_entry *next)
{
	return x->soft && next->vec == 13 && !next->soft && next->err == x->vec * 8u + 2 &&
	       next->eip == x->eip && next->cpl == x->cpl;
}

/* Take the whole log. 0 at its end, 1 where the comparison is over before, -1 for a damaged log. */
static int take_log(struct compare *c, struct qemulog *log, struct err *err)
{
	struct cpu_entry x, next;
	int got = qemulog_next(log, &x, err);

	while (got > 0) {
		int more = qemulog_next(log, &next, err);

		if (more < 0)
			return -1;
		if (more && refused(&x, &next))
			c->w->refused++;
		else if (!take(c, &x))
			return 1;
		x = next;
		got = more;
	}
	return got;
}

static bool records_traps(const struct trace *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->events[i].def->class == CLASS_trap)
			return true;
	return false;
}

int witness_compare(const struct trace *t, struct qemulog *log, bool allow_dropped,
		    struct witness *out, struct sb *report, struct err *err)
{
	struct compare c = {.t = t, .w = out, .report = report};
	const struct event *e;
	int rc, got;

	memset(out, 0, sizeof(*out));
	if (!records_traps(t))
		return err_set(err,
			       "%s: no crossing was recorded, so that there is nothing to confirm; "
			       "record the classes trap and hcall (trace=all)",
			       t->name);
	c.gates = xcalloc(TRACE_NO_DOMAIN + 1, sizeof(*c.gates));
	got = take_log(&c, log, err);
	e = got == 0 ? next_entry(&c) : NULL;
	if (e) {
		out->forged++;
		tell(&c, "the trace records an entry that the CPU never made", e, NULL);
	}
	out->lost = c.stop ? t->discarded : 0;
	rc = got < 0 ? -1 : out->missing || out->forged;
	if (rc == 0 && out->lost && !allow_dropped) {
		sb_add(report,
		       "witness: %llu events found the ring full; confirmed only up to the loss. A "
		       "larger ring or fewer classes would keep them; --allow-dropped accepts "
		       "this.\n",
		       (unsigned long long)t->discarded);
		rc = 1;
	}
	free(c.gates);
	return rc;
}
