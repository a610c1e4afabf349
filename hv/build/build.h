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

/** Such a domain without any memory, to be filled by another. @return false if there is no memory
 */
bool create_native(struct domain *d);
/** All has been loaded, and v->regs hold EIP and what else the guest shall find: it can run, in
 * protected mode without paging. @return false if the domain has ended */
bool native_start(struct vcpu *v);
/** Registers as Domain 0 sets them, but for EFLAGS and selectors; and as it reads them
 * (context_native.c). */
struct cpu_regs general_regs(const struct cpu_user_regs *u);
void regs_to_user(const struct cpu_regs *r, struct cpu_user_regs *u);
/* context_native.c: the slots of guest_ops for that. */
int native_set_max(struct domain *d, u32 nr_pages);
mfn_t native_frame(struct domain *d, u32 n, bool write);
int native_code(struct domain *d, u32 *start, u32 end);
int native_set_context(struct vcpu *v, const struct vcpu_guest_context *c);
void native_get_context(const struct vcpu *v, struct vcpu_guest_context *c);
/** mp_native.c: one with several vcpus is a PC with several processors */
int add_vcpu_native(struct vcpu *v);
/** The end of such a domain: gives back its memory and all that was made for it. */
bool release_native(struct domain *d);

#endif
