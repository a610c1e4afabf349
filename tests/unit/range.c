/* range.c: the questions of hv/lib/range.h, against the same in 64 bits, where nothing wraps. */
#include "lib/range.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

/* Where 32 bits go wrong, and numbers between. */
static u32 number(void)
{
	static const u32 edge[] = {0,	       1,	   2,	       4,	   7,
				   8,	       0xFFF,	   0x1000,     0xFFFF,	   0x7FFFFFFF,
				   0x80000000, 0xFFFFEFFF, 0xFFFFF000, 0xFFFFFFF8, 0xFFFFFFFC,
				   0xFFFFFFFE, 0xFFFFFFFF};

	if (rand() % 4 == 0)
		return (u32)rand() << 16 ^ rand();
	return edge[rand() % ARRAY_SIZE(edge)] + (rand() % 3 - 1);
}

#define MANY 1000000

static void nothing_wraps(void **state)
{
	(void)state;
	srand(1);
	for (u32 n = 0; n < MANY; n++) {
		u32 a = number(), b = number(), size = 2 + rand() % 15, at;
		u64 end = a + (u64)b * size;

		assert_int_equal(elements_within(a, size), ((u64)a + 1) / size);
		assert_int_equal(within_limit(a, size, b), (u64)a + size - 1 <= b);
		assert_int_equal(range_end(a, b, size, &at), end <= 0xFFFFFFFF);
		if (end <= 0xFFFFFFFF)
			assert_int_equal(at, end);
	}
}

static void ranges_meet_across_the_end(void **state)
{
	(void)state;
	srand(2);
	for (u32 n = 0; n < MANY / 10; n++) {
		u32 a = number(), b = rand() % 2 ? number() : a + rand() % 40 - 20;
		u32 len = rand() % 9, m = rand() % 9;
		bool meet = false;

		for (u32 i = 0; i < len; i++)
			for (u32 k = 0; k < m; k++)
				meet |= a + i == b + k;
		if (len && m)
			assert_int_equal(ranges_meet(a, len, b, m), meet);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_wraps),
	    cmocka_unit_test(ranges_meet_across_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
