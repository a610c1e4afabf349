/* pic.c (native): the pair of 8259A interrupt controllers. */
#include "arch.h"

#define MASTER	  0x20
#define SLAVE	  0xA0
#define ICW1_INIT 0x11
#define ICW4_8086 0x01
#define OCW2_EOI  0x20
#define SLAVE_IRQ 2

static u16 mask = 0xFFFF; /* the slave's in the upper byte */

void pic_init(void)
{
	/* Out of the processor's own vectors, on which the BIOS puts IRQ 0 to 7. */
	outb(MASTER, ICW1_INIT);
	outb(MASTER + 1, IRQ_BASE);
	outb(MASTER + 1, 1 << SLAVE_IRQ);
	outb(MASTER + 1, ICW4_8086);
	outb(SLAVE, ICW1_INIT);
	outb(SLAVE + 1, IRQ_BASE + 8);
	outb(SLAVE + 1, SLAVE_IRQ);
	outb(SLAVE + 1, ICW4_8086);
	outb(MASTER + 1, (u8)mask);
	outb(SLAVE + 1, (u8)(mask >> 8));
}

void irq_enable(u32 irq)
{
	mask &= (u16) ~(1u << irq | (irq < 8 ? 0 : 1u << SLAVE_IRQ));
	outb(MASTER + 1, (u8)mask);
	if (irq >= 8)
		outb(SLAVE + 1, (u8)(mask >> 8));
}

void pic_end(u32 irq)
{
	if (irq >= 8)
		outb(SLAVE, OCW2_EOI);
	outb(MASTER, OCW2_EOI);
}
