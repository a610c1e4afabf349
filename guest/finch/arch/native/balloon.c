/* balloon.c (native): what the balloon asks of a hypervisor, by the virtual PC's balloon device. */
#include "balloon/balloon.h"
#include <trapline/balloon.h>
#include "abi.h"
#include "mm/mm.h"

static u32 ask(u32 command, u32 *value)
{
	u32 answer = BALLOON_MAGIC;

	asm volatile("inl %%dx, %%eax"
		     : "+a"(answer), "+b"(*value)
		     : "c"(command), "d"(BALLOON_PORT)
		     : "memory");
	return answer;
}

static s32 ask_of_each(u32 command, const u32 *list, u32 n)
{
	u32 done = 0, pfn;

	for (; done < n; done++) {
		pfn = list[done];
		if (ask(command, &pfn) != BALLOON_OK)
			break;
	}
	return (s32)done;
}

static s32 release(const u32 *list, u32 n)
{
	return ask_of_each(BALLOON_GIVE, list, n);
}

static s32 claim(u32 *list, u32 n)
{
	return ask_of_each(BALLOON_TAKE, list, n);
}

/* The kernel's map of all memory stays: behind a page that is away, there is nothing. */
static void unmap(u32 pfn)
{
	(void)pfn;
}

static void map(u32 pfn, u32 frame)
{
	(void)pfn, (void)frame;
}

static const struct balloon_ops ops = {.take = memory_take,
				       .give = frame_put,
				       .unmap = unmap,
				       .map = map,
				       .release = release,
				       .claim = claim};

s32 arch_balloon(struct balloon *b)
{
	u32 pages = 0;

	if (ask(BALLOON_START, &pages) != BALLOON_OK)
		return -ENODEV;
	b->ops = &ops;
	b->nr_pages = frames_all();
	return 0;
}

u32 arch_balloon_target(u32 all_pages)
{
	u32 pages = 0;

	return ask(BALLOON_TARGET, &pages) == BALLOON_OK ? pages : all_pages;
}

u32 arch_balloon_share(u32 all_pages)
{
	u32 pages = 0;

	return ask(BALLOON_SHARE, &pages) == BALLOON_OK ? pages : all_pages;
}

/* Nobody tells of a new one. */
u32 arch_balloon_poll(void)
{
	return HZ / 4;
}
