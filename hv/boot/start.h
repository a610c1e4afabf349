/* start.h: the first domains. */
#ifndef HV_START_H
#define HV_START_H

#include "dom/guest_ops.h"

/** What is to keep the guests of each design out of the hypervisor (segments_usual), by the command
 * line and what the processor checks. @return the word for those of this design */
const char *choose_isolation(const struct guest_ops *design);
/** A domain as the command line says, which may run from now on. @return NULL, with the reason
 * printed and nothing left of it, if it could not be built */
struct domain *start_domain(const struct guest_ops *design, u16 id, struct module kernel,
			    struct module initrd);
/** Get ready to make domains until options.selftest have come and gone (selftest.c). */
void selftest(struct module shadow_kernel, struct module direct_kernel, struct module initrd);
/** Make the domains of options.share (share.c). @return false, with the reason printed, if one
 * could not be made */
bool share(const struct module modules[2]);
/** Start options.together domains of this kernel; the machine ends with the last of them. */
void start_together(const struct guest_ops *design, struct module kernel, struct module initrd);

/** With audit=1, look at each frame of the machine, which stops if something does not add up
 * (audit.c). */
void audit(void);

#endif
