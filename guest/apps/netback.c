/*
 * netback.c: the back end of network interfaces, and the router between them, a process of Domain
 * 0.
 *
 * `tl create ... vif=ip=ADDRESS` gives a domain an interface. What it sends is copied out of its
 * pages first; then its headers are read (router/header.h), its sender is looked at, and rules
 * decide (router/rules.h), for what its owner may send and what the receiver may get. It goes to
 * the interface with the receiver's MAC address, to all for a group's, or out on the wire. ne0 and
 * Domain 0's own interface are files (dev/net/raw/ne0, dev/net/tap).
 */
#include "netback/netback.h"

u32 events, grants, mover;
u8 *place;

static u32 must_open(const char *name)
{
	s32 fd = open(name);

	if (fd >= 0)
		return (u32)fd;
	printf("netback: %s: %s\n", name, why(fd));
	exit(1);
}

static void begin(void)
{
	s32 va = mmap(0, MOST_VIFS * 2 * PAGE, PROT_READ | PROT_WRITE | MAP_FOREIGN);

	if (va < 0 && va > -4096)
		die("no room");
	place = (u8 *)va;
	record_open();
	events = must_open("dev/xen/evtchn");
	grants = must_open("dev/xen/gntdev");
	mover = must_open("dev/xen/gntmove");
	control_init();
	round_init();
	deliver_init();
	add_file("dev/net/tap", "tap0", 0);
	add_file("dev/net/raw/ne0", "ne0", INTERFACE_ETH);
	xs_ask_path(XS_MKDIR, BACKEND, NULL, 0);
	if (xs_ask_path(XS_WATCH, BACKEND, "back", 5) < 0)
		die("the store cannot be watched");
}

/* Unmasked before the rings are looked at: what comes later is an event of its own. */
static void take_events(void)
{
	u32 ports[32];
	s32 n = read(events, ports, sizeof(ports));

	if (n > 0)
		write(events, ports, (u32)n);
}

static u32 wants(void)
{
	u32 mask = POLL_READ(events) | POLL_READ(xs_fd()) | control_wants() | capture_wants();

	for (struct vif *v = vifs; v < vifs + MOST_VIFS; v++)
		mask |= v->kind == VIF_FILE ? POLL_READ(v->fd) : 0;
	return mask;
}

int main(void)
{
	bool busy = true;

	begin();
	for (;;) {
		u32 what;

		while (xs_happened()) {
			xs_event();
			look_around();
		}
		/* With work left, what has happened already. */
		what = (u32)poll(wants() | (busy ? POLL_WRITE(events) : 0));
		if (what & POLL_READ(events))
			take_events();
		if (what & POLL_READ(xs_fd()))
			look_around();
		for (struct vif *v = vifs; v < vifs + MOST_VIFS; v++)
			v->readable = v->kind == VIF_FILE && what & POLL_READ(v->fd);
		control_serve(what);
		capture_serve();
		busy = one_round();
	}
}
