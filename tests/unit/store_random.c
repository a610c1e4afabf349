/*
 * store_random.c: random requests of four domains, answered by the store and by a simple model.
 *
 * Answers and events must be equal, byte by byte and in order. TRAPLINE_TEST_SEED=N draws others.
 * TRAPLINE_STORE_RUNS=N makes N runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include "store_kit.h"
#include "store_model.h"

static struct model m;
static u32 random_state, step;

static u32 draw(u32 n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state % n;
}

/* What is sent. */
static u8 payload[XENSTORE_PAYLOAD_MAX];
static u32 length;

static void add(const void *bytes, u32 n)
{
	memcpy(payload + length, bytes, n);
	length += n;
}
static void add_string(const char *text)
{
	add(text, strlen(text) + 1);
}

/* Who names a path of its own directory does so relatively, half of the time. @return characters
 * left out */
static u32 add_path(u16 d, const char *path)
{
	char home[32];
	u32 n = snprintf(home, sizeof(home), "/local/domain/%u/", d);

	n = strncmp(path, home, n) == 0 && draw(2) ? n : 0;
	add_string(path + n);
	return n;
}

static void compare_answer(u16 d, u32 type, u32 tx)
{
	const char *error = m.error;

	assert_true(kit_receive(d));
	assert_int_equal(kit.mail.header.req_id, kit.last_req_id);
	assert_int_equal(kit.mail.header.tx_id, tx);
	if (kit.mail.header.type == XS_ERROR || error)
		assert_string_equal((char *)kit.mail.payload, error ? error : "(no error)");
	assert_int_equal(kit.mail.header.type, error ? XS_ERROR : type);
	if (error)
		return;
	assert_int_equal(kit.mail.header.len, m.answered);
	assert_memory_equal(kit.mail.payload, m.answer, m.answered);
}

static void compare_events(u16 d)
{
	struct m_domain *dom = &m.domain[d];

	for (; dom->fetched < dom->events; dom->fetched++) {
		const struct m_event *e = &dom->event[dom->fetched % M_EVENTS];

		kit_expect_event(d, e->path, e->token);
	}
	kit_expect_event(d, NULL, NULL);
}

static u32 pick_tx(u16 d)
{
	u32 id = m.domain[d].tx[draw(M_TXS)].id;

	return draw(40) ? (draw(3) ? id : 0) : 1 + draw(m.domain[d].last_tx + 2);
}

static void ask_for_permissions(u16 d, u32 tx, int path)
{
	u32 count = 1 + draw(M_PERMS);
	char letter[M_PERMS], text[16];
	u16 domid[M_PERMS];

	for (u32 i = 0; i < count; i++) {
		letter[i] = "rwbn"[draw(4)];
		domid[i] = i || !d || !draw(5) ? draw(M_DOMAINS) : d;
		snprintf(text, sizeof(text), "%c%u", letter[i], domid[i]);
		add_string(text);
	}
	model_set_perms(&m, d, tx, path, domid, letter, count);
}

static void ask_for_tree(u16 d, u32 type, u32 tx)
{
	int path = (int)draw(m.paths);
	char value[M_VALUE];
	u32 n = draw(20) ? draw(20) : draw(M_VALUE);

	add_path(d, m.path[path]);
	switch (type) {
	case XS_READ:
		model_read(&m, d, tx, path);
		break;
	case XS_DIRECTORY:
		model_directory(&m, d, tx, path);
		break;
	case XS_GET_PERMS:
		model_get_perms(&m, d, tx, path);
		break;
	case XS_WRITE:
		for (u32 i = 0; i < n; i++)
			value[i] = (char)draw(256);
		add(value, n);
		model_write(&m, d, tx, path, value, n);
		break;
	case XS_MKDIR:
		model_mkdir(&m, d, tx, path);
		break;
	case XS_RM:
		model_rm(&m, d, tx, path);
		break;
	default:
		ask_for_permissions(d, tx, path);
	}
}

static void ask_for_watch(u16 d, u32 type)
{
	static const char *const special[] = {"@introduceDomain", "@releaseDomain", "@other"};
	const char *path = draw(6) ? m.path[draw(m.paths)] : special[draw(3)];
	u32 skip = add_path(d, path);
	char token[] = {'t', '0' + (char)draw(2), 0};

	if (type == XS_UNWATCH && m.domain[d].watches && draw(2)) { /* one that it has */
		u32 w = draw(m.domain[d].watches);

		length = 0;
		path = m.domain[d].watch[w].path;
		memcpy(token, m.domain[d].watch[w].token, sizeof(token));
		add_path(d, path);
	}
	add_string(token);
	if (type == XS_WATCH)
		model_watch(&m, d, path, skip, token);
	else
		model_unwatch(&m, d, path, token);
}

/* A guest comes or goes, at Domain 0's word. */
static void ask_for_domain(u32 type)
{
	u16 d = 1 + draw(M_DOMAINS - 1);
	char text[8];

	snprintf(text, sizeof(text), "%u", d);
	add_string(text);
	if (type == XS_RELEASE) {
		model_release(&m, d);
		return;
	}
	add_string(text);
	add_string("7");
	if (!m.domain[d].connected)
		memset(&kit.page[d], 0, sizeof(kit.page[d]));
	model_introduce(&m, d);
}

static void one_request(void)
{
	static const u32 types[] = {XS_READ,  XS_READ,	    XS_DIRECTORY, XS_GET_PERMS, XS_WRITE,
				    XS_WRITE, XS_WRITE,	    XS_MKDIR,	  XS_MKDIR,	XS_RM,
				    XS_RM,    XS_SET_PERMS, XS_SET_PERMS};
	u32 what = draw(100), type = types[draw(ARRAY_SIZE(types))], tx = 0;
	u16 d = draw(M_DOMAINS);

	if (!m.domain[d].connected)
		d = 0;
	length = 0;
	if (what < 12) {
		type = what < 9 && m.domain[d].watches < M_WATCHES ? XS_WATCH : XS_UNWATCH;
		ask_for_watch(d, type);
	} else if (what < 18 && (d || m.domain[0].tx[M_TXS - 1].id == 0)) {
		type = XS_TRANSACTION_START;
		add_string("");
		model_begin(&m, d);
	} else if (what < 28 && (tx = pick_tx(d))) {
		bool commit = draw(4);

		type = XS_TRANSACTION_END;
		add_string(commit ? "T" : "F");
		model_end(&m, d, tx, commit);
	} else if (what == 28) {
		d = 0;
		type = draw(2) ? XS_RELEASE : XS_INTRODUCE;
		ask_for_domain(type);
	} else {
		tx = pick_tx(d);
		ask_for_tree(d, type, tx);
	}
	kit_send(d, type, tx, payload, length);
	compare_answer(d, type, tx);
	for (u16 o = 0; o < M_DOMAINS; o++) {
		if (m.domain[o].connected)
			compare_events(o);
	}
}

static u32 number_of(const char *name, u32 otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 10) : otherwise;
}

static void the_store_does_what_the_model_does(void **state)
{
	u32 seed = number_of("TRAPLINE_TEST_SEED", 1), runs = number_of("TRAPLINE_STORE_RUNS", 100);

	(void)state;
	for (u32 run = 0; run < runs; run++) {
		random_state = 2654435761u * (seed + run) | 1;
		kit_start(KIT_ARENA);
		kit.store.limits = (struct store_limits){.nodes = M_NODES,
							 .node_size = M_NODE_SIZE,
							 .watches = M_MAX_WATCH,
							 .transactions = M_MAX_TX,
							 .memory = 1 << 20,
							 .queue = 1 << 20};
		model_start(&m);
		for (step = 0; step < 2000; step++) {
			one_request();
			if (step % 50 == 0)
				assert_true(store_check(&kit.store));
		}
		kit_end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_store_does_what_the_model_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
