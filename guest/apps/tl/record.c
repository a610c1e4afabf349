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

/* It outlives who starts it: what that has open is not its own, a pipe would never end. What it has
 * to say goes where errors go. If another has been faster, it ends. */
static s32 start_store(void)
{
	char *const args[] = {"xenstored", "unless-there", NULL};
	s32 pid = fork();

	if (pid)
		return pid;
	dup2(2, 0);
	dup2(2, 1);
	for (u32 fd = 3; fd < NR_FDS; fd++)
		close(fd);
	exec(args[0], args);
	die("there is no program xenstored");
}

void record_open(void)
{
	connect_to_store();
	if (connected)
		return;
	if (start_store() < 0)
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
#define NET   "/device/vif/0"
#define LONG  (60 * HZ)			       /* for a back end to take a disk: it reads of it */
#define SHORT (HZ / 2)			       /* to say whether it will */
enum { WAITS = 2, CONNECTED = 4, CLOSED = 6 }; /* what it says */

/* "/local/domain/0/backend/vbd/N", or vif, and what is below it. */
static struct text back_place(const char *kind, u32 domid, const char *name)
{
	struct text t = {.len = 0};

	add(&t, "/local/domain/0/backend/");
	add(&t, kind);
	add(&t, "/");
	add_number(&t, domid);
	add(&t, name);
	return t;
}

/* Below the back end's directory, DEVICE/NAME. */
static void put_back(const char *kind, u32 domid, const char *device, const char *name,
		     const char *value)
{
	struct text path = back_place(kind, domid, device);

	add(&path, name);
	ask(XS_WRITE, &path, value, strlen(value));
}

/* What the back end writes, the domain may read. */
static void make_back(const char *kind, u32 domid)
{
	struct text home = back_place(kind, domid, ""), rights = {.at = "n0\0r", .len = 4};

	add_number(&rights, domid);
	ask(XS_MKDIR, &home, NULL, 0);
	ask(XS_SET_PERMS, &home, rights.at, rights.len + 1);
}

/* Both ends know where the other is. */
static void join_ends(const char *kind, u32 domid, const char *device, const char *front_name)
{
	struct text back = back_place(kind, domid, device), front = place(domid, front_name);
	struct text name = {.len = 0};

	add(&name, front_name);
	add(&name, "/backend");
	put(domid, name.at, back.at);
	add(&name, "-id");
	put(domid, name.at, "0");
	name.len = strlen(front_name);
	add(&name, "/state");
	put(domid, name.at, "1");
	/* Last: now the back end looks. */
	put_back(kind, domid, device, "/frontend", front.at);
}

/* What the back end says of the device, in the file `name`. @return NULL: nothing */
static const char *back_says(const char *kind, u32 domid, const char *device, const char *name)
{
	struct text path = back_place(kind, domid, device);

	add(&path, name);
	return xs_ask_path(XS_READ, path.at, NULL, 0) < 0 ? NULL : xs_answer();
}

/* The back end takes the device, or says why not. A virtual PC has its disk from the beginning:
 * then it must be there. */
static void await_back(const char *kind, u32 domid, const char *device, bool must)
{
	for (u32 i = 0; i < (must ? LONG : SHORT); i++) {
		const char *s = back_says(kind, domid, device, "/state");
		u32 state = s ? atou(s) : 0;

		if (state == CLOSED) {
			s = back_says(kind, domid, device, "/error");
			fail("%s=: the back end refuses: %s", kind, s ? s : "it does not say why");
		}
		if (state == CONNECTED || (state == WAITS && !must))
			return;
		sleep(1);
	}
	if (must)
		fail("nobody takes the disk: does `blkback` run, and what does it say?");
	printf("tl: %s=: no back end has looked at it yet: does `%s` run?\n", kind,
	       strcmp(kind, "vbd") ? "netback" : "blkback");
}

static void record_disk(u32 domid, const char *params, bool ata)
{
	make_back("vbd", domid);
	put_back("vbd", domid, "/51712", "/mode", "w");
	put_back("vbd", domid, "/51712", "/type", ata ? "ata" : "ring");
	put_back("vbd", domid, "/51712", "/params", params);
	join_ends("vbd", domid, "/51712", DISK);
	await_back("vbd", domid, "/51712", ata);
}

/* 00:16:3e is Xen's, for its guests. */
static void own_mac(u32 domid, char mac[20])
{
	static const char hex[] = "0123456789abcdef";

	strlcpy(mac, "00:16:3e:00:00:00", 20);
	mac[12] = hex[domid >> 12 & 15];
	mac[13] = hex[domid >> 8 & 15];
	mac[15] = hex[domid >> 4 & 15];
	mac[16] = hex[domid & 15];
}

static void record_interface(u32 domid, const struct plan *p)
{
	char mac[20];

	own_mac(domid, mac);
	make_back("vif", domid);
	put_back("vif", domid, "/0", "/ip", p->ip);
	put_back("vif", domid, "/0", "/mac", p->mac[0] ? p->mac : mac);
	join_ends("vif", domid, "/0", NET);
	await_back("vif", domid, "/0", false);
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
	if (p->vbd)
		record_disk(domid, p->vbd, p->shadow);
	if (!r)
		return;
	put_number(domid, "/store/ring-ref", r->store_mfn);
	put_number(domid, "/store/port", r->store_port);
	put_number(domid, "/console/ring-ref", r->console_mfn);
	put_number(domid, "/console/port", r->console_port);
	if (p->vif)
		record_interface(domid, p);
	introduce(domid, r);
}

void record_target(u32 domid, u32 kb)
{
	put_number(domid, "/memory/target", kb);
}

u32 recorded_target(u32 domid)
{
	struct text path = place(domid, "/memory/target");
	u32 kb;

	connect_to_store();
	if (!connected || xs_ask_path(XS_READ, path.at, NULL, 0) < 0 ||
	    !whole_number(xs_answer(), 1u << 22, &kb))
		return 0;
	return kb;
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
	home = back_place("vbd", domid, "");
	xs_ask_path(XS_RM, home.at, NULL, 0);
	home = back_place("vif", domid, "");
	xs_ask_path(XS_RM, home.at, NULL, 0);
}
