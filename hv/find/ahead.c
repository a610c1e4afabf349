/*[H30]
 * ahead.c: reading a guest's code ahead to the next sensitive instructions, and stopping there with
 * the debug registers (SDM 3B 17.2).
 *
 * There are four of those, less what the guest uses to watch data, so at most four places can be
 * watched: where the ways fork too often, the stop is at the branch itself, which is then stepped
 * over with EFLAGS.TF. The guest's breakpoints on code are places to stop, too.
 */
#include "cpu/gate.h"
#include "dom/guest_ops.h"
#include "dom/inject.h"
#include "dom/segments.h"
#include "find/find.h"
#include "insn/insn.h"
#include "lib/string.h"
#include "trace/trace.h"

#define NR_STOPS   4u
#define MAX_INSNS  256u /* read ahead for one start: then the stop is wherever that is */
#define MAX_BLOCKS 32u
#define NR_PLACES  128u
#define MAX_PAGES  4u /* that one reading may go through */
#define NOWHERE	   0xFFFFFFFFu

/** What was found ahead of one place. All addresses are linear. */
struct place {
	bool valid, reads; /* reads of segment registers are stops, too */
	u32 epoch;	   /* d->ahead_epoch, as of then */
	u8 code_size;	   /* of operands there: 2 or 4 */
	u8 nr, nr_pages;
	u32 from;
	u32 at[NR_STOPS];
	/* It holds as long as this code is there. */
	struct {
		u32 va;
		mfn_t m;
	} pages[MAX_PAGES];
};

struct ahead_state {
	u32 past;    /* an instruction that is to run by itself */
	u32 resumed; /* where the guest came with RF set: its breakpoints there are off */
	struct place places[NR_PLACES];
};
#define STATE_PAGES pages_of(sizeof(struct ahead_state))

/** A reading in progress. */
struct reading {
	struct vcpu *v;
	struct place *place;
	u32 slots; /* debug registers for places to stop, 1 to 4 */
	u32 insns;
	u32 nr_ways, ways[NR_STOPS]; /* where ways yet to be read begin */
	u32 nr_seen, seen[MAX_BLOCKS];
};

bool ahead_init(struct domain *d)
{
	d->ahead = hv_alloc_pages(STATE_PAGES);
	if (d->ahead)
		d->ahead->past = d->ahead->resumed = NOWHERE;
	return d->ahead != NULL;
}

void ahead_switch(struct domain *d)
{
	d->ahead->past = d->ahead->resumed = NOWHERE;
}

void ahead_end(struct domain *d)
{
	hv_free_pages(d->ahead, STATE_PAGES);
	d->ahead = NULL;
}

static void stop_at(struct reading *r, u32 va)
{
	for (u32 i = 0; i < r->place->nr; i++)
		if (r->place->at[i] == va)
			return;
	r->place->at[r->place->nr++] = va;
}

static mfn_t code_frame(struct vcpu *v, u32 va)
{
	struct guest_fault pf;

	return v->domain->mmu->translate(v, va, PF_LOOK, &pf);
}

/* The reading comes to this page. From now on the guest's writes to the code in it come to us.
 * @return false if that makes too many pages, or there is none */
static bool enter_page(struct reading *r, u32 va)
{
	struct place *p = r->place;
	mfn_t m;

	va &= PAGE_MASK;
	for (u32 i = 0; i < p->nr_pages; i++)
		if (p->pages[i].va == va)
			return true;
	m = code_frame(r->v, va);
	if (p->nr_pages == MAX_PAGES || !mfn_valid(m))
		return false;
	p->pages[p->nr_pages].va = va;
	p->pages[p->nr_pages++].m = m;
	watch_frame(r->v->domain, m);
	return true;
}

/* Is the code that was read still what these addresses mean? */
static bool still_there(struct vcpu *v, const struct place *p)
{
	for (u32 i = 0; i < p->nr_pages; i++)
		if (code_frame(v, p->pages[i].va).n != p->pages[i].m.n)
			return false;
	return true;
}

static bool must_stop(const struct vcpu *v, const struct insn *i)
{
	return insn_needs_patch(i) || (v->domain->catch_reads && insn_reads_segment(i));
}

static bool seen(const struct reading *r, u32 va)
{
	for (u32 i = 0; i < r->nr_seen; i++)
		if (r->seen[i] == va)
			return true;
	return false;
}

/* A block begins here. What does not fit the list is read again; MAX_INSNS is the bound. */
static void note(struct reading *r, u32 va)
{
	if (r->nr_seen < MAX_BLOCKS)
		r->seen[r->nr_seen++] = va;
}

/* Read one way to its end, which is a stop, a trap of its own, or a place already seen. */
static void read_way(struct reading *r, u32 va)
{
	if (seen(r, va))
		return;
	note(r, va);
	for (;;) {
		u8 bytes[INSN_MAX_LEN];
		u32 n = guest_fetch(r->v, va, bytes, sizeof(bytes)), target = 0;
		struct insn insn;

		if (r->insns++ >= MAX_INSNS || breakpoints_struck(r->v, va, 1, BREAK_EXECUTE) ||
		    insn_decode_sized(bytes, n, r->place->code_size, &insn) || !enter_page(r, va) ||
		    !enter_page(r, va + insn.len - 1)) {
			stop_at(r, va);
			return;
		}
		if (must_stop(r->v, &insn)) {
			stop_at(r, va);
			return;
		}
		/* It traps by itself. A sensitive one that needs no patch may run through (a load
		 * of ds does): then what comes after it must have been read. */
		if (insn_kind(&insn) == INSN_PRIVILEGED)
			return;
		switch (insn_branch(&insn, va + insn.len, &target)) {
		case BRANCH_NONE:
			va += insn.len;
			break;
		case BRANCH_CALL: /* it comes back by a ret, which is a stop */
		case BRANCH_ALWAYS:
			va = target;
			if (seen(r, va))
				return;
			note(r, va);
			break;
		case BRANCH_PERHAPS:
			/* This way becomes two: is there a debug register for each in the end? */
			if (r->place->nr + r->nr_ways + 2 > r->slots) {
				stop_at(r, va);
				return;
			}
			if (!seen(r, target))
				r->ways[r->nr_ways++] = target;
			va += insn.len;
			if (seen(r, va))
				return;
			note(r, va);
			break;
		case BRANCH_CALL_SOMEWHERE:
		case BRANCH_SOMEWHERE:
			stop_at(r, va);
			return;
		}
	}
}

/* Read ahead from here to no more than `slots` places to stop. */
static const struct place *look_ahead(struct vcpu *v, u32 from, u8 code_size, u32 slots)
{
	struct domain *d = v->domain;
	struct place *p = &d->ahead->places[from % NR_PLACES];
	struct reading r = {.v = v, .place = p, .slots = slots};

	if (p->valid && p->epoch == d->ahead_epoch && p->reads == d->catch_reads &&
	    p->from == from && p->code_size == code_size && still_there(v, p))
		return p;
	*p = (struct place){.valid = true,
			    .reads = d->catch_reads,
			    .epoch = d->ahead_epoch,
			    .from = from,
			    .code_size = code_size};
	r.ways[r.nr_ways++] = from;
	while (r.nr_ways)
		read_way(&r, r.ways[--r.nr_ways]);
	trace_scan(v, LANE_VMM, LANE_VMM, from, from, r.insns, p->nr);
	return p;
}

/* The guest is at a place to stop. @return the guest's own breakpoints that strike there */
static u32 stop(struct vcpu *v)
{
	struct ahead_state *a = v->domain->ahead;
	struct cpu_regs *r = v->regs;
	struct insn insn;
	u8 bytes[INSN_MAX_LEN], size;
	u32 la = code_address(v, &size), n, struck;

	if (a->resumed == la) {
		r->eflags |= EFL_RF;
	} else {
		struck = breakpoints_struck(v, la, 1, BREAK_EXECUTE);
		if (struck)
			return struck;
	}
	n = guest_fetch(v, la, bytes, sizeof(bytes));
	/* A branch, or as far as was read: let this one instruction run by itself. */
	if (insn_decode_sized(bytes, n, size, &insn) || !must_stop(v, &insn) ||
	    emulate_system(v) == EMUL_UNKNOWN)
		a->past = la;
	return 0;
}

bool ahead_arm(struct vcpu *v)
{
	struct ahead_state *a = v->domain->ahead;
	u32 dr7 = debug_control(v, BREAK_DATA), slots = 0, used = 0, at[NR_STOPS], struck;
	struct cpu_regs *r = v->regs;
	const struct place *p;
	u8 size;
	u32 la = code_address(v, &size);

	if (r->eflags & EFL_RF)
		a->resumed = la;
	else if (a->resumed != la)
		a->resumed = NOWHERE;
	if (a->past != la)
		a->past = NOWHERE;
	/* QEMU ends at a breakpoint on code that does not have its linear address in EIP. */
	for (u32 n = 0; n < NR_STOPS && la == r->eip; n++)
		slots += !(dr7 & DR7_ENABLE(n));
	if (!slots && a->past == NOWHERE) { /* none is free: one step at a time */
		struck = stop(v);
		v->virt.dr[6] |= struck;
		if (struck)
			inject_exception(v, VEC_DB, 0);
		return false;
	}
	memcpy(at, v->virt.dr, sizeof(at));
	p = slots ? look_ahead(v, la, size, slots) : NULL;
	for (u32 n = 0; p && n < NR_STOPS && used < p->nr; n++)
		if (!(dr7 & DR7_ENABLE(n))) {
			at[n] = p->at[used++];
			dr7 |= DR7_EXECUTE(n);
		}
	write_debug(at, dr7);
	r->eflags &= ~EFL_RF;
	if (a->past == la) {
		v->virt.stepping |= !(r->eflags & EFL_TF); /* or it is the guest's own step */
		r->eflags |= EFL_TF | EFL_RF;
	}
	return true;
}

u32 ahead_stopped(struct vcpu *v, u32 why)
{
	struct ahead_state *a = v->domain->ahead;
	u32 dr7 = debug_control(v, BREAK_DATA), guests = why & DR6_BS;

	for (u32 n = 0; n < NR_STOPS; n++)
		guests |= dr7 & DR7_ENABLE(n) ? why & 1u << n : 0;
	if (why & DR6_BS)
		a->past = a->resumed = NOWHERE;
	/* If a stop comes after the guest's own trap, it will still be there then. */
	return guests ? guests : stop(v);
}
