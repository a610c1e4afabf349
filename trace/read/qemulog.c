/*
 * qemulog.c: reading what QEMU's `-d int` wrote.
 *
 * An entry is one line, as target/i386/tcg/seg_helper.c of QEMU 7.2 prints it:
 *
 *      6: v=0e e=0002 i=0 cpl=1 IP=0031:00100128 pc=00100128 SP=0039:00105868 CR2=40001000
 *
 * followed by about 18 lines of CPU state, of which we read the first two, with the registers. A
 * device interrupt is announced by "Servicing hardware INT=0x20" on the line before. Real-mode
 * interrupts are not logged at all. Bochs 2.7 tells less, but when: here an exception or interrupt,
 * and an `int`, each with the address at which its handler began (or a few instructions behind):
 *
 *   00076602366: exception (not softint) e008:ffc00272 (0xffc00272)
 *   00076636859: softint e008:ffc00300 (0xffc00300)
 *
 * The logs are long: lines are cut out of a large buffer and most are rejected by two bytes.
 */
#include "read/qemulog.h"

#include "read/sb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BUF (1u << 20)

int qemulog_open(struct qemulog *q, const char *path, struct err *err)
{
	memset(q, 0, sizeof(*q));
	q->f = fopen(path, "re");
	if (!q->f)
		return err_set(err, "%s: %s", path, strerror(errno));
	q->buf = xcalloc(BUF, 1);
	return 0;
}

void qemulog_close(struct qemulog *q)
{
	if (q->f)
		fclose(q->f);
	free(q->buf);
	memset(q, 0, sizeof(*q));
}

/* The next line, without its newline; lines longer than the buffer come in pieces. */
static bool next_line(struct qemulog *q, const char **line, size_t *len)
{
	u8 *nl = memchr(q->buf + q->at, '\n', q->have - q->at);

	if (!nl) {
		memmove(q->buf, q->buf + q->at, q->have - q->at);
		q->have -= q->at;
		q->at = 0;
		q->have += fread(q->buf + q->have, 1, BUF - q->have, q->f);
		if (q->have == 0)
			return false;
		nl = memchr(q->buf, '\n', q->have);
	}
	*line = (const char *)q->buf + q->at;
	*len = nl ? (size_t)(nl - q->buf) - q->at : q->have - q->at;
	q->last = *len + (nl != NULL);
	q->at += q->last;
	q->line++;
	return true;
}

/* It was for somebody else. */
static void give_back_line(struct qemulog *q)
{
	q->at -= q->last;
	q->line--;
}

struct scanner {
	const char *p, *end;
};

static bool skip(struct scanner *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n))
		return false;
	s->p += n;
	return true;
}

static bool hex(struct scanner *s, u32 *out)
{
	const char *start = s->p;
	u64 v = 0;

	for (; s->p < s->end && s->p - start < 16; s->p++) {
		char c = *s->p;

		if (c >= '0' && c <= '9')
			v = v << 4 | (u64)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (u64)(c - 'a' + 10);
		else
			break;
	}
	*out = (u32)v;
	return s->p > start;
}

static bool parse_rest(struct scanner *s, struct cpu_entry *e)
{
	const char *cr2 = memmem(s->p, (size_t)(s->end - s->p), " CR2=", 5);
	u32 vec, soft, cpl;

	if (!hex(s, &vec) || !skip(s, " e=") || !hex(s, &e->err) || !skip(s, " i=") ||
	    !hex(s, &soft) || !skip(s, " cpl=") || !hex(s, &cpl) || !skip(s, " IP=") ||
	    !hex(s, &e->cs) || !skip(s, ":") || !hex(s, &e->eip))
		return false;
	e->vec = (u8)vec;
	e->cpl = (u8)cpl;
	e->soft = soft == 1;
	if (vec > 255 || cpl > 3 || soft > 1)
		return false;
	if (vec != 14)
		return true;
	if (!cr2)
		return false;
	s->p = cr2 + 5;
	return hex(s, &e->cr2);
}

#define BIOS_END 0x100000u /* handlers below are the firmware's or the boot loader's */

/* What follows the time in a line of Bochs. Only entries into ring 0 count. */
static int parse_bochs(struct scanner *s, struct cpu_entry *e)
{
	u32 cs, eip, linear;

	e->soft = skip(s, "softint ");
	if (!e->soft && !skip(s, "exception (not softint) "))
		return 0;
	if (!hex(s, &cs) || !skip(s, ":") || !hex(s, &eip) || !skip(s, " (0x") ||
	    !hex(s, &linear) || !skip(s, ")"))
		return -1;
	e->bare = true;
	return (cs & 3) == 0 && linear >= BIOS_END;
}

int qemulog_parse(const char *line, size_t len, struct cpu_entry *out)
{
	struct scanner s = {line, line + len};
	size_t shown = len < sizeof(out->text) - 1 ? len : sizeof(out->text) - 1;
	u64 number = 0;

	while (s.p < s.end && *s.p == ' ')
		s.p++;
	if (s.p == s.end || *s.p < '0' || *s.p > '9')
		return 0;
	for (; s.p < s.end && *s.p >= '0' && *s.p <= '9'; s.p++)
		number = number * 10 + (u64)(*s.p - '0');
	if (!skip(&s, ": "))
		return 0;
	memset(out, 0, sizeof(*out));
	memcpy(out->text, line, shown);
	out->time = number;
	if (!skip(&s, "v="))
		return parse_bochs(&s, out);
	return parse_rest(&s, out) ? 1 : -1;
}

/* The value behind "NAME=" in a line of the state, in hex. */
static bool reg(const char *line, size_t len, const char *name, u32 *out)
{
	const char *at = line[0] == 'E' ? memmem(line, len, name, strlen(name)) : NULL;
	struct scanner s = {at, line + len};

	return at && skip(&s, name) && hex(&s, out);
}

/* The registers, which the two lines after QEMU's entry have. */
static void read_regs(struct qemulog *q, struct cpu_entry *e)
{
	const char *line;
	size_t len;

	if (!next_line(q, &line, &len))
		return;
	if (!reg(line, len, "EAX=", &e->eax) || !reg(line, len, "EBX=", &e->ebx) ||
	    !reg(line, len, "EDX=", &e->edx)) {
		give_back_line(q);
		return;
	}
	if (!next_line(q, &line, &len))
		return;
	e->has_regs = reg(line, len, "ESI=", &e->esi) && reg(line, len, "EDI=", &e->edi);
	if (!e->has_regs)
		give_back_line(q);
}

int qemulog_next(struct qemulog *q, struct cpu_entry *out, struct err *err)
{
	static const char hardware[] = "Servicing hardware INT=";
	const char *line;
	size_t len;

	while (next_line(q, &line, &len)) {
		/* Entry lines begin with a space or a digit; state dumps with a capital. */
		if (len == 0 || (line[0] != ' ' && (line[0] < '0' || line[0] > '9'))) {
			if (len > sizeof(hardware) && !memcmp(line, hardware, sizeof(hardware) - 1))
				q->servicing = true;
			else if (len >= 12 && !memcmp(line, "Triple fault", 12))
				q->triple_fault = true;
			continue;
		}
		switch (qemulog_parse(line, len, out)) {
		case 1:
			out->line = q->line;
			out->hardware = q->servicing;
			q->servicing = false;
			if (!out->bare)
				read_regs(q, out);
			return 1;
		case -1:
			/* The emulator may have been stopped in the middle of its last line. */
			if (feof(q->f) && q->at == q->have)
				return 0;
			return err_set(err, "log line %llu is damaged: %.120s",
				       (unsigned long long)q->line, out->text);
		}
	}
	return 0;
}
