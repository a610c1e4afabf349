/* store_hostile.c: domains that send anything, and write anything into their pages at any time. */
#include <stdio.h>
#include <stdlib.h>
#include "store_kit.h"

static u32 random_state;

static u32 draw(u32 n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state % n;
}

static u32 scale(void)
{
	const char *text = getenv("TRAPLINE_TEST_SCALE");

	return text ? strtoul(text, NULL, 10) : 1;
}

static int setup(void **state)
{
	(void)state;
	kit_start(1 << 20);
	for (u16 d = 1; d <= 3; d++)
		kit_introduce(d);
	kit_expect(0, XS_WRITE, 0, B("/victim\0unharmed"), "");
	kit_expect(0, XS_MKDIR, 0, S("/local/domain/1"), "");
	kit_expect(0, XS_SET_PERMS, 0, S("/local/domain/1\0n1"), "");
	kit_expect(0, XS_MKDIR, 0, S("/pub"), "");
	kit_expect(0, XS_SET_PERMS, 0, S("/pub\0b0"), "");
	return 0;
}
static int teardown(void **state)
{
	(void)state;
	kit_end();
	return 0;
}

/* Domain 0 and a well-behaved guest go on as if nothing was. */
static void others_are_unharmed(void)
{
	kit_settle();
	assert_true(store_check(&kit.store));
	for (u16 d = 1; d < KIT_DOMAINS; d++)
		assert_true(kit.store.accounts[d].bytes <= kit.store.limits.memory);
	assert_string_equal(kit_ask(0, XS_READ, 0, S("/victim")), "unharmed");
	kit_expect(1, XS_WRITE, 0, B("mine\0v"), "");
	assert_string_equal(kit_ask(1, XS_READ, 0, S("mine")), "v");
}

static bool is_closed(u16 domid)
{
	return connection_of(&kit.store, domid)->closed;
}

static void an_index_that_makes_no_sense_ends_the_connection(void **state)
{
	static const u32 off[] = {XENSTORE_RING_SIZE + 1, 0x80000000, 0xFFFFFFFF};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(off); i++) {
		kit_expect(2, XS_WATCH, 0, S("/pub\0t"), "");
		kit.page[2].req_prod = kit.page[2].req_cons + off[i];
		kit_settle();
		assert_true(is_closed(2));
		assert_int_equal(kit.store.accounts[2].bytes, 0);
		kit_expect(0, XS_RELEASE, 0, S("2"), "");
		kit_introduce(2);
		kit_expect(2, XS_WATCH, 0, S("/pub\0t"), "");
		kit.page[2].rsp_cons = kit.page[2].rsp_prod - off[i];
		kit_settle();
		assert_true(is_closed(2));
		kit_expect(0, XS_RELEASE, 0, S("2"), "");
		kit_introduce(2);
	}
	others_are_unharmed();
}

static void indices_run_past_their_end(void **state)
{
	(void)state;
	for (u32 begin = 0xFFFFF000; begin != 0x1000; begin += 0x400) {
		kit_expect(0, XS_RELEASE, 0, S("2"), "");
		memset(&kit.page[2], 0, sizeof(kit.page[2]));
		kit.page[2].req_cons = kit.page[2].req_prod = begin + 7;
		kit.page[2].rsp_cons = kit.page[2].rsp_prod = begin + 11;
		kit_expect(0, XS_INTRODUCE, 0, S("2\0002\0007"), "");
		for (u32 i = 0; i < 100; i++)
			kit_expect(2, XS_WRITE, 0, B("/pub/x\0value"), "");
		assert_false(is_closed(2));
	}
	/* A ring that is full, but not more, is well. */
	kit.page[2].req_prod = kit.page[2].req_cons + XENSTORE_RING_SIZE;
	kit.page[2].rsp_cons = kit.page[2].rsp_prod - XENSTORE_RING_SIZE;
	kit_settle();
	assert_false(is_closed(2));
}

static void what_the_domain_writes_over_our_indices_is_lost(void **state)
{
	u32 cons = kit.page[2].req_cons, prod = kit.page[2].rsp_prod;

	(void)state;
	kit.page[2].req_cons = 0x12345678;
	kit.page[2].rsp_prod = 0x87654321;
	kit_settle();
	assert_int_equal(kit.page[2].req_cons, cons);
	assert_int_equal(kit.page[2].rsp_prod, prod);
	kit_expect(2, XS_WRITE, 0, B("/pub/x\0v"), "");
}

static void a_message_too_long_is_refused_and_left_out(void **state)
{
	static u8 junk[10000];

	(void)state;
	kit_send(2, XS_READ, 0, junk, XENSTORE_PAYLOAD_MAX);
	assert_true(kit_receive(2));
	assert_string_equal((char *)kit.mail.payload, "EINVAL");
	for (u32 length = XENSTORE_PAYLOAD_MAX + 1; length < sizeof(junk); length += 2951) {
		kit_expect(2, XS_READ, 0, junk, length, "E2BIG");
		kit_expect(2, XS_WRITE, 0, B("/pub/x\0v"), "");
	}
}

static void who_does_not_fetch_is_not_answered(void **state)
{
	struct xsd_sockmsg h = {XS_READ, 1, 0, sizeof("/pub")};
	u32 i;

	(void)state;
	kit_expect(2, XS_WRITE, 0, B("/pub/x\0v"), "");
	for (i = 0; i < 1000; i++) {
		if (kit.page[2].req_prod - kit.page[2].req_cons + sizeof(h) + h.len >
		    XENSTORE_RING_SIZE)
			break;
		for (u32 k = 0; k < sizeof(h) + h.len; k++)
			kit.page[2].req[MASK_XENSTORE_IDX(kit.page[2].req_prod++)] =
			    k < sizeof(h) ? ((u8 *)&h)[k] : (u8) "/pub"[k - sizeof(h)];
		kit_settle();
	}
	assert_true(i > 50 && i < 150);
	others_are_unharmed();
	while (i--)
		assert_true(kit_receive(2));
	assert_false(kit_receive(2));
}

static void nobody_is_told_without_a_reason(void **state)
{
	u32 told[KIT_DOMAINS];

	(void)state;
	kit_settle();
	memcpy(told, kit.notified, sizeof(told));
	kit_settle();
	assert_memory_equal(told, kit.notified, sizeof(told));
	kit_expect(2, XS_WRITE, 0, B("/pub/x\0v"), "");
	assert_true(kit.notified[2] > told[2]);
	assert_int_equal(kit.notified[1], told[1]);
}

/* Bytes that are nearly requests. */
static u32 make_bytes(u8 *bytes)
{
	static const char *const words[] = {"/pub/a",
					    "/pub/a/b",
					    "/pub",
					    "/victim",
					    "x",
					    "T",
					    "F",
					    "r1",
					    "b2",
					    "n0",
					    "1",
					    "2",
					    "/",
					    "@releaseDomain",
					    "tok",
					    "7",
					    "/pub/a/b/c/d/e/f"};
	struct xsd_sockmsg h = {draw(XS_TYPE_COUNT + 1), draw(1000), draw(3) ? 0 : draw(8), 0};
	u32 n = sizeof(h), strings = draw(5), wrong = draw(30);

	for (u32 i = 0; i < strings; i++) {
		const char *word = words[draw(ARRAY_SIZE(words))];

		memcpy(bytes + n, word, strlen(word) + 1);
		n += strlen(word) + (draw(8) ? 1 : 0);
	}
	for (u32 extra = draw(10) ? 0 : draw(3000); extra; extra--)
		bytes[n++] = draw(3) ? 'a' : draw(256);
	h.len = n - sizeof(h);
	if (wrong == 0)
		h.len += draw(20);
	if (wrong == 1)
		h.len = draw(2) ? draw(5000) : draw(0xFFFFFFFF);
	if (wrong == 2)
		h.tx_id = draw(0xFFFFFFFF);
	if (wrong == 3)
		h.type = draw(0xFFFFFFFF);
	memcpy(bytes, &h, sizeof(h));
	if (wrong == 4)
		bytes[draw(n)] = draw(256);
	return n;
}

/* What a domain fetches is messages, whatever it sends. */
static void fetch(struct xenstore_domain_interface *page, struct mail *mail, u32 *have)
{
	for (u32 n = draw(3) ? 2000 : draw(40); n && page->rsp_cons != page->rsp_prod; n--) {
		((u8 *)mail)[(*have)++] = page->rsp[MASK_XENSTORE_IDX(page->rsp_cons++)];
		if (*have < sizeof(mail->header))
			continue;
		assert_true(mail->header.type < XS_TYPE_COUNT &&
			    mail->header.len <= XENSTORE_PAYLOAD_MAX);
		if (*have == sizeof(mail->header) + mail->header.len)
			*have = 0;
	}
}

static void any_bytes_do_no_harm(void **state)
{
	static u8 bytes[8192];
	static struct mail mail[4];
	u32 have[4] = {0};

	(void)state;
	random_state = 12345;
	kit.store.limits.memory = 20000;
	kit.store.limits.queue = 3000;
	for (u32 step = 0; step < 6000 * scale(); step++) {
		u16 d = 2 + draw(2);
		struct xenstore_domain_interface *page = &kit.page[d];
		u32 n = make_bytes(bytes);

		for (u32 i = 0; i < n; i++) {
			if (page->req_prod - page->req_cons >= XENSTORE_RING_SIZE || !draw(200)) {
				store_round(&kit.store);
				fetch(page, &mail[d], &have[d]);
			}
			if (page->req_prod - page->req_cons >= XENSTORE_RING_SIZE)
				break; /* the rest is lost: what follows is in no order at all */
			page->req[MASK_XENSTORE_IDX(page->req_prod++)] = bytes[i];
		}
		if (!draw(300)) /* anything anywhere */
			((u8 *)page)[draw(sizeof(*page))] = draw(256);
		store_round(&kit.store);
		fetch(page, &mail[d], &have[d]);
		if (is_closed(d) || !draw(200)) {
			char text[] = {'0' + (char)d, 0};

			kit_expect(0, XS_RELEASE, 0, text, sizeof(text), "");
			assert_int_equal(kit.store.accounts[d].bytes, 0);
			kit_introduce(d);
			have[d] = 0;
			kit_expect(0, XS_MKDIR, 0, S("/pub"), "");
			kit_expect(0, XS_SET_PERMS, 0, S("/pub\0b0"), "");
		}
		if (step % 100 == 0)
			others_are_unharmed();
	}
	others_are_unharmed();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(an_index_that_makes_no_sense_ends_the_connection),
	    TEST(indices_run_past_their_end),
	    TEST(what_the_domain_writes_over_our_indices_is_lost),
	    TEST(a_message_too_long_is_refused_and_left_out),
	    TEST(who_does_not_fetch_is_not_answered),
	    TEST(nobody_is_told_without_a_reason),
	    TEST(any_bytes_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
