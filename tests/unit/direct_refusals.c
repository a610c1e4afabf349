/* direct_refusals.c: what the direct MMU must refuse, each with nothing half-done behind it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "direct_machine.h"

#define RO    (PTE_P | PTE_US)
#define RW    (PTE_P | PTE_RW | PTE_US)
#define DIR   0u /* frames by the part they play */
#define TABLE 1u
#define DATA  2u
#define OTHER 3u

/* The frame table before a refused operation must be the frame table after it. */
static struct frame before[FRAMES];

static void remember(void)
{
	memcpy(before, frame_table, sizeof(before));
}
static void assert_unchanged(void)
{
	for (u32 i = 0; i < FRAMES; i++) {
		assert_int_equal(before[i].refs, frame_table[i].refs);
		assert_int_equal(before[i].type_count, frame_table[i].type_count);
		assert_int_equal(before[i].flags & FRAME_PINNED,
				 frame_table[i].flags & FRAME_PINNED);
		if (before[i].type_count)
			assert_int_equal(before[i].type, frame_table[i].type);
	}
	assert_int_equal(pages_mapped, 0);
}
#define refused(call)                                                                              \
	do {                                                                                       \
		remember();                                                                        \
		assert_int_equal(finish(call), -EINVAL);                                           \
		assert_unchanged();                                                                \
	} while (0)
#define allowed(call)                                                                              \
	do {                                                                                       \
		assert_int_equal(finish(call), 0);                                                 \
		assert_int_equal(pages_mapped, 0);                                                 \
	} while (0)

/* A directory in use, whose slot 0 hooks a table whose entry 0 maps DATA writable. */
static int address_space(void **unused)
{
	(void)unused;
	machine_init();
	memory[DIR][0] = pte(TABLE, RW);
	memory[TABLE][0] = pte(DATA, RW);
	allowed(new_base(guest.vcpus, mfn(DIR)));
	return 0;
}

static int pin_l1(u32 n)
{
	return pin_table(&guest, mfn(n), FT_PAGE_TABLE);
}
static int pin_l2(u32 n)
{
	return pin_table(&guest, mfn(n), FT_PAGE_DIRECTORY);
}

static void a_page_table_is_never_mapped_writable(void **s)
{
	(void)s;
	refused(set_l1(TABLE, 1, pte(TABLE, RW)));
	refused(set_l1(TABLE, 1, pte(DIR, RW)));
	allowed(set_l1(TABLE, 1, pte(TABLE, RO)));
	refused(set_l1(TABLE, 1, pte(TABLE, RW))); /* nor by changing the flag alone */
}

static void a_writable_page_is_never_a_page_table(void **s)
{
	(void)s;
	refused(pin_l1(DATA));
	refused(pin_l2(DATA));
	refused(set_l2(DIR, 1, pte(DATA, RW)));
	allowed(set_l1(TABLE, 0, pte(DATA, RO)));
	flushes = 0;
	allowed(pin_l1(DATA));
	/* The CPU may remember the writable mapping. */
	assert_true(flushes > 0);
	refused(set_l1(TABLE, 0, pte(DATA, RW)));
}

static void a_table_that_maps_itself_writable_cannot_be_one(void **s)
{
	(void)s;
	memory[OTHER][5] = pte(OTHER, RW);
	refused(pin_l1(OTHER));
	refused(set_l2(DIR, 1, pte(OTHER, RW)));
}

static void a_table_with_one_bad_entry_is_refused_whole(void **s)
{
	(void)s;
	for (u32 i = 0; i < 1023; i++)
		memory[OTHER][i] = pte(4 + i % 8, RW);
	memory[OTHER][1023] = pte(FOREIGN, RO);
	refused(pin_l1(OTHER));
	memory[OTHER][1023] = 0;
	allowed(pin_l1(OTHER));
}

static void a_foreign_frame_cannot_be_mapped(void **s)
{
	(void)s;
	refused(set_l1(TABLE, 1, pte(FOREIGN, RO)));
	refused(set_l1(TABLE, 1, pte(FRAMES, RO)));
	refused(set_l1(TABLE, 1, pte(0xFFFFF, RW)));
	refused(set_l2(DIR, 1, pte(FOREIGN, RW)));
	refused(pin_l1(FOREIGN));
	refused(pin_l2(FRAMES));
	refused(new_base(guest.vcpus, mfn(FOREIGN)));
	refused(new_base(guest.vcpus, mfn(INVALID_FRAME - 1)));
}

static void of_the_hypervisors_frames_only_shared_info_can_be_mapped(void **s)
{
	(void)s;
	allowed(set_l1(TABLE, 1, pte(SHARED, RW)));
	allowed(set_l1(TABLE, 1, 0));
	frame_table[10].owner = DOM_HV;
	refused(set_l1(TABLE, 1, pte(10, RO)));
	refused(set_l2(DIR, 1, pte(SHARED, RW)));
	refused(pin_l1(SHARED));
}

static void a_freed_frame_cannot_be_mapped(void **s)
{
	(void)s;
	frame_table[10].flags &= ~FRAME_ALLOCATED;
	frame_put(&frame_table[10]);
	refused(set_l1(TABLE, 1, pte(10, RO)));
	refused(pin_l1(10));
}

static void a_live_directory_entry_never_maps_4_mb(void **s)
{
	(void)s;
	refused(set_l2(DIR, 1, pte(DATA, RW | PTE_PS)));
	refused(set_l2(DIR, 0, pte(TABLE, RW | PTE_PS)));
	allowed(set_l2(DIR, 1, pte(DATA, PTE_RW | PTE_PS))); /* it is not present */
	refused(set_l2(DIR, 1, pte(DATA, RW | PTE_PS)));
	memory[OTHER][3] = pte(0, RW | PTE_PS);
	refused(pin_l2(OTHER));
}

static void xsa_148_flags_alone_cannot_make_an_entry_a_4_mb_one(void **s)
{
	(void)s;
	allowed(set_l2(DIR, 0, pte(TABLE, RW | PTE_A | PTE_D | PTE_AVAIL)));
	refused(set_l2(DIR, 0, pte(TABLE, RW | PTE_A | PTE_PS)));
	refused(set_l1(TABLE, 0, pte(DATA, RW | PTE_PS)));
	refused(set_l1(TABLE, 0, pte(DATA, RW | PTE_G)));
}

static void a_directory_may_map_itself_only_readable(void **s)
{
	(void)s;
	refused(set_l2(DIR, 1, pte(DIR, RW)));
	allowed(set_l2(DIR, 1, pte(DIR, RO)));
	allowed(set_l2(DIR, 1, pte(DIR, RO | PTE_A)));
	allowed(set_l2(DIR, 1, 0));
	memory[OTHER][1] = pte(OTHER, RW);
	refused(pin_l2(OTHER));
	memory[OTHER][1] = pte(OTHER, RO);
	allowed(pin_l2(OTHER));
}

static void xsa_182_flags_alone_cannot_make_a_self_map_writable(void **s)
{
	(void)s;
	allowed(set_l2(DIR, 1, pte(DIR, RO)));
	refused(set_l2(DIR, 1, pte(DIR, RW)));
	refused(set_l2(DIR, 1, pte(DIR, RW | PTE_A)));
	refused(set_l2(DIR, 1, pte(DIR, RW | PTE_AVAIL)));
}

static void xsa_240_directories_do_not_nest(void **s)
{
	(void)s;
	allowed(pin_l2(OTHER));
	refused(set_l2(DIR, 1, pte(OTHER, RO)));
	refused(set_l2(OTHER, 1, pte(DIR, RO)));
}

static void xsa_242_a_refused_type_leaves_no_reference(void **s)
{
	(void)s;
	for (u32 i = 0; i < 100; i++) {
		refused(pin_l1(DIR));
		refused(pin_l2(TABLE));
		refused(set_l2(DIR, 2, pte(DIR + 1, RW | PTE_G)));
	}
}

static void the_hypervisors_slots_are_not_the_guests(void **s)
{
	(void)s;
	for (u32 slot = HV_SLOT; slot < 1024; slot++) {
		refused(set_l2(DIR, slot, 0));
		refused(set_l2(DIR, slot, pte(TABLE, RO)));
	}
	allowed(set_l2(DIR, HV_SLOT - 1, pte(OTHER, RW)));
}

static void a_table_is_pinned_once_and_unpinned_once(void **s)
{
	(void)s;
	refused(unpin_table(&guest, mfn(TABLE)));
	allowed(pin_l1(TABLE));
	refused(pin_l1(TABLE));
	refused(pin_l2(TABLE));
	allowed(unpin_table(&guest, mfn(TABLE)));
	refused(unpin_table(&guest, mfn(TABLE)));
	refused(unpin_table(&guest, mfn(FRAMES + 7)));
	refused(unpin_table(&guest, mfn(FOREIGN)));
}

static void a_data_page_cannot_be_the_base_pointer(void **s)
{
	(void)s;
	refused(new_base(guest.vcpus, mfn(DATA)));
	refused(new_base(guest.vcpus, mfn(TABLE)));
	assert_int_equal(guest.vcpus->base.n, DIR);
}

static void switching_the_base_releases_the_old_one(void **s)
{
	(void)s;
	memory[OTHER][7] = pte(TABLE, RW);
	allowed(new_base(guest.vcpus, mfn(OTHER)));
	assert_int_equal(guest.vcpus->cr3, OTHER << 12);
	assert_int_equal(frame_table[DIR].type_count, 0);
	assert_int_equal(frame_table[DIR].refs, 1);
	assert_int_equal(frame_table[TABLE].type_count, 1);
	allowed(set_l1(TABLE, 9, pte(DIR, RW))); /* it is plain memory now */
}

/* A directory full of full tables, more than one call may do. */
static void fill(u32 dir)
{
	for (u32 t = 0; t < 12; t++) {
		memory[dir][t * 3] = pte(10 + t, RW);
		for (u32 i = 0; i < 1024; i++)
			memory[10 + t][i] = pte(DATA, RO);
	}
}

static void xsa_45_validation_takes_bounded_steps(void **s)
{
	u32 calls = 0;
	int err;

	(void)s;
	fill(OTHER);
	do {
		guest.direct->work = 0;
		err = pin_l2(OTHER);
		assert_true(guest.direct->work <= WORK_BOUND + 2 * 1024);
		calls++;
	} while (err == HCALL_AGAIN);
	assert_int_equal(err, 0);
	assert_true(calls > 1);
	calls = 0;
	do {
		guest.direct->work = 0;
		err = unpin_table(&guest, mfn(OTHER));
		assert_true(guest.direct->work <= WORK_BOUND + 2 * 1024);
		calls++;
	} while (err == HCALL_AGAIN);
	assert_int_equal(err, 0);
	assert_true(calls > 1);
	assert_int_equal(frame_table[OTHER].refs, 1);
	assert_int_equal(frame_table[10].refs, 1);
}

static void a_bad_entry_after_an_interruption_is_still_refused(void **s)
{
	(void)s;
	fill(OTHER);
	memory[OTHER][500] = pte(FOREIGN, RW);
	refused(pin_l2(OTHER));
	memory[OTHER][500] = 0;
	allowed(pin_l2(OTHER));
}

static void xsa_299_a_half_validated_directory_is_no_directory(void **s)
{
	(void)s;
	fill(OTHER);
	guest.direct->work = 0;
	assert_int_equal(pin_l2(OTHER), HCALL_AGAIN);
	/* The guest does something else instead of calling again. */
	assert_int_equal(set_l2(OTHER, 900, pte(TABLE, RW)), -EINVAL);
	assert_int_equal(set_l1(TABLE, 1, pte(OTHER, RW)), -EINVAL);
	assert_int_equal(finish(unpin_table(&guest, mfn(OTHER))), -EINVAL);
	assert_int_equal(finish(pin_l1(OTHER)), -EINVAL);
	/* Another directory: the first one is let go of before. */
	memory[4][0] = pte(TABLE, RW);
	allowed(pin_l2(4));
	assert_int_equal(frame_table[OTHER].type_count, 0);
	assert_int_equal(frame_table[OTHER].refs, 1);
	assert_int_equal(frame_table[10].type_count, 0);
	/* Half released. */
	allowed(pin_l2(OTHER));
	guest.direct->work = 0;
	assert_int_equal(unpin_table(&guest, mfn(OTHER)), HCALL_AGAIN);
	assert_int_equal(set_l2(OTHER, 900, 0), -EINVAL);
	assert_int_equal(set_l1(TABLE, 1, pte(OTHER, RW)), -EINVAL);
	allowed(pin_l2(OTHER));
	allowed(unpin_table(&guest, mfn(OTHER)));
	assert_int_equal(frame_table[OTHER].refs, 1);
	allowed(set_l1(TABLE, 1, pte(OTHER, RW)));
}

static void a_frame_goes_when_its_last_mapping_goes(void **s)
{
	u32 before = guest.populated;

	(void)s;
	allowed(set_l1(TABLE, 1, pte(DATA, RO)));
	frame_table[DATA].flags &= ~FRAME_ALLOCATED;
	page_put(&guest, &frame_table[DATA]);
	allowed(set_l1(TABLE, 0, 0));
	assert_int_equal(frame_table[DATA].owner, 1);
	assert_int_equal(guest.populated, before);
	flushes = 0;
	allowed(set_l1(TABLE, 1, 0));
	assert_int_equal(frame_table[DATA].owner, DOM_FREE);
	assert_int_equal(guest.populated, before - 1);
	assert_int_equal(flushes, 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, address_space)
	const struct CMUnitTest tests[] = {
	    T(a_page_table_is_never_mapped_writable),
	    T(a_writable_page_is_never_a_page_table),
	    T(a_table_that_maps_itself_writable_cannot_be_one),
	    T(a_table_with_one_bad_entry_is_refused_whole),
	    T(a_foreign_frame_cannot_be_mapped),
	    T(of_the_hypervisors_frames_only_shared_info_can_be_mapped),
	    T(a_freed_frame_cannot_be_mapped),
	    T(a_live_directory_entry_never_maps_4_mb),
	    T(xsa_148_flags_alone_cannot_make_an_entry_a_4_mb_one),
	    T(a_directory_may_map_itself_only_readable),
	    T(xsa_182_flags_alone_cannot_make_a_self_map_writable),
	    T(xsa_240_directories_do_not_nest),
	    T(xsa_242_a_refused_type_leaves_no_reference),
	    T(the_hypervisors_slots_are_not_the_guests),
	    T(a_table_is_pinned_once_and_unpinned_once),
	    T(a_data_page_cannot_be_the_base_pointer),
	    T(switching_the_base_releases_the_old_one),
	    T(xsa_45_validation_takes_bounded_steps),
	    T(a_bad_entry_after_an_interruption_is_still_refused),
	    T(xsa_299_a_half_validated_directory_is_no_directory),
	    T(a_frame_goes_when_its_last_mapping_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
