/* sched.c: what all policies do: the queue of the runnable units, and the time that each has had.
 */
#include "sched/sched.h"

#define ALLOWANCE 5000000u

void sched_init(struct sched *s, const struct sched_ops *ops, u64 now)
{
	*s = (struct sched){.ops = ops, .charged = now, .allowance = ALLOWANCE};
}

bool sched_set_allowance(struct sched *s, u32 ns)
{
	if (ns < ALLOWANCE_MIN || ns > ALLOWANCE_MAX)
		return false;
	s->allowance = ns;
	return true;
}

/* Where in the queue is it? Behind the last if it is in none. */
static struct sched_unit **link_to(struct sched *s, const struct sched_unit *u)
{
	struct sched_unit **link = &s->runnable;

	while (*link && *link != u)
		link = &(*link)->next;
	return link;
}

void sched_enqueue(struct sched *s, struct sched_unit *u)
{
	*link_to(s, NULL) = u;
	u->next = NULL;
	u->runnable = true;
}

void sched_dequeue(struct sched *s, struct sched_unit *u)
{
	*link_to(s, u) = u->next;
	u->runnable = false;
	if (s->running == u)
		s->running = NULL;
}

u64 sched_account(struct sched *s, u64 now)
{
	u64 ran = s->running ? now - s->charged : 0;

	s->charged = now;
	if (s->running)
		s->running->ran += ran;
	return ran;
}
