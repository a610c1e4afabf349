/*
 * xenbus.c (pv): the way to the store in Domain 0: dev/xen/xenbus, for one program at a time.
 *
 * A request is written as one whole message (xs_wire.h), and answers and events are read. Here
 * they pass through the ring in the page that the domain builder made; a message is always passed
 * whole, so that a program that ends in the middle of one leaves the ring in order.
 */
#include <trapline/xen/io/xs_wire.h>
#include "fs/fs.h"
#include "hypercall.h"
#include "lib/lib.h"
#include "proc/proc.h"

struct message {
	struct xsd_sockmsg header;
	u8 payload[XENSTORE_PAYLOAD_MAX];
};

static struct xenstore_domain_interface *page; /* NULL: there is none */
static u32 port;
static struct file *user;

static struct message out, in;
static u32 out_size, out_sent; /* bytes; equal: nothing is on its way */
static u32 in_got, in_given;

/*
 * One value the kernel itself wants to know: how many KB of memory this domain is to have. Its
 * requests go between those of programs, and what comes for it is not given to them.
 */
#define OWN_REQUEST 0x6F776E21u
static const char target_path[] = "memory/target", target_token[] = "finch-balloon";
static enum { NOTHING, WATCH, READ } own_next; /* what it asks as soon as it can */
static bool own_watches;
static u32 target_kb;

void xenbus_init(const struct start_info *si)
{
	if (!si->store_mfn)
		return;
	page = frame_address(MACHINE_TO_PHYS[si->store_mfn]);
	port = si->store_evtchn;
}

u32 xenbus_port(void)
{
	return port;
}

void xenbus_watch_target(void)
{
	if (own_watches)
		return;
	own_watches = true;
	own_next = WATCH;
	xenbus_pump();
}

u32 xenbus_target(void)
{
	return target_kb;
}

static void own_ask(void)
{
	u32 n = sizeof(target_path);

	if (own_next == NOTHING || out_sent < out_size)
		return;
	out.header = (struct xsd_sockmsg){.type = own_next == WATCH ? XS_WATCH : XS_READ,
					  .req_id = OWN_REQUEST};
	memcpy(out.payload, target_path, n);
	if (own_next == WATCH) {
		memcpy(out.payload + n, target_token, sizeof(target_token));
		n += sizeof(target_token);
	}
	out.header.len = n;
	out_size = sizeof(out.header) + n;
	out_sent = 0;
	own_next = NOTHING; /* the event that follows a watch asks for the rest */
}

/* Of a message that came whole. @return whether it was for the kernel */
static bool own_answer(void)
{
	u32 n = in.header.len < sizeof(in.payload) ? in.header.len : sizeof(in.payload) - 1;
	const char *text = (char *)in.payload;

	if (!own_watches)
		return false;
	in.payload[n] = 0;
	if (in.header.type == XS_WATCH_EVENT) {
		if (n < sizeof(target_token) ||
		    memcmp(text + n - sizeof(target_token), target_token, sizeof(target_token)))
			return false;
		own_next = READ;
		return true;
	}
	if (in.header.req_id != OWN_REQUEST)
		return false;
	if (in.header.type == XS_READ) {
		target_kb = parse_number(text);
		wakeup_sleepers(arch_balloon);
	}
	return true;
}

/* What is left of the message that comes in; 0: it is whole. */
static u32 in_wanted(void)
{
	u32 size = sizeof(in.header);

	if (in_got >= size)
		size += in.header.len < sizeof(in.payload) ? in.header.len : sizeof(in.payload);
	return size - in_got;
}

static u32 least(u32 a, u32 b, u32 c)
{
	u32 n = a < b ? a : b;

	return n < c ? n : c;
}

/* Acquire and release: bytes are read after the index, and written before it. */
static u32 peer_index(const u32 *index)
{
	return __atomic_load_n(index, __ATOMIC_ACQUIRE);
}

static void own_index(u32 *index, u32 by)
{
	__atomic_store_n(index, *index + by, __ATOMIC_RELEASE);
}

static bool send_part(void)
{
	u32 at = page->req_prod, used = at - peer_index(&page->req_cons);
	u32 to_end = XENSTORE_RING_SIZE - MASK_XENSTORE_IDX(at), n;

	n = used > XENSTORE_RING_SIZE
		? 0
		: least(out_size - out_sent, XENSTORE_RING_SIZE - used, to_end);
	memcpy(page->req + MASK_XENSTORE_IDX(at), (u8 *)&out + out_sent, n);
	out_sent += n;
	own_index(&page->req_prod, n);
	return n;
}

static bool take_part(void)
{
	u32 at = page->rsp_cons, waiting = peer_index(&page->rsp_prod) - at;
	u32 to_end = XENSTORE_RING_SIZE - MASK_XENSTORE_IDX(at), n;

	n = waiting > XENSTORE_RING_SIZE ? 0 : least(in_wanted(), waiting, to_end);
	memcpy((u8 *)&in + in_got, page->rsp + MASK_XENSTORE_IDX(at), n);
	in_got += n;
	own_index(&page->rsp_cons, n);
	if (!in_wanted() && (own_answer() || !user))
		in_got = 0; /* or nobody asked */
	return n;
}

void xenbus_pump(void)
{
	bool moved = false;

	do
		own_ask();
	while ((send_part() || take_part()) && (moved = true));
	if (!moved)
		return;
	hyper_event_port(EVTCHNOP_send, port);
	wakeup(&page);
}

static s32 xenbus_open(struct file *f)
{
	if (!page)
		return -ENOENT;
	if (user)
		return -EBUSY;
	user = f;
	return 0;
}

static void next_message(void)
{
	in_got = in_given = 0;
	xenbus_pump();
}

static void xenbus_close(struct file *f)
{
	(void)f;
	user = NULL;
	if (!in_wanted())
		next_message();
}

static u32 xenbus_ready(struct file *f)
{
	(void)f;
	return (in_wanted() ? 0 : CAN_READ) | (out_sent < out_size ? 0 : CAN_WRITE);
}

static s32 xenbus_read(struct file *f, u8 *buf, u32 n)
{
	u32 left;

	while (in_wanted()) {
		if (signal_pending())
			return -EINTR;
		sleep_on(&page, 0);
	}
	(void)f;
	left = in_got - in_given;
	if (n > left)
		n = left;
	memcpy(buf, (u8 *)&in + in_given, n);
	in_given += n;
	if (in_given == in_got)
		next_message();
	return (s32)n;
}

static s32 xenbus_write(struct file *f, const u8 *buf, u32 n)
{
	struct xsd_sockmsg h;

	(void)f;
	if (n < sizeof(h) || n > sizeof(out))
		return -EINVAL;
	memcpy(&h, buf, sizeof(h));
	if (h.len != n - sizeof(h))
		return -EINVAL;
	while (out_sent < out_size) {
		if (signal_pending())
			return -EINTR;
		sleep_on(&page, 0);
	}
	memcpy(&out, buf, n);
	out_size = n;
	out_sent = 0;
	xenbus_pump();
	return (s32)n;
}

const struct device xenbus_device = {.open = xenbus_open,
				     .read = xenbus_read,
				     .write = xenbus_write,
				     .ready = xenbus_ready,
				     .close = xenbus_close};
