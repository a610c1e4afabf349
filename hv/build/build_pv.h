/* build_pv.h: making a direct-mode domain out of a kernel that was made for Xen. */
#ifndef HV_BUILD_PV_H
#define HV_BUILD_PV_H

#include "dom/guest_ops.h"

/**
 * Load any kernel made for xen-3.0-x86_32 with two-level page tables and prepare its first
 * instruction as Xen does: all its memory allocated, its first page tables built, validated and in
 * use, ESI at its start_info.
 * @param kernel an ELF file; @param initrd may be empty
 * @param nr_pages memory of the domain, in 4096-byte pages
 * @return false, with the reason printed, if the image or the memory does not allow it
 */
bool build_pv(struct domain *d, struct module kernel, struct module initrd, const char *cmdline,
	      u32 nr_pages);
/** Such a domain without any memory, to be filled by another. @return false if there is no memory
 */
bool create_pv(struct domain *d);
/** guest_ops.add_vcpu */
int add_vcpu_pv(struct vcpu *v);
/* context_pv.c: the slots of guest_ops for that. */
int pv_set_max(struct domain *d, u32 nr_pages);
mfn_t pv_frame(struct domain *d, u32 n, bool write);
int pv_code(struct domain *d, u32 *start, u32 end);
int pv_set_context(struct vcpu *v, const struct vcpu_guest_context *c);
void pv_get_context(const struct vcpu *v, struct vcpu_guest_context *c);
/** The end of such a domain: gives back its memory and all that was made for it. */
bool release_pv(struct domain *d);

#endif
