/*
 * stress.c: stress [seed [steps]]: memory under random use, checked against a model.
 *
 * The model is what each page of an area must show: the word last written, or zero. Steps write,
 * read, unmap and map again, take rights away, and fork a child that checks the whole area, then
 * scribbles over its copy of it; the parent must not notice.
 */
#include "lib/lib.h"

#define BASE  0x44000000u
#define PAGE  4096u
#define PAGES 512u
#define RUN   16u /* pages unmapped or protected at a time, at most */

static u32 model[PAGES]; /* 0: the page is as mmap gives it */
static u32 state, wrong;
static u32 done[5];

/* Two words in each page, its ends, so that a page half wrong shows. */
static volatile u32 *word(u32 page, bool last)
{
	return (volatile u32 *)(BASE + page * PAGE + (last ? PAGE - 4 : 0));
}

static void check_page(u32 page)
{
	wrong += *word(page, false) != model[page];
	wrong += *word(page, true) != ~model[page] * (model[page] != 0);
}

static void write_page(u32 page)
{
	u32 value = next_random(&state) | 1;

	check_page(page);
	*word(page, false) = value;
	*word(page, true) = ~value;
	model[page] = value;
}

static u32 some_run(u32 *first)
{
	*first = next_random(&state) % (PAGES - RUN);
	return 1 + next_random(&state) % RUN;
}

static void remap(void)
{
	u32 first, n = some_run(&first);

	if (munmap(BASE + first * PAGE, n * PAGE) ||
	    mmap(BASE + first * PAGE, n * PAGE, PROT_READ | PROT_WRITE | MAP_FIXED) < 0)
		die("stress: remap failed");
	for (u32 i = 0; i < n; i++)
		model[first + i] = 0;
	for (u32 i = 0; i < n; i++)
		check_page(first + i);
}

static void protect_and_back(void)
{
	u32 first, n = some_run(&first);

	if (mprotect(BASE + first * PAGE, n * PAGE, PROT_READ))
		die("stress: mprotect failed");
	check_page(first);
	if (mprotect(BASE + first * PAGE, n * PAGE, PROT_READ | PROT_WRITE))
		die("stress: mprotect back failed");
	write_page(first);
}

static void fork_and_scribble(void)
{
	u32 status = 99;
	s32 pid = fork();

	if (pid < 0)
		die("stress: fork failed");
	if (!pid) {
		for (u32 p = 0; p < PAGES; p++)
			check_page(p);
		for (u32 p = next_random(&state) % 7; p < PAGES; p += 7)
			*word(p, false) = 0xDEAD0000u + p;
		exit(wrong != 0);
	}
	/* The parent writes as well, while the child may still be checking. */
	for (u32 i = 0; i < 20; i++)
		write_page(next_random(&state) % PAGES);
	waitpid(pid, &status, 0);
	wrong += status;
}

int main(int argc, char **argv)
{
	u32 steps = argc > 2 ? atou(argv[2]) : 2000, sum = 0;

	state = (argc > 1 ? atou(argv[1]) : 1) * 2654435761u | 1;
	if (mmap(BASE, PAGES * PAGE, PROT_READ | PROT_WRITE | MAP_FIXED) < 0)
		die("stress: mmap failed");
	for (u32 i = 0; i < steps; i++) {
		u32 r = next_random(&state) % 100, kind = r < 60   ? 0
							  : r < 90 ? 1
							  : r < 94 ? 2
							  : r < 98 ? 3
								   : 4;

		done[kind]++;
		if (kind == 0)
			write_page(next_random(&state) % PAGES);
		else if (kind == 1)
			check_page(next_random(&state) % PAGES);
		else if (kind == 2)
			remap();
		else if (kind == 3)
			protect_and_back();
		else
			fork_and_scribble();
	}
	for (u32 p = 0; p < PAGES; p++) {
		check_page(p);
		sum = sum * 31 + model[p];
	}
	printf("stress: steps=%u writes=%u reads=%u remaps=%u protects=%u forks=%u\n", steps,
	       done[0], done[1], done[2], done[3], done[4]);
	printf("stress: sum=0x%08x wrong=%u\n", sum, wrong);
	return wrong != 0;
}
