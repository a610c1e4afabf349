/* others.c: domctl and sysctl with what no tool would say. As Domain 0 the kernel may use them, as
 * another domain (domid=5) it gets -EPERM whatever it says: the cases rights-*. */
#include "others.h"

#define IN_HV	 (HV_LINEAR + HV_IMAGE_PHYS)
#define UNMAPPED 0x00400000u
#define EPERM	 1
#define ESRCH	 3
#define EBUSY	 16

u32 other, other_mfn[OTHER_FRAMES];

s32 domctl(struct xen_domctl *op, u32 cmd, u32 domid)
{
	op->cmd = cmd;
	op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
	op->domain = domid;
	return HCALL(domctl, op, 0, 0, 0);
}

s32 sysctl(struct xen_sysctl *op, u32 cmd)
{
	op->cmd = cmd;
	op->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
	return HCALL(sysctl, op, 0, 0, 0);
}

u32 frames_free(void)
{
	struct xen_sysctl op = {0};

	must(sysctl(&op, XEN_SYSCTL_physinfo) == 0, "physinfo");
	return op.u.physinfo.free_pages + op.u.physinfo.scrub_pages;
}

void make_other(bool shadow)
{
	struct xen_memory_reservation r = {(u32)other_mfn, OTHER_FRAMES, 0, 0, 0, 0};
	struct xen_domctl op = {0};

	op.u.createdomain.flags = shadow ? XEN_DOMCTL_CDF_hvm_guest : 0;
	must(domctl(&op, XEN_DOMCTL_createdomain, 0) == 0, "create");
	other = r.domid = op.domain;
	op.u.max_mem.max_memkb = 256;
	must(domctl(&op, XEN_DOMCTL_max_mem, other) == 0, "max-mem");
	for (u32 i = 0; i < OTHER_FRAMES; i++)
		other_mfn[i] = i;
	must(HCALL(memory_op, XENMEM_populate_physmap, &r, 0, 0) == OTHER_FRAMES, "populate");
}

void destroy_other(void)
{
	struct xen_domctl op = {0};

	must(domctl(&op, XEN_DOMCTL_destroydomain, other) == 0, "destroy");
}

static bool privileged(void)
{
	return start_info->flags & SIF_PRIVILEGED;
}

/* Whoever may not ask gets one answer, before anything is looked at. */
static void answer(s32 ret)
{
	verdict_errno(ret);
	must(privileged() || ret == -EPERM, "another-error");
}

static void any_domctl(u32 first)
{
	struct xen_domctl op = {0};

	for (u32 i = 0, cmd = first; i < 256; i++, cmd++) {
		if (cmd == XEN_DOMCTL_createdomain && privileged())
			continue;
		answer(domctl(&op, cmd, NOBODY));
		answer(domctl(&op, cmd, 0xFFFF));
		answer(HCALL(domctl, IN_HV, cmd, 0, 0));
	}
}

static void any_sysctl(u32 first)
{
	struct xen_sysctl op = {0};

	for (u32 i = 0, cmd = first; i < 256; i++, cmd++) {
		op.interface_version = 77;
		op.cmd = cmd;
		answer(HCALL(sysctl, &op, 0, 0, 0));
		answer(HCALL(sysctl, UNMAPPED, cmd, 0, 0));
	}
}

/* Memory, page tables and frames of one that is there (0 or, as Domain 0, nobody). */
static void others_memory(u32 unused)
{
	u32 domid = privileged() ? NOBODY : 0, mfn = mfn_of(victim_data),
	    entry = *pte_of(victim_data);
	struct xen_memory_reservation r = {(u32)&mfn, 1, 0, 0, domid, 0};
	struct mmu_update req = {pte_maddr(victim_data), entry};
	struct mmuext_op op = {MMUEXT_PIN_L1_TABLE, mfn, 0};

	(void)unused;
	for (u32 cmd = XENMEM_increase_reservation; cmd <= XENMEM_populate_physmap; cmd++)
		if (cmd != XENMEM_maximum_ram_page && cmd != 5)
			answer(cmd == XENMEM_current_reservation ||
				       cmd == XENMEM_maximum_reservation
				   ? HCALL(memory_op, cmd, &r.domid, 0, 0)
				   : HCALL(memory_op, cmd, &r, 0, 0));
	answer(HCALL(mmu_update, &req, 1, 0, domid));
	answer(HCALL(mmuext_op, &op, 1, 0, domid));
	answer(map_foreign(domid, mfn, PTE_P));
	answer(map_foreign(DOMID_XEN, mfn, PTE_P));
	req.val = PTE_P;
	answer(HCALL(mmu_update, &req, 1, 0, DOMID_XEN));
	must(*pte_of(victim_data) == entry, "entry-changed");
}

static void argument_at(u32 va)
{
	verdict_errno(HCALL(domctl, va, 0, 0, 0));
	verdict_errno(HCALL(sysctl, va, 0, 0, 0));
}

/* It could be read, but not answered. */
static void read_only_argument(u32 unused)
{
	struct xen_domctl *op = (struct xen_domctl *)victim_data;
	struct xen_sysctl *sys = (struct xen_sysctl *)victim_data;
	u32 before = frames_free();

	(void)unused;
	*op = (struct xen_domctl){XEN_DOMCTL_createdomain, XEN_DOMCTL_INTERFACE_VERSION, 0, {{0}}};
	must(read_only(victim_data) == 0, "read-only");
	verdict_errno(HCALL(domctl, op, 0, 0, 0));
	must(frames_free() == before, "domain-made");
	must(writable(victim_data) == 0, "writable");
	*sys = (struct xen_sysctl){XEN_SYSCTL_physinfo, XEN_SYSCTL_INTERFACE_VERSION, {{0}}};
	must(read_only(victim_data) == 0, "read-only");
	verdict_errno(HCALL(sysctl, sys, 0, 0, 0));
	must(writable(victim_data) == 0, "writable");
}

static void version(u32 n)
{
	struct xen_domctl op = {XEN_DOMCTL_createdomain, n, 0, {{0}}};
	struct xen_sysctl sys = {XEN_SYSCTL_physinfo, n + 100, {{0}}};

	verdict_errno(HCALL(domctl, &op, 0, 0, 0));
	verdict_errno(HCALL(sysctl, &sys, 0, 0, 0));
}

/* What Domain 0 does to itself. */
static void on_itself(u32 cmd)
{
	struct xen_domctl op = {0};

	op.u.vcpucontext.ctxt = (u32)victim_data;
	verdict_errno(domctl(&op, cmd, 0));
	verdict_errno(domctl(&op, cmd, DOMID_SELF));
}

static void create_as(u32 domid)
{
	struct xen_domctl op = {0};

	op.u.createdomain.flags = domid >> 16;
	verdict_errno(domctl(&op, XEN_DOMCTL_createdomain, domid));
}

static void create_twice(u32 unused)
{
	struct xen_domctl op = {0};

	(void)unused;
	make_other(false);
	verdict_errno(domctl(&op, XEN_DOMCTL_createdomain, other));
	destroy_other();
	verdict_errno(domctl(&op, XEN_DOMCTL_destroydomain, other));
}

/* Until memory ends: nothing of those that could not be made may stay. */
static void create_until_full(u32 shadow)
{
	u32 before = frames_free(), n = 0;
	struct xen_domctl op = {0};
	static u16 ids[2000];
	s32 err = 0;

	while (n < ARRAY_SIZE(ids)) {
		op.u.createdomain.flags = shadow;
		err = domctl(&op, XEN_DOMCTL_createdomain, 0);
		if (err)
			break;
		ids[n++] = op.domain;
	}
	verdict_errno(err);
	while (n)
		must(domctl(&op, XEN_DOMCTL_destroydomain, ids[--n]) == 0, "destroy");
	must(frames_free() == before, "frames-lost");
}

static void max_mem(u32 kb)
{
	struct xen_domctl op = {0};

	for (u32 shadow = 0; shadow < 2; shadow++) {
		make_other(shadow);
		op.u.max_mem.max_memkb = kb;
		verdict_errno(domctl(&op, XEN_DOMCTL_max_mem, other));
		op.u.max_mem.max_memkb = (u64)256 << 32;
		verdict_errno(domctl(&op, XEN_DOMCTL_max_mem, other));
		destroy_other();
	}
}

/* One page more than it has, by whichever call, and however often it gives one back. */
static void limit_holds(u32 cmd)
{
	u32 mfns[3] = {OTHER_FRAMES - 1, OTHER_FRAMES - 2, OTHER_FRAMES - 3};
	struct xen_memory_reservation r = {(u32)mfns, 3, 0, 0, 0, 0};
	struct xen_domctl op = {.u.max_mem.max_memkb = (OTHER_FRAMES + 1) * 4};

	make_other(false);
	r.domid = other;
	must(domctl(&op, XEN_DOMCTL_max_mem, other) == 0, "limit");
	must(HCALL(memory_op, cmd, &r, 0, 0) == 1, "up-to-the-limit");
	for (u32 i = 0; i < 5; i++) {
		u32 left = mfns[0];

		verdict_silent(HCALL(memory_op, cmd, &r, 0, 0) == 0);
		r.nr_extents = 1;
		mfns[0] = left;
		must(HCALL(memory_op, XENMEM_decrease_reservation, &r, 0, 0) == 1, "give-back");
		r.nr_extents = 3;
		mfns[0] = 0;
		must(HCALL(memory_op, cmd, &r, 0, 0) == 1, "and-again");
	}
	op = (struct xen_domctl){0};
	must(domctl(&op, XEN_DOMCTL_getdomaininfo, other) == 0, "info");
	verdict_silent(op.u.getdomaininfo.tot_pages == OTHER_FRAMES + 1);
	destroy_other();
}

/* What is refused has made none. */
static s32 no_more_vcpus(u32 max)
{
	struct xen_domctl op = {.u.max_vcpus.max = max};
	s32 err = domctl(&op, XEN_DOMCTL_max_vcpus, other);

	verdict_errno(err);
	must(domctl(&op, XEN_DOMCTL_getdomaininfo, other) == 0, "info");
	must(op.u.getdomaininfo.max_vcpu_id == 0, "made-all-the-same");
	return err;
}

static void more_vcpus(u32 max)
{
	make_other(max == 2); /* in shadow mode it has no memory for their tables */
	no_more_vcpus(max);
	destroy_other();
}

static void vcpus_when_begun(u32 unused)
{
	static struct vcpu_guest_context c;
	struct xen_domctl op = {.u.tl_code.end = 16};

	(void)unused;
	make_other(true);
	must(domctl(&op, XEN_DOMCTL_tl_code, other) == 0, "code");
	op = (struct xen_domctl){.u.vcpucontext.ctxt = (u32)&c};
	must(domctl(&op, XEN_DOMCTL_setvcpucontext, other) == 0, "context");
	must(domctl(&op, XEN_DOMCTL_unpausedomain, other) == 0, "unpause");
	must(no_more_vcpus(2) == -EBUSY, "another-error");
	destroy_other();
}

/* More than there is room for in the call, and neither yes nor no; then to one that has never run.
 */
static void type_to(u32 shadow)
{
	struct xen_domctl op = {0};

	make_other(shadow);
	op.u.tl_console.count = sizeof(op.u.tl_console.bytes) + 1;
	verdict_errno(domctl(&op, XEN_DOMCTL_tl_console, other));
	op.u.tl_console.count = 0xFFFFFFFF;
	verdict_errno(domctl(&op, XEN_DOMCTL_tl_console, other));
	op.u.tl_console.count = sizeof(op.u.tl_console.bytes);
	op.u.tl_console.attach = 2;
	verdict_errno(domctl(&op, XEN_DOMCTL_tl_console, other));
	op.u.tl_console.attach = 1;
	for (u32 i = 0; i < 10; i++)
		must(domctl(&op, XEN_DOMCTL_tl_console, other) == 0, "console");
	destroy_other();
	verdict_errno(domctl(&op, XEN_DOMCTL_tl_console, other));
}

/* It has no registers yet. */
static void unpause_too_soon(u32 shadow)
{
	struct xen_domctl op = {0};

	make_other(shadow);
	verdict_errno(domctl(&op, XEN_DOMCTL_unpausedomain, other));
	destroy_other();
}

static void memory_list_into(u32 va)
{
	struct xen_domctl op = {0};

	make_other(false);
	op.u.getmemlist.max_pfns = ~0ull;
	op.u.getmemlist.buffer = va;
	verdict_errno(domctl(&op, XEN_DOMCTL_getmemlist, other));
	destroy_other();
}

static void console_into(u32 va)
{
	struct xen_sysctl op = {0};

	op.u.readconsole.buffer = va;
	op.u.readconsole.count = ~0u;
	verdict_errno(sysctl(&op, XEN_SYSCTL_readconsole));
}

static void list_into(u32 va)
{
	struct xen_sysctl op = {0};

	op.u.getdomaininfolist.max_domains = ~0u;
	op.u.getdomaininfolist.buffer = va;
	verdict_errno(sysctl(&op, XEN_SYSCTL_getdomaininfolist));
}

/* Whose devices they are is one Domain's business, too. */
static void interrupt_line(u32 line)
{
	struct evtchn_bind_pirq b = {line, 0, 0}, timers = {0, 0, 0};
	s32 err = HCALL(event_channel_op, EVTCHNOP_bind_pirq, &b, 0, 0);

	if (!err) { /* we are Domain 0, whose this one is, and the timer's is not */
		HCALL(event_channel_op, EVTCHNOP_close, &b.port, 0, 0);
		err = HCALL(event_channel_op, EVTCHNOP_bind_pirq, &timers, 0, 0);
	}
	verdict_errno(err);
}

CASES = {
    {"rights-interrupt", 0, 0, interrupt_line, 14},
    {"rights-domctl", 0, 0, any_domctl, 0},
    {"rights-domctl-own", 0, 0, any_domctl, XEN_DOMCTL_tl_code},
    {"rights-domctl-end", 0, 0, any_domctl, 0xFFFFFF00},
    {"rights-sysctl", 0, 0, any_sysctl, 0},
    {"rights-sysctl-end", 0, 0, any_sysctl, 0xFFFFFF00},
    {"rights-memory", 0, 0, others_memory, 0},
    {"manage-argument-in-hv", 0, 0, argument_at, IN_HV},
    {"manage-argument-unmapped", 0, 0, argument_at, UNMAPPED},
    {"manage-argument-wraps", 0, 0, argument_at, 0xFFFFFFF0},
    {"manage-argument-in-m2p", 0, 0, argument_at, MACH2PHYS_VIRT_START},
    {"manage-argument-read-only", 0, 0, read_only_argument, 0},
    {"manage-version-0", 0, 0, version, 0},
    {"manage-version-max", 0, 0, version, 0xFFFFFFFF},
    {"manage-destroy-self", 0, 0, on_itself, XEN_DOMCTL_destroydomain},
    {"manage-pause-self", 0, 0, on_itself, XEN_DOMCTL_pausedomain},
    {"manage-unpause-self", 0, 0, on_itself, XEN_DOMCTL_unpausedomain},
    {"manage-context-self", 0, 0, on_itself, XEN_DOMCTL_setvcpucontext},
    {"manage-code-self", 0, 0, on_itself, XEN_DOMCTL_tl_code},
    {"manage-create-reserved", 0, 0, create_as, DOMID_FIRST_RESERVED},
    {"manage-create-xen", 0, 0, create_as, 0x7FF2},
    {"manage-create-huge", 0, 0, create_as, 0xFFFF},
    {"manage-create-flags", 0, 0, create_as, 2 << 16},
    {"manage-create-twice", 0, 0, create_twice, 0},
    {"manage-create-until-full", 0, 0, create_until_full, 0},
    {"manage-create-shadow-until-full", 0, 0, create_until_full, 1},
    {"manage-max-mem-0", 0, 0, max_mem, 0},
    {"manage-max-mem-below", 0, 0, max_mem, 16},
    {"manage-max-mem-huge", 0, 0, max_mem, 0xFFFFFFFF},
    {"manage-limit-populate", 0, 0, limit_holds, XENMEM_populate_physmap},
    {"manage-limit-increase", 0, 0, limit_holds, XENMEM_increase_reservation},
    {"manage-vcpus-0", 0, 0, more_vcpus, 0},
    {"manage-vcpus-shadow", 0, 0, more_vcpus, 2},
    {"manage-vcpus-begun", 0, 0, vcpus_when_begun, 0},
    {"manage-vcpus-33", 0, 0, more_vcpus, 33},
    {"manage-vcpus-max", 0, 0, more_vcpus, 0xFFFFFFFF},
    {"manage-console-self", 0, 0, on_itself, XEN_DOMCTL_tl_console},
    {"manage-console", 0, 0, type_to, 0},
    {"manage-console-shadow", 0, 0, type_to, 1},
    {"manage-unpause-too-soon", 0, 0, unpause_too_soon, 0},
    {"manage-unpause-too-soon-shadow", 0, 0, unpause_too_soon, 1},
    {"manage-memlist-in-hv", 0, 0, memory_list_into, IN_HV},
    {"manage-memlist-wraps", 0, 0, memory_list_into, 0xFFFFFFF8},
    {"manage-console-in-hv", 0, 0, console_into, IN_HV},
    {"manage-console-unmapped", 0, 0, console_into, UNMAPPED},
    {"manage-list-in-hv", 0, 0, list_into, IN_HV},
    {"manage-list-in-m2p", 0, 0, list_into, MACH2PHYS_VIRT_START},
};
