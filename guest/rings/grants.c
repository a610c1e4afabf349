/* grants.c: entries of a domain's own grant table. The hypervisor reads them, and writes their
 * flags, at any moment. */
#include "rings/grants.h"

void grant_access(struct grant_entry *e, u16 domid, u32 frame, bool readonly)
{
	/* LAB 04.5a BEGIN */
	e->domid = domid;
	e->frame = frame;
	/* By the flags it counts: they come last. */
	__atomic_store_n(&e->flags, GTF_permit_access | (readonly ? GTF_readonly : 0),
			 __ATOMIC_RELEASE);
	/* LAB 04.5a END */
}

bool revoke_access(struct grant_entry *e)
{
	/* LAB 04.5b BEGIN */
	u16 flags = e->flags;

	/* Between our look and our write the page may be mapped. */
	do
		if (flags & (GTF_reading | GTF_writing))
			return false;
	while (!__atomic_compare_exchange_n(&e->flags, &flags, 0, false, __ATOMIC_SEQ_CST,
					    __ATOMIC_SEQ_CST));
	return true;
	/* LAB 04.5b END */
}
