/* pic.h: the real interrupt controllers and the real timer. */
#ifndef HV_PIC_H
#define HV_PIC_H

#include <trapline/types.h>

/** Remap the 8259A pair to vectors 0x20-0x2F, all lines masked. */
void pic_init(void);
void pic_unmask(u32 irq);
void pic_mask(u32 irq);
/** Acknowledge an interrupt. @return false if it was spurious. */
bool pic_ack(u32 irq);

/** Make IRQ 0 come once, `ns` nanoseconds from now (at least 1 us, at most 54 ms; more is cut). */
void pit_oneshot(u32 ns);
/** Run down `ticks` (1 to 65535) of 1/1193182 s on the timer, polling. */
void pit_wait(u32 ticks);

#endif
