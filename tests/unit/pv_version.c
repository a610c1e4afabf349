/* pv_version.c: which hypercalls the ported guest makes, by what the hypervisor says of itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "finch/arch/pv/version.h"

#define V(major, minor) ((major) << 16 | (minor))

/* The numbers from 32 on came with 3.0.3 (its public headers); before, 32 is set_trap_table. */
static void the_new_calls_are_made_only_where_they_are_known(void **state)
{
	(void)state;
	assert_false(new_calls(V(3, 0), ".0"));
	assert_false(new_calls(V(3, 0), ".1"));
	assert_false(new_calls(V(3, 0), ".2"));
	assert_false(new_calls(V(3, 0), "-unstable"));
	assert_false(new_calls(V(3, 0), ""));
	assert_false(new_calls(V(2, 0), ".7"));
	assert_true(new_calls(V(3, 0), ".3"));
	assert_true(new_calls(V(3, 0), ".4-1"));
	assert_true(new_calls(V(3, 1), ".0"));
	assert_true(new_calls(V(4, 17), ".5"));
	assert_true(new_calls(V(3, 0), ".0-trapline"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_new_calls_are_made_only_where_they_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
