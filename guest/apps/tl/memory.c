/* memory.c: how much memory a domain may have, and how much it is asked to have. */
#include "tl/tl.h"

static s32 set_limit(u32 domid, u32 kb)
{
	struct xen_domctl op = {.u.max_mem = {kb}};

	return domctl(&op, XEN_DOMCTL_max_mem, domid);
}

int memory_max(const char *domain, const char *mb)
{
	u32 kb = number("MB", mb, 1, 512) * 1024;
	struct xen_domctl_getdomaininfo d;
	s32 err;

	find_domain(domain, &d);
	err = set_limit(d.domain, kb);
	if (err)
		fail("mem-max: %s",
		     err == -22 ? "it has more, or has mmu=shadow" : error_text(err));
	return 0;
}

/* The limit falls as far as it can: what a domain has, only itself can give back. */
int memory_set(const char *domain, const char *mb)
{
	u32 kb = number("MB", mb, 1, 512) * 1024, limit, has;
	struct xen_domctl_getdomaininfo d;
	s32 err;

	find_domain(domain, &d);
	if (d.flags & XEN_DOMINF_hvm_guest)
		fail("mem-set: with mmu=shadow the memory of a domain is what it was made with");
	if (d.flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying))
		fail("mem-set: %s has ended", name_of(&d));
	has = (u32)d.tot_pages * 4;
	limit = kb > has ? kb : has;
	err = set_limit(d.domain, limit);
	if (err)
		fail("mem-set: %s", error_text(err));
	record_open();
	record_target(d.domain, kb);
	printf("tl: domain %u (%s) has %u KB, may have %u KB, and is to have %u KB\n", d.domain,
	       name_of(&d), has, limit, kb);
	return 0;
}
