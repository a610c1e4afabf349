/* xen_image.h: what a kernel made for Xen says of itself in its ELF file. */
#ifndef HV_XEN_IMAGE_H
#define HV_XEN_IMAGE_H

#include "dom/elf.h"

#define NO_ADDRESS 0xFFFFFFFFu

struct xen_image {
	bool found;	    /* it is made for Xen at all */
	bool pae;	    /* it wants three-level page tables */
	bool wrong_version; /* it wants another interface than xen-3.0 */
	char guest_os[32];
	u32 virt_base; /* linear address of guest frame 0; NO_ADDRESS: not said */
	u32 entry;
	u32 hypercall_page; /* linear address, NO_ADDRESS: it does without */
	u32 hypercall_pfn;  /* the same as a frame number from guest frame 0 on: __xen_guest's form
			     */
};

/** Read the `__xen_guest` section (Xen 3.0.0) or, if there are, the ELF notes that replaced it. */
void xen_image_read(struct xen_image *x, const struct elf *e);

#endif
