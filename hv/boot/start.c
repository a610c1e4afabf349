/* start.c: a domain from a kernel that the boot loader has put into memory. */
#include "boot/options.h"
#include "boot/start.h"
#include "cpu/gate.h"
#include "dom/run.h"
#include "lib/printk.h"
#include "trace/trace.h"

const char *choose_isolation(const struct guest_ops *design)
{
	u8 wanted = options.isolation;

	for (u32 i = MMU_SHADOW; i < ARRAY_SIZE(designs); i++)
		segments_usual[i] =
		    wanted == ISOLATION_SEGMENTS ||
		    (wanted == ISOLATION_AUTO && limits_checked && designs[i]->by_limits);
	if (wanted == ISOLATION_TURNS)
		return "turns";
	return segments_usual[design->mode] ? "segments" : "paging";
}

/* Of the next one that is started. */
static bool segments(const struct guest_ops *design)
{
	static bool turn[NR_MMU];

	if (options.isolation == ISOLATION_TURNS)
		return turn[design->mode] = !turn[design->mode];
	return segments_usual[design->mode];
}

struct domain *start_domain(const struct guest_ops *design, u16 id, struct module kernel,
			    struct module initrd)
{
	struct domain *d = domain_create(design, id, options.trace, segments(design));

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
	trace_domain_start(d->vcpus, LANE_VMM, LANE_VMM, d->gate->segments, d->nr_pages,
			   d->vcpus->regs->eip);
	d->vcpus->regs->vec = 0;
	domain_unpause(d);
	return d;
}
