/* common.c: what the probes share: numbers drawn from the seed, and output. */
#include "probe.h"

static char scenario[32];
static u32 state;

static const char *find(const char *line, const char *key)
{
	for (; *line; line++) {
		u32 n = 0;

		while (key[n] && line[n] == key[n])
			n++;
		if (!key[n])
			return line + n;
	}
	return "";
}

void probe_options(const char *line)
{
	const char *s = find(line, "scenario=");
	u32 n = 0;

	while (*s && *s != ' ' && n < sizeof(scenario) - 1)
		scenario[n++] = *s++;
	for (s = find(line, "seed="); *s >= '0' && *s <= '9'; s++)
		state = state * 10 + (u32)(*s - '0');
	state = state * 2654435761u + 12345;
}

bool scenario_is(const char *name)
{
	u32 n = 0;

	while (name[n] && name[n] == scenario[n])
		n++;
	return !name[n] && !scenario[n];
}

u32 draw(u32 below)
{
	state = state * 1664525u + 1013904223u;
	return (state >> 8) % below;
}

static void number(u32 n, u32 base, u32 digits)
{
	char text[12];
	u32 len = 0;

	do {
		text[len++] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n || len < digits);
	while (len)
		put(text[--len]);
}

void sayv(const char *fmt, va_list ap)
{
	for (; *fmt; fmt++) {
		const char *s;

		if (*fmt != '%') {
			put(*fmt);
			continue;
		}
		switch (*++fmt) {
		case 'x':
			put('0');
			put('x');
			number(va_arg(ap, u32), 16, 8);
			break;
		case 'u':
			number(va_arg(ap, u32), 10, 1);
			break;
		case 's':
			for (s = va_arg(ap, const char *); *s; s++)
				put(*s);
			break;
		}
	}
}

void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sayv(fmt, ap);
	va_end(ap);
}
