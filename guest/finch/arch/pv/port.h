/* port.h (pv): constants of the port to a Xen-like hypervisor, for C and assembly. */
#ifndef FINCH_PORT_H
#define FINCH_PORT_H

#include <trapline/xen/xen.h>

#define PORT_NAME "pv"

/* The hypervisor's flat segments: there is no need for a GDT of our own. */
#define KERNEL_CS FLAT_RING1_CS
#define KERNEL_SS FLAT_RING1_SS
#define USER_CS	  FLAT_RING3_CS
#define USER_DS	  FLAT_RING3_DS

/* Above it the directory belongs to the hypervisor. */
#define PORT_KERNEL_PDE_END (HYPERVISOR_VIRT_START >> 22)

#define TRAP_FAILSAFE 0xFF /* the vector of failsafe, which is never to be seen */

#endif
