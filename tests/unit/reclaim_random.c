/*
 * reclaim_random.c: Finch's memory under pressure: faults, fork, swapping, reclaim, against a model
 * that knows only what each page of each process must show.
 *
 * The kernel's own files run here (guest/finch/mm), on a memory that lies where the kernel's does,
 * a processor that sets A and D bits, and a disk that fails now and then. While the disk is busy,
 * other processes run: they read and write what they have, unmap, and end. At the end of each run
 * all frames are free, and all slots. TRAPLINE_TEST_SEED=N draws others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

static void *(*const host_mmap)(void *, size_t, int, int, int, off_t) = mmap;
#define HOST_WRITE (PROT_READ | PROT_WRITE)
#define HOST_NEW   (MAP_SHARED | MAP_FIXED_NOREPLACE)
#define HOST_OVER  (MAP_SHARED | MAP_FIXED)
#undef PROT_READ
#undef PROT_WRITE
#undef MAP_FIXED

#include "abi.h"
#include "fs/cache.h"
#include "fs/disk.h"
#include "fs/fs.h"
#include "lib/lib.h"
#include "proc/proc.h"

#define FRAMES 160u
#define SLOTS  400u
#define LIVES  5u /* processes */
#define PAGES  48u
#define FIRST  0x40000000u
#define STEPS  20000u

static int memory;	 /* a file, so that a frame can be at two addresses */
static u32 state, fails; /* of a disk's transfers, one in so many; 0: none */
static u8 on_disk[SLOTS][PAGE_SIZE];
static bool busy; /* the disk; then nobody may wait for memory */
static vaddr_t faulting;
static struct {
	pte_t *slot, e;
} queue[64];
static u32 queued;
static bool fixed[LIVES][PAGES]; /* not to be written */
static u32 model[LIVES][PAGES], reads, writes, forks, refused, amid;
struct proc procs[NR_PROCS];
struct proc *current;

static u32 below(u32 n)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % n;
}

/* ---- what the kernel's files call ---- */

void panic(const char *fmt, ...)
{
	fprintf(stderr, "panic: %s\n", fmt);
	abort();
}
u32 rng_below(u32 n)
{
	return below(n);
}
void sleep_on(const void *channel, u32 until)
{
	(void)channel, (void)until;
	fail_msg("it would sleep for ever");
}
void wakeup_sleepers(const void *channel)
{
	(void)channel;
}
static void map_user(vaddr_t va, u32 pfn)
{
	void *at = (void *)(uintptr_t)va;

	assert_ptr_equal(
	    host_mmap(at, PAGE_SIZE, HOST_WRITE, HOST_OVER, memory, (off_t)pfn * PAGE_SIZE), at);
}
void mmu_map(pte_t *slot, pte_t e)
{
	assert_false(slot->v & PTE_P);
	*slot = e;
	map_user(faulting, pte_pfn(e));
}
void mmu_remap(vaddr_t va, pte_t *slot, pte_t e)
{
	*slot = e;
	map_user(va, pte_pfn(e));
}
void mmu_commit(void)
{
	for (u32 i = 0; i < queued; i++)
		*queue[i].slot = queue[i].e;
	queued = 0;
}
void mmu_queue(pte_t *slot, pte_t e)
{
	if (queued == ARRAY_SIZE(queue))
		mmu_commit();
	queue[queued].slot = slot;
	queue[queued++].e = e;
}
static pte_t kernel_directory[1024];
pte_t *mmu_kernel_directory(void)
{
	return kernel_directory;
}
void mmu_activate(pte_t *dir)
{
	(void)dir;
}
void mmu_retire(pte_t *dir)
{
	(void)dir;
}
void mmu_hook(pte_t *slot, u32 table_pfn)
{
	*slot = pte_make(table_pfn, PTE_P | PTE_RW | PTE_US | PTE_A);
}
void arch_space_goes(const pte_t *dir)
{
	(void)dir;
}
bool disks_meet(struct disk *a, struct disk *b)
{
	return a == b;
}
static u32 no_page(u32 page)
{
	(void)page;
	return POLICY_NONE;
}
static bool not_used(u32 page)
{
	(void)page;
	return false;
}
const struct policy_ops cache_pages = {no_page, not_used};
void cache_drop(u32 place)
{
	(void)place;
	fail_msg("there is no cache");
}

/* ---- the disk ---- */

static void step_amid(void);

static s32 disk_io(struct disk *d, const struct disk_io *v, u32 n)
{
	bool fine = !fails || below(fails);

	(void)d;
	assert_false(busy);
	busy = true;
	for (u32 i = 0; i < n; i++) {
		assert_in_range(v[i].block, 1, SLOTS - 1);
		if (fine && v[i].write)
			memcpy(on_disk[v[i].block], v[i].buf, PAGE_SIZE);
		for (u32 k = below(4); k; k--)
			step_amid();
		if (fine && !v[i].write)
			memcpy(v[i].buf, on_disk[v[i].block], PAGE_SIZE);
	}
	busy = false;
	return fine ? 0 : -EIO;
}
static struct disk the_disk = {.blocks = SLOTS, .io = disk_io};

/* ---- the processes ---- */

static bool lives(u32 p)
{
	return procs[p].space.dir;
}

/* As the processor does it; else the kernel, if memory may be waited for. @return the frame */
static u32 *touch(u32 p, u32 page, bool write)
{
	struct space *s = &procs[p].space;
	vaddr_t va = FIRST + page * PAGE_SIZE;

	for (u32 tries = 0; tries < 3; tries++) {
		pte_t *slot = table_find(s, va);
		enum fault f;

		if (slot && slot->v & PTE_P && (!write || slot->v & PTE_RW)) {
			slot->v |= PTE_A | (write ? PTE_D : 0);
			return frame_address(pte_pfn(*slot));
		}
		if (busy && (frames_free() < 2 || (slot && slot->v & PTE_SWAPPED)))
			return NULL;
		if (!busy)
			memory_make(FRAMES_KEPT);
		slot = table_find(s, va);
		if (slot && slot->v & PTE_P)
			map_user(va, pte_pfn(*slot));
		faulting = va;
		f = space_fault(s, va, write);
		assert_int_not_equal(f, FAULT_BAD);
		if (f != FAULT_DONE) {
			assert_true(f != FAULT_NO_DISK || fails);
			refused++;
			return NULL;
		}
	}
	fail_msg("a fault comes again and again");
	return NULL;
}

static void use(u32 p, u32 page)
{
	bool write = !fixed[p][page] && below(2);
	u32 *frame;

	if (!lives(p))
		return;
	frame = touch(p, page, write);
	if (!frame)
		return;
	assert_int_equal(frame[0], model[p][page]);
	assert_int_equal(frame[1023], model[p][page]);
	reads++;
	if (!write)
		return;
	writes++;
	frame[0] = frame[1023] = model[p][page] = below(0x7FFFFFFF) + 1;
}

static void unmap(u32 p, u32 page)
{
	u32 n = 1 + below(4);
	bool readonly;
	vaddr_t va = FIRST + page * PAGE_SIZE;

	n = n < PAGES - page ? n : PAGES - page;
	assert_int_equal(space_unmap(&procs[p].space, va, va + n * PAGE_SIZE), 0);
	/* Few of them: regions end, too. */
	readonly = below(4) == 0 && page % 16 < 4;
	if (!region_add(&procs[p].space, va, va + n * PAGE_SIZE,
			readonly ? PROT_READ : PROT_READ | PROT_WRITE))
		fail_msg("no region");
	region_tidy(&procs[p].space);
	memset(&model[p][page], 0, n * sizeof(model[p][0]));
	memset(&fixed[p][page], readonly, n * sizeof(fixed[p][0]));
}

static void end(u32 p)
{
	space_free(&procs[p].space);
}

static void begin(u32 p)
{
	u32 from = below(LIVES);
	struct space *s = &procs[p].space;

	memory_make(FRAMES_KEPT);
	if (from != p && lives(from) && below(4)) {
		if (space_copy(s, &procs[from].space)) {
			s->dir = NULL;
			return;
		}
		memcpy(model[p], model[from], sizeof(model[p]));
		memcpy(fixed[p], fixed[from], sizeof(fixed[p]));
		forks++;
		return;
	}
	if (space_init(s))
		return;
	s->live = true;
	region_add(s, FIRST, FIRST + PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE);
	memset(model[p], 0, sizeof(model[p]));
	memset(fixed[p], 0, sizeof(fixed[p]));
}

/* While the disk is at work. Who waits for it is `current`: that one does nothing. */
static void step_amid(void)
{
	u32 p = below(LIVES), page = below(PAGES);

	if (!lives(p) || &procs[p] == current)
		return;
	amid++;
	if (below(60) == 0)
		end(p);
	else if (below(12) == 0)
		unmap(p, page);
	else
		use(p, page);
}

static void step(void)
{
	u32 p = below(LIVES), page = below(PAGES), what = below(200);

	current = &procs[p];
	if (!lives(p))
		begin(p);
	else if (what == 0)
		end(p);
	else if (what < 4)
		unmap(p, page);
	else if (what < 6)
		memory_make(FRAMES_KEPT + below(FRAMES / 2));
	else
		use(p, page);
}

/* Each frame has as many users as entries lead to it; each slot in use is an entry's or a frame's.
 */
static void check(void)
{
	u32 users[FRAMES] = {0}, used = 0;
	bool needed[SLOTS] = {false};

	for (u32 p = 0; p < LIVES; p++) {
		for (u32 page = 0; lives(p) && page < PAGES; page++) {
			pte_t *slot = table_find(&procs[p].space, FIRST + page * PAGE_SIZE);

			if (slot && slot->v & PTE_P)
				users[pte_pfn(*slot)]++;
			else if (slot && slot->v & PTE_SWAPPED)
				needed[pte_slot(*slot)] = true;
		}
	}
	for (u32 i = 1; i < FRAMES; i++) {
		if (users[i])
			assert_int_equal(frame_users(i), users[i]);
		assert_false(swap_marked(i) && !fails); /* not on the disk, if that failed */
		needed[swap_slot(i)] = true;
	}
	for (u32 slot = 1; slot < SLOTS; slot++)
		used += needed[slot];
	assert_int_equal(memory_counts.used, used);
}

static void memory_under_pressure_shows_what_was_written(void **unused)
{
	const char *seed = getenv("TRAPLINE_TEST_SEED"), *scale = getenv("TRAPLINE_TEST_SCALE");
	u32 runs = 6 * (scale ? (u32)atoi(scale) : 1), before;
	struct boot boot = {.nr_pages = FRAMES, .nr_busy = 1, .busy = {{0, 1}}};

	(void)unused;
	memory = memfd_create("frames", 0);
	assert_int_equal(ftruncate(memory, FRAMES * PAGE_SIZE), 0);
	assert_ptr_not_equal(host_mmap((void *)(uintptr_t)KERNEL_BASE, FRAMES * PAGE_SIZE,
				       HOST_WRITE, HOST_NEW, memory, 0),
			     MAP_FAILED);
	state = (seed ? (u32)strtoul(seed, NULL, 10) : 1) * 2654435761u | 1;
	frame_init(&boot);
	assert_int_equal(swap_on(&the_disk), 0);
	assert_int_equal(swap_on(&the_disk), -EBUSY);
	before = frames_free();
	for (u32 run = 0; run < runs; run++) {
		fails = run % 3 == 2 ? 50 : 0;
		memory_counts.slots = run % 2 ? SLOTS - 1 : 120; /* enough, or too few */
		for (u32 n = 0; n < STEPS; n++) {
			step();
			if (n % 16 == 0)
				check();
		}
		fails = 0;
		for (u32 p = 0; p < LIVES; p++)
			if (lives(p))
				end(p);
		assert_int_equal(frames_free(), before);
		assert_int_equal(memory_counts.used, 0);
	}
	print_message(
	    "%u reads, %u writes, %u forks, %u swapped in, %u out, %u amid transfers, %u refused\n",
	    reads, writes, forks, memory_counts.ins, memory_counts.outs, amid, refused);
	assert_true(memory_counts.ins > 1000 && memory_counts.outs > 1000 && forks > 50 &&
		    amid > 1000 && refused > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(memory_under_pressure_shows_what_was_written)};

	return cmocka_run_group_tests_name("reclaim_random", tests, NULL, NULL);
}
