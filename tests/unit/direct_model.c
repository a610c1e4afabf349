/*
 * direct_model.c: random operations on page tables, against a model that knows no counts.
 *
 * The model holds only what the guest asked for (contents, pins, the base, which frames it owns).
 * It decides by looking at everything: an operation is fine if afterwards, with the entry that it
 * replaces still counted in, every frame plays one part only. The frame table must agree with it
 * about each operation, and then about each count.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "direct_machine.h"
#include "insn_scale.h"

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

static void compare(u32 step)
{
	struct derived x = now();

	if (!x.sound)
		fail_msg("step %u: the tables are unsound", step);
	for (u32 n = 0; n < PLAYED; n++) {
		struct frame *f = &frame_table[n];
		u32 count = x.as[n][TABLE] + x.as[n][DIRECTORY] + x.as[n][WRITABLE];

		if (f->refs != x.refs[n] || f->type_count != count ||
		    (count && x.as[n][f->type] != count))
			fail_msg("step %u: frame %u: %u references, %u as type %u; the model "
				 "says %u, %u",
				 step, n, f->refs, f->type_count, f->type, x.refs[n], count);
		if ((f->owner == guest.id) != (x.refs[n] > 0))
			fail_msg("step %u: frame %u has owner %x", step, n, f->owner);
	}
	assert_int_equal(mappings_held(), 0);
}

static u32 random_state;
static u32 changed, refusals, hooked; /* the test must have met each often enough */

static u32 below(u32 n)
{
	return test_random(&random_state) % n;
}

static u32 random_entry(void)
{
	static const u32 targets[] = {FOREIGN, SHARED, FRAMES + 3};
	u32 flags = below(100) < 80 ? PTE_P : 0;

	flags |= below(2) ? PTE_RW : 0;
	flags |= below(2) ? PTE_US : 0;
	flags |= below(4) ? 0 : PTE_A;
	flags |= below(50) ? 0 : PTE_PS;
	flags |= below(50) ? 0 : PTE_G;
	return pte(below(40) ? below(PLAYED) : targets[below(3)], flags);
}

static bool alive(u32 n)
{
	return frame_table[n].owner == guest.id;
}

/* mmu_update: of a table, a directory, or a plain page. */
static bool update(u32 step)
{
	u32 n = below(PLAYED), index = indices[below(NR_INDICES)], val = random_entry();
	struct derived x = now();
	struct extra extra = {n, val, x.as[n][DIRECTORY]};
	u32 *entry = &memory[n][index], old = *entry;
	struct frame *f = &frame_table[n];
	int err;

	if (!alive(n))
		return true;
	if (!x.as[n][DIRECTORY] && !x.as[n][TABLE]) {
		*entry = val;
		return true;
	}
	/* The new one is taken while the old one is held. */
	x = derive(&extra, ~0u, ~0u, NOTHING);
	if (extra.directory)
		err = finish(l2_update(&guest, f, memory[n], index, val));
	else
		err = finish(l1_update(&guest, memory[n], index, val));
	changed += !err && (val & PTE_P);
	hooked += !err && extra.directory && (val & PTE_P);
	refusals += err != 0;
	if ((err == 0) != x.sound)
		fail_msg("step %u: frame %u[%u]: %x -> %x gives %d", step, n, index, old, val, err);
	return memory[n][index] == (err ? old : val);
}

static bool pin(u32 step)
{
	u32 n = below(PLAYED);
	enum part part = below(2) ? TABLE : DIRECTORY;
	bool fine = alive(n) && !model.pinned_l1[n] && !model.pinned_l2[n] &&
		    derive(NULL, ~0u, n, part).sound;
	int err = finish(pin_table(&guest, mfn(n), part));

	if ((err == 0) != fine)
		fail_msg("step %u: pin %u as %u gives %d", step, n, part, err);
	if (!err)
		(part == TABLE ? model.pinned_l1 : model.pinned_l2)[n] = true;
	return true;
}

static bool unpin(u32 step)
{
	u32 n = below(PLAYED);
	bool fine = model.pinned_l1[n] || model.pinned_l2[n];
	int err = finish(unpin_table(&guest, mfn(n)));

	if ((err == 0) != fine)
		fail_msg("step %u: unpin %u gives %d", step, n, err);
	model.pinned_l1[n] = model.pinned_l2[n] = false;
	return true;
}

static bool switch_base(u32 step)
{
	u32 n = below(PLAYED);
	bool fine = n == model.base || (alive(n) && derive(NULL, n, ~0u, NOTHING).sound);
	int err = finish(new_base(&guest.vcpu, mfn(n)));

	if ((err == 0) != fine)
		fail_msg("step %u: base %u gives %d", step, n, err);
	if (!err)
		model.base = n;
	return guest.vcpu.base.n == model.base;
}

/* memory_op: give a frame back, or take one; a taken one is empty. */
static bool balloon(u32 step)
{
	u32 n = below(PLAYED);
	struct frame *f = &frame_table[n];

	(void)step;
	if (model.allocated[n]) {
		model.allocated[n] = false;
		f->flags &= ~FRAME_ALLOCATED;
		frame_put(f);
	} else if (free_frames()) {
		n = alloc_frame(guest.id).n;
		model.allocated[n] = true;
	}
	return true;
}

static bool (*const operations[])(u32 step) = {
    update, update, update, update, update, update,	 update,
    update, update, update, pin,    unpin,  switch_base, balloon,
};

static void counts_agree_with_a_model_without_counts(void **unused)
{
	u32 steps = 10000 * test_scale();

	(void)unused;
	random_state = test_seed();
	machine_init();
	memset(&model, 0, sizeof(model));
	for (u32 n = 0; n < PLAYED; n++)
		model.allocated[n] = true;
	assert_int_equal(finish(new_base(&guest.vcpu, mfn(0))), 0);
	printf("# %u operations, SEED=%u\n", steps, test_seed());
	for (u32 step = 0; step < steps; step++) {
		assert_true(operations[below(ARRAY_SIZE(operations))](step));
		compare(step);
	}
	printf("# %u entries set, %u of them in directories, %u refused\n", changed, hooked,
	       refusals);
	assert_true(changed > steps / 100 && hooked > steps / 200 && refusals > steps / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts_agree_with_a_model_without_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
