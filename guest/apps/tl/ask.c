/* ask.c: are these domains alive? Domain 0 asks each on a channel, and they answer with the time.
 */
#include <trapline/answer.h>
#include "tl/tl.h"

#define PATIENCE (60 * HZ) /* ticks until nobody else will answer */

/* Of Domain 0 itself. */
static u32 shared_frame;

static void copy_shared(u32 offset, void *buf, u32 len, bool write)
{
	struct foreign_copy c = {0, shared_frame, offset, len, buf, write};

	if (foreign(&c))
		fail("Domain 0's page of events cannot be mapped");
}

static void find_shared(void)
{
	struct xen_domctl op = {0};

	if (domctl(&op, XEN_DOMCTL_getdomaininfo, 0))
		fail("Domain 0 does not know itself");
	shared_frame = (u32)op.u.getdomaininfo.shared_info_frame;
}

static u64 clock_now(void)
{
	struct vcpu_time_info t;
	u64 tsc, ns;

	copy_shared(offsetof(struct shared_info, vcpu_info[0].time), &t, sizeof(t), false);
	tsc = (rdtsc() - t.tsc_timestamp) << t.tsc_shift;
	ns = (tsc & ~0u) * t.tsc_to_system_mul >> 32;
	return t.system_time + ns + (tsc >> 32) * t.tsc_to_system_mul;
}

/* What comes on this port is for this program: the kernel would take it, and forget it. */
static void keep_events(u32 port)
{
	u32 at = offsetof(struct shared_info, evtchn_mask[port / 32]), word;

	copy_shared(at, &word, sizeof(word), false);
	word |= 1u << port % 32;
	copy_shared(at, &word, sizeof(word), true);
}

static bool came(u32 port)
{
	u32 word;

	copy_shared(offsetof(struct shared_info, evtchn_pending[port / 32]), &word, sizeof(word),
		    false);
	return word >> port % 32 & 1;
}

static struct answer answer_of(const struct contact *c)
{
	struct answer a;
	struct foreign_copy copy = {c->domid, c->frame, ANSWER_OFFSET, sizeof(a), &a, false};

	memset(&a, 0, sizeof(a));
	if (foreign(&copy))
		fail("domain %u: its answer cannot be read", c->domid);
	return a;
}

/* It has answered once, between these two times? */
static bool answer_ok(const struct contact *c, u64 from, u64 to)
{
	struct answer a = answer_of(c);

	return a.count == 1 && a.time >= from && a.time <= to;
}

u32 ask_all(const struct contact *c, u32 n)
{
	u32 *port = memory(n * sizeof(*port)), answers = 0, good = 0;
	u64 begun;

	find_shared();
	begun = clock_now();
	for (u32 i = 0; i < n; i++) {
		port[i] = connect(c[i].domid, c[i].port);
		if (!port[i])
			fail("domain %u: no channel to it", c[i].domid);
		keep_events(port[i]);
		notify(port[i]);
	}
	for (s32 end = ticks() + PATIENCE; answers < n && ticks() - end < 0; sleep(1))
		for (answers = 0; answers < n && came(port[answers]); answers++)
			;
	for (u32 i = 0; i < n; i++) {
		good += came(port[i]) && answer_ok(&c[i], begun, clock_now());
		disconnect(port[i]);
	}
	munmap((u32)port, n * sizeof(*port));
	return good;
}
