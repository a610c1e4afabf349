/*
 * selftest.c: option selftest=N: N domains made, run to their end and destroyed one after the
 * other, both designs in turn; then one of each at a time, which make way for each other. All that
 * they had must be back then.
 *
 * Option together=N: N domains of one kernel at once, from domid= on, which find each other by
 * their numbers.
 */
#include "boot/options.h"
#include "boot/start.h"
#include "lib/printk.h"
#include "mem/domain_page.h"
#include "mem/heap.h"
#include "trace/trace.h"
#include "trap/trap.h"

/** What domains take of the machine, and how much of it is there. */
struct resources {
	u32 frames, pages, mappings;
};

static struct module kernels[2], initrd;
static struct resources at_first;
static u32 begun;

static struct resources count(void)
{
	return (struct resources){free_frames(), heap_free_pages(), domain_pages_mapped()};
}

/* @return whether all is there again */
static bool report(const char *what, u32 n)
{
	struct resources now = count();

	printk("trapline: %s=%u leaked frames=%d heap pages=%d mappings=%d\n", what, n,
	       at_first.frames - now.frames, at_first.pages - now.pages,
	       now.mappings - at_first.mappings);
	return now.frames == at_first.frames && now.pages == at_first.pages &&
	       now.mappings == at_first.mappings;
}

static void begin(void)
{
	static const struct guest_ops *const designs[] = {&shadow_guest, &direct_guest};
	u32 design = begun++ % ARRAY_SIZE(designs);

	if (!start_domain(designs[design], begun, kernels[design], initrd))
		machine_exit(2);
}

static void next(struct domain *d)
{
	static u32 alone;

	if (d->end_reason != END_poweroff || d->end_code)
		machine_exit(2);
	domain_destroy(d);
	audit();
	if (domains)
		return; /* the other of two */
	if (begun < options.selftest) {
		begin();
		return;
	}
	if (!alone) {
		alone = begun;
		if (!report("domains", begun))
			machine_exit(1);
		begin();
		begin();
		return;
	}
	printk("trapline: two at a time made way for each other %u times\n", hand_overs);
	machine_exit(report("domains", begun) ? 0 : 1);
}

void selftest(struct module shadow_kernel, struct module direct_kernel, struct module programs)
{
	if (!direct_kernel.len) {
		printk("trapline: selftest= wants two kernels: the first for shadow mode, the "
		       "second for direct mode\n");
		machine_exit(2);
	}
	kernels[0] = shadow_kernel;
	kernels[1] = direct_kernel;
	initrd = programs;
	domain_ended = next;
	at_first = count();
	begin();
}

static void next_of_many(struct domain *d)
{
	static bool badly;

	badly |= d->end_reason != END_poweroff || d->end_code;
	domain_destroy(d);
	audit();
	if (!domains)
		machine_exit(report("together", options.together) && !badly ? 0 : 1);
}

void start_together(const struct guest_ops *design, struct module kernel, struct module programs)
{
	domain_ended = next_of_many;
	at_first = count();
	for (u32 i = 0; i < options.together; i++)
		if (!start_domain(design, options.domid + i, kernel, programs))
			machine_exit(2);
}
