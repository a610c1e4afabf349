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
