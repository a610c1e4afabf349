/* port.h (native): constants of the PC port, for C and assembly. */
#ifndef FINCH_PORT_H
#define FINCH_PORT_H

#define PORT_NAME "native"

/* Selectors: the order of the descriptors in desc.c. */
#define KERNEL_CS 0x08
#define KERNEL_DS 0x10
#define USER_CS	  0x1B /* RPL 3 */
#define USER_DS	  0x23
#define TSS_SEL	  0x28

#define IRQ_BASE 0x20 /* where pic.c moves the interrupts of the 8259A pair */

#define PORT_KERNEL_PDE_END 1024 /* the kernel's part of a directory reaches to its end */

#endif
