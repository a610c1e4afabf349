/*
 * sched_model.h: what hv/sched decides, by the definitions: arrays, exact sums, and a deadline that
 * is searched for. No line of it is the hypervisor's.
 */
#ifndef TESTS_SCHED_MODEL_H
#define TESTS_SCHED_MODEL_H

#include <string.h>
#include "sched/sched.h"

#define MODEL_UNITS 100
#define NOBODY	    (-1)
typedef __int128 vtime;

struct model_unit {
	bool runnable, warped;
	u64 place; /* who has a lesser one is before it in the queue */
	u64 ran;   /* ns */
	u64 warp_ran, warp_limit, no_warp_before;
	vtime A;
	struct sched_params p;
};
struct model {
	bool bvt; /* or round robin */
	struct model_unit unit[MODEL_UNITS];
	int running;
	u64 time, places, C;
	bool yielded, woken_before;
	vtime svt;
	u64 slice_end;
};

static vtime model_E(const struct model_unit *u)
{
	return u->warped ? u->A - u->p.warpvalue : u->A;
}

/* u runs for this long. @return true if that is the end of its warp */
static bool model_unit_runs(struct model_unit *u, u64 ns, u64 until)
{
	u->A += (vtime)u->p.mcu_advance * ((u->ran + ns) / 1024 - u->ran / 1024);
	u->ran += ns;
	if (!u->warped || !u->warp_limit)
		return false;
	u->warp_ran += ns;
	if (u->warp_ran < u->warp_limit)
		return false;
	u->warped = false;
	u->no_warp_before = until + u->p.warpu;
	return true;
}

static void model_time(struct model *m, u64 now)
{
	if (m->running != NOBODY)
		model_unit_runs(&m->unit[m->running], now - m->time, now);
	m->time = now;
}

/* The runnable unit, but this one, with the least key; of equal ones the one before in the queue.
 */
static int model_first(const struct model *m, int but)
{
	int first = NOBODY;

	for (int i = 0; i < MODEL_UNITS; i++) {
		const struct model_unit *u = &m->unit[i],
					*f = &m->unit[first == NOBODY ? 0 : first];

		if (!u->runnable || i == but)
			continue;
		if (first == NOBODY || (m->bvt && model_E(u) < model_E(f)) ||
		    ((!m->bvt || model_E(u) == model_E(f)) && u->place < f->place))
			first = i;
	}
	return first;
}

static void model_svt(struct model *m)
{
	bool any = false;

	for (int i = 0; i < MODEL_UNITS; i++)
		if (m->unit[i].runnable && (!any || m->unit[i].A < m->svt)) {
			m->svt = m->unit[i].A;
			any = true;
		}
}

static bool model_wake(struct model *m, int i, u64 now)
{
	struct model_unit *u = &m->unit[i];

	model_time(m, now);
	if (u->runnable)
		return !m->bvt && m->running == NOBODY;
	if (m->bvt) {
		model_svt(m);
		u->A = u->A > m->svt ? u->A : m->svt;
		u->warped = u->p.warpback && now >= u->no_warp_before;
		u->warp_ran = 0;
		u->warp_limit = u->p.warpl;
	}
	u->runnable = true;
	u->place = ++m->places;
	if (!m->bvt)
		return m->running == NOBODY;
	m->woken_before |= m->running == NOBODY || model_E(u) < model_E(&m->unit[m->running]);
	return m->woken_before;
}

static void model_sleep(struct model *m, int i, u64 now)
{
	model_time(m, now);
	model_svt(m);
	m->unit[i].runnable = false;
	if (m->running == i)
		m->running = NOBODY;
}

/* May i go on beside this other one? */
static bool model_keeps(const struct model *m, const struct model_unit *u, int other)
{
	vtime C = (vtime)(m->C / 1024) * u->p.mcu_advance;

	return other == NOBODY || model_E(u) < model_E(&m->unit[other]) + C;
}

/* Does the running one go on? */
static bool model_goes_on(const struct model *m, u64 now)
{
	int other = model_first(m, m->running);

	if (m->running == NOBODY || other == NOBODY)
		return m->running != NOBODY;
	if (m->yielded)
		return false;
	if (!m->bvt)
		return now < m->slice_end;
	if (m->woken_before)
		return model_first(m, NOBODY) == m->running;
	return model_keeps(m, &m->unit[m->running], other);
}

/* i has yielded to another. */
static void model_gave_way(struct model *m, int i, int to)
{
	struct model_unit *u;

	if (i == NOBODY || !m->bvt || !m->yielded)
		return;
	u = &m->unit[i];
	u->warped = false;
	u->A = u->A > m->unit[to].A ? u->A : m->unit[to].A;
}

static int model_pick(struct model *m, u64 now)
{
	int last = m->running;

	model_time(m, now);
	if (!model_goes_on(m, now)) {
		m->running = model_first(m, last);
		model_gave_way(m, last, m->running);
		if (last != NOBODY && !m->bvt)
			m->unit[last].place = ++m->places;
		m->slice_end = now + m->C;
	} else if (m->yielded || now >= m->slice_end) {
		m->slice_end = now + m->C; /* round robin, and it is alone */
	}
	m->yielded = m->woken_before = false;
	return m->running;
}

/* Would it be time to choose again if the running one ran until then? */
static bool model_due(const struct model *m, u64 when)
{
	struct model_unit u = m->unit[m->running];

	if (!m->bvt)
		return when >= m->slice_end;
	if (model_unit_runs(&u, when - m->time, when))
		return true;
	return !model_keeps(m, &u, model_first(m, m->running));
}

static u64 model_deadline(const struct model *m)
{
	u64 late = m->time + (1ull << 50), early = m->time;

	if (m->running == NOBODY || model_first(m, m->running) == NOBODY)
		return SCHED_NEVER;
	if (!m->bvt)
		return m->slice_end;
	if (model_due(m, early))
		return early;
	while (late - early > 1) {
		u64 middle = early + (late - early) / 2;

		if (model_due(m, middle))
			late = middle;
		else
			early = middle;
	}
	return late;
}

static void model_set(struct model *m, int i, const struct sched_params *p, u64 now)
{
	model_time(m, now);
	m->unit[i].p = *p;
	m->unit[i].warped &= p->warpback;
}

static void model_add(struct model *m, int i)
{
	memset(&m->unit[i], 0, sizeof(m->unit[i]));
	m->unit[i].p.mcu_advance = 10;
}

static void model_init(struct model *m, bool bvt, u64 now)
{
	memset(m, 0, sizeof(*m));
	m->bvt = bvt;
	m->running = NOBODY;
	m->time = now;
	m->C = 5000000;
	for (int i = 0; i < MODEL_UNITS; i++)
		model_add(m, i);
}

#endif
