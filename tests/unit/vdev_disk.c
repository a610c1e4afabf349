/*
 * vdev_disk.c: the virtual PC's disk: a driver that does anything, and whoever has the sectors,
 * each with a model of its own; in the end both have the same. TRAPLINE_TEST_SEED=N draws others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "comm/evtchn.h"
#include "dev/devices.h"
#include "dev/vdev.h"
#include "dom/domain.h"
#include "dom/time.h"
#include "mem/frame.h"
#include "no_trace.h"

#define SECTORS 300u
#define PORT	7u
#define BSY	0x80
#define DRQ	0x08
#define ERR	0x01

static struct vcpu first;
static struct domain dom, domain_0;
static struct vcpu *const v = &first;
static u32 told, state;
static u8 real[SECTORS * 512], model[SECTORS * 512];

u64 system_time(void)
{
	return 0;
}
void timer_rearm(void)
{
}
void *hv_alloc_page(void)
{
	return calloc(1, PAGE_SIZE);
}
void hv_free_page(void *page)
{
	free(page);
}
void vdev_console_output(struct vcpu *u, u8 byte)
{
	(void)u, (void)byte;
}
void domain_kill(struct domain *d, u8 reason, u32 code, const char *text)
{
	(void)d, (void)reason, (void)code, (void)text;
}
void evtchn_set_pending(struct domain *d, u32 port)
{
	assert_ptr_equal(d, &domain_0);
	assert_int_equal(port, PORT);
	told++;
}

static u32 below(u32 n)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % n;
}

static void out(u16 port, u8 val)
{
	vdev_out(v, port, 1, val);
}
static u8 in(u16 port)
{
	return vdev_in(v, port, 1);
}

static bool interrupt(void)
{
	bool pending = vdev_intr_pending(dom.vdev);

	if (pending) {
		assert_int_equal(vdev_intr_ack(dom.vdev), 0x28 + 6);
		out(0xA0, 0x20), out(0x20, 0x20);
	}
	return pending;
}

static void begin(u32 seed)
{
	state = seed * 2654435761u | 1;
	told = 0;
	memset(&dom, 0, sizeof(dom));
	first = (struct vcpu){.domain = &dom};
	dom.vcpus = v;
	dom.vdev = vdev_create(0);
	out(0x20, 0x11), out(0xA0, 0x11);
	out(0x21, 0x20), out(0xA1, 0x28);
	out(0x21, 0x04), out(0xA1, 0x02);
	out(0x21, 0x01), out(0xA1, 0x01);
	out(0x21, 0xFB), out(0xA1, 0xBF);
	for (u32 i = 0; i < sizeof(real); i++)
		real[i] = (u8)below(256);
	memcpy(model, real, sizeof(real));
}

static void attach(void)
{
	assert_true(vdev_disk_attach(dom.vdev, SECTORS, &domain_0, PORT));
}

/* Whoever has the sectors. @return whether there was a request */
static bool serve(bool okay)
{
	const struct vata_request *w;
	u8 *block;

	w = vdev_disk_request(dom.vdev, &block);
	if (!w->op)
		return false;
	assert_true(told > 0);
	told = 0;
	assert_true(w->n <= VATA_MOST && w->sector + w->n <= SECTORS);
	if (w->op == VATA_READ && okay)
		memcpy(block, real + w->sector * 512, w->n * 512);
	else if (w->op == VATA_WRITE && okay)
		memcpy(real + w->sector * 512, block, w->n * 512);
	vdev_disk_answer(dom.vdev, okay);
	return true;
}

/* Until the disk has answered: the interrupt comes then, and not before. @return the status */
static u8 await(bool interrupts)
{
	u8 status = in(0x3F6);

	while (status & BSY) {
		assert_false(interrupt());
		assert_true(serve(true));
		status = in(0x3F6);
	}
	assert_int_equal(interrupt(), interrupts);
	assert_int_equal(in(0x1F7), status);
	assert_false(interrupt());
	return status;
}

static void ask(u8 cmd, u32 sector, u32 n)
{
	out(0x1F6, (u8)(0xE0 | sector >> 24));
	out(0x1F2, (u8)n);
	out(0x1F3, (u8)sector);
	out(0x1F4, (u8)(sector >> 8));
	out(0x1F5, (u8)(sector >> 16));
	out(0x1F7, cmd);
}

/* Bytes of one block, in pieces of any size. */
static void move(u8 *at, u32 n, bool write)
{
	while (n) {
		u32 size = 1u << below(3), val = 0, k;

		if (size > n || below(3)) { /* many at once */
			k = 1 + below(n);
			assert_int_equal(vdev_ready(dom.vdev, 0x1F0), n);
			assert_int_equal(vdev_move(dom.vdev, at, k, write), k);
			at += k;
			n -= k;
			continue;
		}
		if (write) {
			memcpy(&val, at, size);
			vdev_out(v, 0x1F0, (u8)size, val);
		} else {
			val = vdev_in(v, 0x1F0, (u8)size);
			memcpy(at, &val, size);
		}
		at += size;
		n -= size;
	}
}

static void transfer(u32 sector, u32 n, bool write, u32 multiple)
{
	static u8 buf[256 * 512];
	u32 per_block = multiple ? multiple : 1, k;

	for (u32 i = 0; write && i < n * 512; i++)
		buf[i] = (u8)below(256);
	ask(write ? multiple ? 0xC5 : 0x30 : multiple ? 0xC4 : 0x20, sector, n);
	for (u32 at = 0; at < n; at += k) {
		k = per_block < n - at ? per_block : n - at;
		assert_int_equal(await(!write || at) & (DRQ | ERR), DRQ);
		move(buf + at * 512, k * 512, write);
	}
	if (write)
		assert_int_equal(await(true) & (DRQ | ERR), 0);
	else
		assert_int_equal(in(0x1F7) & (BSY | DRQ | ERR), 0);
	if (write)
		memcpy(model + sector * 512, buf, n * 512);
	else
		assert_memory_equal(buf, model + sector * 512, n * 512);
	assert_memory_equal(real, model, sizeof(real));
}

static void refuse(u8 cmd, u32 sector, u32 n)
{
	ask(cmd, sector, n);
	assert_int_equal(await(true) & (DRQ | ERR), ERR);
	assert_false(serve(true));
}

static void set_multiple(u32 n)
{
	out(0x1F6, 0xE0);
	out(0x1F2, (u8)n);
	out(0x1F7, 0xC6);
	assert_int_equal(await(true) & ERR, 0);
}

static void any_driver_reads_what_it_has_written(void **unused)
{
	const char *seed = getenv("TRAPLINE_TEST_SEED");
	u32 first = seed ? (u32)atoi(seed) : 1;

	(void)unused;
	for (u32 s = first; s < first + 20; s++) {
		u32 multiple = 0;

		begin(s);
		attach();
		for (u32 i = 0; i < 200; i++) {
			u32 sector = below(SECTORS), n = 1 + below(below(4) ? 20 : 256);

			if (below(10) == 0)
				set_multiple(multiple = 1u << below(4));
			if (below(30) == 0) { /* the program that serves begins anew */
				told = 0;
				attach();
				assert_int_equal(told, 0);
			}
			if (n > SECTORS - sector)
				refuse(below(2) ? 0x20 : 0x30, sector, n);
			else
				transfer(sector, n, below(2), below(3) ? multiple : 0);
		}
		vdev_destroy(dom.vdev);
	}
}

static void what_nobody_has_answered_is_asked_of_the_next(void **unused)
{
	const struct vata_request *w;
	u8 *block;
	u32 id;

	(void)unused;
	begin(1);
	attach();
	ask(0x20, 5, 1);
	w = vdev_disk_request(dom.vdev, &block);
	id = w->id;
	told = 0;
	attach();
	assert_int_equal(told, 1);
	assert_int_equal(w->id, id);
	/* Another size is not the same disk. */
	assert_false(vdev_disk_attach(dom.vdev, SECTORS + 1, &domain_0, PORT));
	assert_int_equal(await(true) & (DRQ | ERR), DRQ);
	vdev_destroy(dom.vdev);
}

static void errors_and_resets(void **unused)
{
	const struct vata_request *w;
	u8 *block;

	(void)unused;
	begin(1);
	assert_int_equal(in(0x1F7), 0xFF); /* no disk */
	out(0x1F7, 0xEC);
	attach();
	refuse(0x20, SECTORS, 1);
	refuse(0x30, SECTORS - 1, 2);
	refuse(0xC4, 0, 1); /* how many, nobody has said */
	refuse(0x7F, 0, 1);
	refuse(0xC6, 0, 3);
	ask(0x20, 3, 1); /* a sector that cannot be read */
	assert_true(serve(false));
	assert_int_equal(await(true) & (DRQ | ERR), ERR);
	assert_int_equal(in(0x1F1), 0x40);
	ask(0xE7, 0, 0); /* flush */
	assert_int_equal(await(true) & ERR, 0);
	/* In the middle of a command: what was requested is not done, and a number of its own
	 * follows. */
	ask(0x20, 3, 1);
	w = vdev_disk_request(dom.vdev, &block);
	assert_int_equal(w->op, VATA_READ);
	out(0x3F6, 4), out(0x3F6, 0);
	assert_int_equal(w->op, VATA_NOTHING);
	assert_int_equal(in(0x1F7) & (BSY | DRQ | ERR), 0);
	transfer(3, 9, true, 0);
	/* There is no second disk. */
	out(0x1F6, 0xF0);
	assert_int_equal(in(0x1F7), 0);
	out(0x1F7, 0xEC);
	assert_false(interrupt());
	out(0x1F6, 0xE0);
	/* Who wants no interrupts gets none. */
	out(0x3F6, 2);
	ask(0x20, 7, 1);
	assert_true(serve(true));
	assert_false(interrupt());
	assert_int_equal(in(0x1F7) & DRQ, DRQ);
	vdev_destroy(dom.vdev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(any_driver_reads_what_it_has_written),
	    cmocka_unit_test(what_nobody_has_answered_is_asked_of_the_next),
	    cmocka_unit_test(errors_and_resets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
