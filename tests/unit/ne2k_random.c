/*
 * ne2k_random.c: the driver of the NE2000 against a model of the card: frames come and go at any
 * moment, also between two accesses of the driver, until the ring overflows. What lies in the ring
 * reaches the stack once, in order, with the same bytes, and what the stack sends reaches the wire
 * so. The interrupt is an edge: a line that does not fall is never seen again. TRAPLINE_TEST_SEED=N
 * draws others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "arch.h"
#include "dev/ne2k.h"
#include "lib/lib.h"
#include "ne2k_model.h"
#include "net/netdev.h"

#define MANY 4096u

struct list { /* of frames: oldest first */
	struct {
		u32 len;
		u8 data[NET_FRAME];
	} frame[MANY];
	u32 in, out;
};
static struct list coming, going;

static u32 state, overflows, spoilt;
static struct netdev *dev;
static bool busy_world, line_was, waits;

static u32 below(u32 n)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % n;
}

static void add(struct list *l, const u8 *frame, u32 len)
{
	assert_true(l->in - l->out < MANY);
	l->frame[l->in % MANY].len = len;
	memcpy(l->frame[l->in++ % MANY].data, frame, len);
}

static void check_oldest(struct list *l, const u8 *frame, u32 len)
{
	u32 n = l->out++ % MANY;

	assert_true(l->in + 1 > l->out);
	assert_int_equal(len, l->frame[n].len);
	assert_memory_equal(frame, l->frame[n].data, len);
}

static u32 random_frame(u8 *frame, u32 least)
{
	u32 len = below(3) ? least + below(200) : least + below(NET_FRAME - least + 1);

	for (u32 i = 0; i < len; i++)
		frame[i] = (u8)below(256);
	return len;
}

/* ---- The card's other side ---- */

static void something_comes(void)
{
	u8 frame[NET_FRAME];
	u32 len = random_frame(frame, 60);
	bool was = model.overflowed;

	if (model_receive(frame, len))
		add(&coming, frame, len);
	overflows += !was && model.overflowed;
}

void world_goes_on(void)
{
	if (busy_world && !below(30))
		something_comes();
	if (busy_world && !below(20))
		model_sends(below(20));
}

void model_has_sent(const u8 *frame, u32 len, bool well)
{
	(void)well;
	check_oldest(&going, frame, len);
}

/* ---- The kernel's ---- */

bool ports_open(void)
{
	return true;
}

void irq_enable(u32 irq)
{
	assert_int_equal(irq, IRQ_NE2K);
}

void netdev_register(struct netdev *d)
{
	dev = d;
}

void netdev_ready(struct netdev *d)
{
	assert_ptr_equal(d, dev);
	waits = false;
}

static void send_one(void)
{
	u8 frame[NET_FRAME];
	u32 len = random_frame(frame, ETH_HEAD);
	u8 *exact;

	/* It may leave before send() has returned. */
	add(&going, frame, len < ETH_MIN ? ETH_MIN : len);
	if (len < ETH_MIN)
		memset(going.frame[(going.in - 1) % MANY].data + len, 0, ETH_MIN - len);
	exact = malloc(len);
	memcpy(exact, frame, len);
	if (dev->send(dev, exact, len)) {
		going.in--;
		waits = true;
	}
	free(exact);
}

/* As the stack does it, it answers some at once. */
void net_receive(struct netdev *d, const void *frame, u32 len)
{
	assert_ptr_equal(d, dev);
	check_oldest(&coming, frame, len);
	if (!below(3))
		send_one();
}

static void look_at_line(void)
{
	bool line = model_line();

	if (line && !line_was)
		ne2k_interrupt();
	line_was = model_line();
}

static void start(void)
{
	memset(&model, 0, sizeof(model));
	memcpy(model.prom, "\x52\x54\0\x12\x34\x56", 6);
	model.there = true;
	model.stopped_for = 2000;
	busy_world = line_was = waits = false;
	coming.in = coming.out = going.in = going.out = 0;
	dev = NULL;
	ne2k_find();
	assert_non_null(dev);
	assert_memory_equal(dev->mac, model.prom, 6);
	assert_memory_equal(model.par, model.prom, 6);
	assert_false(model.stopped);
}

static void settle(void)
{
	busy_world = false;
	for (u32 i = 0; i < 4; i++) {
		look_at_line();
		model_sends(true);
	}
	look_at_line();
	assert_int_equal(coming.in, coming.out);
	assert_int_equal(going.in, going.out);
	assert_false(waits || model_line());
}

static void each_frame_comes_and_goes_once_in_order(void **unused)
{
	(void)unused;
	overflows = 0;
	for (u32 round = 0; round < 300; round++) {
		start();
		for (u32 i = 0; i < 100; i++) {
			busy_world = below(8);
			for (u32 k = below(15) ? below(2) : 40; k; k--)
				something_comes();
			if (below(2))
				send_one();
			if (below(4))
				model_sends(below(20));
			if (below(3))
				look_at_line();
		}
		settle();
	}
	assert_true(overflows > 100);
}

static void what_is_no_frame_is_dropped_and_the_next_is_not(void **unused)
{
	(void)unused;
	for (u32 round = 0; round < 500; round++) {
		u32 dropped;

		start();
		dropped = dev->counts.rx_dropped;
		for (u32 i = below(4); i; i--) {
			something_comes();
			look_at_line();
		}
		spoilt = model.curr * 256u;
		something_comes();
		/* Its head: status, next page, or a length that is too short. */
		if (below(3))
			model.ram[spoilt + 1] =
			    below(2) ? (u8)below(0x4C) : (u8)(0x80 + below(0x80));
		else if (below(2))
			model.ram[spoilt] = 0;
		else
			memset(model.ram + spoilt + 2, below(60), 1), model.ram[spoilt + 3] = 0;
		coming.in = coming.out;
		look_at_line();
		assert_int_equal(dev->counts.rx_dropped, dropped + 1);
		something_comes();
		settle();
	}
}

static void without_a_card_there_is_no_device(void **unused)
{
	(void)unused;
	dev = NULL;
	model.there = false;
	ne2k_find();
	assert_null(dev);
}

int main(void)
{
	const char *seed = getenv("TRAPLINE_TEST_SEED");
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_frame_comes_and_goes_once_in_order),
	    cmocka_unit_test(what_is_no_frame_is_dropped_and_the_next_is_not),
	    cmocka_unit_test(without_a_card_there_is_no_device),
	};

	state = (seed ? (u32)atoi(seed) : 1) * 2654435761u | 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
