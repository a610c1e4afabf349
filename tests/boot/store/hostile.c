/*
 * hostile.c: a domain that is not nice to the store. First it asks for what it may not have, or has
 * had enough of, and crashes if it gets it; what it was given it keeps. Then it breaks the ring,
 * and sends events and garbage until it is destroyed.
 */
#include <trapline/xen/io/xs_wire.h>
#include <trapline/xen/xen.h>
#include "../../kit/hypercall.h"

#define BASE 0xC0000000u

PV_START("hostile", "main", "16384", "");

static const struct start_info *si;
static struct xenstore_domain_interface *ring;
static struct {
	struct xsd_sockmsg header;
	char payload[XENSTORE_PAYLOAD_MAX + 1];
} out, in;

static u32 length(const char *text)
{
	u32 n = 0;

	while (text[n])
		n++;
	return n;
}

static void say(const char *text)
{
	hypercall(__HYPERVISOR_console_io, CONSOLEIO_write, length(text), (u32)text, 0);
}

static void crash(const char *why)
{
	say("hostile: ");
	say(why);
	say("\n");
	for (;;)
		hypercall(__HYPERVISOR_sched_op_compat, SCHEDOP_shutdown, SHUTDOWN_crash, 0, 0);
}

static void notify(void)
{
	struct evtchn_port send = {si->store_evtchn};

	hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_send, (u32)&send, 0, 0);
}

static void wait(void)
{
	hypercall(__HYPERVISOR_sched_op_compat, SCHEDOP_yield, 0, 0, 0);
}

static void put(const void *from, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		while (ring->req_prod - *(volatile u32 *)&ring->req_cons == XENSTORE_RING_SIZE) {
			notify();
			wait();
		}
		ring->req[MASK_XENSTORE_IDX(ring->req_prod)] = ((const u8 *)from)[i];
		asm volatile("" : : : "memory");
		ring->req_prod++;
	}
	notify();
}

static void get(void *to, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		while (ring->rsp_cons == *(volatile u32 *)&ring->rsp_prod)
			wait();
		((u8 *)to)[i] = ring->rsp[MASK_XENSTORE_IDX(ring->rsp_cons)];
		asm volatile("" : : : "memory");
		ring->rsp_cons++;
	}
	notify(); /* there is room again */
}

/* The answer; "" for one that is no error. */
static const char *answer(void)
{
	do {
		get(&in.header, sizeof(in.header));
		if (in.header.len > XENSTORE_PAYLOAD_MAX)
			crash("an answer makes no sense");
		get(in.payload, in.header.len);
		in.payload[in.header.len] = 0;
	} while (in.header.type == XS_WATCH_EVENT);
	return in.header.type == XS_ERROR ? in.payload : "";
}

/* The first `bytes` of out.payload. */
static const char *send(u32 type, u32 tx, u32 bytes)
{
	out.header = (struct xsd_sockmsg){type, 7, tx, bytes};
	put(&out, sizeof(out.header) + bytes);
	return answer();
}

/* A path, or two strings. */
static const char *ask(u32 type, const char *path, const char *more)
{
	u32 n = 0;

	while ((out.payload[n++] = *path++))
		;
	while (more && *more)
		out.payload[n++] = *more++;
	if (more && type != XS_WRITE)
		out.payload[n++] = 0;
	return send(type, 0, n);
}

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static void expect(const char *got, const char *wanted, const char *what)
{
	if (!same(got, wanted))
		crash(what);
}

/* "n0000" and so on. */
static const char *numbered(u32 n)
{
	static char name[] = "n0000";

	for (u32 i = 4; i; i--, n /= 10)
		name[i] = (char)('0' + n % 10);
	return name;
}

static void others_are_none_of_its_business(void)
{
	static const u32 types[] = {XS_INTRODUCE, XS_RELEASE, XS_RESUME, XS_DEBUG};

	for (u32 i = 0; i < 4; i++)
		expect(ask(types[i], "2", "3"), "EACCES", "may what only Domain 0 may");
	expect(ask(XS_WRITE, "/new", "1"), "EACCES", "writes beside its own");
	expect(ask(XS_WRITE, "/local/domain/0/x", "1"), "EACCES", "writes Domain 0's");
	expect(ask(XS_RM, "/local/domain/2", NULL), "EACCES", "removes another's");
	expect(ask(XS_READ, "/local/domain/2/name", NULL), "EACCES", "reads another's");
}

static void nonsense_is_refused(void)
{
	expect(ask(999, "x", NULL), "ENOSYS", "a request that there is not");
	for (u32 n = 0; n < XENSTORE_PAYLOAD_MAX; n++)
		out.payload[n] = 'a';
	expect(send(XS_READ, 0, XENSTORE_PAYLOAD_MAX), "EINVAL", "a path without end");
	out.payload[XENSTORE_REL_PATH_MAX + 1] = 0;
	expect(send(XS_READ, 0, XENSTORE_REL_PATH_MAX + 2), "EINVAL", "a path that is too long");
	expect(ask(XS_READ, "domid//x", NULL), "EINVAL", "a path that is none");
	expect(send(XS_READ, 12345, 0), "ENOENT", "a transaction that there is not");
	/* What was announced is swallowed, and the conversation goes on. */
	out.header = (struct xsd_sockmsg){XS_READ, 7, 0, XENSTORE_PAYLOAD_MAX + 1000};
	put(&out.header, sizeof(out.header));
	expect(answer(), "E2BIG", "a payload that is too long");
	put(out.payload, XENSTORE_PAYLOAD_MAX);
	put(out.payload, 1000);
	expect(ask(XS_READ, "domid", NULL), "", "the conversation is over");
}

/* As many as it gets; the last answer is to be one of these two. */
static void exhaust(u32 type, const char *value, const char *err, const char *or_err)
{
	const char *got = "";

	for (u32 i = 0; i < 5000 && same(got, ""); i++)
		got = ask(type, numbered(i), value);
	if (!same(got, err) && !same(got, or_err))
		crash(same(got, "") ? "there is no end" : got);
}

static void limits_hold(void)
{
	static const char value[200] = {[0 ... 198] = 'v'};

	exhaust(XS_WRITE, "", "ENOSPC", "ENOMEM");
	for (u32 i = 900; i < 1000; i++)
		ask(XS_RM, numbered(i), NULL);
	exhaust(XS_WRITE, value, "ENOSPC", "ENOMEM");
	for (u32 i = 0; i < 900; i++)
		ask(XS_RM, numbered(i), NULL);
	exhaust(XS_WATCH, "token", "E2BIG", "ENOMEM");
	exhaust(XS_TRANSACTION_START, NULL, "ENOSPC", "ENOMEM");
}

/* For good. */
static void rage(void)
{
	u32 random = 1;

	out.header.len = 2000;
	put(&out.header, sizeof(out.header)); /* a request that never comes to its end */
	ring->req_prod += 5000;
	for (;;) {
		for (u32 i = 0; i < sizeof(*ring); i++) {
			random = random * 1103515245 + 12345;
			((volatile u8 *)ring)[i] = (u8)(random >> 16);
		}
		notify();
	}
}

void main(const struct start_info *info);
void main(const struct start_info *info)
{
	const u32 *frames = (const u32 *)info->mfn_list;
	u32 pfn = 0;

	si = info;
	while (frames[pfn] != info->store_mfn)
		pfn++;
	ring = (struct xenstore_domain_interface *)(BASE + pfn * 4096);
	expect(ask(XS_WRITE, "state", "0"), "", "writes its own");
	others_are_none_of_its_business();
	nonsense_is_refused();
	limits_hold();
	say("hostile: refused, and goes on\n");
	expect(ask(XS_WRITE, "state", "1"), "", "writes its own again");
	rage();
}
