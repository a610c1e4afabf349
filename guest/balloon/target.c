/* target.c: follow a target either way, in steps, and give way to what cannot be done now; and what
 * the target is where the hypervisor pages, too. */
#include "balloon/balloon.h"

void balloon_set_target(struct balloon *b, u32 pages)
{
	/* LAB 05.2a BEGIN */
	if (pages > b->nr_pages)
		pages = b->nr_pages;
	if (pages == b->target)
		return;
	b->target = pages;
	b->wait = 0;
	/* LAB 05.2a END */
}

/* What could not be done now is tried again, ever more seldom. */
static u32 back_off(struct balloon *b)
{
	/* LAB 05.2b BEGIN */
	b->wait = b->wait ? b->wait * 2 : 1;
	if (b->wait > BALLOON_WAIT_MOST)
		b->wait = BALLOON_WAIT_MOST;
	return b->wait;
	/* LAB 05.2b END */
}

u32 balloon_step(struct balloon *b)
{
	u32 target = b->target, wanted = b->nr_pages - target, n, done;

	/* LAB 05.2c BEGIN */
	if (wanted == b->held)
		return b->wait = 0, BALLOON_STAY;
	n = wanted > b->held ? wanted - b->held : b->held - wanted;
	if (n > BALLOON_BATCH)
		n = BALLOON_BATCH;
	done = wanted > b->held ? balloon_inflate(b, n) : balloon_deflate(b, n);
	/* Meanwhile there may be another target, for which this says nothing. */
	if (done == n || b->target != target) {
		b->wait = 0;
		return 0;
	}
	return back_off(b);
	/* LAB 05.2c END */
}

void balloon_follow(struct balloon *b, u32 told, u32 share)
{
	/* LAB 05.5 BEGIN */
	b->calm = share > b->share ? b->calm + 1 : 0;
	if (share < b->share || b->calm == BALLOON_CALM) {
		b->share = share;
		b->calm = 0;
	}
	balloon_set_target(b, told < b->share ? told : b->share);
	/* LAB 05.5 END */
}
