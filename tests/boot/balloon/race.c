/* race.c: see race.h. */
#include "race.h"

#define OPS 4000u
/* Of a word: whose it is, which writing of the page; the rest is its place. */
#define MARK	0xFF000C00u
#define VERSION 0x00FFF000u

static u32 state, mark;
static u32 version[PAGES]; /* of what was written last; 0: nothing since it came */
static bool gone[PAGES];
u32 met_tables, met_twice;
static u32 given, taken, changed, refused, unable, leaks, wrong;

static u32 below(u32 n)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return (state >> 4) % n;
}

static u32 value(const char *line, const char *name)
{
	u32 n = 0;

	for (; *line; line++) {
		u32 i = 0;

		while (name[i] && line[i] == name[i])
			i++;
		if (name[i] || line[i] != '=')
			continue;
		for (line += i + 1; *line >= '0' && *line <= '9'; line++)
			n = n * 10 + *line - '0';
		return n;
	}
	return 0;
}

static u32 word(u32 i, u32 k)
{
	return mark ^ version[i] << 12 ^ k;
}

static void write_page(u32 i)
{
	version[i] = 1 + below(0xFFF);
	for (u32 k = 0; k < 1024; k++)
		pool[i][k] = word(i, k);
}

static void check_page(u32 i)
{
	for (u32 k = 0; k < 1024 && version[i]; k++)
		if (pool[i][k] != word(i, k)) {
			print("balloon: page %u word %u is %x, not %x\n", i, k, pool[i][k],
			      word(i, k));
			wrong++;
			return;
		}
}

/* It has come: with zeroes, or with what we have left in some page ourselves. */
static void look_for_leftovers(u32 i)
{
	version[i] = 0;
	for (u32 k = 0; k < 1024; k++) {
		u32 left = pool[i][k] ^ mark ^ k;

		if (pool[i][k] && (left & ~VERSION)) {
			print("balloon: page %u comes with %x in word %u\n", i, pool[i][k], k);
			leaks++;
			return;
		}
	}
}

static void come_and_go(u32 i)
{
	if (gone[i] && take_page(i)) {
		gone[i] = false;
		taken++;
		look_for_leftovers(i);
	} else if (gone[i]) {
		unable++; /* others have all that there is */
	} else if (below(4) == 0 && change_page(i)) {
		changed++;
		look_for_leftovers(i);
	} else if (give_page(i)) {
		gone[i] = true;
		given++;
	} else {
		print("balloon: page %u cannot be given away\n", i);
		wrong++;
	}
}

bool race(const char *cmdline)
{
	u64 tsc;

	asm volatile("rdtsc" : "=A"(tsc));
	/* Each domain begins at another time, and has another mark. */
	mark = (u32)tsc * 2654435761u & MARK;
	state = value(cmdline, "seed") * 2654435761u | 1;
	for (u32 n = 0; n < OPS; n++) {
		u32 i = below(PAGES), what = below(8);

		if (what < 3 && !gone[i]) {
			check_page(i);
			write_page(i);
		} else if (what == 3) {
			if (!hostile(i, below(1u << 20))) {
				print("balloon: something was accepted\n");
				wrong++;
			}
			refused++;
		} else if (what == 4) {
			give_way();
		} else {
			come_and_go(i);
		}
	}
	for (u32 i = 0; i < PAGES; i++)
		if (!gone[i])
			check_page(i);
	print("balloon: mark=%x given=%u taken=%u changed=%u refused=%u unable=%u table=%u "
	      "twice=%u leaks=%u wrong=%u\n",
	      mark, given, taken, changed, refused, unable, met_tables, met_twice, leaks, wrong);
	return !leaks && !wrong;
}
