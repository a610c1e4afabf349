/* store_requests.c: what each request of the store does, and who may. */
#include <stdio.h>
#include <stdlib.h>
#include "store_kit.h"

static int setup(void **state)
{
	(void)state;
	kit_start(KIT_ARENA);
	kit_introduce(1);
	kit_introduce(2);
	kit_expect(0, XS_MKDIR, 0, S("/local/domain/1"), "");
	kit_expect(0, XS_SET_PERMS, 0, S("/local/domain/1\0n1"), "");
	return 0;
}
static int teardown(void **state)
{
	(void)state;
	kit_end();
	return 0;
}

static void expect_read(u16 domid, const char *path, const char *value)
{
	assert_string_equal(kit_ask(domid, XS_READ, 0, path, strlen(path) + 1), value);
	assert_int_equal(kit.mail.header.len, strlen(value));
}

static void a_value_is_what_was_written(void **state)
{
	(void)state;
	kit_expect(0, XS_WRITE, 0, B("/a/b\0value"), "");
	expect_read(0, "/a/b", "value");
	expect_read(0, "/a", "");
	kit_expect(0, XS_WRITE, 0, B("/a/b\0"), "");
	expect_read(0, "/a/b", "");
	kit_ask(0, XS_WRITE, 0, B("/bin\0x\0\1y"));
	kit_ask(0, XS_READ, 0, S("/bin"));
	assert_int_equal(kit.mail.header.len, 4);
	assert_memory_equal(kit.mail.payload, "x\0\1y", 4);
}

static void children_are_listed_in_the_order_of_their_making(void **state)
{
	(void)state;
	for (const char *c = "cab"; *c; c++) {
		char path[] = {'/', 'd', '/', *c, 0};

		kit_expect(0, XS_MKDIR, 0, path, sizeof(path), "");
	}
	kit_ask(0, XS_DIRECTORY, 0, S("/d"));
	assert_int_equal(kit.mail.header.len, 6);
	assert_memory_equal(kit.mail.payload, "c\0a\0b", 6);
	kit_expect(0, XS_RM, 0, S("/d/a"), "");
	kit_ask(0, XS_DIRECTORY, 0, S("/d"));
	assert_int_equal(kit.mail.header.len, 4);
	assert_memory_equal(kit.mail.payload, "c\0b", 4);
	kit_ask(0, XS_DIRECTORY, 0, S("/"));
	assert_memory_equal(kit.mail.payload, "local\0d", 8);
}

static void too_many_children_for_a_message_are_refused(void **state)
{
	char path[64];

	(void)state;
	for (u32 i = 0; i < XENSTORE_PAYLOAD_MAX / 8; i++) {
		snprintf(path, sizeof(path), "/d/c%06u", i);
		kit_expect(0, XS_MKDIR, 0, path, strlen(path) + 1, "");
	}
	kit_ask(0, XS_DIRECTORY, 0, S("/d"));
	assert_int_equal(kit.mail.header.len, XENSTORE_PAYLOAD_MAX);
	kit_expect(0, XS_MKDIR, 0, S("/d/x"), "");
	kit_expect(0, XS_DIRECTORY, 0, S("/d"), "E2BIG");
	/* Many in each bucket, and still each can be changed and found. */
	for (u32 i = 0; i < XENSTORE_PAYLOAD_MAX / 8; i++) {
		snprintf(path, sizeof(path), "/d/c%06u", i);
		kit_expect(0, XS_WRITE, 0, path, strlen(path) + 1, "");
	}
	assert_true(store_check(&kit.store));
}

static void a_removal_takes_all_below(void **state)
{
	(void)state;
	kit_expect(0, XS_WRITE, 0, B("/a/b/c/d\0v"), "");
	kit_expect(0, XS_WRITE, 0, B("/a/bc\0v"), "");
	kit_expect(0, XS_RM, 0, S("/a/b"), "");
	kit_expect(0, XS_READ, 0, S("/a/b/c/d"), "ENOENT");
	expect_read(0, "/a/bc", "v");
	kit_expect(0, XS_RM, 0, S("/a/b"), "");
	kit_expect(0, XS_RM, 0, S("/a/b/c"), "ENOENT");
	kit_expect(0, XS_RM, 0, S("/"), "EINVAL");
}

static void paths_are_checked(void **state)
{
	static const char *const bad[] = {
	    "",	    "//", "/a/",  "/a//b", "/a b", "/a.b", "/\x80", "/a\n", "@x",
	    "a//b", "a/", "/a/:", "/a[",   "/`",   "/{",   "/a,",   "/!",   "/~"};
	char path[XENSTORE_PAYLOAD_MAX];

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++)
		kit_expect(0, XS_MKDIR, 0, bad[i], strlen(bad[i]) + 1, "EINVAL");
	kit_expect(0, XS_MKDIR, 0, S("/azAZ09-_@/x"), "");
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[XENSTORE_ABS_PATH_MAX] = 0;
	kit_expect(0, XS_MKDIR, 0, path, XENSTORE_ABS_PATH_MAX + 1, "");
	path[XENSTORE_ABS_PATH_MAX] = 'x';
	path[XENSTORE_ABS_PATH_MAX + 1] = 0;
	kit_expect(0, XS_MKDIR, 0, path, XENSTORE_ABS_PATH_MAX + 2, "EINVAL");
	path[XENSTORE_ABS_PATH_MAX + 1] = 'x';
	path[sizeof(path) - 1] = 0;
	kit_expect(0, XS_MKDIR, 0, path, sizeof(path), "EINVAL");
	/* A relative path, and an empty token. */
	path[XENSTORE_REL_PATH_MAX + 1] = path[XENSTORE_REL_PATH_MAX + 2] = 0;
	kit_expect(1, XS_WATCH, 0, path + 1, XENSTORE_REL_PATH_MAX + 2, "");
	assert_true(kit_receive(1));
	path[XENSTORE_REL_PATH_MAX + 1] = 'x';
	path[XENSTORE_REL_PATH_MAX + 3] = 0;
	kit_expect(1, XS_WATCH, 0, path + 1, XENSTORE_REL_PATH_MAX + 3, "EINVAL");
	path[1] = '@';
	kit_expect(1, XS_WATCH, 0, path + 1, XENSTORE_REL_PATH_MAX + 3, "EINVAL");
	/* As deep as it goes. */
	for (u32 i = 0; i < XENSTORE_ABS_PATH_MAX; i++)
		path[i] = i % 2 ? 'q' : '/';
	path[XENSTORE_ABS_PATH_MAX] = 0;
	kit_expect(0, XS_MKDIR, 0, path, XENSTORE_ABS_PATH_MAX + 1, "");
	kit_expect(0, XS_RM, 0, S("/q"), "");
	kit_expect(0, XS_READ, 0, S("/q"), "ENOENT");
}

static void a_relative_path_is_below_the_domains_own(void **state)
{
	(void)state;
	kit_expect(1, XS_WRITE, 0, B("x/y\0mine"), "");
	expect_read(0, "/local/domain/1/x/y", "mine");
	expect_read(1, "x/y", "mine");
	kit_expect(0, XS_WRITE, 0, B("z\0zero"), "");
	expect_read(0, "/local/domain/0/z", "zero");
}

static void who_may_not_is_refused(void **state)
{
	(void)state;
	kit_expect(0, XS_WRITE, 0, B("/r\0v"), "");
	kit_expect(1, XS_READ, 0, S("/r"), "EACCES");
	kit_expect(1, XS_READ, 0, S("/none"), "EACCES");
	kit_expect(0, XS_SET_PERMS, 0, S("/r\0n0\0r1\0w2"), "");
	expect_read(1, "/r", "v");
	kit_expect(1, XS_WRITE, 0, B("/r\0w"), "EACCES");
	kit_expect(1, XS_RM, 0, S("/r"), "EACCES");
	kit_expect(1, XS_MKDIR, 0, S("/r/s"), "EACCES");
	kit_expect(1, XS_READ, 0, S("/r/s"), "ENOENT");
	kit_expect(2, XS_READ, 0, S("/r"), "EACCES");
	kit_expect(2, XS_DIRECTORY, 0, S("/r"), "EACCES");
	kit_expect(2, XS_GET_PERMS, 0, S("/r"), "EACCES");
	kit_expect(2, XS_READ, 0, S("/r/s"), "EACCES");
	kit_expect(2, XS_WRITE, 0, B("/r\0w"), "");
	kit_expect(2, XS_SET_PERMS, 0, S("/r\0b2"), "EACCES");
	expect_read(1, "/r", "w");
	kit_expect(0, XS_SET_PERMS, 0, S("/r\0b0\0n2"), "");
	kit_expect(1, XS_WRITE, 0, B("/r/s/t\0v"), "");
	kit_expect(2, XS_WRITE, 0, B("/r\0w"), "EACCES");
	assert_string_equal(kit_ask(1, XS_GET_PERMS, 0, S("/r/s/t")), "b1");
	assert_int_equal(kit.mail.header.len, 6);
	assert_string_equal((char *)kit.mail.payload + 3, "n2");
	kit_expect(1, XS_SET_PERMS, 0, S("/r/s\0n2"), "EPERM");
	kit_expect(1, XS_SET_PERMS, 0, S("/r/s\0n1\0b2"), "");
	kit_expect(2, XS_MKDIR, 0, S("/r/s/u"), "");
	kit_expect(0, XS_SET_PERMS, 0, S("/r/s\0n2"), "");
	kit_expect(1, XS_READ, 0, S("/r/s"), "EACCES");
	kit_expect(1, XS_SET_PERMS, 0, S("/r/s\0n1"), "EACCES");
	kit_expect(2, XS_SET_PERMS, 0, S("/r/none\0n2"), "EACCES");
	kit_expect(2, XS_SET_PERMS, 0, S("/r/s/none\0n2"), "ENOENT");
}

static void permissions_are_checked(void **state)
{
	static const char *const bad[] = {"",	    "r",   "x0",  "R0", "r-1",
					  "r32752", "r0x", "r 1", "0",	"r99999999999"};
	char text[64] = "/local";

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		strcpy(text + 7, bad[i]);
		kit_expect(0, XS_SET_PERMS, 0, text, 7 + strlen(bad[i]) + 1, "EINVAL");
	}
	kit_expect(0, XS_SET_PERMS, 0, S("/local"), "EINVAL");
	kit_expect(0, XS_SET_PERMS, 0, B("/local\0r0"), "EINVAL");
	kit_expect(0, XS_SET_PERMS, 0, S("/none\0r0"), "ENOENT");
	kit_expect(0, XS_SET_PERMS, 0, S("/local\0r32751\0b007"), "");
	kit_ask(0, XS_GET_PERMS, 0, S("/local"));
	assert_memory_equal(kit.mail.payload, "r32751\0b7", 10);
}

static void a_watch_hears_of_what_is_below(void **state)
{
	(void)state;
	kit_expect(0, XS_WATCH, 0, S("/a\0t"), "");
	kit_expect_event(0, "/a", "t");
	kit_expect(0, XS_WATCH, 0, S("/a\0t"), "EEXIST");
	kit_expect(0, XS_WATCH, 0, S("/a/b\0u"), "");
	kit_expect_event(0, "/a/b", "u");
	kit_expect(0, XS_WRITE, 0, B("/a/b/c\0v"), "");
	kit_expect_event(0, "/a/b/c", "t");
	kit_expect_event(0, "/a/b/c", "u");
	kit_expect(0, XS_MKDIR, 0, S("/ab"), "");
	kit_expect(0, XS_MKDIR, 0, S("/a/b"), "");
	kit_expect_event(0, NULL, NULL);
	kit_expect(0, XS_SET_PERMS, 0, S("/a\0n0"), "");
	kit_expect_event(0, "/a", "t");
	kit_expect(0, XS_RM, 0, S("/a"), "");
	kit_expect_event(0, "/a", "t");
	kit_expect_event(0, "/a/b", "u");
	kit_expect(0, XS_RM, 0, S("/a"), "");
	kit_expect(0, XS_UNWATCH, 0, S("/a\0t"), "");
	kit_expect(0, XS_UNWATCH, 0, S("/a\0t"), "ENOENT");
	kit_expect(0, XS_UNWATCH, 0, S("/a/b\0t"), "ENOENT");
	kit_expect(0, XS_MKDIR, 0, S("/a"), "");
	kit_expect_event(0, NULL, NULL);
}

static void a_relative_watch_speaks_relatively(void **state)
{
	(void)state;
	kit_expect(1, XS_WATCH, 0, S("x\0t"), "");
	kit_expect_event(1, "x", "t");
	kit_expect(1, XS_WATCH, 0, S("/local/domain/1/x\0t"), "EEXIST");
	kit_expect(1, XS_WATCH, 0, S("/local/domain/1\0abs"), "");
	kit_expect_event(1, "/local/domain/1", "abs");
	kit_expect(1, XS_WRITE, 0, B("x/y\0v"), "");
	kit_expect_event(1, "x/y", "t");
	kit_expect_event(1, "/local/domain/1/x/y", "abs");
	kit_expect(1, XS_UNWATCH, 0, S("/local/domain/1/x\0t"), "");
}

static void who_may_not_read_does_not_hear(void **state)
{
	(void)state;
	kit_expect(1, XS_WATCH, 0, S("/s\0t"), "");
	kit_expect_event(1, "/s", "t");
	kit_expect(0, XS_MKDIR, 0, S("/s/x"), "");
	kit_expect(0, XS_RM, 0, S("/s/x"), "");
	kit_expect_event(1, NULL, NULL);
	kit_expect(0, XS_SET_PERMS, 0, S("/s\0r0"), "");
	kit_expect_event(1, "/s", "t");
	kit_expect(0, XS_SET_PERMS, 0, S("/s\0n0"), "");
	kit_expect_event(1, NULL, NULL);
	kit_expect(0, XS_SET_PERMS, 0, S("/s\0n0\0r1"), "");
	kit_expect_event(1, "/s", "t");
	kit_expect(0, XS_RM, 0, S("/s"), "");
	kit_expect_event(1, "/s", "t");
}

static void watches_are_checked(void **state)
{
	static char text[XENSTORE_PAYLOAD_MAX] = "/a";

	(void)state;
	kit_expect(1, XS_WATCH, 0, S("/a"), "EINVAL");
	kit_expect(1, XS_WATCH, 0, B("/a\0t"), "EINVAL");
	kit_expect(1, XS_WATCH, 0, S("/a\0t\0u"), "EINVAL");
	kit_expect(1, XS_WATCH, 0, S("/a/\0t"), "EINVAL");
	kit_expect(1, XS_UNWATCH, 0, S("/a/\0t"), "EINVAL");
	kit_expect(1, XS_UNWATCH, 0, S("/a"), "EINVAL");
	kit_expect(1, XS_UNWATCH, 0, S("@x"), "EINVAL");
	kit_expect(1, XS_WATCH, 0, B("@x"), "EINVAL");
	memset(text + 3, 't', TOKEN_MAX + 1);
	kit_expect(1, XS_WATCH, 0, text, 3 + TOKEN_MAX + 2, "EINVAL");
	text[3 + TOKEN_MAX] = 0;
	kit_expect(1, XS_WATCH, 0, text, 3 + TOKEN_MAX + 1, "");
	kit_expect_event(1, "/a", text + 3);
	kit_expect(1, XS_WATCH, 0, S("/a\0"), "");
	kit_expect_event(1, "/a", "");
}

static void domain_0_hears_of_domains(void **state)
{
	(void)state;
	kit_expect(0, XS_WATCH, 0, S("@introduceDomain\0i"), "");
	kit_expect_event(0, "@introduceDomain", "i");
	kit_expect(0, XS_WATCH, 0, S("@releaseDomain\0r"), "");
	kit_expect_event(0, "@releaseDomain", "r");
	kit_expect(1, XS_WATCH, 0, S("@releaseDomain\0r"), "");
	kit_expect_event(1, "@releaseDomain", "r");
	kit_introduce(3);
	kit_expect_event(0, "@introduceDomain", "i");
	kit_expect(0, XS_RELEASE, 0, S("3"), "");
	kit_expect_event(0, "@releaseDomain", "r");
	kit_expect_event(1, NULL, NULL);
	assert_int_equal(store_shutdown(&kit.store, 3), -XSD_ENOENT);
	assert_int_equal(store_shutdown(&kit.store, 2), 0);
	kit_expect_event(0, "@releaseDomain", "r");
	assert_int_equal(store_shutdown(&kit.store, 2), 0);
	kit_expect_event(0, NULL, NULL);
	kit_expect(0, XS_RESUME, 0, S("2"), "");
	assert_int_equal(store_shutdown(&kit.store, 2), 0);
	kit_expect_event(0, "@releaseDomain", "r");
}

static void only_domain_0_manages_domains(void **state)
{
	static const u32 types[] = {XS_INTRODUCE, XS_RELEASE, XS_RESUME, XS_DEBUG};
	static const char *const bad[] = {"", "x", "-1", "32752", "1x", "0"};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(types); i++)
		kit_expect(1, types[i], 0, S("2"), "EACCES");
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		kit_expect(0, XS_RELEASE, 0, bad[i], strlen(bad[i]) + 1, "EINVAL");
		kit_expect(0, XS_RESUME, 0, bad[i], strlen(bad[i]) + 1, "EINVAL");
	}
	kit_expect(0, XS_RELEASE, 0, S("3"), "ENOENT");
	kit_expect(0, XS_RESUME, 0, S("3"), "ENOENT");
	kit_expect(0, XS_RELEASE, 0, S("2\0x"), "EINVAL");
	kit_expect(0, XS_INTRODUCE, 0, S("2\0002\0007"), "EISCONN");
	kit_expect(0, XS_INTRODUCE, 0, S("3\0003\0000"), "EINVAL");
	kit_expect(0, XS_INTRODUCE, 0, S("3\0003"), "EINVAL");
	kit_expect(0, XS_INTRODUCE, 0, S("3\000-3\0007"), "EINVAL");
	kit_expect(0, XS_INTRODUCE, 0, S("3\000-\0007"), "EINVAL");
	kit_expect(0, XS_INTRODUCE, 0, S("3\000-2147483649\0007"), "EINVAL");
	kit_expect(0, XS_INTRODUCE, 0, S("3\0x\0007"), "EINVAL");
	kit_expect(0, XS_INTRODUCE, 0, S("0\0000\0007"), "EINVAL");
	kit_expect(0, XS_INTRODUCE, 0, S("3\0004294967296\0007"), "EINVAL");
	kit_expect(0, XS_INTRODUCE, 0, S("3\0003\0007\0more"), "");
	assert_string_equal(kit_ask(1, XS_GET_DOMAIN_PATH, 0, S("0017")), "/local/domain/17");
	assert_int_equal(kit.mail.header.len, sizeof("/local/domain/17"));
	kit_expect(1, XS_GET_DOMAIN_PATH, 0, S("x"), "EINVAL");
	assert_string_equal(kit_ask(1, XS_IS_DOMAIN_INTRODUCED, 0, S("3")), "T");
	assert_string_equal(kit_ask(1, XS_IS_DOMAIN_INTRODUCED, 0, S("0")), "T");
	assert_string_equal(kit_ask(1, XS_IS_DOMAIN_INTRODUCED, 0, S("4")), "F");
	assert_int_equal(kit.mail.header.len, 2);
	kit_expect(1, XS_IS_DOMAIN_INTRODUCED, 0, S("4\0"), "EINVAL");
	kit_expect(0, XS_DEBUG, 0, S("check"), "");
	kit_expect(0, XS_DEBUG, 0, S("print"), "EINVAL");
	kit_expect(0, XS_DEBUG, 0, B(""), "EINVAL");
	assert_int_equal(store_connect(&kit.store, DOMID_FIRST_RESERVED, &kit.page[5]),
			 -XSD_EINVAL);
	assert_int_equal(store_connect(&kit.store, 1, &kit.page[1]), -XSD_EISCONN);
	assert_int_equal(store_release(&kit.store, DOMID_FIRST_RESERVED), -XSD_EINVAL);
}

static void unknown_requests_are_refused(void **state)
{
	(void)state;
	kit_expect(1, XS_WATCH_EVENT, 0, S("/a\0t"), "ENOSYS");
	kit_expect(1, XS_ERROR, 0, S("EINVAL"), "ENOSYS");
	kit_expect(1, XS_TYPE_COUNT, 0, S("x"), "ENOSYS");
	kit_expect(1, 0xFFFFFFFF, 0, S("x"), "ENOSYS");
	kit_expect(1, XS_READ, 0, B("/a"), "EINVAL");
	kit_expect(1, XS_READ, 0, B(""), "EINVAL");
	kit_expect(1, XS_READ, 0, S("/a\0"), "EINVAL");
	kit_expect(1, XS_WRITE, 0, B("/a"), "EINVAL");
	kit_expect(1, XS_DIRECTORY, 0, S("/a\0b"), "EINVAL");
	kit_expect(1, XS_GET_PERMS, 0, S("/a\0b"), "EINVAL");
	kit_expect(1, XS_RM, 0, S("/a\0b"), "EINVAL");
}

static u32 begin(u16 domid)
{
	return strtoul(kit_ask(domid, XS_TRANSACTION_START, 0, S("")), NULL, 10);
}

static void a_transaction_is_seen_when_it_ends(void **state)
{
	u32 t, u;

	(void)state;
	kit_expect(0, XS_WATCH, 0, S("/a\0t"), "");
	kit_expect_event(0, "/a", "t");
	kit_expect(0, XS_WRITE, 0, B("/a/old\0v"), "");
	kit_expect_event(0, "/a/old", "t");
	t = begin(0);
	kit_expect(0, XS_WRITE, t, B("/a/b\0v"), "");
	kit_expect(0, XS_WRITE, t, B("/a/b\0w"), "");
	kit_expect(0, XS_RM, t, S("/a/old"), "");
	assert_string_equal(kit_ask(0, XS_READ, t, S("/a/b")), "w");
	kit_expect(0, XS_READ, t, S("/a/old"), "ENOENT");
	kit_expect(0, XS_READ, 0, S("/a/b"), "ENOENT");
	expect_read(0, "/a/old", "v");
	kit_expect_event(0, NULL, NULL);
	kit_expect(0, XS_TRANSACTION_END, t, S("T"), "");
	kit_expect_event(0, "/a/old", "t");
	kit_expect_event(0, "/a/b", "t");
	kit_expect_event(0, NULL, NULL);
	expect_read(0, "/a/b", "w");
	kit_expect(0, XS_READ, 0, S("/a/old"), "ENOENT");
	/* Removed and made again is both. */
	u = begin(0);
	kit_expect(0, XS_RM, u, S("/a/b"), "");
	kit_expect(0, XS_WRITE, u, B("/a/b\0w"), "");
	kit_expect(0, XS_TRANSACTION_END, u, S("T"), "");
	kit_expect_event(0, "/a/b", "t");
	kit_expect_event(0, "/a/b", "t");
	kit_expect_event(0, NULL, NULL);
	kit_expect(0, XS_READ, t, S("/a/b"), "ENOENT");
	t = begin(0);
	kit_expect(0, XS_RM, t, S("/a"), "");
	kit_expect(0, XS_TRANSACTION_END, t, S("F"), "");
	kit_expect_event(0, NULL, NULL);
	expect_read(0, "/a/b", "w");
}

static void a_conflict_is_found(void **state)
{
	u32 t, u;

	(void)state;
	kit_expect(0, XS_WRITE, 0, B("/a\0one"), "");
	kit_expect(0, XS_WRITE, 0, B("/x\0one"), "");
	t = begin(0);
	u = begin(0);
	assert_string_equal(kit_ask(0, XS_READ, t, S("/a")), "one");
	kit_expect(0, XS_WRITE, u, B("/a\0two"), "");
	kit_expect(0, XS_TRANSACTION_END, u, S("T"), "");
	assert_string_equal(kit_ask(0, XS_READ, t, S("/a")), "one");
	kit_expect(0, XS_WRITE, t, B("/b\0three"), "");
	kit_expect(0, XS_TRANSACTION_END, t, S("T"), "EAGAIN");
	kit_expect(0, XS_TRANSACTION_END, t, S("T"), "ENOENT");
	kit_expect(0, XS_READ, 0, S("/b"), "ENOENT");
	/* What was not there counts too; what nobody looked at does not. */
	t = begin(0);
	kit_expect(0, XS_READ, t, S("/new"), "ENOENT");
	kit_expect(0, XS_MKDIR, 0, S("/new"), "");
	kit_expect(0, XS_TRANSACTION_END, t, S("T"), "EAGAIN");
	t = begin(0);
	kit_expect(0, XS_WRITE, t, B("/a\0four"), "");
	kit_expect(0, XS_WRITE, 0, B("/x\0two"), "");
	kit_expect(0, XS_TRANSACTION_END, t, S("T"), "");
}

static void transactions_are_checked(void **state)
{
	u32 t = begin(1);

	(void)state;
	kit_expect(1, XS_TRANSACTION_START, t, S(""), "EBUSY");
	kit_expect(1, XS_TRANSACTION_START, t + 1, S(""), "ENOENT");
	kit_expect(2, XS_READ, t, S("/a"), "ENOENT");
	kit_expect(1, XS_TRANSACTION_END, 0, S("T"), "ENOENT");
	kit_expect(1, XS_TRANSACTION_END, t, S("X"), "EINVAL");
	kit_expect(1, XS_TRANSACTION_END, t, S("T\0"), "EINVAL");
	kit_expect(1, XS_TRANSACTION_END, t, B("T"), "EINVAL");
	kit_expect(1, XS_TRANSACTION_END, t, S("T"), "");
	kit.store.connections->next->last_transaction = 0xFFFFFFFF;
	assert_int_equal(begin(1), 1);
	kit.store.connections->next->last_transaction = 0;
	assert_int_equal(begin(1), 2);
}

static void a_domain_has_limits(void **state)
{
	static char big[3000] = "big";
	char path[64];
	u32 t;

	(void)state;
	kit.store.limits = (struct store_limits){.nodes = 4,
						 .node_size = 100,
						 .watches = 2,
						 .transactions = 2,
						 .memory = 1 << 16,
						 .queue = 1000};
	/* It owns one node already. */
	kit_expect(1, XS_MKDIR, 0, S("a/b/c"), "");
	kit_expect(1, XS_MKDIR, 0, S("d"), "ENOSPC");
	kit_expect(1, XS_RM, 0, S("a/b"), "");
	kit_expect(1, XS_MKDIR, 0, S("b/c/d"), "ENOSPC");
	t = begin(1);
	kit_expect(1, XS_MKDIR, t, S("a/x/y"), "");
	kit_expect(1, XS_MKDIR, t, S("a/x/z"), "ENOSPC");
	kit_expect(1, XS_MKDIR, 0, S("free"), "");
	kit_expect(1, XS_TRANSACTION_END, t, S("T"), "ENOSPC");
	t = begin(1);
	kit_expect(1, XS_MKDIR, t, S("a/x"), "");
	kit_expect(1, XS_TRANSACTION_END, t, S("T"), "");
	kit_expect(1, XS_RM, 0, S("a/x"), "");
	t = begin(1);
	begin(1);
	kit_expect(1, XS_TRANSACTION_START, 0, S(""), "ENOSPC");
	kit_expect(1, XS_TRANSACTION_END, t, S("F"), "");
	begin(1);
	kit_expect(1, XS_WRITE, 0, big, 4 + 97, "ENOSPC");
	kit_expect(1, XS_WRITE, 0, B("free\0x"), "");
	memcpy(big, "free", 4);
	kit_expect(1, XS_WRITE, 0, big, 5 + 97, "ENOSPC");
	kit_expect(1, XS_WRITE, 0, big, 5 + 96, "");
	for (u32 i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "w%u%ctoken", i, 0);
		kit_expect(1, XS_WATCH, 0, path, 3 + 6, i < 2 ? "" : "E2BIG");
		if (i < 2)
			assert_true(kit_receive(1));
	}
	kit.store.limits.watches = 1000;
	kit.store.limits.memory = kit.store.accounts[1].bytes + 100;
	kit_expect(1, XS_READ, t + 1, S("free"),
		   "ENOMEM"); /* the path would fit, the node does not */
	kit.store.limits.memory = kit.store.accounts[1].bytes - 1;
	kit_expect(1, XS_WATCH, 0, S("w\0t"), "ENOMEM");
	kit.store.limits.memory += sizeof(struct watch) + sizeof("/local/domain/1/w\0t");
	kit_expect(1, XS_WATCH, 0, S("w\0t"), "ENOMEM");
	kit.store.limits.memory++;
	kit_expect(1, XS_WATCH, 0, S("w\0t"), "");
	assert_true(kit_receive(1));
	kit_expect(1, XS_UNWATCH, 0, S("w\0t"), "");
	kit.store.limits.memory = kit.store.accounts[1].bytes;
	kit_expect(1, XS_WATCH, 0, S("w\0t"), "ENOMEM");
	kit_expect(1, XS_READ, t + 1, S("free"), "ENOMEM");
	kit_expect(1, XS_READ, t + 1, S("none"), "ENOMEM");
	kit_expect(1, XS_WRITE, 0, big, 5, "ENOMEM");
	kit.store.limits.memory += 200;
	kit_expect(1, XS_WRITE, 0, big, 5, "");
	assert_int_equal(kit_ask(1, XS_READ, t + 1, S("free"))[0], 0);
	/* To remove is always allowed. */
	kit.store.limits.memory = kit.store.limits.node_size = 0;
	kit_expect(1, XS_MKDIR, 0, S("free/x"), "ENOSPC");
	kit_expect(1, XS_RM, 0, S("free"), "");
}

static void an_owner_pays_for_what_others_write(void **state)
{
	static char big[2048] = "/shared";
	u32 t;

	(void)state;
	kit_expect(0, XS_WRITE, 0, B("/shared\0"), "");
	kit_expect(0, XS_SET_PERMS, 0, S("/shared\0b1"), "");
	kit.store.limits.memory = kit.store.accounts[1].bytes + 1000;
	kit_expect(2, XS_WRITE, 0, big, sizeof(big), "ENOMEM");
	kit_expect(2, XS_WRITE, 0, big, 500, "");
	kit.store.limits.memory = 1 << 16;
	t = begin(2);
	kit_expect(2, XS_WRITE, t, big, sizeof(big), "");
	kit.store.limits.memory = kit.store.accounts[1].bytes + 1000;
	kit_expect(2, XS_TRANSACTION_END, t, S("T"), "ENOMEM");
	assert_int_equal(kit.store.accounts[2].bytes, 0);
	kit_expect(0, XS_WRITE, 0, big, sizeof(big), "");
	/* Domain 0 has no limit, whoever writes. */
	kit_expect(0, XS_SET_PERMS, 0, S("/shared\0b0"), "");
	kit.store.limits.memory = 0;
	kit_expect(2, XS_WRITE, 0, big, 500, "");
}

static void a_released_domain_leaves_nothing(void **state)
{
	u32 t;

	(void)state;
	kit_expect(0, XS_MKDIR, 0, S("/local/domain/2/kept"), "");
	kit_expect(0, XS_SET_PERMS, 0, S("/local/domain/2/kept\0n2"), "");
	kit_expect(0, XS_MKDIR, 0, S("/pub"), "");
	kit_expect(0, XS_SET_PERMS, 0, S("/pub\0n0\0b2\0r1"), "");
	kit_expect(2, XS_WRITE, 0, B("/pub/theirs/deep\0v"), "");
	kit_expect(0, XS_SET_PERMS, 0, S("/pub/theirs/deep\0n0"), "");
	kit_expect(2, XS_WATCH, 0, S("/pub\0t"), "");
	kit_expect_event(2, "/pub", "t");
	t = begin(2);
	kit_expect(2, XS_WRITE, t, B("/pub/more\0v"), "");
	kit_expect(0, XS_WATCH, 0, S("/pub\0t"), "");
	kit_expect_event(0, "/pub", "t");
	kit_expect(0, XS_RELEASE, 0, S("2"), "");
	kit_expect_event(0, "/pub/theirs", "t");
	kit_expect_event(0, NULL, NULL);
	assert_int_equal(kit.store.accounts[2].bytes, 0);
	assert_int_equal(kit.store.accounts[2].nodes, 0);
	kit_introduce(2);
	kit_expect(2, XS_READ, 0, S("/pub"), "EACCES");
	kit_expect(2, XS_TRANSACTION_END, t, S("T"), "ENOENT");
	kit_expect(0, XS_MKDIR, 0, S("/pub/x"), "");
	kit_expect_event(0, "/pub/x", "t");
	kit_expect_event(2, NULL, NULL);
	kit_ask(0, XS_DIRECTORY, 0, S("/pub"));
	assert_int_equal(kit.mail.header.len, 2);
	kit_ask(0, XS_GET_PERMS, 0, S("/pub"));
	assert_memory_equal(kit.mail.payload, "n0\0n0\0r1", 9);
	/* The root too can be given away. */
	kit_expect(0, XS_SET_PERMS, 0, S("/\0r2"), "");
	kit_expect(0, XS_RELEASE, 0, S("2"), "");
	assert_string_equal(kit_ask(0, XS_GET_PERMS, 0, S("/")), "n0");
}

static void events_that_are_not_fetched_are_lost(void **state)
{
	u32 got = 0;

	(void)state;
	kit.store.limits.queue = 200;
	kit_expect(1, XS_WATCH, 0, S("x\0t"), "");
	kit_expect_event(1, "x", "t");
	for (u32 i = 0; i < 100; i++) {
		kit_expect(0, XS_WRITE, 0, B("/local/domain/1/x\0v"), "");
		assert_true(kit.store.connections->next->queued <= 200);
	}
	assert_true(kit.store.connections->next->lost > 0);
	while (kit_receive(1)) {
		assert_string_equal((char *)kit.mail.payload, "x");
		got++;
	}
	assert_int_equal(got + kit.store.connections->next->lost, 100);
	assert_int_equal(kit.store.connections->next->queued, 0);
	assert_true(got > XENSTORE_RING_SIZE / 20);
}

static void guests_wait_until_domain_0_has_fetched_its_events(void **state)
{
	u32 got = 0;

	(void)state;
	kit.store.limits.queue = 100;
	kit_expect(0, XS_WATCH, 0, S("/local\0t"), "");
	kit_expect_event(0, "/local", "t");
	for (u32 i = 0; i < 100; i++) {
		kit.page[1].rsp_cons = kit.page[1].rsp_prod;
		if (kit.page[1].req_prod - kit.page[1].req_cons > XENSTORE_RING_SIZE - 64)
			break;
		kit_send(1, XS_MKDIR, 0, S("x"));
		kit_send(1, XS_RM, 0, S("x"));
		got = i;
	}
	assert_true(got < 90);
	assert_true(kit.store.connections->queued > 100 && kit.store.connections->queued < 300);
	assert_int_equal(kit.store.connections->lost, 0);
	kit_send(0, XS_READ, 0, S("/local"));
	for (got = 0; kit_receive(0) && kit.mail.header.type == XS_WATCH_EVENT;)
		got++;
	assert_int_equal(kit.mail.header.type, XS_READ);
	assert_true(got > 20);
}

static void a_connection_needs_no_ring(void **state)
{
	struct connection *c = connection_open(&kit.store, 3, NULL);
	struct xsd_sockmsg h = {XS_GET_DOMAIN_PATH, 9, 0, 2}, answer;
	char path[32];

	(void)state;
	assert_int_equal(connection_take(&kit.store, c, (u8 *)&h, sizeof(h)), sizeof(h));
	assert_int_equal(connection_take(&kit.store, c, (const u8 *)"3\0more", 6), 2);
	assert_int_equal(connection_give(&kit.store, c, (u8 *)&answer, sizeof(answer)),
			 sizeof(answer));
	assert_int_equal(answer.req_id, 9);
	assert_int_equal(connection_give(&kit.store, c, (u8 *)path, sizeof(path)), answer.len);
	assert_string_equal(path, "/local/domain/3");
	assert_int_equal(connection_give(&kit.store, c, (u8 *)path, sizeof(path)), 0);
	assert_string_equal(kit_ask(1, XS_IS_DOMAIN_INTRODUCED, 0, S("3")), "F");
	connection_free(&kit.store, c);
}

static void a_full_arena_harms_nobody(void **state)
{
	static char big[4000] = "/big/a";
	u32 made = 0;

	(void)state;
	kit_end();
	kit_start(100000);
	kit_introduce(1);
	do {
		big[5] = 'a' + made % 26;
		big[6] = 'a' + made / 26;
		kit_send(0, XS_WRITE, 0, big, sizeof(big));
		assert_true(kit_receive(0));
	} while (kit.mail.header.type == XS_WRITE && made++ < 1000);
	assert_string_equal((char *)kit.mail.payload, "ENOMEM");
	assert_true(made > 15 && made < 30);
	kit_expect(0, XS_INTRODUCE, 0, S("2\0002\0007"), "ENOMEM");
	assert_int_equal(kit.mapped[2], 0);
	kit_ask(0, XS_READ, 0, S("/big/aa"));
	assert_int_equal(kit.mail.header.len, sizeof(big) - 8);
	assert_true(store_check(&kit.store));
	kit_expect(0, XS_RM, 0, S("/big"), "");
	kit_introduce(2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_value_is_what_was_written),
	    TEST(children_are_listed_in_the_order_of_their_making),
	    TEST(too_many_children_for_a_message_are_refused),
	    TEST(a_removal_takes_all_below),
	    TEST(paths_are_checked),
	    TEST(a_relative_path_is_below_the_domains_own),
	    TEST(who_may_not_is_refused),
	    TEST(permissions_are_checked),
	    TEST(a_watch_hears_of_what_is_below),
	    TEST(a_relative_watch_speaks_relatively),
	    TEST(who_may_not_read_does_not_hear),
	    TEST(watches_are_checked),
	    TEST(domain_0_hears_of_domains),
	    TEST(only_domain_0_manages_domains),
	    TEST(unknown_requests_are_refused),
	    TEST(a_transaction_is_seen_when_it_ends),
	    TEST(a_conflict_is_found),
	    TEST(transactions_are_checked),
	    TEST(a_domain_has_limits),
	    TEST(an_owner_pays_for_what_others_write),
	    TEST(a_released_domain_leaves_nothing),
	    TEST(events_that_are_not_fetched_are_lost),
	    TEST(guests_wait_until_domain_0_has_fetched_its_events),
	    TEST(a_connection_needs_no_ring),
	    TEST(a_full_arena_harms_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
