/* rings_front.c: indices, and the front end: against a back end that says anything, at any moment.
 */
#include "rings.h"
#include "rings/back.h"
#include "rings/front.h"

static struct blk_front *f, was; /* ring 3's, and as it should be */
static struct blkif_ring *ring, ring_was;
static u32 moment; /* at which, in instructions, the other end does something */

/* Anywhere, and often where the indices wrap. */
static u32 any_index(void)
{
	switch (draw(4)) {
	case 0:
		return draw(200);
	case 1:
		return 0u - draw(200);
	default:
		return draw(1 << 24) << 8 | draw(256);
	}
}

static void any_bytes(void *at, u32 n)
{
	u32 *p = at;

	for (; n >= 4; n -= 4)
		*p++ = draw(1 << 24) << 8 ^ draw(1 << 24);
}

/* ---- 04.1 ---- */

static void numbers(void)
{
	for (u32 i = 0; i < 200; i++) {
		u32 slots = 1u << draw(9), out = draw(slots + 1), at = any_index(), got;

		got = CALL(ring_free, at + out, at, slots);
		if (got != slots - out)
			differs("ring_free(%x, %x, %u) gave %u; %u requests have no response yet, "
				"so it "
				"should be %u",
				at + out, at, slots, got, out, slots - out);
	}
	for (u32 i = 0; i < 300; i++) {
		u32 at = any_index(), most = draw(4) ? draw(40) : 0, there, n, got, want;

		n = draw(3) ? draw(most + 1) : draw(2) ? most + draw(3) : any_index();
		there = at + n;
		want = n <= most ? n : RING_NONSENSE;
		got = CALL(ring_waiting, there, at, most);
		if (got != want)
			differs(
			    "ring_waiting(%x, %x, %u) gave %x; there are %x, so it should be %x",
			    there, at, most, got, n, want);
	}
}

/* Every id is handed out once, until the ring is full. */
static void free_ids(void)
{
	for (u32 i = 0; i < 200; i++) {
		u32 out = draw(3) ? draw(32) : 31 + draw(2), got, free = 0;

		fill(f, 0, sizeof(*f));
		f->ring = ring;
		f->consumer = any_index();
		f->producer = f->consumer + out;
		for (u32 k = 0; k < BLKIF_SLOTS; k++) {
			bool is_free =
			    i % 3 ? draw(4) == 0 : k == i / 3 % 34; /* one alone, or none */

			f->slots[k].state = is_free ? FREE : 1 + draw(2);
			free += is_free;
		}
		copy(&was, f, sizeof(was));
		got = CALL(front_id, (u32)f);
		if (!equal(&was, f, sizeof(was)))
			differs("front_id() has changed something");
		if (out == BLKIF_SLOTS || !free) {
			if (got != BLKIF_SLOTS)
				differs("front_id() gave %u; of %u slots %u wait for a response, "
					"and %u "
					"ids are free: it should be none (%u)",
					got, BLKIF_SLOTS, out, free, BLKIF_SLOTS);
		} else if (got >= BLKIF_SLOTS || f->slots[got].state != FREE) {
			differs("front_id() gave %u, which is not free; %u are", got, free);
		}
	}
}

static void waiting(void)
{
	struct blk_back *b = room_for(sizeof(*b));

	for (u32 i = 0; i < 200; i++) {
		u32 late = draw(33), n = draw(3) ? draw(34) : any_index(), got, want;

		*b = (struct blk_back){.ring = ring, .producer = any_index()};
		b->consumer = b->producer + late;
		ring->head.req_prod = b->consumer + n;
		want = n <= BLKIF_SLOTS - late ? n : RING_NONSENSE;
		got = CALL(back_waiting, (u32)b);
		if (got != want)
			differs("back_waiting() gave %x; the front end says %x, and %u are taken "
				"and not "
				"answered: it should be %x",
				got, n, late, want);
	}
}

/* The front end's index makes sense in one moment, and none in the next. */
static u32 index_sane, index_bad;

static void front_moves_its_index(void)
{
	ring->head.req_prod = (steps + moment) % 2 ? index_sane : index_bad;
}

static void waiting_for_what_moves(void)
{
	struct blk_back *b = room_for(sizeof(*b));

	for (u32 i = 0; i < 20; i++) {
		u32 late = draw(33), got;

		*b = (struct blk_back){.ring = ring, .producer = any_index()};
		b->consumer = b->producer + late;
		index_sane = b->consumer + draw(BLKIF_SLOTS - late + 1);
		index_bad = b->consumer + BLKIF_SLOTS - late + 1 + draw(1 << 20);
		ring->head.req_prod = index_sane;
		moment = i;
		other_end = front_moves_its_index;
		got = CALL(back_waiting, (u32)b);
		other_end = NULL;
		if (got != index_sane - b->consumer && got != RING_NONSENSE)
			differs("back_waiting() gave %x; the front end's index changes all the "
				"time: it should be %x or %x",
				got, index_sane - b->consumer, RING_NONSENSE);
	}
}

void rings_arithmetic(void)
{
	bool all = scenario_is("arithmetic");

	f = room_for(sizeof(*f));
	ring = room_for(PAGE);
	if (all || scenario_is("numbers"))
		numbers();
	if (all) {
		free_ids();
		waiting();
		waiting_for_what_moves();
		all_right(920);
	}
	if (scenario_is("numbers"))
		all_right(500);
}

/* ---- 04.2 ---- */

static void any_request(struct blkif_request *r)
{
	any_bytes(r, sizeof(*r));
	r->operation = (u8)draw(3);
	r->nr_segments = (u8)draw(12);
}

/* The ids in any order; of a front end that any_front() has made, those on the way come first. */
static u32 ids[BLKIF_SLOTS];

/* A front end with some requests on the way, up to a full ring of them. */
static void any_front(void)
{
	u32 out = draw(BLKIF_SLOTS + 1);

	any_bytes(f, sizeof(*f));
	any_bytes(ring, PAGE);
	f->ring = ring;
	f->consumer = any_index();
	f->producer = f->consumer + out;
	ring->head.req_prod = f->producer - draw(out + 1);
	ring->head.rsp_prod = f->consumer;
	for (u32 k = 0; k < BLKIF_SLOTS; k++) {
		u32 other = draw(k + 1);

		ids[k] = ids[other];
		ids[other] = k;
	}
	for (u32 k = 0; k < BLKIF_SLOTS; k++)
		f->slots[ids[k]].state = k < out ? ASKED : FREE;
	copy(&was, f, sizeof(was));
	copy(&ring_was, ring, sizeof(ring_was));
}

static void same_but(const char *what)
{
	if (!equal(&was, f, sizeof(was)))
		differs("%s has changed something else of the front end's", what);
	if (!equal(&ring_was, ring, sizeof(ring_was)))
		differs("%s has changed something else in the ring", what);
}

static void puts_one(void)
{
	u32 id, at;

	do
		any_front();
	while (f->producer - f->consumer == BLKIF_SLOTS);
	id = ids[BLKIF_SLOTS - 1];
	any_request(&f->slots[id].request);
	f->slots[id].request.id = draw(100);
	copy(&was, f, sizeof(was));
	at = f->producer;
	CALL(front_put, (u32)f, id);
	was.slots[id].state = ASKED;
	was.slots[id].request.id = id;
	if (f->slots[id].state != ASKED)
		differs("front_put(%u): the id is not ASKED afterwards", id);
	if (f->producer != at + 1)
		differs("front_put(%u): the producer went from %x to %x", id, at, f->producer);
	if (ring->slot[at % 32].request.id != id)
		differs("front_put(%u): the request in slot %u has the id %u", id, at % 32,
			(u32)ring->slot[at % 32].request.id);
	if (!equal(&ring->slot[at % 32].request, &was.slots[id].request,
		   sizeof(struct blkif_request)))
		differs("front_put(%u): another request lies in slot %u", id, at % 32);
	f->slots[id].request.id = id; /* its copy may have it or not */
	was.producer++;
	ring_was.slot[at % 32].request = was.slots[id].request;
	same_but("front_put()");
}

static void answers_one(struct blk_back *b)
{
	struct blkif_request *r = room_for(sizeof(*r)), want;
	struct blkif_response *s;
	s16 status = (s16) - (s32)draw(3);
	u32 at;

	for (u32 i = 0; i < 60; i++) {
		any_bytes(ring, PAGE);
		b->ring = ring;
		b->consumer = any_index();
		b->producer = b->consumer - draw(30);
		copy(&ring_was, ring, sizeof(ring_was));
		at = b->consumer;
		want = ring->slot[at % 32].request;
		CALL(back_peek, (u32)b, (u32)r);
		if (!equal(r, &want, sizeof(want)))
			differs("back_peek() has copied something else than the request in slot %u",
				at % 32);
		if (b->consumer != at || !equal(&ring_was, ring, sizeof(ring_was)))
			differs("back_peek() has changed something");
		at = b->producer;
		status = (s16) - (s32)draw(3);
		CALL(back_answer, (u32)b, (u32)r, (u32)(s32)status);
		s = &ring->slot[at % 32].response;
		if (b->producer != at + 1)
			differs("back_answer(): the producer went from %x to %x", at, b->producer);
		if (s->id != want.id || s->operation != want.operation || s->status != status)
			differs("back_answer(): the response in slot %u is not that to the request",
				at % 32);
		ring_was.slot[at % 32].response = *s;
		if (!equal(&ring_was, ring, sizeof(ring_was)) || !equal(r, &want, sizeof(want)))
			differs("back_answer() has changed something else");
	}
}

static void puts(void)
{
	struct blk_back *b = room_for(sizeof(*b));

	for (u32 i = 0; i < 60; i++)
		puts_one();
	answers_one(b);
	all_right(180);
}

/* Whoever sleeps without having been told of what is there, sleeps for ever. The other end does
 * what it does between two instructions, at `moment`. */
static u32 *index_at, *event_at, put_at;
static bool asleep, told;

static void back_goes_to_sleep(void)
{
	if (steps != moment)
		return;
	/* As ring_last_look(), all of it at once. */
	asleep = *index_at == put_at;
	*event_at = put_at + 1;
}

static void publishes(void)
{
	index_at = room_for(4);
	event_at = room_for(4);
	for (u32 i = 0; i < 250; i++) {
		u32 from = draw(2) ? any_index() : 0u - draw(33), n = draw(33);
		u32 event = from - 40 + draw(80), got, want;

		*index_at = from;
		*event_at = event;
		got = CALL_BOOL(ring_publish, (u32)index_at, from + n, (u32)event_at);
		if (*index_at != from + n)
			differs("ring_publish(): the index is %x; it should be %x", *index_at,
				from + n);
		if (*event_at != event)
			differs("ring_publish() has written what the other end asks for");
		want = (s32)(event - from) > 0 && event - from <= n;
		if (got != want)
			differs("ring_publish() from %x to %x, event %x, gave %u; it should be %u",
				from, from + n, event, got, want);
	}
	for (u32 i = 0; i < 90; i++) {
		u32 from = any_index(), n = 1 + draw(5), got;

		*index_at = put_at = from;
		*event_at = from - draw(3); /* it is awake */
		asleep = false;
		moment = draw(24);
		other_end = back_goes_to_sleep;
		got = CALL_BOOL(ring_publish, (u32)index_at, from + n, (u32)event_at);
		other_end = NULL;
		if (asleep && !got)
			differs("ring_publish(): the other end looked after %u instructions, found "
				"nothing, "
				"asked to be told, and is not",
				moment);
	}
}

static void front_puts_one(void)
{
	u32 from = *index_at;

	if (steps != moment)
		return;
	/* As ring_publish(), all of it at once. */
	*index_at = from + 1;
	told = *event_at == from + 1;
}

static void last_looks(void)
{
	for (u32 i = 0; i < 250; i++) {
		u32 at = any_index(), n = draw(3) ? 0 : 1 + draw(32), got;

		*index_at = at + n;
		*event_at = any_index();
		got = CALL_BOOL(ring_last_look, (u32)index_at, (u32)event_at, at);
		if (*index_at != at + n)
			differs("ring_last_look() has written the other end's index");
		if (*event_at != at + 1)
			differs("ring_last_look() at %x: asks to be told from %x on", at,
				*event_at);
		if (got != (n != 0))
			differs("ring_last_look() gave %u; %u are there", got, n);
	}
	for (u32 i = 0; i < 90; i++) {
		u32 at = any_index(), got;

		*index_at = at;
		*event_at = at - draw(3);
		told = true;
		moment = draw(20);
		other_end = front_puts_one;
		got = CALL_BOOL(ring_last_look, (u32)index_at, (u32)event_at, at);
		other_end = NULL;
		if (!told && !got)
			differs("ring_last_look(): after %u instructions of it something came; "
				"nobody was "
				"told, and nobody has looked",
				moment);
	}
}

/* ---- 04.3 ---- */

/* What the front end should make of the responses that it has seen. */
static void answered(const struct blkif_response *r)
{
	if (r->id < BLKIF_SLOTS && was.slots[r->id].state == ASKED) {
		was.slots[r->id].state = ANSWERED;
		was.slots[r->id].status = r->status;
	}
}

static void any_response(struct blkif_response *r, u32 out)
{
	any_bytes(r, sizeof(*r));
	r->id = draw(4) ? ids[draw(out + 1) % BLKIF_SLOTS] : draw(40);
	switch (draw(12)) {
	case 0:
		r->id |= (u64)(1 + draw(3)) << 32;
		break;
	case 1:
		r->id = ~0ull - draw(3);
		break;
	case 2:
		r->id = BLKIF_SLOTS + draw(2);
		break;
	}
	r->status = (s16) - (s32)draw(3);
}

static const char *const state_names[] = {"FREE", "ASKED", "ANSWERED"};

static void states_are_right(const char *what)
{
	for (u32 k = 0; k < BLKIF_SLOTS; k++)
		if (f->slots[k].state != was.slots[k].state)
			differs("%s: id %u is %s; it should be %s", what, k,
				state_names[f->slots[k].state % 3],
				state_names[was.slots[k].state]);
		else if (f->slots[k].status != was.slots[k].status)
			differs("%s: id %u has the status %x; it should be %x", what, k,
				(u32)f->slots[k].status, (u32)was.slots[k].status);
}

static void completes_one(void)
{
	u32 out, n, more;

	any_front();
	out = f->producer - f->consumer;
	n = draw(out + 1);
	more = draw(8) == 0 ? 1 + draw(3) : 0;
	for (u32 i = 0; i < n; i++) {
		struct blkif_response *r = &ring->slot[(f->consumer + i) % 32].response;

		any_response(r, out);
		if (!more)
			answered(r);
	}
	ring->head.rsp_prod =
	    more ? f->producer + (draw(2) ? more : draw(1 << 24)) : f->consumer + n;
	more = ring->head.rsp_prod - f->consumer > out;
	copy(&ring_was, ring, sizeof(ring_was));
	if (!more) {
		was.consumer += n;
		ring_was.head.rsp_event = was.consumer + 1;
	} else { /* nothing is taken; what is asked for then is its own affair */
		copy(was.slots, f->slots, sizeof(was.slots));
	}
	CALL(front_take, (u32)f);
	if (f->consumer != was.consumer)
		differs(
		    "front_take(): %u of %u requests were answered%s, the consumer went on by %u",
		    n, out, more ? ", says an index that makes no sense" : "",
		    f->consumer - was.consumer + (more ? 0 : n));
	states_are_right("front_take()");
	if (!more && ring->head.rsp_event != was.consumer + 1)
		differs("front_take() asks to be told from %x on; it should be %x",
			ring->head.rsp_event, was.consumer + 1);
	if (more)
		ring_was.head.rsp_event = ring->head.rsp_event;
	same_but("front_take()");
}

/* Between two instructions another response comes, or the last one is another all at once. */
static u32 late_id, late_at;

static void back_answers_late(void)
{
	struct blkif_response *r = &ring->slot[late_at % 32].response;

	if (steps == moment) {
		*r = (struct blkif_response){.id = late_id, .status = BLKIF_RSP_OKAY};
		told = ring->head.rsp_event == late_at + 1;
		ring->head.rsp_prod = late_at + 1;
	}
}

static void completes_late(void)
{
	u32 out, n;

	for (u32 i = 0; i < 20; i++) {
		do
			any_front();
		while (f->producer - f->consumer < 2);
		out = f->producer - f->consumer;
		n = draw(out < 3 ? out : 3);
		for (u32 k = 0; k < n; k++) {
			struct blkif_response *r = &ring->slot[(f->consumer + k) % 32].response;

			any_response(r, out);
			r->id = ids[k];
		}
		ring->head.rsp_prod = late_at = f->consumer + n;
		ring->head.rsp_event = late_at - draw(2);
		late_id = ids[n];
		moment = 5 + draw(60 + 20 * n);
		told = true;
		other_end = back_answers_late;
		CALL(front_take, (u32)f);
		other_end = NULL;
		if (steps < moment)
			continue;
		if (f->slots[late_id].state == ASKED && !told)
			differs("front_take(): after %u instructions of it a response came; nobody "
				"was told, and "
				"it was not taken",
				moment);
	}
}

static void back_flickers(void)
{
	static const u64 bad[] = {BLKIF_SLOTS, 5000, (1ull << 32) + 99, ~0ull, 0xFFFFFFFF};
	struct blkif_response *r = &ring->slot[late_at % 32].response;

	r->id = (steps + moment) % 3 ? late_id : bad[draw(5)];
	r->status = (s16) - (s32)(steps % 3);
}

/* From a moment on the index says more than was asked. */
static void back_runs_ahead(void)
{
	if (steps == moment)
		ring->head.rsp_prod = f->producer + 1 + late_at;
}

static void runs_ahead(void)
{
	for (u32 i = 0; i < 12; i++) {
		u32 out, n;

		do
			any_front();
		while (f->producer == f->consumer);
		out = f->producer - f->consumer;
		n = 1 + draw(out < 3 ? out : 3);
		for (u32 k = 0; k < BLKIF_SLOTS; k++)
			any_response(&ring->slot[k].response, out);
		ring->head.rsp_prod = f->consumer + n;
		late_at = draw(3);
		moment = 2 + draw(30 + 15 * n);
		copy(&was, f, sizeof(was));
		other_end = back_runs_ahead;
		CALL(front_take, (u32)f);
		other_end = NULL;
		if (f->consumer - was.consumer > out)
			differs("front_take(): after %u instructions of it the index said more "
				"than was asked: %u responses were taken, of %u",
				moment, f->consumer - was.consumer, out);
	}
}

static void flickers(void)
{
	for (u32 i = 0; i < 12; i++) {
		do
			any_front();
		while (f->producer == f->consumer);
		late_at = f->consumer;
		late_id = ids[draw(f->producer - f->consumer)];
		ring->head.rsp_prod = late_at + 1;
		moment = i;
		copy(&was, f, sizeof(was));
		other_end = back_flickers;
		CALL(front_take, (u32)f);
		other_end = NULL;
		was.slots[late_id].state = f->slots[late_id].state;
		was.slots[late_id].status = f->slots[late_id].status;
		was.consumer++;
		if (!equal(&was, f, sizeof(was)))
			differs("front_take(): a response whose id and status change all the time "
				"has changed "
				"another's");
	}
}

/* ---- a back end that begins anew ---- */

static u32 asked;

static void half_asked(void)
{
	if (ring->head.answered_generation == ring->head.generation && ring->head.req_prod != asked)
		differs("front_begin_anew(): the back end is told that all is there, and the index "
			"says "
			"%u of %u",
			ring->head.req_prod, asked);
}

static void begins_anew(void)
{
	for (u32 i = 0; i < 60; i++) {
		u32 seen = 0, generation = any_index();

		any_front();
		asked = 0;
		for (u32 k = 0; k < BLKIF_SLOTS; k++) {
			f->slots[k].state = i % 16 == 3 && k % 8 ? FREE : draw(i % 3 ? 3 : 2);
			if (i == 1)
				f->slots[k].state = ASKED;
			f->slots[k].request.id = k;
			asked += f->slots[k].state == ASKED;
		}
		if (i == 2)
			for (u32 k = asked = 0; k < BLKIF_SLOTS; k++)
				f->slots[k].state = FREE;
		ring->head.generation = generation;
		ring->head.answered_generation = generation - 1;
		if (asked == 0)
			ring->head.req_prod =
			    0; /* so that half_asked() has nothing to say before */
		copy(&was, f, sizeof(was));
		copy(&ring_was, ring, sizeof(ring_was));
		if (i % 16 == 3)
			other_end = half_asked;
		CALL(front_begin_anew, (u32)f);
		other_end = NULL;
		if (ring->head.answered_generation != generation)
			differs("front_begin_anew(): answered_generation is %x; it should be %x",
				ring->head.answered_generation, generation);
		if (ring->head.req_prod != asked || f->producer != asked)
			differs("front_begin_anew(): %u are unanswered; the ring has %u, the "
				"producer is %u",
				asked, ring->head.req_prod, f->producer);
		if (f->consumer || ring->head.rsp_prod || ring->head.rsp_event != 1)
			differs("front_begin_anew(): consumer %u, rsp_prod %u, rsp_event %u: an "
				"empty ring has "
				"0, 0, 1",
				f->consumer, ring->head.rsp_prod, ring->head.rsp_event);
		if (ring->head.req_event != 1)
			differs("front_begin_anew(): req_event %u; an empty ring has 1",
				ring->head.req_event);
		for (u32 k = 0; k < asked; k++) {
			struct blkif_request *r = &ring->slot[k].request;

			if (r->id >= BLKIF_SLOTS || was.slots[r->id].state != ASKED ||
			    seen >> r->id & 1)
				differs("front_begin_anew(): the ring has id %u, which %s",
					(u32)r->id,
					r->id < BLKIF_SLOTS && seen >> r->id & 1
					    ? "is there already"
					    : "is not to be asked again");
			if (!equal(r, &was.slots[r->id].request, sizeof(*r)))
				differs("front_begin_anew(): the request with id %u is another one",
					(u32)r->id);
			seen |= 1u << r->id;
			ring_was.slot[k].request = *r;
		}
		was.producer = asked;
		was.consumer = 0;
		copy(&ring_was.head, &ring->head, 24);
		same_but("front_begin_anew()");
	}
}

void rings_front(void)
{
	if (scenario_is("puts"))
		puts();
	if (scenario_is("tells")) {
		publishes();
		last_looks();
		all_right(680);
	}
	if (scenario_is("completes")) {
		for (u32 i = 0; i < 250; i++)
			completes_one();
		all_right(250);
	}
	if (scenario_is("late")) {
		completes_late();
		flickers();
		runs_ahead();
		all_right(44);
	}
	if (scenario_is("anew")) {
		begins_anew();
		all_right(60);
	}
}
