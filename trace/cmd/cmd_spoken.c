/*
 * cmd_spoken.c: tltrace spoken: which lines of a console a guest has sent.
 *
 * A hypervisor can print what it likes, and that a guest had said it. But in QEMU's log stand the
 * registers of every entry: a native guest's characters, which it sends one by one to the serial
 * port (an `out` in ring 1 is a #GP), and sums over lines: what a direct-mode guest hands to
 * console_io, and what the instruction matrix sends by `rep outsb`.
 */
#include "cmd/cmd.h"

#include "read/qemulog.h"
#include "trapline/spoken.h"
#include "trapline/xen/xen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COM1	 0x3F8
#define COM1_LCR 0x3FB

/* An instruction that may be the guest's `out`. Others trap with the port in EDX, too, since it was
 * left there; so each has a line of its own. */
struct place {
	u32 eip, line; /* line: its sum so far */
	u8 vec;
};
#define PLACES 256

/* The sums of the lines that guests have sent. */
struct heard {
	u32 *sums;
	size_t nr, room, nr_places;
	struct place places[PLACES];
};

static void hear(struct heard *h, u32 sum)
{
	if (h->nr == h->room) {
		h->room = h->room ? 2 * h->room : 64;
		h->sums = xrealloc(h->sums, h->room, sizeof(*h->sums));
	}
	h->sums[h->nr++] = sum;
}

static u32 *line_of(struct heard *h, u8 vec, u32 eip)
{
	size_t i = 0;

	while (i < h->nr_places && (h->places[i].eip != eip || h->places[i].vec != vec))
		i++;
	if (i == PLACES)
		return NULL;
	if (i == h->nr_places)
		h->places[h->nr_places++] = (struct place){eip, SPOKEN_START, vec};
	return &h->places[i].line;
}

static void take(struct heard *h, const struct cpu_entry *e)
{
	u32 *line;
	char c = (char)e->eax;

	if (!e->has_regs || e->cpl != 1)
		return;
	if (e->vec == XEN_HYPERCALL_VECTOR && e->eax == __HYPERVISOR_console_io &&
	    e->ebx == CONSOLEIO_write)
		hear(h, e->esi);
	/* Or a #DB: a hypervisor may stop at an `out` by a breakpoint, as at what does not trap. */
	if (e->vec != 13 && e->vec != 1)
		return;
	if ((e->edx & 0xFFFF) == COM1_LCR) /* what went to COM1 before was a divisor */
		h->nr_places = 0;
	if ((e->edx & 0xFFFF) != COM1)
		return;
	hear(h, e->edi); /* a `rep outsb` sends what no register has: its sum is beside it */
	if (c == '\r')
		return;
	line = line_of(h, e->vec, e->eip);
	if (!line)
		return;
	*line = spoken_byte(*line, c);
	if (c != '\n')
		return;
	hear(h, *line);
	*line = SPOKEN_START;
}

static int ascending(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static void print_heard(struct heard *h, FILE *console)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	if (h->nr)
		qsort(h->sums, h->nr, sizeof(*h->sums), ascending);
	while ((len = getline(&line, &room, console)) > 0) {
		u32 sum = spoken(line, (u32)len);

		if (h->nr && bsearch(&sum, h->sums, h->nr, sizeof(sum), ascending))
			fwrite(line, 1, (size_t)len, stdout);
	}
	free(line);
}

static int run(const struct command *self, int argc, char **argv)
{
	static const struct option opts[] = {{0}};
	struct heard h = {0};
	struct cpu_entry entry;
	struct qemulog log;
	struct err err;
	FILE *console;
	int code, got;

	if (cmd_getopt(self, argc, argv, opts, &code) != -1)
		return code;
	if (!cmd_args(self, argc, 2))
		return EXIT_TROUBLE;
	if (qemulog_open(&log, argv[optind], &err))
		return cmd_fail(self, &err);
	while ((got = qemulog_next(&log, &entry, &err)) > 0)
		take(&h, &entry);
	qemulog_close(&log);
	console = got == 0 ? fopen(argv[optind + 1], "re") : NULL;
	if (console) {
		print_heard(&h, console);
		fclose(console);
	} else if (got == 0) {
		err_set(&err, "%s: cannot be read", argv[optind + 1]);
	}
	free(h.sums);
	return console ? EXIT_OK : cmd_fail(self, &err);
}

const struct command cmd_spoken = {
    "spoken",
    "LOG CONSOLE",
    "print the lines of a console that a guest has sent, by QEMU's own log of the same run",
    "  LOG       what qemu-system-i386 -d int -D LOG wrote in that run\n"
    "  CONSOLE   what came out of its serial port\n"
    "Left out is what the hypervisor said, in its own name or in the guest's.\n",
    run,
};
