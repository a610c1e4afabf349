/*
 * domctl.c: how Domain 0 makes, stops, looks at and ends other domains. It decides; here it is only
 * carried out.
 */
#include <trapline/xen/domctl.h>
#include "cpu/gate.h"
#include "comm/inventory.h"
#include "dom/account.h"
#include "dom/console.h"
#include "dom/guest_ops.h"
#include "dom/run.h"
#include "hcall/disk.h"
#include "hcall/hcall.h"
#include "hcall/memory_ctl.h"
#include "hcall/sched_ctl.h"
#include "lib/string.h"
#include "mmu/mmu.h"
#include "trace/trace.h"

#define KB_PER_PAGE	 (PAGE_SIZE / 1024)
#define MAX_MEMORY_KB	 (1024u * 1024)
#define FRAMES_AT_A_TIME 4096u /* looked at by getmemlist */

void domain_info(const struct domain *d, struct xen_domctl_getdomaininfo *info)
{
	static const u8 shutdown[] = {[END_poweroff] = SHUTDOWN_poweroff,
				      [END_reboot] = SHUTDOWN_reboot,
				      [END_suspend] = SHUTDOWN_suspend};
	u32 why = d->end_reason < ARRAY_SIZE(shutdown) ? shutdown[d->end_reason] : SHUTDOWN_crash;
	bool blocked = true;
	const struct vcpu *v;

	/* Off, but with a code that says what went wrong. */
	if (d->end_reason == END_poweroff && d->end_code)
		why = SHUTDOWN_crash;

	*info = (struct xen_domctl_getdomaininfo){
	    .domain = d->id,
	    .tot_pages = d->populated,
	    .max_pages = domain_limit(d),
	    .shared_info_frame = d->shared_mfn.n,
	    .cpu_time = domain_cpu_time(d),
	    .flags = d->ops->by_mfn ? 0 : XEN_DOMINF_hvm_guest,
	};
	memcpy(info->handle, d->handle, sizeof(info->handle));
	if (d->gone)
		info->flags |= XEN_DOMINF_dying;
	if (d->dying)
		info->flags |= XEN_DOMINF_shutdown | why << XEN_DOMINF_shutdownshift;
	if (d->paused)
		info->flags |= XEN_DOMINF_paused;
	for_each_vcpu(v, d)
	{
		info->max_vcpu_id = v->name.vcpu;
		info->nr_online_vcpus += !v->down;
		blocked &= v->blocked || v->down;
	}
	if (blocked)
		info->flags |= XEN_DOMINF_blocked;
	if (d == current->domain)
		info->flags |= XEN_DOMINF_running;
}

/* The next id that nobody has, the one after the last that was given: so that one who has gone is
 * not soon confused with one who came. 0 if there is none. */
static u16 free_id(void)
{
	static u16 last;

	for (u32 i = 1; i < DOMID_FIRST_RESERVED; i++) {
		last = last % (DOMID_FIRST_RESERVED - 1) + 1;
		if (!domain_find(last))
			return last;
	}
	return 0;
}

static s32 create(const struct domain *by, struct xen_domctl *op)
{
	const struct xen_domctl_createdomain *c = &op->u.createdomain;
	static u16 newest; /* the highest id that has been in use */
	u32 mode = c->flags & XEN_DOMCTL_CDF_hvm_guest ? MMU_SHADOW : MMU_DIRECT;
	u32 isolation = c->flags & (XEN_DOMCTL_CDF_tl_segments | XEN_DOMCTL_CDF_tl_paging);
	bool segments = isolation ? isolation == XEN_DOMCTL_CDF_tl_segments : segments_usual[mode];
	struct domain *d;

	if (c->flags & ~(XEN_DOMCTL_CDF_hvm_guest | isolation) ||
	    isolation == (XEN_DOMCTL_CDF_tl_segments | XEN_DOMCTL_CDF_tl_paging) ||
	    op->domain >= DOMID_FIRST_RESERVED)
		return -EINVAL;
	if (op->domain && domain_find(op->domain))
		return -EEXIST;
	if (!op->domain)
		op->domain = free_id();
	if (!op->domain)
		return -ENOSPC;
	/* If that is interrupted, the same id is asked for when the call is made again. */
	if (op->domain <= newest && !forget_owner(op->domain))
		return HCALL_AGAIN;
	if (op->domain > newest)
		newest = op->domain;
	d = domain_create(designs[mode], op->domain, trace_classes, segments);
	if (!d)
		return -ENOMEM;
	d->managed = true;
	d->lazy_tables = by->lazy_tables;
	d->shadow_bound = by->shadow_bound;
	d->breakpoints = by->breakpoints;
	memcpy(d->handle, c->handle, sizeof(d->handle));
	if (d->ops->create(d))
		return 0;
	domain_destroy(d);
	return -ENOMEM;
}

/* In parts. One that is half destroyed is not found in any other way. */
static s32 destroy(const struct vcpu *v, u32 id)
{
	struct domain *d = domains;

	while (d && d->id != id)
		d = d->next;
	if (id == DOMID_SELF || d == v->domain)
		return -EINVAL;
	if (!d)
		return -ESRCH;
	/* What its end would hide is held against the frame table before. */
	if (!d->gone)
		record_inventory(INVENTORY_end);
	domain_kill(d, END_destroyed, 0, "destroyed");
	return domain_destroy_part(d) ? 0 : HCALL_AGAIN;
}

static s32 unpause(struct domain *d)
{
	struct vcpu *v = d->vcpus;

	if (!v->initialised || !d->paused) /* it has no context yet, or runs already */
		return -EINVAL;
	if (!d->begun)
		trace_domain_start(v, LANE_VMM, LANE_VMM, d->gate->segments, d->nr_pages,
				   v->regs->eip);
	d->begun = true;
	domain_unpause(d);
	return 0;
}

static s32 max_mem(struct domain *d, const struct xen_domctl_max_mem *m)
{
	if (m->max_memkb > MAX_MEMORY_KB || m->max_memkb < KB_PER_PAGE)
		return -EINVAL;
	return d->ops->set_max(d, (u32)m->max_memkb / KB_PER_PAGE);
}

static s32 set_context(struct vcpu *v, struct domain *d, const struct xen_domctl_vcpucontext *c)
{
	struct vcpu *of = vcpu_find(d, c->vcpu);

	if (!of)
		return -EINVAL;
	if (d == v->domain || !d->paused)
		return -EBUSY;
	return vcpu_context_read(v, of, c->ctxt);
}

static s32 get_context(struct vcpu *v, struct domain *d, const struct xen_domctl_vcpucontext *c)
{
	const struct vcpu *of = vcpu_find(d, c->vcpu);

	return of ? vcpu_context_write(v, of, c->ctxt) : -EINVAL;
}

static s32 vcpu_info(struct domain *d, struct xen_domctl_getvcpuinfo *i)
{
	const struct vcpu *v = vcpu_find(d, i->vcpu);

	if (!v)
		return -EINVAL;
	i->online = !v->down;
	i->blocked = v->blocked;
	i->running = v == current;
	i->cpu_time = vcpu_runstate(v).time[RUNSTATE_running];
	i->cpu = 0;
	return 0;
}

/* There will not be fewer. */
static s32 max_vcpus(struct domain *d, u32 max)
{
	if (!max || max > XEN_LEGACY_MAX_VCPUS || vcpu_find(d, max))
		return -EINVAL;
	return vcpus_create(d, max);
}

/* If that is interrupted, the upper half of start_pfn says at which frame it goes on. */
static s32 memory_list(struct vcpu *v, const struct domain *d, struct xen_domctl_getmemlist *l)
{
	u32 n = l->start_pfn >> 32, skip = (u32)l->start_pfn, end = n + FRAMES_AT_A_TIME;
	u64 mfn;

	if (!n)
		l->num_pfns = 0;
	for (; n < nr_frames && l->num_pfns < l->max_pfns; n++) {
		if (n == end) {
			l->start_pfn = (u64)n << 32 | skip;
			return HCALL_AGAIN;
		}
		if (frame_table[n].owner != d->id || (skip && skip--))
			continue;
		mfn = n;
		if (copy_to_guest(v, l->buffer + l->num_pfns * sizeof(mfn), &mfn, sizeof(mfn)))
			return -EFAULT;
		l->num_pfns++;
	}
	return 0;
}

static s32 code(struct domain *d, struct xen_domctl_tl_code *c)
{
	u32 start;
	s32 err;

	if (d->vcpus->cr3 || c->start >= c->end || c->end > (u64)d->nr_pages * PAGE_SIZE)
		return -EINVAL;
	start = c->start;
	err = d->ops->code(d, &start, c->end);
	c->start = start;
	return err;
}

static s32 console(struct domain *d, const struct xen_domctl_tl_console *c)
{
	if (c->count > sizeof(c->bytes) || c->attach > 1 || d->dying)
		return -EINVAL;
	if (c->attach)
		console_attach(d);
	else
		console_detach(d);
	for (u32 i = 0; i < c->count; i++)
		d->ops->input(d, c->bytes[i]);
	return 0;
}

/* Of a domain that is not the caller's own. */
static s32 manage(struct vcpu *v, struct domain *d, struct xen_domctl *op)
{
	if (d == v->domain)
		return -EINVAL;
	switch (op->cmd) {
	case XEN_DOMCTL_pausedomain:
		domain_pause(d);
		return 0;
	case XEN_DOMCTL_unpausedomain:
		return unpause(d);
	case XEN_DOMCTL_max_vcpus:
		return max_vcpus(d, op->u.max_vcpus.max);
	case XEN_DOMCTL_setvcpucontext:
		return set_context(v, d, &op->u.vcpucontext);
	case XEN_DOMCTL_tl_code:
		return code(d, &op->u.tl_code);
	case XEN_DOMCTL_tl_console:
		return console(d, &op->u.tl_console);
	case XEN_DOMCTL_tl_disk:
		return disk_op(v, d, &op->u.tl_disk);
	}
	return -ENOSYS;
}

static s32 do_domctl(struct vcpu *v, struct xen_domctl *op)
{
	struct domain *d;
	s32 err;

	if (op->cmd == XEN_DOMCTL_createdomain)
		return create(v->domain, op);
	if (op->cmd == XEN_DOMCTL_destroydomain)
		return destroy(v, op->domain);
	err = find_target(v, op->domain, &d);
	if (err)
		return err;
	switch (op->cmd) {
	case XEN_DOMCTL_getdomaininfo:
		domain_info(d, &op->u.getdomaininfo);
		op->domain = d->id;
		return 0;
	case XEN_DOMCTL_getmemlist:
		return memory_list(v, d, &op->u.getmemlist);
	case XEN_DOMCTL_max_mem:
		return max_mem(d, &op->u.max_mem);
	case XEN_DOMCTL_getvcpucontext:
		return get_context(v, d, &op->u.vcpucontext);
	case XEN_DOMCTL_getvcpuinfo:
		return vcpu_info(d, &op->u.getvcpuinfo);
	case XEN_DOMCTL_scheduler_op:
		return scheduler_op(d, &op->u.scheduler_op);
	case XEN_DOMCTL_tl_memory:
		return memory_ctl(d, &op->u.tl_memory);
	case XEN_DOMCTL_tl_trace:
		trace_filter(d, &op->u.tl_trace.classes);
		return 0;
	}
	return manage(v, d, op);
}

/**
 * domctl(struct xen_domctl *): see include/trapline/xen/domctl.h.
 * @return 0; -EPERM (not by Domain 0), -EACCES (another version), -ESRCH (no such domain), -EINVAL,
 * -EBUSY, -EEXIST, -ENOSPC, -ENOMEM, -EFAULT, -ENOSYS
 */
s32 hc_domctl(struct vcpu *v, struct hcall_args *a)
{
	struct xen_domctl op;
	s32 err;

	if (!v->domain->privileged)
		return -EPERM;
	/* Nothing is done whose outcome the caller could not be told. */
	if (copy_from_guest(v, &op, a->a1, sizeof(op)) || copy_to_guest(v, a->a1, &op, sizeof(op)))
		return -EFAULT;
	if (op.interface_version != XEN_DOMCTL_INTERFACE_VERSION)
		return -EACCES;
	rehook_all(v);
	work_begin(v->domain->direct);
	err = do_domctl(v, &op);
	if (err && err != HCALL_AGAIN)
		return err;
	/* What remains of a call that is interrupted is in its arguments, too. */
	return copy_to_guest(v, a->a1, &op, sizeof(op)) ? -EFAULT : err;
}
