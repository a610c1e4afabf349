/*
 * passthrough.h: the real devices that Domain 0 drives by itself: disks and a network card.
 *
 * All others are the hypervisor's own, or nobody's. No device that moves memory by itself (DMA) is
 * among them: it could reach the memory of all.
 */
#ifndef HV_PASSTHROUGH_H
#define HV_PASSTHROUGH_H

#include <trapline/types.h>

/** The second ATA channel is not: there is the swap disk (ata.h). */
extern bool ata2_is_ours;
/** Whether all `size` ports from `port` on are. */
bool passthrough_port(u32 port, u32 size);
/** in and out of such a port: 1, 2 or 4 bytes. */
u32 passthrough_in(u16 port, u32 size);
void passthrough_out(u16 port, u32 size, u32 val);
/** The same n times. */
void passthrough_ins(u16 port, u32 size, void *to, u32 n);
void passthrough_outs(u16 port, u32 size, const void *from, u32 n);
/** Whether this line of the interrupt controllers is. */
bool passthrough_irq(u32 irq);

#endif
