/* direct_model.c: random operations on page tables, against a model that knows no counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "direct_reference.h"
#include "insn_scale.h"

static void compare(u32 step)
{
	struct derived x = now();

	assert_int_equal(guest.populated + free_frames(), FRAMES - 2);
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
	assert_int_equal(pages_mapped, 0);
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
	int err = finish(new_base(guest.vcpus, mfn(n)));

	if ((err == 0) != fine)
		fail_msg("step %u: base %u gives %d", step, n, err);
	if (!err)
		model.base = n;
	return guest.vcpus->base.n == model.base;
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
		page_put(&guest, f);
	} else if (free_frames()) {
		n = alloc_frame(guest.id).n;
		guest.populated++;
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
	assert_int_equal(finish(new_base(guest.vcpus, mfn(0))), 0);
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
