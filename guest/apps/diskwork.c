/*
 * diskwork.c: files whose content anybody can say, for tests of the disk and of what is below it.
 *
 *   diskwork write SEED COUNT    makes w1 .. wCOUNT on the disk, each synced before the next; the
 * last KEPT stay diskwork check SEED COUNT    those that must be there when wCOUNT was synced are,
 * whatever came after
 */
#include "lib/lib.h"

#define KEPT 20
#define MOST 200000 /* bytes of a file */

static u8 want[8192], got[8192];

static void name_of(u32 n, char name[32])
{
	strlcpy(name, "disk/w", 32);
	strlcpy(name + 6, decimal(n), 26);
}

/* What file n holds: its size, and then piece by piece. */
static u32 begin(u32 seed, u32 n, u32 *state)
{
	*state = (seed + 1) * 2654435761u ^ n * 40503u;
	*state += !*state;
	return next_random(state) % MOST;
}

static u32 fill(u32 *state, u32 left)
{
	u32 k = left < sizeof(want) ? left : sizeof(want);

	for (u32 i = 0; i < k; i++)
		want[i] = (u8)next_random(state);
	return k;
}

static void fail(const char *what, u32 n, s32 err)
{
	printf("diskwork: %s w%u: %s\n", what, n, err < 0 ? why(err) : "too few bytes");
	exit(1);
}

static void write_one(u32 seed, u32 n)
{
	u32 state, left = begin(seed, n, &state);
	char name[32];
	s32 fd, err;

	name_of(n, name);
	fd = creat(name);
	if (fd < 0)
		fail("create", n, fd);
	while (left) {
		u32 k = fill(&state, left);

		err = write((u32)fd, want, k);
		if (err != (s32)k)
			fail("write", n, err);
		left -= k;
	}
	close((u32)fd);
	err = sync();
	if (err)
		fail("sync", n, err);
	printf("synced w%u\n", n);
	if (n <= KEPT)
		return;
	name_of(n - KEPT, name);
	err = unlink(name);
	if (err)
		fail("remove", n - KEPT, err);
}

static void check_one(u32 seed, u32 n)
{
	u32 state, left = begin(seed, n, &state);
	char name[32];
	s32 fd, err;

	name_of(n, name);
	fd = open(name);
	if (fd < 0)
		fail("open", n, fd);
	while (left) {
		u32 k = fill(&state, left);

		err = read((u32)fd, got, k);
		if (err != (s32)k)
			fail("read", n, err);
		if (memcmp(got, want, k))
			die("a file has another content");
		left -= k;
	}
	if (read((u32)fd, got, 1))
		die("a file is longer than it was");
	close((u32)fd);
}

int main(int argc, char **argv)
{
	u32 seed, count, first;

	if (argc != 4 || (strcmp(argv[1], "write") && strcmp(argv[1], "check"))) {
		printf("usage: diskwork write|check SEED COUNT\n");
		return 2;
	}
	seed = atou(argv[2]);
	count = atou(argv[3]);
	if (!strcmp(argv[1], "write")) {
		for (u32 n = 1; n <= count; n++)
			write_one(seed, n);
		return 0;
	}
	/* The one before the last KEPT may be gone already, or not yet. */
	first = count > KEPT - 1 ? count - (KEPT - 2) : 1;
	for (u32 n = first; n <= count; n++)
		check_one(seed, n);
	printf("diskwork: w%u to w%u are there\n", first, count);
	return 0;
}
