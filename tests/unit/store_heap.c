/* store_heap.c: the store's memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "heap.h"

#define ARENA 65536u
#define MANY  200

static struct heap h;
static u8 *arena;

static int setup(void **state)
{
	(void)state;
	arena = aligned_alloc(16, ARENA);
	heap_init(&h, arena, ARENA);
	return 0;
}
static int teardown(void **state)
{
	(void)state;
	free(arena);
	return 0;
}

/* Everything is free again, and in one piece. */
static void assert_whole(void)
{
	void *all = heap_alloc(&h, ARENA - 8);

	assert_int_equal(h.left, 0);
	assert_ptr_equal(all, arena + 8);
	heap_free(&h, all);
	assert_int_equal(h.left, ARENA);
}

static void no_two_blocks_share_a_byte(void **state)
{
	static struct {
		u8 *p;
		u32 n;
	} block[MANY];

	(void)state;
	srand(1);
	for (u32 step = 0; step < 50000; step++) {
		u32 i = rand() % MANY, n = rand() % (rand() % 8 ? 300 : 4200);

		for (u32 k = 0; k < block[i].n; k++)
			assert_int_equal(block[i].p[k], (u8)i);
		heap_free(&h, block[i].p);
		block[i].n = 0;
		block[i].p = rand() % 3 ? heap_alloc(&h, n) : NULL;
		if (!block[i].p)
			continue;
		assert_int_equal((uintptr_t)block[i].p % 8, 0);
		assert_true(block[i].p >= arena && block[i].p + n <= arena + ARENA);
		memset(block[i].p, (int)i, n);
		block[i].n = n;
	}
	for (u32 i = 0; i < MANY; i++)
		heap_free(&h, block[i].p);
	assert_whole();
}

static void holes_become_one_in_whatever_order(void **state)
{
	static const u8 orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
				       {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

	(void)state;
	for (u32 o = 0; o < 6; o++) {
		void *p[3];

		for (u32 i = 0; i < 3; i++)
			p[i] = heap_alloc(&h, 1000);
		for (u32 i = 0; i < 3; i++)
			heap_free(&h, p[orders[o][i]]);
		assert_whole();
	}
}

static void the_last_byte_can_be_had_and_no_more(void **state)
{
	void *p;

	(void)state;
	assert_null(heap_alloc(&h, ARENA - 7));
	assert_null(heap_alloc(&h, 0xFFFFFFFFu));
	assert_null(heap_alloc(&h, 0xFFFFFFF8u));
	p = heap_alloc(&h, ARENA - 8);
	assert_non_null(p);
	assert_null(heap_alloc(&h, 0));
	heap_free(&h, p);
	heap_free(&h, NULL);
	assert_whole();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(no_two_blocks_share_a_byte, setup, teardown),
	    cmocka_unit_test_setup_teardown(holes_become_one_in_whatever_order, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_last_byte_can_be_had_and_no_more, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
