/* hyper.c: tl's hypercalls. */
#include "tl/tl.h"

u64 spent[NR_PURPOSES];

static s32 hyper_for(enum purpose p, u32 nr, u32 a, u32 b, u32 c, u32 d)
{
	struct hyper_call h = {nr, {a, b, c, d, 0}};
	u64 begun = rdtsc();
	s32 result = hypercall(&h);

	spent[p] += rdtsc() - begun;
	return result;
}

s32 hyper(u32 nr, u32 a, u32 b, u32 c, u32 d)
{
	return hyper_for(FOR_others, nr, a, b, c, d);
}

s32 domctl(struct xen_domctl *op, u32 cmd, u32 domid)
{
	op->cmd = cmd;
	op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
	op->domain = (domid_t)domid;
	return hyper_for(cmd == XEN_DOMCTL_setvcpucontext || cmd == XEN_DOMCTL_tl_code ? FOR_checks
										       : FOR_others,
			 __HYPERVISOR_domctl, (u32)op, 0, 0, 0);
}

s32 sysctl(struct xen_sysctl *op, u32 cmd)
{
	op->cmd = cmd;
	op->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
	return hyper(__HYPERVISOR_sysctl, (u32)op, 0, 0, 0);
}

s32 populate(u32 domid, u32 *frames, u32 n)
{
	struct xen_memory_reservation r = {
	    .extent_start = (u32)frames, .nr_extents = n, .domid = (domid_t)domid};

	return hyper_for(FOR_memory, __HYPERVISOR_memory_op, XENMEM_populate_physmap, (u32)&r, 0,
			 0);
}

s32 pin_directory(u32 domid, u32 mfn)
{
	struct mmuext_op op = {.cmd = MMUEXT_PIN_L2_TABLE, .arg1 = mfn};

	return hyper_for(FOR_checks, __HYPERVISOR_mmuext_op, (u32)&op, 1, 0, domid);
}

static s32 channel_op(u32 cmd, void *arg)
{
	return hyper(__HYPERVISOR_event_channel_op, cmd, (u32)arg, 0, 0);
}

u32 channel_for_us(u32 domid)
{
	struct evtchn_alloc_unbound a = {.dom = (domid_t)domid, .remote_dom = 0};

	return channel_op(EVTCHNOP_alloc_unbound, &a) ? 0 : a.port;
}

u32 connect(u32 domid, u32 port)
{
	struct evtchn_bind_interdomain b = {.remote_dom = (domid_t)domid, .remote_port = port};

	return channel_op(EVTCHNOP_bind_interdomain, &b) ? 0 : b.local_port;
}

void notify(u32 port)
{
	struct evtchn_port p = {port};

	channel_op(EVTCHNOP_send, &p);
}

void disconnect(u32 port)
{
	struct evtchn_port p = {port};

	/* The next one on this port begins as all do. */
	channel_op(EVTCHNOP_unmask, &p);
	channel_op(EVTCHNOP_close, &p);
}

void give_way(void)
{
	hyper(__HYPERVISOR_sched_op, SCHEDOP_yield, 0, 0, 0);
}

s32 poke(u32 domid, u32 frame, u32 offset, const void *from, u32 len)
{
	struct foreign_copy c = {domid, frame, offset, len, (void *)from, 1};
	u64 begun = rdtsc();
	s32 err = foreign(&c);

	spent[FOR_contents] += rdtsc() - begun;
	return err;
}

s32 set_context(u32 domid, const struct vcpu_guest_context *c)
{
	struct xen_domctl op = {.u.vcpucontext = {.vcpu = 0, .ctxt = (u32)c}};

	return domctl(&op, XEN_DOMCTL_setvcpucontext, domid);
}

const char *error_text(s32 err)
{
	static const struct {
		s32 err;
		const char *text;
	} texts[] = {
	    {-1, "not allowed: only Domain 0 may do that"},
	    {-3, "no such domain: see `tl list`"},
	    {-12, "not enough memory: see `tl info`, and destroy what is not needed"},
	    {-13, "this tool and the hypervisor are of different versions"},
	    {-16, "not now"},
	    {-17, "the id is in use"},
	    {-22, "refused"},
	    {-38, "this kernel is not Domain 0's: start it with MMU=direct, as the first domain"},
	};

	for (u32 i = 0; i < ARRAY_SIZE(texts); i++)
		if (texts[i].err == err)
			return texts[i].text;
	return "an error without a name";
}
