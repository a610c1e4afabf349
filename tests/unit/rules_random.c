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

static u32 state;

static u32 below(u32 n)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % n;
}

/* ---- The naive reader ---- */

/* The fate of a frame's headers, by the RFCs 791, 826, 894. */
static enum fate naive_fate(const u8 *f, u32 len)
{
	u32 type = len < 14 ? 0 : f[12] * 256u + f[13], head, total;

	if (len < 14)
		return DROPPED_SHORT;
	if (f[6] % 2)
		return DROPPED_ODD;
	if (type == 0x806) {
		if (len < 42)
			return DROPPED_SHORT;
		if (memcmp(f + 14, "\0\1\10\0\6\4", 6))
			return DROPPED_TYPE;
		return memcmp(f + 22, f + 6, 6) ? DROPPED_ODD : PASSED;
	}
	if (type != 0x800)
		return DROPPED_TYPE;
	if (len < 34)
		return DROPPED_SHORT;
	head = f[14] % 16 * 4u;
	total = f[16] * 256u + f[17];
	if (f[14] / 16 != 4 || head < 20)
		return DROPPED_ODD;
	if (total < head || total > len - 14)
		return DROPPED_SHORT;
	if (f[20] & 0x20 || f[20] % 32 || f[21])
		return DROPPED_FRAGMENT;
	if ((f[23] == 6 && total - head < 20) || (f[23] == 17 && total - head < 8))
		return DROPPED_SHORT;
	return PASSED;
}

static bool naive_place(const char *s, const u8 *address, const u8 *port)
{
	unsigned a[4] = {0}, bits = 32, first = 0, last = 65535;
	const char *colon = strchr(s, ':');
	u32 mine = 0, its = 0;

	if (sscanf(s, "%u.%u.%u.%u/%u", &a[0], &a[1], &a[2], &a[3], &bits) < 4)
		bits = 0;
	if (colon && sscanf(colon, ":%u-%u", &first, &last) == 1)
		last = first;
	for (u32 i = 0; i < 4; i++) {
		mine = mine * 256 + a[i];
		its = its * 256 + address[i];
	}
	for (u32 i = 0; i < bits; i++)
		if ((mine ^ its) >> (31 - i) & 1)
			return false;
	if (first == 0 && last == 65535)
		return true;
	return port && port[0] * 256u + port[1] >= first && port[0] * 256u + port[1] <= last;
}

/* @return 1 accept, 0 drop, -1: it does not match */
static int naive_rule(const char *text, const char *direction, const char *interface, const u8 *f)
{
	bool arp = f[13] == 6, has_ports = !arp && (f[23] == 6 || f[23] == 17);
	const u8 *ports = has_ports ? f + 14 + f[14] % 16 * 4 : NULL;
	char copy[256], *save = NULL, *w;
	int action = -1;

	strcpy(copy, text);
	w = strtok_r(copy, " ", &save);
	if (strcmp(w, direction))
		return -1;
	while ((w = strtok_r(NULL, " ", &save))) {
		if (!strcmp(w, "accept") || !strcmp(w, "drop"))
			action = *w == 'a';
		else if (!strcmp(w, "from")) {
			if (!naive_place(strtok_r(NULL, " ", &save), f + (arp ? 28 : 26), ports))
				return -1;
		} else if (!strcmp(w, "to")) {
			if (!naive_place(strtok_r(NULL, " ", &save), f + (arp ? 38 : 30),
					 ports ? ports + 2 : NULL))
				return -1;
		} else if (action < 0) {
			if (strcmp(w, "any") && strcmp(w, interface))
				return -1;
		} else if (!strcmp(w, "arp")	? !arp
			   : !strcmp(w, "icmp") ? arp || f[23] != 1
			   : !strcmp(w, "tcp")	? arp || f[23] != 6
			   : !strcmp(w, "udp")	? arp || f[23] != 17
						: arp || f[23] != atoi(w))
			return -1;
	}
	return action;
}

/* ---- What is drawn ---- */

static const char *const interfaces[] = {"ne0", "vif0", "vif1", "vif2", "vif17"};
static const u16 interface_numbers[] = {INTERFACE_ETH, 0, 1, 2, 17};

static void draw_place(char *text, const char *name)
{
	static const char *const addresses[] = {
	    "10.0.0.1",	 "10.0.0.2",   "10.0.0.0/24", "10.0.1.0/31", "any",
	    "0.0.0.0/0", "10.0.0.3/8", "128.0.0.0/1", "10.0.1.1/32", "255.255.255.255"};
	char *at = text + strlen(text);

	at += sprintf(at, " %s %s", name, addresses[below(ARRAY_SIZE(addresses))]);
	if (below(2))
		at += sprintf(at, ":%u", below(4));
	else
		return;
	if (below(2))
		sprintf(at, "-%u", below(4) ? 3 + below(3) : 65535);
}

static void draw_rule(char *text)
{
	static const char *const protocols[] = {"arp", "icmp", "tcp", "udp", "1",
						"6",   "17",   "47",  "255"};

	strcpy(text, below(2) ? "in" : "out");
	if (below(2))
		sprintf(text + strlen(text), " %s",
			below(4) ? interfaces[below(ARRAY_SIZE(interfaces))] : "any");
	strcat(text, below(2) ? " accept" : " drop");
	if (below(2))
		sprintf(text + strlen(text), " %s", protocols[below(ARRAY_SIZE(protocols))]);
	if (below(2))
		draw_place(text, "from");
	if (below(2))
		draw_place(text, "to");
}

static void draw_address(u8 *a)
{
	memcpy(a, "\12\0\0\0", 4);
	a[2] = (u8)below(2);
	a[3] = (u8)below(4);
	if (!below(8))
		a[below(4)] = (u8)below(256);
}

/* @return its length; exactly as long as the block that it is in, for the sanitizer's sake */
static u32 draw_frame(u8 **frame)
{
	static const u8 protocols[] = {1, 6, 17, 17, 47, 255};
	u32 options = below(3) ? 0 : below(11) * 4, body = below(4) ? 20 : below(30);
	u32 len = 34 + options + body + (below(3) ? 0 : below(30));
	u8 *f = calloc(1, len);

	for (u32 i = 0; i < len; i++)
		f[i] = (u8)below(256);
	if (below(16))
		f[6] &= 0xFE;
	memcpy(f + 12, below(5) ? "\10\0" : "\10\6", 2);
	f[14] = (u8)(0x45 + options / 4);
	f[16] = 0;
	f[17] = (u8)(20 + options + body);
	f[20] = f[21] = 0;
	f[23] = protocols[below(sizeof(protocols))];
	draw_address(f + 26);
	draw_address(f + 30);
	for (u32 i = 34 + options; i < len && i < 38 + options; i++)
		f[i] = (u8)(i % 2 ? below(6) : 0);
	if (f[13] == 6 && len >= 42) {
		if (below(16))
			memcpy(f + 14, "\0\1\10\0\6\4", 6);
		if (below(16))
			memcpy(f + 22, f + 6, 6);
		draw_address(f + 28);
		draw_address(f + 38);
	}
	if (!below(4))
		f[12 + below(14)] ^= (u8)(1u << below(8));
	if (!below(8))
		len = below(len + 1);
	*frame = malloc(len ? len : 1);
	memcpy(*frame, f, len);
	free(f);
	return len;
}

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
