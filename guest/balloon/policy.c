/* policy.c: the clock: a hand goes round, and a page that was used since it came by last stays. */
#include "balloon/policy.h"

/* One round from the hand on. @return the first page that was not used, POLICY_NONE: all were */
static u32 sweep(const struct policy_ops *ops, u32 *hand)
{
	u32 page = *hand;
	bool round = page == POLICY_NONE; /* the ring's beginning is behind us */

	/* LAB 05.3a BEGIN */
	for (;;) {
		page = ops->next(page);
		if (page == POLICY_NONE && round)
			return POLICY_NONE;
		if (page == POLICY_NONE) {
			round = true;
			continue;
		}
		if (round && *hand != POLICY_NONE && page > *hand)
			return POLICY_NONE;
		if (!ops->used(page))
			return *hand = page;
	}
	/* LAB 05.3a END */
}

u32 policy_victim(struct policy *p, u32 *kind)
{
	/* LAB 05.3b BEGIN */
	/* In the second round nothing is used any more. */
	for (u32 i = 0; i < 2 * POLICY_KINDS; i++) {
		u32 page;

		*kind = i % POLICY_KINDS;
		page = sweep(p->ops[*kind], &p->hand[*kind]);
		if (page != POLICY_NONE)
			return page;
	}
	return POLICY_NONE;
	/* LAB 05.3b END */
}
