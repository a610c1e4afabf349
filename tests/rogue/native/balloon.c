/* balloon.c: giving away what is in use, what is not there, and what is gone already; touching what
 * is given away. */
#include <trapline/balloon.h>
#include "native/native.h"

#define SLOT 0x80u /* one that nobody uses */
#define VA   (SLOT << 22)

static u32 ask(u32 magic, u32 command, u32 *arg)
{
	u32 answer;

	asm volatile("inl %%dx, %%eax"
		     : "=a"(answer), "+b"(*arg)
		     : "a"(magic), "c"(command), "d"(BALLOON_PORT)
		     : "memory");
	return answer;
}

static u32 balloon(u32 command, u32 page)
{
	return ask(BALLOON_MAGIC, command, &page);
}

static u32 page_of(const void *at)
{
	return (u32)at / PAGE_SIZE;
}

static u32 pages(void)
{
	u32 n = 0;

	must(ask(BALLOON_MAGIC, BALLOON_START, &n) == BALLOON_OK, "start");
	return n;
}

/* The device refuses with `want`. */
static void verdict_answer(u32 answer, u32 want)
{
	must(answer == want, "another-answer");
	verdict_errno(-(s32)answer);
}

static void in_use(u32 at)
{
	verdict_answer(balloon(BALLOON_GIVE, at / PAGE_SIZE), BALLOON_IN_USE);
}

static void linked_table(u32 unused)
{
	(void)unused;
	page_b[0] = (u32)page_a | PTE_NORMAL;
	hook(SLOT, page_b, PTE_NORMAL);
	flush();
	must(*(volatile u32 *)VA == 0, "reads-otherwise");
	in_use((u32)page_b);
	must(*(volatile u32 *)VA == 0, "reads-otherwise");
	directory[SLOT] = 0;
	flush();
	/* Now nobody uses it. */
	must(balloon(BALLOON_GIVE, page_of(page_b)) == BALLOON_OK, "free-table");
	must(balloon(BALLOON_TAKE, page_of(page_b)) == BALLOON_OK, "take-table");
}

static void give_twice(u32 unused)
{
	volatile u32 *page = page_a;
	u32 n = page_of(page_a), has = n;

	(void)unused;
	page[3] = 0x5EC3E7;
	must(ask(BALLOON_MAGIC, BALLOON_GIVE, &has) == BALLOON_OK, "give");
	must(has == pages() - 1, "another-number");
	verdict_answer(balloon(BALLOON_GIVE, n), BALLOON_GIVEN);
	must(page[3] == 0, "still-there");
	page[4] = 0xBAD;
	must(page[4] == 0, "written");
	must(balloon(BALLOON_TAKE, n) == BALLOON_OK, "take");
	must(page[3] == 0 && page[4] == 0, "old-contents");
	page[5] = 7;
	must(page[5] == 7, "not-there");
}

/* By another address, in a page of 4 MB, by an instruction that is not emulated. */
static void given_elsewhere(u32 unused)
{
	u32 n = page_of(page_a), at = VA | ((u32)page_a & 0x3FFFFF), sum = 1;

	(void)unused;
	write_cr4(read_cr4() | CR4_PSE);
	directory[SLOT] = ((u32)page_a & PDE_LARGE_FRAME) | PTE_NORMAL | PTE_PS;
	flush();
	*(volatile u32 *)at = 0x5EC3E7;
	must(page_a[0] == 0x5EC3E7, "another-page");
	must(balloon(BALLOON_GIVE, n) == BALLOON_OK, "give");
	asm volatile("lock addl %1, (%0)" : : "r"(at), "r"(5) : "memory");
	asm volatile("fninit\n\tmovl (%1), %0\n\tfildl (%1)\n\tfistpl (%1)"
		     : "=r"(sum)
		     : "r"(at)
		     : "memory");
	verdict_silent(sum == 0 && *(volatile u32 *)at == 0);
	must(balloon(BALLOON_TAKE, n) == BALLOON_OK, "take");
	must(page_a[0] == 0, "old-contents");
	directory[SLOT] = 0;
	write_cr4(read_cr4() & ~CR4_PSE);
	flush();
}

static void take_what_it_has(u32 unused)
{
	(void)unused;
	page_a[0] = 5;
	verdict_answer(balloon(BALLOON_TAKE, page_of(page_a)), BALLOON_NOT_GIVEN);
	must(page_a[0] == 5, "cleared");
}

static void beyond(u32 page)
{
	u32 has = pages();

	if (!page)
		page = memory_end / PAGE_SIZE;
	verdict_answer(balloon(BALLOON_GIVE, page), BALLOON_RANGE);
	verdict_answer(balloon(BALLOON_TAKE, page), BALLOON_RANGE);
	must(pages() == has, "another-number");
}

static void no_command(u32 command)
{
	verdict_answer(balloon(command, page_of(page_a)), BALLOON_COMMAND);
}

static void no_magic(u32 magic)
{
	u32 arg = page_of(page_a);

	page_a[0] = 5;
	verdict_silent(ask(magic, BALLOON_GIVE, &arg) == BALLOON_NOBODY && page_a[0] == 5);
}

static void run_there(u32 unused)
{
	(void)unused;
	balloon(BALLOON_GIVE, page_of(page_a));
	try_call((u32)page_a);
}

static void base_there(u32 unused)
{
	(void)unused;
	balloon(BALLOON_GIVE, page_of(page_a));
	set_cr3((u32)page_a);
}

CASES = {
    {"balloon-gives-directory", 0, 0, in_use, (u32)directory},
    {"balloon-gives-table", 0, 0, in_use, (u32)tables},
    {"balloon-gives-linked-table", 0, 0, linked_table, 0},
    {"balloon-gives-gdt", 0, 0, in_use, (u32)gdt},
    {"balloon-gives-code", 0, 0, in_use, (u32)in_use},
    {"balloon-gives-twice", 0, 0, give_twice, 0},
    {"balloon-given-page-elsewhere", 0, 0, given_elsewhere, 0},
    {"balloon-takes-what-it-has", 0, 0, take_what_it_has, 0},
    {"balloon-at-memory-end", 0, 0, beyond, 0},
    {"balloon-beyond", 0, 0, beyond, 0xFFFFF},
    {"balloon-far-beyond", 0, 0, beyond, 0xFFFFFFFF},
    {"balloon-command-5", 0, 0, no_command, 5},
    {"balloon-command-huge", 0, 0, no_command, 0xFFFFFFFF},
    {"balloon-no-magic", 0, 0, no_magic, 0},
    {"balloon-runs-there", 0, FATAL, run_there, 0},
    {"balloon-base-there", 0, FATAL, base_there, 0},
};
