/* start.c: a domain from a kernel that the boot loader has put into memory. */
#include "boot/options.h"
#include "boot/start.h"
#include "dom/run.h"
#include "lib/printk.h"
#include "trace/trace.h"

struct domain *start_domain(const struct guest_ops *design, u16 id, struct module kernel,
			    struct module initrd)
{
	struct domain *d = domain_create(design, id, options.trace);

	if (!d) {
		printk("trapline: no memory to describe a domain\n");
		return NULL;
	}
	d->privileged = id == 0;
	d->lazy_tables = options.outofsync;
	d->shadow_bound = options.shadows;
	d->breakpoints = options.breakpoint;
	if (!design->build(d, kernel, initrd, options.guest, options.mem_mb * 256)) {
		printk("trapline: the domain could not be built\n");
		domain_destroy(d);
		return NULL;
	}
	if (vcpus_create(d, options.vcpus)) {
		printk("trapline: no memory for %u vcpus\n", options.vcpus);
		domain_destroy(d);
		return NULL;
	}
	if (options.resident_kb && d->p2m) {
		d->reserve.resident = options.resident_kb / 4;
		d->reserve.random = options.random;
		d->reserve.hand = options.random;
	}
	trace_domain_start(&d->vcpu, LANE_VMM, LANE_VMM, d->nr_pages, d->vcpu.regs->eip);
	d->vcpu.regs->vec = 0;
	domain_unpause(d);
	return d;
}
