/*
 * apic.c: local APICs (SDM 3A 10.4 to 10.8; as QEMU has them, a version 14h of a Pentium III).
 *
 * The registers are shown in one page, which is filled anew for each access. Between the processors
 * there is no bus: what is sent has arrived.
 */
#include "dev/apic.h"
#include "dom/real.h"
#include "dom/run.h"
#include "dom/time.h"
#include "lib/div.h"
#include "lib/string.h"
#include "mem/frame.h"
#include "trace/trace.h"

/* Offsets of registers. */
enum {
	ID = 0x20,
	VERSION = 0x30,
	TPR = 0x80,
	PPR = 0xA0,
	EOI = 0xB0,
	LDR = 0xD0,
	DFR = 0xE0,
	SVR = 0xF0,
	ISR = 0x100,
	IRR = 0x200,
	ICR = 0x300,
	ICR_HIGH = 0x310,
	LVT = 0x320,
	TIMER_INITIAL = 0x380,
	TIMER_CURRENT = 0x390,
	TIMER_DIVIDE = 0x3E0,
};
enum { LVT_TIMER, LVT_THERMAL, LVT_COUNTERS, LVT_LINT0, LVT_LINT1, LVT_ERROR, NR_LVT };
enum { FIXED, LOWEST_PRIORITY, NMI = 4, INIT, STARTUP, EXTINT }; /* delivery modes */
enum { BY_DESTINATION, SELF, ALL, ALL_BUT_SELF };		 /* shorthands */

#define VERSION_14H	 0x00050014u
#define MASKED		 0x10000u
#define PERIODIC	 0x20000u
#define SVR_ENABLED	 0x100u
#define SVR_RESET	 0xFFu
#define ICR_LOGICAL	 0x800u
#define ICR_ASSERT	 0x4000u
#define MODE(word)	 ((word) >> 8 & 7)
#define ALL_IDS		 0xFFu
#define FIRST_VECTOR	 16u	 /* those below are exceptions', and refused */
#define PERIOD_MIN	 10000u	 /* ns: of a shorter one not all interrupts come */
#define LINT_VIRTUAL_PIC 0x8700u /* as a BIOS leaves them: the PICs', and NMI */
#define LINT_NMI	 0x8400u

struct apic {
	u32 tpr, ldr, dfr, svr, icr, icr_high, lvt[NR_LVT], initial, divide;
	u32 irr[8], isr[8];
	u64 timer_at; /* system time, ns; SCHED_NEVER: it stands still */
	bool waits;   /* for a STARTUP message: after INIT */
};

static u8 window[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

static void reset(struct apic *a)
{
	*a = (struct apic){.dfr = ~0u, .svr = SVR_RESET, .timer_at = SCHED_NEVER, .waits = true};
	for (u32 i = 0; i < NR_LVT; i++)
		a->lvt[i] = MASKED;
}

bool apic_create(struct vcpu *v)
{
	if (v->apic)
		return true;
	v->apic = hv_alloc_page();
	if (!v->apic)
		return false;
	frame_of(hv_page_mfn(window))->pfn = APIC_PFN;
	reset(v->apic);
	if (v->name.vcpu)
		return true;
	v->apic->waits = false;
	v->apic->svr |= SVR_ENABLED;
	v->apic->lvt[LVT_LINT0] = LINT_VIRTUAL_PIC;
	v->apic->lvt[LVT_LINT1] = LINT_NMI;
	return true;
}

/* The highest vector of a set, 0 if there is none. */
static u32 highest(const u32 set[8])
{
	for (u32 i = 8; i-- > 0;)
		if (set[i])
			return i * 32 + 31 - __builtin_clz(set[i]);
	return 0;
}

static u32 processor_priority(const struct apic *a)
{
	u32 served = highest(a->isr) & 0xF0;

	return (a->tpr & 0xF0) >= served ? a->tpr : served;
}

/* The vector that it has for its processor now; 0: none. */
static u32 request(const struct apic *a)
{
	u32 vec = highest(a->irr);

	return a->svr & SVR_ENABLED && vec >> 4 > processor_priority(a) >> 4 ? vec : 0;
}

/* The PICs are wired to the first processor's LINT0. */
static bool pic_pending(const struct vcpu *v)
{
	u32 lint0 = v->apic->lvt[LVT_LINT0];

	return !v->name.vcpu && !(lint0 & MASKED) && MODE(lint0) == EXTINT &&
	       vdev_intr_pending(v->domain->vdev);
}

bool apic_pending(const struct vcpu *v)
{
	return request(v->apic) || pic_pending(v);
}

u8 apic_ack(struct vcpu *v)
{
	struct apic *a = v->apic;
	u32 vec = request(a);

	if (!vec)
		return vdev_intr_ack(v->domain->vdev);
	a->irr[vec / 32] &= ~(1u << vec % 32);
	a->isr[vec / 32] |= 1u << vec % 32;
	return vec;
}

/* Also with interrupts off a processor halts here, until another sends INIT. */
static void wake(struct vcpu *v)
{
	if (v->blocked && v->virt.intr_flag && apic_pending(v))
		vcpu_wake(v);
}

static void raise(struct vcpu *v, u32 vec)
{
	if (vec < FIRST_VECTOR || !(v->apic->svr & SVR_ENABLED))
		return;
	v->apic->irr[vec / 32] |= 1u << vec % 32;
	wake(v);
}

static u32 divisor(const struct apic *a)
{
	u32 shift = ((a->divide & 3) | (a->divide >> 1 & 4)) + 1;

	return 1u << shift % 8;
}

/* It counts at 1 GHz. */
static u64 period(const struct apic *a)
{
	u64 ns = (u64)a->initial * divisor(a);

	return ns < PERIOD_MIN ? PERIOD_MIN : ns;
}

static u32 timer_current(const struct apic *a)
{
	u64 now = system_time(), left = a->timer_at - now;

	if (a->timer_at == SCHED_NEVER || a->timer_at <= now)
		return 0;
	div_u64(&left, divisor(a));
	return left;
}

u64 apic_deadline(const struct vcpu *v)
{
	return v->apic->lvt[LVT_TIMER] & MASKED ? SCHED_NEVER : v->apic->timer_at;
}

static void timer_start(struct vcpu *v)
{
	struct apic *a = v->apic;

	a->timer_at = a->initial ? system_time() + period(a) : SCHED_NEVER;
	timer_before(apic_deadline(v));
}

void apic_tick(struct vcpu *v, u64 now)
{
	struct apic *a = v->apic;

	if (a->timer_at <= now) {
		if (!(a->lvt[LVT_TIMER] & MASKED))
			raise(v, a->lvt[LVT_TIMER] & 0xFF);
		if (a->lvt[LVT_TIMER] & PERIODIC)
			a->timer_at = now + period(a) - mod_u64(now - a->timer_at, period(a));
		else
			a->timer_at = SCHED_NEVER;
	}
	wake(v);
}

static bool is_meant(const struct vcpu *v, const struct vcpu *by)
{
	const struct apic *a = v->apic;
	u32 icr = by->apic->icr, dest = by->apic->icr_high >> 24, logical = a->ldr >> 24;

	switch (icr >> 18 & 3) {
	case SELF:
		return v == by;
	case ALL:
		return true;
	case ALL_BUT_SELF:
		return v != by;
	}
	if (!(icr & ICR_LOGICAL))
		return dest == ALL_IDS || dest == v->name.vcpu;
	if (a->dfr >> 28 == 0xF) /* flat; or clusters */
		return logical & dest;
	return logical >> 4 == dest >> 4 && logical & dest & 0xF;
}

/* INIT: it waits to be started. The first one would begin with the BIOS. */
static void init(struct vcpu *v)
{
	if (!v->name.vcpu) {
		domain_kill(v->domain, END_reboot, 0, "reset by an INIT message");
		return;
	}
	vcpu_down(v);
	reset(v->apic);
}

static void start(struct vcpu *v, u8 page)
{
	if (!v->apic->waits)
		return;
	v->apic->waits = false;
	real_mode_begin(v, page);
	vcpu_up(v);
}

static void send_to(struct vcpu *v, u32 icr)
{
	switch (MODE(icr)) {
	case FIXED:
	case LOWEST_PRIORITY:
		raise(v, icr & 0xFF);
		return;
	case INIT:
		if (v != current && icr & ICR_ASSERT)
			init(v);
		return;
	case STARTUP:
		start(v, icr & 0xFF);
		return;
	}
	/* NMI and SMI: of those there are none. */
}

static void send(struct vcpu *by)
{
	u32 icr = by->apic->icr;
	struct vcpu *v;

	for_each_vcpu(v, by->domain)
	{
		if (!v->apic || !is_meant(v, by))
			continue;
		send_to(v, icr);
		/* There is one processor: who sends mostly waits for the other to do something. */
		if (v != by && !v->blocked && !v->down) {
			this_cpu.sched.yielded = true;
			vcpu_preempt(LOST_yielded);
		}
		if (MODE(icr) == LOWEST_PRIORITY)
			return; /* all have the same */
	}
}

static void end_of_interrupt(struct apic *a)
{
	u32 vec = highest(a->isr);

	a->isr[vec / 32] &= ~(1u << vec % 32);
}

static void set_enabled(struct apic *a, u32 svr)
{
	a->svr = svr & 0x1FF;
	for (u32 i = 0; i < NR_LVT && !(svr & SVR_ENABLED); i++)
		a->lvt[i] |= MASKED;
}

static void set_lvt(struct vcpu *v, u32 i, u32 val)
{
	struct apic *a = v->apic;

	a->lvt[i] = a->svr & SVR_ENABLED ? val : val | MASKED;
	if (i == LVT_TIMER)
		timer_before(apic_deadline(v));
}

static void set(struct vcpu *v, u32 offset, u32 val)
{
	struct apic *a = v->apic;

	switch (offset) {
	case TPR:
		a->tpr = val & 0xFF;
		return;
	case EOI:
		end_of_interrupt(a);
		return;
	case LDR:
		a->ldr = val & 0xFF000000;
		return;
	case DFR:
		a->dfr = val | 0x0FFFFFFF;
		return;
	case SVR:
		set_enabled(a, val);
		return;
	case ICR:
		a->icr = val & ~0x1000u; /* nothing is ever on its way */
		send(v);
		return;
	case ICR_HIGH:
		a->icr_high = val & 0xFF000000;
		return;
	case TIMER_INITIAL:
		a->initial = val;
		timer_start(v);
		return;
	case TIMER_DIVIDE:
		a->divide = val & 0xB;
		return;
	}
	if (offset >= LVT && offset < LVT + NR_LVT * 16)
		set_lvt(v, (offset - LVT) / 16, val);
}

static void show(u32 offset, u32 val)
{
	memcpy(window + offset, &val, sizeof(val));
}

mfn_t apic_page(struct vcpu *v)
{
	const struct apic *a = v->apic;

	memset(window, 0, sizeof(window));
	show(ID, v->name.vcpu << 24);
	show(VERSION, VERSION_14H);
	show(TPR, a->tpr);
	show(PPR, processor_priority(a));
	show(LDR, a->ldr);
	show(DFR, a->dfr);
	show(SVR, a->svr);
	show(ICR, a->icr);
	show(ICR_HIGH, a->icr_high);
	for (u32 i = 0; i < 8; i++) {
		show(ISR + i * 16, a->isr[i]);
		show(IRR + i * 16, a->irr[i]);
	}
	for (u32 i = 0; i < NR_LVT; i++)
		show(LVT + i * 16, a->lvt[i]);
	show(TIMER_INITIAL, a->initial);
	show(TIMER_CURRENT, timer_current(a));
	show(TIMER_DIVIDE, a->divide);
	return hv_page_mfn(window);
}

void apic_write(struct vcpu *v, u32 offset, const void *src, u32 len)
{
	u32 reg = offset & ~15u, val;

	if (!v->apic || offset - reg + len > sizeof(val))
		return;
	apic_page(v);
	memcpy(&val, window + reg, sizeof(val));
	memcpy((u8 *)&val + offset - reg, src, len);
	set(v, reg, val);
}
