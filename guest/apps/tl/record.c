/*
 * record.c: what the store says of each domain, as Xen's tools wrote it: /local/domain/N is the
 * domain's own, and what it needs to find its way.
 */
#include "tl/tl.h"
#include "xs/client.h"

static bool connected;

static void connect_to_store(void)
{
	if (!connected)
		connected = !xs_open();
}

void record_open(void)
{
	char *const args[] = {"xenstored", NULL};

	connect_to_store();
	if (connected)
		return;
	if (spawn(args[0], args) < 0)
		fail("the store does not start: %s", error_text(-12));
	for (u32 i = 0; i < 2 * HZ && !connected; i++) {
		sleep(1);
		connect_to_store();
	}
	if (!connected)
		fail("the store does not start: is there memory for it? (`free`)");
}

/* "/local/domain/N" or what is below it: the payload of a request, with room for more. */
struct text {
	char at[512];
	u32 len;
};

static void add(struct text *t, const char *word)
{
	strlcpy(t->at + t->len, word, sizeof(t->at) - t->len);
	t->len += strlen(t->at + t->len);
}

static void add_number(struct text *t, u32 n)
{
	add(t, decimal(n));
}

static struct text place(u32 domid, const char *name)
{
	struct text t = {.len = 0};

	add(&t, "/local/domain/");
	add_number(&t, domid);
	add(&t, name);
	return t;
}

static void ask(u32 type, const struct text *path, const char *more, u32 len)
{
	if (xs_ask_path(type, path->at, more, len) < 0)
		fail("the store: %s: %s", path->at, xs_error());
}

static void put(u32 domid, const char *name, const char *value)
{
	struct text path = place(domid, name);

	ask(XS_WRITE, &path, value, strlen(value));
}

static void put_number(u32 domid, const char *name, u32 value)
{
	struct text t = {.len = 0};

	add_number(&t, value);
	put(domid, name, t.at);
}

static void introduce(u32 domid, const struct rings *r)
{
	struct text t = {.len = 0};
	const u32 words[] = {domid, r->store_mfn, r->store_port};

	for (u32 i = 0; i < 3; i++) {
		add_number(&t, words[i]);
		t.len++; /* its NUL */
	}
	if (xs_ask(XS_INTRODUCE, t.at, t.len) < 0)
		fail("the store does not take the domain: %s", xs_error());
}

#define DISK  "/device/vbd/51712" /* xvda, as Linux numbers it */
#define BACKS "/local/domain/0/backend/vbd/"

/* "/local/domain/0/backend/vbd/N", and what is below it. */
static struct text back_place(u32 domid, const char *name)
{
	struct text t = {.len = 0};

	add(&t, BACKS);
	add_number(&t, domid);
	add(&t, name);
	return t;
}

/* Both ends know where the other is; what the back end writes, the domain may read. */
static void record_disk(u32 domid, const char *params)
{
	struct text back = back_place(domid, "/51712"), home = back_place(domid, ""),
		    front = place(domid, DISK);
	struct text rights = {.at = "n0\0r", .len = 4};
	struct text path;

	add_number(&rights, domid);
	ask(XS_MKDIR, &home, NULL, 0);
	ask(XS_SET_PERMS, &home, rights.at, rights.len + 1);
	path = back_place(domid, "/51712/mode");
	ask(XS_WRITE, &path, "w", 1);
	path = back_place(domid, "/51712/params");
	ask(XS_WRITE, &path, params, strlen(params));
	put(domid, DISK "/backend", back.at);
	put(domid, DISK "/backend-id", "0");
	put(domid, DISK "/state", "1");
	/* Last: now the back end looks. */
	path = back_place(domid, "/51712/frontend");
	ask(XS_WRITE, &path, front.at, strlen(front.at));
}

void record_domain(const struct plan *p, u32 domid, const struct rings *r)
{
	struct text home = place(domid, ""), owner = {.at = "n", .len = 1};

	if (!connected)
		return;
	ask(XS_MKDIR, &home, NULL, 0);
	/* What is written below it from now on is the domain's, too. */
	add_number(&owner, domid);
	ask(XS_SET_PERMS, &home, owner.at, owner.len + 1);
	put(domid, "/name", p->name);
	put_number(domid, "/domid", domid);
	put_number(domid, "/memory/target", p->nr_pages * 4);
	if (!r)
		return;
	put_number(domid, "/store/ring-ref", r->store_mfn);
	put_number(domid, "/store/port", r->store_port);
	put_number(domid, "/console/ring-ref", r->console_mfn);
	put_number(domid, "/console/port", r->console_port);
	if (p->vbd)
		record_disk(domid, p->vbd);
	introduce(domid, r);
}

void record_forget(u32 domid)
{
	struct text home = place(domid, ""), number = {.len = 0};

	connect_to_store();
	if (!connected)
		return;
	add_number(&number, domid);
	xs_ask(XS_RELEASE, number.at, number.len + 1); /* if it is there at all */
	xs_ask_path(XS_RM, home.at, NULL, 0);
	home = back_place(domid, "");
	xs_ask_path(XS_RM, home.at, NULL, 0);
}
