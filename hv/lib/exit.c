/* exit.c: the end of the machine. */
#include "cpu/x86.h"
#include "hw/uart.h"
#include "lib/printk.h"

static void (*last_duty)(void); /* of those above, that this room does not know */

void at_machine_exit(void (*duty)(void))
{
	last_duty = duty;
}

void machine_exit(u32 code)
{
	if (last_duty)
		last_duty();
	uart_drain();
	outb(0xF4, code); /* QEMU's isa-debug-exit: status (code << 1) | 1 */
	for (const char *s = "Shutdown"; *s; s++)
		outb(0x8900, *s); /* Bochs */
	for (;;)
		asm volatile("cli\n\thlt");
}
