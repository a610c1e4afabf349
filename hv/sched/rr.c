/* rr.c: round robin: the runnable units one after the other, a slice of time each. */
#include "sched/sched.h"

static void rr_add(struct sched *s, struct sched_unit *u)
{
	(void)s;
	*u = (struct sched_unit){0};
}

static void rr_charge(struct sched *s, u64 now)
{
	sched_account(s, now);
}

static bool rr_wake(struct sched *s, struct sched_unit *u, u64 now)
{
	rr_charge(s, now);
	if (!u->runnable)
		sched_enqueue(s, u);
	return !s->running;
}

static void rr_sleep(struct sched *s, struct sched_unit *u, u64 now)
{
	rr_charge(s, now);
	if (u->runnable)
		sched_dequeue(s, u);
}

static struct sched_unit *rr_pick(struct sched *s, u64 now)
{
	struct sched_unit *last = s->running;

	rr_charge(s, now);
	if (last && now < s->slice_end && !s->yielded)
		return last;
	if (last) {
		sched_dequeue(s, last);
		sched_enqueue(s, last);
	}
	s->yielded = false;
	s->slice_end = now + s->allowance;
	s->running = s->runnable;
	return s->running;
}

static u64 rr_deadline(const struct sched *s)
{
	return s->running && s->runnable->next ? s->slice_end : SCHED_NEVER;
}

static bool rr_set(struct sched *s, struct sched_unit *u, const struct sched_params *p, u64 now)
{
	(void)s, (void)u, (void)p, (void)now;
	return false;
}

static bool rr_get(const struct sched_unit *u, struct sched_params *p)
{
	(void)u, (void)p;
	return false;
}

const struct sched_ops sched_rr = {
    .name = "rr",
    .add = rr_add,
    .remove = rr_sleep,
    .wake = rr_wake,
    .sleep = rr_sleep,
    .charge = rr_charge,
    .pick = rr_pick,
    .deadline = rr_deadline,
    .set = rr_set,
    .get = rr_get,
};
