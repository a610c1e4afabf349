/*
 * work.c: a working set of a given size, the same work for each seed, and a checksum that anybody
 * can compute who never heard of pages (tests/boot/swap.py does). For measurements of memory under
 * pressure.
 *
 *   work SEED PAGES ROUNDS [FILE-PAGES]
 *
 * Each of PAGES pages of memory is written once (fill). Then a round has two phases:
 *
 *   local    32 draws for each page of a quarter of them, in each round another one: reads, and one
 *            write in four
 *   files    the file disk/work (if FILE-PAGES is given) is read from beginning to end
 *
 * At last one word of each page is read (sweep). All that is read goes into the sum.
 */
#include "lib/lib.h"

#define PAGE  4096u
#define WORDS (PAGE / 4)

static u32 *memory, nr_pages, state, sum;

static void take(u32 word)
{
	sum = (sum << 5 | sum >> 27) ^ word;
}

/* The word of a page that a draw is about. */
static u32 *word_of(u32 page, u32 r)
{
	return memory + page * WORDS + r % WORDS;
}

static void fill(void)
{
	for (u32 p = 0; p < nr_pages; p++)
		for (u32 i = 0; i < WORDS; i += 64)
			memory[p * WORDS + i] = next_random(&state);
}

static void local(u32 round)
{
	u32 window = nr_pages / 4 + 1, first = round * window % nr_pages;

	for (u32 i = 0; i < window * 32; i++) {
		u32 r = next_random(&state), *w = word_of((first + r % window) % nr_pages, r >> 12);

		take(*w);
		if (!(r >> 24 & 3))
			*w = r;
	}
}

static void sweep(void)
{
	for (u32 p = 0; p < nr_pages; p++)
		take(memory[p * WORDS]);
}

static void make_file(u32 pages)
{
	static u32 page[WORDS];
	s32 fd = creat("disk/work");

	if (fd < 0)
		die("no file can be made on the disk: mkfs, mount");
	while (pages--) {
		for (u32 i = 0; i < WORDS; i++)
			page[i] = next_random(&state);
		if (write((u32)fd, page, PAGE) != PAGE)
			die("the disk is full");
	}
	close((u32)fd);
	if (sync())
		die("the disk failed");
}

static void read_file(u32 pages)
{
	static u32 page[WORDS];
	s32 fd = open("disk/work");

	if (fd < 0)
		die("the file has gone");
	while (pages--) {
		if (read((u32)fd, page, PAGE) != PAGE)
			die("the file is too short");
		for (u32 i = 0; i < WORDS; i += 64)
			take(page[i]);
	}
	close((u32)fd);
}

/* What has happened since the last report. */
static void report(const char *phase, u32 round)
{
	static struct sysinfo last;
	struct sysinfo now;

	sysinfo(&now);
	if (phase)
		printf("work: phase=%s round=%u faults=%u ins=%u outs=%u hits=%u misses=%u\n",
		       phase, round, now.faults - last.faults, now.ins - last.ins,
		       now.outs - last.outs, now.hits - last.hits, now.misses - last.misses);
	last = now;
}

int main(int argc, char **argv)
{
	u32 rounds, files;
	s32 va;

	if (argc != 4 && argc != 5) {
		printf("usage: work SEED PAGES ROUNDS [FILE-PAGES]\n");
		return 2;
	}
	state = atou(argv[1]) * 2654435761u + 1;
	state += !state;
	nr_pages = atou(argv[2]);
	rounds = atou(argv[3]);
	files = argc == 5 ? atou(argv[4]) : 0;
	va = mmap(0, nr_pages * PAGE, PROT_READ | PROT_WRITE);
	if (!nr_pages || (va < 0 && va > -4096))
		die("work: no room for so many pages");
	memory = (u32 *)va;
	report(NULL, 0);
	if (files)
		make_file(files);
	fill();
	report("fill", 0);
	for (u32 r = 1; r <= rounds; r++) {
		local(r);
		report("local", r);
		if (files)
			read_file(files);
		report("files", r);
	}
	sweep();
	report("sweep", 0);
	printf("work: seed=%s pages=%u rounds=%u files=%u sum=%08x\n", argv[1], nr_pages, rounds,
	       files, sum);
	return 0;
}
