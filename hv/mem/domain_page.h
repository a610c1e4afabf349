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

/** Map one machine frame; never fails. Each must be unmapped before the hypervisor returns to a
 * guest; at most a few dozen may be held at once. */
void *map_domain_page(mfn_t m);
/** Release a mapping; `p` may point anywhere into the page. */
void unmap_domain_page(const void *p);

#endif
