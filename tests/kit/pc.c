/* pc.c: console and end of a test kernel on a PC: the serial port, and the ports that end QEMU and
 * Bochs. */
#include "cpu/x86.h"
#include "kit.h"

#define COM1	      0x3F8
#define LSR	      (COM1 + 5)
#define LSR_THR_EMPTY 0x20
#define LSR_ALL_SENT  0x40
#define FIFO	      16u
#define EXIT_PORT     0xF4   /* QEMU's isa-debug-exit */
#define SHUTDOWN_PORT 0x8900 /* Bochs's */

static void wait_for(u8 bit)
{
	while (!(inb(LSR) & bit))
		;
}

void console_init(void)
{
	outb(COM1 + 3, 0x83); /* the divisor's turn */
	outb(COM1, 1);
	outb(COM1 + 1, 0);
	outb(COM1 + 3, 0x03);
	outb(COM1 + 2, 0x07);
}

void console_write(const char *text, u32 len)
{
	for (u32 i = 0; i < len; i++) {
		wait_for(LSR_THR_EMPTY);
		outb(COM1, text[i]);
	}
}

void power_off(bool well)
{
	wait_for(LSR_ALL_SENT);
	outb(EXIT_PORT, !well);
	for (const char *s = "Shutdown"; *s; s++)
		outb(SHUTDOWN_PORT, *s);
	for (;;)
		asm volatile("cli\n\thlt");
}
