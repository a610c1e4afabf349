/*[H29]
 * ahead.c: reading a guest's code ahead to the next sensitive instructions, and stopping there with
 * the debug registers (SDM 3B 17.2).
 *
 * There are four of those, so at most four places can be watched: where the ways fork too often,
 * the stop is at the branch itself, which is then stepped over with EFLAGS.TF.
 */
#include "cpu/gate.h"
#include "insn/ahead.h"
#include "insn/insn.h"
#include "mem/frame.h"
#include "mmu/shadow/shadow.h"
#include "trace/trace.h"

#define NR_STOPS       4u
#define MAX_INSNS      256u /* read ahead for one start: then the stop is wherever that is */
#define MAX_BLOCKS     32u
#define NR_PLACES      128u
#define DR7_EXECUTE(n) (1u << 2 * (n)) /* local enable; length and condition 0: execution */
#define DR6_STOPS      0xFu
#define DR6_STEP       0x4000u

/** What was found ahead of one place. */
struct place {
	bool known;
	u32 from;
	u32 nr, at[NR_STOPS];
};

struct ahead_state {
	struct place places[NR_PLACES];
};
_Static_assert(sizeof(struct ahead_state) <= PAGE_SIZE, "ahead_state fits a page");

/** A reading in progress. */
struct reading {
	struct vcpu *v;
	struct place *place;
	u32 insns;
	u32 nr_ways, ways[NR_STOPS]; /* where ways yet to be read begin */
	u32 nr_seen, seen[MAX_BLOCKS];
};

bool ahead_init(struct domain *d)
{
	d->ahead = hv_alloc_page();
	return d->ahead != NULL;
}

void ahead_forget(struct domain *d)
{
	for (u32 i = 0; d->ahead && i < NR_PLACES; i++)
		d->ahead->places[i].known = false;
}

static void stop_at(struct reading *r, u32 va)
{
	for (u32 i = 0; i < r->place->nr; i++)
		if (r->place->at[i] == va)
			return;
	r->place->at[r->place->nr++] = va;
}

/* From now on the guest's writes to this code come to us. */
static void watch(struct vcpu *v, u32 va)
{
	struct guest_fault pf;
	mfn_t m = v->domain->mmu->translate(v, va, 0, &pf);

	if (mfn_valid(m) && !(frame_of(m)->flags & FRAME_WATCHED))
		frame_trace(v->domain, m, FRAME_WATCHED);
}

enum branch { BRANCH_NONE, BRANCH_ALWAYS, BRANCH_PERHAPS, BRANCH_SOMEWHERE };

/* Where does control go after this instruction? */
static enum branch branch_of(const struct insn *i, u32 next, u32 *target)
{
	bool relative = false;
	enum branch kind = BRANCH_NONE;

	if (i->two_byte) {
		if ((i->opcode & 0xF0) == 0x80) { /* jcc rel32 */
			relative = true;
			kind = BRANCH_PERHAPS;
		}
	} else if ((i->opcode & 0xF0) == 0x70 || (i->opcode & 0xFC) == 0xE0) { /* jcc, loop */
		relative = true;
		kind = BRANCH_PERHAPS;
	} else if (i->opcode == 0xEB || i->opcode == 0xE9 || i->opcode == 0xE8) { /* jmp, call */
		relative = true;
		kind = BRANCH_ALWAYS;
	} else if (i->opcode == 0xC2 || i->opcode == 0xC3 || /* ret */
		   (i->opcode == 0xFF && (i->reg == 2 || i->reg == 4))) {
		kind = BRANCH_SOMEWHERE;
	}
	if (relative && i->op_size == 2) /* cuts EIP to 16 bits */
		return BRANCH_SOMEWHERE;
	if (relative)
		*target = next + (i->imm_size == 1 ? (u32)(s8)i->imm : i->imm);
	return kind;
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
	u32 page = ~0u;

	if (seen(r, va))
		return;
	note(r, va);
	for (;;) {
		u8 bytes[INSN_MAX_LEN];
		u32 n = guest_fetch(r->v, va, bytes, sizeof(bytes)), target = 0;
		struct insn insn;

		if (r->insns++ == MAX_INSNS || insn_decode(bytes, n, &insn)) {
			stop_at(r, va);
			return;
		}
		if (va >> PAGE_SHIFT != page) {
			page = va >> PAGE_SHIFT;
			watch(r->v, va);
		}
		if (insn_needs_plant(&insn)) {
			stop_at(r, va);
			return;
		}
		/* It traps by itself. A sensitive one that needs no plant may run through (a load
		 * of ds does): then what comes after it must have been read. */
		if (insn_kind(&insn) == INSN_PRIVILEGED)
			return;
		switch (branch_of(&insn, va + insn.len, &target)) {
		case BRANCH_NONE:
			va += insn.len;
			break;
		case BRANCH_ALWAYS:
			va = target;
			if (seen(r, va))
				return;
			note(r, va);
			break;
		case BRANCH_PERHAPS:
			/* This way becomes two: is there a debug register for each in the end? */
			if (r->place->nr + r->nr_ways + 2 > NR_STOPS) {
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
		case BRANCH_SOMEWHERE:
			stop_at(r, va);
			return;
		}
	}
}

static struct place *look_ahead(struct vcpu *v, u32 from)
{
	struct place *p = &v->domain->ahead->places[from % NR_PLACES];
	struct reading r = {.v = v, .place = p};

	if (p->known && p->from == from)
		return p;
	*p = (struct place){.known = true, .from = from};
	r.ways[r.nr_ways++] = from;
	while (r.nr_ways)
		read_way(&r, r.ways[--r.nr_ways]);
	trace_scan(v, LANE_VMM, LANE_VMM, from, from, r.insns, p->nr);
	return p;
}

void ahead_arm(struct vcpu *v)
{
	struct place *p;
	u32 dr7 = 0;

	if (v->virt.stepping && v->regs->eflags & EFL_RF)
		return; /* over a branch: what comes after is looked at then */
	/* RF may be the guest's, from an iret of its own; the stops are ours. */
	v->regs->eflags &= ~EFL_RF;
	p = look_ahead(v, v->regs->eip);
	for (u32 n = 0; n < p->nr; n++)
		dr7 |= DR7_EXECUTE(n);
	write_debug(p->at, dr7);
}

bool ahead_stopped(struct vcpu *v)
{
	u32 why = take_debug_status();
	struct insn insn;
	u8 bytes[INSN_MAX_LEN];
	u32 n;

	if (v->virt.stepping && (why & DR6_STEP)) {
		v->virt.stepping = 0;
		v->virt.intr_shadow = 0;
		v->regs->eflags &= ~EFL_TF;
		return true;
	}
	/* The guest's own single step. If a stop comes next, it will still be there then. */
	v->virt.dr[6] |= why & DR6_STEP;
	if (why & DR6_STEP || !(why & DR6_STOPS) || !from_kernel(v->regs))
		return false;
	n = guest_fetch(v, v->regs->eip, bytes, sizeof(bytes));
	if (!insn_decode(bytes, n, &insn) && insn_needs_plant(&insn))
		return emulate_system(v) != EMUL_UNKNOWN;
	/* A branch, or as far as was read: let this one instruction run by itself. */
	v->virt.stepping = 1;
	v->regs->eflags |= EFL_TF | EFL_RF;
	return true;
}
