/* draw_notes_dom.c: what the notes say of domains: who runs, events, grants. */
#include "draw/draw_words.h"

#include "draw/draw_labels.h"
#include "trapline/ring.h"
#include "trapline/xen/xen.h"

/* 65535 is nobody, and in a grant copy 32752 is whoever asks for it. */
static const char *domain_name(u32 id, char buf[STEP_TEXT])
{
	if (id == TRACE_NO_DOMAIN)
		draw_text(buf, "%s", word(WORD("nobody")));
	else if (id == DOMID_SELF)
		draw_text(buf, "%s", word(WORD("itself")));
	else
		draw_text(buf, "domain %u", id);
	return buf;
}

static void note_sched(struct step *n, const struct event *e)
{
	static const char *const whys[] = {[0] = WORD("nobody ran"),
					   [1] = WORD("it waits"),
					   [2] = WORD("it yields"),
					   [3] = WORD("its time is over"),
					   [4] = WORD("one has woken that comes first"),
					   [5] = WORD("it is paused"),
					   [6] = WORD("it has ended")};
	u32 why = event_u32(e, "why");
	char prev[STEP_TEXT], next[STEP_TEXT];

	draw_text(n->title, "the processor goes to %s", domain_name(event_u32(e, "next"), next));
	draw_detail(n, "from %s: %s", domain_name(event_u32(e, "prev"), prev),
		    why < ARRAY_SIZE(whys) ? word(whys[why]) : "?");
	if (event_u32(e, "warped"))
		draw_detail(n, "before its turn: it warps");
}

/* Xen's public header has these numbers, and words for them. */
static void note_status(struct step *n, const struct event *e)
{
	static const char *const answers[] = {WORD("done"),
					      WORD("an error"),
					      WORD("no such domain"),
					      WORD("no such grant"),
					      WORD("no such mapping"),
					      WORD("a bad address"),
					      WORD("a bad device address"),
					      WORD("no room"),
					      WORD("it is not granted"),
					      WORD("a bad page"),
					      WORD("more than a page")};
	s32 status = (s32)event_u32(e, "status");

	if (status < 0)
		draw_detail(n, "refused: %s",
			    -status < (s32)ARRAY_SIZE(answers) ? word(answers[-status]) : "?");
}

static void note_grant(struct step *n, const struct event *e)
{
	char from[STEP_TEXT], to[STEP_TEXT];

	if (event_is(e, EV_grant_map)) {
		draw_text(n->title, "map a page that %s grants",
			  domain_name(event_u32(e, "granter"), from));
		draw_detail(n, "ref %u → MFN 0x%05x", event_u32(e, "ref"), event_u32(e, "mfn"));
	} else if (event_is(e, EV_grant_unmap)) {
		draw_text(n->title, "unmap a granted page");
		draw_detail(n, "handle %u, 0x%08x", event_u32(e, "handle"), event_u32(e, "at"));
	} else if (event_is(e, EV_grant_transfer)) {
		draw_text(n->title, "give a page to %s", domain_name(event_u32(e, "taker"), to));
		draw_detail(n, "MFN 0x%05x → ref %u", event_u32(e, "mfn"), event_u32(e, "ref"));
	} else {
		draw_text(n->title, "copy %u bytes", event_u32(e, "len"));
		draw_detail(n, "%s 0x%x → %s 0x%x",
			    domain_name(event_u32(e, "source_domain"), from),
			    event_u32(e, "source"), domain_name(event_u32(e, "dest_domain"), to),
			    event_u32(e, "dest"));
	}
	note_status(n, e);
}

void draw_note_dom(struct step *n, const struct event *e, bool many)
{
	if (event_is(e, EV_sched)) {
		note_sched(n, e);
	} else if (event_is(e, EV_evtchn)) {
		if (many)
			draw_text(n->title, "event pending for domain %u", e->domain);
		else
			draw_text(n->title, "event pending");
		draw_detail(n, "port %u", event_u32(e, "port"));
	} else if (event_is(e, EV_block)) {
		if (many)
			draw_text(n->title, "domain %u waits for an event", e->domain);
		else
			draw_text(n->title, "wait for an event");
	} else if (event_is(e, EV_wake)) {
		draw_text(n->title, "domain %u can run", e->domain);
	} else if (event_is(e, EV_vtimer)) {
		s64 ns = 0;

		event_field(e, "deadline", &ns, NULL);
		draw_text(n->title, "set the virtual timer");
		draw_detail(n, "to %llu µs of system time", (unsigned long long)ns / 1000);
	} else if (e->def->id >= EV_grant_map && e->def->id <= EV_grant_copy) {
		note_grant(n, e);
	} else {
		draw_note_plain(n, e);
	}
}
