/* ata.h: the disks of the first ATA channel. */
#ifndef FINCH_ATA_H
#define FINCH_ATA_H

#include "fs/disk.h"

/** Disk `unit` (0: hda, 1: hdb), as it was found when it was first asked for. @return NULL: there
 * is none */
struct disk *ata_disk(u32 unit);
/** The channel's interrupt (line 14) has come. */
void ata_interrupt(void);

#endif
