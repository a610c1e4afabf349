/*
 * ata.h: a disk of the machine that the hypervisor drives itself: the first one on the second ATA
 * channel (ATA-5), by programmed I/O, without interrupts: whoever asks waits until it is done.
 *
 * It is for swapping (mem/swap.h), and nobody else's from then on.
 */
#ifndef HV_ATA_H
#define HV_ATA_H

#include <trapline/types.h>

/** Sectors of 512 bytes in a page: what is moved at once. */
#define ATA_PAGE_SECTORS 8u

/** Look for the disk. @return how many sectors it has; 0: there is none. Otherwise its channel is
 * not Domain 0's any more (passthrough.h). */
u32 ata_find(void);
/** Read or write the page of 4096 bytes that begins at this sector. @return false: the disk says
 * that it cannot, or nothing for very long */
bool ata_read_page(u32 sector, void *page);
bool ata_write_page(u32 sector, const void *page);

#endif
