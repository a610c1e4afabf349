/* members.c: what the random Domain 0 does to the crowd, which must not be seen by it; and calls
 * that make no sense. */
#include <trapline/ring.h>
#include "master.h"

static bool paused[NR_GUESTS], gone[NR_GUESTS];

/* One that has ended is found no more. */
static const char *answer(u32 n, s32 got, s32 want, const char *what)
{
	gone[n] |= got == -ESRCH;
	return must_be(got, gone[n] ? -ESRCH : want, what);
}

static const char *pause_member(u32 n, bool pause)
{
	struct xen_domctl op = {0};
	s32 err =
	    domctl(&op, pause ? XEN_DOMCTL_pausedomain : XEN_DOMCTL_unpausedomain, FIRST_ID + n);
	const char *wrong = answer(n, err, pause || paused[n] ? 0 : -EINVAL, "a member's pause");

	done.stopped += pause && !paused[n];
	paused[n] = pause;
	return wrong;
}

const char *let_all_go(void)
{
	const char *wrong = NULL;

	for (u32 n = 0; n < NR_GUESTS && !wrong; n++)
		if (paused[n])
			wrong = pause_member(n, false);
	return wrong;
}

/* While it is paused, its registers stay, and it gets no time. */
static const char *look_at_paused(u32 n)
{
	static struct vcpu_guest_context before, after;
	struct xen_domctl op = {.u.vcpucontext.ctxt = (u32)&before}, info = {0}, later = {0};

	if (answer(n, domctl(&op, XEN_DOMCTL_getvcpucontext, FIRST_ID + n), 0, "context"))
		return "a member's context";
	domctl(&info, XEN_DOMCTL_getdomaininfo, FIRST_ID + n);
	HCALL(sched_op, SCHEDOP_yield, 0, 0, 0);
	op.u.vcpucontext.ctxt = (u32)&after;
	domctl(&op, XEN_DOMCTL_getvcpucontext, FIRST_ID + n);
	domctl(&later, XEN_DOMCTL_getdomaininfo, FIRST_ID + n);
	if (gone[n])
		return NULL;
	if (!same(&before, &after, sizeof(before)))
		return "a paused member's registers have changed";
	if (info.u.getdomaininfo.cpu_time != later.u.getdomaininfo.cpu_time)
		return "a paused member has had the processor";
	return must_be(later.u.getdomaininfo.flags & XEN_DOMINF_paused, XEN_DOMINF_paused,
		       "a paused member's state");
}

/* A page of it, only to be read, and let go before it goes on. */
static const char *read_member(u32 n)
{
	static u64 frames[16];
	struct xen_domctl op = {
	    .u.getmemlist = {ARRAY_SIZE(frames), random_below(1500), (u32)frames, 0}};
	u32 k = random_below(NR_VIEWS);
	const char *wrong = answer(n, domctl(&op, XEN_DOMCTL_getmemlist, FIRST_ID + n), 0, "list");

	if (wrong || gone[n] || !op.u.getmemlist.num_pfns || view[k].of)
		return wrong;
	if (map_view(k, FIRST_ID + n, frames[random_below(op.u.getmemlist.num_pfns)], PTE_P))
		return "a member's page is not mapped";
	if (attempt(try_write, (u32)view_page[k]) != VEC_PF)
		return "a member's page is written";
	return drop_view(k);
}

static const char *share_of_member(u32 n)
{
	struct xen_domctl op = {0};
	struct xen_domctl_scheduler_op *s = &op.u.scheduler_op;

	*s = (struct xen_domctl_scheduler_op){.sched_id = XEN_SCHEDULER_BVT,
					      .cmd = XEN_DOMCTL_SCHEDOP_getinfo};
	if (domctl(&op, XEN_DOMCTL_scheduler_op, FIRST_ID + n))
		return NULL; /* gone, or round robin */
	s->u.bvt.mcu_advance = 1 + random_below(20);
	s->cmd = XEN_DOMCTL_SCHEDOP_putinfo;
	return answer(n, domctl(&op, XEN_DOMCTL_scheduler_op, FIRST_ID + n), 0, "share");
}

const char *member_step(void)
{
	struct xen_domctl op = {0};
	u32 n = random_below(NR_GUESTS);

	switch (random_below(6)) {
	case 0:
	case 1:
		return pause_member(n, !paused[n] || one_in(8));
	case 2:
		return share_of_member(n);
	case 3:
		op.u.getvcpuinfo.vcpu = random_below(2);
		return answer(n, domctl(&op, XEN_DOMCTL_getvcpuinfo, FIRST_ID + n),
			      op.u.getvcpuinfo.vcpu ? -EINVAL : 0, "a member's vcpu");
	}
	if (!paused[n])
		return pause_member(n, false);
	return one_in(2) ? look_at_paused(n) : read_member(n);
}

const char *nonsense_step(void)
{
	struct xen_domctl op = {0};
	struct xen_sysctl sys = {0};
	struct victim *v = any_victim();
	u32 id = v->there ? v->id : NOBODY;

	memset(&op.u, random32(), sizeof(op.u));
	switch (random_below(6)) {
	case 0:
		return HCALL(domctl, bad_va(), 0, 0, 0) < 0 ? NULL : "a call without arguments";
	case 1:
		return HCALL(sysctl, bad_va(), 0, 0, 0) < 0 ? NULL : "a call without arguments";
	case 2:
		op.cmd = random_below(32);
		op.interface_version = random32() | 8;
		op.domain = id;
		return HCALL(domctl, &op, 0, 0, 0) < 0 ? NULL : "another version";
	case 3: /* there is no such command */
		return domctl(&op, 64 + random32() % 4000, id) < 0 ? NULL : "no command";
	case 4:
		op.u.vcpucontext.vcpu = random_below(6);
		op.u.vcpucontext.ctxt = one_in(2) ? bad_va() : (u32)pool;
		/* What lies in the pool is zero, and no registers. */
		return domctl(&op, XEN_DOMCTL_setvcpucontext, id) < 0 || v->shadow
			   ? NULL
			   : "a context of nothing";
	}
	sys.u.getdomaininfolist.buffer = bad_va();
	sys.u.getdomaininfolist.max_domains = 1 + random_below(100);
	return sysctl(&sys, XEN_SYSCTL_getdomaininfolist) < 0 ? NULL : "a list to nowhere";
}

/* The ring is read, and not written. */
const char *trace_step(void)
{
	struct xen_sysctl op = {.u.tbuf_op.cmd = XEN_SYSCTL_TBUFOP_get_info};
	u32 k = random_below(NR_VIEWS), first, pages;

	if (must_be(sysctl(&op, XEN_SYSCTL_tbuf_op), 0, "the trace") || view[k].of)
		return view[k].of ? NULL : "the trace";
	first = op.u.tbuf_op.buffer_mfn;
	pages = op.u.tbuf_op.size / PAGE_SIZE;
	if (map_view(k, DOMID_XEN, first + random_below(pages), PTE_NORMAL) != -EINVAL ||
	    map_view(k, DOMID_XEN, first + pages + random_below(9), PTE_P) != -EINVAL)
		return "what is not for us is mapped";
	if (must_be(map_view(k, DOMID_XEN, first, PTE_P), 0, "map"))
		return "the ring is not mapped";
	mmuext(MMUEXT_INVLPG_LOCAL, (u32)view_page[k], 0);
	if (!same(view_page[k], TRACE_RING_MAGIC, 16))
		return "the ring is another";
	if (attempt(try_write, (u32)view_page[k]) != VEC_PF)
		return "the ring is written";
	return drop_view(k);
}
