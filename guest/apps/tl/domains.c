/* domains.c: which domains there are. */
#include "tl/tl.h"

bool next_domain(u32 *id, struct xen_domctl_getdomaininfo *info)
{
	struct xen_sysctl op = {.u.getdomaininfolist = {.first_domain = (domid_t)*id,
							.max_domains = 1,
							.buffer = (u32)info}};
	s32 err;

	memset(info, 0, sizeof(*info)); /* so that there is a page */
	err = sysctl(&op, XEN_SYSCTL_getdomaininfolist);
	if (err)
		fail("%s", error_text(err));
	if (!op.u.getdomaininfolist.num_domains)
		return false;
	*id = info->domain + 1u;
	return true;
}

/* The name is what `tl create` gave the hypervisor to keep. */
const char *name_of(const struct xen_domctl_getdomaininfo *info)
{
	static char name[sizeof(info->handle) + 1];

	memcpy(name, info->handle, sizeof(info->handle));
	if (!name[0])
		strlcpy(name, info->domain ? "-" : "Domain-0", sizeof(name));
	return name;
}

/* No name begins with a digit. */
static bool is_meant(const char *word, const struct xen_domctl_getdomaininfo *info)
{
	u32 n = 0;

	if (*word < '0' || *word > '9')
		return !strcmp(word, name_of(info));
	for (; *word; word++) {
		if (*word < '0' || *word > '9' || n > DOMID_FIRST_RESERVED)
			return false;
		n = n * 10 + (u32)(*word - '0');
	}
	return n == info->domain;
}

void find_domain(const char *word, struct xen_domctl_getdomaininfo *info)
{
	u32 id = 0;

	while (next_domain(&id, info))
		if (is_meant(word, info))
			return;
	fail("there is no domain %s: `tl list` shows which there are", word);
}
