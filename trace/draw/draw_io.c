/*
 * draw_io.c: a request of a virtual disk, from the front end's put to the upcall that brings its
 * answer, by the notes that both ends leave (event "ring"). A batch is drawn in the same way.
 *
 * Drawn is what has to do with it: ring, events, grants, which domain runs, the disk's interrupt,
 * and how many privileged instructions Domain 0 has carried out for it: the disk's ports, of which
 * the trace does not tell. What a hypercall returns is left out, and that Domain 0 waits for the
 * disk while nobody else runs.
 */
#include "draw/draw_page.h"

#include "draw/draw_io.h"
#include "draw/draw_labels.h"
#include "draw/draw_words.h"
#include "trapline/ring.h"
#include "trapline/xen/grant_table.h"
#include "trapline/xen/xen.h"

#include <stdio.h>
#include <string.h>

enum { PUT, TAKEN, ANSWERED, DONE }; /* event.def, ring */

#define VEC_GP	 13
#define VEC_DISK 0x2E
#define NOBODY	 65535

struct io {
	const struct trace *t;
	struct steps *out;
	u16 front, back;
	u32 requests[2], responses[2]; /* the last notes of front end and back end */
	u32 privileged;		       /* instructions that are not drawn yet */
	bool came;		       /* another domain ran before the one that runs */
};

static bool is_note(const struct event *e, u32 what)
{
	return event_is(e, EV_ring) && event_u32(e, "what") == what;
}

/* Requests that a put adds to those before it. */
static u32 put_count(const struct trace *t, size_t put)
{
	const struct event *e = &t->events[put];

	for (size_t i = put; i--;)
		if (event_is(&t->events[i], EV_ring) && t->events[i].domain == e->domain)
			return event_u32(e, "requests") - event_u32(&t->events[i], "requests");
	return event_u32(e, "requests");
}

/* The front end has all answers of what it has put. @return false: not in this trace */
static bool find_done(const struct trace *t, size_t put, size_t *done)
{
	const struct event *e = &t->events[put];

	for (size_t i = put + 1; i < t->count; i++) {
		const struct event *d = &t->events[i];

		if (is_note(d, PUT) && d->domain == e->domain)
			return false;
		if (is_note(d, DONE) && d->domain == e->domain &&
		    event_u32(d, "responses") == event_u32(e, "requests")) {
			*done = i;
			return true;
		}
	}
	return false;
}

int draw_io_find(const struct trace *t, const char *which, u32 domain, size_t *put, size_t *done,
		 struct err *err)
{
	bool found = false;
	u32 most = 0;

	for (size_t i = 0; i < t->count; i++) {
		u32 n;
		size_t end;

		if (!is_note(&t->events[i], PUT) ||
		    (domain != TRACE_NO_DOMAIN && t->events[i].domain != domain) ||
		    !find_done(t, i, &end))
			continue;
		n = put_count(t, i);
		if (strcmp(which, "one") ? n <= most : n != 1 || found)
			continue;
		*put = i;
		*done = end;
		most = n;
		found = true;
	}
	return found ? 0
		     : err_set(err,
			       "%s: no such request: is there an event `ring` (a front end with "
			       "notes=1, `blkback notes`), with TRACE=trap,dom?",
			       t->name);
}

static const char *plural(u32 n, const char *one, const char *more)
{
	return word(n == 1 ? one : more);
}

/* The privileged instructions that have come since the last step. */
static void tell_privileged(struct io *io)
{
	struct step *s;

	if (!io->privileged)
		return;
	io->out->guest = true;
	s = draw_add_step(io->out, STEP_ARROW, LANE_guest, LANE_vmm);
	s->style = STYLE_TRAP;
	s->diamond = true;
	draw_text(s->title, "%u privileged %s", io->privileged,
		  plural(io->privileged, WORD("instruction"), WORD("instructions")));
	draw_detail(s, "%s", word(WORD("#GP: carried out by the VMM")));
	io->privileged = 0;
}

static struct step *add(struct io *io, enum step_kind kind, u16 domain, u8 from, u8 to)
{
	tell_privileged(io);
	io->out->guest = domain == io->back;
	return draw_add_step(io->out, kind, from, to);
}

static struct step *arrow(struct io *io, u16 domain, u8 from, u8 to, enum step_style style)
{
	struct step *s = add(io, STEP_ARROW, domain, from, to);

	s->style = style;
	return s;
}

static void ring_note(struct io *io, const struct event *e)
{
	u32 what = event_u32(e, "what"), requests = event_u32(e, "requests"),
	    responses = event_u32(e, "responses");
	bool back = what == TAKEN || what == ANSWERED;
	u32 n = what == PUT || what == TAKEN ? requests - io->requests[back]
					     : responses - io->responses[back];
	struct step *s;

	if (event_u32(e, "front") != io->front || !n)
		return;
	s = add(io, STEP_NOTE, back ? io->back : io->front, LANE_guest, LANE_guest);
	if (what == PUT) {
		draw_text(s->title, "puts %u %s into the ring", n,
			  plural(n, WORD("request"), WORD("requests")));
		draw_detail(s, "req_prod %u", requests);
	} else if (what == TAKEN) {
		draw_text(s->title, "takes %u %s", n, plural(n, WORD("request"), WORD("requests")));
		draw_detail(s, "req_cons %u", requests);
	} else if (what == ANSWERED) {
		draw_text(s->title, "puts %u %s", n,
			  plural(n, WORD("response"), WORD("responses")));
		draw_detail(s, "rsp_prod %u", responses);
	} else {
		draw_text(s->title, "takes %u %s", n,
			  plural(n, WORD("response"), WORD("responses")));
		draw_detail(s, "rsp_cons %u", responses);
	}
	io->requests[back] = requests;
	io->responses[back] = responses;
}

static size_t stay_end(const struct trace *t, size_t i)
{
	for (i++; i + 1 < t->count && !event_is_exit(&t->events[i]);)
		i++;
	return i;
}

/* The first event of a kind in the stay that begins with event `i`; NULL: there is none */
static const struct event *in_stay(const struct trace *t, size_t i, u32 id)
{
	for (size_t end = stay_end(t, i); i < end; i++)
		if (event_is(&t->events[i], id))
			return &t->events[i];
	return NULL;
}

/* Does another domain run now? If nobody can, it is the disk that is waited for. */
static bool gives_way(const struct trace *t, size_t i)
{
	const struct event *e = in_stay(t, i, EV_sched);

	return e && event_u32(e, "next") != NOBODY;
}

static void tell_send(struct io *io, size_t i)
{
	const struct event *e = &io->t->events[i], *told = in_stay(io->t, i, EV_evtchn);
	u16 other = e->domain == io->front ? io->back : io->front;
	struct step *s;

	if (told && told->domain != other)
		return; /* that is somebody else's event */
	s = arrow(io, e->domain, LANE_guest, LANE_vmm, STYLE_HYPERCALL);
	draw_text(s->title, "%s",
		  word(told ? WORD("tells the other end") : WORD("sends an event")));
	draw_detail(s, "event_channel_op send");
}

static void hypercall(struct io *io, size_t i)
{
	const struct event *e = &io->t->events[i];
	u32 nr = event_u32(e, "nr"), a1 = event_u32(e, "a1"), a3 = event_u32(e, "a3");
	struct step *s;

	if (nr == __HYPERVISOR_event_channel_op && a1 == EVTCHNOP_send) {
		tell_send(io, i);
	} else if (nr == __HYPERVISOR_sched_op && a1 == SCHEDOP_block && gives_way(io->t, i)) {
		s = arrow(io, e->domain, LANE_guest, LANE_vmm, STYLE_HYPERCALL);
		draw_text(s->title, "waits");
		draw_detail(s, "sched_op block");
	} else if (nr == __HYPERVISOR_physdev_op && a1 == PHYSDEVOP_irq_unmask_notify) {
		s = arrow(io, e->domain, LANE_guest, LANE_vmm, STYLE_HYPERCALL);
		draw_text(s->title, "has looked at the disk");
		draw_detail(s, "physdev_op irq_unmask_notify");
	} else if (nr == __HYPERVISOR_grant_table_op && a1 <= GNTTABOP_unmap_grant_ref) {
		s = arrow(io, e->domain, LANE_guest, LANE_vmm, STYLE_HYPERCALL);
		draw_text(s->title, "%s %u %s",
			  word(a1 == GNTTABOP_map_grant_ref ? WORD("maps") : WORD("unmaps")), a3,
			  plural(a3, WORD("page"), WORD("pages")));
		draw_detail(s, "grant_table_op");
	}
}

static void entry(struct io *io, size_t i)
{
	const struct event *e = &io->t->events[i];
	struct step *s;

	if (event_is(e, EV_trap) && event_u32(e, "vec") == VEC_GP && e->domain == io->back) {
		/* What was not carried out is the guest's own fault, injected. */
		io->privileged += event_is(&io->t->events[stay_end(io->t, i)], EV_resume);
	} else if (event_is(e, EV_hypercall)) {
		hypercall(io, i);
	} else if (event_is(e, EV_irq) && event_u32(e, "vec") == VEC_DISK) {
		s = arrow(io, e->domain, LANE_hw, LANE_vmm, STYLE_IRQ);
		draw_text(s->title, "the disk has done it");
		draw_detail(s, "IRQ 14");
	}
}

static void one_event(struct io *io, size_t i)
{
	const struct event *e = &io->t->events[i];
	struct step *s;

	if (e->domain != io->front && e->domain != io->back && !event_is(e, EV_sched))
		return;
	if (event_is_entry(e)) {
		entry(io, i);
	} else if (event_is(e, EV_ring)) {
		ring_note(io, e);
	} else if (event_is(e, EV_sched)) {
		io->came = event_u32(e, "prev") != NOBODY;
	} else if (event_is(e, EV_inject) && event_u32(e, "how") == HOW_callback && io->came) {
		io->came = false;
		s = arrow(io, e->domain, LANE_vmm, LANE_guest, STYLE_INJECT);
		draw_text(s->title, "upcall");
	}
}

/* What the VMM has taken up to each step: of the stays that have ended by then. */
static void spend(const struct trace *t, const struct holds *h, struct steps *s)
{
	struct tally y = {0};
	size_t k = 0;

	for (size_t i = 0; i < s->count; i++) {
		for (; k < h->count && h->v[k].exit <= s->v[i].event; k++)
			tally_cost(t, &h->v[k], TRACE_NO_DOMAIN, &y);
		s->v[i].spent = y.cost;
	}
}

void draw_io(const struct trace *t, size_t put, size_t done, struct side *out)
{
	const struct event *e = &t->events[put];
	struct io io = {.t = t, .front = e->domain, .out = &out->steps};
	u32 n = put_count(t, put);
	struct holds holds;
	struct tally y;
	struct sb b = {0}, cost = {0}, each = {0};

	memset(out, 0, sizeof(*out));
	out->whole = true;
	out->vmm = "VMM";
	out->steps.guests[0] = (struct guest){.domain = io.front};
	out->steps.guests[1] = (struct guest){.domain = io.back};
	out->steps.nguests = 2;
	io.requests[0] = event_u32(e, "requests") - n;
	io.responses[0] = event_u32(e, "responses");
	io.requests[1] = io.requests[0];
	io.responses[1] = io.responses[0];
	for (size_t i = put, k = 0; i <= done; i++) {
		one_event(&io, i);
		for (; k < out->steps.count; k++)
			out->steps.v[k].event = i;
	}
	draw_text(out->title, "%u %s of 4 KB: domain %u, and the back end in domain 0", n,
		  plural(n, WORD("request"), WORD("requests")), io.front);
	holds_find(t, put, done, 0, &holds);
	tally_holds(t, &holds, TRACE_NO_DOMAIN, &y);
	spend(t, &holds, &out->steps);
	holds_free(&holds);
	draw_tally(&b, &y);
	snprintf(out->footer[0], sizeof(out->footer[0]), "%s", b.s);
	text_whole(out->footer[0]);
	page_number(&cost, y.cost);
	page_number(&each, y.cost / n);
	snprintf(out->footer[1], sizeof(out->footer[1]),
		 word("VMM instructions: %s, %s for each request (with the trace's own)"), cost.s,
		 each.s);
	text_whole(out->footer[1]);
	sb_free(&cost);
	sb_free(&each);
	sb_free(&b);
	draw_fold(&out->steps);
}
