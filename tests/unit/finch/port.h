/* port.h: of the port to a host test. */
#ifndef FINCH_PORT_H
#define FINCH_PORT_H

#define PORT_NAME	    "test"
#define PORT_KERNEL_PDE_END 1024

#endif
