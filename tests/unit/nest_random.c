/*
 * nest_random.c: random work with files, against a model; and the power goes at any moment.
 *
 * A disk of memory keeps what was written since the last barrier: when the power goes, any part of
 * that is there, sector by sector. Then the file system must mount, agree with itself (a check that
 * shares no code with it), and have all that was synced. TRAPLINE_TEST_SEED=N draws others,
 * TRAPLINE_NEST_RUNS=N makes N runs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "abi.h"
#include "fs/nest.h"

#define NAMES  12
#define LARGE  (6 * 1024 * 1024) /* through both levels of pointers; only two are so large */
#define SMALL  (400 * 1024)
#define SECTOR 512
#define OPS    150

static u32 state;

static u32 below(u32 n)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % n;
}

/* ---- A disk whose power can go ---- */

struct late { /* written since the last barrier */
	u32 block;
	u8 data[BLOCK_SIZE];
};

static struct {
	struct disk disk;
	u8 *now, *safe; /* as it is read; as it was at the last barrier */
	struct late *late;
	u32 nr_late, cap, fail_in; /* so many requests until one fails; 0: none does */
	bool failed;
} hd;

static s32 hd_io(struct disk *d, const struct disk_io *v, u32 n)
{
	assert_true(n > 0);
	if (hd.fail_in && --hd.fail_in == 0) {
		hd.failed = true;
		return -EIO;
	}
	for (u32 i = 0; i < n; i++) {
		u8 *at = hd.now + (size_t)v[i].block * BLOCK_SIZE;

		assert_true(v[i].block < d->blocks);
		if (!v[i].write) {
			memcpy(v[i].buf, at, BLOCK_SIZE);
			continue;
		}
		if (hd.nr_late == hd.cap) {
			hd.cap = hd.cap ? 2 * hd.cap : 64;
			hd.late = realloc(hd.late, hd.cap * sizeof(*hd.late));
		}
		hd.late[hd.nr_late].block = v[i].block;
		memcpy(hd.late[hd.nr_late++].data, v[i].buf, BLOCK_SIZE);
		memcpy(at, v[i].buf, BLOCK_SIZE);
	}
	return 0;
}

static s32 hd_barrier(struct disk *d)
{
	if (hd.fail_in && --hd.fail_in == 0) {
		hd.failed = true;
		return -EIO;
	}
	for (u32 i = 0; i < hd.nr_late; i++)
		memcpy(hd.safe + (size_t)hd.late[i].block * BLOCK_SIZE, hd.late[i].data,
		       BLOCK_SIZE);
	hd.nr_late = 0;
	(void)d;
	return 0;
}

static void hd_new(u32 blocks)
{
	hd.disk = (struct disk){.blocks = blocks, .io = hd_io, .barrier = hd_barrier};
	hd.now = malloc((size_t)blocks * BLOCK_SIZE);
	hd.safe = malloc((size_t)blocks * BLOCK_SIZE);
	memset(hd.now, 0xA5, (size_t)blocks * BLOCK_SIZE);
	memcpy(hd.safe, hd.now, (size_t)blocks * BLOCK_SIZE);
	hd.nr_late = hd.fail_in = 0;
	hd.failed = false;
}

static void hd_free(void)
{
	free(hd.now);
	free(hd.safe);
}

/* Of what was written late, `often` percent is there. */
static void power_goes(u32 often)
{
	for (u32 i = 0; i < hd.nr_late; i++)
		for (u32 s = 0; s < BLOCK_SIZE; s += SECTOR)
			if (below(100) < often)
				memcpy(hd.safe + (size_t)hd.late[i].block * BLOCK_SIZE + s,
				       hd.late[i].data + s, SECTOR);
	memcpy(hd.now, hd.safe, (size_t)hd.disk.blocks * BLOCK_SIZE);
	hd.nr_late = hd.fail_in = 0;
	hd.failed = false;
}

/* ---- What there should be ---- */

struct content {
	bool exists;
	u32 size;
	u8 *data; /* LARGE bytes; zero behind the end */
};

static struct {
	struct content now, synced;
	bool touched; /* since */
	/* What was written to each of its sectors since. */
	struct version {
		u32 sector,
		    next; /* next: one more than its index, of an earlier one of this sector */
		u8 data[SECTOR];
	} * versions;
	u32 nr_versions, cap, last[LARGE / SECTOR];
} files[NAMES];

static u32 most(u32 f)
{
	return f < 2 ? LARGE : SMALL;
}

static u32 often; /* it is synced: each so many steps */
static struct nest nest;
static u8 pages[NEST_BUFS][BLOCK_SIZE];

static void name_of(u32 f, char name[NEST_NAME])
{
	snprintf(name, NEST_NAME, f ? "file-%u" : "a-name-of-the-longest-there%u", f);
}

static void forget_versions(u32 f)
{
	files[f].nr_versions = 0;
	memset(files[f].last, 0, sizeof(files[f].last));
}

static void keep_version(u32 f, u32 sector)
{
	struct version *v;

	if (files[f].nr_versions == files[f].cap) {
		files[f].cap = files[f].cap ? 2 * files[f].cap : 256;
		files[f].versions = realloc(files[f].versions, files[f].cap * sizeof(*v));
	}
	v = &files[f].versions[files[f].nr_versions++];
	v->sector = sector;
	v->next = files[f].last[sector];
	memcpy(v->data, files[f].now.data + sector * SECTOR, SECTOR);
	files[f].last[sector] = files[f].nr_versions;
}

/* Each sector of a file is as it was synced, or as it was since: never another file's, nor
 * nobody's. */
static void is_its_own(u32 f, const u8 *data, u32 size)
{
	static const u8 zeros[SECTOR];

	for (u32 at = 0; at < size; at += SECTOR) {
		u32 n = size - at < SECTOR ? size - at : SECTOR, v = files[f].last[at / SECTOR];
		bool fits = !memcmp(data + at, files[f].synced.data + at, n) ||
			    !memcmp(data + at, zeros, n);

		for (; !fits && v; v = files[f].versions[v - 1].next)
			fits = !memcmp(data + at, files[f].versions[v - 1].data, n);
		if (!fits)
			fail_msg("file %u has something else at %u of %u", f, at, size);
	}
}

static void copy(struct content *to, const struct content *from)
{
	to->exists = from->exists;
	to->size = from->size;
	memcpy(to->data, from->data, LARGE);
}

static void model_synced(void)
{
	for (u32 f = 0; f < NAMES; f++) {
		if (files[f].touched)
			copy(&files[f].synced, &files[f].now);
		files[f].touched = false;
		forget_versions(f);
	}
}

static s32 find(u32 f)
{
	char name[NEST_NAME];

	name_of(f, name);
	return nest_find(&nest, name);
}

static void same_content(u32 ino, const struct content *c)
{
	static u8 buf[LARGE + 100];
	struct nest_inode i;

	assert_int_equal(nest_stat(&nest, ino, &i), 0);
	assert_int_equal(i.size, c->size);
	assert_int_equal(nest_read(&nest, ino, 0, buf, sizeof(buf)), c->size);
	assert_memory_equal(buf, c->data, c->size);
}

/* ---- A check that shares no code: each block has one use at most, and the bitmap says which have
 * one ---- */

static u8 *used;

static void use(u32 block, u32 level)
{
	const u32 *to;

	if (!block)
		return;
	assert_true(block >= nest.data_start && block < nest.blocks);
	assert_false(used[block]);
	used[block] = 1;
	to = (const u32 *)(hd.now + (size_t)block * BLOCK_SIZE);
	for (u32 i = 0; level && i < BLOCK_SIZE / 4; i++)
		use(to[i], level - 1);
}

static void agrees_with_itself(void)
{
	const u8 *bits = hd.now + (size_t)nest.bitmap_start * BLOCK_SIZE;
	u32 left = 0;

	used = calloc(nest.blocks, 1);
	for (u32 n = 0; n < nest.nr_inodes; n++) {
		const u8 *i = hd.now + (size_t)nest.inode_start * BLOCK_SIZE + n * 128;
		u32 block[24];

		memcpy(block, i + 32, sizeof(block));
		for (u32 s = 0; s < 24; s++) {
			assert_true(i[0] || !block[s]);
			use(block[s], s < 22 ? 0 : s - 21);
		}
	}
	for (u32 b = nest.data_start; b < nest.blocks; b++) {
		assert_int_equal(bits[b / 8] >> b % 8 & 1, used[b]);
		left += !used[b];
	}
	assert_int_equal(nest.left, left);
	free(used);
}

/* ---- Random work ---- */

static void mount_it(void)
{
	u8 *p[NEST_BUFS];

	for (u32 i = 0; i < NEST_BUFS; i++)
		p[i] = pages[i];
	assert_int_equal(nest_mount(&nest, &hd.disk, p), 0);
}

/* What was not touched since it was synced is as it was; of the rest, whatever there is now holds.
 */
static void comes_back(void)
{
	mount_it();
	agrees_with_itself();
	for (u32 f = 0; f < NAMES; f++) {
		s32 ino = find(f);
		struct nest_inode i;

		if (!files[f].touched) {
			assert_int_equal(ino >= 0, files[f].synced.exists);
			if (ino >= 0)
				same_content((u32)ino, &files[f].synced);
			copy(&files[f].now, &files[f].synced);
			continue;
		}
		files[f].now.exists = ino >= 0;
		files[f].now.size = 0;
		memset(files[f].now.data, 0, LARGE);
		if (ino >= 0) {
			assert_int_equal(nest_stat(&nest, (u32)ino, &i), 0);
			files[f].now.size = i.size;
			assert_int_equal(nest_read(&nest, (u32)ino, 0, files[f].now.data, LARGE),
					 i.size);
			is_its_own(f, files[f].now.data, i.size);
		}
		copy(&files[f].synced, &files[f].now);
		files[f].touched = false;
		forget_versions(f);
	}
}

/* @return false if the disk failed */
static bool write_some(u32 f, s32 ino)
{
	static u8 buf[300000], old[300000];
	struct content *c = &files[f].now;
	u32 pos = below(3) ? below(c->size + 1) : below(most(f)), len = 1 + below(sizeof(buf));
	s32 n;

	if (below(3))
		len = 1 + below(5000);
	for (u32 i = 0; i < len; i++)
		buf[i] = (u8)(1 + below(255));
	len = pos + len > most(f) ? most(f) - pos : len;
	memcpy(old, c->data + pos, len);
	memcpy(c->data + pos, buf, len);
	for (u32 sector = pos / SECTOR; len && sector <= (pos + len - 1) / SECTOR; sector++)
		keep_version(f, sector);
	n = nest_write(&nest, (u32)ino, pos, buf, len);
	files[f].touched = true;
	if (n == -EIO || hd.failed)
		return false;
	if (n != (s32)len) {
		assert_true(n == -ENOSPC || n > 0);
		assert_true(nest.left < 8 && nest.nr_freed == 0);
		n = n < 0 ? 0 : n;
		memcpy(c->data + pos + n, old + n, len - (u32)n);
	}
	c->size = n && pos + (u32)n > c->size ? pos + (u32)n : c->size;
	return true;
}

static bool read_some(u32 f, s32 ino)
{
	static u8 buf[100000];
	const struct content *c = &files[f].now;
	u32 pos = below(c->size + 10), len = below(sizeof(buf));
	u32 want = pos >= c->size ? 0 : len < c->size - pos ? len : c->size - pos;
	s32 n = nest_read(&nest, (u32)ino, pos, buf, len);

	if (n == -EIO || hd.failed)
		return false;
	assert_int_equal(n, want);
	assert_memory_equal(buf, c->data + pos, want);
	return true;
}

static bool create(u32 f)
{
	char name[NEST_NAME];
	s32 n;

	name_of(f, name);
	n = nest_create(&nest, name);
	if (n == -EIO)
		return false;
	if (files[f].now.exists) {
		assert_int_equal(n, -EEXIST);
		return true;
	}
	assert_true(n >= 0);
	files[f].now.exists = files[f].touched = true;
	return true;
}

static bool drop(u32 f, s32 ino, bool remove)
{
	s32 err;

	files[f].touched = true;
	err = remove ? nest_remove(&nest, (u32)ino) : nest_truncate(&nest, (u32)ino);
	if (err == -EIO)
		return false;
	assert_int_equal(err, 0);
	files[f].now.exists = !remove;
	files[f].now.size = 0;
	memset(files[f].now.data, 0, LARGE);
	return true;
}

static bool sync_all(void)
{
	if (nest_sync(&nest) < 0)
		return false;
	model_synced();
	assert_int_equal(nest.nr_freed, 0);
	assert_int_equal(nest.nr_meta, 0);
	if (below(4) == 0)
		agrees_with_itself();
	return true;
}

static bool step(void)
{
	u32 f = below(NAMES);
	s32 ino = find(f);

	if (ino == -EIO)
		return false;
	assert_int_equal(ino >= 0, files[f].now.exists);
	if (below(often) == 0)
		return sync_all();
	if (ino < 0 || below(12) == 0)
		return create(f);
	switch (below(10)) {
	case 0:
		return drop(f, ino, true);
	case 1:
		return drop(f, ino, false);
	case 2:
	case 3:
	case 4:
		return read_some(f, ino);
	}
	return write_some(f, ino);
}

static void one_run(u32 seed)
{
	static u8 page[BLOCK_SIZE];
	u32 sizes[] = {NEST_LEAST, 100, 700, 3000, 40000};

	state = seed * 2654435761u | 1;
	often = 4 + below(40);
	hd_new(sizes[below(5)]);
	assert_int_equal(nest_format(&hd.disk, page), 0);
	for (u32 f = 0; f < NAMES; f++) {
		files[f].now.data = calloc(LARGE, 1);
		files[f].synced.data = calloc(LARGE, 1);
		files[f].now.exists = files[f].synced.exists = files[f].touched = false;
		files[f].now.size = files[f].synced.size = 0;
	}
	mount_it();
	agrees_with_itself();
	for (u32 i = 0; i < OPS; i++) {
		if (below(6) == 0)
			hd.fail_in = 1 + below(12);
		if (step() && below(25))
			continue;
		power_goes(1 + below(100));
		comes_back();
	}
	for (u32 f = 0; f < NAMES; f++) {
		free(files[f].now.data);
		free(files[f].synced.data);
		free(files[f].versions);
		files[f].versions = NULL;
		files[f].cap = 0;
		forget_versions(f);
	}
	hd_free();
}

static u32 from_environment(const char *name, u32 otherwise)
{
	const char *text = getenv(name);

	return text ? (u32)strtoul(text, NULL, 0) : otherwise;
}

static void what_was_synced_is_there(void **unused)
{
	u32 seed = from_environment("TRAPLINE_TEST_SEED", 1),
	    runs = from_environment("TRAPLINE_NEST_RUNS", 12);

	(void)unused;
	for (u32 i = 0; i < runs; i++) {
		print_message("# seed %u\n", seed + i);
		one_run(seed + i);
	}
}

/* Bytes far apart: a file may be mostly holes, and reach through all levels of pointers. */
static void a_file_may_have_holes(void **unused)
{
	static u8 page[BLOCK_SIZE];
	u32 at[400], left;
	s32 ino;

	(void)unused;
	state = 77;
	hd_new(40000);
	assert_int_equal(nest_format(&hd.disk, page), 0);
	mount_it();
	left = nest.left;
	ino = nest_create(&nest, "holes");
	for (u32 i = 0; i < 400; i++) {
		u32 tag = i | 0xAB000000;

		at[i] = (below(NEST_FILE_MOST / BLOCK_SIZE / 400) * 400 + i) * BLOCK_SIZE;
		assert_int_equal(nest_write(&nest, (u32)ino, at[i], (u8 *)&tag, 4), 4);
	}
	assert_int_equal(nest_sync(&nest), 0);
	agrees_with_itself();
	mount_it();
	for (u32 i = 0; i < 400; i++) {
		u32 tag;

		assert_int_equal(nest_read(&nest, (u32)ino, at[i], (u8 *)&tag, 4), 4);
		assert_int_equal(tag, i | 0xAB000000);
	}
	assert_int_equal(nest_remove(&nest, (u32)ino), 0);
	assert_int_equal(nest_sync(&nest), 0);
	agrees_with_itself();
	assert_int_equal(nest.left, left);
	hd_free();
}

/* More is dropped than can be remembered. */
static void many_files_may_go_at_once(void **unused)
{
	static u8 page[BLOCK_SIZE], data[30 * BLOCK_SIZE];
	u32 left;

	(void)unused;
	hd_new(700);
	assert_int_equal(nest_format(&hd.disk, page), 0);
	mount_it();
	left = nest.left;
	for (u32 f = 0; f < NAMES; f++) {
		char name[NEST_NAME];

		name_of(f, name);
		assert_int_equal(
		    nest_write(&nest, (u32)nest_create(&nest, name), 0, data, sizeof(data)),
		    sizeof(data));
	}
	for (u32 f = 0; f < NAMES; f++)
		assert_int_equal(nest_remove(&nest, (u32)find(f)), 0);
	assert_int_equal(nest_sync(&nest), 0);
	assert_int_equal(nest.left, left);
	agrees_with_itself();
	hd_free();
}

/* The data came, the change that made the file longer did not: nobody sees that data later. */
static void what_was_never_part_of_it_stays_hidden(void **unused)
{
	static u8 page[BLOCK_SIZE], data[4000], got[6000];
	s32 ino;

	(void)unused;
	hd_new(100);
	assert_int_equal(nest_format(&hd.disk, page), 0);
	mount_it();
	ino = nest_create(&nest, "f");
	memset(data, 'x', sizeof(data));
	assert_int_equal(nest_write(&nest, (u32)ino, 0, data, 100), 100);
	assert_int_equal(nest_sync(&nest), 0);
	assert_int_equal(nest_write(&nest, (u32)ino, 100, data, sizeof(data)), sizeof(data));
	hd.fail_in = 3; /* data, copies, and then the barrier */
	assert_int_equal(nest_sync(&nest), -EIO);
	assert_int_equal(nest_sync(&nest), -EIO); /* until it is mounted again */
	assert_int_equal(nest_find(&nest, "f"), -EIO);
	power_goes(100);
	mount_it();
	assert_int_equal(nest_write(&nest, (u32)ino, 5000, data, 1000), 1000);
	assert_int_equal(nest_read(&nest, (u32)ino, 0, got, sizeof(got)), sizeof(got));
	for (u32 i = 0; i < sizeof(got); i++)
		assert_int_equal(got[i], i < 100 || i >= 5000 ? 'x' : 0);
	hd_free();
}

/* A disk with anything on it harms nobody. */
static void garbage_is_refused_or_read(void **unused)
{
	static u8 page[BLOCK_SIZE], buf[70000];
	u8 *p[NEST_BUFS];

	(void)unused;
	for (u32 i = 0; i < NEST_BUFS; i++)
		p[i] = pages[i];
	for (u32 seed = 1; seed <= 60; seed++) {
		u32 changes = 1 + seed * 3;
		char name[NEST_NAME];

		state = seed * 40503u | 1;
		hd_new(700);
		assert_int_equal(nest_format(&hd.disk, page), 0);
		mount_it();
		for (u32 f = 0; f < NAMES; f++) {
			s32 ino;

			name_of(f, name);
			ino = nest_create(&nest, name);
			assert_true(nest_write(&nest, (u32)ino, below(200000), buf,
					       below(sizeof(buf))) >= 0);
		}
		nest_sync(&nest);
		for (; changes; changes--) {
			u32 at = below(5) ? below(40) * BLOCK_SIZE + below(2) * below(BLOCK_SIZE)
					  : below(700 * BLOCK_SIZE);

			hd.now[at] = (u8)(below(3) ? below(256) : 0xFF);
		}
		if (nest_mount(&nest, &hd.disk, p) == 0) {
			for (u32 i = 0; i < 60; i++) {
				u32 ino = below(nest.nr_inodes);

				nest_read(&nest, ino, below(100000), buf, below(sizeof(buf)));
				nest_write(&nest, ino, below(2) ? below(100000) : ~0u, buf,
					   below(sizeof(buf)));
				if (below(5) == 0)
					nest_remove(&nest, ino);
				name_of(below(NAMES), name);
				nest_create(&nest, name);
				if (below(9) == 0)
					nest_sync(&nest);
			}
		}
		hd_free();
	}
}

static void what_does_not_fit_is_refused(void **unused)
{
	static u8 page[BLOCK_SIZE];
	u8 *p[NEST_BUFS];
	struct disk small = {.blocks = NEST_LEAST - 1, .io = hd_io, .barrier = hd_barrier};
	struct disk large = {.blocks = NEST_MOST + 1, .io = hd_io, .barrier = hd_barrier};
	s32 ino;

	(void)unused;
	for (u32 i = 0; i < NEST_BUFS; i++)
		p[i] = pages[i];
	assert_int_equal(nest_format(&small, page), -EFBIG);
	assert_int_equal(nest_format(&large, page), -EFBIG);
	assert_int_equal(nest_mount(&nest, &small, p), -EINVAL);
	hd_new(100);
	assert_int_equal(nest_mount(&nest, &hd.disk, p), -EINVAL); /* not formatted */
	assert_int_equal(nest_format(&hd.disk, page), 0);
	mount_it();
	assert_int_equal(nest_create(&nest, ""), -EINVAL);
	assert_int_equal(nest_create(&nest, "a-name-that-is-longer-than-27"), -EINVAL);
	assert_int_equal(nest_find(&nest, "a-name-that-is-longer-than-27"), -ENOENT);
	assert_int_equal(nest_find(&nest, ""), -ENOENT);
	ino = nest_create(&nest, "f");
	assert_int_equal(nest_write(&nest, (u32)ino, NEST_FILE_MOST, page, 1), -EFBIG);
	assert_int_equal(nest_read(&nest, nest.nr_inodes, 0, page, 1), -ENOENT);
	assert_int_equal(nest_remove(&nest, nest.nr_inodes), -ENOENT);
	assert_int_equal(nest_remove(&nest, (u32)ino), 0);
	assert_int_equal(nest_remove(&nest, (u32)ino), -ENOENT);
	assert_int_equal(nest_truncate(&nest, (u32)ino), -ENOENT);
	/* As many files as there are inodes. */
	for (u32 i = 0; i <= nest.nr_inodes; i++) {
		char name[NEST_NAME];

		snprintf(name, sizeof(name), "f%u", i);
		ino = nest_create(&nest, name);
		assert_true(i < nest.nr_inodes ? ino >= 0 : ino == -ENOSPC);
	}
	hd_free();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_synced_is_there),
	    cmocka_unit_test(a_file_may_have_holes),
	    cmocka_unit_test(many_files_may_go_at_once),
	    cmocka_unit_test(what_was_never_part_of_it_stays_hidden),
	    cmocka_unit_test(garbage_is_refused_or_read),
	    cmocka_unit_test(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
