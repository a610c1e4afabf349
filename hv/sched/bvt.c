/*
 * bvt.c: Borrowed Virtual Time (Duda and Cheriton, SOSP 1999, section 2).
 *
 * Each unit has a clock of its own, A, that goes only while it runs: the slower, the greater its
 * weight. The unit whose clock is behind all others runs next; so the clocks stay together, and the
 * time that each unit gets is in proportion to its weight. A unit that must run soon after it wakes
 * may *warp*: it pretends a time earlier by W. It gets the processor sooner, not more of it, since
 * its true clock goes on: what it borrows it pays back.
 */
#include "lib/div.h"
#include "sched/sched.h"

/* E, the effective virtual time: the unit for which this is least comes first. */
static s64 evt(const struct sched_unit *u)
{
	return u->avt - (u->warped ? u->params.warpvalue : 0);
}

/* C is real time: this is how far it advances u. */
static s64 allowance(const struct sched *s, const struct sched_unit *u)
{
	return (s64)(s->allowance >> MCU_SHIFT) * u->params.mcu_advance;
}

/* These two are out of line: inlined, each use would save all registers where it needs few. */

/* The runnable unit other than `but` that comes first; of equal ones, who has woken first. */
static struct sched_unit *__attribute__((noinline))
earliest(const struct sched *s, const struct sched_unit *but)
{
	struct sched_unit *u = s->runnable, *first = NULL;

	if (but && u->next && !u->next->next) /* of two it is the other */
		return u == but ? u->next : u;
	for (; u; u = u->next)
		if (u != but && (!first || evt(u) < evt(first)))
			first = u;
	return first;
}

/* The least A of all that can run. It stays when there are none: the time in which nobody runs is
 * nobody's credit. */
static void update_svt(struct sched *s)
{
	const struct sched_unit *u = s->runnable;

	if (!u)
		return;
	s->svt = u->avt;
	while ((u = u->next))
		if (u->avt < s->svt)
			s->svt = u->avt;
}

static void bvt_add(struct sched *s, struct sched_unit *u)
{
	(void)s;
	*u = (struct sched_unit){.params.mcu_advance = MCU_ADVANCE};
}

static void __attribute__((noinline)) charge_running(struct sched *s, u64 now)
{
	struct sched_unit *u = s->running;
	u64 ran = sched_account(s, now), ns = u->uncharged + ran;

	u->avt += (s64)(ns >> MCU_SHIFT) * u->params.mcu_advance;
	u->uncharged = ns % MCU_NS;
	if (!u->warped)
		return;
	if (ran < u->warp_left) {
		u->warp_left -= ran;
	} else {
		u->warped = false;
		u->unwarped_until = now + u->params.warpu;
	}
}

static void bvt_charge(struct sched *s, u64 now)
{
	if (s->running)
		charge_running(s, now);
	else
		s->charged = now;
}

/* Who has slept begins where the others are: it has not saved up the time. */
static bool bvt_wake(struct sched *s, struct sched_unit *u, u64 now)
{
	bvt_charge(s, now);
	if (u->runnable)
		return false;
	update_svt(s);
	if (u->avt < s->svt)
		u->avt = s->svt;
	u->warped = u->params.warpback && now >= u->unwarped_until;
	if (u->warped)
		u->warp_left = u->params.warpl ? u->params.warpl : SCHED_NEVER;
	sched_enqueue(s, u);
	/* For who has just woken the allowance does not count: it would be part of its latency. */
	if (!s->running || evt(u) < evt(s->running))
		s->preempt = true;
	return s->preempt;
}

static void bvt_sleep(struct sched *s, struct sched_unit *u, u64 now)
{
	bvt_charge(s, now);
	if (!u->runnable)
		return;
	if (!s->runnable->next) /* whoever is left will be asked when another wakes */
		update_svt(s);
	sched_dequeue(s, u);
}

/* Who yields gives up what it is behind, and its warp. Otherwise it would come first again at once.
 */
static void give_way(struct sched_unit *u, const struct sched_unit *to)
{
	u->warped = false;
	if (u->avt < to->avt)
		u->avt = to->avt;
}

static struct sched_unit *bvt_pick(struct sched *s, u64 now)
{
	struct sched_unit *last = s->running, *next;

	bvt_charge(s, now);
	next = earliest(s, s->yielded ? last : NULL);
	/* Two whose clocks are together would change places with every tick. So the running one
	 * goes on until it is ahead by C. */
	if (last && !s->yielded && !s->preempt && evt(last) - evt(next) < allowance(s, last))
		next = last;
	if (last && s->yielded && next)
		give_way(last, next);
	s->yielded = s->preempt = false;
	s->running = next ? next : last;
	return s->running;
}

/* When the running one will be ahead of the next by C, or may not be warped any longer. */
static u64 bvt_deadline(const struct sched *s)
{
	const struct sched_unit *u = s->running, *next = u ? earliest(s, u) : NULL;
	u64 ns = s->allowance - s->allowance % MCU_NS, way;
	s64 ahead;

	if (!next)
		return SCHED_NEVER;
	/* C, and the way to where the next one is. Who has just woken is where u is. */
	ahead = evt(next) - evt(u);
	if (ahead > 0) {
		way = ahead + u->params.mcu_advance - 1; /* rounded up to whole mcu */
		div_u64(&way, u->params.mcu_advance);
		ns += way << MCU_SHIFT;
	} else if (ahead < 0) {
		way = -ahead;
		div_u64(&way, u->params.mcu_advance);
		way <<= MCU_SHIFT;
		ns = ns > way ? ns - way : 0;
	}
	if (ns)
		ns -= u->uncharged;
	if (u->warped && u->warp_left < ns)
		ns = u->warp_left;
	return s->charged + ns;
}

static bool bvt_set(struct sched *s, struct sched_unit *u, const struct sched_params *p, u64 now)
{
	if (!p->mcu_advance || p->mcu_advance > MCU_ADVANCE_MAX || p->warpl > WARP_TIME_MAX ||
	    p->warpu > WARP_TIME_MAX)
		return false;
	bvt_charge(s, now);
	u->params = *p;
	if (!p->warpback)
		u->warped = false;
	return true;
}

static bool bvt_get(const struct sched_unit *u, struct sched_params *p)
{
	*p = u->params;
	return true;
}

const struct sched_ops sched_bvt = {
    .name = "bvt",
    .add = bvt_add,
    .remove = bvt_sleep,
    .wake = bvt_wake,
    .sleep = bvt_sleep,
    .charge = bvt_charge,
    .pick = bvt_pick,
    .deadline = bvt_deadline,
    .set = bvt_set,
    .get = bvt_get,
};
