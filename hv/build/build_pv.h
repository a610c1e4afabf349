/* build_pv.h: making a direct-mode domain out of a kernel that was made for Xen. */
#ifndef HV_BUILD_PV_H
#define HV_BUILD_PV_H

#include "dom/domain.h"

/**
 * Load any kernel made for xen-3.0-x86_32 with two-level page tables and prepare its first
 * instruction as Xen does: all its memory allocated, its first page tables built, validated and in
 * use, ESI at its start_info.
 * @param elf the kernel, elf_len bytes; @param initrd NULL or initrd_len bytes
 * @param nr_pages memory of the domain, in 4096-byte pages
 * @return false, with the reason printed, if the image or the memory does not allow it
 */
bool build_pv(struct domain *d, const void *elf, u32 elf_len, const void *initrd, u32 initrd_len,
	      const char *cmdline, u32 nr_pages);
/** The end of such a domain: gives back its memory and all that was made for it. */
void release_pv(struct domain *d);

#endif
