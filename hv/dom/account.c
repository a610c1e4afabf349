/*[H18] account.c: a domain's count of pages, and what is left of domains while others map them. */
#include "dom/account.h"
#include "lib/printk.h"

struct domain *domains;
struct domain *zombies;
static struct vcpu hv_vcpu = {.domain = &hypervisor};
struct domain hypervisor = {.id = DOM_HV, .mode = MMU_SHADOW, .vcpus = &hv_vcpu};

static struct domain *find(struct domain *d, u16 id)
{
	while (d && d->id != id)
		d = d->next;
	return d;
}

struct domain *domain_find(u16 id)
{
	struct domain *d = find(domains, id);

	return d ? d : find(zombies, id);
}

struct domain *owner_of(const struct frame *f)
{
	struct domain *d = domain_find(f->owner);

	if (!d)
		panic("frame %x is of domain %x, which is no more", frame_mfn(f).n, f->owner);
	return d;
}

static void release(struct domain *d)
{
	hv_free_page(d->vcpus);
	hv_free_page(d);
}

void domain_free(struct domain *d)
{
	if (!d->populated) {
		release(d);
		return;
	}
	d->gone = true;
	d->next = zombies;
	zombies = d;
}

void last_page_put(struct domain *owner)
{
	struct domain **at = &zombies;

	if (owner->populated != 1)
		panic("domain %u has more pages than it was charged for", owner->id);
	owner->populated = 0;
	while (*at && *at != owner)
		at = &(*at)->next;
	if (*at) {
		*at = owner->next;
		release(owner);
	}
}
