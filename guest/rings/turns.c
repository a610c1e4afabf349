/* turns.c: a few requests of each disk in turn, and all of these as they lie on the real disk. */
#include "rings/turns.h"

u32 take_turn(struct job *jobs, u32 n, u32 disk, struct blk_back *b, const struct vdisk *d)
{
	/* LAB 04.6a BEGIN */
	u32 waiting = back_waiting(b), most = n + TURN, first = n, left;
	bool barrier = false;

	if (waiting == RING_NONSENSE)
		return RING_NONSENSE;
	while (waiting-- && n < most && !barrier) {
		struct job *j = &jobs[n];

		*j = (struct job){.disk = disk};
		back_peek(b, &j->r);
		barrier = j->r.operation == BLKIF_OP_WRITE_BARRIER;
		if (barrier && n != first)
			break; /* after those before it */
		vdisk_find(d, j->r.sector, &j->at, &left);
		b->consumer++;
		n++;
	}
	return n;
	/* LAB 04.6a END */
}

void sort_jobs(struct job *jobs, u32 n)
{
	/* LAB 04.6b BEGIN */
	for (u32 i = 1; i < n; i++) {
		struct job j = jobs[i];
		u32 k = i;

		for (; k && jobs[k - 1].at > j.at; k--)
			jobs[k] = jobs[k - 1];
		jobs[k] = j;
	}
	/* LAB 04.6b END */
}
