/*
 * given.h: of the machine's devices, those that are Domain 0's to drive: its disks, and its
 * network.
 *
 * All others are the hypervisor's own, or nobody's. A device that moves memory by itself is not
 * among them: it would reach everybody's.
 */
#ifndef HV_GIVEN_H
#define HV_GIVEN_H

#include <trapline/types.h>

/** The second ATA channel is not: there is the swap disk (ata.h). */
extern bool ata2_is_ours;
/** Whether all `size` ports from `port` on are. */
bool port_given(u32 port, u32 size);
/** in and out of such a port: 1, 2 or 4 bytes. */
u32 given_in(u16 port, u32 size);
void given_out(u16 port, u32 size, u32 val);
/** The same n times. */
void given_ins(u16 port, u32 size, void *to, u32 n);
void given_outs(u16 port, u32 size, const void *from, u32 n);
/** Whether this line of the interrupt controllers is. */
bool irq_given(u32 irq);

#endif
