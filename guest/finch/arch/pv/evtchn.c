/*
 * evtchn.c (pv): event channels of programs: dev/xen/evtchn, as Linux has it.
 *
 * A port that is written to the file is the file's from then on, and unmasked; reading gives the
 * ports at which something has happened; each stays masked until it is written again. So nobody who
 * sends events all the time gets more than one through for each time that he is served.
 */
#include "fs/fs.h"
#include "hypercall.h"
#include "lib/lib.h"
#include "proc/proc.h"

#define NR_PORTS 1024u

static struct file *owner[NR_PORTS];
static u32 happened[NR_PORTS / 32];

static void mask(u32 port)
{
	__atomic_fetch_or(&shared_page.info.evtchn_mask[port / 32], 1u << port % 32,
			  __ATOMIC_SEQ_CST);
}

bool evtchn_happened(u32 port)
{
	if (!owner[port])
		return false;
	mask(port);
	happened[port / 32] |= 1u << port % 32;
	wakeup(&happened);
	return true;
}

/* The next of the file's ports from `port` on; NR_PORTS: none */
static u32 next_happened(const struct file *f, u32 port)
{
	while (port < NR_PORTS && (owner[port] != f || !(happened[port / 32] >> port % 32 & 1)))
		port = happened[port / 32] >> port % 32 ? port + 1 : (port | 31) + 1;
	return port;
}

static u32 evtchn_ready(struct file *f)
{
	return CAN_WRITE | (next_happened(f, 0) < NR_PORTS ? CAN_READ : 0);
}

static s32 evtchn_read(struct file *f, u8 *buf, u32 n)
{
	u32 done = 0;

	while (next_happened(f, 0) == NR_PORTS) {
		if (signal_pending())
			return -EINTR;
		sleep_on(&happened, 0);
	}
	for (u32 port = 0;
	     n - done >= sizeof(port) && (port = next_happened(f, port)) < NR_PORTS;) {
		happened[port / 32] &= ~(1u << port % 32);
		memcpy(buf + done, &port, sizeof(port));
		done += sizeof(port);
	}
	return (s32)done;
}

static void close_port(u32 port)
{
	mask(port);
	hyper_event_port(EVTCHNOP_close, port);
	happened[port / 32] &= ~(1u << port % 32);
	owner[port] = NULL;
}

static s32 take_port(struct file *f, u32 word)
{
	u32 port = word & ~EVTCHN_CLOSE;

	if (port >= NR_PORTS || (owner[port] && owner[port] != f) || events_own(port))
		return -EINVAL;
	owner[port] = f;
	if (word & EVTCHN_CLOSE)
		close_port(port);
	else
		event_unmask(port);
	return 0;
}

static s32 evtchn_write(struct file *f, const u8 *buf, u32 n)
{
	u32 word;

	for (u32 done = 0; n - done >= sizeof(word); done += sizeof(word)) {
		memcpy(&word, buf + done, sizeof(word));
		if (take_port(f, word))
			return -EINVAL;
	}
	return (s32)n;
}

/* What a program has bound does not stay behind it. */
static void evtchn_close(struct file *f)
{
	for (u32 port = 0; port < NR_PORTS; port++)
		if (owner[port] == f)
			close_port(port);
}

const struct device evtchn_device = {
    .read = evtchn_read, .write = evtchn_write, .ready = evtchn_ready, .close = evtchn_close};
