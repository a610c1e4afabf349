/*
 * audit.c: option audit=1: whenever a domain has ended, each frame of the machine is looked at. It
 * is somebody's or free; of a shadow-mode domain it is one page, and no other; each slot of the
 * swap disk that is in use is one page's. What does not add up, stops the machine.
 */
#include "boot/options.h"
#include "boot/start.h"
#include "dom/account.h"
#include "lib/printk.h"
#include "mem/swap.h"

struct sums {
	u32 free, owned, pages, swapped, bad;
};

static void bad(struct sums *s, const char *what, u32 n, u32 is, u32 should)
{
	printk("trapline: audit: %s %x: %u, not %u\n", what, n, is, should);
	s->bad++;
}

static void audit_frames(struct sums *s)
{
	for (u32 n = 0; n < nr_frames; n++) {
		const struct frame *f = &frame_table[n];

		if (f->owner == DOM_FREE)
			s->free++;
		else if (f->owner != DOM_HV && f->owner != DOM_NONE && !domain_find(f->owner))
			bad(s, "no such domain has frame", n, f->owner, DOM_FREE);
	}
	if (s->free != free_frames())
		bad(s, "free frames", 0, s->free, free_frames());
}

static void audit_owner(struct sums *s, const struct domain *d)
{
	u32 owned = 0;

	for (u32 n = 0; n < nr_frames; n++)
		owned += frame_table[n].owner == d->id;
	if (owned != d->populated)
		bad(s, "frames of domain", d->id, owned, d->populated);
	s->owned += owned;
}

/* Each page that has a frame is that frame's page: so no frame is there twice. */
static void audit_pages(struct sums *s, const struct domain *d)
{
	u32 given = 0, swapped = 0;

	for (u32 n = 0; d->p2m && n < d->nr_pages; n++) {
		const struct frame *f = frame_of(d->p2m[n]);

		given += d->p2m[n].n == P2M_GIVEN;
		swapped += p2m_swapped(d->p2m[n]);
		s->pages += f != NULL;
		if (f && (f->owner != d->id || f->pfn != n))
			bad(s, "page of its frame is not page", n, f->pfn, n);
	}
	if (d->p2m && (given != d->reserve.given || swapped != d->reserve.swapped))
		bad(s, "pages given and swapped of domain", d->id, given + swapped,
		    d->reserve.given + d->reserve.swapped);
	s->swapped += swapped;
}

void audit(void)
{
	struct sums s = {0};

	if (!options.audit)
		return;
	audit_frames(&s);
	for (const struct domain *d = domains; d; d = d->next) {
		audit_owner(&s, d);
		audit_pages(&s, d);
	}
	for (const struct domain *d = zombies; d; d = d->next)
		audit_owner(&s, d);
	if (s.swapped != swap_slots_used())
		bad(&s, "slots of the swap disk", 0, swap_slots_used(), s.swapped);
	printk("trapline: audit: %u frames free, %u of domains, %u pages of shadow mode, %u on the "
	       "swap disk, bad=%u\n",
	       s.free, s.owned, s.pages, s.swapped, s.bad);
	if (s.bad)
		machine_exit(3);
}
