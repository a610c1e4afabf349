/* balloon_user.c: the operations that the lab's units are given, in ring 3: each asks the probe. */
#include "balloon.h"

static u32 ask(u32 what, u32 a, u32 b)
{
	u32 answer;

	asm volatile("int $0x82" : "=a"(answer) : "0"(what), "b"(a), "c"(b) : "memory");
	return answer;
}

/* Whatever is done takes a while, in which there may be a new target. */
static u32 do_it(u32 what, u32 a, u32 b)
{
	u32 answer = ask(what, a, b), target;

	while ((target = ask(ASK_TARGET, 0, 0)) != NO_NEWS)
		balloon_set_target((struct balloon *)ask(ASK_BALLOON, 0, 0), target);
	return answer;
}

static u32 take(void)
{
	return do_it(ASK_TAKE, 0, 0);
}

static void give(u32 pfn)
{
	do_it(ASK_GIVE, pfn, 0);
}

static void unmap(u32 pfn)
{
	do_it(ASK_UNMAP, pfn, 0);
}

static void map(u32 pfn, u32 frame)
{
	do_it(ASK_MAP, pfn, frame);
}

static void set_m2p(u32 frame, u32 pfn)
{
	do_it(ASK_M2P, frame, pfn);
}

static s32 release(const u32 *list, u32 n)
{
	return (s32)do_it(ASK_RELEASE, (u32)list, n);
}

static s32 claim(u32 *list, u32 n)
{
	return (s32)do_it(ASK_CLAIM, (u32)list, n);
}

const struct balloon_ops user_ops = {
    .take = take,
    .give = give,
    .unmap = unmap,
    .map = map,
    .set_m2p = set_m2p,
    .release = release,
    .claim = claim,
};

static u32 next_cached(u32 page)
{
	return ask(ASK_NEXT + POLICY_CACHE, page, 0);
}

static bool cached_used(u32 page)
{
	return ask(ASK_USED + POLICY_CACHE, page, 0);
}

static u32 next_swappable(u32 page)
{
	return ask(ASK_NEXT + POLICY_SWAP, page, 0);
}

static bool swappable_used(u32 page)
{
	return ask(ASK_USED + POLICY_SWAP, page, 0);
}

/* As before there is a disk to swap to. */
static u32 next_nothing(u32 page)
{
	(void)page;
	return POLICY_NONE;
}

static bool nothing_used(u32 page)
{
	(void)page;
	return false;
}

const struct policy_ops user_cache = {next_cached, cached_used},
			user_swap = {next_swappable, swappable_used},
			user_nothing = {next_nothing, nothing_used};
