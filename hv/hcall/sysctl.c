/* sysctl.c: what Domain 0 may know of the machine and of all domains. */
#include <trapline/xen/domctl.h>
#include "cpu/context.h"
#include "dom/account.h"
#include "dom/time.h"
#include "hcall/hcall.h"
#include "hw/uart.h"
#include "mem/heap.h"

#define CHUNK 128 /* bytes of the console copied at a time */

/* What was said longest ago, as much as there is and fits. */
static s32 read_console(struct vcpu *v, struct xen_sysctl_readconsole *r)
{
	u32 room = r->count, n, at = 0;
	char text[CHUNK];

	for (r->count = 0; r->count < room; r->count += n) {
		n = room - r->count < sizeof(text) ? room - r->count : sizeof(text);
		n = console_log_read(&at, text, n);
		if (!n)
			break;
		if (copy_to_guest(v, r->buffer + r->count, text, n))
			return -EFAULT;
	}
	if (r->clear)
		console_log_clear();
	return 0;
}

static void machine_info(struct xen_sysctl_physinfo *p)
{
	*p = (struct xen_sysctl_physinfo){
	    .threads_per_core = 1,
	    .cores_per_socket = 1,
	    .sockets_per_node = 1,
	    .nr_nodes = 1,
	    .cpu_khz = cpu_khz,
	    .total_pages = nr_frames,
	    .free_pages = free_frames(),
	    .scrub_pages = heap_free_pages(),
	};
}

/* The domain with the least id from `id` on. */
static const struct domain *next_domain(u32 id)
{
	const struct domain *next = NULL;

	for (const struct domain *d = domains; d; d = d->next)
		if (d->id >= id && (!next || d->id < next->id))
			next = d;
	for (const struct domain *d = zombies; d; d = d->next)
		if (d->id >= id && (!next || d->id < next->id))
			next = d;
	return next;
}

static s32 list_domains(struct vcpu *v, struct xen_sysctl_getdomaininfolist *l)
{
	struct xen_domctl_getdomaininfo info;
	const struct domain *d = next_domain(l->first_domain);

	for (l->num_domains = 0; d && l->num_domains < l->max_domains; l->num_domains++) {
		domain_info(d, &info);
		if (copy_to_guest(v, l->buffer + l->num_domains * sizeof(info), &info,
				  sizeof(info)))
			return -EFAULT;
		d = next_domain(d->id + 1);
	}
	return 0;
}

static s32 do_sysctl(struct vcpu *v, struct xen_sysctl *op)
{
	switch (op->cmd) {
	case XEN_SYSCTL_readconsole:
		return read_console(v, &op->u.readconsole);
	case XEN_SYSCTL_tbuf_op:
		return trace_buffer_op(&op->u.tbuf_op);
	case XEN_SYSCTL_physinfo:
		machine_info(&op->u.physinfo);
		return 0;
	case XEN_SYSCTL_sched_id:
		op->u.sched_id.sched_id =
		    this_cpu.sched.ops == &sched_bvt ? XEN_SCHEDULER_BVT : XEN_SCHEDULER_RR;
		return 0;
	case XEN_SYSCTL_getdomaininfolist:
		return list_domains(v, &op->u.getdomaininfolist);
	}
	return -ENOSYS;
}

/**
 * sysctl(struct xen_sysctl *): see include/trapline/xen/domctl.h.
 * @return 0; -EPERM (not by Domain 0), -EACCES (another version), -EFAULT, -ENOSYS
 */
s32 hc_sysctl(struct vcpu *v, struct hcall_args *a)
{
	struct xen_sysctl op;
	s32 err;

	if (!v->domain->privileged)
		return -EPERM;
	if (copy_from_guest(v, &op, a->a1, sizeof(op)) || copy_to_guest(v, a->a1, &op, sizeof(op)))
		return -EFAULT;
	if (op.interface_version != XEN_SYSCTL_INTERFACE_VERSION)
		return -EACCES;
	err = do_sysctl(v, &op);
	return err || !copy_to_guest(v, a->a1, &op, sizeof(op)) ? err : -EFAULT;
}
