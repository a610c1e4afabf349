/*
 * direct_reference.h: a model of page types that knows no counts.
 *
 * The model holds only what the guest asked for (contents, pins, the base, which frames it owns).
 * It decides by looking at everything: an operation is fine if afterwards, with the entry that it
 * replaces still counted in, every frame plays one part only. The frame table must agree with it
 * about each operation, and then about each count.
 */
#ifndef TESTS_DIRECT_REFERENCE_H
#define TESTS_DIRECT_REFERENCE_H

#include "direct_machine.h"

#define PLAYED 14u /* frames that the test plays with, and the shared one */
static const u32 indices[] = {0, 1, 2, 3, 1007};
#define NR_INDICES ARRAY_SIZE(indices)

enum part { NOTHING, TABLE = FT_PAGE_TABLE, DIRECTORY = FT_PAGE_DIRECTORY, WRITABLE = FT_WRITABLE };

static struct {
	bool pinned_l1[FRAMES], pinned_l2[FRAMES], allocated[FRAMES];
	u32 base;
} model;

/* What the model derives from scratch. */
struct derived {
	u32 as[FRAMES][6]; /* how often each frame plays each part */
	u32 refs[FRAMES];
	bool sound;
};

struct extra { /* an entry that is held besides what the tables hold */
	u32 frame, val;
	bool directory;
};

static bool mappable(u32 n)
{
	return n < FRAMES && n != FOREIGN && n != SHARED && frame_table[n].owner == guest.id;
}

static void play(struct derived *x, u32 n, enum part part)
{
	if (!mappable(n)) {
		x->sound = false;
		return;
	}
	x->as[n][part]++;
	x->refs[n]++;
}

static void l1_entry(struct derived *x, u32 val)
{
	u32 n = val >> 12;

	if (!(val & PTE_P))
		return;
	if (val & (PTE_PS | PTE_G))
		x->sound = false;
	if (n == SHARED)
		return;
	if (val & PTE_RW) {
		play(x, n, WRITABLE);
	} else if (mappable(n)) {
		x->refs[n]++;
	} else {
		x->sound = false;
	}
}

static void l2_entry(struct derived *x, u32 dir, u32 val)
{
	if (!(val & PTE_P))
		return;
	if (val & (PTE_PS | PTE_G))
		x->sound = false;
	if (val >> 12 != dir)
		play(x, val >> 12, TABLE);
	else if (val & PTE_RW)
		x->sound = false;
}

static struct derived derive(const struct extra *extra, u32 extra_base, u32 extra_pin,
			     enum part pin_part)
{
	struct derived x = {.sound = true};

	for (u32 n = 0; n < PLAYED; n++) {
		if (model.pinned_l2[n])
			play(&x, n, DIRECTORY);
		if (model.pinned_l1[n])
			play(&x, n, TABLE);
		x.refs[n] += model.allocated[n];
	}
	play(&x, model.base, DIRECTORY);
	if (extra_base != ~0u)
		play(&x, extra_base, DIRECTORY);
	if (extra_pin != ~0u)
		play(&x, extra_pin, pin_part);
	for (u32 n = 0; n < PLAYED; n++)
		for (u32 i = 0; x.as[n][DIRECTORY] && i < NR_INDICES; i++)
			l2_entry(&x, n, memory[n][indices[i]]);
	if (extra && extra->directory)
		l2_entry(&x, extra->frame, extra->val);
	for (u32 n = 0; n < PLAYED; n++)
		for (u32 i = 0; x.as[n][TABLE] && i < NR_INDICES; i++)
			l1_entry(&x, memory[n][indices[i]]);
	if (extra && !extra->directory)
		l1_entry(&x, extra->val);
	for (u32 n = 0; n < PLAYED; n++)
		if (!!x.as[n][TABLE] + !!x.as[n][DIRECTORY] + !!x.as[n][WRITABLE] > 1)
			x.sound = false;
	return x;
}

static struct derived now(void)
{
	return derive(NULL, ~0u, ~0u, NOTHING);
}

#endif
