/* vbd.h: a virtual disk, behind whatever the port has; only a domain of a hypervisor has one. */
#ifndef FINCH_VBD_H
#define FINCH_VBD_H

#include "fs/disk.h"

/** The disk xvda. @return NULL: there is none */
struct disk *vbd_disk(void);

#endif
