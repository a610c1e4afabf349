/* cmd_loop.c: tltrace loop: a hung run: which fault repeats, and what is done about it each time.
 */
#include "cmd/cmd.h"

#include "draw/draw_file.h"
#include "read/loop.h"

#include <stdio.h>
#include <string.h>

#define PAGE(va) ((va) >> 12)

/* The events of the last whole round: from one turn to the one before the same comes again. */
struct round {
	size_t first, last;
};

static struct round last_round(const struct turns *turns, const struct loop *l)
{
	size_t i = l->first + (l->rounds - 2) * l->period;

	return (struct round){turns->v[i].at, turns->v[i + l->period].at - 1};
}

/* What is wrong with the entry that the CPU finds, or "". */
static const char *forbids(u32 entry, const struct turn *turn)
{
	if (!(entry & 1))
		return " (not present)";
	if ((turn->err & 2) && !(entry & 2))
		return " (not writable)";
	return (turn->err & 4) && !(entry & 4) ? " (not for applications)" : "";
}

/* The entry as it was written before this round, or NULL. */
static const struct event *written_before(const struct trace *t, size_t at, u32 va)
{
	while (at-- > 0)
		if (event_is(&t->events[at], EV_spte) &&
		    PAGE(event_u32(&t->events[at], "va")) == PAGE(va))
			return &t->events[at];
	return NULL;
}

/* What became of a page fault: did somebody write the entry, was the guest told? */
static void tell_repair(const struct trace *t, struct round r, const struct turn *turn,
			struct sb *b)
{
	const struct event *before = written_before(t, r.first, turn->va);
	bool repaired = false, told = false;

	for (size_t i = r.first; i <= r.last; i++) {
		const struct event *e = &t->events[i];

		if (event_is(e, EV_spte) && PAGE(event_u32(e, "va")) == PAGE(turn->va)) {
			u32 entry = event_u32(e, "val");

			sb_add(b, "; its shadow entry was written, 0x%08x%s, and it faults again",
			       entry, forbids(entry, turn));
			repaired = true;
		}
		told |= event_is(e, EV_inject) && event_u32(e, "vec") == 14;
	}
	if (told)
		sb_add(b, "; the guest OS was told");
	else if (!repaired && trace_mmu(t) == 1)
		sb_add(b, "; no shadow entry was written for that page");
	if (!repaired && before)
		sb_add(b, "; it is still 0x%08x%s", event_u32(before, "val"),
		       forbids(event_u32(before, "val"), turn));
}

/* The first exit behind a turn. */
static void tell_exit(const struct trace *t, struct round r, const struct turn *turn, struct sb *b)
{
	for (size_t i = turn->at + 1; i <= r.last; i++) {
		const struct event *e = &t->events[i];

		if (!event_is_exit(e))
			continue;
		if (event_is(e, EV_resume) && event_u32(e, "eip") == turn->eip && !turn->call)
			sb_add(b, "; the instruction is tried again");
		return;
	}
}

static void summary(const struct trace *t, const struct turns *turns, const struct loop *l)
{
	const struct turn *turn = &turns->v[l->first + (l->rounds - 2) * l->period];
	struct sb b = {0};

	turn_format(&b, turn);
	sb_add(&b, " repeats, %zu times", l->rounds);
	if (l->va_varies && turn->vec == 14)
		sb_add(&b, ", its address changes");
	if (t) {
		struct round r = last_round(turns, l);

		if (turn->vec == 14 && !turn->call)
			tell_repair(t, r, turn, &b);
		tell_exit(t, r, turn, &b);
	}
	printf("%s\n", b.s);
	sb_free(&b);
}

#define NOTES 6 /* that are shown of what was done at one entry: a batch has hundreds */

/* What was done between two entries. */
static void show_notes(const struct trace *t, size_t from, size_t to)
{
	size_t notes = 0;

	for (size_t k = from; k < to; k++) {
		const struct event *e = &t->events[k];
		struct sb b = {0};

		if (event_is(e, EV_insn))
			continue;
		if (notes++ >= NOTES && k + 1 < to)
			continue;
		if (notes > NOTES + 1)
			printf("      ... (%zu more)\n", notes - NOTES - 1);
		event_format_fields(&b, e);
		printf("      %s %s\n", e->def->name, b.s ? b.s : "");
		sb_free(&b);
	}
}

/* One round: its entries, and with a trace all that was done. */
static void show_round(const struct trace *t, const struct turns *turns, const struct loop *l)
{
	size_t from = l->first + (l->rounds - 2) * l->period;

	printf("one round of %zu, the last whole one:\n", l->rounds);
	for (size_t i = from; i < from + l->period; i++) {
		size_t end = t ? turns->v[i + 1].at : 0;
		struct sb b = {0};

		turn_format(&b, &turns->v[i]);
		printf("  %s %zu  %s\n", t ? "event" : "line",
		       t ? (size_t)t->events[turns->v[i].at].seq : turns->v[i].at, b.s);
		sb_free(&b);
		show_notes(t, turns->v[i].at + 1, end);
	}
	if (turns->irqs)
		printf("interrupts of devices, %zu in the whole run, are not counted\n",
		       turns->irqs);
}

static int draw_round(const struct trace *t, const struct turns *turns, const struct loop *l,
		      const char *out, struct err *err)
{
	struct round r = last_round(turns, l);
	struct side side;
	int rc;

	draw_side(t, r.first, r.last, 0, &side);
	draw_text(side.title, "One round of %zu", l->rounds);
	rc = draw_file(&paper_fit, &side, NULL, NULL, out, NULL, err);
	draw_side_free(&side);
	return rc;
}

static int none(const struct turns *turns)
{
	struct sb b = {0};

	if (turns->count)
		turn_format(&b, &turns->v[turns->count - 1]);
	printf("no fault repeats at the end; the last entry of %zu: %s\n", turns->count,
	       turns->count ? b.s : "none");
	sb_free(&b);
	return EXIT_DIFFERS;
}

/* @t: NULL if there is only a log. */
static int tell(const struct command *self, const struct trace *t, const struct turns *turns,
		const char *out)
{
	struct loop l;
	struct err err;

	if (!loop_find(turns, &l))
		return none(turns);
	summary(t, turns, &l);
	show_round(t, turns, &l);
	if (out && draw_round(t, turns, &l, out, &err))
		return cmd_fail(self, &err);
	return EXIT_OK;
}

static int from_trace(const struct command *self, const char *dir, const char *out)
{
	struct turns turns;
	struct trace t;
	int rc;

	if (!cmd_open(self, &t, dir))
		return EXIT_TROUBLE;
	cmd_warn_discarded(&t);
	turns_of_trace(&t, &turns);
	rc = tell(self, &t, &turns, out);
	turns_free(&turns);
	trace_close(&t);
	return rc;
}

static int from_log(const struct command *self, const char *path)
{
	struct turns turns = {0};
	struct qemulog log;
	struct err err;
	int rc;

	if (qemulog_open(&log, path, &err))
		return cmd_fail(self, &err);
	rc = turns_of_log(&log, &turns, &err) ? cmd_fail(self, &err)
					      : tell(self, NULL, &turns, NULL);
	qemulog_close(&log);
	turns_free(&turns);
	return rc;
}

static int run(const struct command *self, int argc, char **argv)
{
	static const struct option opts[] = {
	    {"log", required_argument, NULL, 'l'}, {"output", required_argument, NULL, 'o'}, {0}};
	const char *log = NULL, *out = NULL;
	int c, code;

	while ((c = cmd_getopt(self, argc, argv, opts, &code)) != -1) {
		if (c == '?')
			return code;
		*(c == 'l' ? &log : &out) = optarg;
	}
	if (!cmd_args(self, argc, log ? 0 : 1))
		return EXIT_TROUBLE;
	if (out && (log || !draw_format_known(out))) {
		fprintf(stderr, "tltrace loop: %s: %s\n",
			log ? "only a trace can be drawn" : "the picture must end in " DRAW_FORMATS,
			out);
		return EXIT_TROUBLE;
	}
	return log ? from_log(self, log) : from_trace(self, argv[optind], out);
}

const struct command cmd_loop = {
    "loop",
    "DIR [-o FILE] | --log LOG",
    "a hung run: which fault repeats at its end, and what is done about it",
    "  -o FILE     draw one round: FILE" DRAW_FORMATS "\n"
    "  --log LOG   from QEMU's log alone, what qemu-system-i386 -d int -D LOG wrote\n"
    "The first line says it all in one sentence. Exit code 1 if nothing repeats.\n",
    run,
};
