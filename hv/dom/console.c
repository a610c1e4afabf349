/*[H20] console.c: guests' output to the real serial port, and what is typed to the guest. */
#include "hw/uart.h"
#include "dev/vdev.h"
#include "dom/console.h"
#include "dom/guest_ops.h"

#define INPUT_SIZE 256u
static char input[INPUT_SIZE];
static u32 head, tail; /* head - tail bytes wait */

void vdev_console_output(struct vcpu *v, u8 byte)
{
	(void)v;
	/* A 16550 sends what it is given: the guest has made CR LF itself, uart_putc would again.
	 */
	if (byte != '\r')
		uart_putc(byte);
}

void console_write(struct domain *d, const char *buf, u32 n)
{
	(void)d;
	for (u32 i = 0; i < n; i++) {
		u8 c = buf[i];
		bool plain = (c >= ' ' && c != 0x7F) || (c >= '\a' && c <= '\r') || c == 0x1B;

		if (c != '\r')
			uart_putc(plain ? c : '.');
	}
}

void console_keep(u8 byte)
{
	if (head - tail < INPUT_SIZE)
		input[head++ % INPUT_SIZE] = byte;
}

u32 console_read(struct domain *d, char *buf, u32 n)
{
	u32 got = 0;

	(void)d;
	while (got < n && tail != head)
		buf[got++] = input[tail++ % INPUT_SIZE];
	return got;
}

void console_interrupt(void)
{
	struct domain *d = domains; /* what is typed is for the first */
	int c;

	while ((c = uart_getc()) >= 0)
		if (d)
			d->ops->input(d, c);
}
