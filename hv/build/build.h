/* build.h: making a domain out of a kernel image. */
#ifndef HV_BUILD_H
#define HV_BUILD_H

#include "dom/guest_ops.h"

/**
 * Shadow mode: put an unmodified Multiboot 1 kernel into guest-physical memory and start it as a
 * boot loader would, in protected mode without paging. @return false (with the reason printed) if
 * the image cannot be loaded.
 */
bool build_native(struct domain *d, struct module kernel, struct module initrd, const char *cmdline,
		  u32 nr_pages);

/** The end of such a domain: gives back its memory and all that was made for it. */
void release_native(struct domain *d);

#endif
