/*[H05] printk.c: formatted output to the console. */
#include <stdarg.h>
#include "hw/uart.h"
#include "lib/printk.h"

static void put_number(u32 n, u32 base, int width, char pad, bool negative)
{
	char digits[12];
	int len = 0;

	do {
		digits[len++] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n);
	if (negative)
		digits[len++] = '-';
	for (; width > len; width--)
		uart_putc(pad);
	while (len)
		uart_putc(digits[--len]);
}

static void vprintk(const char *fmt, va_list ap)
{
	for (; *fmt; fmt++) {
		char pad = ' ';
		int width = 0;

		if (*fmt != '%') {
			uart_putc(*fmt);
			continue;
		}
		if (*++fmt == '0')
			pad = '0';
		while (*fmt >= '0' && *fmt <= '9')
			width = width * 10 + *fmt++ - '0';
		if (*fmt == 'd') {
			s32 n = va_arg(ap, s32);

			put_number(n < 0 ? -(u32)n : (u32)n, 10, width, pad, n < 0);
		} else if (*fmt == 'u') {
			put_number(va_arg(ap, u32), 10, width, pad, false);
		} else if (*fmt == 'x') {
			put_number(va_arg(ap, u32), 16, width, pad, false);
		} else if (*fmt == 'c') {
			uart_putc(va_arg(ap, int));
		} else if (*fmt == 's') {
			for (const char *s = va_arg(ap, const char *); *s; s++)
				uart_putc(*s);
		} else {
			uart_putc(*fmt);
		}
	}
}

void printk(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintk(fmt, ap);
	va_end(ap);
}

void panic(const char *fmt, ...)
{
	va_list ap;

	printk("trapline: PANIC: ");
	va_start(ap, fmt);
	vprintk(fmt, ap);
	va_end(ap);
	printk("\ntrapline: this is a bug in the hypervisor, not in the guest.\n");
	machine_exit(3);
}
