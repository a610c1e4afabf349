/* store_kit.c: a store, and domains that speak with it through their pages. */
#include <stdio.h>
#include <stdlib.h>
#include "store_kit.h"

struct kit kit;
static void *arena;

static int introduce(void *context, u16 domid, u32 mfn, u32 port,
		     struct xenstore_domain_interface **page)
{
	(void)context;
	(void)port;
	if (mfn != domid || mfn >= KIT_DOMAINS)
		return -XSD_EINVAL;
	kit.mapped[domid]++;
	*page = &kit.page[mfn];
	return 0;
}
static void release(void *context, u16 domid, struct xenstore_domain_interface *page)
{
	(void)context;
	assert_ptr_equal(page, &kit.page[domid]);
	kit.mapped[domid]--;
}
static void notify(void *context, u16 domid)
{
	(void)context;
	kit.notified[domid]++;
}
static const struct store_ops ops = {introduce, release, notify};

void kit_start(u32 size)
{
	memset(&kit, 0, sizeof(kit));
	arena = aligned_alloc(16, size);
	assert_int_equal(store_init(&kit.store, arena, size, &ops, NULL), 0);
	assert_int_equal(store_connect(&kit.store, 0, &kit.page[0]), 0);
}

void kit_end(void)
{
	for (u16 domid = 1; domid < KIT_DOMAINS; domid++) {
		int err = store_release(&kit.store, domid);

		assert_true(err == 0 || err == -XSD_ENOENT);
		assert_int_equal(kit.mapped[domid], 0);
		if (err)
			continue;
		assert_int_equal(kit.store.accounts[domid].nodes, 0);
		assert_int_equal(kit.store.accounts[domid].bytes, 0);
	}
	assert_true(store_check(&kit.store));
	connection_free(&kit.store, kit.store.connections);
	for (u32 i = 0; i < STORE_BUCKETS; i++) {
		while (kit.store.buckets[i])
			table_put(&kit.store, node_path(kit.store.buckets[i]), NULL);
	}
	for (u32 domid = 0; domid < DOMID_FIRST_RESERVED; domid++) {
		assert_int_equal(kit.store.accounts[domid].bytes, 0);
		assert_int_equal(kit.store.accounts[domid].nodes, 0);
	}
	free(arena);
}

void kit_introduce(u16 domid)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%u%c%u%c7", domid, 0, domid, 0);

	memset(&kit.page[domid], 0, sizeof(kit.page[domid]));
	kit_expect(0, XS_INTRODUCE, 0, text, n + 1, "");
}

void kit_settle(void)
{
	for (u32 rounds = 0; store_round(&kit.store); rounds++)
		assert_true(rounds < 1000000);
}

static void put(u16 domid, const void *bytes, u32 n)
{
	struct xenstore_domain_interface *page = &kit.page[domid];
	const u8 *from = bytes;

	for (u32 i = 0; i < n; i++) {
		if (page->req_prod - page->req_cons == XENSTORE_RING_SIZE)
			kit_settle();
		assert_true(page->req_prod - page->req_cons < XENSTORE_RING_SIZE);
		page->req[MASK_XENSTORE_IDX(page->req_prod)] = from[i];
		page->req_prod++;
	}
}

void kit_send(u16 domid, u32 type, u32 tx, const void *payload, u32 length)
{
	struct xsd_sockmsg h = {type, ++kit.last_req_id, tx, length};

	put(domid, &h, sizeof(h));
	put(domid, payload, length);
	kit_settle();
}

static bool get(u16 domid, void *bytes, u32 n)
{
	struct xenstore_domain_interface *page = &kit.page[domid];
	u8 *to = bytes;

	for (u32 i = 0; i < n; i++) {
		if (page->rsp_cons == page->rsp_prod)
			kit_settle();
		assert_true(page->rsp_prod - page->rsp_cons <= XENSTORE_RING_SIZE);
		if (page->rsp_cons == page->rsp_prod) {
			assert_int_equal(i, 0);
			return false;
		}
		to[i] = page->rsp[MASK_XENSTORE_IDX(page->rsp_cons)];
		page->rsp_cons++;
	}
	return true;
}

bool kit_receive(u16 domid)
{
	memset(&kit.mail, 0, sizeof(kit.mail));
	if (!get(domid, &kit.mail.header, sizeof(kit.mail.header)))
		return false;
	assert_true(kit.mail.header.len <= XENSTORE_PAYLOAD_MAX);
	assert_true(!kit.mail.header.len || get(domid, kit.mail.payload, kit.mail.header.len));
	return true;
}

const char *kit_ask(u16 domid, u32 type, u32 tx, const void *payload, u32 length)
{
	kit_send(domid, type, tx, payload, length);
	assert_true(kit_receive(domid));
	if (kit.mail.header.type == XS_ERROR)
		print_message("%s\n", kit.mail.payload);
	assert_int_equal(kit.mail.header.type, type);
	assert_int_equal(kit.mail.header.req_id, kit.last_req_id);
	assert_int_equal(kit.mail.header.tx_id, tx);
	return (const char *)kit.mail.payload;
}

void kit_expect(u16 domid, u32 type, u32 tx, const void *payload, u32 length, const char *error)
{
	if (!*error) {
		assert_string_equal(kit_ask(domid, type, tx, payload, length), "OK");
		assert_int_equal(kit.mail.header.len, 3);
		return;
	}
	kit_send(domid, type, tx, payload, length);
	assert_true(kit_receive(domid));
	assert_int_equal(kit.mail.header.type, XS_ERROR);
	assert_int_equal(kit.mail.header.req_id, kit.last_req_id);
	assert_int_equal(kit.mail.header.tx_id, tx);
	assert_int_equal(kit.mail.header.len, strlen(error) + 1);
	assert_string_equal((char *)kit.mail.payload, error);
}

void kit_expect_event(u16 domid, const char *path, const char *token)
{
	u32 n = path ? strlen(path) + 1 : 0;

	assert_int_equal(kit_receive(domid), path != NULL);
	if (!path)
		return;
	assert_int_equal(kit.mail.header.type, XS_WATCH_EVENT);
	assert_int_equal(kit.mail.header.req_id, 0);
	assert_int_equal(kit.mail.header.tx_id, 0);
	assert_string_equal((char *)kit.mail.payload, path);
	assert_string_equal((char *)kit.mail.payload + n, token);
	assert_int_equal(kit.mail.header.len, n + strlen(token) + 1);
}
