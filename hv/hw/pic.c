/* pic.c: the real 8259A interrupt controllers and 8254 timer. */
#include "hw/pic.h"
#include "cpu/x86.h"

#define PIC1	0x20
#define PIC2	0xA0
#define PIT_CH0 0x40
#define PIT_CH2 0x42
#define PIT_CMD 0x43
#define PORT_B	0x61

static u16 masked = 0xFFFB; /* all but the cascade */

static void write_masks(void)
{
	outb(PIC1 + 1, masked & 0xFF);
	outb(PIC2 + 1, masked >> 8);
}

void pic_init(void)
{
	outb(PIC1, 0x11); /* ICW1: edge, cascade, ICW4 follows */
	outb(PIC2, 0x11);
	outb(PIC1 + 1, VEC_IRQ0); /* ICW2: vectors */
	outb(PIC2 + 1, VEC_IRQ0 + 8);
	outb(PIC1 + 1, 4); /* ICW3: slave on line 2 */
	outb(PIC2 + 1, 2);
	outb(PIC1 + 1, 1); /* ICW4: 8086 mode */
	outb(PIC2 + 1, 1);
	write_masks();
}

void pic_unmask(u32 irq)
{
	masked &= ~(1u << irq);
	write_masks();
}

void pic_mask(u32 irq)
{
	masked |= 1u << irq;
	write_masks();
}

bool pic_ack(u32 irq)
{
	/* A line that went away again shows as the chip's last, without its ISR bit. */
	if (irq % 8 == 7) {
		u16 chip = irq < 8 ? PIC1 : PIC2;

		outb(chip, 0x0B);
		if (!(inb(chip) & 0x80)) {
			if (irq >= 8) /* for the first chip it was a true one */
				outb(PIC1, 0x20);
			return false;
		}
	}
	if (irq >= 8)
		outb(PIC2, 0x20);
	outb(PIC1, 0x20);
	return true;
}

void pit_oneshot(u32 ns)
{
	/* ticks = ns * 1193182 / 10^9, as a multiplication by 2^32 * 1193182 / 10^9. */
	u32 ticks = ((u64)ns * 5124678u) >> 32;

	if (ticks > 65535)
		ticks = 65535;
	if (ticks < 2)
		ticks = 2;
	outb(PIT_CMD, 0x30); /* channel 0, both bytes, mode 0: interrupt on terminal count */
	outb(PIT_CH0, ticks & 0xFF);
	outb(PIT_CH0, ticks >> 8);
}

void pit_wait(u32 ticks)
{
	outb(PORT_B, (inb(PORT_B) & ~2) | 1); /* gate of channel 2 on, speaker off */
	outb(PIT_CMD, 0xB0);		      /* channel 2, both bytes, mode 0 */
	outb(PIT_CH2, ticks & 0xFF);
	outb(PIT_CH2, ticks >> 8);
	/* An emulator needs a thousand times as long for a look at a port as for anything else. */
	while (!(inb(PORT_B) & 0x20))
		for (u32 n = 0; n < 100; n++)
			asm volatile("");
}
