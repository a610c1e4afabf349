/*
 * memory.c: how much memory a domain may have, and how much it is asked to have. A direct-mode
 * domain reads that in the store (memory/target, in KB), as Xen's do; one of shadow mode is told by
 * its balloon device.
 */
#include "tl/tl.h"
#include <trapline/xen/grant_table.h>

#define KB_PER_PAGE	 (PAGE / 1024)
#define LOOKS_PER_SECOND 20u

static s32 set_limit(u32 domid, u32 kb)
{
	struct xen_domctl op = {.u.max_mem = {kb}};

	return domctl(&op, XEN_DOMCTL_max_mem, domid);
}

/* "12" are MB, "9830K" are KB; of whole pages, so that it can be reached. */
static u32 kilobytes(const char *word)
{
	char kb[16];
	u32 n = strlen(word);

	if (!n || n >= sizeof(kb) || word[n - 1] != 'K')
		return number("MB", word, 1, 512) * 1024;
	strlcpy(kb, word, n); /* without the K */
	return number("KB", kb, 1024, 512 * 1024) / KB_PER_PAGE * KB_PER_PAGE;
}

s32 memory_op(u32 domid, struct xen_domctl_tl_memory *m)
{
	struct xen_domctl op = {.u.tl_memory = *m};
	s32 err = domctl(&op, XEN_DOMCTL_tl_memory, domid);

	*m = op.u.tl_memory;
	return err;
}

int memory_max(const char *domain, const char *mb)
{
	u32 kb = kilobytes(mb);
	struct xen_domctl_getdomaininfo d;
	s32 err;

	find_domain(domain, &d);
	err = set_limit(d.domain, kb);
	if (err == -22 && d.flags & XEN_DOMINF_hvm_guest)
		fail("mem-max: it has more, or was made with less");
	if (err)
		fail("mem-max: %s", err == -22 ? "it has more" : error_text(err));
	return 0;
}

/* The limit falls as far as it can: what a domain has, only itself can give back. */
static u32 set_direct(const struct xen_domctl_getdomaininfo *d, u32 kb)
{
	u32 has = (u32)d->tot_pages * KB_PER_PAGE, limit = kb > has ? kb : has;
	s32 err = set_limit(d->domain, limit);

	if (err)
		fail("mem-set: %s", error_text(err));
	return limit;
}

/* What it has not given away; of a direct-mode domain with the frames of its grant table. */
static u32 memory_has(const struct xen_domctl_getdomaininfo *d)
{
	struct xen_domctl_tl_memory m = {.what = TL_MEMORY_LOOK};

	if (d->flags & XEN_DOMINF_hvm_guest)
		return memory_op(d->domain, &m) ? 0 : m.has * KB_PER_PAGE;
	return (u32)d->tot_pages * KB_PER_PAGE;
}

/* @return the limit, too, which stays */
static u32 set_shadow(const struct xen_domctl_getdomaininfo *d, u32 kb)
{
	struct xen_domctl_tl_memory m = {.what = TL_MEMORY_TARGET, .pages = kb / KB_PER_PAGE};
	s32 err = memory_op(d->domain, &m);

	if (err == -22)
		fail("mem-set: %s may not have more than %u KB (mem-max; and with mmu=shadow not "
		     "more than it was made with)",
		     name_of(d), (u32)d->max_pages * KB_PER_PAGE);
	if (err)
		fail("mem-set: %s", error_text(err));
	return m.limit * KB_PER_PAGE;
}

int memory_set(const char *domain, const char *mb)
{
	u32 kb = kilobytes(mb), limit, has;
	struct xen_domctl_getdomaininfo d;

	find_domain(domain, &d);
	if (d.flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying))
		fail("mem-set: %s has ended", name_of(&d));
	has = memory_has(&d);
	limit = d.flags & XEN_DOMINF_hvm_guest ? set_shadow(&d, kb) : set_direct(&d, kb);
	record_open();
	record_target(d.domain, kb);
	printf("tl: domain %u (%s) has %u KB, may have %u KB, and is to have %u KB\n", d.domain,
	       name_of(&d), has, limit, kb);
	return 0;
}

int memory_resident(const char *domain, u32 kb)
{
	struct xen_domctl_tl_memory m = {
	    .what = TL_MEMORY_RESIDENT, .pages = kb / KB_PER_PAGE, .victim = TL_VICTIM_SAME};
	struct xen_domctl_getdomaininfo d;
	s32 err;

	find_domain(domain, &d);
	err = memory_op(d.domain, &m);
	if (err == -6)
		fail("mem-resident: the hypervisor has no swap disk: start the machine with "
		     "overcommit=swap");
	if (err)
		fail("mem-resident: %s",
		     err != -22 ? error_text(err)
		     : d.flags & XEN_DOMINF_hvm_guest
			 ? "less than 64 KB, or more than it was made with"
			 : "in direct mode a domain has the frames it has (tl mem-set)");
	printf("tl: of domain %u (%s) %u KB may be in the machine's memory\n", d.domain,
	       name_of(&d), m.resident_max * KB_PER_PAGE);
	return 0;
}

int memory_wait(const char *domain, u32 seconds)
{
	struct xen_domctl_getdomaininfo d;
	u32 has, target, table; /* in KB */

	for (u32 i = 0;; i++) {
		find_domain(domain, &d);
		has = memory_has(&d);
		target = memory_target(&d);
		table = d.flags & XEN_DOMINF_hvm_guest ? 0 : NR_GRANT_FRAMES * KB_PER_PAGE;
		if (has >= target && has - target <= table)
			break;
		if (d.flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying))
			fail("mem-wait: %s has ended with %u KB, not with %u", name_of(&d), has,
			     target);
		if (i >= seconds * LOOKS_PER_SECOND)
			fail("mem-wait: %s has %u KB after %u s, and is to have %u: does its "
			     "balloon driver run, and is there a disk for what does not fit?",
			     name_of(&d), has, seconds, target);
		sleep(HZ / LOOKS_PER_SECOND);
	}
	printf("tl: domain %u (%s) has %u KB\n", d.domain, name_of(&d), has);
	return 0;
}

u32 memory_target(const struct xen_domctl_getdomaininfo *d)
{
	struct xen_domctl_tl_memory m = {.what = TL_MEMORY_LOOK};
	u32 kb = 0;

	if (!(d->flags & XEN_DOMINF_hvm_guest))
		kb = recorded_target(d->domain);
	else if (!memory_op(d->domain, &m))
		kb = m.target * KB_PER_PAGE;
	return kb ? kb : (u32)d->max_pages * KB_PER_PAGE;
}

void memory_show(u32 domid)
{
	struct xen_domctl_tl_memory m = {.what = TL_MEMORY_LOOK};

	if (memory_op(domid, &m))
		return;
	printf("has=%u KB resident=%u KB of at most %u KB, swapped=%u KB, pages swapped out=%u "
	       "in=%u\n",
	       m.has * KB_PER_PAGE, m.resident * KB_PER_PAGE, m.resident_max * KB_PER_PAGE,
	       m.swapped * KB_PER_PAGE, m.outs, m.ins);
}
