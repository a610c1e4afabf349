/*
 * measure.c: three operations that change page tables, each some times; of the quickest (the others
 * met a timer tick) it says when it began and ended. Lab 03 counts instructions and entries
 * between.
 */
#include "lib/lib.h"

#define BASE	0x44000000u /* 4 MB with one page table */
#define PAGE	4096u
#define PAGES	256u /* what a process has that forks */
#define TOUCHES 64u
#define TIMES	5

struct span {
	u32 start, end;
};

static u32 tsc(void)
{
	u32 low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return low; /* nothing here takes 2^32 cycles */
}

/* All its pages are its own and writable, as in a process that has just worked. */
static void write_pages(void)
{
	for (u32 i = 0; i < PAGES; i++)
		*(volatile u8 *)(BASE + i * PAGE) = 1;
}

/* A child with as many pages; it ends at once. */
static void fork_once(void)
{
	s32 pid = fork();

	if (pid == 0)
		exit(0);
	if (pid < 0)
		die("fork");
	waitpid(pid, NULL, 0);
}

/* Pages that were never touched. */
static void touch_once(void)
{
	static u32 next = BASE + PAGES * PAGE;

	for (u32 i = 0; i < TOUCHES; i++, next += PAGE)
		*(volatile u8 *)next = 1;
}

static u32 to_child[2], to_parent[2];

/* A byte to another process and back: two switches. */
static void switch_once(void)
{
	char byte = 0;

	write(to_child[1], &byte, 1);
	read(to_parent[0], &byte, 1);
}

static void echo(void)
{
	char byte;

	while (read(to_child[0], &byte, 1) == 1)
		write(to_parent[1], &byte, 1);
	exit(0);
}

static void nothing(void)
{
}

static void measure(const char *what, u32 n, void (*before)(void), void (*once)(void))
{
	struct span best = {0, ~0u};

	for (u32 i = 0; i < TIMES; i++) {
		struct span s;

		before();
		s.start = tsc();
		once();
		s.end = tsc();
		if (s.end - s.start < best.end - best.start)
			best = s;
	}
	printf("measure what=%s n=%u start=%u end=%u\n", what, n, best.start, best.end);
}

int main(void)
{
	if (mmap(BASE, (PAGES + TIMES * TOUCHES) * PAGE, PROT_READ | PROT_WRITE | MAP_FIXED) < 0 ||
	    pipe(to_child) || pipe(to_parent))
		die("no memory");
	measure("fork", PAGES, write_pages, fork_once);
	measure("touch", TOUCHES, nothing, touch_once);
	if (!fork()) {
		close(to_child[1]);
		echo();
	}
	measure("switch", 2, nothing, switch_once);
	close(to_child[1]);
	return 0;
}
