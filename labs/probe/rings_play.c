/* rings_play.c: both ends of a ring in turn, as on one processor: what they do, step by step, and
 * how often they tell each other. */
#include "rings.h"
#include "rings/back.h"
#include "rings/front.h"

static struct blk_front *f;
static struct blk_back *b;
static struct blkif_ring *ring;
static struct blkif_request *r;
static bool aloud, front_told, back_told;
static u32 told, done;

#define step(...)                                                                                  \
	do {                                                                                       \
		if (aloud)                                                                         \
			say("history " __VA_ARGS__);                                               \
	} while (0)

static void begin(u32 at)
{
	fill(f, 0, sizeof(*f));
	fill(ring, 0, PAGE);
	f->ring = b->ring = ring;
	f->producer = f->consumer = b->producer = b->consumer = at;
	ring->head.req_prod = ring->head.rsp_prod = at;
	ring->head.req_event = ring->head.rsp_event = at + 1;
	front_told = true;
	back_told = false;
	told = done = 0;
}

/* What has been answered is done with; then, if nothing is on the way, the next `batch` is asked
 * for. */
static void front_runs(u32 *left, u32 batch)
{
	u32 n = 0;

	CALL(front_take, (u32)f);
	for (u32 id = 0; id < BLKIF_SLOTS; id++)
		if (f->slots[id].state == ANSWERED) {
			f->slots[id].state = FREE;
			done++;
		}
	step("front: %u done; sleeps until there is a response %x\n", done, ring->head.rsp_event);
	if (f->producer != f->consumer || !*left)
		return;
	for (; n < batch && *left; n++, --*left) {
		u32 id = CALL(front_id, (u32)f);

		fill(&f->slots[id].request, 0, sizeof(f->slots[id].request));
		CALL(front_put, (u32)f, id);
	}
	back_told |= CALL_BOOL(front_publish, (u32)f);
	told += back_told;
	step("front: asks %u, up to %x; the back end wants to hear of %x: %s\n", n, f->producer,
	     ring->head.req_event, back_told ? "told" : "not told");
}

static void back_runs(void)
{
	do {
		bool tell;

		while (CALL(back_waiting, (u32)b) - 1 < BLKIF_SLOTS) {
			CALL(back_peek, (u32)b, (u32)r);
			b->consumer++;
			CALL(back_answer, (u32)b, (u32)r, BLKIF_RSP_OKAY);
		}
		tell = CALL_BOOL(back_publish, (u32)b);
		told += tell;
		front_told |= tell;
		step("back: answers up to %x; the front end wants to hear of %x: %s\n", b->producer,
		     ring->head.rsp_event, tell ? "told" : "not told");
	} while (CALL_BOOL(back_last_look, (u32)b));
	step("back: sleeps until there is a request %x\n", ring->head.req_event);
}

/* @return notifications, or 0: both sleep for ever */
static u32 play(u32 at, u32 total, u32 batch)
{
	u32 left = total;

	for (begin(at); done < total;) {
		if (front_told) {
			front_told = false;
			front_runs(&left, batch);
		} else if (back_told) {
			back_told = false;
			back_runs();
		} else {
			step("both sleep; %u of %u are done\n", done, total);
			return 0;
		}
	}
	return told;
}

void rings_play(void)
{
	bool measure = scenario_is("measure");

	if (!measure && !scenario_is("history"))
		return;
	f = room_for(sizeof(*f));
	b = room_for(sizeof(*b));
	ring = room_for(PAGE);
	r = room_for(sizeof(*r));
	if (!measure) {
		aloud = true;
		finish(play(0u - 3 - draw(3), 20, 2 + draw(3)) == 0);
	}
	/* A smaller ring is one of which fewer slots are used. */
	for (u32 slots = 1; slots <= BLKIF_SLOTS; slots *= 2)
		for (u32 batch = 1; batch <= BLKIF_SLOTS; batch *= 2)
			say("measure slots=%u batch=%u requests=%u notifications=%u\n", slots,
			    batch, 64u, play(0, 64, batch < slots ? batch : slots));
	finish(0);
}
