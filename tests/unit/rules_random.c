/*
 * rules_random.c: the router's rules against one who reads them word by word.
 *
 * Random rules, written in many ways, and random frames, mostly near to what the rules speak of:
 * the naive reader here knows neither struct of the router's, but only the texts and the bytes.
 * TRAPLINE_TEST_SEED=N draws others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "router/rules.h"
#include "router_naive.h"

static void next_seed(u32 n)
{
	const char *seed = getenv("TRAPLINE_TEST_SEED");

	state = ((seed ? (u32)strtoul(seed, NULL, 10) : 1) * 1000 + n) * 2654435761u | 1;
}

/* ---- The tests ---- */

static void a_frame_fares_as_its_headers_say(void **unused)
{
	u32 fates[NR_FATES] = {0};

	(void)unused;
	next_seed(1);
	for (u32 i = 0; i < 100000; i++) {
		struct header h;
		u8 *f, *copy;
		u32 len = draw_frame(&f), there = len < HEADER_BYTES ? len : HEADER_BYTES;
		enum fate fate;

		/* No more than the copy is looked at. */
		copy = malloc(there ? there : 1);
		memcpy(copy, f, there);
		fate = header_read(&h, copy, len);
		assert_int_equal(fate, naive_fate(f, len));
		fates[fate]++;
		free(copy);
		free(f);
	}
	for (u32 i = PASSED; i <= DROPPED_FRAGMENT; i++)
		assert_true(fates[i] > 100);
}

static void the_first_rule_that_matches_decides(void **unused)
{
	u32 accepted = 0, dropped = 0, left = 0;

	(void)unused;
	next_seed(2);
	for (u32 run = 0; run < 3000; run++) {
		char texts[12][256];
		u32 n = below(13), matched[12] = {0}, unmatched[2] = {0};
		struct rules list = {.accept = {below(2), below(2)}};

		for (u32 i = 0; i < n; i++) {
			struct rule r;
			u32 at = below(2) ? i : below(i + 1);

			memmove(texts[at + 1], texts[at], (i - at) * sizeof(texts[0]));
			draw_rule(texts[at]);
			assert_null(rule_parse(&r, texts[at]));
			assert_true(rules_insert(&list, at, &r));
		}
		if (n && below(2)) {
			u32 at = below(n--);

			assert_true(rules_delete(&list, at));
			memmove(texts[at], texts[at + 1], (n - at) * sizeof(texts[0]));
		}
		for (u32 i = 0; i < 40; i++) {
			u32 which = below(ARRAY_SIZE(interfaces)), k = 0;
			enum direction d = below(2) ? IN : OUT;
			int action = -1;
			struct header h;
			u8 *f;
			u32 len = draw_frame(&f);

			if (header_read(&h, f, len) == PASSED) {
				for (; k < n && action < 0; k++)
					action = naive_rule(texts[k], d == IN ? "in" : "out",
							    interfaces[which], f);
				if (action < 0) {
					action = list.accept[d];
					unmatched[d]++;
					left++;
				} else {
					matched[k - 1]++;
				}
				*(action ? &accepted : &dropped) += 1;
				assert_int_equal(
				    rules_accept(&list, d, interface_numbers[which], &h), action);
			}
			free(f);
		}
		for (u32 i = 0; i < n; i++)
			assert_int_equal(list.rule[i].matched, matched[i]);
		assert_int_equal(list.count, n);
		assert_memory_equal(list.unmatched, unmatched, sizeof(unmatched));
	}
	assert_true(accepted > 20000 && dropped > 20000 && left > 20000);
}

static void what_is_printed_is_the_same_rule(void **unused)
{
	(void)unused;
	next_seed(3);
	for (u32 i = 0; i < 50000; i++) {
		char text[256], printed[RULE_TEXT], again[RULE_TEXT];
		struct rule a, b;
		u32 len;

		draw_rule(text);
		assert_null(rule_parse(&a, text));
		len = rule_print(&a, printed);
		assert_int_equal(len, strlen(printed));
		assert_null(rule_parse(&b, printed));
		assert_memory_equal(&a, &b, sizeof(a));
		rule_print(&b, again);
		assert_string_equal(printed, again);
	}
}

static void what_is_no_rule_is_refused(void **unused)
{
	static const char *const bad[] = {"",
					  " ",
					  "inn accept",
					  "in",
					  "in vif accept",
					  "in vif32766 accept",
					  "in ne1 accept",
					  "in vif1x drop",
					  "out reject",
					  "out acceptudp",
					  "out accept 0",
					  "out accept 256",
					  "out accept udpx",
					  "out accept udp from",
					  "out accept from 10.0.0",
					  "out accept from 10.0.0.256",
					  "out accept from 10.0.0.1/33",
					  "out accept from 10.0.0.1/",
					  "out accept from 10.0.0.1:",
					  "out accept from 10.0.0.1:65536",
					  "out accept from 10.0.0.1:5-4",
					  "out accept from 10.0.0.1:5-",
					  "out accept from 10.0.0.1 x",
					  "out accept to 10.0.0.1 from 10.0.0.1",
					  "out accept from an",
					  "out accept from 10.0.0.1.1",
					  "out accept from 10..0.1",
					  "out accept from any/8",
					  "out accept from 4294967297.0.0.1",
					  "out accept udp tcp"};
	static const char longest[] =
	    "out vif32765 accept icmp from 255.255.255.254/31:10000-65535 to "
	    "255.255.255.254/31:10000-65535";
	char text[RULE_TEXT];
	struct rules list = {.count = 0};
	struct rule r;

	(void)unused;
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++)
		if (!rule_parse(&r, bad[i]))
			fail_msg("taken: %s", bad[i]);
	assert_null(rule_parse(&r, longest));
	assert_true(rule_print(&r, text) < RULE_TEXT);
	assert_string_equal(text, longest);
	for (u32 i = 0; i < MOST_RULES; i++)
		assert_true(rules_insert(&list, i, &r));
	assert_false(rules_insert(&list, 0, &r));
	assert_false(rules_delete(&list, MOST_RULES));
	assert_true(rules_delete(&list, MOST_RULES - 1));
	assert_false(rules_insert(&list, MOST_RULES, &r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_frame_fares_as_its_headers_say),
	    cmocka_unit_test(the_first_rule_that_matches_decides),
	    cmocka_unit_test(what_is_printed_is_the_same_rule),
	    cmocka_unit_test(what_is_no_rule_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
