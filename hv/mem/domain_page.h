/*
 * domain_page.h: how the hypervisor reaches memory that is not its own.
 *
 * 64 MB of address space cannot hold a map of all machine memory, so frames are mapped on demand
 * into a window of 1024 slots. A slot keeps its frame after unmapping, so a repeated use of the
 * same frame costs no page-table write.
 */
#ifndef HV_DOMAIN_PAGE_H
#define HV_DOMAIN_PAGE_H

#include "mem/words.h"

#ifdef TRAPLINE_HOST_TEST
void *map_domain_page(mfn_t m);
void unmap_domain_page(const void *p);
#else
#include "cpu/layout.h"
#include "cpu/x86.h"

#define WINDOW_SLOTS 1024u
extern u32 window_pt[];	  /* its page table */
extern u8 window_users[]; /* mappings held of each slot */

/** map_domain_page(), when the frame is not in the first slot that it may be in. */
void *map_domain_page_slowly(mfn_t m);
void bad_unmap(const void *p) __attribute__((noreturn));

/** Called when there are hardly any slots: to release mappings that are held only to be fast. */
extern void (*window_short)(void);

/** How many mappings are held. */
u32 domain_pages_mapped(void);

/** The window's entry for a frame. */
static inline u32 window_entry(mfn_t m)
{
	return m.n << PAGE_SHIFT | PTE_P | PTE_RW | PTE_A | PTE_D;
}

/** Which slot a mapping is in. */
static inline u32 window_slot(const void *p)
{
	return ((u32)p - HV_WINDOW) / PAGE_SIZE;
}

/** Map one machine frame; never fails. Each must be unmapped before the hypervisor returns to a
 * guest; at most a few dozen may be held at once. */
static inline void *map_domain_page(mfn_t m)
{
	u32 slot = m.n % WINDOW_SLOTS;

	if (window_pt[slot] != window_entry(m))
		return map_domain_page_slowly(m);
	window_users[slot]++;
	return (void *)(HV_WINDOW + slot * PAGE_SIZE);
}

/** Release a mapping; `p` may point anywhere into the page. */
static inline void unmap_domain_page(const void *p)
{
	u32 slot = window_slot(p);

	if (!window_users[slot])
		bad_unmap(p);
	window_users[slot]--;
}
#endif

#endif
