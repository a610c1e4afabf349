/* cmd_play.c: tltrace play: a page in which one trace, or two side by side, are stepped through. */
#include "cmd/cmd.h"

#include "play/play.h"
#include "trapline/ring.h"

#include <stdio.h>
#include <string.h>

static int refuse(const char *what, const char *arg)
{
	fprintf(stderr, "tltrace play: %s%s%s\n", what, arg ? ": " : "", arg ? arg : "");
	return EXIT_TROUBLE;
}

static bool is_html(const char *path)
{
	size_t n = strlen(path);

	return n > 5 && !strcmp(path + n - 5, ".html");
}

struct asked {
	struct play_request r;
	const char *hv, *guest[2], *out;
	int nfaults, nguests;
	u64 from, to, at, domain; /* numbers of events; 0: not asked for */
};

/* Is the instruction by which a guest left for the VMM another one in the file? @entry: the last */
static bool differs(struct source *guest, const struct event *entry, const struct event *e)
{
	static const u8 call[] = {0xCD, 0x82};
	u32 n;

	if (!entry || entry->from != LANE_guest || entry->domain != e->domain)
		return false;
	if (e == entry && event_is(e, EV_hypercall)) /* its eip is behind that */
		return source_differs(guest, event_u32(e, "eip") - 2, call, 2);
	if (!event_is(e, EV_insn))
		return false;
	n = event_u32(e, "len");
	return source_differs(guest, event_u32(e, "eip"), event_bytes(e, "bytes"), n < 16 ? n : 16);
}

/* Whose kernel is another than the file of @guest, whose lines would be wrong there. */
static int check_kernel(struct source *guest, const char *path, const struct trace *t,
			struct domains *other, struct err *err)
{
	const struct event *entry = NULL;

	for (size_t i = 0; i < t->count; i++) {
		const struct event *e = &t->events[i];

		entry = event_is_entry(e) ? e : entry;
		if (domains_have(other, e->domain) || !differs(guest, entry, e))
			continue;
		other->seen[e->domain / 8] |= (u8)(1u << e->domain % 8);
		if (++other->count == t->domains.count)
			return err_set(err,
				       "%s is not the kernel that ran in %s: it has another "
				       "instruction at 0x%08x; was it built anew?",
				       path, t->name, event_u32(e, "eip"));
		fprintf(stderr,
			"tltrace play: %s is not the kernel of domain %u of %s (it has another "
			"instruction at 0x%08x): its lines are left out\n",
			path, e->domain, t->name, event_u32(e, "eip"));
	}
	return 0;
}

static int open_sources(struct asked *a, struct err *err)
{
	if (a->hv && !(a->r.hv = source_open(a->hv, err)))
		return -1;
	for (int i = 0; i < a->nguests; i++)
		if (!(a->r.guest[i] = source_open(a->guest[i], err)) ||
		    check_kernel(a->r.guest[i], a->guest[i], a->r.t[i], &a->r.other[i], err))
			return -1;
	return 0;
}

/* Events by index, now that it is known how many there are. */
static int choose_events(struct asked *a, const struct trace *t, struct err *err)
{
	u64 from = a->from ? a->from : 1, to = a->to ? a->to : t->count;

	to = to > t->count ? t->count : to;
	if (a->from && a->to && a->from > a->to)
		return err_set(err, "%s: --from %llu comes after --to %llu", t->name,
			       (unsigned long long)a->from, (unsigned long long)a->to);
	if (a->at && a->at <= t->count && (a->at < from || a->at > to))
		return err_set(err, "%s: --at %llu is not in --from and --to", t->name,
			       (unsigned long long)a->at);
	if (from > to || a->at > t->count)
		return err_set(err, "%s: no event %llu there; it has %zu", t->name,
			       (unsigned long long)(from > to ? from : a->at), t->count);
	a->r.from = from - 1;
	a->r.to = to - 1;
	a->r.at = a->at ? a->at - 1 : PLAY_FROM_THE_START;
	return 0;
}

static int play(const struct command *self, struct asked *a, char **dirs)
{
	struct play_summary sum;
	struct trace t[2];
	struct err err;
	int opened = 0, rc = EXIT_OK;

	for (; opened < a->r.ntraces; opened++) {
		if (!cmd_open(self, &t[opened], dirs[opened])) {
			rc = EXIT_TROUBLE;
			break;
		}
		cmd_warn_discarded(&t[opened]);
		a->r.t[opened] = &t[opened];
	}
	if (rc == EXIT_OK && (choose_events(a, &t[0], &err) || open_sources(a, &err) ||
			      play_write(&a->r, a->out, &sum, &err)))
		rc = cmd_fail(self, &err);
	else if (rc == EXIT_OK)
		fprintf(stderr, "tltrace play: %zu steps in %zu scene%s\n", sum.rows, sum.scenes,
			sum.scenes == 1 ? "" : "s");
	if (rc == EXIT_OK && sum.left_out)
		fprintf(stderr,
			"tltrace play: %zu episodes are not in it: more vcpus ran in them than a "
			"picture has lanes for\n",
			sum.left_out);
	source_close(a->r.hv);
	source_close(a->r.guest[0]);
	source_close(a->r.guest[1]);
	while (opened-- > 0)
		trace_close(&t[opened]);
	return rc;
}

/* Returns 0, or the exit code. */
static int take_option(const struct command *self, struct asked *a, int c)
{
	switch (c) {
	case 'f':
		if (a->nfaults == 2)
			return refuse("--fault may be given once for each trace", NULL);
		a->r.fault[a->nfaults++] = optarg;
		return 0;
	case 'g':
		if (a->nguests == 2)
			return refuse("--guest-elf may be given once for each trace", NULL);
		a->guest[a->nguests++] = optarg;
		return 0;
	case 'e':
		a->hv = optarg;
		return 0;
	case 'A':
		a->r.all = true;
		return 0;
	case 'o':
		a->out = optarg;
		return 0;
	case 'n':
		a->r.note = optarg;
		return 0;
	case 'd':
		return cmd_number(self, optarg, TRACE_NO_DOMAIN - 1, "domain", &a->domain)
			   ? 0
			   : EXIT_TROUBLE;
	}
	a->r.all = true;
	return cmd_number(self, optarg, UINT32_MAX, "event number",
			  c == 'F'   ? &a->from
			  : c == 'T' ? &a->to
				     : &a->at)
		   ? 0
		   : EXIT_TROUBLE;
}

/* What does not go together; 0, or the exit code. */
static int refused(const struct asked *a)
{
	if (!a->out)
		return refuse("say which page to write with -o FILE.html", NULL);
	if (!is_html(a->out))
		return refuse("the file must end in .html", a->out);
	if (a->r.ntraces == 2 && a->r.all)
		return refuse("two traces are aligned by the phases of one page fault each; "
			      "--all, --from, --to and --at are for one trace",
			      NULL);
	if (a->nfaults && a->at)
		return refuse("--fault and --at both say where to begin", NULL);
	if (a->domain != TRACE_NO_DOMAIN && !a->r.all)
		return refuse("a fault is of one domain anyway (--fault D:N); --domain goes with "
			      "--all",
			      NULL);
	if (a->nguests > a->r.ntraces)
		return refuse("--guest-elf may be given once for each trace", NULL);
	return 0;
}

static int run(const struct command *self, int argc, char **argv)
{
	static const struct option opts[] = {{"fault", required_argument, NULL, 'f'},
					     {"all", no_argument, NULL, 'A'},
					     {"from", required_argument, NULL, 'F'},
					     {"to", required_argument, NULL, 'T'},
					     {"at", required_argument, NULL, 'a'},
					     {"domain", required_argument, NULL, 'd'},
					     {"elf", required_argument, NULL, 'e'},
					     {"guest-elf", required_argument, NULL, 'g'},
					     {"output", required_argument, NULL, 'o'},
					     {"note", required_argument, NULL, 'n'},
					     {0}};
	struct asked a = {.domain = TRACE_NO_DOMAIN};
	int c, code;

	while ((c = cmd_getopt(self, argc, argv, opts, &code)) != -1) {
		if (c == '?')
			return code;
		code = take_option(self, &a, c);
		if (code)
			return code;
	}
	a.r.ntraces = argc - optind;
	a.r.domain = (u32)a.domain;
	if (a.r.ntraces != 2 && !cmd_args(self, argc, 1))
		return EXIT_TROUBLE;
	code = refused(&a);
	return code ? code : play(self, &a, argv + optind);
}

const struct command cmd_play = {
    "play",
    "DIR [DIR2] [--fault N|D:N|va=ADDRESS] -o FILE.html",
    "write a page in which a trace, or two side by side, are stepped through",
    "  -o FILE.html         the page: one file, which needs no network and nothing else\n"
    "  --fault N            the page fault to begin with; give it twice for two traces, which are\n"
    "                       then side by side (without --fault: the last one that is whole)\n"
    "  --fault va=ADDRESS   the last page fault of an application at that address\n"
    "  --all                all events, not only the applications' page faults; of one trace\n"
    "  --from N --to N      all events in this range; --at N: begin with this one\n"
    "  --domain N           of these, only what this domain does\n"
    "  --elf FILE           the hypervisor, with DWARF: which of its lines record an event\n"
    "  --guest-elf FILE     a guest kernel: which of its lines enters the VMM; twice for two "
    "traces\n"
    "  --note TEXT          what the page says above all, for instance how it was recorded\n"
    "All page faults of applications are in the page, to choose from. Of two traces, those at one\n"
    "address that the guest has seen are side by side, the last with the last, and so on; both\n"
    "designs advance together, phase by phase. The steps are those of `tltrace draw`, but what\n"
    "repeats is not folded; the cost of the last step is that of `tltrace stats`.\n",
    run,
};
