/* client.c: requests and answers, as whole messages; what is not for us is skipped. */
#include "xs/client.h"

struct message {
	struct xsd_sockmsg header;
	char payload[XENSTORE_PAYLOAD_MAX + 1]; /* and a NUL behind */
};

static s32 fd = -1;
static u32 last_id;
static struct message out, in;
static char event[XENSTORE_ABS_PATH_MAX + 1], error[16];
static bool happened;

static void get(void *to, u32 n)
{
	s32 got;

	for (u32 done = 0; done < n; done += (u32)got) {
		got = read((u32)fd, (u8 *)to + done, n - done);
		if (got <= 0)
			die("the store has gone");
	}
}

static void receive(void)
{
	get(&in.header, sizeof(in.header));
	if (in.header.len > XENSTORE_PAYLOAD_MAX)
		die("the store's answer makes no sense");
	get(in.payload, in.header.len);
	in.payload[in.header.len] = 0;
	if (in.header.type != XS_WATCH_EVENT)
		return;
	strlcpy(event, in.payload, sizeof(event));
	happened = true;
}

s32 xs_open(void)
{
	fd = open(XS_SOCKET);
	if (fd >= 0)
		return 0;
	fd = open(XS_RING);
	if (fd < 0)
		return fd;
	/* Whoever had it before may have left watches, and answers that he did not fetch. */
	last_id = (u32)getpid() << 16 | ((u32)ticks() & 0xFFF) << 4;
	return xs_ask(XS_RESET_WATCHES, "", 1) < 0 ? -EINVAL : 0;
}

s32 xs_ask(u32 type, const void *payload, u32 len)
{
	if (len > XENSTORE_PAYLOAD_MAX) {
		strlcpy(error, "E2BIG", sizeof(error));
		return -1;
	}
	out.header = (struct xsd_sockmsg){.type = type, .req_id = ++last_id, .len = len};
	if (payload != out.payload)
		memcpy(out.payload, payload, len);
	if (write((u32)fd, &out, sizeof(out.header) + len) < 0)
		die("the store has gone");
	do
		receive();
	while (in.header.type == XS_WATCH_EVENT || in.header.req_id != last_id);
	happened &= type != XS_RESET_WATCHES;
	if (in.header.type != XS_ERROR)
		return (s32)in.header.len;
	strlcpy(error, in.payload, sizeof(error));
	return -1;
}

s32 xs_ask_path(u32 type, const char *path, const void *more, u32 len)
{
	u32 n = strlen(path) + 1;

	if (n > XENSTORE_PAYLOAD_MAX || len > XENSTORE_PAYLOAD_MAX - n)
		return xs_ask(type, out.payload, XENSTORE_PAYLOAD_MAX + 1); /* is refused */
	memcpy(out.payload, path, n);
	if (len)
		memcpy(out.payload + n, more, len);
	return xs_ask(type, out.payload, n + len);
}

const char *xs_answer(void)
{
	return in.payload;
}

const char *xs_error(void)
{
	return error;
}

const char *xs_event(void)
{
	while (!happened)
		receive();
	happened = false;
	return event;
}

u32 xs_fd(void)
{
	return (u32)fd;
}

bool xs_happened(void)
{
	return happened;
}
