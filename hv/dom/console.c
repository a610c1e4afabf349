/*[H20] console.c: guests' output to the real serial port, and what is typed to each. */
#include "hw/uart.h"
#include "dev/vdev.h"
#include "dom/console.h"
#include "dom/guest_ops.h"
#include "lib/printk.h"

static struct domain *attached; /* Domain 0 shows this one's output as it comes */

/* With Domain 0, others' lines are whole, and begin with whose they are. */
static void end_line(struct domain *d)
{
	printk("(d%u) ", d->id);
	for (u32 i = 0; i < d->line_len; i++)
		uart_putc(d->line[i]);
	uart_putc('\n');
	d->line_len = 0;
}

static void put(struct domain *d, char c)
{
	if (!d->managed || d == attached) {
		uart_putc(c);
		return;
	}
	if (c != '\n') /* nor does it move the cursor to where others have written */
		d->line[d->line_len++] = (u8)c < ' ' && c != '\t' ? '.' : c;
	if (c == '\n' || d->line_len == sizeof(d->line))
		end_line(d);
}

void vdev_console_output(struct vcpu *v, u8 byte)
{
	/* A 16550 sends what it is given: the guest has made CR LF itself, uart_putc would again.
	 */
	if (byte != '\r')
		put(v->domain, byte);
}

void console_write(struct domain *d, const char *buf, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		u8 c = buf[i];
		bool plain = (c >= ' ' && c != 0x7F) || (c >= '\a' && c <= '\r') || c == 0x1B;

		if (c != '\r')
			put(d, plain ? c : '.');
	}
}

void console_keep(struct domain *d, u8 byte)
{
	if (d->input_head - d->input_tail < sizeof(d->input))
		d->input[d->input_head++ % sizeof(d->input)] = byte;
}

u32 console_read(struct domain *d, char *buf, u32 n)
{
	u32 got = 0;

	while (got < n && d->input_tail != d->input_head)
		buf[got++] = d->input[d->input_tail++ % sizeof(d->input)];
	return got;
}

void console_attach(struct domain *d)
{
	attached = d;
	for (u32 i = 0; i < d->line_len; i++) /* the prompt, for instance */
		uart_putc(d->line[i]);
	d->line_len = 0;
}

void console_detach(const struct domain *d)
{
	if (attached == d)
		attached = NULL;
}

void console_interrupt(void)
{
	struct domain *d = domains; /* what is typed is for the first */
	int c;

	while ((c = uart_getc()) >= 0)
		if (d)
			d->ops->input(d, c);
}
