/*
 * balloon.c: dev/balloon: whoever reads it is the one who waits for the disk while memory is found
 * to be given back. One read is one step (balloon/balloon.h), as soon as there is one to be made,
 * and gives what the balloon holds then: struct balloon_state of abi.h.
 */
#include "dev/balloon.h"
#include "abi.h"
#include "lib/lib.h"
#include "proc/proc.h"

static struct balloon balloon; /* nr_pages 0: nobody has asked for it yet */
static struct file *user;
static u32 next_step; /* ticks; what the last step said */

u32 balloon_held(void)
{
	return balloon.held;
}

static s32 open_balloon(struct file *f)
{
	s32 err = balloon.nr_pages ? 0 : arch_balloon(&balloon);

	if (err)
		return err;
	if (user)
		return -EBUSY;
	user = f;
	if (!balloon.share)
		balloon.share = balloon.nr_pages;
	balloon_set_target(&balloon, balloon.nr_pages - balloon.held);
	return 0;
}

static void close_balloon(struct file *f)
{
	(void)f;
	user = NULL; /* what it holds, it holds */
}

/* @return the tick until which to sleep at most; 0: until a new target comes */
static u32 until(u32 wait)
{
	u32 poll = arch_balloon_poll(), at;

	wait = poll && poll < wait ? poll : wait;
	at = ticks_now() + wait;
	return wait == BALLOON_STAY ? 0 : at + !at;
}

static s32 step(struct file *f, u8 *buf, u32 n)
{
	struct balloon_state s;
	u32 target;

	(void)f;
	if (n != sizeof(s))
		return -EINVAL;
	for (;;) {
		target = balloon.target;
		balloon_follow(&balloon, arch_balloon_target(balloon.nr_pages),
			       arch_balloon_share(balloon.nr_pages));
		if (!next_step || balloon.target != target)
			break;
		if (signal_pending())
			return -EINTR;
		sleep_on(arch_balloon, until(next_step));
		if (next_step != BALLOON_STAY)
			next_step = 0;
	}
	next_step = balloon_step(&balloon);
	s = (struct balloon_state){balloon.held, balloon.target};
	memcpy(buf, &s, sizeof(s));
	return sizeof(s);
}

static s32 no_write(struct file *f, const u8 *buf, u32 n)
{
	(void)f, (void)buf, (void)n;
	return -EINVAL;
}

const struct device balloon_device = {
    .open = open_balloon, .read = step, .write = no_write, .close = close_balloon};
