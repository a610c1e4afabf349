/* rings_turns.c: whose turn it is: rings of several disks, with barriers, and front ends that
 * change what they have asked for. */
#include "rings.h"
#include "rings/turns.h"

#define JOBS 64u

static struct job *jobs, was[JOBS];
static struct blk_back *b, b_was;
static struct vdisk *d;
static struct blkif_ring *ring, ring_was;

static void any_request(struct blkif_request *r, u32 k)
{
	*r = (struct blkif_request){.operation = draw(9) ? (u8)draw(2) : BLKIF_OP_WRITE_BARRIER,
				    .id = k,
				    .nr_segments = (u8)draw(12),
				    .sector = draw(6)	? draw(90)
					      : draw(2) ? ~0ull
							: (1ull << 32) + draw(60)};
	for (u32 i = 0; i < BLKIF_MAX_SEGMENTS; i++)
		r->segments[i].gref = draw(1 << 16);
}

static u32 place_of(u64 sector)
{
	return sector < 40 ? 7000 + (u32)sector : sector < 90 ? 100 + (u32)sector - 40 : 0;
}

/* A disk of two parts, and a ring with some requests. @return how many wait */
static u32 any_ring(void)
{
	u32 late = draw(3) ? 0 : draw(8), n = draw(2) ? draw(33 - late) : draw(6);

	fill(d, 0, sizeof(*d));
	*d = (struct vdisk){.extents = {{7000, 40}, {100, 50}}, .nr_extents = 2, .sectors = 90};
	fill(ring, 0x5A, PAGE);
	b->ring = ring;
	b->producer = 0u - draw(60);
	b->consumer = b->producer + late;
	for (u32 k = 0; k < 32; k++)
		any_request(&ring->slot[k].request, k);
	ring->head.req_prod = b->consumer + n;
	for (u32 i = 0; i < JOBS; i++)
		fill(&jobs[i], (u8)draw(256), sizeof(jobs[i]));
	copy(was, jobs, sizeof(was));
	copy(&ring_was, ring, sizeof(ring_was));
	b_was = *b;
	return n;
}

/* How many of them are one turn, as a list of words has it. */
static u32 in_a_turn(u32 waiting)
{
	u32 n = 0;

	for (; n < waiting && n < 16; n++) {
		bool barrier =
		    ring->slot[(b->consumer + n) % 32].request.operation == BLKIF_OP_WRITE_BARRIER;

		if (barrier)
			return n ? n : 1;
	}
	return n;
}

static void takes_turns(void)
{
	for (u32 i = 0; i < 150; i++) {
		u32 waiting = any_ring(), first = draw(40), disk = draw(16), got, want;

		if (i % 10 == 9) { /* an index that makes no sense */
			ring->head.req_prod += 33;
			ring_was.head = ring->head;
			got = CALL(take_turn, (u32)jobs, first, disk, (u32)b, (u32)d);
			if (got != RING_NONSENSE || !equal(&b_was, b, sizeof(*b)))
				differs("take_turn() gave %u; the ring's index makes no sense",
					got);
			continue;
		}
		want = first + in_a_turn(waiting);
		got = CALL(take_turn, (u32)jobs, first, disk, (u32)b, (u32)d);
		if (got != want)
			differs("take_turn() behind %u jobs, with %u waiting, gave %u; it should "
				"be %u%s",
				first, waiting, got, want,
				got > first + TURN		   ? " (more than TURN)"
				: want == first + 1 && waiting > 1 ? " (a barrier is alone)"
								   : "");
		for (u32 k = first; k < want; k++) {
			struct blkif_request *r =
			    &ring_was.slot[(b_was.consumer + k - first) % 32].request;

			if (jobs[k].disk != disk || !equal(&jobs[k].r, r, sizeof(*r)))
				differs("take_turn(): job %u is not request %u of the ring", k,
					k - first);
			if (jobs[k].at != place_of(r->sector))
				differs("take_turn(): sector %x:%x is said to lie at %u; it should "
					"be %u",
					(u32)(r->sector >> 32), (u32)r->sector, jobs[k].at,
					place_of(r->sector));
			was[k] = jobs[k];
		}
		if (b->consumer != b_was.consumer + want - first)
			differs("take_turn() has taken %u, and the consumer went on by %u",
				want - first, b->consumer - b_was.consumer);
		was[want] = jobs[want]; /* where the next one would lie, is nobody's */
		b_was.consumer = b->consumer;
		if (!equal(&b_was, b, sizeof(*b)) || !equal(&ring_was, ring, sizeof(ring_was)) ||
		    !equal(was, jobs, sizeof(was)))
			differs("take_turn() has changed something else");
	}
}

static void flicker(void)
{
	for (u32 k = 0; k < 2; k++)
		ring->slot[(b_was.consumer + k) % 32].request.operation =
		    draw(2) ? BLKIF_OP_READ : BLKIF_OP_WRITE_BARRIER;
}

static void front_flickers(void)
{
	for (u32 i = 0; i < 14; i++) {
		u32 got;

		any_ring();
		b->producer = b->consumer;
		ring->head.req_prod = b->consumer + 2;
		other_end = flicker;
		got = CALL(take_turn, (u32)jobs, 0, 1, (u32)b, (u32)d);
		other_end = NULL;
		for (u32 k = 0; k < got && k < JOBS; k++)
			if (jobs[k].r.operation == BLKIF_OP_WRITE_BARRIER && got != 1)
				differs("take_turn(): job %u of %u is a barrier: its operation was "
					"looked at before it was copied, and has changed",
					k, got);
	}
}

static u32 moment; /* in instructions: from then on the index says more than there can be */

static void front_runs_ahead(void)
{
	if (steps == moment)
		ring->head.req_prod = b_was.consumer + 64;
}

/* Who looks at the index once takes what it said; who looks again must check it again. */
static void runs_ahead(void)
{
	for (u32 i = 0; i < 8; i++) {
		u32 n = 1 + draw(2);

		any_ring();
		ring->head.req_prod = b->consumer + n;
		b->producer = b_was.producer = b->consumer;
		for (u32 k = 0; k < 32; k++)
			ring->slot[k].request.operation = BLKIF_OP_READ;
		moment = 10 + draw(60 * n);
		other_end = front_runs_ahead;
		CALL(take_turn, (u32)jobs, 0, 1, (u32)b, (u32)d);
		other_end = NULL;
		if (b->consumer - b_was.consumer > n)
			differs("take_turn(): %u have been asked for, and %u are taken: after %u "
				"instructions of it the index said more than there can be",
				n, b->consumer - b_was.consumer, moment);
	}
}

static void sorts(void)
{
	struct job *at_page = room_for((JOBS * sizeof(jobs[0]) + PAGE - 1) / PAGE * PAGE),
		   *to_page = jobs;

	for (u32 i = 0; i < 120; i++) {
		u32 n = i < 4 ? i : draw(30), sum = 0;

		/* What lies before the first one, or behind the last one, is not to be touched. */
		jobs = i & 1 ? at_page : to_page;
		for (u32 k = 0; k < JOBS; k++) {
			fill(&jobs[k], 0, sizeof(jobs[k]));
			jobs[k].at = draw(2) ? draw(12) : draw(1 << 24) << 8;
			jobs[k].disk = draw(3);
			jobs[k].r.id = k;
		}
		copy(was, jobs, sizeof(was));
		CALL(sort_jobs, (u32)jobs, n);
		for (u32 k = 0; k < n; k++) {
			u32 id = (u32)jobs[k].r.id;

			sum |= 1u << id;
			if (id >= n || !equal(&was[id], &jobs[k], sizeof(jobs[k])))
				differs("sort_jobs(%u): job %u is none of those that were there", n,
					k);
			if (k && jobs[k - 1].at > jobs[k].at)
				differs("sort_jobs(%u): %x lies before %x", n, jobs[k - 1].at,
					jobs[k].at);
			if (k && jobs[k - 1].at == jobs[k].at && jobs[k - 1].r.id > jobs[k].r.id)
				differs("sort_jobs(%u): two at %x have changed places", n,
					jobs[k].at);
		}
		if (n && sum != (1u << n) - 1)
			differs("sort_jobs(%u) has lost one", n);
		if (!equal(&was[n], &jobs[n], (JOBS - n) * sizeof(jobs[0])))
			differs("sort_jobs(%u) has changed one behind them", n);
	}
}

void rings_turns(void)
{
	if (!scenario_is("turns") && !scenario_is("sorts"))
		return;
	jobs = room_for(sizeof(was));
	b = room_for(sizeof(*b));
	d = room_for(sizeof(*d));
	ring = room_for(PAGE);
	if (scenario_is("sorts")) {
		sorts();
		all_right(120);
	}
	takes_turns();
	front_flickers();
	runs_ahead();
	all_right(172);
}
