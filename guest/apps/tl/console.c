/*
 * console.c: `tl console`: what a domain has said, and, while it runs, a way to type to it. The
 * hypervisor shows its output; what is typed passes through here, until Ctrl-].
 */
#include "tl/tl.h"

#define DETACH 0x1D /* Ctrl-] */

static s32 console(u32 domid, u32 attach, const void *bytes, u32 count)
{
	struct xen_domctl op = {.u.tl_console = {.attach = attach, .count = count}};

	memcpy(op.u.tl_console.bytes, bytes, count);
	return domctl(&op, XEN_DOMCTL_tl_console, domid);
}

static bool running(u32 domid)
{
	struct xen_domctl op = {0};

	return !domctl(&op, XEN_DOMCTL_getdomaininfo, domid) &&
	       !(op.u.getdomaininfo.flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying));
}

/* Wait for something to be typed, and look from time to time whether the domain is still there. */
static bool typed(u32 fd, u32 domid)
{
	while (running(domid)) {
		if ((u32)poll(POLL_READ(fd) | POLL_WRITE(fd)) & POLL_READ(fd))
			return true;
		sleep(2);
	}
	return false;
}

static void pass_on(u32 fd, u32 domid)
{
	u8 bytes[sizeof(((struct xen_domctl_tl_console *)0)->bytes)];

	while (typed(fd, domid)) {
		s32 n = read(fd, bytes, sizeof(bytes)), at = 0;

		while (at < n && bytes[at] != DETACH)
			at++;
		if (n < 0 || console(domid, 1, bytes, (u32)at) || at < n)
			return;
	}
}

int attach_console(const char *domain)
{
	struct xen_domctl_getdomaininfo d;
	s32 fd;

	find_domain(domain, &d);
	show_log(domain);
	if (!d.domain || !running(d.domain))
		return 0;
	fd = open("/dev/tty/raw");
	if (fd < 0)
		fail("somebody else is attached to a console");
	printf("tl: what you type goes to %s (domain %u); Ctrl-] comes back\n", name_of(&d),
	       d.domain);
	if (!console(d.domain, 1, "", 0)) {
		pass_on((u32)fd, d.domain);
		console(d.domain, 0, "", 0);
	}
	printf("\ntl: back in Domain 0\n");
	return 0;
}
