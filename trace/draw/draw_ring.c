/*
 * draw_ring.c: the ring as the four regions that its four indices make of it, out of the notes that
 * both ends leave (event "ring").
 */
#include "draw/draw_ring.h"

#include "draw/draw_io.h"
#include "draw/svg.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SLOTS	32u
#define CELL_W	400.0
#define CELL_H	420.0
#define TOP	76.0
#define COLUMNS 3
#define MOST	9 /* states in a picture */
#define OUTER	118.0
#define INNER	82.0

enum { PUT, TAKEN, ANSWERED, DONE }; /* event.def, ring */
enum { RSP_CONS, RSP_PROD, REQ_CONS, REQ_PROD, NR_INDICES };

static const struct {
	const char *name, *colour;
} regions[NR_INDICES] = {
    {"responses that wait for the front end", "#7FB77E"},
    {"outstanding: the back end has taken them", "#F2C14E"},
    {"requests that wait for the back end", "#6FA8DC"},
    {"unused", "#ECECEC"},
};
static const char *const index_names[NR_INDICES] = {"rsp_cons", "rsp_prod", "req_cons", "req_prod"};

struct ring {
	u32 index[NR_INDICES];
};

static void note(struct ring *r, const struct event *e)
{
	u32 what = event_u32(e, "what");
	bool back = what == TAKEN || what == ANSWERED;

	r->index[back ? REQ_CONS : REQ_PROD] = event_u32(e, "requests");
	r->index[back ? RSP_PROD : RSP_CONS] = event_u32(e, "responses");
}

static void point(struct sb *b, const char *verb, double x, double y, double radius, double slot)
{
	double angle = slot / SLOTS * 2 * M_PI;

	sb_add(b, "%s%.1f %.1f ", verb, x + radius * sin(angle), y - radius * cos(angle));
}

static void draw_slot(struct sb *b, double x, double y, u32 slot, const char *colour)
{
	char number[8];
	double middle = (slot + 0.5) / SLOTS * 2 * M_PI, r = (OUTER + INNER) / 2;

	sb_add(b, "<path d=\"");
	point(b, "M", x, y, INNER, slot);
	point(b, "L", x, y, OUTER, slot);
	point(b, "L", x, y, OUTER, slot + 0.5);
	point(b, "L", x, y, OUTER, slot + 1);
	point(b, "L", x, y, INNER, slot + 1);
	point(b, "L", x, y, INNER, slot + 0.5);
	sb_add(b, "Z\" fill=\"%s\" stroke=\"white\"/>\n", colour);
	snprintf(number, sizeof(number), "%u", slot);
	svg_text(b, x + r * sin(middle), y - r * cos(middle) + 3, 9, "middle", number);
}

/* An index points at the edge of its slot; those at one place share a line. */
static void draw_indices(struct sb *b, const struct ring *r, double x, double y)
{
	for (u32 i = 0; i < NR_INDICES; i++) {
		char label[2 * 40] = "";
		u32 slot = r->index[i] % SLOTS;
		double angle = (double)slot / SLOTS * 2 * M_PI, lx, ly;
		u32 lines = 0;

		for (u32 k = 0; k < i; k++)
			lines += r->index[k] % SLOTS == slot;
		if (lines)
			continue;
		sb_add(b, "<path d=\"");
		point(b, "M", x, y, OUTER + 2, slot);
		point(b, "L", x, y, OUTER + 14, slot);
		sb_add(b, "\" stroke=\"#333\"/>\n");
		lx = x + (OUTER + 18) * sin(angle);
		ly = y - (OUTER + 18) * cos(angle) + (cos(angle) > 0.9 ? -2 : 4);
		for (u32 k = i; k < NR_INDICES; k++)
			lines += r->index[k] % SLOTS == slot;
		/* Towards the middle of the picture's height they would lie over the ring. */
		ly -= cos(angle) > 0 ? 12.0 * (lines - 1) : 0;
		for (u32 k = i; k < NR_INDICES; k++) {
			if (r->index[k] % SLOTS != slot)
				continue;
			snprintf(label, sizeof(label), "%s %u", index_names[k], r->index[k]);
			svg_text(b, lx, ly, 10.5,
				 sin(angle) > 0.2    ? "start"
				 : sin(angle) < -0.2 ? "end"
						     : "middle",
				 label);
			ly += 12;
		}
	}
}

static void draw_state(struct sb *b, const struct ring *r, double x, double y, const char *title)
{
	u32 used = r->index[REQ_PROD] - r->index[RSP_CONS];
	char text[64];

	svg_text(b, x, y - OUTER - 76, 12.5, "middle", title);
	for (u32 k = 0; k < SLOTS; k++) {
		u32 index = r->index[RSP_CONS] + k;
		u32 region =
		    k >= used								   ? 3
		    : index - r->index[RSP_CONS] < r->index[RSP_PROD] - r->index[RSP_CONS] ? 0
		    : index - r->index[RSP_CONS] < r->index[REQ_CONS] - r->index[RSP_CONS] ? 1
											   : 2;

		draw_slot(b, x, y, index % SLOTS, regions[region].colour);
	}
	draw_indices(b, r, x, y);
	for (u32 i = 0; i < NR_INDICES; i++) {
		u32 from = r->index[i],
		    to = i == REQ_PROD ? r->index[RSP_CONS] + SLOTS : r->index[i + 1];

		sb_add(b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"11\" height=\"11\" fill=\"%s\"/>\n",
		       x - 26, y - 35 + 20.0 * i, regions[i].colour);
		snprintf(text, sizeof(text), "%u", to - from);
		svg_text(b, x + 20, y - 25 + 20.0 * i, 12.5, "end", text);
	}
}

static void draw_head(struct sb *b, double w, double h, u32 domain)
{
	char title[64];
	double x = 20;

	sb_add(b,
	       "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
	       "viewBox=\"0 0 %.0f %.0f\" font-family=\"DejaVu Sans, sans-serif\">\n"
	       "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
	       w, h, w, h);
	snprintf(title, sizeof(title), "The ring of domain %u's disk", domain);
	svg_text(b, 20, 30, 16, "start", title);
	for (u32 i = 0; i < NR_INDICES; i++) {
		if (w < 2 * CELL_W) /* one below the other's */
			x = 20 + 190 * (i % 2);
		sb_add(b, "<rect x=\"%.1f\" y=\"%d\" width=\"11\" height=\"11\" fill=\"%s\"/>\n", x,
		       w < 2 * CELL_W ? 42 + 18 * (int)(i / 2) : 46, regions[i].colour);
		svg_text(b, x + 16, w < 2 * CELL_W ? 51 + 18 * (int)(i / 2) : 55,
			 w < 2 * CELL_W ? 8 : 11, "start", regions[i].name);
		x += 40 + 6.3 * (double)strlen(regions[i].name);
	}
}

/* The states between two events, each after a note that changes the ring. */
static size_t collect(const struct trace *t, u32 domain, size_t first, size_t last,
		      struct ring *states, size_t *events)
{
	struct ring r = {{0}}, before;
	size_t n = 0;

	for (size_t i = 0; i <= last; i++) {
		const struct event *e = &t->events[i];

		if (!event_is(e, EV_ring) || event_u32(e, "front") != domain)
			continue;
		before = r;
		note(&r, e);
		if (i < first || !memcmp(&r, &before, sizeof(r)) || n == MOST)
			continue;
		states[n] = r;
		events[n++] = i;
	}
	/* One moment: as it was left. */
	if (first > last) {
		states[0] = r;
		events[0] = last;
		n = 1;
	}
	return n;
}

static void name_state(const struct trace *t, size_t event, char *to, size_t size)
{
	static const char *const names[] = {
	    [PUT] = "the front end has put requests",
	    [TAKEN] = "the back end has taken some",
	    [ANSWERED] = "the back end has put responses",
	    [DONE] = "the front end has taken them",
	};
	const struct event *e = &t->events[event];
	u32 what = event_is(e, EV_ring) ? event_u32(e, "what") : 4;

	if (what < 4)
		snprintf(to, size, "%s (event %u)", names[what], e->seq);
	else
		snprintf(to, size, "at event %u", e->seq);
}

int draw_ring(const struct trace *t, u32 domain, u64 at, struct sb *out, struct err *err)
{
	struct ring states[MOST];
	size_t events[MOST], n, first, last, columns, rows;
	char title[96];

	if (at > t->count)
		return err_set(err, "%s: there are %zu events", t->name, t->count);
	if (draw_io_find(t, "most", domain, &first, &last, err))
		return -1;
	domain = event_u32(&t->events[first], "front");
	if (at) {
		first = (size_t)at;
		last = (size_t)at - 1;
	}
	n = collect(t, domain, first, last, states, events);
	columns = n < COLUMNS ? n : COLUMNS;
	rows = (n + columns - 1) / columns;
	draw_head(out, CELL_W * (double)columns, TOP + CELL_H * (double)rows, domain);
	for (size_t i = 0; i < n; i++) {
		name_state(t, events[i], title, sizeof(title));
		draw_state(out, &states[i], CELL_W * ((double)(i % columns) + 0.5),
			   TOP + CELL_H * ((double)(i / columns) + 0.54), title);
	}
	sb_add(out, "</svg>\n");
	return 0;
}
