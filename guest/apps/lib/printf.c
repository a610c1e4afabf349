/* printf.c: a message is put together first and written at once, so that lines stay whole. */
#include <stdarg.h>
#include "lib/lib.h"

struct out {
	char *text;
	u32 size, len;
};

static void put(struct out *o, char c)
{
	if (o->len < o->size)
		o->text[o->len++] = c;
}

static void pad(struct out *o, const char *s, u32 len, u32 width, bool left, char fill)
{
	u32 n = width > len ? width - len : 0;

	for (u32 i = n; !left && i; i--)
		put(o, fill);
	for (u32 i = 0; i < len; i++)
		put(o, s[i]);
	for (u32 i = n; left && i; i--)
		put(o, ' ');
}

static u32 digits(char *to, u32 n, u32 base, bool negative)
{
	char reversed[12];
	u32 k = 0, len = 0;

	do
		reversed[k++] = "0123456789abcdef"[n % base];
	while ((n /= base));
	if (negative)
		reversed[k++] = '-';
	while (k)
		to[len++] = reversed[--k];
	return len;
}

static void format(struct out *o, const char *fmt, va_list ap)
{
	for (; *fmt; fmt++) {
		char number[12], c, fill = ' ';
		bool left = false;
		const char *s;
		u32 width = 0;
		s32 n;

		if (*fmt != '%') {
			put(o, *fmt);
			continue;
		}
		for (fmt++; *fmt == '-' || *fmt == '0'; fmt++) {
			left |= *fmt == '-';
			fill = *fmt == '0' ? '0' : fill;
		}
		for (; *fmt >= '0' && *fmt <= '9'; fmt++)
			width = width * 10 + (u32)(*fmt - '0');
		switch (*fmt) {
		case 's':
			s = va_arg(ap, const char *);
			pad(o, s, strlen(s), width, left, ' ');
			break;
		case 'd':
			n = va_arg(ap, s32);
			pad(o, number, digits(number, n < 0 ? -(u32)n : (u32)n, 10, n < 0), width,
			    left, fill);
			break;
		case 'u':
		case 'x':
			pad(o, number,
			    digits(number, va_arg(ap, u32), *fmt == 'u' ? 10 : 16, false), width,
			    left, fill);
			break;
		default:
			c = *fmt == 'c' ? (char)va_arg(ap, int) : *fmt;
			pad(o, &c, 1, width, left, ' ');
		}
	}
}

void printf(const char *fmt, ...)
{
	char text[256];
	struct out o = {text, sizeof(text), 0};
	va_list ap;

	va_start(ap, fmt);
	format(&o, fmt, ap);
	va_end(ap);
	write(1, o.text, o.len);
}

u32 print_to(char *to, u32 size, const char *fmt, ...)
{
	struct out o = {to, size, 0};
	va_list ap;

	va_start(ap, fmt);
	format(&o, fmt, ap);
	va_end(ap);
	return o.len;
}
