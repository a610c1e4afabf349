/* direct_owner.c: whose account a reference counts in, and that no count passes its ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "direct_machine.h"
#include "mmu/direct/entry.h"

#define RO    (PTE_P | PTE_US)
#define RW    (PTE_P | PTE_RW | PTE_US)
#define DIR   0u /* frames by the part they play */
#define TABLE 1u
#define DATA  2u

static struct domain owner; /* of frame FOREIGN, its only one */
static jmp_buf back;

#define panics(statement)                                                                          \
	({                                                                                         \
		volatile bool did_ = true;                                                         \
		panicked = &back;                                                                  \
		if (!setjmp(back)) {                                                               \
			statement;                                                                 \
			did_ = false;                                                              \
		}                                                                                  \
		panicked = NULL;                                                                   \
		did_;                                                                              \
	})

static int two_domains(void **unused)
{
	(void)unused;
	machine_init();
	memset(&owner, 0, sizeof(owner));
	owner.id = 2;
	owner.populated = 1;
	guest.next = &owner;
	freed_pages = flushes = 0;
	return 0;
}

static struct frame *frame(u32 n)
{
	return frame_of(mfn(n));
}

/* As a grant will: a reference of the guest's to the other's frame, in an entry of its table. */
static u32 map_foreign(void)
{
	assert_true(frame_get(frame(FOREIGN), owner.id));
	assert_int_equal(type_get(&guest, frame(FOREIGN), FT_WRITABLE), 0);
	return pte(FOREIGN, RW);
}

static void the_owner_of_a_foreign_page_is_charged_until_the_last_mapping_goes(void **s)
{
	u32 entry = map_foreign(), pages = guest.populated, before = free_frames();

	(void)s;
	page_put(&owner, frame(FOREIGN)); /* it gives the page back */
	assert_int_equal(owner.populated, 1);
	assert_int_equal(frame(FOREIGN)->owner, owner.id);
	flushes = 0;
	l1e_put(&guest, entry);
	assert_int_equal(owner.populated, 0);
	assert_int_equal(guest.populated, pages);
	assert_int_equal(free_frames(), before + 1);
	assert_int_equal(flushes, 1);
	assert_int_equal(freed_pages, 0); /* it lives */
}

static void a_destroyed_domain_stays_until_the_last_mapping_of_its_memory_goes(void **s)
{
	u32 entry = map_foreign();

	(void)s;
	page_put(&owner, frame(FOREIGN));
	guest.next = NULL;
	domain_free(&owner);
	assert_int_equal(freed_pages, 0);
	assert_ptr_equal(domain_find(owner.id), &owner);
	l1e_put(&guest, entry);
	assert_int_equal(freed_pages, 2); /* its own, and its first vcpu's */
	assert_null(domain_find(owner.id));
}

static void a_destroyed_domain_without_memory_goes_at_once(void **s)
{
	(void)s;
	page_put(&owner, frame(FOREIGN));
	guest.next = NULL;
	domain_free(&owner);
	assert_int_equal(freed_pages, 2); /* its own, and its first vcpu's */
	assert_null(domain_find(owner.id));
}

static void a_page_of_nobodys_account_panics(void **s)
{
	(void)s;
	owner.populated = 0;
	assert_true(panics(page_put(&guest, frame(FOREIGN))));
	guest.next = NULL;
	assert_true(panics(page_put(&guest, frame(FOREIGN))));
}

static void at_the_bound_a_reference_is_refused(void **s)
{
	struct frame *f = frame(TABLE), before;

	(void)s;
	f->refs = FRAME_REFS_MAX - 1;
	assert_true(frame_get(f, guest.id));
	before = *f;
	assert_false(frame_get(f, guest.id));
	assert_int_equal(table_get(&guest, mfn(TABLE), FT_PAGE_TABLE), -EINVAL);
	assert_int_equal(pin_table(&guest, mfn(TABLE), FT_PAGE_DIRECTORY), -EINVAL);
	assert_int_equal(new_base(guest.vcpus, mfn(TABLE)), -EINVAL);
	memory[DIR][0] = pte(TABLE, RW);
	assert_int_equal(finish(new_base(guest.vcpus, mfn(DIR))), -EINVAL);
	assert_memory_equal(f, &before, sizeof(before));
	frame_put(f);
	assert_int_equal(finish(new_base(guest.vcpus, mfn(DIR))), 0);
}

/* All page tables that machine memory has room for, full of entries of one frame. */
static void entries_beside_the_bound_do_not_wrap(void **s)
{
	struct frame *f = frame(DATA);

	(void)s;
	f->refs = FRAME_REFS_MAX + MAX_FRAMES * (PAGE_SIZE / sizeof(u32));
	f->type = FT_WRITABLE;
	f->type_count = f->refs;
	assert_int_equal(l1e_get(&guest, pte(DATA, RW)), 0);
	assert_true(f->refs > FRAME_REFS_MAX && f->type_count > FRAME_REFS_MAX);
	assert_false(frame_get(f, guest.id));
}

static void below_zero_panics(void **s)
{
	struct frame *f = frame(DATA);

	(void)s;
	assert_true(panics(type_put(f)));
	assert_true(panics(table_put(&guest, f)));
	assert_true(panics(l1e_put(&guest, pte(DATA, RW))));
	f->refs = 0;
	assert_true(panics(frame_put(f)));
	assert_true(panics(page_put(&guest, f)));
	assert_true(panics(l1e_put(&guest, pte(DATA, RO))));
	assert_int_equal(f->refs, 0);
}

#define with_two_domains(test) cmocka_unit_test_setup(test, two_domains)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    with_two_domains(the_owner_of_a_foreign_page_is_charged_until_the_last_mapping_goes),
	    with_two_domains(a_destroyed_domain_stays_until_the_last_mapping_of_its_memory_goes),
	    with_two_domains(a_destroyed_domain_without_memory_goes_at_once),
	    with_two_domains(a_page_of_nobodys_account_panics),
	    with_two_domains(at_the_bound_a_reference_is_refused),
	    with_two_domains(entries_beside_the_bound_do_not_wrap),
	    with_two_domains(below_zero_panics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
