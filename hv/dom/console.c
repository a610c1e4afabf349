/*[H20] console.c: guests' output to the real serial port, and what is typed to the guest. */
#include "comm/evtchn.h"
#include "cpu/uart.h"
#include "dev/vdev.h"
#include "dom/console.h"

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
	struct domain *d = current->domain;
	bool any = false;
	int c;

	while ((c = uart_getc()) >= 0) {
		if (d->mode == MMU_SHADOW)
			vdev_console_input(d->vdev, c);
		else if (head - tail < INPUT_SIZE)
			input[head++ % INPUT_SIZE] = c;
		any = true;
	}
	if (any && d->mode == MMU_DIRECT)
		evtchn_send_virq(d, VIRQ_CONSOLE);
}
