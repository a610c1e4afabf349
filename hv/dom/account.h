/*
 * account.h: how many pages of memory a domain has.
 *
 * A page is its owner's for as long as anybody refers to it. Whoever drops the last reference, it
 * is the owner's count that falls. So a domain that is destroyed while another still maps pages of
 * it stays: as a zombie, of which only its id and its count are left, until the last has gone.
 */
#ifndef HV_ACCOUNT_H
#define HV_ACCOUNT_H

#include "cpu/gate.h"
#include "dom/domain.h"
#include "mem/frame.h"

/** Those that are no more, but for pages that others have mapped. */
extern struct domain *zombies;
/** The domain with this id, a zombie too; NULL if there is none. */
struct domain *domain_find(u16 id);
/** The last step of a domain's end: it is freed, now or with the last of its pages. */
void domain_free(struct domain *d);
/** Who is charged for this frame. */
struct domain *owner_of(const struct frame *f);
/** The last reference to the last page of the owner is being dropped. */
void last_page_put(struct domain *owner);

/** The processor may remember translations that hold no longer: drop all that it has of `current`'s
 * address space. There are no others, for each switch drops them; and where paging isolates, each
 * way out does. */
#ifdef TRAPLINE_HOST_TEST
void flush_translations(void);
#else
static inline void flush_translations(void)
{
	if (current->gate->segments)
		write_cr3(read_cr3());
}
#endif

/** One page more, by its machine number, in direct mode. */
static inline void page_charge(struct domain *d, mfn_t m)
{
	d->populated++;
	if (m.n < d->frames || !d->frames_end)
		d->frames = m.n;
	if (m.n >= d->frames_end)
		d->frames_end = m.n + 1;
}

/** Drop a reference that `d` had to a frame of a domain's, its own or another's. The owner's count
 * of pages falls only with the last one, so that it gets no other page before. Then the frame may
 * be somebody else's, or a page table: whoever runs, and has dropped a mapping of it without a
 * flush, must not reach it any more. */
static inline void page_put(struct domain *d, struct frame *f)
{
	if (f->refs == 1) {
		flush_translations();
		if (f->owner != d->id)
			d = owner_of(f);
		if (!count_down_to_1(&d->populated))
			last_page_put(d);
	}
	frame_put(f);
}

#endif
