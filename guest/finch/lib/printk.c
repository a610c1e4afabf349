/* printk.c: the kernel's messages. */
#include <stdarg.h>
#include "arch.h"
#include "lib/lib.h"

struct line {
	char text[160];
	u32 len;
};

static void put(struct line *l, char c)
{
	if (l->len < sizeof(l->text))
		l->text[l->len++] = c;
}

static void put_number(struct line *l, u32 n, u32 base, u32 width)
{
	char digits[10];
	u32 k = 0;

	do
		digits[k++] = "0123456789abcdef"[n % base];
	while ((n /= base));
	while (width-- > k)
		put(l, '0');
	while (k)
		put(l, digits[--k]);
}

static void format(struct line *l, const char *fmt, va_list ap)
{
	for (; *fmt; fmt++) {
		u32 width = 0;

		if (*fmt != '%') {
			put(l, *fmt);
			continue;
		}
		if (fmt[1] == '0' && fmt[2] == '8')
			width = 8, fmt += 2;
		switch (*++fmt) {
		case 's':
			for (const char *s = va_arg(ap, const char *); *s; s++)
				put(l, *s);
			break;
		case 'c':
			put(l, (char)va_arg(ap, int));
			break;
		case 'd': {
			s32 n = va_arg(ap, s32);

			if (n < 0)
				put(l, '-');
			put_number(l, n < 0 ? -(u32)n : (u32)n, 10, width);
			break;
		}
		case 'u':
			put_number(l, va_arg(ap, u32), 10, width);
			break;
		case 'x':
			put_number(l, va_arg(ap, u32), 16, width);
			break;
		default:
			put(l, *fmt);
		}
	}
}

void printk(const char *fmt, ...)
{
	struct line l = {.len = 0};
	va_list ap;

	va_start(ap, fmt);
	format(&l, fmt, ap);
	va_end(ap);
	console_write(l.text, l.len);
}

void panic(const char *fmt, ...)
{
	struct line l = {.len = 0};
	va_list ap;

	printk("finch: panic: ");
	va_start(ap, fmt);
	format(&l, fmt, ap);
	va_end(ap);
	put(&l, '\n');
	console_write(l.text, l.len);
	machine_off(1);
}
